//! Functions that are more than their arguments' values: they choose which
//! argument counts, or know the place where they stand.

use regex::{Regex, RegexBuilder};

use super::{
    Fault,
    compile::{Purpose, Scope, Typed},
    evaluate::Term,
    function,
    kind::Type,
    parse::Tree,
};
use crate::definition::variable::Kind;

/// What a compiled pattern may take, in bytes: as little as it can do with. The
/// last is the most.
const PATTERNS: [usize; 4] = [1 << 13, 1 << 15, 1 << 17, 1 << 20];

/// Compiles a call of a special function; none if `name` is not one.
pub(super) fn compile(scope: &Scope<'_>, name: &str, arguments: &[Tree<'_>]) -> Result<Option<Typed>, Fault> {
    let wrong = || Fault::about("definition-expression-arguments", name);
    Ok(Some(match (name, arguments) {
        ("if", [condition, yes, no]) => {
            let condition = scope.truth(condition)?;
            let (yes_term, no_term) = (scope.single(yes)?, scope.single(no)?);
            let kind = union((yes, yes_term.1), (no, no_term.1));
            (Term::If(Box::new((condition, yes_term.0, no_term.0))), kind)
        }
        ("coalesce", [one, other]) => {
            let (first, second) = (scope.single(one)?, scope.single(other)?);
            let kind = union((one, first.1), (other, second.1));
            (Term::Coalesce(Box::new([first.0, second.0])), kind)
        }
        ("once", [inner]) => {
            let this = scope.this.filter(|_| scope.purpose == Purpose::Calculation);
            let this = this.ok_or_else(|| Fault::plain("definition-expression-once"))?;
            let (term, kind) = scope.single(inner)?;
            (Term::Coalesce(Box::new([scope.typed(this).0, term])), kind)
        }
        ("not" | "true" | "false", _) => {
            (Term::Truth(scope.truth(&Tree::Call(name, arguments.to_vec()))?), Type::Truth)
        }
        ("selected", [variable, code]) => match scope.chosen(variable, code)? {
            Some(node) => (Term::Truth(node), Type::Truth),
            None => return Ok(None),
        },
        ("today", []) => (Term::Today, Type::Date),
        ("now", []) => (Term::Now, Type::Moment),
        ("position", [] | [Tree::Parent]) | ("index", []) => position(scope)?,
        ("index" | "position", [Tree::Variable(repeat)]) => {
            let around = scope.repeat.and_then(|repeat| scope.repeats.get(repeat));
            if around.is_none_or(|around| around != repeat) {
                return Err(Fault::plain("definition-expression-position"));
            }
            position(scope)?
        }
        ("indexed-repeat", [variable, repeat, number]) => indexed(scope, variable, repeat, number)?,
        ("indexed-repeat", [_, _, _, _, _, ..]) => return Err(Fault::plain("definition-repeat-nested")),
        ("jr:choice-name", [code, Tree::Text(name) | Tree::Variable(name)]) => label(scope, code, name)?,
        ("regex", [text, Tree::Text(text_of_pattern)]) => {
            let term = scope.single(text)?.0;
            (Term::Matches(Box::new(pattern(scope, text_of_pattern)?), Box::new(term)), Type::Truth)
        }
        ("regex", [_, _]) => return Err(Fault::plain("definition-expression-pattern-literal")),
        ("string-length" | "normalize-space", []) => {
            let this = Term::Variable(scope.this()?, scope.kinds[scope.this()?]);
            let function = function::find(name).ok_or_else(wrong)?;
            let kind = if name == "string-length" { Type::Number } else { Type::Text };
            (Term::Call(function.run, Box::new([this])), kind)
        }
        ("random" | "uuid", _) if scope.purpose != Purpose::Calculation => {
            return Err(Fault::about("definition-expression-random", name));
        }
        ("digest", [_, algorithm, ..]) => {
            one_of(algorithm, &["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"])?;
            arguments.get(2).map_or(Ok(()), |encoding| one_of(encoding, &["base64", "hex"]))?;
            return Ok(None);
        }
        ("format-date" | "format-date-time", [_, Tree::Text(format)]) => {
            let mut signs = format.bytes();
            while signs.find(|sign| *sign == b'%').is_some() {
                if !signs.next().is_some_and(|sign| function::ESCAPES.contains(&sign)) {
                    return Err(Fault::about("definition-expression-literal", format));
                }
            }
            return Ok(None);
        }
        (
            "if" | "coalesce" | "once" | "today" | "now" | "position" | "index" | "indexed-repeat"
            | "jr:choice-name" | "regex",
            _,
        ) => return Err(wrong()),
        _ => return Ok(None),
    }))
}

/// The type of one of two parts. An empty text beside another type stands for
/// no value of it.
fn union(one: (&Tree<'_>, Type), other: (&Tree<'_>, Type)) -> Type {
    let is_text = |kind| matches!(kind, Type::Text | Type::Choice);
    let is_number = |kind| matches!(kind, Type::Number | Type::DateNumber | Type::MomentNumber);
    match (one, other) {
        ((_, one), (_, other)) if one == other => one,
        ((Tree::Text(""), _), (_, kind)) | ((_, kind), (Tree::Text(""), _)) => kind,
        ((_, one), (_, other)) if is_text(one) && is_text(other) => Type::Text,
        ((_, one), (_, other)) if is_number(one) && is_number(other) => Type::Number,
        _ => Type::Any,
    }
}

fn position(scope: &Scope<'_>) -> Result<Typed, Fault> {
    match scope.repeat {
        Some(_) => Ok((Term::Position, Type::Number)),
        None => Err(Fault::plain("definition-expression-position")),
    }
}

fn indexed(
    scope: &Scope<'_>,
    variable: &Tree<'_>,
    repeat: &Tree<'_>,
    number: &Tree<'_>,
) -> Result<Typed, Fault> {
    let wrong = || Fault::about("definition-expression-arguments", "indexed-repeat");
    let (Tree::Variable(name), Tree::Variable(repeat)) = (variable, repeat) else { return Err(wrong()) };
    let variable = scope.variables.get(*name).copied();
    let variable = variable.ok_or_else(|| Fault::about("definition-expression-variable", name))?;
    let place = scope.repeats.iter().position(|known| known == repeat).ok_or_else(wrong)?;
    if scope.repeat_of.get(variable).copied().flatten() != Some(place) {
        return Err(wrong());
    }
    let (term, kind) = scope.typed(variable);
    match term {
        Term::Variable(variable, of) => {
            Ok((Term::Indexed(place, variable, of, Box::new(scope.number(number)?.0)), kind))
        }
        _ => Err(wrong()),
    }
}

/// The second argument is a reference in quotes.
fn label(scope: &Scope<'_>, code: &Tree<'_>, name: &str) -> Result<Typed, Fault> {
    let name = name.trim().trim_start_matches("${").trim_end_matches('}').trim();
    let variable = scope.variables.get(name).copied();
    match variable.map(|variable| scope.kinds[variable]) {
        Some(Kind::SelectOne(list) | Kind::SelectMultiple(list)) => {
            Ok((Term::Label(list, Box::new(scope.single(code)?.0)), Type::Text))
        }
        Some(_) => Err(Fault::plain("definition-expression-types")),
        None => Err(Fault::about("definition-expression-variable", name)),
    }
}

fn one_of(tree: &Tree<'_>, known: &[&str]) -> Result<(), Fault> {
    match tree {
        Tree::Text(text) if !known.contains(text) => Err(Fault::about("definition-expression-literal", text)),
        _ => Ok(()),
    }
}

/// A pattern that a whole text must fit, as in JavaRosa. It is worked out in
/// time that grows with the text alone, so what needs going back (looking
/// around, references, possessive quantifiers) is refused. `\d`, `\w`, `\s`
/// and the classes of POSIX (`\p{Alpha}`) mean ASCII, as in Java.
fn pattern(scope: &Scope<'_>, text: &str) -> Result<Regex, Fault> {
    let mut plain = String::with_capacity(text.len() + 8);
    let mut signs = text.chars();
    let (mut depth, mut is_quantifier) = (0_usize, false);
    while let Some(sign) = signs.next() {
        match sign {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            // One that is doubled takes all it can and gives nothing back.
            '+' if is_quantifier => return Err(Fault::about("definition-expression-pattern", text)),
            _ => {}
        }
        is_quantifier = depth == 0 && matches!(sign, '+' | '*' | '?' | '}');
        if sign != '\\' {
            plain.push(sign);
            continue;
        }
        match signs.next() {
            Some(class @ ('p' | 'P')) => {
                let (name, after) = braced(signs.as_str());
                signs = after.chars();
                plain.push_str(&property(class == 'P', name));
            }
            Some('d') => plain.push_str("[0-9]"),
            Some('D') => plain.push_str("[^0-9]"),
            Some('w') => plain.push_str("[0-9A-Za-z_]"),
            Some('W') => plain.push_str("[^0-9A-Za-z_]"),
            Some('s') => plain.push_str("[ \\t\\n\\r\\f\\x0B]"),
            Some('S') => plain.push_str("[^ \\t\\n\\r\\f\\x0B]"),
            Some('/') => plain.push('/'),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    // By itself, so that it cannot end the group that it is put into.
    if regex_syntax::parse(&plain).is_err() {
        return Err(Fault::about("definition-expression-pattern", text));
    }
    for most in PATTERNS {
        let built = RegexBuilder::new(&format!("^(?:{plain})$")).size_limit(most).build();
        if let Ok(pattern) = built {
            scope.room.take(most)?;
            return Ok(pattern);
        }
    }
    Err(Fault::about("definition-expression-pattern", text))
}

/// What stands in braces at the beginning of `rest`, with them, and what comes
/// after it; without braces it is one letter.
fn braced(rest: &str) -> (&str, &str) {
    let end = match rest.find('}') {
        Some(end) if rest.starts_with('{') => end + 1,
        _ => rest.chars().next().map_or(0, char::len_utf8),
    };
    rest.split_at(end)
}

/// The class that `\p` and `name` mean to Java.
fn property(is_negated: bool, name: &str) -> String {
    const OF_POSIX: [&str; 13] = [
        "{Alnum}", "{Alpha}", "{ASCII}", "{Blank}", "{Cntrl}", "{Digit}", "{Graph}", "{Lower}", "{Print}",
        "{Punct}", "{Space}", "{Upper}", "{XDigit}",
    ];
    let sign = if is_negated { "^" } else { "" };
    match OF_POSIX.contains(&name) {
        true => format!("[[:{sign}{}:]]", name.trim_matches(['{', '}']).to_ascii_lowercase()),
        false => format!("\\{}{name}", if is_negated { 'P' } else { 'p' }),
    }
}
