//! Searching a group's registrations. What is typed may tell a patient, so it
//! is posted and kept with the session; the address has its random name only.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::registration_list::{day, scopes};
use crate::{
    clock,
    definition::Definition,
    domain::{registration::State, role::Permission},
    error::{Error, Result},
    language::Language,
    portal::{answer::Answer, content::content, errors::Errors, visit::Visit},
    store::{definition, key::Hash, session},
    validate::{Options, Row, Technical, Validator},
};

/// What is searched for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Search {
    /// The key of a definition.
    pub definition: Option<i64>,
    /// The name of a state, or empty.
    state: String,
    /// The first day of arrival as `YYYY-MM-DD`, or empty.
    pub from: String,
    /// The last day of arrival, or empty.
    pub until: String,
    /// The e-mail address of an author or co-author, or empty.
    pub author: String,
    /// The name of a business key, in hexadecimal digits.
    pub key: Option<String>,
}

impl Search {
    /// The search that the session keeps under this name, if it does.
    pub fn kept(visit: &Visit<'_>, name: &str) -> Result<Option<Self>> {
        if name.is_empty() {
            return Ok(None);
        }
        let session = visit.who()?.session.id;
        let text = visit.read(|tx| session::kept(tx, session, name))?;
        text.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()
    }

    /// The search in the address: a state and a definition, nothing else.
    pub fn of_query(visit: &Visit<'_>) -> Self {
        Self {
            definition: visit.query.get("definition").parse().ok(),
            state: visit.query.get("state").to_owned(),
            ..Self::default()
        }
    }

    /// The state that is looked for.
    pub fn state(&self) -> Option<State> {
        State::ALL.into_iter().find(|state| state.to_string() == self.state)
    }

    /// The business key that is looked for.
    pub fn key(&self) -> Option<Hash> {
        u128::from_str_radix(self.key.as_deref()?, 16).ok().map(u128::to_be_bytes)
    }

    /// Whether anything is left out.
    pub fn is_filtered(&self) -> bool {
        let texts = [&self.from, &self.until, &self.author];
        self.key.is_some()
            || self.definition.is_some()
            || self.state().is_some()
            || texts.iter().any(|text| !text.is_empty())
    }

    /// The query that leads back to this search, ready for more; `name` is the
    /// one it is kept under.
    pub fn query(&self, name: &str) -> String {
        if !name.is_empty() {
            return format!("search={name}&");
        }
        let state = self.state().map_or(String::new(), |state| format!("state={state}&"));
        let definition = self.definition.map_or(String::new(), |id| format!("definition={id}&"));
        state + &definition
    }
}

/// The form. With a definition it also asks for the parts of its business key.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    form(visit, &Search::of_query(visit), &Errors::default())
}

/// Keeps the search and goes to what it finds.
pub fn post(visit: &Visit<'_>) -> Result<Answer> {
    let field = |name| visit.form.get(name).to_owned();
    let mut search = Search {
        definition: field("definition").parse().ok(),
        state: field("state"),
        from: field("from"),
        until: field("until"),
        author: if visit.form.has("mine") { visit.who()?.account.email.clone() } else { field("author") },
        key: None,
    };
    let mut errors = Errors::default();
    for (name, text) in [("from", &search.from), ("until", &search.until)] {
        if !text.is_empty() && day(text).is_none() {
            errors.add(name, visit.text("registration-day-wrong", &[]));
        }
    }
    if visit.form.get("by") == "key" {
        read_key(visit, &mut search, &mut errors)?;
    }
    if !errors.is_empty() {
        return form(visit, &search, &errors);
    }
    let text = serde_json::to_string(&search).map_err(Error::internal)?;
    let session = visit.who()?.session.id;
    let name = visit.write(|tx| session::keep(tx, session, &text))?;
    Ok(Answer::redirect(visit.group_path(&format!("/registrations?search={name}"))))
}

/// A part of a business key as the form asks for it.
#[derive(Serialize)]
struct Part {
    at: usize,
    label: String,
}

/// Names the business key of which the parts were typed. Only the name is
/// kept.
fn read_key(visit: &Visit<'_>, search: &mut Search, errors: &mut Errors) -> Result<()> {
    let Some(definition) = chosen(visit, search)? else {
        errors.add("definition", visit.text("registration-definition-needed", &[]));
        return Ok(());
    };
    let typed: Vec<String> = (0..definition.variables.len())
        .map(|at| match definition.variables[at].key {
            true => visit.form.get(&format!("key-{at}")).to_owned(),
            false => String::new(),
        })
        .collect();
    let options = Options {
        today: clock::today(),
        now: clock::now(),
        decimal_comma: true,
        nihii_moduli: visit.portal.config.validation.nihdi_moduli.clone(),
    };
    let cells: Vec<&str> = typed.iter().map(String::as_str).collect();
    let mut row = Row::default();
    // Of a draft only the types are judged: most of its cells are empty here.
    let draft = Technical { status: "draft", ..Technical::default() };
    let mut validator = Validator::new(Arc::clone(&definition), options).without_calculations();
    validator.row(&cells, &draft, &mut row);
    if row.refused() {
        let texts = row.findings.iter().map(|finding| finding.text(visit.language, &definition));
        errors.add("", texts.collect::<Vec<_>>().join(" "));
    } else if row.key.is_empty() {
        errors.add("", visit.text("registration-key-needed", &[]));
    } else {
        let name = visit.store().keys().record(visit.group()?.id, &definition.name, &row.key);
        search.key = Some(format!("{:032x}", u128::from_be_bytes(name)));
    }
    Ok(())
}

/// The definition that is chosen, if the person may read anything of it.
fn chosen(visit: &Visit<'_>, search: &Search) -> Result<Option<Arc<Definition>>> {
    let Some(id) = search.definition else { return Ok(None) };
    visit.read(|tx| {
        let scopes = scopes(visit, &definition::stored(tx)?, Permission::RegistrationsRead)?;
        let is_open = scopes.iter().any(|scope| scope.definition == id);
        is_open.then(|| definition::get(tx, id).map(Arc::new)).transpose()
    })
}

fn form(visit: &Visit<'_>, search: &Search, errors: &Errors) -> Result<Answer> {
    let language: Language = visit.language;
    let definitions: Vec<_> = visit.read(|tx| {
        let stored = definition::stored(tx)?;
        let scopes = scopes(visit, &stored, Permission::RegistrationsRead)?;
        let open = stored.into_iter().filter(|(id, _)| scopes.iter().any(|scope| scope.definition == *id));
        Ok(open.map(|(id, facts)| (id, format!("{} {}", facts.name, facts.version))).collect())
    })?;
    let parts: Vec<Part> = chosen(visit, search)?.map_or_else(Vec::new, |definition| {
        let keys = definition.variables.iter().enumerate().filter(|(_, variable)| variable.key);
        keys.map(|(at, variable)| Part { at, label: variable.label(language).to_owned() }).collect()
    });
    let states = State::ALL;
    let state = search.state();
    let content = content! { definitions, parts, states, state, errors,
    definition => search.definition, from => search.from, until => search.until, author => search.author };
    Ok(visit.page("registration_search.html", content).status(errors.status()))
}
