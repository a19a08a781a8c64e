//! An organisation that is limited to some definitions: nothing of another one
//! comes in, by any way, and what is there stays.

use std::{thread, time::Duration};

use hd4dp::domain::role::Role;
use serde_json::{Value, json};

use crate::{
    api::system::{SUBMIT, System, diagnosis, json_of},
    common::{DIAG_HEADER, NIHDI, TestApp, codes, diag},
    portal::client::{Person, Portal},
};

fn group(rest: &str) -> String {
    format!("/ssp/groups/{NIHDI}{rest}")
}

fn text(person: &mut Person, path: &str) -> String {
    let answer = person.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text().replace("&#x2f;", "/")
}

/// A file of diagnoses, and what the verb says of it.
fn import(app: &TestApp, name: &str, id: &str) -> (i32, Value) {
    app.import("INTEGO-DIAG", &app.file(name, format!("{DIAG_HEADER}\n{}\n", diag(id, "text"))))
}

#[test]
fn the_verb_limits_an_organisation_and_lifts_that_again() {
    let app = TestApp::new();
    app.enrol();
    let limit = |args: &[&str]| app.run([&["organisation", "limit", NIHDI][..], args].concat());
    for (args, status) in [
        (&[][..], 2),
        (&["--dcd"][..], 2),
        (&["--dcd", "NO-SUCH"][..], 2),
        (&["--all", "--dcd", "INTEGO-LAB"][..], 2),
        (&["--dcd", "intego-lab", "INTEGO-PRESC", "--message", "a laboratory"][..], 0),
    ] {
        let ran = limit(args);
        assert_eq!(ran.status, status, "{args:?}: {}{}", ran.stdout, ran.stderr);
    }
    let listed = app.ok(["organisation", "list", "--json"]).json();
    assert_eq!(listed[0]["definitions"], json!(["INTEGO-LAB", "INTEGO-PRESC"]));
    let (status, report) = import(&app, "a.csv", "D1");
    assert_eq!((status, codes(&report)), (1, vec!["organisation-limited".to_owned()]));
    assert_eq!(app.sqlite("SELECT count(*) FROM import"), "0");
    let file = app.path("a.csv");
    let dry =
        ["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG", "--dry-run", file.to_str().unwrap()];
    let dry = app.run(dry);
    assert!(
        dry.status == 1 && dry.stderr.contains("is not to use the definition INTEGO-DIAG"),
        "{}",
        dry.stderr
    );
    assert_eq!(limit(&["--all"]).status, 0);
    assert_eq!(import(&app, "a.csv", "D1").0, 0);
    let acts = app.sqlite("SELECT count(*) FROM audit WHERE act = 'organisation.limit' AND organisation = 1");
    assert_eq!(acts, "2");
    assert_eq!(app.run(["audit", "verify"]).status, 0);
}

#[test]
fn a_manager_limits_a_group_on_its_page_and_its_revisions_tell() {
    let portal = Portal::start();
    let mut manager = portal.manager("manager@fictief.example");
    let page = group("/definitions");
    assert!(text(&mut manager, &page).contains("value=\"TAVI_IMPLT\""));
    assert_eq!(manager.post(&page, &[("limit", "some")]).status, 422, "none is ticked");
    let ticked = [("limit", "some"), ("definition", "INTEGO-LAB"), ("message", "only a laboratory")];
    assert_eq!(manager.post(&page, &ticked).location(), group("?done=group-saved"));
    assert!(text(&mut manager, &group("")).contains("<dd>INTEGO-LAB</dd>"));
    let form = text(&mut manager, &page);
    assert!(
        form.contains("value=\"INTEGO-LAB\" checked") && form.contains("value=\"some\" checked"),
        "{form}"
    );
    let revisions = text(&mut manager, &group("/revisions"));
    assert!(revisions.contains("only a laboratory") && revisions.contains("INTEGO-LAB"), "{revisions}");
    assert!(text(&mut manager, "/ssp/audit").contains("Definitions that the group may use changed"));
    // What is ticked does not count where all may be used.
    assert_eq!(manager.post(&page, &[("limit", "all"), ("definition", "INTEGO-LAB")]).status, 303);
    assert_eq!(portal.app.sqlite("SELECT definitions FROM organisation"), "[]");
}

#[test]
fn no_form_upload_or_key_is_offered_for_another_definition_and_what_is_stored_stays() {
    let portal = Portal::start();
    portal.app.enrol();
    assert_eq!(import(&portal.app, "a.csv", "D1").0, 0);
    let known = portal.group(NIHDI);
    let mut lead = portal.member(&known, "lead@fictief.example", &[Role::StudyLead, Role::DpManager]);
    let form = group("/registrations/new/INTEGO-DIAG");
    let draft = [("v-TX_DIAG_ID", "D2"), ("act", "draft"), ("end", "1")];
    let draft = lead.post(&form, &draft).location().split('?').next().unwrap().to_owned();
    let list = text(&mut lead, &group("/registrations"));
    let before = group("/registrations/");
    let mut stored = list.split(&before).filter_map(|rest| {
        let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (!number.is_empty()).then(|| group(&format!("/registrations/{number}")))
    });
    let stored = stored.find(|path| *path != draft).unwrap();
    portal.app.ok(["organisation", "limit", NIHDI, "--dcd", "INTEGO-LAB"]);

    let forms = text(&mut lead, &group("/registrations/new"));
    assert!(forms.contains("new/INTEGO-LAB") && !forms.contains("new/INTEGO-DIAG"), "{forms}");
    assert_eq!(lead.get(&form).status, 404);
    assert_eq!(lead.post(&form, &[("act", "submit"), ("end", "1")]).status, 404);
    for path in [&draft, &stored] {
        let edit = lead.get(&format!("{path}/edit"));
        assert!(edit.status == 403 && edit.text().contains("is not to use"), "{}", edit.text());
        assert_eq!(lead.post(&format!("{path}/edit"), &[("act", "submit"), ("end", "1")]).status, 403);
        let shown = text(&mut lead, path);
        assert!(shown.contains("/withdraw") && !shown.contains("/edit"), "{shown}");
    }
    assert_eq!(lead.post(&format!("{stored}/withdraw"), &[("reason", "mistake")]).status, 303);

    let upload = group("/uploads/new");
    let offered = text(&mut lead, &upload);
    assert!(offered.contains("INTEGO-LAB@1.0.0") && !offered.contains("INTEGO-DIAG"), "{offered}");
    let sent = lead.post_file(&upload, &[("definition", "INTEGO-DIAG@1.0.0")], ("file", "a.csv", b"x"));
    assert_eq!(sent.status, 422);

    let keys = group("/api/add");
    let offered = text(&mut lead, &keys);
    assert!(offered.contains("INTEGO-LAB") && !offered.contains("INTEGO-DIAG"), "{offered}");
    let until = (hd4dp::clock::today() + jiff::Span::new().days(30)).to_string();
    let fields = [("name", "X"), ("definition", "INTEGO-DIAG"), ("until", until.as_str())];
    assert_eq!(lead.post(&keys, &fields).status, 422);
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM api_key"), "0");
}

#[test]
fn a_file_that_waits_when_the_limit_is_set_is_refused_with_the_reason() {
    let portal = Portal::start();
    portal.app.enrol();
    let mut nurse = portal.member(&portal.group(NIHDI), "nurse@fictief.example", &[Role::StudySupport]);
    let content = format!("{DIAG_HEADER}\n{}\n", diag("D1", "text"));
    let fields = [("definition", "INTEGO-DIAG@1.0.0")];
    let sent = nurse.post_file(&group("/uploads/new"), &fields, ("file", "a.csv", content.as_bytes()));
    let path = sent.location().to_owned();
    let mut until = |state: &str| {
        for _ in 0..600 {
            let page = text(&mut nurse, &path);
            if page.contains(state) {
                return page;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("{state}");
    };
    until("Waits for your decision");
    portal.app.ok(["organisation", "limit", NIHDI, "--dcd", "INTEGO-LAB"]);
    let mut other = portal.member(&portal.group(NIHDI), "other@fictief.example", &[Role::StudySupport]);
    assert_eq!(other.post(&format!("{path}/import"), &[]).status, 303);
    until("is not to use the definition INTEGO-DIAG");
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "0");
    assert_eq!(portal.app.sqlite("SELECT state FROM upload"), "refused");
}

#[test]
fn a_system_of_the_organisation_may_send_nothing_else_but_still_reads_what_it_sent() {
    let portal = Portal::start();
    portal.app.enrol();
    let mut system = System::with(&portal, &["INTEGO-DIAG", "INTEGO-LAB"], true);
    let submit = |system: &mut System, body: &Value| {
        let path = format!("{SUBMIT}?dcd-id=INTEGO-DIAG");
        system.post(&path, "application/json", &[], body.to_string().as_bytes())
    };
    assert_eq!(submit(&mut system, &diagnosis("D1")).status, 202);
    let questionnaire = json_of(&system.get("/proxy/fhir/Questionnaire/INTEGO-DIAG"));
    portal.app.ok(["organisation", "limit", NIHDI, "--dcd", "INTEGO-LAB"]);
    for body in [diagnosis("D2"), json!([diagnosis("D2")])] {
        let refused = submit(&mut system, &body);
        assert_eq!((refused.status, &json_of(&refused)["code"]), (403, &json!("organisation-limited")));
    }
    let lines = format!("{}\n", diagnosis("D2"));
    let path = format!("{SUBMIT}?dcd-id=INTEGO-DIAG");
    assert_eq!(system.post(&path, "application/x-ndjson", &[], lines.as_bytes()).status, 403);
    let response = json!({
        "resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": questionnaire["url"],
        "item": [],
    });
    let path = "/proxy/fhir/QuestionnaireResponse";
    let refused = system.post(path, "application/fhir+json", &[], response.to_string().as_bytes());
    assert_eq!(refused.status, 403);
    for path in
        ["/proxy/fhir/Questionnaire/INTEGO-DIAG", "/proxy/api/dcd/payload/definition?dcd-id=INTEGO-DIAG"]
    {
        assert_eq!(system.get(path).status, 403, "{path}");
    }
    let menu = system.get("/proxy/api/dcd/menu/structure").text();
    assert!(menu.contains("INTEGO-LAB") && !menu.contains("INTEGO-DIAG"), "{menu}");
    // What was sent is still there to read, and the only definition is meant.
    let sent = json_of(&system.get("/proxy/api/dcd/submit?dcd-id=INTEGO-DIAG"));
    assert_eq!(sent["registrations"].as_array().unwrap().len(), 1, "{sent}");
    assert_eq!(json_of(&system.get("/proxy/api/dcd/payload/definition"))["name"], "INTEGO-LAB");
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "1");
    let mut manager = portal.manager("manager@fictief.example");
    assert!(text(&mut manager, &group("/api")).contains("not for this group"));
    portal.app.ok(["organisation", "limit", NIHDI, "--all"]);
    assert_eq!(submit(&mut system, &diagnosis("D2")).status, 202);
}
