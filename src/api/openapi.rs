//! `GET /proxy/openapi.json`: the API described for programs (OpenAPI 3.1),
//! made of the table that the requests themselves go by.

use serde_json::{Map, Value, json};

use super::{
    answer::Answer,
    call::Call,
    problem,
    route::{ALWAYS, Kind, LETTERS, Need, Param, Route},
    routes::ROUTES,
};
use crate::{
    error::{Error, Result},
    language::Language,
};

/// What answers are made of, as JSON Schema by name.
pub const SCHEMAS: &str = include_str!("../../assets/api/schemas.json");

/// The description.
pub fn get(call: &Call<'_>) -> Result<Answer> {
    Answer::json(200, &document(call.language)?)
}

/// Leads people to what they can read.
pub fn page(_: &Call<'_>) -> Result<Answer> {
    Ok(Answer::new(303, "", Vec::new()).header("Location", "/ssp/help/api"))
}

fn document(language: Language) -> Result<Value> {
    let schemas: Value = serde_json::from_str(SCHEMAS).map_err(Error::internal)?;
    let mut paths = Map::new();
    for route in ROUTES.iter().filter(|route| route.is_for_programs()) {
        let methods = paths.entry(route.path).or_insert_with(|| json!({}));
        methods[route.method.to_lowercase()] = operation(route, language);
    }
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": language.text("api-title", &[]),
            "description":
                format!("{}\n\n{}", language.text("api-about", &[]), language.text("api-params-others", &[])),
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "basic": { "type": "http", "scheme": "basic" },
                "bearer": { "type": "http", "scheme": "bearer" },
            },
        },
    }))
}

fn operation(route: &Route, language: Language) -> Value {
    let mut parameters: Vec<Value> = route.params.iter().map(|param| parameter(param, language)).collect();
    if let Some(name) = route.part() {
        parameters.push(json!({
            "name": name, "in": "path", "required": true,
            "description": language.text("api-param-dcd-id", &[]),
            "schema": { "type": "string", "pattern": "^[A-Za-z0-9_.@-]+$", "maxLength": LETTERS },
        }));
    }
    if !route.body.is_empty() {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header",
            "description": language.text("api-param-idempotency-key", &[]),
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~]+$" },
        }));
    }
    let mut operation = json!({
        "operationId": route.name,
        "summary": language.text(&format!("api-op-{}", route.name), &[]),
        "parameters": parameters,
        "responses": responses(route, language),
        "security": match route.need {
            Need::Anyone => json!([{}, { "basic": [] }, { "bearer": [] }]),
            Need::Key | Need::Reader => json!([{ "basic": [] }, { "bearer": [] }]),
        },
    });
    if !route.body.is_empty() {
        let content = route.body.iter().map(|(media, schema)| ((*media).to_owned(), refer(schema)));
        let content: Map<String, Value> = content.collect();
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}

fn responses(route: &Route, language: Language) -> Value {
    let mut responses = Map::new();
    for (status, schema) in route.answers {
        let media = Route::media(schema);
        responses.insert(
            status.to_string(),
            json!({
                "description": language.text(&format!("api-op-{}", route.name), &[]),
                "content": { media: refer(schema) },
            }),
        );
    }
    for (status, _) in ALWAYS.iter().copied().chain(route.own_problems()) {
        responses.insert(
            status.to_string(),
            json!({
                "description": language.text("api-problem", &[]),
                "content": { problem::MEDIA: refer("Problem") },
            }),
        );
    }
    Value::Object(responses)
}

fn refer(schema: &str) -> Value {
    json!({ "schema": { "$ref": format!("#/components/schemas/{schema}") } })
}

fn parameter(param: &Param, language: Language) -> Value {
    let schema = match param.kind {
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Count(most) => json!({ "type": "integer", "minimum": 1, "maximum": most }),
        Kind::Name => {
            json!({ "type": "string", "minLength": 1, "maxLength": LETTERS, "pattern": "^[!-~]+$" })
        }
        Kind::Text => {
            json!({ "type": "string", "maxLength": LETTERS, "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$" })
        }
        Kind::Word(words) => json!({ "type": "string", "pattern": any_case(words) }),
    };
    json!({
        "name": param.name, "in": "query", "required": param.required, "schema": schema,
        "description": language.text(&format!("api-param-{}", param.name), &[]),
    })
}

/// A pattern for words in any case.
fn any_case(words: &[&str]) -> String {
    let letter = |letter: char| match letter.is_ascii_alphabetic() {
        true => format!("[{}{}]", letter.to_ascii_lowercase(), letter.to_ascii_uppercase()),
        false => letter.to_string(),
    };
    let words: Vec<String> = words.iter().map(|word| word.chars().map(letter).collect()).collect();
    format!("^({})$", words.join("|"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_address_and_parameter_is_described_in_each_language() {
        for language in Language::ALL {
            let document = document(language).unwrap();
            let text = document.to_string();
            assert!(!text.contains("\"api-"), "{text}");
            let listed = ROUTES.iter().filter(|route| !route.path.eq("/proxy"));
            for route in listed {
                assert!(
                    document["paths"][route.path][route.method.to_lowercase()].is_object(),
                    "{}",
                    route.path
                );
            }
        }
    }

    #[test]
    fn each_schema_that_is_named_is_there_and_each_that_is_there_is_named() {
        let document = document(Language::En).unwrap();
        let text = document.to_string();
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(text.contains(&format!("\"#/components/schemas/{name}\"")), "{name}");
        }
        for rest in text.split("\"#/components/schemas/").skip(1) {
            let name = rest.split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}
