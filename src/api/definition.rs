//! What a payload may hold: the definition, one field, one code list.

use serde_json::{Value, json};

use super::{answer::Answer, call::Call, known::Known, number};
use crate::{
    definition::{Definition, Kind, List, Required, Variable},
    error::{Code, Error, Result},
    intake::header::TECHNICAL,
    language::Language,
};

/// The fields that a payload of a definition may have.
pub fn payload(call: &Call<'_>) -> Result<Answer> {
    let known = call.definition(call.param("dcd-id"), call.param("version"))?;
    let definition = &known.definition;
    let version = definition.version.to_string();
    let tell = |variable: &Variable| told(definition, variable, call.language);
    let outside = definition.variables.iter().filter(|variable| variable.repeat.is_none());
    let repeats = definition.repeats.iter().map(|repeat| {
        let fields: Vec<_> = definition.variables[repeat.variables.clone()].iter().map(tell).collect();
        json!({ "key": repeat.name, "label": repeat.labels.get(call.language), "fields": fields })
    });
    Answer::json(
        200,
        &json!({
            "dcdId": number::definition(&definition.name),
            "dcdVersionId": number::version(&definition.name, &version),
            "project": definition.project,
            "name": definition.name,
            "version": version,
            "title": definition.titles.get(call.language),
            "fields": outside.map(tell).collect::<Vec<_>>(),
            "repeats": repeats.collect::<Vec<_>>(),
            "technicalFields": TECHNICAL,
        }),
    )
}

/// One field.
pub fn field(call: &Call<'_>) -> Result<Answer> {
    let wanted = call.param("field-id").unwrap_or_default();
    find(call, wanted, |known| {
        let definition = &known.definition;
        let is_it = |variable: &&Variable| {
            number::field(definition, &variable.name).to_string() == wanted
                || variable.name.eq_ignore_ascii_case(wanted)
        };
        let variable = definition.variables.iter().find(is_it)?;
        Some(told(definition, variable, call.language))
    })
}

/// The values of a code list.
pub fn code_list(call: &Call<'_>) -> Result<Answer> {
    let wanted = call.param("codelist-id").unwrap_or_default();
    find(call, wanted, |known| {
        let definition = &known.definition;
        let list = definition.lists.iter().find(|list| number::list(definition, list).to_string() == wanted);
        let list = list.or_else(|| list_called(definition, wanted))?;
        Some(values(definition, list, call.language))
    })
}

/// The list of this name. A list to which variables add another answer is there
/// twice; it is told as a variable takes it, without that answer if one does.
fn list_called<'d>(definition: &'d Definition, name: &str) -> Option<&'d List> {
    let called = || definition.lists.iter().filter(|list| list.name.eq_ignore_ascii_case(name));
    let is_used = |list: &&List| {
        let mut variables = definition.variables.iter();
        variables.any(|variable| definition.list_of(variable).is_some_and(|used| std::ptr::eq(used, *list)))
    };
    let exact = |list: &&List| number::list_name(definition, list).eq_ignore_ascii_case(name);
    called().find(is_used).or_else(|| called().next()).or_else(|| definition.lists.iter().find(exact))
}

/// Looks through all definitions that the key is for: through the newest
/// version of each that something can be sent under, and then through the
/// earlier ones, whose numbers clients were given as well.
fn find(call: &Call<'_>, wanted: &str, pick: impl Fn(&Known) -> Option<Value>) -> Result<Answer> {
    let all = call.open_definitions()?;
    let is_earlier: Vec<bool> = (0..all.len()).map(|at| at > 0 && all[at - 1].name == all[at].name).collect();
    let of = |earlier: bool| {
        all.iter().zip(&is_earlier).filter(move |(_, is)| **is == earlier).map(|(listed, _)| listed.clone())
    };
    let ordered = of(false).chain(of(true)).collect();
    for listed in call.api.shelf.holding(ordered, wanted) {
        let known = call.api.store.read(|tx| call.api.shelf.get(tx, &listed))?;
        if let Some(found) = pick(&known) {
            return Answer::json(200, &found);
        }
    }
    Err(Error::new(Code::NotFound, "api-nothing"))
}

fn told(definition: &Definition, variable: &Variable, language: Language) -> Value {
    let mut told = json!({
        "fieldId": number::field(definition, &variable.name),
        "key": variable.name,
        "label": variable.labels.get(language),
        "hint": variable.hints.get(language),
        "fieldType": type_of(variable.kind),
        "multiple": matches!(variable.kind, Kind::SelectMultiple(_)),
        "required": match variable.required {
            Required::Never if variable.key => "always",
            Required::Never => "never",
            Required::Always => "always",
            Required::When(_) => "sometimes",
        },
        "businessKey": variable.key,
        "conditional": variable.relevant.is_some(),
    });
    if let Some(list) = definition.list_of(variable) {
        told["codelistId"] = number::list(definition, list).into();
    }
    if let Some(format) = variable.format {
        told["digits"] = format.total.into();
        told["decimals"] = format.decimals.into();
    }
    told
}

fn values(definition: &Definition, list: &List, language: Language) -> Value {
    let value = |at: usize| {
        let choice = &list.choices[at];
        let label = |language| list.label(at, language);
        json!({
            "id": number::choice(definition, list, &choice.code),
            "code": choice.code,
            "label": label(language),
            "labels": { "en": label(Language::En), "fr": label(Language::Fr), "nl": label(Language::Nl) },
        })
    };
    json!({
        "codelistId": number::list(definition, list),
        "name": list.name,
        "values": (0..list.choices.len()).map(value).collect::<Vec<_>>(),
    })
}

fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::SelectOne(_) | Kind::SelectMultiple(_) => "CODE",
        Kind::Text => "TEXT",
        Kind::Integer => "INTEGER",
        Kind::Decimal => "DECIMAL",
        Kind::Date => "DATE",
        Kind::Time => "TIME",
        Kind::DateTime => "DATETIME",
    }
}
