use super::*;

const SURVEY: &str = "type,name,hd::key,required,hd::role\n\
    text,IDC_PAT,yes,yes,\n\
    select_one YN,TX_IDC_PAT_GENER,,,\n\
    text,TX_PAT_LAST_NAM,,,\n\
    text,TX_PAT_FIRST_NAM,,,\n\
    date,DT_PAT_DOB,,,\n\
    select_one SEX,CD_PAT_SEX,,,\n\
    text,TX_NOTE,,,\n";

#[test]
fn a_patient_number_stays_here_and_is_compared_with_the_birth_date() {
    let mut validator = validator(SURVEY);
    let row = judge(&mut validator, &["53.04.07-997.31", "", "", "", "07/04/1953", "M", "x"]);
    assert!(row.findings.is_empty());
    assert!(matches!(row.patient, Some(Patient::Ssin(ssin)) if ssin.digits() == "53040799731"));
    assert_eq!(row.data, br#"{"CD_PAT_SEX":"M","TX_NOTE":"x"}"#);
    assert_eq!(row.local, br#"{"IDC_PAT":"53040799731","DT_PAT_DOB":"1953-04-07"}"#);
    let row = judge(&mut validator, &["53040799731", "", "", "", "08/04/1953"]);
    assert_eq!(found(&validator, &row), [("cell-birth-date-differs", "DT_PAT_DOB".to_owned())]);
    assert!(!row.refused());
}

#[test]
fn a_wrong_patient_number_tells_what_is_wrong_with_it() {
    let mut validator = validator(SURVEY);
    for (text, code) in [
        ("53040799732", "cell-ssin-check"),
        ("5304079973", "cell-ssin-shape"),
        ("00000000000", "cell-ssin-check"),
        ("53040799929", "cell-ssin-impossible"),
        ("", "cell-required"),
    ] {
        let row = judge(&mut validator, &[text]);
        assert_eq!(found(&validator, &row), [(code, "IDC_PAT".to_owned())], "{text}");
    }
}

#[test]
fn a_patient_without_a_number_is_told_by_names_birth_date_and_sex() {
    let mut validator = validator(SURVEY);
    let one = judge(&mut validator, &["", "true", "Élan", "Jo-Ann", "07/04/1953", "F"]);
    assert!(one.findings.is_empty());
    let Some(Patient::Generated(text)) = &one.patient else { panic!("generated") };
    assert_eq!(text, "ELAN|JOANN|1953-04-07|F");
    assert_eq!(one.key, format!("idc_pat={text}").into_bytes());
    assert_eq!(one.data, br#"{"CD_PAT_SEX":"F"}"#);
    assert!(!format!("{one:?}").contains("Generated(\""));
    let row = judge(&mut validator, &["", "yes", "", "Jo", "", "F"]);
    assert_eq!(
        found(&validator, &row),
        [
            ("cell-required-without-ssin", "TX_PAT_LAST_NAM".to_owned()),
            ("cell-required-without-ssin", "DT_PAT_DOB".to_owned()),
        ]
    );
    let row = judge(&mut validator, &["", "no", "Elan", "Jo", "07/04/1953", "F"]);
    assert_eq!(found(&validator, &row), [("cell-required", "IDC_PAT".to_owned())]);
}

#[test]
fn a_row_that_says_nothing_about_its_patient_is_refused() {
    let mut validator = validator("type,name,hd::key\ntext,K,yes\ntext,IDC_PAT,\n");
    let row = judge(&mut validator, &["k", ""]);
    assert_eq!(found(&validator, &row), [("cell-patient-missing", "IDC_PAT".to_owned())]);
}

#[test]
fn a_patient_number_in_a_value_that_would_leave_is_noticed() {
    let mut validator = validator(SURVEY);
    let mut holds = |last_name: &str, note: &str| {
        judge(&mut validator, &["53040799731", "", last_name, "", "", "", note]).identifier_in_value
    };
    assert!(holds("", "see 53.04.07-997.31"));
    assert!(holds("", "53040799731"));
    assert!(!holds("", "53040799732"));
    assert!(!holds("53040799731", ""), "a name stays here");
}

#[test]
fn a_physician_is_known_by_eight_digits() {
    let mut validator = validator("type,name,hd::key\ntext,K,yes\ntext,CD_HPIN,\n");
    for (text, data) in [("1-99901-16-004", "19990116004"), ("19990116", "19990116")] {
        let row = judge(&mut validator, &["k", text]);
        assert_eq!(row.physician.as_ref(), Some(b"19990116"));
        assert_eq!(String::from_utf8(row.data).unwrap(), format!("{{\"K\":\"k\",\"CD_HPIN\":\"{data}\"}}"));
    }
    for (text, code) in [("19990117004", "cell-nihii-check"), ("1999011600", "cell-nihii-shape")] {
        let row = judge(&mut validator, &["k", text]);
        assert_eq!(row.findings[0].code, code);
        assert_eq!(row.physician, None);
    }
}

#[test]
fn a_postal_code_belongs_to_belgium() {
    let mut validator = validator(
        "type,name,hd::key,required,relevant,hd::role\ntext,K,yes,,,\nselect_one COUNTRY,C,,,,country\n\
         text,P,,yes,${C} = 'BE',postal_code\ntext,E,,,,enterprise\n",
    );
    for (country, code, expected) in [
        ("BE", "3000", None),
        ("NL", "", None),
        ("BE", "", Some("cell-required")),
        ("NL", "3000", Some("cell-postal-code-abroad")),
        ("NL", "9999", Some("cell-postal-code-placeholder")),
        ("BE", "999", Some("cell-postal-code-placeholder")),
        ("BE", "B-3000", Some("cell-postal-code")),
    ] {
        let row = judge(&mut validator, &["k", country, code]);
        let codes: Vec<&str> = row.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, expected.into_iter().collect::<Vec<_>>(), "{country} {code}");
    }
    let enterprise = |number| judge(&mut validator, &["k", "NL", "", number]);
    let codes: Vec<Option<&str>> = ["BE 0999.999.031", "0999999032", "999"]
        .map(enterprise)
        .iter()
        .map(|row| row.findings.first().map(|finding| finding.code))
        .collect();
    assert_eq!(codes, [None, Some("cell-cbe-check"), Some("cell-cbe-shape")]);
}
