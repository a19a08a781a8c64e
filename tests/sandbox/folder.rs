//! What the sandbox writes for an appliance, read by other people's tools.

use std::process::Command;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use der::{Decode, Encode};
use hd4dp::sandbox::{Options, Sandbox};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use x509_cert::Certificate;

use super::sender::{Sender, nihdi, options, run, sandbox};

#[test]
fn a_store_has_the_shape_of_an_ehealth_one() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let password = std::fs::read_to_string(dir.path().join("password")).unwrap();
    let sender = Sender::open(&sandbox, "71099911");
    let read = |name: &str| {
        let der = CertificateDer::from_pem_file(sender.folder.join(name)).unwrap();
        Certificate::from_der(&der).unwrap()
    };
    let (authentication, encryption, issuing) =
        (read("authentication.pem"), read("encryption.pem"), read("issuing.pem"));
    let show = |name: &str, what: &[&str]| {
        let output = run(Command::new("openssl")
            .args(["x509", "-noout", "-in"])
            .arg(sender.folder.join(name))
            .args(what));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(
        show("authentication.pem", &["-subject"]).trim(),
        "subject=C = BE, O = Federal Government, OU = HD4DP, OU = NIHII-HOSPITAL=71099911, \
         OU = FICTIEF ZIEKENHUIS, OU = eHealth-platform Belgium, CN = \"NIHII-HOSPITAL=71099911, HD4DP\""
    );
    let usage = show("authentication.pem", &["-ext", "keyUsage,extendedKeyUsage,basicConstraints"]);
    assert!(usage.contains("Digital Signature, Non Repudiation, Key Encipherment"), "{usage}");
    assert!(usage.contains("TLS Web Client Authentication, E-mail Protection"), "{usage}");
    let usage = show("encryption.pem", &["-ext", "keyUsage"]);
    assert!(usage.contains("Key Encipherment, Data Encipherment") && !usage.contains("Digital"), "{usage}");

    // Subject and issuer are the holder; the signature is the other key's.
    let fields = encryption.tbs_certificate();
    assert_eq!(fields.subject(), fields.issuer());
    assert_eq!(fields.subject(), authentication.tbs_certificate().subject());
    let key = authentication.tbs_certificate().subject_public_key_info();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.subject_public_key.raw_bytes())
        .verify(&fields.to_der().unwrap(), encryption.signature().raw_bytes())
        .unwrap();
    assert_ne!(issuing.tbs_certificate().subject(), issuing.tbs_certificate().issuer(), "never the root");
    run(Command::new("openssl")
        .args(["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile"])
        .arg(dir.path().join("ca.pem"))
        .arg("-untrusted")
        .arg(sender.folder.join("issuing.pem"))
        .arg(sender.folder.join("authentication.pem")));

    let serial = show("encryption.pem", &["-serial"]);
    let serial = u128::from_str_radix(serial.trim().strip_prefix("serial=").unwrap(), 16).unwrap();
    let listed = run(Command::new("keytool")
        .args(["-list", "-storetype", "PKCS12", "-storepass", &password, "-keystore"])
        .arg(dir.path().join("71099911.p12")));
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains("contains 2 entries"), "{listed}");
    assert!(listed.contains("authentication, ") && listed.contains(&format!("{serial}, ")), "{listed}");
    assert_eq!(listed.matches("PrivateKeyEntry").count(), 2, "{listed}");
}

#[test]
fn everything_an_appliance_needs_is_there_and_paths_are_relative() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(Options { dir: dir.path().to_owned(), ..Options::default() }).unwrap();
    let (ttp, platform) = sandbox.ports();
    assert_eq!(platform, ttp + 1);
    let text = std::fs::read_to_string(dir.path().join("hd4dp.toml")).unwrap();
    let configuration: toml::Table = text.parse().unwrap();
    let key = |section: &str, key: &str| configuration[section][key].as_str().unwrap().to_owned();
    assert_eq!(key("platform", "url"), format!("https://localhost:{platform}"));
    assert_eq!(key("ttp", "url"), format!("https://localhost:{ttp}"));
    for (section, name) in [
        ("platform", "anchors"),
        ("ttp", "anchors"),
        ("certificates", "anchors"),
        ("platform", "encryption_certificate"),
    ] {
        let path = dir.path().join(key(section, name));
        assert!(CertificateDer::from_pem_file(&path).is_ok(), "{path:?}");
    }
    assert!(dir.path().join("71099911.p12").exists(), "the hospital of the manual");
}

#[test]
fn a_folder_is_continued_and_used_by_one_sandbox_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let first = Sandbox::start(Options { dir: dir.path().to_owned(), ..Options::default() }).unwrap();
    let refused = Sandbox::start(Options { dir: dir.path().to_owned(), ..Options::default() });
    assert_eq!(refused.err().unwrap().id, "sandbox-folder-busy");
    let port = first.ports().0;
    let elsewhere = tempfile::tempdir().unwrap();
    let taken = Sandbox::start(Options { port, ..options(elsewhere.path()) });
    assert_eq!(taken.err().unwrap().id, "front-address-taken");
    let files = ["ca.pem", "71099911.p12", "password", "platform-encryption.pem"];
    let read = || files.map(|name| std::fs::read(dir.path().join(name)).unwrap());
    let before = read();
    first.stop();
    let again = Options {
        dir: dir.path().to_owned(),
        port,
        organisations: vec![nihdi("19990116004")],
        ..Options::default()
    };
    let second = Sandbox::start(again).unwrap();
    assert_eq!(second.ports().0, port);
    assert_eq!(read(), before);
    let general_practitioner = Sender::open(&second, "19990116004");
    let (status, _) = general_practitioner.get(second.ports().1, "/v1/batches/x").unwrap();
    assert_eq!(status, 404, "known, and has no such batch");
}
