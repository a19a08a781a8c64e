//! Who the patient is, in what forms calculate from it or begin with.

#![allow(clippy::unwrap_used)]

use std::fs;

use hd4dp::domain::role::Role;

use super::{
    client::{Person, Portal},
    entry::{PATIENT, entered, live, page},
};
use crate::common::{NIHDI, TestApp};

const SURVEY: &str = "type,name,label,calculation,default,read_only,hd::key\n\
    text,IDC_PAT,Patient,,,,yes\n\
    text,TX_PAT_LAST_NAM,Last name,,,,\n\
    text,TX_PAT_FIRST_NAM,First name,,,,\n\
    date,D_PAT_DOB,Birth date,,,,\n\
    calculate,WHO,Who,\"concat(${TX_PAT_LAST_NAM}, ' ', ${TX_PAT_FIRST_NAM})\",,,\n\
    calculate,NUM,Number,\"concat('n', ${IDC_PAT})\",,,\n\
    calculate,BORN,Born in,\"format-date(${D_PAT_DOB}, 'in the year %Y')\",,,\n\
    calculate,AGE,Age,int((date('2024-10-07') - ${D_PAT_DOB}) div 365.25),,,\n\
    text,BEG,Begins,,\"concat(${TX_PAT_LAST_NAM}, '?')\",,\n\
    text,SET,Set,,\"concat(${TX_PAT_LAST_NAM}, '!')\",yes,\n\
    select_one side,PICK,Pick,,\"if(${TX_PAT_LAST_NAM} = 'Canaryname', 'L', 'R')\",,\n\
    text,FREE,Free,,,,\n\
    begin_repeat,VISIT,Visit,,,,\n\
    text,TAG,Tag,,\"concat(${TX_PAT_LAST_NAM}, '#')\",,\n\
    calculate,EACH,Each,\"concat(${TX_PAT_FIRST_NAM}, '/', ${DONE})\",,,\n\
    text,DONE,Done,,,,\n\
    end_repeat,,,,,,\n";

/// What the patient is told by, as it was typed and as it is worked out.
const CANARIES: [&str; 6] =
    [PATIENT, "Canaryname", "Firstcanary", "2014-10-06", "6 Oct 2014", "in the year 2014"];

/// The address of the one registration.
fn one(person: &mut Person) -> String {
    let text = person.get(&page("")).text();
    let cell = text.split("<th scope=\"row\"").nth(1).unwrap().split("</a>").next().unwrap();
    page(&format!("/{}", cell.rsplit('>').next().unwrap()))
}

fn told(text: &str) -> Vec<&'static str> {
    CANARIES.into_iter().filter(|canary| text.contains(canary)).collect()
}

/// A portal with the definition and a registration by `lead`, of which `an` is
/// co-author.
fn portal() -> Portal {
    let app = TestApp::new();
    let folder = app.path("definition");
    fs::create_dir(&folder).unwrap();
    let hd = "key,value\nproject,HDBP0147\nproject_abbreviation,WHOIS\ndcd,WHOIS\nenrolment_required,no\n";
    let settings = "form_title,form_id,version,default_language\nWho is,WHOIS,1.0.0,English (en)\n";
    let choices = "list_name,name,label\nside,L,Left\nside,R,Right\n";
    for (name, text) in [("survey", SURVEY), ("choices", choices), ("hd", hd), ("settings", settings)] {
        fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
    app.ok(["definition", "add", folder.to_str().unwrap()]);
    let rows = format!(
        "IDC_PAT;TX_PAT_LAST_NAM;TX_PAT_FIRST_NAM;D_PAT_DOB;BEG;SET;PICK;FREE;VISIT[1]/TAG;VISIT[1]/DONE;\
         VISIT[2]/TAG;VISIT[2]/DONE;TX_AUTHOR;TX_COAUTHOR\n\
         {PATIENT};Canaryname;Firstcanary;2014-10-06;Canaryname?;Canaryname!;L;free;Canaryname#;one;\
         Canaryname##;two;lead@fictief.example;an@fictief.example\n"
    );
    let file = app.file("a.csv", rows);
    let (status, report) = app.import("WHOIS", &file);
    assert_eq!(status, 0, "{report}");
    Portal::start_on(app)
}

#[test]
fn a_form_shows_nothing_that_is_worked_out_from_who_the_patient_is() {
    let portal = portal();
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyAssociate]);
    let first = one(&mut an);
    assert_eq!(an.post(&format!("{first}/identifiers"), &[]).status, 403);
    let edit = format!("{first}/edit");
    let text = an.get(&edit).text();
    assert_eq!(told(&text), [""; 0], "{text}");
    assert!(text.contains("value=\"free\"") && text.contains("value=\"one\"") && text.contains(">10<"));
    assert!(text.contains("name=\"k-r-VISIT-2-TAG\" value=\"2\""), "{text}");
    assert!(!text.contains("value=\"L\" checked"), "what is picked tells it, too");

    let fields = [
        ("version", "1.0.0"),
        ("v-FREE", "other"),
        ("n-VISIT", "2"),
        ("r-VISIT-1-DONE", "two"),
        ("k-r-VISIT-1-TAG", "2"),
        ("r-VISIT-2-DONE", "three"),
        ("end", "1"),
    ];
    let with = |act| fields.iter().copied().chain([("act", act)]).collect::<Vec<_>>();
    let answer = live(&mut an, &edit, &with("check"));
    assert_eq!(told(&answer.to_string()), [""; 0], "{answer}");
    assert_eq!(answer["values"]["v-WHO"][1], "stored, not shown");
    assert_eq!(answer["values"]["v-AGE"][0], "10", "an age tells no more than others");
    assert_eq!(told(&an.post(&edit, &with("check")).text()), [""; 0]);
    let more = an.post(&edit, &with("add-VISIT")).text();
    assert!(more.contains("r-VISIT-3-DONE") && told(&more).is_empty(), "a new part begins without it");
    for definition in ["WHOIS", "INTEGO-DIAG"] {
        let from = first.rsplit('/').next().unwrap();
        let next = an.get(&page(&format!("/new/{definition}?from={from}")));
        assert_eq!((next.status, told(&next.text())), (200, vec![]), "{definition}");
    }

    // What is not shown stays, also in a part of a repeat that became the first.
    let newest = entered(&an.post(&edit, &with("submit")));
    let shown = an.get(&newest).text();
    assert!(shown.contains("<dd>other ") && told(&shown).is_empty(), "{shown}");
    assert_eq!(an.post(&format!("{newest}/identifiers"), &[]).status, 403);
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM audit WHERE act = 'identifiers.show'"), "0");
    let mut lead = portal.member(&portal.group(NIHDI), "lead@fictief.example", &[Role::StudyLead]);
    assert_eq!(told(&lead.get(&newest).text()), [""; 0], "unless it is asked for");
    let clear = lead.post(&format!("{newest}/identifiers"), &[]).text();
    for own in ["Canaryname Firstcanary", "n14100635354", "Canaryname?", "Canaryname!", "in the year 2014"] {
        assert!(clear.contains(own), "{own}: {clear}");
    }
    let (first, rest) = clear.split_once("Canaryname##").expect(&clear);
    assert!(!first.contains("Firstcanary/one") && rest.contains("Firstcanary/two"), "{clear}");
    assert!(rest.contains("Firstcanary/three"));
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM audit WHERE act = 'identifiers.show'"), "1");
    assert_eq!(told(&portal.log()), [""; 0]);
}

#[test]
fn whoever_types_who_the_patient_is_sees_what_the_form_makes_of_it() {
    let portal = portal();
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyAssociate]);
    let typed = [
        ("version", "1.0.0"),
        ("v-IDC_PAT", PATIENT),
        ("v-TX_PAT_LAST_NAM", "Peeters"),
        ("v-BEG", "mine"),
        ("n-VISIT", "0"),
        ("act", "check"),
        ("end", "1"),
    ];
    let answer = live(&mut an, &page("/new/WHOIS"), &typed);
    assert_eq!(answer["values"]["v-NUM"][1], format!("n{PATIENT}"));
    let edit = format!("{}/edit", one(&mut an));
    let shown = an.post(&edit, &typed).text();
    assert!(shown.contains("value=\"Peeters\"") && shown.contains("value=\"mine\""), "{shown}");
}

#[test]
fn the_log_tells_no_part_of_an_address_that_somebody_made_up() {
    let portal = portal();
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyAssociate]);
    for path in [
        "/proxy/85073003328/Canaryname",
        "/proxy/api/dcd/Canaryname",
        "/ssp/Firstcanary",
        &format!("/ssp/groups/{PATIENT}/registrations/Canaryname/edit"),
    ] {
        let status = an.get(path).status;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
    let lines = || portal.log().lines().filter(|line| line.contains("/edit\"")).count();
    while lines() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let log = portal.log();
    assert_eq!(told(&log), [""; 0], "{log}");
    for path in
        ["\"/proxy/…/…\"", "\"/proxy/api/dcd/…\"", "\"/ssp/…\"", "\"/ssp/groups/…/registrations/…/edit\""]
    {
        assert!(log.contains(path), "{path}: {log}");
    }
}
