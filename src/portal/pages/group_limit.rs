//! The definitions that a group is limited to.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    error::{Error, Result},
    portal::{
        answer::Answer,
        content::content,
        errors::{Errors, mendable},
        visit::Visit,
    },
    store::{definition, revision},
};

/// A definition to tick.
#[derive(Serialize)]
struct Choice {
    name: String,
    title: String,
    is_chosen: bool,
}

/// What is ticked.
struct Chosen {
    is_limited: bool,
    names: BTreeSet<String>,
    message: String,
}

/// The form with what is so.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let names: BTreeSet<_> = visit.group()?.definitions.iter().cloned().collect();
    form(visit, &Chosen { is_limited: !names.is_empty(), names, message: String::new() }, &Errors::default())
}

/// Limits the group, or lifts the limit.
pub fn post(visit: &Visit<'_>) -> Result<Answer> {
    let (by, id) = (visit.actor(), visit.group()?.id);
    let chosen = Chosen {
        is_limited: visit.form.get("limit") == "some",
        names: visit.form.all("definition").map(str::to_owned).collect(),
        message: visit.form.get("message").to_owned(),
    };
    if chosen.is_limited && chosen.names.is_empty() {
        let mut errors = Errors::default();
        errors.add("some", visit.text("group-limit-none", &[]));
        return form(visit, &chosen, &errors);
    }
    let names: Vec<&str> = match chosen.is_limited {
        true => chosen.names.iter().map(String::as_str).collect(),
        false => Vec::new(),
    };
    let limited = visit.write(|tx| revision::limit(tx, &by, id, &names, &chosen.message));
    let field = |error: &Error| if error.id == "organisation-text-long" { "message" } else { "" };
    match mendable(limited, visit.language, field)? {
        Ok(_) => Ok(Answer::redirect(visit.group_path("?done=group-saved"))),
        Err(errors) => form(visit, &chosen, &errors),
    }
}

fn form(visit: &Visit<'_>, chosen: &Chosen, errors: &Errors) -> Result<Answer> {
    let mut projects: BTreeMap<String, Vec<Choice>> = BTreeMap::new();
    for known in visit.read(definition::all)? {
        let choices = projects.entry(format!("{} · {}", known.project, known.abbreviation)).or_default();
        // Of several versions the first that is told is the newest.
        if !choices.iter().any(|choice| choice.name == known.name) {
            choices.push(Choice {
                is_chosen: chosen.names.contains(&known.name),
                title: known.titles.get(visit.language).to_owned(),
                name: known.name,
            });
        }
    }
    let content = content! { errors, projects, is_limited => chosen.is_limited, message => chosen.message };
    Ok(visit.page("group_limit.html", content).status(errors.status()))
}
