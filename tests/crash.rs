//! Killing the appliance at any moment loses nothing and doubles nothing.

use std::{fs, thread, time::Duration};

use crate::common::{DIAG_HEADER, NIHDI, TestApp, diag};

fn rows(count: usize) -> String {
    let rows: Vec<String> =
        (0..count).map(|number| diag(&format!("D{number}"), &format!("text {number}"))).collect();
    format!("{DIAG_HEADER}\n{}\n", rows.join("\n"))
}

#[test]
fn a_killed_import_goes_on_where_it_stopped() {
    let app = TestApp::new();
    app.enrol();
    let file = app.file("a.csv", rows(60_000));
    let args = ["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG", file.to_str().unwrap()];
    for milliseconds in [150, 300, 500, 700, 900, 1100] {
        let mut child = app.spawn(args);
        thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let (status, report) = app.import("INTEGO-DIAG", &file);
    assert_eq!(status, 0, "{report}");
    assert_eq!(
        app.sqlite("SELECT (SELECT total(entries) FROM record_run) + (SELECT count(*) FROM record)"),
        "60000.0"
    );
    assert_eq!(app.sqlite("SELECT count(*), sum(state = 1) FROM registration"), "60000|60000");
    assert_eq!(app.sqlite("SELECT accepted FROM import WHERE state = 'done' AND accepted > 0"), "60000");
    assert_eq!(app.run(["audit", "verify"]).status, 0);
}

#[test]
fn a_file_that_changed_since_the_kill_is_refused_until_the_import_is_ended() {
    let app = TestApp::new();
    let file = app.file("a.csv", rows(10));
    app.import("INTEGO-DIAG", &file);
    app.sqlite("UPDATE import SET state = 'running'");
    fs::write(&file, rows(11)).unwrap();
    let (status, report) = app.import("INTEGO-DIAG", &file);
    assert_eq!(status, 1);
    assert_eq!(crate::common::codes(&report), ["file-changed-meanwhile"]);
    app.ok(["job", "cancel", "1", "--organisation", NIHDI]);
    assert_eq!(app.run(["job", "cancel", "1", "--organisation", NIHDI]).status, 1, "once is enough");
    let (status, report) = app.import("INTEGO-DIAG", &file);
    assert_eq!((status, &report["accepted"], &report["unchanged"]), (0, &1.into(), &10.into()));
}

#[test]
fn a_running_import_is_asked_to_end_and_a_second_one_is_told_at_once() {
    let app = TestApp::new();
    let file = app.file("a.csv", rows(60_000));
    let mut child =
        app.spawn(["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG", file.to_str().unwrap()]);
    let begun = (0..400).any(|_| {
        thread::sleep(Duration::from_millis(5));
        fs::read_dir(app.data()).is_ok_and(|mut entries| {
            entries.any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with("import-"))
        })
    });
    let (status, report) = app.import("INTEGO-DIAG", &file);
    let lives = child.try_wait().unwrap().is_none();
    assert!(begun);
    if lives {
        assert_eq!(status, 1, "{report}");
        assert_eq!(crate::common::codes(&report), ["import-runs-elsewhere"]);
        let ran = app.ok(["job", "cancel", "1", "--organisation", NIHDI]);
        assert!(ran.stdout.contains("after the part it is at"), "{}", ran.stdout);
    }
    child.wait().unwrap();
    let locks = fs::read_dir(app.data()).unwrap();
    let locks =
        locks.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".lock"));
    assert_eq!(locks.count(), 0, "nothing is left behind");
}
