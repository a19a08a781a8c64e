//! How many registrations there are, as pages show it. Counting takes a while
//! when there are many and an import adds to them, so a count is shown for a
//! while before it is taken anew; nothing is decided by it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    domain::organisation::OrganisationId,
    error::Result,
    store::{
        Tx,
        count::{self, Counts},
    },
};

/// How long a count is shown at the least.
const LASTS: Duration = Duration::from_secs(2);

/// How many times as long as it took: so counting takes a twentieth of a core
/// at the most, whatever there is to count.
const TIMES: u32 = 20;

/// The counts of an organisation.
#[derive(Debug)]
pub struct Figure {
    /// By state.
    pub total: Counts,
    /// By definition (its key) and state.
    pub by_definition: Vec<(i64, Counts)>,
}

/// The counts that were taken last.
#[derive(Default)]
pub struct Figures(Mutex<HashMap<OrganisationId, Known>>);

struct Known {
    figure: Arc<Figure>,
    until: Instant,
    /// Somebody is counting anew.
    busy: bool,
}

impl Figures {
    /// The counts of an organisation, taken a moment ago.
    pub fn of(&self, tx: &Tx<'_>, organisation: OrganisationId) -> Result<Arc<Figure>> {
        let started = Instant::now();
        if let Some(known) = self.lock().get_mut(&organisation) {
            if known.busy || known.until > started {
                return Ok(Arc::clone(&known.figure));
            }
            known.busy = true;
        }
        let counted = count::by_definition(tx, organisation);
        let took = started.elapsed();
        let mut all = self.lock();
        match counted {
            Ok(by_definition) => {
                let figure = Arc::new(Figure { total: count::total(&by_definition), by_definition });
                let until = Instant::now() + LASTS.max(took * TIMES);
                all.insert(organisation, Known { figure: Arc::clone(&figure), until, busy: false });
                Ok(figure)
            }
            Err(error) => {
                all.remove(&organisation);
                Err(error)
            }
        }
    }

    /// Has the organisation counted anew: a person changed something and looks
    /// for it.
    pub fn forget(&self, organisation: OrganisationId) {
        self.lock().remove(&organisation);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<OrganisationId, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_count_is_shown_for_a_while_and_taken_anew_when_it_is_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("data")).unwrap();
        let figures = Figures::default();
        let of = |id| store.read(|tx| figures.of(tx, OrganisationId(id))).unwrap();
        let first = of(1);
        assert!(Arc::ptr_eq(&first, &of(1)));
        assert!(!Arc::ptr_eq(&first, &of(2)), "each organisation has its own");
        figures.forget(OrganisationId(1));
        assert!(!Arc::ptr_eq(&first, &of(1)));
    }
}
