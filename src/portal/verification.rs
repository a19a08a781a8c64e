//! Checking the audit's chain beside the requests, since it may be long: one
//! check at a time, the last verdict kept in memory.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use crate::{
    clock,
    error::{Error, Result},
    store::{
        Store,
        audit::{self, Verification},
    },
};

/// What is known of the chain.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Whether it is being checked now.
    pub is_running: bool,
    /// When the last check ended (milliseconds since 1970), and what it found;
    /// no verdict if it failed.
    pub last: Option<(i64, Option<Verification>)>,
}

/// Checks the chain when it is asked to.
#[derive(Default)]
pub struct Verifier(Arc<Mutex<State>>);

impl Verifier {
    /// What is known now.
    pub fn state(&self) -> State {
        lock(&self.0).clone()
    }

    /// Begins a check, unless one is under way.
    ///
    /// # Errors
    ///
    /// No thread can be had.
    pub fn start(&self, store: &Arc<Store>) -> Result<()> {
        if std::mem::replace(&mut lock(&self.0).is_running, true) {
            return Ok(());
        }
        let (state, store) = (Arc::clone(&self.0), Arc::clone(store));
        let check = move || {
            let found = store.read(|tx| audit::verify(tx, None));
            match &found {
                Ok(Verification::Whole { .. }) => {}
                Ok(verdict) => tracing::error!(?verdict, "the audit is not as it was written"),
                Err(error) => tracing::error!(%error, "the audit could not be checked"),
            }
            let last = Some((clock::now().as_millisecond(), found.ok()));
            *lock(&state) = State { is_running: false, last };
        };
        let started = thread::Builder::new().name("audit".to_owned()).spawn(check);
        started.map(drop).map_err(|error| {
            lock(&self.0).is_running = false;
            Error::internal(error)
        })
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_check_ends_with_its_verdict() {
        let directory = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(directory.path()).unwrap());
        let verifier = Verifier::default();
        assert!(verifier.state().last.is_none());
        verifier.start(&store).unwrap();
        let verdict = loop {
            match verifier.state() {
                State { is_running: false, last: Some((_, verdict)) } => break verdict,
                _ => thread::sleep(Duration::from_millis(2)),
            }
        };
        assert!(matches!(verdict, Some(Verification::Whole { events: 0, .. })), "{verdict:?}");
    }
}
