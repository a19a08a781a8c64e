//! The rows that one transaction stores.

use super::reader::Part;
use crate::{
    domain::{
        finding::Finding,
        import::{Position, RowCounts},
    },
    store::{finding::RowFinding, registration::NewBlock},
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
    pub counts: RowCounts,
    /// What ends the file here, before its end.
    pub stop: Option<Finding>,
    /// Whether the rest of the text follows as refused.
    pub rest_follows: bool,
    /// Whether no chunk comes after it.
    pub last: bool,
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
            counts: RowCounts::default(),
            stop: None,
            rest_follows: false,
            last: false,
        }
    }

    pub fn add(&mut self, part: Part) {
        self.to = part.position;
        self.counts.add(&part.counts);
        self.bytes += part.refused.len() + part.findings.len() * 200;
        self.findings.extend(part.findings);
        self.refused.extend_from_slice(&part.refused);
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
