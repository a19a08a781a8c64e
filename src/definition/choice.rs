//! Code lists, and the look-up of what a file says in them.

use std::collections::HashMap;

use crate::{definition::text::Texts, language::Language};

/// A code list of the sheet `choices`.
#[derive(Clone, Debug)]
pub struct List {
    /// The name by which variables refer to it.
    pub name: String,
    /// Its choices, in the order of the sheet.
    pub choices: Vec<Choice>,
    /// The names of the sheet's columns, as far as choice filters may name
    /// them.
    pub columns: Vec<String>,
    /// Where it comes from.
    pub origin: Origin,
    short: ShortCodes,
    long: HashMap<String, usize>,
    words: HashMap<String, Option<usize>>,
}

/// Where a list comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// The sheet `choices`.
    Choices,
    /// A sheet of the workbook that is named like a file.
    Sheet,
    /// A file of the same name that comes with the appliance; a copy of it is
    /// kept with the definition.
    Packaged,
}

impl Origin {
    /// The Fluent message that tells it; none for the usual place.
    pub fn id(self) -> Option<&'static str> {
        match self {
            Self::Choices => None,
            Self::Sheet => Some("definition-origin-sheet"),
            Self::Packaged => Some("definition-origin-packaged"),
        }
    }
}

/// A choice of a [`List`].
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What is stored and sent.
    pub code: String,
    /// What people read.
    pub labels: Texts,
    /// What it means in a list of yes and no, which is sent as a truth value.
    pub truth: Option<bool>,
    /// What these columns say of it.
    pub columns: Vec<String>,
}

impl List {
    /// A list of choices, each with its code and labels. Codes are unique.
    pub fn new(name: &str, choices: Vec<(String, Texts)>) -> Self {
        let truths: Vec<Option<bool>> = choices.iter().map(|(code, _)| truth_of(code)).collect();
        let is_boolean = matches!(truths[..], [Some(one), Some(other)] if one != other);
        let choices: Vec<Choice> = choices
            .into_iter()
            .zip(truths)
            .map(|((code, labels), truth)| Choice {
                code,
                labels,
                truth: truth.filter(|_| is_boolean),
                columns: Vec::new(),
            })
            .collect();
        let short = ShortCodes::new(&choices);
        let long = choices
            .iter()
            .enumerate()
            .filter(|(_, choice)| packed(&choice.code).is_none())
            .map(|(at, choice)| (choice.code.clone(), at))
            .collect();
        let words = words_of(&choices);
        Self {
            name: name.to_owned(),
            choices,
            columns: Vec::new(),
            origin: Origin::Choices,
            short,
            long,
            words,
        }
    }

    /// The same list under another name, with one more choice at its end.
    pub(super) fn with(&self, name: &str, code: &str, labels: Texts) -> Self {
        let choices = self.choices.iter().map(|choice| (choice.code.clone(), choice.labels.clone()));
        Self { origin: self.origin, ..Self::new(name, choices.chain([(code.to_owned(), labels)]).collect()) }
    }

    /// Lets filters name columns; `values` has a row for each choice.
    pub(super) fn add_columns(&mut self, columns: Vec<String>, values: Vec<Vec<String>>) {
        self.columns = columns;
        for (choice, values) in self.choices.iter_mut().zip(values) {
            choice.columns = values;
        }
    }

    /// The place of the choice that `text` names by its code, or else, in any
    /// case and language, by its code or label. A label that two choices
    /// share names none.
    pub fn find(&self, text: &str) -> Option<usize> {
        self.find_code(text).or_else(|| self.find_word(text))
    }

    /// The place of the choice with exactly this code.
    pub fn find_code(&self, code: &str) -> Option<usize> {
        match packed(code) {
            Some(key) => self.short.find(key),
            None => self.long.get(code).copied(),
        }
    }

    /// The label of the choice at a place; its code if it has no label.
    pub fn label(&self, at: usize, language: Language) -> &str {
        let choice = &self.choices[at];
        if choice.labels.is_empty() { &choice.code } else { choice.labels.get(language) }
    }

    #[cold]
    fn find_word(&self, text: &str) -> Option<usize> {
        self.words.get(&text.to_lowercase()).copied().flatten()
    }
}

/// Everything that names a choice, in small letters; none where it names two.
/// A code wins over labels, and codes that differ by case alone name none
/// here, so that only their exact form is understood.
fn words_of(choices: &[Choice]) -> HashMap<String, Option<usize>> {
    let mut words = HashMap::new();
    let add = |word: String, at: usize, words: &mut HashMap<String, Option<usize>>| {
        words.entry(word).and_modify(|known| *known = known.filter(|known| *known == at)).or_insert(Some(at));
    };
    for (at, choice) in choices.iter().enumerate() {
        add(choice.code.to_lowercase(), at, &mut words);
    }
    let mut labels = HashMap::new();
    for (at, choice) in choices.iter().enumerate() {
        for label in choice.labels.iter() {
            add(label.trim().to_lowercase(), at, &mut labels);
        }
        match choice.truth {
            Some(true) => ["true", "yes"].iter().for_each(|word| add((*word).to_owned(), at, &mut labels)),
            Some(false) => ["false", "no"].iter().for_each(|word| add((*word).to_owned(), at, &mut labels)),
            None => {}
        }
    }
    for (word, at) in labels {
        words.entry(word).or_insert(at);
    }
    words
}

fn truth_of(code: &str) -> Option<bool> {
    match code.to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => None,
    }
}

/// Codes of up to eight bytes, which nearly all are, in a table that one
/// multiplication finds.
#[derive(Clone, Debug)]
struct ShortCodes {
    slots: Vec<(u64, u32)>,
    shift: u32,
}

impl ShortCodes {
    fn new(choices: &[Choice]) -> Self {
        let size = (choices.len() * 4).next_power_of_two().max(8);
        let mut codes = Self { slots: vec![(0, 0); size], shift: 64 - size.trailing_zeros() };
        for (at, choice) in choices.iter().enumerate() {
            if let Some(key) = packed(&choice.code) {
                let mut slot = codes.start(key);
                while codes.slots[slot].0 != 0 {
                    slot = (slot + 1) % size;
                }
                codes.slots[slot] = (key, at as u32);
            }
        }
        codes
    }

    fn find(&self, key: u64) -> Option<usize> {
        let mut slot = self.start(key);
        loop {
            match self.slots[slot] {
                (0, _) => return None,
                (known, at) if known == key => return Some(at as usize),
                _ => slot = (slot + 1) % self.slots.len(),
            }
        }
    }

    fn start(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize
    }
}

/// One to eight bytes in one word. No code holds a NUL, so the padding is
/// told from the text.
fn packed(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    match bytes.len() {
        1..=8 => Some(bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(choices: &[(&str, &str, &str)]) -> List {
        let choices = choices.iter().map(|(code, english, dutch)| {
            let mut labels = Texts::default();
            labels.set(Language::En, english);
            labels.set(Language::Nl, dutch);
            ((*code).to_owned(), labels)
        });
        List::new("list", choices.collect())
    }

    #[test]
    fn a_choice_is_named_by_code_or_label_in_any_language_and_case() {
        let sex = list(&[("M", "Male", "Man"), ("F", "Female", "Vrouw")]);
        for (text, at) in
            [("M", Some(0)), ("f", Some(1)), ("VROUW", Some(1)), ("male", Some(0)), ("X", None), ("", None)]
        {
            assert_eq!(sex.find(text), at, "{text}");
        }
    }

    #[test]
    fn a_code_wins_over_a_label_and_a_shared_label_names_nobody() {
        let list = list(&[("1", "2", "een"), ("2", "1", "een"), ("a", "x", ""), ("A", "y", "")]);
        assert_eq!((list.find("1"), list.find("2"), list.find("een")), (Some(0), Some(1), None));
        assert_eq!((list.find("a"), list.find("A")), (Some(2), Some(3)));
    }

    #[test]
    fn long_codes_are_found_exactly_before_they_are_found_in_another_case() {
        let list =
            list(&[("248153007", "Male", "Man"), ("32570681000036106", "X", ""), ("LongCodeA", "", "")]);
        assert_eq!(list.find("32570681000036106"), Some(1));
        assert_eq!(list.find("longcodea"), Some(2));
        assert_eq!(list.find_code("longcodea"), None);
    }

    #[test]
    fn a_list_of_yes_and_no_holds_truth() {
        let answers = list(&[("yes", "Yes", "Ja"), ("no", "No", "Nee")]);
        assert_eq!(answers.choices[0].truth, Some(true));
        assert_eq!(
            (answers.find("true"), answers.find("FALSE"), answers.find("nee")),
            (Some(0), Some(1), Some(1))
        );
        let wider = list(&[("yes", "", ""), ("no", "", ""), ("unknown", "", "")]);
        assert!(wider.choices.iter().all(|choice| choice.truth.is_none()));
    }
}
