//! What XLSForm writes in several ways, written in one.
//!
//! Authors may call columns and types by older names, and pyxform takes them;
//! what it takes is understood here, before anything else looks at the
//! sheets. Names that nobody knows stay as they are.

use super::sheet::{Sheet, SheetRow, Sheets};

/// Other names of the survey's columns, in small letters with underscores.
pub(super) const SURVEY: [(&str, &str); 17] = [
    ("bind::calculate", "calculation"),
    ("bind::constraint", "constraint"),
    ("bind::jr:constraintmsg", "constraint_message"),
    ("bind::jr:requiredmsg", "required_message"),
    ("bind::readonly", "read_only"),
    ("bind::relevant", "relevant"),
    ("bind::required", "required"),
    ("calculate", "calculation"),
    ("caption", "label"),
    ("command", "type"),
    ("constraining_message", "constraint_message"),
    ("count", "repeat_count"),
    ("jr:count", "repeat_count"),
    ("relevance", "relevant"),
    ("requiredmsg", "required_message"),
    ("tag", "name"),
    ("value", "name"),
];

/// Other names of the columns of the choices.
pub(super) const CHOICES: [(&str, &str); 2] = [("caption", "label"), ("value", "name")];

/// Other names of the settings.
pub(super) const SETTINGS: [(&str, &str); 4] = [
    ("id_string", "form_id"),
    ("set_form_id", "form_id"),
    ("set_form_title", "form_title"),
    ("title", "form_title"),
];

/// Columns that may stand there once for each language.
const TEXTS: [&str; 8] = [
    "label",
    "caption",
    "hint",
    "guidance_hint",
    "constraint_message",
    "constraining_message",
    "required_message",
    "requiredmsg",
];

/// Other words for types, the longer before those that they begin with.
const TYPES: [(&str, &str); 10] = [
    ("add select one prompt using ", "select_one "),
    ("add select multiple prompt using ", "select_multiple "),
    ("select one from file ", "select_one_from_file "),
    ("select multiple from file ", "select_multiple_from_file "),
    ("select one from ", "select_one "),
    ("select all that apply from ", "select_multiple "),
    ("select all that apply ", "select_multiple "),
    ("select one ", "select_one "),
    ("select1 ", "select_one "),
    ("date time", "dateTime"),
];

/// Writes columns, types and truth in the way that the reader knows, and leaves
/// out the rows that the survey disables.
pub fn tidy(sheets: &mut Sheets) {
    name_columns(&mut sheets.survey, &SURVEY);
    name_columns(&mut sheets.choices, &CHOICES);
    name_columns(&mut sheets.settings, &SETTINGS);
    let survey = &mut sheets.survey;
    if let Some(disabled) = survey.column("disabled") {
        survey.rows.retain(|row| truth_word(row.cell(Some(disabled))) != Some(true));
    }
    change(survey, "type", type_word);
    change(survey, "parameters", |text| text.split('=').map(str::trim).collect::<Vec<_>>().join("="));
    for column in ["relevant", "constraint"] {
        change(survey, column, |text| match truth_word(text) {
            Some(holds) => format!("{holds}()"),
            None => text.to_owned(),
        });
    }
}

fn name_columns(sheet: &mut Sheet, others: &[(&str, &str)]) {
    for header in &mut sheet.header {
        let mut parts: Vec<String> =
            header.split("::").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        if let [only] = &parts[..]
            && let Some((text, language)) = only.split_once(':')
            && TEXTS.contains(&folded(text.trim()).as_str())
        {
            parts = vec![text.trim().to_owned(), language.trim().to_owned()];
        }
        for length in [2, 1] {
            let Some(start) = parts.get(..length) else { continue };
            let start = folded(&start.join("::"));
            if let Some((_, name)) = others.iter().find(|(other, _)| *other == start) {
                parts.splice(..length, [(*name).to_owned()]);
                break;
            }
        }
        *header = parts.join("::");
    }
}

fn folded(name: &str) -> String {
    name.to_lowercase().replace(' ', "_")
}

fn change(sheet: &mut Sheet, column: &str, to: impl Fn(&str) -> String) {
    let Some(column) = sheet.column(column) else { return };
    for SheetRow(_, cells) in &mut sheet.rows {
        if let Some(cell) = cells.get_mut(column).filter(|cell| !cell.is_empty()) {
            *cell = to(cell);
        }
    }
}

fn type_word(text: &str) -> String {
    let mut kind = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((other, usual)) = TYPES.iter().find(|(other, _)| kind.starts_with(other)) {
        kind = kind.replacen(other, usual, 1);
    }
    let is_select = kind.starts_with("select_");
    let without_other = [" or specify other", " or other"].iter().find_map(|other| kind.strip_suffix(other));
    match without_other {
        Some(list) if is_select => format!("{list} or_other"),
        _ => kind,
    }
}

/// The words for which XLSForm itself writes `true()` and `false()`.
fn truth_word(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "true()" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "false()" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let rows = rows.iter().zip(1..);
        Sheet::from_rows(rows.map(|(row, at)| (at, row.iter().map(|cell| (*cell).to_owned()).collect())))
    }

    #[test]
    fn other_names_of_columns_are_understood_and_unknown_ones_stay() {
        let header = [
            "command",
            "Tag",
            " relevance ",
            "bind :: jr:constraintMsg :: French (fr)",
            "label:English (en)",
            "repeat  count",
            "Remarks  of mine",
            "hd::key",
            "media::image",
        ];
        let mut sheets = Sheets { survey: sheet(&[&header]), ..Sheets::default() };
        tidy(&mut sheets);
        let expected = [
            "type",
            "name",
            "relevant",
            "constraint_message::French (fr)",
            "label::English (en)",
            "repeat count",
            "Remarks of mine",
            "hd::key",
            "media::image",
        ];
        assert_eq!(sheets.survey.header, expected);
    }

    #[test]
    fn other_names_belong_to_their_sheet() {
        let header: &[&[&str]] = &[&["key", "value", "title"]];
        let mut sheets = Sheets {
            hd: sheet(header),
            choices: sheet(header),
            settings: sheet(header),
            ..Sheets::default()
        };
        tidy(&mut sheets);
        assert_eq!(sheets.hd.header, ["key", "value", "title"]);
        assert_eq!(sheets.choices.header, ["key", "name", "title"]);
        assert_eq!(sheets.settings.header, ["key", "value", "form_title"]);
    }

    #[test]
    fn other_words_for_types_parameters_and_truth_are_understood() {
        for (other, usual) in [
            ("select one YN", "select_one YN"),
            ("select one from YN or specify other", "select_one YN or_other"),
            ("select all that apply  YN", "select_multiple YN"),
            ("select one from file a.csv", "select_one_from_file a.csv"),
            ("select1 YN", "select_one YN"),
            ("date time", "dateTime"),
            ("text or other", "text or other"),
        ] {
            assert_eq!(type_word(other), usual);
        }
        let survey =
            sheet(&[&["type", "parameters", "relevant"], &["range", "start = 0  end =9", "TRUE"], &["text"]]);
        let mut sheets = Sheets { survey, ..Sheets::default() };
        tidy(&mut sheets);
        assert_eq!(sheets.survey.rows[0].1, ["range", "start=0  end=9", "true()"]);
    }

    #[test]
    fn a_disabled_row_is_left_out() {
        let survey = sheet(&[
            &["type", "name", "disabled"],
            &["text", "A", "yes"],
            &["text", "B", "no"],
            &["text", "C"],
        ]);
        let mut sheets = Sheets { survey, ..Sheets::default() };
        tidy(&mut sheets);
        assert_eq!(sheets.survey.rows.iter().map(|row| row.0).collect::<Vec<_>>(), [3, 4]);
    }
}
