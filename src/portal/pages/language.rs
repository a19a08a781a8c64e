//! The choice of a language.

use crate::{
    error::Result,
    language::Language,
    portal::{answer::Answer, cookie, visit::Visit},
    store::account,
};

const YEAR: u32 = 365 * 24 * 3600;

/// Keeps the choice: with the account, or in the browser before log-in.
pub fn post(visit: &Visit<'_>) -> Result<Answer> {
    let wish = visit.form.get("language");
    let language = Language::ALL.into_iter().find(|language| language.code() == wish).unwrap_or_default();
    if let Some(who) = &visit.who {
        visit.write(|tx| account::set_language(tx, who.account.id, language))?;
    }
    let next = visit.form.get("next");
    let is_ours = next == "/ssp" || next.starts_with("/ssp/");
    Ok(Answer::redirect(if is_ours { next } else { "/ssp" }).cookie(cookie::set(
        cookie::LANGUAGE,
        language.code(),
        Some(YEAR),
    )))
}
