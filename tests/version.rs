//! New versions of a definition, and what becomes of what was begun in an older
//! one: nothing is lost without a word.

use std::{fs, io::Write, path::PathBuf};

use hd4dp::domain::{registration::State, role::Role};
use serde_json::json;

use crate::{
    api::system::System,
    common::{NIHDI, TestApp, codes},
    portal::client::{Answer, Person, Portal},
};

/// What the first version asks.
pub const FIRST: &str = "text,TX_NUMBER,Number,yes,yes\n\
    select_one SIDE,CD_SIDE,Side,,\n\
    text,TX_OLD,Old remark,,\n\
    integer,MS_AGE,Age,,\n";

/// A later minor version: one variable more.
const MINOR: &str = "text,TX_NUMBER,Number,yes,yes\n\
    select_one SIDE,CD_SIDE,Side,,\n\
    text,TX_OLD,Old remark,,\n\
    integer,MS_AGE,Age,,\n\
    text,TX_MINOR,Added later,,\n";

/// The next major version: without the old remark, with a new question.
pub const SECOND: &str = "text,TX_NUMBER,Number,yes,yes\n\
    select_one SIDE,CD_SIDE,Side,,\n\
    integer,MS_AGE,Age,,\n\
    text,TX_NEW,New question,yes,\n";

/// The sheets of a version of `TRIAL`, by name.
fn sheets(version: &str, survey: &str) -> Vec<(&'static str, String)> {
    let sides = match version.split('.').next() {
        Some("1") => "SIDE,L,Left\nSIDE,R,Right\nSIDE,B,Both\n",
        _ => "SIDE,L,Left\nSIDE,R,Right\n",
    };
    vec![
        ("survey", format!("type,name,label::English (en),required,hd::key\n{survey}")),
        ("choices", format!("list_name,name,label::English (en)\n{sides}")),
        (
            "hd",
            "key,value\nproject,HDBP0147\nproject_abbreviation,TRIAL\ndcd,TRIAL\n\
             title::English (en),Trial\nenrolment_required,no\n"
                .to_owned(),
        ),
        (
            "settings",
            format!("form_title,form_id,version,default_language\nTrial,TRIAL,{version},English (en)\n"),
        ),
    ]
}

/// A version as a folder.
pub fn folder(app: &TestApp, version: &str, survey: &str) -> String {
    let folder: PathBuf = app.path(&format!("trial-{version}"));
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in sheets(version, survey) {
        fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
    folder.to_str().unwrap().to_owned()
}

/// A version as a workbook.
fn workbook(version: &str, survey: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut put = |name: &str, text: String| {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let (mut list, mut relations) = (String::new(), String::new());
    for (at, (name, text)) in sheets(version, survey).into_iter().enumerate() {
        let number = at + 1;
        let row = |line: &str| {
            let cell = |cell: &str| format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>");
            format!("<row>{}</row>", line.split(',').map(cell).collect::<String>())
        };
        let rows: String = text.lines().map(row).collect();
        let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
        put(&format!("xl/worksheets/sheet{number}.xml"), sheet);
        list.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"r{number}\"/>"));
        relations.push_str(&format!(
            "<Relationship Id=\"r{number}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        ));
    }
    put(
        "xl/workbook.xml",
        format!("<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{list}</sheets></workbook>"),
    );
    put(
        "_rels/.rels",
        format!(
            "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    put(
        "xl/_rels/workbook.xml.rels",
        format!("<Relationships xmlns=\"{package}\">{relations}</Relationships>"),
    );
    zip.finish().unwrap().into_inner()
}

/// An installation with the first version and a portal.
fn portal() -> (Portal, Person) {
    let app = TestApp::new();
    app.ok(["definition", "add", &folder(&app, "1.0.0", FIRST)]);
    let portal = Portal::start_on(app);
    let an = portal.member(&portal.group(NIHDI), "an@fictief.example", &[Role::StudyLead]);
    (portal, an)
}

pub fn add(app: &TestApp, version: &str, survey: &str, drafts: &[&str]) {
    let path = folder(app, version, survey);
    app.ok([&["definition", "add", &path][..], drafts].concat());
}

pub fn page(rest: &str) -> String {
    format!("/ssp/groups/{NIHDI}/registrations{rest}")
}

/// The fields of a form filled in by `version`.
pub fn filled<'a>(version: &'a str, answers: &[(&'a str, &'a str)], act: &'a str) -> Vec<(&'a str, &'a str)> {
    let own = [("version", version), ("act", act), ("end", "1")];
    answers.iter().copied().chain(own).collect()
}

const OLD: &[(&str, &str)] =
    &[("v-TX_NUMBER", "7"), ("v-CD_SIDE", "B"), ("v-TX_OLD", "fell twice"), ("v-MS_AGE", "61")];

pub fn entered(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.location().split('?').next().unwrap().to_owned()
}

/// A draft of the first version.
fn draft(an: &mut Person) -> String {
    entered(&an.post(&page("/new/TRIAL"), &filled("1.0.0", OLD, "draft")))
}

pub fn text(an: &mut Person, path: &str) -> String {
    let answer = an.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text().replace("&#x2f;", "/").replace("&#x27;", "'")
}

/// The version that a registration is stored in.
pub fn version_of(portal: &Portal, path: &str) -> String {
    let id = path.rsplit('/').next().unwrap();
    portal.app.sqlite(&format!(
        "SELECT d.version FROM block b JOIN definition d ON d.id = b.definition WHERE b.id = {id} / 1024"
    ))
}

#[test]
fn a_major_version_is_not_added_before_somebody_says_what_becomes_of_drafts() {
    let app = TestApp::new();
    add(&app, "1.0.0", FIRST, &[]);
    // With no draft nobody is asked, and a minor version asks nothing either.
    let rows = "TX_NUMBER;CD_SIDE;STATUS\n1;L;draft\n2;R;draft\n3;L;\n";
    assert_eq!(app.import("TRIAL", &app.file("rows.csv", rows)).0, 0);
    add(&app, "1.1.0", MINOR, &[]);
    let two = folder(&app, "2.0.0", SECOND);
    let asked = app.run(["definition", "add", &two]);
    assert_eq!(asked.status, 2, "{}{}", asked.stdout, asked.stderr);
    for told in ["1.0.0: 2", "--drafts", "keep", "carry", "close"] {
        assert!(asked.stderr.contains(told), "{told}: {}", asked.stderr);
    }
    assert_eq!(app.sqlite("SELECT count(*) FROM definition WHERE version = '2.0.0'"), "0");
    assert_eq!(app.run(["definition", "add", &two, "--drafts", "drop"]).status, 2);
    let added = app.ok(["definition", "add", &two, "--drafts", "carry"]);
    assert!(added.stdout.contains("continued in version 2"), "{}", added.stdout);
    let audit = app.sqlite("SELECT act, details FROM audit WHERE act LIKE 'definition.%'");
    let last = audit.lines().last().unwrap().strip_prefix("definition.drafts|").unwrap();
    let last: serde_json::Value = serde_json::from_str(last).unwrap();
    assert_eq!((&last["drafts"], &last["open"]), (&json!("carry"), &json!(2)));
    let minor = format!("{SECOND}text,TX_MORE,More,,\n");
    add(&app, "2.1.0", &minor, &[]);
    // What was said can be said anew.
    let said = app.ok(["definition", "drafts", "TRIAL", "close"]);
    assert!(said.stdout.contains("before 2 are closed"), "{}", said.stdout);
    let shown = app.ok(["definition", "show", "TRIAL@1.1.0", "--json"]).json();
    assert_eq!((&shown["closed"], &shown["older_drafts"]), (&json!(true), &json!(null)));
    let shown = app.ok(["definition", "show", "TRIAL", "--json"]).json();
    assert_eq!((&shown["closed"], &shown["older_drafts"]), (&json!(false), &json!("close")));
}

#[test]
fn a_draft_without_a_key_that_comes_again_under_a_newer_version_is_no_second_one() {
    let app = TestApp::new();
    add(&app, "1.0.0", FIRST, &[]);
    let rows = app.file("rows.csv", "TX_NUMBER;CD_SIDE;STATUS\n;L;draft\n;R;draft\n");
    assert_eq!(app.import("TRIAL", &rows).0, 0);
    add(&app, "1.1.0", MINOR, &[]);
    assert_eq!(app.import("TRIAL", &rows).0, 0);
    let open = format!("SELECT count(*) FROM registration WHERE state = {}", State::Open as i64);
    assert_eq!(app.sqlite(&open), "2");
    assert_eq!(app.sqlite("SELECT count(*) FROM registration"), "4", "and they moved");
}

#[test]
fn the_portal_asks_before_it_adds_and_keeps_the_workbook_meanwhile() {
    let (portal, mut an) = portal();
    let id = draft(&mut an);
    let mut manager = portal.manager("manager@fictief.example");
    let book = workbook("2.0.0", SECOND);
    let sent = manager.post_file("/ssp/definitions", &[], ("workbook", "trial.xlsx", &book));
    assert_eq!(sent.status, 303, "{}", sent.text());
    let asked = sent.location().to_owned();
    assert!(asked.starts_with("/ssp/definitions/TRIAL/2.0.0/drafts?waiting="), "{asked}");
    let question = text(&mut manager, &asked);
    for told in
        ["not added yet", "TRIAL 1.0.0", "They stay in their version", "The older versions are closed"]
    {
        assert!(question.contains(told), "{told}: {question}");
    }
    assert!(!question.contains("fell twice"));
    assert_eq!(manager.get("/ssp/definitions/TRIAL/2.0.0").status, 404, "not yet");
    let waiting = asked.rsplit('=').next().unwrap();
    let answer = "/ssp/definitions/TRIAL/2.0.0/drafts";
    assert_eq!(manager.post(answer, &[("waiting", waiting)]).status, 422, "no answer");
    assert_eq!(manager.post(answer, &[("waiting", "other"), ("drafts", "keep")]).status, 404);
    let mut other = portal.manager("other@fictief.example");
    assert_eq!(other.get(&asked).status, 404, "it waits with the session of who sent it");
    let added = manager.post(answer, &[("waiting", waiting), ("drafts", "carry")]);
    assert_eq!(added.location(), "/ssp/definitions/TRIAL/2.0.0?done=definition-added");
    let shown = text(&mut manager, "/ssp/definitions/TRIAL/2.0.0");
    assert!(shown.contains("Drafts of versions before 2 are continued in this one"), "{shown}");
    assert!(text(&mut an, &format!("{id}/edit")).contains("goes on in version 2.0.0"));
    // Changed later, and the old version says so.
    assert_eq!(manager.post(answer, &[("drafts", "close")]).status, 303);
    assert!(text(&mut an, "/ssp/definitions/TRIAL/1.0.0").contains("This version is closed"));
    assert!(text(&mut an, "/ssp/definitions/TRIAL/2.0.0/since/1.0.0").contains("TX_NEW"));
    // Without a draft in an older version nobody is asked.
    let next = workbook("2.1.0", SECOND);
    let sent = manager.post_file("/ssp/definitions", &[], ("workbook", "trial.xlsx", &next));
    assert_eq!(sent.location(), "/ssp/definitions/TRIAL/2.1.0?done=definition-added");
}

#[test]
fn drafts_that_are_kept_go_on_in_the_newest_version_of_their_major_one() {
    let (portal, mut an) = portal();
    let id = draft(&mut an);
    add(&portal.app, "1.1.0", MINOR, &[]);
    add(&portal.app, "2.0.0", SECOND, &["--drafts", "keep"]);
    let form = text(&mut an, &format!("{id}/edit"));
    assert!(form.contains("TRIAL 1.1.0") && form.contains("fell twice"), "{form}");
    assert!(form.contains("begun in version 1.0.0") && !form.contains("has no place"), "{form}");
    assert!(text(&mut an, &page("/new/TRIAL")).contains("TRIAL 2.0.0"), "new ones use the newest version");
    let submitted = entered(&an.post(&format!("{id}/edit"), &filled("1.1.0", OLD, "submit")));
    assert_eq!(version_of(&portal, &submitted), "1.1.0");
    assert!(text(&mut an, &submitted).contains("fell twice"));
}

#[test]
fn keeping_drafts_says_which_older_ones_go_on_in_a_version_between() {
    let (portal, mut an) = portal();
    let id = draft(&mut an);
    add(&portal.app, "2.0.0", SECOND, &["--drafts", "carry"]);
    let three = folder(&portal.app, "3.0.0", &format!("{SECOND}text,TX_THREE,Three,,\n"));
    let said = portal.app.ok(["definition", "add", &three, "--drafts", "keep"]).stdout;
    let still = "Those of versions before 2 are continued in version 2 all the same";
    assert!(said.contains("before 3 stay in their version") && said.contains(still), "{said}");
    let mut manager = portal.manager("manager@fictief.example");
    for path in ["/ssp/definitions/TRIAL/3.0.0", "/ssp/definitions/TRIAL/3.0.0/drafts"] {
        assert!(text(&mut manager, path).contains(still), "{path}");
    }
    assert!(!text(&mut manager, "/ssp/definitions/TRIAL/2.0.0").contains(still));
    // That is what happens, and the form names no version the newest that is not.
    let form = text(&mut an, &format!("{id}/edit"));
    assert!(form.contains("goes on in version 2.0.0"), "{form}");
    let stays = text(&mut an, &format!("{id}/edit?stay=yes"));
    assert!(
        stays.contains("It can also go on in version 2.0.0") && !stays.contains("newest version is"),
        "{stays}"
    );
}

#[test]
fn a_draft_that_is_carried_over_lists_what_does_not_fit_and_loses_nothing() {
    let (portal, mut an) = portal();
    let id = draft(&mut an);
    add(&portal.app, "2.0.0", SECOND, &["--drafts", "carry"]);
    let edit = format!("{id}/edit");
    let form = text(&mut an, &edit);
    let note = form.split("goes on in version 2.0.0").nth(1).unwrap().split("</div>").next().unwrap();
    assert!(note.contains("Old remark") && !note.contains("fell twice"), "by name, never by value: {note}");
    assert!(note.contains("href=\"#v-CD_SIDE\""), "a code that is gone: {note}");
    assert!(form.contains("value=\"61\"") && form.contains("v-TX_NEW"), "{form}");
    assert_eq!(version_of(&portal, &id), "1.0.0", "looking changes nothing");
    // Whoever wants to may go on in the old version.
    let stays = text(&mut an, &format!("{edit}?stay=yes"));
    assert!(stays.contains("fell twice") && stays.contains("Continue in version 2.0.0"), "{stays}");
    let mut old = filled("1.0.0", OLD, "draft");
    old.push(("stay", "yes"));
    old.push(("v-MS_AGE", "62"));
    let stayed =
        an.post(&edit, &old.iter().copied().filter(|it| *it != ("v-MS_AGE", "61")).collect::<Vec<_>>());
    let id = entered(&stayed);
    assert_eq!(version_of(&portal, &id), "1.0.0");
    // What is saved in the new version is there, the old one stays readable.
    let new = [("v-TX_NUMBER", "7"), ("v-CD_SIDE", "L"), ("v-MS_AGE", "62"), ("v-TX_NEW", "yes")];
    let submitted = entered(&an.post(&format!("{id}/edit"), &filled("2.0.0", &new, "submit")));
    assert_eq!(version_of(&portal, &submitted), "2.0.0");
    let before = text(&mut an, &id);
    assert!(before.contains("fell twice") && before.contains("Superseded"), "{before}");
    let audit = portal.app.sqlite("SELECT details FROM audit WHERE act = 'registration.enter'");
    assert!(audit.contains("\"begun_in\":\"1.0.0\"") && !audit.contains("fell"), "{audit}");
}

#[test]
fn a_draft_that_is_only_saved_again_moves_to_the_version_that_it_goes_on_in() {
    let (portal, mut an) = portal();
    let few = [("v-TX_NUMBER", "7"), ("v-MS_AGE", "61")];
    let id = entered(&an.post(&page("/new/TRIAL"), &filled("1.0.0", &few, "draft")));
    add(&portal.app, "2.0.0", SECOND, &["--drafts", "carry"]);
    let moved = entered(&an.post(&format!("{id}/edit"), &filled("2.0.0", &few, "draft")));
    assert_ne!(moved, id);
    assert_eq!(version_of(&portal, &moved), "2.0.0");
    assert!(!text(&mut an, &format!("{moved}/edit")).contains("begun in version"));
}

#[test]
fn what_somebody_is_typing_is_not_stored_in_another_version_unseen() {
    let (portal, mut an) = portal();
    let form = page("/new/TRIAL");
    assert!(text(&mut an, &form).contains("name=\"version\" value=\"1.0.0\""));
    add(&portal.app, "2.0.0", SECOND, &["--drafts", "close"]);
    let answer = an.post(&form, &filled("1.0.0", OLD, "draft"));
    assert_eq!(answer.status, 422);
    let shown = answer.text();
    assert!(shown.contains("Nothing is stored yet") && shown.contains("Old remark"), "{shown}");
    assert!(shown.contains("not stored:") && shown.contains("value=\"61\""), "{shown}");
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "0");
    let seen = [("v-TX_NUMBER", "7"), ("v-MS_AGE", "61")];
    assert_eq!(an.post(&form, &filled("2.0.0", &seen, "draft")).status, 303);
    // While the old version is open, what was begun in it ends in it.
    portal.app.ok(["definition", "drafts", "TRIAL", "keep"]);
    let other: Vec<_> = OLD.iter().map(|it| if it.0 == "v-TX_NUMBER" { (it.0, "8") } else { *it }).collect();
    let id = entered(&an.post(&form, &filled("1.0.0", &other, "draft")));
    assert_eq!(version_of(&portal, &id), "1.0.0");
}

#[test]
fn a_closed_version_takes_nothing_in_but_corrections_of_what_was_submitted_in_it() {
    let (portal, mut an) = portal();
    let id = draft(&mut an);
    let whole: Vec<_> = OLD.iter().map(|it| if it.0 == "v-TX_NUMBER" { (it.0, "8") } else { *it }).collect();
    let submitted = entered(&an.post(&page("/new/TRIAL"), &filled("1.0.0", &whole, "submit")));
    add(&portal.app, "2.0.0", SECOND, &["--drafts", "close"]);
    // The draft goes on in the new version only, and can be withdrawn.
    let edit = format!("{id}/edit");
    assert!(!text(&mut an, &format!("{edit}?stay=yes")).contains("fell twice"));
    let mut stay = filled("1.0.0", OLD, "submit");
    stay.push(("stay", "yes"));
    assert_eq!(an.post(&edit, &stay).status, 422);
    assert_eq!(version_of(&portal, &id), "1.0.0");
    assert!(text(&mut an, &id).contains("fell twice"), "it stays readable");
    assert_eq!(an.post(&format!("{id}/withdraw"), &[("reason", "mistake")]).status, 303);
    // A file, an upload and a system are told.
    let rows = portal.app.file("rows.csv", "TX_NUMBER;TX_OLD\n9;x\n");
    let (status, report) = portal.app.import("TRIAL@1.0.0", &rows);
    assert_eq!((status, codes(&report)), (1, vec!["version-closed".to_owned()]));
    let dry = ["import", "--organisation", NIHDI, "--dcd", "TRIAL@1", "--dry-run", rows.to_str().unwrap()];
    assert_eq!(portal.app.run(dry).status, 1);
    let uploads = format!("/ssp/groups/{NIHDI}/uploads/new");
    let offered = text(&mut an, &uploads);
    assert!(offered.contains("TRIAL@2.0.0") && !offered.contains("TRIAL@1.0.0"));
    let sent = an.post_file(&uploads, &[("definition", "TRIAL@1.0.0")], ("file", "a.csv", b"TX_NUMBER\n9\n"));
    assert_eq!(sent.status, 422);
    let mut system = System::with(&portal, &["TRIAL"], false);
    let payload = json!({ "TX_NUMBER": "9", "TX_OLD": "x" }).to_string();
    let path = "/proxy/api/dcd/payload/submit?dcd-id=TRIAL&dcd-version-id=1.0.0";
    let refused = system.post(path, "application/json", &[], payload.as_bytes());
    assert!(refused.status == 422 && refused.text().contains("closed"), "{}", refused.text());
    let batch = system.post(path, "application/json", &[], format!("[{payload}]").as_bytes());
    assert_eq!(batch.status, 422, "{}", batch.text());
    let menu = system.get("/proxy/api/dcd/menu/structure").text();
    assert!(!menu.contains("1.0.0"), "{menu}");
    // The correction is made in its own version.
    let corrected: Vec<_> =
        whole.iter().map(|it| if it.0 == "v-MS_AGE" { (it.0, "62") } else { *it }).collect();
    let corrected = entered(&an.post(&format!("{submitted}/edit"), &filled("1.0.0", &corrected, "submit")));
    assert_eq!(version_of(&portal, &corrected), "1.0.0");
}
