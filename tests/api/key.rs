//! API keys, as people make and end them.

#![allow(clippy::unwrap_used)]

use hd4dp::domain::role::Role;

use super::system::{SUBMIT, diagnosis};
use crate::portal::client::Portal;

const KEYS: &str = "/ssp/groups/71099911/api";

/// The secret that a page shows.
fn secret(page: &str) -> String {
    page.split("id=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[test]
fn a_key_is_made_shown_once_used_and_revoked() {
    let portal = Portal::start();
    let mut dp = portal.member(&portal.group("71099911"), "dp@fictief.example", &[Role::DpManager]);
    assert!(dp.get(KEYS).text().contains("No system has access yet"));
    let form = dp.get(&format!("{KEYS}/add")).text();
    assert!(form.contains("INTEGO-LAB") && !form.contains("name=\"read\""), "{form}");
    let until = form.split("name=\"until\"").nth(1).unwrap().split("value=\"").nth(1).unwrap();
    let until = until.split('"').next().unwrap().to_owned();
    let fields = [("name", "Laboratory"), ("definition", "INTEGO-DIAG"), ("until", until.as_str())];
    let shown = dp.post(&format!("{KEYS}/add"), &fields);
    assert_eq!(shown.status, 200, "{}", shown.text());
    let secret = secret(&shown.text());
    let list = dp.get(KEYS).text();
    assert!(list.contains("Laboratory") && !list.contains(&secret), "{list}");
    let bearer = format!("Bearer {secret}");
    let send = || {
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        portal.stranger().send("POST", SUBMIT, &headers, diagnosis("D1").to_string().as_bytes()).status
    };
    assert_eq!(send(), 202);
    assert!(dp.get(&format!("{KEYS}/1/revoke")).text().contains("Revoke Laboratory?"));
    let revoked = dp.post(&format!("{KEYS}/1/revoke"), &[]);
    assert!(dp.get(revoked.location()).text().contains("The API key is revoked."));
    assert_eq!(send(), 401);
    let acts = portal.app.sqlite("SELECT group_concat(act) FROM audit WHERE act LIKE 'api-key.%'");
    assert_eq!(acts, "api-key.make,api-key.submit,api-key.revoke,api-key.fail");
}

#[test]
fn only_who_sees_all_registrations_makes_a_key_that_reads_and_only_for_those() {
    let portal = Portal::start();
    let group = portal.group("71099911");
    let fields = [("name", "X"), ("definition", "INTEGO-DIAG"), ("until", "2027-06-01"), ("read", "yes")];
    let until = (hd4dp::clock::today() + jiff::Span::new().days(30)).to_string();
    let fields =
        fields.map(|(name, value)| if name == "until" { (name, until.as_str()) } else { (name, value) });
    let add = format!("{KEYS}/add");
    let mut dp = portal.member(&group, "dp@fictief.example", &[Role::DpManager]);
    assert_eq!(dp.post(&add, &fields).status, 403);
    let mut lead = portal.member(&group, "lead@fictief.example", &[Role::StudyLead]);
    assert!(lead.get(&add).text().contains("name=\"read\""));
    assert_eq!(lead.post(&add, &fields).status, 200);
}

#[test]
fn a_key_that_cannot_be_is_told_beside_its_field() {
    let portal = Portal::start();
    let mut manager = portal.manager("an@fictief.example");
    let add = format!("{KEYS}/add");
    for (fields, text) in [
        ([("name", ""), ("definition", "INTEGO-DIAG"), ("until", "2999-01-01")], "Give the key a name"),
        (
            [("name", "X"), ("definition", "NOTHING"), ("until", "2999-01-01")],
            "Choose at least one definition",
        ),
        ([("name", "X"), ("definition", "INTEGO-DIAG"), ("until", "2999-01-01")], "Choose a day after today"),
        ([("name", "X"), ("definition", "INTEGO-DIAG"), ("until", "soon")], "Choose a day after today"),
    ] {
        let answer = manager.post(&add, &fields);
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains(text), "{}", answer.text());
    }
}
