//! What authors get wrong in an expression, and what makes no difference.

use super::book::Operator::{self, Expression};

/// Each changes an expression at the first place where it can.
pub const ALL: &[(&str, Operator)] = &[
    ("a parenthesis is not closed", Expression(|text| cut(text, text.rfind(')')?, 1))),
    ("a parenthesis is not opened", Expression(|text| cut(text, text.find('(')?, 1))),
    ("a quote is not closed", Expression(|text| cut(text, text.rfind('\'')?, 1))),
    ("a quote is not opened", Expression(|text| cut(text, text.find('\'')?, 1))),
    ("a function that there is not", Expression(|text| renamed(text, |name| format!("{name}x")))),
    ("a function in capitals", Expression(|text| renamed(text, str::to_uppercase))),
    ("a function with a blank behind it", Expression(|text| renamed(text, |name| format!("{name} ")))),
    (
        "an argument too many",
        Expression(|text| {
            arguments(text, |inside| format!("{inside}{}1", if inside.is_empty() { "" } else { ", " }))
        }),
    ),
    (
        "an argument too few",
        Expression(|text| {
            arguments(text, |inside| last_comma(inside).map_or("", |at| &inside[..at]).to_owned())
        }),
    ),
    ("an argument left empty", Expression(|text| arguments(text, |inside| format!("{inside}, ")))),
    ("a reference to no variable", Expression(|text| reference(text, |name| format!("${{{name}_GONE}}")))),
    (
        "a reference in small letters",
        Expression(|text| reference(text, |name| format!("${{{}}}", name.to_lowercase()))),
    ),
    (
        "a reference with blanks in its braces",
        Expression(|text| reference(text, |name| format!("${{ {name} }}"))),
    ),
    ("a brace that is not closed", Expression(|text| reference(text, |name| format!("${{{name}")))),
    ("a brace that is not opened", Expression(|text| reference(text, |name| format!("${name}}}")))),
    ("a reference without its dollar", Expression(|text| reference(text, |name| format!("{{{name}}}")))),
    ("a reference in parentheses", Expression(|text| reference(text, |name| format!("$({name})")))),
    ("a reference without anything", Expression(|text| reference(text, |_| "${}".to_owned()))),
    ("a reference in quotes", Expression(|text| reference(text, |name| format!("'${{{name}}}'")))),
    ("a name for a reference", Expression(|text| reference(text, str::to_owned))),
    ("a path for a reference", Expression(|text| reference(text, |name| format!("../{name}")))),
    ("an operator twice", Expression(|text| operator(text, |sign| format!(" {sign} {sign} ")))),
    ("an operator left out", Expression(|text| operator(text, |_| " ".to_owned()))),
    ("an operator without blanks", Expression(|text| operator(text, str::to_owned))),
    ("== for =", Expression(|text| once(text, " = ", " == "))),
    ("<> for !=", Expression(|text| once(text, " != ", " <> "))),
    ("=> for >=", Expression(|text| once(text, " >= ", " => "))),
    ("&& for and", Expression(|text| once(text, " and ", " && "))),
    ("AND for and", Expression(|text| once(text, " and ", " AND "))),
    ("|| for or", Expression(|text| once(text, " or ", " || "))),
    ("and for or", Expression(|text| once(text, " or ", " and "))),
    ("! for not", Expression(|text| once(text, "not(", "!("))),
    ("/ for div", Expression(|text| once(text, " div ", " / "))),
    ("% for mod", Expression(|text| once(text, " mod ", " % "))),
    ("x for *", Expression(|text| once(text, " * ", " x "))),
    ("a semicolon between arguments", Expression(|text| once(text, ", ", "; "))),
    ("a comma left out", Expression(|text| once(text, ", ", " "))),
    ("a decimal comma", Expression(|text| once(text, "0.", "0,"))),
    ("an operator at the end", Expression(|text| Some(format!("{text} and")))),
    ("a plus at the end", Expression(|text| Some(format!("{text} +")))),
    ("a plus at the start", Expression(|text| Some(format!("+ {text}")))),
    ("a comma at the end", Expression(|text| Some(format!("{text},")))),
    ("a full stop at the end", Expression(|text| Some(format!("{text}.")))),
    ("an equals sign in front", Expression(|text| Some(format!("= {text}")))),
    ("a sign that means nothing", Expression(|text| Some(format!("{text} # see above")))),
    ("all of it in quotes", Expression(|text| (!text.contains('\'')).then(|| format!("'{text}'")))),
    ("all of it in parentheses", Expression(|text| Some(format!("({text})")))),
    ("a word for a number", Expression(|text| digits(text, "one"))),
    ("a text for a number", Expression(|text| digits(text, "'one'"))),
    ("nothing in the cell", Expression(|_| Some(String::new()))),
    ("a second = true()", Expression(|text| Some(format!("{text} = true()")))),
    ("double quotes", Expression(|text| all(text, "'", "\""))),
    ("curly quotes", Expression(|text| all(text, "'", "\u{2019}"))),
    (
        "curly double quotes",
        Expression(|text| {
            (text.matches('\'').count() == 2)
                .then(|| text.replacen('\'', "\u{201c}", 1).replace('\'', "\u{201d}"))
        }),
    ),
    ("two blanks for one", Expression(|text| all(text, " ", "  "))),
    ("blanks around it", Expression(|text| Some(format!("  {text} ")))),
    ("a line break in it", Expression(|text| once(text, " ", "\n"))),
    ("a blank that does not break", Expression(|text| once(text, " ", "\u{a0}"))),
];

fn cut(text: &str, at: usize, length: usize) -> Option<String> {
    Some(format!("{}{}", &text[..at], &text[at + length..]))
}

fn once(text: &str, from: &str, to: &str) -> Option<String> {
    text.contains(from).then(|| text.replacen(from, to, 1))
}

fn all(text: &str, from: &str, to: &str) -> Option<String> {
    text.contains(from).then(|| text.replace(from, to))
}

/// The first reference, which is given by its name, otherwise.
fn reference(text: &str, to: impl Fn(&str) -> String) -> Option<String> {
    let start = text.find("${")?;
    let end = start + text[start..].find('}')?;
    Some(format!("{}{}{}", &text[..start], to(&text[start + 2..end]), &text[end + 1..]))
}

/// The first function's name, from its first letter to its parenthesis.
fn function(text: &str) -> Option<(usize, usize)> {
    let is_name = |sign: char| sign.is_ascii_alphanumeric() || "-:".contains(sign);
    text.match_indices('(').find_map(|(end, _)| {
        let start = text[..end].rfind(|sign| !is_name(sign)).map_or(0, |at| at + 1);
        (start < end).then_some((start, end))
    })
}

fn renamed(text: &str, to: impl Fn(&str) -> String) -> Option<String> {
    let (start, end) = function(text)?;
    Some(format!("{}{}{}", &text[..start], to(&text[start..end]), &text[end..]))
}

/// What is between the parentheses of the first function, otherwise.
fn arguments(text: &str, to: impl Fn(&str) -> String) -> Option<String> {
    let open = function(text)?.1;
    let mut depth = 0;
    let close = text[open..].char_indices().find_map(|(at, sign)| {
        depth += i32::from(sign == '(') - i32::from(sign == ')');
        (depth == 0).then_some(open + at)
    })?;
    Some(format!("{}{}{}", &text[..=open], to(&text[open + 1..close]), &text[close..]))
}

/// The last comma that stands between two arguments.
fn last_comma(inside: &str) -> Option<usize> {
    let mut depth = 0;
    inside.char_indices().rev().find_map(|(at, sign)| {
        depth += i32::from(sign == ')') - i32::from(sign == '(');
        (depth == 0 && sign == ',').then_some(at)
    })
}

/// The first operator of a comparison, with the blanks around it, otherwise.
fn operator(text: &str, to: impl Fn(&str) -> String) -> Option<String> {
    let signs = [" = ", " != ", " < ", " > ", " <= ", " >= "];
    let (at, sign) = signs.iter().filter_map(|sign| Some((text.find(sign)?, *sign))).min()?;
    Some(format!("{}{}{}", &text[..at], to(sign.trim()), &text[at + sign.len()..]))
}

/// The last number of a comparison, otherwise.
fn digits(text: &str, to: &str) -> Option<String> {
    let end = text.rfind(|sign: char| sign.is_ascii_digit())? + 1;
    let start = text[..end].rfind(|sign: char| !sign.is_ascii_digit() && sign != '.').map_or(0, |at| at + 1);
    let is_compared =
        text[..start].ends_with("> ") || text[..start].ends_with("= ") || text[..start].ends_with("< ");
    is_compared.then(|| format!("{}{to}{}", &text[..start], &text[end..]))
}
