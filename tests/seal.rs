//! Sealed messages, opened with OpenSSL.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use hd4dp::certificate::{Anchors, Credential, check};
use hd4dp::language::Language;
use hd4dp::transfer::seal::{Recipient, seal};
use jiff::{Span, Timestamp};

use crate::issuer::{Holder, Issuer, Kind, PASSWORD};

fn credential(issuer: &Issuer, holder: &Holder) -> Credential {
    let anchors = Anchors::read(&[issuer.path("root.pem")]).unwrap();
    let store = issuer.good_store(holder);
    check(&store, PASSWORD, &anchors, None, false, hd4dp::clock::now()).credential.unwrap()
}

fn recipient(holder: &Holder) -> Recipient {
    Recipient::from_pem(&fs::read(&holder.encryption.certificate).unwrap()).unwrap()
}

/// Every byte value, in no round number, as compressed data would be.
fn payload(length: usize) -> Vec<u8> {
    (0..length).map(|place| (place * 7 + place / 251) as u8).collect()
}

fn number_of(needle: &str, haystack: &[u8]) -> usize {
    String::from_utf8_lossy(haystack).matches(needle).count()
}

#[test]
fn openssl_opens_what_is_sealed_and_finds_the_same_bytes() {
    let issuer = Issuer::new("Fictief Private Trust PKI");
    let platform = issuer.holder("CBE", "0999999031", "PLATFORM", Kind::P256);
    for kind in [Kind::Rsa, Kind::P256, Kind::P384] {
        let sender = issuer.hospital(kind);
        let credential = credential(&issuer, &sender);
        for length in [0, 1, 15, 16, 200_001] {
            let clear = payload(length);
            let sealed = seal(&clear, &credential, &recipient(&platform), hd4dp::clock::now()).unwrap();
            fs::write(issuer.path("sealed"), &sealed).unwrap();
            let root = issuer.path("root.pem");
            issuer.openssl(&[
                "cms",
                "-verify",
                "-CAfile",
                root.to_str().unwrap(),
                "-purpose",
                "any",
                "-inform",
                "DER",
                "-in",
                "sealed",
                "-out",
                "envelope",
            ]);
            issuer.openssl(&[
                "cms",
                "-decrypt",
                "-inform",
                "DER",
                "-in",
                "envelope",
                "-out",
                "inner",
                "-recip",
                platform.encryption.certificate.to_str().unwrap(),
                "-inkey",
                platform.encryption.key.to_str().unwrap(),
            ]);
            issuer.openssl(&[
                "cms",
                "-verify",
                "-noverify",
                "-inform",
                "DER",
                "-in",
                "inner",
                "-out",
                "clear",
                "-certfile",
                sender.authentication.certificate.to_str().unwrap(),
            ]);
            assert_eq!(issuer.read("clear"), clear, "{kind:?} {length}");
        }
    }
}

#[test]
fn a_sealed_message_is_built_as_the_protocol_says() {
    let issuer = Issuer::new("Fictief Private Trust PKI");
    let platform = issuer.holder("CBE", "0999999031", "PLATFORM", Kind::P256);
    for (kind, signature) in
        [(Kind::Rsa, "rsassaPss"), (Kind::P256, "ecdsa-with-SHA256"), (Kind::P384, "ecdsa-with-SHA384")]
    {
        let sender = issuer.hospital(kind);
        let now = hd4dp::clock::now();
        let sealed = seal(b"clear", &credential(&issuer, &sender), &recipient(&platform), now).unwrap();
        fs::write(issuer.path("sealed"), &sealed).unwrap();
        issuer.openssl(&[
            "cms",
            "-verify",
            "-noverify",
            "-inform",
            "DER",
            "-in",
            "sealed",
            "-out",
            "envelope",
        ]);
        let print = |file| issuer.openssl(&["cms", "-cmsout", "-print", "-inform", "DER", "-in", file]);

        let outer = print("sealed");
        assert_eq!(number_of("d.certificate:", &outer), 2, "the leaf and its issuing authority");
        assert!(number_of(signature, &outer) > 0, "{kind:?}");
        for attribute in ["contentType", "messageDigest", "signingTime"] {
            assert_eq!(number_of(&format!("object: {attribute} "), &outer), 1, "{attribute}");
        }
        let envelope = print("envelope");
        assert!(number_of("algorithm: aes-128-cbc", &envelope) == 1);
        assert!(number_of("algorithm: rsaEncryption", &envelope) == 1);

        issuer.openssl(&[
            "cms",
            "-decrypt",
            "-inform",
            "DER",
            "-in",
            "envelope",
            "-out",
            "inner",
            "-inkey",
            platform.encryption.key.to_str().unwrap(),
        ]);
        assert_eq!(number_of("d.certificate:", &print("inner")), 0, "the inner one carries none");
        // Re-encoding gives the same bytes only if they were DER.
        issuer.openssl(&[
            "cms", "-cmsout", "-inform", "DER", "-in", "sealed", "-outform", "DER", "-out", "again",
        ]);
        assert_eq!(issuer.read("again"), sealed);
    }
}

#[test]
fn only_the_recipient_opens_it_and_every_message_has_its_own_key() {
    let issuer = Issuer::new("Fictief Private Trust PKI");
    let sender = issuer.hospital(Kind::P256);
    let credential = credential(&issuer, &sender);
    let platform = issuer.holder("CBE", "0999999031", "PLATFORM", Kind::P256);
    let now = hd4dp::clock::now();
    let sealed = seal(b"secret of a patient", &credential, &recipient(&platform), now).unwrap();
    assert!(!sealed.windows(6).any(|window| window == b"secret"));
    let again = seal(b"secret of a patient", &credential, &recipient(&platform), now).unwrap();
    assert_ne!(sealed[300..400], again[300..400]);

    fs::write(issuer.path("sealed"), &sealed).unwrap();
    issuer.openssl(&["cms", "-verify", "-noverify", "-inform", "DER", "-in", "sealed", "-out", "envelope"]);
    let stranger = Command::new("openssl")
        .args(["cms", "-decrypt", "-inform", "DER", "-in"])
        .arg(issuer.path("envelope"))
        .arg("-recip")
        .arg(&sender.encryption.certificate)
        .arg("-inkey")
        .arg(&sender.encryption.key)
        .output()
        .unwrap();
    assert!(!stranger.status.success());
}

#[test]
fn a_certificate_that_is_not_for_encryption_is_no_recipient() {
    let issuer = Issuer::new("Fictief Private Trust PKI");
    let elliptic = issuer.hospital(Kind::P256);
    for pem in [
        fs::read(&elliptic.authentication.certificate).unwrap(),
        issuer.read("chain.pem"),
        b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n".to_vec(),
        Vec::new(),
    ] {
        let error = Recipient::from_pem(&pem).unwrap_err();
        assert_eq!(error.id, "transfer-recipient-certificate");
    }
}

#[test]
fn nothing_is_sealed_with_or_for_a_certificate_that_has_ended() {
    let issuer = Issuer::new("Fictief Private Trust PKI");
    let sender = issuer.hospital(Kind::P256);
    let credential = credential(&issuer, &sender);
    let recipient = recipient(&issuer.holder("CBE", "0999999031", "PLATFORM", Kind::P256));
    let seal_at = |moment: Timestamp| seal(b"clear", &credential, &recipient, moment).unwrap_err();
    let later = credential.not_after.checked_add(Span::new().seconds(1)).unwrap();
    assert_eq!(seal_at(later).id, "transfer-signer-expired");
    let earlier = credential.not_before.checked_sub(Span::new().seconds(1)).unwrap();
    assert_eq!(seal_at(earlier).id, "transfer-signer-expired");
    for language in Language::ALL {
        assert!(!seal_at(later).text(language).contains("{$"));
    }
}
