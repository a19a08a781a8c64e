//! The choice of a language.

use crate::{
    error::Result,
    language::Language,
    portal::{answer::Answer, cookie, route::Method, routes::TABLE, visit::Visit},
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
    // A page that answered a form is not there to be asked for again.
    let next = visit.form.get("next");
    let is_page = next.starts_with("/ssp") && TABLE.find(Method::Get, next).is_ok();
    Ok(Answer::redirect(if is_page { next } else { "/ssp" }).cookie(cookie::set(
        cookie::LANGUAGE,
        language.code(),
        Some(YEAR),
    )))
}
