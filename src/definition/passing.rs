//! Business keys that are others each time.

use std::collections::HashSet;

use super::{expression::is_volatile, variable::Variable};

/// That a calculated value hangs on the moment or on chance.
pub(super) struct Passing<'a> {
    /// The variable that it does by.
    pub(super) what: &'a str,
    /// Whether `once()` keeps it, so that it is another only in a row that does
    /// not bring it.
    pub(super) is_kept: bool,
}

impl<'a> Passing<'a> {
    /// Whether the value of the variable at `place` does; what is not kept comes
    /// first.
    pub(super) fn of(variables: &'a [Variable], place: usize) -> Option<Self> {
        let mut open = vec![(place, false)];
        let mut known = HashSet::new();
        let mut found = None;
        while let Some((at, is_kept)) = open.pop() {
            let variable = &variables[at];
            let Some(calculation) = &variable.calculation else { continue };
            let is_kept = is_kept || calculation.keeps_its_value();
            if !known.insert((at, is_kept)) {
                continue;
            }
            if is_volatile(calculation.text()) {
                let passing = Self { what: &variable.name, is_kept };
                if !is_kept {
                    return Some(passing);
                }
                found = Some(passing);
            }
            let places = calculation.mentions().into_iter();
            let places = places.filter_map(|name| variables.iter().position(|it| it.name == name));
            open.extend(places.map(|place| (place, is_kept)));
        }
        found
    }
}
