//! Texts that speak of answers: `${name}` in a label, a hint or a message.

use super::{is_name, relate::Relations, survey::Part, types::in_all_languages};
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
            let columns = self.reader.texts[at].clone();
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
                    pieces.push(Piece::Answer(variable));
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
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::definition::{
        Definition, Item,
        reader::tests::{CHOICES, HD, SETTINGS, problems, read_survey},
    };

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

    #[test]
    fn texts_speak_of_answers_and_elsewhere_of_the_labels_of_those() {
        let definition = read_survey(
            "type,name,hd::key,label::English (en),label::French (fr),hint,guidance_hint,constraint,constraint_message,required_message\n\
             text,A,yes,Name,Nom,,,,,\n\
             begin_group,G,,About ${A},À propos de ${A},,,,,\n\
             integer,B,,Age of ${ A },,Not ${C},More on ${A},. > 0,Never for ${A}.,${A} has one.\n\
             end_group,,,,,,,,,\n\
             note,N,,${B}: ${A}?,,,,,,\n\
             text,C,,,,,,,,\n\
             begin_repeat,R,,Visit of ${D},,,,,,\ndate,D,,Day,,,,,,\ntext,E,,On ${D} by ${A},,,,,,\nend_repeat,,,,,,,,,\n",
        )
        .unwrap();
        let [a, b, _, d, e] = &definition.variables[..] else { panic!("five") };
        assert_eq!(a.labels.pieces(Language::En), None);
        let told = |texts: &Texts| texts.get(Language::En).to_owned();
        assert_eq!(told(&b.labels), "Age of “Name”");
        assert_eq!(told(&b.hints), "Not “C”", "without a label it is the name");
        assert_eq!(told(&b.guidance), "More on “Name”");
        assert_eq!(told(&b.constraint_message), "Never for “Name”.");
        assert_eq!(told(&b.required_message), "“Name” has one.");
        assert_eq!((told(&d.labels), told(&e.labels)), ("Day".into(), "On “Day” by “Name”".into()));
        assert_eq!(told(&definition.repeats[0].labels), "Visit of “Day”");
        let [_, Item::Group { labels: group, .. }, _, _, Item::Note { labels: note, .. }, ..] =
            &definition.layout[..]
        else {
            panic!("{:?}", definition.layout)
        };
        assert_eq!(group.get(Language::Fr), "À propos de «\u{a0}Nom\u{a0}»");
        assert_eq!(told(note), "“Age of …”: “Name”?", "a label within a label says no more");
        let answer = Piece::Answer;
        let text = |text: &str| Piece::Text(text.to_owned());
        let pieces = [answer(1), text(": "), answer(0), text("?")];
        assert_eq!(note.pieces(Language::Nl), Some(&pieces[..]), "in the language that there is");
    }

    #[test]
    fn a_text_that_speaks_of_no_answer_is_refused_with_its_place_and_stays_readable() {
        let survey = "type,name,hd::key,label::English (en),label::French (fr),hint\n\
             text,A,yes,Name of ${NOBODY},Nom,\n\
             note,N,,Fine,Voir ${D},\n\
             text,B,,Name,Nom,Like ${A\n\
             begin_repeat,R,,Visit,,\ndate,D,,Day ${N},,\nend_repeat,,,,,\n\
             begin_repeat,S,,Of ${D},,${R}\ntext,E,,Last,,\nend_repeat,,,,,\n";
        let found = problems(read_survey(survey));
        let place = |row, column: &str, id| ("survey", row, column.to_owned(), id);
        let expected = [
            place(2, "label::English (en)", "definition-text-variable"),
            place(3, "label::French (fr)", "definition-text-several"),
            place(4, "hint", "definition-text-reference"),
            place(6, "label::English (en)", "definition-text-variable"),
            place(8, "label::English (en)", "definition-text-several"),
        ];
        assert_eq!(found, expected);
        let sheets = crate::definition::workbook::read_folder(|name| match name {
            "settings.csv" => Some(SETTINGS.into()),
            "survey.csv" => Some(survey.into()),
            "choices.csv" => Some(CHOICES.into()),
            "hd.csv" => Some(HD.into()),
            _ => None,
        });
        let stored = serde_json::to_string(&sheets.unwrap()).unwrap();
        let definition = Definition::from_source(&stored).unwrap();
        assert_eq!(definition.variables[0].labels.get(Language::En), "Name of ${NOBODY}");
        assert_eq!(definition.variables[1].hints.get(Language::En), "Like ${A");
    }

    #[test]
    fn what_tells_who_the_patient_is_is_known_of_each_variable() {
        let definition = read_survey(
            "type,name,hd::key,label,calculation\ntext,TX_PAT_LAST_NAM,yes,Name,\ndate,D_PAT_DOB,,Birth,\n\
             calculate,WHO,,,\"concat(${TX_PAT_LAST_NAM}, '!')\"\n\
             calculate,AGE,,,int((today() - ${D_PAT_DOB}) div 365.25)\n\
             calculate,TWICE,,,\"concat(${WHO}, ${WHO})\"\n",
        )
        .unwrap();
        let identifies = definition.variables.iter().map(|variable| variable.identifies);
        assert_eq!(identifies.collect::<Vec<_>>(), [true, true, true, false, true]);
        let begun = "type,name,hd::key,label,default\ntext,TX_PAT_LAST_NAM,yes,Name,\n\
                     text,BEG,,Begins,\"concat(${TX_PAT_LAST_NAM}, '?')\"\ntext,C,,C,x\n";
        let identifies = read_survey(begun).unwrap().variables.into_iter().map(|it| it.identifies);
        assert_eq!(identifies.collect::<Vec<_>>(), [true, true, false]);
    }
}
