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
fn a_parameter_of_another_address_is_passed_over_but_never_one_that_says_where_data_go() {
    let portal = Portal::start();
    portal.organisation("72099902", "Ander Ziekenhuis");
    let mut system = System::with(&portal, &["INTEGO-DIAG"], true);
    let others = "organization-id=71099911&data-src-type=CSV&incl-submit-data=true&language-id=fr&limit=x";
    let field = "/proxy/api/dcd/field?field-id=CD_DIAG_STAT";
    let menu = "/proxy/api/dcd/menu/structure";
    let read = "/proxy/api/dcd/submit";
    for path in [
        format!("{field}&{others}&dcd-id=INTEGO-DIAG&version=9"),
        format!("{DEFINITION}&{others}"),
        format!("/proxy/api/organizations?{others}&dcd-version-id=1.0.0"),
        format!("{menu}?{others}&dcd-id=INTEGO-LAB&version=9"),
        format!("{read}?data-src-type=none&codelist-id=1"),
        format!("/proxy/fhir/Questionnaire/INTEGO-DIAG?{others}"),
    ] {
        let answer = system.get(&path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    assert_eq!(
        system.get(&format!("{field}&organization-id=71099911&data-src-type=CSV")).body,
        system.get(field).body,
        "it changes nothing"
    );
    let diagnosis = diagnosis("D1").to_string();
    let mut post = |query: &str| {
        system.post(&format!("{SUBMIT}?{query}"), "application/json", &[], diagnosis.as_bytes())
    };
    let sent = post("dcd-id=INTEGO-DIAG&incl-submit-data=true&limit=0&field-id=X&name=a");
    assert_eq!(sent.status, 202, "{}", sent.text());
    // What no address knows, and what would decide the version that is used.
    for wrong in ["dcd_version_id=1.0.0", "Dcd-Version-Id=1.0.0", "version=1.0.0", "organisation-id=1", "x=1"]
    {
        let refused = post(wrong);
        let name = wrong.split('=').next().unwrap();
        assert_eq!(refused.status, 400, "{wrong}: {}", refused.text());
        assert_eq!(json_of(&refused)["code"], "api-param-unknown");
        assert!(json_of(&refused)["title"].as_str().unwrap().contains(name));
    }
    for path in [
        format!("{DEFINITION}&dcd-version-id=1.0.0"),
        "/proxy/fhir/Questionnaire/INTEGO-DIAG?version=1.0.0".to_owned(),
        format!("{menu}?dcd_id=1"),
    ] {
        assert_eq!(system.get(&path).status, 400, "{path}");
    }
    let response = "{\"resourceType\":\"QuestionnaireResponse\"}";
    let fhir = "/proxy/fhir/QuestionnaireResponse?dcd-id=INTEGO-DIAG";
    let refused = system.post(fhir, "application/fhir+json", &[], response.as_bytes());
    assert_eq!(json_of(&refused)["code"], "api-param-unknown");
}

#[test]
fn a_key_does_nothing_where_another_organisation_is_named() {
    let portal = Portal::start();
    portal.organisation("72099902", "Ander Ziekenhuis");
    let mut system = System::with(&portal, &["INTEGO-DIAG"], true);
    for path in [
        "/proxy/api/organizations?",
        "/proxy/api/dcd/menu/structure?",
        "/proxy/api/dcd/field?field-id=CD_DIAG_STAT&",
        "/proxy/api/dcd/submit?",
        "/proxy/fhir/Questionnaire/INTEGO-DIAG?",
        "/proxy/openapi.json?",
    ] {
        for other in ["72099902", "99", "nobody"] {
            let refused = system.get(&format!("{path}organization-id={other}"));
            assert_eq!(refused.status, 404, "{path}{other}: {}", refused.text());
            assert_eq!(json_of(&refused)["code"], "api-organisation-unknown");
        }
    }
    let response = "{\"resourceType\":\"QuestionnaireResponse\",\"status\":\"in-progress\",\
        \"questionnaire\":\"urn:hd4dp:dcd:INTEGO-DIAG\",\"item\":[]}";
    let post = |system: &mut System, query: &str| {
        let path = format!("/proxy/fhir/QuestionnaireResponse?{query}");
        system.post(&path, "application/fhir+json", &[], response.as_bytes())
    };
    assert_eq!(post(&mut system, "organization-id=72099902").status, 404);
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "0");
    assert_eq!(post(&mut system, "organization-id=71099911").status, 202);
    // Without a key it says nothing of who is here.
    let stranger = portal.stranger().get("/proxy/openapi.json?organization-id=99");
    assert_eq!(stranger.status, 200, "{}", stranger.text());
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
    let of = |method: &str, path: &str| {
        let answer = portal.stranger().send(method, path, &[("Content-Length", "0")], b"");
        let code = json_of(&answer)["code"].as_str().unwrap().to_owned();
        (answer.status, code, answer.header("allow").map(str::to_owned))
    };
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH", "BREW"] {
        let told = |methods: &str| (405, "api-method".to_owned(), Some(methods.to_owned()));
        assert_eq!(of(method, SUBMIT), told("POST"), "{method}");
        assert_eq!(of(method, "/proxy/api/organizations"), told("GET, HEAD"), "{method}");
        assert_eq!(of(method, "/proxy/nowhere"), (404, "api-nowhere".to_owned(), None), "{method}");
    }
    let of_the_portal = portal.stranger().send("OPTIONS", "/ssp", &[("Content-Length", "0")], b"");
    assert_eq!((of_the_portal.status, of_the_portal.header("allow")), (405, Some("GET, HEAD, POST")));
    assert_eq!(system.get("/proxyx").status, 404);
    // The front door itself: no TLS, no API.
    let mut plain = TcpStream::connect(portal.address).unwrap();
    let _closed = plain.write_all(b"GET /proxy/api/organizations HTTP/1.1\r\nHost: localhost\r\n\r\n");
}
