//! Calculations, filters, other answers and repeats.

use super::*;

pub(super) fn data(row: &Row) -> serde_json::Value {
    assert!(row.findings.iter().all(|finding| finding.severity != Severity::Error), "{:?}", row.findings);
    serde_json::from_slice(&row.data).unwrap()
}

fn local(row: &Row) -> serde_json::Value {
    serde_json::from_slice(&row.local).unwrap()
}

/// Judges a row with one repeat; its findings as code and column.
fn judge_with(
    validator: &mut Validator,
    cells: &[&str],
    given: Given<'_>,
) -> (Row, Vec<(&'static str, String)>) {
    let mut out = Row::default();
    validator.row_with(cells, &[given], &Technical::default(), &mut out);
    let _ = found(validator, &out);
    let findings =
        out.findings.iter().map(|finding| (finding.code, finding.column(&validator.definition))).collect();
    (out, findings)
}

#[test]
fn calculations_are_worked_out_in_the_order_in_which_they_need_each_other() {
    let mut validator = validator(
        "type,name,hd::key,calculation,hd::number_format\n\
         text,K,yes,,\n\
         calculate,CLASS,,\"if(${BMI} = '', '', if(${BMI} >= 25, 'high', 'low'))\",\n\
         decimal,BMI,,\"round(${W} div (${H} * ${H}), 1)\",3.1\n\
         decimal,W,,,\n\
         decimal,H,,,\n\
         date,D,,date(${D0} + 30),\n\
         date,D0,,,\n",
    );
    let row = judge(&mut validator, &["k", "", "", "70", "1.75", "", "2024-02-01"]);
    let expected = serde_json::json!({ "K": "k", "W": 70, "H": 1.75, "D0": "2024-02-01", "BMI": 22.9,
        "CLASS": "low", "D": "2024-03-02" });
    assert_eq!(data(&row), expected);
    let row = judge(&mut validator, &["k", "", "", "70", "", "", ""]);
    assert_eq!(data(&row), serde_json::json!({ "K": "k", "W": 70 }), "what cannot be calculated is empty");
    let row = judge(&mut validator, &["k", "", "", "x", "1.75", "", ""]);
    assert_eq!(found(&validator, &row), [("cell-type-decimal", "W".to_owned())]);
    let row = judge(&mut validator, &["k", "", "", "7000", "0.1", "", ""]);
    assert_eq!(
        found(&validator, &row),
        [("cell-calculation-type", "BMI".to_owned())],
        "more digits than fit"
    );
}

#[test]
fn a_number_of_days_is_a_date_where_one_is_wanted_and_a_moment_has_its_belgian_day() {
    let mut validator = validator(
        "type,name,hd::key,calculation,constraint\n\
         text,K,yes,,\n\
         date,D0,,,\n\
         date,LATER,,${D0} + 30,\n\
         dateTime,NOON,,${D0} + 0.5,\n\
         dateTime,TS,,,. >= ${D0}\n\
         date,DAY,,${TS},\n",
    );
    // Summer time begins two hours before UTC's next day.
    let row = judge(&mut validator, &["k", "2024-07-01", "", "", "2024-06-30T23:30:00Z", ""]);
    let expected = serde_json::json!({ "K": "k", "D0": "2024-07-01", "LATER": "2024-07-31",
        "NOON": "2024-07-01T14:00:00+02:00", "TS": "2024-06-30T23:30:00Z", "DAY": "2024-07-01" });
    assert_eq!(data(&row), expected);
    let row = judge(&mut validator, &["k", "2024-07-01", "", "", "2024-06-30T21:30:00Z", ""]);
    assert_eq!(found(&validator, &row)[0].0, "cell-constraint");
}

#[test]
fn a_files_own_value_warns_if_it_is_not_the_calculated_one() {
    let mut validator = validator(
        "type,name,hd::key,calculation\ntext,K,yes,\ninteger,N,,\ndecimal,TWICE,,${N} * 2\n\
         text,T,,\"concat(${N}, '!')\"\ntext,ONCE,,\"once(concat('n', ${N}))\"\n",
    );
    let row = judge(&mut validator, &["k", "2", "4.0", "2!", "mine"]);
    assert!(row.findings.is_empty());
    assert_eq!(data(&row)["ONCE"], "mine");
    let row = judge(&mut validator, &["k", "2", "5", "x", ""]);
    let differs = |name: &str| ("cell-calculation-differs", name.to_owned());
    assert_eq!(found(&validator, &row), [differs("TWICE"), differs("T")]);
    assert!(!row.refused());
    let expected = serde_json::json!({ "K": "k", "N": 2, "TWICE": 4, "T": "2!", "ONCE": "n2" });
    assert_eq!(data(&row), expected);
    let row = judge(&mut validator, &["k", "2", "many", "", ""]);
    assert_eq!(found(&validator, &row), [differs("TWICE")], "not even of its type");
}

#[test]
fn what_is_calculated_obeys_relevance_and_constraints_and_can_be_the_key() {
    let mut validator = validator(
        "type,name,hd::key,calculation,relevant,constraint,required\n\
         integer,N,,,,,\n\
         calculate,K,yes,\"concat('k', ${N})\",,,\n\
         integer,M,,${N} + 1,${N} > 1,. < 10,yes\n",
    );
    let row = judge(&mut validator, &["1", "", ""]);
    assert_eq!((data(&row), &row.key[..]), (serde_json::json!({ "N": 1, "K": "k1" }), &b"k=k1"[..]));
    let row = judge(&mut validator, &["1", "", "2"]);
    assert_eq!(found(&validator, &row), [("cell-not-relevant", "M".to_owned())]);
    let row = judge(&mut validator, &["9", "", ""]);
    assert_eq!(found(&validator, &row), [("cell-constraint", "M".to_owned())]);
    let row = judge(&mut validator, &["5", "", ""]);
    assert_eq!(data(&row)["M"], 6);
}

#[test]
fn a_calculated_key_can_be_typed() {
    let survey = "type,name,hd::key,calculation\ninteger,N,,\ncalculate,K,yes,\"concat('k', ${N})\"\n";
    let mut typed = validator(survey).without_calculations();
    assert_eq!(judge(&mut typed, &["", "k1"]).key, b"k=k1");
    assert_eq!(judge(&mut validator(survey), &["1", "k1"]).key, b"k=k1");
}

#[test]
fn what_is_calculated_from_an_identity_stays_here_unless_it_is_an_age() {
    let mut validator = validator(
        "type,name,hd::key,calculation\n\
         text,IDC_PAT,yes,\n\
         date,D_PAT_DOB,,\n\
         text,TX_PAT_LAST_NAM,,\n\
         calculate,AGE,,int((today() - ${D_PAT_DOB}) div 365.25)\n\
         calculate,BORN,,\"format-date(${D_PAT_DOB}, '%Y-%m')\"\n\
         calculate,HASH,,\"digest(${IDC_PAT}, 'SHA-256')\"\n\
         calculate,NAME,,\"substr(${TX_PAT_LAST_NAM}, 0, 1)\"\n\
         calculate,DEEP,,\"concat(${HASH}, ${AGE})\"\n\
         calculate,DAYS,,${D_PAT_DOB} + 1\n\
         calculate,MORE,,${DAYS} - 1\n",
    );
    let row = judge(&mut validator, &["53040799731", "1953-04-07", "Peeters"]);
    assert_eq!(data(&row), serde_json::json!({ "AGE": 73 }));
    let here = local(&row);
    assert_eq!((&here["BORN"], &here["NAME"]), (&"1953-04".into(), &"P".into()));
    assert_eq!((&here["DAYS"], &here["MORE"]), (&(-6112).into(), &(-6113).into()));
    assert!(here["HASH"].is_string() && here["DEEP"].is_string());
    assert!(!row.identifier_in_value);
}

#[test]
fn a_calculated_text_that_holds_the_patients_number_is_noticed() {
    let mut validator = validator(
        "type,name,hd::key,calculation\ntext,IDC_PAT,yes,\ntext,A,,\ntext,B,,\ncalculate,C,,\"concat(${A}, ${B})\"\n",
    );
    assert!(judge(&mut validator, &["53040799731", "530407", "99731"]).identifier_in_value);
    assert!(!judge(&mut validator, &["53040799731", "530407", "99732"]).identifier_in_value);
}

fn filtered(survey: &str) -> Validator {
    let files = HashMap::from([
        ("settings.csv", "form_id,version\nTRIAL,1.0.0\n"),
        ("survey.csv", survey),
        (
            "choices.csv",
            "list_name,name,label,country,big\nCOUNTRY,BE,Belgium,,\nCOUNTRY,NL,Netherlands,,\n\
             CITY,GENT,Ghent,BE,2\nCITY,NAMUR,Namur,BE,1\nCITY,UTRECHT,Utrecht,NL,3\n",
        ),
        ("hd.csv", "key,value\nproject,HDBP0001\n"),
        ("wards.csv", "code,title,country\nA1,First ward,BE\nB2,Second ward,NL\n"),
    ]);
    let file = |name: &str| Some(files.get(name)?.as_bytes().to_vec());
    let read = Definition::from_folder(file);
    let definition = read.unwrap_or_else(|refused| panic!("{:?}", refused.problems));
    let again = Definition::from_source(&definition.to_source()).unwrap();
    assert_eq!(format!("{:?}", again.lists.len()), format!("{:?}", definition.lists.len()));
    Validator::new(Arc::new(again), options())
}

#[test]
fn a_choice_that_the_filter_leaves_out_is_refused() {
    let mut validator = filtered(
        "type,name,hd::key,choice_filter\ntext,K,yes,\nselect_one COUNTRY,C,,\n\
         select_one CITY,ONE,,country = ${C}\nselect_multiple CITY,MANY,,country = ${C} and big >= 2\n",
    );
    for (cells, expected) in [
        (["k", "BE", "GENT", "GENT"], vec![]),
        (["k", "NL", "UTRECHT", ""], vec![]),
        (["k", "NL", "GENT", ""], vec![("cell-choice-filtered", "ONE")]),
        (["k", "BE", "NAMUR", "GENT|NAMUR"], vec![("cell-choice-filtered", "MANY")]),
        (["k", "", "GENT", ""], vec![("cell-choice-filtered", "ONE")]),
    ] {
        let row = judge(&mut validator, &cells);
        let found = found(&validator, &row);
        let found: Vec<_> = found.iter().map(|(code, name)| (*code, name.as_str())).collect();
        assert_eq!(found, expected, "{cells:?}");
    }
}

#[test]
fn lists_come_from_a_sheet_of_their_own_or_with_the_appliance() {
    let mut validator = filtered(
        "type,name,hd::key,choice_filter,parameters\ntext,K,yes,,\n\
         select_one_from_file countries.csv,C,,,\n\
         select_multiple_from_file wards.csv,W,,country = ${C},value=code label=title\n",
    );
    let row = judge(&mut validator, &["k", "België", "first ward"]);
    assert_eq!(data(&row), serde_json::json!({ "K": "k", "C": "BE", "W": ["A1"] }));
    let row = judge(&mut validator, &["k", "BE", "B2"]);
    assert_eq!(found(&validator, &row), [("cell-choice-filtered", "W".to_owned())]);
    let origins: Vec<_> = validator.definition.lists[2..].iter().map(|list| list.origin).collect();
    assert_eq!(origins, [crate::definition::Origin::Packaged, crate::definition::Origin::Sheet]);
}

#[test]
fn another_answer_is_a_choice_and_asks_for_a_text() {
    let mut validator = validator(
        "type,name,hd::key\ntext,K,yes\nselect_one SEX or_other,S,\nselect_multiple SEX or_other,M,\nselect_one SEX,P,\n",
    );
    let names: Vec<&str> =
        validator.definition.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["K", "S", "S_other", "M", "M_other", "P"]);
    let row = judge(&mut validator, &["k", "other", "both", "M|Autre", "x", "F"]);
    assert_eq!(
        data(&row),
        serde_json::json!({ "K": "k", "S": "other", "S_other": "both", "M": ["M", "other"], "M_other": "x", "P": "F" })
    );
    let row = judge(&mut validator, &["k", "M", "both", "", "", "other"]);
    let expected = [("cell-not-in-list", "P".to_owned()), ("cell-not-relevant", "S_other".to_owned())];
    assert_eq!(found(&validator, &row), expected);
}

#[test]
fn ranges_confirmations_and_hidden_values_have_their_own_rules() {
    let mut validator = validator(
        "type,name,hd::key,parameters\ntext,K,yes,\nstart,s,,\ndeviceid,dev,,\nrange,R,,start=0 end=5 step=0.5\n\
         range,S,,\nacknowledge,A,,\nhidden,H,,\n",
    );
    let row = judge(&mut validator, &["k", "2.5", "10", "ok", "h"]);
    assert_eq!(data(&row), serde_json::json!({ "K": "k", "R": 2.5, "S": 10, "A": "OK", "H": "h" }));
    let row = judge(&mut validator, &["k", "2.7", "11", "no", ""]);
    let codes: Vec<_> = found(&validator, &row).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["cell-not-in-list", "cell-constraint", "cell-constraint"]);
}

const CHILDREN: &str = "type,name,hd::key,calculation,required,relevant,constraint,repeat_count,destination::hd\n\
    text,K,yes,,,,,,\n\
    integer,TOTAL,,sum(${AGE}),,,,,\n\
    begin_repeat,CHILD,,,,,,${COUNT},\n\
    text,NAME,,,yes,,,,no\n\
    integer,AGE,,,,,. >= 0,,\n\
    select_multiple SEX,SEX,,,,${AGE} > 3,,,\n\
    calculate,NEXT,,${AGE} + position(..),,,,,\n\
    end_repeat,,,,,,,,\n\
    integer,COUNT,,,,,,,\n";

#[test]
fn the_instances_of_a_repeat_stand_in_columns_or_in_json() {
    let survey = CHILDREN.replace("destination::hd", "hint");
    let mut validator = validator(&survey);
    let columns = vec![vec!["Ann", "5", "M|F", ""], vec!["", " ", "", ""], vec!["Bo", "3", "", ""]];
    let (row, findings) =
        judge_with(&mut validator, &["k", "", "", "", "", "", "2"], Given { json: "", columns });
    assert_eq!(findings, []);
    let children = serde_json::json!([
        { "NAME": "Ann", "AGE": 5, "SEX": ["M", "F"], "NEXT": 6 },
        { "NAME": "Bo", "AGE": 3, "NEXT": 5 },
    ]);
    let expected = serde_json::json!({ "K": "k", "COUNT": 2, "TOTAL": 8, "CHILD": children });
    assert_eq!(data(&row), expected);
    let json =
        r#"[{"name": "Ann", "AGE": 5, "SEX": ["M", "Female"]}, {}, {"NAME": "Bo", "AGE": "3", "SEX": null}]"#;
    let (again, findings) =
        judge_with(&mut validator, &["k", "", "", "", "", "", "2"], Given { json, columns: Vec::new() });
    assert_eq!((findings, data(&again)), (vec![], expected));
    assert_eq!(again.data, row.data, "the same bytes, so the same row");
    let (none, _) = judge_with(&mut validator, &["k", "", "", "", "", "", ""], Given::default());
    assert_eq!(data(&none), serde_json::json!({ "K": "k", "TOTAL": 0 }));
}

#[test]
fn what_is_wrong_in_an_instance_is_told_with_its_number_in_the_file() {
    let mut validator = validator(&CHILDREN.replace("destination::hd", "hint"));
    let columns = vec![
        vec![""; 4],
        vec!["", "x", "", ""],
        vec!["Bo", "-1", "", ""],
        vec!["Cy", "3", "Q", ""],
        vec!["Di", "3", "M", ""],
    ];
    let (row, findings) =
        judge_with(&mut validator, &["k", "", "", "", "", "", "3"], Given { json: "", columns });
    let expected = [
        ("cell-type-integer", "CHILD[2]/AGE"),
        ("cell-not-in-list", "CHILD[4]/SEX"),
        ("cell-repeat-count", "CHILD"),
        ("cell-required", "CHILD[2]/NAME"),
        ("cell-constraint", "CHILD[3]/AGE"),
        ("cell-not-relevant", "CHILD[5]/SEX"),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(code, column)| (code, column.to_owned())).collect();
    assert_eq!(findings, expected);
    assert!(row.refused());
    for (json, code) in [
        ("x", "cell-repeat-json"),
        ("{}", "cell-repeat-json"),
        ("[1]", "cell-repeat-json"),
        (r#"[{"NAME": {"a": 1}}]"#, "cell-repeat-json"),
        (r#"[{"NOBODY": 1}]"#, "cell-repeat-member"),
    ] {
        let (_, findings) = judge_with(&mut validator, &["k"], Given { json, columns: Vec::new() });
        assert_eq!(findings, [(code, "CHILD".to_owned())], "{json}");
    }
    for json in [
        r#"[{}, {"NAME": "a", "NAME": "b"}]"#,
        r#"[{}, {"NAME": null, "name": "b"}]"#,
        r#"[{"NAME": "a"}, {"NAME": "", "NAME": ""}]"#,
    ] {
        let (row, findings) = judge_with(&mut validator, &["k"], Given { json, columns: Vec::new() });
        assert_eq!(findings[0], ("cell-repeat-twice", "CHILD[2]/NAME".to_owned()), "{json}");
        assert!(row.refused());
    }
    let many = format!("[{}]", vec![r#"{"NAME":"a"}"#; 1_001].join(","));
    let (_, findings) = judge_with(&mut validator, &["k"], Given { json: &many, columns: Vec::new() });
    assert_eq!(findings[0].0, "cell-repeat-many");
}

#[test]
fn a_repeat_that_is_not_asked_needs_no_instances_and_may_have_none() {
    let mut validator = validator(
        "type,name,hd::key,relevant,repeat_count\ntext,K,yes,,\n\
         begin_repeat,R,,${K} = 'many',2\ntext,A,,,\nend_repeat,,,,\n",
    );
    let one = || Given { json: r#"[{"A":"x"}]"#, columns: Vec::new() };
    assert_eq!(judge_with(&mut validator, &["none"], Given::default()).1, []);
    let told = |code, column: &str| vec![(code, column.to_owned())];
    assert_eq!(judge_with(&mut validator, &["none"], one()).1, told("cell-not-relevant", "R[1]/A"));
    assert_eq!(judge_with(&mut validator, &["many"], one()).1, told("cell-repeat-count", "R"));
}

#[test]
fn what_stays_here_of_a_repeat_has_its_place_beside_what_leaves() {
    let survey =
        CHILDREN.replace(",,,. >= 0,,\n", ",,,. >= 0,,yes\n").replace("${AGE} > 3,,,", "${AGE} > 3,,,yes");
    let mut validator = validator(&survey);
    let columns = vec![vec!["Ann", "5", "", ""], vec!["Bo", "", "", ""]];
    let (row, findings) = judge_with(&mut validator, &["k"], Given { json: "", columns });
    assert_eq!(findings, []);
    assert_eq!(data(&row), serde_json::json!({ "CHILD": [{ "AGE": 5 }, {}] }));
    let here = local(&row);
    assert_eq!(here["CHILD"], serde_json::json!([{ "NAME": "Ann", "NEXT": 6 }, { "NAME": "Bo" }]));
    let tells = vec![vec!["53040799731", "5", "", ""]];
    assert!(!judge_with(&mut validator, &["k"], Given { json: "", columns: tells }).0.identifier_in_value);
}

#[test]
fn calculations_that_double_each_other_end_before_they_fill_the_memory() {
    let double: String =
        (1..60).map(|at| format!("calculate,V{at},,\"concat(${{V{0}}}, ${{V{0}}})\"\n", at - 1)).collect();
    let mut validator =
        validator(&format!("type,name,hd::key,calculation\ntext,K,yes,\ntext,V0,,\n{double}"));
    let row = judge(&mut validator, &["k", "0123456789"]);
    let codes: Vec<&str> = found(&validator, &row).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes[0], "cell-calculation-long");
    assert!(row.data.len() < 2 << 20);
}

#[test]
fn texts_are_put_together_to_no_more_than_a_row_can_hold() {
    let long = "é".repeat(400_000);
    for expression in ["concat(${A}, ${A}, ${A})", "join(${A}, ${A}, 'x', ${A})"] {
        let mut validator = validator(&format!(
            "type,name,hd::key,calculation\ntext,K,yes,\ntext,A,,\ncalculate,B,,\"string-length({expression})\"\n"
        ));
        assert_eq!(data(&judge(&mut validator, &["k", &long]))["B"], 524_288);
    }
    let mut validator = validator(
        "type,name,hd::key,calculation\ntext,K,yes,\ntext,A,,\n\
         calculate,B,,\"string-length(translate(${A}, ${A}, 'é'))\"\n",
    );
    let letters: String = ('\u{4e00}'..'\u{9fff}').cycle().take(300_000).collect();
    assert_eq!(data(&judge(&mut validator, &["k", &letters]))["B"], 15);
}

#[test]
fn empty_instances_take_no_room_and_too_many_findings_of_a_row_are_not_all_told() {
    let columns: String = (0..60).map(|at| format!("text,V{at},,yes\n")).collect();
    let mut validator = validator(&format!(
        "type,name,hd::key,required\ntext,K,yes,\nbegin_repeat,R,,\n{columns}end_repeat,,,\n"
    ));
    let empty = format!("[{}{{}}]", "{},".repeat(300_000));
    let (row, findings) = judge_with(&mut validator, &["k"], Given { json: &empty, columns: Vec::new() });
    assert!(findings.is_empty() && !row.refused());
    let one = format!("[{}{{\"V0\":1}}]", "{\"V0\":1},".repeat(999));
    let (row, findings) = judge_with(&mut validator, &["k"], Given { json: &one, columns: Vec::new() });
    assert!(row.refused() && findings.len() == 1_000, "{}", findings.len());
    assert_eq!(findings[1], ("cell-required", "R[1]/V2".to_owned()));
    assert_eq!(findings[999], ("cell-required", "R[1000]/V59".to_owned()));
}

#[test]
fn a_large_list_is_written_once_for_all_variables_that_have_it() {
    let places = "select_multiple_from_file places_of_residence.csv";
    let mut validator = validator(&format!("type,name,hd::key\ntext,K,yes\n{places},A,\n{places},B,\n"));
    let [one, other] = [1, 2].map(|at| validator.plans[at].choices.clone());
    assert!(one.len() > 256 && Arc::ptr_eq(&one, &other));
    let code =
        validator.definition.list_of(&validator.definition.variables[1]).unwrap().choices[300].code.clone();
    let row = judge(&mut validator, &["k", &code, ""]);
    assert_eq!(data(&row)["A"], serde_json::json!([code]));
}

#[test]
fn what_hangs_on_the_moment_or_on_chance_does_not_make_a_row_another_one() {
    let mut validator = validator(
        "type,name,hd::key,calculation,relevant\n\
         text,K,yes,,\n\
         text,NAMED,,\"once('now()')\",\n\
         calculate,AFTER,,\"concat(${MADE}, '!')\",\n\
         calculate,MADE,,uuid(),\n\
         datetime,FIRST,,once(now()),\n\
         integer,LATE,,1,\"${SINCE} > 1\"\n\
         integer,SINCE,,\"int(today() - date('2026-01-01'))\",\n\
         begin_repeat,R,,,\ninteger,N,,,\ncalculate,DIE,,random(),\nend_repeat,,,,\n",
    );
    let mut told = |cells: &[&str], json, now: &str| {
        validator.set_now(now.parse().unwrap());
        let given = Given { json, columns: Vec::new() };
        let (row, found) = judge_with(&mut validator, cells, given);
        assert_eq!(found, []);
        (row.lasting().concat(), data(&row))
    };
    let (at, later) = ("2026-11-22T12:00:00Z", "2026-11-23T08:00:00Z");
    let plain = &["k", "a"];
    let (one, data) = told(plain, r#"[{"N":1},{"N":2}]"#, at);
    let (other, data_later) = told(plain, r#"[{"N":1},{"N":2}]"#, later);
    for name in ["AFTER", "MADE", "FIRST", "R"] {
        assert!(data[name] != data_later[name], "{name}: {data}");
    }
    assert_eq!(String::from_utf8_lossy(&one), String::from_utf8_lossy(&other));
    assert!(one.starts_with(br#"{"K":"k""#) && one.windows(9).any(|part| part == br#","NAMED":"#), "{data}");
    assert!(one != told(plain, r#"[{"N":1},{"N":3}]"#, at).0 && one != told(&["k", "b"], "", at).0);
    // What the file itself says for once() is news.
    let cells = |first| ["k", "a", "", "", first];
    let (one, _) = told(&cells("2026-11-01T12:00:00"), "", at);
    assert_eq!(one, told(&cells("2026-11-01T12:00:00"), "", later).0);
    assert!(one != told(&cells("2026-11-02T12:00:00"), "", at).0);
}

#[test]
fn of_a_row_without_such_calculations_everything_tells_it_from_another() {
    let mut validator =
        validator("type,name,hd::key,calculation\ntext,K,yes,\ninteger,N,,\ninteger,TWICE,,${N} * 2\n");
    let row = judge(&mut validator, &["k", "2"]);
    assert!(!row.has_passing() && row.lasting().concat() == [&row.data[..], b"\0", &row.local].concat());
}
