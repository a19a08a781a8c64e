//! What the platform keeps of each registration beside its data, in a fixed
//! number of bytes, so that a batch is one value of the database.

use aws_lc_rs::digest::{Context, SHA256};

use super::wire::Action;

/// What tells which record a line is about and which of its versions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Key {
    /// The line in the batch, counted from 1, the header left out.
    pub(super) line: u32,
    /// The record, hashed with its organisation.
    pub(super) record: [u8; 16],
    pub(super) revision: u64,
    pub(super) action: Action,
}

/// Bytes of a packed key.
pub(super) const KEY: usize = 4 + 16 + 8 + 1;

impl Key {
    /// Appends the key.
    pub(super) fn pack(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.line.to_le_bytes());
        into.extend_from_slice(&self.record);
        into.extend_from_slice(&self.revision.to_le_bytes());
        into.push(self.action as u8);
    }

    /// Reads a packed key.
    pub(super) fn unpack(packed: &[u8; KEY]) -> Self {
        let mut parts = packed.iter().copied();
        let mut line = [0; 4];
        let mut record = [0; 16];
        let mut revision = [0; 8];
        for byte in line.iter_mut().chain(&mut record).chain(&mut revision) {
            *byte = parts.next().unwrap_or_default();
        }
        let action =
            if parts.next() == Some(Action::Withdraw as u8) { Action::Withdraw } else { Action::Submit };
        Self { line: u32::from_le_bytes(line), record, revision: u64::from_le_bytes(revision), action }
    }
}

/// All keys of a batch.
pub(super) fn keys(packed: &[u8]) -> impl Iterator<Item = Key> + '_ {
    packed.as_chunks::<KEY>().0.iter().map(Key::unpack)
}

/// The name of an organisation's record.
pub(super) fn record_name(organisation: &str, record: &str) -> [u8; 16] {
    let mut text = Context::new(&SHA256);
    [organisation.as_bytes(), record.as_bytes(), &[0]].into_iter().for_each(|part| text.update(part));
    let mut name = [0; 16];
    name.copy_from_slice(&text.finish().as_ref()[..16]);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_as_it_went_in() {
        let key = Key { line: 999, record: [7; 16], revision: u64::MAX, action: Action::Withdraw };
        let mut packed = Vec::new();
        key.pack(&mut packed);
        assert_eq!(keys(&packed).collect::<Vec<_>>(), [key]);
    }
}
