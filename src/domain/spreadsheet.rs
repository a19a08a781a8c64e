//! What becomes of a text in a spreadsheet.

use std::borrow::Cow;

/// A cell as it may stand in a CSV file that people open: what a spreadsheet
/// would take for a formula begins with an apostrophe, which makes it text
/// (OWASP, CSV injection).
pub fn harmless(cell: &str) -> Cow<'_, str> {
    let first = cell.trim_start_matches(' ').chars().next();
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{cell}"))
        }
        _ => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_as_a_formula_becomes_text_and_all_else_stays() {
        for formula in ["=1", " =1", "+1", "-1", "@SUM(A1)", "\t=1", "\r1", "＝1"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for plain in ["", " ", "a=1", "12345678", "'=1"] {
            assert_eq!(harmless(plain), plain);
        }
    }
}
