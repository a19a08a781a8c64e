//! The definitions that come with the appliance.

use std::{
    collections::HashMap,
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Child,
    thread,
    time::{Duration, Instant},
};

use hd4dp::{
    definition::{Codes, Kind, bundled, find_bundled},
    domain::code_system::CodeSystem,
    sandbox::{Totals, consolidated},
};
use serde_json::{Value, json};

use crate::common::{NIHDI, TestApp};

/// A variable as the public conversion has it.
struct Source {
    field: String,
    kind: String,
    several: bool,
    list: String,
}

fn in_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The variables of each published definition, in order.
fn published() -> Vec<(String, Vec<Source>)> {
    let text = fs::read_to_string(in_project("packaging/catalogue/variables.tsv")).unwrap();
    let mut definitions: Vec<(String, Vec<Source>)> = Vec::new();
    for line in text.lines().skip(2) {
        let mut cells = line.split('\t').map(str::to_owned).collect::<Vec<_>>();
        cells.resize(7, String::new());
        let [_, dcd, field, kind, _, cardinality, list] = cells.try_into().unwrap();
        if definitions.last().is_none_or(|(known, _)| *known != dcd) {
            definitions.push((dcd, Vec::new()));
        }
        let (_, variables) = definitions.last_mut().unwrap();
        variables.push(Source { field, kind, several: cardinality == "multi", list });
    }
    definitions
}

/// The rows of a folder's sheet `survey` that have a name, as type and name.
fn survey(folder: &Path) -> Vec<(String, String)> {
    let mut reader = csv::Reader::from_path(folder.join("survey.csv")).unwrap();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        (record[0].to_owned(), record[1].to_owned())
    });
    rows.filter(|(_, name)| !name.is_empty()).collect()
}

#[test]
fn each_published_definition_has_its_variables_in_order_with_the_type_that_we_claim() {
    let folders: Vec<PathBuf> =
        fs::read_dir(in_project("assets/definitions")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let names_of = |rows: &[(String, String)]| rows.iter().map(|(_, name)| name.clone()).collect();
    let folders: HashMap<Vec<String>, PathBuf> =
        folders.into_iter().map(|folder| (names_of(&survey(&folder)), folder)).collect();
    let published = published();
    assert_eq!(published.len(), 23);
    assert_eq!(published.iter().map(|(_, variables)| variables.len()).sum::<usize>(), 2_687);
    for (dcd, variables) in published {
        let names: Vec<String> = variables.iter().map(|variable| variable.field.clone()).collect();
        let folder = folders.get(&names).unwrap_or_else(|| panic!("{dcd}: no such variables"));
        let (_, name) = folder.file_name().unwrap().to_str().unwrap().split_once('_').unwrap();
        let definition = find_bundled(name).unwrap();
        for (source, (kind, name)) in variables.iter().zip(&survey(folder)) {
            let place = definition.variable(name);
            let variable = place.map(|at| &definition.variables[at]);
            let claimed = claimed(source, names.iter().any(|name| name == "CD_CNTRY_RESDC"));
            assert_eq!(kind.split(' ').next().unwrap(), claimed, "{dcd} {name}");
            match variable {
                None => assert!(
                    ["begin_group", "note"].contains(&claimed) || name.contains("AUTHOR"),
                    "{dcd} {name}"
                ),
                Some(variable) if source.kind == "code" && variable.kind == Kind::Text => assert!(
                    is_checked(variable.codes.as_ref(), source.several)
                        || variable.role.is_some()
                        || is_plain(name),
                    "{dcd} {name}: no list and no shape"
                ),
                Some(_) => {}
            }
        }
    }
}

/// The type by the name's prefix, and by the lists that are known. Beside a
/// country the residence is a Belgian postal code, else one of a list.
fn claimed(source: &Source, has_country: bool) -> &'static str {
    let field = source.field.as_str();
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| field.starts_with(prefix));
    let list = source.list.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let is_yes_no = list.starts_with("yn") || ["ca_yn", "pm_yn", "pm_yn_na"].contains(&list);
    let is_listed = ["CD_PAT_SEX", "CD_LTRLTY"].contains(&field);
    let is_shared = field == "CD_CNTRY_RESDC" || (field == "CD_PAT_PLC_RESDC" && !has_country);
    match field {
        _ if starts(&["TX_TTL_"]) => "begin_group",
        "TX_CTNT_LANG_2" => "note",
        _ if starts(&["D_", "DT_"]) => "date",
        _ if starts(&["T_"]) => "time",
        _ if starts(&["NR_", "MS_"]) => "decimal",
        _ if is_shared => "select_one_from_file",
        _ if is_yes_no || source.kind == "boolean" || is_listed => "select_one",
        _ => "text",
    }
}

fn is_checked(codes: Option<&Codes>, several: bool) -> bool {
    match codes {
        Some(Codes::Of(CodeSystem::HealthdataSeveral)) => several,
        Some(Codes::Of(CodeSystem::Healthdata | CodeSystem::Nihdi)) => !several,
        _ => false,
    }
}

/// What the notes say is taken as any text.
fn is_plain(name: &str) -> bool {
    ["VFROM", "VTO", "SADMI_NOTIFIC"].iter().any(|part| name.contains(part))
}

#[test]
fn each_definition_says_in_each_language_where_it_comes_from_and_what_everything_is_called() {
    assert_eq!(bundled().len(), 28);
    for known in bundled() {
        let definition = known.definition().unwrap();
        assert_eq!(definition.source_note.iter().count(), 3, "{}", definition.name);
        assert_eq!(definition.titles.iter().count(), 3, "{}", definition.name);
        for variable in &definition.variables {
            assert_eq!(variable.labels.iter().count(), 3, "{} {}", definition.name, variable.name);
        }
    }
}

#[test]
fn places_of_residence_are_named_in_each_language_and_countries_are_the_norms() {
    let knee = find_bundled("OP_KNEE_PRIM_IMPLT").unwrap();
    let list = knee.list_of(&knee.variables[knee.variable("CD_PAT_PLC_RESDC").unwrap()]).unwrap();
    assert!(list.choices.len() > 1_100, "{}", list.choices.len());
    for (code, name) in [
        ("1000", "1000 Bruxelles"),
        ("9000", "9000 Gent"),
        ("4000", "4000 Liège"),
        ("9999", "Woonplaats niet in België"),
    ] {
        assert_eq!(list.find(code), list.find(name), "{name}");
        assert!(list.find(code).is_some(), "{code}");
    }
    let follow_up = find_bundled("QERMID_Pacemaker_Follow-up_T1").unwrap();
    assert!(follow_up.lists.iter().any(|list| list.name == "countries.csv" && list.choices.len() == 249));
}

/// A running `hd4dp sandbox`.
struct Sandbox(Child);

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The sandbox as a process of its own, once it listens, with its
/// configuration for an appliance elsewhere.
fn sandbox(app: &TestApp, dir: &Path) -> (Sandbox, String) {
    let sandbox = Sandbox(app.spawn(["sandbox", "--port", "0", "--dir", dir.to_str().unwrap()]));
    let started = Instant::now();
    loop {
        assert!(started.elapsed() < Duration::from_secs(60), "the sandbox does not start");
        thread::sleep(Duration::from_millis(50));
        let Ok(text) = fs::read_to_string(dir.join("hd4dp.toml")) else { continue };
        let Some((_, rest)) = text.split_once("[platform]") else { continue };
        let port =
            rest.split_once("://").and_then(|(_, rest)| rest.split(['"', '/']).next()?.rsplit(':').next());
        let Some(port) = port.and_then(|port| port.parse::<u16>().ok()) else { continue };
        if TcpStream::connect(("localhost", port)).is_ok() {
            let absolute = |text: &str, name: &str| {
                text.replace(&format!("\"{name}\""), &format!("{:?}", dir.join(name)))
            };
            return (sandbox, absolute(&absolute(&text, "ca.pem"), "platform-encryption.pem"));
        }
    }
}

#[test]
fn the_barometer_knows_no_patient_and_goes_to_the_platform_alone() {
    let app = TestApp::new();
    let dir = app.path("outside");
    let (_sandbox, configuration) = sandbox(&app, &dir);
    fs::write(app.data().join("hd4dp.toml"), configuration).unwrap();
    let (store, password) = (dir.join(format!("{NIHDI}.p12")), dir.join("password"));
    let (store, password) = (store.to_str().unwrap(), password.to_str().unwrap());
    app.ok(["certificate", "add", store, "--password-file", password, "--organisation", NIHDI]);

    let rows = app.ok(["sample", "--dcd", "COVID19-BARO-FCS", "--rows", "250"]).stdout;
    let file = app.file("HD_DCD_submcsv_HDBP0294_COVID19-BARO-FCS_v0.1.csv", &rows);
    let (status, report) = app.import("COVID19-BARO-FCS", &file);
    assert_eq!((status, &report["accepted"], &report["held"]), (0, &250.into(), &0.into()), "{report}");

    let summary: Value = app.ok(["deliver", "--until-empty", "--json"]).json();
    assert_eq!((&summary["consolidated"], &summary["reconciles"]), (&250.into(), &true.into()), "{summary}");
    assert_eq!(summary["deliveries"], json!({ "queued": 0, "sent": 1, "parked": 0 }));
    assert_eq!(summary["codes_deleted"], 1);
    assert_eq!(app.sqlite("SELECT DISTINCT service FROM delivery"), "platform");

    let totals = Totals::read(&dir).unwrap();
    assert_eq!((totals.consolidated, totals.pseudonyms, totals.codes, totals.waiting), (250, 0, 0, 0));
    let all = consolidated(&dir).unwrap();
    assert!(all.iter().all(|one| one.pseudonym.is_none()));
    let data: Value = serde_json::from_str(all[0].data.as_ref().unwrap()).unwrap();
    assert!(data["CD_HELP_NEED"].is_boolean() && data["NR_STAFF"].is_number(), "{data}");
}
