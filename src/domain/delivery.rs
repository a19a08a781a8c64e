//! Deliveries: one stream of one batch on its way to one service.

use std::fmt;

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
