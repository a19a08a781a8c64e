//! Workbooks made of CSV files: what a person saves in a spreadsheet.

use std::{
    fmt::Write as _,
    fs,
    io::{Cursor, Write},
    path::Path,
};

use zip::{ZipWriter, write::SimpleFileOptions};

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// The sheets of a folder by their names, each a header and rows.
pub fn sheets(folder: &Path) -> Vec<(String, Vec<Vec<String>>)> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let sheet = |path: &Path| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).unwrap();
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), rows.collect())
    };
    files.iter().map(|path| sheet(path)).collect()
}

/// The bytes of a workbook with these sheets.
pub fn workbook(sheets: &[(String, Vec<Vec<String>>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, text: &str| {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    };
    let (mut listed, mut related) = (String::new(), String::new());
    for (at, (name, rows)) in sheets.iter().enumerate() {
        let number = at + 1;
        write!(listed, r#"<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>"#).unwrap();
        write!(related, r#"<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>"#)
            .unwrap();
        part(&format!("xl/worksheets/sheet{number}.xml"), &sheet(rows));
    }
    part("[Content_Types].xml", TYPES);
    part(
        "_rels/.rels",
        &format!(
            r#"<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
        ),
    );
    part(
        "xl/workbook.xml",
        &format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>"#),
    );
    part(
        "xl/_rels/workbook.xml.rels",
        &format!(r#"<Relationships xmlns="{PACKAGE}">{related}</Relationships>"#),
    );
    archive.finish().unwrap().into_inner()
}

fn sheet(rows: &[Vec<String>]) -> String {
    let mut text = format!(r#"<worksheet xmlns="{MAIN}"><sheetData>"#);
    for (at, row) in rows.iter().enumerate() {
        let number = at + 1;
        write!(text, r#"<row r="{number}">"#).unwrap();
        for (column, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let cell = cell.replace('&', "&amp;").replace('<', "&lt;");
            write!(
                text,
                r#"<c r="{}{number}" t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>"#,
                letters(column)
            )
            .unwrap();
        }
        text.push_str("</row>");
    }
    text + "</sheetData></worksheet>"
}

/// A column as spreadsheets name it: A to Z, AA and so on.
fn letters(column: usize) -> String {
    let last = char::from(b'A' + (column % 26) as u8);
    if column < 26 { last.to_string() } else { letters(column / 26 - 1) + &last.to_string() }
}
