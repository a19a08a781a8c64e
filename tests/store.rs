//! The store: what happens when something is wrong with its directory, and
//! what a stranger finds in it.

use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::Command,
};

use crate::common::{DIAG_HEADER, NIHDI, TestApp, copy_binary, diag, extract};

#[test]
fn a_database_without_its_key_refuses_and_makes_no_new_one() {
    let app = TestApp::new();
    fs::remove_file(app.data().join("hd4dp.key")).unwrap();
    let ran = app.run(["organisation", "list"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("key file"), "{}", ran.stderr);
    assert!(!app.data().join("hd4dp.key").exists());
}

#[test]
fn the_key_of_another_installation_is_recognised() {
    let (app, other) = (TestApp::new(), TestApp::new());
    fs::copy(other.data().join("hd4dp.key"), app.data().join("hd4dp.key")).unwrap();
    let ran = app.run(["organisation", "list"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("another installation"), "{}", ran.stderr);
}

#[test]
fn a_newer_schema_is_refused() {
    let app = TestApp::new();
    app.sqlite("PRAGMA user_version = 999");
    let ran = app.run(["organisation", "list"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("newer version"), "{}", ran.stderr);
}

#[test]
fn a_corrupt_file_says_so() {
    let app = TestApp::new();
    fs::write(app.data().join("hd4dp.db"), "this is not a database, it is a text of some length").unwrap();
    let ran = app.run(["organisation", "list"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("damaged"), "{}", ran.stderr);
}

#[test]
fn the_directory_and_the_key_are_their_owners_alone() {
    let app = TestApp::new();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&app.data()), 0o700);
    assert_eq!(mode(&app.data().join("hd4dp.key")), 0o600);
}

#[test]
fn a_directory_that_cannot_be_made_says_what_to_do() {
    let app = TestApp::bare();
    app.file("data", "a file where the directory should be");
    let ran = app.run(["organisation", "list"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("data"), "{}", ran.stderr);
}

#[test]
fn a_directory_that_may_only_be_read_says_so() {
    let app = TestApp::new();
    let open = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    let me = fs::metadata("/proc/self").unwrap().uid();
    // Root may write anywhere, so another user must be the owner then.
    let owner = if me == 0 { 65_534 } else { me };
    if owner != me {
        chown(app.data(), Some(owner), Some(owner)).unwrap();
        for entry in fs::read_dir(app.data()).unwrap() {
            chown(entry.unwrap().path(), Some(owner), Some(owner)).unwrap();
        }
    }
    // Where the owner finds it, whoever may look where the tests are built.
    let binary = app.path("hd4dp");
    copy_binary(Path::new(env!("CARGO_BIN_EXE_hd4dp")), &binary);
    open(binary.parent().unwrap(), 0o755);
    open(&app.data(), 0o555);
    let mut command = Command::new(&binary);
    command
        .arg("--data-dir")
        .arg(app.data())
        .args(["organisation", "list"])
        .env("LANG", "C")
        .env_remove("LC_ALL");
    let output = command.uid(owner).output().unwrap();
    open(&app.data(), 0o700);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("rights on the data directory"), "{stderr}");
    assert!(app.data().join("hd4dp.db").exists());
}

/// Runs `script` with the data directory on a file system of its own that has
/// `size` bytes, as far as this machine lets us make one.
fn on_a_small_disk(app: &TestApp, size: &str, script: &str) -> Option<std::process::Output> {
    let mounted =
        format!("mkdir -p \"$D\" && mount -t tmpfs -o size={size},mode=0700 tmpfs \"$D\" && {{ {script}; }}");
    let run = |script: &str| {
        Command::new("unshare")
            .args(["--mount", "sh", "-c", script])
            .env("D", app.data())
            .env("H", env!("CARGO_BIN_EXE_hd4dp"))
            .output()
            .ok()
    };
    let probe = run("mkdir -p \"$D\" && mount -t tmpfs -o size=1m tmpfs \"$D\"")?;
    if probe.status.success() { run(&mounted) } else { None }
}

#[test]
fn no_room_on_the_disk_loses_nothing_and_the_same_command_goes_on() {
    let app = TestApp::bare();
    let rows: Vec<String> = (0..60_000)
        .map(|number| diag(&format!("D{number}"), &format!("text {}", number * 7919 % 100_003)))
        .collect();
    let file = app.file("big.csv", format!("{DIAG_HEADER}\n{}\n", rows.join("\n")));
    let import =
        format!("$H --data-dir $D import --organisation {NIHDI} --dcd INTEGO-DIAG {}", file.display());
    let script = format!(
        "$H --data-dir $D organisation add {NIHDI} Fictief >/dev/null; {import}; echo first=$?; \
         mount -o remount,size=200m $D; {import}; echo second=$?"
    );
    let Some(output) = on_a_small_disk(&app, "4m", &script) else {
        // Only root in a sandbox of its own may mount one; CI is.
        return;
    };
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(stdout.contains("first=1"), "{stdout}{stderr}");
    assert!(stderr.contains("no room left"), "{stdout}{stderr}");
    assert!(stdout.contains("60000 accepted"), "{stdout}{stderr}");
    assert!(stdout.contains("second=0"), "{stdout}{stderr}");
}

#[test]
fn nobody_finds_a_patient_in_the_files() {
    let app = TestApp::new();
    app.enrol();
    for dcd in ["INTEGO-DIAG", "INTEGO-LAB", "INTEGO-PRESC"] {
        app.import(dcd, &extract(dcd));
    }
    app.run(["objection", "add", "73102803747", "--organisation", NIHDI]);
    let bad = diag("D1", "a canary that sings").replace("14100635354", "14100635355");
    app.import("INTEGO-DIAG", &app.file("bad.csv", format!("{DIAG_HEADER}\n{bad}\n")));
    let text = fs::read_to_string(extract("INTEGO-DIAG")).unwrap();
    let mut canaries: Vec<String> =
        text.lines().skip(1).map(|line| line.split(';').next().unwrap().to_owned()).collect();
    canaries.extend(
        ["14100635355", "2014-10-06", "a canary that sings", "Acute viral pharyngitis"].map(str::to_owned),
    );
    canaries.sort();
    canaries.dedup();
    for entry in fs::read_dir(app.data()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for canary in &canaries {
            let found = memchr::memmem::find(&bytes, canary.as_bytes()).is_some();
            assert!(!found, "{canary} stands in {}", path.display());
        }
    }
}

#[test]
fn each_acknowledged_import_was_synced_to_the_disk() {
    let app = TestApp::new();
    let file = app.file("a.csv", format!("{DIAG_HEADER}\n{}\n", diag("D1", "one")));
    app.import("INTEGO-DIAG", &file);
    let trace = app.path("trace");
    let status = Command::new("strace")
        .args(["-f", "-e", "trace=fsync,fdatasync,write", "-o"])
        .arg(&trace)
        .arg(env!("CARGO_BIN_EXE_hd4dp"))
        .arg("--data-dir")
        .arg(app.data())
        .args(["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG"])
        .arg(app.file("b.csv", format!("{DIAG_HEADER}\n{}\n", diag("D2", "two"))))
        .output()
        .unwrap();
    assert!(status.status.success());
    let trace = fs::read_to_string(trace).unwrap();
    let told =
        trace.lines().position(|line| line.contains("write(1, \"1 rows read")).expect("the acknowledgement");
    let synced = trace.lines().take(told).filter(|line| line.contains("sync(")).count();
    assert!(synced >= 2, "the start and the rows of the import each wait for the disk:\n{trace}");
}
