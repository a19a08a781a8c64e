//! In which order calculations are worked out.

use std::collections::{HashMap, HashSet};

use super::{
    relate::is_expression,
    survey::{Part, Planned, Reader},
};
use crate::definition::{
    expression::{is_volatile, mentioned},
    sheet::SheetRow,
};

/// What calculated variables need of each other.
pub(super) struct Order {
    /// The calculated variables, each after those that it needs.
    pub(super) places: Vec<usize>,
    /// The variables that each one's calculation or default speaks of.
    pub(super) mentions: HashMap<usize, Vec<usize>>,
    /// The calculated variables whose value may be another each time, sorted.
    pub(super) volatile: Vec<usize>,
}

impl Order {
    /// The order of the calculations, which may follow their relevance, too.
    /// Those that need each other are a problem.
    pub(super) fn of(reader: &mut Reader<'_>) -> Self {
        let is_calculated = |reader: &Reader<'_>, planned: &Planned<'_>| {
            !matches!(planned.part, Part::Other(_)) && !reader.cell(planned.row, "calculation").is_empty()
        };
        let calculated: Vec<usize> = (0..reader.planned.len())
            .filter(|place| is_calculated(reader, &reader.planned[*place]))
            .collect();
        let mut mentions = HashMap::new();
        let mut needs: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut volatile = HashSet::new();
        let named = |reader: &Reader<'_>, text: &str| -> Vec<usize> {
            let names = mentioned(text).unwrap_or_default();
            let mut places: Vec<usize> =
                names.into_iter().filter_map(|name| reader.names.get(name).copied()).collect();
            places.sort_unstable();
            places.dedup();
            places
        };
        for place in calculated.iter().copied() {
            let planned = &reader.planned[place];
            let spoken_of = named(reader, reader.cell(planned.row, "calculation"));
            let rules = planned.around.iter().chain([&planned.row]);
            let mut needed: Vec<usize> = rules
                .clone()
                .flat_map(|row| named(reader, reader.cell(row, "relevant")))
                .chain(spoken_of.clone())
                .collect();
            let texts = rules.map(|row| reader.cell(row, "relevant"));
            if texts.chain([reader.cell(planned.row, "calculation")]).any(is_volatile) {
                volatile.insert(place);
            }
            needed.retain(|other| calculated.binary_search(other).is_ok());
            needed.sort_unstable();
            needed.dedup();
            mentions.insert(place, spoken_of);
            needs.insert(place, needed);
        }
        for (place, planned) in reader.planned.iter().enumerate() {
            let default = reader.cell(planned.row, "default");
            if !matches!(planned.part, Part::Other(_)) && is_expression(default) {
                mentions.entry(place).or_insert_with(Vec::new).extend(named(reader, default));
            }
        }
        let places = sorted(&calculated, &needs);
        if places.len() < calculated.len() {
            let (way, names) = circle(reader, &calculated, &places, &needs);
            let row = reader.planned[way[0]].row;
            reader.problem(row, "calculation", "definition-calculation-circle", &names);
        } else {
            check_relevance(reader, &needs, named);
        }
        for place in &places {
            if needs[place].iter().any(|needed| volatile.contains(needed)) {
                volatile.insert(*place);
            }
        }
        let mut volatile: Vec<usize> = volatile.into_iter().collect();
        volatile.sort_unstable();
        Self { places, mentions, volatile }
    }
}

/// Whether a variable is asked may not depend on its own answer, nor on that
/// of one which is asked because of it. Groups have places after those of the
/// variables, so that each condition is looked at once.
fn check_relevance(
    reader: &mut Reader<'_>,
    calculations: &HashMap<usize, Vec<usize>>,
    named: impl Fn(&Reader<'_>, &str) -> Vec<usize>,
) {
    let mut rows: Vec<&SheetRow> = reader.planned.iter().map(|planned| planned.row).collect();
    let mut groups: HashMap<u32, usize> = HashMap::new();
    let mut needs: HashMap<usize, Vec<usize>> = HashMap::new();
    for (place, planned) in reader.planned.iter().enumerate() {
        let mut around = None;
        for row in &planned.around {
            let group = *groups.entry(row.0).or_insert_with(|| {
                rows.push(row);
                let mut needed = named(reader, reader.cell(row, "relevant"));
                needed.extend(around);
                needs.insert(rows.len() - 1, needed);
                rows.len() - 1
            });
            around = Some(group);
        }
        let mut needed = match planned.part {
            Part::Other(_) => Vec::new(),
            _ => named(reader, reader.cell(planned.row, "relevant")),
        };
        needed.extend(calculations.get(&place).into_iter().flatten());
        needed.sort_unstable();
        needed.dedup();
        needed.extend(around);
        needs.insert(place, needed);
    }
    let all: Vec<usize> = (0..rows.len()).collect();
    let places = sorted(&all, &needs);
    if places.len() < all.len() {
        let (way, names) = circle(reader, &all, &places, &needs);
        let is_asked = |place: &&usize| !reader.cell(rows[**place], "relevant").is_empty();
        let row = way.iter().find(is_asked).map_or(rows[0], |place| rows[*place]);
        reader.problem(row, "relevant", "definition-relevance-circle", &names);
    }
}

/// Those of which all needs come before; the rest need each other.
fn sorted(calculated: &[usize], needs: &HashMap<usize, Vec<usize>>) -> Vec<usize> {
    let mut missing: HashMap<usize, usize> =
        needs.iter().map(|(place, needed)| (*place, needed.len())).collect();
    let mut needed_by: HashMap<usize, Vec<usize>> = HashMap::new();
    for (place, needed) in needs {
        for other in needed {
            needed_by.entry(*other).or_default().push(*place);
        }
    }
    let mut sorted: Vec<usize> = calculated.iter().copied().filter(|place| missing[place] == 0).collect();
    let mut at = 0;
    while let Some(place) = sorted.get(at).copied() {
        at += 1;
        let mut next = needed_by.remove(&place).unwrap_or_default();
        next.sort_unstable();
        for other in next {
            if let Some(missing) = missing.get_mut(&other) {
                *missing -= 1;
                if *missing == 0 {
                    sorted.push(other);
                }
            }
        }
    }
    sorted
}

/// Those that need each other in turn, and the names of the variables among
/// them.
fn circle(
    reader: &Reader<'_>,
    calculated: &[usize],
    sorted: &[usize],
    needs: &HashMap<usize, Vec<usize>>,
) -> (Vec<usize>, String) {
    let sorted: HashSet<usize> = sorted.iter().copied().collect();
    let left = |place: &usize| !sorted.contains(place);
    let Some(mut place) = calculated.iter().copied().find(left) else { return (vec![0], String::new()) };
    let mut way = Vec::new();
    while !way.contains(&place) {
        way.push(place);
        place = needs[&place].iter().copied().find(left).unwrap_or(place);
    }
    let start = way.iter().position(|known| *known == place).unwrap_or_default();
    way.drain(..start);
    let variables = way.iter().chain([&place]).filter_map(|place| reader.planned.get(*place));
    let names: Vec<&str> = variables.map(|planned| planned.name.as_str()).collect();
    let names = names.join(" → ");
    (way, names)
}
