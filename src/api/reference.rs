//! The API described for people, made of the table that the requests
//! themselves go by.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    openapi::SCHEMAS,
    problem,
    route::{ALWAYS, Kind, NOWHERE, Need, Param, Route},
    routes::ROUTES,
};
use crate::{
    error::{Error, Result},
    language::{Arg, Language},
};

/// An address.
#[derive(Debug, Serialize)]
pub struct Address {
    /// Its name for programs, which is its place on the page, too.
    pub name: &'static str,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Its path; a part in braces stands for any one part.
    pub path: &'static str,
    /// What it is for.
    pub about: String,
    /// Who may ask: the message `api-reference-need-…`.
    pub need: &'static str,
    /// What may be said in the request beside the body.
    pub params: Vec<Parameter>,
    /// What the body can be: media types with an example each.
    pub bodies: Vec<(&'static str, &'static str)>,
    /// What it answers when all is well: status, media type, and what its JSON
    /// looks like.
    pub answers: Vec<(u16, &'static str, String)>,
    /// Its own problems.
    pub problems: Vec<Problem>,
    /// Requests to try, for a shell.
    pub examples: Vec<String>,
}

/// What may be said in a request.
#[derive(Debug, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Where it stands: `query`, `path` or `header`.
    pub place: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it may be.
    pub kind: String,
    /// What it means.
    pub about: String,
}

/// Something that can go wrong.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// The status of the answer.
    pub status: u16,
    /// Its stable code.
    pub code: &'static str,
    /// What a person is told.
    pub text: String,
}

/// All addresses, in the order of the table. `base` is where the appliance is
/// reached: `https://localhost`.
///
/// # Errors
///
/// The schemas that the appliance carries cannot be read.
pub fn addresses(language: Language, base: &str) -> Result<Vec<Address>> {
    let schemas: Map<String, Value> = serde_json::from_str(SCHEMAS).map_err(Error::internal)?;
    Ok(ROUTES.iter().map(|route| address(route, language, base, &schemas)).collect())
}

/// What can go wrong at every address.
pub fn always(language: Language) -> Vec<Problem> {
    problems(NOWHERE.iter().chain(ALWAYS).copied(), language)
}

/// What the JSON of a problem looks like.
///
/// # Errors
///
/// As [`addresses`].
pub fn problem_sketch() -> Result<(&'static str, String)> {
    let schemas: Map<String, Value> = serde_json::from_str(SCHEMAS).map_err(Error::internal)?;
    Ok((problem::MEDIA, written(&sketch(&schemas["Problem"], &schemas, 0))))
}

fn address(route: &Route, language: Language, base: &str, schemas: &Map<String, Value>) -> Address {
    let answers = route.answers.iter().flat_map(|(status, name)| {
        let schema = &schemas[*name];
        let several = schema["oneOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
        let sketches = several.into_iter().map(|schema| written(&sketch(&schema, schemas, 0)));
        sketches.map(|sketch| (*status, Route::media(name), sketch)).collect::<Vec<_>>()
    });
    Address {
        name: route.name,
        method: route.method,
        path: route.path,
        about: language.text(&format!("api-op-{}", route.name), &[]),
        need: match route.need {
            Need::Anyone => "anyone",
            Need::Key => "key",
            Need::Reader => "reader",
        },
        params: parameters(route, language),
        bodies: route.body.iter().map(|(media, schema)| (*media, body(schema))).collect(),
        answers: answers.collect(),
        problems: problems(route.own_problems(), language),
        examples: examples(route, base),
    }
}

fn parameters(route: &Route, language: Language) -> Vec<Parameter> {
    let text = |name: &str| language.text(&format!("api-param-{name}"), &[]);
    let kind = |id: &str| language.text(&format!("api-kind-{id}"), &[]);
    let part = route.part().map(|name| Parameter {
        name,
        place: "path",
        required: true,
        kind: kind("name"),
        about: text("dcd-id"),
    });
    let query = route.params.iter().map(|param| Parameter {
        name: param.name,
        place: "query",
        required: param.required,
        kind: kind_of(param, language),
        about: text(param.name),
    });
    let header = (!route.body.is_empty()).then(|| Parameter {
        name: "Idempotency-Key",
        place: "header",
        required: false,
        kind: kind("name"),
        about: text("idempotency-key"),
    });
    part.into_iter().chain(query).chain(header).collect()
}

fn kind_of(param: &Param, language: Language) -> String {
    match param.kind {
        Kind::Flag => language.text("api-kind-flag", &[]),
        Kind::Count(most) if most < 1_000_000 => language.text("api-kind-count", &[("most", most.into())]),
        Kind::Count(_) => language.text("api-kind-number", &[]),
        Kind::Name => language.text("api-kind-name", &[]),
        Kind::Text => language.text("api-kind-text", &[]),
        Kind::Word(words) => words.join(", "),
    }
}

/// The sentences by status, with an ellipsis for what differs from time to time.
fn problems(all: impl Iterator<Item = (u16, &'static str)>, language: Language) -> Vec<Problem> {
    let args = ["name", "title", "version", "line", "column", "limit", "seconds"];
    let args = args.map(|name| (name, Arg::Text("…".to_owned())));
    let told = |(status, code)| Problem { status, code, text: language.text(code, &args) };
    let mut problems: Vec<_> = all.map(told).collect();
    problems.sort_by_key(|problem| problem.status);
    problems
}

/// Requests that work with a key for INTEGO-DIAG; what they send stays here
/// as drafts.
fn examples(route: &Route, base: &str) -> Vec<String> {
    let path = route.path.replace("{dcd}", "INTEGO-DIAG");
    let key = if route.need == Need::Anyone { "" } else { " --user 'KEY:SECRET'" };
    let start = format!("curl{key} '{base}{path}{}'", route.example);
    if route.body.is_empty() {
        return vec![start];
    }
    let posted = |(media, schema): &(&str, &str)| {
        format!("{start} \\\n  --header 'Content-Type: {media}' \\\n  --data-binary '{}'", body(schema))
    };
    route.body.iter().map(posted).collect()
}

/// An example of a body.
fn body(schema: &str) -> &'static str {
    match schema {
        "Lines" => {
            "{\"STATUS\": \"draft\", \"TX_DIAG_ID\": \"D1\"}\n{\"STATUS\": \"draft\", \"TX_DIAG_ID\": \"D2\"}"
        }
        "FhirQuestionnaireResponse" => {
            "{\"resourceType\": \"QuestionnaireResponse\", \"status\": \"in-progress\",\n \
             \"questionnaire\": \"urn:hd4dp:dcd:INTEGO-DIAG\",\n \
             \"item\": [{\"linkId\": \"TX_DIAG_ID\", \"answer\": [{\"valueString\": \"D3\"}]}]}"
        }
        _ => "{\"STATUS\": \"draft\", \"TX_DIAG_ID\": \"D1\", \"CD_DIAG_STAT\": \"ACTIVE\"}",
    }
}

/// How deep schemas that speak of themselves are followed.
const DEPTH: usize = 8;

/// A JSON value that looks as the schema says.
fn sketch(schema: &Value, schemas: &Map<String, Value>, depth: usize) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let named = schemas.get(name).filter(|_| depth < DEPTH);
        return named.map_or_else(|| json!({}), |schema| sketch(schema, schemas, depth + 1));
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(values) = schema["enum"].as_array() {
        let words: Vec<_> = values.iter().filter_map(Value::as_str).collect();
        return words.join(" | ").into();
    }
    if let Some(first) = ["anyOf", "oneOf"].iter().find_map(|name| schema[*name].get(0)) {
        return sketch(first, schemas, depth + 1);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("object") => {
            let members = schema["properties"].as_object().into_iter().flatten();
            let members = members.map(|(name, schema)| (name.clone(), sketch(schema, schemas, depth + 1)));
            Value::Object(members.collect())
        }
        Some("array") => json!([sketch(&schema["items"], schemas, depth + 1)]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        Some("null") => Value::Null,
        _ => "…".into(),
    }
}

fn written(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    #[test]
    fn each_line_of_the_table_is_told_whole_in_each_language() {
        for language in Language::ALL {
            let all = addresses(language, "https://localhost").unwrap();
            assert_eq!(all.len(), ROUTES.len());
            for (address, route) in all.iter().zip(ROUTES) {
                assert_eq!((address.method, address.path), (route.method, route.path));
                let is_told = |text: &str| !text.is_empty() && !text.starts_with("api-");
                let params = address.params.iter().all(|param| is_told(&param.about) && is_told(&param.kind));
                assert!(is_told(&address.about) && params, "{address:?}");
                assert!(address.answers.iter().all(|(.., sketch)| sketch.len() > 2), "{address:?}");
                for problem in address.problems.iter().chain(&always(language)) {
                    assert!(problem.text != problem.code && !problem.text.contains("$"), "{problem:?}");
                }
            }
        }
    }

    #[test]
    fn each_code_that_the_source_answers_with_is_in_the_table() {
        let everywhere = ALWAYS.iter().chain(NOWHERE).copied();
        let known: BTreeSet<&str> =
            ROUTES.iter().flat_map(Route::own_problems).chain(everywhere).map(|(_, code)| code).collect();
        // What the database says, and what an organisation may not: these words
        // stand where nobody thinks of the API.
        for (file, begins) in [("failure.rs", "\"store-"), ("limit.rs", "Error::")] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store").join(file);
            let text = fs::read_to_string(path).unwrap();
            let code = |(at, _)| text[at..].lines().next()?.split('"').nth(1);
            let codes: Vec<&str> = text.match_indices(begins).filter_map(code).collect();
            assert!(codes.len() > 1, "{file}");
            for code in codes {
                assert!(known.contains(code), "{file}: {code}");
            }
        }
        let own = [
            "api-about",
            "api-title",
            "api-problem",
            "api-params-others",
            "api-param-dcd-id",
            "api-param-idempotency-key",
        ];
        let mut paths = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api")];
        while let Some(path) = paths.pop() {
            if path.is_dir() {
                paths.extend(fs::read_dir(path).unwrap().map(|file| file.unwrap().path()));
                continue;
            }
            if path.ends_with("reference.rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for part in text.split("\"api-").skip(1) {
                let code = format!("api-{}", part.split('"').next().unwrap());
                let is_code = code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
                assert!(
                    !is_code || code.ends_with('-') || own.contains(&&*code) || known.contains(&*code),
                    "{}: {code}",
                    path.display()
                );
            }
        }
    }
}
