//! Forms whose ground changes while somebody types: another was faster, the
//! session is gone, or a field holds what nobody was to type.

#![allow(clippy::unwrap_used)]

use std::fs;

use hd4dp::domain::role::Role;
use serde_json::Value;

use super::{
    client::{Answer, Person, Portal, encoded},
    entry::{PATIENT, answers, entered, page, portal},
};
use crate::common::{NIHDI, TestApp};

/// The page of an answer as people read it.
fn shown(answer: &Answer) -> String {
    answer.text().replace("&#x2f;", "/").replace("&#x27;", "'")
}

fn registrations(portal: &Portal) -> String {
    portal.app.sqlite("SELECT count(*) FROM registration")
}

/// What the page's script is answered, of any status.
fn asked(person: &mut Person, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = person.csrf.clone();
    let all = fields.iter().copied().chain([("csrf", csrf.as_str())]);
    let body = all.map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")];
    person.send("POST", path, &headers, body.as_bytes())
}

const GO_ON: &str = "Go on from the newest version";

#[test]
fn what_was_typed_in_a_version_that_was_replaced_comes_again_and_goes_on_from_the_newest() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut an = portal.member(&group, "an@fictief.example", &[Role::StudyAssociate]);
    let mut lead = portal.member(&group, "lead@fictief.example", &[Role::StudyLead]);
    let first = entered(&an.post(&page("/new/INTEGO-DIAG"), &answers(&[], "submit")));
    let edit = format!("{first}/edit");
    assert_eq!(an.get(&edit).status, 200);
    let by_lead = answers(&[("v-TX_DIAG", "mended by the lead")], "submit");
    let second = entered(&lead.post(&edit, &by_lead));
    let before = registrations(&portal);

    let typed = answers(&[("v-TX_DIAG", "typed by an")], "submit");
    let live = asked(&mut an, &edit, &typed);
    assert_eq!(live.status, 409);
    let live: Value = serde_json::from_slice(&live.body).unwrap();
    assert!(live["changed"].as_str().unwrap().contains("changed meanwhile"), "{live}");
    assert_eq!(live["newest"], second);

    let late = an.post(&edit, &typed);
    let text = shown(&late);
    assert_eq!(late.status, 409, "{text}");
    assert!(text.contains("changed meanwhile") && text.contains("typed by an"), "{text}");
    assert!(text.contains(&format!("href=\"{second}\" target=\"_blank\" rel=\"noopener\"")), "{text}");
    assert!(text.contains(&format!("action=\"{second}/edit\" class=\"entry\"")) && text.contains(GO_ON));
    assert!(!text.contains("value=\"submit\""), "nothing is overwritten by the same button again");
    let differs = text.split("Not the same as in the newest version:").nth(1).unwrap();
    let differs = differs.split("</p>").next().unwrap();
    assert_eq!(differs, " <strong>Description of the diagnosis</strong>");
    assert_eq!(registrations(&portal), before, "nothing is stored");

    let over = first.rsplit('/').next().unwrap();
    let on = an
        .post(&format!("{second}/edit"), &answers(&[("v-TX_DIAG", "typed by an"), ("over", over)], "check"));
    let text = shown(&on);
    assert!(on.status == 200 && text.contains("typed by an") && text.contains("value=\"submit\""), "{text}");
    assert!(text.contains("over the newest version") && text.contains(&format!("href=\"{second}\"")));
    let third = entered(&an.post(&format!("{second}/edit"), &typed));
    assert!(an.get(&third).text().contains("typed by an"));
}

#[test]
fn a_draft_that_was_saved_in_another_tab_keeps_what_is_typed_in_this_one() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut support = portal.member(&group, "support@fictief.example", &[Role::StudySupport]);
    let mut an = portal.member(&group, "an@fictief.example", &[Role::StudyAssociate]);
    let draft = |text: &'static str| [("v-TX_DIAG", text), ("act", "draft"), ("end", "1")];
    let first = entered(&an.post(&page("/new/INTEGO-DIAG"), &draft("begun")));
    let edit = format!("{first}/edit");
    // Without a business key each save is another registration.
    let second = entered(&an.post(&edit, &draft("one tab")));
    let third = entered(&an.post(&format!("{second}/edit"), &draft("one tab, again")));
    let back = an.get(&edit);
    assert_eq!(back.location(), format!("{third}/edit?done=entry-newest"), "who goes back goes on there");
    let late = an.post(&edit, &draft("the other tab"));
    let text = shown(&late);
    assert!(late.status == 409 && text.contains("the other tab") && text.contains(GO_ON), "{text}");
    assert!(text.contains(&format!("action=\"{third}/edit\"")), "{text}");

    // What is kept while it cannot be stored is there, and goes when it is.
    let keep = [&draft("kept all the same")[..], &[("keep", "1")]].concat();
    assert_eq!(asked(&mut an, &edit, &keep).status, 409);
    assert!(shown(&an.get(&edit)).contains("kept all the same"));
    let over = first.rsplit('/').next().unwrap();
    entered(&an.post(&format!("{third}/edit"), &[&draft("both")[..], &[("over", over)]].concat()));
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM kept_form"), "0");

    // Who reads no registrations may go on with its own drafts.
    support.post(&page("/new/INTEGO-DIAG"), &draft("support's"));
    let list = shown(&support.get(&page("/new")));
    let own = list.split("/edit\"").next().unwrap().rsplit('"').next().unwrap().to_owned();
    let own = format!("{own}/edit");
    assert_eq!(support.post(&own, &draft("support's tab")).status, 303);
    let text = shown(&support.post(&own, &draft("support's other tab")));
    assert!(text.contains("support's other tab") && text.contains(GO_ON), "{text}");
    assert!(text.split("target=\"_blank\"").next().unwrap().ends_with("/edit\" "), "{text}");
}

#[test]
fn what_cannot_go_on_in_another_version_is_shown_to_be_copied() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut an = portal.member(&group, "an@fictief.example", &[Role::StudyAssociate]);
    let first = entered(&an.post(&page("/new/INTEGO-DIAG"), &answers(&[], "submit")));
    let edit = format!("{first}/edit");
    let moved = answers(&[("key", "free"), ("v-TX_DIAG_ID", "D9")], "submit");
    entered(&an.post(&edit, &moved));
    let typed = answers(&[("v-TX_DIAG", "typed for nothing")], "submit");
    let before = registrations(&portal);
    let late = an.post(&edit, &typed);
    let text = shown(&late);
    assert!(late.status == 409 && text.contains("typed for nothing") && text.contains("Copy what you need"));
    assert!(!text.contains(GO_ON) && !text.contains("value=\"submit\""), "{text}");
    assert_eq!(an.get(&edit).status, 409);

    // One tab gave the draft a business key, the other one another.
    let begun = [("v-TX_DIAG", "begun"), ("act", "draft"), ("end", "1")];
    let draft = entered(&an.post(&page("/new/INTEGO-DIAG"), &begun));
    let one = entered(&an.post(&format!("{draft}/edit"), &answers(&[("v-TX_DIAG_ID", "D3")], "submit")));
    let other = an.post(&format!("{draft}/edit"), &answers(&[("v-TX_DIAG_ID", "D4")], "submit"));
    let text = shown(&other);
    assert!(other.status == 409 && text.contains("value=\"D4\"") && !text.contains(GO_ON), "{text}");
    assert!(text.contains(&format!("href=\"{one}\" target=\"_blank\"")), "{text}");
    assert_eq!(registrations(&portal), (before.parse::<u32>().unwrap() + 2).to_string());
}

#[test]
fn a_session_that_was_ended_on_purpose_keeps_nothing_and_the_log_in_says_so() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut an = portal.member(&group, "an@fictief.example", &[Role::StudyAssociate]);
    let form = page("/new/INTEGO-DIAG");
    an.get(&form);
    let mut other_tab = portal.arrived(an.account.unwrap());
    other_tab.cookies.clone_from(&an.cookies);
    other_tab.csrf.clone_from(&an.csrf);
    assert_eq!(other_tab.post("/ssp/logout", &[]).status, 303);
    for act in ["submit", "check"] {
        let late = an.post(&form, &answers(&[("keep", "1")], act));
        assert!(late.location().ends_with("&typed=lost"), "{}", late.location());
        let told = an.get(late.location()).text();
        assert!(told.contains("neither stored nor kept"), "{told}");
    }
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM kept_form"), "0");
    let text = portal.arrived(an.account.unwrap()).get(&form).text();
    assert!(text.contains("data-ended=\"You are logged out"), "the page can say so, too");
}

#[test]
fn what_nobody_is_to_type_stays_as_the_form_began() {
    let app = TestApp::new();
    let folder = app.path("given");
    fs::create_dir_all(&folder).unwrap();
    let survey = "type,name,label,hd::key,read_only,default\n\
        text,TX_NUMBER,Number,yes,,\ntext,TX_RO,Given,,yes,as given\ntext,TX_DAY,Worked out,,yes,\"concat('a', 'b')\"\n\
        begin_repeat,VISIT,Visit,,,\ntext,TX_IN,Given inside,,yes,inside\ntext,TX_FREE,Free,,,\nend_repeat,,,,,\n";
    for (name, sheet) in [
        ("survey", survey),
        ("choices", "list_name,name,label\n"),
        ("settings", "form_title,form_id,version\nGiven,GIVEN,1.0.0\n"),
        ("hd", "key,value\nproject,HDBP0147\nproject_abbreviation,GIVEN\ndcd,GIVEN\nenrolment_required,no\n"),
    ] {
        fs::write(folder.join(format!("{name}.csv")), sheet).unwrap();
    }
    app.ok(["definition", "add", folder.to_str().unwrap()]);
    let portal = Portal::start_on(app);
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    let tampered = |act: &'static str| {
        vec![
            ("version", "1.0.0"),
            ("v-TX_NUMBER", "7"),
            ("v-TX_RO", "TAMPER"),
            ("v-TX_DAY", "TAMPER"),
            ("n-VISIT", "1"),
            ("r-VISIT-1-TX_IN", "TAMPER"),
            ("r-VISIT-1-TX_FREE", "free"),
            ("act", act),
            ("end", "1"),
        ]
    };
    let mut path = page("/new/GIVEN");
    for act in ["draft", "submit", "submit"] {
        let mut fields = tampered(act);
        // Else the last one changes nothing.
        fields.push(("v-TX_FREE", act));
        let id = entered(&an.post(&path, &fields));
        let text = an.get(&id).text();
        assert!(!text.contains("TAMPER"), "{act}: {text}");
        for kept in [">as given<", ">ab<", ">inside<", ">free<"] {
            assert!(text.contains(kept), "{act} {kept}: {text}");
        }
        path = format!("{id}/edit");
    }
}

#[test]
fn a_draft_that_becomes_just_like_another_is_told_to_be_one() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut an = portal.member(&group, "an@fictief.example", &[Role::StudyAssociate]);
    let draft = [("v-IDC_PAT", PATIENT), ("v-TX_DIAG", "alike"), ("act", "draft"), ("end", "1")];
    let empty = [("v-IDC_PAT", PATIENT), ("act", "draft"), ("end", "1")];
    let one = entered(&an.post(&page("/new/INTEGO-DIAG"), &empty));
    entered(&an.post(&format!("{one}/edit"), &draft));
    let other = [("v-IDC_PAT", PATIENT), ("v-TX_DIAG", "other"), ("act", "draft"), ("end", "1")];
    let other = entered(&an.post(&page("/new/INTEGO-DIAG"), &other));
    let again = an.post(&format!("{other}/edit"), &draft);
    let text = shown(&again);
    assert!(again.status == 422 && text.contains("a draft with just this content"), "{text}");
    assert!(!text.contains("with this business key already"), "{text}");
}
