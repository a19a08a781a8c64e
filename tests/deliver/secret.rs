//! Codes and bodies at rest.

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::common::{
    diag,
    outside::{Outside, end, wait_until},
    receiver::Act,
};

/// All bytes of the data directory, and of a copy that sqlite3 makes.
fn everything(outside: &Outside) -> Vec<(String, Vec<u8>)> {
    let copy = outside.app.path("copy.db");
    let _ = fs::remove_file(&copy);
    outside.app.sqlite(&format!("VACUUM INTO '{}'", copy.display()));
    let files = fs::read_dir(outside.app.data()).unwrap().map(|file| file.unwrap().path());
    files
        .chain([copy])
        .filter(|path| path.is_file())
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect()
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(bytes, needle).is_some()
}

#[test]
fn codes_and_their_key_are_stored_nowhere_before_and_after_delivery() {
    let outside = Outside::new();
    let stall = |_: &_| Act::Status(503, "Retry-After: 6\r\n");
    outside.ttp.plan(stall);
    outside.platform.plan(stall);
    outside.rows(&(0..5).map(|number| diag(&format!("D{number}"), "text")).collect::<Vec<_>>());
    let child = outside.start();
    outside.ttp.wait_for("PUT", 1);
    outside.platform.wait_for("PUT", 1);
    let before = everything(&outside);
    assert_eq!(outside.app.sqlite("SELECT count(*) FROM body"), "2", "both wait, sealed");
    outside.ttp.plan(|_| Act::Well);
    outside.platform.plan(|_| Act::Well);
    assert_eq!(end(child).status, 0);
    wait_until("the bodies go with the receipts", || outside.app.sqlite("SELECT count(*) FROM body") == "0");
    let after = everything(&outside);

    let (sealed, identities) = (&outside.platform.puts()[0].body, &outside.ttp.puts()[0].body);
    let (key, pairs) = outside.opener.identities(identities);
    let mut secrets = vec![key];
    for (_, code) in &pairs {
        secrets
            .push((0..32).step_by(2).map(|at| u8::from_str_radix(&code[at..at + 2], 16).unwrap()).collect());
    }
    assert_eq!(secrets.len(), 6);
    for (file, bytes) in before.iter().chain(&after) {
        for secret in &secrets {
            let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
            let base64 = STANDARD.encode(secret);
            let shapes = [
                secret.clone(),
                hex.to_uppercase().into_bytes(),
                hex.into_bytes(),
                base64.trim_end_matches('=').into(),
            ];
            for shape in shapes {
                assert!(!holds(bytes, &shape), "a code or its key is in {file}");
            }
        }
        // The bodies themselves are sealed once more.
        for clear in [&sealed[..64], &sealed[sealed.len() / 2..][..64], &identities[..64], b"14100635354"] {
            assert!(!holds(bytes, clear), "a clear body is in {file}");
        }
    }
    assert!(before.iter().any(|(file, _)| file.ends_with("hd4dp.db-wal")), "the log was looked at");
}
