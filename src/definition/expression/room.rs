//! How much the expressions of a definition may take together.
//!
//! A workbook of a few megabytes could otherwise ask for any amount of memory:
//! the condition of a group is that of everything in it, too, and a pattern of
//! twenty letters can stand for thousands of states.

use std::cell::Cell;

use super::Fault;

/// The most that they take, in bytes.
const MOST: usize = 128 << 20;

/// About how much a letter of an expression takes, once it is compiled.
const FOR_LETTER: usize = 32;

/// What is left for expressions that are not compiled yet.
#[derive(Debug)]
pub struct Room(Cell<usize>);

impl Default for Room {
    fn default() -> Self {
        Self(Cell::new(MOST))
    }
}

impl Room {
    /// Takes as much as a text needs. Fails if that is not left.
    pub fn take_text(&self, text: &str) -> Result<(), Fault> {
        self.take(text.len().saturating_mul(FOR_LETTER))
    }

    /// Takes so many bytes. Fails if they are not left.
    pub(super) fn take(&self, bytes: usize) -> Result<(), Fault> {
        let left = self.0.get().checked_sub(bytes);
        self.0.set(left.unwrap_or_default());
        left.map(|_| ()).ok_or_else(|| Fault::plain("definition-expression-room"))
    }
}
