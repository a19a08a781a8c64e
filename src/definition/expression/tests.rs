#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use super::*;
use crate::definition::{choice::List, text::Texts};

const NAMES: [&str; 8] = ["age", "weight", "birth", "visit", "sex", "signs", "note", "clock"];
const KINDS: [Kind; 8] = [
    Kind::Integer,
    Kind::Decimal,
    Kind::Date,
    Kind::DateTime,
    Kind::SelectOne(0),
    Kind::SelectMultiple(0),
    Kind::Text,
    Kind::Time,
];

fn compiled(text: &str) -> Result<Expression, Fault> {
    let variables: HashMap<String, usize> =
        NAMES.iter().enumerate().map(|(at, name)| ((*name).to_owned(), at)).collect();
    let lists = [List::new("LIST", ["M", "F", "1"].map(|code| (code.to_owned(), Texts::default())).to_vec())];
    let scope = Scope {
        variables: &variables,
        kinds: &KINDS,
        calculated: &[],
        repeat_of: &[],
        repeats: &[],
        lists: &lists,
        this: Some(1),
        repeat: None,
        columns: None,
        purpose: Purpose::Constraint,
        room: &Room::default(),
    };
    Expression::compile(text, &scope)
}

/// Age 40, weight 70.5, born 1980-05-01, visit 2024-01-01T10:00Z, M, M and 1,
/// note "ok", no clock; judged on 2024-06-30.
fn judged(text: &str) -> Option<bool> {
    let date = |year, month, day| Date::new(year, month, day).unwrap();
    let number = |text| Value::Number(Decimal::parse(text, false).unwrap());
    let cells = ["", "", "", "", "", "", "ok", ""];
    let values = [
        number("40"),
        number("70.5"),
        Value::Date(date(1980, 5, 1)),
        Value::Moment(Moment { date: date(2024, 1, 1), instant: Some((1_704_103_200, 0)) }),
        Value::Choice(0),
        Value::Choices { start: 0, end: 2 },
        Value::Text { start: 0, end: 2 },
        Value::Empty,
    ];
    let values = Values::plain(&cells, &values, &[0, 2], date(2024, 6, 30));
    compiled(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}")).evaluate(&values)
}

#[test]
fn expressions_hold_as_an_xlsform_author_means_them() {
    for (text, holds) in [
        (". >= 70.5 and . < 71", true),
        ("70.50 = .", true),
        ("${age} > 40 or ${weight} != 70.5", false),
        ("${age} > 40 or ${weight} = 70.5 and ${sex} = 'M'", true),
        ("(${age} > 40 or ${weight} = 70.5) and ${sex} = 'F'", false),
        ("not(${sex} = \"F\")", true),
        ("${birth} <= today() and ${birth} > '1980-04-30'", true),
        ("${visit} <= today()", true),
        ("${visit} > '2024-01-01T10:30:00+01:00'", true),
        ("${visit} = '2024-01-01'", true),
        ("${birth} < ${visit}", true),
        ("${age} < ${weight}", true),
        ("selected(${signs}, '1') and not(selected(${signs}, 'F'))", true),
        ("selected(${sex}, 'M')", true),
        ("${signs} != ''", true),
        ("${note} = 'ok'", true),
        ("${clock} = ''", true),
        ("${clock} > '08:00' or ${clock} <= '08:00'", false),
        ("${clock} != '08:00'", true),
        ("-5 < ${age}", true),
    ] {
        assert_eq!(judged(text), Some(holds), "{text}");
    }
}

#[test]
fn an_unreadable_value_leaves_the_answer_open_unless_it_does_not_matter() {
    let cells = [""; 8];
    let mut read = [Value::Empty; 8];
    read[0] = Value::Unreadable;
    read[1] = Value::Number(Decimal::from(5));
    let today = Date::new(2024, 1, 1).unwrap();
    let values = Values::plain(&cells, &read, &[], today);
    for (text, answer) in [
        ("${age} > 3", None),
        ("not(${age} > 3)", None),
        ("${age} = ''", None),
        ("${age} > 3 and ${weight} > 6", Some(false)),
        ("${age} > 3 or ${weight} < 6", Some(true)),
    ] {
        assert_eq!(compiled(text).unwrap().evaluate(&values), answer, "{text}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    for (text, id) in [
        ("", "definition-expression-end"),
        ("${age} >", "definition-expression-end"),
        ("${age}", "definition-expression-no-truth"),
        ("${nobody} = 1", "definition-expression-variable"),
        ("instance(${age}) > 1", "definition-expression-function"),
        ("${age} > 1 and", "definition-expression-end"),
        ("${age} > 1 ${age}", "definition-expression-unexpected"),
        ("(${age} > 1", "definition-expression-end"),
        ("${age > 1", "definition-expression-unexpected"),
        ("${note} = 'x", "definition-expression-unexpected"),
        ("${age} = 'x'", "definition-expression-literal"),
        ("${birth} > '2024-02-30'", "definition-expression-literal"),
        ("${age} > ${birth}", "definition-expression-types"),
        ("${age} > today()", "definition-expression-types"),
        ("${note} > 'a'", "definition-expression-order"),
        ("${sex} = 'Q'", "definition-expression-choice"),
        ("${sex} = 'm'", "definition-expression-choice"),
        ("selected(${age}, '1')", "definition-expression-types"),
    ] {
        assert_eq!(compiled(text).unwrap_err().id, id, "{text}");
    }
    let deep = format!("{}${{age}} > 1{}", "(".repeat(100), ")".repeat(100));
    assert_eq!(compiled(&deep).unwrap_err().id, "definition-expression-deep");
}

#[test]
fn quotes_of_word_processors_and_a_number_with_its_point_are_understood() {
    for text in [
        "${note} = \u{2018}it\u{2019}",
        "${note} = \u{201c}l'eau\u{201d}",
        "${note} = 'l\u{2019}eau'",
        "${age} < 4.",
    ] {
        assert!(compiled(text).is_ok(), "{text}");
    }
    for text in ["${note} = \u{2018}it\u{201d}", "${note} = \u{2019}", "${age} < 4.."] {
        assert!(compiled(text).is_err(), "{text}");
    }
}
