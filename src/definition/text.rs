//! Texts that a definition carries in several languages.

use crate::language::Language;

/// One text in up to three languages.
///
/// A text that speaks of answers, `${name}` as a workbook writes it, is kept
/// twice: as it is told where nobody fills anything in, with the labels of
/// those variables in their place and so without any value, and in pieces for
/// a form, which knows the answers.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Texts {
    own: Language,
    told: [String; 3],
    pieces: Option<Box<[Vec<Piece>; 3]>>,
}

/// A piece of a text that speaks of answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Piece {
    /// What is always the same.
    Text(String),
    /// The answer to the variable at this place of the definition's variables.
    Answer(usize),
}

impl Texts {
    /// No text yet, of a form whose own language is `own`.
    pub fn of(own: Language) -> Self {
        Self { own, ..Self::default() }
    }

    /// The text in `language`, else in the form's own, else in the first
    /// language that has it, in the order English, French, Dutch; empty if none
    /// has.
    pub fn get(&self, language: Language) -> &str {
        &self.told[self.place(language)]
    }

    /// The same text in pieces, if it speaks of answers.
    pub fn pieces(&self, language: Language) -> Option<&[Piece]> {
        let pieces = self.pieces.as_ref()?[self.place(language)].as_slice();
        Some(pieces).filter(|pieces| !pieces.is_empty())
    }

    fn place(&self, language: Language) -> usize {
        let order = [language, self.own, Language::En, Language::Fr, Language::Nl];
        let has_text = |language: &Language| !self.told[*language as usize].is_empty();
        order.into_iter().find(has_text).unwrap_or(language) as usize
    }

    /// The texts that exist.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.told.iter().map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Whether no language has a text.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Sets the text in `language`.
    pub fn set(&mut self, language: Language, text: &str) {
        self.told[language as usize] = text.to_owned();
    }

    /// Sets the text in `language` that speaks of answers, and what is told
    /// without them.
    pub fn set_pieces(&mut self, language: Language, told: String, pieces: Vec<Piece>) {
        self.told[language as usize] = told;
        self.pieces.get_or_insert_default()[language as usize] = pieces;
    }
}

/// The language that the end of a column's name tells: `English`,
/// `English (en)`, `en`, also in French and Dutch.
pub fn language_named(name: &str) -> Option<Language> {
    let name = name.trim().to_lowercase();
    let code = name.split_once('(').map_or(name.as_str(), |(_, code)| code.trim_end_matches(')').trim());
    let known = |word: &str| match word {
        "en" | "english" | "anglais" | "engels" => Some(Language::En),
        "fr" | "french" | "français" | "francais" | "frans" => Some(Language::Fr),
        "nl" | "dutch" | "nederlands" | "néerlandais" | "neerlandais" => Some(Language::Nl),
        _ => None,
    };
    known(code.split('-').next().unwrap_or(code)).or_else(|| known(name.split('(').next()?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_language_falls_back_to_one_that_is_there() {
        let mut texts = Texts::default();
        assert_eq!(texts.get(Language::Nl), "");
        texts.set(Language::Fr, "sexe");
        assert_eq!(texts.get(Language::Nl), "sexe");
        texts.set(Language::En, "sex");
        assert_eq!(texts.get(Language::Nl), "sex");
        texts.set(Language::Nl, "geslacht");
        assert_eq!(texts.get(Language::Nl), "geslacht");
        let mut texts = Texts::of(Language::Nl);
        texts.set(Language::Fr, "sexe");
        texts.set(Language::Nl, "geslacht");
        assert_eq!(texts.get(Language::En), "geslacht", "the form's own comes first");
    }

    #[test]
    fn the_pieces_are_those_of_the_text_that_is_told() {
        let mut texts = Texts::default();
        texts.set(Language::En, "Since when?");
        assert_eq!(texts.pieces(Language::En), None);
        let pieces = vec![Piece::Answer(3), Piece::Text(" ?".to_owned())];
        texts.set_pieces(Language::Fr, "« Plainte » ?".to_owned(), pieces.clone());
        assert_eq!((texts.pieces(Language::En), texts.pieces(Language::Nl)), (None, None));
        assert_eq!(
            (texts.get(Language::Fr), texts.pieces(Language::Fr)),
            ("« Plainte » ?", Some(&pieces[..]))
        );
        texts.set(Language::En, "");
        assert_eq!(
            (texts.get(Language::Nl), texts.pieces(Language::Nl)),
            ("« Plainte » ?", Some(&pieces[..]))
        );
    }

    #[test]
    fn languages_are_known_by_name_and_by_code() {
        for (name, language) in [
            ("English", Language::En),
            ("English (en)", Language::En),
            ("French (fr-BE)", Language::Fr),
            ("Nederlands", Language::Nl),
            (" NL ", Language::Nl),
        ] {
            assert_eq!(language_named(name), Some(language), "{name}");
        }
        assert_eq!(language_named("German"), None);
    }
}
