//! What the fuzzer asks (`tests/fuzz/`), asked of its seeds and of damaged
//! copies of them: a few seconds of what `tests/fuzz/run.sh` does for hours.

use std::path::Path;

mod csv;
mod dice;
mod evaluate;
mod expression;
mod seeds;
mod trial;
mod workbook;

use dice::Dice;

/// Larger ones have nothing in them that the small ones have not.
const MOST: usize = 1_500;

fn ask(target: &str, run: fn(&[u8]), damaged: usize) {
    let mut seeds = seeds::of(target, Path::new(env!("CARGO_MANIFEST_DIR")));
    seeds.retain(|seed| seed.len() <= MOST);
    seeds.iter().for_each(|seed| run(seed));
    let mut dice = Dice::new(7);
    for _ in 0..damaged {
        let mut input = seeds[dice.below(seeds.len())].clone();
        for _ in 0..=dice.below(4) {
            damage(&mut input, &seeds, &mut dice);
        }
        run(&input);
    }
}

/// Changes, cuts, doubles or mixes, but for the first byte, which says what
/// the input is.
fn damage(input: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    const SIGNS: &[u8] = b"\"'(),;|$.{}[]<>=+-*/0129aZ \n\r\t\0\x1d\xC3\xFF";
    if input.len() < 3 {
        return;
    }
    let at = 1 + dice.below(input.len() - 1);
    let end = (at + 1 + dice.below(16)).min(input.len());
    match dice.below(5) {
        0 => input[at] = SIGNS[dice.below(SIGNS.len())],
        1 => drop(input.drain(at..end)),
        2 => input.insert(at, SIGNS[dice.below(SIGNS.len())]),
        3 => drop(input.splice(at..at, input[at..end].to_vec())),
        _ => {
            let other = &seeds[dice.below(seeds.len())];
            let from = 1 + dice.below(other.len().max(2) - 1);
            let to = (from + dice.below(32)).min(other.len());
            let part = other.get(from..to).unwrap_or_default().to_vec();
            drop(input.splice(at..end, part));
        }
    }
}

#[test]
fn a_damaged_workbook_is_read_or_refused_with_reasons() {
    ask("workbook", workbook::run, 600);
}

#[test]
fn a_damaged_expression_is_understood_or_refused_with_its_reason() {
    ask("expression", expression::run, 4_000);
}

#[test]
fn whatever_values_expressions_see_they_give_the_same_again() {
    ask("evaluate", evaluate::run, 2_000);
}

#[test]
fn of_a_damaged_file_each_row_is_told_of_however_it_is_read() {
    ask("csv", csv::run, 150);
}
