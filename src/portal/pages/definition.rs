//! Definitions: the list, one with its variables, upload, and what two
//! versions differ in.

use std::{collections::BTreeMap, sync::Arc};

use minijinja::Value;

use super::definition_drafts;
use crate::{
    definition::{Definition, Expression, Kind, MOST_BYTES, Required, Variable, Version},
    domain::{member::not_found, older_drafts::OlderDrafts, role::Permission},
    error::{Code, Error, Result},
    language::Language,
    portal::{answer::Answer, content::content, errors::Errors, visit::Visit},
    store::{Tx, definition, version},
};

/// The list by project, the newest version of each first.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    page(visit, &Errors::default(), &[])
}

/// Takes in a workbook; one that is refused is told with every place in it.
pub fn add(visit: &Visit<'_>) -> Result<Answer> {
    let Some(file) = &visit.file else {
        let mut errors = Errors::default();
        errors.need("workbook", "definition-file", visit.language);
        return page(visit, &errors, &[]);
    };
    if file.bytes.len() > MOST_BYTES {
        let error =
            Error::new(Code::TooLarge, "definition-too-large").with("limit", (MOST_BYTES >> 20) as u64);
        return page(visit, &Errors::of("workbook", &error, visit.language), &[]);
    }
    let definition = match Definition::from_workbook(&file.bytes) {
        Ok(definition) => definition,
        Err(refused) => {
            let problems: Vec<_> =
                refused.problems.iter().map(|problem| problem.text(visit.language)).collect();
            let error = Error::invalid("definition-refused").with("problems", problems.len() as u64);
            return page(visit, &Errors::of("workbook", &error, visit.language), &problems);
        }
    };
    let by = visit.actor();
    match visit.write(|tx| version::introduce(tx, &by, &definition, None)) {
        Ok(is_new) => Ok(definition_drafts::added(&definition, is_new)),
        Err(error) if error.id == "definition-drafts-needed" => definition_drafts::begin(visit, &definition),
        Err(error) if error.code == Code::Conflict => {
            page(visit, &Errors::of("workbook", &error, visit.language), &[])
        }
        Err(error) => Err(error),
    }
}

/// One version of a definition.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let (name, number) = (visit.param("name"), visit.param("version"));
    let (all, known, drafts, is_closed) = visit.read(|tx| {
        let known = named(tx, name, number)?;
        let drafts = match version::has_older(tx, name, known.version)? {
            true => Some(version::choice(tx, name, known.version.major())?.unwrap_or_default()),
            false => None,
        };
        let is_closed = version::closed(tx)?.has(name, known.version);
        Ok((definition::all(tx)?, known, drafts, is_closed))
    })?;
    let others: Vec<_> = all
        .iter()
        .filter(|other| other.name == known.name && other.version != known.version)
        .map(|other| other.version.to_string())
        .collect();
    let language = visit.language;
    let rows: Vec<_> = known.variables.iter().map(|variable| row(&known, variable, language)).collect();
    let content = content! {
        name, version => number, others, rows, project => known.project, title => known.titles.get(language),
        source => known.source_note.get(language), enrolment => known.enrolment_required,
        drafts => drafts.map(OlderDrafts::as_str), is_closed, major => known.version.major(),
        may_add => visit.permits(Permission::Settings), notices => notices(&known, language),
    };
    Ok(visit.page("definition.html", content))
}

/// What of a definition's workbook is passed over, for who can mend it.
pub fn notices(definition: &Definition, language: Language) -> Vec<String> {
    definition.notices().iter().map(|notice| notice.text(language)).collect()
}

/// What a version has that another has not, and what they say differently.
pub fn compare(visit: &Visit<'_>) -> Result<Answer> {
    let name = visit.param("name");
    let (from, to) = (visit.param("other"), visit.param("version"));
    let (before, after) = visit.read(|tx| Ok((named(tx, name, from)?, named(tx, name, to)?)))?;
    let facts = |known: &Definition| -> BTreeMap<String, Vec<(&'static str, String)>> {
        let facts = |variable: &Variable| (variable.name.clone(), facts(known, variable, visit.language));
        known.variables.iter().map(facts).collect()
    };
    let (old, new) = (facts(&before), facts(&after));
    let mut rows = Vec::new();
    for variable in new.keys().chain(old.keys().filter(|gone| !new.contains_key(*gone))) {
        match (old.get(variable), new.get(variable)) {
            (Some(old), Some(new)) => {
                let changed = old.iter().zip(new).filter(|(old, new)| old.1 != new.1);
                let changes: Vec<_> = changed
                    .map(|(old, new)| content! { fact => old.0, old => old.1, new => new.1 })
                    .collect();
                if !changes.is_empty() {
                    rows.push(content! { variable, kind => "changed", changes });
                }
            }
            (None, _) => rows.push(content! { variable, kind => "added", changes => [(); 0] }),
            (_, None) => rows.push(content! { variable, kind => "removed", changes => [(); 0] }),
        }
    }
    Ok(visit.page("definition_compare.html", content! { name, from, to, rows }))
}

fn page(visit: &Visit<'_>, errors: &Errors, problems: &[String]) -> Result<Answer> {
    let (mut all, closed) = visit.read(|tx| Ok((definition::all(tx)?, version::closed(tx)?)))?;
    all.sort_by(|one, other| {
        let order = (&one.project, &one.name).cmp(&(&other.project, &other.name));
        order.then(other.version.cmp(&one.version))
    });
    let rows: Vec<_> = all
        .iter()
        .map(|known| {
            content! {
                project => known.project, abbreviation => known.abbreviation, name => known.name,
                version => known.version.to_string(), title => known.titles.get(visit.language),
                variables => known.variables, is_closed => closed.has(&known.name, known.version),
            }
        })
        .collect();
    let may_add = visit.permits(Permission::Settings);
    let content = content! { rows, may_add, errors, problems };
    Ok(visit.page("definitions.html", content).status(errors.status()))
}

/// The definition with exactly this name and version.
pub fn named(tx: &Tx<'_>, name: &str, version: &str) -> Result<Arc<Definition>> {
    let wanted: Version = version.parse().map_err(|()| not_found())?;
    match definition::find(tx, &format!("{name}@{version}")) {
        Ok(known) if known.name == name && known.version == wanted => Ok(known),
        Err(error) if error.code != Code::NotFound => Err(error),
        _ => Err(not_found()),
    }
}

fn row(known: &Definition, variable: &Variable, language: Language) -> Value {
    let choices = known.list_of(variable).map_or_else(Vec::new, |list| {
        list.choices
            .iter()
            .map(|choice| (choice.code.clone(), choice.labels.get(language).to_owned()))
            .collect()
    });
    content! {
        name => variable.name, label => variable.labels.get(language), hint => variable.hints.get(language),
        kind => kind_of(known, variable, language), key => variable.key, required => required(&variable.required),
        identifies => variable.identifies,
        leaves => variable.destinations.hd, choices,
    }
}

/// What may differ between two versions of a variable.
fn facts(known: &Definition, variable: &Variable, language: Language) -> Vec<(&'static str, String)> {
    let codes = known.list_of(variable).map_or_else(String::new, |list| {
        list.choices.iter().map(|choice| choice.code.as_str()).collect::<Vec<_>>().join(" ")
    });
    let format = variable.format.map(|format| format!("{}.{}", format.total, format.decimals));
    vec![
        ("label", variable.labels.get(language).to_owned()),
        ("hint", variable.hints.get(language).to_owned()),
        ("kind", kind(variable.kind).to_owned()),
        ("required", required(&variable.required).to_owned()),
        ("key", variable.key.to_string()),
        ("format", format.unwrap_or_default()),
        ("default", variable.default.clone()),
        ("relevant", text(variable.relevant.as_ref())),
        ("constraint", text(variable.constraint.as_ref())),
        ("calculation", variable.calculation.as_ref().map_or_else(String::new, |it| it.text().to_owned())),
        ("filter", text(variable.filter.as_ref())),
        ("repeat", variable.repeat.map_or_else(String::new, |repeat| known.repeats[repeat].name.clone())),
        ("leaves", variable.destinations.hd.to_string()),
        ("codes", codes),
    ]
}

fn text(expression: Option<&Expression>) -> String {
    expression.map(|expression| expression.text().to_owned()).unwrap_or_default()
}

fn required(required: &Required) -> &'static str {
    match required {
        Required::Never => "never",
        Required::Always => "always",
        Required::When(_) => "sometimes",
    }
}

/// The type with what else tells where values come from: a list's file, the
/// repeat, the calculation.
fn kind_of(known: &Definition, variable: &Variable, language: Language) -> String {
    let mut text = kind(variable.kind).to_owned();
    if let Some((list, origin)) = known.list_of(variable).and_then(|list| Some((list, list.origin.id()?))) {
        text.push_str(&format!("_from_file {} ({})", list.name, language.text(origin, &[])));
    }
    if let Some(repeat) = variable.repeat {
        text.push_str(&format!(" · {}[]", known.repeats[repeat].name));
    }
    if let Some(calculation) = &variable.calculation {
        text.push_str(&format!(" = {}", calculation.text()));
    }
    text
}

/// The type, as XLSForm calls it.
fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::SelectOne(_) => "select_one",
        Kind::SelectMultiple(_) => "select_multiple",
        Kind::Text => "text",
        Kind::Integer => "integer",
        Kind::Decimal => "decimal",
        Kind::Date => "date",
        Kind::Time => "time",
        Kind::DateTime => "dateTime",
    }
}
