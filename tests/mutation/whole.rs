//! What authors get wrong in the headers, the settings and the sheets, and the
//! freedoms that they take there.

use super::book::{
    Book,
    Operator::{self, Book as Whole},
    Places, place,
};

/// Each changes the workbook as a whole, if it can.
pub const ALL: &[(&str, Operator)] = &[
    ("nothing is changed", Whole(|_| Some(Vec::new()))),
    (
        "the columns in another order",
        Whole(|book| {
            ["survey", "choices", "settings"]
                .iter()
                .for_each(|sheet| book.rows_mut(sheet).iter_mut().for_each(|row| row.reverse()));
            Some(Vec::new())
        }),
    ),
    (
        "the sheets in another order",
        Whole(|book| {
            book.sheets.reverse();
            Some(Vec::new())
        }),
    ),
    (
        "the sheets' names in capitals",
        Whole(|book| {
            book.sheets.iter_mut().for_each(|(name, _)| *name = name.to_uppercase());
            Some(Vec::new())
        }),
    ),
    (
        "blanks around the sheets' names",
        Whole(|book| {
            book.sheets.iter_mut().for_each(|(name, _)| *name = format!("{name} "));
            Some(Vec::new())
        }),
    ),
    ("no sheet survey", Whole(|book| without(book, "survey"))),
    ("no sheet choices", Whole(|book| without(book, "choices"))),
    ("no sheet settings", Whole(|book| without(book, "settings"))),
    (
        "a sheet choices without rows",
        Whole(|book| {
            book.rows_mut("choices").truncate(1);
            Some(Vec::new())
        }),
    ),
    (
        "a sheet survey without rows",
        Whole(|book| {
            book.rows_mut("survey").truncate(1);
            Some(Vec::new())
        }),
    ),
    (
        "a sheet that means nothing",
        Whole(|book| {
            book.sheets
                .push(("changes".to_owned(), vec![vec!["date".to_owned()], vec!["2024-01-01".to_owned()]]));
            Some(Vec::new())
        }),
    ),
    (
        "a blank row under the header",
        Whole(|book| {
            for sheet in ["survey", "choices"] {
                let width = book.rows(sheet)[0].len();
                book.rows_mut(sheet).insert(1, vec![String::new(); width]);
            }
            Some(Vec::new())
        }),
    ),
    (
        "headers in capitals",
        Whole(|book| {
            headers(book, |name| if name.contains("::") { name.to_owned() } else { name.to_uppercase() })
        }),
    ),
    ("headers with blanks around them", Whole(|book| headers(book, |name| format!(" {name} ")))),
    (
        "headers with blanks for underscores",
        Whole(|book| {
            headers(book, |name| if name.contains("::") { name.to_owned() } else { name.replace('_', " ") })
        }),
    ),
    (
        "headers with two blanks for underscores",
        Whole(|book| {
            headers(book, |name| if name.contains("::") { name.to_owned() } else { name.replace('_', "  ") })
        }),
    ),
    ("labels in capitals", Whole(|book| headers(book, |name| name.replace("label", "LABEL")))),
    ("blanks around the colons of labels", Whole(|book| headers(book, |name| name.replace("::", " :: ")))),
    ("one colon for two", Whole(|book| headers(book, |name| name.replace("::", ":")))),
    (
        "languages without their codes",
        Whole(|book| {
            headers(book, |name| name.replace(" (en)", "").replace(" (fr)", "").replace(" (nl)", ""))
        }),
    ),
    (
        "codes for the languages",
        Whole(|book| {
            headers(book, |name| {
                name.replace("English (en)", "en").replace("French (fr)", "fr").replace("Dutch (nl)", "nl")
            })
        }),
    ),
    (
        "a language that is not ours",
        Whole(|book| headers(book, |name| name.replace("French (fr)", "Klingon (tlh)"))),
    ),
    ("labels in one language", Whole(|book| headers(book, |name| name.replace("::English (en)", "")))),
    ("relevance for relevant", Whole(|book| book.rename_column("survey", "relevant", "relevance"))),
    ("bind::relevant for relevant", Whole(|book| book.rename_column("survey", "relevant", "bind::relevant"))),
    ("relevnat for relevant", Whole(|book| book.rename_column("survey", "relevant", "relevnat"))),
    (
        "bind::constraint for constraint",
        Whole(|book| book.rename_column("survey", "constraint", "bind::constraint")),
    ),
    ("constraints for constraint", Whole(|book| book.rename_column("survey", "constraint", "constraints"))),
    ("bind::required for required", Whole(|book| book.rename_column("survey", "required", "bind::required"))),
    ("mandatory for required", Whole(|book| book.rename_column("survey", "required", "mandatory"))),
    ("calculate for calculation", Whole(|book| book.rename_column("survey", "calculation", "calculate"))),
    (
        "bind::calculate for calculation",
        Whole(|book| book.rename_column("survey", "calculation", "bind::calculate")),
    ),
    ("formula for calculation", Whole(|book| book.rename_column("survey", "calculation", "formula"))),
    (
        "constraining_message for constraint_message",
        Whole(|book| headers(book, |name| name.replace("constraint_message", "constraining_message"))),
    ),
    (
        "bind::jr:constraintMsg for constraint_message",
        Whole(|book| headers(book, |name| name.replace("constraint_message", "bind::jr:constraintMsg"))),
    ),
    (
        "requiredMsg for required_message",
        Whole(|book| headers(book, |name| name.replace("required_message", "requiredMsg"))),
    ),
    ("caption for label", Whole(|book| headers(book, |name| name.replace("label::", "caption::")))),
    ("command for type", Whole(|book| book.rename_column("survey", "type", "command"))),
    ("tag for name", Whole(|book| book.rename_column("survey", "name", "tag"))),
    ("value for name", Whole(|book| book.rename_column("survey", "name", "value"))),
    ("value for name of choices", Whole(|book| book.rename_column("choices", "name", "value"))),
    (
        "code for name of choices",
        Whole(|book| {
            book.rename_column("choices", "name", "code").map(|_| vec![place("choices", 0, "name")])
        }),
    ),
    ("list name for list_name", Whole(|book| book.rename_column("choices", "list_name", "list name"))),
    (
        "list for list_name",
        Whole(|book| {
            book.rename_column("choices", "list_name", "list").map(|_| vec![place("choices", 0, "list_name")])
        }),
    ),
    ("count for repeat_count", Whole(|book| book.rename_column("survey", "repeat_count", "count"))),
    ("jr:count for repeat_count", Whole(|book| book.rename_column("survey", "repeat_count", "jr:count"))),
    ("readonly for read_only", Whole(|book| book.rename_column("survey", "read_only", "readonly"))),
    (
        "choice filter for choice_filter",
        Whole(|book| book.rename_column("survey", "choice_filter", "choice filter")),
    ),
    ("parameter for parameters", Whole(|book| book.rename_column("survey", "parameters", "parameter"))),
    (
        "no column type",
        Whole(|book| book.rename_column("survey", "type", "kind").map(|_| vec![place("survey", 0, "type")])),
    ),
    (
        "no column name",
        Whole(|book| book.rename_column("survey", "name", "nam").map(|_| vec![place("survey", 0, "name")])),
    ),
    (
        "a column that means nothing",
        Whole(|book| {
            book.add_column("survey", "remarks");
            book.set("survey", 2, "remarks", "see mail").map(|_| Vec::new())
        }),
    ),
    (
        "a column without a header",
        Whole(|book| {
            let at = book.add_column("survey", "");
            "see mail".clone_into(&mut book.rows_mut("survey")[2][at]);
            Some(Vec::new())
        }),
    ),
    ("a second column relevant", Whole(|book| second(book, "relevant", "relevant"))),
    ("a second column Relevant", Whole(|book| second(book, "relevant", "Relevant"))),
    ("a second column relevance", Whole(|book| second(book, "relevant", "relevance"))),
    ("a second column name", Whole(|book| second(book, "name", "name"))),
    ("settings without form_id", Whole(|book| book.set("settings", 1, "form_id", ""))),
    ("settings without a column form_id", Whole(|book| book.rename_column("settings", "form_id", "form"))),
    ("settings without version", Whole(|book| book.set("settings", 1, "version", ""))),
    (
        "settings without a column version",
        Whole(|book| {
            book.rename_column("settings", "version", "edition")
                .map(|_| vec![place("settings", 0, "version")])
        }),
    ),
    ("settings without form_title", Whole(|book| book.set("settings", 1, "form_title", ""))),
    ("settings without default_language", Whole(|book| book.set("settings", 1, "default_language", ""))),
    ("settings in French", Whole(|book| book.set("settings", 1, "default_language", "French (fr)"))),
    (
        "settings in a language without labels",
        Whole(|book| book.set("settings", 1, "default_language", "Klingon (tlh)")),
    ),
    ("a version by its date", Whole(|book| book.set("settings", 1, "version", "2024010101"))),
    ("a version of words", Whole(|book| book.set("settings", 1, "version", "first draft"))),
    (
        "a form_id with blanks",
        Whole(|book| book.set("settings", 1, "form_id", "my form").map(|_| Vec::new())),
    ),
    ("id_string for form_id", Whole(|book| book.rename_column("settings", "form_id", "id_string"))),
    ("title for form_title", Whole(|book| book.rename_column("settings", "form_title", "title"))),
    (
        "set_form_title for form_title",
        Whole(|book| book.rename_column("settings", "form_title", "set_form_title")),
    ),
    ("a name of the form", Whole(|book| book.set("settings", 1, "name", "root"))),
    ("a wrong name of the form", Whole(|book| book.set("settings", 1, "name", "1 2").map(|_| Vec::new()))),
    ("a style", Whole(|book| book.set("settings", 1, "style", "pages"))),
    ("an instance_name", Whole(|book| book.set("settings", 1, "instance_name", "concat('a', 'b')"))),
    ("a wrong instance_name", Whole(|book| book.set("settings", 1, "instance_name", "${NOBODY}"))),
    (
        "choices twice on purpose",
        Whole(|book| {
            book.set("settings", 1, "allow_choice_duplicates", "yes")?;
            let copy = book.rows("choices")[1].clone();
            book.rows_mut("choices").insert(2, copy);
            Some(vec![place("choices", 2, "name")])
        }),
    ),
    (
        "a second row of settings",
        Whole(|book| {
            let copy = book.rows("settings")[1].clone();
            book.rows_mut("settings").push(copy);
            Some(Vec::new())
        }),
    ),
    (
        "a list that nobody uses",
        Whole(|book| {
            let width = book.rows("choices")[0].len();
            let mut cells = vec![String::new(); width];
            for (column, text) in [("list_name", "SPARE"), ("name", "a"), ("label::English (en)", "A")] {
                if let Some(at) = book.column("choices", column) {
                    text.clone_into(&mut cells[at]);
                }
            }
            book.rows_mut("choices").push(cells);
            Some(Vec::new())
        }),
    ),
    (
        "a column of the choices that means nothing",
        Whole(|book| {
            book.add_column("choices", "remarks");
            book.set("choices", 2, "remarks", "see mail").map(|_| Vec::new())
        }),
    ),
    (
        "pictures of choices",
        Whole(|book| book.set("choices", 1, "media::image", "a.png").map(|_| Vec::new())),
    ),
    (
        "a calculation in another column",
        Whole(|book| {
            let row = (1..book.rows("survey").len()).find(|row| book.words(*row) == ["calculate"])?;
            let text = book.cell("survey", row, "calculation").to_owned();
            book.set("survey", row, "calculation", "")?;
            book.set("survey", row, "relevant", &text)?;
            Some(vec![place("survey", row, "calculation")])
        }),
    ),
];

fn without(book: &mut Book, sheet: &str) -> Option<Places> {
    book.sheets.retain(|(name, _)| name != sheet);
    Some(Vec::new())
}

fn headers(book: &mut Book, to: impl Fn(&str) -> String) -> Option<Places> {
    let mut is_changed = false;
    for sheet in ["survey", "choices", "settings"] {
        for name in &mut book.rows_mut(sheet)[0] {
            let is_own = ["hd::", "name::", "destination::", "authentic_source::"]
                .iter()
                .any(|own| name.starts_with(own));
            let other = to(name);
            if !is_own && other != *name {
                is_changed = true;
                *name = other;
            }
        }
    }
    is_changed.then(Vec::new)
}

/// A column with the same content as one that is there.
fn second(book: &mut Book, column: &str, header: &str) -> Option<Places> {
    let from = book.column("survey", column)?;
    let to = book.add_column("survey", header);
    book.rows_mut("survey").iter_mut().skip(1).for_each(|row| row[to] = row[from].clone());
    Some(Vec::new())
}
