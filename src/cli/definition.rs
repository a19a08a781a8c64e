//! `definition add|list|show`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Context, Done, note, say, say_json, table};
use crate::{
    definition::{Definition, MOST_BYTES, Refused, Variable},
    error::{Code, Error, Result},
    language::Language,
    store::{audit, definition},
};

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Adds a definition: an XLSForm workbook (.xlsx) or a folder with its
    /// sheets as CSV
    Add { path: PathBuf },
    /// Lists the definitions
    List {
        #[arg(long)]
        json: bool,
    },
    /// Shows the variables of a definition
    Show {
        #[arg(value_name = "NAME[@VERSION]")]
        name: String,
        #[arg(long)]
        json: bool,
    },
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::Add { path } => add(context, &path),
            Self::List { json } => list(context, json),
            Self::Show { name, json } => show(context, &name, json),
        }
    }
}

fn add(context: &Context, path: &Path) -> Result<Done> {
    let definition = match read(path)? {
        Ok(definition) => definition,
        Err(refused) => {
            for problem in &refused.problems {
                note(problem.text(context.language));
            }
            return Err(Error::invalid("definition-refused").with("problems", refused.problems.len() as u64));
        }
    };
    let version = definition.version.to_string();
    let is_new = context.store()?.write(|tx| {
        let (_, is_new) = definition::add(tx, &definition)?;
        if is_new {
            let details = json!({ "name": definition.name, "version": version });
            audit::record(tx, &context.actor(), "definition.add", None, &details)?;
        }
        Ok(is_new)
    })?;
    let id = if is_new { "definition-added" } else { "definition-known" };
    say(context.text(id, &[("name", definition.name.as_str().into()), ("version", version.into())]))?;
    Ok(Done::Well)
}

fn read(path: &Path) -> Result<std::result::Result<Definition, Refused>> {
    let unreadable = |error: std::io::Error| {
        Error::new(Code::Invalid, "file-unreadable").with("reason", error.kind().to_string()).because(error)
    };
    if path.is_dir() {
        return Ok(Definition::from_folder(|name| std::fs::read(path.join(name)).ok()));
    }
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > MOST_BYTES as u64 {
        return Err(
            Error::new(Code::TooLarge, "definition-too-large").with("limit", (MOST_BYTES >> 20) as u64)
        );
    }
    Ok(Definition::from_workbook(&std::fs::read(path).map_err(unreadable)?))
}

fn list(context: &Context, as_json: bool) -> Result<Done> {
    let definitions = context.store()?.read(definition::all)?;
    if as_json {
        let documents: Vec<_> = definitions
            .iter()
            .map(|known| {
                json!({ "name": known.name, "version": known.version.to_string(), "project": known.project,
                        "title": known.titles.get(context.language), "variables": known.variables })
            })
            .collect();
        say_json(&documents)?;
        return Ok(Done::Well);
    }
    let rows: Vec<_> = definitions
        .iter()
        .map(|known| {
            let title = known.titles.get(context.language).to_owned();
            vec![known.name.clone(), known.version.to_string(), known.project.clone(), title]
        })
        .collect();
    table::lines(&rows).iter().try_for_each(say)?;
    Ok(Done::Well)
}

fn show(context: &Context, name: &str, as_json: bool) -> Result<Done> {
    let known = context.definition(name)?;
    if as_json {
        let variables: Vec<_> = known
            .variables
            .iter()
            .map(|variable| {
                json!({ "name": variable.name, "technical": variable.technical, "label": variable.labels.get(context.language),
                        "type": kind(&known, variable, context.language), "key": variable.key, "to_platform": variable.destinations.hd,
                        "repeat": repeat(&known, variable),
                        "calculation": variable.calculation.as_ref().map(|calculation| calculation.text()) })
            })
            .collect();
        say_json(&json!({
            "name": known.name, "version": known.version.to_string(), "project": known.project,
            "title": known.titles.get(context.language), "note": known.source_note.get(context.language),
            "enrolment_required": known.enrolment_required, "variables": variables,
        }))?;
        return Ok(Done::Well);
    }
    say(format!(
        "{} {}  {}  {}",
        known.name,
        known.version,
        known.project,
        known.titles.get(context.language)
    ))?;
    say(known.source_note.get(context.language))?;
    let rows: Vec<_> = known
        .variables
        .iter()
        .map(|variable| {
            let key = if variable.key { "key" } else { "" };
            vec![
                repeat(&known, variable)
                    .map_or(variable.name.clone(), |repeat| format!("{repeat}[]/{}", variable.name)),
                kind(&known, variable, context.language),
                key.to_owned(),
                variable.labels.get(context.language).to_owned(),
            ]
        })
        .collect();
    table::lines(&rows).iter().try_for_each(say)?;
    Ok(Done::Well)
}

/// The name of the repeat that a variable is in.
fn repeat<'a>(known: &'a Definition, variable: &Variable) -> Option<&'a str> {
    variable.repeat.map(|repeat| known.repeats[repeat].name.as_str())
}

/// The type's name, as XLSForm has it, with the file that a list comes from
/// and where that was found.
fn kind(known: &Definition, variable: &Variable, language: Language) -> String {
    let name = format!("{:?}", variable.kind);
    let name = match name.split('(').next().unwrap_or_default() {
        "SelectOne" => "select_one".to_owned(),
        "SelectMultiple" => "select_multiple".to_owned(),
        other => other.to_lowercase(),
    };
    match known.list_of(variable).and_then(|list| Some((list, list.origin.id()?))) {
        Some((list, origin)) => format!("{name}_from_file {} ({})", list.name, language.text(origin, &[])),
        None => name,
    }
}
