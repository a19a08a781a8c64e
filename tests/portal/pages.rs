//! Every page, in every language, from a binary that has nothing beside it.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, fs};

use hd4dp::{
    domain::role::Role,
    portal::routes::{Line, lines},
};

use super::client::{Person, Portal};
use crate::common::{NIHDI, TestApp};

/// The pages that need no more than a group to be shown.
pub fn plain_pages() -> Vec<String> {
    lines()
        .filter(|Line { method, path }| *method == "GET" && !path.replace("{group}", "").contains('{'))
        .map(|Line { path, .. }| path.replace("{group}", NIHDI))
        .collect()
}

/// Addresses of this host in a page.
fn links(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for attribute in ["href=\"", "src=\""] {
        for part in text.split(attribute).skip(1) {
            let link = part.split('"').next().unwrap().replace("&amp;", "&").replace("&#x2f;", "/");
            let link = link.split('#').next().unwrap().to_owned();
            if link.starts_with('/') {
                found.insert(link);
            } else {
                assert!(
                    link.is_empty()
                        || link.starts_with("https://")
                        || link.starts_with("mailto:")
                        || link.starts_with('?'),
                    "{link}"
                );
            }
        }
    }
    found
}

fn speak(person: &mut Person, language: &str) {
    assert_eq!(person.post("/ssp/language", &[("language", language), ("next", "/ssp")]).status, 303);
}

#[test]
fn every_page_is_served_in_every_language_and_no_link_leads_nowhere() {
    let portal = Portal::start_on(TestApp::alone());
    let beside = fs::read_dir(portal.app.path("empty")).unwrap().count();
    assert_eq!(beside, 1, "the binary alone, where it runs");
    let group = portal.group(NIHDI);
    let mut manager = portal.manager("manager@fictief.example");
    let roles: Vec<_> = Role::ALL.into_iter().filter(|role| *role != Role::Manager).collect();
    let mut member = portal.member(&group, "member@fictief.example", &roles);
    let mut seen = BTreeSet::new();
    for language in ["nl", "fr", "en"] {
        for person in [&mut manager, &mut member] {
            speak(person, language);
            for path in plain_pages() {
                let page = person.get(&path);
                // Where a page sends on, it was served before; what is refused is tested elsewhere.
                if matches!(page.status, 303 | 403) {
                    continue;
                }
                assert_eq!(page.status, 200, "{path}");
                if !page.header("content-type").unwrap_or_default().starts_with("text/html") {
                    continue;
                }
                let text = page.text();
                assert!(text.contains(&format!("<html lang=\"{language}\">")), "{path} in {language}");
                assert!(!text.contains("style=\"") && !text.contains("<style"), "{path}");
                for link in links(&text) {
                    if seen.insert(link.clone()) {
                        let status = person.get(&link).status;
                        assert!(matches!(status, 200 | 303 | 403), "{path} links to {link}: {status}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_answer_to_head_is_that_of_get_without_the_body() {
    let portal = Portal::start();
    let mut guest = portal.stranger();
    let page = guest.get("/ssp/login");
    let head = guest.send("HEAD", "/ssp/login", &[], b"");
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-length"), page.header("content-length"));
}
