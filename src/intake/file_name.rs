//! What the name of a file says:
//! `HD_DCD_submcsv_<HDBP number>_<definition or project>_v<version>[_<date>]`.
//!
//! The convention is healthdata.be's; nobody has to keep to it, so a name that
//! says something else than the command only warns.

use std::path::Path;

use crate::{
    definition::{Definition, Version},
    domain::{finding::Finding, identifier::without_ssin},
};

const PREFIX: &str = "hd_dcd_submcsv_";

/// The file's name without folders, as it may be stored and shown: a
/// patient's number in it is made unrecognisable.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| without_ssin(&name.to_string_lossy())).unwrap_or_default()
}

/// Where the name contradicts the definition that the file is imported as.
pub(super) fn judge(path: &Path, definition: &Definition) -> Vec<Finding> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(start) = stem.get(..PREFIX.len()).filter(|start| start.eq_ignore_ascii_case(PREFIX)) else {
        return Vec::new();
    };
    let words: Vec<&str> = stem[start.len()..].split('_').collect();
    let mut findings = Vec::new();
    let (project, words) = words.split_first().unwrap_or((&"", &[]));
    if !project.eq_ignore_ascii_case(&definition.project) {
        findings.push(Finding::warning("file-name-other-project").with("project", &*definition.project));
    }
    let at = words.iter().position(|word| version(word).is_some());
    let name = words[..at.unwrap_or(words.len())].join("_");
    let names = [&definition.name, &definition.abbreviation];
    if !name.is_empty() && !names.iter().any(|known| is_same(known, &name)) {
        findings.push(Finding::warning("file-name-other-definition").with("definition", &*definition.name));
    }
    if let Some(version) = at.and_then(|at| version(words[at]))
        && version.major() != definition.version.major()
    {
        findings.push(
            Finding::warning("file-name-other-version")
                .with("named", version.to_string())
                .with("version", definition.version.to_string()),
        );
    }
    findings
}

/// The version that a file's name says, if it follows the convention.
pub(super) fn named_version(path: &Path) -> Option<Version> {
    let stem = path.file_stem()?.to_str()?;
    let start = stem.get(..PREFIX.len()).filter(|start| start.eq_ignore_ascii_case(PREFIX))?;
    stem[start.len()..].split('_').find_map(version)
}

/// Whether two names differ at most in case and in what joins their words.
fn is_same(a: &str, b: &str) -> bool {
    let plain = |text: &str| {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    plain(a) == plain(b)
}

/// The version that a word of the name gives, such as `v1` or `v1.2`. What a
/// browser appends to a second copy is passed over.
fn version(word: &str) -> Option<Version> {
    let number = word.strip_prefix(['v', 'V'])?;
    let end = number.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(number.len());
    number[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::definition::find_bundled;

    #[test]
    fn a_name_that_says_something_else_is_a_warning() {
        let definition = find_bundled("INTEGO-LAB").unwrap();
        let codes = |name: &str| -> Vec<_> {
            judge(Path::new(name), &definition).iter().map(|finding| finding.code).collect()
        };
        for name in [
            "labo.csv",
            "HD_DCD_submcsv_HDBP0147_INTEGO-LAB_v1.csv",
            "hd_dcd_submcsv_hdbp0147_intego_lab_v1.0.3_20260131.csv",
            "HD_DCD_submcsv_HDBP0147_INTEGO_v1 (2).csv",
            "HD_DCD_submcsv_HDBP0147.csv",
        ] {
            assert!(codes(name).is_empty(), "{name}: {:?}", codes(name));
        }
        for (name, code) in [
            ("HD_DCD_submcsv_HDBP0148_INTEGO-LAB_v1.csv", "file-name-other-project"),
            ("HD_DCD_submcsv_HDBP0147_INTEGO-DIAG_v1.csv", "file-name-other-definition"),
            ("HD_DCD_submcsv_HDBP0147_INTEGO-LAB_v2_20260131.csv", "file-name-other-version"),
        ] {
            assert_eq!(codes(name), [code], "{name}");
        }
    }

    #[test]
    fn a_patients_number_in_a_name_is_not_kept() {
        assert_eq!(file_name(Path::new("/x/labo 85.04.02-169.32 b.csv")), "labo 99.99.99-999.99 b.csv");
    }
}
