use super::*;

/// The rows of a file of the extract, judged.
fn judged(name: &str) -> (Validator, Vec<(Vec<String>, Row)>) {
    let path = format!(
        "{}/tests/fixtures/extract/HD_DCD_submcsv_HDBP0147_{name}_v1.csv",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_path(path).unwrap();
    let mut validator = intego(name);
    let names: Vec<&str> =
        validator.definition.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(reader.headers().unwrap(), names);
    let records: Vec<Vec<String>> =
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
    let rows = records
        .into_iter()
        .map(|record| {
            let cells: Vec<&str> = record.iter().map(String::as_str).collect();
            let row = judge(&mut validator, &cells);
            (record, row)
        })
        .collect();
    (validator, rows)
}

#[test]
fn an_extract_that_was_not_made_for_us_is_taken_with_four_warnings() {
    let mut warnings = Vec::new();
    for (name, count) in [("INTEGO-DIAG", 438), ("INTEGO-LAB", 990), ("INTEGO-PRESC", 663)] {
        let (validator, rows) = judged(name);
        assert_eq!(rows.len(), count);
        for (_, row) in &rows {
            assert!(!row.refused(), "{name}: {:?}", row.findings);
            assert!(row.patient.is_some() && row.physician.is_some() && !row.identifier_in_value);
            warnings.extend(found(&validator, row));
        }
    }
    assert_eq!(warnings, vec![("cell-code-check", "CD_DIAG".to_owned()); 4]);
    assert_eq!(Severity::Warning, judge_severity());
}

fn judge_severity() -> Severity {
    let (_, rows) = judged("INTEGO-DIAG");
    rows.iter().flat_map(|(_, row)| &row.findings).map(|finding| finding.severity).max().unwrap()
}

#[test]
fn what_leaves_holds_everything_but_the_patient_and_every_value_unchanged() {
    for name in ["INTEGO-DIAG", "INTEGO-LAB", "INTEGO-PRESC"] {
        let (validator, rows) = judged(name);
        for (record, row) in rows {
            let data: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&row.data).unwrap();
            let local: serde_json::Map<String, serde_json::Value> =
                serde_json::from_slice(&row.local).unwrap();
            let here: Vec<&String> = local.keys().collect();
            assert_eq!(here, ["D_PAT_DOB", "IDC_PAT"]);
            for (variable, cell) in validator.definition.variables.iter().zip(&record) {
                let sent = data.get(&variable.name);
                match variable.name.as_str() {
                    "IDC_PAT" | "D_PAT_DOB" => assert_eq!(sent, None),
                    name if cell.is_empty() => assert_eq!(sent, None, "{name}"),
                    name if name.starts_with("MS_") || name.starts_with("NR_") => {
                        let number: f64 = cell.parse().unwrap();
                        assert_eq!(sent.and_then(serde_json::Value::as_f64), Some(number));
                    }
                    name if name.starts_with("DT_") && cell.contains('/') => {
                        let [day, month, year] = cell.split('/').collect::<Vec<_>>()[..] else { panic!() };
                        assert_eq!(sent.unwrap(), &format!("{year}-{month}-{day}"), "{name}");
                    }
                    name => assert_eq!(sent.unwrap(), cell.trim(), "{name}"),
                }
            }
            let key = [0, 7].map(|at| {
                let name = validator.definition.variables[at].name.to_lowercase();
                format!("{name}={}", record[at])
            });
            assert_eq!(row.key, key.join("\u{1f}").into_bytes());
        }
    }
}

#[test]
fn rules_of_intego_are_obeyed() {
    let codes = |name: &str, changes: &[(&str, &str)]| -> Vec<&'static str> {
        let (mut validator, rows) = judged(name);
        let mut cells: Vec<&str> = rows[0].0.iter().map(String::as_str).collect();
        for (variable, cell) in changes {
            cells[validator.definition.variable(variable).unwrap()] = cell;
        }
        let row = judge(&mut validator, &cells);
        found(&validator, &row).into_iter().map(|(code, _)| code).collect()
    };
    let diag = |changes: &[(&str, &str)]| codes("INTEGO-DIAG", changes);
    assert_eq!(diag(&[("DT_DIAG", "01/01/2000")]), ["cell-constraint"]);
    assert_eq!(diag(&[("DT_DIAG", "01/01/2027"), ("DT_DIAG_END", "")]), ["cell-constraint"]);
    assert_eq!(diag(&[("DT_DIAG_END", "01/01/2023")]), ["cell-constraint"]);
    assert_eq!(diag(&[("CD_DIAG_STAT", "ACTIVE")]), ["cell-not-relevant"]);
    assert_eq!(diag(&[("CD_DIAG_SYST", "ICPC2")]), ["cell-code-shape"]);
    assert_eq!(diag(&[("CD_DIAG_SYST", "ICPC2"), ("CD_DIAG", "R74")]), [""; 0]);
    assert_eq!(
        diag(&[("D_PAT_DOB", "2027-01-01")]),
        ["cell-birth-date-differs", "cell-constraint", "cell-constraint"]
    );
    let lab = |changes: &[(&str, &str)]| codes("INTEGO-LAB", changes);
    assert_eq!(lab(&[("MS_LAB_VALUE", "")]), ["cell-required"]);
    assert_eq!(lab(&[("MS_LAB_VALUE", ""), ("TX_LAB_VALUE", "positive")]), [""; 0]);
    assert_eq!(lab(&[("MS_LAB_REF_LOW", "5"), ("MS_LAB_REF_HIGH", "4.9")]), ["cell-constraint"]);
    assert_eq!(lab(&[("MS_LAB_REF_HIGH", "4.9")]), [""; 0]);
    assert_eq!(lab(&[("DT_LAB", "10/10/2023")]), [""; 0]);
    assert_eq!(lab(&[("CD_LAB", "8302-3")]), ["cell-code-check"]);
    assert_eq!(lab(&[("CD_LAB", "CRP")]), [""; 0]);
    let presc = |changes: &[(&str, &str)]| codes("INTEGO-PRESC", changes);
    assert_eq!(presc(&[("NR_MED_QTY", "-1")]), ["cell-constraint"]);
    assert_eq!(presc(&[("DT_MED_END", "01/01/2000")]), ["cell-constraint"]);
    assert_eq!(presc(&[("CD_MED_SYST", "CNK"), ("CD_MED", "0318718")]), ["cell-code-check"]);
}
