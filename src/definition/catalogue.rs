//! The definitions that come with the appliance.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use rust_embed::RustEmbed;

use crate::definition::Definition;

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

/// The bundled definitions, by name and version.
pub fn bundled() -> &'static [Arc<Definition>] {
    static BUNDLED: OnceLock<Vec<Arc<Definition>>> = OnceLock::new();
    BUNDLED.get_or_init(|| {
        let folders: BTreeSet<String> =
            Files::iter().filter_map(|path| Some(path.split_once('/')?.0.to_owned())).collect();
        // A test reads every folder, so none is left out in a release.
        let mut definitions: Vec<Arc<Definition>> =
            folders.iter().filter_map(|folder| read(folder).ok()).map(Arc::new).collect();
        definitions.sort_by(|one, other| (&one.name, one.version).cmp(&(&other.name, other.version)));
        definitions
    })
}

/// The bundled definition that `name` tells: `INTEGO-LAB@1.0.0`, or without a
/// version the newest. The case does not matter.
pub fn find_bundled(name: &str) -> Option<Arc<Definition>> {
    let (name, version) = match name.split_once('@') {
        Some((name, version)) => (name, Some(version.parse().ok()?)),
        None => (name, None),
    };
    bundled()
        .iter()
        .rev()
        .find(|definition| {
            definition.name.eq_ignore_ascii_case(name)
                && version.is_none_or(|version| definition.version == version)
        })
        .cloned()
}

fn read(folder: &str) -> Result<Definition, super::Refused> {
    Definition::from_folder(|file| Some(Files::get(&format!("{folder}/{file}"))?.data.into_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{definition::Role, language::Language};

    #[test]
    fn every_bundled_folder_is_a_definition() {
        let folders: BTreeSet<String> =
            Files::iter().map(|path| path.split_once('/').unwrap().0.to_owned()).collect();
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
