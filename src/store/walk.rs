//! Walking through an organisation's registrations for a page of a list: from
//! block to block through whichever index leads to the next that can match.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{OptionalExtension, params};

use super::{
    Tx,
    authorship::{self, Authorship},
    batch::members_of,
    listing::{Filter, Listed, Scope, Start},
};
use crate::{
    domain::{
        organisation::OrganisationId,
        registration::{RegistrationId, State},
    },
    error::Result,
};

/// How much is looked at for one page: about a row of a block, or a twentieth
/// of a leap.
const MOST_WORK: usize = 50_000;

/// Work of one leap.
const LEAP: usize = 20;

/// Work of passing over a batch in another state.
const PASSED: usize = 80;

/// So many batches of a state are looked into for their blocks; of more, the
/// blocks are walked through.
const MOST_BATCHES: usize = 64;

/// Which way the ids go.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) is_up: bool,
    pick: &'static str,
    sign: &'static str,
    order: &'static str,
}

impl Way {
    const DOWN: Self = Self { is_up: false, pick: "max", sign: "<=", order: "DESC" };
    const UP: Self = Self { is_up: true, pick: "min", sign: ">=", order: "ASC" };

    /// Whether `a` comes before `b`.
    fn is_before(self, a: i64, b: i64) -> bool {
        if self.is_up { a < b } else { a > b }
    }

    fn first(self, a: Option<i64>, b: Option<i64>) -> Option<i64> {
        match (a, b) {
            (Some(a), Some(b)) => Some(if self.is_before(a, b) { a } else { b }),
            (a, b) => a.or(b),
        }
    }

    /// The first id of a block, and the first behind it.
    fn ids(self, block: i64) -> (i64, i64) {
        let (low, high) = (block * RegistrationId::PLACES, (block + 1) * RegistrationId::PLACES);
        if self.is_up { (low, high) } else { (high - 1, low - 1) }
    }
}

pub(super) struct Walk<'a> {
    tx: &'a Tx<'a>,
    organisation: OrganisationId,
    filter: &'a Filter,
    pub(super) way: Way,
    /// The next id that is looked at.
    pub(super) cursor: i64,
    /// The next block of each scope, as far as it was looked up.
    heads: Vec<Option<Option<i64>>>,
    /// Whether registrations with a state of their own are leapt to, and the
    /// blocks of the few batches with the state that is looked for.
    by_state: bool,
    by_batch: Option<BTreeSet<i64>>,
    /// The blocks of the days that are looked for.
    blocks: (i64, i64),
    arrivals: HashMap<i64, i64>,
    batches: HashMap<i64, (State, i64)>,
    pub(super) rows: Vec<Listed>,
    work: usize,
    pub(super) is_cut: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        tx: &'a Tx<'a>,
        organisation: OrganisationId,
        filter: &'a Filter,
        start: Start,
    ) -> Result<Self> {
        let (way, cursor) = match start {
            Start::Newest => (Way::DOWN, i64::MAX),
            Start::Before(id) => (Way::DOWN, id.0.saturating_sub(1)),
            Start::After(id) => (Way::UP, id.0.saturating_add(1)),
        };
        let mut walk = Self {
            tx,
            organisation,
            filter,
            way,
            cursor,
            heads: vec![None; filter.scopes.len()],
            by_state: false,
            by_batch: None,
            blocks: (0, i64::MAX),
            arrivals: HashMap::new(),
            batches: HashMap::new(),
            rows: Vec::new(),
            work: 0,
            is_cut: false,
        };
        walk.choose_leaps()?;
        walk.bound_days()?;
        Ok(walk)
    }

    fn choose_leaps(&mut self) -> Result<()> {
        match self.filter.state {
            None | Some(State::Submitted) => {}
            Some(State::Open | State::Held | State::Superseded | State::Withdrawn) => self.by_state = true,
            Some(state @ (State::Queued | State::Sent | State::Consolidated | State::Refused)) => {
                self.by_batch = self.blocks_of_batches(state)?;
                self.by_state = state == State::Refused && self.by_batch.is_some();
            }
        }
        Ok(())
    }

    fn blocks_of_batches(&self, state: State) -> Result<Option<BTreeSet<i64>>> {
        let mut statement = self.tx.sql.prepare_cached(
            "SELECT id FROM batch INDEXED BY batch_of
             WHERE organisation = ?1 AND state = ?2 AND definition = ?3 LIMIT ?4",
        )?;
        let mut batches: Vec<i64> = Vec::new();
        for scope in &self.filter.scopes {
            let limit = (MOST_BATCHES + 1).saturating_sub(batches.len()) as i64;
            let found = params![self.organisation.0, state as i64, scope.definition, limit];
            for id in statement.query_map(found, |row| row.get(0))? {
                batches.push(id?);
            }
            if batches.len() > MOST_BATCHES {
                return Ok(None);
            }
        }
        let mut statement = self.tx.sql.prepare_cached("SELECT members FROM batch WHERE id = ?1")?;
        let mut blocks = BTreeSet::new();
        for id in batches {
            let members: Vec<u8> = statement.query_row([id], |row| row.get(0))?;
            blocks.extend(members_of(&members).into_iter().map(RegistrationId::block));
        }
        Ok(Some(blocks))
    }

    fn bound_days(&mut self) -> Result<()> {
        if self.filter.from.is_none() && self.filter.until.is_none() {
            return Ok(());
        }
        let mut statement = self.tx.sql.prepare_cached(
            "SELECT min((SELECT min(id) FROM block WHERE import = i.id)),
                    max((SELECT max(id) FROM block WHERE import = i.id))
             FROM import i WHERE organisation = ?1 AND started_at < ?3
             -- What is sent one by one arrives until the last change of its import.
             AND (started_at >= ?2 OR (changed_at >= ?2 AND
                  (day IS NOT NULL OR EXISTS (SELECT 1 FROM entry_day WHERE import = i.id))))",
        )?;
        let days = (self.filter.from.unwrap_or(i64::MIN), self.filter.until.unwrap_or(i64::MAX));
        let (low, high): (Option<i64>, Option<i64>) = statement
            .query_row(params![self.organisation.0, days.0, days.1], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.blocks = (low.unwrap_or(i64::MAX), high.unwrap_or(0));
        let edge = RegistrationId(self.cursor).block();
        if self.way.is_up && edge < self.blocks.0 {
            self.cursor = self.blocks.0.saturating_mul(RegistrationId::PLACES);
        } else if !self.way.is_up && edge > self.blocks.1 {
            self.cursor = self.way.ids(self.blocks.1).0;
        }
        Ok(())
    }

    /// Collects rows until there are `wanted`, nothing is left, or the work is
    /// too much.
    pub(super) fn run(&mut self, wanted: usize) -> Result<()> {
        while self.work < MOST_WORK {
            self.work += LEAP;
            let leaps = self.by_state || self.by_batch.is_some();
            if leaps {
                let Some(id) = self.leap()? else { return Ok(()) };
                self.cursor = id;
            }
            let here = RegistrationId(self.cursor).block();
            let Some(block) = self.next_block(here)? else { return Ok(()) };
            if block != here {
                self.cursor = self.way.ids(block).0;
                if leaps {
                    continue;
                }
            }
            self.scan(block, wanted)?;
            if self.rows.len() >= wanted {
                return Ok(());
            }
            self.cursor = self.way.ids(block).1;
        }
        self.is_cut = true;
        // What is continued from is the last that was looked at.
        self.cursor += if self.way.is_up { -1 } else { 1 };
        Ok(())
    }

    /// The next id that can have the state, from the cursor on.
    fn leap(&self) -> Result<Option<i64>> {
        let Way { pick, sign, is_up, .. } = self.way;
        let mut own = None;
        if let Some(state) = self.filter.state.filter(|_| self.by_state) {
            let sql = format!(
                "SELECT {pick}(id) FROM registration INDEXED BY registration_own
                 WHERE state NOT IN (1, 3) AND state = ?1 AND id {sign} ?2"
            );
            let mut statement = self.tx.sql.prepare_cached(&sql)?;
            own = statement.query_row([state as i64, self.cursor], |row| row.get(0))?;
        }
        let here = RegistrationId(self.cursor).block();
        let block = self.by_batch.as_ref().and_then(|blocks| match is_up {
            true => blocks.range(here..).next(),
            false => blocks.range(..=here).next_back(),
        });
        let batched = block.map(|block| if *block == here { self.cursor } else { self.way.ids(*block).0 });
        Ok(self.way.first(own, batched))
    }

    /// The next block of any scope, from `limit` on.
    fn next_block(&mut self, limit: i64) -> Result<Option<i64>> {
        let mut next = None;
        for at in 0..self.heads.len() {
            let known =
                self.heads[at].filter(|head| head.is_none_or(|head| !self.way.is_before(head, limit)));
            let head = match known {
                Some(head) => head,
                None => self.head(&self.filter.scopes[at], limit)?,
            };
            self.heads[at] = Some(head);
            next = self.way.first(next, head);
        }
        Ok(next.filter(|block| (self.blocks.0..=self.blocks.1).contains(block)))
    }

    fn head(&self, scope: &Scope, limit: i64) -> Result<Option<i64>> {
        let Way { pick, sign, .. } = self.way;
        let whose = (self.organisation.0, scope.definition);
        if let Some(email) = scope.people.first() {
            let sql = format!(
                "SELECT {pick}(block) FROM block_person
                 WHERE organisation = ?1 AND definition = ?2 AND person = ?3 AND block {sign} ?4"
            );
            let person = authorship::person(self.tx, email);
            let mut statement = self.tx.sql.prepare_cached(&sql)?;
            return Ok(statement.query_row(params![whose.0, whose.1, person, limit], |row| row.get(0))?);
        }
        let waiting = match self.filter.state {
            Some(State::Submitted) => "INDEXED BY block_pending WHERE pending > 0 AND",
            _ => "INDEXED BY block_of WHERE",
        };
        let sql = format!(
            "SELECT {pick}(id) FROM block {waiting} organisation = ?1 AND definition = ?2 AND id {sign} ?3"
        );
        let mut statement = self.tx.sql.prepare_cached(&sql)?;
        Ok(statement.query_row([whose.0, whose.1, limit], |row| row.get(0))?)
    }

    /// Takes the rows of a block from the cursor on.
    pub(super) fn scan(&mut self, block: i64, wanted: usize) -> Result<()> {
        let Some((definition, import, by_itself)) = self.block(block)? else { return Ok(()) };
        let arrived_at = match by_itself {
            Some(at) => at,
            None => self.arrival(import)?,
        };
        let Some(scope) = self.filter.scopes.iter().find(|scope| scope.definition == definition) else {
            return Ok(());
        };
        if self.filter.from.is_some_and(|from| arrived_at < from)
            || self.filter.until.is_some_and(|until| arrived_at >= until)
        {
            return Ok(());
        }
        let (mut authorship, mut places) = (None, vec![(0, RegistrationId::PLACES as usize - 1)]);
        if !scope.people.is_empty() {
            let known = authorship::of_block(self.tx, self.organisation, block)?;
            places = known.places(|authors| scope.people.iter().all(|email| authors.name(email)));
            authorship = Some(known);
        }
        if !self.way.is_up {
            places.reverse();
        }
        for (first, last) in places {
            let ids = (RegistrationId::new(block, first).0, RegistrationId::new(block, last).0);
            let (low, high) = match self.way.is_up {
                true => (ids.0.max(self.cursor), ids.1),
                false => (ids.0, ids.1.min(self.cursor)),
            };
            self.work += LEAP;
            self.take(definition, arrived_at, (low, high), &mut authorship, wanted)?;
        }
        Ok(())
    }

    /// Takes the rows of a part of a block. Of a batch in another state only
    /// one row is looked at.
    fn take(
        &mut self,
        definition: i64,
        arrived_at: i64,
        (mut low, mut high): (i64, i64),
        authorship: &mut Option<Authorship>,
        wanted: usize,
    ) -> Result<()> {
        let tx = self.tx;
        let states = match self.filter.state {
            None => "",
            Some(State::Queued | State::Sent | State::Consolidated) => "AND state = 3 AND batch <> ?3",
            Some(State::Refused) => "AND (state = 6 OR (state = 3 AND batch <> ?3))",
            Some(_) => "AND state = ?3",
        };
        let sql = format!(
            "SELECT id, revision, state, batch FROM registration WHERE id BETWEEN ?1 AND ?2 {states} ORDER BY id {}",
            self.way.order
        );
        let mut statement = tx.sql.prepare_cached(&sql)?;
        let mut third = match self.filter.state {
            Some(state) if states.ends_with("state = ?3") => state as i64,
            _ => -1,
        };
        while low <= high && self.rows.len() < wanted {
            let mut rows = match self.filter.state {
                Some(_) => statement.query([low, high, third])?,
                None => statement.query([low, high])?,
            };
            let mut passed = None;
            while self.rows.len() < wanted
                && let Some(row) = rows.next()?
            {
                self.work += 1;
                let (id, number, batch) = (RegistrationId(row.get(0)?), row.get(2)?, row.get(3)?);
                let Some((state, changed_at)) = self.state(id, number, batch)? else { continue };
                if self.filter.state.is_some_and(|wanted| wanted != state) {
                    passed = batch.map(|batch| (id.0, batch));
                    break;
                }
                let authorship = match &*authorship {
                    Some(known) => known,
                    None => authorship.insert(authorship::of_block(tx, self.organisation, id.block())?),
                };
                let authors = authorship.at(id.place());
                self.rows.push(Listed {
                    id,
                    definition,
                    state,
                    revision: row.get(1)?,
                    arrived_at,
                    changed_at,
                    author: authors.author.to_owned(),
                    coauthor: authors.coauthor.to_owned(),
                });
            }
            let Some((id, batch)) = passed else { break };
            self.work += PASSED;
            third = batch;
            (low, high) = if self.way.is_up { (id + 1, high) } else { (low, id - 1) };
        }
        Ok(())
    }

    /// The definition and the import of a block, if it is the organisation's,
    /// and when it arrived, if that was not with its import.
    fn block(&self, id: i64) -> Result<Option<(i64, i64, Option<i64>)>> {
        let sql = "SELECT definition, import, arrived_at FROM block WHERE organisation = ?1 AND id = ?2";
        let mut statement = self.tx.sql.prepare_cached(sql)?;
        let found =
            statement.query_row([self.organisation.0, id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        Ok(found.optional()?)
    }

    fn arrival(&mut self, import: i64) -> Result<i64> {
        if let Some(known) = self.arrivals.get(&import) {
            return Ok(*known);
        }
        let mut statement = self.tx.sql.prepare_cached("SELECT started_at FROM import WHERE id = ?1")?;
        let arrived_at = statement.query_row([import], |row| row.get(0))?;
        self.arrivals.insert(import, arrived_at);
        Ok(arrived_at)
    }

    /// The state that a registration is in and since when, as far as that was
    /// written down.
    fn state(
        &mut self,
        id: RegistrationId,
        number: i64,
        batch: Option<i64>,
    ) -> Result<Option<(State, Option<i64>)>> {
        let own = State::from_number(number);
        if own == Some(State::Withdrawn) {
            let sql = "SELECT at FROM withdrawal WHERE registration = ?1";
            let at = self.tx.sql.prepare_cached(sql)?.query_row([id.0], |row| row.get(0)).optional()?;
            return Ok(own.map(|own| (own, at)));
        }
        let Some(batch) = batch.filter(|_| matches!(own, Some(State::Queued | State::Refused))) else {
            return Ok(own.map(|own| (own, None)));
        };
        let (state, at) = match self.batches.get(&batch) {
            Some(known) => *known,
            None => {
                let read = batch_of(self.tx, batch)?;
                self.batches.insert(batch, read);
                read
            }
        };
        Ok(Some((if own == Some(State::Refused) { State::Refused } else { state }, Some(at))))
    }
}

/// The state of a batch, and since when it is in it.
fn batch_of(tx: &Tx<'_>, batch: i64) -> Result<(State, i64)> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT state, CASE state
           WHEN 3 THEN created_at
           WHEN 4 THEN (SELECT max(changed_at) FROM delivery WHERE batch = b.id)
           ELSE ended_at END, created_at FROM batch b WHERE id = ?1",
    )?;
    Ok(statement.query_row([batch], |row| {
        let state = State::from_number(row.get(0)?).ok_or(rusqlite::Error::InvalidQuery)?;
        Ok((state, row.get::<_, Option<i64>>(1)?.unwrap_or(row.get(2)?)))
    })?)
}
