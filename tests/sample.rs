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

/// Adds `TRIAL` with these variables: type, name, label, required, key,
/// constraint.
fn add(app: &TestApp, variables: &str) {
    let folder = app.path("definition");
    fs::create_dir(&folder).unwrap();
    let survey = format!("type,name,label::English (en),required,hd::key,constraint\n{variables}");
    fs::write(folder.join("survey.csv"), survey).unwrap();
    let settings = "form_title,form_id,version,default_language\nTrial,TRIAL,1.0.0,English (en)\n";
    fs::write(folder.join("settings.csv"), settings).unwrap();
    let hd = "key,value\nproject,HDBP9999\nproject_abbreviation,TRIAL\ndcd,TRIAL\n\
              title::English (en),Trial\nenrolment_required,no\n";
    fs::write(folder.join("hd.csv"), hd).unwrap();
    app.ok(["definition", "add", folder.to_str().unwrap()]);
}

#[test]
fn a_stored_definition_can_be_sampled_too() {
    let app = TestApp::new();
    add(&app, "text,TX_NUMBER,Number,yes,yes,\ninteger,NR_AGE,Age,,,\n");
    let rows = app.ok(["sample", "--dcd", "TRIAL", "--rows", "5"]).stdout;
    assert_eq!(rows.lines().next(), Some("TX_NUMBER;NR_AGE"));
    let (status, report) = app.import("TRIAL", &app.file("trial.csv", rows));
    assert_eq!((status, &report["accepted"]), (0, &5.into()), "{report}");
}

#[test]
fn a_key_that_must_fit_a_pattern_gets_another_fitting_value_in_each_row() {
    for (pattern, first) in [
        ("[A-Z]{2}-?[0-9]{3,4}", "AA000"),
        ("(BE|NL)(0[1-9]|1[0-2])\\d+", "BE010"),
        ("S/\\d{4}/[a-z]*", "S/0000/"),
    ] {
        let app = TestApp::new();
        let key = format!("text,TX_NUMBER,Number,yes,yes,\"regex(., '^{pattern}$')\"\n");
        // Beside the key another one, and a rule that is more than a pattern.
        let more = "text,CD_WARD,Ward,yes,,\"regex(., '[A-C][0-9]?') and . != 'A1'\"\n\
                    integer,NR_ROOM,Room,yes,,\"regex(., '[1-9][0-9]{2}')\"\n";
        add(&app, &(key + more));
        let rows = app.ok(["sample", "--dcd", "TRIAL", "--rows", "300"]).stdout;
        assert!(rows.lines().nth(1).unwrap().starts_with(&format!("{first};")), "{rows}");
        let (status, report) = app.import("TRIAL", &app.file("trial.csv", rows));
        assert_eq!((status, &report["accepted"]), (0, &300.into()), "{report}");
        assert_eq!((&report["queued"], &report["superseded"]), (&300.into(), &0.into()), "{report}");
    }
}

#[test]
fn a_key_whose_pattern_has_too_little_room_or_no_value_is_told_before_a_row_is_written() {
    for (constraint, told) in [
        ("regex(., '[A-D][0-9]')", "41 different values of TX_NUMBER, and its constraint leaves 40"),
        ("regex(., '[A-D][0-9]{2}') and string-length(.) > 3", "No value of TX_NUMBER"),
        ("string-length(.) < 3", "No value of TX_NUMBER"),
    ] {
        let app = TestApp::new();
        add(&app, &format!("text,TX_NUMBER,Number,yes,yes,\"{constraint}\"\n"));
        let ran = app.run(["sample", "--dcd", "TRIAL", "--rows", "41"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains(told), "{:?}", ran.stderr);
        if constraint.ends_with("')") {
            assert_eq!(app.ok(["sample", "--dcd", "TRIAL", "--rows", "40"]).stdout.lines().count(), 41);
        }
    }
}

#[test]
fn a_narrow_pattern_is_enough_beside_the_number_of_the_patient() {
    let app = TestApp::new();
    let survey = "text,IDC_PAT,Patient,yes,yes,\ntext,CD_EYE,Eye,yes,yes,\"regex(., 'OD|OS')\"\n";
    add(&app, survey);
    let rows = app.ok(["sample", "--dcd", "TRIAL", "--rows", "200"]).stdout;
    let (status, report) = app.import("TRIAL", &app.file("trial.csv", rows));
    assert_eq!((status, &report["accepted"]), (0, &200.into()), "{report}");
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

#[test]
fn repeats_get_the_instances_that_their_counts_ask_for_and_no_row_is_refused() {
    let survey = "type,name,label::English (en),required,hd::key,constraint,relevant,calculation,repeat_count,choice_filter,default\n\
        text,TX_STAY,Stay,yes,yes,\"regex(., '^[A-Z]{2}[0-9]{4,6}$')\",,,,,\n\
        dateTime,TS_IN,Admitted,true(),,,,,,,\n\
        select_one city,CD_CITY,City,yes,,,,,,,\n\
        decimal,MS_CM,Height,,,,,,,,\n\
        calculate,NR_TALL,,,,,,\"if(${MS_CM} > 50, 2, 1)\",,,\n\
        text,TX_TALL,Tall,yes,,,${NR_TALL} = 2,,,,\n\
        begin_repeat,CULTURE,Culture,,,,,,,,\n\
        date,DT_CULTURE,Day,yes,,. >= date(${TS_IN}),,,,,\n\
        select_one result,CD_RESULT,Result,yes,,,,,,,\n\
        text,TX_WHY,Reason,yes,,,${CD_RESULT} = '3',,,,\n\
        calculate,NR_CULTURE,Nr,,,,,position(..),,,\n\
        end_repeat,,,,,,,,,,\n\
        integer,NR_DRUGS,Drugs,,,. >= 0 and . <= 5,,,,,0\n\
        begin_repeat,DRUG,Drug,,,,,,${NR_DRUGS},,\n\
        text,TX_DRUG,Name,yes,,,,,,,\n\
        decimal,MS_DOSE,Dose,,,,,,,,\n\
        date,DT_FROM,From,yes,,. > ${TS_IN} - 9 and . <= ${TS_IN} + 2,,,,,\n\
        date,DT_TO,To,yes,,${DT_FROM} + 20 <= .,,,,,\n\
        end_repeat,,,,,,,,,,\n\
        begin_repeat,CHECK,Check,,,,${CD_CITY} = 'huy',,4,,\n\
        select_one ward,CD_WARD,Ward,yes,,,,,,city = ${CD_CITY},\n\
        end_repeat,,,,,,,,,,\n\
        calculate,NR_CULTURES,Cultures,,,,,count(${CULTURE}),,,\n\
        text,TX_MANY,Many,yes,,,${NR_CULTURES} > 1,,,,\n";
    let app = TestApp::new();
    let folder = app.path("definition");
    fs::create_dir(&folder).unwrap();
    for (name, sheet) in [
        ("survey", survey),
        (
            "choices",
            "list_name,name,label::English (en),city\ncity,huy,Huy,\ncity,gent,Gent,\nresult,1,No,\nresult,2,Yes,\n\
             result,3,Not done,\nward,h1,One,huy\nward,h2,Two,huy\nward,g1,Three,gent\n",
        ),
        ("settings", "form_title,form_id,version,default_language\nTrial,TRIAL,1.0.0,English (en)\n"),
        ("hd", "key,value\nproject,HDBP9999\nproject_abbreviation,TRIAL\ndcd,TRIAL\nenrolment_required,no\n"),
    ] {
        fs::write(folder.join(format!("{name}.csv")), sheet).unwrap();
    }
    app.ok(["definition", "add", folder.to_str().unwrap()]);
    for seed in ["1", "2", "3"] {
        let rows = app.ok(["sample", "--dcd", "TRIAL", "--rows", "60", "--seed", seed]).stdout;
        let header = rows.lines().next().unwrap();
        for column in ["CULTURE[3]/DT_CULTURE", "DRUG[1]/TX_DRUG;DRUG[1]/MS_DOSE", "CHECK[4]/CD_WARD"] {
            assert!(header.contains(column), "{column}: {header}");
        }
        assert!(!header.contains("NR_CULTURE") && !header.contains("DRUG[4]"), "{header}");
        let place = header.split(';').position(|name| name == "DRUG[3]/TX_DRUG").unwrap();
        let has_three = |row: &&str| !row.split(';').nth(place).unwrap().is_empty();
        assert!((1..60).contains(&rows.lines().skip(1).filter(has_three).count()), "{rows}");
        let (status, report) = app.import("TRIAL", &app.file(&format!("{seed}.csv"), rows));
        assert_eq!((status, &report["accepted"]), (0, &60.into()), "{report}");
    }
    let bad = app.ok(["sample", "--dcd", "TRIAL", "--rows", "60", "--errors", "30", "--seed", "9"]).stdout;
    let (_, report) = app.import("TRIAL", &app.file("bad.csv", bad));
    assert!((5..40).contains(&report["rejected"].as_u64().unwrap()), "{report}");
}

#[test]
fn a_count_that_no_row_can_meet_is_told() {
    let app = TestApp::new();
    let folder = app.path("definition");
    fs::create_dir(&folder).unwrap();
    let survey = "type,name,label::English (en),hd::key,repeat_count,constraint,required\n\
        text,TX_NUMBER,Number,yes,,,\nbegin_repeat,PART,Part,,2,,\ntext,TX_PART,Part,,,. = 'never' and . = 'so',yes\n\
        end_repeat,,,,,,\n";
    for (name, sheet) in [
        ("survey", survey),
        ("settings", "form_title,form_id,version\nTrial,TRIAL,1.0.0\n"),
        ("hd", "key,value\nproject,HDBP9999\nproject_abbreviation,TRIAL\ndcd,TRIAL\nenrolment_required,no\n"),
    ] {
        fs::write(folder.join(format!("{name}.csv")), sheet).unwrap();
    }
    app.ok(["definition", "add", folder.to_str().unwrap()]);
    let ran = app.run(["sample", "--dcd", "TRIAL", "--rows", "5"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("as many instances of PART"), "{}", ran.stderr);
}

#[test]
fn bounds_that_no_binary_fraction_is_are_kept_to_the_digit() {
    let app = TestApp::new();
    add(
        &app,
        "text,TX_NUMBER,Number,yes,yes,\n\
         integer,NR_BIG,Big,yes,,. >= 123456789012345671 and . <= 123456789012345679\n\
         decimal,MS_BIG,Big,yes,,. >= 123456789012345678.7 and . <= 123456789012345678.9\n\
         integer,NR_MINUS,Minus,yes,,. >= -999999999999999999 and . <= -999999999999999997\n",
    );
    let rows = app.ok(["sample", "--dcd", "TRIAL", "--rows", "60"]).stdout;
    let (status, report) = app.import("TRIAL", &app.file("trial.csv", rows));
    assert_eq!((status, &report["accepted"]), (0, &60.into()), "{report}");
}
