//! The drop folder look by look, without the time between.

#![allow(clippy::unwrap_used)]

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::PathBuf,
    sync::atomic::AtomicBool,
    thread,
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

use super::{names::MARKER, run, worker::Worker};
use crate::{
    config::{Config, DropFolder},
    domain::{
        identifier::Nihdi,
        upload::{UploadId, UploadState},
    },
    intake::{
        desk::Desk,
        step::Steps,
        tests::{HEADER, row},
    },
    store::{
        Store, alert, dropped,
        organisation::{self},
        spool::UPLOADS,
        upload,
    },
};

const PORTAL: &str = "https://portal.example";

struct Place {
    directory: TempDir,
    store: Store,
    config: Config,
    desk: Desk,
    stop: AtomicBool,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("data")).unwrap();
        let nihdi = Nihdi::parse("71099911", Nihdi::MODULI).unwrap();
        store.write(|tx| organisation::add(tx, &nihdi, "Fictief", &[], &[])).unwrap();
        let drop_folder = DropFolder { path: directory.path().join("drop"), settle_seconds: 0 };
        let config = Config { drop_folder, ..Config::default() };
        Self { directory, store, config, desk: Desk::default(), stop: AtomicBool::new(false) }
    }

    fn worker(&self) -> Worker<'_> {
        Worker::new(&self.store, &self.config, &self.desk, PORTAL)
    }

    fn folder(&self) -> PathBuf {
        self.config.drop_folder.path.join("71099911-Fictief/INTEGO-147/INTEGO-DIAG")
    }

    fn write(&self, content: &str) {
        fs::create_dir_all(self.folder()).unwrap();
        fs::write(self.folder().join("a.csv"), content).unwrap();
    }

    /// Writes a file that was last changed so many minutes ago.
    fn write_old(&self, name: &str, content: &str, minutes: u64) {
        fs::write(self.folder().join(name), content).unwrap();
        let file = OpenOptions::new().write(true).open(self.folder().join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(minutes * 60)).unwrap();
    }

    /// The names of the uploads in the order in which they were taken.
    fn taken(&self) -> Vec<String> {
        let mut uploads = self.uploads();
        uploads.sort_by_key(|upload| upload.id.0);
        uploads.into_iter().map(|upload| upload.file).collect()
    }

    /// Does the next step of all uploads.
    fn step(&self) {
        let steps = Steps { chunk_rows: 3, ..Steps::new(&self.store, &self.config, &self.desk, &self.stop) };
        for waiting in self.store.read(upload::waiting).unwrap() {
            steps.step(waiting.organisation, waiting.id).unwrap();
        }
    }

    fn uploads(&self) -> Vec<upload::Upload> {
        let organisation = self.store.read(organisation::all).unwrap()[0].id;
        self.store.read(|tx| upload::list(tx, organisation, None, None, 100)).unwrap()
    }

    fn reasons(&self) -> Vec<String> {
        self.store.read(alert::list).unwrap().into_iter().map(|alert| alert.reason).collect()
    }

    fn names(&self, below: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.folder().join(below)) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn result(&self) -> String {
        let names = self.names("RESULT");
        assert_eq!(names.len(), 1);
        fs::read_to_string(self.folder().join("RESULT").join(&names[0])).unwrap()
    }

    fn spooled(&self) -> usize {
        fs::read_dir(self.store.directory().join(UPLOADS)).unwrap().count()
    }
}

fn file(rows: usize) -> String {
    let rows: Vec<_> = (0..rows).map(|number| row(&format!("D{number}"), "text")).collect();
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

#[test]
fn a_file_that_is_written_on_after_it_was_taken_is_taken_again() {
    let place = Place::new();
    let mut worker = place.worker();
    worker.look().unwrap();
    place.write(&file(2));
    let mut late = OpenOptions::new().append(true).open(place.folder().join("a.csv")).unwrap();
    worker.look().unwrap();
    assert_eq!((place.names("ARCHIVE").len(), place.uploads().len()), (1, 1));
    writeln!(late, "{}", row("D9", "late")).unwrap();
    (0..2).for_each(|_| place.step());
    worker.look().unwrap();
    let result = place.result();
    assert!(result.starts_with("row;") && result.contains("\n0;0;Error;file;;;drop-result;"), "{result}");
    assert!(result.contains("2 rows read: 2 new") && result.contains(";drop-written-on;"), "{result}");
    (0..2).for_each(|_| worker.look().unwrap());
    (0..2).for_each(|_| place.step());
    worker.look().unwrap();
    assert_eq!(place.uploads().len(), 2);
    let told: String = place
        .names("RESULT")
        .iter()
        .map(|name| fs::read_to_string(place.folder().join("RESULT").join(name)).unwrap())
        .collect();
    assert!(told.contains("3 rows read: 1 new, 0 corrections, 2 unchanged"), "{told}");
    assert_eq!((place.names("ARCHIVE").len(), place.spooled()), (1, 0));
}

#[test]
fn a_file_whose_last_line_has_no_end_is_left_longer_and_taken_then() {
    let place = Place::new();
    let mut worker = place.worker();
    worker.look().unwrap();
    let whole = file(3);
    let (half, rest) = whole.split_at(whole.len() - 9);
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    for (half, rest) in [(half.as_bytes().to_vec(), rest.as_bytes().to_vec()), (wide(half), wide(rest))] {
        fs::write(place.folder().join("a.csv"), &half).unwrap();
        let before = place.uploads().len();
        (0..3).for_each(|_| worker.look().unwrap());
        assert_eq!(place.uploads().len(), before, "it may be half a row");
        let mut late = OpenOptions::new().append(true).open(place.folder().join("a.csv")).unwrap();
        late.write_all(&rest).unwrap();
        worker.look().unwrap();
        assert_eq!(place.uploads().len(), before + 1);
        (0..2).for_each(|_| place.step());
    }
    fs::write(place.folder().join("b.csv"), whole.trim_end()).unwrap();
    worker.look().unwrap();
    assert_eq!(place.uploads().len(), 2);
    worker.settling.unended = Duration::ZERO;
    worker.look().unwrap();
    assert_eq!(place.uploads().len(), 3, "one that never ends a line is taken all the same");
}

#[test]
fn a_file_that_is_written_on_after_its_result_is_taken_again_and_people_are_told() {
    let place = Place::new();
    let mut worker = place.worker();
    worker.look().unwrap();
    let whole = file(3);
    let (half, rest) = whole.split_at(whole.len() - 9);
    place.write(half);
    let mut late = OpenOptions::new().append(true).open(place.folder().join("a.csv")).unwrap();
    worker.settling.unended = Duration::ZERO;
    worker.look().unwrap();
    (0..2).for_each(|_| place.step());
    worker.look().unwrap();
    assert!(place.result().contains("3 rows read: 2 new"), "{}", place.result());
    drop(worker);

    // Whoever looked first was killed meanwhile.
    late.write_all(rest.as_bytes()).unwrap();
    let mut worker = place.worker();
    worker.look().unwrap();
    let errors = place.names("ERROR");
    let text = fs::read_to_string(place.folder().join("ERROR").join(&errors[0])).unwrap();
    assert!(errors.len() == 1 && text.contains("was written on"), "{errors:?}: {text}");
    assert!(text.contains(&format!("{PORTAL}/ssp/groups/71099911/uploads/1")), "{text}");
    worker.look().unwrap();
    (0..2).for_each(|_| place.step());
    worker.look().unwrap();
    assert_eq!(place.reasons(), ["drop-written-on"]);
    assert_eq!((place.uploads().len(), place.names("ARCHIVE").len(), place.names("RESULT").len()), (2, 1, 2));
    let archived = place.folder().join("ARCHIVE").join(&place.names("ARCHIVE")[0]);
    assert_eq!(fs::read_to_string(archived).unwrap(), whole);
    assert_eq!(place.store.read(dropped::open).unwrap().len(), 2);
}

#[test]
fn a_file_is_looked_after_for_a_time_only() {
    let place = Place::new();
    let mut worker = place.worker();
    worker.look().unwrap();
    place.write(&file(1));
    worker.look().unwrap();
    (0..2).for_each(|_| place.step());
    worker.looked_after = Duration::ZERO;
    (0..2).for_each(|_| worker.look().unwrap());
    assert!(place.store.read(dropped::open).unwrap().is_empty() && place.reasons().is_empty());
}

#[test]
fn each_row_is_told_of_where_the_file_is_damaged_and_where_an_upload_was_ended() {
    let place = Place::new();
    let mut worker = place.worker();
    place.write(&format!("{}\"never closed;1\n2;3\n", file(4)));
    worker.look().unwrap();
    assert_eq!(place.reasons(), ["drop-not-empty"], "what was there before is left alone");
    fs::write(place.config.drop_folder.path.join(MARKER), "").unwrap();
    (0..2).for_each(|_| worker.look().unwrap());
    assert!(place.reasons().is_empty());
    (0..2).for_each(|_| place.step());
    worker.look().unwrap();
    let result = place.result();
    assert!(
        result.contains("\n4;5;Success;new;;;;;\n5;6;Error;refused;error;;row-unclosed-quote;"),
        "{result}"
    );
    assert_eq!(place.uploads()[0].state, UploadState::Stopped);

    let place = Place::new();
    let mut worker = place.worker();
    worker.look().unwrap();
    place.write(&file(2));
    worker.look().unwrap();
    let whose = place.store.read(organisation::all).unwrap()[0].id;
    place
        .store
        .write(|tx| upload::finish(tx, whose, UploadId(1), UploadState::Cancelled, None))
        .map(|file| assert_eq!(file, None, "it is still needed"))
        .unwrap();
    worker.look().unwrap();
    let result = place.result();
    assert!(result.contains("0;0;Error;file;") && result.contains("2;3;Error;not-imported;"), "{result}");
    assert_eq!(place.spooled(), 0);
}

#[test]
fn a_folder_of_another_installation_is_left_alone() {
    let (place, other) = (Place::new(), Place::new());
    place.worker().look().unwrap();
    let config = Config { drop_folder: place.config.drop_folder.clone(), ..Config::default() };
    place.write(&file(1));
    let mut worker = Worker::new(&other.store, &config, &other.desk, PORTAL);
    (0..3).for_each(|_| worker.look().unwrap());
    assert_eq!(other.reasons(), ["drop-of-another"]);
    assert!(other.uploads().is_empty() && place.names("").contains(&"a.csv".to_owned()));
}

#[test]
fn a_failed_upload_is_told_until_somebody_has_it_tried_again() {
    let place = Place::new();
    let mut worker = place.worker();
    worker.look().unwrap();
    place.write(&file(1));
    worker.look().unwrap();
    let whose = place.store.read(organisation::all).unwrap()[0].id;
    place.store.write(|tx| upload::fail(tx, whose, UploadId(1), "{}")).unwrap();
    worker.look().unwrap();
    assert_eq!(place.reasons(), ["drop-upload-failed"]);
    place.store.write(|tx| upload::start(tx, whose, UploadId(1))).unwrap();
    (0..2).for_each(|_| place.step());
    worker.look().unwrap();
    assert!(place.reasons().is_empty() && place.result().contains("1 rows read"));
}

#[test]
fn nothing_waits_for_a_drop_folder_that_is_configured_no_more() {
    let place = Place::new();
    let mut worker = place.worker();
    worker.look().unwrap();
    place.write(&file(1));
    worker.look().unwrap();
    fs::rename(&place.config.drop_folder.path, place.directory.path().join("away")).unwrap();
    (0..2).for_each(|_| place.step());
    worker.look().unwrap();
    assert_eq!((place.reasons(), place.spooled()), (vec!["drop-unreachable".to_owned()], 1));
    run(&place.store, &Config::default(), &place.desk, PORTAL);
    assert_eq!((place.reasons(), place.spooled()), (Vec::new(), 0));
    assert!(place.store.read(dropped::open).unwrap().is_empty());
}

#[test]
fn the_worker_ends_when_it_is_asked_to() {
    let place = Place::new();
    thread::scope(|scope| {
        let running = scope.spawn(|| run(&place.store, &place.config, &place.desk, PORTAL));
        while !place.folder().exists() {
            thread::sleep(Duration::from_millis(5));
        }
        place.desk.watch().stop();
        running.join().unwrap();
    });
    assert!(place.desk.watch().silence().is_some());
}

#[test]
fn files_of_one_folder_are_taken_oldest_first_and_then_by_name() {
    let place = Place::new();
    let mut worker = place.worker();
    worker.look().unwrap();
    let mut expected = Vec::new();
    for number in 0..20 {
        let name = format!("{number}.csv");
        place.write_old(&name, &file(1), 100 + number);
        expected.insert(0, name);
    }
    let same = SystemTime::now() - Duration::from_secs(60);
    for name in ["d.csv", "b.csv", "c.csv", "a.csv"] {
        fs::write(place.folder().join(name), file(1)).unwrap();
        let file = OpenOptions::new().write(true).open(place.folder().join(name)).unwrap();
        file.set_modified(same).unwrap();
    }
    expected.extend(["a.csv", "b.csv", "c.csv", "d.csv"].map(str::to_owned));
    worker.look().unwrap();
    assert_eq!(place.taken(), expected);
}

#[test]
fn a_file_that_still_settles_holds_back_the_later_ones_of_its_folder_and_of_no_other() {
    let place = Place::new();
    let mut worker = place.worker();
    worker.look().unwrap();
    let other = place.folder().with_file_name("INTEGO-LAB");
    place.write_old("b-half.csv", file(2).trim_end(), 10);
    place.write_old("a-later.csv", &file(2), 5);
    place.write_old("c-earlier.csv", &file(2), 15);
    fs::write(other.join("other.csv"), "x\n").unwrap();
    (0..3).for_each(|_| worker.look().unwrap());
    assert_eq!(place.taken(), ["c-earlier.csv", "other.csv"]);
    worker.settling.unended = Duration::ZERO;
    worker.look().unwrap();
    assert_eq!(place.taken()[2..], ["b-half.csv", "a-later.csv"]);
}

#[test]
fn a_file_that_cannot_be_taken_holds_back_the_later_ones_for_a_time_only() {
    let place = Place::new();
    let mut worker = place.worker();
    worker.look().unwrap();
    place.write_old("empty.csv", "", 20);
    place.write_old("half.csv", file(2).trim_end(), 10);
    place.write_old("later.csv", &file(2), 5);
    (0..3).for_each(|_| worker.look().unwrap());
    assert!(place.taken().is_empty());
    worker.settling.holds = Duration::ZERO;
    worker.look().unwrap();
    assert_eq!(place.taken(), ["later.csv"]);
    worker.settling.unended = Duration::ZERO;
    worker.look().unwrap();
    assert_eq!(place.taken(), ["later.csv", "half.csv"]);
}
