//! A form that goes on in another version of its definition takes along what
//! that version does not ask: who goes back finds it again, however often the
//! form was kept meanwhile.

use crate::{
    carried::{add, portal},
    portal::{
        client::Person,
        entry::{live, script},
        markup,
    },
    version::{entered, filled, page, text, version_of},
};

type Fields = Vec<(String, String)>;

const FIRST: &str = "text,TX_A,A one,,,,,,,\ntext,TX_B,B,,,,,,,\n\
    begin_repeat,GONE,Gone,,,,,,,\ntext,TX_X,X,,,,,,,\nend_repeat,,,,,,,,,\n\
    begin_repeat,STAYS,Stays,,,,,,,\ntext,TX_P,P,,,,,,,\ntext,TX_Q,Q,,,,,,,\nend_repeat,,,,,,,,,\n";

const SECOND: &str = "text,TX_A2,A two,,,,,,,\ntext,TX_B,B,,,,,,,\n\
    begin_repeat,STAYS,Stays,,,,,,,\ntext,TX_Q,Q,,,,,,,\nend_repeat,,,,,,,,,\n";

const FILLED: &[(&str, &str)] = &[
    ("v-TX_NUMBER", "7"),
    ("v-TX_A", "one"),
    ("v-TX_B", "b"),
    ("n-GONE", "2"),
    ("r-GONE-1-TX_X", "x1"),
    ("r-GONE-2-TX_X", "x2"),
    ("n-STAYS", "3"),
    ("r-STAYS-1-TX_P", "p1"),
    ("r-STAYS-1-TX_Q", "q1"),
    ("r-STAYS-2-TX_P", "p2"),
    ("r-STAYS-3-TX_P", "p3"),
    ("r-STAYS-3-TX_Q", "q3"),
];

/// The fields that a browser sends of the form on a page.
fn form(page: &str) -> Fields {
    let forms = markup::forms(page, "");
    let is_it = |form: &&markup::Form| form.fields.iter().any(|field| field.name == "version");
    let form = forms.iter().find(is_it).expect("a form");
    let own = form.fields.iter().filter(|field| !matches!(field.name.as_str(), "act" | "csrf" | "end"));
    own.map(|field| (field.name.clone(), field.value.clone())).collect()
}

fn said<'a>(form: &'a Fields, name: &str) -> &'a str {
    form.iter().find(|field| field.0 == name).map_or("–", |field| &field.1)
}

/// The same fields, some of them typed anew.
fn typed<'a>(form: &'a Fields, changes: &[(&'a str, &'a str)], act: &'a str) -> Vec<(&'a str, &'a str)> {
    let is_changed = |name: &str| changes.iter().any(|change| change.0 == name);
    let left = form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let left = left.filter(|(name, _)| !is_changed(name)).chain(changes.iter().copied());
    left.chain([("act", act), ("end", "1")]).collect()
}

/// Types in a form, so that it is kept, and leaves it.
fn keep(an: &mut Person, path: &str, form: &Fields, changes: &[(&str, &str)]) {
    let mut fields = typed(form, changes, "check");
    fields.push(("keep", "1"));
    assert!(!live(an, path, &fields)["kept"].as_str().unwrap().is_empty());
}

fn answers(form: &Fields) -> Vec<(&str, &str)> {
    let is_answer = |name: &str| ["v-", "r-", "n-"].iter().any(|start| name.starts_with(start));
    form.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(|it| is_answer(it.0)).collect()
}

#[test]
fn a_draft_that_was_kept_in_the_new_version_has_all_its_answers_in_the_old_one() {
    let (portal, mut an) = portal(FIRST, "");
    let id = entered(&an.post(&page("/new/HOUSE"), &filled("1.0.0", FILLED, "draft")));
    add(&portal.app, "2.0.0", SECOND, "", &["--drafts", "carry"]);
    let edit = format!("{id}/edit");
    let new = text(&mut an, &edit);
    assert!(new.contains("<strong>A one, Gone: X, Stays: P</strong>"), "{new}");
    assert!(!new.contains("<dd class=\"as-typed\">"), "what is stored is told by name: {new}");
    keep(&mut an, &edit, &form(&new), &[("v-TX_B", "more")]);
    for _ in 0..2 {
        let old = text(&mut an, &format!("{edit}?stay=yes"));
        assert!(!old.contains("was begun in") && !old.contains("no place for"), "{old}");
        assert_eq!(old.matches("?stay=").count(), 1, "one way on: {old}");
        let old = form(&old);
        let expected: Vec<_> =
            FILLED.iter().map(|it| if it.0 == "v-TX_B" { ("v-TX_B", "more") } else { *it }).collect();
        for (name, value) in &expected {
            assert_eq!(said(&old, name), *value, "{name}");
        }
        keep(&mut an, &edit, &old, &[]);
        let again = form(&text(&mut an, &format!("{edit}?stay=no")));
        assert_eq!(said(&again, "version"), "2.0.0");
        keep(&mut an, &edit, &again, &[]);
    }
    let old = form(&text(&mut an, &format!("{edit}?stay=yes")));
    let saved = entered(&an.post(&edit, &typed(&old, &[], "draft")));
    assert_eq!(version_of(&portal, &saved), "1.0.0");
    let stored = text(&mut an, &saved);
    assert_eq!(stored.matches("was <del>").count(), 1, "only what was typed is another: {stored}");
}

#[test]
fn parts_that_come_and_go_take_along_what_the_version_does_not_ask_in_them() {
    let (portal, mut an) = portal(FIRST, "");
    let id = entered(&an.post(&page("/new/HOUSE"), &filled("1.0.0", FILLED, "draft")));
    add(&portal.app, "2.0.0", SECOND, "", &["--drafts", "carry"]);
    let edit = format!("{id}/edit");
    let new = form(&text(&mut an, &edit));
    let fewer = an.post(&edit, &typed(&new, &[("v-TX_A2", "two")], "remove-1-STAYS"));
    let more = form(&an.post(&edit, &typed(&form(&fewer.text()), &[], "add-STAYS")).text());
    assert_eq!(said(&more, "n-STAYS"), "3");
    keep(&mut an, &edit, &more, &[("r-STAYS-3-TX_Q", "q4")]);
    let old = text(&mut an, &format!("{edit}?stay=yes"));
    let told = old.split("has no place for these answers, and they are not stored").nth(1).unwrap();
    let told = told.split("</dl>").next().unwrap();
    assert!(told.contains("<dt>A two</dt><dd class=\"as-typed\">two</dd>"), "{told}");
    let old = form(&old);
    for (number, (p, q)) in (1..).zip([("p2", ""), ("p3", "q3"), ("", "q4")]) {
        assert_eq!(said(&old, &format!("r-STAYS-{number}-TX_P")), p, "{old:?}");
        assert_eq!(said(&old, &format!("r-STAYS-{number}-TX_Q")), q, "{old:?}");
    }
    keep(&mut an, &edit, &old, &[]);
    let again = form(&text(&mut an, &format!("{edit}?stay=no")));
    assert_eq!(said(&again, "v-TX_A2"), "two", "{again:?}");
}

#[test]
fn what_was_typed_and_not_saved_goes_back_to_the_version_it_was_begun_in() {
    let (portal, mut an) = portal(FIRST, "");
    let new = page("/new/HOUSE");
    let begun = form(&text(&mut an, &new));
    keep(&mut an, &new, &begun, FILLED);
    add(&portal.app, "2.0.0", SECOND, "", &["--drafts", "carry"]);
    for _ in 0..2 {
        let onward = text(&mut an, &new);
        assert!(onward.contains("begun in version 1.0.0 and goes on in version 2.0.0"), "{onward}");
        for (label, words) in [("A one", "one"), ("Gone 2: X", "x2"), ("Stays 2: P", "p2")] {
            let told = format!("<dt>{label}</dt><dd class=\"as-typed\">{words}</dd>");
            assert!(onward.contains(&told), "what is nowhere else can be read and copied: {onward}");
        }
        assert!(onward.contains("Continue in version 1.0.0"), "{onward}");
        keep(&mut an, &new, &form(&onward), &[]);
    }
    let old = form(&text(&mut an, &format!("{new}?stay=yes")));
    assert_eq!(said(&old, "version"), "1.0.0");
    for (name, value) in FILLED {
        assert_eq!(said(&old, name), *value, "{name}: {:?}", answers(&old));
    }
    let saved = entered(&an.post(&new, &typed(&old, &[], "draft")));
    assert_eq!(version_of(&portal, &saved), "1.0.0");
    // Where the old version is closed there is no way back, and the answers are to be read all the same.
    keep(&mut an, &new, &begun, &[FILLED, &[("stay", "yes")]].concat());
    portal.app.ok(["definition", "drafts", "HOUSE", "close"]);
    let onward = text(&mut an, &new);
    assert!(onward.contains(">x1</dd>") && !onward.contains("stay=yes"), "{onward}");
}

#[test]
fn the_way_back_names_the_version_that_it_leads_to() {
    let (portal, mut an) = portal(FIRST, "");
    let id = entered(&an.post(&page("/new/HOUSE"), &filled("1.0.0", FILLED, "draft")));
    add(&portal.app, "1.1.0", &format!("{FIRST}text,TX_MORE,More,,,,,,,\n"), "", &[]);
    add(&portal.app, "2.0.0", SECOND, "", &["--drafts", "carry"]);
    let edit = format!("{id}/edit");
    let new = text(&mut an, &edit);
    assert!(new.contains("begun in version 1.0.0 and goes on in version 2.0.0"), "{new}");
    assert!(new.contains("stay=yes\">Continue in version 1.1.0</a>"), "{new}");
    let old = text(&mut an, &format!("{edit}?stay=yes"));
    assert!(old.contains("begun in version 1.0.0 and goes on in version 1.1.0"), "{old}");
    assert!(!old.contains("stay=yes") && old.contains("stay=no\">Continue in version 2.0.0</a>"), "{old}");
}

#[test]
fn who_the_patient_is_stays_where_it_is_stored_and_comes_back_all_the_same() {
    let first = format!("text,IDC_PAT,Patient,,,,,,,\n{FIRST}");
    let (portal, mut an) = portal(&first, "");
    let answers = [&[("v-IDC_PAT", "85040216932")], FILLED].concat();
    let id = entered(&an.post(&page("/new/HOUSE"), &filled("1.0.0", &answers, "draft")));
    add(&portal.app, "2.0.0", SECOND, "", &["--drafts", "carry"]);
    let edit = format!("{id}/edit");
    let new = text(&mut an, &edit);
    assert!(new.contains("<strong>Patient, A one,") && !new.contains("85040216932"), "{new}");
    keep(&mut an, &edit, &form(&new), &[]);
    let old = text(&mut an, &format!("{edit}?stay=yes"));
    assert!(old.contains("A value is stored and is not shown") && !old.contains("85040216932"), "{old}");
    let saved = entered(&an.post(&edit, &typed(&form(&old), &[], "draft")));
    assert!(!text(&mut an, &saved).contains("was <del>"), "nothing is another");
    assert!(text(&mut an, &format!("{saved}/edit?stay=yes")).contains("A value is stored"));
}

#[test]
fn who_types_in_a_page_of_an_older_version_is_told_at_once() {
    let (portal, mut an) = portal(FIRST, "");
    let new = page("/new/HOUSE");
    let begun = form(&text(&mut an, &new));
    let more = FIRST.replace("text,TX_Q,Q,,,,,,,", "text,TX_Q,Q,,,,,,,\ninteger,TX_Y,Y,,,yes,,,,");
    add(&portal.app, "1.1.0", &more, "", &[]);
    let mut fields = typed(&begun, FILLED, "check");
    fields.push(("keep", "1"));
    let told = script(&mut an, &new, &fields);
    assert_eq!(told.status, 409);
    let told: serde_json::Value = serde_json::from_slice(&told.body).unwrap();
    let words = told["changed"].as_str().unwrap();
    assert!(words.contains("version 1.1.0") && words.contains("version 1.0.0"), "{words}");
    assert!(told.get("progress").is_none(), "nothing is judged that is not on the page: {told}");
    assert!(!told["kept"].as_str().unwrap().is_empty(), "and nothing is lost: {told}");
    // No part of a page of another version gets into this one.
    for act in ["add-STAYS", "remove-1-STAYS", "look"] {
        assert_eq!(an.post(&new, &typed(&begun, FILLED, act)).status, 409, "{act}");
    }
    // The button shows all of it in the newer version, and from there it goes on.
    let checked = an.post(&new, &typed(&begun, FILLED, "check"));
    assert!(checked.text().contains("goes on in version 1.1.0"), "{}", checked.text());
    let onward = form(&checked.text());
    assert_eq!((said(&onward, "version"), said(&onward, "r-STAYS-3-TX_P")), ("1.1.0", "p3"));
    let whole = [("r-STAYS-1-TX_Y", "1"), ("r-STAYS-2-TX_Y", "2"), ("r-STAYS-3-TX_Y", "3")];
    assert!(live(&mut an, &new, &typed(&onward, &whole, "check")).get("progress").is_some());
    assert_eq!(version_of(&portal, &entered(&an.post(&new, &typed(&onward, &whole, "submit")))), "1.1.0");
}
