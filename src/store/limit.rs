//! What may come in for an organisation, however it comes: nothing while it is
//! deactivated, nothing of a definition that it is not to use, nothing under a
//! version that is closed.

use super::{Tx, definition, organisation, version};
use crate::{
    definition::Version,
    domain::organisation::OrganisationId,
    error::{Code, Error, Result},
};

/// What tells, as an error's identifier or a finding's code, that a definition
/// or a version of it is not taken.
pub const ABOUT: [&str; 2] = ["organisation-limited", "version-closed"];

/// Refuses what may not come in under the definition with this key.
///
/// # Errors
///
/// `Conflict` if the organisation is deactivated (`organisation-deactivated`);
/// `Forbidden` if it is not to use the definition (`organisation-limited`);
/// `Invalid` if the version is closed (`version-closed`).
pub fn must_take(tx: &Tx<'_>, organisation: OrganisationId, definition: i64) -> Result<()> {
    let facts = definition::facts(tx, definition)?;
    check(tx, organisation, &facts.name, facts.version.parse().unwrap_or_default())
}

/// Refuses a correction of what came in under the definition with this key. It
/// is made in its own version, even if that is closed.
///
/// # Errors
///
/// As [`must_take`].
pub fn must_take_correction(tx: &Tx<'_>, organisation: OrganisationId, definition: i64) -> Result<()> {
    must_use(tx, organisation, &definition::facts(tx, definition)?.name)
}

/// As [`must_take`], for a version that need not be stored.
///
/// # Errors
///
/// As [`must_take`].
pub fn check(tx: &Tx<'_>, organisation: OrganisationId, name: &str, version: Version) -> Result<()> {
    must_use(tx, organisation, name)?;
    if version::closed(tx)?.has(name, version) {
        return Err(Error::invalid("version-closed").with("name", name).with("version", version.to_string()));
    }
    Ok(())
}

/// Refuses a definition that the organisation is not to use.
///
/// # Errors
///
/// As [`must_take`], whatever the version.
pub fn must_use(tx: &Tx<'_>, organisation: OrganisationId, name: &str) -> Result<()> {
    let known = organisation::must_be_active(tx, organisation)?;
    if known.takes(name) {
        return Ok(());
    }
    Err(Error::new(Code::Forbidden, "organisation-limited").with("title", known.title).with("name", name))
}
