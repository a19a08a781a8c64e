//! The manual: its contents with a search, and its parts.

use serde::Serialize;

use crate::{
    domain::member::not_found,
    error::Result,
    language::Language,
    portal::{
        answer::Answer,
        content::content,
        manual::{self, CHAPTERS, Part},
        visit::Visit,
    },
};

/// A link to a part.
#[derive(Serialize)]
struct Link {
    name: &'static str,
    title: &'static str,
}

/// A chapter's parts.
#[derive(Serialize)]
struct Chapter {
    name: &'static str,
    parts: Vec<Link>,
}

/// The contents, or what a search found.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    let search = visit.query.get("search").trim();
    let hits = manual::search(visit.language, search);
    let content = content! { chapters => chapters(visit.language), search, hits };
    Ok(visit.page("help.html", content))
}

/// One part.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let name = visit.param("part");
    let parts = manual::parts(visit.language);
    let at = parts.iter().position(|part| part.name == name).ok_or_else(not_found)?;
    let part = &parts[at];
    let places: Vec<_> = part.sections[1..].iter().map(|section| (&section.id, &section.heading)).collect();
    let content = content! {
        name => part.name, title => part.title, html => part.html, places,
        chapters => chapters(visit.language),
        previous => at.checked_sub(1).and_then(|at| parts.get(at)).map(link),
        next => parts.get(at + 1).map(link),
    };
    Ok(visit.page("help_part.html", content))
}

fn chapters(language: Language) -> Vec<Chapter> {
    let parts = manual::parts(language);
    let links = |names: &[&str]| parts.iter().filter(|part| names.contains(&part.name)).map(link).collect();
    CHAPTERS.iter().map(|(name, names)| Chapter { name, parts: links(names) }).collect()
}

fn link(part: &'static Part) -> Link {
    Link { name: part.name, title: &part.title }
}
