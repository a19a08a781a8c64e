//! Faults, and that the sandbox itself copes with the worst of them.

use std::process::{Command, Stdio};

use hd4dp::sandbox::{Sandbox, Side, Totals};
use serde_json::json;

use super::sender::{Batch, Sender, content_digest, fault, options, sandbox};
use crate::common::outside::settled;

#[test]
fn each_fault_is_what_it_says() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let platform = sandbox.ports().1;
    let batch = Batch::new(&["r1"], 1);
    let sealed = sender.seal(&batch.registrations(&sender));
    let path = format!("/v1/batches/{}/registrations/receipt", batch.name);
    let with = |name: &str| {
        sandbox.set_faults(vec![fault(name)]);
        let answer = sender.put_sealed(&batch, &sealed);
        sandbox.set_faults(Vec::new());
        answer
    };
    assert_eq!(with("http-500").unwrap().0, 500);
    assert_eq!(with("http-429").unwrap().0, 429);
    assert!(with("reset").is_none());
    assert!(with("expired-certificate").is_none());
    assert!(with("wrong-name").is_none());
    assert_eq!(sender.get(platform, &path).unwrap().0, 404, "none of these did the work");
    assert!(with("lost-answer").is_none());
    let (status, receipt) = sender.get(platform, &path).unwrap();
    assert_eq!((status, &receipt["digest"]), (200, &json!(content_digest(&sealed))), "the work was done");
    let (status, wrong) = with("wrong-digest").unwrap();
    assert_eq!((status, &wrong["receipt"]), (200, &receipt["receipt"]));
    assert_ne!(wrong["digest"], receipt["digest"]);
    assert_eq!(with("ttp:http-500").unwrap().0, 200, "only at the other service");

    sandbox.set_faults(vec![fault("http-429")]);
    let head = sender.folder.join("head");
    sender.curl(platform, &path, &["--dump-header", &head.display().to_string()], None).unwrap();
    assert!(std::fs::read_to_string(head).unwrap().contains("Retry-After: 1\r\n"));
    let log = std::fs::read_to_string(sandbox.log(Side::Platform)).unwrap();
    for name in ["http-500", "http-429", "reset", "lost-answer", "wrong-digest"] {
        assert!(log.contains(&format!("\"reason\":\"{name}\"")), "{name}");
    }
}

#[test]
fn a_stalled_server_says_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    sandbox.set_faults(vec![fault("stall")]);
    let began = std::time::Instant::now();
    assert!(sender.curl(sandbox.ports().1, "/v1/batches/x", &["--max-time", "1"], None).is_none());
    assert!(began.elapsed().as_secs() >= 1);
    sandbox.stop();
    assert!(began.elapsed().as_secs() < 10, "a stop does not wait for it");
}

#[test]
fn some_registrations_are_refused_on_demand() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    sandbox.set_faults(vec![fault("refuse-some")]);
    let names: Vec<String> = (0..12).map(|at| format!("r{at}")).collect();
    let batch = Batch::new(&names.iter().map(String::as_str).collect::<Vec<_>>(), 1);
    let outcome = sender.deliver(&batch);
    let reason = "refused-for-trial";
    assert_eq!(outcome["refused"], json!([{"line": 1, "reason": reason}, {"line": 11, "reason": reason}]));
    assert_eq!(outcome["consolidated"], 10);
}

#[test]
fn the_ttp_hands_on_through_every_fault_of_the_platform() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let batches: Vec<Batch> =
        (0..3).map(|at| Batch::new(&[&format!("a{at}"), &format!("b{at}")], 1)).collect();
    for batch in &batches {
        assert_eq!(sender.put_registrations(batch).unwrap().0, 202);
    }
    let faults =
        ["http-500=40", "http-429=10", "reset=30", "lost-answer=30", "wrong-digest=30", "wrong-name=30"];
    sandbox.set_faults(faults.iter().map(|name| fault(&format!("platform:{name}"))).collect());
    for batch in &batches {
        assert_eq!(sender.put_identities(batch).unwrap().0, 202);
    }
    let began = std::time::Instant::now();
    while Totals::read(dir.path()).unwrap().batches < 3 {
        assert!(began.elapsed().as_secs() < 60);
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    sandbox.set_faults(Vec::new());
    for batch in &batches {
        assert_eq!(sender.wait_for(batch)["consolidated"], 2);
    }
    assert_eq!(settled(dir.path()).codes, 0, "the TTP never heard of it");
}

/// Runs only as a child of the next test, until it is killed.
#[test]
fn killed_child() {
    let Some(dir) = std::env::var_os("HD4DP_SANDBOX_CHILD") else { return };
    let mut options = options(dir.as_ref());
    // The TTP acknowledges, and cannot hand on.
    options.faults = vec![fault("platform:lost-answer")];
    let sandbox = Sandbox::start(options).unwrap();
    let (ttp, platform) = sandbox.ports();
    std::fs::write(sandbox.dir().join("ready"), format!("{ttp} {platform}")).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(60));
}

#[cfg(unix)]
#[test]
fn a_killed_sandbox_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let batch = Batch::new(&["r1", "r2", "r3"], 1);
    let sender = Sender::open(&sandbox, "71099911");
    let sealed = sender.seal(&batch.registrations(&sender));
    let identities = batch.identities(&sender);
    let anchors = std::fs::read(dir.path().join("ca.pem")).unwrap();
    sandbox.stop();

    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sandbox::fault::killed_child"])
        .env("HD4DP_SANDBOX_CHILD", dir.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = std::time::Instant::now();
    let ports = loop {
        if let Ok(text) = std::fs::read_to_string(dir.path().join("ready"))
            && let Some((ttp, platform)) = text.split_once(' ')
            && let (Ok(ttp), Ok(platform)) = (ttp.parse(), platform.parse())
        {
            break (ttp, platform);
        }
        assert!(began.elapsed().as_secs() < 30);
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    let sender = sender.at(ports);
    assert!(sender.put_sealed(&batch, &sealed).is_none(), "the work was done, the answer lost");
    assert_eq!(sender.put_lines(&batch, &identities).unwrap().0, 202);
    child.kill().unwrap();
    child.wait().unwrap();

    let sandbox = super::sender::sandbox(dir.path());
    assert_eq!(std::fs::read(dir.path().join("ca.pem")).unwrap(), anchors);
    let sender = sender.at(sandbox.ports());
    assert_eq!(sender.put_sealed(&batch, &sealed).unwrap().0, 200);
    assert_eq!(sender.put_lines(&batch, &identities).unwrap().0, 200);
    assert_eq!(sender.wait_for(&batch)["consolidated"], 3);
    let configuration = std::fs::read_to_string(dir.path().join("hd4dp.toml")).unwrap();
    assert!(configuration.contains(&format!("https://localhost:{}\"", sandbox.ports().1)));
}
