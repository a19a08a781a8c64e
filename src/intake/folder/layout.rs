//! Whose and which folders the drop folder has.

use std::sync::Arc;

use super::names;
use crate::{
    definition::{Summary, Version},
    domain::organisation::Organisation,
    error::Result,
    intake::file_name,
    store::{Store, definition, organisation},
};

/// The organisations and definitions that there are folders for.
#[derive(Default)]
pub struct Layout {
    pub organisations: Vec<Organisation>,
    definitions: Vec<Arc<Summary>>,
    /// The stored definitions that `definitions` was read with: reading them
    /// all takes long, and they never change.
    stored: Option<Vec<i64>>,
}

impl Layout {
    /// Reads what there is now.
    pub fn renew(&mut self, store: &Store) -> Result<()> {
        store.read(|tx| {
            self.organisations = organisation::all(tx)?;
            let stored: Vec<i64> = definition::stored(tx)?.into_iter().map(|(id, _)| id).collect();
            if self.stored.as_ref() != Some(&stored) {
                self.definitions = definition::all(tx)?.into_iter().map(Arc::new).collect();
                self.stored = Some(stored);
            }
            Ok(())
        })
    }

    /// Whose folder `name` is.
    pub fn organisation(&self, name: &str) -> Option<&Organisation> {
        self.organisations.iter().find(|organisation| names::is_organisation(name, organisation))
    }

    /// The definitions of the project whose folder is `name`.
    pub fn project(&self, name: &str) -> Vec<&Arc<Summary>> {
        self.definitions.iter().filter(|definition| names::is_project(name, definition)).collect()
    }

    /// The names that an organisation's folders of projects get, each with one
    /// of its definitions. A project has several if its definitions abbreviate
    /// it in several ways.
    pub fn projects(&self, organisation: &Organisation) -> Vec<(String, &Arc<Summary>)> {
        let mut projects: Vec<(String, &Arc<Summary>)> = Vec::new();
        for definition in self.definitions.iter().filter(|known| organisation.takes(&known.name)) {
            if !projects.iter().any(|(name, _)| names::is_project(name, definition)) {
                projects.push((names::project_folder(definition), definition));
            }
        }
        projects
    }
}

/// Of several versions the one that a file is for: the highest, or if its name
/// says a version the highest with the same major number.
pub fn version_for(name: &str, versions: &[Arc<Summary>]) -> Option<Arc<Summary>> {
    let named = file_name::named_version(name.as_ref()).map(Version::major);
    let highest = |major: Option<_>| {
        let fits = |known: &&Arc<Summary>| major.is_none_or(|major| known.version.major() == major);
        versions.iter().filter(fits).max_by_key(|known| known.version).cloned()
    };
    named.and_then(|major| highest(Some(major))).or_else(|| highest(None))
}
