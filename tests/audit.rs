//! The audit chain, attacked with the sqlite3 shell.

use crate::common::TestApp;

fn with_events() -> TestApp {
    let app = TestApp::new();
    for nihdi in ["72099902", "89990858", "19990116"] {
        app.ok(["organisation", "add", nihdi, "Another"]);
    }
    app
}

fn verdict(app: &TestApp) -> (i32, String) {
    let ran = app.run(["audit", "verify", "--json"]);
    (ran.status, ran.json()["verdict"].as_str().unwrap().to_owned())
}

#[test]
fn a_whole_chain_is_whole() {
    assert_eq!(verdict(&with_events()), (0, "whole".into()));
}

#[test]
fn any_change_removal_move_or_cut_is_found() {
    for (sql, expected) in [
        ("UPDATE audit SET actor = 'cli:somebody' WHERE seq = 2", "broken"),
        ("UPDATE audit SET details = replace(details, 'Another', 'Anothes') WHERE seq = 3", "broken"),
        ("UPDATE audit SET at = at + 1 WHERE seq = 1", "broken"),
        ("DELETE FROM audit WHERE seq = 2", "broken"),
        ("DELETE FROM audit WHERE seq = 2; UPDATE audit SET seq = seq - 1 WHERE seq > 2", "broken"),
        (
            "UPDATE audit SET seq = 100 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 100",
            "broken",
        ),
        ("DELETE FROM audit WHERE seq = 4", "cut"),
        ("DELETE FROM audit WHERE seq = 4; UPDATE installation SET audit_seq = 3", "cut"),
        ("DELETE FROM audit", "cut"),
    ] {
        let app = with_events();
        app.sqlite(sql);
        assert_eq!(verdict(&app), (1, expected.into()), "{sql}");
    }
}

#[test]
fn a_head_noted_elsewhere_shows_a_database_that_was_put_back() {
    let app = with_events();
    let older = app.run(["audit", "verify", "--json"]).json()["head"].as_str().unwrap().to_owned();
    let kept = app.path("kept.db");
    app.sqlite(&format!("VACUUM INTO '{}'", kept.display()));
    app.ok(["organisation", "add", "29990321000", "Later"]);
    let newer = app.run(["audit", "verify", "--json"]).json()["head"].as_str().unwrap().to_owned();
    assert_eq!(app.run(["audit", "verify", "--head", &older]).status, 0, "an older head stays in the chain");
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(app.data().join(format!("hd4dp.db{suffix}")));
    }
    std::fs::copy(kept, app.data().join("hd4dp.db")).unwrap();
    assert_eq!(app.run(["audit", "verify"]).status, 0, "in itself it is whole");
    assert_eq!(app.run(["audit", "verify", "--head", &newer]).status, 1);
}

#[test]
fn an_import_is_one_event_with_its_counts_and_digest() {
    let app = TestApp::new();
    app.import("INTEGO-DIAG", &crate::common::extract("INTEGO-DIAG"));
    let events = app.run(["audit", "list", "--json"]).json();
    let events = events.as_array().unwrap();
    let import = events.iter().filter(|event| event["act"] == "import.end").collect::<Vec<_>>();
    assert_eq!(import.len(), 1);
    let details: serde_json::Value = serde_json::from_str(import[0]["details"].as_str().unwrap()).unwrap();
    assert_eq!(details["rows"]["accepted"], 438);
    assert_eq!(details["sha256"], "3ab9bf7d8907db47e2910448021f25bce0ec164c4c3e6b6ad9677b2d13576bca");
    assert_eq!(import[0]["actor"], "cli:tester");
}
