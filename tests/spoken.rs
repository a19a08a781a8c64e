//! Texts of a definition that speak of answers: a form shows these, and nothing
//! else tells them.

#![allow(clippy::unwrap_used)]

use std::fs;

use hd4dp::domain::role::Role;

use crate::{
    common::{NIHDI, TestApp},
    portal::{
        client::{Person, Portal},
        entry::live,
    },
};

const FORM: &str = "/ssp/groups/71099911/registrations/new/SPOKEN";

/// What stands in cells and must be nowhere else.
const CANARY: &str = "canary-4711";

/// Adds a definition whose texts speak of answers, in two languages.
fn add(app: &TestApp) {
    let folder = app.path("spoken");
    fs::create_dir(&folder).unwrap();
    let survey = "type,name,label::English (en),label::French (fr),hint::English (en),hint::French (fr),guidance_hint,required,required_message,constraint,constraint_message,hd::key,calculation\n\
        text,TX_NUMBER,Number,Numéro,,,,yes,,,,yes,\n\
        select_one SIDE,CD_SIDE,Side,Côté,,,,,,,,,\n\
        date,DT_FALL,Day of the fall,Jour de la chute,,,,,,,,,\n\
        text,TX_WORD,Own word,Propre mot,,,,,,,,,\n\
        begin_group,G,The ${CD_SIDE} side,Le côté ${CD_SIDE},,,,,,,,,\n\
        integer,NR_PAIN,Pain on the ${CD_SIDE},Douleur à ${CD_SIDE},Since ${DT_FALL},Depuis le ${DT_FALL},As ${TX_WORD} says,yes,Tell of ${TX_WORD}.,. < 11,Not for ${TX_WORD}.,,\n\
        note,N,It is ${TX_TWICE}.,C’est ${TX_TWICE}.,,,,,,,,,\n\
        end_group,,,,,,,,,,,,\n\
        calculate,TX_TWICE,,,,,,,,,,,\"concat(${TX_WORD}, ${TX_WORD})\"\n\
        begin_repeat,VISIT,Visits for ${CD_SIDE},Visites pour ${CD_SIDE},,,,,,,,,\n\
        integer,NR_PULSE,Pulse,Pouls,,,,,,,,,\n\
        text,TX_WHY,Why ${NR_PULSE} for ${CD_SIDE},Pourquoi ${NR_PULSE} pour ${CD_SIDE},,,,,,,,,\n\
        end_repeat,,,,,,,,,,,,\n";
    let choices =
        "list_name,name,label::English (en),label::French (fr)\nSIDE,L,Left,Gauche\nSIDE,R,Right,Droite\n";
    let hd = "key,value\nproject,HDBP0147\nproject_abbreviation,SPOKEN\ndcd,SPOKEN\n\
              title::English (en),Spoken\nenrolment_required,no\n";
    let settings = "form_title,form_id,version,default_language\nSpoken,SPOKEN,1.0.0,English (en)\n";
    for (name, text) in [("survey", survey), ("choices", choices), ("hd", hd), ("settings", settings)] {
        fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
    app.ok(["definition", "add", folder.to_str().unwrap()]);
}

fn portal() -> (Portal, Person) {
    let app = TestApp::new();
    add(&app);
    let portal = Portal::start_on(app);
    let an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    (portal, an)
}

/// The words of a page, without its markup.
fn words(page: &str) -> String {
    let text = page.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    text.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

const ANSWERS: &[(&str, &str)] = &[
    ("v-TX_NUMBER", "1"),
    ("v-CD_SIDE", "L"),
    ("v-DT_FALL", "2024-07-01"),
    ("v-TX_WORD", "so"),
    ("v-NR_PAIN", "12"),
    ("n-VISIT", "2"),
    ("r-VISIT-1-NR_PULSE", "70"),
    ("r-VISIT-2-NR_PULSE", "90"),
    ("end", "1"),
    ("act", "check"),
];

#[test]
fn a_form_shows_the_answers_that_its_texts_speak_of_in_the_language_of_who_reads() {
    let (_portal, mut an) = portal();
    let empty = words(&an.get(FORM).text());
    assert!(
        empty.contains("Pain on the …") && empty.contains("It is ….") && !empty.contains("${"),
        "{empty}"
    );
    let checked = an.post(FORM, ANSWERS);
    assert_eq!(checked.status, 422, "the pain is too much");
    let told = words(&checked.text());
    for text in [
        "The Left side",
        "Pain on the Left",
        "Since 1 Jul 2024",
        "As so says",
        "It is soso.",
        "Pain on the Left: Not for so.",
        "Visits for Left",
        "Visits for Left 2",
        "Why 70 for Left",
        "Why 90 for Left",
    ] {
        assert!(told.contains(text), "{text} is not in {told}");
    }
    assert_eq!(an.post("/ssp/language", &[("language", "fr"), ("next", "/ssp")]).status, 303);
    let told = words(&an.post(FORM, ANSWERS).text());
    for text in ["Le côté Gauche", "Depuis le 01/07/2024", "C’est soso.", "Pourquoi 90 pour Gauche"] {
        assert!(told.contains(text), "{text} is not in {told}");
    }
}

#[test]
fn the_script_of_a_form_is_told_the_texts_that_speak_of_answers_and_no_others() {
    let (_portal, mut an) = portal();
    let told = live(&mut an, FORM, ANSWERS);
    let texts = &told["texts"];
    assert_eq!(texts["v-NR_PAIN"], "Pain on the Left");
    assert_eq!(texts["v-NR_PAIN hint"], "Since 1 Jul 2024");
    assert_eq!(texts["v-NR_PAIN guidance"], "As so says");
    assert_eq!(texts["r-VISIT-2-TX_WHY"], "Why 90 for Left");
    assert_eq!(told["wrong"]["v-NR_PAIN"], "Not for so.");
    assert_eq!(texts.get("v-CD_SIDE"), None);
    let page = an.get(FORM).text();
    for place in texts.as_object().unwrap().keys().filter(|place| !place.starts_with("r-VISIT-2")) {
        let says = format!("data-says=\"{place}\"");
        let is_empty = texts[place] == "";
        assert_eq!(page.contains(&says), !is_empty, "{place}");
    }
    let plain = live(
        &mut an,
        "/ssp/groups/71099911/registrations/new/INTEGO-DIAG",
        &[("end", "1"), ("act", "check")],
    );
    assert_eq!(plain.get("texts"), None);
}

#[test]
fn an_answer_in_a_text_is_neither_markup_nor_a_reference() {
    let (_portal, mut an) = portal();
    let hostile = "<script>alert(1)</script>${TX_NUMBER}";
    let fields = [("v-TX_NUMBER", "4711"), ("v-TX_WORD", hostile), ("end", "1"), ("act", "check")];
    let page = an.post(FORM, &fields).text();
    assert!(!page.contains("<script>alert"), "{page}");
    let shown = "It is &lt;script&gt;alert(1)&lt;&#x2f;script&gt;${TX_NUMBER}&lt;script&gt;";
    assert!(page.contains(shown), "{page}");
    assert_eq!(page.matches("4711").count(), 1, "only in its own field");
}

#[test]
fn a_finding_of_a_file_speaks_of_the_label_and_never_of_the_value() {
    let app = TestApp::new();
    add(&app);
    let rows = format!("TX_NUMBER;TX_WORD;NR_PAIN\n1;{CANARY};12\n2;{CANARY};\n");
    let (_, report) = app.import("SPOKEN", &app.file("rows.csv", rows));
    assert_eq!(report["rejected"], 2, "{report}");
    let findings = app.path("findings.csv");
    let said = app.ok(["job", "findings", "1", "--organisation", NIHDI, findings.to_str().unwrap()]);
    let text = fs::read_to_string(&findings).unwrap();
    assert!(text.contains("Not for “Own word”.") && text.contains("Tell of “Own word”."), "{text}");
    let database = app.sqlite(".dump finding");
    for told in [text, report.to_string(), said.stdout, said.stderr, database] {
        assert!(!told.contains(CANARY) && !told.contains("${"), "{told}");
    }
    let shown = app.ok(["definition", "show", "SPOKEN"]).stdout;
    assert!(shown.contains("Pain on the “Side”") && !shown.contains("on the ${"), "{shown}");
}

#[test]
fn a_workbook_whose_texts_speak_of_nobody_is_refused_with_the_cell() {
    let app = TestApp::new();
    add(&app);
    let survey = app.path("spoken").join("survey.csv");
    let text = fs::read_to_string(&survey).unwrap();
    fs::write(&survey, text.replace("Depuis le ${DT_FALL}", "Depuis le ${DT_NONE}")).unwrap();
    let ran = app.run(["definition", "add", app.path("spoken").to_str().unwrap()]);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr.contains("hint::French (fr)")
            && ran.stderr.contains("7")
            && ran.stderr.contains("DT_NONE"),
        "{}",
        ran.stderr
    );
}
