//! The summary that accounts for every row and every registration.

use serde::Serialize;

use crate::domain::{import::RowCounts, registration::State};

/// Deliveries by state.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct DeliveryCounts {
    /// Waiting for their next try.
    pub queued: u64,
    /// Receipted.
    pub sent: u64,
    /// Waiting for a person.
    pub parked: u64,
}

/// Time spent, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// Reading, validating and storing.
    pub validate_store: f64,
    /// Splitting and sealing.
    pub seal: f64,
    /// Delivering, until the last outcome.
    pub deliver: f64,
    /// From start to end.
    pub total: f64,
}

/// What `import --json`, `deliver --json` and `demo --json` print.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// `accepted + unchanged + rejected`.
    pub rows_read: u64,
    /// Rows that became a registration.
    pub accepted: u64,
    /// Rows that were stored already with the same content.
    pub unchanged: u64,
    /// Rows that were refused.
    pub rejected: u64,
    /// Registrations that a person will complete.
    pub drafts: u64,
    /// Registrations that may not leave.
    pub held: u64,
    /// Registrations that a correction replaced.
    pub superseded: u64,
    /// Registrations taken back.
    pub withdrawn: u64,
    /// Registrations waiting for a batch, or in one that is not receipted.
    pub queued: u64,
    /// Registrations whose receipts are all in.
    pub sent: u64,
    /// Registrations that the platform took in.
    pub consolidated: u64,
    /// Registrations that the platform refused.
    pub refused: u64,
    /// Batches made, dissolved ones not counted.
    pub batches: u64,
    /// Batches whose codes the platform says are deleted.
    pub codes_deleted: u64,
    /// Deliveries by state.
    pub deliveries: DeliveryCounts,
    /// Time spent.
    pub seconds: Seconds,
    /// The most memory this process held, in bytes.
    pub peak_rss_bytes: u64,
    /// Whether the counts add up and, where the verb says so, nothing waits.
    pub reconciles: bool,
}

impl Summary {
    /// Takes over the counts of rows.
    pub fn rows(&mut self, rows: &RowCounts) {
        self.rows_read = rows.read();
        self.accepted = rows.accepted;
        self.unchanged = rows.unchanged;
        self.rejected = rows.rejected;
    }

    /// Adds `count` registrations in `state`.
    pub fn registrations(&mut self, state: State, count: u64) {
        *match state {
            State::Open => &mut self.drafts,
            State::Held => &mut self.held,
            State::Submitted | State::Queued => &mut self.queued,
            State::Sent => &mut self.sent,
            State::Consolidated => &mut self.consolidated,
            State::Refused => &mut self.refused,
            State::Superseded => &mut self.superseded,
            State::Withdrawn => &mut self.withdrawn,
        } += count;
    }

    /// Judges whether the counts add up; with `settled` also that nothing is
    /// queued or sent any more.
    pub fn reconcile(&mut self, settled: bool) {
        let rows = self.rows_read == self.accepted + self.unchanged + self.rejected;
        let registrations = self.drafts
            + self.held
            + self.superseded
            + self.withdrawn
            + self.queued
            + self.sent
            + self.consolidated
            + self.refused;
        let moving = self.queued + self.sent;
        self.reconciles = rows && self.accepted == registrations && (!settled || moving == 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_reconciles_only_when_every_row_is_accounted_for() {
        let mut summary = Summary::default();
        summary.rows(&RowCounts { accepted: 3, unchanged: 1, rejected: 2, ..RowCounts::default() });
        summary.registrations(State::Consolidated, 2);
        summary.registrations(State::Submitted, 1);
        summary.reconcile(false);
        assert!(summary.reconciles);
        summary.reconcile(true);
        assert!(!summary.reconciles, "one is still waiting");
        summary.registrations(State::Held, 1);
        summary.reconcile(false);
        assert!(!summary.reconciles, "one too many");
    }
}
