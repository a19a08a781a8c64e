//! Whether a form changed anything.
//!
//! A file says of authors what it says, and that counts like its values; a form
//! says nothing of them, it only keeps them and notes who changed something. So
//! it is asked which of the stored authors counted when the registration came,
//! and those, no others, count again: then neither a form that changes nothing
//! is a correction, nor the file that comes again after it.

use serde_json::{Map, Value};

use super::judge::{Judge, versioned};
use crate::{
    error::{Error, Result},
    store::{
        block::Content,
        key::{Hash, digest},
        registration::NewRow,
    },
    validate::{Row, Technical},
};

/// What a form goes on from.
pub(super) struct Before<'a> {
    /// It.
    pub content: Content<'a>,
    /// Whether it is a draft.
    pub is_draft: bool,
    /// The version of its definition.
    pub version: &'a str,
}

impl Before<'_> {
    /// Judges the row that a form made of it, with the number `line`.
    pub fn judge(&self, judge: &Judge<'_>, line: u64, row: &Row) -> Result<NewRow> {
        let local: Map<String, Value> = serde_json::from_str(self.content.local).map_err(Error::internal)?;
        let author = |name: &str| local.get(name).and_then(Value::as_str).unwrap_or_default();
        let authors = ["TX_AUTHOR_GR", "TX_AUTHOR", "TX_COAUTHOR"].map(author);
        let ways = (0..8).flat_map(|stated| [(stated, false), (stated, true)]);
        // What may be another each time counts where a file told it.
        let mut ways = ways.filter(|(_, whole)| !whole || row.has_passing());
        let is_it = |(stated, whole): &(u8, bool)| {
            let pieces = row.lasting_by(&technical(authors, *stated), *whole);
            self.digest(&[&pieces]) == self.content.entry.digest
        };
        let (stated, whole) = ways.find(is_it).unwrap_or_else(|| (self.stated(authors), false));
        let pieces = row.lasting_by(&technical(authors, stated), whole);
        Ok(judge.with_content(line, row, digest(&[&pieces, &[u8::from(row.draft)]])))
    }

    /// Which of the authors count in its digest: 1 the group, 2 the author, 4 the
    /// co-author. Nobody, if that cannot be told.
    fn stated(&self, authors: [&str; 3]) -> u8 {
        let all = technical(authors, 7);
        let local = self.content.local.strip_suffix('}').unwrap_or_default().as_bytes();
        let first = || local.strip_suffix(&*all.named(b"{")).filter(|before| *before == b"{");
        let Some(before) = local.strip_suffix(&*all.named(b"")).or_else(first) else { return 0 };
        let counts = |stated: &u8| {
            let named = technical(authors, *stated).named(before);
            self.digest(&[self.content.data.as_bytes(), b"\0", before, &named, b"}"])
                == self.content.entry.digest
        };
        (0..8).find(counts).unwrap_or(0)
    }

    fn digest(&self, content: &[&[u8]]) -> Hash {
        let draft = [u8::from(self.is_draft)];
        versioned(digest(&[content, &[&draft[..]][..]].concat()), self.is_draft, self.version)
    }
}

/// The authors that `stated` has.
fn technical([author_group, author, coauthor]: [&str; 3], stated: u8) -> Technical<'_> {
    let if_stated = |bit: u8, text| if stated & bit > 0 { text } else { "" };
    Technical {
        author_group: if_stated(1, author_group),
        author: if_stated(2, author),
        coauthor: if_stated(4, coauthor),
        ..Technical::default()
    }
}
