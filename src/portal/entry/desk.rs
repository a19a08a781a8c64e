//! Definitions that forms are made of, read once: what is stored under a name
//! and version never changes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    definition::{Definition, Version, bundled},
    domain::member::not_found,
    error::Result,
    store::{Tx, definition},
};

/// Definitions that were read.
#[derive(Default)]
pub struct Desk(Mutex<HashMap<i64, Arc<Definition>>>);

/// A definition, and its key if it is stored already.
#[derive(Clone)]
pub struct Found {
    /// Its key.
    pub id: Option<i64>,
    /// It.
    pub definition: Arc<Definition>,
}

impl Desk {
    /// The stored definition with this key.
    pub fn of_id(&self, tx: &Tx<'_>, id: i64) -> Result<Found> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        let definition = match known {
            Some(known) => known,
            None => {
                let read = Arc::new(definition::get(tx, id)?);
                self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&read));
                read
            }
        };
        Ok(Found { id: Some(id), definition })
    }

    /// The newest version of the definition called `name`.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub fn newest(&self, tx: &Tx<'_>, name: &str) -> Result<Found> {
        let all = self.all(tx)?;
        let found = all.into_iter().find(|found| found.name == name).ok_or_else(not_found)?;
        self.open(tx, &found)
    }

    /// The newest version of each definition that can be used, by name.
    pub fn all(&self, tx: &Tx<'_>) -> Result<Vec<Newest>> {
        let mut all: HashMap<String, Newest> = HashMap::new();
        for (id, facts) in definition::stored(tx)? {
            let version = facts.version.parse().unwrap_or_default();
            let newest = Newest { id: Some(id), name: facts.name, project: facts.project, version };
            take(&mut all, newest);
        }
        for bundled in bundled() {
            let (name, project) = (bundled.name.clone(), bundled.project.clone());
            take(&mut all, Newest { id: None, name, project, version: bundled.version });
        }
        let mut all: Vec<_> = all.into_values().collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(all)
    }

    /// The definition itself.
    pub fn open(&self, tx: &Tx<'_>, newest: &Newest) -> Result<Found> {
        if let Some(id) = newest.id {
            return self.of_id(tx, id);
        }
        let is_it = |it: &&Arc<Definition>| it.name == newest.name && it.version == newest.version;
        let definition = bundled().iter().find(is_it).cloned().ok_or_else(not_found)?;
        Ok(Found { id: None, definition })
    }
}

/// The newest version of a definition.
#[derive(Clone, Debug)]
pub struct Newest {
    /// Its key, if it is stored.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// Its project's number.
    pub project: String,
    /// Its version.
    pub version: Version,
}

/// A stored one counts before a bundled one of the same version.
fn take(all: &mut HashMap<String, Newest>, newest: Newest) {
    match all.get(&newest.name) {
        Some(known) if known.version > newest.version => {}
        Some(known) if known.version == newest.version && known.id.is_some() => {}
        _ => _ = all.insert(newest.name.clone(), newest),
    }
}
