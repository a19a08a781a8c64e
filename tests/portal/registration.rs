//! Registrations in the portal: who sees which of them, and what of them.

#![allow(clippy::unwrap_used)]

use hd4dp::domain::role::Role;

use super::client::{Person, Portal};
use crate::common::{DIAG_HEADER, NIHDI, TestApp, diag};

const PATIENT: &str = "14100635354";

/// A portal with a registration by each of two people.
fn portal() -> Portal {
    let app = TestApp::new();
    app.enrol();
    let rows = [("D1", "an@fictief.example"), ("D2", "bo@fictief.example")]
        .map(|(id, author)| format!("{};{author}", diag(id, &format!("text of {id}"))));
    let file = app.file("a.csv", format!("{DIAG_HEADER};TX_AUTHOR\n{}\n", rows.join("\n")));
    assert_eq!(app.import("INTEGO-DIAG", &file).0, 0);
    Portal::start_on(app)
}

fn page(rest: &str) -> String {
    format!("/ssp/groups/{NIHDI}/registrations{rest}")
}

/// The registrations that the list shows, the newest first.
fn listed(person: &mut Person, rest: &str) -> Vec<String> {
    let text = person.get(&page(rest)).text();
    let cells = text.split("<th scope=\"row\"").skip(1);
    cells.map(|cell| cell.split("</a>").next().unwrap().rsplit('>').next().unwrap().to_owned()).collect()
}

#[test]
fn an_associate_sees_only_their_own_and_a_manager_counts_only() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut lead = portal.member(&group, "lead@fictief.example", &[Role::StudyLead]);
    let mut an = portal.member(&group, "an@fictief.example", &[Role::StudyAssociate]);
    let mut manager = portal.manager("baas@fictief.example");
    let all = listed(&mut lead, "");
    let own = listed(&mut an, "");
    assert_eq!((all.len(), own.len()), (2, 1));
    assert_eq!(own[0], all[1], "An's came first");
    let (mine, other) = (format!("/{}", all[1]), format!("/{}", all[0]));
    assert_eq!(an.get(&page(&mine)).status, 200);
    assert_eq!(an.get(&page(&other)).status, 404);
    assert_eq!(an.post(&page(&format!("{other}/withdraw")), &[("reason", "mistake")]).status, 404);
    assert_eq!(an.post(&page(&format!("{mine}/identifiers")), &[]).status, 403);

    let counts = manager.get(&page(""));
    assert_eq!(counts.status, 200);
    assert!(!counts.text().contains("<th scope=\"row\"") && counts.text().contains("<dd>2</dd>"));
    assert_eq!(manager.get(&page(&mine)).status, 403);
}

#[test]
fn a_search_for_a_patient_leaves_no_trace_in_address_or_log() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut lead = portal.member(&group, "lead@fictief.example", &[Role::StudyLead]);
    let form = lead.get(&page("/search?definition=1")).text();
    let parts: Vec<String> = form
        .split("name=\"key-")
        .skip(1)
        .map(|rest| format!("key-{}", rest.split('"').next().unwrap()))
        .collect();
    assert_eq!(parts.len(), 2);
    let search = |lead: &mut Person, id: &str| {
        let fields =
            [("by", "key"), ("definition", "1"), (parts[0].as_str(), PATIENT), (parts[1].as_str(), id)];
        let found = lead.post(&page("/search"), &fields);
        assert_eq!(found.status, 303);
        found.location().strip_prefix(&page("")).unwrap().to_owned()
    };
    let found = search(&mut lead, "D2");
    assert!(found.starts_with("?search=") && !found.contains(PATIENT));
    assert_ne!(search(&mut lead, "D2"), found, "the name of a search says nothing of it");
    assert_eq!(listed(&mut lead, &found), listed(&mut lead, "")[..1]);
    let unknown = search(&mut lead, "D3");
    assert!(listed(&mut lead, &unknown).is_empty());
    let mut other = portal.member(&group, "other@fictief.example", &[Role::StudyLead]);
    assert_eq!(listed(&mut other, &found).len(), 2, "another session does not have this search");
    assert!(!portal.log().contains(PATIENT));

    let by_author = lead.post(&page("/search"), &[("by", "filter"), ("author", "bo@fictief.example")]);
    let by_author = by_author.location().strip_prefix(&page("")).unwrap().to_owned();
    assert!(!by_author.contains('@'));
    assert_eq!(listed(&mut lead, &by_author).len(), 1);
}

#[test]
fn who_the_patient_is_shows_only_when_asked_for_and_that_is_written_down() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut lead = portal.member(&group, "lead@fictief.example", &[Role::StudyLead]);
    let id = listed(&mut lead, "")[0].clone();
    let asked = || portal.app.sqlite("SELECT count(*) FROM audit WHERE act = 'identifiers.show'");
    let masked = lead.get(&page(&format!("/{id}"))).text();
    assert!(masked.contains("text of D2") && !masked.contains(PATIENT) && !masked.contains("6 Oct 2014"));
    assert_eq!(asked(), "0", "looking writes nothing");
    let clear = lead.post(&page(&format!("/{id}/identifiers")), &[]).text();
    assert!(clear.contains(PATIENT));
    assert_eq!(asked(), "1");
    assert!(!portal.app.sqlite("SELECT details FROM audit").contains(PATIENT));
}

#[test]
fn a_withdrawn_registration_says_so_and_only_once() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut an = portal.member(&group, "an@fictief.example", &[Role::StudyAssociate]);
    let id = listed(&mut an, "")[0].clone();
    let withdraw = page(&format!("/{id}/withdraw"));
    assert_eq!(an.get(&withdraw).status, 200);
    assert_eq!(an.post(&withdraw, &[("reason", "")]).status, 422);
    let done = an.post(&withdraw, &[("reason", "objection"), ("note", "a note of hers")]);
    assert_eq!(done.location(), page(&format!("/{id}?done=registration-withdrawn")));
    let text = an.get(&page(&format!("/{id}"))).text();
    assert!(text.contains("Withdrawn") && text.contains("a note of hers"));
    assert!(!text.contains(&withdraw), "it cannot be withdrawn again");
    assert_eq!(an.post(&withdraw, &[("reason", "objection")]).status, 422);
    assert_eq!(listed(&mut an, "?state=withdrawn"), [id]);
    assert!(!portal.app.sqlite("SELECT details FROM audit").contains("a note of hers"));
}
