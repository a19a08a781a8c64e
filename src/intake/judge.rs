//! What becomes of a row that was validated: its entry in a block, what holds
//! it back, and what was found as it is stored.

use std::borrow::Cow;

use crate::{
    definition::Definition,
    domain::{enrolment::Gate, finding::shape, organisation::OrganisationId, registration::HoldReasons},
    store::{
        Keys, Purpose,
        block::{Builder, Entry},
        finding::{RowFinding, args_to_json},
        key::{Hash, digest},
        registration::{Hold, NewRow},
    },
    validate::{Patient, Row},
};

/// What rows are judged with.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub keys: &'a Keys,
    pub gate: &'a Gate,
    pub organisation: OrganisationId,
    pub definition: &'a Definition,
}

impl Judge<'_> {
    /// Judges a row that begins on `line`. Its number is not known yet.
    pub fn judge(&self, line: u64, row: &Row) -> NewRow {
        let draft = [u8::from(row.draft)];
        let content = if row.has_passing() {
            digest(&[&row.lasting(), &[&draft[..]][..]].concat())
        } else {
            let [before, after] = row.own_local();
            digest(&[&row.data, b"\0", before, after, &draft])
        };
        self.with_content(line, row, content)
    }

    /// Judges a row whose content has this digest.
    pub fn with_content(&self, line: u64, row: &Row, content: Hash) -> NewRow {
        let own_key = if row.key.is_empty() { &content[..] } else { &row.key };
        let key = self.keys.record(self.organisation, &self.definition.name, own_key);
        let digest = versioned(content, row.draft, &self.definition.version.to_string());
        let wants_patient = !self.gate.objecting.is_empty();
        let patient_hash = || self.keys.hash(Purpose::Patient, self.patient(row).as_bytes());
        let mut patient = (wants_patient && row.patient.is_some()).then(patient_hash);
        let mut reasons = self.gate.reasons(row.physician.as_ref(), patient.as_ref());
        if row.identifier_in_value {
            reasons = reasons.and(HoldReasons::IDENTIFIER_IN_VALUE);
        }
        if !reasons.is_empty() && patient.is_none() && row.patient.is_some() {
            patient = Some(patient_hash());
        }
        let held = Hold { reasons, physician: row.physician, patient };
        NewRow {
            entry: Entry { key, digest, row: 0 },
            line: u32::try_from(line).unwrap_or(u32::MAX),
            draft: row.draft,
            hold: (!reasons.is_empty()).then(|| Box::new(held)),
        }
    }

    /// Puts the row's contents into a block.
    pub fn pack(&self, row: &Row, builder: &mut Builder) {
        let physician = row.physician.as_ref().map_or("", |digits| std::str::from_utf8(digits).unwrap_or(""));
        builder.push(&row.data, &self.patient(row), physician, &row.local, &row.authors);
    }

    /// What was found in the row, without its number.
    pub fn findings(&self, line: u64, row: &Row) -> impl Iterator<Item = RowFinding> {
        row.findings.iter().map(move |finding| RowFinding {
            row: 0,
            line,
            column: finding.column(self.definition),
            code: finding.code.to_owned(),
            severity: finding.severity,
            shape: shape(&finding.shape),
            args: args_to_json(&finding.args),
        })
    }

    /// The identifier that the TTP gets; empty without a patient.
    fn patient<'v>(&self, row: &'v Row) -> Cow<'v, str> {
        match &row.patient {
            None => Cow::Borrowed(""),
            Some(Patient::Ssin(ssin)) => Cow::Borrowed(ssin.digits()),
            Some(Patient::Generated(traits)) => {
                hex(&self.keys.hash(Purpose::Patient, format!("generated {traits}").as_bytes())).into()
            }
        }
    }
}

/// The digest of a registration whose content has this one. A draft that goes
/// on in another version is another one, so that it moves there even if nothing
/// else changed; but it is no second one.
pub(super) fn versioned(content: Hash, is_draft: bool, version: &str) -> Hash {
    match is_draft {
        true => digest(&[&content, version.as_bytes()]),
        false => content,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
