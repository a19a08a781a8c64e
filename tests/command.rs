//! The command line's contract: exit statuses, and verbs beside each other.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::common::{DIAG_HEADER, NIHDI, TestApp, codes, diag};

fn file(app: &TestApp, name: &str, rows: &[String]) -> String {
    let path = app.file(name, format!("{DIAG_HEADER}\n{}\n", rows.join("\n")));
    path.to_str().unwrap().to_owned()
}

#[test]
fn what_the_command_line_names_and_is_not_there_is_wrong_usage() {
    let app = TestApp::new();
    let a = file(&app, "a.csv", &[diag("D1", "one")]);
    let a = a.as_str();
    let scope = ["--organisation", NIHDI];
    for (args, status) in [
        (vec!["import", "--organisation", "72099902", "--dcd", "INTEGO-DIAG", a], 2),
        (vec!["import", "--organisation", "7109991", "--dcd", "INTEGO-DIAG", a], 2),
        (vec!["import", "--organisation", NIHDI, "--dcd", "NO-SUCH", a], 2),
        (vec!["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG@9", a], 2),
        (vec!["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG"], 2),
        (vec!["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG", "/no/such/file"], 1),
        (vec!["import", "--organisation", NIHDI, "--dcd", "intego-diag@v1", a], 0),
        ([&["enrolment", "add", "17529086004", "--project", "HDBP9999"][..], &scope].concat(), 2),
        ([&["enrolment", "add", "17529086004", "--project", "hdbp0147"][..], &scope].concat(), 0),
        ([&["objection", "add", "85040216933"][..], &scope].concat(), 2),
        ([&["job", "cancel", "99"][..], &scope].concat(), 1),
        ([&["job", "refused", "99", "/tmp/never-made.csv"][..], &scope].concat(), 1),
        (vec!["audit", "verify", "--head", ""], 2),
        (vec!["no-such-verb"], 2),
    ] {
        let ran = app.run(args.iter());
        assert_eq!(ran.status, status, "{args:?}: {}{}", ran.stdout, ran.stderr);
        assert!(!ran.stderr.contains("Something went wrong inside"), "{args:?}: {}", ran.stderr);
    }
    assert_eq!(app.sqlite("SELECT project FROM enrolment"), "HDBP0147", "spelt as the definition spells it");
}

#[test]
fn an_import_that_does_not_exist_leaves_no_file_behind() {
    let app = TestApp::new();
    for verb in ["findings", "refused"] {
        let path = app.path("report.csv");
        let ran = app.run(["job", verb, "99", "--organisation", NIHDI, path.to_str().unwrap()]);
        assert_eq!(ran.status, 1);
        assert!(ran.stderr.contains("does not exist"), "{}", ran.stderr);
        assert!(!path.exists());
    }
}

#[test]
fn a_refused_file_does_not_keep_the_others_out() {
    let app = TestApp::new();
    app.enrol();
    let (a, c) = (file(&app, "a.csv", &[diag("D1", "one")]), file(&app, "c.csv", &[diag("D1", "better")]));
    let b = app.file("b.csv", "no header here\n1\n");
    let args = ["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG", "--json"];
    let ran = app.run([&args[..], &[&a, b.to_str().unwrap(), &c]].concat());
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let report = ran.json();
    assert_eq!(codes(&report), ["header-missing"]);
    assert_eq!((&report["accepted"], &report["rows_read"]), (&2.into(), &2.into()));
    let now = (&report["superseded"], &report["queued"]);
    assert_eq!(now, (&1.into(), &1.into()), "a later file corrects an earlier one");
    assert_eq!(report["reconciles"], true);
}

#[test]
fn a_dry_run_of_a_damaged_file_ends_as_its_import_does() {
    let app = TestApp::new();
    app.enrol();
    let rows = [diag("D1", "one"), diag("D2", "\"open")];
    let a = file(&app, "a;b.csv", &rows);
    let args = ["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG"];
    let dry = app.run([&args[..], &["--dry-run", &a]].concat());
    assert_eq!(dry.status, 3, "{}", dry.stderr);
    assert_eq!(dry.stdout.lines().nth(1), Some(format!("\"{a}\";1;new;").as_str()));
    assert_eq!(dry.stdout.lines().nth(2), Some(format!("\"{a}\";2;refused;row-unclosed-quote").as_str()));
    let json = app.run([&args[..], &["--dry-run", "--json", &a]].concat()).json();
    assert_eq!(json["files"][0]["findings"][0]["code"], "row-unclosed-quote");
    assert_eq!((&json["rows_read"], &json["accepted"], &json["rejected"]), (&2.into(), &1.into(), &1.into()));
    assert!(dry.stderr.contains("is never closed. An import stores the rows before it"), "{}", dry.stderr);
    assert_eq!(app.sqlite("SELECT count(*) FROM definition"), "0", "not even the definition is stored");
    assert_eq!(app.run([&args[..], &[&a]].concat()).status, 3);
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure_and_the_exit_status_tells_of_the_work() {
    let app = TestApp::new();
    app.enrol();
    let good = file(&app, "good.csv", &[diag("D1", "one")]);
    let bad = file(&app, "bad.csv", &[diag("D2", "two").replace("27/01/2023", "31/02/2023")]);
    let import = ["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG"];
    let cases: [(&[&str], i32); 6] = [
        (&[&import[..], &["--dry-run", &good]].concat(), 0),
        (&[&import[..], &[&good, &bad]].concat(), 3),
        (&["job", "list", "--organisation", NIHDI], 0),
        (&["manager", "add", "manager@fictief.example"], 0),
        (&["sample", "--dcd", "INTEGO-DIAG", "--rows", "5000"], 0),
        (&["config", "--explain"], 0),
    ];
    for (args, status) in cases {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = app.command(args).stdin(Stdio::null()).stdout(writer).output().unwrap();
        let told = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(status), "{args:?}: {told}");
        assert!(!told.contains("wrong inside") && !told.contains("ERROR"), "{args:?}: {told}");
    }
    assert_eq!(app.sqlite("SELECT count(*) FROM import"), "2");
}

#[test]
fn verbs_that_only_read_do_not_wait_for_one_that_writes() {
    let app = TestApp::new();
    let a = file(&app, "a.csv", &[diag("D1", "one")]);
    let mut writer = Command::new("sqlite3")
        .arg(app.data().join("hd4dp.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = writer.stdin.take().unwrap();
    writeln!(input, "BEGIN IMMEDIATE; SELECT 'begun';").unwrap();
    let mut line = String::new();
    BufReader::new(writer.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "begun\n");
    let started = Instant::now();
    app.ok(["organisation", "list"]);
    app.ok(["audit", "verify"]);
    app.ok(["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG", "--dry-run", &a]);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    drop(input);
    writer.wait().unwrap();
}

#[test]
fn what_is_wrong_is_told_in_the_configured_language() {
    let app = TestApp::new();
    fs::write(app.data().join("hd4dp.toml"), "language = \"nl\"\n").unwrap();
    let ran = app.run(["import", "--organisation", "72099902", "--dcd", "INTEGO-DIAG", "x"]);
    assert!(ran.stderr.contains("organisatie"), "{}", ran.stderr);
}

#[test]
fn a_number_that_only_the_configuration_allows_is_read_again() {
    let app = TestApp::bare();
    fs::create_dir(app.data()).unwrap();
    fs::write(app.data().join("hd4dp.toml"), "[validation]\nnihdi_moduli = [97, 71]\n").unwrap();
    fs::set_permissions(app.data(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let check = 71 - 710_999 % 71;
    let nihdi = format!("710999{check:02}");
    app.ok(["organisation", "add", &nihdi, "Elsewhere", "--ehp", "1990 990 129"]);
    let listed = app.ok(["organisation", "list", "--json"]).json();
    assert_eq!(listed[0]["nihdi"], nihdi);
    assert_eq!(listed[0]["ehp"], serde_json::json!(["1990990129"]));
}

#[test]
fn a_physician_whose_time_ended_can_be_enrolled_anew() {
    let app = TestApp::new();
    let scope = ["17529086004", "--organisation", NIHDI, "--project", "HDBP0147"];
    app.ok([&["enrolment", "add", "--since", "2020-01-01"][..], &scope].concat());
    app.ok([&["enrolment", "end", "--until", "2021-12-31"][..], &scope].concat());
    let (_, report) =
        app.import("INTEGO-DIAG", &app.file("a.csv", format!("{DIAG_HEADER}\n{}\n", diag("D1", "one"))));
    assert_eq!(report["held"], 1);
    app.ok([&["enrolment", "add", "--since", "2999-01-01"][..], &scope].concat());
    assert_eq!(app.sqlite("SELECT state FROM registration"), "2", "not before its first day");
    app.ok([&["enrolment", "add", "--since", "2021-06-01"][..], &scope].concat());
    assert_eq!(app.sqlite("SELECT state FROM registration"), "1");
}
