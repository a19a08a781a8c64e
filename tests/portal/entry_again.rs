//! Forms that go on from what is stored: nothing changed, `once()`, and answers
//! that the business key hangs on.

#![allow(clippy::unwrap_used)]

use std::fs;

use hd4dp::domain::role::Role;
use serde_json::Value;

use super::{
    client::{Person, Portal},
    entry::{PATIENT, answers, entered, live, page, portal},
};
use crate::common::{DIAG_HEADER, NIHDI, TestApp, diag};

/// A portal with a definition called `ONCE`, which has these rows in its survey.
fn defined(survey: &str) -> Portal {
    let app = TestApp::new();
    let folder = app.path("definition");
    fs::create_dir(&folder).unwrap();
    let hd = "key,value\nproject,HDBP0147\nproject_abbreviation,ONCE\ndcd,ONCE\nenrolment_required,no\n";
    let settings = "form_title,form_id,version,default_language\nOnce,ONCE,1.0.0,English (en)\n";
    let survey = format!("type,name,label,calculation,relevant,hd::key\n{survey}");
    for (name, text) in [("survey", survey.as_str()), ("hd", hd), ("settings", settings)] {
        fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
    app.ok(["definition", "add", folder.to_str().unwrap()]);
    Portal::start_on(app)
}

/// What became of a file's rows: accepted, unchanged.
fn brought(portal: &Portal, dcd: &str, rows: &str) -> [u64; 2] {
    let (_, report) = portal.app.import(dcd, &portal.app.file("rows.csv", rows));
    ["accepted", "unchanged"].map(|what| report[what].as_u64().unwrap())
}

fn done(person: &mut Person, path: &str, fields: &[(&str, &str)]) -> (String, String) {
    let answer = person.post(path, fields);
    let done = answer.location().rsplit('=').next().unwrap().to_owned();
    (entered(&answer), done)
}

#[test]
fn a_form_that_changes_nothing_is_no_correction_and_neither_is_the_file_after_it() {
    let portal = portal();
    let group = portal.group(NIHDI);
    let mut an = portal.member(&group, "an@fictief.example", &[Role::StudyLead]);
    let mut bo = portal.member(&group, "bo@fictief.example", &[Role::StudyLead]);
    let plain = |text: &str| format!("{DIAG_HEADER}\n{}\n", diag("D1", text));
    let by = |text: &str| format!("{DIAG_HEADER};TX_AUTHOR\n{};an@fictief.example\n", diag("D1", text));
    let form = page("/new/INTEGO-DIAG");
    let (mut at, _) = done(&mut an, &form, &answers(&[], "submit"));
    let mut submit = |person: &mut Person, text: &str| {
        let (now, done) = done(person, &format!("{at}/edit"), &answers(&[("v-TX_DIAG", text)], "submit"));
        at = now;
        done
    };
    assert_eq!(submit(&mut an, "a cold"), "entry-unchanged", "its author");
    assert_eq!(submit(&mut bo, "a cold"), "entry-unchanged", "and another one");
    assert_eq!(brought(&portal, "INTEGO-DIAG", &plain("a cold")), [0, 1], "the file says the same");
    assert_eq!(submit(&mut bo, "worse"), "entry-corrected");
    assert_eq!(submit(&mut an, "worse"), "entry-unchanged");
    assert_eq!(brought(&portal, "INTEGO-DIAG", &plain("worse")), [0, 1]);

    // Who made it counts where a file says so, and only there.
    assert_eq!(brought(&portal, "INTEGO-DIAG", &by("better")), [1, 0]);
    at_newest(&mut an, &mut |person, newest| {
        let mut at = newest;
        for (text, then) in [("better", "entry-unchanged"), ("good", "entry-corrected")] {
            let edit = format!("{at}/edit");
            let (now, what) = done(person, &edit, &answers(&[("v-TX_DIAG", text)], "submit"));
            assert_eq!(what, then, "{text}");
            assert_eq!(brought(&portal, "INTEGO-DIAG", &by(text)), [0, 1], "{text}");
            at = now;
        }
        let (now, what) = done(&mut bo, &format!("{at}/edit"), &answers(&[("v-TX_DIAG", "fine")], "submit"));
        assert_eq!(what, "entry-corrected");
        assert_eq!(brought(&portal, "INTEGO-DIAG", &by("fine")), [0, 1], "who changed it too is no news");
        let shown = person.get(&now).text();
        assert!(shown.contains("an@fictief.example") && shown.contains("bo@fictief.example"), "{shown}");
    });
}

/// Goes on with the newest registration in the list.
fn at_newest(person: &mut Person, go_on: &mut dyn FnMut(&mut Person, String)) {
    let text = person.get(&page("")).text();
    let cell = text.split("<th scope=\"row\"").nth(1).unwrap().split("</a>").next().unwrap();
    let newest = page(&format!("/{}", cell.rsplit('>').next().unwrap()));
    go_on(person, newest);
}

const ONCE: &str = "text,IDC_PAT,Patient,,,yes\ntext,K,Key,,,yes\ninteger,N,Number,,,\n\
    calculate,FIX,Fixed,once(${K}),,\ncalculate,ID,Identifier,\"once(concat(${K}, '-', ${N}))\",,\n\
    calculate,QUIET,,\"once(concat(${N}, '!'))\",,\ncalculate,AT,Begun,once(now()),,\n\
    begin_repeat,R,Part,,,\ntext,P,Name,,,\ncalculate,PID,Its number,\"once(concat(${P}, '/', position(..)))\",,\n\
    end_repeat,,,,,\n";

fn shown(live: &Value, id: &str) -> String {
    live["values"][id][0].as_str().unwrap_or_default().to_owned()
}

#[test]
fn once_follows_the_answers_until_they_are_submitted_as_a_file_has_it() {
    let portal = defined(ONCE);
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    let form = page("/new/ONCE");
    let told = live(&mut an, &form, &[("v-K", "K"), ("act", "check"), ("end", "1")]);
    let (fix, id, begun) = (shown(&told, "v-FIX"), shown(&told, "v-ID"), shown(&told, "v-AT"));
    assert_eq!((fix.as_str(), id.as_str()), ("K", "K-"));
    // The script sends back what it was told, while more is typed.
    let more = [
        ("v-IDC_PAT", PATIENT),
        ("v-K", "K1"),
        ("v-N", "2"),
        ("v-FIX", fix.as_str()),
        ("v-ID", id.as_str()),
        ("v-AT", begun.as_str()),
        ("n-R", "1"),
        ("r-R-1-P", "one"),
        ("r-R-1-PID", "o/1"),
        ("act", "check"),
        ("end", "1"),
    ];
    let told = live(&mut an, &form, &more);
    assert_eq!([shown(&told, "v-FIX"), shown(&told, "v-ID")], ["K1", "K1-2"]);
    assert_eq!(shown(&told, "r-R-1-PID"), "one/1");
    assert_eq!(shown(&told, "v-AT"), begun, "when the form was begun hangs on no answer");
    let act = |act| more.map(|(name, value)| if name == "act" { (name, act) } else { (name, value) });
    let with = |changed: &[(&'static str, &'static str)], fields: [(&'static str, String); 11]| {
        fields.map(|(name, value)| {
            let new = changed.iter().find(|(known, _)| *known == name);
            (name, new.map_or(value, |(_, new)| (*new).to_owned()))
        })
    };
    let owned = |act_is| act(act_is).map(|(name, value)| (name, value.to_owned()));
    let send = |person: &mut Person, path: &str, fields: &[(&'static str, String)]| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        entered(&person.post(path, &fields))
    };
    // A draft goes on with its answers; what was submitted stays.
    let draft = send(&mut an, &form, &with(&[("v-N", "")], owned("draft")));
    let text = an.get(&draft).text();
    assert!(text.contains("<dd>K1-<"), "{text}");
    let first = send(&mut an, &format!("{draft}/edit"), &owned("submit"));
    let text = an.get(&first).text();
    assert!(text.contains("<dd>K1-2") && text.contains("<dd>2!") && text.contains("<dd>one/1"), "{text}");
    let changed = with(&[("v-N", "3"), ("r-R-1-P", "two"), ("v-ID", ""), ("r-R-1-PID", "")], owned("submit"));
    let second = send(&mut an, &format!("{first}/edit"), &changed);
    let text = an.get(&second).text();
    assert!(text.contains("<dd>3") && text.contains("<dd>two"), "{text}");
    assert!(text.contains("<dd>K1-2") && text.contains("<dd>2!") && text.contains("<dd>one/1"), "{text}");

    let rows = format!("IDC_PAT;K;N;R[1]/P\n{PATIENT};K2;2;one\n");
    assert_eq!(brought(&portal, "ONCE", &rows), [1, 0]);
    let by_form = with(&[("v-K", "K2"), ("v-FIX", "K"), ("v-ID", "-"), ("v-AT", "")], owned("submit"));
    at_newest(&mut an, &mut |person, newest| {
        let again: Vec<_> = by_form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (_, what) = done(person, &format!("{newest}/edit"), &again);
        assert_eq!(what, "entry-unchanged", "the form has what the file has");
        assert_eq!(brought(&portal, "ONCE", &rows), [0, 1]);
        assert!(person.get(&newest).text().contains("<dd>K2-2"));
    });
    let told = format!("IDC_PAT;K;N;AT;ID\n{PATIENT};K3;2;2024-01-02T03:04:05+01:00;own\n");
    assert_eq!(brought(&portal, "ONCE", &told), [1, 0]);
    let by_form = with(&[("v-K", "K3"), ("n-R", "0")], owned("submit"));
    at_newest(&mut an, &mut |person, newest| {
        let again: Vec<_> = by_form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (at, what) = done(person, &format!("{newest}/edit"), &again);
        assert_eq!(what, "entry-unchanged", "what the file told stays");
        let text = person.get(&at).text();
        assert!(text.contains("<dd>2024-01-02T03:04:05") && text.contains("<dd>own"), "{text}");
        assert_eq!(brought(&portal, "ONCE", &told), [0, 1]);
    });
}

#[test]
fn who_changes_an_answer_that_the_key_of_a_correction_hangs_on_is_told_which() {
    let portal = defined(
        "text,IDC_PAT,Patient,,,yes\ntext,A,Letter,,,\ncalculate,KEY,,\"concat(${A}, '.')\",,yes\n\
         text,Y,Whether,,,\ntext,MORE,More,,${Y} = 'yes',yes\n",
    );
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    let fields = |a, y, more| {
        let fields = [("v-IDC_PAT", PATIENT), ("v-A", a), ("v-Y", y), ("v-MORE", more)];
        [&fields[..], &[("act", "submit"), ("end", "1")]].concat()
    };
    let first = entered(&an.post(&page("/new/ONCE"), &fields("a", "yes", "m")));
    for (a, y, field) in [("b", "yes", "v-A"), ("a", "no", "v-Y")] {
        let answer = an.post(&format!("{first}/edit"), &fields(a, y, "m"));
        let text = answer.text();
        assert_eq!(answer.status, 422, "{text}");
        let summary = text.split("role=\"alert\"").nth(1).unwrap().split("</ul>").next().unwrap();
        assert!(summary.contains("hangs on this answer"), "{summary}");
        assert!(summary.contains(&format!("#{field}\"")) && !summary.contains("#v-IDC_PAT"), "{summary}");
    }
}

#[test]
fn once_stays_with_its_part_of_a_repeat_and_goes_to_no_new_one() {
    let portal = defined(
        "text,IDC_PAT,Patient,,,\ntext,K,Key,,,yes\nbegin_repeat,R,Part,,,\ntext,P,Name,,,\n\
         dateTime,AT,When,,,\ncalculate,O,First name,once(${P}),,\nend_repeat,,,,,\n",
    );
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    let parts = |given: [[&'static str; 3]; 2], act| {
        let names = [["r-R-1-P", "r-R-1-AT", "r-R-1-O"], ["r-R-2-P", "r-R-2-AT", "r-R-2-O"]];
        let fields = names.into_iter().flatten().zip(given.into_iter().flatten());
        let all = [("v-IDC_PAT", PATIENT), ("v-K", "K1"), ("n-R", "2"), ("act", act), ("end", "1")];
        fields.chain(all).collect::<Vec<_>>()
    };
    let (anna, bert, carl) = ("2024-01-01T10:00", "2024-01-02T10:00", "2024-01-03T10:00");
    let begun = parts([["anna", anna, ""], ["bert", bert, ""]], "submit");
    let first = entered(&an.post(&page("/new/ONCE"), &begun));
    // The first part is taken away and another one comes.
    let other = parts([["bert", bert, "bert"], ["carl", carl, ""]], "submit");
    let second = entered(&an.post(&format!("{first}/edit"), &other));
    let kept = |person: &mut Person, path: &str| {
        let told = live(
            person,
            &format!("{path}/edit"),
            &parts([["bert", bert, "bert"], ["carl", carl, ""]], "check"),
        );
        [shown(&told, "r-R-1-O"), shown(&told, "r-R-2-O")]
    };
    assert_eq!(kept(&mut an, &second), ["bert", "carl"]);
    // A name that is mended keeps what was drawn first.
    let mended = parts([["bert", bert, "bert"], ["karl", carl, "carl"]], "submit");
    let third = entered(&an.post(&format!("{second}/edit"), &mended));
    let told = live(
        &mut an,
        &format!("{third}/edit"),
        &parts([["bert", bert, "bert"], ["karl", carl, "carl"]], "check"),
    );
    assert_eq!([shown(&told, "r-R-1-O"), shown(&told, "r-R-2-O")], ["bert", "carl"]);
}
