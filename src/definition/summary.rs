//! What a list of definitions shows, read without the definitions themselves.

use serde::Deserialize;

use crate::{
    definition::{
        reader,
        sheet::{Refused, Sheet, Sheets},
        text::Texts,
        version::Version,
    },
    error::{Error, Result},
};

/// What a definition says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The project's number, `HDBP0147`.
    pub project: String,
    /// The project's abbreviation, `INTEGO`.
    pub abbreviation: String,
    /// The definition's own name, `INTEGO-LAB`.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Its title.
    pub titles: Texts,
    /// Whether only registrations of enrolled physicians may leave.
    pub enrolment_required: bool,
    /// Whether its registrations are about a patient, so that identifiers go
    /// to the trusted third party.
    pub has_patient: bool,
    /// How many variables it has.
    pub variables: usize,
}

impl Summary {
    /// Reads the summary of a stored definition; its code lists, the most of
    /// it, are passed over. Fails as [`Definition::from_source`] does.
    ///
    /// [`Definition::from_source`]: super::Definition::from_source
    pub fn from_source(source: &str) -> Result<Self> {
        let told: Told = serde_json::from_str(source).map_err(Error::internal)?;
        let sheets =
            Sheets { settings: told.settings, survey: told.survey, hd: told.hd, ..Sheets::default() };
        Ok(Self::from_sheets(&sheets)?)
    }

    /// Reads the summary of sheets of which the code lists may be missing.
    pub(super) fn from_sheets(sheets: &Sheets) -> Result<Self, Refused> {
        reader::summarise(sheets)
    }
}

/// The sheets that a summary is made of.
#[derive(Deserialize)]
struct Told {
    settings: Sheet,
    survey: Sheet,
    hd: Sheet,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::definition::{Role, bundled};

    #[test]
    fn a_summary_says_what_the_definition_says() {
        for known in bundled() {
            let definition = known.definition().unwrap();
            let stored = Summary::from_source(&definition.to_source()).unwrap();
            assert_eq!(stored, known.summary);
            assert_eq!(
                (&stored.project, &stored.abbreviation, &stored.name, stored.version, &stored.titles),
                (
                    &definition.project,
                    &definition.abbreviation,
                    &definition.name,
                    definition.version,
                    &definition.titles
                )
            );
            assert_eq!(stored.enrolment_required, definition.enrolment_required);
            assert_eq!(stored.has_patient, definition.with_role(Role::Patient).is_some(), "{}", stored.name);
            assert_eq!(stored.variables, definition.variables.len(), "{}", stored.name);
        }
    }
}
