//! Forms that are made from definitions: what a person enters is judged, kept
//! and sent like a row of a file.

#![allow(clippy::unwrap_used)]

use std::fs;

use hd4dp::{domain::role::Role, sandbox::consolidated};
use serde_json::Value;

use super::client::{Answer, Person, Portal, encoded};
use crate::common::{
    NIHDI, TestApp,
    outside::{delivering, sandbox},
};

pub const PATIENT: &str = "14100635354";

/// A whole registration of INTEGO-DIAG, as a browser sends it.
const WHOLE: &[(&str, &str)] = &[
    ("v-IDC_PAT", PATIENT),
    ("v-D_PAT_DOB", "2014-10-06"),
    ("v-CD_PAT_SEX", "M"),
    ("v-CD_CNTRY_RES", "Belgium (BE)"),
    ("v-CD_PAT_PLC_RESDC", "2060"),
    ("v-CD_HPIN", "17529086004"),
    ("v-TX_PRACTICE", "P03"),
    ("v-TX_DIAG_ID", "D1"),
    ("v-DT_DIAG", "2023-01-27"),
    ("v-CD_DIAG_SYST", "ICPC2"),
    ("v-CD_DIAG", "R74"),
    ("v-TX_DIAG", "a cold"),
    ("v-CD_DIAG_STAT", "RESOLVED"),
    ("v-DT_DIAG_END", "2023-02-09"),
];

pub fn page(rest: &str) -> String {
    format!("/ssp/groups/{NIHDI}/registrations{rest}")
}

/// The whole registration with some answers changed, and what is done with it.
pub fn answers<'a>(changed: &[(&'a str, &'a str)], act: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<_> = WHOLE.to_vec();
    for (name, value) in changed {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    fields.extend([("act", act), ("end", "1")]);
    fields
}

/// The path of the registration that an answer leads to.
pub fn entered(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.location().split('?').next().unwrap().to_owned()
}

pub fn portal() -> Portal {
    let app = TestApp::new();
    app.enrol();
    Portal::start_on(app)
}

/// The page that lists forms and what is not finished.
fn listed(person: &mut Person) -> String {
    person.get(&page("/new")).text().replace("&#x2f;", "/")
}

/// What is told while somebody types.
pub fn live(person: &mut Person, path: &str, fields: &[(&str, &str)]) -> Value {
    let answer = script(person, path, fields);
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

/// What the script of a page gets as its answer.
pub fn script(person: &mut Person, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = person.csrf.clone();
    let all = fields.iter().copied().chain([("csrf", csrf.as_str())]);
    let body = all.map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")];
    person.send("POST", path, &headers, body.as_bytes())
}

#[test]
fn a_draft_is_continued_submitted_and_consolidated() {
    let dir = tempfile::tempdir().unwrap();
    let _sandbox = sandbox(dir.path(), |_| {});
    let app = delivering(dir.path());
    let mut portal = Portal::start_on(app);
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyAssociate]);
    let form = page("/new/INTEGO-DIAG");
    assert_eq!(an.get(&form).status, 200);
    let draft = [("v-IDC_PAT", PATIENT), ("v-TX_DIAG", "a cold"), ("act", "draft"), ("end", "1")];
    let draft = entered(&an.post(&form, &draft));
    let shown = an.get(&format!("{draft}/edit"));
    let text = shown.text();
    assert_eq!(shown.status, 200, "{text}");
    assert!(text.contains("a cold") && !text.contains(PATIENT), "a stored identifier is not shown");
    assert!(listed(&mut an).contains(&format!("{draft}/edit")), "it is listed as not finished");
    // The patient's number was stored before, so it is not typed again.
    let submitted = entered(&an.post(&format!("{draft}/edit"), &answers(&[("v-IDC_PAT", "")], "submit")));
    assert_ne!(submitted, draft);
    assert!(an.get(&draft).text().contains("Superseded"));
    let newest = format!("{submitted}/edit?done=entry-newest");
    assert_eq!(an.get(&format!("{draft}/edit")).location(), newest, "who goes back goes on in the newest");
    let author = portal.app.sqlite("SELECT count(*) FROM audit WHERE act = 'registration.enter'");
    assert_eq!(author, "1");
    assert!(!portal.app.sqlite("SELECT details FROM audit").contains(PATIENT));
    assert!(!portal.log().contains(PATIENT));

    let app = std::mem::replace(&mut portal.app, TestApp::bare());
    drop(portal);
    app.ok(["deliver", "--until-empty", "--json"]);
    let all = consolidated(dir.path()).unwrap();
    assert_eq!(all.len(), 1);
    let data: Value = serde_json::from_str(all[0].data.as_ref().unwrap()).unwrap();
    assert_eq!((&data["TX_DIAG_ID"], &data["CD_CNTRY_RES"]), (&"D1".into(), &"BE".into()));
    assert!(all[0].pseudonym.is_some());
}

#[test]
fn a_wrong_value_is_explained_at_its_field_and_what_was_typed_stays() {
    let portal = portal();
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyAssociate]);
    let form = page("/new/INTEGO-DIAG");
    let wrong = [("v-DT_DIAG", "2012-01-01"), ("v-CD_PAT_SEX", ""), ("v-TX_DIAG", "typed <b>")];
    let answer = an.post(&form, &answers(&wrong, "submit"));
    let text = answer.text();
    assert_eq!(answer.status, 422);
    assert!(text.contains("href=\"#v-DT_DIAG\"") && text.contains("href=\"#v-CD_PAT_SEX\""), "{text}");
    let own = "The diagnosis lies before the birth or in the future.";
    let place = text.split("id=\"v-DT_DIAG-wrong\"").nth(1).unwrap();
    assert!(place.split("</span>").next().unwrap().contains(own), "the definition's own words");
    assert!(text.contains("typed &lt;b&gt;"));
    // A draft needs no values, but those it has must be of their kinds.
    assert_eq!(an.post(&form, &answers(&[("v-IDC_PAT", "14100635355")], "draft")).status, 422);
    // What is still missing is not wrong while somebody only looks.
    assert_eq!(an.post(&form, &[("act", "check"), ("end", "1")]).status, 200);
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "0");
    // Of what did not arrive whole nothing is stored.
    assert_eq!(an.post(&form, &[("act", "draft"), ("v-TX_DIAG", "x")]).status, 413);
}

#[test]
fn an_invisible_character_is_told_of_as_for_a_file_and_never_replaced_unseen() {
    let portal = portal();
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyAssociate]);
    let form = page("/new/INTEGO-DIAG");
    let typed = answers(&[("v-TX_DIAG", "Dose: 5\u{b}mg\u{1f} ok")], "submit");
    for _ in 0..2 {
        let refused = an.post(&form, &typed);
        assert_eq!(refused.status, 422);
        let text = refused.text();
        assert!(text.contains("invisible control character"), "{text}");
        assert!(text.contains("5&#11;mg&#31; ok"), "the browser sends the same again");
    }
    let told = live(&mut an, &form, &typed);
    assert!(told.to_string().contains("invisible control character"), "{told}");
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "0");
}

#[test]
fn a_draft_is_stored_with_values_that_break_a_rule_and_says_so_until_it_is_mended() {
    let portal = portal();
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyAssociate]);
    let form = page("/new/INTEGO-DIAG");
    for kind in [("v-DT_DIAG", "2012-02-30"), ("v-CD_PAT_SEX", "Q"), ("v-IDC_PAT", "14100635355")] {
        assert_eq!(an.post(&form, &answers(&[kind], "draft")).status, 422, "{kind:?} is of no kind");
    }
    assert!(
        an.post(&form, &answers(&[("v-TX_DIAG_ID", "D7")], "draft")).location().ends_with("=entry-draft")
    );
    let early = [("v-DT_DIAG", "2012-01-01")];
    let saved = an.post(&form, &answers(&early, "draft"));
    assert!(saved.location().ends_with("?done=entry-draft-wrong"), "{}", saved.location());
    assert!(an.get(saved.location()).text().contains("Some of its answers are not right yet"));
    let edit = format!("{}/edit", entered(&saved));
    let own = "The diagnosis lies before the birth or in the future.";
    let wrong = |text: &str| {
        let place = text.split("id=\"v-DT_DIAG-wrong\"").nth(1).unwrap().to_owned();
        place.split("</span>").next().unwrap().contains(own)
    };
    assert!(wrong(&an.get(&edit).text()), "it is told whenever it is opened");
    let submitted = an.post(&edit, &answers(&[("v-DT_DIAG", "2012-01-01"), ("v-IDC_PAT", "")], "submit"));
    assert!(submitted.status == 422 && wrong(&submitted.text()));
    let mended = answers(&[("v-IDC_PAT", "")], "submit");
    assert_eq!(an.post(&edit, &mended).status, 303);
}

#[test]
fn what_does_not_apply_is_not_kept_and_the_script_is_told_so() {
    let portal = portal();
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyAssociate]);
    let form = page("/new/INTEGO-DIAG");
    let active = [("v-CD_DIAG_STAT", "ACTIVE"), ("v-DT_DIAG_END", "2023-02-09")];
    let told = live(&mut an, &form, &answers(&active, "check"));
    assert_eq!(told["hidden"], serde_json::json!(["v-DT_DIAG_END"]));
    let told = live(&mut an, &form, &answers(&[("v-IDC_PAT", "14100635355")], "check"));
    assert!(told["wrong"]["v-IDC_PAT"].is_string() && told["hidden"].as_array().unwrap().is_empty());
    let id = entered(&an.post(&form, &answers(&active, "submit")));
    assert!(!an.get(&id).text().contains("9 Feb 2023"));
}

#[test]
fn another_s_draft_is_not_there_for_an_associate_and_support_continues_its_own() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut an = portal.member(&group, "an@fictief.example", &[Role::StudyAssociate]);
    let mut bo = portal.member(&group, "bo@fictief.example", &[Role::StudyAssociate]);
    let mut support = portal.member(&group, "support@fictief.example", &[Role::StudySupport]);
    let mut lead = portal.member(&group, "lead@fictief.example", &[Role::StudyLead]);
    let form = page("/new/INTEGO-DIAG");
    let draft = entered(&an.post(&form, &answers(&[], "draft")));
    for other in [&mut bo, &mut support] {
        assert_eq!(other.get(&format!("{draft}/edit")).status, 404);
        assert_eq!(other.post(&format!("{draft}/edit"), &answers(&[], "submit")).status, 404);
    }
    assert_eq!(lead.get(&format!("{draft}/edit")).status, 200);
    // Who does not read registrations comes back to the list of forms.
    let done = support.post(&form, &answers(&[("v-TX_DIAG_ID", "D2")], "draft"));
    assert_eq!(done.location(), page("/new?done=entry-draft"));
    let list = listed(&mut support);
    let own = list.split("/edit\"").next().unwrap().rsplit('/').next().unwrap().to_owned();
    let own = page(&format!("/{own}/edit"));
    assert_eq!(support.get(&own).status, 200);
    assert_eq!(support.post(&own, &answers(&[("v-TX_DIAG_ID", "D2")], "submit")).status, 303);
    assert_eq!(support.get(&own).status, 409, "what was submitted is not support's to correct");
    assert_eq!(lead.get(&page("/new/NO-SUCH")).status, 404);
}

#[test]
fn who_enters_only_reaches_all_of_their_own_drafts() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut support = portal.member(&group, "support@fictief.example", &[Role::StudySupport]);
    let mut lead = portal.member(&group, "lead@fictief.example", &[Role::StudyLead]);
    let form = page("/new/INTEGO-DIAG");
    for number in 0..53 {
        let name = format!("D{number}");
        let draft = answers(&[("v-TX_DIAG_ID", &name)], "draft");
        assert_eq!(support.post(&form, &draft).status, 303);
    }
    entered(&lead.post(&form, &answers(&[("v-TX_DIAG_ID", "L1")], "draft")));
    live(&mut support, &form, &answers(&[("keep", "1"), ("v-TX_DIAG", "not saved")], "check"));
    let drafts = |text: &str| -> Vec<String> {
        let links = text.split("/edit\">Continue").map(|part| part.rsplit('/').next().unwrap().to_owned());
        let links: Vec<_> = links.collect();
        links[..links.len() - 1].to_vec()
    };
    let link = |text: &str, rel: &str| -> Option<String> {
        let rest = text.split(&format!("rel=\"{rel}\" href=\"")).nth(1)?;
        Some(rest.split('"').next().unwrap().to_owned())
    };
    let (mut seen, mut pages) = (Vec::new(), Vec::new());
    let mut next = Some(page("/new"));
    while let Some(path) = next {
        let text = support.get(&path).text().replace("&#x2f;", "/");
        assert_eq!(
            text.contains("Not saved"),
            pages.is_empty(),
            "what is kept stands on the first page: {text}"
        );
        seen.extend(drafts(&text));
        next = link(&text, "next");
        pages.push(link(&text, "prev"));
    }
    assert_eq!(pages.len(), 3);
    let all: std::collections::BTreeSet<_> = seen.iter().cloned().collect();
    assert_eq!((seen.len(), all.len()), (53, 53), "each once, and nobody else's");
    for id in [seen.first().unwrap(), seen.last().unwrap()] {
        assert_eq!(support.get(&page(&format!("/{id}/edit"))).status, 200);
    }
    let back = support.get(pages[2].as_ref().unwrap()).text().replace("&#x2f;", "/");
    assert_eq!(drafts(&back), seen[25..50]);
    assert_eq!(drafts(&listed(&mut lead)).len(), 1);
}

#[test]
fn a_correction_keeps_the_key_and_another_key_is_another_registration() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut an = portal.member(&group, "an@fictief.example", &[Role::StudyAssociate]);
    let mut lead = portal.member(&group, "lead@fictief.example", &[Role::StudyLead]);
    let form = page("/new/INTEGO-DIAG");
    let first = entered(&an.post(&form, &answers(&[], "submit")));
    let again = an.post(&form, &answers(&[("v-TX_DIAG", "another")], "submit"));
    assert!(again.status == 422 && again.text().contains("already"), "a form corrects nothing by accident");

    // What is typed into locked fields does not count.
    let change = [("v-TX_DIAG", "mended"), ("v-TX_DIAG_ID", "D9"), ("v-IDC_PAT", "85040216932")];
    let second = entered(&lead.post(&format!("{first}/edit"), &answers(&change, "submit")));
    assert_ne!(second, first);
    let text = an.get(&second).text();
    assert!(text.contains("mended") && text.contains(">D1<") && !text.contains(">D9<"), "{text}");
    assert!(text.contains("an@fictief.example") && text.contains("lead@fictief.example"));
    let unchanged = an.post(&format!("{second}/edit"), &answers(&[("v-TX_DIAG", "mended")], "submit"));
    assert!(unchanged.location().ends_with("done=entry-unchanged"), "{}", unchanged.location());

    let other = [("key", "free"), ("v-TX_DIAG_ID", "D9"), ("v-IDC_PAT", "")];
    let moved = an.post(&format!("{second}/edit"), &answers(&other, "submit"));
    assert!(moved.location().ends_with("done=entry-moved"), "{}", moved.location());
    let told = an.get(moved.location()).text();
    assert!(told.contains("withdrawn as a mistake") && !told.contains("replaces the version"), "{told}");
    let third = entered(&moved);
    assert!(an.get(&second).text().contains("Withdrawn"));
    assert!(an.get(&third).text().contains(">D9<"));
}

#[test]
fn a_form_begins_with_what_an_earlier_registration_tells_of_the_patient() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut an = portal.member(&group, "an@fictief.example", &[Role::StudyAssociate]);
    let mut bo = portal.member(&group, "bo@fictief.example", &[Role::StudyAssociate]);
    let first = entered(&an.post(&page("/new/INTEGO-DIAG"), &answers(&[], "submit")));
    let id = first.rsplit('/').next().unwrap();
    let form = page(&format!("/new/INTEGO-LAB?from={id}"));
    let text = an.get(&form).text();
    assert!(text.contains("value=\"2060\"") && !text.contains(PATIENT) && text.contains("Postal code"));
    assert_eq!(bo.get(&form).status, 404, "another's registration fills nothing in");
    let fields =
        answers(&[("v-IDC_PAT", ""), ("v-D_PAT_DOB", ""), ("v-TX_DIAG_ID", "D2"), ("from", id)], "submit");
    let second = entered(&an.post(&page("/new/INTEGO-DIAG"), &fields));
    assert!(an.get(&second).text().contains(">D2<"));
}

#[test]
fn what_was_typed_survives_a_session_that_ended() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut an = portal.member(&group, "an@fictief.example", &[Role::StudyAssociate]);
    let form = page("/new/INTEGO-DIAG");
    portal.app.sqlite("PRAGMA busy_timeout = 5000; UPDATE session SET expires_at = 1");
    let late = an.post(&form, &answers(&[], "submit"));
    assert!(late.location().starts_with("/ssp/login?next="), "{}", late.location());
    assert!(an.get(late.location()).text().contains("kept for the person whose session it was"));
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "0");
    let database = fs::read(portal.app.data().join("hd4dp.db")).unwrap();
    let wal = fs::read(portal.app.data().join("hd4dp.db-wal")).unwrap();
    let holds = |bytes: &[u8]| bytes.windows(11).any(|it| it == PATIENT.as_bytes());
    assert!(!holds(&database) && !holds(&wal), "it is sealed");

    let mut an = portal.arrived(an.account.unwrap());
    let text = an.get(&form).text();
    assert!(text.contains("a cold") && text.contains("Throw it away"), "{text}");
    let id = entered(&an.post(&form, &answers(&[], "submit")));
    assert!(id.contains("/registrations/"));
    assert!(!an.get(&form).text().contains("a cold"), "once saved it is not kept any more");

    // The script has it kept now and then, too.
    live(&mut an, &form, &answers(&[("keep", "1"), ("v-TX_DIAG", "half done")], "check"));
    assert!(an.get(&form).text().contains("half done"));
    assert_eq!(an.post(&form, &[("act", "discard"), ("end", "1")]).status, 303);
    assert!(!an.get(&form).text().contains("half done"));
}
