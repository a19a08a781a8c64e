//! Hostile input in every form that a page renders and at every address of the
//! route table: a new form or route is tried without a word here.

#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    thread,
    time::Duration,
};

use hd4dp::{
    domain::{
        account::{AccountId, Actor, Temporary},
        role::Role,
        session::Limits,
    },
    portal::{
        routes::{Line, lines},
        second_factor::{Secret, recovery_codes},
    },
    store::{account, login, manager, password, second_factor, session},
};

use super::{
    client::{Answer, Person, Portal, encoded},
    markup::{Field, Form, forms, links},
    pages::plain_pages,
};
use crate::common::{
    DIAG_HEADER, NIHDI, TestApp, diag,
    outside::{Outside, other_patient},
    receiver::Act,
};

/// Stands in all that is sent, and may never stand in the log.
const MARK: &str = "kwaad7";
const SECOND: &str = "72099902";

/// The forms that are not sent: they end the session that sends them, or the
/// certificate that this client trusts.
const UNSENT: [&str; 2] = ["/ssp/logout", "/ssp/settings/certificate/forget"];

/// What is reached without a link to it, or needs two versions of a definition.
const UNLINKED: [&str; 3] =
    ["/", "/ssp/static/{stamp}/{file}", "/ssp/definitions/{name}/{version}/since/{other}"];

fn payloads() -> Vec<String> {
    let texts = [
        "\"><script>alert(1)</script>MARK",
        "' onfocus=alert(1) \" onfocus=alert(1) MARK",
        "MARK<script>alert(1)</script>@fictief.example",
        "MARK{{ 700007 * 7 }}{% raw %}{{7*7}}",
        "MARK'; DROP TABLE account; --",
        "../../etc/passwd\0MARK",
        "MARK\r\nX-Injected: 1\r\nSet-Cookie: x=MARK\r\n\r\n<script>alert(1)</script>",
        "MARK\0\u{1}\u{8}\u{1b}[31m\u{7f}\u{85}",
        "\u{202e}MARK\u{2066}fdp.exe\u{feff}",
        "MARK\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{1d4b3}e\u{301}\u{301}\u{301}",
        "=HYPERLINK(\"https://evil.example\";\"MARK\")",
        "//evil.example/MARK",
        "/\\evil.example/MARK",
        "javascript:alert(1)//MARK",
        "-9223372036854775809",
        "99999999999999999999999999",
        "9999999-99-99",
    ];
    let texts = texts.iter().map(|text| text.replace("MARK", MARK));
    texts.chain([MARK.repeat(100 * 1024 / MARK.len()), String::new()]).collect()
}

/// Everybody who meets forms, by what they are.
struct House {
    portal: Portal,
    people: Vec<(&'static str, Person)>,
    /// Accounts whose loss would end the test.
    actors: Vec<String>,
    /// The token of somebody else's forms.
    stolen: String,
    _outside: Option<Outside>,
}

impl House {
    /// With something in every list.
    fn full() -> Self {
        let mut outside = Outside::new();
        outside.renew();
        outside.platform.first([Act::Status(422, "")]);
        outside.row("D1");
        outside.deliver();
        outside.rows(&[other_patient("D2")]);
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
    fn bare() -> Self {
        let portal = Portal::start();
        let people = vec![("stranger", portal.stranger())];
        let mut thief = portal.stranger();
        thief.get("/ssp/setup");
        Self { portal, people, actors: Vec::new(), stolen: thief.csrf, _outside: None }
    }

    /// How many there are of what people make.
    fn counts(&self) -> String {
        let tables = ["account", "organisation", "member_role", "definition", "enrolment", "objection"];
        let counts = tables.map(|table| format!("(SELECT count(*) FROM {table})")).join(" || '|' || ");
        self.portal.app.sqlite(&format!("PRAGMA busy_timeout = 5000; SELECT {counts}"))
    }
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
fn window(portal: &Portal, id: AccountId, is_complete: bool) -> Person {
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
            until(member, &path, "Everything is stored");
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

/// The line of the route table for an address.
fn route(method: &str, path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap();
    let fits = |line: &Line| {
        let (wanted, given): (Vec<_>, Vec<_>) = (line.path.split('/').collect(), path.split('/').collect());
        line.method == method
            && wanted.len() == given.len()
            && wanted.iter().zip(&given).all(|(want, part)| want.starts_with('{') || want == part)
    };
    lines().find(fits).map(|line| line.path)
}

/// Pages of one kind that are visited.
const ALIKE: usize = 4;

/// Every page that links reach, with its text.
fn walk(person: &mut Person, actors: &[String]) -> Vec<(String, Answer)> {
    let mut queue: VecDeque<String> = plain_pages().into();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut pages = Vec::new();
    person.hang_up();
    while let Some(path) = queue.pop_front() {
        let names = path.split_once('?').map_or("", |(_, query)| query).split('&');
        let names: Vec<_> = names.map(|pair| pair.split('=').next().unwrap()).collect();
        let kind = format!("{:?} {names:?}", route("GET", &path));
        let many = kinds.entry(kind).or_default();
        if *many == ALIKE || is_of(&path, actors) {
            continue;
        }
        *many += 1;
        let page = person.get(&path);
        if page.header("content-type").unwrap_or_default().starts_with("text/html") {
            let text = page.text();
            let base = path.split('?').next().unwrap();
            queue.extend(links(&text, base).into_iter().filter(|link| seen.insert(link.clone())));
            for form in forms(&text, base).into_iter().filter(|form| form.method == "get") {
                let query: Vec<_> =
                    form.fields.iter().map(|it| format!("{}={}", it.name, encoded(&it.value))).collect();
                let link = format!("{}?{}", form.action, query.join("&"));
                queue.extend(seen.insert(link.clone()).then_some(link));
            }
        }
        pages.push((path, page));
    }
    pages
}

/// Whether an address is about one of those who ask.
fn is_of(path: &str, actors: &[String]) -> bool {
    (path.contains("/accounts/") || path.contains("/members/"))
        && path.split('/').any(|part| actors.iter().any(|id| id == part))
}

/// What is wrong with an answer, whatever was asked.
fn faults(what: &str, answer: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    let mut fault = |text: &str| found.push(format!("{what}: {} {text}", answer.status));
    if answer.status >= 500 {
        fault("is our fault");
    }
    if answer
        .headers
        .iter()
        .any(|(name, value)| name == "x-injected" || name != "location" && value.contains(MARK))
    {
        fault("has a field of theirs");
    }
    let to = answer.location();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/?&=%#-_.~".contains(&byte);
    if !(to.is_empty() || to.starts_with("/ssp")) || !to.bytes().all(is_plain) {
        fault("sends the browser elsewhere");
    }
    let kind = answer.header("content-type").unwrap_or_default();
    let text = String::from_utf8(answer.body.clone());
    match &text {
        Ok(text) if kind.starts_with("text/html") => {
            for raw in ["<script>alert", "\" onfocus=", "' onfocus=", "href=\"javascript:", "src=\"//"] {
                if text.contains(raw) {
                    fault(raw);
                }
            }
            if text.chars().any(|char| char.is_control() && !"\n\r\t".contains(char)) {
                fault("has control characters");
            }
        }
        Ok(text) if kind.starts_with("text/csv") => {
            let mut sheet =
                csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(text.as_bytes());
            if sheet
                .records()
                .any(|row| row.unwrap().iter().any(|cell| cell.starts_with(['=', '+', '@', '-'])))
            {
                fault("has a formula");
            }
        }
        Ok(_) => {}
        Err(_) if kind.starts_with("text/") => fault("is no UTF-8"),
        Err(_) => {}
    }
    if text.is_ok_and(|text| text.contains("4900049")) {
        fault("has worked out a template");
    }
    found
}

/// Sends the form; `csrf` and the fields' values are as given.
fn send(person: &mut Person, form: &Form, csrf: Option<&str>, values: &[(&str, &str)], file: &str) -> Answer {
    let fields = csrf.map(|csrf| ("csrf", csrf)).into_iter().chain(values.iter().copied());
    let files = form.fields.iter().filter(|field| field.is_file);
    let (kind, body) = match form.is_multipart {
        true => {
            let mut body = String::new();
            for (name, value) in fields {
                body +=
                    &format!("--x7x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            }
            for Field { name, .. } in files {
                let called = file.replace(['"', '\r', '\n'], "");
                let called = &called[..called.len().min(900)];
                body += &format!(
                    "--x7x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{called}.csv\"\r\n\
                     Content-Type: text/csv\r\n\r\n{file};{file}\r\n{file}\r\n\r\n"
                );
            }
            ("multipart/form-data; boundary=x7x", body + "--x7x--\r\n")
        }
        false => {
            let pairs: Vec<_> = fields.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
            ("application/x-www-form-urlencoded", pairs.join("&"))
        }
    };
    person.send("POST", &form.action, &[("Content-Type", kind)], body.as_bytes())
}

/// What makes a form pass that is otherwise as it stands.
fn plausible(field: &Field) -> String {
    let known = match field.name.as_str() {
        _ if !field.value.is_empty() => &field.value,
        "email" => "gewoon@fictief.example",
        "nihdi" if field.value.is_empty() => "73099990",
        "ssin" => "85073003328",
        "title" | "name" => "Gewoon",
        "from" | "until" => "2024-01-31",
        _ => "",
    };
    known.to_owned()
}

impl House {
    /// Sends everything hostile with one form, and gives the forms of the pages
    /// that answered it.
    fn torment(&self, number: usize, form: &Form, csrf: &str, wrong: &mut Vec<String>) -> Vec<Form> {
        let mut found = Vec::new();
        let (name, mut person) = (self.people[number].0, self.again(number));
        let own: Vec<_> = form.fields.iter().filter(|it| it.name != "csrf" && !it.is_file).collect();
        let plain: Vec<_> = own.iter().map(|field| (field.name.as_str(), plausible(field))).collect();
        let plain: Vec<_> = plain.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut judge = |what: &str, answer: &Answer, house: &Self, before: &mut String, refused: bool| {
            let what = format!("{name} sends {} with {what}", form.action);
            wrong.extend(faults(&what, answer));
            if answer.status == 200
                && answer.header("content-type").unwrap_or_default().starts_with("text/html")
            {
                found.extend(forms(&answer.text(), &form.action));
            }
            let is_refused = (400..500).contains(&answer.status)
                || answer.status == 303 && answer.location().starts_with("/ssp/login");
            if refused && !is_refused {
                wrong.push(format!("{what}: {} is taken", answer.status));
            }
            let now = house.counts();
            if is_refused && now != *before {
                wrong.push(format!("{what}: {} changed {before} to {now}", answer.status));
            }
            *before = now;
        };
        let mut before = self.counts();

        // Forms that are not ours.
        let stolen = self.stolen.clone();
        for (what, csrf) in
            [("no token", None), ("an empty token", Some("")), ("a stolen token", Some(&*stolen))]
        {
            let answer = send(&mut person, form, csrf, &plain, MARK);
            judge(what, &answer, self, &mut before, true);
        }
        if let Some(account) = person.account {
            let mut gone = window(&self.portal, account, true);
            let (cookies, own) = (gone.cookies.clone(), gone.csrf.clone());
            assert_eq!(gone.post("/ssp/logout", &[]).status, 303);
            gone.cookies = cookies;
            let answer = send(&mut gone, form, Some(&own), &plain, MARK);
            let open = ["/ssp/language", "/ssp/login", "/ssp/setup"].contains(&form.action.as_str());
            judge(
                "the session that was logged out",
                &answer,
                self,
                &mut before,
                !open || answer.status != 303,
            );
        }
        // Bodies that are not what they say, or say that they are something else.
        let pairs = |csrf: &str| {
            let all = [("csrf", csrf)].into_iter().chain(plain.iter().copied());
            all.map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
        };
        let other = if form.is_multipart {
            "application/x-www-form-urlencoded"
        } else {
            "multipart/form-data; boundary=x7x"
        };
        for kind in
            ["application/json", "text/plain", "", "multipart/form-data", "text/html; boundary=\"", other]
        {
            let answer = person.send("POST", &form.action, &[("Content-Type", kind)], pairs(csrf).as_bytes());
            judge(kind, &answer, self, &mut before, true);
        }
        // What stands in the fields.
        for payload in payloads() {
            let short: String = payload.chars().take(30).collect();
            let all: Vec<_> = own.iter().map(|field| (field.name.as_str(), payload.as_str())).collect();
            let answer = send(&mut person, form, Some(csrf), &all, &payload);
            judge(&format!("{short:?} in all fields"), &answer, self, &mut before, false);
            for field in &own {
                let values: Vec<_> = plain
                    .iter()
                    .map(|(name, value)| (*name, if *name == field.name { payload.as_str() } else { *value }))
                    .collect();
                let answer = send(&mut person, form, Some(csrf), &values, "gewoon");
                judge(&format!("{short:?} in {}", field.name), &answer, self, &mut before, false);
            }
        }
        let twice: Vec<_> =
            plain.iter().copied().chain(own.iter().map(|it| (it.name.as_str(), MARK))).collect();
        let answer = send(&mut person, form, Some(csrf), &twice, MARK);
        judge("each field twice", &answer, self, &mut before, false);
        let many = vec![("veld", MARK); 5_000];
        let answer = send(&mut person, form, Some(csrf), &many, MARK);
        judge("five thousand fields", &answer, self, &mut before, false);
        for escape in ["%", "%zz", "%ff%fe", "%ed%a0%80", "%00", "%c0%af", "\u{ff}", "a=b=c&&&=&=x&%3D"] {
            let fields: Vec<_> = own.iter().map(|field| format!("&{}={escape}", field.name)).collect();
            let body = format!("csrf={csrf}{}", fields.concat());
            let kind = [("Content-Type", "application/x-www-form-urlencoded")];
            let answer = person.send("POST", &form.action, &kind, body.as_bytes());
            judge(escape, &answer, self, &mut before, form.is_multipart);
        }
        found
    }

    /// The same person in another window.
    fn again(&self, number: usize) -> Person {
        let person = &self.people[number].1;
        let mut again = self.portal.stranger();
        (again.account, again.csrf) = (person.account, person.csrf.clone());
        again.cookies.clone_from(&person.cookies);
        again
    }

    /// Walks all pages and sends each form that was not sent yet: the routes.
    fn round(&mut self, sent: &mut BTreeSet<String>, wrong: &mut Vec<String>) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        for number in 0..self.people.len() {
            let actors = self.actors.clone();
            let pages = walk(&mut self.people[number].1, &actors);
            for (path, page) in &pages {
                if page.status == 200 {
                    reached.extend(route("GET", path).map(|path| format!("GET {path}")));
                }
                wrong.extend(faults(&format!("{} asks for {path}", self.people[number].0), page));
            }
            let mut found: VecDeque<_> = pages
                .iter()
                .flat_map(|(path, page)| forms(&page.text(), path.split('?').next().unwrap()))
                .collect();
            while let Some(mut form) = found.pop_front() {
                if form.method != "post" || is_of(&form.action, &actors) || UNSENT.contains(&&*form.action) {
                    continue;
                }
                let csrf = form.fields.iter().find(|it| it.name == "csrf").expect("a token").value.clone();
                let line =
                    route("POST", &form.action).unwrap_or_else(|| panic!("{} is no route", form.action));
                reached.insert(format!("POST {line}"));
                let names: Vec<_> = form.fields.iter().map(|field| field.name.as_str()).collect();
                if !sent.insert(format!("{line} {names:?}")) {
                    continue;
                }
                // The others have to go on working here, without a second factor.
                if line == "/ssp/groups/{group}/state" {
                    form.action = form.action.replace(NIHDI, SECOND);
                    form.fields.iter_mut().find(|it| it.name == "act").unwrap().value = "deactivate".into();
                }
                found.extend(self.torment(number, &form, &csrf, wrong));
            }
        }
        reached
    }
}

/// What holds after everything.
fn is_whole(house: &House) {
    assert_eq!(house.portal.app.sqlite("PRAGMA integrity_check; PRAGMA foreign_key_check;"), "ok");
    assert_eq!(house.portal.app.run(["audit", "verify"]).status, 0);
    let log = house.portal.log();
    let told: Vec<_> = log.lines().filter(|line| line.contains(MARK)).take(5).collect();
    assert!(told.is_empty(), "the log holds what was sent: {told:#?}");
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn no_form_takes_harm_from_what_is_sent_with_it() {
    let mut wrong = Vec::new();
    let mut reached = BTreeSet::new();
    reached.extend(UNSENT.map(|path| format!("POST {path}")));
    reached.extend(UNLINKED.map(|path| format!("GET {path}")));
    for mut house in [House::bare(), House::full()] {
        let mut sent = BTreeSet::new();
        // Forms that show up only after others were sent come in the next
        // round; the last round sees what all of them left.
        for _ in 0..4 {
            let before = sent.len();
            reached.extend(house.round(&mut sent, &mut wrong));
            if sent.len() == before {
                break;
            }
        }
        is_whole(&house);
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} {:#?}", wrong.len(), &wrong[..wrong.len().min(40)]);
    let routes: BTreeSet<_> = lines().map(|line| format!("{} {}", line.method, line.path)).collect();
    let missed: Vec<_> = routes.difference(&reached).collect();
    assert!(missed.is_empty(), "no page led to {missed:#?}");
}
