//! Fictitious rows on stdout.

use std::fs;

use crate::common::TestApp;

const ROWS: [&str; 5] = ["sample", "--dcd", "INTEGO-PRESC", "--rows", "400"];

#[test]
fn samples_need_no_installation_and_are_the_same_for_the_same_seed() {
    let app = TestApp::bare();
    let rows = app.ok(ROWS).stdout;
    assert_eq!(rows.lines().count(), 401);
    assert_eq!(app.ok(ROWS.iter().chain(&["--seed", "1"])).stdout, rows);
    assert_ne!(app.ok(ROWS.iter().chain(&["--seed", "2"])).stdout, rows);
    assert!(!app.data().exists(), "nothing was set up for it");
}

#[test]
fn a_sample_goes_in_whole_and_one_with_errors_does_not() {
    let app = TestApp::new();
    let good = app.file("good.csv", app.ok(ROWS).stdout);
    let (status, report) = app.import("INTEGO-PRESC", &good);
    assert_eq!((status, &report["accepted"]), (0, &400.into()), "{report}");
    let bad = app.ok(ROWS.iter().chain(&["--errors", "10", "--seed", "2"])).stdout;
    let (status, report) = app.import("INTEGO-PRESC", &app.file("bad.csv", bad));
    assert_eq!(status, 3);
    assert!((15..80).contains(&report["rejected"].as_u64().unwrap()), "{report}");
}

#[test]
fn a_stored_definition_can_be_sampled_too() {
    let app = TestApp::new();
    let folder = app.path("definition");
    fs::create_dir(&folder).unwrap();
    let survey = "type,name,label::English (en),required,hd::key\ntext,TX_NUMBER,Number,yes,yes\ninteger,NR_AGE,Age,,\n";
    fs::write(folder.join("survey.csv"), survey).unwrap();
    let settings = "form_title,form_id,version,default_language\nTrial,TRIAL,1.0.0,English (en)\n";
    fs::write(folder.join("settings.csv"), settings).unwrap();
    let hd = "key,value\nproject,HDBP9999\nproject_abbreviation,TRIAL\ndcd,TRIAL\n\
              title::English (en),Trial\nenrolment_required,no\n";
    fs::write(folder.join("hd.csv"), hd).unwrap();
    app.ok(["definition", "add", folder.to_str().unwrap()]);
    let rows = app.ok(["sample", "--dcd", "TRIAL", "--rows", "5"]).stdout;
    assert_eq!(rows.lines().next(), Some("TX_NUMBER;NR_AGE"));
    let (status, report) = app.import("TRIAL", &app.file("trial.csv", rows));
    assert_eq!((status, &report["accepted"]), (0, &5.into()), "{report}");
}

#[test]
fn what_cannot_be_sampled_is_told() {
    let app = TestApp::bare();
    let ran = app.run(["sample", "--dcd", "NO-SUCH", "--rows", "1"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("NO-SUCH"), "{}", ran.stderr);
    let ran = app.run(ROWS.iter().chain(&["--errors", "101"]));
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
}
