//! One registration that a person entered by form, into the store: the same
//! judging, keys and gate as for a row of a file.

use serde_json::json;

use super::{judge::Judge, stated::Before};
use crate::{
    definition::Definition,
    domain::{
        account::{Account, Actor},
        finding::Severity,
        import::{ImportId, RowCounts},
        organisation::OrganisationId,
        registration::{HoldReasons, RegistrationId},
    },
    error::{Code, Error, Result},
    store::{
        Tx, audit,
        block::{self, Builder},
        definition, enrolment, entry, finding, listing,
        registration::{self, NewBlock, NewRow, Target},
        submission, withdrawal,
    },
    validate::Row,
};

/// A registration as it was entered, validated and not refused.
pub struct Entered<'a> {
    /// Who entered it.
    pub by: &'a Account,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What it is.
    pub definition: &'a Definition,
    /// The definition's key in the store.
    pub definition_id: i64,
    /// It.
    pub row: &'a Row,
    /// The registration that it takes the place of.
    pub replaces: Option<Replaced>,
}

/// A registration that is continued or corrected.
#[derive(Clone, Copy, Debug)]
pub struct Replaced {
    /// Its key.
    pub id: RegistrationId,
    /// Whether it is a draft.
    pub is_draft: bool,
    /// Whether its business key may change: then it is withdrawn and the new
    /// one stands for itself.
    pub may_move: bool,
    /// The key of its own definition, which may be an older version.
    pub definition: i64,
}

/// What became of it.
#[derive(Clone, Copy, Debug)]
pub struct Saved {
    /// The registration that holds it now.
    pub id: RegistrationId,
    /// Whether it held just this before.
    pub is_unchanged: bool,
    /// Whether it was there already though the form was to make or replace
    /// one: what it sends now was sent before.
    pub is_repeated: bool,
    /// Whether it is another registration than the one that it took the place
    /// of, which is withdrawn.
    pub is_moved: bool,
    /// What holds it back.
    pub held: HoldReasons,
}

/// Stores it. A new one that is there already with just this content is that
/// one: the form was sent twice.
///
/// # Errors
///
/// `Conflict` if there is a registration under its business key that it does
/// not replace (`entry-key-known`), if it is a draft that lost its key and there
/// is one just like it (`entry-draft-known`), if its business key is not the one of what
/// it corrects (`entry-key-moved`), or if that was changed meanwhile; else as
/// [`limit::must_take`](crate::store::limit::must_take).
pub fn save(tx: &Tx<'_>, entered: &Entered<'_>) -> Result<Saved> {
    let Entered { by, organisation, definition: known, definition_id, row, replaces } = *entered;
    if let Some(old) = replaces
        && !entry::is_still(tx, old.id, old.is_draft)?
    {
        return Err(entry::changed_meanwhile());
    }
    let is_correction = replaces.is_some_and(|old| !old.is_draft);
    let (import, number) =
        entry::of_today(tx, (by.id, &by.email), organisation, definition_id, is_correction)?;
    let gate = enrolment::gate(tx, organisation, &known.project, known.enrolment_required)?;
    let judge = Judge { keys: tx.keys, gate: &gate, organisation, definition: known };
    let target = Target {
        organisation,
        definition: definition_id,
        project: &known.project,
        import,
        arrives_now: true,
    };
    let mut new = judged(tx, &judge, number, entered)?;
    new.entry.row = u32::try_from(number).unwrap_or(u32::MAX);
    let key = new.entry.key;
    let standing = entry::standing(tx, target, &key)?;
    let newest = listing::of_key(tx, &key)?;
    // One that was refused is nobody's way, but it is what is being corrected.
    let is_same_key = replaces.is_some_and(|old| newest == Some(old.id));
    let is_repeated = replaces.is_none() && standing.is_some_and(|(_, digest)| digest == new.entry.digest);
    if !is_same_key && !is_repeated {
        if standing.is_some() {
            return Err(known_already(row));
        }
        if replaces.is_some_and(|old| !old.is_draft && !old.may_move) {
            return Err(Error::new(Code::Conflict, "entry-key-moved"));
        }
    }
    let held = new.hold.as_ref().filter(|_| !new.draft).map(|hold| hold.reasons).unwrap_or_default();
    let is_draft = new.draft;
    let mut builder = Builder::new()?;
    judge.pack(row, &mut builder);
    let block = NewBlock { rows: vec![new], packed: builder.pack()? };
    let taken = registration::take_in_entered(tx, target, block)?;
    if !taken.late_drafts.is_empty() {
        return Err(Error::new(Code::Conflict, "entry-key-known"));
    }
    let mut counts = taken.counts;
    let id = listing::of_key(tx, &key)?.ok_or_else(|| Error::internal("the registration is gone"))?;
    if let Some(old) = replaces.filter(|_| !is_same_key) {
        let by = Actor::Account(by.id);
        if old.is_draft {
            entry::follow(tx, organisation, old.id, id)?;
        } else {
            withdrawal::withdraw(tx, &by, organisation, old.id, "mistake", "")?;
        }
    }
    note(tx, (import, number), &judge, row, &mut counts)?;
    submission::grow(tx, organisation, import, &counts)?;
    let is_unchanged = counts.unchanged > 0;
    let begun = replaces.filter(|old| old.definition != definition_id).map(|old| old.definition);
    let begun = begun.map(|older| definition::facts(tx, older)).transpose()?;
    let details = json!({
        "registration": id.0,
        "definition": known.name,
        "version": known.version.to_string(),
        "draft": is_draft,
        "replaces": replaces.map(|old| old.id.0),
        "begun_in": begun.map(|facts| facts.version),
    });
    if !is_unchanged {
        let act = if is_draft { "registration.draft" } else { "registration.enter" };
        audit::record(tx, &Actor::Account(by.id).to_string(), act, Some(organisation), &details)?;
    }
    let is_moved = !is_same_key && is_correction;
    Ok(Saved { id, is_unchanged, is_repeated, is_moved, held })
}

/// The registration that holds just this under this business key already, if
/// there is one. What replaces one and is sent again finds what it became.
pub fn known(tx: &Tx<'_>, entered: &Entered<'_>) -> Result<Option<RegistrationId>> {
    let Entered { organisation, definition: known, definition_id, .. } = *entered;
    let gate = enrolment::gate(tx, organisation, &known.project, known.enrolment_required)?;
    let judge = Judge { keys: tx.keys, gate: &gate, organisation, definition: known };
    let new = judged(tx, &judge, 0, entered)?;
    let (definition, project) = (definition_id, known.project.as_str());
    let target = Target { organisation, definition, project, import: ImportId(0), arrives_now: true };
    let standing = entry::standing(tx, target, &new.entry.key)?;
    Ok(standing.filter(|(_, digest)| *digest == new.entry.digest).map(|(id, _)| id))
}

/// The answer where there is another registration under the business key.
pub fn known_already(row: &Row) -> Error {
    // Where there is no key, the content stands for it.
    let id = if row.key.is_empty() { "entry-draft-known" } else { "entry-key-known" };
    Error::new(Code::Conflict, id)
}

/// Judges it, by what it takes the place of if there is such.
fn judged(tx: &Tx<'_>, judge: &Judge<'_>, number: u64, entered: &Entered<'_>) -> Result<NewRow> {
    let Some(old) = entered.replaces else { return Ok(judge.judge(number, entered.row)) };
    let block = block::get(tx, entered.organisation, old.id.block())?;
    let content = block.contents().nth(old.id.place()).flatten();
    let content = content.ok_or_else(|| Error::internal("the registration is gone"))?;
    let version = definition::facts(tx, old.definition)?.version;
    Before { content, is_draft: old.is_draft, version: &version }.judge(judge, number, entered.row)
}

fn note(
    tx: &Tx<'_>,
    (import, number): (ImportId, u64),
    judge: &Judge<'_>,
    row: &Row,
    counts: &mut RowCounts,
) -> Result<()> {
    let mut found: Vec<_> = judge.findings(number, row).collect();
    found.iter_mut().for_each(|finding| finding.row = number);
    counts.warnings += found.iter().filter(|it| it.severity == Severity::Warning).count() as u64;
    finding::add(tx, import, &found, finding::MOST)
}
