//! Forms with long lists, many times on one page.

#![allow(clippy::unwrap_used)]

use std::{fmt::Write, fs};

use hd4dp::domain::{form::FIELDS, role::Role};

use super::{
    client::Portal,
    entry::{entered, live, page, script},
};
use crate::common::{NIHDI, TestApp};

const SURVEY: &str = "type,name,label,hd::key,choice_filter\n\
    text,ID,Number,yes,\ntext,KIND,Kind,,\n\
    begin_repeat,R,Part,,\n\
    select_one long,A,First,,\nselect_one long,B,Second,,\nselect_one long,C,Third,,kind = ${KIND}\n\
    end_repeat,,,,\n";

fn portal() -> Portal {
    let mut choices = "list_name,name,label,kind\n".to_owned();
    for at in 0..3_000 {
        writeln!(choices, "long,C{at},Choice number {at},{}", at / 3).unwrap();
    }
    with(SURVEY, &choices)
}

/// A portal with the definition `BIG`.
fn with(survey: &str, choices: &str) -> Portal {
    let app = TestApp::new();
    let folder = app.path("definition");
    fs::create_dir(&folder).unwrap();
    let hd = "key,value\nproject,HDBP0147\nproject_abbreviation,BIG\ndcd,BIG\nenrolment_required,no\n";
    let settings = "form_title,form_id,version,default_language\nBig,BIG,1.0.0,English (en)\n";
    for (name, text) in [("survey", survey), ("choices", choices), ("hd", hd), ("settings", settings)] {
        fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
    app.ok(["definition", "add", folder.to_str().unwrap()]);
    Portal::start_on(app)
}

#[test]
fn a_long_list_stands_on_the_page_once_however_often_it_is_chosen_from() {
    let portal = portal();
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudySupport]);
    let form = page("/new/BIG");
    let one = an.get(&form).text();
    assert_eq!(one.matches("<datalist").count(), 2, "the shared one, and what the filter leaves of it");
    let with = |count, kind| {
        [
            ("version", "1.0.0"),
            ("v-ID", "x"),
            ("v-KIND", kind),
            ("n-R", count),
            ("r-R-2-A", "Choice number 7 (C7)"),
            ("r-R-2-C", "C10"),
            ("act", "check"),
            ("end", "1"),
        ]
    };
    let many = an.post(&form, &with("1000", "3")).text();
    assert_eq!(many.matches("class=\"instance\"").count(), 100, "no more than a person may add");
    assert_eq!(many.matches("value=\"Choice number 2999 (C2999)\"").count(), 1);
    assert!(many.len() < 1_000_000, "{}", many.len());
    assert!(many.contains("id=\"r-R-2-A\" name=\"r-R-2-A\" list=\"l-0\""));
    let own = many.split("<datalist id=\"r-R-2-C-list\">").nth(1).unwrap().split("</datalist>").next();
    assert_eq!(own.unwrap().matches("<option").count(), 3, "{own:?}");
    assert!(many.contains("value=\"Choice number 10 (C10)\" placeholder"), "in words, by its label");
    let told = live(&mut an, &form, &with("2", "3"));
    assert_eq!(told["choices"]["r-R-1-C"], serde_json::json!(["C9", "C10", "C11"]));
    assert!(told["choices"].get("r-R-1-A").is_none());
    let none = live(&mut an, &form, &with("2", "other"));
    assert_eq!(none["choices"]["r-R-1-C"], serde_json::json!([]), "nothing is left");
}

/// What long names begin with.
const LONG: &str = "TX_TREATMENT_EPISODE_OBSERVATION_NUMBER_";

/// A repeat of so many questions, whose names begin so.
fn parts(questions: usize, name: &str) -> String {
    let mut survey =
        "type,name,label,hd::key,repeat_count\ntext,ID,Number,yes,\ninteger,N,How many,,\nbegin_repeat,R,Part,,${N}\n"
            .to_owned();
    for at in 0..questions {
        writeln!(survey, "text,{name}{at:03},Observation {at},,").unwrap();
    }
    survey + "end_repeat,,,,\n"
}

/// What a browser sends of a form with so many parts of so many questions.
fn sent(parts: usize, questions: usize, name: &str) -> Vec<(String, String)> {
    let own = |name: &str, value: String| (name.to_owned(), value);
    let mut fields = vec![own("version", "1.0.0".into()), own("v-ID", "x".into())];
    fields.extend([own("v-N", parts.to_string()), own("n-R", parts.to_string())]);
    for part in 1..=parts {
        fields.extend((0..questions).map(|at| (format!("r-R-{part}-{name}{at:03}"), format!("w{part}"))));
    }
    fields
}

fn with_act<'a>(fields: &'a [(String, String)], act: &'a str) -> Vec<(&'a str, &'a str)> {
    let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    fields.chain([("act", act), ("end", "1")]).collect()
}

#[test]
fn a_form_with_as_many_parts_as_it_may_have_can_be_sent_and_mended() {
    let portal = with(&parts(24, LONG), "");
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    let (form, whole) = (page("/new/BIG"), sent(100, 24, LONG));
    let told = live(&mut an, &form, &with_act(&whole, "check"));
    assert_eq!(told["progress"], "All that must be filled in is filled in.");
    let draft = entered(&an.post(&form, &with_act(&whole, "draft")));
    let edit = format!("{draft}/edit");
    assert_eq!(an.get(&edit).text().matches("class=\"instance\"").count(), 100);
    let mut fewer = whole.clone();
    fewer[2].1 = "99".to_owned();
    let removed = an.post(&edit, &with_act(&fewer, "remove-1-R"));
    assert_eq!(removed.status, 200);
    assert_eq!(removed.text().matches("class=\"instance\"").count(), 99);
    entered(&an.post(&edit, &with_act(&sent(99, 24, LONG), "submit")));
    // What no form can be is told as such, and never as half of it.
    let text = "x".repeat(5 << 20);
    let too_long = [("version", "1.0.0"), ("v-ID", text.as_str()), ("act", "draft"), ("end", "1")];
    for answer in [an.post(&form, &too_long), script(&mut an, &form, &too_long)] {
        assert_eq!(answer.status, 413);
        assert!(answer.text().contains("larger than a form can be"), "{}", answer.text());
    }
}

#[test]
fn no_form_gets_more_parts_than_it_can_send() {
    let questions = 450;
    let portal = with(&parts(questions, "Q"), "");
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    let asked = an.post(&page("/new/BIG"), &with_act(&sent(0, questions, "Q")[..1], "check"));
    assert_eq!(asked.status, 200);
    let many = [("version", "1.0.0"), ("v-ID", "x"), ("v-N", "100"), ("act", "check"), ("end", "1")];
    let page_of_all = an.post(&page("/new/BIG"), &many).text();
    let shown = page_of_all.matches("class=\"instance\"").count();
    assert_eq!(shown, (FIELDS - 100) / questions);
    let all = sent(shown, questions, "Q");
    assert!(all.len() < FIELDS);
    let draft = entered(&an.post(&page("/new/BIG"), &with_act(&all, "draft")));
    assert!(an.get(&format!("{draft}/edit")).status == 200);
    // A file may have more of them. Nobody types in a form of it what cannot be sent.
    let cells = |part: usize| (0..questions).map(move |at| (at, part));
    let mut object = String::new();
    for part in 1..=60 {
        let row: Vec<_> = cells(part).map(|(at, part)| format!("\"Q{at:03}\":\"{part}\"")).collect();
        write!(object, "{}{{{}}}", if part > 1 { "," } else { "" }, row.join(",")).unwrap();
    }
    let row = object.replace('"', "\"\"");
    let file = portal.app.file("big.csv", format!("ID;N;R;STATUS\nfile;60;\"[{row}]\";draft\n"));
    let (status, report) = portal.app.import("BIG", &file);
    assert_eq!(status, 0, "{report}");
    let id = portal.app.sqlite("SELECT max(id) FROM registration");
    let told = an.get(&page(&format!("/{id}/edit")));
    assert_eq!(told.status, 409);
    assert!(told.text().contains("more answers than a form can send"), "{}", told.text());
}
