//! FHIR R4, as far as it fits: a definition as a Questionnaire, and a
//! QuestionnaireResponse as a registration. An item is linked to a variable by
//! its name.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use super::{answer::Answer, call::Call, number, submit};
use crate::{
    definition::{Definition, Kind, Required, Variable},
    error::{Code, Error, Result},
    language::Language,
};

/// Before the name of a definition in its canonical address.
const CANONICAL: &str = "urn:hd4dp:dcd:";

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

/// Stores the registration that a QuestionnaireResponse is.
pub fn response(call: &Call<'_>) -> Result<Answer> {
    let unreadable = || Error::new(Code::Usage, "api-fhir-unreadable");
    let response: Response<'_> = serde_json::from_slice(call.body).map_err(|_| unreadable())?;
    let canonical = response.questionnaire.as_deref().and_then(|address| address.strip_prefix(CANONICAL));
    if response.resource_type != "QuestionnaireResponse" {
        return Err(unreadable());
    }
    let (name, version) = match canonical.ok_or_else(|| Error::new(Code::Usage, "api-fhir-questionnaire"))? {
        name if name.contains('|') => name.split_once('|').map_or((name, None), |(a, b)| (a, Some(b))),
        name => (name, None),
    };
    let known = call.definition(Some(name), version)?;
    let mut members = Members::default();
    members.items(&known.definition, &response.item);
    match &*response.status {
        "in-progress" => members.put("STATUS", "\"draft\"".to_owned(), false),
        "completed" | "amended" => {}
        _ => return Err(Error::new(Code::Usage, "api-fhir-status")),
    }
    submit::one(call, &known, members.object().as_bytes())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    resource_type: String,
    questionnaire: Option<String>,
    status: String,
    #[serde(borrow, default)]
    item: Vec<Item<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    link_id: String,
    #[serde(borrow, default)]
    answer: Vec<BTreeMap<Cow<'a, str>, &'a RawValue>>,
    #[serde(borrow, default)]
    item: Vec<Item<'a>>,
}

/// Members of a payload on their way: each with its values as JSON, and whether
/// they are an array even if there is but one.
#[derive(Default)]
struct Members(Vec<(String, Vec<String>, bool)>);

impl Members {
    fn items(&mut self, definition: &Definition, items: &[Item<'_>]) {
        for item in items {
            let is_repeat = definition.repeats.iter().any(|repeat| repeat.name == item.link_id);
            if is_repeat {
                let mut instance = Self::default();
                instance.items(definition, &item.item);
                self.put(&item.link_id, instance.object(), true);
                continue;
            }
            for answer in &item.answer {
                if let Some((kind, value)) = answer.iter().find(|(name, _)| name.starts_with("value")) {
                    self.put(&item.link_id, plain(kind, value), false);
                }
            }
            // Groups are for people; their variables stand beside the others.
            self.items(definition, &item.item);
        }
    }

    fn put(&mut self, name: &str, value: String, is_array: bool) {
        match self.0.iter_mut().find(|(known, ..)| known == name) {
            Some((_, values, _)) => values.push(value),
            None => self.0.push((name.to_owned(), vec![value], is_array)),
        }
    }

    fn object(&self) -> String {
        let members = self.0.iter().map(|(name, values, is_array)| {
            let value = match values.as_slice() {
                [value] if !is_array => value.clone(),
                values => format!("[{}]", values.join(",")),
            };
            format!("{}:{value}", Value::from(name.as_str()))
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}

/// The value of an answer: of a coding its code.
fn plain(kind: &str, value: &RawValue) -> String {
    let coding = || {
        let coding: BTreeMap<String, &RawValue> = serde_json::from_str(value.get()).ok()?;
        Some(coding.get("code")?.get().to_owned())
    };
    match kind {
        "valueCoding" => coding().unwrap_or_else(|| "null".to_owned()),
        _ => value.get().to_owned(),
    }
}

fn told(definition: &Definition, language: Language) -> Value {
    let mut items: Vec<Value> = Vec::new();
    for variable in definition.variables.iter().filter(|variable| variable.repeat.is_none()) {
        items.push(item(definition, variable, language));
    }
    for repeat in &definition.repeats {
        let variables = definition.variables[repeat.variables.clone()].iter();
        items.push(json!({
            "linkId": repeat.name,
            "text": repeat.labels.get(language),
            "type": "group",
            "repeats": true,
            "item": variables.map(|variable| item(definition, variable, language)).collect::<Vec<_>>(),
        }));
    }
    let name: String = definition
        .name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
        .collect();
    json!({
        "resourceType": "Questionnaire",
        "url": format!("{CANONICAL}{}", definition.name),
        "version": definition.version.to_string(),
        "name": name,
        "title": definition.titles.get(language),
        "status": "active",
        "language": language.code(),
        "subjectType": ["Patient"],
        "item": items,
    })
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
    let mut told = json!({
        "linkId": variable.name,
        "text": variable.labels.get(language),
        "type": kind,
        "required": variable.relevant.is_none() && matches!(variable.required, Required::Always),
        "repeats": matches!(variable.kind, Kind::SelectMultiple(_)),
    });
    if let Some(list) = definition.list_of(variable) {
        let system = format!("{CANONICAL}{}:{}", definition.name, number::list_name(definition, list));
        let option = |at: usize| {
            let coding = json!({ "system": system, "code": list.choices[at].code, "display": list.label(at, language) });
            json!({ "valueCoding": coding })
        };
        told["answerOption"] = (0..list.choices.len()).map(option).collect();
    }
    told
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::definition::bundled;

    #[test]
    fn answers_become_members_and_numbers_keep_their_digits() {
        let text = r#"{"resourceType":"QuestionnaireResponse","status":"completed","item":[
            {"linkId":"A","answer":[{"valueDecimal":1.50}]},
            {"linkId":"G","item":[{"linkId":"B","answer":[{"valueCoding":{"code":"x"}},{"valueCoding":{"code":"y"}}]}]}]}"#;
        let response: Response<'_> = serde_json::from_str(text).unwrap();
        let mut members = Members::default();
        members.items(&bundled()[0].definition().unwrap(), &response.item);
        assert_eq!(members.object(), r#"{"A":1.50,"B":["x","y"]}"#);
    }
}
