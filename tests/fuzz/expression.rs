//! A text, in each place of a workbook where an expression may stand.

use super::trial::{check_refusal, definition};

/// Rows and columns that take expressions.
pub const PLACES: [(&str, &str); 10] = [
    ("t", "relevant"),
    ("d", "constraint"),
    ("c", "calculation"),
    ("one", "choice_filter"),
    ("u", "required"),
    ("name", "relevant"),
    ("age", "constraint"),
    ("in_c", "calculation"),
    ("i", "default"),
    ("child", "repeat_count"),
];

/// The first byte says the place, the rest is the expression. What is taken is
/// taken again as the definition itself says it.
pub fn run(bytes: &[u8]) {
    let [place, text @ ..] = bytes else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let (row, column) = PLACES[usize::from(*place) % PLACES.len()];
    let calculated: &[&str] = if column == "calculation" { &[row] } else { &[] };
    let read = |text: &str| definition(calculated, &[(row, column, text)]);
    let found = match read(text) {
        Ok(found) => found,
        Err(refused) => return check_refusal(&refused),
    };
    let at = found.variable(row);
    let variable = at.map(|at| &found.variables[at]);
    let said = match column {
        "relevant" => variable.and_then(|variable| variable.relevant.as_ref()).map(|rule| rule.text()),
        "constraint" => variable.and_then(|variable| variable.constraint.as_ref()).map(|rule| rule.text()),
        "calculation" => variable.and_then(|variable| variable.calculation.as_ref()).map(|rule| rule.text()),
        "choice_filter" => variable.and_then(|variable| variable.filter.as_ref()).map(|rule| rule.text()),
        _ => return,
    };
    let Some(said) = said else { return assert!(text.trim().is_empty()) };
    let again = read(said).unwrap();
    let shown = |definition: &hd4dp::definition::Definition| format!("{:?}", definition.variables);
    assert_eq!(shown(&found), shown(&again));
}
