//! What one row says, whatever the order of its sheet's columns.

use super::{Change, Property};
use crate::{
    definition::{
        reader::truth,
        sheet::{Sheet, column_name},
        text::{Texts, language_named},
    },
    language::Language,
};

/// Columns in which every word for yes means the same, and every one for no, as
/// does nothing. `destination::hd` is none of them: without a word it hangs on
/// other rows.
const YES_OR_NO: [&str; 9] = [
    "required",
    "read_only",
    "hd::key",
    "hd::identifying",
    "destination::hd_client",
    "destination::nippin",
    "destination::ima",
    "enrolment_required",
    "disabled",
];

impl Property {
    /// What a column is about, where those called `texts` may stand once for
    /// each language and have the language `own` if they do not say it.
    pub(super) fn of(column: &str, texts: &[&str], own: Language) -> Self {
        let name = column_name(column);
        if texts.contains(&name.as_str()) {
            return Self::Text(name, own);
        }
        if let Some((text, language)) = name.split_once("::")
            && texts.contains(&text)
            && let Some(language) = language_named(&language.replace('_', " "))
        {
            return Self::Text(text.to_owned(), language);
        }
        Self::Column(if name == "readonly" { "read_only".to_owned() } else { name })
    }

    /// What the columns of a sheet are about, each with its place.
    pub(super) fn columns(sheet: &Sheet, texts: &[&str], own: Language) -> Vec<(usize, Self)> {
        let named = sheet.header.iter().enumerate().filter(|(_, name)| !name.trim().is_empty());
        named.map(|(at, name)| (at, Self::of(name, texts, own))).collect()
    }
}

/// What is said about each property, in the order of the sheet; nothing that is
/// empty.
#[derive(Default)]
pub(super) struct Said(Vec<(Property, String)>);

impl Said {
    /// Of two columns about the same, the last text and the first of anything
    /// else counts, as for the reader.
    pub(super) fn of<'a>(cells: impl Iterator<Item = (Property, &'a str)>) -> Self {
        let mut said = Self::default();
        for (property, text) in cells.filter(|(_, text)| !text.is_empty()) {
            match said.0.iter_mut().find(|(known, _)| *known == property) {
                None => said.0.push((property, text.to_owned())),
                Some((Property::Text(..), known)) => *known = text.to_owned(),
                Some(_) => {}
            }
        }
        said
    }

    /// What is said about a column; empty if nothing.
    pub(super) fn column(&self, name: &str) -> &str {
        let found =
            self.0.iter().find(|(known, _)| matches!(known, Property::Column(known) if known == name));
        found.map_or("", |(_, text)| text)
    }

    /// The text called `name`.
    pub(super) fn texts(&self, name: &str) -> Texts {
        let mut texts = Texts::default();
        for (property, text) in &self.0 {
            if let Property::Text(known, language) = property
                && known == name
            {
                texts.set(*language, text);
            }
        }
        texts
    }

    /// Adds what is said about something.
    pub(super) fn add(&mut self, property: Property, text: &str) {
        if !text.is_empty() {
            self.0.push((property, text.to_owned()));
        }
    }

    /// Leaves out what is said about a column.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| !matches!(known, Property::Column(known) if known == name));
        self
    }

    /// What this says differently from `old`.
    pub(super) fn changes_since(&self, old: &Self) -> Vec<Change> {
        let about = |said: &Self, property: &Property| -> String {
            let found = said.0.iter().find(|(known, _)| known == property);
            found.map(|(_, text)| text.clone()).unwrap_or_default()
        };
        let gone = old.0.iter().filter(|(property, _)| self.0.iter().all(|(known, _)| known != property));
        let properties = self.0.iter().chain(gone).map(|(property, _)| property.clone());
        let changes = properties.map(|property| {
            let (old, new) = (about(old, &property), about(self, &property));
            Change { property, old, new }
        });
        changes.filter(|change| !change.is_same()).collect()
    }
}

impl Change {
    fn is_same(&self) -> bool {
        let is_truth = matches!(&self.property, Property::Column(name) if YES_OR_NO.contains(&name.as_str()));
        let truths = (truth(&self.old), truth(&self.new));
        self.old == self.new || is_truth && truths.0.is_some() && truths.0 == truths.1
    }
}
