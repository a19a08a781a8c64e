//! Whose and which folders the drop folder has.

use std::{collections::HashSet, sync::Arc};

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

    /// The definitions of the project whose folder is `name`, each in all of
    /// its versions: one that abbreviates the project in another way is as much
    /// at home in the folder of an earlier one.
    pub fn project(&self, name: &str) -> Vec<&Arc<Summary>> {
        let here: HashSet<&str> = self
            .definitions
            .iter()
            .filter(|definition| names::is_project(name, definition))
            .map(|definition| definition.name.as_str())
            .collect();
        self.definitions.iter().filter(|definition| here.contains(definition.name.as_str())).collect()
    }

    /// The names that an organisation's folders of projects get, each with one
    /// of its definitions. A project has several if its definitions abbreviate
    /// it in several ways; of each definition the newest version counts.
    pub fn projects(&self, organisation: &Organisation) -> Vec<(String, &Arc<Summary>)> {
        let mut projects: Vec<(String, &Arc<Summary>)> = Vec::new();
        for definition in newest(self.definitions.iter().filter(|known| organisation.takes(&known.name))) {
            if !projects.iter().any(|(name, _)| names::is_project(name, definition)) {
                projects.push((names::project_folder(definition), definition));
            }
        }
        projects
    }
}

/// The newest version of each definition.
pub fn newest<'a>(definitions: impl Iterator<Item = &'a Arc<Summary>>) -> Vec<&'a Arc<Summary>> {
    let mut newest: Vec<&Arc<Summary>> = Vec::new();
    for definition in definitions {
        match newest.iter_mut().find(|known| known.name == definition.name) {
            Some(known) if known.version >= definition.version => {}
            Some(known) => *known = definition,
            None => newest.push(definition),
        }
    }
    newest
}

/// All versions of the definition whose folder is `name`, of those of a
/// project. A full name counts before a shortened one.
pub fn versions<'a>(name: &str, project: &[&'a Arc<Summary>]) -> Vec<&'a Arc<Summary>> {
    let fits = |known: &&&Arc<Summary>| names::is_definition(name, known);
    let full = |known: &&&Arc<Summary>| names::is_named(name, known);
    let found = project.iter().find(full).or_else(|| project.iter().find(fits));
    let is_one = |known: &&&'a Arc<Summary>| found.is_some_and(|found| found.name == known.name);
    project.iter().filter(is_one).copied().collect()
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
