//! Which variables tell who the patient is, and where values go because of it.

use std::collections::HashMap;

use super::{relate::Relations, truth};
use crate::definition::variable::{Destinations, Kind, Role};

impl Relations<'_> {
    /// Identities stay here unless their row itself says otherwise, and so
    /// does what is calculated from them; a number that is calculated from the
    /// birth date, an age, tells no more than other values, if it does not count
    /// to a date itself. The patient's own
    /// number goes to the trusted third party alone, and what is calculated
    /// from it to nobody, whatever the row says.
    pub(super) fn destinations(&mut self, place: usize) -> Destinations {
        let row = self.reader.planned[place].row;
        let identities = &self.identities[place];
        let tells = self.identifies(place);
        let said = self.reader.cell(row, "destination::hd");
        let hd = match said {
            _ if identities.contains(&Role::Patient) => false,
            "" => !self.destined && !tells,
            _ => truth(said).unwrap_or(true),
        };
        let identifying =
            self.roles[place] == Some(Role::BirthDate) && self.yes_or_no(row, "hd::identifying");
        let goes = |column: &str| truth(self.reader.cell(row, column)).unwrap_or(true);
        Destinations {
            hd: hd || identifying,
            hd_client: goes("destination::hd_client"),
            nippin: goes("destination::nippin"),
            nippin_xml_name: self.reader.cell(row, "destination::nippin_xml_name").to_owned(),
            nippin_relevant: self.reader.cell(row, "destination::nippin_relevant").to_owned(),
            ima: goes("destination::ima"),
        }
    }

    /// Whether a variable tells who the patient is, by itself or by what it is
    /// worked out from.
    pub(super) fn identifies(&self, place: usize) -> bool {
        self.identities[place].iter().any(|role| match role {
            Role::BirthDate => {
                let counts_to_a_date = self.calculated[place].is_some();
                let is_number = matches!(self.kinds[place], Kind::Integer | Kind::Decimal);
                self.roles[place].is_some() || !is_number || counts_to_a_date
            }
            _ => true,
        })
    }

    /// The identities that each variable is, is calculated from or begins with.
    pub(super) fn find_identities(&mut self) {
        let mut takers: HashMap<usize, Vec<usize>> = HashMap::new();
        for (place, mentioned) in &self.order.mentions {
            mentioned.iter().for_each(|other| takers.entry(*other).or_default().push(*place));
        }
        self.identities = vec![Vec::new(); self.roles.len()];
        for (place, role) in self.roles.iter().enumerate() {
            let Some(role) = role.filter(|role| role.is_identity()) else { continue };
            let mut reached = vec![place];
            while let Some(next) = reached.pop() {
                if !self.identities[next].contains(&role) {
                    self.identities[next].push(role);
                    reached.extend(takers.get(&next).into_iter().flatten());
                }
            }
        }
    }
}
