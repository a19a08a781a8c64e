//! The audit, as a manager and an auditor read it.

#![allow(clippy::unwrap_used)]

use std::{thread, time::Duration};

use hd4dp::{
    domain::{account::Actor, role::Role},
    store::audit,
};

use super::client::Portal;
use crate::common::NIHDI;

#[test]
fn an_auditor_reads_what_concerns_the_own_groups_and_a_manager_reads_all() {
    let portal = Portal::start();
    let (group, other) = (portal.group(NIHDI), portal.organisation("72099902", "Ander Ziekenhuis"));
    portal.member(&other, "elders@fictief.example", &[Role::DpManager]);
    let mut auditor = portal.member(&group, "auditor@fictief.example", &[Role::Auditor]);
    let mut manager = portal.manager("manager@fictief.example");
    let rows = |text: &str| text.split_once("<tbody>").map_or(String::new(), |(_, rows)| rows.to_owned());
    let seen = rows(&auditor.get("/ssp/audit").text());
    assert!(seen.contains("Member added") && seen.contains("Fictief Ziekenhuis"), "{seen}");
    assert!(!seen.contains("Ander Ziekenhuis") && !seen.contains("Logged in"), "{seen}");
    let all = rows(&manager.get("/ssp/audit").text());
    assert!(all.contains("Ander Ziekenhuis") && all.contains("Logged in"), "{all}");
    assert!(all.contains("valid until: "), "{all}");
    let until = all.split("valid until: ").nth(1).unwrap().split(" · ").next().unwrap();
    assert!(until.contains(':') && !until.contains('Z'), "{until}");
    let thumbprint = all.split("thumbprint: ").nth(1).unwrap().chars().position(|letter| letter == '…');
    assert_eq!(thumbprint, Some(12), "{all}");
    assert_eq!(auditor.get("/ssp/audit?group=72099902").status, 404);
    let file = auditor.post("/ssp/audit/export", &[]).text();
    assert!(file.contains("member.add") && !file.contains("72099902"), "{file}");
    assert_eq!(auditor.post("/ssp/audit/export", &[("group", "72099902")]).status, 404);
}

#[test]
fn a_person_is_looked_for_without_the_address_naming_anybody() {
    let portal = Portal::start();
    let mut manager = portal.manager("manager@fictief.example");
    manager.post("/ssp/groups/71099911/state", &[("act", "deactivate"), ("message", "reden")]);
    let sent = manager
        .post("/ssp/audit/search", &[("person", "MANAGER@fictief"), ("act", "organisation.deactivate")]);
    let location = sent.location().to_owned();
    assert!(location.contains("who=") && !location.contains("fictief"), "{location}");
    let page = manager.get(&location).text();
    let rows = page.split_once("<tbody>").unwrap().1;
    assert!(rows.contains("manager@fictief.example") && !rows.contains("Logged in"), "{rows}");
    assert!(
        manager
            .get("/ssp/audit?from=2001-01-01&until=2001-01-02")
            .text()
            .contains("Nothing was done that fits.")
    );
    assert_eq!(manager.get("/ssp/audit?from=yesterday").status, 422);
}

#[test]
fn a_long_audit_is_read_page_by_page() {
    let portal = Portal::start();
    let by = Actor::System("test".into()).to_string();
    for number in 0..60 {
        let details = serde_json::json!({ "count": number });
        portal.store.write(|tx| audit::record(tx, &by, "enrolment.add", None, &details)).unwrap();
    }
    let mut manager = portal.manager("manager@fictief.example");
    let page = manager.get("/ssp/audit?act=enrolment.add").text();
    let next = page.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let next = next.replace("&amp;", "&").replace("&#x2f;", "/");
    let second = manager.get(&next).text();
    let rows = |text: &str| text.matches("<th scope=\"row\"").count();
    assert_eq!((rows(&page), rows(&second)), (50, 10), "{second}");
}

#[test]
fn whether_the_audit_is_whole_is_found_out_beside_the_requests() {
    let portal = Portal::start();
    let mut manager = portal.manager("manager@fictief.example");
    assert!(manager.get("/ssp/audit").text().contains("Not checked since the appliance was started."));
    assert_eq!(manager.post("/ssp/audit/verify", &[]).status, 303);
    for _ in 0..500 {
        let page = manager.get("/ssp/audit").text();
        if page.contains("The audit is whole:") {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("{}", manager.get("/ssp/audit").text());
}
