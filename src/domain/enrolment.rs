//! Who takes part in a project, and who objects: what the gate asks.

use std::collections::HashSet;

use crate::domain::registration::HoldReasons;

/// A physician as the gate tells them apart: the first eight digits of the
/// NIHDI number.
pub type Physician = [u8; 8];

/// What may leave today, for one organisation and project.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    /// The physicians enrolled today; `None` where the definition does not
    /// ask for enrolment.
    pub enrolled: Option<HashSet<Physician>>,
    /// Keyed hashes of the patients who object.
    pub objecting: HashSet<[u8; 16]>,
    /// The organisation's gate version at that moment.
    pub version: i64,
}

impl Gate {
    /// What holds back a registration of this physician about this patient.
    pub fn reasons(&self, physician: Option<&Physician>, patient: Option<&[u8; 16]>) -> HoldReasons {
        let mut reasons = HoldReasons::default();
        if let Some(enrolled) = &self.enrolled
            && !physician.is_some_and(|physician| enrolled.contains(physician))
        {
            reasons = reasons.and(HoldReasons::NOT_ENROLLED);
        }
        if patient.is_some_and(|patient| self.objecting.contains(patient)) {
            reasons = reasons.and(HoldReasons::OBJECTION);
        }
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_of_a_stranger_or_of_one_who_objects() {
        let gate = Gate {
            enrolled: Some(HashSet::from([*b"19990116"])),
            objecting: HashSet::from([[7; 16]]),
            version: 0,
        };
        assert!(gate.reasons(Some(b"19990116"), Some(&[1; 16])).is_empty());
        assert!(gate.reasons(Some(b"19990281"), None).has(HoldReasons::NOT_ENROLLED));
        assert!(gate.reasons(None, None).has(HoldReasons::NOT_ENROLLED));
        assert!(gate.reasons(Some(b"19990116"), Some(&[7; 16])).has(HoldReasons::OBJECTION));
        assert!(Gate::default().reasons(None, None).is_empty());
    }
}
