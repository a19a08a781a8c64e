//! The values of a registration as they are stored: JSON, but with the digits
//! of its numbers, which a binary fraction could change.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::{
    definition::{Definition, Variable},
    store::history::Whole,
};

/// So far are values in each other: a multiple choice, in an instance of a
/// repeat, in the instances.
const DEEPEST: u8 = 3;

/// A value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Json {
    /// No value.
    Null,
    /// The code of a list that means yes or no.
    Bool(bool),
    /// A number: its digits as they are stored, without an exponent.
    Number(String),
    /// A text, or a code.
    String(String),
    /// Several values, or the instances of a repeat.
    Array(Vec<Self>),
    /// An instance of a repeat.
    Object(BTreeMap<String, Self>),
}

impl Json {
    /// The text that it is, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The values that it holds, if they are several.
    pub fn as_array(&self) -> Option<&Vec<Self>> {
        match self {
            Self::Array(values) => Some(values),
            _ => None,
        }
    }

    fn instances_mut(&mut self) -> impl Iterator<Item = &mut BTreeMap<String, Self>> {
        let values = match self {
            Self::Array(values) => values.as_mut_slice(),
            _ => &mut [],
        };
        values.iter_mut().filter_map(|value| match value {
            Self::Object(members) => Some(members),
            _ => None,
        })
    }

    /// The instance that it is, if it is one.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Self>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }
}

/// The values of a registration of `definition`, those that leave and those that
/// stay here. A yes or no is told as the code that was chosen: in another
/// version its list may hold more than two, and then no truth.
pub fn values(definition: &Definition, whole: &Whole) -> BTreeMap<String, Json> {
    let mut values = read(&whole.data);
    for (name, here) in read(&whole.local) {
        match (values.get_mut(&name), here) {
            // Of a repeat a part leaves and a part stays here.
            (Some(Json::Array(leaving)), Json::Array(staying)) => {
                for (instance, rest) in leaving.iter_mut().zip(staying) {
                    if let (Json::Object(instance), Json::Object(rest)) = (instance, rest) {
                        instance.extend(rest);
                    }
                }
            }
            (_, here) => _ = values.insert(name, here),
        }
    }
    for variable in &definition.variables {
        let repeat = variable.repeat.map(|repeat| definition.repeats[repeat].name.as_str());
        match repeat {
            None => values.get_mut(&variable.name).into_iter().for_each(|it| code(definition, variable, it)),
            Some(repeat) => {
                let told = values.get_mut(repeat).into_iter().flat_map(Json::instances_mut);
                let told = told.filter_map(|instance| instance.get_mut(&variable.name));
                told.for_each(|it| code(definition, variable, it));
            }
        }
    }
    values
}

/// Puts the code of the choice in the place of a truth.
fn code(definition: &Definition, variable: &Variable, value: &mut Json) {
    match value {
        Json::Array(values) => values.iter_mut().for_each(|it| code(definition, variable, it)),
        Json::Bool(truth) => {
            let mut choices = definition.list_of(variable).into_iter().flat_map(|list| &list.choices);
            if let Some(choice) = choices.find(|choice| choice.truth == Some(*truth)) {
                *value = Json::String(choice.code.clone());
            }
        }
        _ => {}
    }
}

/// The members of a stored object; none of what is no object.
pub fn read(text: &str) -> BTreeMap<String, Json> {
    members(text, DEEPEST).unwrap_or_default()
}

fn members(text: &str, room: u8) -> serde_json::Result<BTreeMap<String, Json>> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
    members.into_iter().map(|(name, raw)| Ok((name, value(raw.get(), room)?))).collect()
}

fn value(text: &str, room: u8) -> serde_json::Result<Json> {
    Ok(match text.as_bytes() {
        [b'{' | b'[', ..] if room == 0 => Json::Null,
        [b'{', ..] => Json::Object(members(text, room - 1)?),
        [b'[', ..] => {
            let parts: Vec<&RawValue> = serde_json::from_str(text)?;
            let parts = parts.into_iter().map(|raw| value(raw.get(), room - 1));
            Json::Array(parts.collect::<serde_json::Result<_>>()?)
        }
        [b'"', ..] => Json::String(serde_json::from_str(text)?),
        [b't' | b'f', ..] => Json::Bool(serde_json::from_str(text)?),
        [b'n', ..] => Json::Null,
        _ => Json::Number(text.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits_wherever_they_stand() {
        let text = r#"{"A":123456789012345678.12,"B":[0.000005,"é\n",true,null],"C":[{"D":-0.000000001,"E":["x"]}]}"#;
        let read = read(text);
        let number = |text: &str| Json::Number(text.to_owned());
        let text = |text: &str| Json::String(text.to_owned());
        assert_eq!(read["A"], number("123456789012345678.12"));
        let parts = [number("0.000005"), text("é\n"), Json::Bool(true), Json::Null];
        assert_eq!(read["B"], Json::Array(parts.into()));
        let members = [("D", number("-0.000000001")), ("E", Json::Array(vec![text("x")]))];
        let members = members.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(read["C"], Json::Array(vec![Json::Object(members.into())]));
    }

    #[test]
    fn what_is_no_object_or_too_deep_has_no_values() {
        for text in ["", "[1]", "{\"A\":", "7"] {
            assert!(read(text).is_empty(), "{text}");
        }
        let deep = format!("{{\"A\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(matches!(read(&deep)["A"], Json::Array(_)));
    }
}
