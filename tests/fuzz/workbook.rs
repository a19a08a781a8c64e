//! Workbooks: as bytes, as sheets in CSV, as sheets in an archive that is
//! right, and as an archive of somebody else's parts.

use std::{
    collections::HashMap,
    io::{Cursor, Write},
    sync::Arc,
};

use hd4dp::{
    definition::{Definition, Kind, Refused, sample},
    error::Error,
    validate::{Row, Technical},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::trial::{check_refusal, validator};

/// What stands between the sheets, or parts, of an input.
pub const BETWEEN: u8 = 0x1d;

/// The sheets, in the order of an input.
pub const SHEETS: [&str; 5] = ["survey", "choices", "settings", "hd", "places.csv"];

/// The parts of an archive, in the order of an input.
pub const PARTS: [&str; 7] = [
    "xl/workbook.xml",
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "[Content_Types].xml",
    "_rels/.rels",
];

const ROOT: &str = "<Relationships><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";

/// The first byte says what the rest is.
pub fn run(bytes: &[u8]) {
    let [kind, input @ ..] = bytes else { return };
    match kind % 4 {
        0 => drop(examine(Definition::from_workbook(input))),
        1 => drop(examine(from_folder(&sheets(input)))),
        2 => both_ways(&sheets(input)),
        _ => {
            let parts = PARTS.into_iter().zip(input.split(|byte| *byte == BETWEEN));
            let parts = parts.filter(|(_, part)| !part.is_empty());
            drop(examine(Definition::from_workbook(&archive(
                parts.map(|(name, part)| (name, part.to_vec())),
            ))));
        }
    }
}

fn sheets(input: &[u8]) -> HashMap<&'static str, &[u8]> {
    const USUAL: [&[u8]; 5] =
        [b"", b"", b"form_id,version\nTRIAL,1.0.0\n", b"key,value\nproject,HDBP0001\n", b""];
    let given = input.split(|byte| *byte == BETWEEN).chain(std::iter::repeat(&b""[..]));
    let sheets = SHEETS.into_iter().zip(given).zip(USUAL);
    sheets.map(|((name, given), usual)| (name, if given.is_empty() { usual } else { given })).collect()
}

fn from_folder(sheets: &HashMap<&'static str, &[u8]>) -> Result<Definition, Refused> {
    Definition::from_folder(|file| {
        let sheet = sheets.get(file).or_else(|| sheets.get(file.strip_suffix(".csv")?))?;
        (!sheet.is_empty()).then(|| sheet.to_vec())
    })
}

/// The same sheets as files and in a workbook are the same definition.
fn both_ways(sheets: &HashMap<&'static str, &[u8]>) {
    let names: Vec<&str> = SHEETS.into_iter().filter(|name| !sheets[name].is_empty()).collect();
    let mut of_xml = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let Some(xml) = sheet_xml(sheets[name]) else { return };
        of_xml.push((format!("xl/worksheets/sheet{}.xml", at + 1), xml.into_bytes()));
    }
    let listed: String = names
        .iter()
        .enumerate()
        .map(|(at, name)| format!("<sheet name=\"{name}\" sheetId=\"{0}\" r:id=\"r{0}\"/>", at + 1))
        .collect();
    let related: String = (1..=names.len())
        .map(|at| format!("<Relationship Id=\"r{at}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>"))
        .collect();
    let workbook = format!(
        "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{listed}</sheets></workbook>"
    );
    let relations = format!("<Relationships>{related}</Relationships>");
    let fixed = [
        ("xl/workbook.xml".to_owned(), workbook.into_bytes()),
        ("xl/_rels/workbook.xml.rels".to_owned(), relations.into_bytes()),
        ("_rels/.rels".to_owned(), ROOT.as_bytes().to_vec()),
    ];
    let bytes = archive(fixed.into_iter().chain(of_xml));
    let workbook = examine(Definition::from_workbook(&bytes));
    let folder = examine(from_folder(sheets));
    match (workbook, folder) {
        (Ok(workbook), Ok(folder)) => assert_eq!(shown(&workbook), shown(&folder)),
        (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => panic!("only one is refused: {refused:?}"),
        (Err(_), Err(_)) => {}
    }
}

/// The variables without the numbers of their rows.
fn shown(definition: &Definition) -> Vec<String> {
    let variables = definition.variables.iter().cloned();
    variables
        .map(|mut variable| {
            variable.row = 0;
            format!("{variable:?}")
        })
        .collect()
}

/// A sheet as a spreadsheet program writes it; none if XML cannot say it.
fn sheet_xml(csv: &[u8]) -> Option<String> {
    let mut xml = String::from("<worksheet><sheetData>");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv);
    for (number, record) in reader.records().enumerate() {
        let record = record.ok()?;
        xml.push_str(&format!("<row r=\"{}\">", number + 1));
        for (column, cell) in record.iter().enumerate() {
            // A program would write these as _x0007_ and the like.
            if column > 600 || cell.contains(|letter: char| letter.is_control() || letter == '\u{feff}') {
                return None;
            }
            if cell.contains("_x") || cell.contains("\u{fffe}") || cell.contains("\u{ffff}") {
                return None;
            }
            let cell = cell.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let place = format!("{}{}", letters(column), number + 1);
            xml.push_str(&format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"));
        }
        xml.push_str("</row>");
    }
    xml.push_str("</sheetData></worksheet>");
    Some(xml)
}

fn letters(column: usize) -> String {
    let letter = |at: usize| char::from(b'A' + at as u8);
    match column {
        0..26 => letter(column).to_string(),
        _ => [letter(column / 26 - 1), letter(column % 26)].iter().collect(),
    }
}

fn archive<N: Into<String>>(parts: impl Iterator<Item = (N, Vec<u8>)>) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in parts {
        writer.start_file(name.into(), options).unwrap();
        writer.write_all(&part).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What was read is stored and read again, is given a sample, and judges it.
fn examine(read: Result<Definition, Refused>) -> Result<Definition, Refused> {
    let definition = read.inspect_err(check_refusal)?;
    let again = Definition::from_source(&definition.to_source()).unwrap();
    assert_eq!(format!("{:?}", definition.variables), format!("{:?}", again.variables));
    let mut rows = Vec::new();
    match sample(&definition, 2, 1, 0.0, &mut rows) {
        Ok(()) => assert!(rows.iter().filter(|byte| **byte == b'\n').count() >= 3),
        // A constraint can leave no value for a key.
        Err(error) => assert!(error.downcast::<Error>().unwrap().id.starts_with("sample-key-")),
    }

    let code = |kind: Kind| match kind {
        Kind::SelectOne(list) | Kind::SelectMultiple(list) => {
            definition.lists[list].choices.first().map_or("", |choice| choice.code.as_str())
        }
        Kind::Date | Kind::DateTime => "2024-02-29",
        Kind::Time => "12:30",
        _ => "7",
    };
    let cells: Vec<&str> = definition.variables.iter().map(|variable| code(variable.kind)).collect();
    let mut validator = validator(Arc::new(definition.clone()));
    let mut row = Row::default();
    for cells in [&cells[..], &[]] {
        validator.row(cells, &Technical::default(), &mut row);
        if !row.refused() {
            assert!(serde_json::from_slice::<serde_json::Value>(&row.data).unwrap().is_object());
        }
    }
    Ok(definition)
}
