//! Failures that pass, failures that do not, and how often is tried.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::common::{
    DIAG_HEADER, diag,
    outside::{OTHER, Outside, end, wait_until},
    receiver::{Act, Receiver},
};

/// The waits between the deliveries that came.
fn waits(receiver: &Receiver) -> Vec<Duration> {
    let puts = receiver.puts();
    puts.windows(2).map(|pair| pair[1].at - pair[0].at).collect()
}

#[test]
fn after_a_lost_answer_the_receipt_is_asked_for_and_nothing_is_sent_twice() {
    let outside = Outside::new();
    outside.platform.first([Act::Lose]);
    outside.row("D1");
    outside.deliver_all();
    assert_eq!(outside.platform.story(), ["PUT", "receipt"]);
}

#[test]
fn an_answer_lost_on_a_connection_that_was_in_use_is_no_reason_to_send_again_either() {
    let outside = Outside::new();
    outside.row("D1");
    let mut number = 0;
    outside.platform.plan(move |seen| {
        number += usize::from(seen.what() == "PUT");
        if seen.what() == "PUT" && number == 2 { Act::Lose } else { Act::Well }
    });
    // Two batches one after the other on the same connection: the second is
    // imported while the first one's identities keep the process.
    let is_there = Arc::new(AtomicBool::new(false));
    let child = {
        let is_there = Arc::clone(&is_there);
        outside.ttp.plan(move |_| match is_there.load(Ordering::Relaxed) {
            true => Act::Well,
            false => Act::Status(503, "Retry-After: 1\r\n"),
        });
        outside.start()
    };
    outside.platform.wait_for("PUT", 1);
    outside.row("D2");
    is_there.store(true, Ordering::Relaxed);
    assert_eq!(end(child).status, 0);
    let puts = outside.platform.puts();
    assert_eq!(puts.len(), 2, "{:?}", outside.platform.story());
    assert_eq!(puts[0].connection, puts[1].connection, "the same connection");
    assert_eq!(outside.platform.story(), ["PUT", "PUT", "receipt"]);
}

#[test]
fn after_a_cut_the_receipt_is_asked_for_before_the_same_bytes_are_sent_again() {
    for act in [Act::Cut, Act::Stall(Duration::from_secs(60))] {
        let outside = Outside::new();
        outside.configure_queue("timeout_seconds = 5");
        outside.platform.first([act.clone()]);
        outside.row("D1");
        outside.deliver_all();
        assert_eq!(outside.platform.story(), ["PUT", "receipt", "PUT"], "{act:?}");
        let puts = outside.platform.puts();
        assert!(puts[0].body == puts[1].body, "the same bytes");
        assert!(waits(&outside.platform)[0] >= Duration::from_millis(100));
    }
}

#[test]
fn waits_grow_and_no_two_tries_follow_at_once() {
    let outside = Outside::new();
    outside.platform.first(vec![Act::Status(500, ""); 7]);
    outside.row("D1");
    outside.deliver_all();
    let waits = waits(&outside.platform);
    // A receipt is asked for in between, which takes a fault of the plan, too.
    assert!(!waits.is_empty() && waits.iter().all(|wait| *wait >= Duration::from_millis(100)), "{waits:?}");
    let all: Vec<_> = outside.platform.seen().into_iter().filter(|seen| seen.what() != "outcome").collect();
    let gaps: Vec<Duration> = all.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    for (number, gap) in gaps[..6].iter().enumerate() {
        let least = (100 << number).min(1000);
        assert!(gap.as_millis() >= least, "gap {number} is {gap:?} of {gaps:?}");
    }
}

#[test]
fn the_wait_that_a_service_asks_for_is_kept() {
    for status in [429, 503] {
        let outside = Outside::new();
        outside.ttp.first([Act::Status(status, "Retry-After: 2\r\n")]);
        outside.row("D1");
        outside.deliver_all();
        let seen = outside.ttp.seen();
        assert!(seen[1].at - seen[0].at >= Duration::from_secs(2), "{status}");
    }
}

#[test]
fn a_final_refusal_is_parked_with_its_reason_at_once() {
    for status in [400, 403, 409, 413, 422] {
        let outside = Outside::new();
        outside.platform.first([Act::Status(status, "")]);
        outside.row("D1");
        let (exit, summary) = outside.deliver();
        assert_eq!((exit, &summary["deliveries"]["parked"]), (3, &1.into()), "{summary}");
        assert_eq!(outside.platform.story(), ["PUT"]);
        let parked = outside.delivery("platform");
        assert_eq!(
            (&parked["state"], &parked["reason"]),
            (&"parked".into(), &format!("status-{status}").into())
        );
    }
}

#[test]
fn a_receipt_for_another_digest_is_never_taken() {
    let outside = Outside::new();
    outside.configure_queue("attempts = 3");
    outside.platform.plan(|seen| if seen.what() == "outcome" { Act::Well } else { Act::WrongDigest });
    outside.row("D1");
    let (exit, summary) = outside.deliver();
    assert_eq!(
        (exit, &summary["deliveries"]["parked"], &summary["sent"]),
        (3, &1.into(), &0.into()),
        "{summary}"
    );
    assert_eq!(outside.platform.story(), ["PUT", "receipt", "receipt"], "it is there already");
    assert_eq!(outside.delivery("platform")["reason"], "receipt-wrong");
    assert_eq!(outside.app.sqlite("SELECT count(*) FROM body"), "1", "its body is kept");
}

#[test]
fn after_as_many_attempts_as_configured_it_is_parked() {
    let outside = Outside::new();
    outside.configure_queue("attempts = 4\nbackoff_limit_milliseconds = 300");
    outside.ttp.plan(|_| Act::Status(500, ""));
    outside.row("D1");
    let (exit, summary) = outside.deliver();
    assert_eq!((exit, &summary["deliveries"]["parked"]), (3, &1.into()));
    assert_eq!(outside.ttp.seen().len(), 4);
    let parked = outside.delivery("ttp");
    assert_eq!((&parked["attempts"], &parked["reason"]), (&4.into(), &"status-500".into()));
    assert_eq!(summary["deliveries"]["sent"], 1, "the other stream went");
}

#[test]
fn what_is_stuck_or_parked_holds_up_no_other_batch() {
    let outside = Outside::new();
    outside.configure_queue("timeout_seconds = 40");
    let mut stuck: Option<String> = None;
    outside.platform.plan(move |seen| {
        let stuck = stuck.get_or_insert_with(|| seen.batch().to_owned());
        if seen.batch() == stuck { Act::Stall(Duration::from_secs(60)) } else { Act::Well }
    });
    outside.row("D1");
    let mut child = outside.start();
    outside.platform.wait_for("PUT", 1);
    for number in 2..6 {
        outside.row(&format!("D{number}"));
    }
    wait_until("the others are consolidated", || {
        outside
            .app
            .sqlite("SELECT count(*) FROM registration g JOIN batch b ON b.id = g.batch WHERE b.state = 5")
            == "4"
    });
    assert_eq!(
        outside.app.sqlite("SELECT count(*) FROM attempt WHERE outcome = 'again'"),
        "0",
        "the first is stuck still"
    );
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn an_organisation_that_is_stuck_holds_up_no_other() {
    let outside = Outside::new();
    outside.configure_queue("timeout_seconds = 40");
    outside.app.ok(["organisation", "add", OTHER, "Ander Ziekenhuis"]);
    outside.app.ok(["enrolment", "add", "17529086004", "--organisation", OTHER, "--project", "HDBP0147"]);
    outside.certify(OTHER);
    let mut stuck: Option<Vec<u8>> = None;
    outside.platform.plan(move |seen| {
        let stuck = stuck.get_or_insert_with(|| seen.client.clone());
        if seen.client == *stuck { Act::Stall(Duration::from_secs(60)) } else { Act::Well }
    });
    outside.row("D0");
    let mut child = outside.start();
    outside.platform.wait_for("PUT", 1);
    for number in 1..6 {
        outside.row(&format!("D{number}"));
        outside.ttp.wait_for("PUT", number + 1);
    }
    let file = outside.app.file("other.csv", format!("{DIAG_HEADER}\n{}\n", diag("E1", "text")));
    outside.app.ok(["import", "--organisation", OTHER, "--dcd", "INTEGO-DIAG", file.to_str().unwrap()]);
    wait_until("the other organisation's batch is consolidated", || {
        outside.app.sqlite("SELECT count(*) FROM batch WHERE state = 5") == "1"
    });
    assert_eq!(
        outside.app.sqlite("SELECT count(*) FROM attempt WHERE outcome = 'again'"),
        "0",
        "the others are stuck still"
    );
    child.kill().unwrap();
    child.wait().unwrap();
}
