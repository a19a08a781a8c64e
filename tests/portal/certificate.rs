//! Certificates of organisations in the portal: upload, verdict, log, return
//! to an earlier one, and trying the connections.

#![allow(clippy::unwrap_used)]

use hd4dp::{
    certificate::publish_again,
    domain::{certificate::CertificateId, role::Role},
    store::{Store, certificate, organisation},
};

use super::client::{Answer, Person, Portal};
use crate::common::{
    NIHDI, TestApp, fixture,
    outside::{Outside, sandbox},
};

const PASSWORD: &str = "Ehealth-Test-2025";

/// A portal that trusts the authorities of the fixtures.
fn portal() -> (Portal, Person) {
    let app = TestApp::new();
    let anchors = [fixture("p12/rsa-root.pem"), fixture("p12/rsa-ca.pem")];
    std::fs::write(app.data().join("hd4dp.toml"), format!("[certificates]\nanchors = {anchors:?}\n"))
        .unwrap();
    let portal = Portal::start_on(app);
    let group = portal.group(NIHDI);
    let editor = portal.member(&group, "editor@fictief.example", &[Role::CertificateEditor]);
    (portal, editor)
}

fn path(rest: &str) -> String {
    format!("/ssp/groups/{NIHDI}/certificates{rest}")
}

fn upload(editor: &mut Person, name: &str, password: &str) -> Answer {
    let bytes = std::fs::read(fixture(&format!("p12/{name}"))).unwrap();
    editor.post_file(&path("/add"), &[("password", password)], ("file", name, &bytes))
}

#[test]
fn a_good_store_is_in_use_at_once_and_its_log_says_whose_it_is() {
    let (portal, mut editor) = portal();
    let added = upload(&mut editor, "good-modern.p12", PASSWORD);
    assert_eq!((added.status, added.location()), (303, path("/1?done=certificate-published").as_str()));
    let log = editor.get(added.location()).text();
    for told in ["NIHII-HOSPITAL", NIHDI, "HD4DP", "RSA 2048", "Published", "editor@fictief.example"] {
        assert!(log.contains(told), "{told}: {log}");
    }
    assert_eq!(log.matches("Passed").count(), 7, "each check: {log}");
    let overview = editor.get("/ssp/certificates").text();
    assert!(overview.contains("Published") && overview.contains("Fictief Ziekenhuis"), "{overview}");

    let database = std::fs::read(portal.app.data().join("hd4dp.db")).unwrap();
    let wal = std::fs::read(portal.app.data().join("hd4dp.db-wal")).unwrap_or_default();
    let store = std::fs::read(fixture("p12/good-modern.p12")).unwrap();
    for kept in [&database, &wal] {
        assert!(memchr_find(kept, PASSWORD.as_bytes()).is_none(), "the password is kept");
        assert!(
            memchr_find(kept, &store[store.len() / 2..store.len() / 2 + 64]).is_none(),
            "the file is kept"
        );
    }
    assert!(!portal.log().contains(PASSWORD));
}

fn memchr_find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[test]
fn each_bad_store_gets_the_page_with_its_verdict_and_leaves_what_is_in_use() {
    let (portal, mut editor) = portal();
    upload(&mut editor, "good-modern.p12", PASSWORD);
    for (name, password, told) in [
        ("good-modern.p12", "wrong", "The password does not match this file"),
        ("good-modern.p12", "", "The password does not match this file"),
        ("not-a-p12.p12", PASSWORD, "This is not a PKCS#12 file"),
        ("only-one-key.p12", PASSWORD, "Two keys are expected"),
        ("expired.p12", PASSWORD, "The certificate expired on"),
        ("pending-dummy.p12", PASSWORD, "The certificate request is not completed"),
        ("mismatched-holder.p12", PASSWORD, "they have different holders"),
    ] {
        let refused = upload(&mut editor, name, password);
        let text = refused.text();
        assert_eq!(refused.status, 422, "{name}");
        assert!(text.contains(told) && text.contains("Failed"), "{name}: {text}");
        assert!(!text.contains(PASSWORD), "{name}");
    }
    let large = vec![b'x'; 1 << 20];
    let refused = editor.post_file(&path("/add"), &[("password", "x")], ("file", "large.p12", &large));
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("larger than 256 KiB"), "{}", refused.text());
    let nothing = editor.post(&path("/add"), &[]);
    assert_eq!(nothing.status, 422);
    assert!(nothing.text().contains("Fill in: Certificate file"), "{}", nothing.text());
    let list = editor.get(&path("")).text();
    assert_eq!((list.matches(">Published<").count(), list.matches(">Refused<").count()), (1, 8), "{list}");
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM certificate WHERE published = 1"), "1");
}

#[test]
fn a_file_of_twenty_mebibytes_is_told_to_be_too_large() {
    let (portal, mut editor) = portal();
    editor.get(&path("/add"));
    portal.app.file("huge.p12", vec![0x30; 20 << 20]);
    let (name, value) = &editor.cookies[0];
    let output = std::process::Command::new("curl")
        .args(["-sk", "--cookie", &format!("{name}={value}"), "-F", &format!("csrf={}", editor.csrf)])
        .args(["-F", "password=x", "-F", "file=@huge.p12"])
        .arg(format!("https://localhost:{}{}", portal.address.port(), path("/add")))
        .current_dir(portal.app.path("."))
        .output()
        .unwrap();
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(page.contains("larger than 16 MiB"), "{page}");
}

#[test]
fn an_earlier_version_comes_back_while_it_is_valid_and_no_other_does() {
    let (portal, mut editor) = portal();
    upload(&mut editor, "good-modern.p12", PASSWORD);
    upload(&mut editor, "good-legacy.p12", PASSWORD);
    upload(&mut editor, "expired.p12", PASSWORD);
    let published = || portal.app.sqlite("SELECT group_concat(id) FROM certificate WHERE published = 1");
    assert_eq!(published(), "2");
    assert_eq!(editor.post(&path("/1/publish"), &[]).location(), path("?done=certificate-again"));
    assert_eq!(published(), "1");
    assert_eq!(editor.post(&path("/1/publish"), &[]).status, 409, "it is in use already");
    assert_eq!(editor.post(&path("/3/publish"), &[]).status, 409, "it was refused");
    portal.app.sqlite("UPDATE certificate SET not_after = 1000 WHERE id = 2");
    assert_eq!(editor.post(&path("/2/publish"), &[]).status, 409, "it has expired");
    assert_eq!(published(), "1");
    let log = editor.get(&path("/1")).text();
    for told in ["Checked and published", "another one took its place", "Published again"] {
        assert!(log.contains(told), "{told}: {log}");
    }
    portal.organisation("72099902", "Ander Ziekenhuis");
    let other = portal.group("72099902");
    let mut other = portal.member(&other, "ander@fictief.example", &[Role::CertificateEditor]);
    let theirs = "/ssp/groups/72099902/certificates/1";
    assert_eq!(other.get(theirs).status, 404, "a number of another group's");
    assert_eq!(other.post(&format!("{theirs}/publish"), &[]).status, 404);
}

#[test]
fn going_back_to_an_earlier_version_releases_what_was_held() {
    let outside = Outside::new();
    outside.renew();
    outside.app.sqlite("UPDATE certificate SET not_after = 1000 WHERE id = 2");
    outside.row("D1");
    outside.deliver();
    assert_eq!(outside.app.sqlite("SELECT reasons FROM held"), "8");
    let store = Store::open(&outside.app.data()).unwrap();
    let group = store.read(|tx| Ok(organisation::all(tx)?.remove(0))).unwrap();
    store.write(|tx| publish_again(tx, "test", &group, CertificateId(1))).unwrap();
    assert_eq!(outside.app.sqlite("SELECT count(*) FROM held"), "0");
    assert!(outside.alerts().is_empty());
    assert_eq!(outside.deliver_all()["consolidated"], 1);
}

#[test]
fn each_notice_of_an_end_is_told_once_and_a_new_certificate_ends_it() {
    let outside = Outside::new();
    let store = Store::open(&outside.app.data()).unwrap();
    let watch = || store.write(certificate::watch).unwrap();
    assert_eq!(watch(), []);
    for (days, reason) in [
        (59, "ending-60"),
        (20, "ending-30"),
        (13, "ending-14"),
        (3, "ending-7"),
        (0, "ending-1"),
        (-2, "ended"),
    ] {
        let ends = hd4dp::clock::now().as_millisecond() + days * 24 * 3_600_000 + 60_000;
        outside.app.sqlite(&format!("UPDATE certificate SET not_after = {ends}"));
        let told: Vec<_> = watch().into_iter().map(|notice| notice.reason.unwrap()).collect();
        assert_eq!(told, [format!("certificate-{reason}")]);
        assert_eq!(watch(), [], "once");
    }
    outside.renew();
    assert!(outside.alerts().is_empty());
}

#[test]
fn a_test_connects_with_the_own_certificate_and_says_what_it_saw() {
    let app = TestApp::new();
    let sandbox = sandbox(&app.path("sandbox"), |_| {});
    let file = |name: &str| sandbox.dir().join(name).to_str().unwrap().to_owned();
    let (config, store, password) = (file("hd4dp.toml"), file("71099911.p12"), file("password"));
    let portal = Portal::of(app, &["--config", &config]);
    let group = portal.group(NIHDI);
    let mut editor = portal.member(&group, "editor@fictief.example", &[Role::CertificateEditor]);
    let without = editor.post(&path("/test"), &[]);
    assert_eq!(without.status, 422);
    assert!(without.text().contains("no certificate that is valid today"), "{}", without.text());

    let arguments = ["--config", &config, "certificate", "add", &store, "--password-file", &password];
    portal.app.ok(arguments.into_iter().chain(["--organisation", NIHDI]));
    let tried = editor.post(&path("/test"), &[]);
    let text = tried.text();
    assert_eq!(tried.status, 200);
    assert_eq!(text.matches("Reached, certificate taken").count(), 2, "{text}");
    for told in ["TLS 1.3", "Issued by", "Agrees with this machine", "localhost:"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert_eq!(portal.app.sqlite("SELECT event FROM certificate_event ORDER BY id DESC LIMIT 1"), "tested");

    sandbox.stop();
    let tried = editor.post(&path("/test"), &[]).text();
    assert_eq!(tried.matches("state bad\">Not reached").count(), 2, "{tried}");
    assert!(tried.contains("a firewall refuses"), "{tried}");
    assert_eq!(
        portal.app.sqlite("SELECT event FROM certificate_event ORDER BY id DESC LIMIT 1"),
        "test_failed"
    );
}
