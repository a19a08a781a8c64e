//! Columns that every file may have beside the definition's variables.

use crate::{
    domain::finding::Severity,
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
            out.find("cell-status", Severity::Error, None, status);
        }
        for (column, text) in self.columns() {
            if text.is_empty() {
                continue;
            }
            if text.trim().len() < text.len() {
                out.find("cell-author-blank", Severity::Error, None, text).with("column", column);
            } else if column != "TX_AUTHOR_GR" && !is_email(text) {
                out.find("cell-author-email", Severity::Error, None, text).with("column", column);
            }
        }
    }

    /// Adds the authors to what stays here.
    pub(super) fn write(&self, out: &mut Row) {
        if self.is_empty() {
            return;
        }
        for (column, text) in self.columns() {
            if !text.is_empty() {
                out.local.extend_from_slice(b",\"");
                out.local.extend_from_slice(column.as_bytes());
                out.local.extend_from_slice(b"\":");
                json::write_string(&mut out.local, text);
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.author_group.len() + self.author.len() + self.coauthor.len() + self.status.len() == 0
    }

    fn columns(&self) -> [(&'static str, &str); 3] {
        [("TX_AUTHOR_GR", self.author_group), ("TX_AUTHOR", self.author), ("TX_COAUTHOR", self.coauthor)]
    }
}

/// Whether a text looks like an address to which a mail could be sent.
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let is_plain = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '@';
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    !name.is_empty()
        && text.len() <= 254
        && name.chars().all(is_plain)
        && host.contains('.')
        && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_host() {
        for text in ["an.peeters@fictief-ziekenhuis.example", "o'neil+x@a.be"] {
            assert!(is_email(text), "{text}");
        }
        for text in ["", "an", "@a.be", "an@", "an@host", "an peeters@a.be", "a@b@c.be", "an@a..be", "an@.be"]
        {
            assert!(!is_email(text), "{text}");
        }
    }
}
