//! The installation's own pages: its certificate, health, support. OpenSSL and
//! curl are the referees of what the portal shows.

#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

use hd4dp::domain::role::Role;

use super::client::Portal;
use crate::common::{NIHDI, TestApp};

fn shell(portal: &Portal, command: &str) -> Output {
    let folder = portal.app.data();
    Command::new("sh").args(["-ec", command]).current_dir(folder.parent().unwrap()).output().unwrap()
}

fn says(portal: &Portal, command: &str) -> String {
    let output = shell(portal, command);
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The issuer of the certificate that a new connection gets, as OpenSSL says.
fn issuer(portal: &Portal) -> String {
    let connect =
        format!("openssl s_client -connect {} -servername localhost </dev/null 2>/dev/null", portal.address);
    says(portal, &format!("{connect} | openssl x509 -noout -issuer"))
}

#[test]
fn whoever_adds_the_authority_gets_no_warning() {
    let portal = Portal::start();
    let mut guest = portal.stranger();
    assert!(guest.get("/ssp/login").text().contains("/ssp/trust"));
    let page = guest.get("/ssp/trust").text();
    portal.app.file("ca.crt", guest.get("/ssp/ca.crt").body);
    portal.app.file("ca.pem", guest.get("/ssp/ca.pem").body);
    let print = says(&portal, "openssl x509 -inform DER -in ca.crt -noout -fingerprint -sha256");
    let print = print.trim().rsplit_once('=').unwrap().1.to_owned();
    assert!(page.contains(&print), "{print}: {page}");
    let port = portal.address.port();
    let health = says(&portal, &format!("curl -sf --cacert ca.pem https://localhost:{port}/ssp/health"));
    assert!(health.contains("\"status\""), "{health}");
    assert!(!shell(&portal, &format!("curl -sf https://localhost:{port}/ssp/health")).status.success());
}

#[test]
fn a_certificate_that_is_brought_is_shown_without_a_restart_and_forgotten_again() {
    let portal = Portal::start();
    let mut manager = portal.manager("an@fictief.example");
    says(
        &portal,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout own.key -out own.pem \
         -subj /CN=Ziekenhuis -addext subjectAltName=DNS:localhost -days 9 2>/dev/null
         cat own.key own.pem > both.pem
         openssl pkcs12 -export -inkey own.key -in own.pem -out own.p12 -passout pass:geheim",
    );
    let read = |name: &str| std::fs::read(portal.app.path(name)).unwrap();
    let before = issuer(&portal);
    assert!(before.contains("HD4DP localhost"), "{before}");
    let page = "/ssp/settings/certificate";
    for (file, password, done) in
        [("both.pem", "", true), ("own.p12", "wrong", false), ("own.p12", "geheim", true)]
    {
        let given = manager.post_file(page, &[("password", password)], ("file", file, &read(file)));
        if done {
            assert_eq!(given.location(), "/ssp/settings/certificate?done=server-taken", "{}", given.text());
            assert!(issuer(&portal).contains("Ziekenhuis"), "{file}");
            assert_eq!(manager.post("/ssp/settings/certificate/forget", &[]).status, 303);
            assert_eq!(issuer(&portal), before, "the certificate made here is back");
        } else {
            assert_eq!(given.status, 422);
            assert!(given.text().contains("The password does not match"), "{}", given.text());
            assert_eq!(issuer(&portal), before);
        }
    }
    let bad = manager.post_file(page, &[], ("file", "own.pem", &read("own.pem")));
    assert!(bad.status == 422 && bad.text().contains("no private key"), "{}", bad.text());
}

#[test]
fn a_request_is_signed_elsewhere_and_its_answer_is_shown() {
    let portal = Portal::start();
    let mut manager = portal.manager("an@fictief.example");
    let page = "/ssp/settings/certificate";
    let early = manager.post_file(&format!("{page}/answer"), &[], ("answer", "x.pem", b"-----BEGIN"));
    assert_eq!(early.status, 422);
    assert_eq!(manager.post(&format!("{page}/request"), &[]).status, 303);
    portal.app.file("own.csr", manager.get(&format!("{page}/request.csr")).body);
    says(
        &portal,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out hospital.pem \
         -subj '/CN=Hospital CA' -days 9 2>/dev/null
         openssl x509 -req -in own.csr -CA hospital.pem -CAkey ca.key -copy_extensions copy -days 9 -out own.pem",
    );
    let signed = std::fs::read(portal.app.path("own.pem")).unwrap();
    let answered = manager.post_file(&format!("{page}/answer"), &[], ("answer", "own.pem", &signed));
    assert_eq!(answered.location(), "/ssp/settings/certificate?done=server-taken", "{}", answered.text());
    assert!(issuer(&portal).contains("Hospital CA"));
    assert!(manager.get(page).text().contains("Hospital CA"));
}

#[test]
fn health_names_nobody_and_tells_what_needs_attention() {
    let portal = Portal::start();
    let answer = portal.stranger().get("/ssp/health");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let text = answer.text();
    for name in [NIHDI, "Fictief", "@", "/"] {
        assert!(!text.contains(name), "{name}: {text}");
    }
    let health: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(health["status"], "attention", "{text}");
    assert_eq!(health["checks"]["database"]["status"], "ok");
    assert_eq!(health["checks"]["services"]["status"], "attention");
    assert_eq!(health["checks"]["certificates"]["missing"], 1);
    assert!(health["checks"]["disk"]["free_mebibytes"].as_u64().unwrap() > 0);
    let mut auditor = portal.member(&portal.group(NIHDI), "auditor@fictief.example", &[Role::Auditor]);
    let page = auditor.get("/ssp/settings/health").text();
    assert!(page.contains("Certificate Managers of the groups without one must add it"), "{page}");
}

#[test]
fn settings_show_no_secret_and_support_no_name() {
    let app = TestApp::new();
    let text = "[proxy]\nurl = \"http://jan:geheim123@proxy.example:3128\"\n[portal]\nnames = [\"hd4dp.fictief.example\"]\n";
    std::fs::write(app.data().join("hd4dp.toml"), text).unwrap();
    let portal = Portal::start_on(app);
    let mut manager = portal.manager("an@fictief.example");
    let settings = manager.get("/ssp/settings").text();
    assert!(settings.contains("proxy.example:3128") && !settings.contains("geheim123"), "{settings}");
    portal
        .app
        .sqlite(&format!("INSERT INTO alert VALUES ('parked:{NIHDI}', 'Dossier van 85040216932 fout', 1)"));
    let support = manager.get("/ssp/support").text();
    let (_, rest) = support.split_once("<pre").unwrap();
    let diagnostics = rest.split_once("</pre>").unwrap().0;
    assert!(diagnostics.contains("hd4dp: ") && diagnostics.contains("alert.parked: other"), "{diagnostics}");
    let data = portal.app.data();
    for name in [NIHDI, "85040216932", "Fictief", "fictief", "proxy.example", "jan", data.to_str().unwrap()] {
        assert!(!diagnostics.contains(name), "{name}: {diagnostics}");
    }
}
