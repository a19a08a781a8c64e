//! The pages that people reach, and what may be wrong with an answer.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hd4dp::portal::routes::{Line, lines};

use super::MARK;
use crate::portal::{
    client::{Answer, Person, encoded},
    markup::{forms, links},
    pages::plain_pages,
};

/// The line of the route table for an address.
pub fn route(method: &str, path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap();
    let fits = |line: &Line| {
        let (wanted, given): (Vec<_>, Vec<_>) = (line.path.split('/').collect(), path.split('/').collect());
        line.method == method
            && wanted.len() == given.len()
            && wanted.iter().zip(&given).all(|(want, part)| want.starts_with('{') || want == part)
    };
    // Where two fit, the one that names the address more closely answers.
    lines().filter(fits).min_by_key(|line| line.path.matches('{').count()).map(|line| line.path)
}

/// Pages of one kind that are visited.
const ALIKE: usize = 4;

/// Every page that links reach, with its text.
pub fn walk(person: &mut Person, actors: &[String]) -> Vec<(String, Answer)> {
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
pub fn is_of(path: &str, actors: &[String]) -> bool {
    (path.contains("/accounts/") || path.contains("/members/"))
        && path.split('/').any(|part| actors.iter().any(|id| id == part))
}

/// What is wrong with an answer, whatever was asked.
pub fn faults(what: &str, answer: &Answer) -> Vec<String> {
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
            // Those above 127 have no reference in HTML, and mean nothing there.
            if text.chars().any(|char| char.is_ascii_control() && !"\n\r\t".contains(char)) {
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
