//! Uploads with small chunks, from the sealed file to their end.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    desk::Desk,
    runner,
    step::Steps,
    tests::{HEADER, row},
    upload::{Came, Person, cancel, hand_in, start},
};
use crate::{
    config::Config,
    definition::find_bundled,
    domain::{
        account::{AccountId, Actor, Temporary},
        identifier::Nihdi,
        import::RowCounts,
        organisation::OrganisationId,
        upload::{UploadId, UploadState},
    },
    store::{
        Store,
        block::{self, Content},
        dry_run::DryRun,
        finding::{self, Filter},
        import, manager, organisation, registration,
        spool::UPLOADS,
        upload::{self, Upload},
    },
};

struct Place {
    _directory: TempDir,
    store: Store,
    organisation: OrganisationId,
    account: AccountId,
    config: Config,
    desk: Desk,
    stop: AtomicBool,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("data")).unwrap();
        let nihdi = Nihdi::parse("71099911", Nihdi::MODULI).unwrap();
        let (organisation, account) = store
            .write(|tx| {
                let password = Temporary::new(String::new(), 0);
                let account =
                    manager::add(tx, &Actor::System("test".into()), "nurse@example.org", &password)?;
                Ok((organisation::add(tx, &nihdi, "Fictief", &[], &[])?.id, account))
            })
            .unwrap();
        Self {
            _directory: directory,
            store,
            organisation,
            account,
            config: Config::default(),
            desk: Desk::default(),
            stop: AtomicBool::new(false),
        }
    }

    fn person(&self) -> Person {
        Person { organisation: self.organisation, account: self.account }
    }

    fn hand_in(&self, name: &str, content: &str) -> UploadId {
        self.hand_in_by(name, content, "nurse@example.org")
    }

    fn hand_in_by(&self, name: &str, content: &str, author: &str) -> UploadId {
        let (sealed, mut writer) = self.store.spool(content.len() as u64).unwrap();
        content.as_bytes().chunks(1000).for_each(|bytes| writer.write(bytes).unwrap());
        let content = writer.finish().unwrap();
        let came = Came { name, sealed: &sealed, content: &content, author };
        hand_in(&self.store, self.person(), &find_bundled("INTEGO-DIAG").unwrap(), &came).unwrap()
    }

    fn steps(&self, chunk_rows: usize) -> Steps<'_> {
        Steps { chunk_rows, ..Steps::new(&self.store, &self.config, &self.desk, &self.stop) }
    }

    fn step(&self, id: UploadId) {
        self.steps(3).step(self.organisation, id).unwrap();
    }

    fn get(&self, id: UploadId) -> Upload {
        self.store.read(|tx| upload::get(tx, self.organisation, id)).unwrap()
    }

    fn told(&self, id: UploadId) -> DryRun {
        self.store.read(|tx| upload::dry_run(tx, self.organisation, id)).unwrap().unwrap()
    }

    fn counts(&self, id: UploadId) -> RowCounts {
        let import = self.get(id).import.unwrap();
        self.store.read(|tx| import::get(tx, self.organisation, import)).unwrap().counts
    }

    fn files(&self) -> usize {
        fs::read_dir(self.store.directory().join(UPLOADS)).unwrap().count()
    }

    fn registrations(&self) -> u64 {
        let mut summary = crate::domain::summary::Summary::default();
        self.store.read(|tx| registration::count_all(tx, &mut summary)).unwrap();
        summary.held + summary.drafts + summary.queued
    }
}

fn rows(count: usize) -> Vec<String> {
    (0..count).map(|number| row(&format!("D{number}"), "text")).collect()
}

fn file(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

#[test]
fn a_dry_run_shows_rows_of_each_fate_and_stores_no_registration() {
    let place = Place::new();
    let first = place.hand_in("a.csv", &file(&rows(3)));
    place.step(first);
    start(&place.store, place.person(), first).unwrap();
    place.step(first);
    assert_eq!(place.get(first).state, UploadState::Done);

    let mut second = rows(5);
    second[1] = row("D1", "another text");
    second[3] = row("D3", "bad").replace("27/01/2023", "31/02/2023");
    let second = place.hand_in("b.csv", &file(&second));
    place.step(second);
    assert_eq!(place.get(second).state, UploadState::Checked);
    assert_eq!(place.get(second).import, None);
    let told = place.told(second);
    let counts = RowCounts { accepted: 2, unchanged: 2, rejected: 1, corrections: 1, warnings: 0 };
    assert_eq!(told.counts, counts);
    let fates: Vec<_> = told.rows.iter().map(|row| (row.row, row.line, row.fate.as_str())).collect();
    let expected =
        [(1, 2, "unchanged"), (2, 3, "correction"), (3, 4, "unchanged"), (4, 5, "refused"), (5, 6, "new")];
    assert_eq!(fates, expected);
    let found = &told.rows[3].findings[0];
    assert_eq!((found.column.as_str(), found.shape.as_str()), ("DT_DIAG", "99/99/9999"));
    assert_eq!(told.found.iter().map(|count| count.count).sum::<u64>(), 1);
    let raw = format!("{told:?}");
    assert!(!raw.contains("14100635354") && !raw.contains("31/02"), "shapes only");
}

#[test]
fn a_header_that_does_not_fit_refuses_the_file_and_removes_it() {
    let place = Place::new();
    let id = place.hand_in("a.csv", "A;B\n1;2\n");
    place.step(id);
    let upload = place.get(id);
    assert_eq!((upload.state, upload.sealed), (UploadState::Refused, None));
    assert_eq!(place.told(id).file[0].code, "header-missing");
    assert_eq!(place.files(), 0);
    assert!(start(&place.store, place.person(), id).is_err());
}

#[test]
fn an_import_that_was_left_off_at_any_chunk_goes_on_and_doubles_nothing() {
    let place = Place::new();
    let id = place.hand_in("a.csv", &file(&rows(20)));
    place.step(id);
    start(&place.store, place.person(), id).unwrap();
    place.stop.store(true, Ordering::Relaxed);
    for stored in [3, 6, 9, 12, 15, 18] {
        place.step(id);
        assert_eq!((place.get(id).state, place.counts(id).accepted), (UploadState::Importing, stored));
    }
    place.stop.store(false, Ordering::Relaxed);
    place.step(id);
    assert_eq!((place.get(id).state, place.counts(id).accepted), (UploadState::Done, 20));
    assert_eq!((place.registrations(), place.files()), (20, 0));
}

#[test]
fn an_end_that_a_kill_kept_from_the_upload_is_taken_over() {
    let place = Place::new();
    let id = place.hand_in("a.csv", &file(&rows(4)));
    place.step(id);
    start(&place.store, place.person(), id).unwrap();
    place.stop.store(true, Ordering::Relaxed);
    place.step(id);
    place.stop.store(false, Ordering::Relaxed);
    let import = place.get(id).import.unwrap();
    place
        .store
        .write(|tx| {
            import::finish(tx, place.organisation, import, crate::domain::import::ImportState::Done, None)
        })
        .unwrap();
    place.step(id);
    assert_eq!(place.get(id).state, UploadState::Done);
    assert_eq!(place.counts(id).accepted, 3, "it was not run again");
}

#[test]
fn an_import_is_ended_by_a_person_wherever_it_is() {
    let place = Place::new();
    let person = place.person();
    let waits = place.hand_in("a.csv", &file(&rows(9)));
    assert_eq!(cancel(&place.store, person, waits).unwrap(), UploadState::Cancelled);
    place.step(waits);
    assert_eq!(place.get(waits).state, UploadState::Cancelled);
    assert!(cancel(&place.store, person, waits).is_err(), "once is enough");

    let stopped = place.hand_in("a.csv", &file(&rows(9)));
    place.step(stopped);
    start(&place.store, person, stopped).unwrap();
    place.stop.store(true, Ordering::Relaxed);
    place.step(stopped);
    place.stop.store(false, Ordering::Relaxed);
    let lock = place.store.lock_import(place.get(stopped).import.unwrap()).unwrap();
    assert_eq!(cancel(&place.store, person, stopped).unwrap(), UploadState::Importing, "it still runs");
    drop(lock);
    place.step(stopped);
    assert_eq!(place.get(stopped).state, UploadState::Cancelled, "a restart does not forget the wish");
    assert_eq!((place.counts(stopped).accepted, place.files()), (3, 0));
}

#[test]
fn the_same_file_again_is_told_with_when_it_came() {
    let place = Place::new();
    let first = place.hand_in("a.csv", &file(&rows(2)));
    place.step(first);
    let codes = |id| place.told(id).file.into_iter().map(|finding| finding.code).collect::<Vec<_>>();
    assert!(codes(first).is_empty());
    let second = place.hand_in("b.csv", &file(&rows(2)));
    place.step(second);
    assert_eq!(codes(second), ["upload-came-before"]);
    start(&place.store, place.person(), second).unwrap();
    place.step(second);
    let third = place.hand_in("a.csv", &file(&rows(2)));
    place.step(third);
    assert_eq!(codes(third), ["file-seen-before"]);
    assert!(place.told(third).file[0].args.contains("when"));
}

#[test]
fn a_file_that_was_changed_on_the_disk_is_refused() {
    let place = Place::new();
    let id = place.hand_in("a.csv", &file(&rows(2000)));
    let path = place.store.directory().join(UPLOADS).join(place.get(id).sealed.unwrap());
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, bytes).unwrap();
    place.step(id);
    assert_eq!(place.get(id).state, UploadState::Refused);
    assert_eq!(place.told(id).file[0].code, "upload-damaged");

    let id = place.hand_in("a.csv", &file(&rows(2)));
    fs::remove_file(place.store.directory().join(UPLOADS).join(place.get(id).sealed.unwrap())).unwrap();
    place.step(id);
    assert!(place.get(id).reason.unwrap().contains("upload-damaged"));
}

#[test]
fn the_uploader_is_the_author_where_the_file_names_none_and_another_one_makes_no_correction() {
    let place = Place::new();
    let first = place.hand_in("a.csv", &file(&rows(2)));
    place.step(first);
    start(&place.store, place.person(), first).unwrap();
    place.step(first);
    let stored = place.store.read(|tx| block::get(tx, place.organisation, 1)).unwrap();
    let local = |content: Content<'_>| content.local.to_owned();
    for local in stored.contents().flatten().map(local) {
        assert!(local.contains(r#""TX_AUTHOR":"nurse@example.org""#), "{local}");
    }
    let second = place.hand_in_by("a.csv", &file(&rows(3)), "another@example.org");
    place.step(second);
    let expected = RowCounts { accepted: 1, unchanged: 2, ..RowCounts::default() };
    assert_eq!(place.told(second).counts, expected);
}

#[test]
fn findings_are_filtered_by_code_and_column_and_counted() {
    let place = Place::new();
    let mut bad = rows(30);
    for number in 0..10 {
        bad[number] = bad[number].replace("27/01/2023", "31/02/2023");
        bad[number + 10] = "short;row".to_owned();
    }
    let id = place.hand_in("a.csv", &file(&bad));
    place.step(id);
    start(&place.store, place.person(), id).unwrap();
    place.step(id);
    let import = place.get(id).import.unwrap();
    place
        .store
        .read(|tx| {
            let page = |filter, skip| finding::page(tx, place.organisation, import, filter, skip, 4).unwrap();
            let rows =
                |page: Vec<finding::RowFinding>| page.iter().map(|found| found.row).collect::<Vec<_>>();
            let short = Filter { code: Some("row-too-few-cells"), column: None };
            assert_eq!(rows(page(Filter::default(), 0)), [1, 2, 3, 4]);
            assert_eq!(rows(page(short, 0)), [11, 12, 13, 14]);
            assert_eq!(rows(page(short, 8)), [19, 20]);
            assert_eq!(rows(page(Filter { code: None, column: Some("DT_DIAG") }, 8)), [9, 10]);
            assert!(page(Filter { column: Some("TX_DIAG"), ..short }, 0).is_empty());
            let counts = finding::counts(tx, place.organisation, import)?;
            assert_eq!(counts.iter().map(|count| count.count).collect::<Vec<_>>(), [10, 10]);
            assert!(finding::counts(tx, OrganisationId(99), import).is_err(), "another organisation's");
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_runner_works_through_what_waits_and_sweeps_what_did_not_come_whole() {
    let place = Place::new();
    let (id, bad) = (place.hand_in("a.csv", &file(&rows(9))), place.hand_in("b.csv", "nothing"));
    let (_, mut half) = place.store.spool(0).unwrap();
    half.write(&[b'x'; 100]).unwrap();
    assert_eq!(place.files(), 3);
    std::mem::forget(half);
    runner::sweep(&place.store).unwrap();
    assert_eq!(place.files(), 2);
    thread::scope(|scope| {
        let running = scope.spawn(|| runner::run(&place.store, &place.config, &place.desk, &place.stop));
        let reaches = |id, state| {
            let until = Instant::now() + Duration::from_secs(20);
            while place.get(id).state != state {
                assert!(Instant::now() < until, "{:?}", place.get(id));
                thread::sleep(Duration::from_millis(10));
            }
        };
        reaches(id, UploadState::Checked);
        reaches(bad, UploadState::Refused);
        start(&place.store, place.person(), id).unwrap();
        place.desk.ring();
        reaches(id, UploadState::Done);
        place.stop.store(true, Ordering::Relaxed);
        place.desk.ring();
        running.join().unwrap();
    });
    assert_eq!((place.counts(id).accepted, place.files()), (9, 0));
}

#[test]
fn an_upload_that_nobody_decides_about_is_ended() {
    let place = Place::new();
    let id = place.hand_in("a.csv", &file(&rows(2)));
    place.step(id);
    let later = crate::clock::now().as_millisecond() + 1;
    runner::expire(&place.store, later - 10_000).unwrap();
    assert_eq!(place.get(id).state, UploadState::Checked);
    runner::expire(&place.store, later).unwrap();
    assert_eq!(place.get(id).state, UploadState::Cancelled);
    assert!(place.get(id).reason.unwrap().contains("upload-expired"));
    assert_eq!(place.files(), 0);
}
