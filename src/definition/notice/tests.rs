#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use crate::{
    definition::{Definition, bundled},
    language::Language,
};

const SETTINGS: &str = "form_id,version,default_language\nTRIAL,1.0.0,English\n";
const HD: &str = "key,value\nproject,HDBP0147\nenrolment_required,no\ntitle::English,Trial\n";

/// What is told of a definition with these sheets.
fn told(sheets: &[(&str, &str)]) -> Vec<String> {
    let survey = "type,name,label,hd::key\ntext,A,Answer,yes\n";
    let mut files = HashMap::from([("settings.csv", SETTINGS), ("hd.csv", HD), ("survey.csv", survey)]);
    files.extend(sheets.iter().copied());
    let definition =
        Definition::from_folder(|name| files.get(name).map(|text| text.as_bytes().to_vec())).unwrap();
    let again = Definition::from_source(&definition.to_source()).unwrap();
    assert_eq!(again.notices(), definition.notices(), "the same is found in the stored one");
    let text = |notice: &crate::definition::Problem| {
        let near = notice.args.first().map(|_| {
            let text = notice.text(Language::En);
            text.rsplit('"').nth(1).unwrap().to_owned()
        });
        let kind = notice.id.strip_prefix("definition-notice-").unwrap();
        format!("{} {}: {}", notice.sheet, notice.column, near.unwrap_or(kind.to_owned()))
    };
    definition.notices().iter().map(text).collect()
}

/// What is told of a survey with a column of this name.
fn told_of(column: &str) -> Vec<String> {
    let survey = format!("type,name,label,hd::key,{column}\ntext,A,Answer,yes,x\n");
    let told = told(&[("survey.csv", &survey)]);
    told.iter().map(|line| line.split_once(": ").unwrap().1.to_owned()).collect()
}

#[test]
fn a_column_that_nobody_knows_is_told_with_the_one_that_it_resembles() {
    for (column, near) in [
        ("relevnat", "relevant"),
        ("Relevence", "relevant"),
        ("bind::relevnat", "relevant"),
        ("requird", "required"),
        ("Choice-Filter", "choice_filter"),
        ("ConstraintMessage", "constraint_message"),
        ("hd:role", "hd::role"),
        ("hd_code_system", "hd::code_system"),
        ("destination::hb", "destination::hd"),
        ("Hints::French (fr)", "hint::French (fr)"),
        ("lable::Dutch (nl)", "label::Dutch (nl)"),
    ] {
        assert_eq!(told_of(column), [near], "{column}");
    }
    for column in ["mandatory", "CBB concept", "destination::kb", "hd::colour", "labels", "lable::German"] {
        assert_eq!(told_of(column), ["column"], "{column}");
    }
}

#[test]
fn what_is_read_or_passed_over_on_purpose_is_not_told() {
    for column in [
        "bind::type",
        "Body::accuracyThreshold",
        "media::image::German (de)",
        "image",
        "big-image::French",
        "instance::odk:tag",
        "authentic_source::COBRHA",
        "destination::nippin_xml_name",
        "name::technical",
        "order",
        "save_to",
        "Guidance Hint::Dutch (nl)",
        "constraining_message:French",
        "read only",
        "remark",
        "Notes of mine",
        "opmerking (NL)",
        "#relevnat",
        "_relevnat",
    ] {
        assert_eq!(told_of(column), [""; 0], "{column}");
    }
    let empty = "type,name,relevnat,hd::key\ntext,A,,yes\n";
    assert_eq!(told(&[("survey.csv", empty)]), [""; 0], "no cell is passed over");
}

#[test]
fn a_text_in_another_language_is_told() {
    assert_eq!(told_of("label::German (de)"), ["language"]);
    assert_eq!(told_of("hint:Deutsch"), ["language"]);
    let choices = "list_name,name,label::English,label::German\nSIDE,L,Left,Links\n";
    assert_eq!(told(&[("choices.csv", choices)]), ["choices label::German: language"]);
    let hd = format!("{HD}title::German,Versuch\n");
    assert_eq!(told(&[("hd.csv", &hd)]), ["hd key: language"]);
}

#[test]
fn columns_of_the_choices_are_the_authors_own_unless_they_resemble_one_that_is_read() {
    let choices = "list_name,name,lable,region,level,names,image2\nSIDE,L,Left,x,x,x,x\n";
    assert_eq!(told(&[("choices.csv", choices)]), ["choices lable: label"]);
    let survey = "type,name,label,hd::key,choice_filter\n\
        text,A,Answer,yes,\nselect_one SIDE,B,Side,,\"lable = ${A}\"\n";
    assert_eq!(told(&[("choices.csv", choices), ("survey.csv", survey)]), [""; 0], "a filter reads it");
}

#[test]
fn settings_and_what_healthdata_adds_are_looked_at_too() {
    let settings = "form_id,version,defualt_language,instance_name,style,crosswalk,attribute::x\n\
        TRIAL,1.0.0,fr,x,pages,x,x\n";
    assert_eq!(
        told(&[("settings.csv", settings)]),
        ["settings defualt_language: default_language", "settings crosswalk: column"]
    );
    let hd = "key,value\nproject,HDBP0147\nenrollment-required,yes\nowner,somebody\ndcdd,\n";
    assert_eq!(told(&[("hd.csv", hd)]), ["hd key: enrolment_required"]);
    let hd = "project,Enrolment required.,owner\nHDBP0147,yes,somebody\n";
    assert_eq!(told(&[("hd.csv", hd)]), ["hd Enrolment required.: enrolment_required"]);
}

#[test]
fn a_notice_says_its_place_and_what_may_be_meant_in_each_language() {
    let survey = "type,name,hd::key,relevnat,mandatory,label::German\ntext,A,yes,x,x,x\n";
    let files = HashMap::from([("settings.csv", SETTINGS), ("hd.csv", HD), ("survey.csv", survey)]);
    let definition =
        Definition::from_folder(|name| files.get(name).map(|text| text.as_bytes().to_vec())).unwrap();
    let text = |language| -> Vec<String> {
        definition.notices().iter().map(|notice| notice.text(language)).collect()
    };
    let [near, unknown, german] = &text(Language::En)[..] else { panic!("{:?}", text(Language::En)) };
    assert_eq!(
        near,
        "Sheet survey, column relevnat: The name is not known, and what stands there is passed over. Did you mean \"relevant\"?"
    );
    assert_eq!(
        unknown,
        "Sheet survey, column mandatory: The name is not known, and what stands there is passed over."
    );
    assert!(german.contains("column label::German") && german.contains("English, French and Dutch"));
    for (language, words) in
        [(Language::Fr, ["Feuille", "colonne relevnat"]), (Language::Nl, ["Blad", "kolom relevnat"])]
    {
        let told = &text(language)[0];
        assert!(words.iter().all(|word| told.contains(word)) && told.contains("relevant"), "{told}");
    }
}

#[test]
fn nothing_is_told_of_the_bundled_definitions() {
    for known in bundled() {
        assert_eq!(known.definition().unwrap().notices(), [], "{}", known.summary.name);
    }
}
