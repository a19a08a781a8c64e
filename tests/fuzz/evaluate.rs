//! Expressions that were taken, over rows of any values.

use std::sync::Arc;

use hd4dp::{
    language::Language,
    validate::{Given, Row, Technical, Validator},
};

use super::trial::{VARIABLES, check_refusal, definition, validator};

/// Where the expressions of the first line go, in their order.
pub const PLACES: [(&str, &str); 7] = [
    ("c", "calculation"),
    ("d", "constraint"),
    ("in_c", "calculation"),
    ("u", "relevant"),
    ("c2", "calculation"),
    ("one", "choice_filter"),
    ("age", "constraint"),
];

/// The most that a row may become: one that is a mebibyte long in a file, with
/// every sign escaped, and the names of the variables.
const MOST: usize = 8 << 20;

/// The first line has expressions with tabs between them, the second says
/// whether it is a draft, the next ones are cells, and the rest is the JSON of
/// the repeat. A row is judged the same whenever it is.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut lines = text.splitn(VARIABLES.len() + 3, '\n');
    let expressions: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let said = |at: usize| expressions.get(at).copied().unwrap_or_default();
    let rules: Vec<(&str, &str, &str)> = PLACES
        .iter()
        .enumerate()
        .map(|(at, (row, column))| (*row, *column, said(at)))
        .filter(|(_, _, expression)| !expression.trim().is_empty())
        .collect();
    let calculated: Vec<&str> =
        rules.iter().filter(|rule| rule.1 == "calculation").map(|rule| rule.0).collect();
    let definition = match definition(&calculated, &rules) {
        Ok(definition) => Arc::new(definition),
        Err(refused) => return check_refusal(&refused),
    };
    let status = lines.next().unwrap_or_default();
    let mut cells: Vec<&str> = vec![""; definition.variables.len()];
    for cell in cells.iter_mut().take(VARIABLES.len()) {
        *cell = lines.next().unwrap_or_default();
    }
    let given = [Given { json: lines.next().unwrap_or_default(), columns: Vec::new() }];
    let technical = Technical { status, ..Technical::default() };

    let mut one = validator(definition.clone());
    let first = judged(&mut one, &cells, &given, &technical);
    let is_random = ["random", "uuid"].iter().any(|word| text.contains(word));
    if !is_random {
        let shown = format!("{first:?}");
        assert_eq!(shown, format!("{:?}", judged(&mut one, &cells, &given, &technical)));
        let mut other = validator(definition.clone());
        assert_eq!(shown, format!("{:?}", judged(&mut other, &cells, &given, &technical)));
    }
    assert!(first.data.len() + first.local.len() < MOST);
    if !first.refused() {
        for object in [&first.data, &first.local] {
            assert!(serde_json::from_slice::<serde_json::Value>(object).unwrap().is_object());
        }
    }
    for finding in first.findings.iter().take(20) {
        assert!(finding.shape.chars().count() <= 41);
        for language in Language::ALL {
            let text = finding.text(language, &definition);
            assert!(!text.is_empty() && !text.starts_with("cell-"), "{text}");
        }
    }
}

fn judged(validator: &mut Validator, cells: &[&str], given: &[Given<'_>], technical: &Technical<'_>) -> Row {
    let mut row = Row::default();
    validator.row_with(cells, given, technical, &mut row);
    row
}
