//! The table `tests/expressions.tsv`: expressions, the values that they see,
//! and what they give. An independent evaluator is put the same questions.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::{
    definition::{choice::List, text::Texts, value::Instance},
    domain::moment,
    language::Language,
};

const TABLE: &str = include_str!("../../../tests/expressions.tsv");

/// The variables of the table; the last three are in the repeat `child`.
const VARIABLES: [(&str, Kind); 17] = [
    ("t", Kind::Text),
    ("u", Kind::Text),
    ("i", Kind::Integer),
    ("j", Kind::Integer),
    ("d", Kind::Decimal),
    ("e", Kind::Decimal),
    ("day", Kind::Date),
    ("end", Kind::Date),
    ("at", Kind::DateTime),
    ("clock", Kind::Time),
    ("one", Kind::SelectOne(0)),
    ("many", Kind::SelectMultiple(0)),
    ("yn", Kind::SelectOne(1)),
    ("score", Kind::SelectOne(2)),
    ("name", Kind::Text),
    ("age", Kind::Integer),
    ("sex", Kind::SelectOne(0)),
];
const FIRST_OF_REPEAT: usize = 14;

struct Sheet {
    names: HashMap<String, usize>,
    kinds: Vec<Kind>,
    repeat_of: Vec<Option<usize>>,
    repeats: Vec<String>,
    lists: Vec<List>,
    room: Room,
}

impl Sheet {
    fn new() -> Self {
        let list = |name: &str, codes: &[(&str, &str)]| {
            let choices = codes.iter().map(|(code, label)| {
                let mut labels = Texts::default();
                labels.set(Language::En, label);
                ((*code).to_owned(), labels)
            });
            List::new(name, choices.collect())
        };
        Self {
            names: VARIABLES.iter().enumerate().map(|(at, (name, _))| ((*name).to_owned(), at)).collect(),
            kinds: VARIABLES.iter().map(|(_, kind)| *kind).collect(),
            repeat_of: (0..VARIABLES.len()).map(|at| (at >= FIRST_OF_REPEAT).then_some(0)).collect(),
            repeats: vec!["child".to_owned()],
            lists: vec![
                list("COLOUR", &[("red", "Red"), ("green", "Green"), ("blue", "Light blue")]),
                list("YN", &[("yes", "Yes"), ("no", "No")]),
                list("SCORE", &[("0", "None"), ("1", "Some"), ("2", "Much")]),
            ],
            room: Room::default(),
        }
    }

    fn scope(&self, this: Option<usize>, inside: bool) -> Scope<'_> {
        Scope {
            variables: &self.names,
            kinds: &self.kinds,
            calculated: &[],
            repeat_of: &self.repeat_of,
            repeats: &self.repeats,
            lists: &self.lists,
            this,
            repeat: inside.then_some(0),
            columns: None,
            purpose: if this.is_some() { Purpose::Constraint } else { Purpose::Calculation },
            room: &self.room,
        }
    }

    fn value(&self, at: usize, cell: &str, picked: &mut Vec<u32>) -> Value {
        let find = |list: usize, code: &str| self.lists[list].find_code(code).unwrap() as u32;
        match self.kinds[at] {
            _ if cell.is_empty() => Value::Empty,
            _ if cell == "?" => Value::Unreadable,
            Kind::Text => Value::Text { start: 0, end: cell.len() as u32 },
            Kind::Integer | Kind::Decimal => Value::Number(Decimal::parse(cell, false).unwrap()),
            Kind::Date => Value::Date(moment::date(cell).unwrap()),
            Kind::DateTime => match data::read_moment(cell).unwrap() {
                Data::Moment(moment) => Value::Moment(moment),
                Data::Date(date) => Value::Moment(Moment { date, instant: None }),
                other => panic!("{other:?}"),
            },
            Kind::Time => Value::Time(moment::time(cell).unwrap()),
            Kind::SelectOne(list) => Value::Choice(find(list, cell)),
            Kind::SelectMultiple(list) => {
                let start = picked.len() as u32;
                picked.extend(cell.split(' ').map(|code| find(list, code)));
                Value::Choices { start, end: picked.len() as u32 }
            }
        }
    }

    /// What an expression gives; with `?` for what cannot be told, and `!` and
    /// the reason for what is refused. `given` has `name=value` and so on,
    /// several values of the repeat with `|` between them, `this=name` for
    /// what `.` is, and `inside=2` for the instance that it stands in.
    fn answer(&self, expression: &str, given: &str) -> String {
        let given: Vec<(&str, &str)> = given
            .split("; ")
            .filter(|part| !part.is_empty())
            .map(|part| part.split_once('=').unwrap())
            .collect();
        let said = |name: &str| given.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        for (name, _) in &given {
            assert!(self.names.contains_key(*name) || ["this", "inside"].contains(name), "{name}");
        }
        let inside = said("inside").map(|number| number.parse::<usize>().unwrap());
        let this = said("this").map(|name| self.names[name]);
        let calculation = match Calculation::compile(expression, &self.scope(this, inside.is_some())) {
            Ok((calculation, _)) => calculation,
            Err(fault) => return format!("!{}", fault.id),
        };
        let mut picked = Vec::new();
        let mut cells = vec![""; VARIABLES.len()];
        let mut values = vec![Value::Empty; VARIABLES.len()];
        let mut children: Vec<Instance<'_>> = Vec::new();
        for (at, (name, _)) in VARIABLES.iter().enumerate() {
            let cell = said(name).unwrap_or_default();
            if at < FIRST_OF_REPEAT {
                (cells[at], values[at]) = (cell, self.value(at, cell, &mut picked));
                continue;
            }
            let Some(told) = said(name) else { continue };
            for (number, cell) in told.split('|').enumerate() {
                let empty =
                    || Instance { first: FIRST_OF_REPEAT, cells: vec![""; 3], values: vec![Value::Empty; 3] };
                if children.len() <= number {
                    children.push(empty());
                }
                let place = at - FIRST_OF_REPEAT;
                children[number].cells[place] = cell;
                children[number].values[place] = self.value(at, cell, &mut picked);
            }
        }
        if let Some(child) = inside.and_then(|number| children.get(number - 1)) {
            cells[FIRST_OF_REPEAT..].copy_from_slice(&child.cells);
            values[FIRST_OF_REPEAT..].copy_from_slice(&child.values);
        }
        let repeats = [children];
        let today = jiff::civil::date(2024, 6, 30);
        let values = Values {
            repeats: &repeats,
            position: inside.unwrap_or_default(),
            lists: &self.lists,
            now: Moment { date: today, instant: Some((1_719_747_000, 0)) },
            ..Values::plain(&cells, &values, &picked, today)
        };
        calculation.cell(&values).map_or_else(|| "?".to_owned(), Cow::into_owned)
    }
}

#[test]
fn every_expression_of_the_table_gives_what_it_says() {
    let sheet = Sheet::new();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let (Some(expression), Some(given), Some(result), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            panic!("{line}: three fields with tabs between them");
        };
        let answer = sheet.answer(expression, given);
        if answer != result {
            wrong.push(format!("{expression}\t{given}: {answer} instead of {result}"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 300, "{count}");
}

/// Words of which some sequences are expressions.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "${t}",
        "${i}",
        "${d}",
        "${day}",
        "${at}",
        "${many}",
        "${one}",
        "${age}",
        "${child}",
        ".",
        "..",
        "'x'",
        "''",
        "'2024-01-01'",
        "0",
        "1e",
        "-7",
        "1.5",
        "99999999999999999999",
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "div",
        "mod",
        "and",
        "or",
        "not(",
        "=",
        "!=",
        "<",
        ">=",
        "if(",
        "coalesce(",
        "substr(",
        "round(",
        "sum(",
        "count(",
        "max(",
        "date(",
        "date-time(",
        "format-date(",
        "decimal-date-time(",
        "selected-at(",
        "indexed-repeat(",
        "regex(",
        "'(a+)+$'",
        "join(",
        "translate(",
        "pow(",
        "checklist(",
        "weighted-checklist(",
        "once(",
        "today()",
        "now()",
        "position(..)",
        "jr:choice-name(",
        "digest(",
        "'SHA-256'",
        "'%Y%q'",
        "uuid(",
    ]);
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_and_no_sequence_of_words_is_too_much(text in ".{0,60}", words in words(), inside in any::<bool>()) {
        let sheet = Sheet::new();
        let given = "t=a b; i=-9; d=0.1; day=1800-02-28; at=2024-01-01T00:00:00Z; many=red blue; name=x|y; age=1|";
        let given = if inside { format!("{given}; inside=2") } else { given.to_owned() };
        for expression in [text, words] {
            let _ = sheet.answer(&expression, &given);
        }
    }
}

#[test]
fn depth_is_bounded_however_it_is_made() {
    let sheet = Sheet::new();
    for (before, after) in [
        ("(", ")"),
        ("-(", ")"),
        ("not(", ")"),
        ("abs(", ")"),
        ("if(1 = 1 or true(), ", ", 0)"),
        ("1 + (", ")"),
    ] {
        let text = format!("{}${{i}}{}", before.repeat(5_000), after.repeat(5_000));
        assert!(sheet.answer(&text, "").starts_with('!'), "{before}");
        let text = format!("{}${{i}}{}", before.repeat(40), after.repeat(40));
        let _ = sheet.answer(&text, "i=3");
    }
    let long = |sign: &str| format!("${{i}}{}", format!(" {sign} ${{i}}").repeat(390));
    assert_eq!(sheet.answer(&long("+"), "i=1"), "391");
    assert_eq!(sheet.answer(&long("div"), "i=1"), "1");
    assert!(sheet.answer(&format!("1{}", " + 1".repeat(900)), "").starts_with('!'));
    assert_eq!(sheet.answer(&format!("${{i}} = 1{}", " and ${i} = 1".repeat(490)), "i=1"), "true");
    assert_eq!(sheet.answer(&"- ".repeat(1_000), ""), "!definition-expression-end");
}
