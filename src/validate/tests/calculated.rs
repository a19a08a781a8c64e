//! What calculations, counts and sums with dates come to.

use super::{whole::data, *};

#[test]
fn a_date_compares_with_a_date_of_days_more_or_less_wherever_that_is_worked_out() {
    let mut validator = validator(
        "type,name,hd::key,calculation,constraint,relevant\n\
         text,K,yes,,,\n\
         date,FROM,,,. >= today() - 30,\n\
         integer,DAYS,,,,\n\
         calculate,LATEST,,${FROM} + ${DAYS},,\n\
         decimal,FIRST,,min(${FROM}) + 1,,\n\
         date,TO,,,. <= ${LATEST} and . >= ${FIRST},\n\
         dateTime,AT,,,. < ${LATEST},\n\
         text,WHY,,,,${TO} + 7 < today()\n",
    );
    for (from, to, at, why, wrong) in [
        ("2026-10-23", "2026-10-26", "2026-10-25T22:30:00Z", "why", None),
        ("2026-10-22", "2026-10-24", "", "", Some("FROM")),
        ("2026-10-23", "2026-10-27", "", "", Some("TO")),
        ("2026-10-23", "2026-10-23", "", "", Some("TO")),
        ("2026-10-23", "2026-10-26", "2026-10-25T23:30:00Z", "", Some("AT")),
        ("2026-11-14", "2026-11-15", "", "why", Some("WHY")),
        ("2026-11-13", "2026-11-14", "", "why", None),
    ] {
        let row = judge(&mut validator, &["k", from, "3", "", "", to, at, why]);
        let names: Vec<String> = found(&validator, &row).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, Vec::from_iter(wrong), "{from} {to} {at} {why}");
    }
}

#[test]
fn a_count_below_one_asks_for_no_instance_and_a_truth_for_one() {
    let mut validator = validator(
        "type,name,hd::key,calculation,repeat_count\ntext,K,yes,,\ninteger,N,,,\n\
         begin_repeat,R,,,${N} - 1\ntext,A,,,\nend_repeat,,,,\n\
         begin_repeat,Q,,,${N} > 5\ntext,B,,,\nend_repeat,,,,\n",
    );
    let mut codes = |number: &str, instances: [usize; 2]| {
        let given = [("A", instances[0]), ("B", instances[1])].map(|(name, count)| {
            let columns = vec![vec![name]; count];
            Given { json: "", columns }
        });
        let mut row = Row::default();
        validator.row_with(&["k", number], &given, &Technical::default(), &mut row);
        found(&validator, &row).into_iter().map(|(code, _)| code).collect::<Vec<_>>()
    };
    for (number, instances) in [
        ("0", [0, 0]),
        ("-7", [0, 0]),
        ("1", [0, 0]),
        ("3", [2, 0]),
        ("6", [5, 1]),
        ("", [0, 0]),
        ("", [2, 0]),
    ] {
        assert_eq!(codes(number, instances), [""; 0], "{number} {instances:?}");
    }
    for (number, instances) in [("0", [1, 0]), ("-7", [1, 0]), ("6", [5, 0]), ("3", [2, 1])] {
        assert_eq!(codes(number, instances), ["cell-repeat-count"], "{number} {instances:?}");
    }
}

#[test]
fn whole_numbers_keep_their_digits_and_small_ones_have_as_many_as_a_value_may() {
    let mut validator = validator(
        "type,name,hd::key,calculation\ntext,K,yes,\ninteger,BIG,,\ndecimal,MG,,\ndecimal,KG,,\n\
         integer,SAME,,${BIG}\ninteger,NEXT,,${BIG} + 1\ntext,CODE,,\"concat('A', ${BIG})\"\n\
         decimal,EXACT,,${MG}\ndecimal,DOSE,,${MG} div ${KG} div 1000\n\
         decimal,TINY,,${MG} div ${KG} div 1000000000000000000\ndecimal,PART,,decimal-time('00:00:00.001')\n",
    );
    let row = judge(&mut validator, &["k", "1234567890123456", "7", "90"]);
    assert_eq!(found(&validator, &row), []);
    let written = String::from_utf8(row.data).unwrap();
    for part in [
        "\"SAME\":1234567890123456,",
        "\"NEXT\":1234567890123457,",
        "\"CODE\":\"A1234567890123456\"",
        "\"EXACT\":7,",
        "\"DOSE\":0.000077777777777778,",
        "\"TINY\":0,",
        "\"PART\":0.000000011574074074",
    ] {
        assert!(written.contains(part), "{part} in {written}");
    }
    let row = judge(&mut validator, &["k", "999999999999999998", "0.123456789012345678", ""]);
    let written = String::from_utf8(row.data).unwrap();
    for part in ["\"SAME\":999999999999999998,", "\"A999999999999999998\"", "\"EXACT\":0.123456789012345678,"]
    {
        assert!(written.contains(part), "{part} in {written}");
    }
}

#[test]
fn a_moment_has_its_time_of_day_and_a_date_its_days_where_such_a_value_is_wanted() {
    let mut validator = validator(
        "type,name,hd::key,calculation\ntext,K,yes,\ndateTime,AT,,\ndate,DAY,,\n\
         time,CLOCK,,${AT}\ntime,LATER,,${AT} + 0.5\ntime,NOW,,now()\n\
         integer,DAYS,,${DAY}\ninteger,WHOLE,,${AT}\ndecimal,PARTS,,${AT}\ninteger,IS,,${DAY} < ${AT}\n",
    );
    let row = judge(&mut validator, &["k", "2024-06-30T23:30:00Z", "2024-06-30"]);
    let row_data = data(&row);
    for (name, value) in [("CLOCK", "01:30:00"), ("LATER", "13:30:00"), ("NOW", "13:00:00")] {
        assert_eq!(row_data[name], value, "{name}");
    }
    for (name, value) in [("DAYS", 19_904), ("WHOLE", 19_905), ("IS", 1)] {
        assert_eq!(row_data[name], value, "{name}");
    }
    assert_eq!(row_data["PARTS"].to_string(), "19904.9791666667");
    let row = judge(&mut validator, &["k", "", ""]);
    assert_eq!(data(&row)["IS"], 0);
    let row = judge(&mut validator, &["k", "2024-06-30", ""]);
    assert!(data(&row).get("CLOCK").is_none(), "a moment of which only the day is known");
}

#[test]
fn a_date_calculated_from_a_moment_is_the_belgian_one_just_after_midnight_too() {
    let mut validator = validator(
        "type,name,hd::key,calculation\ntext,K,yes,\ndateTime,AT,,\ndate,THEN,,${AT} + 0\n\
         date,NEXT,,once(${AT} + 1)\ndate,LATE,,today() + 0.9\n",
    );
    let row = judge(&mut validator, &["k", "2026-06-10T00:30:00+02:00"]);
    let data = data(&row);
    assert_eq!((&data["THEN"], &data["NEXT"]), (&"2026-06-10".into(), &"2026-06-11".into()));
    assert_eq!(data["LATE"], "2026-11-22");
}
