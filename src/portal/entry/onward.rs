//! What was begun in one version of a definition and goes on in another: a
//! draft, or what somebody has typed and not saved yet.

use super::desk::{Desk, Found};
use crate::{
    definition::Version,
    domain::form::Form,
    error::Result,
    store::{Tx, version},
};

/// The field of a form that says in which version it was filled in.
pub const VERSION: &str = "version";

/// The field, and the parameter of the address, by which a person stays in the
/// older major version.
pub const STAY: &str = "stay";

/// The version that something goes on in.
pub struct Onward {
    /// It.
    pub found: Found,
    /// The newer version that it could go on in, where a person asked to stay.
    pub newer: Option<Version>,
    /// The version of the major one that it was begun in, if the person may go
    /// on there.
    pub stay: Option<Version>,
}

/// The version that a form says it was filled in by.
pub fn filled_in(form: &Form) -> Option<Version> {
    form.get(VERSION).parse().ok()
}

/// The version in which goes on what was begun in `begun`: the newest of the
/// same major version, or of the one that drafts are carried to.
pub fn of(desk: &Desk, tx: &Tx<'_>, name: &str, begun: Version, stays: bool) -> Result<Onward> {
    let own = begun.major();
    let onward = desk.newest_of(tx, name, version::continued_in(tx, name, own)?)?;
    if onward.definition.version.major() == own || version::closed(tx)?.has(name, begun) {
        return Ok(Onward { found: onward, newer: None, stay: None });
    }
    let found = desk.newest_of(tx, name, own)?;
    let stay = Some(found.definition.version);
    Ok(match stays {
        true => Onward { found, newer: Some(onward.definition.version), stay },
        false => Onward { found: onward, newer: None, stay },
    })
}
