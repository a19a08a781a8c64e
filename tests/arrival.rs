//! When a registration arrived: a row of a file with the beginning of its
//! import, what is sent one by one when it itself was sent.

use hd4dp::{
    clock,
    domain::{registration::RegistrationId, role::Role},
    store::{
        definition, history,
        listing::{self, Filter, Scope, Start},
    },
};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    api::system::{System, diagnosis, json_of},
    common::{DIAG_HEADER, NIHDI, diag},
    portal::{
        client::Portal,
        entry::{answers, entered, page, portal},
    },
};

const HOUR: i64 = 3_600_000;

/// As if the day's first registration had come an hour ago, and the import of
/// the day with it.
fn an_hour_later(portal: &Portal) {
    portal.app.sqlite(&format!(
        "UPDATE import SET started_at = started_at - {HOUR}, changed_at = changed_at - {HOUR};
         UPDATE block SET arrived_at = arrived_at - {HOUR}"
    ));
}

fn id_of(path: &str) -> RegistrationId {
    RegistrationId(path.rsplit('/').next().unwrap().parse().unwrap())
}

/// The registrations of these times, the newest first, each with its time.
fn found(portal: &Portal, from: Option<i64>, until: Option<i64>) -> Vec<(RegistrationId, i64)> {
    let page = portal.store.read(|tx| {
        let scope = |(definition, _)| Scope { definition, people: Vec::new() };
        let scopes = definition::stored(tx)?.into_iter().map(scope).collect();
        let filter = Filter { scopes, from, until, ..Filter::default() };
        listing::page(tx, portal.group(NIHDI).id, &filter, Start::Newest, 100)
    });
    page.unwrap().rows.into_iter().map(|row| (row.id, row.arrived_at)).collect()
}

/// The first moment that a page's "Its way" tells.
fn first_step(page: &str) -> i64 {
    let way = page.split("id=\"way\"").nth(1).unwrap();
    let at = way.split("<time datetime=\"").nth(1).unwrap().split('"').next().unwrap();
    at.parse::<Timestamp>().unwrap().as_millisecond()
}

#[test]
fn what_is_entered_by_form_tells_its_own_time_and_not_that_of_the_days_first() {
    let portal = portal();
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    let form = page("/new/INTEGO-DIAG");
    let first = entered(&an.post(&form, &answers(&[], "submit")));
    an_hour_later(&portal);
    let before = clock::now().as_millisecond();
    let second = entered(&an.post(&form, &answers(&[("v-TX_DIAG_ID", "D2")], "submit")));
    let corrected = entered(&an.post(&format!("{first}/edit"), &answers(&[("v-TX_DIAG", "flu")], "submit")));
    let listed = found(&portal, None, None);
    assert_eq!(
        listed.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        [&corrected, &second, &first].map(|path| id_of(path))
    );
    assert!(listed[0].1 >= listed[1].1 && listed[1].1 >= before, "{listed:?}");
    assert!(listed[2].1 < before - HOUR + 60_000, "{listed:?}");
    // Pages tell seconds.
    assert!(first_step(&an.get(&second).text()) >= before - 1000);
    let key =
        portal.store.read(|tx| history::whole(tx, portal.group(NIHDI).id, id_of(&corrected))).unwrap().key;
    let versions = portal.store.read(|tx| history::versions(tx, portal.group(NIHDI).id, &key)).unwrap();
    let times: Vec<_> = versions.iter().map(|version| version.arrived_at).collect();
    assert_eq!(times, [listed[0].1, listed[2].1], "each version its own");

    // Days and times are looked for by the same.
    assert_eq!(found(&portal, Some(before), None), listed[..2]);
    assert_eq!(found(&portal, None, Some(before)), listed[2..]);
}

#[test]
fn what_is_sent_one_by_one_tells_its_own_time_and_a_batch_and_a_file_when_they_began() {
    let portal = portal();
    let mut system = System::with(&portal, &["INTEGO-DIAG"], true);
    assert_eq!(system.submit(&diagnosis("D1")).status, 202);
    let both = Value::from(vec![diagnosis("D3"), diagnosis("D4")]);
    assert_eq!(system.submit(&both).status, 202);
    let file = portal.app.file("a.csv", format!("{DIAG_HEADER}\n{}\n", diag("D5", "text")));
    assert_eq!(portal.app.import("INTEGO-DIAG", &file).0, 0);
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM block WHERE arrived_at IS NOT NULL"), "1");
    an_hour_later(&portal);
    let before = clock::now().as_millisecond();
    assert_eq!(system.submit(&diagnosis("D2")).status, 202);
    let told = json_of(&system.get("/proxy/api/dcd/submit?incl-submit-data=true"));
    let arrived: Vec<_> = told["registrations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let at: Timestamp = row["receivedAt"].as_str().unwrap().parse().unwrap();
            (row["data"]["TX_DIAG_ID"].as_str().unwrap(), at.as_millisecond() >= before)
        })
        .collect();
    assert_eq!(arrived, [("D2", true), ("D5", false), ("D4", false), ("D3", false), ("D1", false)]);
}

#[test]
fn what_was_entered_before_times_were_stored_gets_them_from_the_audit() {
    let portal = portal();
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    let form = page("/new/INTEGO-DIAG");
    for (id, act) in [("D1", "submit"), ("D2", "draft"), ("D3", "submit")] {
        entered(&an.post(&form, &answers(&[("v-TX_DIAG_ID", id)], act)));
    }
    let file = portal.app.file("a.csv", format!("{DIAG_HEADER}\n{}\n", diag("D5", "text")));
    assert_eq!(portal.app.import("INTEGO-DIAG", &file).0, 0);
    let before = found(&portal, None, None);
    portal.app.sqlite(
        "ALTER TABLE block DROP COLUMN arrived_at; DROP TABLE finding_left_out; DROP TABLE finding_left_out_row;
         ALTER TABLE import DROP COLUMN kept_errors; ALTER TABLE import DROP COLUMN kept_warnings;
         PRAGMA user_version = 16",
    );
    let portal = portal.restarted();
    assert_eq!(found(&portal, None, None), before);
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM block WHERE arrived_at IS NULL"), "1", "the file's");
}
