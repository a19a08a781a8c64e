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

/// Keeps the form if the token is of a session that ended by itself a short
/// while ago, and the form was one of its pages; says whether it did. Nothing is
/// taken from a session that was ended on purpose: that may have been done
/// because somebody else holds its token.
pub fn keep(portal: &Portal, head: &Head, group: &Organisation, body: &[u8]) -> Result<bool> {
    let Some(token) = cookie::read(head, cookie::SESSION).map(Token::received) else { return Ok(false) };
    let form = Form::read(body);
    let is_ours = csrf::check(head, &token.csrf(portal.store.keys()), form.raw("csrf")).is_ok();
    if !is_ours || !form.has("end") || form.get("act") == "discard" {
        return Ok(false);
    }
    portal.store.write(|tx| {
        let Some(account) = session::ended(tx, &token)? else { return Ok(false) };
        if !member::standing(tx, account)?.permits(Permission::RegistrationsEnter, group.id) {
            return Ok(false);
        }
        entry::keep(tx, account, group.id, &head.path, &form.without(&OWN_FIELDS))?;
        Ok(true)
    })
}
