//! One's own account: password, second factor, sessions.

use super::welcome;
use crate::{
    error::Result,
    portal::{answer::Answer, browser, content::content, errors::Errors, password::Verdict, visit::Visit},
    store::{
        password, second_factor,
        session::{self, SessionId},
    },
};

/// The page.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    page(visit, &Errors::default())
}

/// Changes the password; all other sessions end.
pub fn post_password(visit: &Visit<'_>) -> Result<Answer> {
    let id = visit.who()?.account.id;
    let hash = visit.read(|tx| password::hash(tx, id))?;
    if visit.portal.hasher.check(visit.form.raw("current"), hash.as_deref())? == Verdict::Wrong {
        let mut errors = Errors::default();
        errors.add("current", visit.text("password-current-wrong", &[]));
        return page(visit, &errors);
    }
    match welcome::change(visit)? {
        Ok(answer) => Ok(answer),
        Err(errors) => page(visit, &errors),
    }
}

/// Ends one of one's own sessions, or all but this one.
pub fn end_session(visit: &Visit<'_>) -> Result<Answer> {
    let who = visit.who()?;
    match visit.form.get("session").parse() {
        Ok(id) => visit.write(|tx| session::end(tx, who.account.id, SessionId(id)))?,
        Err(_) => {
            visit.write(|tx| session::end_all(tx, who.account.id, Some(who.session.id)))?;
        }
    }
    Ok(Answer::redirect("/ssp/me?done=session-ended"))
}

fn page(visit: &Visit<'_>, errors: &Errors) -> Result<Answer> {
    let who = visit.who()?;
    let (id, limits) = (who.account.id, visit.portal.limits());
    let (mut sessions, codes_left, is_required) = visit.read(|tx| {
        Ok((
            session::list(tx, id, limits)?,
            second_factor::codes_left(tx, id)?,
            second_factor::is_required(tx, id)?,
        ))
    })?;
    for session in &mut sessions {
        session.browser = browser::words(&session.browser);
    }
    let content = content! {
        errors, sessions, codes_left, is_required,
        here => who.session.id, account => &who.account,
    };
    Ok(visit.page("me.html", content).status(errors.status()))
}
