//! `serve`: runs the appliance until it is ended.

use std::{thread, time::Duration};

use jiff::civil::Date;

use super::{Context, Done, organisation};
use crate::{
    clock,
    error::{Error, Result},
    store::{Store, alert, audit},
    transfer::{
        services::Services,
        worker::{Workers, lock},
    },
};

#[derive(clap::Args)]
pub struct Verb {}

impl Verb {
    /// Runs the workers. Everything they do is durable and may be repeated,
    /// so a signal or a kill is the ordinary end.
    pub fn run(self, context: &Context) -> Result<Done> {
        let services = Services::new(&context.config)?;
        let store = context.store()?;
        let _lock = lock(store)?;
        tracing::info!(version = env!("CARGO_PKG_VERSION"), "the appliance runs");
        organisation::apply_configuration(context)?;
        tell_alerts(store)?;
        let workers = Workers::new(store, &services, &context.config.queue);
        workers.run(|_| {
            let mut told = None;
            loop {
                if let Err(error) = tell_head_once_a_day(store, &mut told) {
                    log_failure(&error);
                }
                thread::sleep(BETWEEN_LOOKS);
            }
        })
    }
}

/// How often the calendar is looked at.
const BETWEEN_LOOKS: Duration = Duration::from_secs(60);

/// What was wrong before this start and is not cleared yet.
fn tell_alerts(store: &Store) -> Result<()> {
    for alert in store.read(alert::list)? {
        tracing::warn!(subject = alert.subject, reason = alert.reason, "still wrong since an earlier run");
    }
    Ok(())
}

/// A head noted outside the database shows even a database that was put back
/// to an older state.
fn tell_head_once_a_day(store: &Store, told: &mut Option<Date>) -> Result<()> {
    let today = clock::today();
    if *told != Some(today) {
        let (event, head) = store.read(audit::head)?;
        tracing::info!(event, head, "head of the audit");
        *told = Some(today);
    }
    Ok(())
}

fn log_failure(error: &Error) {
    tracing::error!(
        id = error.id,
        cause = error.cause.as_ref().map(tracing::field::display),
        "the head of the audit could not be told"
    );
}
