//! A definition as a Questionnaire.

use serde_json::{Value, json};

use super::CANONICAL;
use crate::{
    api::{answer::Answer, call::Call, number},
    definition::{Definition, Kind, Required, Variable},
    error::Result,
    language::Language,
};

/// A definition as a Questionnaire; `{dcd}` is its name or number, perhaps with
/// `@` and its version.
pub fn questionnaire(call: &Call<'_>) -> Result<Answer> {
    let (name, version) = match call.part.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (call.part, None),
    };
    let known = call.definition(Some(name), version)?;
    let body = told(&known.definition, call.language).to_string().into_bytes();
    Ok(Answer::new(200, "application/fhir+json", body))
}

fn told(definition: &Definition, language: Language) -> Value {
    let mut items: Vec<Value> = Vec::new();
    for variable in definition.variables.iter().filter(|variable| variable.repeat.is_none()) {
        items.push(item(definition, variable, language));
    }
    for repeat in &definition.repeats {
        let variables = definition.variables[repeat.variables.clone()].iter();
        let mut group = json!({
            "linkId": repeat.name,
            "type": "group",
            "repeats": true,
            "item": variables.map(|variable| item(definition, variable, language)).collect::<Vec<_>>(),
        });
        say(&mut group, "text", repeat.labels.get(language));
        items.push(group);
    }
    let name: String = definition
        .name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
        .collect();
    let mut told = json!({
        "resourceType": "Questionnaire",
        "url": format!("{CANONICAL}{}", definition.name),
        "version": definition.version.to_string(),
        "name": name,
        "status": "active",
        "language": language.code(),
        "subjectType": ["Patient"],
        "item": items,
    });
    say(&mut told, "title", definition.titles.get(language));
    told
}

fn item(definition: &Definition, variable: &Variable, language: Language) -> Value {
    let kind = match variable.kind {
        Kind::SelectOne(_) | Kind::SelectMultiple(_) => "choice",
        Kind::Text => "string",
        Kind::Integer => "integer",
        Kind::Decimal => "decimal",
        Kind::Date => "date",
        Kind::Time => "time",
        Kind::DateTime => "dateTime",
    };
    // What makes the business key is always needed, if it is not calculated.
    let is_key = variable.key && variable.calculation.is_none();
    let is_needed = is_key || matches!(variable.required, Required::Always);
    let mut told = json!({
        "linkId": variable.name,
        "type": kind,
        "required": variable.relevant.is_none() && is_needed,
        "repeats": matches!(variable.kind, Kind::SelectMultiple(_)),
    });
    say(&mut told, "text", variable.labels.get(language));
    if variable.calculation.is_some() || variable.read_only {
        told["readOnly"] = true.into();
    }
    if let Some(list) = definition.list_of(variable).filter(|list| !list.choices.is_empty()) {
        let system = format!("{CANONICAL}{}:{}", definition.name, number::list_name(definition, list));
        let option = |at: usize| {
            let mut coding = json!({ "system": system, "code": list.choices[at].code });
            say(&mut coding, "display", list.label(at, language));
            json!({ "valueCoding": coding })
        };
        told["answerOption"] = (0..list.choices.len()).map(option).collect();
    }
    told
}

/// Adds a text, unless it is empty: FHIR knows no empty texts.
fn say(to: &mut Value, member: &str, text: &str) {
    if !text.trim().is_empty() {
        to[member] = text.into();
    }
}
