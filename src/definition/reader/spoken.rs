//! Texts that speak of answers: `${name}` in a label, a hint or a message.

use super::{
    TextColumns, is_name,
    relate::Relations,
    survey::Part,
    types::in_all_languages,
};
use crate::{
    definition::{
        sheet::{Problem, SheetRow},
        text::{Piece, Texts},
    },
    language::Language,
};

/// The place of the labels among the reader's texts.
pub(super) const LABEL: usize = 0;

/// How often the texts of a definition may speak of answers, so that the page
/// of a form stays one that can be sent.
const MOST: usize = 20_000;

/// So many letters of a label stand for the answer where there is none.
const MOST_LETTERS: usize = 80;

/// A piece of a text as it is written.
#[derive(Debug, PartialEq)]
enum Written<'a> {
    Text(&'a str),
    /// `${name}`.
    Name(&'a str),
    /// The beginning of a reference that is none.
    Broken(&'a str),
}

impl Relations<'_> {
    /// The texts of a row, which may speak of what is answered outside of
    /// repeats and in the `repeat` that the row is in.
    pub(super) fn texts(&mut self, at: usize, row: &SheetRow, repeat: Option<usize>) -> Texts {
        let mut texts = self.reader.texts[at].read(row);
        if texts.iter().any(|text| text.contains("${")) {
            let columns = TextColumns(self.reader.texts[at].0.clone());
            for (language, column, text) in columns.cells(row).filter(|(.., text)| text.contains("${")) {
                self.speak(&mut texts, language, (row, column), text, repeat);
            }
        }
        texts
    }

    /// Takes a text in pieces. What speaks of no answer is a problem, and stays
    /// as it is written.
    fn speak(
        &mut self,
        texts: &mut Texts,
        language: Language,
        (row, column): (&SheetRow, usize),
        text: &str,
        repeat: Option<usize>,
    ) {
        let mut told = String::new();
        let mut pieces = Vec::new();
        for written in split(text) {
            let name = match written {
                Written::Text(text) => {
                    told.push_str(text);
                    pieces.push(Piece::Text(text.to_owned()));
                    continue;
                }
                Written::Broken(text) => Err(("definition-text-reference", text.to_owned())),
                Written::Name(name) => self.answer(name, repeat),
            };
            match name {
                Ok(variable) => {
                    told.push_str(&self.quoted(variable, language));
                    pieces.push(Piece::Answer { variable, identifies: self.identifies(variable) });
                }
                Err((id, what)) => {
                    let header = self.reader.sheet.header[column].trim();
                    let short: String = what.chars().take(60).collect();
                    self.reader.problems.push(Problem::at("survey", row.0, header, id).with("what", short));
                    let text = match written {
                        Written::Name(name) => format!("${{{name}}}"),
                        Written::Text(text) | Written::Broken(text) => text.to_owned(),
                    };
                    told.push_str(&text);
                    pieces.push(Piece::Text(text));
                }
            }
        }
        texts.set_pieces(language, told, pieces);
    }

    /// The place of the variable that a text speaks of; else a message and what
    /// it is about.
    fn answer(&mut self, name: &str, repeat: Option<usize>) -> Result<usize, (&'static str, String)> {
        let Some(place) = self.reader.names.get(name).copied() else {
            return Err(("definition-text-variable", name.to_owned()));
        };
        let own = self.repeat_of[place];
        if own.is_some() && own != repeat {
            return Err(("definition-text-several", name.to_owned()));
        }
        self.spoken += 1;
        match self.spoken > MOST {
            true => Err(("definition-text-many", MOST.to_string())),
            false => Ok(place),
        }
    }

    /// The label of a variable, in quotes: what stands for its answer where
    /// nobody fills anything in.
    fn quoted(&self, place: usize, language: Language) -> String {
        let planned = &self.reader.planned[place];
        let labels = match planned.part {
            Part::Other(_) => in_all_languages("definition-other-text"),
            _ => self.reader.texts[LABEL].read(planned.row),
        };
        let parts = split(labels.get(language)).into_iter().map(|written| match written {
            Written::Text(text) | Written::Broken(text) => text,
            Written::Name(_) => "…",
        });
        let label: String = parts.collect();
        let short = match label.char_indices().nth(MOST_LETTERS) {
            _ if label.is_empty() => planned.name.clone(),
            Some((end, _)) => format!("{}…", label[..end].trim_end()),
            None => label,
        };
        language.text("definition-text-quoted", &[("label", short.into())])
    }
}

/// Takes a text apart. Blanks around a name do not matter.
fn split(text: &str) -> Vec<Written<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        if start > 0 {
            pieces.push(Written::Text(&rest[..start]));
        }
        rest = &rest[start..];
        let end = rest.find('}').map(|end| (end, rest[2..end].trim())).filter(|(_, name)| is_name(name));
        let length = match end {
            Some((end, name)) => {
                pieces.push(Written::Name(name));
                end + 1
            }
            None => {
                let end = rest[2..].find("${").map_or(rest.len(), |next| next + 2);
                pieces.push(Written::Broken(&rest[..end]));
                end
            }
        };
        rest = &rest[length..];
    }
    if !rest.is_empty() {
        pieces.push(Written::Text(rest));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_in_a_text_and_what_is_none_is_told() {
        use Written::{Broken, Name, Text};
        for (text, expected) in [
            ("Since ${DAY}?", vec![Text("Since "), Name("DAY"), Text("?")]),
            ("${A}${ B }", vec![Name("A"), Name("B")]),
            ("$5 {and} $ {so}", vec![Text("$5 {and} $ {so}")]),
            ("é ${", vec![Text("é "), Broken("${")]),
            ("${} of ${A}", vec![Broken("${} of "), Name("A")]),
            ("${A B}, ${last-saved#C} é", vec![Broken("${A B}, "), Broken("${last-saved#C} é")]),
            ("${A", vec![Broken("${A")]),
            ("${A${B}", vec![Broken("${A"), Name("B")]),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }
}
