//! What the manual in its three languages must keep.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::{Files, Part, markdown::placeholder, parts};
use crate::{language::Language, portal::routes::ROUTES};

fn sources() -> impl Iterator<Item = (String, String)> {
    Files::iter().map(|name| {
        let text = String::from_utf8(Files::get(&name).unwrap().data.into_owned()).unwrap();
        (name.into_owned(), text)
    })
}

fn named<'a>(parts: &'a [Part], name: &str) -> Option<&'a Part> {
    parts.iter().find(|part| part.name == name)
}

#[test]
fn every_page_has_its_part_in_each_language() {
    for language in Language::ALL {
        for route in ROUTES.iter().filter(|route| !route.help.is_empty()) {
            let part = named(parts(language), route.help);
            assert!(part.is_some(), "{} has no part {} in {}", route.path, route.help, language.code());
        }
    }
}

#[test]
fn every_file_is_a_part_in_reading_order() {
    let known: BTreeSet<_> = Language::ALL
        .into_iter()
        .flat_map(|language| {
            parts(language).iter().map(move |part| format!("{}/{}.md", language.code(), part.name))
        })
        .collect();
    let files: BTreeSet<_> = sources().map(|(name, _)| name).collect();
    assert_eq!(known, files);
}

#[test]
fn the_three_languages_have_the_same_parts_and_sections() {
    let outline = |language| -> Vec<_> {
        let sections = |part: &Part| part.sections.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
        parts(language).iter().map(|part| (part.name, sections(part))).collect()
    };
    let english = outline(Language::En);
    assert_eq!(english, outline(Language::Fr));
    assert_eq!(english, outline(Language::Nl));
    for (name, ids) in english {
        let all: BTreeSet<_> = ids.iter().collect();
        assert_eq!(all.len(), ids.len(), "{name} has a place twice, or a heading without one: {ids:?}");
    }
}

#[test]
fn steps_tables_and_links_are_as_many_in_each_language() {
    for mark in ["<ol>", "<li>", "<tr>", "<a ", "<code>", "<strong>"] {
        for part in parts(Language::En) {
            let of = |language| named(parts(language), part.name).unwrap().html.matches(mark).count();
            let counts = Language::ALL.map(of);
            assert!(counts.iter().all(|it| *it == counts[0]), "{} {mark}: {counts:?}", part.name);
        }
    }
}

#[test]
fn the_manual_names_only_what_the_portal_shows() {
    for (name, text) in sources() {
        let mut rest = text.as_str();
        while let Some((_, id, after)) = placeholder(rest) {
            for language in Language::ALL {
                assert!(language.has(id), "{name} names {id}");
                let shown = language.text(id, &[]);
                assert!(!shown.contains(['{', '\n']), "{name}: {id} depends on values: {shown}");
            }
            rest = after;
        }
    }
    for part in Language::ALL.into_iter().flat_map(parts) {
        for mark in ["{{", "}}", "**"] {
            assert!(!part.html.contains(mark), "{} has {mark}: {}", part.name, part.html);
        }
    }
}

#[test]
fn every_link_leads_to_a_part_or_a_page() {
    for part in Language::ALL.into_iter().flat_map(|language| parts(language)) {
        for link in part.html.split("<a href=\"").skip(1) {
            let link = link.split('"').next().unwrap();
            let (page, place) = link.split_once('#').unwrap_or((link, ""));
            if page.starts_with("/ssp") {
                assert!(ROUTES.iter().any(|route| route.matches(page).is_some()), "{}: {link}", part.name);
                continue;
            }
            let to = if page.is_empty() { Some(part) } else { named(parts(Language::En), page) };
            let to = to.unwrap_or_else(|| panic!("{} links to {link}", part.name));
            let is_there = place.is_empty() || to.sections.iter().any(|section| section.id == place);
            assert!(is_there, "{} links to {link}", part.name);
        }
    }
}
