//! What pages and the end of the program need to know of whoever looks into
//! the drop folder. Nothing that correctness needs is kept here.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::domain::organisation::OrganisationId;

/// Shared between the pages and the thread that looks into the drop folder. A
/// page never touches the folder itself: a share that hangs would hang it.
#[derive(Default)]
pub struct Watch {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    is_stopped: bool,
    alive_at: Option<Instant>,
    folders: BTreeMap<OrganisationId, PathBuf>,
}

impl Watch {
    /// Where an organisation's files are put, once that is known.
    pub fn folder(&self, organisation: OrganisationId) -> Option<PathBuf> {
        self.lock().folders.get(&organisation).cloned()
    }

    /// How long nothing was heard of the work; `None` before it began.
    pub fn silence(&self) -> Option<Duration> {
        self.lock().alive_at.map(|at| at.elapsed())
    }

    /// Ends the work, after the file it is at.
    pub fn stop(&self) {
        self.lock().is_stopped = true;
        self.bell.notify_all();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.lock().is_stopped
    }

    pub(super) fn is_alive(&self) {
        self.lock().alive_at = Some(Instant::now());
    }

    pub(super) fn found(&self, organisation: OrganisationId, folder: PathBuf) {
        self.lock().folders.insert(organisation, folder);
    }

    /// Rests for a time. Returns whether to go on.
    pub(super) fn rest(&self, time: Duration) -> bool {
        let waited = self.bell.wait_timeout_while(self.lock(), time, |state| !state.is_stopped);
        !waited.unwrap_or_else(PoisonError::into_inner).0.is_stopped
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
