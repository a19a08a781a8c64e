//! The mutants: which workbooks are changed, where and how often.

use std::{fs, path::Path};

use super::{
    book::{Book, EXPRESSIONS, Operator, Places, place},
    cell, choice, expression, kind, row, whole,
};
use crate::common::fixture;

/// Rows of the survey over which a workbook has only a few mutants.
const LARGE: usize = 100;

/// A workbook with one thing changed.
pub struct Mutant {
    pub base: String,
    pub operator: &'static str,
    /// The column that was changed; `*` if it is more than one.
    pub column: String,
    /// What it was done to, for people.
    pub at: String,
    pub places: Places,
    pub book: Book,
}

/// The workbooks that are changed, by their names.
pub fn bases() -> Vec<(String, Book)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/definitions");
    let mut folders: Vec<_> = fs::read_dir(root).unwrap().map(|folder| folder.unwrap().path()).collect();
    folders.sort();
    folders.push(fixture("definition/never-seen"));
    let name = |folder: &Path| folder.file_name().unwrap().to_str().unwrap().to_owned();
    folders.iter().map(|folder| (name(folder), Book::open(folder))).collect()
}

/// All operators, with their names.
pub fn operators() -> impl Iterator<Item = &'static (&'static str, Operator)> {
    let all = [expression::ALL, row::ALL, kind::ALL, cell::ALL, choice::ALL, whole::ALL];
    all.into_iter().flatten()
}

/// The mutants of a workbook: many of the one that uses everything, one by
/// each operator of a small one, few of a large one.
pub fn mutants(base: &str, book: &Book) -> Vec<Mutant> {
    let is_large = book.rows("survey").len() > LARGE;
    let most = if base == "never-seen" { 4 } else { 1 };
    let mut mutants = Vec::new();
    for (name, operator) in operators() {
        // Each operator draws for itself, so that another one changes nothing for it.
        let mut random = Random::of(&format!("{base}: {name}"));
        let most = if base == "never-seen" && matches!(operator, Operator::Expression(_)) { 9 } else { most };
        if is_large && random.below(20) > 0 || most == 1 && random.below(6) > 0 {
            continue;
        }
        let mut sites = sites(book, operator);
        let mut found = 0;
        while found < most && !sites.is_empty() {
            let (row, column) = sites.swap_remove(random.below(sites.len()));
            let mut changed = book.clone();
            let Some(places) = apply(operator, &mut changed, row, column) else { continue };
            found += 1;
            mutants.push(Mutant {
                base: base.to_owned(),
                operator: name,
                column: column.unwrap_or("*").to_owned(),
                at: format!(
                    "row {}: {}",
                    row + 1,
                    column.map_or("", |column| changed.cell("survey", row, column))
                ),
                places,
                book: changed,
            });
        }
    }
    mutants
}

/// The rows and columns that an operator can be tried at.
fn sites(book: &Book, operator: &Operator) -> Vec<(usize, Option<&'static str>)> {
    let filled = |row: &usize, column: &str| {
        let text = book.cell("survey", *row, column);
        !text.is_empty() && (!["required", "default"].contains(&column) || text.contains(['$', '(']))
    };
    match operator {
        Operator::Book(_) => vec![(0, None)],
        Operator::Row(sheet, _) => (1..book.rows(sheet).len()).map(|row| (row, None)).collect(),
        Operator::Expression(_) => (1..book.rows("survey").len())
            .flat_map(|row| EXPRESSIONS.map(|column| (row, column)))
            .filter(|(row, column)| filled(row, column))
            .map(|(row, column)| (row, Some(column)))
            .collect(),
    }
}

fn apply(operator: &Operator, book: &mut Book, row: usize, column: Option<&'static str>) -> Option<Places> {
    match (operator, column) {
        (Operator::Book(change), _) => change(book),
        (Operator::Row(_, change), _) => change(book, row),
        (Operator::Expression(change), Some(column)) => {
            let text = change(book.cell("survey", row, column))?;
            book.set("survey", row, column, &text)?;
            Some(vec![place("survey", row, column)])
        }
        _ => None,
    }
}

/// Numbers that are the same in every run (SplitMix64).
struct Random(u64);

impl Random {
    fn of(seed: &str) -> Self {
        Self(seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}
