//! What was typed and not saved: it comes again in its own form and in no other,
//! and not for ever.

#![allow(clippy::unwrap_used)]

use std::{
    thread,
    time::{Duration, Instant},
};

use hd4dp::domain::role::Role;

use super::{
    client::{Person, Portal},
    entry::{PATIENT, answers, entered, live, page, portal},
};
use crate::common::NIHDI;

const OTHER: &str = "85040216932";

fn lead(portal: &Portal) -> Person {
    portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead])
}

fn text(person: &mut Person, path: &str) -> String {
    let answer = person.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text().replace("&#x2f;", "/")
}

/// Where the form of a page goes.
fn own(text: &str) -> String {
    text.split("\" class=\"entry\"").next().unwrap().rsplit("action=\"").next().unwrap().to_owned()
}

fn keep(person: &mut Person, path: &str, fields: &[(&str, &str)]) {
    live(person, path, &[fields, &[("keep", "1"), ("act", "check"), ("end", "1")]].concat());
}

#[test]
fn what_was_typed_about_one_patient_does_not_come_in_the_form_of_another() {
    let portal = portal();
    let mut an = lead(&portal);
    let first = entered(&an.post(&page("/new/INTEGO-DIAG"), &answers(&[], "submit")));
    let id = first.rsplit('/').next().unwrap();
    let new = page("/new/INTEGO-DIAG");
    let one = own(&text(&mut an, &new));
    keep(&mut an, &one, &[("v-IDC_PAT", OTHER), ("v-TX_DIAG", "typed about another")]);

    let same = page(&format!("/new/INTEGO-DIAG?from={id}"));
    let shown = text(&mut an, &same);
    assert!(!shown.contains(OTHER) && !shown.contains("typed about another"), "{shown}");
    assert!(
        shown.contains(&format!("name=\"from\" value=\"{id}\"")) && shown.contains("Taken from"),
        "{shown}"
    );
    assert!(shown.contains(&format!("href=\"{one}\"")), "it is told that there is something else: {shown}");
    let two = own(&shown);
    assert_ne!(one, two);
    keep(&mut an, &two, &[("from", id), ("v-TX_DIAG", "typed about this one")]);
    // Each comes again as it was.
    let shown = text(&mut an, &two);
    assert!(shown.contains("typed about this one") && shown.contains(&format!("value=\"{id}\"")), "{shown}");
    let shown = text(&mut an, &one);
    assert!(shown.contains(OTHER) && !shown.contains("name=\"from\""), "{shown}");
    let list = text(&mut an, &page("/new"));
    assert!(list.contains(&format!("href=\"{one}\"")) && list.contains(&format!("href=\"{two}\"")), "{list}");
    assert_eq!(list.matches("Continue INTEGO-DIAG<").count(), 2, "{list}");
    // Who throws it away goes on with the same patient, and with that one's alone.
    let gone = an.post(&two, &[("act", "discard"), ("from", id), ("end", "1")]);
    assert_eq!(gone.location(), format!("{same}&done=entry-discarded"));
    let shown = text(&mut an, gone.location());
    assert!(shown.contains("Taken from") && !shown.contains("typed about this one"), "{shown}");
    assert!(text(&mut an, &one).contains(OTHER));
    assert!(!portal.log().contains(OTHER) && !portal.log().contains(PATIENT));
}

#[test]
fn two_windows_with_new_forms_keep_beside_each_other() {
    let portal = portal();
    let mut an = lead(&portal);
    let new = page("/new/INTEGO-DIAG");
    let (one, two) = (own(&text(&mut an, &new)), own(&text(&mut an, &new)));
    keep(&mut an, &one, &[("v-TX_DIAG", "in one window")]);
    keep(&mut an, &two, &[("v-TX_DIAG", "in the other")]);
    assert!(text(&mut an, &one).contains("in one window"));
    assert!(!text(&mut an, &new).contains("in one window"), "a new form is a new one");
    entered(&an.post(&two, &answers(&[("v-TX_DIAG", "in the other")], "submit")));
    assert!(
        text(&mut an, &one).contains("in one window"),
        "what is saved in one is forgotten of that one alone"
    );
    assert!(!text(&mut an, &two).contains("in the other"));
    // A session that ends sends nobody to another form.
    portal.app.sqlite("PRAGMA busy_timeout = 5000; UPDATE session SET expires_at = 1");
    let late = an.post(&two, &answers(&[("v-TX_DIAG", "too late")], "submit"));
    assert!(late.location().starts_with("/ssp/login?next=") && late.location().ends_with("&typed=kept"));
    let mut an = portal.arrived(an.account.unwrap());
    assert!(text(&mut an, &two).contains("too late") && text(&mut an, &one).contains("in one window"));
}

#[test]
fn the_business_key_can_be_set_free_in_a_correction_that_was_kept() {
    let portal = portal();
    let mut an = lead(&portal);
    let first = entered(&an.post(&page("/new/INTEGO-DIAG"), &answers(&[], "submit")));
    let edit = format!("{first}/edit");
    keep(&mut an, &edit, &[("v-TX_DIAG", "half corrected")]);
    let free = text(&mut an, &format!("{edit}?key=free"));
    assert!(free.contains("name=\"key\" value=\"free\"") && free.contains("half corrected"), "{free}");
    keep(&mut an, &edit, &[("key", "free"), ("v-TX_DIAG", "half moved")]);
    assert!(text(&mut an, &edit).contains("name=\"key\" value=\"free\""));
    let locked = text(&mut an, &format!("{edit}?key=same"));
    assert!(!locked.contains("name=\"key\"") && locked.contains("half moved"), "{locked}");
}

#[test]
fn after_two_weeks_it_is_neither_listed_nor_opened_and_then_deleted() {
    let portal = portal();
    let mut an = lead(&portal);
    let new = page("/new/INTEGO-DIAG");
    let (one, two) = (own(&text(&mut an, &new)), own(&text(&mut an, &new)));
    keep(&mut an, &one, &[("v-TX_DIAG", "long ago")]);
    keep(&mut an, &two, &[("v-TX_DIAG", "the other day")]);
    let aged = |path: &str, hours: u32| {
        let sql = format!("UPDATE kept_form SET at = at - {hours} * 3600000 WHERE path = '{path}'");
        portal.app.sqlite(&format!("PRAGMA busy_timeout = 5000; {sql}"));
    };
    aged(&one, 14 * 24 + 1);
    aged(&two, 14 * 24 - 1);
    for path in [page("/new"), new] {
        let shown = text(&mut an, &path);
        assert!(!shown.contains(&one) && shown.contains(&two), "{shown}");
    }
    assert!(!text(&mut an, &one).contains("long ago"));
    assert!(text(&mut an, &two).contains("the other day"));
    let portal = portal.restarted();
    let until = Instant::now() + Duration::from_secs(20);
    while portal.app.sqlite("SELECT count(*) FROM kept_form") != "1" {
        assert!(Instant::now() < until, "what is over is still stored");
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(portal.app.sqlite("SELECT path FROM kept_form"), two);
}

#[test]
fn a_new_form_for_the_same_patient_is_filled_in_from_what_is_valid_now() {
    let portal = portal();
    let mut an = lead(&portal);
    let first = entered(&an.post(&page("/new/INTEGO-DIAG"), &answers(&[], "submit")));
    let mended = answers(&[("v-CD_PAT_PLC_RESDC", "8500")], "submit");
    let second = entered(&an.post(&format!("{first}/edit"), &mended));
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let from = page(&format!("/new/INTEGO-DIAG?from={}", id(&first)));
    let shown = text(&mut an, &from);
    assert!(shown.contains(&format!("name=\"from\" value=\"{}\"", id(&second))), "{shown}");
    assert!(!shown.contains(&format!("value=\"{}\"", id(&first))) && shown.contains("8500"), "{shown}");
    assert_eq!(an.post(&format!("{second}/withdraw"), &[("reason", "mistake")]).status, 303);
    let shown = text(&mut an, &from);
    assert!(!shown.contains("name=\"from\"") && !shown.contains("8500"), "{shown}");
}
