#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::definition::{Choice, Item, List, Repeat, Variable};

const SETTINGS: &str = "form_title,form_id,version,default_language\nTrial,TRIAL,1.0.0,English (en)\n";
const HD: &str = "key,value\nproject,HDBP0001\n";
const CHOICES: &str = "list_name,name,label::English (en),label::French (fr),town\n\
    YN,yes,Yes,Oui,\nYN,no,No,Non,\nSYST,ICD10,ICD-10,CIM-10,a\nSYST,LOINC,LOINC,LOINC,b\n";

fn read(sheets: &[(&str, &str)]) -> Definition {
    let mut files = BTreeMap::from([("settings", SETTINGS), ("choices", CHOICES), ("hd", HD)]);
    files.extend(sheets.iter().copied());
    let file =
        |name: &str| files.get(name.strip_suffix(".csv").unwrap()).map(|text| text.as_bytes().to_vec());
    Definition::from_folder(file).unwrap()
}

fn survey(rows: &str) -> Definition {
    read(&[("survey", rows)])
}

/// What changed, a line each.
fn told(difference: &Difference) -> Vec<String> {
    let line = |change: &Change| {
        let property = match &change.property {
            Property::Column(name) => name.clone(),
            Property::Text(name, language) => format!("{name} {}", language.code()),
            Property::Gives => "gives".to_owned(),
            Property::Leaves => "leaves".to_owned(),
            Property::Inside => "inside".to_owned(),
            Property::After => "after".to_owned(),
        };
        format!("{property}: {} -> {}", change.old, change.new)
    };
    let mut lines: Vec<String> = difference.settings.iter().map(line).collect();
    for row in &difference.rows {
        match row.fate {
            Fate::Changed => {
                lines.extend(row.changes.iter().map(|change| format!("{} {}", row.name, line(change))));
            }
            fate => lines.push(format!("{:?} {} {fate:?}", row.what, row.name)),
        }
    }
    for list in &difference.lists {
        let order = if list.is_reordered { " order" } else { "" };
        lines.push(format!("list {} {:?}{order}", list.name, list.fate));
        for choice in &list.choices {
            let changes: Vec<_> = choice.changes.iter().map(line).collect();
            lines.push(format!("{} {:?} {}", choice.code, choice.fate, changes.join("; ")).trim().to_owned());
        }
    }
    lines
}

/// The survey of [`every_field_of_a_variable_counts`], with the cell of `column`
/// in the row of B another one.
fn with_cell(column: &str, text: &str) -> Definition {
    const COLUMNS: [(&str, &str); 24] = [
        ("type", "text"),
        ("name", "B"),
        ("name::technical", ""),
        ("label::English (en)", "Label"),
        ("label::Dutch (nl)", ""),
        ("hint", ""),
        ("guidance_hint", ""),
        ("appearance", ""),
        ("authentic_source::registry", ""),
        ("calculation", ""),
        ("choice_filter", ""),
        ("required", ""),
        ("required_message", ""),
        ("relevant", ""),
        ("constraint", ""),
        ("constraint_message", ""),
        ("default", ""),
        ("read_only", ""),
        ("hd::number_format", ""),
        ("hd::key", ""),
        ("hd::role", ""),
        ("hd::code_system", ""),
        ("destination::hd", ""),
        ("parameters", ""),
    ];
    assert!(COLUMNS.iter().any(|(name, _)| *name == column), "{column}");
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(COLUMNS.map(|(name, _)| name)).unwrap();
    let first = ["text", "A"]
        .map(str::to_owned)
        .into_iter()
        .chain((2..24).map(|at| if COLUMNS[at].0 == "hd::key" { "yes".to_owned() } else { String::new() }));
    csv.write_record(first).unwrap();
    csv.write_record(COLUMNS.map(|(name, usual)| if name == column { text } else { usual })).unwrap();
    survey(std::str::from_utf8(&csv.into_inner().unwrap()).unwrap())
}

/// Every field by its name, as it is: a new one does not compile before it is
/// added here, and then there has to be a change of it below.
fn fields(variable: &Variable) -> BTreeMap<&'static str, String> {
    macro_rules! shown {
        ($($name:ident),*) => {{
            let Variable { $($name),* } = variable;
            BTreeMap::from([$((stringify!($name), format!("{:?}", $name))),*])
        }};
    }
    shown!(
        name,
        technical,
        labels,
        hints,
        guidance,
        appearance,
        sources,
        kind,
        repeat,
        calculation,
        filter,
        required,
        required_message,
        relevant,
        constraint,
        constraint_message,
        default,
        begins,
        read_only,
        format,
        key,
        role,
        identifies,
        codes,
        destinations,
        row
    )
}

#[test]
fn every_field_of_a_variable_counts() {
    let usual = with_cell("type", "text");
    // What identifies follows from roles, and is told where a value leaves no more.
    let mut seen = BTreeSet::from(["name", "repeat", "row", "filter", "format", "identifies"]);
    for (column, text) in [
        ("type", "date"),
        ("name::technical", "T_B"),
        ("label::English (en)", "Another"),
        ("label::Dutch (nl)", "Een ander"),
        ("hint", "Help"),
        ("guidance_hint", "More help"),
        ("appearance", "multiline"),
        ("authentic_source::registry", "birth date"),
        ("calculation", "concat(${A}, '!')"),
        ("required", "${A} != ''"),
        ("required_message", "Needed"),
        ("relevant", "${A} = 'x'"),
        ("constraint", "string-length(.) < 9"),
        ("constraint_message", "Too long"),
        ("default", "x"),
        ("read_only", "yes"),
        ("hd::key", "yes"),
        ("hd::role", "physician"),
        ("hd::code_system", "ICD10"),
        ("destination::hd", "no"),
    ] {
        let other = with_cell(column, text);
        let changed = difference(&usual, &other);
        assert_eq!(told(&changed).len(), 1, "{column}: {:?}", told(&changed));
        let (before, after) = (fields(&usual.variables[1]), fields(&other.variables[1]));
        let differ: Vec<_> = before.keys().copied().filter(|name| before[name] != after[name]).collect();
        assert!(!differ.is_empty(), "{column} changes nothing");
        seen.extend(differ);
        assert!(difference(&other, &other).is_empty());
    }
    let missing: Vec<_> =
        fields(&usual.variables[1]).into_keys().filter(|name| !seen.contains(name)).collect();
    // A default that is worked out: only of types that have no such text.
    assert_eq!(missing, ["begins"]);
    let moment =
        |default: &str| survey(&format!("type,name,hd::key,default\ntext,A,yes,\ndate,B,,{default}\n"));
    assert_eq!(
        told(&difference(&moment("today()"), &moment("today() - 1"))),
        ["B default: today() -> today() - 1"]
    );
    let number = |format: &str| {
        survey(&format!("type,name,hd::key,hd::number_format\ntext,A,yes,\ndecimal,B,,{format}\n"))
    };
    assert_eq!(told(&difference(&number("4.1"), &number("5.1"))), ["B hd::number_format: 4.1 -> 5.1"]);
    let filter = |filter: &str| {
        survey(&format!("type,name,hd::key,choice_filter\ntext,A,yes,\nselect_one SYST,B,,{filter}\n"))
    };
    assert_eq!(
        told(&difference(&filter("town = ${A}"), &filter("town != ${A}"))),
        ["B choice_filter: town = ${A} -> town != ${A}"]
    );
}

#[test]
fn every_field_of_a_definition_comes_from_its_sheets() {
    let Definition {
        project: _,
        abbreviation: _,
        name: _,
        version: _,
        titles: _,
        enrolment_required: _,
        language: _,
        source_note: _,
        variables: _,
        calculated: _,
        volatile: _,
        repeats,
        lists,
        layout,
        source: _,
    } = survey("type,name,hd::key\ntext,A,yes\nbegin_repeat,R,\ntext,B,\nend_repeat,,\n");
    let Repeat { name: _, labels: _, relevant: _, count: _, variables: _, row: _ } = &repeats[0];
    let List { choices, columns: _, origin: _, .. } = &lists[0];
    let Choice { code: _, labels: _, truth: _, columns: _ } = &choices[0];
    for item in layout {
        match item {
            Item::Group { labels: _, relevant: _ } | Item::Note { labels: _, relevant: _ } => {}
            Item::GroupEnd | Item::Repeat(_) | Item::RepeatEnd | Item::Variable(_) => {}
        }
    }
}

#[test]
fn settings_are_compared_but_for_the_version() {
    let rows = "type,name,hd::key\ntext,A,yes\n";
    let old = survey(rows);
    let new = read(&[
        ("survey", rows),
        ("settings", "form_title,form_id,version,default_language\nTrial two,TRIAL,2.0.0,English (en)\n"),
        ("hd", "key,value\nproject,HDBP0002\ntitle::French (fr),Essai\nsource_note,Ours\n"),
    ]);
    let expected = [
        "form_title: Trial -> Trial two",
        "project: HDBP0001 -> HDBP0002",
        "title fr:  -> Essai",
        "source_note en:  -> Ours",
    ];
    assert_eq!(told(&difference(&old, &new)), expected);
}

#[test]
fn groups_repeats_and_notes_count_and_what_stands_in_them() {
    let head = "type,name,hd::key,label,relevant,repeat_count\ntext,A,yes,,,\n";
    let old = survey(&format!(
        "{head}begin_group,G,,Title,,\ntext,B,,,,\nend_group,,,,,\nbegin_repeat,R,,Visit,,2\ntext,C,,,,\nend_repeat,,,,,\nnote,,,Read this,,\n"
    ));
    let new = survey(&format!(
        "{head}begin group,G,,Heading,${{A}} = 'x',\nend group,,,,,\nbegin_repeat,R,,Visits,,3\ntext,C,,,,\nend_repeat,,,,,\ntext,B,,,,\nnote,,,Read this,${{A}} = 'y',\n"
    ));
    let expected = [
        "G label en: Title -> Heading",
        "G relevant:  -> ${A} = 'x'",
        "R label en: Visit -> Visits",
        "R repeat_count: 2 -> 3",
        "B inside: G -> ",
        " relevant:  -> ${A} = 'y'",
    ];
    assert_eq!(told(&difference(&old, &new)), expected);
}

#[test]
fn what_is_new_gone_or_moved_is_told_once() {
    let head = "type,name,hd::key,label\n";
    let old = survey(&format!("{head}text,A,yes,\ntext,B,,\ntext,C,,\ntext,D,,Last\n"));
    let new = survey(&format!("{head}text,C,,\ntext,A,yes,\ntext,B,,\ninteger,E,,New\n"));
    let difference = difference(&old, &new);
    assert_eq!(told(&difference), ["C after: B -> ", "Variable E Added", "Variable D Removed"]);
    let said: Vec<_> = difference.rows[1].changes.iter().map(|change| change.new.as_str()).collect();
    assert_eq!(said, ["integer", "New", "yes"], "what a new one says");
}

#[test]
fn what_follows_from_other_rows_counts() {
    let version = |kind: &str, calculation: &str| {
        survey(&format!(
            "type,name,hd::key,calculation\ntext,A,yes,\n{kind},B,,\ntext,IDC_PAT,,\ncalculate,C,,{calculation}\n"
        ))
    };
    let old = version("text", "${B}");
    let expected = ["B type: text -> date", "C gives: text -> date"];
    assert_eq!(told(&difference(&old, &version("date", "${B}"))), expected);
    let expected = ["C calculation: ${B} -> ${IDC_PAT}", "C leaves: yes -> no"];
    assert_eq!(told(&difference(&old, &version("text", "${IDC_PAT}"))), expected);
    let said =
        |cell: &str| survey(&format!("type,name,hd::key,destination::hd\ntext,A,yes,\ntext,B,,{cell}\n"));
    assert_eq!(told(&difference(&said(""), &said("no"))), ["B leaves: yes -> no"]);
    let told = told(&difference(&said("no"), &said("yes")));
    assert_eq!(told, ["A leaves: yes -> no", "B leaves: no -> yes"], "the first yes is a no for all others");
}

#[test]
fn choices_count_with_labels_columns_and_order() {
    let rows = "type,name,hd::key,choice_filter\ntext,A,yes,\nselect_one SYST,B,,town = ${A}\n";
    let old = read(&[("survey", rows)]);
    let new = read(&[
        ("survey", rows),
        (
            "choices",
            "list_name,name,label,label::French,town\nYN,no,No,Non,\nYN,yes,Yes,Oui,\n\
             SYST,ICD10,ICD-10,ICD-10,c\nSYST,ATC,ATC,,b\nNEW,x,X,,\n",
        ),
    ]);
    let expected = [
        "list NEW Added",
        "x Added",
        "list SYST Changed",
        "ICD10 Changed label fr: CIM-10 -> ICD-10; town: a -> c",
        "ATC Added",
        "LOINC Removed",
        "list YN Changed order",
    ];
    assert_eq!(told(&difference(&old, &new)), expected);
}

#[test]
fn lists_from_files_count() {
    let rows = "type,name,hd::key,parameters\ntext,A,yes,\nselect_one_from_file towns.csv,B,,value=code label=title\n";
    let version = |towns: &str| read(&[("survey", rows), ("towns", towns)]);
    let old = version("title,code,province\nGent,9000,OV\nLuik,4000,L\n");
    let new = version("code,title,province\n9000,Ghent,OV\n4000,Luik,LG\n3000,Leuven,VB\n");
    let expected = [
        "list towns.csv Changed",
        "9000 Changed title en: Gent -> Ghent",
        "4000 Changed province: L -> LG",
        "3000 Added",
    ];
    assert_eq!(told(&difference(&old, &new)), expected);
}

#[test]
fn another_way_to_write_the_same_is_no_difference() {
    let old = survey("type,name,hd::key,required,label,readonly\ntext,A,yes,yes,Name,true\n");
    let new = survey(
        "name,type,read_only,required,label::English (en),hd::key,relevant\nA,text,yes,TRUE,Name,1,\n",
    );
    assert_eq!(told(&difference(&old, &new)), Vec::<String>::new());
    let asked =
        survey("type,name,hd::key,required,label,readonly\ntext,A,yes,today() > '2024-01-01',Name,true\n");
    assert_eq!(told(&difference(&old, &asked)), ["A required: yes -> today() > '2024-01-01'"]);
}
