//! What authors get wrong in the order, the number and the names of rows.

use super::book::{
    Book, EXPRESSIONS,
    Operator::{self, Row},
    Places, place,
};

/// Each changes a row if the row is such a one.
pub const ALL: &[(&str, Operator)] = &[
    ("a row is left out", Row("survey", left_out)),
    (
        "a row is there twice",
        Row("survey", |book, row| {
            let copy = book.rows("survey")[row].clone();
            book.rows_mut("survey").insert(row + 1, copy);
            Some(if book.is_variable(row) { vec![place("survey", row + 1, "name")] } else { Vec::new() })
        }),
    ),
    (
        "two rows in another order",
        Row("survey", |book, row| {
            let is_plain =
                book.is_variable(row) && row + 1 < book.rows("survey").len() && book.is_variable(row + 1);
            is_plain.then(|| book.rows_mut("survey").swap(row, row + 1))?;
            Some(Vec::new())
        }),
    ),
    (
        "the expressions of two rows exchanged",
        Row("survey", |book, row| {
            let other = (row + 1..book.rows("survey").len()).find(|other| book.is_variable(*other))?;
            let mut is_changed = false;
            for name in EXPRESSIONS {
                let Some(column) = book.column("survey", name) else { continue };
                let rows = book.rows_mut("survey");
                let (one, another) = (rows[row][column].clone(), rows[other][column].clone());
                if one != another {
                    is_changed = true;
                    rows[row][column] = another;
                    rows[other][column] = one;
                }
            }
            (is_changed && book.is_variable(row)).then(Vec::new)
        }),
    ),
    (
        "a blank row before it",
        Row("survey", |book, row| {
            let width = book.rows("survey")[0].len();
            book.rows_mut("survey").insert(row, vec![String::new(); width]);
            Some(Vec::new())
        }),
    ),
    (
        "a row with a remark alone",
        Row("survey", |book, row| {
            let width = book.rows("survey")[0].len();
            let at = book.column("survey", "hint::English (en)")?;
            let mut cells = vec![String::new(); width];
            cells[at] = "To be discussed".to_owned();
            book.rows_mut("survey").insert(row, cells);
            Some(vec![place("survey", row, "type")])
        }),
    ),
    (
        "a name that nothing refers to any more",
        Row("survey", |book, row| {
            let name = book.cell("survey", row, "name").to_owned();
            let mentions = book.mentions(&name);
            (book.is_variable(row) && !mentions.is_empty())
                .then(|| book.set("survey", row, "name", "RENAMED"))?;
            Some(mentions)
        }),
    ),
    ("a name left empty", Row("survey", |book, row| named(book, row, |_| String::new()))),
    (
        "a name with a blank in it",
        Row("survey", |book, row| named(book, row, |name| name.replacen('_', " ", 1))),
    ),
    (
        "a name that begins with a digit",
        Row("survey", |book, row| named(book, row, |name| format!("1{name}"))),
    ),
    (
        "a name that begins with an underscore",
        Row("survey", |book, row| named(book, row, |name| format!("_{name}"))),
    ),
    ("a name with an accent", Row("survey", |book, row| named(book, row, |name| format!("{name}_é")))),
    ("a name with a slash", Row("survey", |book, row| named(book, row, |name| format!("{name}/x")))),
    ("a name with a colon", Row("survey", |book, row| named(book, row, |name| format!("x:{name}")))),
    ("a name with a full stop", Row("survey", |book, row| named(book, row, |name| format!("{name}.x")))),
    ("a name that another row has", Row("survey", |book, row| another_name(book, row, str::to_owned))),
    (
        "a name that a variable of another group has",
        Row("survey", |book, row| {
            let is_end = |at: usize| book.words(at) == ["end_group"];
            let end = (1..row).find(|end| is_end(*end))?;
            let other = (1..end).rev().find(|other| book.is_variable(*other))?;
            let name = book.cell("survey", other, "name").to_owned();
            if book.mentions(&name).is_empty() { named(book, row, |_| name.clone()) } else { None }
        }),
    ),
    (
        "a name that another row has in small letters",
        Row("survey", |book, row| another_name(book, row, str::to_lowercase)),
    ),
    (
        "a repeat in a repeat",
        Row("survey", |book, row| {
            (book.words(row) == ["begin_repeat"]).then_some(())?;
            let end = (row..book.rows("survey").len()).find(|end| book.words(*end) == ["end_repeat"])?;
            let (begin, last) = (book.rows("survey")[row].clone(), book.rows("survey")[end].clone());
            book.rows_mut("survey").insert(end, last);
            book.rows_mut("survey").insert(row + 1, begin);
            book.set("survey", row + 1, "name", "INNER")?;
            Some(vec![place("survey", row + 1, "type")])
        }),
    ),
    (
        "a variable moved into a repeat",
        Row("survey", |book, row| {
            let begin =
                (row..book.rows("survey").len()).find(|begin| book.words(*begin) == ["begin_repeat"])?;
            (book.is_variable(row) && book.words(row) != ["calculate"]).then_some(())?;
            let cells = book.rows_mut("survey").remove(row);
            book.rows_mut("survey").insert(begin, cells);
            Some(Vec::new())
        }),
    ),
];

/// What refers to the row is where a refusal looks.
fn left_out(book: &mut Book, row: usize) -> Option<Places> {
    let name = book.cell("survey", row, "name").to_owned();
    let is_variable = book.is_variable(row);
    book.rows_mut("survey").remove(row);
    Some(if is_variable { book.mentions(&name) } else { Vec::new() })
}

fn named(book: &mut Book, row: usize, to: impl Fn(&str) -> String) -> Option<Places> {
    let name = to(book.cell("survey", row, "name"));
    (book.is_variable(row) && book.mentions(book.cell("survey", row, "name")).is_empty()).then_some(())?;
    book.set("survey", row, "name", &name)
}

fn another_name(book: &mut Book, row: usize, to: impl Fn(&str) -> String) -> Option<Places> {
    let other = (1..row).rev().find(|other| book.is_variable(*other))?;
    let name = to(book.cell("survey", other, "name"));
    named(book, row, |_| name.clone())
}
