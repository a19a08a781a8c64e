//! `GET /proxy/api/externalreference/sadmi`: the register of medical devices,
//! of which this installation has no copy.

use super::{answer::Answer, call::Call, problem};
use crate::error::Result;

/// Says that nothing true can be said.
pub fn get(call: &Call<'_>) -> Result<Answer> {
    let title = call.language.text("api-sadmi", &[]);
    Ok(problem::of(501, "api-sadmi", &title, &call.head.id.to_string(), &[]))
}
