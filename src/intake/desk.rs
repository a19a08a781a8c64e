//! What the runner of uploads is doing now, for whoever shows it.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{folder::Watch, job::Progress};
use crate::domain::{organisation::OrganisationId, upload::UploadId};

/// How many organisations are worked for at the same time.
const AT_ONCE: usize = 2;

/// Shared between the runner and the pages. Nothing that correctness needs is
/// kept here: what is lost with it is told by the store.
#[derive(Default)]
pub struct Desk {
    state: Mutex<State>,
    bell: Condvar,
    watch: Watch,
}

#[derive(Default)]
struct State {
    rung: bool,
    busy: BTreeMap<OrganisationId, UploadId>,
    progress: BTreeMap<UploadId, Progress>,
    put_off: BTreeMap<UploadId, PutOff>,
}

/// An upload that failed in passing.
#[derive(Clone, Copy)]
struct PutOff {
    /// Since when it fails.
    since: Instant,
    /// When it is to be taken up once more.
    until: Instant,
}

impl Desk {
    /// There is something to do.
    pub fn ring(&self) {
        self.lock().rung = true;
        self.bell.notify_all();
    }

    /// What is known of the drop folder.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// How far the work on an upload is, if it is under way.
    pub fn progress(&self, id: UploadId) -> Option<Progress> {
        self.lock().progress.get(&id).copied()
    }

    pub(super) fn advance(&self, id: UploadId, progress: Progress) {
        self.lock().progress.insert(id, progress);
    }

    /// Waits until somebody rings, or until `time` is over.
    pub(super) fn wait(&self, time: Duration) {
        let state = self.lock();
        let waited = self.bell.wait_timeout_while(state, time, |state| !state.rung);
        waited.unwrap_or_else(PoisonError::into_inner).0.rung = false;
    }

    /// Takes an upload up, unless its organisation has another one at work, or
    /// too many have, or it was put off.
    pub(super) fn take_up(&self, organisation: OrganisationId, id: UploadId) -> bool {
        let mut state = self.lock();
        let is_put_off = state.put_off.get(&id).is_some_and(|put_off| put_off.until > Instant::now());
        if is_put_off || state.busy.len() >= AT_ONCE || state.busy.contains_key(&organisation) {
            return false;
        }
        state.busy.insert(organisation, id);
        true
    }

    /// Whether an upload has failed for so long that later ones need not wait
    /// for it any more.
    pub(super) fn fails_for(&self, id: UploadId, time: Duration) -> bool {
        self.lock().put_off.get(&id).is_some_and(|put_off| put_off.since.elapsed() >= time)
    }

    /// Lays an upload down; `again` says after which time it is to be taken up
    /// once more.
    pub(super) fn lay_down(&self, organisation: OrganisationId, id: UploadId, again: Option<Duration>) {
        let mut state = self.lock();
        state.busy.remove(&organisation);
        state.progress.remove(&id);
        let now = Instant::now();
        match again {
            Some(again) => {
                let put_off = state.put_off.entry(id).or_insert(PutOff { since: now, until: now });
                put_off.until = now + again;
            }
            None => _ = state.put_off.remove(&id),
        }
        state.rung = true;
        self.bell.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_has_one_upload_at_work_and_others_need_not_wait_for_it() {
        let desk = Desk::default();
        let (one, two) = (OrganisationId(1), OrganisationId(2));
        assert!(desk.take_up(one, UploadId(1)));
        assert!(!desk.take_up(one, UploadId(2)));
        assert!(desk.take_up(two, UploadId(3)));
        desk.lay_down(one, UploadId(1), Some(Duration::from_secs(60)));
        assert!(!desk.take_up(one, UploadId(1)), "put off");
        assert!(desk.take_up(one, UploadId(2)));
        assert!(desk.fails_for(UploadId(1), Duration::ZERO));
        assert!(!desk.fails_for(UploadId(1), Duration::from_secs(60)));
        assert!(!desk.fails_for(UploadId(2), Duration::ZERO));
    }
}
