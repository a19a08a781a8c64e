//! Definitions that use what XLSForm offers: calculations, repeats, filters
//! and lists from files, from the folder to what would leave.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use hd4dp::domain::role::Role;
use serde_json::json;

use crate::{
    common::{NIHDI, TestApp, codes},
    portal::client::Portal,
};

/// The expressions of the table and the bundled definitions, put to ODK's own
/// judge.
#[test]
fn odk_validate_differs_only_where_it_is_written_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/odk/bin/python");
    assert!(python.exists(), "tests/run.sh installs it");
    let asked = Command::new(python).arg(root.join("tests/odk/validate.py")).output().unwrap();
    let told = String::from_utf8_lossy(&asked.stdout).into_owned() + &String::from_utf8_lossy(&asked.stderr);
    assert!(asked.status.success() && told.contains("0 of these new"), "{told}");
}

/// Adds a definition with two implants at most, each with its price.
fn implants(app: &TestApp) {
    let folder: PathBuf = app.path("definition");
    fs::create_dir(&folder).unwrap();
    let survey = "type,name,label::English (en),required,hd::key,calculation,choice_filter,constraint,relevant\n\
        text,TX_NUMBER,Number,yes,yes,,,,\n\
        select_one_from_file countries.csv,CD_CNTRY,Country,,,,,,\n\
        select_one CITY or_other,CD_CITY,City,,,,,,\n\
        begin_repeat,IMPLANT,Implant,,,,,,\n\
        select_one SIDE,CD_SIDE,Side,yes,,,,,\n\
        decimal,MS_PRICE,Price,,,,,. > 0,\n\
        text,TX_RMRK,Remark,,,,,,${MS_PRICE} > 100\n\
        end_repeat,,,,,,,,\n\
        calculate,NR_IMPLANT,Number of implants,,,count(${IMPLANT}),,,\n\
        decimal,MS_TOTAL,Total,,,\"round(sum(${MS_PRICE}), 2)\",,. < 1000,\n";
    let choices = "list_name,name,label::English (en)\nSIDE,L,Left\nSIDE,R,Right\nCITY,GENT,Ghent\n";
    let hd = "key,value\nproject,HDBP0147\nproject_abbreviation,TRIAL\ndcd,TRIAL\n\
              title::English (en),Trial\nenrolment_required,no\n";
    let settings = "form_title,form_id,version,default_language\nTrial,TRIAL,1.0.0,English (en)\n";
    for (name, text) in [("survey", survey), ("choices", choices), ("hd", hd), ("settings", settings)] {
        fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
    app.ok(["definition", "add", folder.to_str().unwrap()]);
}

#[test]
fn a_repeat_comes_in_by_columns_and_by_json_and_is_the_same() {
    let app = TestApp::new();
    implants(&app);
    let columns = "TX_NUMBER;CD_CNTRY;CD_CITY;CD_CITY_other;implant[1]/CD_SIDE;IMPLANT[1]/MS_PRICE;IMPLANT[2]/CD_SIDE;IMPLANT[2]/MS_PRICE;MS_TOTAL\n\
        1;BE;other;Aalst;L;10,50;R;0,25;\n2;Belgium;GENT;;;;;;7\n";
    let (status, report) = app.import("TRIAL", &app.file("columns.csv", columns));
    assert_eq!((status, &report["accepted"]), (0, &2.into()), "{report}");
    let warned = app.sqlite("SELECT row || ' ' || \"column\" || ' ' || code FROM finding");
    assert_eq!(warned, "2 MS_TOTAL cell-calculation-differs");
    let array = r#""[{""CD_SIDE"":""L"",""MS_PRICE"":10.5},{""MS_PRICE"":0.25,""cd_side"":""right""}]""#;
    let json = format!(
        "TX_NUMBER;CD_CNTRY;CD_CITY;CD_CITY_other;IMPLANT\n1;BE;other;Aalst;{array}\n2;BE;GENT;;[]\n"
    );
    let (status, report) = app.import("TRIAL", &app.file("json.csv", json));
    assert_eq!((status, &report["unchanged"]), (0, &2.into()), "{report}");
}

#[test]
fn what_is_wrong_in_a_repeat_is_told_with_its_column() {
    let app = TestApp::new();
    implants(&app);
    let header = "TX_NUMBER;IMPLANT[1]/CD_SIDE;IMPLANT[1]/MS_PRICE;IMPLANT[2]/CD_SIDE;IMPLANT[2]/MS_PRICE;IMPLANT[2]/TX_RMRK";
    let rows = format!("{header}\n1;L;-1;;5;early\n2;L;600;R;600;\n");
    let (status, report) = app.import("TRIAL", &app.file("wrong.csv", rows));
    assert_eq!((status, &report["rejected"]), (3, &2.into()), "{report}");
    let found =
        app.sqlite("SELECT row || ' ' || \"column\" || ' ' || code FROM finding ORDER BY row, \"column\"");
    let expected = [
        "1 IMPLANT[1]/MS_PRICE cell-constraint",
        "1 IMPLANT[2]/CD_SIDE cell-required",
        "1 IMPLANT[2]/TX_RMRK cell-not-relevant",
        "2 MS_TOTAL cell-constraint",
    ];
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
    for (name, header, code) in [
        ("both.csv", "TX_NUMBER;IMPLANT;IMPLANT[1]/CD_SIDE", "header-repeat-twice"),
        ("flat.csv", "TX_NUMBER;CD_SIDE", "header-unknown-column"),
        ("zero.csv", "TX_NUMBER;IMPLANT[0]/CD_SIDE", "header-unknown-column"),
        ("many.csv", "TX_NUMBER;IMPLANT[1001]/CD_SIDE", "header-unknown-column"),
        ("twice.csv", "TX_NUMBER;IMPLANT[1]/CD_SIDE;IMPLANT[01]/cd_side", "header-duplicate-column"),
    ] {
        let (_, report) = app.import("TRIAL", &app.file(name, format!("{header}\n1;;\n")));
        assert_eq!(codes(&report), [code], "{name}");
    }
}

#[test]
fn a_definition_with_repeats_is_shown_and_sampled() {
    let app = TestApp::new();
    implants(&app);
    let shown = app.ok(["definition", "show", "TRIAL", "--json"]).json();
    let variables = shown["variables"].as_array().unwrap();
    let of = |name: &str| variables.iter().find(|variable| variable["name"] == name).unwrap();
    assert_eq!(of("CD_CNTRY")["type"], "select_one_from_file countries.csv (comes with the appliance)");
    assert_eq!((&of("CD_SIDE")["repeat"], &of("TX_NUMBER")["repeat"]), (&json!("IMPLANT"), &json!(null)));
    assert_eq!(of("NR_IMPLANT")["calculation"], "count(${IMPLANT})");
    let rows = app.ok(["sample", "--dcd", "TRIAL", "--rows", "50"]).stdout;
    let instance =
        |number| format!("IMPLANT[{number}]/CD_SIDE;IMPLANT[{number}]/MS_PRICE;IMPLANT[{number}]/TX_RMRK");
    let header =
        ["TX_NUMBER;CD_CNTRY;CD_CITY;CD_CITY_other".to_owned(), instance(1), instance(2), instance(3)];
    assert_eq!(rows.lines().next(), Some(&*header.join(";")));
    let (status, report) = app.import("TRIAL", &app.file("trial.csv", rows));
    assert_eq!((status, &report["accepted"]), (0, &50.into()), "{report}");
}

#[test]
fn a_registration_shows_each_instance_and_what_a_correction_changed() {
    let app = TestApp::new();
    implants(&app);
    let header = "TX_NUMBER;IMPLANT[1]/CD_SIDE;IMPLANT[1]/MS_PRICE;IMPLANT[2]/CD_SIDE;IMPLANT[2]/MS_PRICE";
    for (name, row) in [("first.csv", "1;L;10.5;R;20"), ("second.csv", "1;L;10.5;R;30")] {
        let (status, report) = app.import("TRIAL", &app.file(name, format!("{header}\n{row}\n")));
        assert_eq!(status, 0, "{report}");
    }
    let portal = Portal::start_on(app);
    let group = portal.group(NIHDI);
    let mut lead = portal.member(&group, "lead@fictief.example", &[Role::StudyLead]);
    let list = lead.get(&format!("/ssp/groups/{NIHDI}/registrations")).text();
    let number = list.split("<th scope=\"row\"").nth(1).unwrap().split("</a>").next().unwrap();
    let number = number.rsplit('>').next().unwrap();
    let page = lead.get(&format!("/ssp/groups/{NIHDI}/registrations/{number}")).text();
    for told in
        ["Implant 1", "Implant 2", "Left (L)", "Right (R)", "10.5", "30", "20", "Number of implants", "40.5"]
    {
        assert!(page.contains(told), "{told}");
    }
    let shown = lead.get("/ssp/definitions/TRIAL/1.0.0");
    assert_eq!(shown.status, 200);
}
