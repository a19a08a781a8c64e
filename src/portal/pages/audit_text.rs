//! Events of the audit as people read them.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::{
    domain::{account::AccountId, act::sentence, organisation::Organisation},
    error::Result,
    language::Language,
    portal::{format, pages::group},
    store::{Tx, account, audit::Event},
};

/// Tells events, and remembers the people it has met.
pub struct Teller<'a> {
    language: Language,
    groups: &'a [Organisation],
    emails: HashMap<i64, String>,
}

/// An event in words.
#[derive(Serialize)]
pub struct Told {
    /// Who did it: an e-mail address, or what the machine calls itself.
    pub person: String,
    /// What was done.
    pub sentence: String,
    /// The title of the organisation; empty for none.
    pub group: String,
    /// The organisation's NIHDI number; empty for none.
    pub nihdi: String,
    /// The details by their names.
    pub details: Vec<(String, String)>,
}

impl<'a> Teller<'a> {
    /// A teller in `language` who knows these organisations.
    pub fn new(language: Language, groups: &'a [Organisation]) -> Self {
        Self { language, groups, emails: HashMap::new() }
    }

    /// Tells an event.
    pub fn tell(&mut self, tx: &Tx<'_>, event: &Event) -> Result<Told> {
        let group = self.groups.iter().find(|group| Some(group.id.0) == event.organisation);
        let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
        let mut told = Vec::new();
        self.flatten(tx, None, &details, &mut told)?;
        Ok(Told {
            person: self.person(tx, &event.actor)?,
            sentence: self.known(&sentence(&event.act)).unwrap_or_else(|| event.act.clone()),
            group: group.map_or_else(String::new, |group| group.title.clone()),
            nihdi: group.map_or_else(String::new, |group| group.nihdi.as_str().to_owned()),
            details: told,
        })
    }

    fn person(&mut self, tx: &Tx<'_>, actor: &str) -> Result<String> {
        match actor.strip_prefix("account:").and_then(|id| id.parse().ok()) {
            Some(id) => self.email(tx, id),
            None => group::person(tx, self.language, actor),
        }
    }

    fn email(&mut self, tx: &Tx<'_>, id: i64) -> Result<String> {
        if let Some(known) = self.emails.get(&id) {
            return Ok(known.clone());
        }
        let email = account::get(tx, AccountId(id))?.email;
        self.emails.insert(id, email.clone());
        Ok(email)
    }

    /// Adds the values below `value`, each with its name; what is in a list or
    /// in another value is told with the name of that.
    fn flatten(
        &mut self,
        tx: &Tx<'_>,
        name: Option<&str>,
        value: &Value,
        told: &mut Vec<(String, String)>,
    ) -> Result<()> {
        let text = match value {
            Value::Null => return Ok(()),
            Value::Object(fields) => {
                for (key, value) in fields {
                    let label = self.known(&format!("detail-{key}")).unwrap_or_else(|| key.clone());
                    let label = name.map_or(label.clone(), |name| format!("{name} › {label}"));
                    match (key.as_str(), value.as_i64(), value.as_str().and_then(|code| self.word(key, code)))
                    {
                        ("account", Some(id), _) => told.push((label, self.email(tx, id)?)),
                        (_, _, Some(word)) => told.push((label, word)),
                        _ => self.flatten(tx, Some(&label), value, told)?,
                    }
                }
                return Ok(());
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for item in items {
                    self.flatten(tx, name, item, told)?;
                }
                return Ok(());
            }
            Value::Array(items) if items.is_empty() => return Ok(()),
            Value::Array(items) => items.iter().map(|item| self.plain(item)).collect::<Vec<_>>().join(", "),
            Value::Bool(is_so) => self.language.text(if *is_so { "matrix-yes" } else { "matrix-no" }, &[]),
            other => self.plain(other),
        };
        told.push((name.unwrap_or_default().to_owned(), text));
        Ok(())
    }

    /// The word for a role or a state.
    fn word(&self, key: &str, code: &str) -> Option<String> {
        match key {
            "role" => self.known(&format!("role-{code}")),
            "state" => {
                self.known(&format!("state-{code}")).or_else(|| self.known(&format!("upload-state-{code}")))
            }
            _ => None,
        }
    }

    fn known(&self, id: &str) -> Option<String> {
        self.language.has(id).then(|| self.language.text(id, &[]))
    }

    /// A value as it stands, but moments as the reader writes them and of a
    /// hash as much as tells it from others; the export has it whole.
    fn plain(&self, value: &Value) -> String {
        let Some(text) = value.as_str() else { return value.to_string() };
        if let Ok(moment) = text.parse::<Timestamp>() {
            return format::time(self.language, moment.as_millisecond());
        }
        let is_hash = text.len() >= HASH && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hash { format!("{}…", &text[..SHOWN]) } else { format::date(self.language, text) }
    }
}

/// The least letters of a hash in hexadecimal, and how many are shown.
const HASH: usize = 40;
const SHOWN: usize = 12;
