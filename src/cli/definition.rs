//! `definition add|list|show`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Context, Done, note, say, say_json, table};
use crate::{
    definition::{Definition, MOST_BYTES, Refused, Variable},
    domain::older_drafts::OlderDrafts,
    error::{Code, Error, Result},
    language::Language,
    store::{definition, version},
};

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Adds a definition: an XLSForm workbook (.xlsx) or a folder with its
    /// sheets as CSV
    Add {
        path: PathBuf,
        /// What becomes of open drafts of older major versions. keep: they are
        /// continued and submitted there; carry: they are continued in the new
        /// version; close: and nothing is submitted in an older one any more
        #[arg(long, value_name = "keep|carry|close", value_parser = drafts)]
        drafts: Option<OlderDrafts>,
    },
    /// Says anew what becomes of open drafts of older major versions
    Drafts {
        #[arg(value_name = "NAME[@VERSION]")]
        name: String,
        #[arg(value_name = "keep|carry|close", value_parser = drafts)]
        choice: OlderDrafts,
    },
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
            Self::Add { path, drafts } => add(context, &path, drafts),
            Self::Drafts { name, choice } => choose(context, &name, choice),
            Self::List { json } => list(context, json),
            Self::Show { name, json } => show(context, &name, json),
        }
    }
}

fn drafts(word: &str) -> std::result::Result<OlderDrafts, String> {
    OlderDrafts::from_word(word).ok_or_else(|| "keep, carry, close".to_owned())
}

fn add(context: &Context, path: &Path, drafts: Option<OlderDrafts>) -> Result<Done> {
    let definition = match read(path)? {
        Ok(definition) => definition,
        Err(refused) => {
            for problem in &refused.problems {
                note(problem.text(context.language));
            }
            return Err(Error::invalid("definition-refused").with("problems", refused.problems.len() as u64));
        }
    };
    for notice in definition.notices() {
        note(notice.text(context.language));
    }
    let is_new = context.store()?.write(|tx| version::introduce(tx, &context.by(), &definition, drafts))?;
    let id = if is_new { "definition-added" } else { "definition-known" };
    let number = definition.version.to_string();
    say(context.text(id, &[("name", definition.name.as_str().into()), ("version", number.into())]))?;
    drafts.map_or(Ok(()), |drafts| tell(context, &definition, drafts))?;
    Ok(Done::Well)
}

fn choose(context: &Context, name: &str, drafts: OlderDrafts) -> Result<Done> {
    let known = context.definition(name)?;
    context.store()?.write(|tx| version::choose(tx, &context.by(), &known.name, known.version, drafts))?;
    tell(context, &known, drafts)?;
    Ok(Done::Well)
}

/// Tells what becomes of drafts of older versions.
fn tell(context: &Context, known: &Definition, drafts: OlderDrafts) -> Result<()> {
    let major = known.version.major().to_string();
    let args = [("name", known.name.as_str().into()), ("major", major.into())];
    say(context.text(&format!("definition-drafts-{}-said", drafts.as_str()), &args))?;
    let before = context.store()?.read(|tx| version::onward_before(tx, &known.name, known.version))?;
    match before.filter(|_| drafts == OlderDrafts::Keep) {
        Some(major) => say(context.text("definition-drafts-still", &[("major", major.to_string().into())])),
        None => Ok(()),
    }
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
    let (older, closed) = context.store()?.read(|tx| {
        let closed = version::closed(tx)?.has(&known.name, known.version);
        Ok((version::choice(tx, &known.name, known.version.major())?, closed))
    })?;
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
            "enrolment_required": known.enrolment_required, "older_drafts": older, "closed": closed,
            "variables": variables,
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
    if closed {
        say(context.text("version-is-closed", &[]))?;
    }
    older.map_or(Ok(()), |drafts| tell(context, &known, drafts))?;
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
