#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use super::*;
use crate::definition::{Codes, Item, Kind, Required, Role};

pub(super) const SETTINGS: &str = "form_title,form_id,version\nTrial,TRIAL,1.2\n";
pub(super) const HD: &str = "key,value\nproject,HDBP0001\n";
pub(super) const CHOICES: &str = "list_name,name,label::English (en),label::Dutch\n\
    YN,yes,Yes,Ja\nYN,no,No,Nee\nSYST,ICD10,ICD-10,\nSYST,LOCAL,Own,\n";

pub(super) fn read_csv(settings: &str, survey: &str, choices: &str, hd: &str) -> Result<Definition, Refused> {
    let files = HashMap::from([
        ("settings.csv", settings.to_owned()),
        ("survey.csv", survey.to_owned()),
        ("choices.csv", choices.to_owned()),
        ("hd.csv", hd.to_owned()),
    ]);
    Definition::from_folder(|name| files.get(name).map(|text| text.clone().into_bytes()))
}

pub(super) fn read_survey(survey: &str) -> Result<Definition, Refused> {
    read_csv(SETTINGS, survey, CHOICES, HD)
}

/// The problems as sheet, row, column and message.
pub(super) fn problems(
    result: Result<Definition, Refused>,
) -> Vec<(&'static str, u32, String, &'static str)> {
    let problems = result.unwrap_err().problems;
    for problem in &problems {
        for language in Language::ALL {
            let text = problem.text(language);
            assert!(
                !text.contains('{') || problem.args.iter().any(|(_, arg)| format!("{arg:?}").contains('{'))
            );
            assert!(!text.starts_with("definition-"), "{text}");
        }
    }
    problems.into_iter().map(|problem| (problem.sheet, problem.row, problem.column, problem.id)).collect()
}

#[test]
fn a_survey_becomes_variables_with_their_rules_and_marks() {
    let definition = read_survey(
        "type,name,label,label::Dutch (nl),required,relevant,constraint,hd::key,hd::number_format,hd::code_system,name::technical,readonly\n\
         begin_group,TX_TTL,Title,Titel,,,,,,,,\n\
         text,IDC_PAT,Patient,Patiënt,yes,,,yes,,,T_PAT,yes\n\
         select_one SYST,CD_SYST,System,,TRUE,,,,,,,\n\
         text,CD,Code,,${CD_SYST} != '',,,,,${CD_SYST},,\n\
         end_group,,,,,,,,,,,\n\
         begin group,G2,,,,${CD_SYST} = 'ICD10',,,,,,\n\
         note,N,Mind this,,,,,,,,,\n\
         decimal,MS,Weight,,,${CD} != '',. > 0,,4.1,,,\n\
         text,TX_AUTHOR,Author,,yes,,,,,,,\n\
         end group,,,,,,,,,,,\n",
    )
    .unwrap();
    assert_eq!((definition.name.as_str(), definition.version.to_string().as_str()), ("TRIAL", "1.2.0"));
    assert_eq!(definition.titles.get(Language::Fr), "Trial");
    let names: Vec<&str> = definition.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["IDC_PAT", "CD_SYST", "CD", "MS"], "the author belongs to the file");
    let [patient, system, code, weight] = &definition.variables[..] else { panic!("four") };
    assert_eq!((patient.technical.as_str(), patient.role), ("T_PAT", Some(Role::Patient)));
    assert!(patient.key && patient.read_only && matches!(patient.required, Required::Always));
    assert_eq!(patient.labels.get(Language::Nl), "Patiënt");
    assert_eq!(patient.labels.get(Language::En), "Patient");
    assert!(matches!(system.kind, Kind::SelectOne(_)) && matches!(system.required, Required::Always));
    assert!(matches!(code.required, Required::When(_)));
    assert_eq!(
        code.codes,
        Some(Codes::Told { by: 1, systems: vec![Some(crate::domain::code_system::CodeSystem::Icd10), None] })
    );
    assert_eq!(weight.format.map(|format| (format.total, format.decimals)), Some((4, 1)));
    assert!(weight.relevant.is_some() && weight.constraint.is_some());
    assert_eq!(definition.layout.len(), 9);
    assert!(matches!(definition.layout[6], Item::Note { relevant: Some(_), .. }));
}

#[test]
fn identities_stay_here_and_the_rest_goes_unless_the_workbook_says_otherwise() {
    let goes = |survey: &str| -> Vec<String> {
        let definition = read_survey(survey).unwrap();
        let going = definition.variables.into_iter().filter(|variable| variable.destinations.hd);
        going.map(|variable| variable.name).collect()
    };
    let survey = |head: &str, patient: &str, birth: &str, name: &str, text: &str, other: &str| {
        format!(
            "type,name,hd::key,{head}\ntext,IDC_PAT,yes,{patient}\ndate,D_PAT_DOB,,{birth}\n\
             text,TX_PAT_LAST_NAM,,{name}\ntext,TX,,{text}\ntext,TY,,{other}\n"
        )
    };
    assert_eq!(goes(&survey("hint", "", "", "", "", "")), ["TX", "TY"]);
    assert_eq!(goes(&survey("destination::hd", "", "", "", "no", "")), ["TY"]);
    assert_eq!(goes(&survey("destination::hd", "", "", "", "", "yes")), ["TY"]);
    assert_eq!(
        goes(&survey("destination::hd", "yes", "yes", "yes", "", "")),
        ["D_PAT_DOB", "TX_PAT_LAST_NAM"]
    );
    assert_eq!(goes(&survey("hd::identifying", "", "yes", "", "", "")), ["D_PAT_DOB", "TX", "TY"]);
}

#[test]
fn every_problem_is_listed_with_its_place() {
    let survey = "type,name,required,relevant,constraint,calculation,choice_filter,hd::role,hd::code_system,hd::key,hd::number_format,default\n\
         end_group,,,,,,,,,,,\n\
         end_repeat,R,,,,,,,,,,\n\
         select_one NONE,A,,,,,,,,,,\n\
         select_one YN or_other,B,,,,,x = 1,,,,,\n\
         select_one_from_file f.csv,C,,,,,,,,,,\n\
         calculate,D,,,,1+${G2},,,,,,\n\
         geopoint,E,,,,,,,,,,\n\
         text,bad name,,,,,,,,,,\n\
         text,F,perhaps,,,,,,,,,\n\
         text,f,,,,,,,,,,\n\
         integer,G,,,. > x,1,x=1,patient,ICD11,maybe,4.x,\n\
         select_one YN,H,,count(.) > 1,,,,king,,,,ja\n\
         text,I,,,,,,,${NOBODY},,,\n\
         begin_group,J,,,,,,,,,,\n";
    let found = problems(read_csv(
        "form_id,version\nA B,1.x\n",
        survey,
        "list_name,name\nYN,yes\nYN,yes\nYN,\nZ,a|b\n",
        "project\n147\n",
    ));
    let expected = [
        ("settings", 2, "form_id", "definition-name"),
        ("settings", 2, "version", "definition-version"),
        ("survey", 0, "hd::key", "definition-no-key"),
        ("survey", 2, "type", "definition-group-end"),
        ("survey", 3, "type", "definition-repeat-end"),
        ("survey", 4, "type", "definition-no-list"),
        ("survey", 5, "choice_filter", "definition-or-other-filter"),
        ("survey", 5, "choice_filter", "definition-expression-column"),
        ("survey", 6, "type", "definition-from-file"),
        ("survey", 7, "calculation", "definition-expression-variable"),
        ("survey", 8, "type", "definition-type-media"),
        ("survey", 9, "name", "definition-variable-name"),
        ("survey", 10, "required", "definition-expression-unexpected"),
        ("survey", 11, "name", "definition-twice"),
        ("survey", 12, "hd::role", "definition-role-type"),
        ("survey", 12, "choice_filter", "definition-choice-filter"),
        ("survey", 12, "constraint", "definition-expression-unexpected"),
        ("survey", 12, "hd::number_format", "definition-number-format"),
        ("survey", 12, "hd::key", "definition-yes-or-no"),
        ("survey", 12, "hd::code_system", "definition-code-system"),
        ("survey", 13, "hd::role", "definition-role"),
        ("survey", 13, "relevant", "definition-expression-this"),
        ("survey", 13, "default", "definition-default"),
        ("survey", 14, "hd::code_system", "definition-code-system-variable"),
        ("survey", 15, "type", "definition-group-open"),
        ("choices", 3, "name", "definition-choice-twice"),
        ("choices", 4, "name", "definition-empty"),
        ("choices", 5, "name", "definition-code"),
        ("hd", 2, "project", "definition-project"),
    ];
    let expected: Vec<_> =
        expected.into_iter().map(|(sheet, row, column, id)| (sheet, row, column.to_owned(), id)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_definition_that_asks_for_enrolment_names_its_physician() {
    let hd = "key,value\nproject,HDBP0001\nenrolment_required,yes\n";
    let survey = "type,name,hd::key\ntext,A,yes\n";
    assert_eq!(problems(read_csv(SETTINGS, survey, CHOICES, hd))[0].3, "definition-no-physician");
    let twice = "type,name,hd::key,hd::role\ntext,A,yes,physician\ntext,CD_HPIN,,\n";
    assert_eq!(problems(read_csv(SETTINGS, twice, CHOICES, hd))[0].3, "definition-role-twice");
}

#[test]
fn a_survey_without_its_columns_or_variables_is_refused() {
    assert_eq!(problems(read_survey("name,label\nA,b\n"))[0].3, "definition-no-column");
    assert_eq!(problems(read_survey("type,name\nnote,N\n"))[0].3, "definition-no-variables");
    assert_eq!(problems(read_csv(SETTINGS, "", CHOICES, HD))[0].3, "definition-no-survey");
    assert_eq!(problems(read_csv(SETTINGS, "type,name\ntext,A\n", "list,x\nA,b\n", HD)).len(), 3);
}

#[test]
fn calculations_that_need_each_other_are_told_with_the_way() {
    let survey = "type,name,hd::key,calculation,relevant\ntext,K,yes,,\n\
        calculate,A,,${C} + 1,\ncalculate,B,,1 + ${A},\ncalculate,C,,2,${B} > 1\ncalculate,D,,${D} + 1,\n\
        calculate,E,,${B} + 1,\n";
    let problems = read_survey(survey).unwrap_err().problems;
    let told: Vec<String> = problems.iter().map(|problem| problem.text(Language::En)).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("Sheet survey, row 3, column calculation:"), "{told:?}");
    assert!(told[0].contains("A → C → B → A"), "{told:?}");
}

#[test]
fn types_of_calculations_are_known_to_the_rules_that_speak_of_them() {
    let survey = |rule: &str| {
        format!(
            "type,name,hd::key,calculation,relevant\ntext,K,yes,,{rule}\ndate,D,,,\n\
             calculate,AGE,,int((today() - ${{D}}) div 365.25),\ncalculate,NEXT,,date(${{D}} + 1),\n\
             calculate,ANY,,\"if(${{AGE}} > 3, ${{AGE}}, 'young')\",\n"
        )
    };
    let definition = read_survey(&survey("${AGE} > 3 and ${NEXT} > '2020-01-01' and ${ANY} > 5")).unwrap();
    let kinds: Vec<Kind> = definition.variables.iter().map(|variable| variable.kind).collect();
    assert_eq!(kinds, [Kind::Text, Kind::Date, Kind::Decimal, Kind::Date, Kind::Text]);
    assert_eq!(definition.calculated, [2, 3, 4]);
    assert_eq!(problems(read_survey(&survey("${NEXT} > 5")))[0].3, "definition-expression-types");
    assert_eq!(problems(read_survey(&survey("${AGE} = 'x'")))[0].3, "definition-expression-literal");
}

#[test]
fn what_cannot_be_in_a_repeat_is_refused() {
    for (rows, column, id) in [
        (
            "begin_repeat,R,,,\nbegin repeat,Q,,,\ntext,A,,,\nend repeat,,,,\nend_repeat,,,,\n",
            "type",
            "definition-repeat-nested",
        ),
        ("begin_repeat,R,,,\ntext,A,,,\n", "type", "definition-repeat-open"),
        ("begin_repeat,R,,,\ntext,A,,,\nend_group,,,,\nend_repeat,,,,\n", "type", "definition-group-end"),
        ("begin_repeat,R,,,\nend_repeat,,,,\n", "type", "definition-repeat-empty"),
        ("begin_repeat,R,,,\ntext,bad name,,,\nend_repeat,,,,\n", "name", "definition-variable-name"),
        (
            "begin_repeat,R,,,\nbegin_group,G,,,\ntext,A,,,\nend_repeat,,,,\n",
            "type",
            "definition-group-inside",
        ),
        (
            "begin_repeat,R,,,\nbegin_group,G,,,\ntext,A,,,\nend_repeat,,,,\nend_group,,,,\n",
            "type",
            "definition-group-inside",
        ),
        (
            "begin_group,G,,,\nbegin_repeat,R,,,\ntext,A,,,\nend_group,,,,\nend_repeat,,,,\n",
            "type",
            "definition-repeat-inside",
        ),
        ("begin_repeat,R,,,\ntext,A,yes,,\nend_repeat,,,,\n", "hd::key", "definition-repeat-key"),
        ("begin_repeat,R,,,\ntext,IDC_PAT,,,\nend_repeat,,,,\n", "hd::role", "definition-repeat-role"),
        ("begin_repeat,K,,,\ntext,A,,,\nend_repeat,,,,\n", "name", "definition-twice"),
        (
            "begin_repeat,R,,,\ntext,A,,,\nend_repeat,,,,\ntext,B,,${A} = 'x',\n",
            "relevant",
            "definition-expression-several",
        ),
        (
            "begin_repeat,R,,,${X}\ntext,A,,,\nend_repeat,,,,\n",
            "repeat_count",
            "definition-expression-variable",
        ),
    ] {
        let survey = format!("type,name,hd::key,relevant,repeat_count\ntext,K,yes,,\n{rows}");
        let found = problems(read_survey(&survey));
        assert!(
            found.iter().any(|problem| (problem.2.as_str(), problem.3) == (column, id)),
            "{id}: {found:?}"
        );
    }
}

#[test]
fn groups_stand_in_each_other_only_so_deep() {
    let survey = |depth: usize| {
        let groups = "begin_group,G,,${K} != ''\n".repeat(depth);
        let ends = "end_group,,,\n".repeat(depth);
        format!("type,name,hd::key,relevant\ntext,K,yes,\n{groups}text,A,,\n{ends}")
    };
    assert_eq!(read_survey(&survey(50)).unwrap().variables.len(), 2);
    assert_eq!(problems(read_survey(&survey(20_000)))[0].3, "definition-group-deep");
}

#[test]
fn what_forms_carry_beside_is_kept_or_refused_with_a_reason() {
    let definition = read_survey(
        "type,name,hd::key,guidance_hint::Dutch,appearance,authentic_source::SADMI,default,trigger\n\
         text,K,yes,Meer uitleg,multiline,notification,,\ntoday,t,,,,,,\ndate,D,,,,,today(),\nselect_one YN,S,,,,,${K},\n",
    )
    .unwrap();
    let key = &definition.variables[0];
    assert_eq!((key.guidance.get(Language::Nl), key.appearance.as_str()), ("Meer uitleg", "multiline"));
    assert_eq!(key.sources, [("SADMI".to_owned(), "notification".to_owned())]);
    for (row, column, id) in [
        ("calculate,C,,${K},${K}", "trigger", "definition-trigger"),
        ("calculate,C,,,", "calculation", "definition-empty"),
        ("text,IDC_PAT,,${K},", "calculation", "definition-calculation-patient"),
        ("range,R,,,,start=a", "parameters", "definition-parameters"),
        ("range,R,,,,start=5 end=1", "parameters", "definition-range"),
        ("rank YN,R,,,", "type", "definition-type-rank"),
        ("select_one_from_file ../secret.csv,F,,,", "type", "definition-from-file"),
        ("select_one_from_file countries.csv,F,,,,value=code", "type", "definition-file-column"),
        ("text,T,,\"random() + nothing()\",", "calculation", "definition-expression-function"),
        ("date,D,,,,,tomorrow()", "default", "definition-expression-function"),
        ("text,T,,,,,${NOBODY}", "default", "definition-expression-variable"),
    ] {
        let survey =
            format!("type,name,hd::key,calculation,trigger,parameters,default\ntext,K,yes,,\n{row}\n");
        let found = problems(read_survey(&survey));
        let found: Vec<_> = found.iter().map(|problem| (problem.1, problem.2.as_str(), problem.3)).collect();
        assert_eq!(found, [(3, column, id)], "{row}");
    }
}

#[test]
fn a_condition_that_thousands_of_variables_inherit_is_refused_before_it_fills_the_memory() {
    let long = vec!["${K} = 'x'"; 700].join(" or ");
    let mut survey = "type,name,hd::key,relevant\ntext,K,yes,\n".to_owned();
    survey += &format!("begin_group,G,,{long}\n").repeat(40);
    survey.extend((0..2_000).map(|at| format!("text,V{at},,\n")));
    survey += &"end_group,,,\n".repeat(40);
    let problems = problems(read_survey(&survey));
    assert!(problems.iter().all(|problem| problem.3 == "definition-expression-room"), "{problems:?}");
}

#[test]
fn patterns_that_stand_for_more_than_they_say_are_counted() {
    let survey = |pattern: &str| {
        let rows: String = (0..300).map(|at| format!("text,V{at},,\"regex(., '{pattern}')\"\n")).collect();
        read_survey(&format!("type,name,hd::key,constraint\ntext,K,yes,\n{rows}"))
    };
    assert!(survey("[A-Z]{2,5}[0-9]+").is_ok());
    let problems = problems(survey("\\p{L}{20}"));
    assert!(problems.iter().all(|problem| problem.3 == "definition-expression-room"), "{problems:?}");
}

#[test]
fn thousands_of_calculations_that_need_each_other_are_ordered_at_once() {
    let survey = |first: &str| {
        let chain: String = (1..4_000).map(|at| format!("calculate,V{at},,${{V{}}}\n", at - 1)).collect();
        read_survey(&format!("type,name,hd::key,calculation\ntext,K,yes,\ncalculate,V0,,{first}\n{chain}"))
    };
    assert_eq!(survey("${K}").unwrap().calculated.len(), 4_000);
    assert_eq!(problems(survey("${V3999}"))[0].3, "definition-calculation-circle");
}

#[test]
fn a_list_of_a_hundred_thousand_choices_is_read_but_not_copied_again_and_again() {
    let list: String = (0..100_000).map(|at| format!("{at},Choice {at}\n")).collect();
    let survey = |rows: &str| {
        let survey = format!("type,name,hd::key,parameters\ntext,K,yes,\n{rows}");
        let files = HashMap::from([
            ("settings.csv", SETTINGS.to_owned()),
            ("survey.csv", survey),
            ("hd.csv", HD.to_owned()),
            ("long.csv", format!("name,label\n{list}")),
        ]);
        Definition::from_folder(|name| files.get(name).map(|text| text.clone().into_bytes()))
    };
    let same: String = (0..20).map(|at| format!("select_one_from_file long.csv,V{at},,\n")).collect();
    let definition = survey(&same).unwrap();
    assert_eq!((definition.lists.len(), definition.lists[0].choices.len()), (1, 100_000));
    let others: String =
        (0..9).map(|at| format!("select_one_from_file long.csv,V{at},,label=l{at}\n")).collect();
    let problems = problems(survey(&others));
    assert!(problems.iter().all(|problem| problem.3 == "definition-choices-many"), "{problems:?}");
}

#[test]
fn a_list_without_choices_is_refused() {
    let files = HashMap::from([
        ("settings.csv", SETTINGS),
        ("survey.csv", "type,name,hd::key\ntext,K,yes\nselect_one_from_file places.csv,P,\n"),
        ("hd.csv", HD),
        ("places.csv", "name,label\n"),
    ]);
    let read = Definition::from_folder(|name| files.get(name).map(|text| text.as_bytes().to_vec()));
    assert_eq!(problems(read), [("survey", 3, "type".to_owned(), "definition-file-empty")]);
}

#[test]
fn what_would_be_passed_over_is_refused_but_a_stored_definition_stays_readable() {
    let survey = "type,name,hd::key,relevant,Relevance,constraint,default,repeat_count,trigger,calculation,name::technical\n\
         begin_group,G,,,,1 = 1,,,,,\n\
         text,A,yes,,,,,,,,\n\
         note,N,,,,. = 1,,,,,\n\
         text,B,,${C} = 'x',,,,,,,\n\
         text,C,,${B} = 'x',,,,3,${A},,\n\
         end_group,,,,,,,,,,\n\
         begin_repeat,R,,,,,5,2,,,\n\
         text,D,,,,,,,,,\n\
         end_repeat,,,,,,,,,,\n\
         time,E,,,,,,,,today(),a\n";
    let expected = [
        ("survey", 0, "relevant", "definition-column-twice"),
        ("survey", 2, "constraint", "definition-cell-unused"),
        ("survey", 4, "constraint", "definition-cell-unused"),
        ("survey", 5, "relevant", "definition-relevance-circle"),
        ("survey", 6, "repeat_count", "definition-cell-unused"),
        ("survey", 6, "trigger", "definition-trigger"),
        ("survey", 8, "default", "definition-cell-unused"),
        ("survey", 11, "calculation", "definition-calculation-type"),
        ("survey", 11, "name::technical", "definition-technical-twice"),
    ];
    let found = problems(read_survey(survey));
    let found: Vec<_> =
        found.iter().map(|(sheet, row, column, id)| (*sheet, *row, column.as_str(), *id)).collect();
    assert_eq!(found, expected);
    let sheet = |text: &str| {
        let cells = |line: &str| line.split(',').map(str::to_owned).collect();
        Sheet::from_rows(text.lines().zip(1..).map(|(line, at)| (at, cells(line))))
    };
    let sheets =
        Sheets { settings: sheet(SETTINGS), survey: sheet(survey), hd: sheet(HD), ..Sheets::default() };
    let stored = serde_json::to_string(&sheets).unwrap();
    assert_eq!(Definition::from_source(&stored).unwrap().variables.len(), 5);
    assert!(Definition::from_sheets(sheets).is_err());
}

#[test]
fn a_variable_may_hang_on_one_that_hangs_on_another() {
    let survey = "type,name,hd::key,relevant,calculation\n\
         text,A,yes,,\n\
         begin_group,G,,${A} != '',\n\
         text,B,,${A} = 'x',\n\
         text,C,,${B} = 'x' and ${A} = 'x',\n\
         calculate,D,,${C} = 'x',${B}\n\
         end_group,,,,\n";
    assert_eq!(read_survey(survey).unwrap().variables.len(), 4);
    let inside = survey.replace("begin_group,G,,${A} != ''", "begin_group,G,,${C} != ''");
    assert_eq!(problems(read_survey(&inside))[0].3, "definition-relevance-circle");
}

#[test]
fn older_names_of_columns_and_types_say_the_same() {
    let usual = "type,name,label::English (en),hd::key,relevant,constraint_message::English (en),calculation\n\
         select_one YN,A,Answer,yes,,No.,\ndateTime,B,Moment,,${A} = 'yes',,\ncalculate,C,,,,,1 + 1\n";
    let older = "command,tag,caption:English (en),hd::key,bind::relevant,constraining_message::English (en),calculate\n\
         select one YN,A,Answer,yes,,No.,\ndate time,B,Moment,,${A} = \u{2018}yes\u{2019},,\ncalculate,C,,,,,1 + 1\n";
    let shown = |survey: &str| {
        let definition = read_survey(survey).unwrap();
        format!("{:?}", definition.variables).replace(['\u{2018}', '\u{2019}'], "'")
    };
    assert_eq!(shown(usual), shown(older));
}

#[test]
fn an_empty_column_of_a_text_does_not_wipe_out_another() {
    let definition =
        read_survey("type,name,hd::key,label::English (en),label\ntext,A,yes,Answer,\n").unwrap();
    assert_eq!(definition.variables[0].labels.get(Language::En), "Answer");
}

#[test]
fn defaults_are_of_the_type_of_their_variable() {
    let read = |default: &str, kind: &str| {
        let files = [
            ("settings", SETTINGS.to_owned()),
            ("hd", HD.to_owned()),
            ("choices", "list_name,name\nYN,yes\nYN,no\n".to_owned()),
            ("survey", format!("type,name,hd::key,default\ntext,A,yes,\n{kind},B,,{default}\n")),
        ];
        let read = Definition::from_folder(|name| {
            files
                .iter()
                .find(|(sheet, _)| name == format!("{sheet}.csv"))
                .map(|(_, text)| text.as_bytes().to_vec())
        });
        match read {
            Ok(definition) => definition.variables[1].default.clone(),
            Err(refused) => refused.problems[0].id.to_owned(),
        }
    };
    for (kind, default, expected) in [
        ("select_multiple YN", "yes no", "yes|no"),
        ("select_multiple YN", "yes perhaps", "definition-default"),
        ("select_one YN", "yes no", "definition-default"),
        ("date", "2024-01-02", "2024-01-02"),
        ("date", "2024-13-01", "definition-default-type"),
        ("date", "today() - 7", "today() - 7"),
        ("time", "25:00", "definition-default-type"),
        ("integer", "1 + 2", "1 + 2"),
        ("integer", "0.1", "definition-default-type"),
        ("decimal", "0.1", "0.1"),
        ("integer", "abc", "definition-expression-unexpected"),
        ("text", "1 + 2", "1 + 2"),
    ] {
        assert_eq!(read(default, kind), expected, "{kind} {default}");
    }
}

#[test]
fn a_text_is_written_once_in_each_language() {
    let read = |header: &str| {
        let survey = format!("type,name,hd::key,{header}\ntext,T,yes,one,two\n");
        match read_csv("form_id,version,default_language\nA,1.0.0,nl\n", &survey, "", "project\nHDBP0147\n") {
            Ok(definition) => definition.variables[0].labels.get(Language::Nl).to_owned(),
            Err(refused) => refused.problems[0].id.to_owned(),
        }
    };
    assert_eq!(read("label,label::English (en)"), "one");
    assert_eq!(read("label,label::Nederlands (nl)"), "definition-column-twice");
    assert_eq!(read("label::fr-BE,label::Français (fr)"), "definition-column-twice");
    assert_eq!(read("label::nl,label::Klingon (tlh)"), "one");
    assert_eq!(read("label::nl,hint::nl"), "one");
}
