//! The three languages of the appliance, from Fluent files under
//! `assets/language/<language>/`, embedded in the binary.
//!
//! Every file of a language is loaded into one bundle, so a message is found
//! by its identifier alone.

use std::{collections::HashMap, sync::OnceLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use fluent_syntax::{
    ast::{Entry, PatternElement},
    parser, serializer,
};
use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;

/// A language that every text exists in.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
    /// Dutch.
    Nl,
}

/// An argument of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// A number that the message may choose a plural by.
    Count(u64),
    /// Other messages by their identifiers, put in as a list in the reader's
    /// language.
    Messages(Vec<String>),
    /// Text, put in as it is.
    Text(String),
}

/// The arguments of a message, by name.
pub type Args = Vec<(&'static str, Arg)>;

impl Language {
    /// All languages.
    pub const ALL: [Self; 3] = [Self::En, Self::Fr, Self::Nl];

    /// The two-letter code of ISO 639-1, which is also the folder's name.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::Nl => "nl",
        }
    }

    /// The language that the environment asks for (`LC_ALL`, `LC_MESSAGES`,
    /// `LANG`, in that order), else English.
    pub fn from_environment() -> Self {
        let asked = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
            .unwrap_or_default();
        Self::ALL.into_iter().find(|language| asked.starts_with(language.code())).unwrap_or_default()
    }

    /// The message `id` in this language. A message that does not exist shows
    /// its identifier, so that a support desk can still name it.
    pub fn text(self, id: &str, args: &[(&str, Arg)]) -> String {
        let Texts { bundle, plain } = texts(self);
        if let Some(text) = plain.get(id) {
            return text.clone();
        }
        let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
            return id.to_owned();
        };
        let mut values = FluentArgs::new();
        for (name, arg) in args {
            match arg {
                Arg::Count(number) => values.set(*name, *number as f64),
                Arg::Messages(ids) => {
                    let texts: Vec<_> = ids.iter().map(|id| self.text(id, &[])).collect();
                    values.set(*name, FluentValue::from(texts.join(", ")));
                }
                Arg::Text(text) => values.set(*name, FluentValue::from(text.as_str())),
            }
        }
        bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned()
    }

    /// The message `id` in this language, if it exists and is text alone.
    pub fn plain(self, id: &str) -> Option<&'static str> {
        texts(self).plain.get(id).map(String::as_str)
    }

    /// Whether the message `id` exists in this language.
    pub fn has(self, id: &str) -> bool {
        let Texts { bundle, plain } = texts(self);
        plain.contains_key(id) || bundle.has_message(id)
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        Self::Count(number)
    }
}

#[derive(RustEmbed)]
#[folder = "assets/language"]
struct Files;

/// The messages of a language. Most are text alone and are kept as that, since
/// a page shows dozens of them and their parsed form takes five times the room.
struct Texts {
    bundle: FluentBundle<FluentResource>,
    plain: HashMap<String, String>,
}

fn texts(language: Language) -> &'static Texts {
    static TEXTS: [OnceLock<Texts>; 3] = [const { OnceLock::new() }; 3];
    TEXTS[language as usize].get_or_init(|| load(language))
}

/// The shipped files are checked by a test, so a part that does not parse is
/// left out here rather than stopping the appliance.
fn load(language: Language) -> Texts {
    let mut bundle = FluentBundle::new_concurrent(vec![
        LanguageIdentifier::from_bytes(language.code().as_bytes()).unwrap_or_default(),
    ]);
    bundle.set_use_isolating(false);
    let folder = format!("{}/", language.code());
    let mut plain = HashMap::new();
    for name in Files::iter().filter(|name| name.starts_with(&folder)) {
        let Some(file) = Files::get(&name) else { continue };
        let source = String::from_utf8_lossy(&file.data);
        let mut resource = parser::parse_runtime(&*source).unwrap_or_else(|(resource, _)| resource);
        resource.body.retain(|entry| {
            let alone = text_alone(entry);
            plain.extend(alone.clone());
            alone.is_none()
        });
        let rest = serializer::serialize(&resource);
        bundle
            .add_resource_overriding(FluentResource::try_new(rest).unwrap_or_else(|(resource, _)| resource));
    }
    plain.shrink_to_fit();
    Texts { bundle, plain }
}

/// Identifier and text of a message that is nothing else.
fn text_alone(entry: &Entry<&str>) -> Option<(String, String)> {
    let Entry::Message(message) = entry else { return None };
    let elements = message.value.as_ref()?.elements.iter();
    let texts = elements.map(|element| match element {
        PatternElement::TextElement { value } => Some(*value),
        PatternElement::Placeable { .. } => None,
    });
    let text = texts.collect::<Option<String>>()?;
    message.attributes.is_empty().then(|| (message.id.name.to_owned(), text))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn every_file_parses_and_has_the_same_messages_in_each_language() {
        let mut keys: BTreeMap<String, BTreeMap<&str, BTreeSet<String>>> = BTreeMap::new();
        for language in Language::ALL {
            let folder = format!("{}/", language.code());
            for name in Files::iter().filter(|name| name.starts_with(&folder)) {
                let data = Files::get(&name).expect("listed by the embedder").data;
                let source = String::from_utf8(data.into_owned()).expect("UTF-8");
                let resource = FluentResource::try_new(source.clone())
                    .unwrap_or_else(|(_, errors)| panic!("{name}: {errors:?}"));
                assert!(resource.entries().count() > 0, "{name} is empty");
                let file = name[folder.len()..].to_owned();
                let ids = source
                    .lines()
                    .filter_map(|line| line.split_once(" =").map(|(id, _)| id))
                    .filter(|id| !id.starts_with([' ', '#']))
                    .map(str::to_owned)
                    .collect();
                keys.entry(file).or_default().insert(language.code(), ids);
            }
        }
        for (file, by_language) in keys {
            assert_eq!(by_language.len(), 3, "{file} is missing in a language");
            assert_eq!(by_language["en"], by_language["fr"], "{file}: en and fr differ");
            assert_eq!(by_language["en"], by_language["nl"], "{file}: en and nl differ");
        }
    }
    #[test]
    fn what_is_kept_of_a_message_says_what_the_file_says() {
        for language in Language::ALL {
            let folder = format!("{}/", language.code());
            for name in Files::iter().filter(|name| name.starts_with(&folder)) {
                let data = Files::get(&name).expect("listed by the embedder").data;
                let source = String::from_utf8(data.into_owned()).expect("UTF-8");
                let resource = FluentResource::try_new(source).expect("parses");
                let ids = resource.entries().filter_map(|entry| match entry {
                    Entry::Message(message) => Some(message.id.name.to_owned()),
                    _ => None,
                });
                let ids: Vec<String> = ids.collect();
                let mut whole =
                    FluentBundle::new_concurrent(vec![language.code().parse().expect("a language")]);
                whole.set_use_isolating(false);
                whole.add_resource(resource).expect("no message twice");
                let mut count = FluentArgs::new();
                count.set("count", 2_f64);
                for id in ids {
                    let pattern = whole.get_message(&id).and_then(|found| found.value()).expect("a value");
                    let said = whole.format_pattern(pattern, Some(&count), &mut Vec::new());
                    assert!(language.has(&id), "{id}");
                    assert_eq!(language.text(&id, &[("count", Arg::Count(2))]), said, "{id}");
                }
            }
        }
    }
}
