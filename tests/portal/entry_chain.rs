//! Forms in which one answer hangs on another, that on the next, and so on for
//! long.

#![allow(clippy::unwrap_used)]

use std::{fmt::Write, fs};

use hd4dp::domain::role::Role;

use super::{
    client::{Person, Portal},
    entry::{entered, page},
};
use crate::common::{NIHDI, TestApp};

/// A portal with a form of these questions, and who fills it in.
fn portal(survey: &str) -> (Portal, Person) {
    let app = TestApp::new();
    let folder = app.path("chain");
    fs::create_dir_all(&folder).unwrap();
    let head = "type,name,label,hd::key,relevant,default,repeat_count\ntext,TX_NUMBER,Number,yes,,,\n";
    for (name, sheet) in [
        ("survey", format!("{head}{survey}")),
        ("choices", "list_name,name,label\nyn,yes,Yes\nyn,no,No\n".to_owned()),
        ("settings", "form_title,form_id,version\nChain,CHAIN,1.0.0\n".to_owned()),
        (
            "hd",
            "key,value\nproject,HDBP0147\nproject_abbreviation,CHAIN\ndcd,CHAIN\nenrolment_required,no\n"
                .to_owned(),
        ),
    ] {
        fs::write(folder.join(format!("{name}.csv")), sheet).unwrap();
    }
    app.ok(["definition", "add", folder.to_str().unwrap()]);
    let portal = Portal::start_on(app);
    let an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    (portal, an)
}

#[test]
fn one_answer_may_make_any_number_of_others_not_asked() {
    const LINKS: usize = 60;
    let mut survey = String::from("select_one yn,CD_MORE_1,More,,,,\n");
    for link in 2..=LINKS {
        writeln!(survey, "select_one yn,CD_MORE_{link},More,,${{CD_MORE_{}}} = 'yes',,", link - 1).unwrap();
    }
    let (portal, mut an) = portal(&survey);
    let names: Vec<String> = (1..=LINKS).map(|link| format!("v-CD_MORE_{link}")).collect();
    for (number, act) in [("7", "submit"), ("8", "draft")] {
        let mut fields = vec![("version", "1.0.0"), ("v-TX_NUMBER", number), ("act", act), ("end", "1")];
        fields.extend(names.iter().map(|name| (name.as_str(), "yes")));
        fields[4].1 = "no";
        let stored = entered(&an.post(&page("/new/CHAIN"), &fields));
        let text = an.get(&stored).text();
        assert!(text.contains("No (no)") && !text.contains("Yes (yes)"), "{text}");
    }
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "2");
}

#[test]
fn one_answer_may_give_any_number_of_repeats_their_parts() {
    const LINKS: usize = 9;
    let mut survey = String::from("integer,NR_FIRST,First,,,,\n");
    for link in 1..=LINKS {
        let count = match link {
            1 => "${NR_FIRST}".to_owned(),
            _ => format!("count(${{R{}}})", link - 1),
        };
        writeln!(
            survey,
            "begin_repeat,R{link},Part {link},,,,{count}\ntext,TX_{link},Text,,,here,\nend_repeat,,,,,,"
        )
        .unwrap();
    }
    let (_portal, mut an) = portal(&survey);
    let fields =
        [("version", "1.0.0"), ("v-TX_NUMBER", "7"), ("v-NR_FIRST", "2"), ("act", "submit"), ("end", "1")];
    let stored = entered(&an.post(&page("/new/CHAIN"), &fields));
    let text = an.get(&stored).text();
    assert!(
        text.contains(&format!("Part {LINKS} 2")) && !text.contains(&format!("Part {LINKS} 3")),
        "{text}"
    );
}
