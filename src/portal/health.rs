//! Whether the installation is well, from a few figures that cost next to
//! nothing: it is asked every minute.

use std::{fs, time::Duration};

use super::Portal;
use crate::{
    certificate::server,
    clock,
    domain::{
        certificate::days_left,
        health::{Check, State},
    },
    error::Result,
    store::{
        DATABASE_FILE,
        health::{Figures, figures},
    },
};

/// Milliseconds that a delivery may be due without any being tried.
const STALL: i64 = 5 * 60_000;
/// Free bytes below which somebody should look, and below which nothing works.
const LITTLE: u64 = 2 << 30;
const NEXT_TO_NOTHING: u64 = 128 << 20;
/// How long nothing may be heard of whoever looks into the drop folder.
const SILENCE: Duration = Duration::from_secs(5 * 60);
/// Days before the end of a certificate from which somebody should look.
const SOON: i64 = 30;

/// All checks, in the order in which they are told. One whose figures cannot be
/// read fails, and the others that need them are left out.
pub(super) fn checks(portal: &Portal) -> Vec<Check> {
    let mut checks = vec![writable(portal), disk(portal), services(portal)];
    match portal.store.read(figures) {
        Ok(figures) => {
            checks.insert(0, Check::new("database", State::Ok));
            checks.extend(stored(&figures));
            checks.extend(portal.config.drop_folder.is_set().then(|| drop_folder(portal, &figures)));
        }
        Err(error) => {
            tracing::error!(id = error.id, cause = ?error.cause, "the database cannot be read");
            checks.insert(0, Check::new("database", State::Failing));
        }
    }
    checks.push(own_certificate(portal).unwrap_or(Check::new("server-certificate", State::Failing)));
    checks
}

fn writable(portal: &Portal) -> Check {
    let path = portal.store.directory().join(DATABASE_FILE);
    let is_writable = fs::metadata(path).is_ok_and(|file| !file.permissions().readonly());
    Check::new("writable", if is_writable { State::Ok } else { State::Failing })
}

fn disk(portal: &Portal) -> Check {
    match fs4::available_space(portal.store.directory()) {
        Ok(free) => {
            let state = match free {
                ..NEXT_TO_NOTHING => State::Failing,
                NEXT_TO_NOTHING..LITTLE => State::Attention,
                _ => State::Ok,
            };
            Check::new("disk", state).with("free_mebibytes", (free >> 20) as i64)
        }
        Err(_) => Check::new("disk", State::Attention),
    }
}

fn services(portal: &Portal) -> Check {
    let config = &portal.config;
    let are_set = !config.platform.url.is_empty() && !config.ttp.url.is_empty();
    Check::new("services", if are_set { State::Ok } else { State::Attention })
}

fn stored(figures: &Figures) -> Vec<Check> {
    let now = clock::now().as_millisecond();
    let wrong = |is_wrong: bool| if is_wrong { State::Attention } else { State::Ok };
    let waits = figures.due_since.map_or(0, |since| now - since);
    let rests = figures.tried_at.map_or(i64::MAX, |at| now - at);
    let days = figures.certificate_ends.map(|ends| days_left(ends, now));
    let ending = Check::new("certificates-ending", wrong(days.is_some_and(|days| days <= SOON)));
    vec![
        Check::new("queue", wrong(waits > STALL && rests > STALL)).with("waiting_seconds", waits / 1_000),
        Check::new("queued", State::Ok).with("deliveries", figures.queued as i64),
        Check::new("parked", wrong(figures.parked > 0)).with("deliveries", figures.parked as i64),
        Check::new("certificates", wrong(figures.uncertified > 0))
            .with("missing", figures.uncertified as i64),
        days.map_or(ending, |days| ending.with("days", days)),
        Check::new("clock", wrong(figures.clocks > 0)).with("services", figures.clocks as i64),
    ]
}

/// Whether files are taken. The folder is not touched here: a share that hangs
/// would hang the page.
fn drop_folder(portal: &Portal, figures: &Figures) -> Check {
    let is_silent = portal.desk().watch().silence().is_some_and(|silence| silence > SILENCE);
    let state = if is_silent || figures.drops > 0 { State::Attention } else { State::Ok };
    Check::new("drop-folder", state)
}

/// The portal's own certificate: what this installation issues itself is
/// renewed in time, what the hospital brought is not.
fn own_certificate(portal: &Portal) -> Result<Check> {
    let Some(own) = server::present(&portal.store)? else {
        return Ok(Check::new("server-certificate", State::Attention));
    };
    let days = days_left(own.not_after.as_millisecond(), clock::now().as_millisecond());
    let state = if days <= SOON { State::Attention } else { State::Ok };
    Ok(Check::new("server-certificate", state).with("days", days))
}
