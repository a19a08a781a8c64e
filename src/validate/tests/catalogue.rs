//! Every bundled definition and what is generated for it.

use std::collections::HashSet;

use super::{
    samples::{judge_all, rows},
    *,
};
use crate::definition::{Role, bundled};

fn definitions() -> impl Iterator<Item = Arc<Definition>> {
    bundled().iter().map(|known| known.definition().unwrap())
}

#[test]
fn samples_of_each_bundled_definition_have_nothing_wrong() {
    for definition in definitions() {
        let mut validator = Validator::new(Arc::clone(&definition), options());
        let rows = rows(&definition, 600, 5, 0.0);
        let judged = judge_all(&mut validator, &rows);
        for (cells, row) in rows.iter().zip(&judged) {
            let found = found(&validator, row);
            assert!(found.is_empty() && !row.identifier_in_value, "{}: {cells:?} {found:?}", definition.name);
            assert_eq!(row.patient.is_some(), definition.with_role(Role::Patient).is_some());
        }
        let keys: HashSet<&[u8]> = judged.iter().map(|row| &row.key[..]).collect();
        assert_eq!(keys.len(), rows.len(), "{}", definition.name);
        let is_used = |at: &usize| rows.iter().any(|row| !row[*at].is_empty());
        let unused: Vec<&str> = (0..definition.variables.len())
            .filter(|at| !is_used(at) && definition.variables[*at].role != Some(Role::PatientGenerated))
            .map(|at| definition.variables[at].name.as_str())
            .collect();
        assert!(unused.is_empty(), "{}: {unused:?}", definition.name);
    }
}

#[test]
fn of_a_hundred_rows_with_ten_mistakes_ten_are_refused() {
    for definition in definitions() {
        let mut validator = Validator::new(Arc::clone(&definition), options());
        let judged = judge_all(&mut validator, &rows(&definition, 2_000, 11, 10.0));
        let refused = judged.iter().filter(|row| row.refused()).count();
        assert!((140..260).contains(&refused), "{}: {refused}", definition.name);
    }
}

#[test]
fn who_a_patient_is_stays_out_of_what_goes_to_the_platform() {
    for definition in definitions() {
        for name in ["IDC_PAT", "TX_IDC_PAT_GENER", "TX_IDC_PAT_INT", "TX_PAT_LAST_NAM", "TX_PAT_FIRST_NAM"] {
            if let Some(at) = definition.variable(name) {
                let variable = &definition.variables[at];
                assert!(!variable.destinations.hd, "{} {name}", definition.name);
                assert!(variable.role.is_some(), "{} {name}", definition.name);
            }
        }
        for name in ["D_PAT_DOB", "DT_PAT_DOB", "TX_BUSINESS_KEY"] {
            let at = definition.variable(name);
            assert!(
                at.is_none_or(|at| !definition.variables[at].destinations.hd),
                "{} {name}",
                definition.name
            );
        }
    }
}

#[test]
fn the_knee_has_rules_enough_to_measure_by() {
    let knee = find_bundled("OP_KNEE_PRIM_IMPLT").unwrap();
    let rules = |variable: &&crate::definition::Variable| {
        usize::from(variable.relevant.is_some()) + usize::from(variable.constraint.is_some())
    };
    let count: usize = knee.variables.iter().map(|variable| rules(&variable)).sum();
    assert!(count >= 30, "{count}");
}

/// The row of `name`'s first sample with some cells put in place.
fn with(name: &str, cells: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let definition = find_bundled(name).unwrap();
    let mut row = rows(&definition, 1, 5, 0.0).remove(0);
    for (variable, text) in cells {
        (*text).clone_into(&mut row[definition.variable(variable).unwrap()]);
    }
    let mut validator = Validator::new(definition, options());
    let judged = judge_all(&mut validator, &[row]);
    found(&validator, &judged[0])
}

#[test]
fn a_knee_is_judged_by_its_dates_sides_and_what_belongs_together() {
    let knee = |cells: &[(&str, &str)]| with("OP_KNEE_PRIM_IMPLT", cells);
    let error = |code, variable: &str| vec![(code, variable.to_owned())];
    assert_eq!(knee(&[("CD_PAT_DECEA", "no"), ("D_PAT_DOD", "")]), []);
    assert_eq!(
        knee(&[("CD_PAT_DECEA", "nee"), ("D_PAT_DOD", "01/01/2025")]),
        error("cell-not-relevant", "D_PAT_DOD")
    );
    assert_eq!(knee(&[("CD_PAT_DECEA", "oui"), ("D_PAT_DOD", "")]), error("cell-required", "D_PAT_DOD"));
    assert_eq!(knee(&[("D_IMPLANT", "01/01/1900")])[0], ("cell-constraint", "D_IMPLANT".to_owned()));
    assert_eq!(knee(&[("CD_LTRLTY", "gauche")]), []);
    assert_eq!(knee(&[("CD_LTRLTY", "middle")]), error("cell-not-in-list", "CD_LTRLTY"));
    assert_eq!(
        knee(&[("CD_DIAGS", "74964007"), ("TX_DIAGS_OTH", "")]),
        error("cell-required", "TX_DIAGS_OTH")
    );
    assert_eq!(knee(&[("CD_ASA_CLASS", "class two")]), error("cell-code-shape", "CD_ASA_CLASS"));
    assert_eq!(knee(&[("CD_PAT_PLC_RESDC", "1234")]), error("cell-not-in-list", "CD_PAT_PLC_RESDC"));
    assert_eq!(knee(&[("CD_PAT_PLC_RESDC", "9999")]), []);
}
