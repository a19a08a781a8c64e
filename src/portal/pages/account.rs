//! Accounts of the whole installation: search, cancel, unlock, User Managers.

use crate::{
    domain::{account::AccountId, login::LOCKED_AFTER},
    error::Result,
    portal::{
        answer::Answer,
        content::content,
        errors::{Errors, mendable},
        visit::Visit,
    },
    store::{account, login, manager, organisation, password},
};

/// The list, with those that were locked after failed log-ins.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    page(visit, "", &Errors::default())
}

/// Makes somebody a User Manager: an account that is known, or a new one with
/// a temporary password.
pub fn add_manager(visit: &Visit<'_>) -> Result<Answer> {
    let (by, email) = (visit.actor(), visit.form.get("email").to_owned());
    if let Some(known) = visit.read(|tx| account::by_email(tx, &email))? {
        visit.write(|tx| manager::appoint(tx, &by, known.id))?;
        return Ok(Answer::redirect("/ssp/accounts?done=manager-added"));
    }
    let (secret, temporary) = visit.portal.temporary()?;
    let added = visit.write(|tx| manager::add(tx, &by, &email, &temporary));
    match mendable(added, visit.language, |_| "email")? {
        Ok(_) => {
            let (secret, until) = (secret.as_str(), temporary.until);
            Ok(visit.page("member_password.html", content! { email, secret, until, is_new => true }))
        }
        Err(errors) => page(visit, &email, &errors),
    }
}

/// Asks before an account is cancelled.
pub fn ask_cancel(visit: &Visit<'_>) -> Result<Answer> {
    let id = AccountId(visit.number("account")?);
    let account = visit.read(|tx| account::get(tx, id))?;
    Ok(visit.page("account_cancel.html", content! { email => account.email, id => id.0 }))
}

/// Cancels an account for good.
pub fn cancel(visit: &Visit<'_>) -> Result<Answer> {
    let (by, id) = (visit.actor(), AccountId(visit.number("account")?));
    visit.write(|tx| account::cancel(tx, &by, id))?;
    Ok(Answer::redirect("/ssp/accounts?done=account-cancelled"))
}

/// Lets a locked account try again.
pub fn unlock(visit: &Visit<'_>) -> Result<Answer> {
    let (by, id) = (visit.actor(), AccountId(visit.number("account")?));
    visit.write(|tx| login::lift(tx, &by, id))?;
    Ok(Answer::redirect("/ssp/accounts?done=account-unlocked"))
}

/// Gives a new temporary password, which is shown once.
pub fn reset_password(visit: &Visit<'_>) -> Result<Answer> {
    let (by, id) = (visit.actor(), AccountId(visit.number("account")?));
    let email = visit.read(|tx| account::get(tx, id))?.email;
    let (secret, temporary) = visit.portal.temporary()?;
    visit.write(|tx| password::reset(tx, &by, id, &temporary))?;
    let (secret, until) = (secret.as_str(), temporary.until);
    Ok(visit.page("member_password.html", content! { email, secret, until, is_new => false }))
}

fn page(visit: &Visit<'_>, email: &str, errors: &Errors) -> Result<Answer> {
    let me = visit.who()?.account.id;
    let content = visit.read(|tx| {
        let groups = organisation::all(tx)?;
        let title = |id| groups.iter().find(|group| group.id == id).map(|group| group.title.clone());
        let rows: Vec<_> = account::list(tx, visit.query.get("search"))?
            .into_iter()
            .map(|listed| {
                let roles: Vec<_> = listed
                    .memberships
                    .iter()
                    .map(|held| {
                        let names: Vec<_> = held.roles.iter().map(|grant| grant.role.name()).collect();
                        content! { group => title(held.organisation), names }
                    })
                    .collect();
                content! { id => listed.account.id.0, is_self => listed.account.id == me, roles, account => listed.account }
            })
            .collect();
        let failures: Vec<_> = login::list(tx)?
            .into_iter()
            .map(|failure| {
                let account = failure.account.as_ref();
                content! {
                    id => account.map(|account| account.id.0), email => account.map(|account| account.email.as_str()),
                    address => failure.address, failures => failure.failures, at => failure.last_at,
                    is_locked => failure.failures >= LOCKED_AFTER && account.is_some(),
                }
            })
            .collect();
        Ok(content! { rows, failures, search => visit.query.get("search"), email, errors })
    })?;
    Ok(visit.page("accounts.html", content).status(errors.status()))
}
