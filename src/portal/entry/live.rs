//! What the script of a form is told while somebody types: what is asked,
//! what is calculated, which choices are left, what is wrong. All of it was
//! worked out here.

use std::collections::BTreeMap;

use serde::Serialize;

use super::parts::{Field, Part};

/// The state of all parts of a page.
#[derive(Debug, Default, Serialize)]
pub struct Live<'a> {
    /// The ids of what is hidden.
    pub hidden: Vec<&'a str>,
    /// The ids of fields that must be filled in.
    pub required: Vec<&'a str>,
    /// What is calculated, as it is stored and in words, by id.
    pub values: BTreeMap<&'a str, [&'a str; 2]>,
    /// The codes that filters leave, by id.
    pub choices: BTreeMap<&'a str, Vec<&'a str>>,
    /// What is wrong, by id.
    pub wrong: BTreeMap<&'a str, &'a str>,
    /// What is remarkable, by id.
    pub warnings: BTreeMap<&'a str, &'a str>,
    /// How many instances each repeat with a count has and has to have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shapes: BTreeMap<&'a str, &'a str>,
    /// Texts that speak of answers, by what they stand in.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, &'a str>,
    /// How far the form is, in a sentence.
    pub progress: &'a str,
    /// Which answers are not stored because they are not asked.
    pub unasked: &'a str,
    /// When what was typed was kept, in a sentence; empty if it was not.
    pub kept: &'a str,
}

impl<'a> Live<'a> {
    /// The state of these parts.
    pub fn of(parts: &'a [Part], progress: &'a str, kept: &'a str) -> Self {
        let mut live = Self { progress, kept, ..Self::default() };
        for part in parts {
            let id = part.id.as_str();
            let can_hide = matches!(part.kind, "section" | "group" | "repeat" | "note" | "field");
            if can_hide && !part.shown {
                live.hidden.push(id);
            }
            if let Some(field) = &part.field {
                live.take(id, field);
            }
            if part.speaks {
                live.take_texts(id, part);
            }
            if !part.shape.is_empty() {
                live.shapes.insert(id, &part.shape);
            }
            if let Some(wrong) = &part.wrong {
                live.wrong.insert(id, wrong);
            }
        }
        live
    }

    fn take_texts(&mut self, id: &'a str, part: &'a Part) {
        self.texts.insert(id.to_owned(), &part.title);
        if let Some(field) = &part.field {
            self.texts.insert(format!("{id} hint"), &field.hint);
            self.texts.insert(format!("{id} guidance"), &field.guidance);
        }
    }

    fn take(&mut self, id: &'a str, field: &'a Field) {
        if field.required {
            self.required.push(id);
        }
        if field.control == "shown" {
            self.values.insert(id, [&field.value, &field.words]);
        }
        if field.is_narrowed || field.options.iter().any(|option| !option.offered) {
            let offered = field.options.iter().filter(|option| option.offered);
            self.choices.insert(id, offered.map(|option| option.code.as_str()).collect());
        }
        if let Some(wrong) = &field.wrong {
            self.wrong.insert(id, wrong);
        }
        if let Some(warning) = &field.warning {
            self.warnings.insert(id, warning);
        }
    }
}
