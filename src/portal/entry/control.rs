//! How a variable is filled in, and how its value stands there. What does not
//! fit stays to be seen: a browser would drop it without a word.

use jiff::civil::DateTime;
use serde::Serialize;

use super::typed;
use crate::{
    clock,
    definition::{Kind, List, Variable},
    domain::moment,
    language::Language,
};

/// Lists with so many choices are shown open.
const OPEN: usize = 6;

/// Lists with more choices than this are searched by typing.
const LONG: usize = 25;

/// A choice.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// What is stored.
    pub code: String,
    /// What people read; what is typed in a `search`.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Whether the filter leaves it.
    pub offered: bool,
}

/// How a variable is filled in.
pub fn control(variable: &Variable, list: Option<&List>, value: &str) -> &'static str {
    let appears = |name: &str| variable.appearance.split_whitespace().any(|it| it == name);
    let size = list.map_or(0, |list| list.choices.len());
    match variable.kind {
        Kind::SelectOne(_) if size > LONG || appears("autocomplete") || appears("search") => "search",
        Kind::SelectOne(_) if size > OPEN || appears("minimal") => "select",
        Kind::SelectOne(_) => "radio",
        Kind::SelectMultiple(_) => "boxes",
        // Elsewhere a browser joins lines to one.
        _ if value.contains('\n') => "lines",
        Kind::Text if appears("multiline") => "lines",
        Kind::Text => "text",
        Kind::Integer => "whole",
        Kind::Decimal => "decimal",
        // A browser's own field shows nothing of what it does not write so itself.
        Kind::Date if value.is_empty() || is_day(value) => "date",
        Kind::Time if value.is_empty() || is_clock(value) => "time",
        Kind::DateTime if value.is_empty() || local(value).is_some() => "moment",
        Kind::Date | Kind::Time | Kind::DateTime => "text",
    }
}

fn is_day(value: &str) -> bool {
    !value.contains('/') && moment::date(value).is_ok()
}

fn is_clock(value: &str) -> bool {
    matches!(value.len(), 5 | 8) && moment::time(value).is_ok()
}

/// A moment as a browser's own field has it: without the offset, if that is
/// Belgium's.
fn local(value: &str) -> Option<String> {
    let (day, clock) = value.split_once('T')?;
    let clock = clock.split(['+', '-', 'Z']).next()?;
    let written = moment::date_time(value).ok().filter(|_| is_day(day) && is_clock(clock))?;
    let here = DateTime::from_parts(written.date, written.time?).to_zoned(clock::belgium()).ok()?;
    let is_here = written.offset.is_none_or(|offset| offset == here.offset().seconds());
    is_here.then(|| format!("{day}T{clock}"))
}

/// The value as its field has it. `before` is the list that it was chosen from,
/// if that was another one.
pub fn shaped(
    control: &str,
    list: Option<&List>,
    before: Option<&List>,
    value: &str,
    language: Language,
) -> String {
    let worded = |list: &List| {
        list.find_code(value).map(|at| typed::typed_choice(list.label(at, language), &list.choices[at].code))
    };
    match control {
        "moment" => local(value).unwrap_or_default(),
        "search" => {
            let known = list.and_then(worded).or_else(|| before.and_then(worded));
            known.unwrap_or_else(|| value.to_owned())
        }
        _ => value.to_owned(),
    }
}

/// The value in words.
pub fn words(list: Option<&List>, value: &str, language: Language) -> String {
    let Some(list) = list else { return value.to_owned() };
    let word = |code: &str| {
        list.find_code(code).map_or_else(|| code.to_owned(), |at| list.label(at, language).to_owned())
    };
    value.split('|').map(word).collect::<Vec<_>>().join(", ")
}

/// The choices of a variable, of which a filter leaves those in `left`. What is
/// chosen is there in any case, be it in the list or only in the one `before`.
pub fn options(
    variable: &Variable,
    list: Option<&List>,
    before: Option<&List>,
    value: &str,
    left: Option<&[u32]>,
    language: Language,
) -> Vec<Choice> {
    let Some(list) = list else { return Vec::new() };
    let is_one = matches!(variable.kind, Kind::SelectOne(_));
    let picked: Vec<&str> = match is_one {
        true => vec![value],
        false => value.split('|').map(str::trim).collect(),
    };
    let known: Vec<Option<usize>> = picked.iter().map(|text| list.find(text)).collect();
    let offered = list.choices.iter().enumerate().map(|(at, choice)| {
        let label = list.label(at, language);
        let chosen = known.contains(&Some(at));
        Choice {
            chosen,
            offered: chosen || left.is_none_or(|left| left.contains(&(at as u32))),
            label: label.to_owned(),
            code: choice.code.clone(),
        }
    });
    let others = picked.iter().zip(&known).filter(|(text, place)| !text.is_empty() && place.is_none());
    let others = others.map(|(text, _)| Choice {
        code: (*text).to_owned(),
        label: words(before, text, language),
        chosen: true,
        offered: true,
    });
    offered.chain(others).collect()
}

/// The choices of a list that is searched by typing: those that a filter has
/// `left`, or all.
pub fn searched(list: &List, left: Option<&[u32]>, language: Language) -> Vec<Choice> {
    let choice = |at: usize| {
        let code = list.choices[at].code.clone();
        let label = typed::typed_choice(list.label(at, language), &code);
        Choice { code, label, chosen: false, offered: true }
    };
    match left {
        Some(left) => left.iter().map(|at| choice(*at as usize)).collect(),
        None => (0..list.choices.len()).map(choice).collect(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::definition::Texts;

    fn list(codes: &[&str]) -> List {
        let choice = |code: &&str| {
            let mut labels = Texts::default();
            labels.set(Language::En, &format!("Label of {code}"));
            ((*code).to_owned(), labels)
        };
        List::new("SIDE", codes.iter().map(choice).collect())
    }

    #[test]
    fn a_browser_is_given_its_own_field_only_for_what_it_writes_so_itself() {
        let of = |kind: Kind, value: &str| control(&Variable::plain("X".to_owned(), kind), None, value);
        for (kind, value, expected) in [
            (Kind::Date, "2024-07-01", "date"),
            (Kind::Date, "", "date"),
            (Kind::Date, "2024-07-01T10:00:00+02:00", "text"),
            (Kind::Date, "20240701", "text"),
            (Kind::Date, "01/07/2024", "text"),
            (Kind::Time, "10:05", "time"),
            (Kind::Time, "9:05", "text"),
            (Kind::Time, "10:05:00.5", "text"),
            (Kind::DateTime, "2024-07-01T10:05:00+02:00", "moment"),
            (Kind::DateTime, "2024-07-01T10:05", "moment"),
            (Kind::DateTime, "2024-07-01T10:05:00+01:00", "text"),
            (Kind::DateTime, "01/07/2024T10:05", "text"),
            (Kind::DateTime, "2024-07-01", "text"),
            (Kind::Integer, "12\n34", "lines"),
        ] {
            assert_eq!(of(kind, value), expected, "{value}");
        }
    }

    #[test]
    fn what_was_chosen_is_always_among_the_choices() {
        let (now, before) = (list(&["L", "R"]), list(&["L", "R", "B"]));
        let of = |kind: Kind, value: &str, left: Option<&[u32]>| {
            let variable = Variable::plain("X".to_owned(), kind);
            options(&variable, Some(&now), Some(&before), value, left, Language::En)
                .into_iter()
                .map(|it| (it.label.replace("Label of ", ""), it.chosen, it.offered))
                .collect::<Vec<_>>()
        };
        let row = |code: &str, chosen, offered| (code.to_owned(), chosen, offered);
        let one = Kind::SelectOne(0);
        assert_eq!(of(one, "", Some(&[0])), [row("L", false, true), row("R", false, false)]);
        assert_eq!(of(one, "R", Some(&[0])), [row("L", false, true), row("R", true, true)], "filtered");
        let gone = [row("L", false, true), row("R", false, true), row("B", true, true)];
        assert_eq!(of(one, "B", None), gone);
        let many = [row("L", true, true), row("R", false, true), row("B", true, true)];
        assert_eq!(of(Kind::SelectMultiple(0), "L|B", None), many);
        let two = of(one, "L|R", None);
        assert_eq!(two.iter().filter(|it| it.1).count(), 1, "two are no answer to pick one: {two:?}");
    }
}
