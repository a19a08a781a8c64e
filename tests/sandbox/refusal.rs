//! Wrong messages, and what each of them gets.

use hd4dp::sandbox::Totals;
use serde_json::{Value, json};

use super::sender::{Batch, Sender, content_digest, sandbox};

/// Status and code of a problem, which must be one.
fn problem(answer: Option<(u16, Value)>) -> (u16, String) {
    let (status, body) = answer.expect("an answer");
    assert_eq!(body["status"], status, "{body}");
    let kind = body["type"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    assert!(body["detail"].as_str().unwrap().ends_with('.'), "{body}");
    (status, kind)
}

#[test]
fn each_kind_of_wrong_registrations_gets_its_status() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let send = |change: &dyn Fn(&mut Batch)| {
        let mut batch = Batch::new(&["r1", "r2"], 1);
        change(&mut batch);
        problem(sender.put_registrations(&batch))
    };
    let header = |name: &'static str, value: Value| send(&move |batch| batch.header[name] = value.clone());
    let line = |name: &'static str, value: Value| {
        send(&move |batch| batch.lines[1].registration[name] = value.clone())
    };
    let is = |answer: (u16, String), status: u16, kind: &str| assert_eq!(answer, (status, kind.to_owned()));

    is(header("protocol", "hd-transfer/2".into()), 422, "protocol");
    is(header("batch", "01934f5a-7c11-7d3e-8a2b-0123456789ab".into()), 422, "batch-differs");
    is(header("organization", json!({"nihdi": "72099902000", "name": "x"})), 403, "not-registered");
    is(header("organization", json!({"nihdi": "72099903", "name": "x"})), 422, "header");
    is(header("count", 3.into()), 422, "count");
    is(header("count", 1.into()), 422, "count");
    is(header("dcd", "".into()), 422, "header");
    is(header("created", "2026-11-22 10:00".into()), 422, "header");
    is(header("created", "2026-11-22T10:00:00+01:00".into()), 422, "header");
    is(header("patient", "x".into()), 422, "header");
    is(send(&|batch| batch.lines.clear()), 422, "count");

    is(line("code", "00FF10A0B1C2D3E4F5061728394A5B6C".into()), 422, "code");
    is(line("code", "00ff".into()), 422, "code");
    is(line("record", "".into()), 422, "record");
    is(line("record", Value::Null), 422, "line");
    is(line("revision", 0.into()), 422, "line");
    is(line("revision", 1.5.into()), 422, "line");
    is(line("action", "delete".into()), 422, "line");
    is(line("action", "withdraw".into()), 422, "line");
    is(line("niss", "53040799731".into()), 422, "line");
    is(line("data", json!({"IDC_PAT": "x"})), 422, "identifier-in-data");
    is(line("data", json!({"RG": [{"TX_IDC_PAT_INT": "x"}]})), 422, "identifier-in-data");
    is(
        send(&|batch| {
            batch.lines[1].registration.as_object_mut().unwrap().remove("data");
        }),
        422,
        "line",
    );
    is(
        send(&|batch| batch.lines[1].registration["code"] = batch.lines[0].registration["code"].clone()),
        422,
        "code-twice",
    );
    let clear = |clear: &dyn Fn(String) -> Vec<u8>| {
        let batch = Batch::new(&["r1"], 1);
        problem(sender.put_sealed(&batch, &sender.seal(&clear(batch.payload(&sender)))))
    };
    let compress = |text: &str| zstd::bulk::compress(text.as_bytes(), 1).unwrap();
    is(clear(&|payload| payload.into_bytes()), 422, "not-zstandard");
    is(clear(&|payload| compress(payload.trim_end())), 422, "lines");
    is(clear(&|payload| compress(&format!("{payload}\n"))), 422, "count");
    is(clear(&|payload| compress(&payload.replace('\n', "\r\n"))), 422, "line");
    is(clear(&|_| compress("hello\n")), 422, "header");
    is(clear(&|_| zstd::bulk::compress(&vec![b' '; 200 << 20], 1).unwrap()), 422, "payload-too-large");

    let totals = Totals::read(dir.path()).unwrap();
    assert_eq!((totals.batches, totals.waiting), (0, 0), "nothing of it was stored");
}

#[test]
fn each_kind_of_wrong_seal_gets_its_status() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let other = Sender::open(&sandbox, "72099902000");
    let batch = Batch::new(&["r1"], 1);
    let clear = batch.registrations(&sender);
    let send = |sealed: &[u8]| problem(sender.put_sealed(&batch, sealed));
    let is = |sealed: &[u8], status: u16, kind: &str| assert_eq!(send(sealed), (status, kind.to_owned()));

    let mut how = sender.how();
    how.inner = &other;
    is(&how.seal(&clear), 403, "inner-signer-differs");
    is(&other.seal(&clear), 403, "signer-differs");
    let mut how = sender.how();
    how.inner_certificates = true;
    is(&how.seal(&clear), 422, "inner-certificates");
    let mut how = sender.how();
    how.recipient = other.folder.join("encryption.pem");
    is(&how.seal(&clear), 422, "not-for-us");
    let mut how = sender.how();
    how.padding = "pkcs1";
    is(&how.seal(&clear), 422, "algorithm");
    let mut how = sender.how();
    how.cipher = "-aes192";
    is(&how.seal(&clear), 422, "algorithm");
    let mut how = sender.how();
    how.outer_certificates = None;
    is(&how.seal(&clear), 422, "outer-certificates");
    let both = sender.folder.join("with-root.pem");
    let pem = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    std::fs::write(&both, pem(&sender.folder.join("issuing.pem")) + &pem(&dir.path().join("ca.pem")))
        .unwrap();
    let mut how = sender.how();
    how.outer_certificates = Some(both);
    is(&how.seal(&clear), 422, "root-in-message");

    let sealed = sender.seal(&clear);
    let mut tampered = sealed.clone();
    let middle = tampered.len() / 3;
    tampered[middle] ^= 1;
    is(&tampered, 422, "signature");
    is(&sealed[..sealed.len() - 1], 422, "not-a-sealed-message");
    is(&clear, 422, "not-a-sealed-message");
    is(b"", 422, "not-a-sealed-message");

    // Somebody whose authority nobody knows.
    let stranger = tempfile::tempdir().unwrap();
    let elsewhere = super::sender::sandbox(stranger.path());
    let stranger = Sender::open(&elsewhere, "71099911");
    let mut how = stranger.how();
    how.recipient = dir.path().join("platform-encryption.pem");
    is(&how.seal(&clear), 422, "signer-not-trusted");
    assert_eq!(stranger.get(sandbox.ports().1, "/v1/batches/x"), None, "not even a handshake");
}

#[test]
fn each_kind_of_wrong_identities_gets_its_status() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let other = Sender::open(&sandbox, "72099902000");
    let batch = Batch::new(&["r1", "r2"], 1);
    let good = batch.identities(&sender);
    let send = |body: &str| problem(sender.put_lines(&batch, body));
    let is =
        |body: &str, status: u16, kind: &str| assert_eq!(send(body), (status, kind.to_owned()), "{body}");

    is(&good.replace("53040799731", "53040799732"), 422, "identifier");
    is(&good.replace("53040799731", "53.04.07-997.31"), 422, "identifier");
    is(&good.replace("\"ssin\"", "\"name\""), 422, "line");
    is(&good.replace("\"type\"", "\"name\":\"X\",\"type\""), 422, "line");
    is(&good.replace("\"count\":2", "\"count\":1"), 422, "count");
    is(&good.replace("hd-transfer/1", "hd-transfer/0"), 422, "protocol");
    is(&good.replace(&batch.name, "01934f5a-7c11-7d3e-8a2b-0123456789ab"), 422, "batch-differs");
    is(&good.replace("71099911", "72099902000"), 403, "not-registered");
    is(&good.replace("\"code\":\"", "\"code\":\"AAAA"), 422, "code");
    let code = |line: usize| {
        let line: Value = serde_json::from_str(good.lines().nth(line).unwrap()).unwrap();
        line["code"].as_str().unwrap().to_owned()
    };
    is(&good.replace(&code(1), &code(2)), 422, "nonce-twice");
    is(&batch.identities_with(&sender, &other.seal(&batch.code_key)), 403, "signer-differs");
    is(&batch.identities_with(&sender, b"no seal"), 422, "not-a-sealed-message");
    is(good.trim_end(), 422, "lines");
    assert_eq!(Totals::read(dir.path()).unwrap().codes, 0, "nothing of it was stored");

    // What only the platform can see reaches it through the TTP, and is final.
    let short = batch.identities_with(&sender, &sender.seal(&[7; 16]));
    assert_eq!(sender.put_lines(&batch, &short).unwrap().0, 202);
    let log = sandbox.log(hd4dp::sandbox::Side::Ttp);
    let began = std::time::Instant::now();
    while !std::fs::read_to_string(&log).unwrap().contains("refused-by-platform") {
        assert!(began.elapsed().as_secs() < 20);
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(Totals::read(dir.path()).unwrap().codes, 0);
}

#[test]
fn addresses_clients_and_digests_are_checked_before_a_body_is_looked_at() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let sender = Sender::open(&sandbox, "71099911");
    let (ttp, platform) = sandbox.ports();
    let batch = Batch::new(&["r1"], 1);
    let sealed = sender.seal(&batch.registrations(&sender));
    let path = |stream: &str| format!("/v1/batches/{}/{stream}", batch.name);
    let cms = "Content-Type: application/cms";
    let digest = format!("Content-Digest: {}", content_digest(&sealed));
    let wrong = format!("Content-Digest: {}", content_digest(b"else"));
    let send = |port, path: &str, headers: &[&str]| {
        let headers: Vec<&str> = headers.iter().flat_map(|header| ["--header", header]).collect();
        problem(sender.curl(port, path, &headers, Some(&sealed)))
    };
    let good = path("registrations");
    let is = |answer: (u16, String), status: u16, kind: &str| assert_eq!(answer, (status, kind.to_owned()));
    is(send(platform, &good, &[cms]), 400, "digest");
    is(send(platform, &good, &[cms, "Content-Digest: md5=:AAAA:"]), 400, "digest");
    is(send(platform, &good, &[cms, &wrong]), 422, "digest-differs");
    is(send(platform, &good, &[&digest]), 415, "media-type");
    is(send(platform, &good, &["Content-Type: application/json", &digest]), 415, "media-type");
    is(send(platform, &path("identities"), &[cms, &digest]), 404, "not-found");
    is(send(ttp, &good, &[cms, &digest]), 404, "not-found");
    is(send(platform, &path("pseudonyms"), &[cms, &digest]), 403, "not-yours");
    is(send(platform, "/v2/batches", &[cms, &digest]), 404, "not-found");
    let upper = good.replace(&batch.name, &batch.name.to_uppercase());
    is(send(platform, &upper, &[cms, &digest]), 422, "batch-name");
    assert_eq!(problem(sender.get(platform, "/v1/batches/nothing")), (404, "not-found".into()));
    assert_eq!(problem(sender.get(ttp, &format!("/v1/batches/{}", batch.name))), (404, "not-found".into()));
    let missing = sender.get(platform, &format!("{good}/receipt"));
    assert_eq!(problem(missing), (404, "not-found".into()));
    assert_eq!(sender.curl(platform, &good, &["--request", "DELETE"], None).unwrap().0, 405);
    let (status, _) = sender.curl(platform, &good, &["--header", "Host: elsewhere"], Some(&sealed)).unwrap();
    assert_eq!(status, 421);
}
