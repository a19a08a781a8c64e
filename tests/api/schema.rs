//! The description that programs get, and a program that tries it out.

#![allow(clippy::unwrap_used)]

use std::{path::Path, process::Command};

use super::system::{System, json_of};
use crate::portal::client::Portal;

#[test]
fn the_description_names_every_address_and_the_page_leads_to_the_manual() {
    let portal = Portal::start();
    let mut stranger = portal.stranger();
    let told = json_of(&stranger.get("/proxy/openapi.json"));
    assert_eq!(told["openapi"], "3.1.0");
    assert_eq!(told["paths"].as_object().unwrap().len(), 12);
    let dutch = json_of(&stranger.get("/proxy/openapi.json?language-id=nl"));
    assert_eq!(dutch["paths"]["/proxy/openapi.json"]["get"]["summary"], "Deze beschrijving");
    let page = stranger.get("/proxy");
    assert_eq!((page.status, page.location()), (303, "/ssp/help/api"));
    assert!(stranger.get("/ssp/help/api").text().contains("/proxy/api/dcd/payload/submit"));
}

#[test]
fn what_is_refused_before_it_is_read_is_described_too() {
    let portal = Portal::start();
    let mut system = System::with(&portal, &["INTEGO-DIAG"], true);
    let proof = system.basic();
    let described = json_of(&system.get("/proxy/openapi.json"));
    let path = "/proxy/api/dcd/field";
    for (header, status, code) in [
        (("Content-Length", "3"), 413, "api-body-too-large"),
        (("Transfer-Encoding", "chunked"), 411, "api-refused"),
    ] {
        let refused = portal.stranger().send("GET", path, &[("Authorization", &proof), header], b"");
        assert_eq!((refused.status, json_of(&refused)["code"].as_str()), (status, Some(code)));
        assert!(described["paths"][path]["get"]["responses"][status.to_string()].is_object(), "{status}");
    }
}

#[test]
fn schemathesis_finds_no_failure() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = root.join("target/schemathesis/bin/schemathesis");
    assert!(program.exists(), "tests/run.sh installs it");
    let portal = Portal::start();
    let mut system = System::with(&portal, &["INTEGO-DIAG"], true);
    assert_eq!(system.submit(&super::system::diagnosis("D1")).status, 202);
    let authority = portal
        .app
        .file("authority.pem", hd4dp::certificate::server::authority(&portal.store).unwrap().unwrap());
    let address = format!("https://localhost:{}", portal.address.port());
    let output = Command::new(program)
        .args(["--config-file", root.join("tests/api/schemathesis.toml").to_str().unwrap()])
        .args(["run", &format!("{address}/proxy/openapi.json"), "--url", &address])
        .args(["--tls-verify", authority.to_str().unwrap(), "--header"])
        .arg(format!("Authorization: {}", system.basic()))
        .args(["--seed", "1", "--max-examples", "30", "--generation-database", "none", "--no-color"])
        .current_dir(portal.app.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(!portal.log().contains("panicked"));
}
