//! Waiting until nothing can move any more: nothing waits to be sealed, nothing
//! is queued but for what lacks a certificate, and no outcome has come for a
//! while.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{lock::WorkerLock, worker::Workers};
use crate::{
    error::Result,
    store::{Store, Tx, batch, delivery, outcome},
};

/// How often is looked at the least, whoever moves things.
const LOOK: Duration = Duration::from_millis(100);

/// How often is looked at the most: a look costs a worker time.
const REST: Duration = Duration::from_millis(20);

/// What is left to do.
#[derive(Clone, Copy, Eq, PartialEq)]
struct Left {
    /// Something waits to be sealed, or is queued and not parked.
    moving: bool,
    /// When the next of it is due.
    due: Option<i64>,
    /// Outcomes that have not come.
    awaited: u64,
}

impl Left {
    fn of(tx: &Tx<'_>, sealable: usize) -> Result<Self> {
        let due = delivery::next_due(tx)?;
        let moving = sealable > 0 || due.is_some();
        // Counted only when nothing else is left: there may be many.
        let awaited = if moving { 0 } else { outcome::awaited(tx)? };
        Ok(Self { moving, due, awaited })
    }

    fn is_nothing(self) -> bool {
        !self.moving && self.awaited == 0
    }
}

/// How long nothing has changed.
struct Patience {
    limit: Duration,
    last: Option<Left>,
    since: Instant,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        Self { limit, last: None, since: Instant::now() }
    }

    fn is_over(&mut self, left: Left) -> bool {
        if self.last != Some(left) {
            (self.last, self.since) = (Some(left), Instant::now());
        }
        self.since.elapsed() > self.limit
    }
}

/// Runs until nothing can move any more; gives up on outcomes that have not
/// come for `patience`.
pub fn until_empty(workers: &Workers<'_>, patience: Duration, mut progress: impl FnMut()) -> Result<()> {
    let mut patience = Patience::new(patience);
    loop {
        thread::sleep(REST);
        workers.wait(LOOK);
        progress();
        let left = workers.store.read(|tx| Left::of(tx, workers.sealable(tx)?.len()))?;
        if left.is_nothing() || (patience.is_over(left) && !left.moving) {
            return Ok(());
        }
    }
}

/// How watching ended.
pub enum Watched {
    /// Nothing can move any more.
    Settled,
    /// The other process is gone, and the work is ours.
    Free(WorkerLock),
}

/// Watches while another process has the workers' lock and moves things. What
/// it leaves for longer than `patience` although it is due, it cannot move.
pub fn watch(store: &Store, patience: Duration, mut progress: impl FnMut()) -> Result<Watched> {
    let mut patience = Patience::new(patience);
    loop {
        if let Some(lock) = WorkerLock::take(store)? {
            return Ok(Watched::Free(lock));
        }
        progress();
        let (left, now) =
            store.read(|tx| Ok((Left::of(tx, batch::waiting(tx)?.len())?, tx.now.as_millisecond())))?;
        let is_late = left.due.is_none_or(|due| due <= now);
        if left.is_nothing() || (patience.is_over(left) && is_late) {
            return Ok(Watched::Settled);
        }
        thread::sleep(LOOK);
    }
}
