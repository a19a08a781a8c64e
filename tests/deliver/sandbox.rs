//! The whole way to the sandbox.

use std::{fs, path::Path};

use hd4dp::sandbox::{Consolidated, consolidated};
use serde_json::{Value, json};

use crate::common::{
    DIAG_HEADER, NIHDI, TestApp, diag, extract,
    outside::{other_patient, sandbox, settled},
};

/// An installation that delivers to the sandbox in `dir`.
fn app(dir: &Path) -> TestApp {
    let app = TestApp::new();
    fs::write(app.data().join("hd4dp.toml"), configuration(dir)).unwrap();
    app.enrol();
    let (store, password) = (dir.join(format!("{NIHDI}.p12")), dir.join("password"));
    let (store, password) = (store.to_str().unwrap(), password.to_str().unwrap());
    app.ok(["certificate", "add", store, "--password-file", password, "--organisation", NIHDI]);
    app
}

/// The sandbox's configuration with its paths made absolute.
fn configuration(dir: &Path) -> String {
    let text = fs::read_to_string(dir.join("hd4dp.toml")).unwrap();
    text.replace("\"ca.pem\"", &format!("{:?}", dir.join("ca.pem")))
        .replace("\"platform-encryption.pem\"", &format!("{:?}", dir.join("platform-encryption.pem")))
}

fn import(app: &TestApp, dcd: &str, content: String) {
    let (status, report) = app.import(dcd, &app.file("rows.csv", content));
    assert_eq!(status, 0, "{report}");
}

fn deliver(app: &TestApp) -> Value {
    let ran = app.run(["deliver", "--until-empty", "--json"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    ran.json()
}

fn data(registration: &Consolidated) -> Value {
    serde_json::from_str(registration.data.as_ref().unwrap()).unwrap()
}

#[test]
fn a_known_row_is_consolidated_with_exactly_the_data_that_the_protocol_prescribes() {
    let dir = tempfile::tempdir().unwrap();
    let _sandbox = sandbox(dir.path(), |_| {});
    let app = app(dir.path());
    import(
        &app,
        "INTEGO-DIAG",
        format!("{DIAG_HEADER}\n{}\n", diag("D1", "Hépatite \"x\"".replace('"', "'").as_str())),
    );
    let header = fs::read_to_string(extract("INTEGO-LAB")).unwrap().lines().next().unwrap().to_owned();
    let lab = "14.10.06-353.54;06/10/2014;m;BE;2060;17529086004;P03;L1;10/10/2023 06:17:47;8302-2;;127,90;;cm;0;1200;";
    import(&app, "INTEGO-LAB", format!("{header}\n{lab}\n"));

    let summary = deliver(&app);
    assert_eq!(
        (&summary["rows_read"], &summary["consolidated"], &summary["queued"], &summary["sent"]),
        (&2.into(), &2.into(), &0.into(), &0.into()),
        "{summary}"
    );
    assert_eq!((&summary["batches"], &summary["codes_deleted"]), (&2.into(), &2.into()));
    assert_eq!(summary["deliveries"], json!({ "queued": 0, "sent": 4, "parked": 0 }));
    assert_eq!(summary["reconciles"], true);

    let all = consolidated(dir.path()).unwrap();
    let of = |variable: &str| all.iter().find(|one| data(one).get(variable).is_some()).unwrap();
    let diagnosis = of("TX_DIAG_ID");
    assert_eq!(
        data(diagnosis),
        json!({
            "CD_PAT_SEX": "M", "CD_CNTRY_RES": "BE", "CD_PAT_PLC_RESDC": "2060", "CD_HPIN": "17529086004",
            "TX_PRACTICE": "P03", "TX_DIAG_ID": "D1", "DT_DIAG": "2023-01-27", "CD_DIAG_SYST": "ICPC2",
            "CD_DIAG": "R74", "TX_DIAG": "Hépatite 'x'", "CD_DIAG_STAT": "RESOLVED", "DT_DIAG_END": "2023-02-09",
        })
    );
    let result = of("TX_LAB_ID");
    let text = result.data.as_ref().unwrap();
    assert_eq!(
        data(result),
        json!({
            "CD_PAT_SEX": "M", "CD_CNTRY_RES": "BE", "CD_PAT_PLC_RESDC": "2060", "CD_HPIN": "17529086004",
            "TX_PRACTICE": "P03", "TX_LAB_ID": "L1", "DT_LAB": "2023-10-10T06:17:47+02:00", "CD_LAB": "8302-2",
            "MS_LAB_VALUE": 127.9, "TX_LAB_UNIT": "cm", "MS_LAB_REF_LOW": 0, "MS_LAB_REF_HIGH": 1200,
        })
    );
    assert!(text.contains("\"MS_LAB_VALUE\":127.9,"), "an exact decimal without trailing zeros: {text}");
    assert!(all.iter().all(|one| one.revision == 1 && one.pseudonym.is_some()));
    assert_eq!(diagnosis.pseudonym, result.pseudonym, "one patient has one pseudonym in one project");
    assert!(!format!("{all:?}").contains("14100635354"));
}

#[test]
fn of_many_batches_sealed_side_by_side_none_has_a_registration_of_another() {
    const ROWS: u64 = 12_345;
    let dir = tempfile::tempdir().unwrap();
    let _sandbox = sandbox(dir.path(), |_| {});
    let app = app(dir.path());
    let rows: Vec<String> = (0..ROWS).map(|number| diag(&format!("D{number}"), "text")).collect();
    import(&app, "INTEGO-DIAG", format!("{DIAG_HEADER}\n{}\n", rows.join("\n")));

    assert_eq!(deliver(&app)["consolidated"], ROWS);
    assert_eq!(app.sqlite("SELECT sum(count) FROM batch"), ROWS.to_string());
    let totals = settled(dir.path());
    assert_eq!((totals.consolidated, totals.records, totals.codes), (ROWS, ROWS, 0));
}

#[test]
fn a_correction_replaces_under_a_higher_revision_and_a_second_patient_has_another_pseudonym() {
    let dir = tempfile::tempdir().unwrap();
    let _sandbox = sandbox(dir.path(), |_| {});
    let app = app(dir.path());
    import(&app, "INTEGO-DIAG", format!("{DIAG_HEADER}\n{}\n{}\n", diag("D1", "one"), other_patient("D2")));
    deliver(&app);
    import(
        &app,
        "INTEGO-DIAG",
        format!("{DIAG_HEADER}\n{}\n{}\n", diag("D1", "better"), diag("D3", "three")),
    );
    let summary = deliver(&app);
    assert_eq!((&summary["consolidated"], &summary["superseded"]), (&3.into(), &1.into()), "{summary}");

    let all = consolidated(dir.path()).unwrap();
    let find = |text: &str| all.iter().find(|one| data(one)["TX_DIAG"] == text).unwrap();
    let (first, corrected) = (find("one"), find("better"));
    assert_eq!((first.revision, corrected.revision), (1, 2));
    assert_eq!(first.record, corrected.record);
    assert_eq!(first.pseudonym, corrected.pseudonym);
    assert_eq!(first.pseudonym, find("three").pseudonym);
    assert_ne!(first.pseudonym, find("text").pseudonym);
    assert_ne!(first.record, find("three").record);
    let totals = settled(dir.path());
    assert_eq!((totals.records, totals.pseudonyms, totals.codes), (3, 2, 0));
}

#[test]
fn what_the_platform_refuses_is_refused_here_with_its_reason() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path(), |_| {});
    sandbox.set_faults(vec!["refuse-some".parse().unwrap()]);
    let app = app(dir.path());
    let rows: Vec<String> = (0..20).map(|number| diag(&format!("D{number}"), "text")).collect();
    import(&app, "INTEGO-DIAG", format!("{DIAG_HEADER}\n{}\n", rows.join("\n")));
    let ran = app.run(["deliver", "--until-empty", "--json"]);
    assert_eq!(ran.status, 3, "refused registrations need attention");
    let summary = ran.json();
    assert_eq!((&summary["consolidated"], &summary["refused"]), (&18.into(), &2.into()));
    assert_eq!(summary["reconciles"], true);
    assert_eq!(app.sqlite("SELECT count(*) FROM refusal WHERE reason <> ''"), "2");

    sandbox.set_faults(Vec::new());
    import(&app, "INTEGO-DIAG", format!("{DIAG_HEADER}\n{}\n", rows.join("\n")));
    let again = app.run(["deliver", "--until-empty", "--json"]).json();
    assert_eq!(again["consolidated"], 20, "the same rows again are taken for those refused: {again}");
}

#[test]
fn a_definition_without_a_patient_sends_one_stream_only() {
    let dir = tempfile::tempdir().unwrap();
    let _sandbox = sandbox(dir.path(), |options| options.without_identity = vec!["STOCK".to_owned()].into());
    let app = app(dir.path());
    let sheets = app.path("STOCK");
    fs::create_dir(&sheets).unwrap();
    let survey = "type,name,label::English (en),required,destination::hd,hd::key\n\
                  text,TX_ITEM,Item,yes,yes,yes\ninteger,NR_COUNT,Number,yes,yes,\n";
    fs::write(sheets.join("survey.csv"), survey).unwrap();
    fs::write(sheets.join("choices.csv"), "list_name,name,label::English (en)\n").unwrap();
    fs::write(
        sheets.join("settings.csv"),
        "form_title,form_id,version,default_language\nStock,STOCK,1.0.0,English (en)\n",
    )
    .unwrap();
    fs::write(sheets.join("hd.csv"), "key,value\nproject,HDBP9999\ndcd,STOCK\n").unwrap();
    app.ok(["definition", "add", sheets.to_str().unwrap()]);
    import(&app, "STOCK", "TX_ITEM;NR_COUNT\nbandage;12\n".to_owned());
    let summary = deliver(&app);
    assert_eq!(
        (&summary["consolidated"], &summary["deliveries"]["sent"]),
        (&1.into(), &1.into()),
        "{summary}"
    );
    let all = consolidated(dir.path()).unwrap();
    assert_eq!(data(&all[0]), json!({ "TX_ITEM": "bandage", "NR_COUNT": 12 }));
    assert_eq!(all[0].pseudonym, None);
    assert_eq!(app.sqlite("SELECT DISTINCT service FROM delivery"), "platform");
}
