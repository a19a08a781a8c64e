//! An organisation (group, data provider): a hospital, laboratory or practice
//! that this installation serves.

use serde::Serialize;

use crate::domain::identifier::{Fault, Nihdi, cbe, ehp};

/// The key of an organisation in the store. Every store function that touches
/// an organisation's data takes one.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct OrganisationId(pub i64);

/// An organisation and the numbers its certificate may carry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Organisation {
    /// Its key in the store.
    pub id: OrganisationId,
    /// Its NIHDI number, by which it is named everywhere.
    pub nihdi: Nihdi,
    /// What people call it.
    pub title: String,
    /// Enterprise numbers, ten digits each.
    pub cbe: Vec<String>,
    /// eHealth partner numbers, ten digits each.
    pub ehp: Vec<String>,
    /// Whether it takes part. While it does not, only managers reach it, and
    /// nothing is imported or delivered for it.
    pub is_active: bool,
    /// Whether its members must have a second factor.
    pub requires_second_factor: bool,
    /// The names of the definitions that it may use; all if there are none.
    pub definitions: Vec<String>,
}

/// What can be edited about an organisation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Details {
    /// Its NIHDI number.
    pub nihdi: Nihdi,
    /// What people call it.
    pub title: String,
    /// Enterprise numbers, ten digits each.
    pub cbe: Vec<String>,
    /// eHealth partner numbers, ten digits each.
    pub ehp: Vec<String>,
}

impl Organisation {
    /// Whether registrations of the definition called `name` may come in for
    /// it.
    pub fn takes(&self, name: &str) -> bool {
        self.definitions.is_empty() || self.definitions.iter().any(|known| known == name)
    }

    /// Whether `number` of the certificate type `kind` (`NIHII-HOSPITAL`,
    /// `CBE`, `EHP`, …, as in an eHealth distinguished name) is one of this
    /// organisation's numbers.
    pub fn has_number(&self, kind: &str, number: &str) -> bool {
        let main = kind.split('-').next().unwrap_or(kind);
        match main {
            "NIHII" | "NIHII11" => {
                Nihdi::parse(number, Nihdi::MODULI).is_ok_and(|nihdi| nihdi.key() == self.nihdi.key())
            }
            "CBE" => cbe(number).is_ok_and(|cbe| self.cbe.contains(&cbe)),
            "EHP" => match ehp(number) {
                Ok(ehp) => self.ehp.contains(&ehp),
                Err(Fault::CheckDigits) => self.ehp.iter().any(|ehp| ehp == number),
                Err(_) => false,
            },
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_of_its_numbers_may_stand_in_its_certificate() {
        let organisation = Organisation {
            id: OrganisationId(1),
            nihdi: Nihdi::parse("71099911", Nihdi::MODULI).unwrap(),
            title: "Fictief Ziekenhuis".into(),
            cbe: vec!["0999999031".into()],
            ehp: vec!["1990990128".into()],
            is_active: true,
            requires_second_factor: false,
            definitions: Vec::new(),
        };
        assert!(organisation.has_number("NIHII-HOSPITAL", "71099911"));
        assert!(organisation.has_number("CBE", "0999999031"));
        assert!(organisation.has_number("EHP", "1990990128"));
        assert!(!organisation.has_number("NIHII-HOSPITAL", "72099902"));
        assert!(!organisation.has_number("SITE", "71099911"));
    }
}
