//! The log of an upload: each check, how it ended, and what it found, kept so
//! that it can be told in any language later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    check::Verdict,
    credential::Credential,
    x509::{COMMON_NAME, Certificate},
};
use crate::{
    domain::finding::{Finding, Severity},
    error::{Error, Result},
    language::{Arg, Language},
};

/// What was checked, and whose certificate it is if it was accepted.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Log {
    /// The checks in their order.
    pub steps: Vec<Entry>,
    /// Whose it is; none for an upload that was refused.
    pub holder: Option<Holder>,
}

/// One check.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Entry {
    /// Its name; the Fluent message is `certificate-step-` and the name.
    pub step: String,
    /// How it ended, as [`super::Outcome::as_str`] says it.
    pub outcome: String,
    /// What it found.
    pub findings: Vec<Told>,
}

/// A finding as it is kept.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Told {
    code: String,
    is_error: bool,
    args: BTreeMap<String, Value>,
}

/// Whose certificate it is, and what kind of key it has.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Holder {
    /// What kind of number it is: `NIHII-HOSPITAL`, `CBE`, ….
    pub kind: String,
    /// The number as it may be shown.
    pub number: String,
    /// The application that the certificate is meant for.
    pub application: Option<String>,
    /// Who issued it.
    pub issuer: String,
    /// The authentication key: `RSA 2048`, `P-256`, `P-384`.
    pub key: String,
    /// How many encryption keys there are, older ones included.
    pub encryption_keys: usize,
}

impl Log {
    /// The log of a verdict.
    pub fn of(verdict: &Verdict) -> Self {
        let steps = verdict.told().map(|(step, findings)| Entry {
            step: step.id.to_owned(),
            outcome: step.outcome.as_str().to_owned(),
            findings: findings.iter().map(Told::of).collect(),
        });
        let credential = verdict.credential.as_ref().filter(|_| verdict.accepted());
        Self { steps: steps.collect(), holder: credential.map(Holder::of) }
    }

    /// As it is stored.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }

    /// What is stored; empty if it does not read.
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

impl Told {
    fn of(finding: &Finding) -> Self {
        let value = |arg: &Arg| match arg {
            Arg::Count(number) => Value::from(*number),
            Arg::Messages(ids) => Value::from(ids.join(", ")),
            Arg::Text(text) => Value::from(text.as_str()),
        };
        Self {
            code: finding.code.to_owned(),
            is_error: finding.severity == Severity::Error,
            args: finding.args.iter().map(|(name, arg)| ((*name).to_owned(), value(arg))).collect(),
        }
    }

    /// Whether it refused the store.
    pub fn is_error(&self) -> bool {
        self.is_error
    }

    /// The sentence for a person.
    pub fn text(&self, language: Language) -> String {
        let arg = |value: &Value| match value {
            Value::Number(number) => Arg::Count(number.as_u64().unwrap_or(0)),
            value => Arg::Text(value.as_str().unwrap_or_default().to_owned()),
        };
        let args: Vec<_> = self.args.iter().map(|(name, value)| (name.as_str(), arg(value))).collect();
        language.text(&self.code, &args)
    }
}

impl Holder {
    fn of(credential: &Credential) -> Self {
        let identity = &credential.identity;
        let leaf = credential.chain.first().and_then(|leaf| Certificate::from_der(leaf).ok());
        Self {
            kind: identity.kind.clone(),
            number: identity.shown_number(),
            application: identity.application.clone(),
            issuer: leaf.map(|leaf| leaf.issuer_values(COMMON_NAME).join(", ")).unwrap_or_default(),
            key: credential.key.kind(),
            encryption_keys: credential.decryption.len(),
        }
    }
}
