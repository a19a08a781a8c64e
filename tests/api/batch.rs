//! Many registrations in one request, and requests that come twice.

#![allow(clippy::unwrap_used)]

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use super::system::{SUBMIT, System, diagnosis, json_of};
use crate::{common::number_below, portal::client::Portal};

fn lines(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|number| format!("{}\n", diagnosis(&format!("D{number}")))).collect()
}

#[test]
fn an_array_gets_a_result_for_each_item_and_is_an_import_of_its_own() {
    let portal = Portal::start();
    portal.app.enrol();
    let mut system = System::of(&portal);
    let mut wrong = diagnosis("D2");
    wrong["DT_DIAG"] = json!("yesterday");
    let answer = system.submit(&json!([diagnosis("D1"), wrong, diagnosis("D1"), 7, { "STATUS": "draft" }]));
    assert_eq!(answer.status, 202, "{}", answer.text());
    let answer = json_of(&answer);
    let results: Vec<(u64, &str)> = answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| (result["item"].as_u64().unwrap(), result["status"].as_str().unwrap()))
        .collect();
    assert_eq!(results, [(1, "submitted"), (2, "rejected"), (3, "submitted"), (4, "rejected"), (5, "draft")]);
    assert_eq!(answer["results"][1]["findings"][0]["code"], "cell-type-date");
    let doubled = &answer["results"][2]["findings"][0];
    assert_eq!((&doubled["code"], &doubled["severity"]), (&json!("row-doubled-key"), &json!("warning")));
    let stored = portal.app.sqlite("SELECT count(*) FROM finding");
    assert_eq!(answer["findings"].to_string(), stored, "what is stored is told");
    assert_eq!(answer["results"][3]["findings"][0]["code"], "payload-not-object");
    let import = "SELECT state, row, accepted, unchanged, rejected FROM import";
    assert_eq!(portal.app.sqlite(import), "done|5|2|1|2");
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM audit WHERE act = 'import.end'"), "1");
}

#[test]
fn thousands_come_as_lines_and_go_into_the_store_in_parts() {
    let portal = Portal::start();
    portal.app.enrol();
    let mut system = System::of(&portal);
    let body = lines(0..5_600) + "\n not JSON \n";
    let answer = system.post(SUBMIT, "application/x-ndjson", &[], body.as_bytes());
    assert_eq!(answer.status, 202, "{}", answer.text());
    let answer = json_of(&answer);
    assert_eq!(
        (&answer["read"], &answer["accepted"], &answer["rejected"]),
        (&json!(5_601), &json!(5_600), &json!(1))
    );
    assert_eq!(answer["results"].as_array().unwrap().len(), 5_601);
    assert_eq!(portal.app.sqlite("SELECT count(*), max(count) FROM block"), "6|1000");
    let again = json_of(&system.post(SUBMIT, "application/x-ndjson", &[], body.as_bytes()));
    assert_eq!(again["unchanged"], 5_600);
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "5600");
}

#[test]
fn the_same_request_under_one_name_is_done_once_and_gets_the_same_answer() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    let named = [("Idempotency-Key", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"")];
    let body = diagnosis("D1").to_string();
    let first = system.post(SUBMIT, "application/json", &named, body.as_bytes());
    let again = system.post(SUBMIT, "application/json", &named, body.as_bytes());
    assert_eq!((first.status, again.status), (202, 202));
    assert_eq!(json_of(&first)["result"], "new");
    assert_eq!(first.body, again.body, "not “unchanged”: it is the answer of before");
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let other = system.post(SUBMIT, "application/json", &named, diagnosis("D2").to_string().as_bytes());
    assert_eq!((other.status, json_of(&other)["code"].as_str()), (422, Some("api-idempotency-other")));
    let mut another = System::of(&portal);
    let theirs = another.post(SUBMIT, "application/json", &named, diagnosis("D2").to_string().as_bytes());
    assert_eq!(theirs.status, 202, "names of another key are others");
    let batch = [("Idempotency-Key", "batch-1")];
    let body = lines(10..5_500);
    let first = system.post(SUBMIT, "application/x-ndjson", &batch, body.as_bytes());
    let again = system.post(SUBMIT, "application/x-ndjson", &batch, body.as_bytes());
    assert_eq!(first.status, 202, "{}", first.text());
    assert_eq!(first.body, again.body);
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM import WHERE day IS NULL"), "1");
    let refused = system.post(SUBMIT, "application/json", &[("Idempotency-Key", "\"\"")], b"{}");
    assert_eq!(refused.status, 400);
}

#[test]
fn whatever_was_accepted_is_there_exactly_once_after_a_kill() {
    let portal = Portal::start();
    let systems: Vec<System> = (0..8).map(|_| System::of(&portal)).collect();
    let (begun, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    let (portal, accepted) = thread::scope(|scope| {
        let senders: Vec<_> = systems
            .into_iter()
            .enumerate()
            .map(|(sender, mut system)| {
                let (begun, stop) = (&begun, &stop);
                scope.spawn(move || {
                    let mut accepted: Vec<Value> = Vec::new();
                    for number in 0.. {
                        let payload = diagnosis(&format!("S{sender}N{number}"));
                        let sent = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                            json_of(&system.submit(&payload))
                        }));
                        match sent {
                            Ok(answer) => {
                                accepted.push(answer["businessKey"].clone());
                                begun.store(true, Ordering::Relaxed);
                            }
                            Err(_) => return accepted,
                        }
                        if stop.load(Ordering::Relaxed) {
                            return accepted;
                        }
                    }
                    accepted
                })
            })
            .collect();
        for _ in 0..2_000 {
            if begun.load(Ordering::Relaxed) {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        thread::sleep(Duration::from_millis(number_below(700)));
        let portal = portal.restarted();
        stop.store(true, Ordering::Relaxed);
        let accepted: Vec<Value> = senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect();
        (portal, accepted)
    });
    assert!(!accepted.is_empty());
    let stored = portal.app.sqlite("SELECT count(*) FROM record");
    let registrations = portal.app.sqlite("SELECT count(*) FROM registration");
    assert_eq!(stored, registrations, "each key once");
    for key in &accepted {
        let key = key.as_str().unwrap().to_uppercase();
        let there = portal.app.sqlite(&format!("SELECT count(*) FROM record WHERE hex(key) = '{key}'"));
        assert_eq!(there, "1", "{key}");
    }
    let counted = portal.app.sqlite("SELECT sum(accepted) FROM import");
    assert_eq!(counted, registrations, "the imports add up");
    assert_eq!(portal.app.run(["audit", "verify"]).status, 0);
}

#[test]
fn the_same_request_many_times_at_once_is_done_once() {
    let portal = Portal::start();
    let first = System::of(&portal);
    let named = [("Idempotency-Key", "one-of-many")];
    let body = diagnosis("D1").to_string();
    let answers: Vec<_> = thread::scope(|scope| {
        let senders: Vec<_> = (0..8)
            .map(|_| {
                let (proof, mut connection) = (first.basic(), portal.stranger());
                let (named, body) = (&named, &body);
                scope.spawn(move || {
                    let headers =
                        [("Authorization", proof.as_str()), ("Content-Type", "application/json"), named[0]];
                    connection.send("POST", SUBMIT, &headers, body.as_bytes())
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    let replayed = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_some()).count();
    assert_eq!(replayed, 7);
    assert!(answers.iter().all(|answer| answer.status == 202 && answer.body == answers[0].body));
    assert_eq!(portal.app.sqlite("SELECT row, accepted FROM import"), "1|1");
}
