//! The manual: Markdown under `assets/manual/<language>/`, one file for each
//! part, embedded and rendered once.
//!
//! A part names what a person sees on a page by the identifier of its text,
//! `{{member-add}}`. The portal's own words take its place, so the manual
//! cannot name a button that does not exist.

use std::sync::OnceLock;

use rust_embed::RustEmbed;

use crate::language::Language;

mod markdown;
mod search;

#[cfg(test)]
mod tests;

pub use search::search;

/// The parts in reading order, in chapters whose titles are the texts
/// `help-chapter-<name>`.
pub const CHAPTERS: &[(&str, &[&str])] = &[
    ("begin", &["first-hour", "login", "trust", "home"]),
    ("people", &["account", "roles", "groups", "members", "accounts"]),
    (
        "data",
        &[
            "certificates",
            "definitions",
            "uploads",
            "forms",
            "registrations",
            "enrolments",
            "objections",
            "queue",
            "api",
            "what-leaves",
        ],
    ),
    ("machine", &["settings", "health", "audit", "command-line", "support"]),
];

/// A part of the manual.
pub struct Part {
    /// The last part of its address, and its file's name.
    pub name: &'static str,
    /// Its title.
    pub title: String,
    /// All that stands below the title, as HTML.
    pub html: String,
    /// What stands before the first heading, then what stands below each.
    pub sections: Vec<Section>,
}

/// What stands below one heading.
pub struct Section {
    /// The place in the page, the same in each language; empty for what stands
    /// before the first heading.
    pub id: String,
    /// The heading; the part's title for what stands before the first.
    pub heading: String,
    /// The words, without markup.
    pub text: String,
}

/// All parts in reading order.
pub fn parts(language: Language) -> &'static [Part] {
    static PARTS: OnceLock<[Vec<Part>; 3]> = OnceLock::new();
    let parts = PARTS.get_or_init(|| Language::ALL.map(load));
    &parts[Language::ALL.iter().position(|other| *other == language).unwrap_or(0)]
}

#[derive(RustEmbed)]
#[folder = "assets/manual"]
struct Files;

/// A test says that every part is there, so one that is not is left out here
/// rather than stopping the portal.
fn load(language: Language) -> Vec<Part> {
    let names = CHAPTERS.iter().flat_map(|(_, parts)| *parts);
    let read = |name: &&'static str| {
        let file = Files::get(&format!("{}/{name}.md", language.code()))?;
        Some(markdown::read(name, &String::from_utf8_lossy(&file.data), language))
    };
    names.filter_map(read).collect()
}
