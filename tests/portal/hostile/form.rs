//! Everything hostile with every form that a page shows: a new form is tried
//! without a word here.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeSet, VecDeque};

use hd4dp::portal::routes::lines;

use super::{
    MARK,
    house::{House, SECOND, window},
    payloads,
    walk::{faults, is_of, route, walk},
};
use crate::{
    common::NIHDI,
    portal::{
        client::{Answer, Person, encoded},
        markup::{Field, Form, forms},
    },
};

/// The forms that are not sent: they end the session that sends them, or the
/// certificate that this client trusts.
const UNSENT: [&str; 2] = ["/ssp/logout", "/ssp/settings/certificate/forget"];

/// What is reached without a link to it.
const UNLINKED: [&str; 2] = ["/", "/ssp/static/{stamp}/{file}"];

/// What is sent from elsewhere than a page: forms that were opened before each
/// new one had an address of its own.
const EARLIER: [&str; 1] = ["/ssp/groups/{group}/registrations/new/{definition}"];

#[test]
fn no_form_takes_harm_from_what_is_sent_with_it() {
    let mut wrong = Vec::new();
    let mut reached = BTreeSet::new();
    reached.extend(UNSENT.into_iter().chain(EARLIER).map(|path| format!("POST {path}")));
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
        house.is_whole();
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} {:#?}", wrong.len(), &wrong[..wrong.len().min(40)]);
    let routes: BTreeSet<_> = lines().map(|line| format!("{} {}", line.method, line.path)).collect();
    let missed: Vec<_> = routes.difference(&reached).collect();
    assert!(missed.is_empty(), "no page led to {missed:#?}");
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
            // The boxes of one question are one field.
            let mut names = BTreeSet::new();
            for field in own.iter().filter(|field| names.insert(&field.name)) {
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
                // Forms of all definitions are made the same way; one stands for them.
                if form.action.contains("/registrations/new/") && !form.action.contains("/INTEGO-DIAG/") {
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
                // Somebody goes to where the form is sent.
                if let Some(line) = route("GET", &form.action) {
                    let page = self.people[number].1.get(&form.action);
                    wrong
                        .extend(faults(&format!("{} goes to {}", self.people[number].0, form.action), &page));
                    reached.insert(format!("GET {line}"));
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
