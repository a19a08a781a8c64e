use std::collections::HashSet;

use super::*;
use crate::definition::{PHYSICIANS, sample, sample_physician};

pub(super) fn rows(definition: &Definition, count: u64, seed: u64, errors_percent: f64) -> Vec<Vec<String>> {
    let mut text = Vec::new();
    sample(definition, count, seed, errors_percent, &mut text).unwrap();
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(&text[..]);
    let names: Vec<&str> = definition.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(reader.headers().unwrap(), names);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

pub(super) fn judge_all(validator: &mut Validator, rows: &[Vec<String>]) -> Vec<Row> {
    rows.iter().map(|row| judge(validator, &row.iter().map(String::as_str).collect::<Vec<_>>())).collect()
}

#[test]
fn samples_of_intego_have_nothing_wrong_and_use_every_column() {
    for name in ["INTEGO-DIAG", "INTEGO-LAB", "INTEGO-PRESC"] {
        let mut validator = intego(name);
        let rows = rows(&validator.definition.clone(), 20_000, 7, 0.0);
        let judged = judge_all(&mut validator, &rows);
        for (cells, row) in rows.iter().zip(&judged) {
            assert!(
                row.findings.is_empty() && !row.identifier_in_value,
                "{name} {cells:?} {:?}",
                row.findings
            );
        }
        for at in 0..rows[0].len() {
            assert!(rows.iter().any(|row| !row[at].is_empty()), "{name}: column {at} is never used");
        }
        let keys: HashSet<&[u8]> = judged.iter().map(|row| &row.key[..]).collect();
        assert_eq!(keys.len(), rows.len());
        let patients: HashSet<&str> = rows.iter().map(|row| row[0].as_str()).collect();
        assert!((400..600).contains(&patients.len()), "{} patients", patients.len());
        let known: HashSet<String> = (0..PHYSICIANS).map(sample_physician).collect();
        assert_eq!(known.len(), PHYSICIANS);
        assert!(rows.iter().all(|row| known.contains(&row[5])));
    }
}

#[test]
fn a_patient_keeps_birth_date_sex_residence_physician_and_practice() {
    let validator = intego("INTEGO-LAB");
    let mut seen: HashMap<String, Vec<String>> = HashMap::new();
    for row in rows(&validator.definition, 5_000, 3, 0.0) {
        let kept: Vec<String> = row[1..6].to_vec();
        assert_eq!(seen.entry(row[0].clone()).or_insert_with(|| kept.clone()), &kept);
    }
}

#[test]
fn the_same_seed_gives_the_same_rows_and_another_seed_others() {
    let validator = intego("INTEGO-DIAG");
    let rows = |seed| rows(&validator.definition, 500, seed, 10.0);
    assert_eq!(rows(1), rows(1));
    assert_ne!(rows(1), rows(2));
}

#[test]
fn as_many_rows_are_refused_as_mistakes_were_asked_for() {
    for name in ["INTEGO-DIAG", "INTEGO-LAB", "INTEGO-PRESC"] {
        let mut validator = intego(name);
        let rows = rows(&validator.definition.clone(), 10_000, 11, 5.0);
        let judged = judge_all(&mut validator, &rows);
        let refused = judged.iter().filter(|row| row.refused()).count();
        assert!((400..600).contains(&refused), "{name}: {refused}");
        let codes: HashSet<&str> =
            judged.iter().flat_map(|row| &row.findings).map(|finding| finding.code).collect();
        assert!(codes.len() >= 9, "{name}: {codes:?}");
        assert!(judged.iter().all(|row| row.refused() || row.findings.is_empty()));
    }
}

#[test]
fn any_definition_gets_samples_that_fulfil_its_rules() {
    let mut validator = validator(
        "type,name,hd::key,required,relevant,constraint,hd::number_format,hd::role,hd::code_system\n\
         text,IDC_PAT,yes,yes,,,,,\n\
         date,D_ADM,yes,yes,,. >= '1900-01-01',,,\n\
         select_one SEX,CD_PAT_SEX,,yes,,,,,\n\
         select_one YN,B,,yes,,,,,\n\
         integer,N,,yes,${B} = 'yes',. >= 10 and . <= 12,,,\n\
         decimal,M,,${N} != '',,. > -5 and . < 0.5,3.2,,\n\
         text,T,,${LATER} = 'Yes',${B} = 'yes',,,,\n\
         text,LATER,,,,. != 'note 7',,,\n\
         select_multiple SEX,S,,,,\"not(selected(., 'M')) or ${B} = 'yes'\",,,\n",
    );
    let rows = rows(&validator.definition.clone(), 3_000, 5, 0.0);
    let judged = judge_all(&mut validator, &rows);
    for (cells, row) in rows.iter().zip(&judged) {
        assert!(row.findings.is_empty(), "{cells:?} {:?}", row.findings);
    }
    let keys: HashSet<&[u8]> = judged.iter().map(|row| &row.key[..]).collect();
    assert_eq!(keys.len(), rows.len());
}

#[test]
fn a_definition_whose_key_is_the_patient_gets_one_row_for_each() {
    let mut validator = validator("type,name,hd::key\ntext,IDC_PAT,yes\nselect_one SEX,CD_PAT_SEX,\n");
    let rows = rows(&validator.definition.clone(), 80_000, 5, 0.0);
    let keys: HashSet<Vec<u8>> = judge_all(&mut validator, &rows).into_iter().map(|row| row.key).collect();
    assert_eq!(keys.len(), rows.len());
}
