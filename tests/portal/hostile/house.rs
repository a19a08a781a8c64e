//! An installation with something in every list, and who uses it.

#![allow(clippy::unwrap_used)]

use std::{fs, thread, time::Duration};

use hd4dp::{
    domain::{
        account::{AccountId, Actor, Temporary},
        role::Role,
        session::Limits,
    },
    portal::second_factor::{Secret, recovery_codes},
    store::{account, login, manager, password, second_factor, session},
};

use super::MARK;
use crate::{
    common::{
        DIAG_HEADER, NIHDI, TestApp, diag,
        outside::{Outside, other_patient},
        receiver::Act,
    },
    portal::client::{Person, Portal},
};

/// Another organisation.
pub const SECOND: &str = "72099902";

/// Everybody who meets forms, by what they are.
pub struct House {
    pub portal: Portal,
    pub people: Vec<(&'static str, Person)>,
    /// Accounts whose loss would end the test.
    pub actors: Vec<String>,
    /// The token of somebody else's forms.
    pub stolen: String,
    _outside: Option<Outside>,
}

impl House {
    /// With something in every list.
    pub fn full() -> Self {
        let mut outside = Outside::new();
        outside.renew();
        outside.platform.first([Act::Status(422, "")]);
        outside.row("D1");
        outside.deliver();
        outside.rows(&[other_patient("D2")]);
        ["1.0.0", "2.0.0"].iter().for_each(|version| define(&outside.app, version));
        // Nobody listens there: what is due stays in the queue.
        outside.configure((1, 1), "");
        let portal = Portal::start_on(std::mem::replace(&mut outside.app, TestApp::bare()));
        let group = portal.group(NIHDI);
        portal.organisation(SECOND, "Ander Ziekenhuis");
        let roles: Vec<_> = Role::ALL.into_iter().filter(|role| *role != Role::Manager).collect();
        let mut people = vec![
            ("stranger", portal.stranger()),
            ("newcomer", newcomer(&portal)),
            ("halfway", with_factor(&portal, "half@fictief.example", false)),
            ("factor", with_factor(&portal, "factor@fictief.example", true)),
            ("member", portal.member(&group, "member@fictief.example", &roles)),
            ("manager", portal.manager("manager@fictief.example")),
        ];
        let actors = people.iter().filter_map(|(_, person)| person.account).map(|id| id.0.to_string());
        let actors = actors.collect();
        victims(&portal);
        window(&portal, people[5].1.account.unwrap(), true);
        fill(&mut people[4].1);
        let stolen = portal.manager("thief@fictief.example").csrf;
        Self { portal, people, actors, stolen, _outside: Some(outside) }
    }

    /// Before anybody has set anything up.
    pub fn bare() -> Self {
        let portal = Portal::start();
        let people = vec![("stranger", portal.stranger())];
        let mut thief = portal.stranger();
        thief.get("/ssp/setup");
        Self { portal, people, actors: Vec::new(), stolen: thief.csrf, _outside: None }
    }

    /// How many there are of what people make.
    pub fn counts(&self) -> String {
        let tables = ["account", "organisation", "member_role", "definition", "enrolment", "objection"];
        let counts = tables.map(|table| format!("(SELECT count(*) FROM {table})")).join(" || '|' || ");
        self.portal.app.sqlite(&format!("PRAGMA busy_timeout = 5000; SELECT {counts}"))
    }

    /// What holds after everything.
    pub fn is_whole(&self) {
        assert_eq!(self.portal.app.sqlite("PRAGMA integrity_check; PRAGMA foreign_key_check;"), "ok");
        assert_eq!(self.portal.app.run(["audit", "verify"]).status, 0);
        let log = self.portal.log();
        let told: Vec<_> = log.lines().filter(|line| line.contains(MARK)).take(5).collect();
        assert!(told.is_empty(), "the log holds what was sent: {told:#?}");
        assert!(!log.contains("panicked"), "{log}");
    }
}

/// A version of a definition that comes first in the list.
fn define(app: &TestApp, version: &str) {
    let folder = app.path(&format!("aaa-{version}"));
    fs::create_dir(&folder).unwrap();
    for (name, text) in [
        ("survey", "type,name,label,hd::key\ntext,TX_NUMBER,Number,yes\n".to_owned()),
        ("settings", format!("form_title,form_id,version\nFirst,AAA,{version}\n")),
        ("hd", "key,value\nproject,HDBP0000\ndcd,AAA\n".to_owned()),
    ] {
        fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
    app.ok(["definition", "add", folder.to_str().unwrap()]);
}

/// Somebody with a temporary password.
fn newcomer(portal: &Portal) -> Person {
    let id = add(portal, "newcomer@fictief.example");
    window(portal, id, true)
}

/// Somebody with a second factor, who has shown it or not yet.
fn with_factor(portal: &Portal, email: &str, is_complete: bool) -> Person {
    let id = add(portal, email);
    let (secret, codes) = (Secret::new().unwrap(), recovery_codes().unwrap());
    let set = portal.store.write(|tx| {
        password::change(tx, id, "none")?;
        second_factor::set(tx, id, secret.bytes(), 1_000, &codes, None)
    });
    set.unwrap();
    window(portal, id, is_complete)
}

fn add(portal: &Portal, email: &str) -> AccountId {
    let password = Temporary::new("none".into(), hd4dp::clock::now().as_millisecond());
    portal.store.write(|tx| manager::add(tx, &Actor::System("test".into()), email, &password)).unwrap()
}

/// A session of this account beside those it has.
pub fn window(portal: &Portal, id: AccountId, is_complete: bool) -> Person {
    let limits = Limits::default();
    let opened = portal.store.write(|tx| session::open(tx, id, is_complete, "127.0.0.1", "test", limits));
    let token = opened.unwrap().0;
    let cookies = vec![("__Host-hd4dp-session".to_owned(), token.text().to_owned())];
    let mut person = portal.stranger();
    (person.account, person.cookies, person.csrf) = (Some(id), cookies, token.csrf(portal.store.keys()));
    person
}

/// Members whom the others may remove, unlock and reset.
fn victims(portal: &Portal) {
    let group = portal.group(NIHDI);
    for name in ["locked", "victim"] {
        let email = format!("{name}@fictief.example");
        let id = portal.member(&group, &email, &[Role::Auditor]).account.unwrap();
        let (secret, codes) = (Secret::new().unwrap(), recovery_codes().unwrap());
        portal.store.write(|tx| second_factor::set(tx, id, secret.bytes(), 1_000, &codes, None)).unwrap();
        assert!(portal.store.read(|tx| account::get(tx, id)).unwrap().has_second_factor);
    }
    for _ in 0..20 {
        let address = "10.0.0.7".parse().unwrap();
        portal.store.write(|tx| login::fail(tx, "locked@fictief.example", address)).unwrap();
    }
}

/// An objection, an upload that waits and one that was imported with a refused row.
fn fill(member: &mut Person) {
    let base = format!("/ssp/groups/{NIHDI}");
    let objection = [("project", "HDBP0147"), ("ssin", "85040216932")];
    assert_eq!(member.post(&format!("{base}/objections/add"), &objection).status, 303);
    let new = member.get(&format!("{base}/uploads/new")).text();
    let version = new.split_once("value=\"INTEGO-DIAG@").unwrap().1.split('"').next().unwrap();
    let fields = [("definition", format!("INTEGO-DIAG@{version}"))];
    let fields = [(fields[0].0, fields[0].1.as_str())];
    let content = format!("{DIAG_HEADER}\n{}\nshort;row\n", diag("D3", "text"));
    for import in [true, false] {
        let file = ("file", "extract.csv", content.as_bytes());
        let sent = member.post_file(&format!("{base}/uploads/new"), &fields, file);
        let path = sent.location().to_owned();
        until(member, &path, "Waits for your decision");
        if import {
            assert_eq!(member.post(&format!("{path}/import"), &[]).status, 303);
            until(member, &path, "not stored");
        }
    }
}

fn until(person: &mut Person, path: &str, state: &str) {
    for _ in 0..600 {
        if person.get(path).text().contains(state) {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("{path} never said {state}");
}
