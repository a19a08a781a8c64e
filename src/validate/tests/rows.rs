use super::*;

#[test]
fn values_are_read_in_every_form_that_the_manual_allows() {
    for (kind, text, value) in [
        ("text", "  a \"b\"\t\\ ", r#""V":"a \"b\"\t\\""#),
        ("text", "\u{a0}é\u{a0}", r#""V":"é""#),
        ("text", "   ", ""),
        ("integer", "174.0", r#""V":174"#),
        ("integer", "-7", r#""V":-7"#),
        ("decimal", "127.90", r#""V":127.9"#),
        ("decimal", "12345678901234567.123456789012345678", r#""V":12345678901234567.123456789012345678"#),
        ("date", "27/01/2023", r#""V":"2023-01-27""#),
        ("date", "2023-01-27", r#""V":"2023-01-27""#),
        ("date", "2023-01-27T00:00:00", r#""V":"2023-01-27""#),
        ("time", "08:05", r#""V":"08:05:00""#),
        ("datetime", "2023-10-10T04:17:47Z", r#""V":"2023-10-10T04:17:47Z""#),
        ("datetime", "10/10/2023 04:17", r#""V":"2023-10-10T04:17:00+02:00""#),
        ("dateTime", "2023-01-10 04:17:00", r#""V":"2023-01-10T04:17:00+01:00""#),
        ("datetime", "2023-10-10", r#""V":"2023-10-10""#),
        ("datetime", "1850-06-01T12:00:00", r#""V":"1850-06-01T11:42:30Z""#),
        ("select_one SEX", "M", r#""V":"M""#),
        ("select_one SEX", "vrouw", r#""V":"F""#),
        ("select_one YN", "true", r#""V":true"#),
        ("select_one YN", "Nee", r#""V":false"#),
        ("select_multiple SEX", "F | male|F", r#""V":["M","F"]"#),
        ("select_multiple YN", "yes", r#""V":[true]"#),
        ("select_multiple SEX", "|", ""),
    ] {
        assert_eq!(cell(kind, text).as_deref(), Ok(value), "{kind} {text}");
    }
}

#[test]
fn values_that_are_not_of_their_type_are_refused_with_their_own_code() {
    for (kind, text, code) in [
        ("text", "a\u{1}b", "cell-control"),
        ("integer", "1.5", "cell-type-integer"),
        ("integer", "x", "cell-type-integer"),
        ("decimal", "1,5", "cell-decimal-comma"),
        ("decimal", "5 mg", "cell-type-decimal"),
        ("decimal", "1234567890123456789", "cell-type-decimal"),
        ("date", "31/02/2023", "cell-date-impossible"),
        ("date", "01-02-2023", "cell-type-date"),
        ("date", "2023-01-27T10:00:00", "cell-type-date"),
        ("time", "25:00", "cell-type-time"),
        ("datetime", "2023-10-10 25:00", "cell-date-impossible"),
        ("datetime", "yesterday", "cell-type-datetime"),
        ("select_one SEX", "Q", "cell-not-in-list"),
        ("select_multiple SEX", "M|Q", "cell-not-in-list"),
    ] {
        assert_eq!(cell(kind, text), Err(code), "{kind} {text}");
    }
}

#[test]
fn a_comma_is_a_point_only_where_the_file_says_so() {
    let mut validator = validator("type,name,hd::key\ntext,K,yes\ndecimal,V,\n");
    validator.options.decimal_comma = true;
    assert_eq!(judge(&mut validator, &["k", "1,50"]).data, br#"{"K":"k","V":1.5}"#);
    assert_eq!(judge(&mut validator, &["k", "1.50"]).data, br#"{"K":"k","V":1.5}"#);
}

#[test]
fn numbers_have_no_more_digits_than_their_format() {
    let mut validator = validator("type,name,hd::key,hd::number_format\ntext,K,yes,\ndecimal,V,,4.1\n");
    for (text, fits) in [("999.9", true), ("-0.10", true), ("1000", false), ("1.25", false)] {
        let row = judge(&mut validator, &["k", text]);
        assert_eq!(row.findings.iter().all(|finding| finding.code != "cell-number-format"), fits, "{text}");
        assert_eq!(row.refused(), !fits);
    }
}

#[test]
fn a_definition_is_obeyed_in_relevance_presence_and_constraints() {
    let mut validator = validator(
        "type,name,hd::key,required,relevant,constraint\n\
         text,K,yes,,,\n\
         select_one SEX,S,,yes,,\n\
         integer,N,,${S} = 'F',${S} != '',. >= 0 and . < 20\n\
         text,T,,,${S} = 'F',\n",
    );
    for (cells, expected) in [
        (["k", "M", "", ""], vec![]),
        (["k", "F", "3", "t"], vec![]),
        (["k", "F", "", ""], vec![("cell-required", "N")]),
        (["k", "F", "20", ""], vec![("cell-constraint", "N")]),
        (["k", "M", "", "t"], vec![("cell-not-relevant", "T")]),
        (["", "", "3", ""], vec![("cell-required", "K"), ("cell-required", "S"), ("cell-not-relevant", "N")]),
        (["k", "Q", "", "t"], vec![("cell-not-in-list", "S")]),
        (["k", "F", "x", ""], vec![("cell-type-integer", "N")]),
    ] {
        let row = judge(&mut validator, &cells);
        let found = found(&validator, &row);
        let found: Vec<(&str, &str)> = found.iter().map(|(code, name)| (*code, name.as_str())).collect();
        assert_eq!(found, expected, "{cells:?}");
        assert_eq!(row.refused(), !expected.is_empty());
    }
}

#[test]
fn a_draft_needs_no_values_but_those_it_has_are_of_their_types() {
    let mut validator =
        validator("type,name,hd::key,required,constraint\ntext,K,yes,yes,\ninteger,N,,yes,. > 5\n");
    let mut out = Row::default();
    let draft = Technical { status: "draft", ..Technical::default() };
    validator.row(&[], &draft, &mut out);
    assert!(out.draft && out.findings.is_empty() && out.key.is_empty());
    assert_eq!((&out.data[..], &out.local[..]), (&b"{}"[..], &b"{}"[..]));
    validator.row(&["k", "1"], &draft, &mut out);
    assert!(out.findings.is_empty() && out.key == b"k=k");
    validator.row(&["k", "x"], &draft, &mut out);
    assert!(out.refused());
}

#[test]
fn the_business_key_is_the_same_for_every_way_to_write_it() {
    let mut validator = validator(
        "type,name,hd::key\ntext,IDC_PAT,yes\ndatetime,D,yes\ndecimal,N,yes\nselect_one SEX,S,yes\ntext,T,\n",
    );
    let one = judge(&mut validator, &["53.04.07-997.31", "2023-10-10T06:17:00+02:00", "1.50", "male", "a"]);
    let other = judge(&mut validator, &["53040799731", "2023-10-10 06:17", "1.5", "M", "b"]);
    assert_eq!(
        String::from_utf8(one.key.clone()).unwrap(),
        "d=2023-10-10T04:17:00Z\u{1f}idc_pat=53040799731\u{1f}n=1.5\u{1f}s=M"
    );
    assert_eq!(one.key, other.key);
}

#[test]
fn the_business_key_is_the_same_wherever_a_workbook_has_its_variables_and_choices() {
    let key = |variables: &[&str], choices: &str, cells: &[&str]| {
        let survey = format!("type,name,hd::role,hd::key\n{}", variables.concat());
        let files = HashMap::from([
            ("settings.csv", "form_id,version\nTRIAL,1.0.0\n"),
            ("survey.csv", &survey),
            ("choices.csv", choices),
            ("hd.csv", "key,value\nproject,HDBP0001\n"),
        ]);
        let definition = Definition::from_folder(|name| Some(files.get(name)?.as_bytes().to_vec())).unwrap();
        let row = judge(&mut Validator::new(Arc::new(definition), options()), cells);
        assert!(!row.refused(), "{row:?}");
        String::from_utf8(row.key).unwrap()
    };
    let [id, visit, sides, by] = [
        "text,ID,,yes\n",
        "integer,VISIT,,yes\n",
        "select_multiple SIDES,SIDE,,yes\n",
        "text,CD_HPIN,physician,yes\n",
    ];
    let known = "cd_hpin=17529086004\u{1f}id=2\u{1f}side=L|R\u{1f}visit=5";
    let list = "list_name,name,label\nSIDES,R,Right\nSIDES,L,Left\n";
    assert_eq!(key(&[id, visit, sides, by], list, &["2", "05", "R|L", "17529086004"]), known);
    let list = "list_name,name,label\nSIDES,B,Back\nSIDES,L,Left\nSIDES,R,Right\n";
    let visit = "decimal,Visit,,yes\n";
    assert_eq!(key(&[by, sides, visit, id], list, &["1-75290-86-004", "L|R", "5.0", "2"]), known);
}

#[test]
fn parts_of_a_business_key_never_run_into_each_other() {
    let mut validator = validator("type,name,hd::key\ntext,A,yes\ntext,B,yes\n");
    let mut keys = Vec::new();
    for cells in [["1", "2"], ["2", "1"], ["1=b", "2"], ["1", "b=2"], ["1|2", "3"], ["1", "2|3"]] {
        let row = judge(&mut validator, &cells);
        assert!(!row.refused() && !keys.contains(&row.key), "{cells:?}");
        keys.push(row.key);
    }
    assert!(judge(&mut validator, &["1\u{1f}b=2", "3"]).refused());
}

#[test]
fn authors_and_status_are_judged_and_stay_here() {
    let mut validator = validator("type,name,hd::key\ntext,K,yes\n");
    let mut out = Row::default();
    let technical = Technical {
        author_group: "An Peeters",
        author: "an@a.example",
        coauthor: "jo@a.example",
        default_author: "",
        status: "submit",
    };
    validator.row(&["k"], &technical, &mut out);
    assert!(out.findings.is_empty() && !out.draft);
    assert_eq!(
        String::from_utf8(out.local.clone()).unwrap(),
        r#"{"TX_AUTHOR_GR":"An Peeters","TX_AUTHOR":"an@a.example","TX_COAUTHOR":"jo@a.example"}"#
    );
    assert_eq!(out.data, br#"{"K":"k"}"#);
    for (technical, code) in [
        (Technical { author: " an@a.example", ..technical }, "cell-author-blank"),
        (Technical { author_group: "An ", ..technical }, "cell-author-blank"),
        (Technical { coauthor: "jo", ..technical }, "cell-author-email"),
        (Technical { status: "done", ..technical }, "cell-status"),
    ] {
        validator.row(&["k"], &technical, &mut out);
        assert_eq!(found(&validator, &out), [(code, String::new())]);
        assert!(out.refused());
    }
}

#[test]
fn a_finding_shows_the_shape_and_never_the_value() {
    let mut validator = validator("type,name,hd::key\ntext,IDC_PAT,yes\ndate,D,\n");
    let row = judge(&mut validator, &["53040799732", "Jan 53"]);
    let shapes: Vec<&str> = row.findings.iter().map(|finding| finding.shape.as_str()).collect();
    assert_eq!(shapes, ["99999999999", "Aaa 99"]);
}

#[test]
fn every_code_has_its_text() {
    let sources = [
        include_str!("../cell.rs"),
        include_str!("../identity.rs"),
        include_str!("../rules.rs"),
        include_str!("../technical.rs"),
    ];
    let codes: Vec<&str> = sources
        .iter()
        .flat_map(|source| source.split('"').filter(|word| word.starts_with("cell-") && !word.contains(' ')))
        .collect();
    assert!(codes.len() > 30);
    for code in codes {
        assert!(Language::En.has(code), "{code}");
    }
}

proptest::proptest! {
    #[test]
    fn whatever_stands_in_a_row_it_is_judged_and_what_is_taken_is_json(
        cells in proptest::collection::vec("[0-9/.:TZ+-]{0,24}|.{0,12}|[MFBE|;]{0,3}", 0..18),
        draft in proptest::bool::ANY,
    ) {
        let mut validator = intego("INTEGO-LAB");
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let mut out = Row::default();
        let status = if draft { "draft" } else { "" };
        validator.row(&cells, &Technical { status, ..Technical::default() }, &mut out);
        if !out.refused() {
            for object in [&out.data, &out.local] {
                proptest::prop_assert!(serde_json::from_slice::<serde_json::Value>(object).is_ok());
            }
        }
        let _ = found(&validator, &out);
    }

    #[test]
    fn any_number_is_written_as_another_reader_understands_it(number in proptest::num::f64::NORMAL) {
        let text = format!("{number}");
        if let Ok(value) = cell("decimal", &text) {
            let read: f64 = value.trim_start_matches("\"V\":").parse().unwrap();
            proptest::prop_assert_eq!(read, number);
        }
    }
}
