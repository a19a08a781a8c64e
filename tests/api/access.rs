//! Who may use the API.

#![allow(clippy::unwrap_used)]

use std::{io::Write, net::TcpStream};

use hd4dp::{domain::account::Actor, store::api_key};

use super::system::{SUBMIT, System, diagnosis, json_of};
use crate::portal::client::{Answer, Portal};

const DEFINITION: &str = "/proxy/api/dcd/payload/definition?dcd-id=INTEGO-DIAG";

#[test]
fn a_key_is_taken_by_basic_and_as_a_bearer_token_and_a_cookie_is_not() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    assert_eq!(system.get(DEFINITION).status, 200);
    let bearer = format!("Bearer {}", system.secret);
    assert_eq!(portal.stranger().send("GET", DEFINITION, &[("Authorization", &bearer)], b"").status, 200);
    let refused = portal.manager("an@fictief.example").get(DEFINITION);
    assert_eq!(refused.status, 401);
    assert_eq!(json_of(&refused)["code"], "api-key-needed");
    let challenges: Vec<_> = refused
        .headers
        .iter()
        .filter(|(name, _)| name == "www-authenticate")
        .map(|(_, value)| value)
        .collect();
    assert!(challenges.len() == 2 && challenges[0].starts_with("Basic realm="), "{challenges:?}");
    assert!(refused.header("set-cookie").is_none());
}

#[test]
fn without_a_key_no_byte_of_a_body_is_read() {
    let portal = Portal::start();
    let refused = portal.stranger().announce(SUBMIT, 16 << 20);
    assert_eq!((refused.status, refused.header("connection")), (401, Some("close")));
    let system = System::of(&portal);
    let mut connection = portal.stranger().connect_from([127, 0, 0, 1].into());
    let head = format!(
        "POST {SUBMIT} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        system.basic(),
        (16 << 20) + 1
    );
    connection.write_all(head.as_bytes()).unwrap();
    let answer = Answer::to_post(&mut connection);
    assert_eq!(answer.status, 413);
    assert_eq!(json_of(&answer)["code"], "api-body-too-large");
}

#[test]
fn a_key_reaches_its_own_organisation_and_definitions_only() {
    let portal = Portal::start();
    portal.organisation("72099902", "Ander Ziekenhuis");
    let mut system = System::of(&portal);
    let own = json_of(&system.get("/proxy/api/organizations"));
    assert_eq!((own.as_array().unwrap().len(), own[0]["nihdi"].as_str()), (1, Some("71099911")));
    let post = |system: &mut System, query: &str| {
        system.post(
            &format!("{SUBMIT}?{query}"),
            "application/json",
            &[],
            diagnosis("D1").to_string().as_bytes(),
        )
    };
    assert_eq!(post(&mut system, "organization-id=71099911").status, 202);
    assert_eq!(post(&mut system, "organization-id=72099902").status, 404);
    assert_eq!(post(&mut system, "organization-id=99").status, 404);
    assert_eq!(post(&mut system, "dcd-id=INTEGO-LAB").status, 403);
    assert_eq!(post(&mut system, "dcd-id=NOTHING").status, 404);
    assert_eq!(post(&mut system, "dcd-id=INTEGO-DIAG&dcd-version-id=9.9.9").status, 404);
    let menu = json_of(&system.get("/proxy/api/dcd/menu/structure?organization-id=1"));
    let dcd = &menu[0]["dcds"][0];
    assert_eq!((menu.as_array().unwrap().len(), dcd["name"].as_str()), (1, Some("INTEGO-DIAG")));
    let query = format!("dcd-id={}&dcd-version-id={}", dcd["dcdId"], dcd["dcdVersions"][0]["dcdVersionId"]);
    assert_eq!(post(&mut system, &query).status, 202);
}

#[test]
fn a_key_that_was_revoked_or_whose_organisation_is_deactivated_is_refused_at_once() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    let mut manager = portal.manager("an@fictief.example");
    assert_eq!(system.get(DEFINITION).status, 200);
    let state = "/ssp/groups/71099911/state";
    assert_eq!(manager.post(state, &[("act", "deactivate"), ("message", "x")]).status, 303);
    assert_eq!(system.get(DEFINITION).status, 401);
    assert_eq!(manager.post(state, &[("act", "reactivate"), ("message", "x")]).status, 303);
    assert_eq!(system.get(DEFINITION).status, 200);
    let by = Actor::System("test".into());
    portal.store.write(|tx| api_key::revoke(tx, &by, system.key.organisation, system.key.id)).unwrap();
    let refused = system.get(DEFINITION);
    assert_eq!((refused.status, json_of(&refused)["code"].as_str()), (401, Some("api-key-wrong")));
}

#[test]
fn wrong_secrets_are_slowed_down_and_written_down_and_other_keys_go_on() {
    let portal = Portal::start();
    let (mut system, mut other) = (System::of(&portal), System::of(&portal));
    let right = std::mem::replace(&mut system.secret, "hd4dp_wrong".into());
    let statuses: Vec<u16> = (0..8).map(|_| system.get(DEFINITION).status).collect();
    assert_eq!(statuses[..6], [401; 6]);
    assert_eq!(statuses[6..], [429; 2]);
    let waits = system.get(DEFINITION);
    assert!(waits.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().unwrap() <= 3));
    system.secret = right;
    assert_eq!(system.get(DEFINITION).status, 429, "the right one waits, too");
    assert_eq!(other.get(DEFINITION).status, 200);
    let events = portal.app.sqlite("SELECT count(*) FROM audit WHERE act = 'api-key.fail'");
    assert_eq!(events, "6");
}

#[test]
fn the_secret_is_nowhere_in_the_store_and_in_no_log() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    assert_eq!(system.submit(&diagnosis("D1")).status, 202);
    let secret = system.secret.as_bytes();
    let holds = |bytes: Vec<u8>| bytes.windows(secret.len()).any(|window| window == secret);
    for entry in std::fs::read_dir(portal.app.data()).unwrap() {
        let path = entry.unwrap().path();
        assert!(!path.is_file() || !holds(std::fs::read(&path).unwrap()), "{}", path.display());
    }
    assert!(!holds(portal.log().into_bytes()));
}

#[test]
fn an_unknown_address_or_method_is_a_problem_and_the_portal_is_not_told() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    let nowhere = system.get("/proxy/nowhere");
    assert_eq!((nowhere.status, json_of(&nowhere)["code"].as_str()), (404, Some("api-nowhere")));
    let method = system.get(SUBMIT);
    assert_eq!((method.status, method.header("allow")), (405, Some("POST")));
    assert_eq!(system.get("/proxyx").status, 404);
    // The front door itself: no TLS, no API.
    let mut plain = TcpStream::connect(portal.address).unwrap();
    let _closed = plain.write_all(b"GET /proxy/api/organizations HTTP/1.1\r\nHost: localhost\r\n\r\n");
}
