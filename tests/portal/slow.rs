//! Uploads over a slow line: as many as the limits allow leave the pages alone.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::Write,
    net::Ipv4Addr,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use hd4dp::{domain::role::Role, front::Limits};

use super::client::{Connection, Person, Portal};
use crate::common::NIHDI;

/// Begins an upload of which the file is still to come.
fn begin(person: &Person, from: Ipv4Addr) -> Connection {
    let mut connection = person.connect_from(from);
    let cookies: Vec<_> = person.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let form = format!(
        "--x7x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--x7x\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"slow.csv\"\r\n\r\n",
        person.csrf
    );
    let head = format!(
        "POST /ssp/groups/{NIHDI}/uploads/new HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\n\
         Content-Type: multipart/form-data; boundary=x7x\r\nContent-Length: 1000000\r\n\r\n{form}",
        cookies.join("; ")
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection
}

/// How many uploads lie on the disk unfinished.
fn begun(portal: &Portal) -> usize {
    fs::read_dir(portal.app.data().join("uploads")).map_or(0, Iterator::count)
}

fn pages_are_answered(person: &mut Person) {
    for path in ["/ssp", "/ssp/help", "/ssp/me", &format!("/ssp/groups/{NIHDI}/uploads")].repeat(3) {
        person.hang_up();
        let asked = Instant::now();
        assert_eq!(person.get(path).status, 200, "{path}");
        assert!(asked.elapsed() < Duration::from_secs(5), "{path} took {:?}", asked.elapsed());
    }
    person.hang_up();
}

#[test]
fn as_many_slow_uploads_as_there_may_be_leave_the_pages_alone() {
    let limits = Limits::default();
    let portal = Portal::start();
    let group = portal.group(NIHDI);
    let nurse = portal.member(&group, "nurse@fictief.example", &[Role::CsvUploadManager]);
    let mut reader = portal.member(&group, "reader@fictief.example", &[Role::CsvUploadManager]);
    let elsewhere = Ipv4Addr::new(127, 0, 0, 2);
    let mut slow: Vec<_> = (0..limits.per_address).map(|_| begin(&nurse, elsewhere)).collect();
    thread::scope(|scope| {
        let (sender, more) = mpsc::channel();
        // A byte now and then, from all of them.
        scope.spawn(move || {
            loop {
                match more.recv_timeout(Duration::from_millis(200)) {
                    Ok(upload) => slow.push(upload),
                    Err(RecvTimeoutError::Timeout) => {
                        slow.iter_mut().for_each(|upload| upload.write_all(b"x").unwrap());
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        });
        let until = |count: usize| {
            let began = Instant::now();
            while begun(&portal) < count {
                assert!(began.elapsed().as_secs() < 20, "{} of {count} uploads began", begun(&portal));
                thread::sleep(Duration::from_millis(20));
            }
        };
        until(limits.per_address);
        pages_are_answered(&mut reader);
        // From the reader's own address as well: what is left is the reserve
        // of the machine itself.
        for _ in limits.per_address..limits.connections {
            sender.send(begin(&nurse, Ipv4Addr::LOCALHOST)).unwrap();
        }
        until(limits.connections);
        pages_are_answered(&mut reader);
        drop(sender);
    });
    let began = Instant::now();
    while begun(&portal) > 0 {
        assert!(began.elapsed().as_secs() < 20, "{} uploads that broke off are still there", begun(&portal));
        thread::sleep(Duration::from_millis(20));
    }
}
