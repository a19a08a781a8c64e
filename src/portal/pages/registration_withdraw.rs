//! Taking a registration back: what that means, and doing it.

use super::registration::reached;
use crate::{
    domain::{
        registration::{RegistrationId, State},
        role::Permission,
    },
    error::{Error, Result},
    portal::{
        answer::Answer,
        content::content,
        errors::{Errors, mendable},
        visit::Visit,
    },
    store::withdrawal::{self, NOTE_LETTERS, REASONS},
};

/// Asks for the reason.
pub fn ask(visit: &Visit<'_>) -> Result<Answer> {
    form(visit, &Errors::default())
}

/// Takes it back.
pub fn withdraw(visit: &Visit<'_>) -> Result<Answer> {
    let (by, group, id) = (visit.actor(), visit.group()?.id, RegistrationId(visit.number("registration")?));
    let (reason, note) = (visit.form.get("reason"), visit.form.get("note"));
    let done = visit.write(|tx| {
        reached(visit, tx, id, Permission::RegistrationsEdit)?;
        withdrawal::withdraw(tx, &by, group, id, reason, note)
    });
    visit.portal.figures.forget(group);
    let field = |error: &Error| if error.id == "withdraw-reason-needed" { "reason" } else { "" };
    match mendable(done, visit.language, field)? {
        Ok(is_told) => {
            let done = if is_told { "registration-withdrawn-told" } else { "registration-withdrawn" };
            Ok(Answer::redirect(visit.group_path(&format!("/registrations/{}?done={done}", id.0))))
        }
        Err(errors) => form(visit, &errors),
    }
}

fn form(visit: &Visit<'_>, errors: &Errors) -> Result<Answer> {
    let id = RegistrationId(visit.number("registration")?);
    let listed = visit.read(|tx| reached(visit, tx, id, Permission::RegistrationsEdit))?;
    let has_left = !matches!(listed.state, State::Open | State::Submitted | State::Held);
    let content = content! { errors, id => id.0, reasons => REASONS, has_left, letters => NOTE_LETTERS,
    chosen => visit.form.get("reason"), note => visit.form.get("note") };
    Ok(visit.page("registration_withdraw.html", content).status(errors.status()))
}
