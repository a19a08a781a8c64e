//! CSV files for people, which they open in a spreadsheet.

use crate::{
    domain::spreadsheet::harmless,
    error::{Error, Result},
};

/// A CSV file that is being made: UTF-8 with a byte-order mark and `;`, as
/// spreadsheets in Belgium open it.
pub struct Sheet(csv::Writer<Vec<u8>>);

impl Sheet {
    /// A file with this header.
    pub fn new(header: &[&str]) -> Result<Self> {
        let bytes = b"\xEF\xBB\xBF".to_vec();
        let mut sheet = Self(csv::WriterBuilder::new().delimiter(b';').from_writer(bytes));
        sheet.row(header)?;
        Ok(sheet)
    }

    /// Adds a row. No cell of it is a formula to a spreadsheet.
    pub fn row(&mut self, cells: &[&str]) -> Result<()> {
        self.0.write_record(cells.iter().map(|cell| harmless(cell).into_owned())).map_err(Error::internal)
    }

    /// The whole file.
    pub fn bytes(self) -> Result<Vec<u8>> {
        self.0.into_inner().map_err(|error| Error::internal(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let mut sheet = Sheet::new(&["name", "value"]).unwrap();
        sheet.row(&["=HYPERLINK(\"http://x\")", "+1"]).unwrap();
        sheet.row(&[" @SUM(A1)", "12345678"]).unwrap();
        sheet.row(&["a;b", "-2"]).unwrap();
        let text = String::from_utf8(sheet.bytes().unwrap()).unwrap();
        assert_eq!(
            text,
            "\u{feff}name;value\n\"'=HYPERLINK(\"\"http://x\"\")\";'+1\n' @SUM(A1);12345678\n\"a;b\";'-2\n"
        );
    }
}
