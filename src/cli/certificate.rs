//! `certificate add|list|check`.

use std::path::{Path, PathBuf};

use serde_json::json;
use zeroize::Zeroizing;

use super::{Context, Done, say, say_json, table};
use crate::{
    certificate::{self, Verdict},
    clock,
    domain::organisation::{Organisation, OrganisationId},
    error::{Code, Error, Result},
    store,
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
            definitions: Vec::new(),
        },
    })
}

/// Checks the store that was given, and changes nothing.
pub(super) fn judge(
    context: &Context,
    given: &Given,
    organisation: Option<&Organisation>,
) -> Result<Verdict> {
    let store = read(&given.file)?;
    let password = read(&given.password_file)?;
    let password = String::from_utf8_lossy(&password);
    let password = Zeroizing::new(password.trim_end_matches(['\r', '\n']).to_owned());
    let mut settings = context.config.certificates.clone();
    if !given.anchors.is_empty() {
        settings.anchors = given.anchors.clone();
    }
    certificate::judge(&settings, &store, &password, organisation)
}

fn add(context: &Context, given: &Given, nihdi: &str) -> Result<Done> {
    let organisation = context.organisation(nihdi)?;
    let verdict = judge(context, given, Some(&organisation))?;
    context.store()?.write(|tx| certificate::add(tx, &context.actor(), &organisation, &verdict))?;
    tell(context, &verdict, given.json)
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
    let versions = context.store()?.read(|tx| store::certificate::list(tx, organisation.id))?;
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
