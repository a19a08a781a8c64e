//! Columns that every file may have beside the definition's variables.

use crate::{
    domain::{email::is_email, finding::Severity},
    validate::{Row, json},
};

/// The technical columns of a row; empty where the file has none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Technical<'a> {
    /// `TX_AUTHOR_GR`: the author's group, free text.
    pub author_group: &'a str,
    /// `TX_AUTHOR`: the author's e-mail address.
    pub author: &'a str,
    /// `TX_COAUTHOR`: the coauthor's e-mail address.
    pub coauthor: &'a str,
    /// The author if the column names none: an e-mail address, or empty.
    pub default_author: &'a str,
    /// `STATUS`: `draft` keeps the row open; empty or `submit` submits it.
    pub status: &'a str,
}

impl Technical<'_> {
    /// Judges the columns and tells whether the row is a draft.
    pub(super) fn judge(&self, out: &mut Row) {
        if self.is_empty() {
            return;
        }
        let status = self.status.trim();
        out.draft = status.eq_ignore_ascii_case("draft");
        if !out.draft && !status.is_empty() && !status.eq_ignore_ascii_case("submit") {
            out.find("cell-status", Severity::Error, None, status).technical = Some("STATUS");
        }
        for (column, text) in self.columns() {
            if text.is_empty() {
                continue;
            }
            if text.trim().len() < text.len() {
                wrong(out, "cell-author-blank", column, text);
            } else if column != "TX_AUTHOR_GR" && !is_email(text) {
                wrong(out, "cell-author-email", column, text);
            }
        }
    }

    /// Adds the authors to what stays here.
    pub(super) fn write(&self, out: &mut Row) {
        if self.is_empty() {
            return;
        }
        for part in [self.author(), "\n", self.coauthor] {
            out.authors.extend_from_slice(part.as_bytes());
        }
        // The first member's comma becomes the object's brace.
        let inside = |start: usize| start + usize::from(start == 0);
        let begin = inside(out.local.len());
        for (column, text) in self.columns() {
            if !text.is_empty() {
                let start = out.local.len();
                write_member(&mut out.local, column, text);
                if column == "TX_AUTHOR" && self.names_no_author() {
                    out.assumed = inside(start)..out.local.len();
                }
            }
        }
        out.authorship = begin.min(out.local.len())..out.local.len();
    }

    /// What it says of authors as members of an object, behind what is written
    /// of it `before`.
    pub fn named(&self, before: &[u8]) -> Vec<u8> {
        let mut members = Vec::new();
        for (column, text) in self.columns().into_iter().filter(|(_, text)| !text.is_empty()) {
            write_member(&mut members, column, text);
        }
        if before == b"{" && !members.is_empty() {
            members.remove(0);
        }
        members
    }

    /// The author, named or not.
    fn author(&self) -> &str {
        if self.names_no_author() { self.default_author } else { self.author }
    }

    fn names_no_author(&self) -> bool {
        self.author.trim().is_empty()
    }

    fn is_empty(&self) -> bool {
        let texts = [self.author_group, self.author, self.default_author, self.coauthor, self.status];
        texts.iter().all(|text| text.is_empty())
    }

    fn columns(&self) -> [(&'static str, &str); 3] {
        [("TX_AUTHOR_GR", self.author_group), ("TX_AUTHOR", self.author()), ("TX_COAUTHOR", self.coauthor)]
    }
}

fn write_member(out: &mut Vec<u8>, column: &str, text: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(column.as_bytes());
    out.extend_from_slice(b"\":");
    json::write_string(out, text);
}

fn wrong(out: &mut Row, code: &'static str, column: &'static str, text: &str) {
    let finding = out.find(code, Severity::Error, None, text);
    finding.technical = Some(column);
    finding.with("column", column);
}
