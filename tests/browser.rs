//! The portal in a real browser, walked as its manual says. What fails leaves
//! a screenshot.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use hd4dp::sandbox::{Options, Sandbox};

use crate::{
    common::{
        DIAG_HEADER, TestApp, diag, fixture,
        workbook::{sheets, workbook},
    },
    portal::client::Portal,
};

/// Where pictures of what failed are kept, empty.
fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser");
    let _old = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn people_of_each_role_walk_through_the_manual() {
    let folder = pictures();
    let app = TestApp::new();
    app.enrol();
    let options = Options { dir: app.path("sandbox"), ..Options::default() };
    let sandbox = Sandbox::start(options).unwrap();
    let config = sandbox.dir().join("hd4dp.toml").to_str().unwrap().to_owned();
    let portal = Portal::of(app, &["--config", &config]);
    fs::create_dir_all(folder.join("sandbox")).unwrap();
    for name in ["71099911.p12", "password"] {
        fs::copy(sandbox.dir().join(name), folder.join("sandbox").join(name)).unwrap();
    }
    fs::copy(portal.app.data().join("setup-code"), folder.join("setup-code")).unwrap();
    fs::write(folder.join("diag.csv"), format!("{DIAG_HEADER}\n{}\n", diag("d1", "Middle ear infection")))
        .unwrap();
    let never_seen = workbook(&sheets(&fixture("definition/never-seen")));
    fs::write(folder.join("never-seen.xlsx"), never_seen).unwrap();
    let walk = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/walk.mjs");
    let base = format!("https://localhost:{}", portal.address.port());
    let walked = Command::new("node").arg(walk).arg(base).arg(&folder).output().unwrap();
    let told =
        String::from_utf8_lossy(&walked.stdout).into_owned() + &String::from_utf8_lossy(&walked.stderr);
    let log = portal.log();
    let failures: Vec<_> = log.lines().filter(|line| !line.contains(" INFO ")).collect();
    assert!(walked.status.success(), "{failures:#?}\n{told}");
    for secret in ["battery staple", "14100635354", "14.10.06-353.54"] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}

/// Expressions as XLSForm has them, put to the evaluator of Enketo.
#[test]
fn an_independent_evaluator_differs_only_where_it_is_written_down() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/expressions.mjs");
    let asked = Command::new("node").arg(script).output().unwrap();
    let told = String::from_utf8_lossy(&asked.stdout).into_owned() + &String::from_utf8_lossy(&asked.stderr);
    assert!(asked.status.success(), "{told}");
}
