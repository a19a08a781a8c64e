//! Definitions as the portal shows them: the rules of a variable, and all that
//! two versions say differently.

use std::fs;

use hd4dp::domain::role::Role;

use super::client::{Person, Portal};
use crate::common::{NIHDI, TestApp};

const HEAD: &str = "type,name,label::English (en),label::French (fr),required,required_message,relevant,constraint,constraint_message,parameters,hd::key\n";

fn add(app: &TestApp, version: &str, survey: &str, choices: &str) {
    let folder = app.path(&format!("trial-{version}"));
    fs::create_dir_all(&folder).unwrap();
    let choices = format!("list_name,name,label::English (en),label::French (fr),town\n{choices}");
    for (sheet, text) in [
        ("survey", format!("{HEAD}{survey}")),
        ("choices", choices),
        ("hd", "key,value\nproject,HDBP0147\nproject_abbreviation,TRIAL\ndcd,TRIAL\n".to_owned()),
        ("settings", format!("form_title,form_id,version\nTrial,TRIAL,{version}\n")),
    ] {
        fs::write(folder.join(format!("{sheet}.csv")), text).unwrap();
    }
    app.ok(["definition", "add", folder.to_str().unwrap()]);
}

/// What a person reads at a path, without the marks around it.
fn read(person: &mut Person, path: &str) -> String {
    let page = person.get(path).text();
    let main = page.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    let words = main.split('<').map(|part| part.split_once('>').map_or("", |(_, text)| text).trim());
    let text = words.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" | ");
    [("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&#x2f;", "/"), ("&amp;", "&")]
        .iter()
        .fold(text, |text, (escaped, plain)| text.replace(escaped, plain))
}

#[test]
fn versions_that_differ_in_rules_alone_are_shown_with_both_rules() {
    let app = TestApp::new();
    let towns = |count: usize, label: &str| -> String {
        (0..count).map(|at| format!("TOWN,T{at},{label} {at},Ville,n\n")).collect()
    };
    add(
        &app,
        "1.0.0",
        "text,A,Number,Numéro,yes,,,,,,yes\nselect_one TOWN,B,Town,Ville,${A} = 'x',Needed,,,,,\nrange,C,Pain,Douleur,yes,,${A} != 'y',. != 7,Not seven,start=0 end=10,\nbegin_group,G,Title,Titre,,,,,,,\nnote,N,Mind,Attention,,,,,,,\nend_group,,,,,,,,,,\n",
        &towns(2, "Town"),
    );
    add(
        &app,
        "1.1.0",
        "text,A,Number,Nombre,yes,,,,,,yes\nselect_one TOWN,B,Town,Ville,${A} = 'z',Must be,,,,,\nrange,C,Pain,Douleur,yes,,${A} != 'w',. != 8,Not eight,start=0 end=20,\nbegin_group,G,Heading,Titre,,,,,,,\nnote,N,Mind,Attention,,,${A} = 'n',,,,\nend_group,,,,,,,,,,\n",
        &towns(30, "City"),
    );
    add(
        &app,
        "1.1.1",
        "text,A,Number,Nombre,TRUE,,,,,,yes\nselect_one TOWN,B,Town,Ville,${A} = 'z',Must be,,,,,\nrange,C,Pain,Douleur,yes,,${A} != 'w',. != 8,Not eight,start=0 end=20,\nbegin_group,G,Heading,Titre,,,,,,,\nnote,N,Mind,Attention,,,${A} = 'n',,,,\nend_group,,,,,,,,,,\n",
        &towns(30, "City"),
    );
    let portal = Portal::start_on(app);
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);

    let told = read(&mut an, "/ssp/definitions/TRIAL/1.1.0/since/1.0.0");
    for line in [
        "A | Number | Label (French) | Numéro | Nombre",
        "B | Town | Required | ${A} = 'x' | ${A} = 'z' | Message if missing (English) | Needed | Must be",
        "Asked when | ${A} != 'y' | ${A} != 'w' | Must fulfil | . != 7 | . != 8 | Message if not fulfilled (English) | Not seven | Not eight | Parameters | start=0 end=10 | start=0 end=20",
        "Group | G | Heading | Label (English) | Title | Heading",
        "Note | N | Mind | Asked when | – | ${A} = 'n'",
        "TOWN | Used by B | 28 new codes | T2 | City 2",
        "T21 | City 21 | And 8 more. | 2 changed codes",
        "T0 | Label (English) | Town 0 | City 0",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert!(!told.contains("T22") && !told.contains("Nothing differs"), "{told}");

    let back = read(&mut an, "/ssp/definitions/TRIAL/1.0.0/since/1.1.0");
    assert!(back.contains("28 codes that are gone"), "{back}");
    let same = read(&mut an, "/ssp/definitions/TRIAL/1.1.1/since/1.1.0");
    assert!(same.contains("Nothing differs"), "{same}");
}

#[test]
fn a_definition_shows_the_rules_that_a_row_can_break() {
    let app = TestApp::new();
    add(
        &app,
        "1.0.0",
        "text,A,Number,,yes,,,,,,yes\ntext,B,Town,,${A} = 'x',Needed,,,,,\nrange,C,Pain,,yes,,${A} != 'y',. != 7,Not seven,start=0 end=10,\n",
        "",
    );
    let portal = Portal::start_on(app);
    let mut an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    let shown = read(&mut an, "/ssp/definitions/TRIAL/1.0.0");
    for line in [
        "A | Number | Business key | text | Always",
        "Rules | Required when | ${A} = 'x' | Needed | text | In some cases",
        "Asked when | ${A} != 'y' | Must fulfil | (. >= 0 and . <= 10) and (. != 7) | Not seven | integer | When it is asked",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
}
