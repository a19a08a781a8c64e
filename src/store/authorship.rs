//! Who made the registrations of a block: author and co-author of each place,
//! and the blocks that name a person.
//!
//! A list shows authors, and who may see only their own registrations is
//! looked up by them; neither opens a block for that.

use rusqlite::{OptionalExtension, params};

use super::{Purpose, Tx, key::Hash};
use crate::{
    domain::{organisation::OrganisationId, registration::RegistrationId},
    error::Result,
};

/// Authors by place: each entry holds from its place on.
#[derive(Clone, Debug, Default)]
pub(super) struct Authorship {
    runs: Vec<(u16, Box<[u8]>)>,
    places: u16,
}

/// Author and co-author of a registration; empty if there is none.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Authors<'a> {
    /// The author's e-mail address.
    pub author: &'a str,
    /// The co-author's.
    pub coauthor: &'a str,
}

impl Authorship {
    /// Adds the next place; `authors` is an e-mail address, a line feed and
    /// the co-author's.
    pub fn push(&mut self, authors: &[u8]) {
        if self.runs.last().is_none_or(|(_, last)| **last != *authors) {
            self.runs.push((self.places, authors.into()));
        }
        self.places += 1;
    }

    /// The authors of a place.
    pub fn at(&self, place: usize) -> Authors<'_> {
        let run = self.runs.partition_point(|(from, _)| usize::from(*from) <= place);
        let text = run.checked_sub(1).map_or(&b""[..], |run| &self.runs[run].1);
        let text = std::str::from_utf8(text).unwrap_or_default();
        let (author, coauthor) = text.split_once('\n').unwrap_or((text, ""));
        Authors { author, coauthor }
    }

    /// From where to where the authors are such, first and last included.
    pub fn places(&self, is_it: impl Fn(Authors<'_>) -> bool) -> Vec<(usize, usize)> {
        let last = RegistrationId::PLACES as usize - 1;
        let end = |run: usize| self.runs.get(run + 1).map_or(last, |(next, _)| usize::from(*next) - 1);
        let places = (0..self.runs.len()).map(|run| (usize::from(self.runs[run].0), end(run)));
        places.filter(|(first, _)| is_it(self.at(*first))).collect()
    }

    /// Everybody who is named, each once.
    fn people(&self) -> Vec<String> {
        let texts = self.runs.iter().filter_map(|(_, text)| std::str::from_utf8(text).ok());
        let mut people: Vec<String> = texts
            .flat_map(|text| text.split('\n'))
            .filter(|it| !it.is_empty())
            .map(str::to_lowercase)
            .collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (from, text) in &self.runs {
            bytes.extend_from_slice(&from.to_le_bytes());
            bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
            bytes.extend_from_slice(text);
        }
        bytes
    }

    fn from_bytes(mut bytes: &[u8]) -> Self {
        let mut authorship = Self::default();
        while let Some((from, rest)) = bytes.split_first_chunk::<2>()
            && let Some((length, rest)) = rest.split_first_chunk::<4>()
            && let Some((text, rest)) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)
        {
            authorship.runs.push((u16::from_le_bytes(*from), text.into()));
            bytes = rest;
        }
        authorship
    }
}

impl Authors<'_> {
    /// Whether they name the person with this e-mail address.
    pub fn name(&self, email: &str) -> bool {
        let email = email.to_lowercase();
        [self.author, self.coauthor].iter().any(|it| it.to_lowercase() == email)
    }
}

/// The keyed hash that a person is looked up by.
pub(super) fn person(tx: &Tx<'_>, email: &str) -> Hash {
    tx.keys.hash(Purpose::Account, format!("author {}", email.to_lowercase()).as_bytes())
}

/// Stores the authors of a block.
pub(super) fn insert(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    definition: i64,
    block: i64,
    authorship: &Authorship,
) -> Result<()> {
    let sealed = tx.keys.seal(Purpose::Content, &place(block), &authorship.to_bytes())?;
    tx.sql
        .prepare_cached("INSERT INTO authorship (block, sealed) VALUES (?1, ?2)")?
        .execute(params![block, sealed])?;
    let mut statement = tx.sql.prepare_cached(
        "INSERT INTO block_person (organisation, definition, person, block) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for email in authorship.people() {
        statement.execute(params![organisation.0, definition, person(tx, &email), block])?;
    }
    Ok(())
}

/// The authors of the organisation's block; nobody if there is no such block.
pub(super) fn of_block(tx: &Tx<'_>, organisation: OrganisationId, block: i64) -> Result<Authorship> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT a.sealed FROM block b JOIN authorship a ON a.block = b.id WHERE b.organisation = ?1 AND b.id = ?2",
    )?;
    let sealed: Option<Vec<u8>> =
        statement.query_row([organisation.0, block], |row| row.get(0)).optional()?;
    let Some(sealed) = sealed else { return Ok(Authorship::default()) };
    Ok(Authorship::from_bytes(&tx.keys.open_sealed(Purpose::Content, &place(block), &sealed)?))
}

/// Beside the three parts of the block itself.
fn place(block: i64) -> [u8; 9] {
    let mut place = [3; 9];
    place[..8].copy_from_slice(&block.to_be_bytes());
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_keeps_its_authors() {
        let mut authorship = Authorship::default();
        for authors in [&b"a@x.be\n"[..], b"a@x.be\n", b"B@x.be\na@x.be", b""] {
            authorship.push(authors);
        }
        let read = Authorship::from_bytes(&authorship.to_bytes());
        let seen: Vec<_> = (0..4).map(|place| (read.at(place).author, read.at(place).coauthor)).collect();
        assert_eq!(seen, [("a@x.be", ""), ("a@x.be", ""), ("B@x.be", "a@x.be"), ("", "")]);
        assert!(read.at(2).name("b@X.be") && !read.at(0).name("b@x.be"));
        assert_eq!(authorship.people(), ["a@x.be", "b@x.be"]);
        assert_eq!(read.places(|authors| authors.name("a@x.be")), [(0, 1), (2, 2)]);
        assert_eq!(read.places(|authors| authors.author.is_empty()), [(3, 1023)]);
    }
}
