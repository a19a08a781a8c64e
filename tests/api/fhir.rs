//! FHIR R4: a definition as a Questionnaire, a response as a registration.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::system::{System, define, diagnosis, json_of};
use crate::portal::client::{Answer, Portal};

const RESPONSE: &str = "/proxy/fhir/QuestionnaireResponse";

/// A response that says what `payload` says, by the types of the questionnaire.
fn response(questionnaire: &Value, payload: &Value) -> Value {
    let items = questionnaire["item"].as_array().unwrap().iter().filter_map(|item| {
        let value = payload.get(item["linkId"].as_str().unwrap())?;
        let answer = match item["type"].as_str().unwrap() {
            "choice" => json!({ "valueCoding": { "code": value } }),
            "date" => json!({ "valueDate": value }),
            "dateTime" => json!({ "valueDateTime": value }),
            _ => json!({ "valueString": value }),
        };
        Some(json!({ "linkId": item["linkId"], "answer": [answer] }))
    });
    json!({
        "resourceType": "QuestionnaireResponse",
        "questionnaire": format!("{}|{}", questionnaire["url"].as_str().unwrap(), questionnaire["version"].as_str().unwrap()),
        "status": "completed",
        "item": items.collect::<Vec<_>>(),
    })
}

fn post(system: &mut System, body: &Value) -> Answer {
    system.post(RESPONSE, "application/fhir+json", &[], body.to_string().as_bytes())
}

/// A system that may send `VISITS`.
fn visits(portal: &Portal) -> System {
    define(
        portal,
        "1.0.0",
        "type,name,label::English (en),hd::key,calculation,read_only\ntext,ID,Number,yes,,\n\
         select_one COL,C,Colour,,,\nselect_multiple COL,M,,,,\nacknowledge,OKAY,Understood,,,\n\
         integer,N,How often,,,yes\ncalculate,SUM,,,1 + 1,\n\
         begin repeat,VISIT,,,,\ntext,VT,Text,,,\nend repeat,,,,,\n",
        "list_name,name,label::English (en)\nCOL,r,Red\nCOL,g,Green\n",
    );
    System::with(portal, &["VISITS"], true)
}

fn visit(items: Value) -> Value {
    json!({
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "urn:hd4dp:dcd:VISITS",
        "status": "completed",
        "item": items,
    })
}

#[test]
fn a_response_to_a_questionnaire_is_the_same_registration_as_the_payload() {
    let portal = Portal::start();
    portal.app.enrol();
    let mut system = System::of(&portal);
    let questionnaire = json_of(&system.get("/proxy/fhir/Questionnaire/INTEGO-DIAG"));
    assert_eq!(questionnaire["resourceType"], "Questionnaire");
    let first = post(&mut system, &response(&questionnaire, &diagnosis("D1")));
    assert_eq!(first.status, 202, "{}", first.text());
    assert_eq!(json_of(&system.submit(&diagnosis("D1")))["result"], "unchanged");
    let mut draft = response(&questionnaire, &diagnosis("D2"));
    draft["status"] = json!("in-progress");
    assert_eq!(json_of(&post(&mut system, &draft))["status"], "draft");
    draft["item"][0]["linkId"] = json!("NOTHING");
    assert_eq!(post(&mut system, &draft).status, 422);
    for wrong in [json!({}), json!({ "resourceType": "Patient", "status": "completed" })] {
        assert_eq!(post(&mut system, &wrong).status, 400);
    }
    assert_eq!(system.get("/proxy/fhir/Questionnaire/INTEGO-LAB").status, 403);
}

#[test]
fn what_stands_in_answers_is_taken_and_what_would_be_lost_refuses_the_response() {
    let portal = Portal::start();
    let mut system = visits(&portal);
    let answer = post(
        &mut system,
        &visit(json!([
            { "linkId": "ID", "answer": [{ "valueString": "1", "item": [
                { "linkId": "C", "answer": [{ "valueCoding": { "display": "Red" } }] },
                { "linkId": "VISIT", "item": [{ "linkId": "VT", "answer": [{ "valueString": "first" }] }] },
            ] }] },
            { "linkId": "M", "answer": [{ "valueCoding": { "code": "g" } }, { "valueCoding": { "code": "r" } }] },
            { "linkId": "OKAY", "answer": [{ "valueBoolean": true }] },
        ])),
    );
    assert_eq!(answer.status, 202, "{}", answer.text());
    let told = json_of(&system.get("/proxy/api/dcd/submit?incl-submit-data=true"));
    let data = &told["registrations"][0]["data"];
    assert_eq!((&data["C"], &data["M"], &data["OKAY"]), (&json!("r"), &json!(["r", "g"]), &json!("OK")));
    assert_eq!(data["VISIT"], json!([{ "VT": "first" }]));
    let id = json!({ "linkId": "ID", "answer": [{ "valueString": "2" }] });
    for (item, code, field) in [
        (
            json!({ "linkId": "N", "answer": [{ "vlaueInteger": 1 }] }),
            "payload-fhir-unknown",
            "N/vlaueInteger",
        ),
        (json!({ "linkId": "N", "anwser": [] }), "payload-fhir-unknown", "N/anwser"),
        (
            json!({ "linkId": "M", "answer": [{ "valueCoding": { "code": "r" }, "valueString": "g" }] }),
            "payload-fhir-value",
            "M",
        ),
        (
            json!({ "linkId": "VISIT", "answer": [{ "valueString": "x" }], "item": [] }),
            "payload-fhir-group",
            "VISIT",
        ),
        (json!({ "linkId": "NOPE", "answer": [{ "valueString": "x" }] }), "payload-unknown", "NOPE"),
        (
            json!({ "linkId": "STATUS", "answer": [{ "valueString": "draft" }] }),
            "payload-fhir-unknown",
            "STATUS",
        ),
    ] {
        let answer = post(&mut system, &visit(json!([id, item])));
        assert_eq!(answer.status, 422, "{}", answer.text());
        let answer = json_of(&answer);
        let found = &answer["findings"][0];
        assert_eq!(answer["code"], "api-payload-refused");
        assert_eq!((&found["code"], &found["field"]), (&json!(code), &json!(field)));
    }
    assert_eq!(portal.app.sqlite("SELECT accepted, rejected FROM import"), "1|6");
    let named = [("Idempotency-Key", "twice")];
    let wrong = visit(json!([{ "linkId": "ID", "answer": [{ "value": "2" }] }])).to_string();
    let [first, again] =
        [0, 1].map(|_| system.post(RESPONSE, "application/fhir+json", &named, wrong.as_bytes()));
    assert_eq!((first.status, &first.body), (422, &again.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[test]
fn a_response_of_very_many_items_takes_no_longer_than_it_is_long() {
    let portal = Portal::start();
    let mut system = visits(&portal);
    let mut send = |items: usize| {
        let items = (0..items).map(|at| format!(r#"{{"linkId":"X{at}","answer":[{{"valueInteger":1}}]}}"#));
        let items = items.collect::<Vec<_>>().join(",");
        let body = visit(json!([])).to_string().replace("\"item\":[]", &format!("\"item\":[{items}]"));
        let begun = Instant::now();
        let answer = system.post(RESPONSE, "application/fhir+json", &[], body.as_bytes());
        (answer.status, json_of(&answer)["code"].clone(), begun.elapsed(), body.len())
    };
    let (status, code, took, length) = send(80_000);
    assert_eq!((status, code), (422, json!("api-payload-refused")), "{length}");
    assert!(took < Duration::from_secs(20), "{took:?} for {length} bytes");
    let (status, code, ..) = send(160_000);
    assert_eq!((status, code), (413, json!("api-fhir-too-large")));
}

#[test]
fn a_questionnaire_has_no_empty_texts_and_says_what_is_not_to_be_answered() {
    let portal = Portal::start();
    let mut system = visits(&portal);
    let told = json_of(&system.get("/proxy/fhir/Questionnaire/VISITS"));
    let text = told.to_string();
    assert!(!text.contains("\"\"") && !text.contains("[]"), "{text}");
    let items = told["item"].as_array().unwrap();
    let item = |name: &str| items.iter().find(|item| item["linkId"] == name).unwrap();
    for (name, text, read_only) in [
        ("SUM", Value::Null, json!(true)),
        ("N", json!("How often"), json!(true)),
        ("C", json!("Colour"), Value::Null),
        ("VISIT", Value::Null, Value::Null),
    ] {
        assert_eq!((&item(name)["text"], &item(name)["readOnly"]), (&text, &read_only), "{name}");
    }
    assert_eq!(told["title"], "Visits");
    assert_eq!(item("ID")["required"], true, "a registration without its key is refused");
}
