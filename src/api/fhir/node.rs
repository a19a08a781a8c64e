//! A QuestionnaireResponse as it was sent, without a meaning yet.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::validate::Name;

/// An object with items: the response itself, an item, or an answer.
#[derive(Default)]
pub struct Node<'a> {
    /// Its members, doubled ones too, but those that have a field here.
    pub members: Vec<(Cow<'a, str>, &'a RawValue)>,
    /// Its answers, if it has such a member.
    pub answer: Option<Vec<Node<'a>>>,
    /// Its items, if it has such a member.
    pub item: Option<Vec<Node<'a>>>,
}

/// A member is not what FHIR says of it.
pub struct Unreadable;

impl<'a> Node<'a> {
    /// The text of a member.
    ///
    /// # Errors
    ///
    /// It is no text, or there twice.
    pub fn text(&self, name: &str) -> Result<Option<Cow<'a, str>>, Unreadable> {
        let mut found = self.members.iter().filter(|(member, _)| member == name);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some((_, raw)), None) => match serde_json::from_str(raw.get()) {
                Ok(Name(text)) => Ok(Some(text)),
                Err(_) => Err(Unreadable),
            },
            _ => Err(Unreadable),
        }
    }

    /// Its answers.
    pub fn answers(&self) -> &[Self] {
        self.answer.as_deref().unwrap_or_default()
    }

    /// Its items.
    pub fn items(&self) -> &[Self] {
        self.item.as_deref().unwrap_or_default()
    }
}

// By hand, because a derived one passes over members that it does not know, or
// does not tell them. How deep nodes may be in each other is the reader's limit.
impl<'de> Deserialize<'de> for Node<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Node<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut node = Node::default();
                while let Some(Name(name)) = map.next_key()? {
                    let nodes = match &*name {
                        "answer" => &mut node.answer,
                        "item" => &mut node.item,
                        _ => {
                            node.members.push((name, map.next_value()?));
                            continue;
                        }
                    };
                    if nodes.replace(map.next_value()?).is_some() {
                        return Err(A::Error::custom("a doubled member"));
                    }
                }
                Ok(node)
            }
        }
        deserializer.deserialize_map(Object)
    }
}
