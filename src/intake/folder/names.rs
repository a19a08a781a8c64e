//! What folders and files in the drop folder are called: those that are made,
//! and those that are recognised.

use std::ffi::OsStr;

use crate::{
    definition::Summary,
    domain::{identifier::without_ssin, organisation::Organisation},
};

/// Where taken files go.
pub const ARCHIVE: &str = "ARCHIVE";
/// Where the result files go.
pub const RESULT: &str = "RESULT";
/// Where files go that could not be processed.
pub const ERROR: &str = "ERROR";
/// Its presence tells the drop folder from an empty place where a share is
/// not connected.
pub const MARKER: &str = ".hd4dp";

/// Letters of a file's name that are kept.
const LONGEST: usize = 100;

/// Ends of names under which programs write files that are not whole yet.
const HALF_WRITTEN: &[&str] =
    &["~", ".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".swp", ".writing"];

/// What systems leave in every folder.
const OF_SYSTEMS: &[&str] = &[
    "$recycle.bin",
    "system volume information",
    "lost+found",
    "@eadir",
    "#recycle",
    "thumbs.db",
    "desktop.ini",
];

/// The name of an organisation's folder: `71099911-Fictief-Ziekenhuis`.
pub fn organisation_folder(organisation: &Organisation) -> String {
    let slug = slug(&organisation.title);
    let nihdi = organisation.nihdi.as_str();
    if slug.is_empty() { nihdi.to_owned() } else { format!("{nihdi}-{slug}") }
}

/// Whether a folder is the organisation's: the name is its NIHDI number, or
/// begins with it.
pub fn is_organisation(name: &str, organisation: &Organisation) -> bool {
    let digits = name.len() - name.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let (number, rest) = name.split_at(digits);
    (number == organisation.nihdi.as_str() || number == organisation.nihdi.key())
        && !rest.starts_with(char::is_alphanumeric)
}

/// The name of a project's folder: `INTEGO-147`.
pub fn project_folder(definition: &Summary) -> String {
    match number(&definition.project) {
        "" => definition.abbreviation.clone(),
        number => format!("{}-{number}", definition.abbreviation),
    }
}

/// Whether a folder is that of a definition's project: `INTEGO-147`,
/// `intego_0147`, `HDBP0147` or `INTEGO-HDBP0147`.
pub fn is_project(name: &str, definition: &Summary) -> bool {
    let (name, abbreviation) = (plain(name), plain(&definition.abbreviation));
    let project = plain(&definition.project);
    let digits: String = project.chars().filter(char::is_ascii_digit).collect();
    let rest = name.strip_prefix(&abbreviation);
    name == project
        || rest.is_some_and(|rest| rest == project)
        || rest.is_some_and(|rest| {
            rest.bytes().all(|byte| byte.is_ascii_digit())
                && rest.trim_start_matches('0') == digits.trim_start_matches('0')
        })
}

/// Whether a folder is a definition's: `INTEGO-LAB`, `intego_lab` or `LAB`.
pub fn is_definition(name: &str, definition: &Summary) -> bool {
    let full = plain(&definition.name);
    let short = full.strip_prefix(&plain(&definition.abbreviation)).unwrap_or_default();
    is_named(name, definition) || (!short.is_empty() && plain(name) == short)
}

/// Whether a folder has a definition's full name: `INTEGO-LAB` or `intego_lab`.
pub fn is_named(name: &str, definition: &Summary) -> bool {
    let name = plain(name);
    !name.is_empty() && name == plain(&definition.name)
}

/// Whether a file is not to be touched: hidden, or not whole yet by its name.
pub fn is_passed_over(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    name.starts_with('.')
        || name.starts_with("~$")
        || OF_SYSTEMS.contains(&&*name)
        || HALF_WRITTEN.iter().any(|end| name.ends_with(end))
}

/// Whether a folder is one that files are not taken from.
pub fn is_closed(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    name.starts_with('.')
        || OF_SYSTEMS.contains(&&*name)
        || ["archive", "result", "results", "error", "errors"].contains(&&*name)
}

/// A file's name without what this program put before it when it was archived,
/// however often: `20261123-001500-7_`.
pub fn unstamped(name: &str) -> &str {
    let mut rest = name;
    while let Some((stamp, inner)) = rest.split_once('_')
        && !inner.is_empty()
        && is_stamp(stamp)
    {
        rest = inner;
    }
    rest
}

fn is_stamp(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts.as_slice(), [day, time, upload] if day.len() == 8 && time.len() == 6 && is_number(upload))
        && parts.iter().all(is_number)
}

/// A file's name as this program writes it again: without a patient's number,
/// without what some system cannot write, and not too long.
pub fn safe(name: &OsStr) -> String {
    let shown = without_ssin(&name.to_string_lossy());
    let shown: String = shown
        .chars()
        .map(|letter| match letter {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | char::REPLACEMENT_CHARACTER => '_',
            letter if letter.is_control() => '_',
            letter => letter,
        })
        .collect();
    let shown = shown.trim_end_matches(['.', ' ']);
    let (stem, end) = match shown.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && end.len() <= 10 => (stem, format!(".{end}")),
        _ => (shown, String::new()),
    };
    format!("{}{end}", cut(stem, LONGEST - end.len()))
}

/// A name without the end by which programs know a CSV file.
pub fn without_csv(name: &str) -> &str {
    let end = name.len().saturating_sub(4);
    match name.get(end..) {
        Some(last) if last.eq_ignore_ascii_case(".csv") => &name[..end],
        _ => name,
    }
}

/// The number in `HDBP0147`, without leading zeros.
fn number(project: &str) -> &str {
    project.trim_start_matches(|letter: char| !letter.is_ascii_digit()).trim_start_matches('0')
}

fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A title as a part of a folder's name, in letters that every system writes.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for letter in title.chars() {
        match letter {
            letter if letter.is_ascii_alphanumeric() => slug.push(letter),
            'à'..='å' => slug.push('a'),
            'ç' => slug.push('c'),
            'è'..='ë' => slug.push('e'),
            'ì'..='ï' => slug.push('i'),
            'ñ' => slug.push('n'),
            'ò'..='ö' => slug.push('o'),
            'ù'..='ü' => slug.push('u'),
            'À'..='Å' => slug.push('A'),
            'Ç' => slug.push('C'),
            'È'..='Ë' => slug.push('E'),
            'Ì'..='Ï' => slug.push('I'),
            'Ò'..='Ö' => slug.push('O'),
            'Ù'..='Ü' => slug.push('U'),
            '\'' | '’' | '.' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    cut(&slug, 40).trim_end_matches('-').to_owned()
}

/// The start of a text, at most `most` bytes of it.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        definition::bundled,
        domain::{identifier::Nihdi, organisation::OrganisationId},
    };

    fn organisation(title: &str) -> Organisation {
        Organisation {
            id: OrganisationId(1),
            nihdi: Nihdi::stored("71099911".into()).unwrap(),
            title: title.to_owned(),
            cbe: Vec::new(),
            ehp: Vec::new(),
            is_active: true,
            requires_second_factor: false,
            definitions: Vec::new(),
        }
    }

    #[test]
    fn an_organisations_folder_is_known_by_its_number_whatever_stands_behind_it() {
        let clinic = organisation("Clinique Saint-Étienne d'Ën / Liège");
        assert_eq!(organisation_folder(&clinic), "71099911-Clinique-Saint-Etienne-dEn-Liege");
        assert_eq!(organisation_folder(&organisation("日本")), "71099911");
        for name in ["71099911", "71099911-Old-Title", "71099911_x", "71099911 x"] {
            assert!(is_organisation(name, &clinic), "{name}");
        }
        for name in ["710999110", "71099912", "Clinique", "71099911x", ""] {
            assert!(!is_organisation(name, &clinic), "{name}");
        }
    }

    #[test]
    fn projects_and_definitions_are_known_in_a_few_spellings() {
        let lab = &bundled().iter().find(|known| known.summary.name == "INTEGO-LAB").unwrap().summary;
        assert_eq!(project_folder(lab), "INTEGO-147");
        for name in ["INTEGO-147", "intego_0147", "HDBP0147", "Intego-HDBP0147", "INTEGO 147"] {
            assert!(is_project(name, lab), "{name}");
        }
        for name in ["INTEGO", "INTEGO-148", "147", "INTEGO-1470", "HDBP0148"] {
            assert!(!is_project(name, lab), "{name}");
        }
        for name in ["INTEGO-LAB", "intego_lab", "LAB", "lab"] {
            assert!(is_definition(name, lab), "{name}");
        }
        for name in ["INTEGO", "INTEGO-DIAG", "", "-"] {
            assert!(!is_definition(name, lab), "{name}");
        }
    }

    #[test]
    fn files_that_are_not_whole_by_their_name_are_passed_over() {
        for name in [".a.csv", "a.csv.part", "a.csv.FilePart", "a.tmp", "a.csv~", "~$a.csv", "Thumbs.db"] {
            assert!(is_passed_over(name.as_ref()), "{name}");
        }
        for name in ["a.csv", "a.CSV", "part.csv", "a"] {
            assert!(!is_passed_over(name.as_ref()), "{name}");
        }
        assert!(is_closed("Archive".as_ref()) && is_closed("RESULTS".as_ref()) && !is_closed("LAB".as_ref()));
    }

    #[test]
    fn a_file_that_was_archived_is_known_by_its_own_name() {
        for name in ["a_b.csv", "20261123-001500-7_a_b.csv", "20261123-001501-8_20261123-001500-7_a_b.csv"] {
            assert_eq!(unstamped(name), "a_b.csv");
        }
        for name in
            ["20261123_a.csv", "20261123-001500_a.csv", "20261123-001500-x_a.csv", "20261123-001500-7_"]
        {
            assert_eq!(unstamped(name), name);
        }
    }

    #[test]
    fn a_name_is_written_again_without_a_patients_number_and_not_too_long() {
        assert_eq!(safe("labo 85.04.02-169.32:b?.csv".as_ref()), "labo 99.99.99-999.99_b_.csv");
        let long = safe(format!("{}.csv", "é".repeat(120)).as_ref());
        assert!(long.len() <= LONGEST && long.ends_with("é.csv"), "{long}");
        assert_eq!(safe("a\nb".as_ref()), "a_b");
        assert_eq!(without_csv("a.CSV"), "a");
        assert_eq!(without_csv("é.cs"), "é.cs");
        #[cfg(unix)]
        {
            let name: &OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"lab\xff.csv");
            assert_eq!(safe(name), "lab_.csv");
        }
    }
}
