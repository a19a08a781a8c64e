//! From the bytes of a workbook, or a folder of CSV files, to [`Sheets`].
//!
//! A workbook is a stranger's compressed archive, so everything is bounded
//! before the reader of workbooks sees it.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use calamine::{DataRef, Reader, Xlsx};
use memchr::memmem;
use zip::ZipArchive;

use crate::definition::{
    catalogue::packaged_list,
    sheet::{FileSheet, Problem, Refused, Sheet, Sheets},
    tidy::tidy,
};

/// The largest workbook or CSV sheet that is read.
pub const MOST_BYTES: usize = 8 << 20;
/// The most that a workbook may unpack to.
const MOST_UNPACKED: u64 = 64 << 20;
/// The most parts of the archive.
const MOST_PARTS: usize = 1_000;
/// The most sheets of a workbook: the same part may be listed many times.
const MOST_SHEETS: usize = 200;
/// The most lists that stand in sheets of their own.
const MOST_FILES: usize = 50;
/// The most that parts of many small elements may unpack to, which grow a
/// hundredfold when they are read: styles and relations.
const MOST_SMALL: usize = 2 << 20;
/// The most rows of a sheet, those of the code lists included.
const MOST_ROWS: u32 = 200_000;
/// The most columns of a sheet.
const MOST_COLUMNS: u32 = 200;
/// The most cells of a sheet, empty ones below its header included.
const MOST_CELLS: usize = 2_000_000;
/// The most text in all sheets together: shared strings are stored once and
/// may be used many times.
const MOST_TEXT: usize = 64 << 20;

/// Reads the sheets of an `.xlsx` workbook.
///
/// Fails if it is no workbook, is over a limit, or has no sheet `survey`.
pub fn read_workbook(bytes: &[u8]) -> Result<Sheets, Refused> {
    check_archive(bytes)?;
    let unreadable = || Problem::whole("definition-not-a-workbook");
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let names = workbook.sheet_names();
    if names.len() > MOST_SHEETS {
        return Err(too_large());
    }
    let mut sheets = Sheets::default();
    let mut text = 0;
    for name in names {
        if let Some(sheet) = sheets.by_name(&name) {
            *sheet = read_sheet(&mut workbook, &name, &mut text)?;
        }
    }
    tidy(&mut sheets);
    add_files(&mut sheets, |file| {
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let is_it = |name: &String| {
            let name = name.trim();
            name.eq_ignore_ascii_case(file) || name.eq_ignore_ascii_case(stem)
        };
        match workbook.sheet_names().iter().find(|name| is_it(name)) {
            Some(name) => read_sheet(&mut workbook, name, &mut text).map(Some),
            None => Ok(None),
        }
    })?;
    has_survey(sheets)
}

fn read_sheet(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str, text: &mut usize) -> Result<Sheet, Refused> {
    let unreadable = || Problem::whole("definition-not-a-workbook");
    let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut room = 0;
    let mut cells = workbook.worksheet_cells_reader(name).map_err(|_| unreadable())?;
    while let Some(cell) = cells.next_cell().map_err(|_| unreadable())? {
        let (row, column) = cell.get_position();
        let value = text_of(cell.get_value());
        if value.is_empty() {
            continue;
        }
        *text += value.len();
        if row >= MOST_ROWS || column >= MOST_COLUMNS || *text > MOST_TEXT {
            return Err(too_large());
        }
        let cells = rows.entry(row + 1).or_default();
        if cells.len() <= column as usize {
            room += column as usize + 1 - cells.len();
            cells.resize(column as usize + 1, String::new());
        }
        if room > MOST_CELLS {
            return Err(too_large());
        }
        cells[column as usize] = value;
    }
    bounded(Sheet::from_rows(rows))
}

/// A sheet whose rows, filled up to the width of its header, are not too many.
fn bounded(sheet: Sheet) -> Result<Sheet, Refused> {
    if sheet.rows.len() * sheet.header.len() > MOST_CELLS { Err(too_large()) } else { Ok(sheet) }
}

/// Adds the lists that the survey takes from files: from the workbook, else
/// the one of that name that comes with the appliance. What is found in
/// neither is a problem for the reader of the survey.
fn add_files(
    sheets: &mut Sheets,
    mut find: impl FnMut(&str) -> Result<Option<Sheet>, Refused>,
) -> Result<(), Refused> {
    let wanted = sheets.files_wanted();
    if wanted.len() > MOST_FILES {
        return Err(too_large());
    }
    for file in wanted {
        let (sheet, packaged) = match find(&file)? {
            Some(sheet) => (sheet, false),
            None => match packaged_list(&file) {
                Some(bytes) => (read_csv("survey", &bytes)?, true),
                None => continue,
            },
        };
        sheets.files.insert(file, FileSheet { sheet, packaged });
    }
    Ok(())
}

/// Reads the sheets of a definition that is a folder of CSV files, one a
/// sheet, comma-separated; `file` gives the content of `survey.csv` and so on,
/// and of the lists that the survey takes from files.
///
/// Fails as [`read_workbook`] does.
pub fn read_folder(file: impl Fn(&str) -> Option<Vec<u8>>) -> Result<Sheets, Refused> {
    let mut sheets = Sheets::default();
    for name in Sheets::NAMES {
        let Some(bytes) = file(&format!("{name}.csv")) else { continue };
        if let Some(sheet) = sheets.by_name(name) {
            *sheet = read_csv(name, &bytes)?;
        }
    }
    tidy(&mut sheets);
    add_files(&mut sheets, |name| file(name).map(|bytes| read_csv("survey", &bytes)).transpose())?;
    has_survey(sheets)
}

fn read_csv(name: &'static str, bytes: &[u8]) -> Result<Sheet, Refused> {
    if bytes.len() > MOST_BYTES {
        return Err(too_large());
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut rows = Vec::new();
    let mut room = 0;
    for record in reader.records() {
        let record = record.map_err(|_| Problem::at(name, 0, "", "definition-not-csv"))?;
        room += record.len();
        let is_wide = record.len() > MOST_COLUMNS as usize || room > MOST_CELLS;
        if rows.len() >= MOST_ROWS as usize || is_wide {
            return Err(too_large());
        }
        let cells = record.iter().map(|cell| cell.trim_start_matches('\u{feff}').trim().to_owned());
        rows.push((rows.len() as u32 + 1, cells.collect()));
    }
    bounded(Sheet::from_rows(rows))
}

fn has_survey(sheets: Sheets) -> Result<Sheets, Refused> {
    if sheets.survey.header.is_empty() {
        return Err(Problem::whole("definition-no-survey").into());
    }
    Ok(sheets)
}

/// Unpacks every part once and throws it away, so that an archive that lies
/// about its size is found out by counting. The workbook reader reserves
/// memory for as many shared strings as the file claims to have, so that
/// claim is compared with what is there.
fn check_archive(bytes: &[u8]) -> Result<(), Refused> {
    if bytes.len() > MOST_BYTES {
        return Err(too_large());
    }
    let unreadable = || Problem::whole("definition-not-a-workbook");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    if archive.len() > MOST_PARTS {
        return Err(too_large());
    }
    let mut left = MOST_UNPACKED;
    let mut part = Vec::new();
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|_| unreadable())?;
        let name = file.name().map_err(|_| unreadable())?.to_ascii_lowercase();
        let is_xml = name.ends_with(".xml") || name.ends_with(".rels");
        part.clear();
        file.take(left + 1).read_to_end(&mut part).map_err(|_| unreadable())?;
        left = left.checked_sub(part.len() as u64).ok_or_else(too_large)?;
        if is_xml && !is_honest(&part) {
            return Err(unreadable().into());
        }
        let is_small = name.ends_with("styles.xml") || name.ends_with(".rels");
        if is_small && part.len() > MOST_SMALL {
            return Err(too_large());
        }
    }
    Ok(())
}

/// Whether a part of XML claims no more strings than it can hold. A NUL would
/// mean an encoding of two bytes a letter, in which the claim could hide.
fn is_honest(part: &[u8]) -> bool {
    const CLAIM: &[u8] = b"uniqueCount";
    !part.contains(&0)
        && memmem::find_iter(part, CLAIM).all(|at| {
            let digits: Vec<u8> = part[at + CLAIM.len()..]
                .iter()
                .copied()
                .skip_while(|byte| !byte.is_ascii_digit() && *byte != b'>')
                .take_while(u8::is_ascii_digit)
                .take(20)
                .collect();
            let claimed = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse().ok());
            digits.is_empty() || claimed.is_some_and(|claimed: usize| claimed <= part.len())
        })
}

/// A cell as its author sees it. Whole numbers lose the fraction that
/// spreadsheets store them with, and truth is written in small letters.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::DateTime(moment) if moment.is_duration() => moment.as_f64().to_string(),
        DataRef::DateTime(moment) => moment_of(moment.to_ymd_hms_milli(), moment.as_f64()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.trim().to_owned(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// A cell that its author has formatted as a date: the date, the time of day,
/// or both.
fn moment_of(parts: (u16, u8, u8, u8, u8, u8, u16), days: f64) -> String {
    let (year, month, day, hour, minute, second, _) = parts;
    let date = format!("{year:04}-{month:02}-{day:02}");
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match (days < 1.0, days.fract() == 0.0) {
        (true, _) => time,
        (_, true) => date,
        _ => format!("{date}T{time}"),
    }
}

fn too_large() -> Refused {
    Problem::whole("definition-too-large").into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;
    use crate::definition::{Definition, find_bundled};

    /// Written by openpyxl from the sheets of INTEGO-LAB, with an empty row
    /// below the header of `Survey` and a sheet that means nothing here.
    const WORKBOOK: &[u8] = include_bytes!("../../tests/fixtures/definition/intego-lab.xlsx");

    fn reason(bytes: &[u8]) -> &'static str {
        read_workbook(bytes).unwrap_err().problems[0].id
    }

    /// The workbook with one part put in place of its own.
    fn with_part(name: &str, content: &[u8]) -> Vec<u8> {
        let mut archive = ZipArchive::new(Cursor::new(WORKBOOK)).unwrap();
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for at in 0..archive.len() {
            let part = archive.by_index_raw(at).unwrap();
            if part.name().unwrap() != name {
                writer.raw_copy_file(part).unwrap();
            }
        }
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap().into_inner()
    }

    fn part(name: &str) -> Vec<u8> {
        let mut archive = ZipArchive::new(Cursor::new(WORKBOOK)).unwrap();
        let mut bytes = Vec::new();
        archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_workbook_says_the_same_as_its_sheets_in_a_folder() {
        let workbook = Definition::from_workbook(WORKBOOK).unwrap();
        let folder = find_bundled("INTEGO-LAB").unwrap();
        let shown = |definition: &Definition| -> Vec<String> {
            let variables = definition.variables.iter().cloned();
            variables
                .map(|mut variable| {
                    variable.row = 0;
                    format!("{variable:?}")
                })
                .collect()
        };
        assert_eq!(shown(&workbook), shown(&folder));
        assert_eq!(workbook.variables[0].row, 3, "rows are counted as the spreadsheet counts them");
        assert_eq!(workbook.titles, folder.titles);
    }

    #[test]
    fn cells_that_are_formatted_as_dates_are_dates() {
        let cell =
            |days: f64, kind| text_of(&DataRef::DateTime(calamine::ExcelDateTime::new(days, kind, false)));
        for (days, expected) in
            [(45_293.0, "2024-01-02"), (45_293.5, "2024-01-02T12:00:00"), (0.25, "06:00:00")]
        {
            assert_eq!(cell(days, calamine::ExcelDateTimeType::DateTime), expected);
        }
        assert_eq!(cell(1.5, calamine::ExcelDateTimeType::TimeDelta), "1.5");
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        assert_eq!(reason(b""), "definition-not-a-workbook");
        assert_eq!(reason(b"type;name\ntext;A\n"), "definition-not-a-workbook");
        for length in (0..WORKBOOK.len()).step_by(97) {
            assert!(read_workbook(&WORKBOOK[..length]).is_err());
        }
        assert_eq!(reason(&with_part("xl/worksheets/sheet2.xml", b"<html>")), "definition-not-a-workbook");
    }

    #[test]
    fn a_workbook_that_unpacks_beyond_the_limit_is_refused() {
        let bomb = with_part("xl/media/image1.png", &vec![0; MOST_UNPACKED as usize]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(reason(&bomb), "definition-too-large");
        assert_eq!(reason(&vec![0; MOST_BYTES + 1]), "definition-too-large");
    }

    #[test]
    fn a_workbook_that_claims_strings_it_does_not_have_is_refused() {
        for claim in ["99999999999999", "18446744073709551615", "184467440737095516150"] {
            let strings = format!("<sst uniqueCount = \"{claim}\"><si><t>a</t></si></sst>");
            assert_eq!(
                reason(&with_part("xl/sharedStrings.xml", strings.as_bytes())),
                "definition-not-a-workbook"
            );
        }
        let wide: Vec<u8> =
            "<sst uniqueCount=\"99999999999999\"/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(reason(&with_part("xl/sharedStrings.xml", &wide)), "definition-not-a-workbook");
    }

    #[test]
    fn a_part_that_is_listed_again_and_again_is_refused_before_it_is_read() {
        let workbook = String::from_utf8(part("xl/workbook.xml")).unwrap();
        let (before, rest) = workbook.split_once("<sheets>").unwrap();
        let (sheets, after) = rest.split_once("</sheets>").unwrap();
        let many = format!("{before}<sheets>{}</sheets>{after}", sheets.repeat(MOST_SHEETS));
        assert_eq!(reason(&with_part("xl/workbook.xml", many.as_bytes())), "definition-too-large");
        let styles = "<xf/>".repeat(MOST_SMALL / 4);
        assert_eq!(reason(&with_part("xl/styles.xml", styles.as_bytes())), "definition-too-large");
    }

    #[test]
    fn more_lists_from_files_and_more_empty_cells_than_any_definition_has_are_refused() {
        let folder = |survey: String| {
            let read = read_folder(|name| (name == "survey.csv").then(|| survey.clone().into_bytes()));
            read.unwrap_err().problems[0].id
        };
        let files: String =
            (0..=MOST_FILES).map(|at| format!("select_one_from_file f{at}.csv,V{at}\n")).collect();
        assert_eq!(folder(format!("type,name\n{files}")), "definition-too-large");
        let rows = MOST_CELLS / 100 + 1;
        let wide = format!("type,name{}\n{}", ",x".repeat(98), "text,V\n".repeat(rows));
        assert_eq!(folder(wide), "definition-too-large");
    }

    #[test]
    fn a_cell_far_outside_is_refused_before_room_is_made_for_it() {
        let sheet = "<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>\
            <row r=\"1048576\"><c r=\"XFD1048576\" t=\"str\"><v>x</v></c></row></sheetData></worksheet>";
        assert_eq!(reason(&with_part("xl/worksheets/sheet2.xml", sheet.as_bytes())), "definition-too-large");
    }
}
