//! A batch on its way: one that goes no further leaves no import open and no
//! name taken.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::call::Call;
use crate::{
    domain::{api_key::ApiKey, import::ImportId},
    store::{Store, Tx, submission},
};

/// A batch of which a part is stored and another one follows. If it goes no
/// further, its import ends, and its name is free for a repetition.
pub struct Course<'a, 'c> {
    /// The request.
    pub call: &'a Call<'c>,
    /// Its import, once it has begun; none again when it has ended.
    pub import: Option<ImportId>,
    /// The message that says why, if it goes no further.
    pub why: &'static str,
}

impl Drop for Course<'_, '_> {
    fn drop(&mut self) {
        if let (Some(import), Ok(key)) = (self.import, self.call.key()) {
            self.call.api.left.add(Arc::clone(key), import, self.why);
            self.call.api.left.end(&self.call.api.store);
        }
    }
}

/// Batches that go no further and of which the store does not know it yet: what
/// stopped one, a full disk perhaps, may keep it from being written down, too.
#[derive(Default)]
pub struct Left(Mutex<Vec<Ended>>);

/// A batch: its key, its import, and the message that says why it ended.
type Ended = (Arc<ApiKey>, ImportId, &'static str);

impl Left {
    fn add(&self, key: Arc<ApiKey>, import: ImportId, why: &'static str) {
        self.lock().push((key, import, why));
    }

    /// Ends them, or tries again with the next batch.
    pub fn end(&self, store: &Store) {
        let left = mem::take(&mut *self.lock());
        if left.is_empty() {
            return;
        }
        let end = |tx: &Tx<'_>| {
            left.iter()
                .try_for_each(|(key, id, why)| submission::stop(tx, key.organisation, key.id, *id, why))
        };
        if let Err(error) = store.write(end) {
            tracing::warn!(id = error.id, "a batch that goes no further could not be ended yet");
            self.lock().extend(left);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Ended>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
