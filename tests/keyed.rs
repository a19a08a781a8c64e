//! Business keys: what is one registration and what is another, whatever
//! becomes of drafts and of the workbook.

use std::fs;

use hd4dp::domain::role::Role;
use serde_json::json;

use crate::{
    api::system::{System, json_of},
    common::{NIHDI, TestApp},
    portal::client::{Answer, Person, Portal},
    version::{entered, page},
};

/// Adds a version of a definition, which has a survey and code lists as CSV.
/// Returns what the command said.
fn add(app: &TestApp, name: &str, version: &str, survey: &str, choices: &str) -> (i32, String) {
    let folder = app.path(&format!("{name}-{version}"));
    fs::create_dir_all(&folder).unwrap();
    for (sheet, text) in [
        ("survey", format!("type,name,label,hd::key\n{survey}")),
        ("choices", format!("list_name,name,label\n{choices}")),
        ("hd", "key,value\nproject,HDBP0147\nproject_abbreviation,KEYED\nenrolment_required,no\n".to_owned()),
        ("settings", format!("form_title,form_id,version\nKeyed,{name},{version}\n")),
    ] {
        fs::write(folder.join(format!("{sheet}.csv")), text).unwrap();
    }
    let ran = app.run(["definition", "add", folder.to_str().unwrap()]);
    (ran.status, ran.stderr)
}

fn must_add(app: &TestApp, name: &str, version: &str, survey: &str, choices: &str) {
    let (status, told) = add(app, name, version, survey, choices);
    assert_eq!(status, 0, "{told}");
}

const PAIR: &str = "text,ID,Patient,yes\ninteger,VISIT,Visit,yes\ninteger,N,Number,\n";

/// A portal with `PAIR` as `KEYED`, and who fills it in.
fn portal() -> (Portal, Person) {
    let app = TestApp::new();
    must_add(&app, "KEYED", "1.0.0", PAIR, "");
    let portal = Portal::start_on(app);
    let an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    (portal, an)
}

/// Sends the form at `path` with these values of `ID`, `VISIT` and `N`.
fn send(an: &mut Person, path: &str, values: [&str; 3], act: &str) -> Answer {
    let [id, visit, n] = values;
    let fields = [("v-ID", id), ("v-VISIT", visit), ("v-N", n)];
    an.post(path, &[&fields[..], &[("version", "1.0.0"), ("act", act), ("end", "1")]].concat())
}

fn begin(an: &mut Person, values: [&str; 3], act: &str) -> String {
    entered(&send(an, &page("/new/KEYED"), values, act))
}

fn go_on(an: &mut Person, path: &str, values: [&str; 3], act: &str) -> String {
    entered(&send(an, &format!("{path}/edit"), values, act))
}

/// State and revision of a registration by its address.
fn stored(portal: &Portal, path: &str) -> String {
    let id = path.rsplit('/').next().unwrap();
    portal.app.sqlite(&format!("SELECT state, revision FROM registration WHERE id = {id}"))
}

fn all(app: &TestApp) -> String {
    app.sqlite("SELECT state, revision FROM registration ORDER BY id").replace('\n', " ")
}

/// Imports a file. Returns its counts: accepted, unchanged, rejected and
/// corrections.
fn import(app: &TestApp, name: &str, content: &str) -> [u64; 4] {
    let file = app.file(&format!("{}.csv", content.len()), content);
    let (_, report) = app.import(name, &file);
    let rows = &report["imports"][0]["rows"];
    ["accepted", "unchanged", "rejected", "corrections"].map(|count| rows[count].as_u64().unwrap())
}

const HEADER: &str = "ID;VISIT;N;STATUS";

#[test]
fn the_key_that_a_draft_had_by_mistake_is_free_for_whose_it_is() {
    let (portal, mut an) = portal();
    let wrong = begin(&mut an, ["B", "1", "1"], "draft");
    let right = go_on(&mut an, &wrong, ["A", "1", "1"], "draft");
    let right = go_on(&mut an, &right, ["A", "1", "1"], "submit");
    let other = begin(&mut an, ["B", "1", "5"], "submit");
    assert_eq!((stored(&portal, &other), stored(&portal, &right)), ("1|1".into(), "1|2".into()));
    let text = an.get(&other).text();
    assert!(!text.contains("was 1"), "it is compared with nobody else's: {text}");
    let old = an.get(&format!("{wrong}/edit"));
    assert!(old.location().starts_with(&format!("{right}/edit")), "what became of the draft: {old:?}");
}

#[test]
fn a_draft_goes_to_another_key_and_back_as_often_as_a_person_wants() {
    let (portal, mut an) = portal();
    for values in [[["K1", "1", "1"], ["K2", "1", "1"]], [["", "", "11"], ["", "", "12"]]] {
        let mut path = begin(&mut an, values[0], "draft");
        for round in 1..5 {
            path = go_on(&mut an, &path, values[round % 2], "draft");
            assert_eq!(stored(&portal, &path), "0|1");
        }
    }
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration WHERE state = 0"), "2");
}

#[test]
fn what_systems_and_files_send_under_a_key_that_a_draft_left_is_new() {
    let (portal, mut an) = portal();
    let mut system = System::with(&portal, &["KEYED"], true);
    for key in ["K1", "K2", "K3"] {
        let draft = begin(&mut an, [key, "1", "1"], "draft");
        go_on(&mut an, &draft, [&format!("{key}x"), "1", "1"], "draft");
    }
    let draft = system.submit(&json!({ "ID": "K1", "VISIT": 1, "N": 2, "STATUS": "draft" }));
    assert_eq!((draft.status, &json_of(&draft)["result"]), (202, &json!("new")), "{}", draft.text());
    let whole = system.submit(&json!({ "ID": "K2", "VISIT": 1, "N": 2 }));
    assert_eq!((whole.status, &json_of(&whole)["result"]), (202, &json!("new")), "{}", whole.text());
    let whole = json_of(&system.submit(&json!({ "ID": "K2", "VISIT": 1, "N": 3 })));
    assert_eq!(whole["result"], "correction");
    assert_eq!(import(&portal.app, "KEYED", &format!("{HEADER}\nK3;1;2;\n")), [1, 0, 0, 0]);
    assert_eq!(all(&portal.app), "7|1 0|1 7|1 0|1 7|1 0|1 0|1 7|1 1|2 1|1");
}

#[test]
fn a_file_that_brings_a_draft_again_does_not_double_what_became_of_it() {
    let (portal, mut an) = portal();
    let rows = format!("{HEADER}\nK1;1;1;draft\n;;7;draft\n");
    assert_eq!(import(&portal.app, "KEYED", &rows), [2, 0, 0, 0]);
    for (place, key) in [(0, "K2"), (1, "K3")] {
        go_on(&mut an, &page(&format!("/{}", 1024 + place)), [key, "1", "1"], "draft");
    }
    let again = format!("{rows}K9;1;1;\n");
    let file = portal.app.file("dry.csv", &again);
    let dry = ["import", "--organisation", NIHDI, "--dcd", "KEYED", "--dry-run", "--json"];
    let told = portal.app.run([&dry[..], &[file.to_str().unwrap()]].concat()).json();
    assert_eq!((&told["new"], &told["unchanged"]), (&json!(1), &json!(2)), "{told}");
    assert_eq!(import(&portal.app, "KEYED", &again), [1, 2, 0, 0]);
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration WHERE state = 0"), "2");
    // Another draft under the first key is another one.
    assert_eq!(import(&portal.app, "KEYED", &format!("{HEADER}\nK1;1;8;draft\n")), [1, 0, 0, 0]);
}

#[test]
fn what_a_draft_was_to_replace_stands_again_when_the_draft_leaves_its_key() {
    let (portal, mut an) = portal();
    let first = begin(&mut an, ["K1", "1", "1"], "submit");
    an.post(&format!("{first}/withdraw"), &[("reason", "mistake")]);
    let draft = begin(&mut an, ["K1", "1", "2"], "draft");
    let draft = go_on(&mut an, &draft, ["K1", "1", "3"], "draft");
    assert_eq!((stored(&portal, &first), stored(&portal, &draft)), ("7|1".into(), "0|3".into()));
    let moved = go_on(&mut an, &draft, ["K2", "1", "3"], "draft");
    assert_eq!((stored(&portal, &first), stored(&portal, &moved)), ("8|1".into(), "0|1".into()));
    // And back: it goes on after what was withdrawn.
    let back = go_on(&mut an, &moved, ["K1", "1", "3"], "draft");
    assert_eq!((stored(&portal, &first), stored(&portal, &back)), ("7|1".into(), "0|2".into()));
    go_on(&mut an, &back, ["K2", "1", "3"], "submit");
    assert_eq!(stored(&portal, &first), "8|1");
    let last = begin(&mut an, ["K1", "1", "4"], "submit");
    assert_eq!((stored(&portal, &first), stored(&portal, &last)), ("7|1".into(), "1|2".into()));
    assert!(an.get(&last).text().contains(&format!("{first}\"")), "its earlier version");
}

#[test]
fn a_choice_that_comes_into_a_list_moves_no_business_key() {
    let app = TestApp::new();
    let survey = "text,ID,Patient,yes\nselect_multiple SIDES,SIDE,Sides,yes\ninteger,N,Number,\n";
    must_add(&app, "SIDED", "1.0.0", survey, "SIDES,R,Right\nSIDES,S,Both\n");
    let rows = "ID;SIDE;N\n1;R;5\n1;S|R;6\n";
    assert_eq!(import(&app, "SIDED", rows), [2, 0, 0, 0]);
    must_add(&app, "SIDED", "1.1.0", survey, "SIDES,L,Left\nSIDES,S,Both\nSIDES,R,Right\n");
    assert_eq!(import(&app, "SIDED", "ID;SIDE;N\n1;R;5\n1;L;7\n"), [1, 1, 0, 0]);
    assert_eq!(all(&app), "1|1 1|1 1|1");
    assert_eq!(import(&app, "SIDED", "ID;SIDE;N\n1;R|S;66\n"), [1, 0, 0, 1]);
}

#[test]
fn rows_of_a_workbook_that_change_places_move_no_business_key() {
    let app = TestApp::new();
    must_add(&app, "KEYED", "1.0.0", PAIR, "");
    assert_eq!(import(&app, "KEYED", "ID;VISIT;N\n1;2;5\n"), [1, 0, 0, 0]);
    let turned = "integer,N,Number,\ninteger,visit,Visit,yes\ntext,ID,Patient,yes\n";
    must_add(&app, "KEYED", "1.0.1", turned, "");
    // The same registration, and another one.
    assert_eq!(import(&app, "KEYED", "ID;VISIT;N\n1;2;6\n"), [1, 0, 0, 1]);
    assert_eq!(import(&app, "KEYED", "ID;VISIT;N\n2;1;5\n"), [1, 0, 0, 0]);
    assert_eq!(all(&app), "7|1 1|2 1|1");
}

#[test]
fn a_definition_whose_name_differs_by_capitals_is_refused_with_the_name_that_is_there() {
    let app = TestApp::new();
    must_add(&app, "KEYED", "1.0.0", PAIR, "");
    for (name, known) in [("Keyed", "KEYED"), ("Intego-Diag", "INTEGO-DIAG")] {
        let (status, told) = add(&app, name, "9.0.0", PAIR, "");
        assert!(status == 1 && told.contains(&format!("There is {known} already")), "{status} {told}");
    }
    assert_eq!(app.sqlite("SELECT DISTINCT name FROM definition"), "KEYED");
    must_add(&app, "KEYED", "1.0.1", PAIR, "");
    // As people name them it makes no difference.
    assert_eq!(import(&app, "keyed", "ID;VISIT;N\n1;2;5\n"), [1, 0, 0, 0]);
}

#[test]
fn a_form_that_is_sent_twice_is_one_registration() {
    let (portal, mut an) = portal();
    let new = page("/new/KEYED");
    let twice = |an: &mut Person, path: &str, values, act| {
        let first = send(an, path, values, act);
        let again = send(an, path, values, act);
        assert_eq!(again.status, 303, "{}", again.text());
        assert_eq!(again.location(), format!("{}?done=entry-repeated", entered(&first)));
        assert!(an.get(again.location()).text().contains("was not stored a second time"));
        entered(&first)
    };
    let count = |expected: &str| assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), expected);
    let whole = twice(&mut an, &new, ["K1", "1", "1"], "submit");
    twice(&mut an, &new, ["", "", "7"], "draft");
    let draft = twice(&mut an, &new, ["K2", "1", "1"], "draft");
    count("3");
    // What continues or corrects one, too.
    let draft = twice(&mut an, &format!("{draft}/edit"), ["K2", "1", "2"], "draft");
    let moved = twice(&mut an, &format!("{draft}/edit"), ["K3", "1", "2"], "draft");
    let sent = twice(&mut an, &format!("{moved}/edit"), ["K3", "1", "2"], "submit");
    let corrected = twice(&mut an, &format!("{whole}/edit"), ["K1", "1", "4"], "submit");
    count("7");
    assert_eq!((stored(&portal, &sent), stored(&portal, &corrected)), ("1|2".into(), "1|2".into()));

    // Who sends something else is told, and so is who may not see the first one.
    for (values, act) in [(["K1", "1", "5"], "submit"), (["K3", "1", "2"], "draft")] {
        let other = send(&mut an, &new, values, act);
        assert!(other.status == 422 && other.text().contains("with this business key already"));
    }
    let mut bo = portal.member(&portal.group(NIHDI), "bo@fictief.example", &[Role::StudyAssociate]);
    let same = send(&mut bo, &new, ["K3", "1", "2"], "submit");
    assert!(same.status == 422 && same.text().contains("with this business key already"), "{same:?}");
    count("7");
}
