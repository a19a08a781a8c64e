//! Texts that a definition carries in several languages.

use crate::language::Language;

/// One text in up to three languages.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Texts([String; 3]);

impl Texts {
    /// The text in `language`, else in the first language that has it, in the
    /// order English, French, Dutch; empty if none has.
    pub fn get(&self, language: Language) -> &str {
        let wanted = &self.0[language as usize];
        if !wanted.is_empty() {
            return wanted;
        }
        self.0.iter().find(|text| !text.is_empty()).map_or("", String::as_str)
    }

    /// The texts that exist.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Whether no language has a text.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Sets the text in `language`.
    pub fn set(&mut self, language: Language, text: &str) {
        self.0[language as usize] = text.to_owned();
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
