//! Definitions: the list, one with its variables, and upload.

use std::sync::Arc;

use minijinja::Value;

use super::definition_drafts;
use crate::{
    definition::{Definition, Expression, MOST_BYTES, Required, Variable, Version},
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
    let (all, known, drafts, onward_before, is_closed) = visit.read(|tx| {
        let known = named(tx, name, number)?;
        let drafts = match version::has_older(tx, name, known.version)? {
            true => Some(version::choice(tx, name, known.version.major())?.unwrap_or_default()),
            false => None,
        };
        let is_closed = version::closed(tx)?.has(name, known.version);
        let onward_before = version::onward_before(tx, name, known.version)?;
        Ok((definition::all(tx)?, known, drafts, onward_before, is_closed))
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
        drafts => drafts.map(OlderDrafts::as_str), onward_before, is_closed, major => known.version.major(),
        may_add => visit.permits(Permission::Settings), notices => notices(&known, language),
    };
    Ok(visit.page("definition.html", content))
}

/// What of a definition's workbook is passed over, for who can mend it.
pub fn notices(definition: &Definition, language: Language) -> Vec<String> {
    definition.notices().iter().map(|notice| notice.text(language)).collect()
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
        kind => kind_of(known, variable, language), key => variable.key, required => required(variable),
        identifies => variable.identifies,
        leaves => variable.destinations.hd, choices, rules => rules(variable, language),
    }
}

/// The rules that a value can break, each with the expression and what a person
/// reads who breaks it.
fn rules(variable: &Variable, language: Language) -> Vec<Value> {
    let needed = match &variable.required {
        Required::When(expression) => Some(expression.text()),
        Required::Never | Required::Always => None,
    };
    let format = variable.format.map(|format| format!("{}.{}", format.total, format.decimals));
    let text = |expression: &'_ Option<Expression>| expression.as_ref().map(|it| it.text().to_owned());
    let rules = [
        ("relevant", text(&variable.relevant), ""),
        ("required-when", needed.map(str::to_owned), variable.required_message.get(language)),
        ("constraint", text(&variable.constraint), variable.constraint_message.get(language)),
        ("filter", text(&variable.filter), ""),
        ("format", format, ""),
    ];
    let said = rules.into_iter().filter_map(|(fact, rule, message)| Some((fact, rule?, message)));
    said.map(|(fact, rule, message)| content! { fact, rule, message }).collect()
}

fn required(variable: &Variable) -> &'static str {
    match (&variable.required, &variable.relevant) {
        (Required::Never, _) => "never",
        (Required::Always, None) => "always",
        (Required::Always, Some(_)) => "asked",
        (Required::When(_), _) => "sometimes",
    }
}

/// The type with what else tells where values come from: a list's file, the
/// repeat, the calculation.
fn kind_of(known: &Definition, variable: &Variable, language: Language) -> String {
    let mut text = variable.kind.word().to_owned();
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
