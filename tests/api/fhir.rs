//! FHIR R4: a definition as a Questionnaire, a response as a registration.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::system::{System, diagnosis, json_of};
use crate::portal::client::Portal;

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

#[test]
fn a_response_to_a_questionnaire_is_the_same_registration_as_the_payload() {
    let portal = Portal::start();
    portal.app.enrol();
    let mut system = System::of(&portal);
    let questionnaire = json_of(&system.get("/proxy/fhir/Questionnaire/INTEGO-DIAG"));
    assert_eq!(questionnaire["resourceType"], "Questionnaire");
    let mut post = |system: &mut System, body: &Value| {
        system.post(RESPONSE, "application/fhir+json", &[], body.to_string().as_bytes())
    };
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
