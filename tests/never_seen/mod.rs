//! A new register costs a workbook, not code: one that nobody saw before, with
//! everything that the appliance understands of XLSForm, comes in by the portal
//! and takes registrations on every way, while the appliance runs on.

#![allow(clippy::unwrap_used)]

mod sent;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use hd4dp::{
    sandbox::{Consolidated, consolidated},
    store::account,
};
use serde_json::{Value, json};

use sent::{ADULT, CHILD, HEADER, PHYSICIAN, payload, response, row, typed};

use crate::{
    api::system::{SUBMIT, json_of},
    common::{
        fixture,
        outside::{delivering, sandbox, wait_until},
        workbook::{sheets, workbook},
    },
    portal::client::{Answer, Person, Portal},
};

const GROUP: &str = "/ssp/groups/71099911";

/// What a workbook may say in its expressions.
const FUNCTIONS: &str = "if coalesce selected selected-at count-selected regex string-length substr concat contains \
    starts-with ends-with translate normalize-space number string boolean int round abs pow min max sum count \
    count-non-empty position indexed-repeat index today now date date-time decimal-date-time format-date once uuid \
    digest jr:choice-name checklist weighted-checklist true false random not";

fn folder() -> PathBuf {
    fixture("definition/never-seen")
}

/// The columns of the survey that hold expressions.
fn expressions() -> Vec<String> {
    let survey = &sheets(&folder()).into_iter().find(|(name, _)| name == "survey").unwrap().1;
    let asked =
        ["relevant", "constraint", "required", "calculation", "default", "choice_filter", "repeat_count"];
    let columns: Vec<usize> =
        asked.iter().map(|name| survey[0].iter().position(|column| column == name).unwrap()).collect();
    let rows = survey[1..].iter().flat_map(|row| columns.iter().map(|column| row[*column].clone()));
    rows.filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn the_workbook_uses_everything_and_is_named_nowhere_in_the_product() {
    let all = expressions().join("\n");
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | ':' | '_');
    let called: BTreeSet<&str> = all
        .match_indices('(')
        .map(|(at, _)| all[..at].rsplit(|letter| !is_word(letter)).next().unwrap())
        .filter(|name| !name.is_empty() && !["and", "or", "div", "mod"].contains(name))
        .collect();
    assert_eq!(called, FUNCTIONS.split_whitespace().collect());
    for operator in [
        " and ", " or ", " div ", " mod ", " + ", " - ", " * ", " = ", " != ", " < ", " <= ", " > ", " >= ",
        "(..)", ". >", "${",
    ] {
        assert!(all.contains(operator), "{operator}");
    }
    let survey = fs::read_to_string(folder().join("survey.csv")).unwrap();
    for feature in [
        "select_one_from_file",
        "or_other",
        "select_multiple",
        "begin_group",
        "begin_repeat",
        "repeat_count",
        "range,",
        "read_only",
        "authentic_source::",
        "destination::hd",
        "destination::nippin",
        "hd::key",
        "TX_AUTHOR_GR",
        "TX_COAUTHOR",
        "IDC_PAT",
        "TX_IDC_PAT_GENER",
        "TX_IDC_PAT_INT",
        "CD_HPIN",
        "TX_REGN_CD",
        "constraint_message::Dutch",
        "required_message::French",
        "name::technical",
        "choice_filter",
    ] {
        assert!(survey.contains(feature), "{feature}");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "assets", "packaging"] {
        no_file_names(&root.join(folder), &["VENOM", "STUNG", "HDBP9173"]);
    }
}

fn no_file_names(folder: &Path, words: &[&str]) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            no_file_names(&path, words);
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert!(!words.iter().any(|word| text.contains(word)), "{}", path.display());
    }
}

#[test]
fn a_workbook_never_seen_before_runs_from_the_portal_to_the_platform_without_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let _sandbox = sandbox(dir.path(), |_| {});
    let mut portal = Portal::start_on(delivering(dir.path()));
    let process = portal.process();
    let mut manager = portal.manager("manager@fictief.example");

    comes_in(&mut manager);
    let mut lead = gets_people(&portal, &mut manager);
    by_form(&mut lead);
    by_file(&mut lead);
    by_systems(&portal, &mut manager);

    let all = all_consolidated(dir.path(), 8);
    check_streams(&all, dir.path());
    let list = format!("{GROUP}/registrations?state=consolidated");
    let told = || lead.get(&list).text().matches("<th scope=\"row\"").count() == 8;
    wait_until("the portal shows that they are consolidated", told);
    assert!(!portal.log().contains(CHILD) && !portal.log().contains(ADULT));
    assert_eq!(portal.process(), process, "it is the same process");
}

/// A workbook with a mistake is refused with its place; the right one is in the
/// list and on its page.
fn comes_in(manager: &mut Person) {
    let mut wrong = sheets(&folder());
    let survey = wrong.iter_mut().find(|(name, _)| name == "survey").unwrap();
    let column = survey.1[0].iter().position(|name| name == "constraint").unwrap();
    let row = survey.1.iter().position(|row| row[1] == "NR_STING_PAIN").unwrap();
    survey.1[row][column] = ". > random()".into();
    let refused = add(manager, &workbook(&wrong));
    let told = format!("Sheet survey, row {}, column constraint", row + 1);
    assert!(refused.status == 422 && refused.text().contains(&told), "{}", refused.text());
    assert!(!manager.get("/ssp/definitions").text().contains("APIVENOM-CURE"));

    let taken = add(manager, &workbook(&sheets(&folder())));
    assert_eq!(taken.status, 303, "{}", taken.text());
    assert!(manager.get("/ssp/definitions").text().contains("APIVENOM-CURE"));
    let page = manager.get(taken.location()).text();
    for told in ["Venom cure", "TX_STING_NR", "apiaries.csv", "count(${VENOM_SHOT})", "VENOM_CHECK[]"] {
        assert!(page.contains(told), "{told}");
    }
}

fn add(manager: &mut Person, workbook: &[u8]) -> Answer {
    manager.get("/ssp/definitions");
    manager.post_file("/ssp/definitions", &[], ("workbook", "venom.xlsx", workbook))
}

/// The project of the workbook can be given away at once, and its physician
/// enrolled. The person who then fills forms in.
fn gets_people(portal: &Portal, manager: &mut Person) -> Person {
    let email = "lead@fictief.example";
    let form = manager.post(&format!("{GROUP}/members/add"), &[("email", email)]).text();
    assert!(form.contains("value=\"HDBP9173\""), "{form}");
    let fields = [
        ("email", email),
        ("role", "study_lead"),
        ("projects-study_lead", "HDBP9173"),
        ("role", "dp_manager"),
    ];
    let added = manager.post(&format!("{GROUP}/members/add/roles"), &fields);
    assert_eq!(added.status, 200, "{}", added.text());
    let account = portal.store.read(|tx| account::by_email(tx, email)).unwrap().unwrap();
    let mut lead = portal.arrived(account.id);
    assert!(lead.get(&format!("{GROUP}/enrolments?project=HDBP9173")).text().contains("HDBP9173"));
    let fields = [("project", "HDBP9173"), ("nihdi", PHYSICIAN), ("since", "2020-01-01")];
    let enrolled = lead.post(&format!("{GROUP}/enrolments/add"), &fields);
    assert_eq!(enrolled.status, 303, "{}", enrolled.text());
    lead
}

/// The form has every field in the person's language and what it begins with;
/// one registration goes in, and one is refused in the workbook's own words.
fn by_form(lead: &mut Person) {
    let form = format!("{GROUP}/registrations/new/APIVENOM-CURE");
    assert!(!shown(lead, &form).contains(">Well<"), "a form that begins with no checks asks for none");
    let two = [("v-NR_VENOM_CHECKS", "2"), ("n-VENOM_SHOT", "1"), ("act", "check"), ("end", "1")];
    let checked = plain(&lead.post(&form, &two));
    assert!(checked.contains("r-VENOM_CHECK-2-DT_VENOM_CHECK") && !checked.contains("add-VENOM_CHECK"));
    let page = shown(lead, &form) + &checked;
    let survey = &sheets(&folder()).into_iter().find(|(name, _)| name == "survey").unwrap().1;
    for row in &survey[1..] {
        let [kind, name] = [&row[0], &row[1]];
        let is_field = !kind.starts_with("end") && kind != "start" && !name.starts_with("TX_AUTHOR");
        let label = &row[survey[0].iter().position(|column| column == "label::English (en)").unwrap()];
        if is_field && name != "TX_COAUTHOR" {
            // What a label speaks of is not answered yet.
            let label = label.replace("${CD_STINGER}", "…").replace("${MS_VENOM}", "…");
            assert!(page.contains(&label) && !label.contains('$'), "{name}: {label}");
        }
    }
    let today = hd4dp::clock::today().to_string();
    for begun in ["value=\"bees and wasps\"", "value=\"Belgium (BE)\"", &format!("value=\"{today}\"")] {
        assert!(page.contains(begun), "{begun}: {page}");
    }

    let wrong = [("v-MS_TRYPTASE", "600"), ("r-VENOM_SHOT-2-MS_VENOM", "250"), ("v-TX_STING_NR", "ab1")];
    let refused = lead.post(&form, &typed("AB1", &wrong));
    assert_eq!(refused.status, 422);
    for own in [
        "Between 0 and 500 µg/l.",
        "Up to 200 µg.",
        "Two capital letters, then digits: AB12.",
        "The venom cure after Other follows.",
        "Why 10 µg",
        "Why 250 µg",
    ] {
        assert!(plain(&refused).contains(own), "{own}");
    }
    let entered = lead.post(&form, &typed("AB1", &[]));
    assert_eq!(entered.status, 303, "{}", entered.text());
    let shown = lead.get(entered.location()).text();
    for value in ["bumblebee", "Injection 2", "BMI", "17.9", "bees and wasps", "only for us"] {
        assert!(shown.contains(value), "{value}: {shown}");
    }
}

/// A file with repeats in columns, one with repeats as JSON; what is wrong is
/// told with its column and the workbook's own words.
fn by_file(lead: &mut Person) {
    let known = format!("{ADULT};no;F77;;;1985-04-02");
    let unnumbered = ";yes;F78;Peeters;Jan;1985-04-02";
    let columns = ["DT_VENOM", "MS_VENOM", "TX_VENOM_WHY"]
        .map(|name| format!("VENOM_SHOT[1]/{name};venom_shot[2]/{name}"))
        .join(";");
    let checks = "VENOM_CHECK[1]/DT_VENOM_CHECK;VENOM_CHECK[1]/CD_VENOM_WELL";
    let rows = [
        row(&known, "CD1", "12.5;1") + ";2024-06-01;2024-06-08;10;20;;;2024-07-01;yes",
        row(unnumbered, "CD2", "12.5;0") + ";;;;;;;;",
        row(&known, "CD3", "700;0") + ";2024-04-01;;10;;;;;",
        row(&known, "cd4", "12.5;2") + ";;;;;;;2024-07-01;no",
    ];
    let page = upload(lead, &format!("{HEADER};{columns};{checks}\n{}\n", rows.join("\n")), 2);
    for (column, message) in [
        ("MS_TRYPTASE", "Between 0 and 500 µg/l."),
        ("VENOM_SHOT[1]/DT_VENOM", "The cure follows the sting."),
        ("TX_STING_NR", "Two capital letters, then digits: AB12."),
        ("VENOM_CHECK", "2"),
    ] {
        assert!(page.contains(column) && page.contains(message), "{column}: {page}");
    }
    let json = r#""[{""DT_VENOM"":""2024-06-01"",""MS_VENOM"":100}]""#;
    upload(lead, &format!("{HEADER};VENOM_SHOT\n{};{json}\n", row(&known, "CD5", "12.5;0")), 1);
}

/// Uploads a file, imports its good rows, and gives the page of its findings.
fn upload(lead: &mut Person, content: &str, good: usize) -> String {
    let new = format!("{GROUP}/uploads/new");
    assert!(lead.get(&new).text().contains("value=\"APIVENOM-CURE@1.0.0\""));
    let fields = [("definition", "APIVENOM-CURE@1.0.0")];
    let sent = lead.post_file(&new, &fields, ("file", "stings.csv", content.as_bytes()));
    assert_eq!(sent.status, 303, "{}", sent.text());
    let path = sent.location().to_owned();
    let import = if good == 1 { "Import one row".to_owned() } else { format!("Import {good} rows") };
    reaches(lead, &path, &import);
    assert_eq!(lead.post(&format!("{path}/import"), &[]).status, 303);
    reaches(lead, &path, "This became of the rows:");
    shown(lead, &format!("{path}/findings"))
}

fn shown(person: &mut Person, path: &str) -> String {
    plain(&person.get(path))
}

/// The text of a page, its escapes undone.
fn plain(answer: &Answer) -> String {
    answer.text().replace("&#x2f;", "/").replace("&#x27;", "'")
}

fn reaches(person: &mut Person, path: &str, state: &str) {
    let began = Instant::now();
    loop {
        let page = shown(person, path);
        if page.contains(state) {
            return;
        }
        assert!(began.elapsed().as_secs() < 60, "{state}: {page}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// A key is made in the portal; single payloads, lines and FHIR go in with it.
fn by_systems(portal: &Portal, manager: &mut Person) {
    assert!(manager.get(&format!("{GROUP}/api/add")).text().contains("APIVENOM-CURE"));
    let until = (hd4dp::clock::today() + jiff::Span::new().days(30)).to_string();
    let fields = [("name", "Bee unit"), ("definition", "APIVENOM-CURE"), ("until", until.as_str())];
    let made = manager.post(&format!("{GROUP}/api/add"), &fields).text();
    let secret = made.split("id=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
    let bearer = format!("Bearer {secret}");
    let mut system = portal.stranger();
    let mut post = |path: &str, kind: &str, body: &str| {
        system.send("POST", path, &[("Authorization", &bearer), ("Content-Type", kind)], body.as_bytes())
    };
    let submit = format!("{SUBMIT}?dcd-id=APIVENOM-CURE&language-id=fr");

    let single = post(&submit, "application/json", &payload("EF1").to_string());
    assert_eq!(single.status, 202, "{}", single.text());
    let mut wrong = payload("EF2");
    wrong["VENOM_SHOT"][0]["MS_VENOM"] = json!(250);
    wrong["CD_APIARY"] = json!("A33");
    let refused = post(&submit, "application/json", &wrong.to_string());
    assert_eq!(refused.status, 422);
    let told: Vec<_> = json_of(&refused)["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            (found["field"].as_str().unwrap().to_owned(), found["message"].as_str().unwrap().to_owned())
        })
        .collect();
    assert!(told.iter().any(|(field, _)| field == "CD_APIARY"), "not of this region: {told:?}");
    let own = ("VENOM_SHOT[1]/MS_VENOM".to_owned(), "Jusqu’à 200 µg.".to_owned());
    assert!(told.contains(&own), "{told:?}");

    let lines = ["EF3", "EF4", "bad"].map(|number| payload(number).to_string()).join("\n");
    let batch = json_of(&post(&submit, "application/x-ndjson", &lines));
    assert_eq!((&batch["accepted"], &batch["rejected"]), (&json!(2), &json!(1)), "{batch}");

    let fhir = "/proxy/fhir/QuestionnaireResponse";
    let taken = post(fhir, "application/fhir+json", &response("GH1").to_string());
    assert_eq!(taken.status, 202, "{}", taken.text());
    let refused = post(fhir, "application/fhir+json", &response("gh2").to_string());
    assert!(refused.status == 422 && refused.text().contains("TX_STING_NR"), "{}", refused.text());
    let questionnaire = system_get(portal, &bearer, "/proxy/fhir/Questionnaire/APIVENOM-CURE");
    assert!(questionnaire["item"].to_string().contains("VENOM_SHOT"), "{questionnaire}");
}

fn system_get(portal: &Portal, bearer: &str, path: &str) -> Value {
    json_of(&portal.stranger().send("GET", path, &[("Authorization", bearer)], b""))
}

fn all_consolidated(dir: &Path, count: usize) -> Vec<Consolidated> {
    let began = Instant::now();
    loop {
        let all = consolidated(dir).unwrap();
        if all.len() == count {
            return all;
        }
        assert!(began.elapsed().as_secs() < 60, "{} of {count}", all.len());
        thread::sleep(Duration::from_millis(100));
    }
}

/// The platform has what is destined to it, and no more; who the patients are
/// went to the third party alone, which has nothing else.
fn check_streams(all: &[Consolidated], dir: &Path) {
    let data = |number: &str| -> (&Consolidated, Value) {
        let is_it = |one: &&Consolidated| one.data.as_ref().unwrap().contains(&format!("\"{number}\""));
        let found = all.iter().find(is_it).unwrap_or_else(|| panic!("{number}: {all:?}"));
        (found, serde_json::from_str(found.data.as_ref().unwrap()).unwrap())
    };
    let (by_form, form) = data("AB1");
    for (name, value) in [
        ("CD_STINGER", json!("other")),
        ("CD_STINGER_other", json!("bumblebee")),
        ("CD_STING_SIGN", json!(["hives", "shock"])),
        ("MS_TRYPTASE", json!(24.5)),
        ("CD_APIARY", json!("A31")),
        ("MS_STUNG_BMI", json!(17.9)),
        ("MS_VENOM_SUM", json!(160)),
        ("MS_VENOM_SPAN", json!(140)),
        ("NR_VENOM_SHOTS", json!(2)),
        ("NR_VENOM_WHY", json!(1)),
        ("NR_STUNG_AGE", json!(9)),
        ("TX_STING_FIRST", json!("hives")),
        ("TX_STING_MONTH", json!("2024-05")),
        ("DT_STING_RECALL", json!("2024-06-05")),
        ("CD_STING_GRAVE", json!("yes")),
        ("TX_STING_TAG", json!("3/AB1")),
        ("TX_STING_UNIT", json!("bees and wasps")),
    ] {
        assert_eq!(form[name], value, "{name}: {form}");
    }
    let steps: Vec<_> =
        form["VENOM_SHOT"].as_array().unwrap().iter().map(|shot| &shot["MS_VENOM_STEP"]).collect();
    assert_eq!(steps, [&json!(10), &json!(140)]);
    assert_eq!(form["VENOM_SHOT"][1]["NR_VENOM_LEFT"], json!(0));
    let (by_file, file) = data("CD1");
    assert_eq!(file["VENOM_CHECK"][0]["CD_VENOM_WELL"], json!(true), "{file}");
    assert_eq!(data("CD5").1["VENOM_SHOT"][0]["MS_VENOM"], json!(100));
    assert_eq!(data("GH1").1["VENOM_SHOT"][0]["MS_VENOM"], json!(12.25));
    let (by_system, system) = data("EF1");
    assert_eq!(system["TX_STINGER"], json!("Wasp"));

    assert_eq!(by_form.pseudonym, by_system.pseudonym, "the same child");
    assert_ne!(by_form.pseudonym, by_file.pseudonym);
    assert!(all.iter().all(|one| one.pseudonym.is_some()), "the one without a number, too");
    for one in all {
        let data = one.data.as_ref().unwrap();
        for kept in [
            "IDC_PAT",
            "TX_PAT_LAST_NAM",
            "Peeters",
            "D_PAT_DOB",
            "only for us",
            "F77",
            CHILD,
            ADULT,
            "TX_AUTHOR",
        ] {
            assert!(!data.contains(kept), "{kept}: {data}");
        }
    }
    let third_party: Vec<u8> = ["ttp.db", "ttp.db-wal", "ttp.log"]
        .iter()
        .flat_map(|name| fs::read(dir.join(name)).unwrap_or_default())
        .collect();
    for told in ["bumblebee", "VENOM", "hives"] {
        assert!(!third_party.windows(told.len()).any(|bytes| bytes == told.as_bytes()), "{told}");
    }
}
