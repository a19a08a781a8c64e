//! `objection add|end|import`.
//!
//! A patient's number is read from a file or from stdin, not from the command
//! line, where other users of the machine could see it; `add` and `end` take
//! `-` or a number for scripts that know what they do.

use std::path::PathBuf;

use jiff::Zoned;
use serde_json::json;

use super::{Context, Done, list_file, say};
use crate::{
    clock,
    domain::identifier::Ssin,
    error::{Code, Error, Result},
    store::{audit, enrolment},
};

/// Whose patient, and which project.
#[derive(clap::Args)]
pub struct Scope {
    /// The organisation's NIHDI number
    #[arg(long)]
    organisation: String,
    /// The project's number; all projects if not given
    #[arg(long)]
    project: Option<String>,
}

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Notes that a patient objects; `-` reads the number from stdin
    Add {
        ssin: String,
        #[command(flatten)]
        scope: Scope,
    },
    /// Ends a patient's objection; `-` reads the number from stdin
    End {
        ssin: String,
        #[command(flatten)]
        scope: Scope,
    },
    /// Notes the patients of a CSV file's column IDC_PAT
    Import {
        file: PathBuf,
        #[command(flatten)]
        scope: Scope,
    },
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::Add { ssin, scope } => add(context, &scope, &[read(&ssin)?]),
            Self::End { ssin, scope } => end(context, &scope, &read(&ssin)?),
            Self::Import { file, scope } => {
                let (patients, all_good) = list_file::read(context, &file, "IDC_PAT", parse)?;
                let done = add(context, &scope, &patients)?;
                Ok(if all_good { done } else { Done::Attention })
            }
        }
    }
}

fn add(context: &Context, scope: &Scope, patients: &[Ssin]) -> Result<Done> {
    let organisation = context.organisation(&scope.organisation)?;
    let project = scope.project.as_deref().map(|number| context.project(number)).transpose()?;
    let added = context.store()?.write(|tx| {
        let mut added = 0;
        for patient in patients {
            added += u64::from(enrolment::object(tx, organisation.id, project.as_deref(), patient)?);
        }
        let details = json!({ "project": project, "count": added });
        audit::record(tx, &context.actor(), "objection.add", Some(organisation.id), &details)?;
        Ok(added)
    })?;
    let known = patients.len() as u64 - added;
    say(context.text("objection-added", &[("added", added.into()), ("known", known.into())]))?;
    Ok(Done::Well)
}

fn end(context: &Context, scope: &Scope, patient: &Ssin) -> Result<Done> {
    let organisation = context.organisation(&scope.organisation)?;
    let project = scope.project.as_deref().map(|number| context.project(number)).transpose()?;
    let ended = context.store()?.write(|tx| {
        let ended = enrolment::end_objection(tx, organisation.id, project.as_deref(), patient)?.is_some();
        let details = json!({ "project": project, "ended": ended });
        audit::record(tx, &context.actor(), "objection.end", Some(organisation.id), &details)?;
        Ok(ended)
    })?;
    if !ended {
        return Err(Error::new(Code::NotFound, "objection-unknown"));
    }
    say(context.text("objection-ended", &[]))?;
    Ok(Done::Well)
}

fn read(given: &str) -> Result<Ssin> {
    if given != "-" {
        return parse(given);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(Error::internal)?;
    parse(&line)
}

fn parse(text: &str) -> Result<Ssin> {
    let now: Zoned = clock::local(clock::now());
    Ssin::parse(text, now.year()).map_err(|_| {
        Error::new(Code::Usage, "ssin-invalid").with("given", crate::domain::finding::shape(text.trim()))
    })
}
