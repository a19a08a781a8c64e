//! Repeats whose workbook says how many instances there are: the form has just
//! so many, and takes away nothing that somebody typed.

#![allow(clippy::unwrap_used)]

use std::fs;

use hd4dp::domain::role::Role;

use super::{
    client::{Person, Portal},
    entry::{entered, live, page},
};
use crate::common::{NIHDI, TestApp};

const SURVEY: &str = "type,name,label::English (en),label::French (fr),label::Dutch (nl),required,relevant,hd::key,repeat_count,default,calculation,read_only\n\
    text,TX_NUMBER,Number,Numéro,Nummer,yes,,yes,,,,\n\
    select_one yn,CD_ANY,Any drug,Médicament,Middel,,,,,,,\n\
    integer,NR_DRUGS,Drugs,Médicaments,Middelen,,,,,,,\n\
    calculate,NR_TWICE,,,,,,,,,${NR_DRUGS} * 2,\n\
    begin_group,MORE,Treatment,Traitement,Behandeling,,${CD_ANY} != 'no',,,,,\n\
    begin_repeat,DRUG,Drug,Médicament,Middel,,,,${NR_TWICE} div 2,,,\n\
    text,TX_NAME,Name,Nom,Naam,yes,,,,,,\n\
    text,TX_UNIT,Unit,Unité,Eenheid,,,,,mg,,\n\
    date,DT_FROM,From,De,Van,,,,,today(),,\n\
    end_repeat,,,,,,,,,,,\n\
    end_group,,,,,,,,,,,\n\
    begin_repeat,VISIT,Visit,Visite,Bezoek,,,,,,,\n\
    text,TX_WARD,Ward,Service,Afdeling,,,,,,,\n\
    end_repeat,,,,,,,,,,,\n";

/// A portal with a form that asks for as many drugs as it is told.
fn portal() -> Portal {
    let app = TestApp::new();
    let folder = app.path("counted");
    fs::create_dir_all(&folder).unwrap();
    for (name, sheet) in [
        ("survey", SURVEY),
        ("choices", "list_name,name,label::English (en)\nyn,yes,Yes\nyn,no,No\n"),
        ("settings", "form_title,form_id,version\nDrugs,DRUGS,1.0.0\n"),
        ("hd", "key,value\nproject,HDBP0147\nproject_abbreviation,DRUGS\ndcd,DRUGS\nenrolment_required,no\n"),
    ] {
        fs::write(folder.join(format!("{name}.csv")), sheet).unwrap();
    }
    app.ok(["definition", "add", folder.to_str().unwrap()]);
    Portal::start_on(app)
}

fn lead(portal: &Portal) -> Person {
    portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead])
}

/// The part of a page that a repeat is.
fn part<'a>(text: &'a str, repeat: &str) -> &'a str {
    let rest = text.split(&format!("<fieldset class=\"inner repeat\" id=\"r-{repeat}\"")).nth(1).unwrap();
    rest.split("class=\"inner repeat\"").next().unwrap().split("name=\"end\"").next().unwrap()
}

/// How many instances it has.
fn instances(text: &str, repeat: &str) -> usize {
    part(text, repeat).matches("<fieldset class=\"instance\"").count()
}

fn is_hidden(text: &str, repeat: &str) -> bool {
    part(text, repeat).split('>').next().unwrap().contains(" hidden")
}

/// An answer of the page, and its text with its signs undone.
fn posted(person: &mut Person, fields: &[(&str, &str)], act: &str) -> (u16, String) {
    let all: Vec<_> = fields.iter().copied().chain([("act", act), ("end", "1")]).collect();
    let answer = person.post(&page("/new/DRUGS"), &all);
    (answer.status, answer.text().replace("&#x2f;", "/").replace("&#x27;", "'"))
}

const MISMATCH: &str = "filled-in instances where the definition asks for";

#[test]
fn a_form_has_as_many_instances_as_its_count_says() {
    let portal = portal();
    let mut an = lead(&portal);
    let begun = an.get(&page("/new/DRUGS")).text();
    assert_eq!(instances(&begun, "DRUG"), 0, "not known yet");
    let hint = "Answer this first; the parts to fill in then appear here: Drugs<";
    assert!(part(&begun, "DRUG").contains(hint) && !is_hidden(&begun, "DRUG"), "{begun}");
    assert_eq!(instances(&begun, "VISIT"), 1, "another one begins with one, and has its buttons");
    assert!(begun.contains("value=\"add-VISIT\"") && begun.contains("value=\"remove-1-VISIT\""));

    let (status, two) = posted(&mut an, &[("v-NR_DRUGS", "2")], "check");
    assert_eq!((status, instances(&two, "DRUG")), (200, 2));
    assert!(two.contains("name=\"n-DRUG\" value=\"2\"") && !part(&two, "DRUG").contains("Answer this first"));
    assert_eq!(two.matches("value=\"mg\"").count(), 2, "each begins as the definition says");
    let today = format!("value=\"{}\"", hd4dp::clock::today());
    assert_eq!(part(&two, "DRUG").matches(&today).count(), 2);
    for button in ["add-DRUG", "remove-1-DRUG", "remove-2-DRUG"] {
        assert!(!two.contains(button), "{button}");
    }
    assert!(two.contains("3 answers that must be given are missing"), "the number and two names");

    let (status, none) = posted(&mut an, &[("v-NR_DRUGS", "0"), ("n-DRUG", "1")], "check");
    assert_eq!((status, instances(&none, "DRUG")), (200, 0));
    assert!(is_hidden(&none, "DRUG"), "{none}");
    let (_, one) = posted(&mut an, &[("v-NR_DRUGS", "2"), ("n-DRUG", "2"), ("v-CD_ANY", "no")], "check");
    assert!(is_hidden(&one, "DRUG"), "what is not asked is not there");
    let (_, many) = posted(&mut an, &[("v-NR_DRUGS", "100000")], "check");
    assert_eq!(instances(&many, "DRUG"), 100, "no more than a form may have");
    let (_, wrong) = posted(&mut an, &[("v-NR_DRUGS", "two")], "check");
    assert!(part(&wrong, "DRUG").contains(hint), "{wrong}");
}

#[test]
fn answers_beyond_a_lowered_count_stay_until_somebody_takes_them_away() {
    let portal = portal();
    let mut an = lead(&portal);
    let three = [
        ("v-TX_NUMBER", "7"),
        ("v-NR_DRUGS", "1"),
        ("n-DRUG", "4"),
        ("r-DRUG-1-TX_NAME", "aspirin"),
        ("r-DRUG-1-TX_UNIT", "mg"),
        ("r-DRUG-2-TX_UNIT", "mg"),
        ("r-DRUG-3-TX_NAME", "morphine"),
        ("r-DRUG-3-TX_UNIT", "mg"),
        ("r-DRUG-4-TX_UNIT", "mg"),
        ("r-DRUG-4-DT_FROM", &hd4dp::clock::today().to_string()),
    ];
    for act in ["check", "submit"] {
        let (status, text) = posted(&mut an, &three, act);
        assert_eq!((status, instances(&text, "DRUG")), (422, 2), "{act}: {text}");
        assert!(text.contains("value=\"aspirin\"") && text.contains("value=\"morphine\""), "{text}");
        let told = format!("There are 2 {MISMATCH} 1.");
        assert_eq!(text.matches(&told).count(), 2, "above, and at the repeat: {text}");
        assert!(text.contains("value=\"remove-2-DRUG\"") && !text.contains("value=\"add-DRUG\""));
    }
    let two = [
        ("v-TX_NUMBER", "7"),
        ("v-NR_DRUGS", "1"),
        ("n-DRUG", "2"),
        ("r-DRUG-1-TX_NAME", "aspirin"),
        ("r-DRUG-2-TX_NAME", "morphine"),
    ];
    let (status, text) = posted(&mut an, &two, "remove-1-DRUG");
    assert_eq!((status, instances(&text, "DRUG")), (200, 1), "{text}");
    assert!(text.contains("value=\"morphine\"") && !text.contains("aspirin"));
    assert!(!text.contains(MISMATCH) && !text.contains("value=\"remove-1-DRUG\""), "{text}");
    // The count is emptied: what was typed is still there.
    let emptied: Vec<_> = two.iter().filter(|(name, _)| *name != "v-NR_DRUGS").copied().collect();
    let (_, text) = posted(&mut an, &emptied, "check");
    assert_eq!(instances(&text, "DRUG"), 2);
    assert!(text.contains("Answer this first") && text.contains("value=\"remove-2-DRUG\""), "{text}");
}

#[test]
fn a_form_is_stored_once_all_that_its_count_asks_for_is_filled_in() {
    let portal = portal();
    let mut an = lead(&portal);
    let (status, text) = posted(&mut an, &[("v-TX_NUMBER", "7"), ("v-NR_DRUGS", "2")], "submit");
    assert_eq!((status, instances(&text, "DRUG")), (422, 2), "the page now has their fields");
    let begun = [("v-TX_NUMBER", "7"), ("v-NR_DRUGS", "2"), ("n-DRUG", "2"), ("r-DRUG-1-TX_NAME", "aspirin")];
    let (status, text) = posted(&mut an, &begun, "submit");
    assert!(status == 422 && text.contains(&format!("There is 1 {MISMATCH} 2.")) || text.contains(MISMATCH));
    let (status, text) = posted(&mut an, &begun, "check");
    assert!(status == 200 && !text.contains(MISMATCH), "what is empty is not wrong while somebody looks");
    assert!(text.contains("One answer that must be given is missing."), "{text}");

    let mut whole = begun.to_vec();
    whole.extend([("r-DRUG-2-TX_NAME", "morphine"), ("act", "submit"), ("end", "1")]);
    let id = entered(&an.post(&page("/new/DRUGS"), &whole));
    let shown = an.get(&id).text();
    assert!(shown.contains("aspirin") && shown.contains("morphine"), "{shown}");
    let again = an.get(&format!("{id}/edit")).text();
    assert_eq!(instances(&again, "DRUG"), 2);
    let none = [("v-TX_NUMBER", "8"), ("v-NR_DRUGS", "0"), ("n-DRUG", "1"), ("act", "submit"), ("end", "1")];
    entered(&an.post(&page("/new/DRUGS"), &none));
    // A draft may have less, and goes on with as many as its count says.
    let draft = [("v-TX_NUMBER", "9"), ("v-NR_DRUGS", "3"), ("act", "draft"), ("end", "1")];
    let draft = entered(&an.post(&page("/new/DRUGS"), &draft));
    assert_eq!(instances(&an.get(&format!("{draft}/edit")).text(), "DRUG"), 3);
}

#[test]
fn the_script_is_told_how_many_instances_there_are() {
    let portal = portal();
    let mut an = lead(&portal);
    let form = page("/new/DRUGS");
    let text = an.get(&form).text();
    assert!(part(&text, "DRUG").contains("data-shape=\"0/?\""), "{text}");
    assert!(!part(&text, "VISIT").contains("data-shape"));
    let mut told = |fields: &[(&str, &str)]| {
        let all: Vec<_> = fields.iter().copied().chain([("act", "check"), ("end", "1")]).collect();
        live(&mut an, &form, &all)
    };
    assert_eq!(told(&[("v-NR_DRUGS", "2")])["shapes"]["r-DRUG"], "2/2");
    let none = told(&[("v-NR_DRUGS", "0"), ("n-DRUG", "2")]);
    assert_eq!(none["shapes"]["r-DRUG"], "0/0");
    assert!(none["hidden"].as_array().unwrap().contains(&"r-DRUG".into()), "{none}");
    let more = told(&[("v-NR_DRUGS", "0"), ("n-DRUG", "2"), ("r-DRUG-2-TX_NAME", "x")]);
    assert_eq!(more["shapes"]["r-DRUG"], "1/0");
    assert!(more["wrong"]["r-DRUG"].as_str().unwrap().contains("asks for 0"), "{more}");
}
