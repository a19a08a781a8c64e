//! `organisation add|import|list`, and the list in the configuration.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Context, Done, note, say, say_json, table};
use crate::{
    domain::{
        account::Actor,
        finding::shape,
        identifier::{self, Nihdi},
        organisation::Details,
    },
    error::{Code, Error, Result},
    intake::column,
    store::{
        organisation,
        revision::{self, Filled},
    },
};

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Adds an organisation
    Add {
        /// Its NIHDI number
        nihdi: String,
        /// What people call it
        title: String,
        /// An enterprise number that its certificate may carry
        #[arg(long)]
        cbe: Vec<String>,
        /// An eHealth partner number that its certificate may carry
        #[arg(long)]
        ehp: Vec<String>,
    },
    /// Adds the organisations of a CSV file with the columns nihdi and title,
    /// and perhaps cbe and ehp, with blanks between several numbers
    Import {
        file: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// Limits an organisation to some definitions: nothing of another one is
    /// taken in for it. What is stored already stays
    Limit {
        /// Its NIHDI number
        nihdi: String,
        /// The definitions that it may use, by name
        #[arg(long, value_name = "NAME", num_args = 1.., required_unless_present = "all", conflicts_with = "all")]
        dcd: Vec<String>,
        /// It may use all definitions, also those that are added later
        #[arg(long)]
        all: bool,
        /// Why, for the log of its revisions
        #[arg(long, default_value = "")]
        message: String,
    },
    /// Lists the organisations
    List {
        #[arg(long)]
        json: bool,
    },
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::Add { nihdi, title, cbe, ehp } => add(context, &nihdi, &title, &cbe, &ehp),
            Self::Import { file, json } => import(context, &file, json),
            Self::Limit { nihdi, dcd, all: _, message } => limit(context, &nihdi, &dcd, &message),
            Self::List { json } => list(context, json),
        }
    }
}

fn add(context: &Context, nihdi: &str, title: &str, cbe: &[String], ehp: &[String]) -> Result<Done> {
    let details = details(context, nihdi, title, cbe, ehp)?;
    let added = context.store()?.write(|tx| revision::create(tx, &context.by(), &details, ""))?;
    let args = [("nihdi", added.nihdi.as_str().into()), ("title", added.title.as_str().into())];
    say(context.text("organisation-added", &args))?;
    Ok(Done::Well)
}

/// Without any name it may use all.
fn limit(context: &Context, nihdi: &str, names: &[String], message: &str) -> Result<Done> {
    let organisation = context.organisation(nihdi)?;
    let known = names.iter().map(|name| Ok(context.definition(name)?.name.clone()));
    let known = known.collect::<Result<Vec<_>>>()?;
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    let limited =
        context.store()?.write(|tx| revision::limit(tx, &context.by(), organisation.id, &names, message))?;
    let id = if limited.definitions.is_empty() { "organisation-takes-all" } else { "organisation-takes" };
    let names = limited.definitions.join(", ");
    say(context.text(id, &[("title", limited.title.as_str().into()), ("names", names.into())]))?;
    Ok(Done::Well)
}

/// Adds what is good and not known yet; the other lines are told.
fn import(context: &Context, file: &Path, as_json: bool) -> Result<Done> {
    let mut list = Vec::new();
    let mut refused = 0_u64;
    for (line, [nihdi, title, cbe, ehp]) in column::several(file, ["nihdi", "title", "cbe", "ehp"], 2)? {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        match details(context, &nihdi, &title, &words(&cbe), &words(&ehp)) {
            Ok(details) => list.push(details),
            Err(error) => {
                refused += 1;
                let args = [("line", line.into()), ("text", error.text(context.language).into())];
                note(context.text("list-line", &args));
            }
        }
    }
    let filled = fill(context, &context.by(), &list)?;
    if as_json {
        say_json(&json!({ "added": filled.added, "known": filled.known, "refused": refused }))?;
    } else {
        let args = [("added", filled.added.into()), ("known", filled.known.into())];
        say(context.text("organisation-imported", &args))?;
    }
    Ok(if refused == 0 { Done::Well } else { Done::Attention })
}

/// Adds the organisations of the configuration that are not known yet.
pub(super) fn apply_configuration(context: &Context) -> Result<Filled> {
    let configured = context.config.organisations.iter();
    let list = configured.map(|given| details(context, &given.nihdi, &given.title, &[], &[]));
    fill(context, &Actor::System("configuration".to_owned()), &list.collect::<Result<Vec<_>>>()?)
}

/// Takes the write lock only if there is something to add.
fn fill(context: &Context, by: &Actor, list: &[Details]) -> Result<Filled> {
    let store = context.store()?;
    let all = store.read(organisation::all)?;
    let is_known = |nihdi: &Nihdi| all.iter().any(|known| known.nihdi.key() == nihdi.key());
    if list.iter().all(|details| is_known(&details.nihdi)) {
        return Ok(Filled { added: 0, known: list.len() as u64 });
    }
    store.write(|tx| revision::fill(tx, by, list, ""))
}

/// Reads what is given about an organisation.
fn details(context: &Context, nihdi: &str, title: &str, cbe: &[String], ehp: &[String]) -> Result<Details> {
    let nihdi = context.nihdi(nihdi)?;
    if title.trim().is_empty() {
        return Err(Error::new(Code::Usage, "organisation-title-missing"));
    }
    let cbe = cbe.iter().map(|text| {
        identifier::cbe(text).map_err(|_| Error::new(Code::Usage, "cbe-invalid").with("given", shape(text)))
    });
    let cbe = cbe.collect::<Result<Vec<_>>>()?;
    let ehp = ehp.iter().map(|text| match identifier::ehp(text) {
        Ok(ehp) => Ok(ehp),
        // The rule of the check digits is inferred; the number may be right.
        Err(identifier::Fault::CheckDigits) => Ok(text.chars().filter(char::is_ascii_digit).collect()),
        Err(_) => Err(Error::new(Code::Usage, "ehp-invalid").with("given", shape(text))),
    });
    let ehp = ehp.collect::<Result<Vec<_>>>()?;
    Ok(Details { nihdi, title: title.trim().to_owned(), cbe, ehp })
}

fn list(context: &Context, as_json: bool) -> Result<Done> {
    let organisations = context.store()?.read(organisation::all)?;
    if as_json {
        let documents: Vec<_> = organisations
            .iter()
            .map(|known| json!({ "nihdi": known.nihdi.as_str(), "title": known.title, "cbe": known.cbe, "ehp": known.ehp, "active": known.is_active, "definitions": known.definitions }))
            .collect();
        say_json(&documents)?;
    } else if organisations.is_empty() {
        say(context.text("organisation-none", &[]))?;
    } else {
        let row = |known: &crate::domain::organisation::Organisation| {
            vec![known.nihdi.to_string(), known.title.clone(), known.cbe.join(" "), known.ehp.join(" ")]
        };
        table::lines(&organisations.iter().map(row).collect::<Vec<_>>()).iter().try_for_each(say)?;
    }
    Ok(Done::Well)
}
