//! What a payload may hold, as clients learn it.

#![allow(clippy::unwrap_used)]

use super::system::{System, json_of};
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
