//! `enrolment add|end|list|import`.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::json;

use super::{Context, Done, list_file, say, say_json, table};
use crate::{
    clock,
    domain::{identifier::Nihdi, organisation::Organisation},
    error::{Error, Result},
    store::{Tx, audit, enrolment},
};

/// Whose, and in which project.
#[derive(clap::Args)]
pub struct Scope {
    /// The organisation's NIHDI number
    #[arg(long)]
    organisation: String,
    /// The project's number, for example HDBP0147
    #[arg(long)]
    project: String,
}

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Enrols a physician
    Add {
        /// The physician's NIHDI number
        nihdi: String,
        #[command(flatten)]
        scope: Scope,
        /// The first day (YYYY-MM-DD); today if not given
        #[arg(long)]
        since: Option<Date>,
    },
    /// Ends a physician's taking part
    End {
        /// The physician's NIHDI number
        nihdi: String,
        #[command(flatten)]
        scope: Scope,
        /// The last day (YYYY-MM-DD); yesterday if not given
        #[arg(long)]
        until: Option<Date>,
    },
    /// Lists who takes part
    List {
        #[command(flatten)]
        scope: Scope,
        #[arg(long)]
        json: bool,
    },
    /// Enrols the physicians of a CSV file's column CD_HPIN
    Import {
        file: PathBuf,
        #[command(flatten)]
        scope: Scope,
    },
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::Add { nihdi, scope, since } => {
                let nihdi = context.nihdi(&nihdi)?;
                add(context, &scope, &[nihdi], since.unwrap_or_else(clock::today))
            }
            Self::End { nihdi, scope, until } => {
                let yesterday = clock::today().yesterday().map_err(Error::internal)?;
                end(context, &context.nihdi(&nihdi)?, &scope, until.unwrap_or(yesterday))
            }
            Self::List { scope, json } => list(context, &scope, json),
            Self::Import { file, scope } => import(context, &file, &scope),
        }
    }
}

fn import(context: &Context, file: &Path, scope: &Scope) -> Result<Done> {
    let (physicians, all_good) = list_file::read(context, file, "CD_HPIN", |value| context.nihdi(value))?;
    let done = add(context, scope, &physicians, clock::today())?;
    Ok(if all_good { done } else { Done::Attention })
}

fn add(context: &Context, scope: &Scope, physicians: &[Nihdi], since: Date) -> Result<Done> {
    let organisation = context.organisation(&scope.organisation)?;
    let project = context.project(&scope.project)?;
    let added = context.store()?.write(|tx| {
        let mut added = 0;
        for nihdi in physicians {
            added += u64::from(enrolment::add(tx, organisation.id, &project, nihdi, since)?.is_some());
        }
        record(tx, context, &organisation, "enrolment.add", &json!({ "project": project, "count": added }))?;
        Ok(added)
    })?;
    let known = physicians.len() as u64 - added;
    say(context.text("enrolment-added", &[("added", added.into()), ("known", known.into())]))?;
    Ok(Done::Well)
}

fn end(context: &Context, nihdi: &Nihdi, scope: &Scope, until: Date) -> Result<Done> {
    let organisation = context.organisation(&scope.organisation)?;
    let project = context.project(&scope.project)?;
    let ended = context.store()?.write(|tx| {
        let ended = enrolment::end(tx, organisation.id, &project, nihdi, until)?;
        record(tx, context, &organisation, "enrolment.end", &json!({ "project": project, "ended": ended }))?;
        Ok(ended)
    })?;
    if !ended {
        return Err(
            Error::new(crate::error::Code::NotFound, "enrolment-unknown").with("nihdi", nihdi.as_str())
        );
    }
    say(context
        .text("enrolment-ended", &[("nihdi", nihdi.as_str().into()), ("until", until.to_string().into())]))?;
    Ok(Done::Well)
}

fn list(context: &Context, scope: &Scope, as_json: bool) -> Result<Done> {
    let organisation = context.organisation(&scope.organisation)?;
    let project = context.project(&scope.project)?;
    let enrolments = context.store()?.read(|tx| enrolment::list(tx, organisation.id, &project))?;
    if as_json {
        say_json(&enrolments)?;
    } else if enrolments.is_empty() {
        say(context.text("enrolment-none", &[]))?;
    } else {
        let rows: Vec<_> = enrolments
            .into_iter()
            .map(|known| vec![known.nihdi, known.since, known.until.unwrap_or_default()])
            .collect();
        table::lines(&rows).iter().try_for_each(say)?;
    }
    Ok(Done::Well)
}

fn record(
    tx: &Tx<'_>,
    context: &Context,
    organisation: &Organisation,
    act: &str,
    details: &serde_json::Value,
) -> Result<()> {
    audit::record(tx, &context.actor(), act, Some(organisation.id), details)
}
