//! The reference of the API: every address, as its own table has it.

use crate::{
    api::reference,
    error::Result,
    portal::{answer::Answer, content::content, visit::Visit},
};

/// All addresses on one page.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let base = format!("https://{}", visit.head.header("host").unwrap_or("localhost"));
    let (media, problem) = reference::problem_sketch()?;
    let content = content! {
        addresses => reference::addresses(visit.language, &base)?,
        always => reference::always(visit.language), media, problem,
    };
    Ok(visit.page("api_reference.html", content))
}
