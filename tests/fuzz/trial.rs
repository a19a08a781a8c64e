//! A definition with everything in it, and one expression of somebody else's.

use std::sync::Arc;

use hd4dp::{
    definition::{Definition, Refused, Sheet, SheetRow, Sheets},
    domain::identifier::Nihdi,
    language::Language,
    validate::{Options, Validator},
};

/// The variables outside of the repeat that have cells of their own.
pub const VARIABLES: [(&str, &str); 15] = [
    ("K", "text"),
    ("t", "text"),
    ("u", "text"),
    ("i", "integer"),
    ("j", "integer"),
    ("d", "decimal"),
    ("e", "decimal"),
    ("day", "date"),
    ("end", "date"),
    ("at", "datetime"),
    ("clock", "time"),
    ("one", "select_one COLOUR"),
    ("many", "select_multiple COLOUR"),
    ("yn", "select_one YN"),
    ("score", "select_one SCORE"),
];

/// The variables of the repeat `child`.
pub const OF_REPEAT: [(&str, &str); 3] = [("name", "text"), ("age", "integer"), ("sex", "select_one COLOUR")];

/// Cells by columns that only some rows have.
pub type Rules<'a> = [(&'a str, &'a str, &'a str)];

/// The definition with further rows of `calculate` (their names, at the end),
/// and with `rules`: a row's name, a column, and what stands there.
pub fn definition(calculated: &[&str], rules: &Rules<'_>) -> Result<Definition, Refused> {
    let mut header = vec!["type", "name", "hd::key"];
    for (_, column, _) in rules {
        if !header.contains(column) {
            header.push(column);
        }
    }
    let mut rows: Vec<(String, &str)> =
        VARIABLES.iter().map(|(name, kind)| ((*kind).to_owned(), *name)).collect();
    rows.push(("begin_repeat".to_owned(), "child"));
    rows.extend(OF_REPEAT.iter().map(|(name, kind)| ((*kind).to_owned(), *name)));
    rows.extend(
        calculated.iter().filter(|name| name.starts_with("in_")).map(|name| ("calculate".to_owned(), *name)),
    );
    rows.push(("end_repeat".to_owned(), ""));
    rows.extend(
        calculated.iter().filter(|name| !name.starts_with("in_")).map(|name| ("calculate".to_owned(), *name)),
    );
    let cell = |row: &(String, &str), column: &str| -> String {
        match column {
            "type" => row.0.clone(),
            "name" => row.1.to_owned(),
            "hd::key" => {
                if row.1 == "K" {
                    "yes".to_owned()
                } else {
                    String::new()
                }
            }
            column => {
                let rule = rules.iter().find(|(name, known, _)| *name == row.1 && *known == column);
                rule.map_or_else(String::new, |(_, _, text)| (*text).to_owned())
            }
        }
    };
    let survey = sheet(
        &header,
        rows.iter().map(|row| header.iter().map(|column| cell(row, column)).collect()).collect(),
    );
    let choices = [
        ("COLOUR", "red", "Red"),
        ("COLOUR", "green", "Green"),
        ("COLOUR", "blue", "Light blue"),
        ("YN", "yes", "Yes"),
        ("YN", "no", "No"),
        ("SCORE", "0", "None"),
        ("SCORE", "1", "Some"),
        ("SCORE", "2", "Much"),
    ];
    let choices = choices.map(|(list, code, label)| [list, code, label].map(str::to_owned).to_vec());
    let one = |texts: [&str; 2]| vec![texts.map(str::to_owned).to_vec()];
    Definition::from_sheets(Sheets {
        settings: sheet(&["form_id", "version"], one(["TRIAL", "1.0.0"])),
        survey,
        choices: sheet(&["list_name", "name", "label"], choices.to_vec()),
        hd: sheet(&["project", "project_abbreviation"], one(["HDBP0001", "TRIAL"])),
        ..Sheets::default()
    })
}

fn sheet(header: &[&str], rows: Vec<Vec<String>>) -> Sheet {
    Sheet {
        header: header.iter().map(|name| (*name).to_owned()).collect(),
        rows: rows.into_iter().enumerate().map(|(at, cells)| SheetRow(at as u32 + 2, cells)).collect(),
    }
}

/// A validator that always judges at the same moment.
pub fn validator(definition: Arc<Definition>) -> Validator {
    Validator::new(
        definition,
        Options {
            today: jiff::civil::date(2024, 6, 30),
            now: "2024-06-30T11:30:00Z".parse().unwrap(),
            decimal_comma: true,
            nihii_moduli: Nihdi::MODULI.to_vec(),
        },
    )
}

/// Refusals name what is wrong, in each language.
pub fn check_refusal(refused: &Refused) {
    assert!(!refused.problems.is_empty());
    for problem in refused.problems.iter().take(20) {
        for language in Language::ALL {
            let text = problem.text(language);
            assert!(!text.is_empty() && !text.starts_with("definition-"), "{text}");
        }
    }
}
