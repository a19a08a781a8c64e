//! The whole way of a batch.

use hd4dp::sandbox::{Action, Totals, consolidated};
use serde_json::json;
use uuid::Uuid;

use super::sender::{Batch, SSINS, Sender, sandbox};
use crate::common::outside::settled;

#[test]
fn a_batch_is_receipted_joined_consolidated_and_its_codes_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let (ttp, platform) = sandbox.ports();
    let batch = Batch::new(&["r1", "r2", "r3", "r4", "r5"], 1);

    let sealed = sender.seal(&batch.registrations(&sender));
    let (status, receipt) = sender.put_sealed(&batch, &sealed).unwrap();
    assert_eq!(status, 202);
    assert_eq!(receipt["batch"], batch.name.as_str());
    assert_eq!(receipt["stream"], "registrations");
    assert_eq!(receipt["count"], 5);
    assert_eq!(receipt["digest"], super::sender::content_digest(&sealed));
    assert!(Uuid::parse_str(receipt["receipt"].as_str().unwrap()).is_ok());

    let (status, outcome) = sender.outcome(&batch).unwrap();
    assert_eq!((status, &outcome["state"]), (200, &json!("waiting")));
    assert_eq!(outcome["missing"], json!(["pseudonyms"]));
    assert_eq!(outcome["codes_deleted"], false);
    assert_eq!(Totals::read(dir.path()).unwrap().codes, 5);

    let identities = batch.identities(&sender);
    let (status, second) = sender.put_lines(&batch, &identities).unwrap();
    assert_eq!((status, &second["stream"]), (202, &json!("identities")));
    let outcome = sender.wait_for(&batch);
    assert_eq!(outcome["state"], "consolidated");
    assert_eq!(outcome["consolidated"], 5);
    assert_eq!(outcome["missing"], json!([]));
    assert_eq!(outcome["refused"], json!([]));
    assert_eq!(outcome["codes_deleted"], true);

    // The same again gets the same receipt, other bytes a conflict.
    assert_eq!(sender.put_sealed(&batch, &sealed), Some((200, receipt.clone())));
    assert_eq!(sender.put_lines(&batch, &identities), Some((200, second.clone())));
    assert_eq!(sender.put_registrations(&batch).unwrap().0, 409);
    assert_eq!(sender.put_identities(&batch).unwrap().0, 409);
    let path = |stream: &str| format!("/v1/batches/{}/{stream}/receipt", batch.name);
    assert_eq!(sender.get(platform, &path("registrations")), Some((200, receipt)));
    assert_eq!(sender.get(ttp, &path("identities")), Some((200, second)));
    for (port, stream) in [(platform, "pseudonyms"), (platform, "identities"), (ttp, "registrations")] {
        assert_eq!(sender.get(port, &path(stream)).unwrap().0, 404);
    }

    // Another sender has batches of its own.
    let other = Sender::open(&sandbox, "72099902000");
    assert_eq!(other.outcome(&batch).unwrap().0, 404);
    assert_eq!(other.get(platform, &path("registrations")).unwrap().0, 404);
    assert_eq!(other.get(ttp, &path("identities")).unwrap().0, 404);

    let totals = settled(dir.path());
    assert_eq!((totals.batches, totals.consolidated, totals.records), (1, 5, 5));
    assert_eq!((totals.pseudonyms, totals.codes, totals.waiting), (4, 0, 0));
    let all = consolidated(dir.path()).unwrap();
    assert_eq!(all[0].record, "r1");
    assert_eq!(all[0].pseudonym, all[4].pseudonym, "the same patient");
    assert_ne!(all[0].pseudonym, all[1].pseudonym);
    assert!(all[0].data.as_deref().unwrap().contains("\"NR_VAL\":1.5"));
}

#[test]
fn the_streams_may_come_in_either_order() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "72099902000");
    let batch = Batch::new(&["r1", "r2"], 1);
    assert_eq!(sender.put_identities(&batch).unwrap().0, 202);
    let began = std::time::Instant::now();
    let waiting = loop {
        match sender.outcome(&batch).unwrap() {
            (200, outcome) => break outcome,
            _ => assert!(began.elapsed().as_secs() < 20),
        }
    };
    assert_eq!(waiting["missing"], json!(["registrations"]));
    assert_eq!(sender.put_registrations(&batch).unwrap().0, 202);
    assert_eq!(sender.outcome(&batch).unwrap().1["state"], "consolidated");
}

#[test]
fn the_highest_revision_of_a_record_counts_in_whatever_order_they_come() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    sender.deliver(&Batch::new(&["kept", "gone", "back"], 2));
    let mut withdrawal = Batch::new(&["gone", "back"], 3);
    for line in &mut withdrawal.lines {
        line.registration["action"] = "withdraw".into();
        line.registration.as_object_mut().unwrap().remove("data");
    }
    assert_eq!(sender.deliver(&withdrawal)["consolidated"], 2);
    sender.deliver(&Batch::new(&["back"], 4));
    assert_eq!(sender.deliver(&Batch::new(&["gone", "kept"], 1))["consolidated"], 2, "late, and no harm");
    let totals = Totals::read(dir.path()).unwrap();
    assert_eq!((totals.consolidated, totals.records, totals.active), (8, 3, 2));
    let withdrawn = consolidated(dir.path()).unwrap();
    assert_eq!(withdrawn.iter().filter(|one| one.action == Action::Withdraw).count(), 2);

    // The same record of another organisation is another record.
    Sender::open(&sandbox, "72099902000").deliver(&Batch::new(&["kept"], 1));
    assert_eq!(Totals::read(dir.path()).unwrap().records, 4);
}

#[test]
fn a_definition_without_patients_needs_no_pseudonyms() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let mut batch = Batch::new(&["r1"], 1);
    batch.header["dcd"] = "NO-PATIENT".into();
    assert_eq!(sender.put_registrations(&batch).unwrap().0, 202);
    assert_eq!(sender.outcome(&batch).unwrap().1["state"], "consolidated");
    assert_eq!(consolidated(dir.path()).unwrap()[0].pseudonym, None);
}

#[test]
fn single_registrations_that_fail_a_check_are_refused_and_the_others_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let mut batch = Batch::new(&["r1", "r2", "r3", "r4", "r5"], 1);
    batch.lines[1].registration["data"]["TX_NOTE"] = "see 85.04.02-169.32".into();
    batch.lines[2].registration["data"]["TX_NOTE"] = "".into();
    // The code of the fourth line never comes with an identity.
    let registrations = batch.registrations(&sender);
    batch.lines.remove(3);
    assert_eq!(sender.put_sealed(&batch, &sender.seal(&registrations)).unwrap().0, 202);
    assert_eq!(sender.put_identities(&batch).unwrap().0, 202);
    let outcome = sender.wait_for(&batch);
    assert_eq!((&outcome["state"], &outcome["consolidated"]), (&json!("consolidated"), &json!(2)));
    assert_eq!(
        outcome["refused"],
        json!([
            {"line": 2, "reason": "patient-identifier"},
            {"line": 3, "reason": "empty-value"},
            {"line": 4, "reason": "no-pseudonym"},
        ])
    );
    let kept: Vec<_> = consolidated(dir.path()).unwrap().into_iter().map(|one| one.record).collect();
    assert_eq!(kept, ["r1", "r5"]);
    let totals = Totals::read(dir.path()).unwrap();
    assert_eq!((totals.consolidated, totals.refused, totals.records), (2, 3, 2));
}

#[test]
fn a_batch_whose_identities_follow_the_registrations_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let names: Vec<String> = (0..40).map(|at| format!("r{at}")).collect();
    let mut batch = Batch::new(&names.iter().map(String::as_str).collect::<Vec<_>>(), 1);
    assert_eq!(sender.put_registrations(&batch).unwrap().0, 202);
    // Identities are written in reverse, so this is the registrations' order.
    batch.lines.reverse();
    assert_eq!(sender.put_identities(&batch).unwrap().0, 202);
    let outcome = sender.wait_for(&batch);
    assert_eq!(
        (&outcome["state"], &outcome["reason"]),
        (&json!("refused"), &json!("order-follows-registrations"))
    );
    assert_eq!(outcome["codes_deleted"], true);
    assert_eq!(settled(dir.path()).codes, 0);
}

#[test]
fn generated_identifiers_and_other_ways_of_writing_a_message_are_understood() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let mut batch = Batch::new(&["r1", "r2"], 1);
    batch.lines[0].id = "f3a1b2c3d4e5f60718293a4b5c6d7e8f".into();
    batch.lines[0].id_type = "generated";
    for (cipher, ber) in [("-aes256", false), ("-aes128", true)] {
        batch.name = Uuid::now_v7().to_string();
        let mut how = sender.how();
        (how.cipher, how.ber) = (cipher, ber);
        assert_eq!(sender.put_sealed(&batch, &how.seal(&batch.registrations(&sender))).unwrap().0, 202);
        let key = how.seal(&batch.code_key);
        assert_eq!(sender.put_lines(&batch, &batch.identities_with(&sender, &key)).unwrap().0, 202);
        assert_eq!(sender.wait_for(&batch)["consolidated"], 2);
    }
}

#[test]
fn nothing_on_disk_or_in_the_logs_tells_an_identifier_or_a_code_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let batch = Batch::new(&["r1", "r2", "r3", "r4"], 1);
    sender.deliver(&batch);
    assert_eq!(settled(dir.path()).codes, 0);
    std::fs::remove_dir_all(&sender.folder).unwrap();
    sandbox.stop();
    let mut secrets: Vec<Vec<u8>> = SSINS.iter().map(|ssin| ssin.as_bytes().to_vec()).collect();
    for line in &batch.lines {
        secrets.extend([line.code.to_vec(), super::sender::hex(&line.code).into_bytes()]);
    }
    let mut looked_at = 0;
    for file in std::fs::read_dir(dir.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        for secret in &secrets {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{:?}", file.path());
        }
        looked_at += 1;
    }
    assert!(looked_at >= 9, "only {looked_at} files");
}
