//! What was typed when a session had ended meanwhile is kept, sealed, for the
//! person whose session it was.

use crate::{
    domain::{form::Form, organisation::Organisation, role::Permission},
    error::Result,
    front::Head,
    portal::{Portal, cookie, csrf},
    store::{
        entry, member,
        session::{self, Token},
    },
};

/// Fields that are of the page and not of what was typed.
pub const OWN_FIELDS: [&str; 3] = ["csrf", "act", "keep"];

/// Keeps the form if the token is of a session that ended a short while ago,
/// and the form was one of its pages. Else nothing happens.
pub fn keep(portal: &Portal, head: &Head, group: &Organisation, body: &[u8]) -> Result<()> {
    let Some(token) = cookie::read(head, cookie::SESSION).map(Token::received) else { return Ok(()) };
    let form = Form::read(body);
    if csrf::check(head, &token.csrf(portal.store.keys()), form.raw("csrf")).is_err() || !form.has("end") {
        return Ok(());
    }
    portal.store.write(|tx| {
        let Some(account) = session::ended(tx, &token)? else { return Ok(()) };
        if !member::standing(tx, account)?.permits(Permission::RegistrationsEnter, group.id) {
            return Ok(());
        }
        entry::keep(tx, account, group.id, &head.path, &form.without(&OWN_FIELDS))
    })
}
