//! A disk that fills up while an upload comes in.

#![allow(clippy::unwrap_used)]

use std::{fs, io::Write, net::Ipv4Addr, process::Command};

use hd4dp::domain::role::Role;

use super::client::{Answer, Person, Portal};
use crate::common::NIHDI;

const CHILD: &str = "HD4DP_SMALL_DISK";

fn new() -> String {
    format!("/ssp/groups/{NIHDI}/uploads/new")
}

/// Sends a file of `mebibytes` whose size is not announced.
fn send(person: &Person, mebibytes: usize) -> Answer {
    let mut connection = person.connect_from(Ipv4Addr::LOCALHOST);
    let cookies: Vec<_> = person.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: multipart/form-data; boundary=x7x\r\n\r\n",
        new(),
        cookies.join("; ")
    );
    let form = format!(
        "--x7x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--x7x\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"large.csv\"\r\n\r\n",
        person.csrf
    );
    let chunk = |bytes: &str| format!("{:x}\r\n{bytes}\r\n", bytes.len());
    let mebibyte = chunk(&"x".repeat(1 << 20));
    // The server answers before it has everything.
    let _sent = connection
        .write_all(format!("{head}{}", chunk(&form)).as_bytes())
        .and_then(|()| (0..mebibytes).try_for_each(|_| connection.write_all(mebibyte.as_bytes())));
    Answer::to_post(&mut connection)
}

/// Runs only as a child of the next test, whose temporary folder is small.
#[test]
fn small_disk_child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let portal = Portal::start();
    let mut nurse = portal.member(&portal.group(NIHDI), "nurse@fictief.example", &[Role::CsvUploadManager]);
    let texts = [
        ("en", "There is not enough room left on the disk"),
        ("fr", "Il ne reste pas assez de place sur le disque"),
        ("nl", "Op de schijf van het toestel is niet genoeg plaats"),
    ];
    for (language, told) in texts {
        assert_eq!(nurse.post("/ssp/language", &[("language", language), ("next", "/ssp")]).status, 303);
        nurse.get(&new());
        for answer in [send(&nurse, 20), nurse.announce(&new(), 30 << 20)] {
            let text = answer.text();
            assert_eq!(answer.status, 507, "{text}");
            assert!(text.contains(told) && text.contains(&format!("<html lang=\"{language}\">")), "{text}");
        }
        assert_eq!(fs::read_dir(portal.app.data().join("uploads")).unwrap().count(), 0, "nothing is left");
    }
    assert_eq!(nurse.get(&new()).status, 200, "everything else goes on");
    assert!(portal.log().contains("a body cannot be kept"));
}

#[test]
fn a_disk_that_fills_up_under_an_upload_is_told_on_a_page() {
    let folder = tempfile::tempdir().unwrap();
    // What an upload leaves free is a gibibyte; there are twelve mebibytes more.
    let mount = "mount -t tmpfs -o size=1036m,mode=0700 tmpfs \"$TMPDIR\"";
    let run = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", script]).arg(std::env::current_exe().unwrap());
        command.env("TMPDIR", folder.path()).env(CHILD, "1").output()
    };
    // Only root in a sandbox of its own may mount one; CI is.
    if !run(mount).is_ok_and(|probe| probe.status.success()) {
        return;
    }
    let script = format!("{mount} && exec \"$0\" --exact --nocapture portal::room::small_disk_child");
    let output = run(&script).unwrap();
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}
