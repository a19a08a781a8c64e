//! A column that nobody knows keeps no definition from being added, but whoever
//! adds it is told.

use std::{fs, path::PathBuf};

use hd4dp::domain::role::Role;

use crate::{
    common::{
        NIHDI, TestApp, fixture,
        workbook::{sheets, workbook},
    },
    portal::client::{Person, Portal},
    version::{FIRST, add},
};

/// A version of `TRIAL` with columns that nobody knows, as a folder.
fn folder(app: &TestApp, version: &str) -> PathBuf {
    let folder = app.path(&format!("noted-{version}"));
    fs::create_dir(&folder).unwrap();
    let survey = "type,name,label::English (en),label::German (de),hd::key,relevnat,mandatory,remark\n\
        text,TX_NUMBER,Number,Nummer,yes,,yes,ask Jan\n\
        integer,MS_AGE,Age,Alter,,${TX_NUMBER} != '',no,\n";
    let hd = "key,value\nproject,HDBP0147\ndcd,TRIAL\ntitle::English (en),Trial\nenrollment_required,no\n";
    let settings =
        format!("form_title,form_id,version,default_language\nTrial,TRIAL,{version},English (en)\n");
    for (name, text) in [("survey", survey), ("hd", hd), ("settings", &settings)] {
        fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
    folder
}

/// The places of what is told of it, in each language.
const PLACES: [(&str, [&str; 4]); 3] = [
    (
        "en",
        [
            "Sheet survey, column label::German (de)",
            "Sheet survey, column relevnat",
            "Sheet survey, column mandatory",
            "Sheet hd, row 5, column key",
        ],
    ),
    (
        "fr",
        [
            "Feuille survey, colonne label::German (de)",
            "Feuille survey, colonne relevnat",
            "Feuille survey, colonne mandatory",
            "Feuille hd, ligne 5, colonne key",
        ],
    ),
    (
        "nl",
        [
            "Blad survey, kolom label::German (de)",
            "Blad survey, kolom relevnat",
            "Blad survey, kolom mandatory",
            "Blad hd, rij 5, kolom key",
        ],
    ),
];

fn text(person: &mut Person, path: &str) -> String {
    let answer = person.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text().replace("&#x2f;", "/").replace("&#x27;", "'").replace("&quot;", "\"")
}

#[test]
fn the_verb_tells_and_adds() {
    let app = TestApp::new();
    let path = folder(&app, "1.0.0");
    for (language, places) in PLACES {
        let mut command = app.command(["definition", "add", path.to_str().unwrap()]);
        let ran = command.env("LC_ALL", format!("{language}_BE.UTF-8")).output().unwrap();
        let told = String::from_utf8(ran.stderr).unwrap();
        let told: Vec<&str> = told.lines().collect();
        assert!(ran.status.success(), "{told:#?}");
        assert_eq!(told.len(), 4, "{told:#?}");
        for (line, place) in told.iter().zip(places) {
            assert!(line.starts_with(place), "{place}: {line}");
        }
        assert!(told[1].contains("relevant") && told[3].contains("enrolment_required"), "{told:#?}");
    }
    let shown = app.ok(["definition", "show", "TRIAL"]);
    assert!(shown.stdout.contains("MS_AGE"), "{}", shown.stdout);
    assert_eq!(shown.stderr, "", "it is told to whoever adds it");
}

#[test]
fn the_verb_tells_nothing_of_a_workbook_in_order() {
    let app = TestApp::new();
    let added = app.ok(["definition", "add", fixture("definition/never-seen").to_str().unwrap()]);
    assert_eq!(added.stderr, "");
}

#[test]
fn the_portal_tells_whoever_adds_it_before_the_question_and_after() {
    let app = TestApp::new();
    add(&app, "1.0.0", FIRST, &[]);
    let rows = app.file("rows.csv", "TX_NUMBER;CD_SIDE;STATUS\n1;L;draft\n");
    assert_eq!(app.import("TRIAL", &rows).0, 0);
    let book = workbook(&sheets(&folder(&app, "2.0.0")));
    let portal = Portal::start_on(app);
    let mut nurse = portal.member(&portal.group(NIHDI), "nurse@fictief.example", &[Role::StudyLead]);
    let mut manager = portal.manager("manager@fictief.example");
    let sent = manager.post_file("/ssp/definitions", &[], ("workbook", "trial.xlsx", &book));
    let asked = sent.location().to_owned();
    assert!(asked.contains("/2.0.0/drafts?waiting="), "{asked}");
    let question = text(&mut manager, &asked);
    let waiting = asked.rsplit('=').next().unwrap();
    let answer = asked.split('?').next().unwrap();
    let added = manager.post(answer, &[("waiting", waiting), ("drafts", "keep")]).location().to_owned();
    assert_eq!(added, "/ssp/definitions/TRIAL/2.0.0?done=definition-added");
    for (language, places) in PLACES {
        manager.post("/ssp/language", &[("language", language), ("next", "/ssp")]);
        let shown = text(&mut manager, &added);
        for place in places {
            assert!(shown.contains(place), "{place}: {shown}");
            assert!(language != "en" || question.contains(place), "{place}: {question}");
        }
        assert!(shown.contains("relevant") && !shown.contains("column remark"), "{shown}");
    }
    assert!(question.contains("Did you mean \"relevant\"?"), "{question}");
    // Who cannot mend it is not told, nor is anybody of one in order.
    let seen = text(&mut nurse, "/ssp/definitions/TRIAL/2.0.0");
    assert!(seen.contains("MS_AGE") && !seen.contains("relevnat"), "{seen}");
    manager.post("/ssp/language", &[("language", "en"), ("next", "/ssp")]);
    let first = text(&mut manager, "/ssp/definitions/TRIAL/1.0.0");
    assert!(!first.contains("Remarks on the workbook"), "{first}");
    let later = text(&mut manager, "/ssp/definitions/TRIAL/2.0.0/drafts");
    assert!(!later.contains("Remarks on the workbook"), "it is about drafts alone: {later}");
}

#[test]
fn the_portal_tells_nothing_of_a_workbook_never_seen_before() {
    let portal = Portal::start_on(TestApp::new());
    let mut manager = portal.manager("manager@fictief.example");
    let book = workbook(&sheets(&fixture("definition/never-seen")));
    let sent = manager.post_file("/ssp/definitions", &[], ("workbook", "venom.xlsx", &book));
    assert_eq!(sent.status, 303, "{}", sent.text());
    let shown = text(&mut manager, sent.location());
    assert!(!shown.contains("Remarks on the workbook"), "{shown}");
}
