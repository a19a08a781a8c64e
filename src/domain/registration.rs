//! A registration: one filled-in definition, and its way through the states.

use std::fmt;

use serde::Serialize;

/// The key of a registration: its block's key times 1,024 plus its place in
/// the block, so that no look-up is needed from one to the other.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RegistrationId(pub i64);

impl RegistrationId {
    /// How many places a block has at the most in its numbering.
    pub const PLACES: i64 = 1024;

    /// The registration at `place` of `block`.
    pub fn new(block: i64, place: usize) -> Self {
        debug_assert!((place as i64) < Self::PLACES);
        Self(block * Self::PLACES + place as i64)
    }

    /// The key of the block that holds it.
    pub fn block(self) -> i64 {
        self.0 / Self::PLACES
    }

    /// Its place in the block, from 0.
    pub fn place(self) -> usize {
        (self.0 % Self::PLACES) as usize
    }
}

/// Where a registration is. The numbers are what the store keeps.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
#[repr(i64)]
pub enum State {
    /// A draft, which a person will complete.
    Open = 0,
    /// Complete, and waiting to be put into a batch.
    Submitted = 1,
    /// May not leave now; [`HoldReasons`] says why.
    Held = 2,
    /// In a sealed batch that is not wholly receipted yet.
    Queued = 3,
    /// All receipts are in.
    Sent = 4,
    /// The platform joined it and took it in.
    Consolidated = 5,
    /// The platform refused it.
    Refused = 6,
    /// A correction replaced it.
    Superseded = 7,
    /// Taken back.
    Withdrawn = 8,
}

impl State {
    /// All states, in the order of a registration's life.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::Submitted,
        Self::Held,
        Self::Queued,
        Self::Sent,
        Self::Consolidated,
        Self::Refused,
        Self::Superseded,
        Self::Withdrawn,
    ];

    /// The state that the store's `number` stands for.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state as i64 == number)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Submitted => "submitted",
            Self::Held => "held",
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Consolidated => "consolidated",
            Self::Refused => "refused",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
        })
    }
}

/// Why a registration may not leave: a set, because each reason goes by
/// itself and only the last one that goes releases it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct HoldReasons(pub i64);

impl HoldReasons {
    /// Its physician is not enrolled in the project.
    pub const NOT_ENROLLED: Self = Self(1);
    /// Its patient objects to sharing data.
    pub const OBJECTION: Self = Self(2);
    /// Another value than the identifier holds the patient's own number.
    pub const IDENTIFIER_IN_VALUE: Self = Self(4);
    /// The organisation has no valid certificate.
    pub const NO_CERTIFICATE: Self = Self(8);

    /// All reasons with their names, which are also Fluent identifiers after
    /// `hold-`.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::NOT_ENROLLED, "not-enrolled"),
        (Self::OBJECTION, "objection"),
        (Self::IDENTIFIER_IN_VALUE, "identifier-in-value"),
        (Self::NO_CERTIFICATE, "no-certificate"),
    ];

    /// Whether nothing holds the registration back.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Both sets together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the set has all of `other`.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The names of the reasons in the set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().filter(move |(reason, _)| self.has(*reason)).map(|(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_knows_its_block_and_place() {
        let id = RegistrationId::new(77, 999);
        assert_eq!((id.block(), id.place()), (77, 999));
    }

    #[test]
    fn each_state_has_its_own_number() {
        for state in State::ALL {
            assert_eq!(State::from_number(state as i64), Some(state));
        }
        assert_eq!(State::from_number(99), None);
    }

    #[test]
    fn reasons_are_a_set() {
        let both = HoldReasons::OBJECTION.and(HoldReasons::NOT_ENROLLED);
        assert!(both.has(HoldReasons::OBJECTION));
        assert_eq!(both.names().collect::<Vec<_>>(), ["not-enrolled", "objection"]);
    }
}
