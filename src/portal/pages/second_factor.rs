//! Setting up one's own second factor.

use crate::{
    clock,
    error::Result,
    portal::{
        answer::Answer,
        content::content,
        errors::Errors,
        second_factor::{Secret, picture, recovery_codes},
        visit::Visit,
    },
    store::second_factor,
};

/// A new secret, as a picture and as text, and a field for its first code.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    match visit.who()?.next_step() {
        None | Some("/ssp/me/second-factor") => form(visit, &Secret::new()?, &Errors::default()),
        Some(step) => Ok(Answer::redirect(step)),
    }
}

/// Sets the second factor up if the app makes the right code, and shows the
/// recovery codes once.
pub fn post(visit: &Visit<'_>) -> Result<Answer> {
    let who = visit.who()?;
    if !matches!(who.next_step(), None | Some("/ssp/me/second-factor")) {
        return Ok(Answer::redirect("/ssp"));
    }
    let Some(secret) = Secret::typed(visit.form.get("secret")) else { return show(visit) };
    let Some(step) = secret.check(visit.form.get("code"), clock::now()) else {
        let mut errors = Errors::default();
        errors.add("code", visit.text("factor-wrong", &[]));
        return form(visit, &secret, &errors);
    };
    let codes = recovery_codes()?;
    let (id, keep) = (who.account.id, Some(who.session.id));
    visit.write(|tx| second_factor::set(tx, id, secret.bytes(), step, &codes, keep))?;
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    Ok(visit.page("second_factor_codes.html", content! { codes }))
}

/// Gives the second factor up.
pub fn give_up(visit: &Visit<'_>) -> Result<Answer> {
    let id = visit.who()?.account.id;
    visit.write(|tx| second_factor::give_up(tx, id))?;
    Ok(Answer::redirect("/ssp/me?done=factor-removed"))
}

fn form(visit: &Visit<'_>, secret: &Secret, errors: &Errors) -> Result<Answer> {
    let who = visit.who()?;
    let picture = picture(&secret.url("HD4DP", &who.account.email))?;
    let text = secret.text();
    let is_required = who.next_step().is_some();
    let content = content! { picture, secret => text.as_str(), errors, is_required };
    Ok(visit.page("second_factor_set.html", content).status(errors.status()))
}
