//! What was submitted, for systems that may read it.

#![allow(clippy::unwrap_used)]

use hd4dp::{
    domain::{
        account::{AccountId, Actor, Temporary},
        member::Grant,
        role::Role,
    },
    store::{
        api_key::{self, NewApiKey},
        member,
    },
};
use serde_json::json;

use super::system::{System, define, diagnosis, json_of};
use crate::portal::client::Portal;

const SUBMITTED: &str = "/proxy/api/dcd/submit";

#[test]
fn a_key_that_reads_gets_states_and_values_but_no_patient_and_it_is_written_down() {
    let portal = Portal::start();
    portal.app.enrol();
    let mut system = System::with(&portal, &["INTEGO-DIAG"], true);
    let key = json_of(&system.submit(&diagnosis("D1")))["businessKey"].clone();
    system.submit(&json!({ "TX_DIAG_ID": "D2", "STATUS": "draft" }));
    let told = json_of(&system.get(SUBMITTED));
    let rows = told["registrations"].as_array().unwrap();
    let seen: Vec<_> = rows.iter().map(|row| (&row["status"], &row["businessKey"])).collect();
    assert_eq!(seen, [(&json!("open"), &json!("")), (&json!("submitted"), &key)]);
    assert!(rows[1].get("data").is_none() && rows[1]["results"]["findings"].is_array());
    let answer = system.get(&format!("{SUBMITTED}?incl-submit-data=true&incl-submit-results=false&limit=1"));
    let page = json_of(&answer);
    assert_eq!(page["registrations"].as_array().unwrap().len(), 1);
    let next = page["next"].as_str().unwrap();
    let answer = system.get(&format!("{SUBMITTED}?incl-submit-data=true&before={next}"));
    let older = json_of(&answer);
    assert_eq!(older["registrations"][0]["data"]["TX_DIAG"], "text");
    assert!(!answer.text().contains("14100635354"), "{}", answer.text());
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM audit WHERE act = 'api-key.read'"), "2");
}

#[test]
fn a_key_that_only_sends_is_told_who_can_make_one_that_reads() {
    let portal = Portal::start();
    let refused = System::of(&portal).get(SUBMITTED);
    assert_eq!((refused.status, json_of(&refused)["code"].as_str()), (403, Some("api-key-reads-not")));
}

#[test]
fn a_key_reads_no_longer_than_the_one_who_made_it() {
    let portal = Portal::start();
    let group = portal.group("71099911").id;
    let by = Actor::System("test".into());
    let grants = [Grant::of_projects(Role::StudyLead, &["HDBP0147"])];
    let now = hd4dp::clock::now().as_millisecond();
    let lead: AccountId = portal
        .store
        .write(|tx| {
            member::add_new(
                tx,
                &by,
                group,
                "lead@fictief.example",
                &Temporary::new("none".into(), now),
                &grants,
            )
        })
        .unwrap();
    let definitions = [("INTEGO-DIAG".to_owned(), "HDBP0147".to_owned())];
    let new =
        NewApiKey { name: "Reader", definitions: &definitions, may_read: true, expires_at: now + 3_600_000 };
    let (key, secret) =
        portal.store.write(|tx| api_key::make(tx, &Actor::Account(lead), group, &new)).unwrap();
    let mut system = System { key, secret: secret.text().to_owned(), connection: portal.stranger() };
    assert_eq!(system.get(SUBMITTED).status, 200);
    portal.store.write(|tx| member::remove(tx, &by, group, lead)).unwrap();
    let refused = system.get(SUBMITTED);
    assert_eq!((refused.status, json_of(&refused)["code"].as_str()), (403, Some("api-key-reads-no-more")));
    assert_eq!(system.submit(&diagnosis("D1")).status, 202, "it still sends");
}

#[test]
fn long_registrations_come_in_several_answers_and_each_comes_once() {
    let portal = Portal::start();
    define(
        &portal,
        "1.0.0",
        "type,name,label::English (en),hd::key\ntext,K,Key,yes\ntext,T,Text,\n",
        "list_name,name\n",
    );
    let mut system = System::with(&portal, &["VISITS"], true);
    let text = "long ".repeat(180_000);
    let batch: Vec<_> = (0..12).map(|number| json!({ "K": format!("k{number}"), "T": text })).collect();
    assert_eq!(system.submit(&json!(batch)).status, 202);
    let (mut keys, mut before, mut answers) = (Vec::new(), String::new(), 0);
    loop {
        let answer = system.get(&format!("{SUBMITTED}?incl-submit-data=true&limit=12{before}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.body.len() < 6 << 20, "{} bytes", answer.body.len());
        let page = json_of(&answer);
        let rows = page["registrations"].as_array().unwrap();
        keys.extend(rows.iter().map(|row| row["data"]["K"].as_str().unwrap().to_owned()));
        answers += 1;
        match page["next"].as_str() {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    assert!(answers > 1);
    assert_eq!(keys, (0..12).rev().map(|number| format!("k{number}")).collect::<Vec<_>>());
    let counted = "SELECT sum(details ->> 'registrations') FROM audit WHERE act = 'api-key.read'";
    assert_eq!(portal.app.sqlite(counted), "12", "only what was told is written down");
}

#[test]
fn the_latest_version_can_be_asked_for_as_where_data_are_sent() {
    let portal = Portal::start();
    let survey = "type,name,label::English (en),hd::key\ntext,K,Key,yes\n";
    define(&portal, "1.0.0", survey, "list_name,name\n");
    let mut system = System::with(&portal, &["VISITS"], true);
    system.submit(&json!({ "K": "old" }));
    define(&portal, "1.1.0", survey, "list_name,name\n");
    system.submit(&json!({ "K": "new" }));
    for (version, wanted) in [("latest", vec!["1.1.0"]), ("1.0.0", vec!["1.0.0"])] {
        let answer = system.get(&format!("{SUBMITTED}?dcd-id=VISITS&dcd-version-id={version}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let told = json_of(&answer);
        let rows = told["registrations"].as_array().unwrap();
        let versions: Vec<_> = rows.iter().map(|row| row["version"].as_str().unwrap()).collect();
        assert_eq!(versions, wanted, "{version}");
    }
}
