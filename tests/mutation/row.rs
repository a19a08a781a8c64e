//! What authors get wrong in a row of the survey or of the choices, and the
//! freedoms that they take in it.

use super::book::{
    Book, EXPRESSIONS,
    Operator::{self, Row},
    Place, Places, place,
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
        "a name that another row has in small letters",
        Row("survey", |book, row| another_name(book, row, str::to_lowercase)),
    ),
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
    ("an appearance", Row("survey", |book, row| if_variable(book, row, "appearance", "w4"))),
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
    // Where a group is not ended as it began, another row may be the wrong one.
    let elsewhere = |places: Places| {
        if kind.contains("_group") || kind.contains("_repeat") { Vec::<Place>::new() } else { places }
    };
    (fits && !is_technical)
        .then(|| book.set("survey", row, "type", &kind.replacen(from, to, 1)))?
        .map(elsewhere)
}

fn first(kind: &str) -> &str {
    kind.split_whitespace().next().unwrap()
}

fn is_select(kind: &str) -> bool {
    kind.starts_with("select_")
}

fn is_list(kind: &str) -> bool {
    kind.starts_with("select_one ") || kind.starts_with("select_multiple ")
}

fn is_file(kind: &str) -> bool {
    kind.contains("_from_file ")
}

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
