//! The front door as a scanner of TLS servers sees it, which knows the attacks
//! of others by name: sslyze, which `tests/run.sh` installs.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, process::Command};

use hd4dp::certificate::server;
use serde_json::{Value, json};

use super::client::Portal;

/// What is scanned, as the scanner calls it.
const SCANS: [&str; 17] = [
    "sslv2",
    "sslv3",
    "tlsv1",
    "tlsv1_1",
    "tlsv1_2",
    "tlsv1_3",
    "certinfo",
    "compression",
    "early_data",
    "elliptic_curves",
    "ems",
    "fallback",
    "heartbleed",
    "openssl_ccs",
    "reneg",
    "resum",
    "robot",
];

/// What the scanner found out, by the names that it gives.
fn scan(portal: &Portal) -> Value {
    let authority = portal.app.file("authority.pem", server::authority(&portal.store).unwrap().unwrap());
    let found = portal.app.path("scan.json");
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/sslyze/bin/python");
    let scanned = Command::new(python)
        .args(["-m", "sslyze", "--sni", "localhost", "--mozilla_config", "intermediate"])
        .args(SCANS.map(|scan| format!("--{scan}")))
        .arg("--certinfo_ca_file")
        .arg(authority)
        .arg("--json_out")
        .arg(&found)
        .arg(portal.address.to_string())
        .output()
        .expect("sslyze stands under target/sslyze; tests/run.sh installs it");
    let told = String::from_utf8_lossy(&scanned.stdout);
    let report: Value = serde_json::from_slice(&fs::read(found).expect(&told)).unwrap();
    let server = &report["server_scan_results"][0];
    assert_eq!(server["scan_status"], "COMPLETED", "{told}");
    assert!(scanned.status.success(), "not what Mozilla recommends: {told}");
    server["scan_result"].clone()
}

#[test]
fn a_scanner_of_tls_servers_finds_no_weakness() {
    let portal = Portal::start();
    let scan = scan(&portal);
    let result = |name: &str| {
        assert_eq!(scan[name]["status"], "COMPLETED", "{name}: {}", scan[name]);
        &scan[name]["result"]
    };
    for old in ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"] {
        assert_eq!(result(&format!("{old}_cipher_suites"))["is_tls_version_supported"], false, "{old}");
    }
    for (version, most) in [("tls_1_2", 6), ("tls_1_3", 3)] {
        let suites =
            result(&format!("{version}_cipher_suites"))["accepted_cipher_suites"].as_array().unwrap();
        assert!((1..=most).contains(&suites.len()), "{version}: {suites:#?}");
        for suite in suites {
            let (name, key) = (suite["cipher_suite"]["name"].as_str().unwrap(), &suite["ephemeral_key"]);
            assert!(key["type_name"] == "ECDH" && suite["cipher_suite"]["is_anonymous"] == false, "{name}");
            assert!(name.contains("_GCM_") || name.contains("_CHACHA20_POLY1305_"), "{name} is no AEAD");
        }
    }
    let none = [
        ("heartbleed", "is_vulnerable_to_heartbleed", json!(false)),
        ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection", json!(false)),
        ("robot", "robot_result", json!("NOT_VULNERABLE_RSA_NOT_SUPPORTED")),
        ("tls_compression", "supports_compression", json!(false)),
        ("tls_1_3_early_data", "supports_early_data", json!(false)),
        ("tls_fallback_scsv", "supports_fallback_scsv", json!(true)),
        ("tls_extended_master_secret", "supports_ems_extension", json!(true)),
        ("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos", json!(false)),
        ("session_renegotiation", "supports_secure_renegotiation", json!(true)),
        // Tickets would be sealed with a key that outlives the sessions.
        ("session_resumption", "tls_ticket_resumption_result", json!("NOT_SUPPORTED")),
        ("session_resumption", "session_id_resumption_result", json!("FULLY_SUPPORTED")),
    ];
    for (name, item, expected) in none {
        assert_eq!(result(name)[item], expected, "{name}");
    }
    let curves = result("elliptic_curves")["supported_curves"].as_array().unwrap();
    for curve in curves {
        let name = curve["name"].as_str().unwrap();
        assert!(["X25519", "secp256r1", "secp384r1"].contains(&name), "{name}");
    }
    let deployments = result("certificate_info")["certificate_deployments"].as_array().unwrap();
    assert_eq!(deployments.len(), 1);
    let deployment = &deployments[0];
    assert_eq!(deployment["verified_chain_has_sha1_signature"], false, "{deployment}");
    let trusts = deployment["path_validation_results"].as_array().unwrap();
    assert!(trusts.iter().any(|it| it["was_validation_successful"] == true), "{trusts:#?}");
}
