//! What a payload may hold, as clients learn it.

#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::system::{System, define, json_of};
use crate::portal::client::Portal;

#[test]
fn anybody_learns_which_organisations_and_definitions_there_are() {
    let portal = Portal::start();
    let mut stranger = portal.stranger();
    for path in ["/proxy/api/organizations", "/proxy/api/installation/organizations"] {
        let known = json_of(&stranger.get(path));
        assert_eq!(known[0]["name"], "Fictief Ziekenhuis");
    }
    let menu = json_of(&stranger.get("/proxy/api/dcd/menu/structure?organization-id=1"));
    let intego = menu.as_array().unwrap().iter().find(|project| project["code"] == "HDBP0147").unwrap();
    assert_eq!(intego["name"], "INTEGO");
    assert_eq!(intego["dcds"].as_array().unwrap().len(), 3);
}

#[test]
fn a_definition_tells_its_fields_in_the_language_asked_for() {
    let portal = Portal::start();
    let mut system = System::with(&portal, &["INTEGO-DIAG", "INTEGO-LAB"], false);
    let path = "/proxy/api/dcd/payload/definition?dcd-id=INTEGO-DIAG";
    let english = json_of(&system.get(path));
    let dutch = json_of(&system.get(&format!("{path}&language-id=nl&version=latest")));
    let label = |told: &serde_json::Value| {
        let fields = told["fields"].as_array().unwrap();
        let field = fields.iter().find(|field| field["key"] == "CD_PAT_SEX").unwrap();
        (field["label"].as_str().unwrap().to_owned(), field["fieldId"].clone(), field["fieldType"].clone())
    };
    assert_ne!(label(&english).0, label(&dutch).0);
    assert_eq!(label(&english).2, "CODE");
    let field = json_of(&system.get(&format!("/proxy/api/dcd/field?field-id={}", label(&english).1)));
    assert_eq!(field["key"], "CD_PAT_SEX");
    assert_eq!(system.get("/proxy/api/dcd/field").status, 400);
    assert_eq!(system.get("/proxy/api/dcd/field?field-id=1").status, 404);
    assert_eq!(system.get("/proxy/api/dcd/payload/definition").status, 400, "which of the two?");
    assert_eq!(system.get(&format!("{path}&language-id=de")).status, 400);
}

#[test]
fn a_repeat_is_told_with_its_fields_and_taken_as_an_array_of_objects() {
    let portal = Portal::start();
    define(
        &portal,
        "1.0.0",
        "type,name,label::English (en),required,hd::key\ntext,TX_ID,Number,yes,yes\n\
         begin repeat,VISIT,Visit,,\ninteger,NR_VISIT,Number of the visit,yes,\nend repeat,,,,\n",
        "list_name,name,label::English (en)\n",
    );
    let mut system = System::with(&portal, &["VISITS"], true);
    let told = json_of(&system.get("/proxy/api/dcd/payload/definition"));
    assert_eq!(told["repeats"][0]["fields"][0]["key"], "NR_VISIT");
    let payload = json!({ "TX_ID": "1", "VISIT": [{ "NR_VISIT": 1 }, { "NR_VISIT": "2" }] });
    let answer = system.submit(&payload);
    assert_eq!(answer.status, 202, "{}", answer.text());
    let stored = json_of(&system.get("/proxy/api/dcd/submit?incl-submit-data=true"));
    assert_eq!(stored["registrations"][0]["data"]["VISIT"], json!([{ "NR_VISIT": 1 }, { "NR_VISIT": 2 }]));
    let wrong =
        json_of(&system.submit(&json!({ "TX_ID": "2", "VISIT": [{ "NR_VISIT": "x" }], "visit": [] })));
    let findings: Vec<_> =
        wrong["findings"].as_array().unwrap().iter().map(|found| &found["field"]).collect();
    assert_eq!(findings, ["VISIT[1]/NR_VISIT", "VISIT"]);
    let questionnaire = json_of(&system.get("/proxy/fhir/Questionnaire/VISITS"));
    let group =
        questionnaire["item"].as_array().unwrap().iter().find(|item| item["linkId"] == "VISIT").unwrap();
    assert_eq!((&group["type"], &group["repeats"]), (&json!("group"), &json!(true)));
}

#[test]
fn numbers_given_out_for_an_earlier_open_version_are_known_until_it_is_closed() {
    let portal = Portal::start();
    let choices = "list_name,name,label::English (en)\nOLD,a,Ay\nBOTH,b,Bee\n";
    let survey = "type,name,label::English (en),hd::key\ntext,K,Key,yes\nselect_one BOTH,B,";
    define(&portal, "1.0.0", &format!("{survey}Earlier,\nselect_one OLD,O,Old,\n"), choices);
    define(&portal, "2.0.0", &format!("{survey}Later,\n"), choices);
    let mut system = System::with(&portal, &["VISITS", "INTEGO-DIAG"], false);
    let path = "/proxy/api/dcd/payload/definition?dcd-id=VISITS&version=1.0.0";
    let told = json_of(&system.get(path));
    let field = |name: &str| {
        told["fields"].as_array().unwrap().iter().find(|field| field["key"] == name).unwrap().clone()
    };
    let field_path = |id: &serde_json::Value| format!("/proxy/api/dcd/field?field-id={id}");
    let list_path = |id: &serde_json::Value| format!("/proxy/api/dcd/codelist?codelist-id={id}");
    let (old, both) = (field("O"), field("B"));
    for _ in 0..2 {
        assert_eq!(json_of(&system.get(&field_path(&old["fieldId"])))["label"], "Old");
        assert_eq!(json_of(&system.get(&field_path(&both["fieldId"])))["label"], "Later");
        assert_eq!(json_of(&system.get(&list_path(&old["codelistId"])))["values"][0]["code"], "a");
        assert_eq!(json_of(&system.get("/proxy/api/dcd/field?field-id=o"))["label"], "Old");
        assert_eq!(json_of(&system.get("/proxy/api/dcd/field?field-id=b"))["label"], "Later");
        assert_eq!(system.get("/proxy/api/dcd/field?field-id=NOBODY").status, 404);
    }
    portal.app.ok(["definition", "drafts", "VISITS", "close"]);
    assert_eq!(system.get(&field_path(&old["fieldId"])).status, 404);
    assert_eq!(json_of(&system.get(&field_path(&both["fieldId"])))["label"], "Later");
}

#[test]
fn a_list_by_its_name_has_the_other_answer_where_every_variable_takes_it() {
    let portal = Portal::start();
    define(
        &portal,
        "1.0.0",
        "type,name,label::English (en),hd::key\ntext,K,Key,yes\nselect_one germ or_other,G,Germ,\n\
         select_one site or_other,S,Site,\nselect_one site,T,Second site,\n",
        "list_name,name,label::English (en)\ngerm,e,E. coli\nsite,l,Lung\n",
    );
    let mut system = System::with(&portal, &["VISITS"], false);
    let mut codes = |list: &str| {
        let told = json_of(&system.get(&format!("/proxy/api/dcd/codelist?codelist-id={list}")));
        told["values"].as_array().unwrap().iter().map(|value| value["code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(codes("germ"), ["e", "other"]);
    assert_eq!(codes("SITE"), ["l"]);
    let told = json_of(&system.get("/proxy/api/dcd/field?field-id=S"));
    let listed = json_of(&system.get(&format!("/proxy/api/dcd/codelist?codelist-id={}", told["codelistId"])));
    assert_eq!(listed["values"][1]["code"], "other");
}
