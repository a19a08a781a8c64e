//! Definitions that forms are made of, read once: what is stored under a name
//! and version never changes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    definition::{Definition, Texts, Version, bundled},
    domain::member::not_found,
    error::Result,
    language::Language,
    store::{Tx, definition},
};

/// So many definitions are kept ready; hardly a house fills in more.
const MOST: usize = 32;

/// Definitions that were read.
#[derive(Default)]
pub struct Desk(Mutex<HashMap<Key, Arc<Definition>>>);

/// A stored definition, or a bundled one by name and version.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Key {
    Stored(i64),
    Bundled(String, Version),
}

/// A definition, and its key if it is stored already.
#[derive(Clone)]
pub struct Found {
    /// Its key.
    pub id: Option<i64>,
    /// It.
    pub definition: Arc<Definition>,
}

/// The newest version of a definition.
#[derive(Clone, Debug)]
pub struct Newest {
    /// Its name.
    pub name: String,
    /// Its project's number.
    pub project: String,
    /// Its version.
    pub version: Version,
    id: Option<i64>,
    titles: Option<Texts>,
}

impl Desk {
    /// The stored definition with this key.
    pub fn of_id(&self, tx: &Tx<'_>, id: i64) -> Result<Found> {
        let definition = self.get(Key::Stored(id), || Ok(Arc::new(definition::get(tx, id)?)))?;
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
        newest(tx, |_, _| true)
    }

    /// The definition called `name` in just this version, if there is one.
    pub fn exactly(&self, tx: &Tx<'_>, name: &str, version: Version) -> Result<Option<Found>> {
        let found = newest(tx, |known, other| known == name && other == version)?;
        found.first().map(|found| self.open(tx, found)).transpose()
    }

    /// The newest version of a definition that has this major number.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub fn newest_of(&self, tx: &Tx<'_>, name: &str, major: u32) -> Result<Found> {
        let found = newest(tx, |known, version| known == name && version.major() == major)?;
        self.open(tx, found.first().ok_or_else(not_found)?)
    }

    /// The title of a definition.
    pub fn title(&self, tx: &Tx<'_>, newest: &Newest, language: Language) -> Result<String> {
        if let Some(titles) = &newest.titles {
            return Ok(titles.get(language).to_owned());
        }
        Ok(self.open(tx, newest)?.definition.titles.get(language).to_owned())
    }

    fn open(&self, tx: &Tx<'_>, newest: &Newest) -> Result<Found> {
        if let Some(id) = newest.id {
            return self.of_id(tx, id);
        }
        let key = Key::Bundled(newest.name.clone(), newest.version);
        let definition = self.get(key, || {
            let is_it = |it: &&crate::definition::Bundled| {
                it.summary.name == newest.name && it.summary.version == newest.version
            };
            bundled().iter().find(is_it).ok_or_else(not_found)?.definition()
        })?;
        Ok(Found { id: None, definition })
    }

    fn get(&self, key: Key, read: impl FnOnce() -> Result<Arc<Definition>>) -> Result<Arc<Definition>> {
        let known = |desk: &Self| desk.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known(self) {
            return Ok(known);
        }
        let definition = read()?;
        let mut ready = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ready.len() >= MOST {
            ready.clear();
        }
        ready.insert(key, Arc::clone(&definition));
        Ok(definition)
    }
}

/// The newest version of each definition, of those that fit.
fn newest(tx: &Tx<'_>, fits: impl Fn(&str, Version) -> bool) -> Result<Vec<Newest>> {
    let mut all: HashMap<String, Newest> = HashMap::new();
    for (id, facts) in definition::stored(tx)? {
        let version = facts.version.parse().unwrap_or_default();
        let (name, project) = (facts.name, facts.project);
        if fits(&name, version) {
            take(&mut all, Newest { id: Some(id), name, project, version, titles: None });
        }
    }
    for known in bundled().iter().filter(|known| fits(&known.summary.name, known.summary.version)) {
        let (name, project) = (known.summary.name.clone(), known.summary.project.clone());
        let titles = Some(known.summary.titles.clone());
        take(&mut all, Newest { id: None, name, project, version: known.summary.version, titles });
    }
    let mut all: Vec<_> = all.into_values().collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

/// A stored one counts before a bundled one of the same version.
fn take(all: &mut HashMap<String, Newest>, newest: Newest) {
    match all.get(&newest.name) {
        Some(known) if known.version > newest.version => {}
        Some(known) if known.version == newest.version && known.id.is_some() => {}
        _ => _ = all.insert(newest.name.clone(), newest),
    }
}
