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
mod mutant;
mod row;
mod table;
mod whole;

use std::{
    collections::{BTreeSet, HashMap},
    fs::File,
    path::Path,
    process::Command,
    thread,
};

use hd4dp::definition::{Definition, Refused};
use serde_json::{Map, Value};

use crate::common::{TestApp, workbook::workbook};
use book::Book;
use mutant::{Mutant, bases, mutants, operators};
use table::{Table, Verdict};

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
    let refused_bases: Vec<_> =
        theirs.iter().take(bases.len()).filter_map(|(_, reason)| reason.as_ref()).collect();
    assert!(refused_bases.is_empty(), "{refused_bases:?}");
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
    let tried: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.operator).collect();
    let idle: Vec<&str> = operators().map(|(name, _)| *name).filter(|name| !tried.contains(name)).collect();
    assert!(idle.is_empty(), "these changed nothing: {idle:?}");
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
