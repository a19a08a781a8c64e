//! The rows that one transaction stores.

use super::reader::Part;
use crate::{
    domain::{
        finding::Finding,
        import::{Position, RowCounts},
    },
    store::{fate::LateDraft, finding::RowFinding, registration::NewBlock},
};

/// Rows that are stored in one transaction. Fewer, larger ones write the key
/// index faster; more, smaller ones hold less memory and give way sooner.
pub const CHUNK_ROWS: usize = 100_000;

/// A chunk is stored earlier once its contents take this many bytes.
const CHUNK_BYTES: usize = 12 << 20;

/// Parts that are stored together.
pub(super) struct Chunk {
    pub from: Position,
    pub to: Position,
    pub blocks: Vec<NewBlock>,
    rows: usize,
    bytes: usize,
    pub findings: Vec<RowFinding>,
    pub refused: Vec<u8>,
    /// Drafts as they came, in case that they are refused.
    pub drafts: Drafts,
    pub counts: RowCounts,
    /// What ends the file here, before its end.
    pub stop: Option<Finding>,
    /// Whether the rest of the text follows as refused.
    pub rest_follows: bool,
    /// Whether no chunk comes after it.
    pub last: bool,
}

/// Rows that are drafts, as they came. Only the store knows which of them come
/// too late.
#[derive(Default)]
pub(super) struct Drafts {
    text: Vec<u8>,
    /// The number of each, and where it ends in the text.
    rows: Vec<(u64, usize)>,
}

impl Drafts {
    pub fn push(&mut self, row: u64, raw: &[u8]) {
        self.text.extend_from_slice(raw);
        self.rows.push((row, self.text.len()));
    }

    fn append(&mut self, other: &Self) {
        let before = self.text.len();
        self.text.extend_from_slice(&other.text);
        self.rows.extend(other.rows.iter().map(|(row, end)| (*row, before + end)));
    }

    /// Those that came too late, one a line, in the order of the file.
    pub fn late(&self, late: &[LateDraft]) -> Vec<u8> {
        let mut numbers: Vec<u64> = late.iter().map(|late| late.row).collect();
        numbers.sort_unstable();
        let mut text = Vec::new();
        for place in numbers.iter().filter_map(|row| self.rows.binary_search_by_key(row, |it| it.0).ok()) {
            let start = place.checked_sub(1).map_or(0, |before| self.rows[before].1);
            text.extend_from_slice(&self.text[start..self.rows[place].1]);
            text.push(b'\n');
        }
        text
    }
}

impl Chunk {
    pub fn starting(from: Position) -> Self {
        Self {
            from,
            to: from,
            blocks: Vec::new(),
            rows: 0,
            bytes: 0,
            findings: Vec::new(),
            refused: Vec::new(),
            drafts: Drafts::default(),
            counts: RowCounts::default(),
            stop: None,
            rest_follows: false,
            last: false,
        }
    }

    pub fn add(&mut self, part: Part) {
        self.to = part.position;
        self.counts.add(&part.counts);
        self.bytes += part.refused.len() + part.drafts.text.len() + part.findings.len() * 200;
        self.findings.extend(part.findings);
        self.refused.extend_from_slice(&part.refused);
        self.drafts.append(&part.drafts);
        self.rest_follows |= part.stop.is_some();
        self.stop = self.stop.take().or(part.stop);
        if let Some(block) = part.block {
            self.rows += block.rows.len();
            self.bytes += block.packed.size();
            self.blocks.push(block);
        }
    }

    pub fn is_full(&self, rows: usize) -> bool {
        self.rows >= rows || self.bytes >= CHUNK_BYTES
    }

    /// Keeps nothing of the rows and ends here: the file they came from
    /// changed.
    pub fn replace_by(&mut self, stop: Finding) {
        *self = Self { stop: Some(stop), last: true, ..Self::starting(self.from) };
    }
}
