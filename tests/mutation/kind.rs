//! What authors get wrong in the column `type`, and the freedoms that they take
//! in it.

use super::book::{
    Book,
    Operator::{self, Row},
    Places, is_file, is_list, place,
};

/// Each changes a row if the row is such a one.
pub const ALL: &[(&str, Operator)] = &[
    ("a type left empty", Row("survey", |book, row| typed(book, row, |_| true, |_| String::new()))),
    (
        "a type that there is not",
        Row("survey", |book, row| typed(book, row, |_| true, |_| "txet".to_owned())),
    ),
    ("a type in capitals", Row("survey", |book, row| typed(book, row, |_| true, str::to_uppercase))),
    (
        "a type with blanks around it",
        Row("survey", |book, row| typed(book, row, |_| true, |kind| format!("  {kind} "))),
    ),
    (
        "a type with two blanks in it",
        Row("survey", |book, row| {
            typed(book, row, |kind| kind.contains(' '), |kind| kind.replace(' ', "  "))
        }),
    ),
    (
        "a type with a word too many",
        Row("survey", |book, row| typed(book, row, |_| true, |kind| format!("{kind} x"))),
    ),
    (
        "a select without its list",
        Row("survey", |book, row| typed(book, row, is_select, |kind| first(kind).to_owned())),
    ),
    (
        "a list that there is not",
        Row("survey", |book, row| typed(book, row, is_list, |kind| format!("{} NOWHERE", first(kind)))),
    ),
    ("a list in small letters", Row("survey", |book, row| typed(book, row, is_list, str::to_lowercase))),
    (
        "a file that there is not",
        Row("survey", |book, row| {
            typed(book, row, is_file, |_| "select_one_from_file nowhere.csv".to_owned())
        }),
    ),
    (
        "a file without its ending",
        Row("survey", |book, row| typed(book, row, is_file, |kind| kind.replace(".csv", ""))),
    ),
    (
        "select one for select_one",
        Row("survey", |book, row| respelt(book, row, "select_one ", "select one ")),
    ),
    (
        "select one from for select_one",
        Row("survey", |book, row| respelt(book, row, "select_one ", "select one from ")),
    ),
    ("select1 for select_one", Row("survey", |book, row| respelt(book, row, "select_one ", "select1 "))),
    (
        "select-one for select_one",
        Row("survey", |book, row| respelt(book, row, "select_one ", "select-one ")),
    ),
    (
        "select multiple for select_multiple",
        Row("survey", |book, row| respelt(book, row, "select_multiple ", "select multiple ")),
    ),
    (
        "select all that apply for select_multiple",
        Row("survey", |book, row| respelt(book, row, "select_multiple ", "select all that apply ")),
    ),
    (
        "select_multiple for select_one",
        Row("survey", |book, row| respelt(book, row, "select_one ", "select_multiple ")),
    ),
    (
        "select_one for select_multiple",
        Row("survey", |book, row| respelt(book, row, "select_multiple ", "select_one ")),
    ),
    (
        "select one from file for select_one_from_file",
        Row("survey", |book, row| respelt(book, row, "select_one_from_file ", "select one from file ")),
    ),
    (
        "or_other",
        Row("survey", |book, row| {
            typed(
                book,
                row,
                |kind| is_list(kind) && !kind.contains("other"),
                |kind| format!("{kind} or_other"),
            )
            .map(|_| vec![place("survey", row, "")])
        }),
    ),
    ("or other for or_other", Row("survey", |book, row| respelt(book, row, " or_other", " or other"))),
    (
        "or specify other for or_other",
        Row("survey", |book, row| respelt(book, row, " or_other", " or specify other")),
    ),
    ("int for integer", Row("survey", |book, row| respelt(book, row, "integer", "int"))),
    ("number for integer", Row("survey", |book, row| respelt(book, row, "integer", "number"))),
    ("float for decimal", Row("survey", |book, row| respelt(book, row, "decimal", "float"))),
    ("string for text", Row("survey", |book, row| respelt(book, row, "text", "string"))),
    ("barcode for text", Row("survey", |book, row| respelt(book, row, "text", "barcode"))),
    ("datetime for dateTime", Row("survey", |book, row| respelt(book, row, "dateTime", "datetime"))),
    ("date time for dateTime", Row("survey", |book, row| respelt(book, row, "dateTime", "date time"))),
    ("integer for text", Row("survey", |book, row| respelt(book, row, "text", "integer"))),
    ("text for date", Row("survey", |book, row| respelt(book, row, "date", "text"))),
    ("geopoint for text", Row("survey", |book, row| respelt(book, row, "text", "geopoint"))),
    ("image for text", Row("survey", |book, row| respelt(book, row, "text", "image"))),
    ("calculate for text", Row("survey", |book, row| respelt(book, row, "text", "calculate"))),
    ("acknowledge for note", Row("survey", |book, row| respelt(book, row, "note", "acknowledge"))),
    (
        "begin group for begin_group",
        Row("survey", |book, row| respelt(book, row, "begin_group", "begin group")),
    ),
    (
        "begin repeat for begin_repeat",
        Row("survey", |book, row| respelt(book, row, "begin_repeat", "begin repeat")),
    ),
    ("end group for end_group", Row("survey", |book, row| respelt(book, row, "end_group", "end group"))),
    ("end repeat for end_repeat", Row("survey", |book, row| respelt(book, row, "end_repeat", "end repeat"))),
    (
        "begin_group for begin_repeat",
        Row("survey", |book, row| respelt(book, row, "begin_repeat", "begin_group")),
    ),
    (
        "begin_repeat for begin_group",
        Row("survey", |book, row| respelt(book, row, "begin_group", "begin_repeat")),
    ),
    ("end_group for end_repeat", Row("survey", |book, row| respelt(book, row, "end_repeat", "end_group"))),
    ("end_repeat for end_group", Row("survey", |book, row| respelt(book, row, "end_group", "end_repeat"))),
    ("end_group for begin_group", Row("survey", |book, row| respelt(book, row, "begin_group", "end_group"))),
    ("begin_group for end_group", Row("survey", |book, row| respelt(book, row, "end_group", "begin_group"))),
    ("end for end_group", Row("survey", |book, row| respelt(book, row, "end_group", "end"))),
];

fn typed(
    book: &mut Book,
    row: usize,
    fits: impl Fn(&str) -> bool,
    to: impl Fn(&str) -> String,
) -> Option<Places> {
    let kind = book.cell("survey", row, "type").to_owned();
    let is_counted = book.is_variable(row) || book.words(row) == ["begin_group"];
    (is_counted && fits(&kind)).then(|| book.set("survey", row, "type", &to(&kind)))?
}

fn respelt(book: &mut Book, row: usize, from: &str, to: &str) -> Option<Places> {
    let kind = book.cell("survey", row, "type").to_owned();
    let fits = if from.contains(' ') { kind.contains(from) } else { kind == from };
    let is_technical = book.cell("survey", row, "name").contains("AUTHOR");
    (fits && !is_technical).then(|| book.set("survey", row, "type", &kind.replacen(from, to, 1)))??;
    // Where a group is not ended as it began, another row may be the wrong one, and a variable of another type is
    // wrong where its rules say something of it.
    let is_around = kind.contains("_group") || kind.contains("_repeat");
    Some(if is_around { Vec::new() } else { vec![place("survey", row, "")] })
}

fn first(kind: &str) -> &str {
    kind.split_whitespace().next().unwrap()
}

fn is_select(kind: &str) -> bool {
    kind.starts_with("select_")
}
