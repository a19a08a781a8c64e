//! `certificate add|list|check`.

use std::path::{Path, PathBuf};

use serde_json::json;
use zeroize::Zeroizing;

use super::{Context, Done, say, say_json, table};
use crate::{
    certificate::{Anchors, Verdict, check},
    clock,
    domain::{
        organisation::{Organisation, OrganisationId},
        registration::HoldReasons,
    },
    error::{Code, Error, Result},
    store::{Tx, audit, certificate, delivery, enrolment},
};

/// A store to look at, and what it must fit.
#[derive(clap::Args)]
pub struct Given {
    /// The PKCS#12 store that eHealth issued
    pub(super) file: PathBuf,
    /// A file that holds the store's password
    #[arg(long, value_name = "FILE")]
    pub(super) password_file: PathBuf,
    /// A PEM file of an authority to trust; those of the configuration if none is given
    #[arg(long = "anchor", value_name = "PEM")]
    pub(super) anchors: Vec<PathBuf>,
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Checks a store and uses it from now on
    Add {
        #[command(flatten)]
        given: Given,
        /// The organisation's NIHDI number
        #[arg(long)]
        organisation: String,
    },
    /// Lists an organisation's certificates, newest first
    List {
        /// The organisation's NIHDI number
        #[arg(long)]
        organisation: String,
        #[arg(long)]
        json: bool,
    },
    /// Checks a store and changes nothing
    Check {
        #[command(flatten)]
        given: Given,
        /// The NIHDI number of the organisation that it must belong to
        #[arg(long)]
        organisation: Option<String>,
    },
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::Add { given, organisation } => add(context, &given, &organisation),
            Self::List { organisation, json } => list(context, &organisation, json),
            Self::Check { given, organisation } => {
                let organisation = organisation.map(|nihdi| asked_for(context, &nihdi)).transpose()?;
                let verdict = judge(context, &given, organisation.as_ref())?;
                tell(context, &verdict, given.json)
            }
        }
    }
}

/// The organisation to compare with: as it is known here, else by its number
/// alone, because a store can be checked before anything is set up.
fn asked_for(context: &Context, nihdi: &str) -> Result<Organisation> {
    let known = if context.has_store() { context.organisation(nihdi).ok() } else { None };
    Ok(match known {
        Some(known) => known,
        None => Organisation {
            id: OrganisationId(0),
            nihdi: context.nihdi(nihdi)?,
            title: String::new(),
            cbe: Vec::new(),
            ehp: Vec::new(),
            is_active: true,
            requires_second_factor: false,
        },
    })
}

/// Checks the store that was given, and changes nothing.
pub(super) fn judge(
    context: &Context,
    given: &Given,
    organisation: Option<&Organisation>,
) -> Result<Verdict> {
    let anchors =
        if given.anchors.is_empty() { &context.config.certificates.anchors } else { &given.anchors };
    let anchors = Anchors::read(anchors)?;
    let store = read(&given.file)?;
    let password = read(&given.password_file)?;
    let password = String::from_utf8_lossy(&password);
    let password = Zeroizing::new(password.trim_end_matches(['\r', '\n']).to_owned());
    let production = !context.config.certificates.acceptance;
    Ok(check(&store, &password, &anchors, organisation, production, clock::now()))
}

fn add(context: &Context, given: &Given, nihdi: &str) -> Result<Done> {
    let organisation = context.organisation(nihdi)?;
    let verdict = judge(context, given, Some(&organisation))?;
    context.store()?.write(|tx| take(tx, &context.actor(), &organisation, &verdict))?;
    tell(context, &verdict, given.json)
}

/// Publishes what was accepted; either way the audit has it.
pub(super) fn take(tx: &Tx<'_>, actor: &str, organisation: &Organisation, verdict: &Verdict) -> Result<()> {
    let steps: Vec<_> = verdict
        .steps
        .iter()
        .map(|step| json!({ "step": step.id, "outcome": step.outcome.as_str() }))
        .collect();
    let findings: Vec<_> = verdict.findings.iter().map(|finding| finding.code).collect();
    let log = json!({ "steps": steps, "findings": findings }).to_string();
    let mut details = json!({ "accepted": verdict.accepted(), "findings": findings });
    if let Some(credential) = verdict.credential.as_ref().filter(|_| verdict.accepted()) {
        let identity = &credential.identity;
        details["thumbprint"] = credential.thumbprint.as_str().into();
        let new = certificate::NewVersion {
            thumbprint: &credential.thumbprint,
            identity: &format!("{}={}", identity.kind, identity.shown_number()),
            validity: (credential.not_before.as_millisecond(), credential.not_after.as_millisecond()),
            credential: &credential.to_bytes()?,
            log: &log,
        };
        certificate::publish(tx, organisation.id, &new)?;
        enrolment::lift_everywhere(tx, organisation.id, HoldReasons::NO_CERTIFICATE)?;
        delivery::hurry(tx, organisation.id)?;
    } else {
        certificate::refuse(tx, organisation.id, &log)?;
    }
    audit::record(tx, actor, "certificate.add", Some(organisation.id), &details)
}

fn tell(context: &Context, verdict: &Verdict, as_json: bool) -> Result<Done> {
    let word = if verdict.accepted() { "accepted" } else { "refused" };
    if as_json {
        let findings: Vec<_> = verdict
            .findings
            .iter()
            .map(|found| json!({ "code": found.code, "severity": found.severity, "text": found.text(context.language) }))
            .collect();
        say_json(&json!({ "verdict": word, "findings": findings }))?;
    } else {
        for finding in &verdict.findings {
            say(finding.text(context.language))?;
        }
        say(context.text(&format!("certificate-verdict-{word}"), &[]))?;
    }
    Ok(match verdict.accepted() {
        true if verdict.findings.is_empty() => Done::Well,
        true => Done::Attention,
        false => Done::Refused,
    })
}

fn list(context: &Context, nihdi: &str, as_json: bool) -> Result<Done> {
    let organisation = context.organisation(nihdi)?;
    let versions = context.store()?.read(|tx| certificate::list(tx, organisation.id))?;
    if as_json {
        say_json(&versions)?;
    } else if versions.is_empty() {
        say(context.text("certificate-none", &[]))?;
    } else {
        let mut rows = Vec::new();
        for version in versions {
            let ends = jiff::Timestamp::from_millisecond(version.not_after).map_err(Error::internal)?;
            let (state, ends) = match (version.published, version.thumbprint.is_empty()) {
                (_, true) => ("refused", String::new()),
                (true, _) => ("published", clock::local(ends).strftime("%Y-%m-%d").to_string()),
                (false, _) => ("unpublished", clock::local(ends).strftime("%Y-%m-%d").to_string()),
            };
            rows.push(vec![state.to_owned(), ends, version.identity, version.thumbprint]);
        }
        table::lines(&rows).iter().try_for_each(say)?;
    }
    Ok(Done::Well)
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    std::fs::read(path).map(Zeroizing::new).map_err(|error| {
        Error::new(Code::Invalid, "file-unreadable").with("reason", error.kind().to_string()).because(error)
    })
}
