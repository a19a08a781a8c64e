//! The first User Manager, made with the set-up code of the data directory.

use crate::{
    error::{Error, Result},
    portal::{
        answer::Answer,
        content::content,
        errors::{Errors, mendable},
        setup_code as file,
        visit::Visit,
    },
    store::setup_code,
};

/// The form.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    Ok(form(visit, &Errors::default()))
}

/// Makes the account and shows its temporary password once.
pub fn post(visit: &Visit<'_>) -> Result<Answer> {
    let (email, code) = (visit.form.get("email"), visit.form.get("code"));
    let (secret, temporary) = visit.portal.temporary()?;
    let made = visit.write(|tx| setup_code::redeem(tx, code, email, &temporary));
    let made = made.map_err(|error| match error.id {
        // A typing mistake is told beside the field.
        "account-setup-code-wrong" => Error::invalid(error.id),
        _ => error,
    });
    let field = |error: &Error| match error.id {
        "account-setup-code-wrong" => "code",
        _ => "email",
    };
    match mendable(made, visit.language, field)? {
        Ok(_) => {
            file::tidy(visit.store())?;
            let secret = secret.as_str();
            Ok(visit.page("setup_done.html", content! { email, secret }))
        }
        Err(errors) => Ok(form(visit, &errors)),
    }
}

fn form(visit: &Visit<'_>, errors: &Errors) -> Answer {
    visit.page("setup.html", content! { errors, email => visit.form.get("email") }).status(errors.status())
}
