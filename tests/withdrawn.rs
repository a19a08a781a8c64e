//! What a person withdrew stays withdrawn, however often the source brings it.

#![allow(clippy::unwrap_used)]

use hd4dp::{
    domain::{account::Actor, registration::RegistrationId, role::Role},
    store::withdrawal,
};
use serde_json::{Value, json};

use crate::{
    api::system::{System, diagnosis, json_of},
    common::{DIAG_HEADER, NIHDI, diag},
    portal::{
        client::Portal,
        entry::{answers, entered, page, portal},
    },
};

const SUBMITTED: &str = "1";
const SUPERSEDED: &str = "7";
const WITHDRAWN: &str = "8";

fn withdraw_newest(portal: &Portal) {
    let id = RegistrationId(portal.app.sqlite("SELECT max(id) FROM registration").parse().unwrap());
    let (by, group) = (Actor::System("test".into()), portal.group(NIHDI).id);
    portal.store.write(|tx| withdrawal::withdraw(tx, &by, group, id, "mistake", "")).unwrap();
    assert_eq!(states(portal).last().unwrap(), WITHDRAWN);
}

/// The states of all registrations, as they came.
fn states(portal: &Portal) -> Vec<String> {
    let states = portal.app.sqlite("SELECT state FROM registration ORDER BY id");
    states.lines().map(str::to_owned).collect()
}

fn codes(findings: &Value) -> Vec<&str> {
    findings.as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect()
}

#[test]
fn a_system_that_sends_it_again_is_told_that_it_stays_and_another_value_brings_it_back() {
    let portal = portal();
    let mut system = System::of(&portal);
    assert_eq!(system.submit(&diagnosis("D1")).status, 202);
    withdraw_newest(&portal);
    let again = json_of(&system.submit(&diagnosis("D1")));
    assert_eq!((&again["result"], &again["status"]), (&json!("unchanged"), &json!("withdrawn")), "{again}");
    assert_eq!(codes(&again["findings"]), ["row-withdrawn-stays"]);
    let message = again["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("was withdrawn on 20") && message.contains("by form"), "{message}");
    let batch = json_of(&system.submit(&json!([diagnosis("D1"), diagnosis("D2")])));
    assert_eq!((&batch["unchanged"], &batch["findings"]), (&json!(1), &json!(1)), "{batch}");
    assert_eq!(batch["results"][0]["status"], "withdrawn");
    assert_eq!(states(&portal), [WITHDRAWN, SUBMITTED]);

    let mut other = diagnosis("D1");
    other["TX_DIAG"] = json!("another text");
    let back = json_of(&system.submit(&other));
    assert_eq!((&back["result"], &back["status"]), (&json!("correction"), &json!("submitted")), "{back}");
    assert_eq!(codes(&back["findings"]), ["row-withdrawn-back"]);
    assert_eq!(states(&portal), [SUPERSEDED, SUBMITTED, SUBMITTED]);
    assert_eq!(codes(&json_of(&system.submit(&other))["findings"]), [""; 0]);
}

#[test]
fn an_extract_every_night_leaves_it_withdrawn_and_says_so() {
    let portal = portal();
    let file = |name: &str, texts: [&str; 2]| {
        let rows = [diag("D1", texts[0]), diag("D2", texts[1])].join("\n");
        portal.app.file(name, format!("{DIAG_HEADER}\n{rows}\n"))
    };
    portal.app.import("INTEGO-DIAG", &file("a.csv", ["one", "two"]));
    withdraw_newest(&portal);
    let night = file("b.csv", ["other", "two"]);
    let args = ["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG", "--dry-run", "--json"];
    let dry = portal.app.run(args.into_iter().chain([night.to_str().unwrap()])).json();
    assert!(dry.to_string().contains("row-withdrawn-stays"), "{dry}");
    let (status, report) = portal.app.import("INTEGO-DIAG", &night);
    assert_eq!((status, &report["unchanged"], &report["accepted"]), (0, &json!(1), &json!(1)), "{report}");
    assert_eq!(portal.app.sqlite("SELECT row, code FROM finding"), "2|row-withdrawn-stays");
    assert_eq!(portal.app.sqlite("SELECT warnings FROM import ORDER BY id DESC LIMIT 1"), "1");
    assert_eq!(states(&portal), [SUPERSEDED, WITHDRAWN, SUBMITTED]);
    let (_, report) = portal.app.import("INTEGO-DIAG", &file("c.csv", ["other", "mended"]));
    assert_eq!(report["imports"][0]["rows"]["corrections"], 1, "{report}");
    let told = "SELECT row, code FROM finding WHERE import = 3";
    assert_eq!(portal.app.sqlite(told), "2|row-withdrawn-back");
}

#[test]
fn a_form_that_somebody_submits_brings_it_back_as_it_was() {
    let portal = portal();
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    let (form, whole) = (page("/new/INTEGO-DIAG"), answers(&[], "submit"));
    let first = entered(&an.post(&form, &whole));
    withdraw_newest(&portal);
    assert!(an.get(&first).text().contains("Withdrawn"));
    let second = entered(&an.post(&form, &whole));
    assert_ne!(first, second);
    assert_eq!(states(&portal), [SUPERSEDED, SUBMITTED]);
}
