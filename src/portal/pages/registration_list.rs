//! A group's registrations: how many are in which state, and the list.

use std::sync::Arc;

use jiff::civil::Date;
use minijinja::{Value, value::Object};

use super::registration_search::Search;
use crate::{
    clock,
    domain::{
        member::{Projects, Reach},
        registration::{RegistrationId, State},
        role::Permission,
    },
    error::Result,
    language::Language,
    portal::{answer::Answer, content::content, form, visit::Visit},
    store::{
        Tx,
        count::Counts,
        definition::{self, Facts},
        listing::{self, Filter, Listed, Page, Scope, Start},
    },
};

/// Registrations on a page.
const ROWS: usize = 25;

/// The page.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    let may_read = visit.permits(Permission::RegistrationsRead);
    let name = visit.query.get("search");
    let kept = if may_read { Search::kept(visit, name)? } else { None };
    let is_lost = kept.is_none() && !name.is_empty();
    let search = kept.unwrap_or_else(|| Search::of_query(visit));
    let (figure, found, stored) = visit.read(|tx| {
        let figure = visit.portal.figures.of(tx, group)?;
        let stored = definition::stored(tx)?;
        let found = if may_read { Some(find(visit, tx, &stored, &search)?) } else { None };
        Ok((figure, found, stored))
    })?;
    let query = search.query(name);
    let called = |id| Some(called(&stored.iter().find(|(known, _)| *known == id)?.1));
    let names: Vec<(i64, Value)> =
        figure.by_definition.iter().map(|(id, _)| (*id, called(*id).into())).collect();
    let words: Vec<(State, Value)> =
        State::ALL.iter().map(|state| (*state, word(visit.language, *state).into())).collect();
    let definitions: Vec<_> = names
        .iter()
        .zip(&figure.by_definition)
        .map(|((id, name), (_, counts))| content! { name = name, id = *id, count = sum(counts) })
        .collect();
    let counts: Vec<_> =
        figure.total.iter().map(|count| of_state(visit, *count, &search, may_read)).collect();
    let found = found.map(|page| {
        let link = |at: &str, id: Option<RegistrationId>| {
            id.map(|id| visit.group_path(&format!("/registrations?{query}{at}={}", id.0)))
        };
        let pages = content! { previous = link("after", page.newer), next = link("before", page.older) };
        let row = |listed: Listed| {
            let name = named(&names, listed.definition).unwrap_or_else(|| called(listed.definition).into());
            let word = named(&words, listed.state).unwrap_or_default();
            Value::from_object(Row { listed, name, word })
        };
        let rows: Vec<_> = page.rows.into_iter().map(row).collect();
        content! { rows = rows, pages = pages, is_cut = page.is_cut }
    });
    let state = search.state();
    let all = visit.group_path("/registrations");
    let definition = search.definition.and_then(called);
    let is_filtered = search.is_filtered();
    let is_empty = figure.total.is_empty();
    Ok(visit.page(
        "registrations.html",
        content! {
            counts = counts,
            definitions = definitions,
            found = found,
            state = state.map(|state| word(visit.language, state)),
            definition = definition,
            is_filtered = is_filtered,
            is_lost = is_lost,
            is_empty = is_empty,
            all = all,
            from = search.from,
            until = search.until,
            author = search.author,
            by_key = search.key.is_some(),
            may_enter = visit.permits(Permission::RegistrationsEnter),
        },
    ))
}

/// Where in this group the person may do this, definition by definition.
pub fn scopes(visit: &Visit<'_>, stored: &[(i64, Facts)], permission: Permission) -> Result<Vec<Scope>> {
    let (group, who) = (visit.group()?.id, visit.who()?);
    let projects: Projects = who.standing.projects(permission, group);
    let scope = |(definition, facts): &(i64, Facts)| {
        let people = match projects.reach(&facts.project)? {
            Reach::All => Vec::new(),
            Reach::Own => vec![who.account.email.clone()],
        };
        Some(Scope { definition: *definition, people })
    };
    Ok(stored.iter().filter_map(scope).collect())
}

/// Which colour a state has.
pub fn kind(state: State) -> &'static str {
    match state {
        State::Consolidated => "good",
        State::Held => "warn",
        State::Refused => "bad",
        _ => "",
    }
}

fn find(visit: &Visit<'_>, tx: &Tx<'_>, stored: &[(i64, Facts)], search: &Search) -> Result<Page> {
    let group = visit.group()?.id;
    let mut scopes = scopes(visit, stored, Permission::RegistrationsRead)?;
    if let Some(key) = search.key() {
        let found = listing::of_key(tx, &key)?;
        let row = found.map(|id| listing::one(tx, group, &scopes, id)).transpose()?.flatten();
        return Ok(Page { rows: row.into_iter().collect(), ..Page::default() });
    }
    scopes.retain(|scope| search.definition.is_none_or(|definition| definition == scope.definition));
    if !search.author.is_empty() {
        scopes.iter_mut().for_each(|scope| scope.people.push(search.author.clone()));
    }
    let filter = Filter {
        scopes,
        state: search.state(),
        from: day(&search.from).map(midnight),
        until: day(&search.until).and_then(|day| day.tomorrow().ok()).map(midnight),
    };
    listing::page(tx, group, &filter, start(visit), ROWS)
}

/// Where the page begins that the address asks for.
pub fn start(visit: &Visit<'_>) -> Start {
    let id = |name| visit.query.get(name).parse().ok().map(RegistrationId);
    match (id("before"), id("after")) {
        (Some(id), _) => Start::Before(id),
        (None, Some(id)) => Start::After(id),
        (None, None) => Start::Newest,
    }
}

/// A day as a date field sends it.
pub fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

/// The beginning of a Belgian day, in milliseconds since 1970.
fn midnight(day: Date) -> i64 {
    day.to_zoned(clock::belgium()).map_or(0, |day| day.timestamp().as_millisecond())
}

/// How many are in a state, and where they are listed.
fn of_state(visit: &Visit<'_>, (state, count): (State, u64), search: &Search, may_read: bool) -> Value {
    let href = may_read.then(|| {
        let definition = search.definition.map_or(String::new(), |id| format!("&definition={id}"));
        visit.group_path(&format!("/registrations?state={}{definition}", form::encode(&state.to_string())))
    });
    content! { state = word(visit.language, state), count = count, href = href, here = search.state() == Some(state) }
}

fn sum(counts: &Counts) -> u64 {
    counts.iter().map(|(_, number)| number).sum()
}

/// What a definition is called in the list.
fn called(facts: &Facts) -> String {
    format!("{} {}", facts.name, facts.version)
}

fn word(language: Language, state: State) -> Option<&'static str> {
    language.plain(&format!("state-{state}"))
}

fn named<K: Copy + Eq>(names: &[(K, Value)], key: K) -> Option<Value> {
    names.iter().find(|(known, _)| *known == key).map(|(_, name)| name.clone())
}

/// A registration in the list. There are many on a page, so a value is made
/// only when the template asks for it.
#[derive(Debug)]
struct Row {
    listed: Listed,
    /// What its definition is called.
    name: Value,
    /// The word for its state.
    word: Value,
}

impl Object for Row {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let listed = &self.listed;
        Some(match key {
            "id" => listed.id.0.into(),
            "definition" => self.name.clone(),
            "state" => self.word.clone(),
            "kind" => kind(listed.state).into(),
            "revision" => listed.revision.into(),
            "arrived_at" => listed.arrived_at.into(),
            "changed_at" => listed.changed_at.into(),
            "author" => (&listed.author).into(),
            "coauthor" => (&listed.coauthor).into(),
            _ => return None,
        })
    }
}
