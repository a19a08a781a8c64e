//! Welcome: the temporary password is changed for one's own.

use crate::{
    error::{Error, Result},
    portal::{answer::Answer, content::content, cookie, errors::Errors, password::strength, visit::Visit},
    store::{
        organisation, password,
        session::{self, Session},
    },
};

/// The form.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    match visit.who()?.next_step() {
        Some("/ssp/welcome") => form(visit, &Errors::default()),
        step => Ok(Answer::redirect(step.unwrap_or("/ssp"))),
    }
}

/// Save and Login.
pub fn post(visit: &Visit<'_>) -> Result<Answer> {
    if visit.who()?.next_step() != Some("/ssp/welcome") {
        return Ok(Answer::redirect("/ssp"));
    }
    match change(visit)? {
        Ok(answer) => Ok(answer),
        Err(errors) => Ok(form(visit, &errors)?.status(422)),
    }
}

/// Takes the new password of a form with the fields `new` and `again`, ends
/// all sessions and opens a new one; or tells what is wrong.
pub fn change(visit: &Visit<'_>) -> Result<Result<Answer, Errors>> {
    let who = visit.who()?;
    let new = visit.form.raw("new");
    let mut errors = Errors::default();
    let titles = titles(visit)?;
    let known: Vec<&str> =
        [who.account.email.as_str()].into_iter().chain(titles.iter().map(String::as_str)).collect();
    if let Err(weakness) = strength(new, &known) {
        errors.add("new", Error::from(weakness).text(visit.language));
    } else if new != visit.form.raw("again") {
        errors.add("again", visit.text("password-differs", &[]));
    }
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let hash = visit.portal.hasher.hash(new)?;
    let token = visit.write(|tx| {
        password::change(tx, who.account.id, &hash)?;
        let Session { address, browser, .. } = &who.session;
        session::open(tx, who.account.id, true, address, browser, visit.portal.limits())
    })?;
    let path = if who.has_arrived() { "/ssp/me?done=password" } else { "/ssp?done=password" };
    Ok(Ok(Answer::redirect(path).cookie(cookie::set(cookie::SESSION, token.0.text(), None))))
}

/// Names that a password must not be made of.
fn titles(visit: &Visit<'_>) -> Result<Vec<String>> {
    let all = visit.read(organisation::all)?;
    let standing = &visit.who()?.standing;
    Ok(all.into_iter().filter(|group| standing.sees(group.id)).map(|group| group.title).collect())
}

fn form(visit: &Visit<'_>, errors: &Errors) -> Result<Answer> {
    Ok(visit.page("welcome.html", content! { errors, email => visit.who()?.account.email }))
}
