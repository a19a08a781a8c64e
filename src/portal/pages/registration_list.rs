//! A group's registrations: how many are in which state, and the list.

use std::collections::HashMap;

use jiff::civil::Date;
use serde::Serialize;

use super::registration_search::Search;
use crate::{
    clock,
    domain::{
        member::{Projects, Reach},
        registration::{RegistrationId, State},
        role::Permission,
    },
    error::Result,
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

/// A registration in the list.
#[derive(Serialize)]
struct Row<'a> {
    id: i64,
    definition: &'a str,
    state: &'a str,
    kind: &'static str,
    revision: i64,
    arrived_at: i64,
    changed_at: Option<i64>,
    author: String,
    coauthor: String,
}

/// How many are in a state, and where they are listed.
#[derive(Serialize)]
struct Figure {
    state: State,
    count: u64,
    href: Option<String>,
    here: bool,
}

/// Links to the pages before and after.
#[derive(Serialize)]
struct Pages {
    previous: Option<String>,
    next: Option<String>,
}

/// The page.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    let may_read = visit.permits(Permission::RegistrationsRead);
    let name = visit.query.get("search");
    let kept = if may_read { Search::kept(visit, name)? } else { None };
    let is_lost = kept.is_none() && !name.is_empty();
    let search = kept.unwrap_or_else(|| Search::of_query(visit));
    let (figure, found, names) = visit.read(|tx| {
        let figure = visit.portal.figures.of(tx, group)?;
        let stored = definition::stored(tx)?;
        let found = if may_read { Some(find(visit, tx, &stored, &search)?) } else { None };
        let names: HashMap<i64, String> =
            stored.iter().map(|(id, facts)| (*id, format!("{} {}", facts.name, facts.version))).collect();
        Ok((figure, found, names))
    })?;
    let query = search.query(name);
    let definitions: Vec<_> = figure
        .by_definition
        .iter()
        .map(|(id, counts)| content! { name => names.get(id), id, count => sum(counts) })
        .collect();
    let counts: Vec<_> =
        figure.total.iter().map(|count| of_state(visit, *count, &search, may_read)).collect();
    let found = found.map(|page| {
        let link = |at: &str, id: Option<RegistrationId>| {
            id.map(|id| visit.group_path(&format!("/registrations?{query}{at}={}", id.0)))
        };
        let pages = Pages { previous: link("after", page.newer), next: link("before", page.older) };
        let words = State::ALL.map(|state| (state, visit.text(&format!("state-{state}"), &[])));
        let rows: Vec<_> = page.rows.into_iter().map(|listed| row(listed, &names, &words)).collect();
        content! { rows, pages, is_cut => page.is_cut }
    });
    let state = search.state();
    let all = visit.group_path("/registrations");
    let definition = search.definition.and_then(|id| names.get(&id));
    let is_filtered = search.is_filtered();
    let is_empty = figure.total.is_empty();
    Ok(visit.page(
        "registrations.html",
        content! { counts, definitions, found, state, definition, is_filtered, is_lost, is_empty, all,
        from => search.from, until => search.until, author => search.author, by_key => search.key.is_some(),
        may_enter => visit.permits(Permission::RegistrationsEnter) },
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
    let id = |name| visit.query.get(name).parse().ok().map(RegistrationId);
    let start = match (id("before"), id("after")) {
        (Some(id), _) => Start::Before(id),
        (None, Some(id)) => Start::After(id),
        (None, None) => Start::Newest,
    };
    listing::page(tx, group, &filter, start, ROWS)
}

/// A day as a date field sends it.
pub fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

/// The beginning of a Belgian day, in milliseconds since 1970.
fn midnight(day: Date) -> i64 {
    day.to_zoned(clock::belgium()).map_or(0, |day| day.timestamp().as_millisecond())
}

fn of_state(visit: &Visit<'_>, (state, count): (State, u64), search: &Search, may_read: bool) -> Figure {
    let href = may_read.then(|| {
        let definition = search.definition.map_or(String::new(), |id| format!("&definition={id}"));
        visit.group_path(&format!("/registrations?state={}{definition}", form::encode(&state.to_string())))
    });
    Figure { state, count, href, here: search.state() == Some(state) }
}

fn sum(counts: &Counts) -> u64 {
    counts.iter().map(|(_, number)| number).sum()
}

fn row<'a>(listed: Listed, names: &'a HashMap<i64, String>, words: &'a [(State, String)]) -> Row<'a> {
    Row {
        id: listed.id.0,
        definition: names.get(&listed.definition).map_or("", String::as_str),
        kind: kind(listed.state),
        state: words.iter().find(|(state, _)| *state == listed.state).map_or("", |(_, word)| word),
        revision: listed.revision,
        arrived_at: listed.arrived_at,
        changed_at: listed.changed_at,
        author: listed.author,
        coauthor: listed.coauthor,
    }
}
