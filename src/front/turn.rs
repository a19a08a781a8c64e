//! Whose request is answered now.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Counts the requests that are being answered.
#[derive(Debug, Default)]
pub(super) struct Turns {
    taken: Mutex<usize>,
    given_back: Condvar,
}

/// The right to have one request answered; given back when dropped.
#[derive(Debug)]
pub(super) struct Turn<'a>(&'a Turns);

impl Turns {
    /// Takes one of `limit` turns, and waits at most `patience` for it.
    pub(super) fn take(&self, limit: usize, patience: Duration) -> Option<Turn<'_>> {
        let (mut taken, _) = self
            .given_back
            .wait_timeout_while(self.taken(), patience, |taken| *taken >= limit)
            .unwrap_or_else(PoisonError::into_inner);
        (*taken < limit).then(|| {
            *taken += 1;
            Turn(self)
        })
    }

    fn taken(&self) -> MutexGuard<'_, usize> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.taken() -= 1;
        self.0.given_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_comes_when_another_ends() {
        let turns = Turns::default();
        let first = turns.take(1, Duration::ZERO).expect("free");
        assert!(turns.take(1, Duration::from_millis(1)).is_none());
        std::thread::scope(|scope| {
            let second = scope.spawn(|| turns.take(1, Duration::from_secs(20)).is_some());
            drop(first);
            assert!(second.join().expect("no panic"));
        });
    }
}
