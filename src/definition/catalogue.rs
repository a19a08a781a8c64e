//! The definitions that come with the appliance.
//!
//! They are listed by the little that a [`Summary`] needs. A definition itself
//! is read when it is used, and forgotten when nobody uses it any more.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
};

use rust_embed::RustEmbed;

use super::{Refused, workbook::read_folder};
use crate::{
    definition::{Definition, Summary},
    error::Result,
};

#[derive(RustEmbed)]
#[folder = "assets/definitions"]
struct Files;

#[derive(RustEmbed)]
#[folder = "assets/lists"]
struct Lists;

/// A code list that comes with the appliance, by its file's name.
pub(super) fn packaged_list(name: &str) -> Option<Vec<u8>> {
    Lists::get(name).map(|file| file.data.into_owned())
}

/// A definition that comes with the appliance.
#[derive(Debug)]
pub struct Bundled {
    /// What it says of itself.
    pub summary: Summary,
    folder: String,
    used: Mutex<Weak<Definition>>,
}

impl Bundled {
    /// The definition; read if nobody has it at this moment.
    pub fn definition(&self) -> Result<Arc<Definition>> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(definition) = used.upgrade() {
            return Ok(definition);
        }
        let definition = Arc::new(read(&self.folder)?);
        *used = Arc::downgrade(&definition);
        Ok(definition)
    }
}

/// The bundled definitions, by name and version.
pub fn bundled() -> &'static [Bundled] {
    static BUNDLED: OnceLock<Vec<Bundled>> = OnceLock::new();
    BUNDLED.get_or_init(index)
}

/// The bundled definition that `name` tells: `INTEGO-LAB@1.0.0`, or without a
/// version the newest. The case does not matter.
pub fn find_bundled(name: &str) -> Option<Arc<Definition>> {
    let (name, version) = match name.split_once('@') {
        Some((name, version)) => (name, Some(version.parse().ok()?)),
        None => (name, None),
    };
    let fits = |known: &&Bundled| {
        let known = &known.summary;
        known.name.eq_ignore_ascii_case(name) && version.is_none_or(|version| known.version == version)
    };
    bundled().iter().rev().find(fits)?.definition().ok()
}

fn index() -> Vec<Bundled> {
    // A test reads every folder, so none is left out in a release.
    let mut bundled: Vec<Bundled> = folders().into_iter().filter_map(|folder| listed(folder).ok()).collect();
    bundled.sort_by(|one, other| {
        let (one, other) = (&one.summary, &other.summary);
        (&one.name, one.version).cmp(&(&other.name, other.version))
    });
    bundled
}

fn folders() -> BTreeSet<String> {
    Files::iter().filter_map(|path| Some(path.split_once('/')?.0.to_owned())).collect()
}

fn listed(folder: String) -> Result<Bundled, Refused> {
    let sheets = read_folder(|name| match name {
        "settings.csv" | "survey.csv" | "hd.csv" => file(&folder, name),
        // The lists, which are most of it, are not looked at.
        _ => Some(Vec::new()),
    })?;
    Ok(Bundled { summary: Summary::from_sheets(&sheets)?, folder, used: Mutex::default() })
}

fn read(folder: &str) -> Result<Definition, Refused> {
    Definition::from_folder(|name| file(folder, name))
}

fn file(folder: &str, name: &str) -> Option<Vec<u8>> {
    Some(Files::get(&format!("{folder}/{name}"))?.data.into_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{definition::Role, language::Language};

    #[test]
    fn every_bundled_folder_is_a_definition() {
        let folders = folders();
        for folder in &folders {
            if let Err(refused) = read(folder) {
                let texts: Vec<String> =
                    refused.problems.iter().map(|problem| problem.text(Language::En)).collect();
                panic!("{folder}: {texts:#?}");
            }
        }
        assert_eq!(bundled().len(), folders.len());
    }

    #[test]
    fn a_definition_is_read_when_it_is_used_and_forgotten_when_nobody_uses_it() {
        let bundled = index();
        let read = || -> Vec<&str> {
            let is_read = |known: &&Bundled| known.used.lock().unwrap().upgrade().is_some();
            bundled.iter().filter(is_read).map(|known| known.summary.name.as_str()).collect()
        };
        assert!(bundled.len() > 25 && read().is_empty(), "a list reads none");
        let tavi = bundled.iter().find(|known| known.summary.name == "TAVI_IMPLT").unwrap();
        let definition = tavi.definition().unwrap();
        assert!(Arc::ptr_eq(&definition, &tavi.definition().unwrap()));
        assert_eq!(read(), ["TAVI_IMPLT"]);
        drop(definition);
        assert!(read().is_empty());
    }

    #[test]
    fn intego_is_bundled_with_its_keys_and_texts_in_each_language() {
        for (name, count) in [("INTEGO-DIAG", 14), ("INTEGO-LAB", 17), ("INTEGO-PRESC", 16)] {
            let definition = find_bundled(name).unwrap();
            assert_eq!(
                (definition.project.as_str(), definition.abbreviation.as_str()),
                ("HDBP0147", "INTEGO")
            );
            assert_eq!(definition.variables.len(), count);
            assert!(definition.enrolment_required);
            let keys = definition.variables.iter().filter(|variable| variable.key);
            assert_eq!(keys.count(), 2, "{name}: patient and own number");
            let here: Vec<&str> = definition
                .variables
                .iter()
                .filter(|variable| !variable.destinations.hd)
                .map(|variable| variable.name.as_str())
                .collect();
            assert_eq!(here, ["IDC_PAT", "D_PAT_DOB"], "{name}: what stays here");
            assert!(definition.with_role(Role::Physician).is_some());
            for variable in &definition.variables {
                assert_eq!(variable.labels.iter().count(), 3, "{}", variable.name);
            }
            assert!(definition.lists.iter().any(|list| list.name == "COUNTRY" && list.choices.len() == 249));
        }
    }

    #[test]
    fn a_bundled_definition_is_found_in_any_case_with_and_without_its_version() {
        assert_eq!(find_bundled("intego-lab").unwrap().name, "INTEGO-LAB");
        assert!(find_bundled("INTEGO-LAB@1.0.0").is_some());
        assert!(find_bundled("INTEGO-LAB@1").is_some());
        assert!(find_bundled("INTEGO-LAB@9.0.0").is_none());
        assert!(find_bundled("INTEGO").is_none());
    }

    #[test]
    fn a_definition_is_read_back_from_its_stored_form() {
        let definition = find_bundled("INTEGO-DIAG").unwrap();
        let again = Definition::from_source(&definition.to_source()).unwrap();
        assert_eq!(format!("{:?}", again.variables), format!("{:?}", definition.variables));
        assert_eq!(again.to_source(), definition.to_source());
    }
}
