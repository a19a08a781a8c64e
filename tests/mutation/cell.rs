//! What authors write into the other cells of a row, right or wrong.

use super::book::{
    Book,
    Operator::{self, Row},
    Places, is_file, is_list, place,
};

/// Each changes a row if the row is such a one.
pub const ALL: &[(&str, Operator)] = &[
    (
        "no label",
        Row("survey", |book, row| {
            let columns: Vec<usize> = (0..book.rows("survey")[0].len())
                .filter(|at| book.rows("survey")[0][*at].starts_with("label"))
                .collect();
            let cells = &mut book.rows_mut("survey")[row];
            let had = columns.iter().any(|at| !cells[*at].is_empty());
            columns.iter().for_each(|at| cells[*at].clear());
            had.then(Vec::new)
        }),
    ),
    (
        "another label",
        Row("survey", |book, row| if_variable(book, row, "label::English (en)", "Something else")),
    ),
    (
        "another hint",
        Row("survey", |book, row| if_variable(book, row, "hint::English (en)", "Something else")),
    ),
    ("an appearance", Row("survey", |book, row| of_type(book, row, "text", "appearance", "w4"))),
    (
        "a picture beside a label",
        Row("survey", |book, row| of_type(book, row, "integer", "media::image", "a.png")),
    ),
    (
        "a guidance hint",
        Row("survey", |book, row| of_type(book, row, "integer", "guidance_hint::English (en)", "Twice")),
    ),
    ("a reference in a label", Row("survey", |book, row| label_with(book, row, "TX_STING_NR"))),
    ("a reference to no variable in a label", Row("survey", |book, row| label_with(book, row, "NOBODY"))),
    (
        "a reference in a hint",
        Row("survey", |book, row| of_type(book, row, "integer", "hint::English (en)", "As ${NOBODY} says")),
    ),
    ("required is YES", Row("survey", |book, row| required(book, row, "YES"))),
    ("required is TRUE", Row("survey", |book, row| required(book, row, "TRUE"))),
    ("required is true()", Row("survey", |book, row| required(book, row, "true()"))),
    ("required is false()", Row("survey", |book, row| required(book, row, "false()"))),
    ("required is 1", Row("survey", |book, row| required(book, row, "1"))),
    ("required is oui", Row("survey", |book, row| required(book, row, "oui"))),
    ("required is perhaps", Row("survey", |book, row| required(book, row, "perhaps"))),
    ("relevant is yes", Row("survey", |book, row| if_variable(book, row, "relevant", "yes"))),
    ("relevant is false()", Row("survey", |book, row| if_variable(book, row, "relevant", "false()"))),
    ("read_only is yes", Row("survey", |book, row| if_variable(book, row, "read_only", "yes"))),
    ("read_only is an expression", Row("survey", |book, row| if_variable(book, row, "read_only", "1 = 1"))),
    (
        "a constraint that does not speak of the value",
        Row("survey", |book, row| if_variable(book, row, "constraint", "1 = 1")),
    ),
    (
        "a relevance that speaks of the value",
        Row("survey", |book, row| if_variable(book, row, "relevant", ". = ''")),
    ),
    (
        "a relevance that needs its own variable",
        Row("survey", |book, row| {
            let own = format!("${{{}}} = 'x'", book.cell("survey", row, "name"));
            if book.words(row) == ["text"] { if_variable(book, row, "relevant", &own) } else { None }
        }),
    ),
    (
        "a calculation that needs itself",
        Row("survey", |book, row| {
            let own = format!(
                "{} + ${{{}}}",
                book.cell("survey", row, "calculation"),
                book.cell("survey", row, "name")
            );
            if book.cell("survey", row, "calculation").is_empty() {
                None
            } else {
                book.set("survey", row, "calculation", &own)
            }
        }),
    ),
    (
        "two calculations that need each other",
        Row("survey", |book, row| {
            let other = (1..row).find(|other| book.words(*other) == ["calculate"])?;
            let (one, another) =
                (book.cell("survey", row, "name").to_owned(), book.cell("survey", other, "name").to_owned());
            (book.words(row) == ["calculate"]).then_some(())?;
            book.set("survey", row, "calculation", &format!("${{{another}}}"))?;
            book.set("survey", other, "calculation", &format!("${{{one}}}"))?;
            Some(vec![place("survey", other, "calculation")])
        }),
    ),
    (
        "a calculation of another variable",
        Row("survey", |book, row| {
            if book.words(row) == ["text"] { if_variable(book, row, "calculation", "1 + 1") } else { None }
        }),
    ),
    (
        "a calculation of a group",
        Row("survey", |book, row| of_type(book, row, "begin_group", "calculation", "1 + 1")),
    ),
    (
        "a calculation of a note",
        Row("survey", |book, row| of_type(book, row, "note", "calculation", "1 + 1")),
    ),
    (
        "a wrong calculation of a note",
        Row("survey", |book, row| of_type(book, row, "note", "calculation", "1 +")),
    ),
    ("a constraint of a note", Row("survey", |book, row| of_type(book, row, "note", "constraint", ". = 1"))),
    (
        "a constraint of a group",
        Row("survey", |book, row| of_type(book, row, "begin_group", "constraint", "1 = 1")),
    ),
    (
        "a wrong constraint of a group",
        Row("survey", |book, row| of_type(book, row, "begin_group", "constraint", "1 =")),
    ),
    ("a required group", Row("survey", |book, row| of_type(book, row, "begin_group", "required", "yes"))),
    ("a required note", Row("survey", |book, row| of_type(book, row, "note", "required", "yes"))),
    (
        "a relevance of a group's end",
        Row("survey", |book, row| of_type(book, row, "end_group", "relevant", "1 = 1")),
    ),
    (
        "a wrong relevance of a group's end",
        Row("survey", |book, row| of_type(book, row, "end_group", "relevant", "1 = ")),
    ),
    (
        "a name of a group's end",
        Row("survey", |book, row| of_type(book, row, "end_group", "name", "THE_END")),
    ),
    (
        "a name of its own for a group's end",
        Row("survey", |book, row| of_type(book, row, "end_repeat", "label::English (en)", "The end")),
    ),
    (
        "a relevance of a group",
        Row("survey", |book, row| of_type(book, row, "begin_group", "relevant", "1 = 1")),
    ),
    (
        "a relevance of a repeat",
        Row("survey", |book, row| of_type(book, row, "begin_repeat", "relevant", "1 = 1")),
    ),
    ("a relevance of a note", Row("survey", |book, row| of_type(book, row, "note", "relevant", "1 = 1"))),
    (
        "a wrong relevance of a note",
        Row("survey", |book, row| of_type(book, row, "note", "relevant", "1 = ")),
    ),
    ("a default of a group", Row("survey", |book, row| of_type(book, row, "begin_group", "default", "1"))),
    ("a group without a name", Row("survey", |book, row| of_type(book, row, "begin_group", "name", ""))),
    (
        "a group with a wrong name",
        Row("survey", |book, row| of_type(book, row, "begin_group", "name", "1 2")),
    ),
    ("a repeat without a name", Row("survey", |book, row| of_type(book, row, "begin_repeat", "name", ""))),
    ("a note without a name", Row("survey", |book, row| of_type(book, row, "note", "name", ""))),
    ("a note with a wrong name", Row("survey", |book, row| of_type(book, row, "note", "name", "1 2"))),
    (
        "a count of a repeat",
        Row("survey", |book, row| of_type(book, row, "begin_repeat", "repeat_count", "3")),
    ),
    (
        "a count that is no number",
        Row("survey", |book, row| of_type(book, row, "begin_repeat", "repeat_count", "'three'")),
    ),
    ("a count of a group", Row("survey", |book, row| of_type(book, row, "begin_group", "repeat_count", "3"))),
    ("a count of a variable", Row("survey", |book, row| if_variable(book, row, "repeat_count", "3"))),
    ("a wrong count of a variable", Row("survey", |book, row| if_variable(book, row, "repeat_count", "3 +"))),
    (
        "a filter of a text",
        Row("survey", |book, row| of_type(book, row, "text", "choice_filter", "name = 'x'")),
    ),
    ("a filter of a list", Row("survey", |book, row| if_list(book, row, "choice_filter", "name != 'x'"))),
    (
        "a filter by a column that there is not",
        Row("survey", |book, row| if_list(book, row, "choice_filter", "nothing = 'x'")),
    ),
    (
        "a default that is a code",
        Row("survey", |book, row| {
            let list = book.words(row).get(1)?.to_string();
            let code =
                (1..book.rows("choices").len()).find(|at| book.cell("choices", *at, "list_name") == list)?;
            let code = book.cell("choices", code, "name").to_owned();
            if_list(book, row, "default", &code)
        }),
    ),
    ("a default that is no code", Row("survey", |book, row| if_list(book, row, "default", "nothing"))),
    ("a default that is no date", Row("survey", |book, row| of_type(book, row, "date", "default", "soon"))),
    (
        "a default that is no number",
        Row("survey", |book, row| of_type(book, row, "integer", "default", "many")),
    ),
    ("a default that is a sum", Row("survey", |book, row| of_type(book, row, "integer", "default", "1 + 1"))),
    (
        "a default that is a sentence",
        Row("survey", |book, row| of_type(book, row, "text", "default", "See above (or below)")),
    ),
    (
        "a default of another variable",
        Row("survey", |book, row| {
            let other = (1..row).find(|other| book.words(*other) == ["text"] && book.is_variable(*other))?;
            let reference = format!("${{{}}}", book.cell("survey", other, "name"));
            of_type(book, row, "text", "default", &reference)
        }),
    ),
    (
        "a trigger",
        Row("survey", |book, row| {
            let other = (1..row).find(|other| book.is_variable(*other))?;
            let reference = format!("${{{}}}", book.cell("survey", other, "name"));
            if book.words(row) == ["calculate"] {
                book.set("survey", row, "trigger", &reference)
            } else {
                None
            }
        }),
    ),
    (
        "a trigger without a calculation",
        Row("survey", |book, row| {
            let other = (1..row).find(|other| book.is_variable(*other))?;
            let reference = format!("${{{}}}", book.cell("survey", other, "name"));
            of_type(book, row, "text", "trigger", &reference)
        }),
    ),
    (
        "a row that is disabled",
        Row("survey", |book, row| {
            let mentions = book.mentions(book.cell("survey", row, "name"));
            if mentions.is_empty() {
                if_variable(book, row, "disabled", "yes").map(|_| Vec::new())
            } else {
                None
            }
        }),
    ),
    (
        "parameters without a value",
        Row("survey", |book, row| of_type(book, row, "range", "parameters", "start")),
    ),
    (
        "parameters that there are not",
        Row("survey", |book, row| of_type(book, row, "range", "parameters", "first=1")),
    ),
    ("a range without parameters", Row("survey", |book, row| of_type(book, row, "range", "parameters", ""))),
    (
        "a range in steps of nothing",
        Row("survey", |book, row| of_type(book, row, "range", "parameters", "start=0 end=10 step=0")),
    ),
    (
        "a range that ends before it starts",
        Row("survey", |book, row| of_type(book, row, "range", "parameters", "start=10 end=0 step=1")),
    ),
    (
        "a range with steps that do not fit",
        Row("survey", |book, row| of_type(book, row, "range", "parameters", "start=0 end=10 step=3")),
    ),
    (
        "a range of words",
        Row("survey", |book, row| of_type(book, row, "range", "parameters", "start=one end=ten")),
    ),
    (
        "a range with commas",
        Row("survey", |book, row| of_type(book, row, "range", "parameters", "start=0, end=10, step=1")),
    ),
    (
        "a range with blanks at its signs",
        Row("survey", |book, row| of_type(book, row, "range", "parameters", "start = 0 end = 10 step = 1")),
    ),
    (
        "a range in other units",
        Row("survey", |book, row| of_type(book, row, "range", "parameters", "start=0 end=1 step=0.1")),
    ),
    ("parameters of a text", Row("survey", |book, row| of_type(book, row, "text", "parameters", "rows=3"))),
    (
        "wrong parameters of a text",
        Row("survey", |book, row| of_type(book, row, "text", "parameters", "rows")),
    ),
    ("choices in any order", Row("survey", |book, row| if_list(book, row, "parameters", "randomize=true"))),
    (
        "wrong parameters of a list",
        Row("survey", |book, row| if_list(book, row, "parameters", "randomise=true")),
    ),
    ("wrong parameters of a file", Row("survey", |book, row| of_file(book, row, "value=nothing"))),
];

fn if_variable(book: &mut Book, row: usize, column: &str, text: &str) -> Option<Places> {
    if book.is_variable(row) { book.set("survey", row, column, text) } else { None }
}

fn if_list(book: &mut Book, row: usize, column: &str, text: &str) -> Option<Places> {
    let fits = is_list(book.cell("survey", row, "type")) && book.is_variable(row);
    if fits { book.set("survey", row, column, text) } else { None }
}

fn of_type(book: &mut Book, row: usize, kind: &str, column: &str, text: &str) -> Option<Places> {
    let is_technical = book.cell("survey", row, "name").contains("AUTHOR");
    if book.words(row) == [kind] && !is_technical { book.set("survey", row, column, text) } else { None }
}

fn of_file(book: &mut Book, row: usize, text: &str) -> Option<Places> {
    if is_file(book.cell("survey", row, "type")) {
        book.set("survey", row, "parameters", text).map(|_| vec![place("survey", row, "type")])
    } else {
        None
    }
}

fn required(book: &mut Book, row: usize, text: &str) -> Option<Places> {
    if book.cell("survey", row, "required") == "yes" {
        if_variable(book, row, "required", text)
    } else {
        None
    }
}

fn label_with(book: &mut Book, row: usize, name: &str) -> Option<Places> {
    let is_there = name == "NOBODY" || (1..row).any(|other| book.cell("survey", other, "name") == name);
    let text = format!("After ${{{name}}}");
    if is_there {
        of_type(book, row, "integer", "label::English (en)", &text).map(|_| Vec::new())
    } else {
        None
    }
}
