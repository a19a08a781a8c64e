//! Processes beside one another, and processes that die.

use std::{thread, time::Duration};

use crate::common::{
    diag,
    outside::{Outside, end, wait_until},
    receiver::Act,
};

#[test]
fn what_a_killed_process_had_claimed_goes_at_once_and_its_receipt_is_asked_for_first() {
    let outside = Outside::new();
    outside.platform.first([Act::Stall(Duration::from_secs(60))]);
    outside.row("D1");
    let mut child = outside.start();
    outside.platform.wait_for("PUT", 1);
    assert_eq!(
        outside.app.sqlite("SELECT count(*) FROM delivery WHERE lease > 0 AND service = 'platform'"),
        "1"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    let began = std::time::Instant::now();
    outside.deliver_all();
    assert!(began.elapsed() < Duration::from_secs(20), "no lease was waited for");
    assert_eq!(outside.platform.story(), ["PUT", "receipt", "PUT"]);
}

#[test]
fn a_second_deliver_watches_the_first_and_ends_with_it() {
    let outside = Outside::new();
    outside.platform.first([Act::Status(503, "Retry-After: 3\r\n")]);
    outside.row("D1");
    let first = outside.start();
    outside.platform.wait_for("PUT", 1);
    let second = outside.start_with_output();
    let second = end(second);
    assert_eq!(second.status, 0, "{}{}", second.stdout, second.stderr);
    let summary = second.json();
    assert_eq!((&summary["consolidated"], &summary["reconciles"]), (&1.into(), &true.into()), "{summary}");
    assert_eq!(end(first).status, 0);
    assert_eq!(outside.platform.puts().len(), 2);
}

#[test]
fn a_second_deliver_takes_over_from_one_that_dies() {
    let outside = Outside::new();
    outside.platform.first([Act::Status(503, "Retry-After: 2\r\n")]);
    outside.row("D1");
    let mut first = outside.start();
    outside.platform.wait_for("PUT", 1);
    let second = outside.start_with_output();
    thread::sleep(Duration::from_millis(500));
    first.kill().unwrap();
    first.wait().unwrap();
    let second = end(second);
    assert_eq!((second.status, &second.json()["consolidated"]), (0, &1.into()), "{}", second.stderr);
}

#[test]
fn rows_that_come_while_a_process_delivers_go_with_it() {
    let outside = Outside::new();
    outside.platform.first([Act::Status(503, "Retry-After: 3\r\n")]);
    outside.row("D1");
    let child = outside.start();
    outside.platform.wait_for("PUT", 1);
    outside.rows(&[diag("D2", "text")]);
    outside.platform.wait_for("PUT", 2);
    assert_eq!(end(child).status, 0);
    wait_until("both are consolidated", || {
        outside.app.sqlite("SELECT count(*) FROM batch WHERE state = 5") == "2"
    });
}
