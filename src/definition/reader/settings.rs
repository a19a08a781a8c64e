//! The sheets `settings` and `hd`.

use super::{TextColumns, is_name, truth};
use crate::{
    definition::{
        sheet::{Problem, Sheet, SheetRow, Sheets, column_name},
        text::{Texts, language_named},
        version::Version,
    },
    language::Language,
};

/// What the two sheets say.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) project: String,
    pub(super) abbreviation: String,
    pub(super) name: String,
    pub(super) version: Version,
    pub(super) titles: Texts,
    pub(super) language: Language,
    pub(super) enrolment_required: bool,
    pub(super) source_note: Texts,
}

/// Reads `settings`, which has its names in the header and its values in the
/// row below, and `hd`, which has either that or the columns `key` and
/// `value`.
pub(super) fn read(sheets: &Sheets, problems: &mut Vec<Problem>) -> Settings {
    let form = Values::below_header(&sheets.settings, "settings");
    let hd = Values::any(&sheets.hd);
    let language = form.get("default_language");
    let language = language_named(language.text).unwrap_or_default();
    let mut settings = Settings { language, ..Settings::default() };

    let project = hd.get("project");
    let is_project = project.text.strip_prefix("HDBP").is_some_and(|number| {
        (1..=8).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    if !is_project {
        problems.push(project.problem("definition-project"));
    }
    settings.project = project.text.to_owned();

    let name = hd.get("dcd").or(form.get("form_id"));
    if !is_name(name.text) {
        problems.push(form.get("form_id").problem("definition-name"));
    }
    settings.name = name.text.to_owned();

    let version = form.get("version");
    match version.text.parse() {
        Ok(version) => settings.version = version,
        Err(()) => problems.push(version.problem("definition-version")),
    }

    let abbreviation = hd.get("project_abbreviation").text;
    let before_hyphen = settings.name.split('-').next().unwrap_or_default();
    settings.abbreviation =
        if abbreviation.is_empty() { before_hyphen.to_owned() } else { abbreviation.to_owned() };

    let enrolment = hd.get("enrolment_required");
    match truth(enrolment.text) {
        Some(required) => settings.enrolment_required = required,
        None => problems.push(enrolment.problem("definition-yes-or-no")),
    }

    settings.titles = hd.texts("title", language);
    if settings.titles.is_empty() {
        let title = form.get("form_title").text;
        settings.titles.set(language, if title.is_empty() { &settings.name } else { title });
    }
    settings.source_note = hd.texts("source_note", language);
    settings
}

/// A sheet as names with values.
struct Values<'a> {
    sheet: &'static str,
    entries: Vec<(String, Entry<'a>)>,
}

/// A value with its place.
#[derive(Clone)]
struct Entry<'a> {
    text: &'a str,
    sheet: &'static str,
    row: u32,
    name: String,
}

impl<'a> Values<'a> {
    fn below_header(sheet: &'a Sheet, name: &'static str) -> Self {
        static EMPTY: SheetRow = SheetRow(0, Vec::new());
        let row = sheet.rows.first().unwrap_or(&EMPTY);
        let entries = sheet.header.iter().enumerate().map(|(at, column)| {
            let entry = Entry { text: row.cell(Some(at)), sheet: name, row: row.0, name: column.clone() };
            (column_name(column), entry)
        });
        Self { sheet: name, entries: entries.collect() }
    }

    fn any(sheet: &'a Sheet) -> Self {
        let (Some(key), Some(value)) = (sheet.column("key"), sheet.column("value")) else {
            return Self::below_header(sheet, "hd");
        };
        let entries = sheet.rows.iter().map(|row| {
            let name = row.cell(Some(key));
            let entry =
                Entry { text: row.cell(Some(value)), sheet: "hd", row: row.0, name: "value".to_owned() };
            (column_name(name), entry)
        });
        Self { sheet: "hd", entries: entries.collect() }
    }

    fn get(&self, name: &str) -> Entry<'a> {
        let found = self.entries.iter().find(|(known, _)| known == name);
        found.map(|(_, entry)| entry.clone()).unwrap_or(Entry {
            text: "",
            sheet: self.sheet,
            row: 0,
            name: name.to_owned(),
        })
    }

    fn texts(&self, name: &str, own: Language) -> Texts {
        let header = self.entries.iter().map(|(name, _)| name.clone()).collect();
        let sheet = Sheet { header, rows: Vec::new() };
        let row = SheetRow(0, self.entries.iter().map(|(_, entry)| entry.text.to_owned()).collect());
        TextColumns::new(&sheet, name, own).read(&row)
    }
}

impl<'a> Entry<'a> {
    fn or(self, other: Entry<'a>) -> Entry<'a> {
        if self.text.is_empty() { other } else { self }
    }

    fn problem(&self, id: &'static str) -> Problem {
        let shown: String = self.text.chars().take(60).collect();
        Problem::at(self.sheet, self.row, &self.name, id).with("what", shown)
    }
}
