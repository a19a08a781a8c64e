//! What people, files and systems send of the register that nobody saw before.

use serde_json::{Value, json};

/// A boy of 2014.
pub const CHILD: &str = "14100635354";
/// Somebody of 1985.
pub const ADULT: &str = "85040216932";
/// The physician of all of them.
pub const PHYSICIAN: &str = "17529086004";

/// What a person types of the sting with this number.
pub fn typed<'a>(number: &'a str, changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("v-IDC_PAT", CHILD),
        ("v-TX_IDC_PAT_GENER", "no"),
        ("v-D_PAT_DOB", "2014-10-06"),
        ("v-CD_PAT_SEX", "M"),
        ("v-CD_STUNG_CNTRY", "Belgium (BE)"),
        ("v-CD_STUNG_ZIP", "2060"),
        ("v-CD_HPIN", PHYSICIAN),
        ("v-TX_REGN_CD", "206.24.000214.88"),
        ("v-TX_STING_NR", number),
        ("v-TS_STING", "2024-05-06T10:30"),
        ("v-CD_STINGER", "other"),
        ("v-CD_STINGER_other", "bumblebee"),
        ("v-CD_NEST_KIND", "tree"),
        ("v-TX_NEST", "behind the shed"),
        ("v-CD_STING_SIGN", "hives"),
        ("v-CD_STING_SIGN", "shock"),
        ("v-NR_STING_GRADE", "3"),
        ("v-NR_STING_PAIN", "8"),
        ("v-MS_TRYPTASE", "24,5"),
        ("v-CD_STING_WARD", "yes"),
        ("v-CD_HIVE_REGION", "south"),
        ("v-CD_APIARY", "Apiary 31 (A31)"),
        ("v-MS_STUNG_CM", "140"),
        ("v-MS_STUNG_KG", "35"),
        ("v-TX_STING_UNIT", "bees and wasps"),
        ("v-DT_STING_NOTED", "2024-05-07"),
        ("v-TX_STING_HOME", "only for us"),
        ("v-NR_VENOM_CHECKS", "0"),
        ("n-VENOM_SHOT", "2"),
        ("r-VENOM_SHOT-1-DT_VENOM", "2024-06-01"),
        ("r-VENOM_SHOT-1-MS_VENOM", "10"),
        ("r-VENOM_SHOT-1-CD_VENOM_ARM", "L"),
        ("r-VENOM_SHOT-2-DT_VENOM", "2024-06-08"),
        ("r-VENOM_SHOT-2-MS_VENOM", "150"),
        ("r-VENOM_SHOT-2-TX_VENOM_WHY", "no reaction to the first"),
        ("act", "submit"),
        ("end", "1"),
    ];
    for (name, value) in changed {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    fields
}

/// The columns of files, without those of repeats.
pub const HEADER: &str = "IDC_PAT;TX_IDC_PAT_GENER;TX_IDC_PAT_INT;TX_PAT_LAST_NAM;TX_PAT_FIRST_NAM;D_PAT_DOB;CD_PAT_SEX;\
    CD_STUNG_CNTRY;CD_STUNG_ZIP;CD_HPIN;TX_REGN_CD;T_STING_NR;TS_STING;CD_STINGER;CD_NEST_KIND;TX_NEST;CD_STING_SIGN;\
    NR_STING_GRADE;MS_TRYPTASE;NR_VENOM_CHECKS;TX_AUTHOR_GR;TX_AUTHOR;TX_COAUTHOR";

/// A row of such a file.
pub fn row(patient: &str, number: &str, rest: &str) -> String {
    format!(
        "{patient};M;BE;2060;{PHYSICIAN};206.24.000214.88;{number};2024-05-06T10:30:00+02:00;Wasp;paper;in a hedge;hives|shock;3;{rest};bees;lead@fictief.example;co@fictief.example"
    )
}

/// A registration as a system sends it.
pub fn payload(number: &str) -> Value {
    json!({
        "IDC_PAT": CHILD, "TX_IDC_PAT_GENER": "no", "D_PAT_DOB": "2014-10-06", "CD_PAT_SEX": "Male",
        "CD_STUNG_CNTRY": "BE", "CD_STUNG_ZIP": "2060", "CD_HPIN": PHYSICIAN, "TX_STING_NR": number,
        "TS_STING": "2024-05-06T10:30:00+02:00", "CD_STINGER": "Guêpe", "CD_STING_SIGN": ["hives", "wheeze"],
        "NR_STING_GRADE": 2, "CD_HIVE_REGION": "north", "CD_APIARY": "A07", "NR_VENOM_CHECKS": 0,
        "VENOM_SHOT": [{ "DT_VENOM": "2024-06-01", "MS_VENOM": 5.5, "CD_VENOM_ARM": "R" }]
    })
}

/// The same as a FHIR response.
pub fn response(number: &str) -> Value {
    let string = |name: &str, value: &str| json!({ "linkId": name, "answer": [{ "valueString": value }] });
    let code =
        |name: &str, value: &str| json!({ "linkId": name, "answer": [{ "valueCoding": { "code": value } }] });
    json!({
        "resourceType": "QuestionnaireResponse", "status": "completed",
        "questionnaire": "urn:hd4dp:dcd:APIVENOM-CURE|1.0.0",
        "item": [
            string("IDC_PAT", CHILD), code("TX_IDC_PAT_GENER", "no"), code("CD_PAT_SEX", "M"),
            { "linkId": "D_PAT_DOB", "answer": [{ "valueDate": "2014-10-06" }] },
            code("CD_STUNG_CNTRY", "BE"), string("CD_STUNG_ZIP", "2060"), string("CD_HPIN", PHYSICIAN),
            string("TX_STING_NR", number), code("CD_STINGER", "hornet"), code("CD_STING_SIGN", "none"),
            { "linkId": "TS_STING", "answer": [{ "valueDateTime": "2024-05-06T10:30:00+02:00" }] },
            { "linkId": "NR_STING_GRADE", "answer": [{ "valueInteger": 1 }] },
            { "linkId": "NR_VENOM_CHECKS", "answer": [{ "valueInteger": 0 }] },
            { "linkId": "VENOM_SHOT", "item": [
                { "linkId": "DT_VENOM", "answer": [{ "valueDate": "2024-06-01" }] },
                { "linkId": "MS_VENOM", "answer": [{ "valueDecimal": 12.25 }] },
            ] },
        ]
    })
}
