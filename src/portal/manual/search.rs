//! Searching the manual.

use serde::Serialize;

use super::{Part, Section, parts};
use crate::language::Language;

/// The most places that a search shows.
const MOST: usize = 40;

/// Letters shown before and after what was found.
const AROUND: usize = 80;

/// A place in the manual that has what was looked for.
#[derive(Debug, Serialize)]
pub struct Hit {
    /// The part's name.
    pub part: &'static str,
    /// The part's title.
    pub title: &'static str,
    /// The place in the part.
    pub id: &'static str,
    /// The heading there.
    pub heading: &'static str,
    /// The text before what was found.
    pub before: String,
    /// What was found; empty if only the heading has it.
    pub found: String,
    /// The text after what was found.
    pub after: String,
}

/// The places that have all words of `search`, whatever their capitals and
/// accents; first those whose heading has one.
pub fn search(language: Language, search: &str) -> Vec<Hit> {
    let words: Vec<Vec<char>> = search.split_whitespace().map(folded).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let places = parts(language).iter().flat_map(|part| part.sections.iter().map(move |at| (part, at)));
    let mut hits: Vec<_> = places.filter_map(|(part, section)| hit(part, section, &words)).collect();
    hits.sort_by_key(|(in_heading, _)| !in_heading);
    hits.into_iter().map(|(_, hit)| hit).take(MOST).collect()
}

/// The section, if it has all words, and whether its heading has one.
fn hit(part: &'static Part, section: &'static Section, words: &[Vec<char>]) -> Option<(bool, Hit)> {
    let (heading, text) = (folded(&section.heading), folded(&section.text));
    let has = |word: &Vec<char>| find(&heading, word).is_some() || find(&text, word).is_some();
    if !words.iter().all(has) {
        return None;
    }
    let first = words.iter().find_map(|word| find(&text, word).map(|at| (at, at + word.len())));
    let (from, to) = first.unwrap_or((0, 0));
    let shown: Vec<char> = section.text.chars().collect();
    let (start, end) = (word_before(&shown, from), word_after(&shown, to));
    let piece = |from: usize, to: usize| shown[from..to].iter().collect::<String>();
    let hit = Hit {
        part: part.name,
        title: &part.title,
        id: &section.id,
        heading: &section.heading,
        before: if start > 0 { format!("… {}", piece(start, from)) } else { piece(start, from) },
        found: piece(from, to),
        after: if end < shown.len() { format!("{} …", piece(to, end)) } else { piece(to, end) },
    };
    Some((words.iter().any(|word| find(&heading, word).is_some()), hit))
}

/// Where a word begins, some letters before `at`.
fn word_before(text: &[char], at: usize) -> usize {
    let start = at.saturating_sub(AROUND);
    if start == 0 {
        return 0;
    }
    (start..at).find(|place| text[*place].is_whitespace()).map_or(start, |place| place + 1)
}

/// Where a word ends, some letters after `at`.
fn word_after(text: &[char], at: usize) -> usize {
    let end = (at + AROUND).min(text.len());
    if end == text.len() {
        return end;
    }
    (at..end).rev().find(|place| text[*place].is_whitespace()).unwrap_or(end)
}

fn find(text: &[char], word: &[char]) -> Option<usize> {
    text.windows(word.len()).position(|part| part == word)
}

/// Small letters without accents, one for each letter.
fn folded(text: &str) -> Vec<char> {
    text.chars()
        .map(|letter| match letter.to_lowercase().next().unwrap_or(letter) {
            'à' | 'â' | 'ä' | 'á' => 'a',
            'ç' => 'c',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' | 'í' => 'i',
            'ô' | 'ö' | 'ó' => 'o',
            'ù' | 'û' | 'ü' | 'ú' => 'u',
            '’' => '\'',
            '\u{a0}' => ' ',
            small => small,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_and_accents_make_no_difference() {
        let with = search(Language::Fr, "DEUXIÈME facteur");
        let without = search(Language::Fr, "deuxieme FACTEUR");
        assert!(!with.is_empty());
        assert_eq!(with.len(), without.len());
    }

    #[test]
    fn every_word_must_be_there_and_headings_come_first() {
        let hits = search(Language::En, "locked");
        assert!(hits.iter().any(|hit| hit.part == "login"), "{hits:?}");
        assert!(search(Language::En, "locked xylophone").is_empty());
        assert!(search(Language::En, "  ").is_empty());
        let first_without = hits.iter().position(|hit| !hit.heading.to_lowercase().contains("locked"));
        let last_with = hits.iter().rposition(|hit| hit.heading.to_lowercase().contains("locked"));
        assert!(last_with < first_without || first_without.is_none() || last_with.is_none(), "{hits:?}");
    }

    #[test]
    fn what_was_found_is_shown_among_its_words() {
        for hit in search(Language::Nl, "certificaat") {
            assert!(hit.found.is_empty() || hit.found.to_lowercase() == "certificaat", "{hit:?}");
            assert!(hit.before.chars().count() <= AROUND + 2 && hit.after.chars().count() <= AROUND + 2);
        }
    }
}
