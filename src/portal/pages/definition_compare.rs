//! What two versions of a definition say differently.

use minijinja::Value;

use super::definition::named;
use crate::{
    definition::{
        Change, ChoiceDifference, Definition, Difference, Fate, ListDifference, Property, RowDifference,
        Variable, What, difference,
    },
    error::Result,
    language::Language,
    portal::{answer::Answer, content::content, visit::Visit},
};

/// How many choices of a list are shown of those that are new, gone or changed.
const MOST_CHOICES: usize = 20;

/// How many variables are named that have a list.
const MOST_USERS: usize = 10;

/// Columns and settings that have words for people; others have their own name.
const FACTS: [(&str, &str); 25] = [
    ("appearance", "appearance"),
    ("calculation", "calculation"),
    ("choice_filter", "filter"),
    ("constraint", "constraint"),
    ("constraint_message", "constraint-message"),
    ("default", "default"),
    ("default_language", "language"),
    ("enrolment_required", "enrolment"),
    ("form_title", "title"),
    ("guidance_hint", "guidance"),
    ("hd::code_system", "system"),
    ("hd::key", "key"),
    ("hd::number_format", "format"),
    ("hint", "hint"),
    ("label", "label"),
    ("name::technical", "technical"),
    ("parameters", "parameters"),
    ("project", "project"),
    ("read_only", "read-only"),
    ("relevant", "relevant"),
    ("repeat_count", "count"),
    ("required", "required"),
    ("required_message", "required-message"),
    ("title", "title"),
    ("type", "kind"),
];

/// What a version says differently from another.
pub fn compare(visit: &Visit<'_>) -> Result<Answer> {
    let name = visit.param("name");
    let (from, to) = (visit.param("other"), visit.param("version"));
    let (old, new) = visit.read(|tx| Ok((named(tx, name, from)?, named(tx, name, to)?)))?;
    let found = difference(&old, &new);
    let Difference { settings, rows, lists } = &found;
    let language = visit.language;
    let settings = changes(settings, language);
    let rows: Vec<_> = rows.iter().map(|row| row_of(row, language)).collect();
    let lists: Vec<_> = lists.iter().map(|list| list_of(list, &old, &new, language)).collect();
    let content = content! { name, from, to, settings, rows, lists, same => found.is_empty() };
    Ok(visit.page("definition_compare.html", content))
}

fn row_of(row: &RowDifference, language: Language) -> Value {
    let what = match row.what {
        What::Variable => "",
        What::Group => "group",
        What::Repeat => "repeat",
        What::Note => "note",
    };
    content! {
        what, name => row.name, label => row.labels.get(language), fate => word(row.fate),
        changes => changes(&row.changes, language),
    }
}

/// A list with the variables that have it and the first of its choices by what
/// happened to them.
fn list_of(list: &ListDifference, old: &Definition, new: &Definition, language: Language) -> Value {
    let known = if list.fate == Fate::Removed { old } else { new };
    let has_it = |it: &&Variable| {
        known.list_of(it).is_some_and(|it| it.name == list.name && it.origin.id().is_some() == list.is_file)
    };
    let mut users: Vec<_> = known.variables.iter().filter(has_it).map(|it| it.name.clone()).collect();
    let more_users = users.len().saturating_sub(MOST_USERS);
    users.truncate(MOST_USERS);
    let parts: Vec<_> = [Fate::Added, Fate::Changed, Fate::Removed]
        .into_iter()
        .map(|fate| (fate, list.choices.iter().filter(|choice| choice.fate == fate).collect::<Vec<_>>()))
        .filter(|(_, choices)| !choices.is_empty())
        .map(|(fate, choices)| {
            let first: Vec<_> =
                choices.iter().take(MOST_CHOICES).map(|choice| choice_of(choice, language)).collect();
            let more = choices.len().saturating_sub(MOST_CHOICES);
            content! { fate => word(fate), count => choices.len(), choices => first, more }
        })
        .collect();
    let packaged = list.packaged.map(|(_, is_now)| is_now);
    content! {
        name => list.name, fate => word(list.fate), users, more_users, parts,
        reordered => list.is_reordered, packaged,
    }
}

fn choice_of(choice: &ChoiceDifference, language: Language) -> Value {
    content! {
        code => choice.code, label => choice.labels.get(language),
        changes => changes(&choice.changes, language),
    }
}

fn changes(changes: &[Change], language: Language) -> Vec<Value> {
    let change = |change: &Change| {
        let (what, text) = match &change.property {
            Property::Column(name) => (fact(name, language), false),
            Property::Text(name, of) => {
                let of = language.text(&format!("definition-in-{}", of.code()), &[]);
                let args = [("what", fact(name, language).into()), ("language", of.into())];
                (language.text("definition-fact-in", &args), true)
            }
            Property::Gives => (fact("type", language), false),
            Property::Leaves => {
                let word = |said: &str| match said {
                    "yes" => language.text("matrix-yes", &[]),
                    "no" => language.text("matrix-no", &[]),
                    _ => String::new(),
                };
                let what = language.text("definition-fact-leaves", &[]);
                return content! { what, text => true, old => word(&change.old), new => word(&change.new) };
            }
            Property::Inside => (language.text("definition-fact-inside", &[]), false),
            Property::After => (language.text("definition-fact-after", &[]), false),
        };
        content! { what, text, old => change.old, new => change.new }
    };
    changes.iter().map(change).collect()
}

fn fact(name: &str, language: Language) -> String {
    let known = FACTS.iter().find(|(column, _)| *column == name);
    known.map_or(name.to_owned(), |(_, word)| language.text(&format!("definition-fact-{word}"), &[]))
}

fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Added => "added",
        Fate::Changed => "changed",
        Fate::Removed => "removed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_has_its_words() {
        for language in Language::ALL {
            for (_, word) in FACTS {
                assert!(language.has(&format!("definition-fact-{word}")), "{word}");
            }
        }
    }
}
