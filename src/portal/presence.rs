//! Which sessions were used lately. A page view writes nothing, so this is
//! kept in memory and brought to the store once in a while.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use crate::{
    error::Result,
    store::{
        Store,
        session::{self, SessionId},
    },
};

/// The sessions that were used since the store was last told.
#[derive(Default)]
pub(super) struct Presence(Mutex<HashSet<SessionId>>);

impl Presence {
    /// Notes that the session is used now.
    pub fn note(&self, session: SessionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(session);
    }

    /// Tells the store. What cannot be told is lost: those sessions end a
    /// little early.
    pub fn settle(&self, store: &Store) -> Result<()> {
        let used = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if used.is_empty() {
            return Ok(());
        }
        store.write(|tx| used.into_iter().try_for_each(|session| session::touch(tx, session)))
    }
}
