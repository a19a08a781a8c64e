//! Deliveries: one stream of one batch on its way to one service.

use std::fmt;

use crate::language::Language;

/// The key of a delivery in the store.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DeliveryId(pub i64);

/// Who a stream goes to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Service {
    /// healthdata.be: registry variables.
    Platform,
    /// The eHealth trusted third party: patient identifiers.
    Ttp,
}

impl Service {
    /// Both services.
    pub const ALL: [Self; 2] = [Self::Platform, Self::Ttp];

    /// The word in the store and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Ttp => "ttp",
        }
    }

    /// The name of its stream, which is also the last part of the address.
    pub fn stream(self) -> &'static str {
        match self {
            Self::Platform => "registrations",
            Self::Ttp => "identities",
        }
    }

    /// The media type of its stream's body.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Platform => "application/cms",
            Self::Ttp => "application/x-ndjson",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The sentence of a delivery's stable reason: what happened, and who can mend
/// it. An answer's status has one for all its kind.
pub fn reason_text(language: Language, reason: &str) -> String {
    match reason.strip_prefix("status-") {
        Some(status) => {
            let passing = status.starts_with('5') || ["408", "425", "429"].contains(&status);
            let id = if passing { "delivery-reason-status-passing" } else { "delivery-reason-status-final" };
            language.text(id, &[("status", status.into())])
        }
        None => language.text(&format!("delivery-reason-{reason}"), &[]),
    }
}
