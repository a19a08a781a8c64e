//! Registrations sent one by one.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::system::{SUBMIT, System, define, diagnosis, json_of};
use crate::portal::client::Portal;

#[test]
fn a_registration_is_accepted_with_its_business_key_and_the_same_again_is_stored_once() {
    let portal = Portal::start();
    portal.app.enrol();
    let mut system = System::of(&portal);
    let first = system.submit(&diagnosis("D1"));
    assert_eq!(first.status, 202, "{}", first.text());
    let (first, again) = (json_of(&first), json_of(&system.submit(&diagnosis("D1"))));
    assert_eq!((&first["status"], &first["result"]), (&json!("submitted"), &json!("new")));
    assert_eq!(first["businessKey"].as_str().unwrap().len(), 32);
    assert_eq!(again["result"], "unchanged");
    assert_eq!(again["businessKey"], first["businessKey"]);
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "1");
    let mut changed = diagnosis("D1");
    changed["TX_DIAG"] = json!("another text");
    let corrected = json_of(&system.submit(&changed));
    assert_eq!(
        (&corrected["result"], &corrected["businessKey"]),
        (&json!("correction"), &first["businessKey"])
    );
    assert_eq!(portal.app.run(["audit", "verify"]).status, 0);
}

#[test]
fn what_comes_one_by_one_is_one_import_a_day_that_adds_up() {
    let portal = Portal::start();
    portal.app.enrol();
    let mut system = System::of(&portal);
    for number in 0..5 {
        assert_eq!(system.submit(&diagnosis(&format!("D{number}"))).status, 202);
    }
    let mut wrong = diagnosis("D9");
    wrong["CD_PAT_SEX"] = json!("Q");
    assert_eq!(system.submit(&wrong).status, 422);
    let import = "SELECT file, state, row, accepted, rejected FROM import";
    assert_eq!(portal.app.sqlite(import), "API · Laboratory|done|6|5|1");
    let mut manager = portal.manager("an@fictief.example");
    let page = manager.get("/ssp/groups/71099911/queue/imports").text();
    assert!(page.contains("API · Laboratory"), "{page}");
    let audit = manager.get("/ssp/audit").text();
    assert!(audit.contains("A system sent registrations"), "{audit}");
}

#[test]
fn a_draft_is_kept_open_and_has_no_business_key() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    let answer = system.submit(&json!({ "TX_DIAG_ID": "D1", "STATUS": "draft" }));
    assert_eq!(answer.status, 202, "{}", answer.text());
    let answer = json_of(&answer);
    assert_eq!((&answer["status"], &answer["businessKey"]), (&json!("draft"), &json!("")));
    assert_eq!(portal.app.sqlite("SELECT state FROM registration"), "0");
}

#[test]
fn a_draft_of_what_was_submitted_is_refused_and_the_submitted_one_stays() {
    let portal = Portal::start();
    portal.app.enrol();
    let mut system = System::of(&portal);
    assert_eq!(system.submit(&diagnosis("D1")).status, 202);
    let mut draft = diagnosis("D1");
    draft["STATUS"] = json!("draft");
    let answer = system.submit(&draft);
    assert_eq!(answer.status, 422, "{}", answer.text());
    let answer = json_of(&answer);
    assert_eq!(answer["findings"][0]["code"], "row-draft-late");
    assert!(answer["findings"][0]["message"].as_str().unwrap().contains("complete"), "{answer}");
    let answer = json_of(&system.submit(&json!([draft, diagnosis("D2")])));
    assert_eq!((&answer["accepted"], &answer["rejected"]), (&json!(1), &json!(1)));
    assert_eq!(answer["results"][0]["findings"][0]["code"], "row-draft-late");
    assert_eq!(portal.app.sqlite("SELECT state FROM registration"), "1\n1");
    assert_eq!(portal.app.sqlite("SELECT sum(rejected) FROM import"), "2");
}

#[test]
fn who_may_not_leave_is_held_and_told_why() {
    let portal = Portal::start();
    let answer = json_of(&System::of(&portal).submit(&diagnosis("D1")));
    assert_eq!((&answer["status"], &answer["holdReasons"]), (&json!("held"), &json!(["not-enrolled"])));
}

#[test]
fn what_breaks_a_rule_is_refused_with_the_codes_of_a_file_and_shows_no_value() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    let mut wrong = diagnosis("D1");
    wrong["IDC_PAT"] = json!("14100635355");
    wrong["TX_EXTRA"] = json!("Jan Peeters");
    let answer = system.submit(&wrong);
    assert_eq!(answer.status, 422);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let text = answer.text();
    assert!(!text.contains("14100635355") && !text.contains("Peeters"), "{text}");
    let problem = json_of(&answer);
    assert_eq!(problem["status"], 422);
    let findings: Vec<(&str, &str)> = problem["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["field"].as_str().unwrap(), found["code"].as_str().unwrap()))
        .collect();
    assert_eq!(findings, [("IDC_PAT", "cell-ssin-check"), ("TX_EXTRA", "payload-unknown")]);
    assert_eq!(problem["findings"][0]["shape"], "99999999999");
    let dutch = system.post(
        &format!("{SUBMIT}?language-id=nl"),
        "application/json",
        &[],
        wrong.to_string().as_bytes(),
    );
    assert!(json_of(&dutch)["title"].as_str().unwrap().starts_with("De registratie is geweigerd"));
}

#[test]
fn a_value_can_be_a_code_a_label_or_a_number_of_the_code_list() {
    let portal = Portal::start();
    portal.app.enrol();
    let mut system = System::of(&portal);
    let definition = json_of(&system.get("/proxy/api/dcd/payload/definition"));
    let fields = definition["fields"].as_array().unwrap();
    let sex = fields.iter().find(|field| field["key"] == "CD_PAT_SEX").unwrap();
    let list = json_of(&system.get(&format!("/proxy/api/dcd/codelist?codelist-id={}", sex["codelistId"])));
    let male = list["values"].as_array().unwrap().iter().find(|value| value["code"] == "M").unwrap().clone();
    let labels = &male["labels"];
    let spellings = [&male["code"], &labels["en"], &labels["fr"], &labels["nl"], &male["id"]];
    let mut keys = Vec::new();
    for (number, spelling) in spellings.into_iter().enumerate() {
        let mut payload = diagnosis("D1");
        payload["CD_PAT_SEX"] = spelling.clone();
        let answer = json_of(&system.submit(&payload));
        assert_eq!(answer["result"], if number == 0 { "new" } else { "unchanged" }, "{spelling} {answer}");
        keys.push(answer["businessKey"].clone());
    }
    assert!(keys.iter().all(|key| *key == keys[0]));
}

#[test]
fn what_is_no_registration_is_told_so() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    for (kind, body, status, code) in [
        ("application/json", "", 400, "api-body-not-object"),
        ("application/json", "{\"IDC_PAT\": 1", 400, "api-body-not-object"),
        ("application/json", "\"text\"", 400, "api-body-not-object"),
        ("application/json", "[]", 400, "api-batch-empty"),
        ("application/json", "[1,", 400, "api-body-not-json"),
        ("text/plain", "{}", 415, "api-media"),
        ("application/json", "{\"TX_DIAG_ID\": 1, \"tx_diag_id\": 2}", 422, "api-payload-refused"),
        ("application/json", "{\"TX_DIAG_ID\": {\"a\": 1}}", 422, "api-payload-refused"),
    ] {
        let answer = system.post(SUBMIT, kind, &[], body.as_bytes());
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        assert_eq!(json_of(&answer)["code"], code, "{body}");
    }
    let gzip = system.post(SUBMIT, "application/json", &[("Content-Encoding", "gzip")], b"\x1f\x8b\x08");
    assert_eq!((gzip.status, json_of(&gzip)["code"].as_str()), (415, Some("api-body-encoding")));
    assert_eq!(gzip.header("accept-encoding"), Some("identity"));
    for (kind, status) in [
        ("application/json; charset=utf-16", 415),
        ("application/json; x=y; Charset=\"ISO-8859-1\"", 415),
        ("application/x-ndjson;charset=utf-16le", 415),
        ("application/json;charset=UTF-8", 422),
        ("application/json; charset=\"utf-8\"", 422),
    ] {
        assert_eq!(system.post(SUBMIT, kind, &[], b"{\"TX_EXTRA\": 1}").status, status, "{kind}");
    }
    let identity = system.post(SUBMIT, "application/json", &[("Content-Encoding", "identity")], b"[]");
    assert_eq!(json_of(&identity)["code"], "api-batch-empty");
    let deep = format!("{{\"TX_DIAG_ID\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(system.post(SUBMIT, "application/json", &[], deep.as_bytes()).status, 422);
    let doubled = system.post(SUBMIT, "application/json", &[], b"{\"TX_DIAG_ID\": 1, \"TX_DIAG_ID\": 2}");
    let codes: Vec<Value> =
        json_of(&doubled)["findings"].as_array().unwrap().iter().map(|found| found["code"].clone()).collect();
    assert!(codes.contains(&json!("payload-duplicate")), "{codes:?}");
}

#[test]
fn what_is_in_a_repeat_is_taken_and_refused_like_what_is_outside() {
    let portal = Portal::start();
    define(
        &portal,
        "1.0.0",
        "type,name,label::English (en),hd::key\ntext,ID,Number,yes\nselect_one COL,C,Colour,\n\
         begin repeat,VISIT,Visit,\ntext,VT,Text,\nselect_one COL,VC,Colour,\n\
         select_multiple COL,VM,Colours,\nend repeat,,,\n",
        "list_name,name,label::English (en)\nCOL,r,Red\nCOL,g,Green\n",
    );
    let mut system = System::with(&portal, &["VISITS"], true);
    let list = json_of(&system.get("/proxy/api/dcd/codelist?codelist-id=COL"));
    let [red, green] = [0, 1].map(|at| list["values"][at]["id"].clone());
    let visits = json!([{ "vt": "1", "VC": red, "VM": [green, "Red"] }, {}, { "VC": "green", "VM": "r|g" }]);
    let stored = json!([{ "VT": "1", "VC": "r", "VM": ["r", "g"] }, { "VC": "g", "VM": ["r", "g"] }]);
    let accepted = json!({ "ID": "1", "C": red, "VISIT": visits });
    let answer = system.submit(&accepted);
    assert_eq!(answer.status, 202, "{}", answer.text());
    let told = json_of(&system.get("/proxy/api/dcd/submit?incl-submit-data=true"));
    assert_eq!(told["registrations"][0]["data"]["VISIT"], stored);
    for (visit, code, field) in [
        (r#"[{},{"VT":"a","VT":"b"}]"#, "payload-duplicate", "VISIT[2]/VT"),
        (r#"[{"VT":null,"vt":"b"}]"#, "payload-duplicate", "VISIT[1]/VT"),
        (r#"[{"VM":["r|g"]}]"#, "cell-not-in-list", "VISIT[1]/VM"),
        (r#"[{"VT":["a","b"]}]"#, "payload-nested", "VISIT[1]/VT"),
        (r#"[{"VT":{"a":1}}]"#, "payload-nested", "VISIT[1]/VT"),
        (r#"[{"VC":"1"}]"#, "cell-not-in-list", "VISIT[1]/VC"),
        (r#"[{"VT":"a"},{"NOPE":1}]"#, "payload-unknown", "VISIT[2]/NOPE"),
        (r#"[{"ID":"a"}]"#, "payload-unknown", "VISIT[1]/ID"),
        ("[{},null]", "payload-instances", "VISIT"),
        (r#"{"VT":"a"}"#, "payload-instances", "VISIT"),
        ("7", "payload-instances", "VISIT"),
    ] {
        let body = format!(r#"{{"ID":"2","VISIT":{visit}}}"#);
        let answer = system.post(SUBMIT, "application/json", &[], body.as_bytes());
        assert_eq!(answer.status, 422, "{visit}: {}", answer.text());
        let findings = json_of(&answer)["findings"].clone();
        let found = &findings[0];
        assert_eq!(findings.as_array().unwrap().len(), 1, "{findings}");
        assert_eq!((&found["code"], &found["field"]), (&json!(code), &json!(field)), "{visit}");
    }
    let many = format!(r#"{{"ID":"2","VISIT":[{}]}}"#, vec![r#"{"VT":"a"}"#; 1_001].join(","));
    let answer = json_of(&system.post(SUBMIT, "application/json", &[], many.as_bytes()));
    assert_eq!(answer["findings"][0]["code"], "cell-repeat-many");
}

#[test]
fn what_a_text_and_a_label_really_are_is_taken_or_told() {
    let portal = Portal::start();
    define(
        &portal,
        "1.0.0",
        "type,name,label::English (en),hd::key\ntext,ID,Number,yes\ntext,T,Text,\n\
         select_one COL,C,Colour,\nselect_multiple COL,M,Colours,\n",
        "list_name,name,label::English (en)\nCOL,r,Red|ish\nCOL,g,Green\n",
    );
    let mut system = System::with(&portal, &["VISITS"], true);
    let answer = system.submit(&json!({ "ID": "1", "C": "Red|ish", "M": ["Red|ish", "Green"] }));
    assert_eq!(answer.status, 202, "{}", answer.text());
    let told = json_of(&system.get("/proxy/api/dcd/submit?incl-submit-data=true"));
    let data = &told["registrations"][0]["data"];
    assert_eq!((&data["C"], &data["M"]), (&json!("r"), &json!(["r", "g"])));
    for (member, code, words) in [
        (r#""T":"cut \ud83d""#, "payload-half", "half of a character"),
        (r#""M":["Green|ish"]"#, "cell-not-in-list", "COL"),
    ] {
        let body = format!(r#"{{"ID":"2",{member}}}"#);
        let answer = json_of(&system.post(SUBMIT, "application/json", &[], body.as_bytes()));
        let found = &answer["findings"][0];
        assert_eq!(found["code"], code, "{answer}");
        assert!(found["message"].as_str().unwrap().contains(words), "{answer}");
    }
}

#[test]
fn a_client_that_sends_all_of_a_body_before_it_reads_is_told_that_it_is_too_large() {
    let portal = Portal::start();
    let mut system = System::of(&portal);
    for mebibytes in [17, 40] {
        let answer = system.post(SUBMIT, "application/json", &[], &vec![b' '; mebibytes << 20]);
        assert_eq!((answer.status, &json_of(&answer)["code"]), (413, &json!("api-body-too-large")));
        system.connection.hang_up();
    }
}
