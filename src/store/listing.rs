//! Lists of an organisation's registrations, the newest first, page by page.
//!
//! A page is found by leaping from block to block: through the index of blocks
//! by definition, of blocks by person, or of registrations by state, whichever
//! the filter allows. No block is opened; only its authors are. A page goes on
//! from a registration and never by counting, so that what arrives meanwhile
//! makes no row come twice or not at all.

use super::{
    Tx,
    key::Hash,
    record::{self, Found},
    walk::Walk,
};
use crate::{
    domain::{
        organisation::OrganisationId,
        registration::{RegistrationId, State},
    },
    error::Result,
};

/// What is listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Where is looked: nowhere if it is empty.
    pub scopes: Vec<Scope>,
    /// The state they are in.
    pub state: Option<State>,
    /// Arrived then or later, in milliseconds since 1970.
    pub from: Option<i64>,
    /// Arrived before, in milliseconds since 1970.
    pub until: Option<i64>,
}

/// Registrations of one definition.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The definition's key.
    pub definition: i64,
    /// The e-mail addresses of people who are all author or co-author; all
    /// registrations if there are none.
    pub people: Vec<String>,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Start {
    /// At the newest.
    Newest,
    /// With what is older than this one.
    Before(RegistrationId),
    /// With what is newer than this one, the oldest of it.
    After(RegistrationId),
}

/// A page.
#[derive(Debug, Default)]
pub struct Page {
    /// The registrations, the newest first.
    pub rows: Vec<Listed>,
    /// If there are older ones, the page goes on before this one.
    pub older: Option<RegistrationId>,
    /// If there are newer ones, the page before goes on after this one.
    pub newer: Option<RegistrationId>,
    /// Whether the search was long and ended where the page goes on.
    pub is_cut: bool,
}

/// A registration in a list: nothing about its patient.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its key.
    pub id: RegistrationId,
    /// The key of its definition.
    pub definition: i64,
    /// Where it is.
    pub state: State,
    /// Which version of its business key it is.
    pub revision: i64,
    /// When it arrived, in milliseconds since 1970.
    pub arrived_at: i64,
    /// When its state last changed, as far as that was written down.
    pub changed_at: Option<i64>,
    /// The author's e-mail address, or empty.
    pub author: String,
    /// The co-author's, or empty.
    pub coauthor: String,
}

/// A page of at most `limit` registrations.
pub fn page(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    filter: &Filter,
    start: Start,
    limit: usize,
) -> Result<Page> {
    let mut walk = Walk::new(tx, organisation, filter, start)?;
    let is_up = walk.way.is_up;
    walk.run(limit + 1)?;
    if is_up && !walk.is_cut && walk.rows.len() < limit {
        return page(tx, organisation, filter, Start::Newest, limit);
    }
    let has_more = walk.rows.len() > limit;
    walk.rows.truncate(limit);
    let end = walk.rows.last().map(|row| row.id);
    let on = if has_more { end } else { walk.is_cut.then_some(RegistrationId(walk.cursor)) };
    let mut page = Page { rows: walk.rows, is_cut: walk.is_cut && !has_more, ..Page::default() };
    if is_up {
        page.rows.reverse();
        (page.newer, page.older) = (on, page.rows.last().map(|row| row.id));
    } else {
        let first = page.rows.first().map(|row| row.id);
        (page.older, page.newer) = (on, first.filter(|_| start != Start::Newest));
    }
    Ok(page)
}

/// One registration, if it is the organisation's and in one of the scopes.
pub fn one(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    scopes: &[Scope],
    id: RegistrationId,
) -> Result<Option<Listed>> {
    let filter = Filter { scopes: scopes.to_vec(), ..Filter::default() };
    let mut walk = Walk::new(tx, organisation, &filter, Start::Newest)?;
    walk.cursor = id.0;
    walk.scan(id.block(), 1)?;
    Ok(walk.rows.pop().filter(|row| row.id == id))
}

/// The newest registration of a business key, by the name that
/// [`Keys::record`](super::Keys::record) gives it.
pub fn of_key(tx: &Tx<'_>, key: &Hash) -> Result<Option<RegistrationId>> {
    Ok(match record::find(tx, &[*key])?.first() {
        Some(Found::Run(id) | Found::Tree(id)) => Some(*id),
        _ => None,
    })
}
