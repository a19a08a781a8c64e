//! Batches that come in several parts: how large a part is, and what becomes of
//! one that goes no further.

#![allow(clippy::unwrap_used)]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

use serde_json::json;

use super::system::{SUBMIT, System, diagnosis, json_of};
use crate::portal::client::{Answer, Portal};

const LINES: &str = "application/x-ndjson";

/// So many come in while somebody else can ask.
const MANY: usize = 25_000;

fn lines(begin: &str, count: usize) -> String {
    (0..count).map(|number| format!("{}\n", diagnosis(&format!("{begin}{number}")))).collect()
}

/// Lets the store fail once an import would have more rows than this.
fn break_after(portal: &Portal, rows: usize) {
    portal.app.sqlite(&format!(
        "CREATE TRIGGER broken BEFORE UPDATE OF row ON import WHEN NEW.row > {rows}
         BEGIN SELECT RAISE(ABORT, 'broken'); END"
    ));
}

/// Waits until the first part of a batch with a name is stored.
fn wait_for_name(portal: &Portal) {
    for _ in 0..3_000 {
        if portal.app.sqlite("SELECT count(*) FROM idempotency WHERE import IS NOT NULL") == "1" {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("no part came in");
}

fn named(name: &str) -> [(&'static str, &str); 1] {
    [("Idempotency-Key", name)]
}

#[test]
fn a_part_ends_at_many_findings_and_a_registration_keeps_a_hundred() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    let members: Vec<String> = (0..150).map(|number| format!("\"X{number}\": 1")).collect();
    let wrong = format!("{{{}}}\n", members.join(","));
    let answer = system.post(SUBMIT, LINES, &[], wrong.repeat(2).as_bytes());
    let answer = json_of(&answer);
    let findings = answer["results"][0]["findings"].as_array().unwrap();
    assert_eq!((findings.len(), &answer["findings"]), (101, &json!(202)));
    assert_eq!(findings[100]["code"], "payload-more-findings");
    assert!(findings[100]["message"].as_str().unwrap().starts_with("At least "), "{}", findings[100]);
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM finding"), "202");
    break_after(&portal, 250);
    let broken = system.post(SUBMIT, LINES, &[], wrong.repeat(300).as_bytes());
    assert_eq!(broken.status, 500, "{}", broken.text());
    let import = "SELECT state, row FROM import ORDER BY id DESC LIMIT 1";
    assert_eq!(portal.app.sqlite(import), "stopped|199", "199 rows have 20,000 findings");
}

#[test]
fn a_batch_that_cannot_be_stored_to_its_end_is_stopped_and_may_come_again_under_its_name() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    let body = lines("D", 5_500);
    break_after(&portal, 5_000);
    let broken = system.post(SUBMIT, LINES, &named("again"), body.as_bytes());
    assert_eq!(broken.status, 500, "{}", broken.text());
    assert_eq!(portal.app.sqlite("SELECT state, row FROM import"), "stopped|5000");
    assert!(portal.app.sqlite("SELECT reason FROM import").contains("batch-broken"));
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM audit WHERE act = 'import.end'"), "1");
    portal.app.sqlite("DROP TRIGGER broken");
    let again = json_of(&system.post(SUBMIT, LINES, &named("again"), body.as_bytes()));
    assert_eq!((&again["accepted"], &again["unchanged"]), (&json!(500), &json!(5_000)), "{again}");
}

#[test]
fn what_cannot_even_be_ended_is_ended_before_the_next_batch() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    let body = lines("D", 5_500);
    break_after(&portal, 5_000);
    portal.app.sqlite(
        "CREATE TRIGGER worse BEFORE UPDATE OF state ON import WHEN NEW.state = 'stopped'
         BEGIN SELECT RAISE(ABORT, 'worse'); END",
    );
    assert_eq!(system.post(SUBMIT, LINES, &named("again"), body.as_bytes()).status, 500);
    assert_eq!(portal.app.sqlite("SELECT state FROM import"), "running");
    portal.app.sqlite("DROP TRIGGER broken; DROP TRIGGER worse");
    assert_eq!(system.post(SUBMIT, LINES, &named("again"), body.as_bytes()).status, 202);
    assert_eq!(portal.app.sqlite("SELECT state FROM import ORDER BY id"), "stopped\ndone");
}

#[test]
fn nothing_else_begins_under_the_name_of_a_batch_that_is_under_way() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    let (body, other) = (lines("D", MANY), lines("E", 5_500));
    let proof = system.basic();
    let first: Answer = thread::scope(|scope| {
        let (mut connection, proof, body) = (portal.stranger(), &proof, &body);
        let first = scope.spawn(move || {
            let headers = [("Authorization", proof.as_str()), ("Content-Type", LINES), named("one")[0]];
            connection.send("POST", SUBMIT, &headers, body.as_bytes())
        });
        wait_for_name(&portal);
        let refused = system.post(SUBMIT, LINES, &named("one"), other.as_bytes());
        assert_eq!((refused.status, code(&refused)), (422, "api-idempotency-other".into()));
        let early = system.post(SUBMIT, LINES, &named("one"), body.as_bytes());
        assert_eq!((early.status, code(&early)), (409, "api-idempotency-under-way".into()));
        assert_eq!(early.header("retry-after"), Some("1"));
        first.join().unwrap()
    });
    assert_eq!(first.status, 202, "{}", first.text());
    let again = system.post(SUBMIT, LINES, &named("one"), body.as_bytes());
    assert_eq!((again.status, again.header("idempotency-replayed")), (202, Some("true")));
    assert_eq!(first.body, again.body);
    assert_eq!(portal.app.sqlite("SELECT state, row FROM import"), format!("done|{MANY}"));
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), MANY.to_string());
}

#[test]
fn of_two_batches_at_once_under_one_name_one_stores_nothing() {
    let portal = Portal::start();
    let system = System::of(&portal);
    let proof = system.basic();
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let senders: Vec<_> = ["D", "E"]
            .into_iter()
            .map(|begin| {
                let (mut connection, proof) = (portal.stranger(), &proof);
                scope.spawn(move || {
                    let headers =
                        [("Authorization", proof.as_str()), ("Content-Type", LINES), named("two")[0]];
                    connection.send("POST", SUBMIT, &headers, lines(begin, 5_500).as_bytes()).status
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 422]);
    assert_eq!(portal.app.sqlite("SELECT state, row FROM import"), "done|5500");
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "5500");
}

#[test]
fn the_name_of_a_batch_that_a_crash_ended_is_free_again() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    let body = lines("D", MANY);
    let portal = thread::scope(|scope| {
        let sent = scope.spawn(|| {
            catch_unwind(AssertUnwindSafe(|| system.post(SUBMIT, LINES, &named("one"), body.as_bytes())))
        });
        wait_for_name(&portal);
        let portal = portal.restarted();
        assert!(sent.join().unwrap().is_err(), "nobody got an answer");
        portal
    });
    system.connection = portal.stranger();
    let stored: u64 =
        portal.app.sqlite("SELECT accepted FROM import WHERE state = 'stopped'").parse().unwrap();
    assert!(stored > 0);
    let again = json_of(&system.post(SUBMIT, LINES, &named("one"), body.as_bytes()));
    assert_eq!((&again["read"], &again["unchanged"]), (&json!(MANY), &json!(stored)), "{}", again["code"]);
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), MANY.to_string());
}

#[test]
fn an_array_is_read_no_further_than_to_one_item_more_than_may_come() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    // What follows the last item that is read is no JSON.
    let many = format!("[{}0] nonsense", "0,".repeat(100_000));
    let refused = system.post(SUBMIT, "application/json", &[], many.as_bytes());
    assert_eq!((refused.status, code(&refused)), (413, "api-batch-too-many".into()));
    let broken = system.post(SUBMIT, "application/json", &[], b"[0,0] nonsense");
    assert_eq!((broken.status, code(&broken)), (400, "api-body-not-json".into()));
}

fn code(answer: &Answer) -> String {
    json_of(answer)["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_batch_keeps_so_many_findings_and_counts_the_others() {
    let portal = Portal::start();
    let mut system = System::with(&portal, &["INTEGO-DIAG"], true);
    let members: Vec<String> = (0..99).map(|number| format!("\"X{number}\": 1")).collect();
    let wrong = format!("{{{}}}\n", members.join(",")).repeat(120);
    let answer = json_of(&system.post(SUBMIT, LINES, &[], (wrong + &lines("D", 1)).as_bytes()));
    let told = answer["findings"].as_u64().unwrap();
    assert!(told > 11_000, "{told}");
    let kept = "SELECT count(*) FROM finding WHERE severity = 'error'";
    assert_eq!(portal.app.sqlite(kept), "10000");
    let counted = "SELECT (SELECT count(*) FROM finding) + (SELECT sum(count) FROM finding_left_out)";
    assert_eq!(portal.app.sqlite(counted), told.to_string());
    let rows = "SELECT severity, last FROM finding_left_out_row";
    assert_eq!(portal.app.sqlite(rows), "error|120", "they follow one another");
}

#[test]
fn a_key_that_ends_ends_its_batch_before_the_next_part() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    portal.app.sqlite(
        "CREATE TRIGGER ended AFTER UPDATE OF row ON import WHEN NEW.row = 5000
         BEGIN UPDATE api_key SET revoked_at = 1; END",
    );
    let refused = system.post(SUBMIT, LINES, &[], lines("D", 5_500).as_bytes());
    assert_eq!((refused.status, code(&refused)), (401, "api-key-wrong".into()));
    assert!(refused.header("www-authenticate").is_some());
    assert_eq!(portal.app.sqlite("SELECT state, row FROM import"), "stopped|5000");
    assert!(portal.app.sqlite("SELECT reason FROM import").contains("batch-key-ended"));
}
