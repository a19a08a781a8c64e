//! `queue list|show|retry|park`.

use std::fs;

use crate::common::{
    NIHDI,
    outside::{OTHER, Outside},
    receiver::Act,
};

/// An installation with a delivery to the platform that the platform refused.
fn refused() -> Outside {
    let outside = Outside::new();
    outside.platform.first([Act::Status(422, "")]);
    outside.row("D1");
    assert_eq!(outside.deliver().0, 3);
    outside
}

fn in_language(outside: &Outside, language: &str) {
    let file = outside.app.data().join("hd4dp.toml");
    let text = fs::read_to_string(&file).unwrap();
    let rest = text.split_once("[ttp]").unwrap().1;
    fs::write(file, format!("language = \"{language}\"\n[ttp]{rest}")).unwrap();
}

#[test]
fn what_is_parked_is_listed_with_its_reason_in_each_language() {
    let outside = refused();
    for (language, state, reason) in [
        ("en", "parked", "The service refused it (answer 422)."),
        ("fr", "mis de côté", "Le service l’a refusé (réponse 422)."),
        ("nl", "opzijgezet", "De dienst weigerde het (antwoord 422)."),
    ] {
        in_language(&outside, language);
        let ran = outside.app.run(["queue", "list"]);
        assert_eq!(ran.status, 3, "a parked delivery needs attention");
        assert!(ran.stdout.contains(state) && ran.stdout.contains(reason), "{}", ran.stdout);
        let id = outside.delivery("platform")["id"].to_string();
        let shown = outside.app.ok(["queue", "show", &id]).stdout;
        assert!(shown.contains(reason), "{shown}");
        assert!(!shown.contains("status-422") && !shown.contains("attempt-outcome"), "{shown}");
    }
}

#[test]
fn every_reason_and_state_has_words_in_each_language() {
    let reasons = [
        "by-hand",
        "certificate-none",
        "certificate-unusable",
        "clock-skew",
        "receipt-wrong",
        "recipient-expired",
        "sealing-failed",
        "status-final",
        "status-passing",
    ];
    let outcomes = ["receipted", "again", "waits", "parked", "retry", "park"];
    for language in hd4dp::language::Language::ALL {
        let ids = reasons.map(|reason| format!("delivery-reason-{reason}"));
        let outcomes = outcomes.map(|outcome| format!("attempt-outcome-{outcome}"));
        for id in ids.iter().chain(&outcomes) {
            assert!(language.has(id), "{id} in {}", language.code());
        }
    }
}

#[test]
fn what_is_parked_goes_once_a_person_retries_it() {
    let outside = refused();
    let id = outside.delivery("platform")["id"].to_string();
    assert_eq!(outside.deliver().0, 3, "it stays parked by itself");
    assert_eq!(outside.platform.puts().len(), 1);
    outside.app.ok(["queue", "retry", &id]);
    assert_eq!(outside.app.run(["queue", "list"]).status, 0, "it waits, which needs nobody");
    outside.deliver_all();
    assert_eq!(outside.platform.story(), ["PUT", "receipt", "PUT"]);
    let shown = outside.app.ok(["queue", "show", &id, "--json"]).json();
    let outcomes: Vec<_> =
        shown["attempts"].as_array().unwrap().iter().map(|it| it["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["parked", "retry", "receipted"]);
    assert_eq!(shown["attempts"][1]["detail"], "cli:tester");
    let listed = outside.app.ok(["queue", "list"]).stdout;
    assert!(listed.contains("Nothing waits."), "{listed}");
}

#[test]
fn what_a_person_parks_stays_until_it_is_retried() {
    let outside = Outside::uncertified();
    outside.certify(NIHDI);
    let (ttp, platform) = (outside.ttp.port, outside.platform.port);
    outside.configure((ttp, 1), "attempts = 1000");
    outside.row("D1");
    let mut child = outside.start();
    outside.ttp.wait_for("PUT", 1);
    child.kill().unwrap();
    child.wait().unwrap();
    let id = outside.delivery("platform")["id"].to_string();
    outside.app.ok(["queue", "park", &id]);
    outside.configure((ttp, platform), "");
    let (exit, summary) = outside.deliver();
    assert_eq!((exit, &summary["deliveries"]["parked"]), (3, &1.into()));
    assert_eq!(outside.delivery("platform")["reason"], "by-hand");
    assert!(outside.platform.seen().is_empty());
    assert_eq!(outside.app.run(["queue", "park", &id]).status, 1, "it is parked already");
    outside.app.ok(["queue", "retry", "--parked"]);
    outside.deliver_all();
}

#[test]
fn a_delivery_that_does_not_exist_or_is_done_is_told() {
    let outside = Outside::new();
    outside.row("D1");
    outside.deliver_all();
    for (args, words) in [
        (["queue", "show", "99"], "Delivery 99 does not exist."),
        (["queue", "retry", "99"], "Delivery 99 does not exist."),
        (["queue", "park", "1"], "Delivery 1 is not waiting"),
        (["queue", "retry", "1"], "Delivery 1 is not waiting"),
    ] {
        let ran = outside.app.run(args);
        assert_eq!(ran.status, 1, "{args:?}");
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    assert_eq!(outside.app.run(["queue", "retry"]).status, 2, "which ones?");
}

#[test]
fn the_queue_can_be_listed_for_one_organisation() {
    let outside = refused();
    outside.app.ok(["organisation", "add", OTHER, "Ander Ziekenhuis"]);
    let of = |nihdi: &str| {
        let ran = outside.app.run(["queue", "list", "--json", "--organisation", nihdi]);
        (ran.status, ran.json()["deliveries"].as_array().unwrap().len())
    };
    assert_eq!(of(NIHDI), (3, 1));
    assert_eq!(of(OTHER), (0, 0));
}
