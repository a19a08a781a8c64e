//! What authors get wrong in the choices.

use super::book::{
    Operator::{self, Row},
    place,
};

/// Each changes a row if the row is such a one.
pub const ALL: &[(&str, Operator)] = &[
    (
        "a choice is left out",
        Row("choices", |book, row| {
            book.rows_mut("choices").remove(row);
            Some(Vec::new())
        }),
    ),
    (
        "a choice is there twice",
        Row("choices", |book, row| {
            let copy = book.rows("choices")[row].clone();
            book.rows_mut("choices").insert(row + 1, copy);
            Some(vec![place("choices", row + 1, "name")])
        }),
    ),
    ("a choice without a code", Row("choices", |book, row| book.set("choices", row, "name", ""))),
    ("a choice without a list", Row("choices", |book, row| book.set("choices", row, "list_name", ""))),
    (
        "a choice without a label",
        Row("choices", |book, row| {
            let columns: Vec<usize> = (0..book.rows("choices")[0].len())
                .filter(|at| book.rows("choices")[0][*at].starts_with("label"))
                .collect();
            columns.iter().for_each(|at| book.rows_mut("choices")[row][*at].clear());
            Some(Vec::new())
        }),
    ),
    (
        "another label of a choice",
        Row("choices", |book, row| book.set("choices", row, "label::English (en)", "Something else")),
    ),
    (
        "a code with a blank in it",
        Row("choices", |book, row| {
            let code = format!("{} x", book.cell("choices", row, "name"));
            book.set("choices", row, "name", &code).map(|_| Vec::new())
        }),
    ),
    (
        "a code with an accent",
        Row("choices", |book, row| {
            let code = format!("{}é", book.cell("choices", row, "name"));
            book.set("choices", row, "name", &code).map(|_| Vec::new())
        }),
    ),
    (
        "a code in other letters",
        Row("choices", |book, row| {
            let code = book.cell("choices", row, "name");
            let other = if code.to_uppercase() == code { code.to_lowercase() } else { code.to_uppercase() };
            book.set("choices", row, "name", &other).map(|_| Vec::new())
        }),
    ),
    (
        "a choice with blanks around its code",
        Row("choices", |book, row| {
            let code = format!(" {}  ", book.cell("choices", row, "name"));
            book.set("choices", row, "name", &code)
        }),
    ),
    (
        "a blank row before a choice",
        Row("choices", |book, row| {
            let width = book.rows("choices")[0].len();
            book.rows_mut("choices").insert(row, vec![String::new(); width]);
            Some(Vec::new())
        }),
    ),
    (
        "two choices in another order",
        Row("choices", |book, row| {
            (row + 1 < book.rows("choices").len()).then(|| book.rows_mut("choices").swap(row, row + 1))?;
            Some(Vec::new())
        }),
    ),
    (
        "a choice apart from its list",
        Row("choices", |book, row| {
            let cells = book.rows_mut("choices").remove(row);
            book.rows_mut("choices").push(cells);
            Some(Vec::new())
        }),
    ),
    (
        "a list without its choices",
        Row("choices", |book, row| {
            let list = book.cell("choices", row, "list_name").to_owned();
            let at = book.column("choices", "list_name")?;
            book.rows_mut("choices").retain(|cells| cells[at] != list);
            let uses = |row: &usize| book.words(*row).get(1) == Some(&list.as_str());
            Some(
                (1..book.rows("survey").len()).filter(uses).map(|row| place("survey", row, "type")).collect(),
            )
        }),
    ),
];
