//! Every route, every role, one's own group and that of others.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use hd4dp::{
    domain::{account::AccountId, role::Role},
    portal::routes::{Line, lines},
};

use super::client::{Answer, Portal};
use crate::common::NIHDI;

/// The table written by hand: method, path, who may.
fn expected() -> Vec<(String, String, Vec<bool>)> {
    let table = include_str!("access.txt");
    let lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let (method, path) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
            let marks: Vec<bool> = words.map(|mark| mark == "+").collect();
            assert_eq!(marks.len(), Role::ALL.len() + 1, "{line}");
            (method, path, marks)
        })
        .collect()
}

/// A path with something in the place of its parts in braces.
fn filled(path: &str, group: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{group}" => group,
        part if part.starts_with('{') => "999999",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn is_sent_to_login(answer: &Answer) -> bool {
    answer.status == 303 && answer.location().starts_with("/ssp/login")
}

#[test]
fn the_table_written_by_hand_names_each_route_once() {
    let by_hand: Vec<_> =
        expected().into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let set: BTreeSet<_> = by_hand.iter().cloned().collect();
    assert_eq!(set.len(), by_hand.len());
    let routes: BTreeSet<_> = lines().map(|Line { method, path }| format!("{method} {path}")).collect();
    let missing: Vec<_> = routes.difference(&set).collect();
    let gone: Vec<_> = set.difference(&routes).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not in the table: {missing:#?}; no routes: {gone:#?}");
}

#[test]
fn each_role_reaches_what_the_table_says_and_nothing_of_other_groups() {
    let portal = Portal::start();
    let own = portal.group(NIHDI);
    portal.organisation("72099902", "Ander Ziekenhuis");
    let ids: Vec<AccountId> = Role::ALL
        .iter()
        .map(|role| {
            let email = format!("{}@fictief.example", role.name().replace('_', "-"));
            let person = match role {
                Role::Manager => portal.manager(&email),
                role => portal.member(&own, &email, &[*role]),
            };
            person.account.unwrap()
        })
        .collect();
    let mut wrong = Vec::new();
    for (method, path, marks) in expected() {
        let ask = |group: &str, person: &mut super::client::Person| {
            let path = filled(&path, group);
            if method == "GET" { person.get(&path) } else { person.post(&path, &[]) }
        };
        for (number, role) in Role::ALL.iter().enumerate() {
            let status = ask(NIHDI, &mut portal.arrived(ids[number])).status;
            let has_more_parts = path.replace("{group}", "").contains('{');
            let is_right = match marks[number] {
                true => status != 403 && status < 500 && (status != 404 || has_more_parts),
                false => status == 403,
            };
            if !is_right {
                wrong.push(format!("{method} {path} as {}: {status}", role.name()));
            }
            if path.contains("{group}") && *role != Role::Manager {
                for group in ["72099902", "73099990"] {
                    let status = ask(group, &mut portal.arrived(ids[number])).status;
                    if status != 404 {
                        wrong.push(format!("{method} {path} of {group} as {}: {status}", role.name()));
                    }
                }
            }
        }
        let mut guest = portal.stranger();
        guest.get("/ssp/login");
        let answer = ask(NIHDI, &mut guest);
        if marks[Role::ALL.len()] == is_sent_to_login(&answer) {
            wrong.push(format!("{method} {path} as nobody: {}", answer.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn who_may_not_is_told_who_can() {
    let portal = Portal::start();
    let group = portal.group(NIHDI);
    let mut editor = portal.member(&group, "editor@fictief.example", &[Role::CertificateEditor]);
    let refused = editor.get(&format!("/ssp/groups/{NIHDI}/members"));
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("User Manager, DP Manager, Auditor"), "{}", refused.text());
}

#[test]
fn a_member_who_was_removed_is_out_at_once() {
    let portal = Portal::start();
    let group = portal.group(NIHDI);
    let mut manager = portal.manager("an@fictief.example");
    let mut lead = portal.member(&group, "lead@fictief.example", &[Role::StudyLead]);
    assert_eq!(lead.get(&format!("/ssp/groups/{NIHDI}")).status, 200);
    let id = lead.account.unwrap().0;
    assert_eq!(manager.post(&format!("/ssp/groups/{NIHDI}/members/{id}/remove"), &[]).status, 303);
    assert_eq!(lead.get(&format!("/ssp/groups/{NIHDI}")).status, 404);
    assert_eq!(lead.get("/ssp").status, 200, "the account stays");
    assert_eq!(manager.post(&format!("/ssp/accounts/{id}/cancel"), &[]).status, 303);
    assert_eq!(lead.get("/ssp").location(), "/ssp/login");
}
