//! Imports with small chunks, so that every boundary is met.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use proptest::prelude::*;
use tempfile::TempDir;

use super::{
    job::{CHUNK_ROWS, Job, Outcome, Progress, never},
    report,
    rows::Rows,
};
use crate::{
    definition::find_bundled,
    domain::{
        identifier::Nihdi,
        import::{ImportId, ImportState, Position, RowCounts},
        organisation::Organisation,
        summary::Summary,
    },
    language::Language,
    store::{Store, definition, finding, import, organisation, registration},
};

pub(super) const HEADER: &str = "IDC_PAT;D_PAT_DOB;CD_PAT_SEX;CD_CNTRY_RES;CD_PAT_PLC_RESDC;CD_HPIN;TX_PRACTICE;TX_DIAG_ID;DT_DIAG;CD_DIAG_SYST;CD_DIAG;TX_DIAG;CD_DIAG_STAT;DT_DIAG_END;STATUS";

pub(super) fn row(id: &str, text: &str) -> String {
    format!(
        "14100635354;2014-10-06;M;BE;2060;17529086004;P03;{id};27/01/2023;ICPC2;R74;{text};RESOLVED;09/02/2023;"
    )
}

fn file_of(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

/// New, doubled, refused, repeated rows and drafts.
fn mixed() -> Vec<String> {
    vec![
        row("D1", "one"),
        row("D2", "two"),
        row("D3", "bad").replace("27/01/2023", "31/02/2023"),
        row("D1", "one again"),
        "short;row".to_owned(),
        row("D4", "four"),
        row("D2", "two"),
        row("D5", "draft") + "draft",
        row("D1", "one at last"),
        row("D6", "six"),
        ";;".to_owned(),
        row("D5", "complete"),
    ]
}

/// A store, an organisation and a place for files.
struct Place {
    directory: TempDir,
    store: Store,
    organisation: Organisation,
    definition_id: i64,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("data")).unwrap();
        let definition = find_bundled("INTEGO-DIAG").unwrap();
        let (organisation, definition_id) = store
            .write(|tx| {
                let nihdi = Nihdi::parse("71099911", Nihdi::MODULI).unwrap();
                Ok((organisation::add(tx, &nihdi, "Fictief", &[], &[])?, definition::add(tx, &definition)?.0))
            })
            .unwrap();
        Self { directory, store, organisation, definition_id }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.directory.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn job(&self, chunk_rows: usize) -> Job<'_> {
        Job {
            store: &self.store,
            organisation: &self.organisation,
            definition: find_bundled("INTEGO-DIAG").unwrap(),
            definition_id: self.definition_id,
            actor: "test",
            default_author: "",
            nihdi_moduli: Nihdi::MODULI,
            chunk_rows,
            upload: None,
            leave: &never,
        }
    }

    fn import(&self, path: &Path, chunk_rows: usize) -> Outcome {
        let outcome = self.job(chunk_rows).run(path, &mut |_| {}).unwrap();
        if let Some(id) = outcome.import {
            self.adds_up(id, &outcome.counts);
        }
        outcome
    }

    /// Every row is accounted for, and every accepted one is in some state.
    fn adds_up(&self, id: ImportId, counts: &RowCounts) {
        let known = self.store.read(|tx| import::get(tx, self.organisation.id, id)).unwrap();
        assert_eq!(known.counts, *counts);
        assert_eq!(known.position.row, counts.read(), "a row is neither stored, known nor refused");
        let mut summary = Summary::default();
        summary.rows(counts);
        self.store.read(|tx| registration::count_import(tx, self.organisation.id, id, &mut summary)).unwrap();
        summary.reconcile(false);
        assert!(summary.reconciles, "{summary:?}");
    }

    /// All that can be seen of an import afterwards.
    fn seen(&self, id: ImportId) -> String {
        let known = self.store.read(|tx| import::get(tx, self.organisation.id, id)).unwrap();
        let mut summary = Summary::default();
        let mut findings = Vec::new();
        let mut refused = Vec::new();
        self.store
            .read(|tx| {
                registration::count_import(tx, self.organisation.id, id, &mut summary)?;
                finding::each(tx, self.organisation.id, id, |found| {
                    findings.push(format!("{} {} {}", found.row, found.line, found.code));
                    Ok(())
                })?;
                import::refused(tx, self.organisation.id, id, None, |rows| {
                    refused.extend_from_slice(rows);
                    Ok(())
                })
            })
            .unwrap();
        format!("{:?} {:?} {summary:?} {findings:?} {:x?}", known.state, known.counts, digest(&refused))
    }
}

fn digest(bytes: &[u8]) -> (usize, [u8; 16]) {
    (bytes.len(), crate::store::key::digest(&[bytes]))
}

#[test]
fn what_becomes_of_a_file_does_not_depend_on_where_chunks_end() {
    let mut expected = None;
    for chunk_rows in [CHUNK_ROWS, 1, 2, 3, 4, 5, 6, 12, 13] {
        let place = Place::new();
        place.import(&place.file("before.csv", file_of(&[row("D4", "four"), row("D6", "other")])), 1);
        let outcome = place.import(&place.file("a.csv", file_of(&mixed())), chunk_rows);
        assert_eq!(outcome.state, Some(ImportState::Done));
        assert_eq!(outcome.counts.read(), 11);
        let seen = place.seen(outcome.import.unwrap());
        assert_eq!(*expected.get_or_insert(seen.clone()), seen, "{chunk_rows} rows a chunk");
    }
}

#[test]
fn an_import_killed_after_any_chunk_ends_as_if_it_had_not_been() {
    let damaged = file_of(&mixed()) + &row("D9", "\"never closed") + &"\nmore".repeat(1 << 19);
    let large = file_of(&mixed()) + "\"" + &"x".repeat(26 << 20);
    for (content, chunk_rows) in [(file_of(&mixed()), 1), (file_of(&mixed()), 4), (damaged, 5), (large, 5)] {
        let whole = Place::new();
        let expected = whole.seen(whole.import(&whole.file("a.csv", &content), chunk_rows).import.unwrap());
        for kill_at in 1.. {
            let place = Place::new();
            let path = place.file("a.csv", &content);
            let mut steps = 0;
            let killed = catch_unwind(AssertUnwindSafe(|| {
                place.job(chunk_rows).run(&path, &mut |_| {
                    steps += 1;
                    assert!(steps < kill_at, "killed");
                })
            }));
            let Err(_) = killed else { break };
            let outcome = place.import(&path, chunk_rows);
            if outcome.resumed {
                assert_eq!(place.seen(ImportId(1)), expected, "killed after chunk {kill_at}");
            } else {
                assert_eq!(outcome.findings[0].code, "file-seen-before", "it had come to its end");
            }
        }
    }
}

#[test]
fn a_cancelled_import_keeps_what_was_stored_and_can_be_made_whole() {
    let place = Place::new();
    let path = place.file("a.csv", file_of(&mixed()));
    let organisation = place.organisation.id;
    let mut cancel = |_: Progress| {
        place.store.write(|tx| import::cancel(tx, organisation, ImportId(1))).unwrap();
    };
    let outcome = place.job(3).run(&path, &mut cancel).unwrap();
    assert_eq!(outcome.state, Some(ImportState::Cancelled));
    assert!(outcome.counts.read() < 11);
    place.adds_up(ImportId(1), &outcome.counts);
    let again = place.import(&path, 3);
    assert_eq!((again.state, again.counts.read()), (Some(ImportState::Done), 11));
    assert_eq!(again.findings[0].code, "file-seen-before");
}

#[test]
fn a_wish_to_end_an_import_does_not_outlive_the_wish_to_go_on() {
    let place = Place::new();
    let path = place.file("a.csv", file_of(&mixed()));
    let killed = catch_unwind(AssertUnwindSafe(|| place.job(2).run(&path, &mut |_| panic!("killed"))));
    assert!(killed.is_err());
    place.store.write(|tx| import::cancel(tx, place.organisation.id, ImportId(1))).unwrap();
    let outcome = place.import(&path, 2);
    assert_eq!((outcome.state, outcome.resumed), (Some(ImportState::Done), true));
}

#[test]
fn a_file_that_grows_while_it_is_read_stops_after_what_was_stored() {
    let place = Place::new();
    let path = place.file("a.csv", file_of(&mixed()));
    let mut grown = false;
    let outcome = place
        .job(4)
        .run(&path, &mut |_| {
            if !std::mem::replace(&mut grown, true) {
                fs::write(&path, file_of(&mixed()) + &row("D7", "late") + "\n").unwrap();
            }
        })
        .unwrap();
    assert_eq!(outcome.state, Some(ImportState::Stopped));
    assert_eq!(outcome.findings[0].code, "file-changed-while-read");
    place.adds_up(ImportId(1), &outcome.counts);
}

#[test]
fn a_file_that_another_process_imports_is_told_at_once() {
    let place = Place::new();
    let path = place.file("a.csv", file_of(&mixed()));
    let killed = catch_unwind(AssertUnwindSafe(|| place.job(2).run(&path, &mut |_| panic!("killed"))));
    assert!(killed.is_err());
    let lock = place.store.lock_import(ImportId(1)).unwrap();
    let outcome = place.import(&path, 2);
    assert_eq!((outcome.import, outcome.findings[0].code), (None, "import-runs-elsewhere"));
    fs::create_dir(place.directory.path().join("other")).unwrap();
    let namesake = place.import(&place.file("other/a.csv", file_of(&[row("X1", "x")])), 2);
    assert_eq!(namesake.state, Some(ImportState::Done), "another file of that name is no change");
    drop(lock);
    assert_eq!(place.import(&path, 2).state, Some(ImportState::Done));
}

#[test]
fn a_dry_run_tells_what_the_import_then_does_and_needs_no_write_lock() {
    for chunk_rows in [CHUNK_ROWS, 1, 3] {
        let place = Place::new();
        place.import(&place.file("before.csv", file_of(&[row("D4", "four"), row("D6", "other")])), 1);
        let path = place.file("a.csv", file_of(&mixed()));
        let mut told = Vec::new();
        let mut codes = Vec::new();
        let dry = place
            .store
            .write(|_| {
                place.job(chunk_rows).dry_run(&path, &mut |_| {}, &mut |fates, findings| {
                    told.extend(fates.iter().map(|fate| (fate.row, fate.fate)));
                    codes.extend(findings.iter().map(|found| (found.row, found.code.clone())));
                })
            })
            .unwrap();
        assert_eq!(
            told,
            [
                (1, "new"),
                (2, "new"),
                (4, "correction"),
                (6, "unchanged"),
                (7, "unchanged"),
                (8, "new"),
                (9, "correction"),
                (10, "correction"),
                (11, "correction")
            ]
        );
        let outcome = place.import(&path, chunk_rows);
        assert_eq!(dry.counts, outcome.counts);
        let mut found = Vec::new();
        place
            .store
            .read(|tx| {
                finding::each(tx, place.organisation.id, outcome.import.unwrap(), |finding| {
                    found.push((finding.row, finding.code));
                    Ok(())
                })
            })
            .unwrap();
        codes.sort();
        found.sort();
        assert_eq!(codes, found);
    }
}

#[test]
fn a_file_with_doubled_keys_that_comes_again_changes_nothing() {
    let place = Place::new();
    let rows = [row("D1", "one"), row("D2", "two"), row("D1", "other"), row("D2", "two")];
    let first = place.import(&place.file("a.csv", file_of(&rows)), CHUNK_ROWS);
    assert_eq!((first.counts.accepted, first.counts.unchanged, first.counts.warnings), (3, 1, 2));
    let again = place.import(&place.file("b.csv", file_of(&rows) + "\n"), CHUNK_ROWS);
    assert_eq!((again.counts.accepted, again.counts.unchanged), (0, 4));
    let seen = place.seen(again.import.unwrap());
    assert!(seen.contains(r#"["3 4 row-doubled-key", "4 5 row-doubled-key"]"#), "{seen}");
}

#[test]
fn damage_in_any_encoding_stops_after_the_last_whole_row() {
    let rows = [row("D1", "Liège"), row("D2", "été")];
    let text = file_of(&rows);
    let utf16 = |text: &str| -> Vec<u8> {
        [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let windows = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let open = row("D3", "\"never closed");
    for (name, content, code, rest) in [
        ("utf16 odd", [utf16(&(text.clone() + "x")), vec![0x41]].concat(), "row-not-text", "x\u{fffd}"),
        ("utf16 quote", utf16(&(text.clone() + &open)), "row-unclosed-quote", &*open),
        ("windows quote", windows(&(text.clone() + &open)), "row-unclosed-quote", &*open),
        ("utf8 byte", [text.as_bytes(), b"a\xFFb\nc"].concat(), "row-not-text", "a\u{fffd}b\nc"),
        (
            "marked utf8",
            [b"\xEF\xBB\xBF", text.as_bytes(), b"a\xFFb\nc"].concat(),
            "row-not-text",
            "a\u{fffd}b\nc",
        ),
    ] {
        let place = Place::new();
        let outcome = place.import(&place.file("a.csv", content), CHUNK_ROWS);
        assert_eq!(outcome.findings.last().map(|found| found.code), Some(code), "{name}");
        assert_eq!((outcome.counts.accepted, outcome.counts.rejected), (2, 1), "{name}");
        let mend = place.directory.path().join("mend.csv");
        place.store.read(|tx| report::refused(tx, place.organisation.id, ImportId(1), &mend)).unwrap();
        let mend = String::from_utf8_lossy(&fs::read(mend).unwrap()).into_owned();
        assert_eq!(mend, format!("{HEADER}\n{rest}"), "{name}");
        assert!(place.seen(ImportId(1)).contains(&format!("3 4 {code}")), "{name}: the findings say why");
    }
}

#[test]
fn a_definitions_own_words_explain_its_rules() {
    let place = Place::new();
    let wrong = row("D1", "one").replace("09/02/2023", "09/02/2022");
    let author = "AUTHOR@".to_owned();
    let header = HEADER.replace(";STATUS", ";STATUS;TX_AUTHOR");
    let status = row("D2", "two") + "final;an@fictief.example";
    let content = format!("{header}\n{wrong};\n{};{author}\n{status}\n", row("D3", "three"));
    let outcome = place.import(&place.file("a.csv", content), CHUNK_ROWS);
    assert_eq!(outcome.counts.rejected, 3);
    let definition = find_bundled("INTEGO-DIAG").unwrap();
    let end = definition.variable("DT_DIAG_END").unwrap();
    for language in Language::ALL {
        let path = place.directory.path().join(language.code());
        place
            .store
            .read(|tx| report::findings(tx, place.organisation.id, ImportId(1), language, &path))
            .unwrap();
        let text = fs::read_to_string(path).unwrap();
        let own = definition.variables[end].constraint_message.get(language);
        assert!(!own.is_empty() && text.contains(own), "{text}");
        assert!(text.contains("2;3;TX_AUTHOR;cell-author-email;error;AAAAAA@;TX_AUTHOR "), "{text}");
        assert!(text.contains("3;4;STATUS;cell-status;error;aaaaa;"), "{text}");
    }
}

/// Text as bad as it gets, but mostly of what matters to a parser.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let good =
        (0..40u8).prop_map(|id| row(&format!("D{}", id % 12), &format!("text {}", id % 3)).into_bytes());
    let piece = prop_oneof![
        4 => good,
        1 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\r".to_vec()),
        1 => Just(b"\"".to_vec()),
        1 => Just(b";".to_vec()),
        1 => Just(b"\0".to_vec()),
        1 => Just(b"a;\"b;\nc\";d\n".to_vec()),
        1 => "[a-zA-Z0-9é€ ,;|]{0,12}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec((piece, any::<bool>()), 0..40).prop_map(|pieces| {
        let end = |line: bool| if line { &b"\n"[..] } else { b"" };
        pieces.into_iter().flat_map(|(piece, line)| [&piece, end(line)].concat()).collect()
    })
}

/// The same text in another encoding.
fn encoded(text: &[u8], how: u8) -> Vec<u8> {
    let words = String::from_utf8_lossy(text);
    match how % 5 {
        0 => text.to_vec(),
        1 => [b"\xEF\xBB\xBF", text].concat(),
        2 => [0xFEFF].into_iter().chain(words.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        3 => [0xFEFF].into_iter().chain(words.encode_utf16()).flat_map(u16::to_be_bytes).collect(),
        _ => encoding_rs::WINDOWS_1252.encode(&words).0.into_owned(),
    }
}

proptest! {
    #[test]
    fn any_bytes_are_cut_into_rows_and_a_rest_that_are_all_there_is(text in hostile(), delimiter in prop::sample::select(&b";,\t"[..])) {
        let mut rows = Rows::new(&text[..], delimiter, Position::default());
        let mut count = 0;
        let stopped = loop {
            match rows.read() {
                Ok(Some(row)) => {
                    prop_assert!((0..row.len()).all(|index| row.field(index).len() <= row.raw.len()));
                    count += 1;
                }
                Ok(None) => break false,
                Err(_) => break true,
            }
            prop_assert_eq!(rows.position().row, count);
        };
        let at = rows.position().byte as usize;
        if stopped {
            let mut rest = Vec::new();
            rows.rest(|piece| rest.extend_from_slice(piece)).unwrap();
            prop_assert_eq!(&rest[..], &text[at..]);
        } else {
            prop_assert!(text[at..].iter().all(|byte| matches!(byte, b'\r' | b'\n')));
        }
    }

    #[test]
    fn reading_goes_on_at_any_row_as_if_it_had_not_stopped(text in hostile()) {
        let read_from = |position: Position| {
            let mut rows = Rows::new(&text[position.byte as usize..], b';', position);
            let mut seen = Vec::new();
            while let Ok(Some(row)) = rows.read() {
                let row = (row.raw.to_vec(), row.line);
                seen.push((row, rows.position()));
            }
            seen
        };
        let whole = read_from(Position::default());
        for (index, (_, position)) in whole.iter().enumerate() {
            prop_assert_eq!(&read_from(*position)[..], &whole[index + 1..]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn any_file_is_taken_in_with_every_row_accounted_for(text in hostile(), how: u8, cut in 0..40_usize, chunk_rows in 1..6_usize) {
        let place = Place::new();
        place.import(&place.file("before.csv", file_of(&[row("D1", "text 1"), row("D2", "text 9")])), 1);
        let text = [HEADER.as_bytes(), b"\n", &text].concat();
        let mut content = encoded(&text, how);
        content.truncate(content.len().saturating_sub(cut % 3));
        let path = place.file("a.csv", &content);
        let dry = place.job(chunk_rows).dry_run(&path, &mut |_| {}, &mut |_, _| {}).unwrap();
        let outcome = place.import(&path, chunk_rows);
        prop_assert_eq!(dry.counts, outcome.counts);
        prop_assert_eq!(dry.state, outcome.state);
        if let Some(id) = outcome.import {
            let mut findings = Vec::new();
            place.store.read(|tx| finding::each(tx, place.organisation.id, id, |found| {
                findings.push(found);
                Ok(())
            })).unwrap();
            let refused: std::collections::BTreeSet<u64> = findings
                .iter()
                .filter(|found| found.severity == crate::domain::finding::Severity::Error)
                .map(|found| found.row)
                .collect();
            prop_assert_eq!(refused.len() as u64, outcome.counts.rejected, "each refused row says why");
        }
        let again = place.import(&path, CHUNK_ROWS);
        prop_assert_eq!(again.counts.rejected, outcome.counts.rejected);
    }
}
