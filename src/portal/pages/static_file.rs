//! The stylesheet, the script and the pictures.

use crate::{
    error::Result,
    portal::{answer::Answer, asset, visit::Visit},
};

/// One of them.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    asset::get(visit.param("stamp"), visit.param("file"))
}
