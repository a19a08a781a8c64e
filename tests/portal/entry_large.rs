//! Forms with long lists, many times on one page.

#![allow(clippy::unwrap_used)]

use std::{fmt::Write, fs};

use hd4dp::domain::role::Role;

use super::{
    client::Portal,
    entry::{live, page},
};
use crate::common::{NIHDI, TestApp};

const SURVEY: &str = "type,name,label,hd::key,choice_filter\n\
    text,ID,Number,yes,\ntext,KIND,Kind,,\n\
    begin_repeat,R,Part,,\n\
    select_one long,A,First,,\nselect_one long,B,Second,,\nselect_one long,C,Third,,kind = ${KIND}\n\
    end_repeat,,,,\n";

fn portal() -> Portal {
    let app = TestApp::new();
    let folder = app.path("definition");
    fs::create_dir(&folder).unwrap();
    let hd = "key,value\nproject,HDBP0147\nproject_abbreviation,BIG\ndcd,BIG\nenrolment_required,no\n";
    let settings = "form_title,form_id,version,default_language\nBig,BIG,1.0.0,English (en)\n";
    let mut choices = "list_name,name,label,kind\n".to_owned();
    for at in 0..3_000 {
        writeln!(choices, "long,C{at},Choice number {at},{}", at / 3).unwrap();
    }
    for (name, text) in [("survey", SURVEY), ("choices", &choices), ("hd", hd), ("settings", settings)] {
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
