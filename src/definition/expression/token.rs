//! The words of an expression.

use super::{Fault, Operator};

/// One word, with its text where that matters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// `${name}`.
    Variable(&'a str),
    /// `.`, the value itself.
    This,
    /// `..`, what is around it.
    Parent,
    /// `'text'` or `"text"`.
    Text(&'a str),
    /// `12.5`.
    Number(&'a str),
    /// A name: an operator such as `and`, a function, a column.
    Word(&'a str),
    Operator(Operator),
    Plus,
    Minus,
    Times,
    Open,
    Close,
    Comma,
}

/// Quotes as word processors make them, the single ones first.
const CURLY: [char; 4] = ['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}'];

/// Cuts a text into words. Fails on a sign that no word starts with, and on
/// what is opened and not closed.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Fault> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (token, length) = next(rest)?;
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn next(rest: &str) -> Result<(Token<'_>, usize), Fault> {
    let bytes = rest.as_bytes();
    let sign = |token, length| Ok((token, length));
    match bytes {
        [b'$', b'{', ..] => {
            let end = rest.find('}').ok_or_else(|| unexpected(rest))?;
            sign(Token::Variable(rest[2..end].trim()), end + 1)
        }
        [quote @ (b'\'' | b'"'), ..] => {
            let end = rest[1..].find(char::from(*quote)).ok_or_else(|| unexpected(rest))?;
            sign(Token::Text(&rest[1..=end]), end + 2)
        }
        _ if rest.starts_with(CURLY) => {
            let (single, double) = CURLY.split_at(2);
            let pair = if rest.starts_with(single) { single } else { double };
            let start = rest.chars().next().map_or(0, char::len_utf8);
            let end = rest[start..].find(pair).ok_or_else(|| unexpected(rest))?;
            let after = rest[start + end..].chars().next().map_or(0, char::len_utf8);
            sign(Token::Text(&rest[start..start + end]), start + end + after)
        }
        [b'!', b'=', ..] => sign(Token::Operator(Operator::NotEqual), 2),
        [b'<', b'=', ..] => sign(Token::Operator(Operator::LessOrEqual), 2),
        [b'>', b'=', ..] => sign(Token::Operator(Operator::GreaterOrEqual), 2),
        [b'=', ..] => sign(Token::Operator(Operator::Equal), 1),
        [b'<', ..] => sign(Token::Operator(Operator::Less), 1),
        [b'>', ..] => sign(Token::Operator(Operator::Greater), 1),
        [b'(', ..] => sign(Token::Open, 1),
        [b')', ..] => sign(Token::Close, 1),
        [b',', ..] => sign(Token::Comma, 1),
        [b'+', ..] => sign(Token::Plus, 1),
        [b'-', ..] => sign(Token::Minus, 1),
        [b'*', ..] => sign(Token::Times, 1),
        [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..] => {
            let length = 1 + run(&rest[1..], |letter| letter.is_ascii_digit() || letter == '.');
            let number = &rest[..length];
            sign(Token::Number(number.strip_suffix('.').unwrap_or(number)), length)
        }
        [b'.', b'.', b'/', ..] | [b'.', b'/', ..] | [b'/', ..] => {
            Err(Fault::about("definition-expression-path", rest))
        }
        [b'.', b'.', ..] => sign(Token::Parent, 2),
        [b'.', ..] => sign(Token::This, 1),
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => {
            let length =
                run(rest, |letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | ':'));
            sign(Token::Word(&rest[..length]), length)
        }
        _ => Err(unexpected(rest)),
    }
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !belongs(letter)).unwrap_or(text.len())
}

/// The fault of a word that may not stand where it stands.
pub(super) fn unexpected(text: &str) -> Fault {
    let text: String = text.chars().take(30).collect();
    Fault { id: "definition-expression-unexpected", args: vec![("what", text.into())] }
}

impl Token<'_> {
    /// The word as it was written, or nearly.
    pub(super) fn shown(&self) -> String {
        let sign = match self {
            Self::Variable(name) => return format!("${{{name}}}"),
            Self::Text(text) => return format!("'{text}'"),
            Self::Number(text) | Self::Word(text) => text,
            Self::This => ".",
            Self::Parent => "..",
            Self::Operator(Operator::Equal) => "=",
            Self::Operator(Operator::NotEqual) => "!=",
            Self::Operator(Operator::Less) => "<",
            Self::Operator(Operator::LessOrEqual) => "<=",
            Self::Operator(Operator::Greater) => ">",
            Self::Operator(Operator::GreaterOrEqual) => ">=",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Open => "(",
            Self::Close => ")",
            Self::Comma => ",",
        };
        sign.to_owned()
    }
}
