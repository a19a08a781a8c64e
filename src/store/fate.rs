//! What is to be done with each row of a part: nothing, or a registration that
//! is new or corrects another. Decided by business key; nothing is written.

use super::{
    block::BLOCK_ROWS,
    key::Hash,
    registration::{NewBlock, NewRow},
};
use crate::domain::registration::RegistrationId;

/// What became of a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
pub struct RowFate {
    /// The row, from 1, the header not counted.
    pub row: u64,
    /// The line that it begins on, as an editor counts.
    pub line: u64,
    /// `new`, `correction`, `unchanged` or `refused`.
    pub fate: &'static str,
}

/// Two rows of one file with the same key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Doubled {
    /// The earlier row.
    pub earlier: u64,
    /// The later row, which counts.
    pub later: u64,
    /// The line that the later one begins on.
    pub line: u64,
}

/// A draft of what is complete already; it is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LateDraft {
    /// Its row.
    pub row: u64,
    /// The line that it begins on.
    pub line: u64,
}

/// A row under the key of a registration that a person took back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Withdrawn {
    /// The row.
    pub row: u64,
    /// The line that it begins on.
    pub line: u64,
    /// When the registration was taken back, in milliseconds since 1970.
    pub at: i64,
    /// Whether it stays so, because the row says the same; else the row brings
    /// it back.
    pub stays: bool,
}

/// What is to be done with one row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    Stored {
        revision: i32,
    },
    /// Stored, but a later row of the same part replaced it.
    Replaced {
        revision: i32,
    },
    Unchanged,
    /// Nothing: it is a draft of what is complete already, which would not leave
    /// any more if a draft took its place.
    Refused,
}

/// The newest registration of a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Current {
    pub id: RegistrationId,
    pub digest: Hash,
    pub revision: i32,
    /// Whether the same content again is no news: it is not for one that was
    /// taken back or refused.
    pub stands: bool,
    /// When a person took it back, in milliseconds since 1970: then the same
    /// content again leaves it so, however often a nightly extract brings it.
    pub withdrawn: Option<i64>,
    /// Whether it is a draft.
    pub draft: bool,
    /// Whether it is a draft that went on under another key, so that it stands
    /// for nothing here.
    pub moved: bool,
    /// The row of this very import that it came from.
    pub row: Option<u32>,
}

/// What was decided about a part.
pub(super) struct Decision {
    /// Of each row, by block and place.
    pub fates: Vec<Vec<Fate>>,
    /// Rows that replace an earlier registration.
    pub corrections: u64,
    /// Stored registrations that are replaced.
    pub superseded: Vec<RegistrationId>,
    /// Each correction and what it replaces.
    pub replaced: Vec<(RegistrationId, RegistrationId)>,
    pub doubled: Vec<Doubled>,
    pub late_drafts: Vec<LateDraft>,
    pub withdrawn: Vec<Withdrawn>,
}

/// The rows of a part by key, those of one key in the order of the file.
pub(super) struct Order(Vec<(Hash, u32, u16)>);

/// The rows of one key: their blocks and places.
pub(super) type Group<'a> = &'a [(Hash, u32, u16)];

impl Order {
    pub fn of(blocks: &[NewBlock]) -> Self {
        let mut order = Vec::with_capacity(blocks.len() * BLOCK_ROWS);
        for (block, rows) in blocks.iter().enumerate() {
            let keyed = rows.rows.iter().enumerate();
            order.extend(keyed.map(|(place, row)| (row.entry.key, block as u32, place as u16)));
        }
        order.sort_unstable();
        Self(order)
    }

    pub fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        self.0.chunk_by(|a, b| a.0 == b.0)
    }

    pub fn keys(&self) -> Vec<Hash> {
        self.groups().map(|group| group[0].0).collect()
    }
}

impl Decision {
    /// To begin with, every row is new.
    pub fn about(blocks: &[NewBlock]) -> Self {
        let new = |block: &NewBlock| vec![Fate::Stored { revision: 1 }; block.rows.len()];
        Self {
            fates: blocks.iter().map(new).collect(),
            corrections: 0,
            superseded: Vec::new(),
            replaced: Vec::new(),
            doubled: Vec::new(),
            late_drafts: Vec::new(),
            withdrawn: Vec::new(),
        }
    }

    /// Goes through the rows of one key, whose newest registration so far is
    /// `current`. Block 0 of the part will have the id `first`. Returns the
    /// newest registration after that.
    pub fn follow(
        &mut self,
        first: i64,
        blocks: &[NewBlock],
        group: Group<'_>,
        mut current: Option<Current>,
    ) -> Option<Current> {
        // A file that brings the draft again brings what went on elsewhere;
        // anything else under the key that it left is new.
        let moved = current.take_if(|current| current.moved);
        let has_moved = |current: &Option<Current>, row: &NewRow| {
            let is_it = |moved: Current| row.draft && moved.digest == row.entry.digest;
            current.is_none() && moved.is_some_and(is_it)
        };
        let row_at = |at: &(Hash, u32, u16)| &blocks[at.1 as usize].rows[usize::from(at.2)];
        let is_late = |current: &Option<Current>, row: &NewRow| {
            row.draft && current.is_some_and(|current| current.stands && !current.draft)
        };
        let is_same = |current: &Option<Current>, digest| {
            let is_news = |current: Current| !current.stands && current.withdrawn.is_none();
            current.is_some_and(|current| !is_news(current) && current.digest == digest)
        };
        // A file that comes again ends with what an earlier import left there:
        // its earlier rows of the same key are no news either.
        let is_ours = current.is_some_and(|current| current.row.is_some());
        let last = group.iter().rposition(|at| !is_late(&current, row_at(at)));
        let known = last.filter(|last| !is_ours && is_same(&current, row_at(&group[*last]).entry.digest));
        let mut earlier = current.and_then(|current| current.row);
        for (index, at) in group.iter().enumerate() {
            let is_known = known.is_some_and(|last| index <= last);
            let (block, place) = (at.1 as usize, usize::from(at.2));
            let row = row_at(at);
            if !is_known && is_late(&current, row) {
                self.fates[block][place] = Fate::Refused;
                self.late_drafts.push(LateDraft { row: row.entry.row.into(), line: row.line.into() });
                continue;
            }
            if let Some(earlier) = earlier.replace(row.entry.row) {
                let (earlier, later) = (earlier.into(), row.entry.row.into());
                self.doubled.push(Doubled { earlier, later, line: row.line.into() });
            }
            let is_same = is_same(&current, row.entry.digest);
            if let Some(at) = current.and_then(|current| current.withdrawn).filter(|_| is_same || !is_known) {
                let (row, line) = (row.entry.row.into(), row.line.into());
                self.withdrawn.push(Withdrawn { row, line, at, stays: is_same });
            }
            if is_known || is_same || has_moved(&current, row) {
                self.fates[block][place] = Fate::Unchanged;
                continue;
            }
            let revision = current.map_or(1, |current| current.revision + 1);
            let id = RegistrationId::new(first + block as i64, place);
            if let Some(replaced) = current {
                self.supersede(first, replaced.id);
                self.replaced.push((id, replaced.id));
                self.corrections += 1;
            }
            self.fates[block][place] = Fate::Stored { revision };
            current = Some(Current {
                id,
                digest: row.entry.digest,
                revision,
                stands: true,
                withdrawn: None,
                draft: row.draft,
                moved: false,
                row: Some(row.entry.row),
            });
        }
        current
    }

    /// The fate of each row for people.
    pub fn told<'a>(&'a self, blocks: &'a [NewBlock]) -> impl Iterator<Item = RowFate> + 'a {
        let rows = blocks.iter().flat_map(|block| &block.rows);
        rows.zip(self.fates.iter().flatten()).map(|(row, fate)| RowFate {
            row: row.entry.row.into(),
            line: row.line.into(),
            fate: fate.name(),
        })
    }

    fn supersede(&mut self, first: i64, id: RegistrationId) {
        if id.block() < first {
            self.superseded.push(id);
            return;
        }
        let fate = &mut self.fates[(id.block() - first) as usize][id.place()];
        if let Fate::Stored { revision } = *fate {
            *fate = Fate::Replaced { revision };
        }
    }
}

impl Fate {
    /// Whether the row becomes a registration.
    pub fn is_stored(self) -> bool {
        matches!(self, Self::Stored { .. } | Self::Replaced { .. })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Stored { revision: 1 } | Self::Replaced { revision: 1 } => "new",
            Self::Stored { .. } | Self::Replaced { .. } => "correction",
        }
    }
}
