//! The demo's input: a small extract that is shipped, generated rows with a
//! few mistakes, and corrections of some of these.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use rust_embed::RustEmbed;

use super::place::Place;
use crate::{
    definition::{self, Definition, find_bundled},
    error::{Code, Error, Result},
};

/// A file to import.
#[derive(Clone, Debug)]
pub(super) struct Input {
    /// The definition's name.
    pub(super) dcd: &'static str,
    /// The file.
    pub(super) path: PathBuf,
    /// Whether its rows were sent before with other values.
    pub(super) is_correction: bool,
}

/// The files of `assets/sample`.
#[derive(RustEmbed)]
#[folder = "assets/sample"]
pub(super) struct Shipped;

/// The generated rows are the same in each run.
pub(super) const SEED: u64 = 147;

/// The definitions with their parts of the generated rows, about as INTEGO has
/// them: 3 million diagnoses, 27 million results, 12 million prescriptions.
const PARTS: [(&str, u64); 3] = [("INTEGO-DIAG", 1), ("INTEGO-LAB", 9), ("INTEGO-PRESC", 4)];

/// Rows of a hundred that get a mistake.
const ERRORS_PERCENT: f64 = 0.5;

/// One row of so many is a correction of another one.
const CORRECTED: u64 = 50;

/// The variable that corrections change, and its new value.
const CHANGED: (&str, &str) = ("TX_PRACTICE", "P99");

/// Tells in the folder of how many rows it is.
const ROWS_FILE: &str = "rows";

/// Makes the files, `rows` generated rows in all, or finds those of an earlier
/// run.
///
/// # Errors
///
/// The folder cannot be used, or is one of a run with another number of rows.
pub(super) fn prepare(place: &Place, rows: u64) -> Result<Vec<Input>> {
    let folder = place.input();
    if !folder.exists() {
        make(&place.unfinished_input(), &folder, rows).map_err(|error| place.unusable(error))?;
    }
    let made = fs::read_to_string(folder.join(ROWS_FILE)).map_err(|error| place.unusable(error))?;
    if made != rows.to_string() {
        return Err(Error::new(Code::Conflict, "demo-other-rows").with("rows", made));
    }
    let mut inputs = Vec::new();
    for kind in [EXTRACT, GENERATED, CORRECTIONS] {
        let existing = PARTS.iter().map(|(dcd, _)| Input {
            dcd,
            path: folder.join(file_name(dcd, kind)),
            is_correction: kind == CORRECTIONS,
        });
        inputs.extend(existing.filter(|input| input.path.exists()));
    }
    Ok(inputs)
}

const EXTRACT: &str = "";
const GENERATED: &str = "_generated";
const CORRECTIONS: &str = "_corrections";

fn file_name(dcd: &str, kind: &str) -> String {
    format!("HD_DCD_submcsv_HDBP0147_{dcd}_v1{kind}.csv")
}

/// Makes all files under another name first, so that a folder is whole if it
/// is there.
fn make(unfinished: &Path, folder: &Path, rows: u64) -> io::Result<()> {
    if unfinished.exists() {
        fs::remove_dir_all(unfinished)?;
    }
    fs::create_dir(unfinished)?;
    let whole: u64 = PARTS.iter().map(|(_, part)| part).sum();
    let mut before = 0;
    for (dcd, part) in PARTS {
        let name = file_name(dcd, EXTRACT);
        if let Some(file) = Shipped::get(&name) {
            fs::write(unfinished.join(name), file.data)?;
        }
        let share = rows * (before + part) / whole - rows * before / whole;
        before += part;
        if let Some(definition) = find_bundled(dcd)
            && share > 0
        {
            generate(&definition, share, unfinished)?;
        }
    }
    fs::write(unfinished.join(ROWS_FILE), rows.to_string())?;
    fs::rename(unfinished, folder)
}

/// Makes `rows` rows, most of them in one file, and a few in another file that
/// sends some of these once more.
fn generate(definition: &Definition, rows: u64, folder: &Path) -> io::Result<()> {
    let corrections = rows / CORRECTED;
    let new = rows - corrections;
    let path = folder.join(file_name(&definition.name, GENERATED));
    let mut out = BufWriter::new(File::create(&path)?);
    definition::sample(definition, new, SEED, ERRORS_PERCENT, &mut out)?;
    out.flush()?;
    if let Some(step) = new.checked_div(corrections) {
        let corrected = folder.join(file_name(&definition.name, CORRECTIONS));
        correct(&path, step, corrections, &corrected)?;
    }
    Ok(())
}

/// Sends every `step`th row of a file once more, `count` of them, with another
/// value.
fn correct(file: &Path, step: u64, count: u64, corrected: &Path) -> io::Result<()> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_path(file)?;
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_path(corrected)?;
    let mut changed = None;
    let mut written = 0;
    for (number, row) in (0u64..).zip(reader.records()) {
        let row = row?;
        if number == 0 {
            changed = row.iter().position(|name| name == CHANGED.0);
            writer.write_record(&row)?;
        } else if (number - 1) % step == 0 && written < count {
            let cell = |(at, cell)| if Some(at) == changed { CHANGED.1 } else { cell };
            writer.write_record(row.iter().enumerate().map(cell))?;
            written += 1;
        }
    }
    writer.flush()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rows(inputs: &[Input], is_correction: bool) -> usize {
        let generated = inputs.iter().filter(|input| {
            input.is_correction == is_correction && !input.path.to_string_lossy().ends_with("_v1.csv")
        });
        generated.map(|input| fs::read_to_string(&input.path).unwrap().lines().count() - 1).sum()
    }

    #[test]
    fn the_files_hold_as_many_rows_as_asked_for_and_are_found_again() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::open(Some(directory.path())).unwrap();
        let inputs = prepare(&place, 1_003).unwrap();
        let (new, corrected) = (rows(&inputs, false), rows(&inputs, true));
        assert_eq!(new + corrected, 1_003);
        assert!((15..=20).contains(&corrected), "{corrected}");
        let written = fs::metadata(&inputs[0].path).unwrap().modified().unwrap();
        let again = prepare(&place, 1_003).unwrap();
        assert_eq!(again.len(), inputs.len());
        assert_eq!(fs::metadata(&again[0].path).unwrap().modified().unwrap(), written);
        assert_eq!(prepare(&place, 1_004).unwrap_err().id, "demo-other-rows");
    }

    #[test]
    fn without_generated_rows_only_the_extract_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::open(Some(directory.path())).unwrap();
        assert_eq!(prepare(&place, 0).unwrap().len(), 3);
    }
}
