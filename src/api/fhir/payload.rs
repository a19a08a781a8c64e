//! A payload on its way from a response, or an instance of a repeat in it.

use std::{borrow::Cow, collections::HashMap};

use serde_json::Value;

/// Its members in their order, each with its values and whether they are an
/// array in any case.
#[derive(Default)]
pub struct Payload<'a> {
    members: Vec<(Cow<'a, str>, Vec<Cow<'a, str>>, bool)>,
    places: HashMap<Cow<'a, str>, usize>,
}

impl<'a> Payload<'a> {
    /// Adds a value, as JSON, to those of a member; `is_array` says whether they
    /// are an array even if there is but one.
    pub fn put(&mut self, name: Cow<'a, str>, value: Cow<'a, str>, is_array: bool) {
        match self.places.get(&name) {
            Some(at) => self.members[*at].1.push(value),
            None => {
                self.places.insert(name.clone(), self.members.len());
                self.members.push((name, vec![value], is_array));
            }
        }
    }

    /// How many values a member has so far.
    pub fn count(&self, name: &str) -> usize {
        self.places.get(name).map_or(0, |at| self.members[*at].1.len())
    }

    /// The payload as JSON.
    pub fn object(&self) -> String {
        let members = self.members.iter().map(|(name, values, is_array)| {
            let value = match values.as_slice() {
                [value] if !is_array => value.clone(),
                values => format!("[{}]", values.join(",")).into(),
            };
            format!("{}:{value}", Value::from(&**name))
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}
