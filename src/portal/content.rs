//! What a page shows, by name: `content! { rows, title => group.title }`.
//!
//! A template looks names up hundreds of times, so they are kept as they are
//! written and found without making a value of each.

use std::sync::Arc;

use minijinja::{
    Value,
    value::{Enumerator, Object},
};

/// Names and what they stand for.
#[derive(Debug)]
pub(super) struct Content(pub(super) Vec<(&'static str, Value)>);

impl Content {
    fn get(&self, name: &str) -> Option<Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }
}

impl Object for Content {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.get(key)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.iter().map(|(name, _)| Value::from(*name)).collect())
    }
}

/// The content of a page in its frame.
#[derive(Debug)]
pub(super) struct Framed {
    pub(super) content: Value,
    pub(super) frame: Value,
}

impl Object for Framed {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key {
            "frame" => Some(self.frame.clone()),
            _ => self.content.downcast_object_ref::<Content>()?.get(key),
        }
    }
}

/// Makes the content of a page: `name` and `name => it` of what can be
/// serialised, or all of it `name = it`, which is quicker, of what a [`Value`]
/// can be made of directly.
macro_rules! content {
    (@value $name:ident) => { minijinja::Value::from(minijinja::value::Serde(&$name)) };
    (@value $name:ident $value:expr) => { minijinja::Value::from(minijinja::value::Serde(&$value)) };
    ($($name:ident = $value:expr),* $(,)?) => {
        minijinja::Value::from_object($crate::portal::content::Content(vec![
            $((stringify!($name), minijinja::Value::from($value))),*
        ]))
    };
    ($($name:ident $(=> $value:expr)?),* $(,)?) => {
        minijinja::Value::from_object($crate::portal::content::Content(vec![
            $((stringify!($name), content!(@value $name $($value)?))),*
        ]))
    };
}

pub(super) use content;
