//! The drop folder: files that are put there are taken once, whole, and told
//! about.

#![allow(clippy::unwrap_used)]

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use hd4dp::domain::role::Role;

use crate::{
    common::{DIAG_HEADER, NIHDI, TestApp, diag, number_below},
    portal::client::Portal,
    version,
};

const PATIENT: &str = "14100635354";

/// An appliance with a drop folder that lets files settle for a second.
struct Place {
    portal: Option<Portal>,
    root: PathBuf,
}

impl Place {
    fn start() -> Self {
        Self::with("")
    }

    fn with(more: &str) -> Self {
        let app = TestApp::new();
        let config = format!(
            "[drop_folder]\npath = \"drop\"\nsettle_seconds = 1\n[validation]\ndefault_author = \"data@fictief.example\"\n{more}"
        );
        let config = app.file("hd4dp.toml", config);
        let root = app.path("drop");
        let portal = Portal::of(app, &["--config", config.to_str().unwrap()]);
        let place = Self { portal: Some(portal), root };
        place.until("the folders are made", || place.dcd("INTEGO-PRESC").exists());
        place
    }

    fn portal(&self) -> &Portal {
        self.portal.as_ref().unwrap()
    }

    fn app(&self) -> &TestApp {
        &self.portal().app
    }

    fn dcd(&self, name: &str) -> PathBuf {
        self.root.join(format!("{NIHDI}-Fictief-Ziekenhuis")).join("INTEGO-147").join(name)
    }

    fn drop_file(&self, dcd: &str, name: &str, content: &str) -> PathBuf {
        let path = self.dcd(dcd).join(name);
        let half = self.dcd(dcd).join(format!("{name}.part"));
        fs::write(&half, content).unwrap();
        fs::rename(&half, &path).unwrap();
        path
    }

    fn count(&self, sql: &str) -> u64 {
        self.app().sqlite(sql).parse().unwrap()
    }

    fn uploads(&self) -> u64 {
        self.count("SELECT count(*) FROM upload")
    }

    fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed().as_secs() < 60, "{what}: {}", self.portal().log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until nothing is to be archived or told any more.
    fn until_done(&self, uploads: u64) {
        self.until("everything is done", || {
            self.uploads() >= uploads
                && self.count("SELECT count(*) FROM dropped WHERE NOT archived OR sealed IS NOT NULL") == 0
        });
        assert_eq!(self.uploads(), uploads);
    }

    fn kill(&mut self) {
        // The data stay; the portal is killed as it is dropped.
        let mut portal = self.portal.take().unwrap();
        let app = std::mem::replace(&mut portal.app, TestApp::bare());
        drop(portal);
        let config = app.path("hd4dp.toml");
        self.portal = Some(Portal::of(app, &["--config", config.to_str().unwrap()]));
    }
}

fn rows(from: usize, count: usize) -> Vec<String> {
    (from..from + count).map(|number| diag(&format!("D{number}"), &format!("text {number}"))).collect()
}

fn file(rows: &[String]) -> String {
    format!("{DIAG_HEADER}\n{}\n", rows.join("\n"))
}

/// The names in a folder, sorted; none if it is not there.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The only file in a folder.
fn only(folder: &Path) -> String {
    let names = names(folder);
    assert_eq!(names.len(), 1, "{names:?}");
    fs::read_to_string(folder.join(&names[0])).unwrap()
}

/// Everything in files below the folders of ours.
fn told(folder: &Path) -> String {
    let mut text = String::new();
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() && name != "ARCHIVE" {
            text.push_str(&told(&path));
        } else if name.ends_with("_result.csv") || name.ends_with("_error.txt") {
            text.push_str(&name);
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    text
}

#[test]
fn a_refused_row_is_told_as_refused_even_if_the_file_has_more_findings_than_are_kept() {
    let place = Place::start();
    place.app().enrol();
    let mut content = vec!["x".to_owned(); 100_001];
    content.extend(rows(0, 1));
    place.drop_file("INTEGO-DIAG", "a.csv", &file(&content));
    place.until_done(1);
    let result = only(&place.dcd("INTEGO-DIAG").join("RESULT"));
    let lines: Vec<_> = result.lines().rev().take(3).collect();
    assert_eq!(lines[0], "100002;100003;Success;new;;;;;");
    assert!(
        lines[1].starts_with("100001;100002;Error;refused;error;;row-findings-left-out;;"),
        "{}",
        lines[1]
    );
    assert!(lines[2].starts_with("100000;100001;Error;refused;error;;row-too-few-cells;;"), "{}", lines[2]);
}

#[test]
fn a_file_is_imported_archived_and_told_of_row_by_row() {
    let place = Place::start();
    place.app().enrol();
    let mut content = rows(0, 5);
    content[1] = content[1].replace("27/01/2023", "31/02/2023");
    content[2] = "short;row".to_owned();
    content[3] = content[3].replace(";text 3;", ";\"text\n3\";");
    content[4] = content[4].replace(";R74;", &format!(";={PATIENT};"));
    let name = "labo 85.04.02-169.32.csv";
    place.drop_file("INTEGO-DIAG", name, &file(&content));
    place.until_done(1);

    let folder = place.dcd("INTEGO-DIAG");
    assert!(!folder.join(name).exists());
    let archived = names(&folder.join("ARCHIVE"));
    assert!(archived.len() == 1 && archived[0].ends_with("-1_labo 99.99.99-999.99.csv"), "{archived:?}");
    assert_eq!(only(&folder.join("ARCHIVE")), file(&content), "as it came");
    let result = only(&folder.join("RESULT"));
    let lines: Vec<_> = result.lines().collect();
    assert!(lines[1].starts_with("0;0;Error;file;") && lines[1].contains("5 rows read: 3 new"), "{result}");
    assert!(lines[1].contains(&format!("/ssp/groups/{NIHDI}/uploads/1")), "{result}");
    assert_eq!(lines[2], "1;2;Success;new;;;;;");
    assert!(lines[3].starts_with("2;3;Error;refused;error;DT_DIAG;"), "{result}");
    assert!(lines[3].contains(";99/99/9999;"), "{result}");
    assert!(lines[4].starts_with("3;4;Error;refused;error;;row-too-few-cells;"), "{result}");
    assert_eq!(lines[5], "4;5;Success;new;;;;;");
    assert!(lines[6].starts_with("5;7;Success;new;warning;CD_DIAG;"), "a row of two lines before: {result}");
    assert!(!result.contains(";="), "harmless in a spreadsheet: {result}");
    assert!(names(&place.app().data().join("uploads")).is_empty());

    let portal = place.portal();
    let mut nurse = portal.member(&portal.group(NIHDI), "nurse@fictief.example", &[Role::StudySupport]);
    let list = nurse.get(&format!("/ssp/groups/{NIHDI}/uploads")).text();
    assert!(list.contains("labo 99.99.99-999.99.csv") && list.contains(">Drop folder<"), "{list}");
    let shown = list.replace("&#x2f;", "/");
    assert!(shown.contains(&format!("/drop/{NIHDI}-Fictief-Ziekenhuis")), "{list}");
    let page = nurse.get(&format!("/ssp/groups/{NIHDI}/uploads/1")).text();
    assert!(page.contains("not stored") && page.contains("data@fictief.example"), "{page}");
    let found = nurse.get(&format!("/ssp/groups/{NIHDI}/uploads/1/findings"));
    assert!(found.status == 200 && found.text().contains("1 to 3 of 3"), "{}", found.text());
    let received = place.app().sqlite("SELECT actor, details FROM audit WHERE act = 'upload.receive'");
    assert!(received.starts_with("system|") && received.contains("\"source\":\"drop-folder\""), "{received}");

    // The same content anew is taken again, and nothing of it is news.
    place.drop_file("INTEGO-DIAG", "again.csv", &file(&rows(0, 1)));
    place.drop_file("INTEGO-DIAG", "more.csv", &file(&rows(0, 1)));
    place.until_done(3);
    let results = names(&folder.join("RESULT"));
    assert_eq!(results.len(), 3, "{results:?}");
    let again = results.iter().find(|name| name.contains("again")).unwrap();
    assert!(
        fs::read_to_string(folder.join("RESULT").join(again)).unwrap().contains("1;2;Success;unchanged;")
    );
    let audit = place.app().sqlite("SELECT details FROM audit");
    for (what, text) in [("result", told(&place.root)), ("log", place.portal().log()), ("audit", audit)] {
        assert!(!text.contains(PATIENT) && !text.contains("85.04.02"), "{what}: {text}");
    }
}

#[test]
fn a_file_is_not_taken_before_it_stopped_growing() {
    let place = Place::start();
    let path = place.dcd("INTEGO-DIAG").join("slow.csv");
    fs::write(place.dcd("INTEGO-DIAG").join("other.csv.filepart"), file(&rows(0, 1))).unwrap();
    fs::write(place.dcd("INTEGO-DIAG").join("empty.csv"), "").unwrap();
    let mut out = OpenOptions::new().create(true).append(true).open(&path).unwrap();
    writeln!(out, "{DIAG_HEADER}").unwrap();
    for row in rows(0, 12) {
        writeln!(out, "{row}").unwrap();
        thread::sleep(Duration::from_millis(400));
        assert_eq!(place.uploads(), 0);
    }
    place.until_done(1);
    assert_eq!(place.count("SELECT accepted FROM import"), 12);
    thread::sleep(Duration::from_secs(3));
    assert_eq!(place.uploads(), 1, "neither a temporary name nor an empty file is taken");
    assert_eq!(names(&place.dcd("INTEGO-DIAG")), ["ARCHIVE", "RESULT", "empty.csv", "other.csv.filepart"]);
}

#[test]
fn killing_the_appliance_at_any_moment_loses_no_file_and_takes_none_twice() {
    let mut place = Place::start();
    let files = 30;
    for number in 0..files {
        let content = file(&rows(number * 40, 40));
        place.drop_file("INTEGO-DIAG", &format!("f{number}.csv"), &content);
    }
    for _ in 0..6 {
        // Files settle for a second or two; the moments after that matter.
        thread::sleep(Duration::from_millis(900 + number_below(900)));
        place.kill();
    }
    place.until_done(files as u64);
    let folder = place.dcd("INTEGO-DIAG");
    assert_eq!(names(&folder), ["ARCHIVE", "RESULT"]);
    assert_eq!((names(&folder.join("ARCHIVE")).len(), names(&folder.join("RESULT")).len()), (files, files));
    assert_eq!(place.count("SELECT count(*) FROM registration"), 40 * files as u64);
    assert_eq!(place.count("SELECT count(DISTINCT digest) FROM upload WHERE state = 'done'"), files as u64);
    assert_eq!(place.count("SELECT sum(unchanged) FROM import"), 0);
    assert!(names(&place.app().data().join("uploads")).is_empty());
    assert_eq!(place.app().run(["audit", "verify"]).status, 0);
}

#[test]
fn a_file_that_was_noted_but_not_archived_at_a_kill_is_only_archived() {
    let mut place = Place::start();
    let folder = place.dcd("INTEGO-DIAG");
    // With a file in its place there can be no ARCHIVE.
    fs::write(folder.join("ARCHIVE"), "").unwrap();
    place.drop_file("INTEGO-DIAG", "a.csv", &file(&rows(0, 3)));
    place.until("it is taken and told of", || names(&folder.join("RESULT")).len() == 1);
    let file_again = OpenOptions::new().write(true).open(folder.join("a.csv")).unwrap();
    file_again.set_modified(std::time::SystemTime::now()).unwrap();
    thread::sleep(Duration::from_secs(4));
    assert_eq!((place.uploads(), folder.join("a.csv").exists()), (1, true), "only its time changed");

    let health = || place.portal().stranger().get("/ssp/health").text();
    assert!(health().contains("\"drop_folder\":{\"status\":\"attention\""), "{}", health());
    let alert = place.app().sqlite("SELECT subject, reason FROM alert");
    assert_eq!(alert, format!("drop:{NIHDI}|drop-stuck"));
    let portal = place.portal();
    let roles = &[Role::CsvUploadManager];
    let mut nurse = portal.member(&portal.group(NIHDI), "nurse@fictief.example", roles);
    assert!(nurse.get("/ssp").text().contains("The drop folder needs IT"));
    let mut manager = portal.manager("manager@fictief.example");
    assert!(manager.get("/ssp/settings").text().contains("Drop folder"));

    fs::remove_file(folder.join("ARCHIVE")).unwrap();
    place.kill();
    place.until_done(1);
    assert_eq!(names(&folder), ["ARCHIVE", "RESULT"]);
    let health = || place.portal().stranger().get("/ssp/health").text();
    place.until("it is well again", || health().contains("\"drop_folder\":{\"status\":\"ok\""));

    // Once it is archived, the very same content is another upload.
    place.drop_file("INTEGO-DIAG", "a.csv", &file(&rows(0, 3)));
    place.until_done(2);
}

#[test]
fn what_cannot_be_processed_goes_to_error_with_an_explanation() {
    let place = Place::with("[portal]\nupload_limit_mebibytes = 1\n");
    let organisation = place.root.join(format!("{NIHDI}-Fictief-Ziekenhuis"));
    let content = file(&rows(0, 1));
    let places = [
        (place.root.clone(), "beside the folders"),
        (place.root.join("71099912-Unknown").join("INTEGO-147"), "NIHDI number"),
        (organisation.clone(), "the folder of an organisation"),
        (organisation.join("QERMID-12"), "not that of a project"),
        (organisation.join("INTEGO-147"), "the folder of a project"),
        (organisation.join("INTEGO-147").join("INTEGO-NEW"), "not that of a definition"),
        (place.dcd("INTEGO-LAB").join("2026"), "below that of its definition"),
    ];
    for (folder, _) in &places {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(format!("{PATIENT}.csv")), &content).unwrap();
    }
    place.drop_file("INTEGO-LAB", "large.csv", &"x".repeat((1 << 20) + 1));
    place.drop_file("INTEGO-DIAG", "header.csv", &format!("{PATIENT};x\n1;2\n"));
    place.drop_file("INTEGO-PRESC", "binary.csv", "\0\u{1}\0\u{2}\0\n");
    let explained = |folder: &Path| {
        let errors = names(&folder.join("ERROR"));
        let text = errors.iter().find(|name| name.ends_with("_error.txt"))?;
        assert!(errors.len() == 2 && folder.join("ERROR").join(&errors[0]).exists(), "{errors:?}");
        fs::read_to_string(folder.join("ERROR").join(text)).ok()
    };
    let mut places: Vec<_> = places.to_vec();
    places.push((place.dcd("INTEGO-LAB"), "larger than"));
    places.push((place.dcd("INTEGO-DIAG"), "is not a header"));
    places.push((place.dcd("INTEGO-PRESC"), "not text"));
    for (folder, words) in &places {
        place.until(words, || names(&folder.join("ERROR")).len() == 2);
        let text = explained(folder).unwrap();
        assert!(text.contains(words) && text.contains("drop folder again"), "{words}: {text}");
    }
    place.until_done(2);
    assert_eq!(place.count("SELECT count(*) FROM audit WHERE act = 'upload.misplaced'"), 8);
    assert!(!told(&place.root).contains(PATIENT) && !place.portal().log().contains(PATIENT));
}

#[test]
fn a_share_that_is_away_is_told_and_nothing_is_mistaken_for_it() {
    let place = Place::start();
    let away = place.app().path("away");
    place.drop_file("INTEGO-DIAG", "a.csv", &file(&rows(0, 2)));
    fs::rename(&place.root, &away).unwrap();
    let reason = || place.app().sqlite("SELECT reason FROM alert WHERE subject = 'drop:folder'");
    place.until("it is told", || reason() == "drop-unreachable");
    fs::create_dir(&place.root).unwrap();
    place.until("an empty place is not taken for it", || reason() == "drop-not-connected");
    assert!(names(&place.root).is_empty());
    fs::remove_dir(&place.root).unwrap();
    fs::rename(&away, &place.root).unwrap();
    place.until_done(1);
    place.until("it is well again", || reason().is_empty());
    assert_eq!(place.count("SELECT accepted FROM import"), 2);
}

#[cfg(unix)]
#[test]
fn names_of_any_kind_are_taken_and_links_are_not_followed() {
    use std::os::unix::{ffi::OsStrExt, fs::symlink};
    let place = Place::start();
    let outside = place.app().path("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret.csv"), file(&rows(900, 1))).unwrap();
    let folder = place.dcd("INTEGO-DIAG");
    symlink(outside.join("secret.csv"), folder.join("link.csv")).unwrap();
    symlink(&outside, place.root.join(format!("{NIHDI}-Fictief-Ziekenhuis/INTEGO-147/Linked"))).unwrap();
    // A folder of ours that leads elsewhere takes nothing there.
    symlink(&outside, place.dcd("INTEGO-LAB").join("ARCHIVE")).unwrap();
    place.drop_file("INTEGO-LAB", "a.csv", &file(&rows(0, 1)));
    let long = format!("{}.csv", "n".repeat(251));
    fs::write(folder.join(&long), file(&rows(1, 1))).unwrap();
    fs::write(folder.join(std::ffi::OsStr::from_bytes(b"lab\xff.csv")), file(&rows(2, 1))).unwrap();
    fs::write(folder.join("=cmd;\n'.csv"), file(&rows(3, 1))).unwrap();
    fs::write(folder.join("same.csv"), file(&rows(4, 1))).unwrap();
    fs::write(folder.join("SAME.csv"), file(&rows(5, 1))).unwrap();
    place.until("five are archived, and one is not", || names(&folder.join("ARCHIVE")).len() == 5);
    place.until("all are told of", || names(&folder.join("RESULT")).len() == 5);
    place.until("the sixth is refused", || place.uploads() == 6);
    assert_eq!(names(&folder), ["ARCHIVE", "RESULT", "link.csv"]);
    assert_eq!(names(&outside), ["secret.csv"]);
    assert!(place.dcd("INTEGO-LAB").join("a.csv").exists());
    assert_eq!(place.count("SELECT count(*) FROM registration"), 5);
}

#[test]
fn of_a_definition_that_the_organisation_is_not_to_use_no_file_is_taken_and_no_folder_made() {
    let place = Place::start();
    place.app().enrol();
    let file = file(&rows(0, 1));
    let limit = |args: &[&str]| {
        place.app().ok([&["organisation", "limit", NIHDI][..], args].concat());
    };
    limit(&["--dcd", "INTEGO-DIAG"]);
    fs::remove_dir(place.dcd("INTEGO-LAB")).unwrap();
    let path = place.drop_file("INTEGO-PRESC", "a.csv", &file);
    place.until("it is set aside", || !path.exists());
    let errors = place.dcd("INTEGO-PRESC").join("ERROR");
    place.until("it is told why", || names(&errors).len() == 2);
    assert!(told(&errors).contains("is not to use this definition"), "{}", told(&errors));
    place.drop_file("INTEGO-DIAG", "b.csv", &file);
    place.until_done(1);
    assert!(!place.dcd("INTEGO-LAB").exists());
    limit(&["--all"]);
    place.until("the folder is made again", || place.dcd("INTEGO-LAB").exists());
}

/// Adds a version of a definition of project HDBP0999 whose variables are the
/// key and what `survey` names, and which abbreviates the project so.
fn add(place: &Place, name: &str, version: &str, abbreviation: &str, survey: &str) {
    let folder = place.app().path(&format!("{name}-{version}"));
    fs::create_dir_all(&folder).unwrap();
    for (sheet, text) in [
        ("settings", format!("form_id,version\n{name},{version}\n")),
        ("survey", format!("type,name,required,hd::key\ntext,ID,yes,yes\n{survey}")),
        ("choices", "list_name,name\n".to_owned()),
        ("hd", format!("key,value\nproject,HDBP0999\n{abbreviation}")),
    ] {
        fs::write(folder.join(format!("{sheet}.csv")), text).unwrap();
    }
    place.app().ok(["definition", "add", folder.to_str().unwrap()]);
}

#[test]
fn every_definition_of_a_project_has_a_folder_however_it_abbreviates_the_project() {
    let place = Place::start();
    for name in ["VISITS", "STAYS"] {
        add(&place, name, "1.0.0", "", "");
    }
    let organisation = place.root.join(format!("{NIHDI}-Fictief-Ziekenhuis"));
    for name in ["VISITS", "STAYS"] {
        let folder = organisation.join(format!("{name}-999")).join(name);
        place.until("the folder is made", || folder.exists());
    }
}

#[test]
fn in_the_folder_of_an_earlier_version_the_newest_counts_however_that_abbreviates_the_project() {
    let place = Place::start();
    let organisation = place.root.join(format!("{NIHDI}-Fictief-Ziekenhuis"));
    add(&place, "VISITS-WARD", "1.0.0", "project_abbreviation,VISITS\n", "text,T,,\n");
    let (old, short) = (organisation.join("VISITS-999/VISITS-WARD"), organisation.join("VISITS-999/ward"));
    place.until("the folder is made", || old.exists());
    add(&place, "VISITS-WARD", "2.0.0", "project_abbreviation,WARDS\n", "text,T,yes,\n");
    let new = organisation.join("WARDS-999/VISITS-WARD");
    place.until("the folder of the other abbreviation is made", || new.exists());
    fs::create_dir(&short).unwrap();
    for (at, folder) in [&old, &short, &new].into_iter().enumerate() {
        fs::write(folder.join("a.csv"), format!("ID;T\n{at};\n")).unwrap();
    }
    fs::write(new.join("HD_DCD_submcsv_HDBP0999_VISITS-WARD_v1.csv"), "ID;T\n9;\n").unwrap();
    place.until_done(4);
    for folder in [&old, &short] {
        let told = only(&folder.join("RESULT"));
        assert!(told.contains("1;2;Error;refused;error;T;cell-required;"), "{told}");
    }
    let told = told(&new.join("RESULT"));
    assert!(told.contains(";cell-required;") && told.contains("1;2;Success;new;"), "{told}");
    fs::remove_dir_all(organisation.join("VISITS-999")).unwrap();
    thread::sleep(Duration::from_secs(3));
    assert!(!organisation.join("VISITS-999").exists(), "only the newest version's folder is made again");
}

#[test]
fn an_alert_that_cannot_be_stored_is_told_once() {
    let place = Place::start();
    place.app().sqlite(
        "CREATE TRIGGER full BEFORE INSERT ON alert BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    );
    let folder = place.dcd("INTEGO-DIAG");
    fs::write(folder.join("ARCHIVE"), "").unwrap();
    place.drop_file("INTEGO-DIAG", "a.csv", &file(&rows(0, 1)));
    place.until("it is told", || place.portal().log().contains("the disk is full"));
    thread::sleep(Duration::from_secs(4));
    let log = place.portal().log();
    assert_eq!(log.matches("needs attention").count(), 1, "{log}");
    assert_eq!(log.matches("a look into the drop folder failed").count(), 1, "{log}");
    place.app().sqlite("DROP TRIGGER full");
    place.until("it is stored", || place.app().sqlite("SELECT reason FROM alert") == "drop-stuck");
    assert_eq!(place.portal().log().matches("needs attention").count(), 1);
}

#[test]
fn a_file_for_a_closed_version_is_set_aside_and_says_so() {
    let place = Place::start();
    version::add(place.app(), "1.0.0", version::FIRST, &[]);
    version::add(place.app(), "2.0.0", version::SECOND, &["--drafts", "close"]);
    let folder = place.root.join(format!("{NIHDI}-Fictief-Ziekenhuis/TRIAL-147/TRIAL"));
    place.until("the folder is made", || folder.exists());
    let path = folder.join("HD_DCD_submcsv_HDBP0147_TRIAL_v1.csv");
    fs::write(&path, "TX_NUMBER;CD_SIDE\n7;L\n").unwrap();
    let errors = folder.join("ERROR");
    place.until("it is told why", || names(&errors).len() == 2);
    assert!(told(&errors).contains("is closed"), "{}", told(&errors));
    assert!(!path.exists());
}
