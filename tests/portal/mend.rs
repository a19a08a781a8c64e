//! Rows that were rejected, whichever way they came: Home tells of them, and
//! they can be mended.

#![allow(clippy::unwrap_used)]

use hd4dp::domain::{
    account::{Actor, Temporary},
    member::Grant,
    role::Role,
};

use super::client::{Person, Portal};
use crate::common::{DIAG_HEADER, NIHDI, diag};

const TOLD: &str = "2 rejected rows to mend: HDBP0147 INTEGO-DIAG";

fn import(portal: &Portal, name: &str, rows: &[String]) {
    let file = portal.app.file(name, format!("{DIAG_HEADER}\n{}\n", rows.join("\n")));
    portal.app.import("INTEGO-DIAG", &file);
}

fn wrong(id: &str) -> String {
    diag(id, "text").replace("27/01/2023", "31/02/2023")
}

fn shown(person: &mut Person, path: &str) -> String {
    person.get(path).text().replace("&#x2f;", "/").replace("&#x27;", "'")
}

#[test]
fn rows_that_the_command_line_rejected_stay_on_home_until_they_are_mended_in_the_portal() {
    let portal = Portal::start();
    let mut nurse = portal.member(&portal.group(NIHDI), "nurse@fictief.example", &[Role::StudySupport]);
    assert!(!shown(&mut nurse, "/ssp").contains("to mend"));
    import(&portal, "labo.csv", &[diag("D1", "text"), wrong("D2"), wrong("D3")]);
    import(&portal, "other.csv", &[diag("D4", "text")]);
    let home = shown(&mut nurse, "/ssp");
    let path = format!("/ssp/groups/{NIHDI}/uploads/imports/1");
    assert!(home.contains(TOLD) && home.contains(&format!("href=\"{path}\"")), "{home}");

    let found = shown(&mut nurse, &path);
    assert!(found.contains("1 to 2 of 2") && found.contains("99/99/9999"), "{found}");
    assert!(!found.contains("31/02/2023"), "shapes only");
    assert!(found.contains("uploads/new?definition=INTEGO-DIAG\""), "{found}");
    assert_eq!(nurse.get(&format!("{path}/findings.csv")).text().lines().count(), 3);
    let mend = nurse.post(&format!("{path}/mend.csv"), &[("part", "1")]);
    assert_eq!(mend.text(), format!("{DIAG_HEADER}\n{}\n{}\n", wrong("D2"), wrong("D3")));
    assert!(portal.app.ok(["audit", "list"]).stdout.contains("import.refused-rows"));

    import(&portal, "mended.csv", &[diag("D2", "text"), wrong("D3")]);
    let home = shown(&mut nurse, "/ssp");
    assert!(home.contains("One rejected row to mend") && !home.contains(TOLD), "{home}");
    import(&portal, "mended again.csv", &[diag("D3", "text")]);
    assert!(!shown(&mut nurse, "/ssp").contains("to mend"));
}

#[test]
fn rejected_rows_are_open_to_those_who_upload_for_their_project_and_nobody_else() {
    let portal = Portal::start();
    let group = portal.group(NIHDI);
    import(&portal, "labo.csv", &[wrong("D2"), wrong("D3")]);
    let grants = [Grant::of_projects(Role::StudySupport, &["HDBP9999"])];
    let by = Actor::System("test".into());
    let password = Temporary::new("none".into(), hd4dp::clock::now().as_millisecond());
    let add = |tx: &hd4dp::store::Tx<'_>| {
        hd4dp::store::member::add_new(tx, &by, group.id, "other@fictief.example", &password, &grants)
    };
    let mut other = portal.arrived(portal.store.write(add).unwrap());
    assert!(!shown(&mut other, "/ssp").contains("to mend"));
    let path = format!("/ssp/groups/{NIHDI}/uploads/imports/1");
    for path in [path.clone(), format!("{path}/findings.csv")] {
        assert_eq!(other.get(&path).status, 404, "{path}");
    }
    assert_eq!(other.post(&format!("{path}/mend.csv"), &[("part", "1")]).status, 404);
    let mut auditor = portal.member(&group, "auditor@fictief.example", &[Role::Auditor]);
    assert_eq!(auditor.post(&format!("{path}/mend.csv"), &[("part", "1")]).status, 403);

    let import = format!("/ssp/groups/{NIHDI}/queue/imports/1");
    let read = shown(&mut auditor, &import);
    assert!(read.contains("Whoever may upload for this project") && !read.contains(&path), "{read}");
    let mut data = portal.member(&group, "data@fictief.example", &[Role::CsvUploadManager]);
    let read = shown(&mut data, &import);
    assert!(read.contains(&format!("href=\"{path}\"")), "{read}");
    for list in [import, format!("/ssp/groups/{NIHDI}/queue/imports")] {
        let read = shown(&mut data, &list);
        assert!(read.contains("Command line (tester)") && !read.contains("cli:"), "{read}");
    }
}
