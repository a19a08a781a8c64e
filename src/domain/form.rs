//! The fields of a form or a query, as `application/x-www-form-urlencoded`
//! (WHATWG URL, section 5).

use std::{borrow::Cow, collections::HashMap};

/// The most fields that are taken.
pub const FIELDS: usize = 20_000;

/// Fields in the order in which they came. A name may come more than once.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<Field>);

/// A field: its name, its value without what nobody types, and the value as it
/// came if that is another.
#[derive(Clone, Debug)]
struct Field {
    name: String,
    value: String,
    came: Option<String>,
}

impl Form {
    /// Reads fields. What is not UTF-8 is replaced, what is over the limit is
    /// left out.
    pub fn read(text: &[u8]) -> Self {
        let parts = text.split(|byte| *byte == b'&').filter(|part| !part.is_empty()).take(FIELDS);
        let fields = parts.map(|part| {
            let at = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
            (decode(&part[..at]), decode(part.get(at + 1..).unwrap_or_default()))
        });
        Self::from_fields(fields.collect())
    }

    /// Fields that were read elsewhere.
    pub fn from_fields(fields: Vec<(String, String)>) -> Self {
        let field = |(name, came): (String, String)| {
            let value = typed(came.clone());
            Field { name, came: Some(came).filter(|came| *came != value), value }
        };
        Self(fields.into_iter().map(field).collect())
    }

    /// The first value called `name`, without white space around it; empty if
    /// there is none. Here and elsewhere, what nobody types is replaced in a
    /// value; only [`by_name`](Self::by_name) and [`without`](Self::without) keep
    /// it.
    pub fn get(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The first value called `name` as it came: a password may begin with a
    /// space.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|field| field.name == name).map_or("", |field| &field.value)
    }

    /// All values called `name`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |field| field.name == name).map(|field| field.value.as_str())
    }

    /// The names of all fields, as often as they came.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|field| field.name.as_str())
    }

    /// All values by their names, as they came: those of a registration are
    /// judged, and never changed unseen.
    pub fn by_name(&self) -> HashMap<&str, Vec<&str>> {
        let mut fields: HashMap<&str, Vec<&str>> = HashMap::with_capacity(self.0.len());
        for field in &self.0 {
            fields.entry(&field.name).or_default().push(field.came());
        }
        fields
    }

    /// The fields but these, as they are posted.
    pub fn without(&self, names: &[&str]) -> String {
        let kept = self.0.iter().filter(|field| !names.contains(&field.name.as_str()));
        let kept = kept.map(|field| format!("{}={}", encode(&field.name), encode(field.came())));
        kept.collect::<Vec<_>>().join("&")
    }

    /// Whether a box called `name` is ticked.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|field| field.name == name)
    }
}

impl Field {
    fn came(&self) -> &str {
        self.came.as_ref().unwrap_or(&self.value)
    }
}

/// Writes `value` so that it can stand in a query or a form.
pub fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// What was typed: no page can show control characters but these three, and
/// nobody types them.
pub fn typed(value: String) -> String {
    let is_foreign = |letter: char| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r');
    if value.contains(is_foreign) { value.replace(is_foreign, "\u{fffd}") } else { value }
}

fn decode(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        bytes.push(match (first, tail) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    high << 4 | low
                }
                _ => b'%',
            },
            (byte, _) => *byte,
        });
    }
    match String::from_utf8_lossy(&bytes) {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => text,
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_as_browsers_encode_them() {
        let form = Form::read(b"a=1&b=%C3%A9t%C3%A9+x&a=2&c&=d&e=%zz%4");
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(form.get("b"), "\u{e9}t\u{e9} x");
        assert!(form.has("c") && form.get("c").is_empty());
        assert_eq!(form.get("e"), "%zz%4");
        assert!(!form.has("x"));
    }

    #[test]
    fn a_value_survives_the_way_there_and_back() {
        let value = "O'Neil & Zoë <x@y.be>?=%\r\n";
        let form = Form::read(format!("v={}", encode(value)).as_bytes());
        assert_eq!(form.raw("v"), value);
    }

    #[test]
    fn what_nobody_types_is_replaced() {
        let form = Form::read(b"a=x%00%1b%C2%85y%09%0D%0Az");
        assert_eq!(form.raw("a"), "x\u{fffd}\u{fffd}\u{fffd}y\t\r\nz");
        assert_eq!(form.by_name()["a"], ["x\0\u{1b}\u{85}y\t\r\nz"], "but not in a registration");
        assert_eq!(form.without(&[]), "a=x%00%1B%C2%85y%09%0D%0Az");
        let form = Form::from_fields(vec![("a".into(), "\0".into())]);
        assert_eq!(form.raw("a"), "\u{fffd}");
    }

    #[test]
    fn no_bytes_and_no_amount_of_them_do_harm() {
        assert_eq!(Form::read(&b"a=1&".repeat(30_000)).0.len(), FIELDS);
        let _read = Form::read(&[0xff, b'%', b'=', 0, b'%', b'8']);
    }
}
