//! Alerts of the workers: raised when something goes wrong, cleared when it
//! goes well again, told once for each change.

use super::{prepare::Prepared, send::Attempted};
use crate::{
    domain::organisation::OrganisationId,
    error::{Error, Result},
    store::{
        Tx, alert,
        delivery::{Claim, Settled},
        organisation,
    },
};

/// Attempts of one delivery that fail before it is worth an alert: single
/// failures pass by themselves.
const WORTH_AN_ALERT: u32 = 3;

/// The seconds that a service's clock may be off (`wire.md` section 6).
const CLOCK_SECONDS: i64 = 60;

/// The reason of the alert about a clock.
pub const CLOCK_SKEW: &str = "clock-skew";

/// A change of state, to be told once the transaction has committed.
pub struct Change {
    subject: String,
    /// None if it is well again.
    reason: Option<String>,
}

impl Change {
    /// Writes it to the log.
    pub fn tell(&self) {
        match &self.reason {
            Some(reason) => tracing::warn!(subject = self.subject, reason, "needs attention"),
            None => tracing::info!(subject = self.subject, "well again"),
        }
    }
}

/// What an attempt changes.
pub fn attempt(tx: &Tx<'_>, claim: &Claim, attempted: &Attempted) -> Result<Vec<Change>> {
    let mut changes = Changes { tx, found: Vec::new() };
    let service = alert::service(claim.service, &claim.nihdi);
    match &attempted.settled {
        Settled::Receipted { .. } => changes.well(service)?,
        Settled::Again { reason, .. } if claim.attempts + 1 >= WORTH_AN_ALERT => {
            changes.wrong(service, reason)?;
        }
        Settled::Again { .. } => {}
        Settled::Waits { reason, .. } => changes.wrong(alert::certificate(&claim.nihdi), reason)?,
        Settled::Parked { reason, .. } => changes.wrong(alert::parked(&claim.nihdi), reason)?,
    }
    if let Some(skew) = attempted.clock_skew {
        let clock = alert::clock(claim.service);
        if skew.as_secs().abs() > CLOCK_SECONDS {
            changes.wrong(clock, CLOCK_SKEW)?;
        } else {
            changes.well(clock)?;
        }
    }
    Ok(changes.found)
}

/// What a round of sealing changes.
pub fn sealing(tx: &Tx<'_>, whose: OrganisationId, prepared: &Result<Prepared>) -> Result<Vec<Change>> {
    let nihdi = organisation::get(tx, whose)?.nihdi.as_str().to_owned();
    let mut changes = Changes { tx, found: Vec::new() };
    match prepared {
        Ok(Prepared { uncertified: true, .. }) => {
            changes.wrong(alert::certificate(&nihdi), crate::store::delivery::NO_CERTIFICATE)?;
        }
        Ok(_) => changes.well(alert::sealing(&nihdi))?,
        Err(error) => changes.wrong(alert::sealing(&nihdi), unsealable(error))?,
    }
    Ok(changes.found)
}

fn unsealable(error: &Error) -> &'static str {
    tracing::debug!(id = error.id, cause = ?error.cause, "sealing failed");
    match error.id {
        "transfer-recipient-expired" => "recipient-expired",
        _ => "sealing-failed",
    }
}

struct Changes<'a> {
    tx: &'a Tx<'a>,
    found: Vec<Change>,
}

impl Changes<'_> {
    fn wrong(&mut self, subject: String, reason: &str) -> Result<()> {
        if alert::raise(self.tx, &subject, reason)? {
            self.found.push(Change { subject, reason: Some(reason.to_owned()) });
        }
        Ok(())
    }

    fn well(&mut self, subject: String) -> Result<()> {
        if alert::clear(self.tx, &subject)? {
            self.found.push(Change { subject, reason: None });
        }
        Ok(())
    }
}
