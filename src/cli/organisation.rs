//! `organisation add` and `organisation list`.

use serde_json::json;

use super::{Context, Done, say, say_json, table};
use crate::{
    domain::{finding::shape, identifier},
    error::{Code, Error, Result},
    store::{audit, organisation},
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
            Self::List { json } => list(context, json),
        }
    }
}

fn add(context: &Context, nihdi: &str, title: &str, cbe: &[String], ehp: &[String]) -> Result<Done> {
    let nihdi = context.nihdi(nihdi)?;
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
    context.store()?.write(|tx| {
        let added = organisation::add(tx, &nihdi, title, &cbe, &ehp)?;
        let details = json!({ "nihdi": nihdi.as_str(), "title": title });
        audit::record(tx, &context.actor(), "organisation.add", Some(added.id), &details)
    })?;
    say(context.text("organisation-added", &[("nihdi", nihdi.as_str().into()), ("title", title.into())]))?;
    Ok(Done::Well)
}

fn list(context: &Context, as_json: bool) -> Result<Done> {
    let organisations = context.store()?.read(organisation::all)?;
    if as_json {
        let documents: Vec<_> = organisations
            .iter()
            .map(|known| json!({ "nihdi": known.nihdi.as_str(), "title": known.title, "cbe": known.cbe, "ehp": known.ehp }))
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
