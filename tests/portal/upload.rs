//! Uploads: a file is sent, looked at, decided about, and mended.

#![allow(clippy::unwrap_used)]

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use hd4dp::domain::{
    account::{Actor, Temporary},
    member::Grant,
    role::Role,
};

use super::client::{Answer, Person, Portal};
use crate::common::{DIAG_HEADER, NIHDI, TestApp, diag, number_below};

const PATIENT: &str = "14100635354";

fn uploads() -> String {
    format!("/ssp/groups/{NIHDI}/uploads")
}

fn file(rows: &[String]) -> String {
    format!("{DIAG_HEADER}\n{}\n", rows.join("\n"))
}

fn rows(count: usize) -> Vec<String> {
    (0..count).map(|number| diag(&format!("D{number}"), &format!("text {number}"))).collect()
}

fn send(person: &mut Person, name: &str, content: &str) -> Answer {
    let fields = [("definition", "INTEGO-DIAG@1.0.0")];
    let definition = person.get(&format!("{}/new", uploads())).text();
    let value = definition.split("value=\"INTEGO-DIAG@").nth(1).map(|rest| rest.split('"').next().unwrap());
    let value = format!("INTEGO-DIAG@{}", value.unwrap_or(&fields[0].1[12..]));
    person.post_file(
        &format!("{}/new", uploads()),
        &[("definition", &value)],
        ("file", name, content.as_bytes()),
    )
}

/// Reloads the page of an upload, as a browser without scripts does, until it
/// says `state`.
fn reaches(person: &mut Person, path: &str, state: &str) -> String {
    let began = Instant::now();
    loop {
        let page = shown(person, path);
        if page.contains(state) {
            return page;
        }
        assert!(began.elapsed().as_secs() < 60, "{state}: {page}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// The text of a page, its escapes undone.
fn shown(person: &mut Person, path: &str) -> String {
    person.get(path).text().replace("&#x2f;", "/").replace("&#x27;", "'")
}

fn files(portal: &Portal) -> Vec<Vec<u8>> {
    let folder = portal.app.data().join("uploads");
    fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn a_file_is_checked_first_then_imported_and_what_was_refused_can_be_mended() {
    let portal = Portal::start();
    let mut nurse = portal.member(&portal.group(NIHDI), "nurse@fictief.example", &[Role::StudySupport]);
    assert!(nurse.get(&uploads()).text().contains("No file was uploaded yet"));
    let mut content = rows(5);
    content[1] = content[1].replace("27/01/2023", "31/02/2023");
    content[3] = "short;row".to_owned();
    let sent = send(&mut nurse, "labo 85.04.02-169.32.csv", &file(&content));
    assert_eq!(sent.status, 303, "{}", sent.text());
    let path = sent.location().to_owned();

    let checked = reaches(&mut nurse, &path, "Waits for your decision");
    assert!(checked.contains("labo 99.99.99-999.99.csv") && checked.contains("nurse@fictief.example"));
    assert!(
        checked.contains("DT_DIAG") && checked.contains("99/99/9999") && checked.contains("Import 3 rows")
    );
    assert!(!checked.contains(PATIENT) && !checked.contains("31/02/2023"), "shapes only");
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "0");
    let sealed = files(&portal);
    assert_eq!(sealed.len(), 1);
    assert!(!String::from_utf8_lossy(&sealed[0]).contains(PATIENT), "sealed at rest");
    assert_eq!(nurse.get(&format!("{path}/findings")).status, 404, "nothing is stored yet");

    assert_eq!(nurse.post(&format!("{path}/import"), &[]).status, 303);
    let done = reaches(&mut nurse, &path, "2 rows were refused and are not stored");
    assert!(done.contains("data-done") && !done.contains("Everything is stored"));
    let (mend, new) = (done.find("Mend the refused rows").unwrap(), done.find("New upload").unwrap());
    assert!(mend < new, "to mend them is what comes next");
    assert!(done.contains("class=\"state warn\">Imported"), "{done}");
    assert!(files(&portal).is_empty());
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "3");

    let found = nurse.get(&format!("{path}/findings")).text();
    assert!(found.contains("1 to 2 of 2") && found.contains("row-too-few-cells"), "{found}");
    let filtered = nurse.get(&format!("{path}/findings?code=&column=DT_DIAG")).text();
    assert!(filtered.contains("1 to 1 of 1"), "{filtered}");
    let none = nurse.get(&format!("{path}/findings?code=row-blank")).text();
    assert!(none.contains("Nothing was found that fits"));
    let table = nurse.get(&format!("{path}/findings.csv"));
    assert!(table.header("content-disposition").unwrap().contains("findings-INTEGO-DIAG"));
    assert_eq!(table.text().lines().count(), 3);

    let mend = nurse.post(&format!("{path}/mend.csv"), &[("part", "1")]);
    let expected = format!("{DIAG_HEADER}\n{}\nshort;row\n", content[1]);
    assert_eq!(mend.text(), expected);
    assert!(portal.app.ok(["audit", "list"]).stdout.contains("import.refused-rows"));
    assert_eq!(nurse.post(&format!("{path}/mend.csv"), &[("part", "2")]).status, 404);
    let mended = send(&mut nurse, "mend.csv", &mend.text().replace("31/02/2023", "27/01/2023"));
    reaches(&mut nurse, mended.location(), "Import one row");
    assert!(nurse.get(&uploads()).text().contains("mend.csv"));
    assert!(!portal.log().contains(PATIENT));
}

#[test]
fn a_file_that_cannot_be_taken_says_why_and_leaves_nothing() {
    let portal = Portal::start();
    let mut nurse = portal.member(&portal.group(NIHDI), "nurse@fictief.example", &[Role::CsvUploadManager]);
    let new = format!("{}/new", uploads());
    let none = nurse.post_file(&new, &[("definition", "NOTHING@1.0.0")], ("file", "a.csv", b"x"));
    assert_eq!(none.status, 422);
    assert!(none.text().contains("Project, definition and version"), "{}", none.text());
    assert_eq!(send(&mut nurse, "", "").status, 422, "no file was chosen");
    nurse.csrf = "other".into();
    let forged = nurse.post_file(&new, &[], ("file", "a.csv", b"x"));
    assert_eq!(forged.status, 403, "{}", forged.text());
    nurse.get(&new);
    let refused = send(&mut nurse, "a.csv", "A;B\n1;2\n");
    let page = reaches(&mut nurse, refused.location(), "Nothing of this file can be imported");
    assert!(page.contains("not a header of INTEGO-DIAG"), "{page}");
    let refused = send(&mut nurse, "b.csv", "IDC_PAT;CD_FOO;IDC_PAT\n1;2;3\n");
    let page = reaches(&mut nurse, refused.location(), "Nothing of this file can be imported");
    for told in ["Column 2 (CD_FOO) is not", "(IDC_PAT)", "The column TX_DIAG_ID is missing"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(files(&portal).is_empty());
}

#[test]
fn who_may_not_and_what_is_too_large_is_refused_before_the_first_byte() {
    let app = TestApp::new();
    let config = app.file("small.toml", "[portal]\nupload_limit_mebibytes = 1\n");
    let portal = Portal::of(app, &["--config", config.to_str().unwrap()]);
    let group = portal.group(NIHDI);
    let new = format!("{}/new", uploads());
    let mut nurse = portal.member(&group, "nurse@fictief.example", &[Role::CsvUploadManager]);
    let mut editor = portal.member(&group, "editor@fictief.example", &[Role::CertificateEditor]);
    assert_eq!(nurse.announce(&new, 3 << 20).status, 413);
    assert_eq!(editor.announce(&new, 1000).status, 403);
    assert_eq!(portal.stranger().announce(&new, 1000).location(), "/ssp/login");
    assert!(files(&portal).is_empty());
    let large = format!("{DIAG_HEADER}\n{}", "x".repeat(900_000));
    assert_eq!(send(&mut nurse, "a.csv", &large).status, 303);
}

#[test]
fn only_projects_that_are_open_to_a_person_are_shown_and_taken() {
    let portal = Portal::start();
    let group = portal.group(NIHDI);
    let mut nurse = portal.member(&group, "nurse@fictief.example", &[Role::StudySupport]);
    let sent = send(&mut nurse, "a.csv", &file(&rows(1)));
    let path = sent.location().to_owned();
    reaches(&mut nurse, &path, "Waits for your decision");
    let grants = [Grant::of_projects(Role::StudySupport, &["HDBP9999"])];
    let by = Actor::System("test".into());
    let password = Temporary::new("none".into(), hd4dp::clock::now().as_millisecond());
    let other = portal
        .store
        .write(|tx| {
            hd4dp::store::member::add_new(tx, &by, group.id, "other@fictief.example", &password, &grants)
        })
        .unwrap();
    let mut other = portal.arrived(other);
    assert!(other.get(&format!("{}/new", uploads())).text().contains("no definition"));
    assert!(!other.get(&uploads()).text().contains("a.csv"));
    for path in [path.clone(), format!("{path}/findings"), format!("{path}/cancel")] {
        assert_eq!(other.get(&path).status, 404, "{path}");
    }
    assert_eq!(other.post(&format!("{path}/import"), &[]).status, 404);
    let mut editor = portal.member(&group, "editor@fictief.example", &[Role::CertificateEditor]);
    let refused = editor.post_file(&format!("{}/new", uploads()), &[], ("file", "a.csv", b"x"));
    assert_eq!(refused.status, 403);
}

#[test]
fn an_import_that_was_killed_goes_on_by_itself() {
    let mut portal = Portal::start();
    portal.app.enrol();
    let mut nurse = portal.member(&portal.group(NIHDI), "nurse@fictief.example", &[Role::CsvUploadManager]);
    let account = nurse.account.unwrap();
    let path = send(&mut nurse, "a.csv", &file(&rows(60_000))).location().to_owned();
    for _ in 0..2 {
        thread::sleep(Duration::from_millis(number_below(900)));
        portal = portal.restarted();
    }
    let mut nurse = portal.arrived(account);
    reaches(&mut nurse, &path, "Waits for your decision");
    assert_eq!(nurse.post(&format!("{path}/import"), &[]).status, 303);
    for _ in 0..4 {
        thread::sleep(Duration::from_millis(number_below(900)));
        portal = portal.restarted();
    }
    let mut nurse = portal.arrived(account);
    reaches(&mut nurse, &path, "Everything is stored");
    assert_eq!(portal.app.sqlite("SELECT count(*) FROM registration"), "60000");
    assert_eq!(portal.app.sqlite("SELECT count(*), sum(accepted) FROM import"), "1|60000");
    assert!(files(&portal).is_empty());
    assert_eq!(portal.app.run(["audit", "verify"]).status, 0);
}

#[test]
fn an_upload_is_ended_by_a_person_and_the_same_file_again_tells_when_it_came() {
    let portal = Portal::start();
    let mut nurse = portal.member(&portal.group(NIHDI), "nurse@fictief.example", &[Role::CsvUploadManager]);
    let path = send(&mut nurse, "a.csv", &file(&rows(3))).location().to_owned();
    reaches(&mut nurse, &path, "Waits for your decision");
    assert!(nurse.get(&format!("{path}/cancel")).text().contains("End the upload of a.csv?"));
    let ended = nurse.post(&format!("{path}/cancel"), &[]);
    assert!(nurse.get(ended.location()).text().contains("its file deleted"));
    assert!(files(&portal).is_empty());
    assert_eq!(nurse.post(&format!("{path}/import"), &[]).status, 409);
    let again = send(&mut nurse, "a.csv", &file(&rows(3))).location().to_owned();
    reaches(&mut nurse, &again, "This very file came already on");
}
