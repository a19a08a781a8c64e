//! The whole way as one command.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::common::number_below;

fn demo(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hd4dp"));
    command.args(["demo", "--once", "--json"]).args(args).stdin(Stdio::null());
    command.env("LANG", "C").env_remove("LC_ALL").env_remove("LC_MESSAGES");
    command
}

fn finish(args: &[&str]) -> (Option<i32>, Value) {
    let Output { status, stdout, stderr } = demo(args).output().unwrap();
    let summary = serde_json::from_slice(&stdout)
        .unwrap_or_else(|_| panic!("not one document: {}", String::from_utf8_lossy(&stderr)));
    (status.code(), summary)
}

/// What must be the same however often a run was killed. Rows that a killed
/// run had already taken in may leave in a batch of their own, so the number
/// of batches may differ, but not what adds up to it.
fn counts(mut summary: Value) -> Value {
    let batches = &summary["batches"];
    assert_eq!(summary["codes_deleted"], *batches, "{summary}");
    assert_eq!(summary["platform"]["batches"], *batches, "{summary}");
    assert_eq!(summary["deliveries"]["sent"].as_u64(), batches.as_u64().map(|count| 2 * count), "{summary}");
    for own in ["seconds", "peak_rss_bytes", "batches", "codes_deleted"] {
        summary.as_object_mut().unwrap().remove(own);
    }
    summary["deliveries"].as_object_mut().unwrap().remove("sent");
    summary["platform"].as_object_mut().unwrap().remove("batches");
    summary
}

#[test]
fn every_row_of_a_demo_is_accounted_for() {
    let (status, summary) = finish(&["--rows", "2000"]);
    assert_eq!(status, Some(3), "rows were rejected by design: {summary}");
    assert_eq!(summary["reconciles"], true, "{summary}");
    assert_eq!(summary["rows_read"], 2000 + 184);
    for some in ["rejected", "held", "superseded", "consolidated", "peak_rss_bytes"] {
        assert!(summary[some].as_u64().unwrap() > 0, "{some}: {summary}");
    }
    for none in ["unchanged", "drafts", "withdrawn", "queued", "sent", "refused"] {
        assert_eq!(summary[none], 0, "{none}: {summary}");
    }
    assert_eq!(summary["codes_deleted"], summary["batches"]);
    assert_eq!(summary["platform"]["active"], summary["consolidated"]);
    assert_eq!(summary["platform"]["codes"], 0);
    for stage in ["validate_store", "seal", "deliver", "total"] {
        assert!(summary["seconds"][stage].as_f64().unwrap() > 0.0, "{stage}: {summary}");
    }
}

#[test]
fn the_shipped_extract_alone_needs_no_attention() {
    let (status, summary) = finish(&["--rows", "0"]);
    assert_eq!(status, Some(0), "{summary}");
    assert_eq!(summary["rows_read"], 184);
    assert_eq!(summary["rejected"], 0);
    assert!(summary["held"].as_u64().unwrap() > 0, "a physician and a patient do not take part");
}

#[test]
fn a_demo_that_was_killed_goes_on_and_ends_with_the_same_counts() {
    let (_, undisturbed) = finish(&["--rows", "4000"]);
    let folder = tempfile::tempdir().unwrap();
    let keep = folder.path().join("kept");
    let args = ["--rows", "4000", "--keep", keep.to_str().unwrap()];
    let mut moments = Vec::new();
    for limit in [400, 1000, 1500, 2000, 2500] {
        let moment = number_below(limit);
        moments.push(moment);
        let mut child = demo(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(moment));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let (status, summary) = finish(&args);
    assert_eq!(status, Some(3), "killed after {moments:?} ms: {summary}");
    assert_eq!(counts(summary), counts(undisturbed), "killed after {moments:?} ms");
    let (_, again) = finish(&args);
    assert_eq!(again["reconciles"], true, "nothing is left to do: {again}");
}

#[test]
fn a_demo_leaves_nothing_behind_unless_asked_to() {
    let temporary = tempfile::tempdir().unwrap();
    let output = demo(&["--rows", "0"]).env("TMPDIR", temporary.path()).output().unwrap();
    assert!(output.status.success());
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[test]
fn a_kept_folder_shows_no_patient_outside_the_files_to_import() {
    let folder = tempfile::tempdir().unwrap();
    finish(&["--rows", "500", "--keep", folder.path().to_str().unwrap()]);
    let input = std::fs::read_to_string(
        folder.path().join("input/HD_DCD_submcsv_HDBP0147_INTEGO-LAB_v1_generated.csv"),
    )
    .unwrap();
    let patients: std::collections::HashSet<&str> =
        input.lines().skip(1).filter_map(|row| row.split(';').next()).filter(|id| id.len() == 11).collect();
    assert!(patients.len() > 5);
    let mut looked_at = 0;
    look(&folder.path().join("data"), &mut |path, bytes| {
        looked_at += 1;
        for patient in &patients {
            let found = memchr::memmem::find(bytes, patient.as_bytes());
            assert!(found.is_none(), "{}", path.display());
        }
    });
    assert!(looked_at >= 3);
}

fn look(folder: &Path, at: &mut dyn FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look(&path, at);
        } else {
            at(&path, &std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn its_portal_listens_where_it_is_told_to() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hd4dp"));
    command.args(["demo", "--rows", "0", "--listen", &free.to_string(), "--keep"]).arg(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).env("LANG", "C");
    let mut running = command.spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines().map_while(Result::ok);
    let told = lines.find(|line| line.contains("https://"));
    running.kill().unwrap();
    running.wait().unwrap();
    let address = format!("https://localhost:{}/ssp", free.port());
    assert!(told.as_ref().is_some_and(|line| line.contains(&address)), "{told:?}");
}

#[test]
fn a_definition_that_is_added_to_a_demo_is_delivered_though_it_knows_no_patient() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hd4dp"));
    command.args(["demo", "--rows", "0", "--listen", "127.0.0.1:0", "--keep"]).arg(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).env("LANG", "C");
    let mut running = Running(command.spawn().unwrap());
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("https://")));

    let run = |args: &[&str]| {
        let data = folder.path().join("data");
        let mut command = Command::new(env!("CARGO_BIN_EXE_hd4dp"));
        let configuration = folder.path().join("sandbox/hd4dp.toml");
        command
            .arg("--data-dir")
            .arg(data)
            .arg("--config")
            .arg(configuration)
            .args(args)
            .stdin(Stdio::null())
            .env("LANG", "C");
        let Output { status, stdout, stderr } = command.output().unwrap();
        assert!(status.success(), "{args:?}: {}", String::from_utf8_lossy(&stderr));
        stdout
    };
    let sheets = folder.path().join("STOCK");
    std::fs::create_dir(&sheets).unwrap();
    for (sheet, content) in [
        ("survey", "type,name,label,destination::hd,hd::key\ntext,TX_ITEM,Item,yes,yes\n"),
        ("choices", "list_name,name,label\n"),
        ("settings", "form_title,form_id,version,default_language\nStock,STOCK,1.0.0,English (en)\n"),
        ("hd", "key,value\nproject,HDBP9999\ndcd,STOCK\n"),
    ] {
        std::fs::write(sheets.join(format!("{sheet}.csv")), content).unwrap();
    }
    run(&["definition", "add", sheets.to_str().unwrap()]);
    let rows = folder.path().join("rows.csv");
    std::fs::write(&rows, "TX_ITEM\nbandage\n").unwrap();
    run(&["import", "--organisation", "71099911", "--dcd", "STOCK", rows.to_str().unwrap()]);
    let delivered = run(&["deliver", "--until-empty", "--json"]);
    let summary: Value = serde_json::from_slice(&delivered).unwrap();
    drop(running);
    assert_eq!(summary["reconciles"], true, "{summary}");
    assert_eq!((&summary["sent"], &summary["queued"]), (&0.into(), &0.into()), "{summary}");
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _waited = self.0.wait();
    }
}
