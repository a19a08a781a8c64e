//! Organisations: their changes, deactivation and requirements.

use hd4dp::{
    domain::{
        organisation::{Details, Organisation},
        role::Role,
    },
    error::Code,
    store::{Store, Tx, account, member, revision, second_factor},
};

use super::{details, house, id, root};
use crate::common::{NIHDI, TestApp, diag, extract};

#[test]
fn an_organisation_may_require_a_second_factor() {
    let house = house();
    let someone = house.member(house.here, "iemand", &[Role::Auditor]);
    let elsewhere = house.member(house.there, "elders", &[Role::Auditor]);
    let required = |id| house.write(|tx| second_factor::is_required(tx, id));
    assert!(!required(someone));
    house.write(|tx| revision::require_second_factor(tx, &house.manager, house.here, true, "beleid"));
    assert!(required(someone));
    assert!(required(id(&house.manager)), "a manager reaches every organisation");
    assert!(!required(elsewhere));
    house.write(|tx| second_factor::set(tx, someone, &[1; 20], 1, &[], None));
    assert_eq!(house.refused(|tx| second_factor::give_up(tx, someone)).code, Code::Conflict);
    house.write(|tx| second_factor::reset(tx, &house.manager, someone));
    assert!(!house.write(|tx| account::get(tx, someone)).has_second_factor);
}

#[test]
fn members_of_a_deactivated_organisation_lose_access_and_managers_do_not() {
    let house = house();
    let someone = house.member(house.here, "iemand", &[Role::DpManager]);
    house.write(|tx| revision::deactivate(tx, &house.manager, house.here, "fusie"));
    let standing = house.write(|tx| member::standing(tx, someone));
    assert!(!standing.sees(house.here));
    assert!(house.write(|tx| member::standing(tx, id(&house.manager))).sees(house.here));
    house.write(|tx| revision::reactivate(tx, &house.manager, house.here, "toch niet"));
    assert!(house.write(|tx| member::standing(tx, someone)).sees(house.here));
}

#[test]
fn each_change_of_an_organisation_is_a_revision() {
    let house = house();
    let edited = Details { cbe: vec!["0999999031".into()], ..details(NIHDI, "Nieuw hier") };
    let edit = |tx: &Tx<'_>| revision::edit(tx, &house.manager, house.here, &edited, " nieuwe naam ");
    let changed: Organisation = house.write(edit);
    assert_eq!(changed.title, "Nieuw hier");
    house.write(edit);
    house.write(|tx| revision::deactivate(tx, &house.manager, house.here, "fusie"));
    let revisions = house.write(|tx| revision::list(tx, house.here));
    assert_eq!(revisions.len(), 3, "what changes nothing is no revision");
    assert_eq!(revisions[1].message, "nieuwe naam");
    assert_eq!(revisions[1].actor, house.manager.to_string());
    assert_eq!(revisions[1].before["title"], "Hier");
    assert_eq!(revisions[1].after["cbe"][0], "0999999031");
    assert_eq!(revisions[0].after["active"], false);
    assert!(revisions[2].before.is_null());
    let taken = details("72099902", "Dubbel");
    assert_eq!(
        house.refused(|tx| revision::edit(tx, &house.manager, house.here, &taken, "")).code,
        Code::Conflict
    );
    let empty = details(NIHDI, "  ");
    assert_eq!(
        house.refused(|tx| revision::edit(tx, &house.manager, house.here, &empty, "")).code,
        Code::Invalid
    );
}

#[test]
fn organisations_come_from_a_file() {
    let app = TestApp::new();
    let file = app.file(
        "organisaties.csv",
        "Title;NIHDI;CBE\nZiekenhuis Daar;72099902;0999999031\nFictief;71099911;\nFout;71099912;\n",
    );
    let ran = app.run(["organisation", "import", file.to_str().unwrap(), "--json"]);
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    assert_eq!(ran.json(), serde_json::json!({ "added": 1, "known": 1, "refused": 1 }));
    assert!(ran.stderr.contains('4'), "the line is named: {}", ran.stderr);
    let list = app.ok(["organisation", "list", "--json"]).json();
    let titles: Vec<_> = list.as_array().unwrap().iter().map(|known| known["title"].clone()).collect();
    assert_eq!(titles, ["Fictief Ziekenhuis", "Ziekenhuis Daar"], "what is known keeps its title");
    let wrong = app.file("zonder.csv", "title\nZiekenhuis\n");
    assert_eq!(app.run(["organisation", "import", wrong.to_str().unwrap()]).status, 1);
}

#[test]
fn nothing_is_imported_or_sealed_for_a_deactivated_organisation() {
    let app = TestApp::new();
    app.enrol();
    app.import("INTEGO-DIAG", &extract("INTEGO-DIAG"));
    let store = Store::open(&app.data()).unwrap();
    let waiting = || store.read(hd4dp::store::batch::waiting).unwrap().len();
    assert_eq!(waiting(), 1);
    let here = store.read(|tx| Ok(hd4dp::store::organisation::all(tx)?.remove(0).id)).unwrap();
    store.write(|tx| revision::deactivate(tx, &root(), here, "")).unwrap();
    assert_eq!(waiting(), 0);
    let row = diag("D9001", "x");
    let file = app.file("nieuw.csv", format!("{}\n{row}\n", crate::common::DIAG_HEADER));
    let file = file.to_str().unwrap();
    let ran = app.run(["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG", file]);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("deactivated"), "{}", ran.stderr);
    store.write(|tx| revision::reactivate(tx, &root(), here, "")).unwrap();
    assert_eq!(waiting(), 1);
}
