//! Physicians who take part and patients who object.

#![allow(clippy::unwrap_used)]

use hd4dp::domain::role::Role;

use super::client::{Person, Portal};
use crate::common::{DIAG_HEADER, NIHDI, TestApp, diag};

const PATIENT: &str = "14100635354";
const PHYSICIAN: &str = "17529086004";
const PROJECT: (&str, &str) = ("project", "HDBP0147");

/// A portal on an installation with two rows of a physician who is not enrolled.
fn held() -> Portal {
    let app = TestApp::new();
    let rows = format!("{DIAG_HEADER}\n{}\n{}\n", diag("D1", "een"), diag("D2", "twee"));
    let file = app.file("rows.csv", rows);
    app.ok(["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG", file.to_str().unwrap()]);
    Portal::start_on(app)
}

fn path(rest: &str) -> String {
    format!("/ssp/groups/{NIHDI}/{rest}")
}

fn lead(portal: &Portal) -> Person {
    portal.member(&portal.group(NIHDI), "lead@fictief.example", &[Role::StudyLead])
}

#[test]
fn enrolling_a_physician_releases_what_waited() {
    let portal = held();
    let mut dpm = portal.member(&portal.group(NIHDI), "dpm@fictief.example", &[Role::DpManager]);
    let page = dpm.get(&path("enrolments")).text();
    assert!(page.contains("2 registrations wait for a physician") && page.contains("17529086"), "{page}");

    let wrong = dpm.post(&path("enrolments/add"), &[PROJECT, ("nihdi", "17529087004")]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("The check digits (digits 7 and 8) do not fit"), "{}", wrong.text());
    let added = dpm.post(&path("enrolments/add"), &[PROJECT, ("nihdi", PHYSICIAN)]);
    assert!(added.location().ends_with("&released=2"), "{added:?}");
    let page = dpm.get(added.location()).text();
    assert!(page.contains("2 registrations that were held are released"), "{page}");
    assert_eq!(dpm.post(&path("enrolments/add"), &[PROJECT, ("nihdi", PHYSICIAN)]).status, 422);

    let early = dpm.post(&path("enrolments/1/end"), &[("until", "2001-01-01")]);
    assert_eq!(early.status, 422, "before the first day");
    let ended = dpm.post(&path("enrolments/1/end"), &[]);
    assert!(ended.location().contains("done=enrolment-ended"), "{ended:?}");
    let mut auditor = portal.member(&portal.group(NIHDI), "auditor@fictief.example", &[Role::Auditor]);
    let file = auditor.get(&path("enrolments/export")).text();
    assert!(file.contains(&format!("{PHYSICIAN};HDBP0147;20")), "{file}");
}

#[test]
fn a_patient_who_objects_does_not_wait_for_the_physician() {
    let portal = Portal::start();
    let mut dpm = portal.member(&portal.group(NIHDI), "dpm@fictief.example", &[Role::DpManager]);
    dpm.post(&path("objections/add"), &[PROJECT, ("ssin", PATIENT)]);
    let rows = format!("{DIAG_HEADER}\n{}\n{}\n", diag("D1", "een"), diag("D2", "twee"));
    portal.app.import("INTEGO-DIAG", &portal.app.file("rows.csv", rows));
    let waiting = dpm.get(&path("enrolments")).text();
    assert!(waiting.contains("data-label=\"Wait for enrolment\">2<"), "{waiting}");
    dpm.post(&path("enrolments/add"), &[PROJECT, ("nihdi", PHYSICIAN)]);
    let page = dpm.get(&path("enrolments")).text();
    assert!(page.contains("data-label=\"Wait for enrolment\">0<"), "{page}");
    let mut data = lead(&portal);
    let held = data.get(&path("registrations?state=held")).text();
    assert!(held.contains("Found by: Held") && held.contains("State changed"), "{held}");
}

#[test]
fn a_list_tells_of_each_line_what_became_of_it_and_never_the_value() {
    let portal = held();
    let mut lead = lead(&portal);
    let list = format!("NAME;CD_HPIN\nA;{PHYSICIAN}\nB;17529087004\nC;175\nD;{PHYSICIAN}\n");
    let told =
        lead.post_file(&path("enrolments/import"), &[PROJECT], ("file", "artsen.csv", list.as_bytes()));
    assert_eq!(told.status, 200);
    let text = told.text();
    for words in
        ["The check digits do not fit", "Not the right number of digits", "Stands in the file more than once"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.contains("2 registrations that were held are released"), "{text}");
    assert!(!text.contains("17529087") && !text.contains(PHYSICIAN), "{text}");

    let without = lead.post_file(&path("enrolments/import"), &[PROJECT], ("file", "x.csv", b"A;B\n1;2\n"));
    assert_eq!(without.status, 422);
    assert!(without.text().contains("CD_HPIN"), "{}", without.text());
    let list = format!("IDC_PAT\n{PATIENT}\n14100635355\n");
    let told = lead.post_file(&path("objections/import"), &[PROJECT], ("file", "x.csv", list.as_bytes()));
    let text = told.text();
    assert!(text.contains("Added") && text.contains("The check digits do not fit"), "{text}");
    assert!(!text.contains("141006353"), "{text}");
}

#[test]
fn patients_who_object_are_masked_but_for_those_who_may_and_that_is_written_down() {
    let portal = held();
    let group = portal.group(NIHDI);
    let (mut lead, mut dpm) =
        (lead(&portal), portal.member(&group, "dpm@fictief.example", &[Role::DpManager]));
    let spelt = "14.10.06-353.54";
    let added = dpm.post(&path("objections/add"), &[PROJECT, ("ssin", spelt)]);
    assert!(added.location().contains("done=objection-added") && !added.location().contains("1410"));
    for person in [&mut lead, &mut dpm] {
        let page = person.get(&path("objections")).text();
        assert!(page.contains("masked") && !page.contains(spelt) && !page.contains(PATIENT), "{page}");
    }
    for act in ["show", "export"] {
        assert_eq!(dpm.post(&path(&format!("objections/{act}")), &[PROJECT]).status, 403);
    }
    let shown = lead.post(&path("objections/show"), &[PROJECT]);
    assert!(shown.text().contains(spelt), "{}", shown.text());
    let file = lead.post(&path("objections/export"), &[PROJECT]).text();
    assert!(file.contains(&format!("{PATIENT};HDBP0147;")), "{file}");

    let found = dpm.post(&path("objections/search"), &[PROJECT, ("search", PATIENT)]);
    assert!(found.status == 303 && !found.location().contains(PATIENT), "{found:?}");
    assert!(dpm.get(found.location()).text().contains("Objections of the patient you looked up."));

    let events = portal.app.ok(["audit", "list", "--json"]).stdout;
    for act in ["objection.show", "objection.export"] {
        assert!(events.contains(act), "{events}");
    }
    assert!(!events.contains(PATIENT) && !portal.log().contains(PATIENT));
}

#[test]
fn nobody_ends_an_objection_of_another_group_or_beyond_their_projects() {
    let portal = held();
    let (group, other) = (portal.group(NIHDI), portal.organisation("72099902", "Ander Ziekenhuis"));
    let mut dpm = portal.member(&group, "dpm@fictief.example", &[Role::DpManager]);
    let added = dpm.post(&path("objections/add"), &[PROJECT, ("ssin", PATIENT), ("all", "1")]);
    assert_eq!(added.status, 303);
    let mut stranger = portal.member(&other, "vreemd@fictief.example", &[Role::DpManager]);
    for page in ["objections/1/end", "enrolments/1/end"] {
        assert_eq!(stranger.post(&format!("/ssp/groups/72099902/{page}"), &[]).status, 404, "{page}");
    }
    let mut lead = lead(&portal);
    assert_eq!(lead.post(&path("objections/1/end"), &[PROJECT]).status, 403, "it is against all projects");
    assert_eq!(lead.post(&path("objections/add"), &[PROJECT, ("ssin", PATIENT), ("all", "1")]).status, 403);
    let other_project = lead.get(&path("objections?project=HDBP9999"));
    assert_eq!(other_project.status, 404);
    assert_eq!(dpm.post(&path("objections/1/end"), &[PROJECT]).status, 303);
}
