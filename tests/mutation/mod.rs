//! Mutations of the bundled workbooks and of one that uses everything: what we
//! make of each, beside what pyxform and ODK Validate make of it.
//!
//! A mutation leaves the workbook right or breaks it; nobody says here which.
//! Each judge refuses the mutant, or takes it for the same form as before or
//! for another one. Where the two differ, `tests/odk/mutations.tsv` says why.

#![allow(clippy::unwrap_used)]

mod book;
mod cell;
mod choice;
mod expression;
mod kind;
mod row;
mod whole;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    fs::{self, File},
    path::Path,
    process::Command,
    thread,
};

use hd4dp::definition::{Definition, Refused};
use serde_json::{Map, Value};

use crate::common::{TestApp, fixture, workbook::workbook};
use book::{Book, EXPRESSIONS, Operator, Places, place};

/// Rows of the survey over which a workbook has only a few mutants.
const LARGE: usize = 100;

/// A workbook with one thing changed.
struct Mutant {
    base: String,
    operator: &'static str,
    /// The column that was changed; `*` if it is more than one.
    column: String,
    /// What it was done to, for people.
    at: String,
    places: Places,
    book: Book,
}

/// What a judge makes of a mutant.
#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    Same,
    Other,
    Refused(String),
}

#[test]
fn odk_judges_mutations_of_our_workbooks_as_we_do_unless_it_is_written_down_why() {
    let bases = bases();
    let mutants: Vec<Mutant> = bases.iter().flat_map(|(name, book)| mutants(name, book)).collect();
    let books: Vec<&Book> =
        bases.iter().map(|(_, book)| book).chain(mutants.iter().map(|mutant| &mutant.book)).collect();
    let (theirs, ours) = thread::scope(|scope| {
        let theirs = scope.spawn(|| referees(&books));
        let ours: Vec<_> =
            books.iter().map(|book| Definition::from_workbook(&workbook(&book.sheets))).collect();
        (theirs.join().unwrap(), ours)
    });
    let places: HashMap<&str, usize> =
        bases.iter().enumerate().map(|(at, (name, _))| (name.as_str(), at)).collect();
    let shown: Vec<String> =
        ours.iter().take(bases.len()).map(|base| shown(base.as_ref().unwrap())).collect();
    let mut table = Table::read();
    let mut wrong = Vec::new();
    let mut differences = 0;
    for (at, mutant) in mutants.iter().enumerate() {
        let base = places[mutant.base.as_str()];
        let read = &ours[bases.len() + at];
        let our = our_verdict(read, &shown[base], mutant);
        let their = match &theirs[bases.len() + at] {
            (_, Some(reason)) => Verdict::Refused(reason.clone()),
            (form, None) if *form == theirs[base].0 => Verdict::Same,
            _ => Verdict::Other,
        };
        if let Err(refused) = read {
            wrong.extend(misplaced(mutant, refused));
        }
        let agree = our == their || matches!((&our, &their), (Verdict::Refused(_), Verdict::Refused(_)));
        differences += usize::from(!agree);
        if !agree && !table.covers(mutant, &our, &their) {
            wrong.push(format!(
                "{}\t{}\t{our}\t{their}\t{} {}",
                mutant.operator, mutant.column, mutant.base, mutant.at
            ));
        }
    }
    wrong.extend(table.idle());
    assert!(
        wrong.is_empty(),
        "{} of {} mutants, {differences} judged differently:\n{}",
        wrong.len(),
        mutants.len(),
        wrong.join("\n")
    );
    let refused = ours.iter().filter(|read| read.is_err()).count();
    assert!(refused * 4 > mutants.len() && refused * 4 < mutants.len() * 3, "{refused} of {}", mutants.len());
    assert!(mutants.len() > 1_000, "{}", mutants.len());
}

/// The workbooks that are changed, by their names.
fn bases() -> Vec<(String, Book)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/definitions");
    let mut folders: Vec<_> = fs::read_dir(root).unwrap().map(|folder| folder.unwrap().path()).collect();
    folders.sort();
    folders.push(fixture("definition/never-seen"));
    let name = |folder: &Path| folder.file_name().unwrap().to_str().unwrap().to_owned();
    folders.iter().map(|folder| (name(folder), Book::open(folder))).collect()
}

/// The mutants of a workbook: many of the one that uses everything, one by
/// each operator of a small one, few of a large one.
fn mutants(base: &str, book: &Book) -> Vec<Mutant> {
    let is_large = book.rows("survey").len() > LARGE;
    let most = if base == "never-seen" { 4 } else { 1 };
    let mut mutants = Vec::new();
    for (name, operator) in expression::ALL
        .iter()
        .chain(row::ALL)
        .chain(kind::ALL)
        .chain(cell::ALL)
        .chain(choice::ALL)
        .chain(whole::ALL)
    {
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

/// What pyxform and ODK Validate make of workbooks: a digest of the form, and
/// why they refuse it.
fn referees(books: &[&Book]) -> Vec<(String, Option<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/odk/bin/python");
    assert!(python.exists(), "tests/run.sh installs it");
    let app = TestApp::new();
    let lines: Vec<String> = books
        .iter()
        .map(|book| {
            let sheets = book.sheets.iter().map(|(name, rows)| {
                (
                    name.clone(),
                    Value::from(rows.iter().map(|row| Value::from(row.clone())).collect::<Vec<_>>()),
                )
            });
            Value::Object(sheets.collect::<Map<_, _>>()).to_string()
        })
        .collect();
    let file = app.file("workbooks.json", lines.join("\n") + "\n");
    let asked = Command::new(python)
        .arg(root.join("tests/odk/mutants.py"))
        .stdin(File::open(file).unwrap())
        .output()
        .unwrap();
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let told = String::from_utf8(asked.stdout).unwrap();
    told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a definition says, without where it says it.
fn shown(definition: &Definition) -> String {
    let of = definition;
    let mut variables = of.variables.clone();
    variables.iter_mut().for_each(|variable| variable.row = 0);
    let mut repeats = of.repeats.clone();
    repeats.iter_mut().for_each(|repeat| repeat.row = 0);
    let lists: Vec<_> = of.lists.iter().map(|list| (&list.name, &list.choices, &list.columns)).collect();
    let head = (&of.project, &of.name, of.version, &of.titles, of.enrolment_required, of.language);
    let text = format!("{head:?} {variables:?} {:?} {repeats:?} {lists:?} {:?}", of.calculated, of.layout);
    text.replace("\\n", " ")
        .replace("\\u{a0}", " ")
        .replace(['\u{2018}', '\u{2019}'], "'")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn our_verdict(read: &Result<Definition, Refused>, base: &str, mutant: &Mutant) -> Verdict {
    match read {
        Ok(definition) if shown(definition) == base => Verdict::Same,
        Ok(_) => Verdict::Other,
        Err(refused) => {
            let is_there = |problem: &&hd4dp::definition::Problem| {
                mutant.places.iter().any(|(sheet, row, _)| (problem.sheet, problem.row) == (*sheet, *row))
            };
            let problem = refused.problems.iter().find(is_there).unwrap_or(&refused.problems[0]);
            Verdict::Refused(problem.id.to_owned())
        }
    }
}

/// The places of a mutation that its refusal does not name.
fn misplaced(mutant: &Mutant, refused: &Refused) -> Vec<String> {
    let is_named = |(sheet, row, column): &&book::Place| {
        let is_it = |problem: &hd4dp::definition::Problem| {
            (problem.sheet, problem.row) == (*sheet, *row) && (column.is_empty() || problem.column == *column)
        };
        refused.problems.iter().any(is_it)
    };
    let missed = mutant.places.iter().filter(|place| !is_named(place));
    missed
        .map(|place| {
            format!(
                "{} of {} {}: {place:?} is not named in {:?}",
                mutant.operator, mutant.base, mutant.at, refused.problems
            )
        })
        .collect()
}

/// The table of differences with their reasons.
struct Table {
    lines: Vec<Line>,
}

struct Line {
    operator: String,
    columns: Vec<String>,
    ours: String,
    theirs: String,
    used: BTreeMap<String, bool>,
}

impl Table {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odk/mutations.tsv");
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [operator, columns, ours, theirs, reason] = cells[..] else { panic!("five cells: {line}") };
            assert!(!reason.is_empty(), "{line}");
            let columns: Vec<String> = columns.split(' ').map(str::to_owned).collect();
            let used = columns.iter().map(|column| (column.clone(), false)).collect();
            Line {
                operator: operator.to_owned(),
                columns,
                ours: ours.to_owned(),
                theirs: theirs.to_owned(),
                used,
            }
        });
        Self { lines: lines.collect() }
    }

    /// Whether a line of the table is about this difference.
    fn covers(&mut self, mutant: &Mutant, ours: &Verdict, theirs: &Verdict) -> bool {
        let line = self.lines.iter_mut().find(|line| {
            line.operator == mutant.operator
                && line.columns.contains(&mutant.column)
                && ours.is(&line.ours)
                && theirs.is(&line.theirs)
        });
        let Some(line) = line else { return false };
        line.used.insert(mutant.column.clone(), true);
        true
    }

    /// The lines and columns that are about no difference.
    fn idle(&self) -> Vec<String> {
        let idle = |line: &Line| -> Vec<String> {
            let columns = line.used.iter().filter(|(_, used)| !**used);
            columns
                .map(|(column, _)| {
                    format!("{}\t{column}\t{}\t{}\tis no difference", line.operator, line.ours, line.theirs)
                })
                .collect()
        };
        self.lines.iter().flat_map(idle).collect()
    }
}

impl Verdict {
    /// Whether it is what the table says: `same`, `other`, or a part of why it
    /// is refused.
    fn is(&self, said: &str) -> bool {
        match self {
            Self::Same => said == "same",
            Self::Other => said == "other",
            Self::Refused(reason) => !["same", "other"].contains(&said) && reason.contains(said),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("same"),
            Self::Other => f.write_str("other"),
            Self::Refused(reason) => f.write_str(&reason.replace('\n', " ")),
        }
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
