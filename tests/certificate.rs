//! What becomes of a store that a hospital hands in.

#![allow(clippy::unwrap_used)]

use std::sync::OnceLock;

use hd4dp::certificate::{Algorithm, Anchors, Outcome, Verdict, check};
use hd4dp::domain::identifier::Nihdi;
use hd4dp::domain::organisation::{Organisation, OrganisationId};
use hd4dp::language::Language;
use jiff::{Span, Timestamp};
use proptest::prelude::*;

use crate::issuer::{Holder, Issuer, Kind, PASSWORD, fixture};

/// A moment at which every fixture that is meant to be valid is so.
fn noon() -> Timestamp {
    "2026-12-01T11:00:00Z".parse().unwrap()
}

fn now() -> Timestamp {
    hd4dp::clock::now()
}

fn hospital() -> Organisation {
    Organisation {
        id: OrganisationId(1),
        nihdi: Nihdi::parse("71099911", Nihdi::MODULI).unwrap(),
        title: "Fictief Ziekenhuis".into(),
        cbe: vec![],
        ehp: vec!["1990990129".into()],
        is_active: true,
        requires_second_factor: false,
        definitions: Vec::new(),
    }
}

fn fixture_anchors() -> Anchors {
    Anchors::read(&[fixture("rsa-root.pem"), fixture("rsa-ca.pem")]).unwrap()
}

fn issuer() -> &'static Issuer {
    static ISSUER: OnceLock<Issuer> = OnceLock::new();
    ISSUER.get_or_init(|| Issuer::new("Fictief Private Trust PKI"))
}

fn holder() -> &'static Holder {
    static HOLDER: OnceLock<Holder> = OnceLock::new();
    HOLDER.get_or_init(|| issuer().hospital(Kind::Rsa))
}

fn anchors() -> Anchors {
    Anchors::read(&[issuer().path("root.pem"), issuer().path("ca.pem")]).unwrap()
}

/// The verdict on a store of the test's own issuer.
fn verdict(store: &[u8]) -> Verdict {
    check(store, PASSWORD, &anchors(), Some(&hospital()), true, now())
}

/// The codes found, errors marked with `!`; each must have its text in every
/// language, with all its arguments, and tell no password.
fn codes(verdict: &Verdict) -> Vec<String> {
    for finding in &verdict.findings {
        for language in Language::ALL {
            let text = finding.text(language);
            assert!(language.has(finding.code), "{} has no text", finding.code);
            assert!(!text.contains("{$") && !text.contains(PASSWORD), "{text}");
        }
    }
    assert_eq!(verdict.accepted(), verdict.credential.is_some());
    let warnings: Vec<_> = verdict.warnings().map(|finding| finding.code).collect();
    let mark = |code: &'static str| if warnings.contains(&code) { "" } else { "!" };
    verdict.findings.iter().map(|finding| format!("{}{}", mark(finding.code), finding.code)).collect()
}

#[test]
fn each_fixture_gets_the_verdict_that_its_makers_wrote_down() {
    for (file, expected) in [
        ("good-modern.p12", vec![]),
        ("good-legacy.p12", vec![]),
        ("good-legacy-ber.p12", vec![]),
        ("renewed-three-keys.p12", vec![]),
        ("only-one-key.p12", vec!["!certificate-two-keys-expected"]),
        ("mismatched-holder.p12", vec!["!certificate-encryption-other-holder"]),
        ("expired.p12", vec!["!certificate-expired"]),
        ("pending-dummy.p12", vec!["!certificate-request-pending"]),
        ("not-a-p12.p12", vec!["!certificate-not-pkcs12"]),
    ] {
        let store = std::fs::read(fixture(file)).unwrap();
        let verdict = check(&store, PASSWORD, &fixture_anchors(), Some(&hospital()), true, noon());
        assert_eq!(codes(&verdict), expected, "{file}");
        assert_eq!(verdict.steps.len(), 7, "{file}: {:?}", verdict.steps);
    }
}

#[test]
fn an_accepted_store_gives_who_it_is_and_every_key() {
    let store = std::fs::read(fixture("renewed-three-keys.p12")).unwrap();
    let verdict = check(&store, PASSWORD, &fixture_anchors(), Some(&hospital()), true, noon());
    assert!(verdict.steps.iter().all(|step| step.outcome == Outcome::Passed), "{:?}", verdict.steps);
    let credential = verdict.credential.unwrap();
    assert_eq!(credential.identity.kind, "NIHII-HOSPITAL");
    assert_eq!(credential.identity.number, "71099911");
    assert_eq!(credential.identity.application.as_deref(), Some("HD4DP"));
    assert_eq!(credential.identity.owner, "FICTIEF ZIEKENHUIS");
    assert_eq!(credential.chain.len(), 2, "the leaf and its issuing authority, not the root");
    assert_eq!(credential.decryption.len(), 2, "the new key and the one before the renewal");
    assert_eq!(credential.key.algorithm(), Algorithm::RsaPss);
}

#[test]
fn an_expired_certificate_says_on_which_day_it_ended() {
    let store = std::fs::read(fixture("expired.p12")).unwrap();
    let verdict = check(&store, PASSWORD, &fixture_anchors(), None, true, noon());
    assert!(verdict.errors().next().unwrap().text(Language::En).contains("2024-04-01"));
}

#[test]
fn elliptic_curve_leaves_are_accepted() {
    for (kind, algorithm) in [(Kind::P256, Algorithm::EcdsaP256), (Kind::P384, Algorithm::EcdsaP384)] {
        let verdict = verdict(&issuer().good_store(&issuer().hospital(kind)));
        assert_eq!(codes(&verdict), Vec::<String>::new(), "{kind:?}");
        assert_eq!(verdict.credential.unwrap().key.algorithm(), algorithm);
    }
}

#[test]
fn an_elliptic_curve_leaf_for_signing_only_is_accepted_with_warnings() {
    let subject = &holder().subject;
    let authentication = issuer().authentication(subject, Kind::P256, "sign_only");
    let encryption = issuer().encryption(subject, &authentication);
    let verdict = verdict(&issuer().store(
        PASSWORD,
        &[
            ("authentication", &authentication, &authentication, true),
            (&encryption.serial, &encryption, &encryption, false),
        ],
    ));
    assert_eq!(codes(&verdict), ["certificate-key-encipherment", "certificate-client-authentication"]);
}

#[test]
fn a_curve_that_cannot_sign_here_is_refused() {
    let verdict = verdict(&issuer().good_store(&issuer().hospital(Kind::P521)));
    assert!(codes(&verdict).contains(&"!certificate-key-kind".to_owned()), "{:?}", verdict.findings);
}

#[test]
fn aliases_are_only_a_convention() {
    let (authentication, encryption) = (&holder().authentication, &holder().encryption);
    let store = [
        ("AUTHENTICATION", authentication, authentication, true),
        ("encryption", encryption, encryption, false),
    ];
    let verdict = verdict(&issuer().store(PASSWORD, &store));
    assert_eq!(codes(&verdict), ["certificate-alias"]);
    assert_eq!(verdict.steps[2].outcome, Outcome::Warned);
}

#[test]
fn a_chain_that_the_store_lacks_is_completed_from_the_anchors() {
    let (authentication, encryption) = (&holder().authentication, &holder().encryption);
    let store = issuer().store(
        PASSWORD,
        &[
            ("authentication", authentication, authentication, false),
            (&encryption.serial, encryption, encryption, false),
        ],
    );
    assert_eq!(verdict(&store).credential.unwrap().chain.len(), 2);
    let issuing_only = Anchors::read(&[issuer().path("ca.pem")]).unwrap();
    let with_issuing = check(&store, PASSWORD, &issuing_only, None, true, now());
    assert_eq!(with_issuing.credential.unwrap().chain.len(), 2);
    let root_only = Anchors::read(&[issuer().path("root.pem")]).unwrap();
    assert_eq!(
        codes(&check(&store, PASSWORD, &root_only, None, true, now())),
        ["!certificate-untrusted"],
        "nobody has the issuing authority"
    );
    let complete = issuer().good_store(holder());
    assert!(check(&complete, PASSWORD, &root_only, None, true, now()).accepted());
}

#[test]
fn two_authentication_keys_are_one_too_many() {
    let second = issuer().authentication(&holder().subject, Kind::P256, "auth");
    let first = &holder().authentication;
    let store = [("authentication", first, first, true), ("second", &second, &second, true)];
    let verdict = verdict(&issuer().store(PASSWORD, &store));
    assert_eq!(codes(&verdict), ["!certificate-authentication-several"]);
    assert_eq!(verdict.steps[6].outcome, Outcome::Skipped, "{:?}", verdict.steps);
}

#[test]
fn two_keys_without_the_right_use_are_told_apart() {
    let (authentication, encryption) = (&holder().authentication, &holder().encryption);
    let other = issuer().encryption(&holder().subject, authentication);
    let both_encrypt =
        [(&*encryption.serial, encryption, encryption, false), (&*other.serial, &other, &other, false)];
    assert_eq!(
        codes(&verdict(&issuer().store(PASSWORD, &both_encrypt))),
        ["!certificate-authentication-missing"]
    );
    let neither = issuer().authentication(&holder().subject, Kind::P256, "issuing");
    let no_encryption =
        [("authentication", authentication, authentication, true), ("x", &neither, &neither, true)];
    assert_eq!(
        codes(&verdict(&issuer().store(PASSWORD, &no_encryption))),
        ["!certificate-encryption-missing", "certificate-key-unused"]
    );
}

#[test]
fn a_private_key_of_another_certificate_is_refused() {
    let (authentication, encryption) = (&holder().authentication, &holder().encryption);
    let other = issuer().authentication(&holder().subject, Kind::Rsa, "auth");
    let store = issuer().store(
        PASSWORD,
        &[
            ("authentication", &other, authentication, true),
            (&encryption.serial, encryption, encryption, false),
        ],
    );
    assert_eq!(codes(&verdict(&store)), ["!certificate-key-mismatch"]);
}

#[test]
fn an_encryption_certificate_that_another_key_signed_is_refused() {
    let authentication = &holder().authentication;
    let other = issuer().authentication(&holder().subject, Kind::Rsa, "auth");
    let encryption = issuer().encryption(&holder().subject, &other);
    let store = issuer().store(
        PASSWORD,
        &[
            ("authentication", authentication, authentication, true),
            (&encryption.serial, &encryption, &encryption, false),
        ],
    );
    assert_eq!(codes(&verdict(&store)), ["!certificate-encryption-not-signed"]);
}

#[test]
fn each_way_an_authentication_key_may_sign_is_verified() {
    let authentication = &holder().authentication;
    let pss = |digest| [digest, "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"];
    for options in [&["-sha384"][..], &["-sha512"], &pss("-sha256"), &pss("-sha512")] {
        let encryption = issuer().encryption_signed(&holder().subject, authentication, options);
        let store = issuer().store(
            PASSWORD,
            &[
                ("authentication", authentication, authentication, true),
                (&encryption.serial, &encryption, &encryption, false),
            ],
        );
        assert_eq!(codes(&verdict(&store)), Vec::<String>::new(), "{options:?}");
    }
    let encryption = issuer().encryption_signed(&holder().subject, authentication, &["-sha1"]);
    let store = [
        ("authentication", authentication, authentication, true),
        (&*encryption.serial, &encryption, &encryption, false),
    ];
    assert_eq!(
        codes(&verdict(&issuer().store(PASSWORD, &store))),
        ["!certificate-encryption-not-signed"],
        "SHA-1 proves nothing any more"
    );
}

#[test]
fn a_password_is_proved_before_anything_else() {
    let store = issuer().good_store(holder());
    for wrong in ["", "ehealth-test-2025", "Ehealth-Test-2025 ", "é", "💶"] {
        let verdict = check(&store, wrong, &anchors(), None, true, now());
        assert_eq!(codes(&verdict), ["!certificate-password"], "{wrong}");
    }
    let without_mac =
        issuer().one_key_store(&holder().authentication, "authentication", PASSWORD, &["-nomac"]);
    assert_eq!(codes(&verdict(&without_mac)), ["!certificate-no-mac"]);
}

#[test]
fn passwords_with_accents_and_none_at_all_open() {
    for options in [&[][..], &["-legacy"], &["-macalg", "sha384"], &["-macalg", "sha512"]] {
        for (password, expected) in [
            ("Ziekenhuis-Liège-café", vec!["!certificate-two-keys-expected"]),
            ("", vec!["certificate-password-empty", "!certificate-two-keys-expected"]),
        ] {
            let store = issuer().one_key_store(&holder().authentication, "authentication", password, options);
            let verdict = check(&store, password, &anchors(), None, true, now());
            assert_eq!(codes(&verdict), expected, "{password} {options:?}");
        }
    }
}

#[test]
fn a_file_that_is_not_whole_or_not_honest_is_not_opened() {
    let store = issuer().good_store(holder());
    assert_eq!(codes(&verdict(&store[..3000])), ["!certificate-truncated"]);
    let ber = std::fs::read(fixture("good-legacy-ber.p12")).unwrap();
    assert_eq!(codes(&verdict(&ber[..3000])), ["!certificate-truncated"]);
    assert_eq!(codes(&verdict(&[])), ["!certificate-not-pkcs12"]);
    assert_eq!(codes(&verdict(&[store.as_slice(), b"\n"].concat())), ["!certificate-not-pkcs12"]);
    assert_eq!(codes(&verdict(&vec![0x30; 256 * 1024 + 1])), ["!certificate-too-large"]);
    for options in [["-iter", "1000001", "-nomaciter"], ["-iter", "1000001", "-maciter"]] {
        let slow = issuer().one_key_store(&holder().authentication, "authentication", PASSWORD, &options);
        assert_eq!(codes(&verdict(&slow)), ["!certificate-iterations"], "{options:?}");
    }
}

#[test]
fn an_algorithm_from_elsewhere_is_named_as_such() {
    let rc4 = ["-legacy", "-keypbe", "PBE-SHA1-RC4-128", "-certpbe", "PBE-SHA1-RC4-128"];
    let store = issuer().one_key_store(&holder().authentication, "authentication", PASSWORD, &rc4);
    assert_eq!(codes(&verdict(&store)), ["!certificate-unsupported"]);
}

#[test]
fn a_certificate_counts_only_within_its_time_and_warns_before_its_end() {
    let store = issuer().good_store(holder());
    let at = |days: i64| {
        let moment = now().checked_add(Span::new().hours(days * 24 + 1)).unwrap();
        codes(&check(&store, PASSWORD, &anchors(), None, true, moment))
    };
    assert_eq!(at(1187 - 91), Vec::<String>::new());
    assert_eq!(at(1187 - 89), ["certificate-expiring"]);
    assert_eq!(at(1187), ["!certificate-expired"]);
    assert_eq!(at(-2), ["!certificate-issuer-expired", "!certificate-not-yet-valid"]);
}

#[test]
fn a_certificate_must_be_the_organisations_own() {
    let store =
        issuer().good_store(&issuer().holder("NIHII-HOSPITAL", "72099902", "ANDER ZIEKENHUIS", Kind::P256));
    let verdict = verdict(&store);
    assert_eq!(codes(&verdict), ["!certificate-other-organisation"]);
    let text = verdict.findings[0].text(Language::Nl);
    assert!(text.contains("72099902") && text.contains("71099911"), "{text}");
    assert!(check(&store, PASSWORD, &anchors(), None, true, now()).accepted(), "nothing to compare with");
}

#[test]
fn check_digits_of_a_partner_number_only_warn() {
    let verdict = verdict(&issuer().good_store(&issuer().holder("EHP", "1990990129", "PARTNER", Kind::P256)));
    assert_eq!(codes(&verdict), ["certificate-check-digits"]);
}

#[test]
fn a_persons_certificate_never_shows_the_number() {
    let verdict =
        verdict(&issuer().good_store(&issuer().holder("SSIN", "53040799731", "JAN FICTIEF", Kind::P256)));
    assert_eq!(codes(&verdict), ["!certificate-other-organisation"]);
    assert!(!format!("{verdict:?}").contains("53040799731"));
    assert!(!verdict.findings[0].text(Language::En).contains("53040799731"));
}

#[test]
fn another_kind_of_certificate_has_no_holder() {
    let authentication = issuer().authentication("/C=BE/CN=www.hospital.example", Kind::P256, "auth");
    let encryption = issuer().encryption("/C=BE/CN=www.hospital.example", &authentication);
    let store = issuer().store(
        PASSWORD,
        &[
            ("authentication", &authentication, &authentication, true),
            (&encryption.serial, &encryption, &encryption, false),
        ],
    );
    assert_eq!(codes(&verdict(&store)), ["!certificate-no-holder"]);
}

#[test]
fn only_configured_authorities_count() {
    let store = issuer().good_store(holder());
    assert_eq!(
        codes(&check(&store, PASSWORD, &fixture_anchors(), None, true, now())),
        ["!certificate-untrusted"]
    );
    assert_eq!(
        codes(&check(&store, PASSWORD, &Anchors::default(), None, true, now())),
        ["!certificate-no-anchors"]
    );
    let error = Anchors::read(&[fixture("no-such.pem")]).unwrap_err();
    assert_eq!(error.id, "certificate-anchor-unreadable");
    let error = Anchors::read(&[fixture("good-modern.p12")]).unwrap_err();
    assert_eq!(error.id, "certificate-anchor-not-pem");
}

#[test]
fn an_acceptance_certificate_is_refused_in_production_alone() {
    for name in ["TEST-Fictief acceptance", "UAT Fictief Private Trust PKI"] {
        let issuer = Issuer::new(name);
        let store = issuer.good_store(&issuer.hospital(Kind::P256));
        let anchors = Anchors::read(&[issuer.path("root.pem")]).unwrap();
        let refused = check(&store, PASSWORD, &anchors, Some(&hospital()), true, now());
        assert_eq!(codes(&refused), ["!certificate-acceptance"]);
        assert!(check(&store, PASSWORD, &anchors, Some(&hospital()), false, now()).accepted());
    }
}

#[test]
fn a_credential_survives_being_stored_and_its_keys_do_what_openssl_expects() {
    for kind in [Kind::Rsa, Kind::P256, Kind::P384] {
        let hospital = issuer().hospital(kind);
        let before = verdict(&issuer().good_store(&hospital)).credential.unwrap();
        let credential = hd4dp::certificate::Credential::from_bytes(&before.to_bytes().unwrap()).unwrap();
        assert_eq!(credential.chain, before.chain);
        assert_eq!(credential.thumbprint, before.thumbprint);
        assert_eq!(credential.not_after, before.not_after);
        assert_eq!(credential.identity, before.identity);
        let printed = format!("{credential:?}");
        let key = credential.key.pkcs8();
        // A place inside the private part of PKCS#8, by the key's kind.
        let private = if kind == Kind::Rsa { key.len() / 2 } else { 40 };
        let bytes = format!("{:?}", &key[private..private + 12]);
        assert!(!printed.contains(bytes.trim_matches(['[', ']'])), "a key shows itself");

        let name = |file: &str| format!("{kind:?}.{file}");
        let write = |file: &str, bytes: &[u8]| std::fs::write(issuer().path(&name(file)), bytes).unwrap();
        write("message", b"twelve prescriptions");
        write("signature", &credential.key.sign(b"twelve prescriptions").unwrap());
        let certificate = hospital.authentication.certificate.to_str().unwrap();
        write("public", &issuer().openssl(&["x509", "-in", certificate, "-noout", "-pubkey"]));
        let digest = if kind == Kind::P384 { "-sha384" } else { "-sha256" };
        let mut verify = vec!["dgst", digest];
        if kind == Kind::Rsa {
            verify.extend(["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]);
        }
        let (public, signature, message) = (name("public"), name("signature"), name("message"));
        verify.extend(["-verify", &public, "-signature", &signature, &message]);
        issuer().openssl(&verify);

        let encryption = hospital.encryption.certificate.to_str().unwrap();
        let sealed =
            issuer().openssl(&["pkeyutl", "-encrypt", "-certin", "-inkey", encryption, "-in", &message]);
        let mut clear = vec![0; 256];
        let key = credential.decryption[0].key();
        assert_eq!(key.decrypt(&sealed, &mut clear).unwrap(), b"twelve prescriptions");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_to_a_store_makes_the_check_panic_or_accept_more(
        file in prop::sample::select(vec!["good-modern.p12", "good-legacy-ber.p12"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut store = std::fs::read(fixture(file)).unwrap();
        for (place, byte) in changes {
            let place = place.index(store.len());
            store[place] = byte;
        }
        if let Some(cut) = cut {
            store.truncate(cut.index(store.len()));
        }
        let verdict = check(&store, PASSWORD, &fixture_anchors(), Some(&hospital()), true, noon());
        let same_holder = verdict.credential.is_none_or(|credential| credential.identity.number == "71099911");
        prop_assert!(same_holder);
    }
}
