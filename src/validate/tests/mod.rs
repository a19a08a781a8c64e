#![allow(clippy::unwrap_used)]

mod calculated;
mod catalogue;
mod extract;
mod patient;
mod rows;
mod samples;
mod whole;

use std::collections::HashMap;

use super::*;
use crate::{
    definition::{MOST_BYTES, find_bundled},
    domain::finding::Severity,
    language::Language,
};

fn options() -> Options {
    Options {
        today: Date::new(2026, 11, 22).unwrap(),
        now: "2026-11-22T12:00:00Z".parse().unwrap(),
        decimal_comma: false,
        nihii_moduli: Nihdi::MODULI.to_vec(),
    }
}

/// A validator of a survey in CSV, with the lists `SEX`, `YN` and `COUNTRY`.
fn validator(survey: &str) -> Validator {
    const CHOICES: &str = "list_name,name,label::English,label::Dutch\n\
        SEX,M,Male,Man\nSEX,F,Female,Vrouw\nYN,yes,Yes,Ja\nYN,no,No,Nee\n\
        COUNTRY,BE,Belgium,België\nCOUNTRY,NL,Netherlands,Nederland\n";
    let files = HashMap::from([
        ("settings.csv", "form_id,version\nTRIAL,1.0.0\n"),
        ("survey.csv", survey),
        ("choices.csv", CHOICES),
        ("hd.csv", "key,value\nproject,HDBP0001\n"),
    ]);
    assert!(survey.len() < MOST_BYTES);
    let file = |name: &str| Some(files.get(name)?.as_bytes().to_vec());
    Validator::new(Arc::new(Definition::from_folder(file).unwrap()), options())
}

fn intego(name: &str) -> Validator {
    Validator::new(find_bundled(name).unwrap(), options())
}

fn judge(validator: &mut Validator, cells: &[&str]) -> Row {
    let mut out = Row::default();
    validator.row(cells, &Technical::default(), &mut out);
    out
}

/// The findings as code and variable's name.
fn found(validator: &Validator, row: &Row) -> Vec<(&'static str, String)> {
    row.findings
        .iter()
        .map(|finding| {
            for language in Language::ALL {
                let text = finding.text(language, &validator.definition);
                assert!(!text.starts_with("cell-") && !text.contains('{'), "{text}");
            }
            let name = finding.variable.map(|at| validator.definition.variables[at].name.clone());
            (finding.code, name.unwrap_or_default())
        })
        .collect()
}

/// What one cell of a type becomes, or the code of its finding.
fn cell(kind: &str, text: &str) -> Result<String, &'static str> {
    let mut validator = validator(&format!("type,name,hd::key\ntext,K,yes\n{kind},V,\n"));
    let row = judge(&mut validator, &["k", text]);
    let _ = found(&validator, &row);
    match row.findings.first() {
        Some(finding) => Err(finding.code),
        None => {
            let data: serde_json::Value = serde_json::from_slice(&row.data).unwrap();
            let text = String::from_utf8(row.data).unwrap();
            assert!(data.is_object());
            Ok(text
                .strip_prefix("{\"K\":\"k\"")
                .unwrap()
                .trim_start_matches(',')
                .trim_end_matches('}')
                .to_owned())
        }
    }
}
