//! CSV intake: what goes in, what is refused and how it is told.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::{
    common::{DIAG_HEADER, NIHDI, TestApp, codes, diag, extract},
    version,
};

#[test]
fn the_extract_goes_in_whole_with_four_warnings() {
    let app = TestApp::new();
    app.enrol();
    let mut warnings = 0;
    for (dcd, rows) in [("INTEGO-DIAG", 438), ("INTEGO-LAB", 990), ("INTEGO-PRESC", 663)] {
        let (status, report) = app.import(dcd, &extract(dcd));
        assert_eq!(status, 0, "{report}");
        assert_eq!(report["rows_read"], rows);
        assert_eq!(report["accepted"], rows);
        assert_eq!(report["reconciles"], true);
        assert!(report["held"].as_u64().unwrap() > 0, "one physician of six is not enrolled");
        warnings += report["imports"][0]["rows"]["warnings"].as_u64().unwrap();
    }
    assert_eq!(warnings, 4);
    assert_eq!(app.sqlite("SELECT DISTINCT code || ' ' || severity FROM finding"), "cell-code-check warning");
}

#[test]
fn the_same_file_again_says_when_it_came_and_changes_nothing() {
    let app = TestApp::new();
    app.import("INTEGO-DIAG", &extract("INTEGO-DIAG"));
    let (status, report) = app.import("INTEGO-DIAG", &extract("INTEGO-DIAG"));
    assert_eq!(status, 0);
    assert_eq!((&report["unchanged"], &report["accepted"]), (&438.into(), &0.into()));
    assert_eq!(codes(&report), ["file-seen-before"]);
    assert_eq!(app.sqlite("SELECT count(*) FROM registration"), "438");
}

#[test]
fn the_same_row_again_is_unchanged_though_the_moment_is_another() {
    let app = TestApp::new();
    let folder = version::folder(&app, "1.0.0", "");
    let survey = "type,name,label,required,hd::key,calculation\ntext,TX_NUMBER,Number,yes,yes,\n\
        text,TX_TEXT,Text,,,\ndatetime,DT_FIRST,First,,,once(now())\ntext,ID_ROW,Id,,,uuid()\n";
    fs::write(format!("{folder}/survey.csv"), survey).unwrap();
    app.ok(["definition", "add", &folder]);
    let rows = app.file("rows.csv", "TX_NUMBER;TX_TEXT\n1;one\n2;two\n");
    assert_eq!(app.import("TRIAL", &rows).1["accepted"], 2);
    let rows = app.file("again.csv", "TX_TEXT;TX_NUMBER\none;1\nbetter;2\n");
    let (_, report) = app.import("TRIAL", &rows);
    assert_eq!((&report["unchanged"], &report["imports"][0]["rows"]["corrections"]), (&1.into(), &1.into()));
}

#[test]
fn the_same_key_with_other_content_supersedes() {
    let app = TestApp::new();
    app.enrol();
    app.import(
        "INTEGO-DIAG",
        &app.file("a.csv", format!("{DIAG_HEADER}\n{}\n{}\n", diag("D1", "one"), diag("D2", "two"))),
    );
    let (_, report) = app.import(
        "INTEGO-DIAG",
        &app.file("b.csv", format!("{DIAG_HEADER}\n{}\n{}\n", diag("D1", "one"), diag("D2", "better"))),
    );
    assert_eq!((&report["accepted"], &report["unchanged"]), (&1.into(), &1.into()));
    assert_eq!(report["imports"][0]["rows"]["corrections"], 1);
    assert_eq!(app.sqlite("SELECT state, revision FROM registration ORDER BY id"), "1|1\n7|1\n1|2");
}

#[test]
fn of_equal_keys_in_one_file_the_later_wins_and_both_rows_are_named() {
    let app = TestApp::new();
    app.enrol();
    let rows = [diag("D1", "one"), diag("D2", "two"), diag("D1", "other")].join("\n");
    let (status, report) = app.import("INTEGO-DIAG", &app.file("a.csv", format!("{DIAG_HEADER}\n{rows}\n")));
    assert_eq!(status, 0, "a warning alone needs no attention");
    assert_eq!(
        (&report["accepted"], &report["superseded"], &report["queued"]),
        (&3.into(), &1.into(), &2.into())
    );
    assert_eq!(
        app.sqlite("SELECT row, code, args FROM finding"),
        r#"3|row-doubled-key|{"earlier":1,"later":3}"#
    );
}

#[test]
fn a_dry_run_tells_the_fate_of_each_row_and_stores_nothing() {
    let app = TestApp::new();
    app.enrol();
    app.import(
        "INTEGO-DIAG",
        &app.file("a.csv", format!("{DIAG_HEADER}\n{}\n{}\n", diag("D1", "one"), diag("D2", "two"))),
    );
    let before = app.sqlite("SELECT count(*) FROM registration") + &app.sqlite("SELECT count(*) FROM import");
    let rows = [
        diag("D1", "one"),
        diag("D2", "new text"),
        diag("D3", "three"),
        diag("D4", "four").replace(";M;", ";?;"),
    ];
    let file = app.file("b.csv", format!("{DIAG_HEADER}\n{}\n", rows.join("\n")));
    let file = file.to_str().unwrap();
    let ran =
        app.run(["import", "--organisation", NIHDI, "--dcd", "INTEGO-DIAG", "--dry-run", "--json", file]);
    assert_eq!(ran.status, 3);
    let report = ran.json();
    let fates: Vec<_> =
        report["rows"].as_array().unwrap().iter().map(|row| row["fate"].as_str().unwrap()).collect();
    assert_eq!(fates, ["unchanged", "correction", "new", "refused"]);
    assert_eq!(report["rows"][3]["codes"][0], "cell-not-in-list");
    assert_eq!(
        (&report["new"], &report["corrections"], &report["rejected"]),
        (&1.into(), &1.into(), &1.into())
    );
    assert_eq!(
        before,
        app.sqlite("SELECT count(*) FROM registration") + &app.sqlite("SELECT count(*) FROM import")
    );
}

#[test]
fn refused_rows_come_back_as_a_file_that_imports_once_mended() {
    let app = TestApp::new();
    app.enrol();
    let bad = diag("D2", "two").replace("27/01/2023", "31/02/2023");
    let short = "14100635354;too;short";
    let file = app.file("a.csv", format!("{DIAG_HEADER}\r\n{}\r\n{bad}\r\n{short}\r\n", diag("D1", "one")));
    let (status, report) = app.import("INTEGO-DIAG", &file);
    assert_eq!(status, 3);
    assert_eq!((&report["accepted"], &report["rejected"]), (&1.into(), &2.into()));

    let mend = app.path("mend.csv");
    app.ok(["job", "refused", "1", "--organisation", NIHDI, mend.to_str().unwrap()]);
    assert_eq!(fs::metadata(&mend).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&mend).unwrap();
    assert_eq!(text, format!("{DIAG_HEADER}\n{bad}\n{short}\n"));

    let mended = text
        .replace("31/02/2023", "28/01/2023")
        .replace(&format!("\n{short}\n"), &format!("\n{}\n", diag("D3", "three")));
    let (status, report) = app.import("INTEGO-DIAG", &app.file("mended.csv", mended));
    assert_eq!(status, 0, "{report}");
    assert_eq!(report["accepted"], 2);
}

#[test]
fn a_finding_names_row_line_and_column_and_shows_only_the_shape() {
    let app = TestApp::new();
    let wrong = diag("D1", "\"two\nlines\"").replace("14100635354", "14100635355");
    app.import(
        "INTEGO-DIAG",
        &app.file("a.csv", format!("{DIAG_HEADER}\n{}\n{wrong}\n", diag("D0", "\"a\nb\""))),
    );
    let findings = app.path("findings.csv");
    for (language, word) in
        [("nl", "controlecijfers"), ("fr", "chiffres de contrôle"), ("en", "check digits")]
    {
        fs::write(app.data().join("hd4dp.toml"), format!("language = \"{language}\"\n")).unwrap();
        let _ = fs::remove_file(&findings);
        app.ok(["job", "findings", "1", "--organisation", NIHDI, findings.to_str().unwrap()]);
        let text = fs::read_to_string(&findings).unwrap();
        assert!(text.contains("2;4;IDC_PAT;cell-ssin-check;error;99999999999;"), "{text}");
        assert!(text.contains(word), "{text}");
        assert!(!text.contains("14100635355"), "{text}");
    }
}

#[test]
fn what_is_wrong_before_the_first_row_refuses_the_file_and_stores_nothing() {
    let app = TestApp::new();
    let good = diag("D1", "one");
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("file-empty", vec![]),
        ("file-no-rows", format!("{DIAG_HEADER}\n").into()),
        ("header-missing", format!("{good}\n{good}\n").into()),
        ("header-missing-column", format!("{}\n{good}\n", DIAG_HEADER.replace("IDC_PAT;", "")).into()),
        ("header-unknown-column", format!("{DIAG_HEADER};TX_EXTRA\n{good};x\n").into()),
        ("header-duplicate-column", format!("{DIAG_HEADER};IDC_PAT\n{good};x\n").into()),
        ("file-binary", (0..=255).cycle().take(5000).collect()),
        ("header-damaged", [b"IDC_PAT;".to_vec(), vec![b'x'; 100 << 20]].concat()),
    ];
    for (code, content) in cases {
        let (status, report) = app.import("INTEGO-DIAG", &app.file("a.csv", content));
        assert_eq!(status, 1, "{code}: {report}");
        assert!(codes(&report).contains(&code.to_owned()), "{code}: {report}");
        assert!(!report.to_string().contains("14100635354"), "{code}: a patient's number in {report}");
    }
    assert_eq!(app.sqlite("SELECT count(*) FROM registration"), "0");
    assert_eq!(app.sqlite("SELECT count(*) FROM import"), "0");
}

#[test]
fn what_is_damaged_later_keeps_what_came_before_and_hands_back_the_rest() {
    let damages: [(&str, Vec<u8>); 3] = [
        ("row-unclosed-quote", format!("{}\n{}\n", diag("D3", "\"open"), diag("D4", "four")).into()),
        ("row-zero-byte", format!("{}\n{}\n", diag("D3", "a\0b"), diag("D4", "four")).into()),
        ("row-too-long", format!("{}\n{}\n", diag("D3", &"x".repeat(100 << 20)), diag("D4", "four")).into()),
    ];
    for (code, damage) in damages {
        let app = TestApp::new();
        app.enrol();
        let before = format!("{DIAG_HEADER}\n{}\n{}\n", diag("D1", "one"), diag("D2", "two"));
        let file = app.file("a.csv", [before.as_bytes(), &damage].concat());
        let (status, report) = app.import("INTEGO-DIAG", &file);
        assert_eq!(status, 3, "{code}: {report}");
        assert_eq!(codes(&report), [code]);
        assert_eq!(report["imports"][0]["state"], "stopped");
        assert_eq!((&report["accepted"], &report["rejected"]), (&2.into(), &1.into()), "{code}");
        assert_eq!(report["reconciles"], true);
        let mend = app.path("mend.csv");
        app.ok(["job", "refused", "1", "--organisation", NIHDI, mend.to_str().unwrap()]);
        let expected = [DIAG_HEADER.as_bytes(), b"\n", &damage].concat();
        assert!(fs::read(&mend).unwrap() == expected, "{code}: the rest comes back to the byte");
    }
}

#[test]
fn every_encoding_delimiter_and_line_end_reads_the_same() {
    let text = format!("{DIAG_HEADER}\n{}\n{}\n", diag("D1", "Hépatite à l'œil"), diag("D2", "\"a;b, c\""));
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let comma = format!(
        "{}\n{}\n{}\n",
        DIAG_HEADER.replace(';', ","),
        diag("D1", "Hépatite à l'œil").replace(';', ","),
        diag("D2", "§a#b, c§").replace(';', ",").replace('#', ";").replace('§', "\"")
    );
    let variants: Vec<Vec<u8>> = vec![
        text.clone().into(),
        [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        [b"\xFF\xFE".to_vec(), utf16].concat(),
        encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
        text.replace('\n', "\r\n").into(),
        format!("sep=,\r\n{comma}").into(),
        comma.into(),
    ];
    let app = TestApp::new();
    for (index, variant) in variants.into_iter().enumerate() {
        let (status, report) = app.import("INTEGO-DIAG", &app.file("a.csv", variant));
        assert_eq!(status, 0, "{index}: {report}");
        let expected = if index == 0 { ("accepted", 2) } else { ("unchanged", 2) };
        assert_eq!(report[expected.0], expected.1, "{index}: {report}");
    }
}

#[test]
fn a_line_that_tells_excel_the_delimiter_counts_as_a_line_and_not_as_a_row() {
    let app = TestApp::new();
    app.enrol();
    let text = format!("sep=;\n{DIAG_HEADER}\n{}\n14100635354\n", diag("D1", "one"));
    let (status, report) = app.import("INTEGO-DIAG", &app.file("a.csv", text));
    assert_eq!((status, &report["accepted"], &report["rejected"]), (3, &1.into(), &1.into()), "{report}");
    let findings = app.path("findings.csv");
    app.ok(["job", "findings", "1", "--organisation", NIHDI, findings.to_str().unwrap()]);
    let text = fs::read_to_string(&findings).unwrap();
    assert!(text.lines().count() > 1 && text.lines().skip(1).all(|line| line.starts_with("2;4;")), "{text}");
    let mend = app.path("mend.csv");
    app.ok(["job", "refused", "1", "--organisation", NIHDI, mend.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&mend).unwrap(), format!("{DIAG_HEADER}\n14100635354\n"));
}

#[test]
fn a_draft_stays_open_until_it_comes_complete() {
    let app = TestApp::new();
    app.enrol();
    let draft = format!("{DIAG_HEADER};STATUS\n14100635354;;;;;;;D1;;;;;;;draft\n");
    let (_, report) = app.import("INTEGO-DIAG", &app.file("a.csv", draft));
    assert_eq!((&report["accepted"], &report["drafts"]), (&1.into(), &1.into()), "{report}");
    let (_, report) =
        app.import("INTEGO-DIAG", &app.file("b.csv", format!("{DIAG_HEADER}\n{}\n", diag("D1", "one"))));
    assert_eq!((&report["queued"], &report["imports"][0]["rows"]["corrections"]), (&1.into(), &1.into()));
}

#[test]
fn what_waits_for_an_enrolment_or_the_end_of_an_objection_is_released() {
    let app = TestApp::new();
    let rows = format!("{DIAG_HEADER}\n{}\n", diag("D1", "one"));
    let scope = ["--organisation", NIHDI, "--project", "HDBP0147"];
    app.ok([&["objection", "add", "14100635354"][..], &scope].concat());
    let (_, report) = app.import("INTEGO-DIAG", &app.file("a.csv", rows));
    assert_eq!(report["held"], 1);
    assert_eq!(app.sqlite("SELECT reasons FROM held"), "3");
    app.ok([&["enrolment", "add", "17529086004"][..], &scope].concat());
    assert_eq!(app.sqlite("SELECT state FROM registration"), "2", "the objection still holds it");
    app.ok([&["objection", "end", "14100635354"][..], &scope].concat());
    assert_eq!(app.sqlite("SELECT state FROM registration"), "1");
    assert_eq!(app.sqlite("SELECT pending FROM block"), "1");
}

#[test]
fn a_value_that_holds_the_patients_own_number_is_held() {
    let app = TestApp::new();
    app.enrol();
    let row = diag("D1", "see file 14.10.06-353.54");
    let (_, report) = app.import("INTEGO-DIAG", &app.file("a.csv", format!("{DIAG_HEADER}\n{row}\n")));
    assert_eq!(report["held"], 1);
    assert_eq!(app.sqlite("SELECT reasons FROM held"), "4");
}

#[test]
fn the_same_content_again_is_news_only_where_it_was_taken_back_or_refused() {
    // open, submitted, held, queued, sent, consolidated, refused, withdrawn
    for (state, is_news) in
        [(0, false), (1, false), (2, false), (3, false), (4, false), (5, false), (6, true), (8, true)]
    {
        let app = TestApp::new();
        app.enrol();
        let content = format!("{DIAG_HEADER}\n{}\n", diag("D1", "one"));
        app.import("INTEGO-DIAG", &app.file("a.csv", &content));
        app.sqlite(&format!(
            "UPDATE registration SET state = {state}; UPDATE block SET pending = {state} = 1"
        ));
        let (_, report) = app.import("INTEGO-DIAG", &app.file("a.csv", &content));
        let news = if is_news { (1, 0) } else { (0, 1) };
        assert_eq!((&report["accepted"], &report["unchanged"]), (&news.0.into(), &news.1.into()), "{state}");
        let expected = if is_news { "7|1\n1|2".to_owned() } else { format!("{state}|1") };
        assert_eq!(app.sqlite("SELECT state, revision FROM registration ORDER BY id"), expected);
    }
}

#[test]
fn a_draft_takes_the_place_of_a_draft_but_not_of_what_is_complete() {
    let app = TestApp::new();
    version::add(&app, "1.0.0", version::FIRST, &[]);
    let header = "TX_NUMBER;CD_SIDE;STATUS";
    app.import("TRIAL", &app.file("a.csv", format!("{header}\n1;L;\n2;L;draft\n")));
    let late =
        app.file("b.csv", format!("{header}\n1;R;draft\n2;R;draft\n3;L;\n3;R;draft\n4;;draft\n4;B;\n"));
    let dry = ["import", "--organisation", NIHDI, "--dcd", "TRIAL", "--dry-run", "--json"];
    let dry = app.run([&dry[..], &[late.to_str().unwrap()]].concat());
    let told = dry.json();
    let (status, report) = app.import("TRIAL", &late);
    assert_eq!((dry.status, status), (3, 3), "{report}");
    let rows = &report["imports"][0]["rows"];
    assert_eq!(
        (&report["accepted"], &report["rejected"], &rows["corrections"]),
        (&4.into(), &2.into(), &2.into())
    );
    assert_eq!((&told["new"], &told["corrections"], &told["rejected"]), (&2.into(), &2.into(), &2.into()));
    let fates = told["rows"].as_array().unwrap().iter().filter(|row| row["fate"] == "refused");
    assert!(fates.clone().all(|row| row["codes"][0] == "row-draft-late") && fates.count() == 2, "{told}");
    let found = "SELECT row, line, severity FROM finding WHERE code = 'row-draft-late' ORDER BY row";
    assert_eq!(app.sqlite(found), "1|2|error\n4|5|error");
    // The first two, then: a corrected draft, a new one, a replaced draft and what completes it.
    assert_eq!(
        app.sqlite("SELECT state, revision FROM registration ORDER BY id"),
        "1|1\n7|1\n0|2\n1|1\n7|1\n1|2"
    );
    let mend = app.path("mend.csv");
    app.ok(["job", "refused", "2", "--organisation", NIHDI, mend.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(mend).unwrap(), format!("{header}\n1;R;draft\n3;R;draft\n"));
    assert_eq!(app.import("TRIAL", &late).1["rejected"], 2, "it is no news the second time either");
    assert_eq!(app.sqlite("SELECT count(*) FROM registration"), "6");

    // What has left already stays as well; what was taken back may begin anew.
    let one = app.file("c.csv", format!("{header}\n1;R;draft\n"));
    for (state, rejected) in [(2, 1), (3, 1), (4, 1), (5, 1), (8, 0)] {
        app.sqlite(&format!(
            "UPDATE registration SET state = {state} WHERE id = (SELECT min(id) FROM registration)"
        ));
        assert_eq!(app.import("TRIAL", &one).1["rejected"], rejected, "{state}");
    }
}

#[test]
fn rows_without_any_value_are_passed_over_like_blank_lines() {
    let app = TestApp::new();
    app.enrol();
    let empty = ";".repeat(DIAG_HEADER.matches(';').count());
    let rows = [&diag("D1", "one"), &empty, "", "short;row", &diag("D2", "two"), &empty, &empty].join("\r\n");
    let (_, report) = app.import("INTEGO-DIAG", &app.file("a.csv", format!("{DIAG_HEADER}\r\n{rows}\r\n")));
    assert_eq!(
        (&report["rows_read"], &report["accepted"], &report["rejected"]),
        (&3.into(), &2.into(), &1.into())
    );
    assert_eq!(app.sqlite("SELECT row, line FROM finding WHERE severity = 'error'"), "2|5");
    let rows = [&diag("D3", "three"), &empty[..], ""].join("\r\n");
    let (status, _) = app.import("INTEGO-DIAG", &app.file("b.csv", format!("{DIAG_HEADER}\r\n{rows}")));
    assert_eq!(status, 0);
}

#[test]
fn a_file_of_nothing_but_bad_rows_takes_no_more_memory_than_any_other() {
    let app = TestApp::new();
    let (status, report) =
        app.import("INTEGO-DIAG", &app.file("a.csv", format!("{DIAG_HEADER}\n{}", ";x\n".repeat(200_000))));
    assert_eq!((status, &report["rejected"]), (3, &200_000.into()));
    assert!(report["peak_rss_bytes"].as_u64().unwrap() < 160 << 20, "{}", report["peak_rss_bytes"]);
}

#[test]
fn a_header_of_a_million_columns_is_refused_in_few_words() {
    let app = TestApp::new();
    let header = format!("IDC_PAT{}", ";X".repeat(300_000));
    let (status, report) = app.import("INTEGO-DIAG", &app.file("a.csv", format!("{header}\nx\n")));
    assert_eq!(status, 1);
    assert!(codes(&report).len() < 200);
}

#[test]
fn quoted_and_marked_headers_are_read_in_any_line_end() {
    let app = TestApp::new();
    app.enrol();
    let quoted: Vec<String> = DIAG_HEADER.split(';').map(|name| format!("\" {name} \"")).collect();
    for (index, end) in ["\n", "\r\n", "\r"].into_iter().enumerate() {
        let content = format!("\u{feff}{}{end}{}{end}", quoted.join(";").to_lowercase(), diag("D1", "one"));
        let (status, report) = app.import("INTEGO-DIAG", &app.file("a.csv", content));
        assert_eq!((status, &report["rows_read"]), (0, &1.into()), "{report}");
        assert_eq!(report["unchanged"], u64::from(index > 0), "{report}");
    }
}

#[test]
fn a_patients_number_in_a_files_name_is_not_kept() {
    let app = TestApp::new();
    app.import(
        "INTEGO-DIAG",
        &app.file("labo 85.04.02-169.32.csv", format!("{DIAG_HEADER}\n{}\n", diag("D1", "one"))),
    );
    assert_eq!(app.sqlite("SELECT file FROM import"), "labo 99.99.99-999.99.csv");
    assert!(!app.ok(["audit", "list"]).stdout.contains("85.04"));
}

#[test]
fn of_very_many_findings_the_first_are_kept_and_all_are_counted() {
    let app = TestApp::new();
    app.enrol();
    let wrong = "x\n".repeat(100_010);
    let rows = format!("{DIAG_HEADER}\n{wrong}{}\n{}\n", diag("D1", "one"), diag("D1", "two"));
    let (status, report) = app.import("INTEGO-DIAG", &app.file("a.csv", rows));
    assert_eq!((status, &report["rejected"]), (3, &100_010.into()));
    let kept = "SELECT severity, count(*) FROM finding GROUP BY severity";
    assert_eq!(app.sqlite(kept), "error|100000\nwarning|1", "errors leave room for warnings");
    let more = "SELECT code, severity, count FROM finding_left_out";
    assert_eq!(app.sqlite(more), "row-too-few-cells|error|10");
    assert_eq!(app.sqlite("SELECT first, last FROM finding_left_out_row"), "100001|100010");
    let file = app.path("found.csv");
    app.ok(["job", "findings", "--organisation", NIHDI, "1", file.to_str().unwrap()]);
    let found = fs::read_to_string(file).unwrap();
    let last = found.lines().last().unwrap();
    assert!(last.contains("findings-left-out") && last.contains("10 more findings"), "{last}");
}
