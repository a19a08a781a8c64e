//! Texts that fit a pattern, counted through: each number below the pattern's
//! room makes a text of its own, unless the pattern itself says one in two ways.

use regex_syntax::hir::{Class, Hir, HirKind};

/// How often more than needed something is written that may come any number of
/// times.
const MORE: u32 = 7;

/// The most signs of a class that are used where none is a letter or a digit.
const SIGNS: usize = 64;

/// A pattern, or a part of one, with the number of texts that it has.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    form: Form,
    room: u64,
}

#[derive(Clone, Debug)]
enum Form {
    Text(String),
    Sign(Vec<char>),
    Times(Box<Pattern>, u32, u32),
    Row(Vec<Pattern>),
    Either(Vec<Pattern>),
}

impl Pattern {
    /// The pattern that the text is; none if it is none. What only says where
    /// something stands is passed over: whether a text fits is seen when it is
    /// judged.
    pub(super) fn read(text: &str) -> Option<Self> {
        regex_syntax::parse(text).ok().map(|hir| Self::of(&hir))
    }

    /// So many texts it has, as far as they can be counted.
    pub(super) fn room(&self) -> u64 {
        self.room
    }

    /// Appends the text with this number, which is below the room.
    pub(super) fn write(&self, mut number: u64, out: &mut String) {
        match &self.form {
            Form::Text(text) => out.push_str(text),
            Form::Sign(signs) => out.extend(signs.get(number as usize)),
            Form::Times(part, least, most) => {
                let mut times = *least;
                while times < *most && number >= part.room.saturating_pow(times) {
                    number -= part.room.saturating_pow(times);
                    times += 1;
                }
                // The last one changes first, as people count.
                let mut numbers = vec![0; times as usize];
                for place in numbers.iter_mut().rev() {
                    *place = number % part.room;
                    number /= part.room;
                }
                numbers.into_iter().for_each(|number| part.write(number, out));
            }
            Form::Row(parts) => {
                let mut numbers = vec![0; parts.len()];
                for (place, part) in numbers.iter_mut().zip(parts).rev() {
                    *place = number % part.room;
                    number /= part.room;
                }
                parts.iter().zip(numbers).for_each(|(part, number)| part.write(number, out));
            }
            Form::Either(parts) => {
                for part in parts {
                    if number < part.room {
                        return part.write(number, out);
                    }
                    number -= part.room;
                }
            }
        }
    }

    fn of(hir: &Hir) -> Self {
        let all = |parts: &[Hir]| parts.iter().map(Self::of).collect::<Vec<_>>();
        let form = match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Form::Text(String::new()),
            HirKind::Literal(literal) => Form::Text(String::from_utf8_lossy(&literal.0).into_owned()),
            HirKind::Class(class) => Form::Sign(signs(class)),
            HirKind::Repetition(times) => {
                let most = times.max.unwrap_or_else(|| times.min.saturating_add(MORE));
                Form::Times(Box::new(Self::of(&times.sub)), times.min, most)
            }
            HirKind::Capture(group) => return Self::of(&group.sub),
            HirKind::Concat(parts) => Form::Row(all(parts)),
            HirKind::Alternation(parts) => Form::Either(all(parts)),
        };
        let room = match &form {
            Form::Text(_) => 1,
            Form::Sign(signs) => signs.len() as u64,
            Form::Times(part, least, most) => {
                (*least..=*most).map(|times| part.room.saturating_pow(times)).fold(0, u64::saturating_add)
            }
            Form::Row(parts) => parts.iter().map(|part| part.room).fold(1, u64::saturating_mul),
            Form::Either(parts) => parts.iter().map(|part| part.room).fold(0, u64::saturating_add),
        };
        Self { form, room }
    }
}

/// The signs of a class that people type: letters and digits if it has any,
/// else what is printed.
fn signs(class: &Class) -> Vec<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let has = |sign: &char| ranges.iter().any(|(start, end)| (start..=end).contains(&sign));
    let plain: Vec<char> = ('!'..='~').chain([' ']).filter(has).collect();
    let usual: Vec<char> = plain.iter().copied().filter(char::is_ascii_alphanumeric).collect();
    match (usual.is_empty(), plain.is_empty()) {
        (false, _) => usual,
        (_, false) => plain,
        _ => ranges.iter().flat_map(|(start, end)| *start..=*end).take(SIGNS).collect(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn text(pattern: &Pattern, number: u64) -> String {
        let mut text = String::new();
        pattern.write(number, &mut text);
        text
    }

    #[test]
    fn every_number_makes_another_text_that_fits() {
        for (text_of_pattern, room, first) in [
            ("[A-Z]{2}[0-9]{4}", 6_760_000, "AA0000"),
            ("P-(0[1-9]|1[0-2])", 12, "P-01"),
            ("(M|F|X)?", 4, ""),
            ("ab{1,3}c", 3, "abc"),
            ("[0-9]+", 111_111_110, "0"),
            ("[a-c]*", 3_280, ""),
            (r"^\d{2}/\d{2}$", 10_000, "00/00"),
            ("[^A-Za-z0-9]", 33, "!"),
            ("é[à-ç]", 8, "éà"),
            (".{8}", 218_340_105_584_896, "00000000"),
            ("[^\\s\\S]", 0, ""),
        ] {
            let pattern = Pattern::read(text_of_pattern).unwrap();
            assert_eq!(pattern.room(), room, "{text_of_pattern}");
            let fits = regex::Regex::new(&format!("^(?:{text_of_pattern})$")).unwrap();
            let step = (room / 500).max(1);
            let texts: Vec<_> = (0..room).step_by(step as usize).map(|at| text(&pattern, at)).collect();
            assert!(room == 0 || texts[0] == first, "{text_of_pattern}: {texts:?}");
            assert!(texts.iter().all(|text| fits.is_match(text)), "{text_of_pattern}: {texts:?}");
            assert_eq!(texts.iter().collect::<HashSet<_>>().len(), texts.len(), "{text_of_pattern}");
        }
        assert!(Pattern::read("(").is_none());
        let wide = Pattern::read("[A-Z]{40}").unwrap();
        assert_eq!(wide.room(), u64::MAX);
        assert_eq!(text(&wide, 27), format!("{}BB", "A".repeat(38)));
    }
}
