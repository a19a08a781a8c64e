//! The gate's second question, before a batch's first transmission.

use crate::common::{
    NIHDI, diag,
    outside::{Outside, other_patient},
    receiver::Act,
};

const SCOPE: [&str; 4] = ["--organisation", NIHDI, "--project", "HDBP0147"];

/// An installation with a sealed batch of three rows of which nothing left,
/// because nobody listened; now somebody does.
fn sealed_and_unsent() -> Outside {
    let outside = Outside::new();
    let ports = (outside.ttp.port, outside.platform.port);
    outside.configure((1, 1), "attempts = 2");
    outside.rows(&[
        diag("D1", "one"),
        other_patient("D2"),
        diag("D3", "three").replace("17529086004", "11539040004"),
    ]);
    assert_eq!(outside.deliver().0, 3, "both are parked");
    assert_eq!(outside.app.sqlite("SELECT count(*) FROM batch WHERE transmitted"), "0");
    outside.configure(ports, "");
    outside.app.ok(["queue", "retry", "--parked"]);
    outside
}

/// What came of the rows: the names of those that left.
fn left(outside: &Outside) -> Vec<String> {
    let mut left = Vec::new();
    for put in outside.platform.puts() {
        let registrations = outside.opener.registrations(&put.body);
        left.extend(registrations.iter().map(|line| line["data"]["TX_DIAG_ID"].as_str().unwrap().to_owned()));
    }
    left.sort();
    left
}

#[test]
fn a_patient_who_objects_before_the_first_transmission_is_not_sent() {
    let outside = sealed_and_unsent();
    let name = outside.app.sqlite("SELECT name FROM batch");
    outside.app.ok([&["objection", "add", "85040216932"][..], &SCOPE].concat());
    let summary = outside.deliver_all();
    assert_eq!(
        (&summary["consolidated"], &summary["held"], &summary["batches"]),
        (&2.into(), &1.into(), &1.into())
    );
    assert_eq!(left(&outside), ["D1", "D3"]);
    assert_eq!(outside.app.sqlite("SELECT reasons FROM held"), "2");
    for seen in outside.ttp.seen().iter().chain(&outside.platform.seen()) {
        assert_ne!(seen.batch(), name, "the rest goes under a new name");
    }
    for put in outside.ttp.puts() {
        assert!(!String::from_utf8(put.body).unwrap().contains("85040216932"));
    }
    assert_eq!(outside.app.sqlite("SELECT count(*) FROM body"), "0");

    outside.app.ok([&["objection", "end", "85040216932"][..], &SCOPE].concat());
    assert_eq!(outside.deliver_all()["consolidated"], 3);
    assert_eq!(left(&outside), ["D1", "D2", "D3"]);
}

#[test]
fn a_physician_whose_enrolment_ends_before_the_first_transmission_is_not_sent() {
    let outside = sealed_and_unsent();
    outside.app.ok([&["enrolment", "end", "11539040004"][..], &SCOPE].concat());
    let summary = outside.deliver_all();
    assert_eq!((&summary["consolidated"], &summary["held"]), (&2.into(), &1.into()), "{summary}");
    assert_eq!(left(&outside), ["D1", "D2"]);
    assert_eq!(outside.app.sqlite("SELECT reasons FROM held"), "1");
}

#[test]
fn a_change_that_concerns_nobody_in_the_batch_leaves_it_as_it_is() {
    let outside = sealed_and_unsent();
    let name = outside.app.sqlite("SELECT name FROM batch");
    outside.app.ok([&["objection", "add", "53040799731"][..], &SCOPE].concat());
    outside.deliver_all();
    assert_eq!(outside.platform.puts()[0].batch(), name);
}

#[test]
fn once_a_stream_has_left_the_other_follows_even_if_the_patient_objects() {
    let outside = Outside::new();
    outside.configure((outside.ttp.port, outside.platform.port), "attempts = 1");
    outside.platform.first([Act::Status(500, "")]);
    outside.rows(&[diag("D1", "one"), other_patient("D2")]);
    assert_eq!(outside.deliver().0, 3);
    assert_eq!(outside.app.sqlite("SELECT count(*) FROM batch WHERE transmitted"), "1");
    outside.app.ok([&["objection", "add", "85040216932"][..], &SCOPE].concat());
    outside.app.ok(["queue", "retry", "--parked"]);
    let summary = outside.deliver_all();
    assert_eq!(
        (&summary["consolidated"], &summary["held"]),
        (&2.into(), &0.into()),
        "both halves stay together"
    );
}
