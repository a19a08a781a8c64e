//! The bytes of a file: in one piece, in pieces, from any place on.

use std::{
    fs,
    io::{ErrorKind, Read},
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use hd4dp::{
    definition::Definition,
    domain::{identifier::Nihdi, import::Position, organisation::Organisation},
    intake::{
        column,
        dialect::Dialect,
        job::{Job, never},
        rows::Rows,
        source::Source,
    },
    language::Language,
    store::{Store, organisation},
};
use tempfile::TempDir;

use super::{dice::Dice, trial};

/// A row as it was read, and the place after it.
#[derive(Debug, PartialEq)]
struct Seen {
    raw: Vec<u8>,
    fields: Vec<String>,
    line: u64,
    after: (u64, u64, u64),
}

/// The first byte says what becomes of the rest: what it is encoded to.
pub fn run(bytes: &[u8]) {
    let [dialect, text @ ..] = bytes else { return };
    let seed = bytes.iter().fold(1, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    let mut dice = Dice::new(seed);
    let file = encoded(*dialect, text);
    let place = &*PLACE;
    fs::write(&place.file, &file).unwrap();
    let _ = column::read_bytes(&file, "IDC_PAT");
    match Source::open(&place.file) {
        Ok(source) => read(&source, &mut dice),
        Err(finding) => check(&finding),
    }
    // It costs as much as a hundred readings.
    if dialect >= &128 {
        import(place);
    }
}

fn encoded(dialect: u8, text: &[u8]) -> Vec<u8> {
    let units = || String::from_utf8_lossy(text).encode_utf16().collect::<Vec<_>>();
    match dialect % 5 {
        1 => [b"\xEF\xBB\xBF", text].concat(),
        2 => [0xFEFF].into_iter().chain(units()).flat_map(u16::to_le_bytes).collect(),
        3 => units().into_iter().flat_map(u16::to_be_bytes).collect(),
        4 => [b"\xFF\xFE", text].concat(),
        _ => text.to_vec(),
    }
}

/// Reads the text and its rows in several ways, which must agree.
fn read(source: &Source, dice: &mut Dice) {
    let (text, damaged) = all(&mut source.text(0).unwrap());
    let piece = 1 + dice.below(9);
    let (in_pieces, stopped) = all(&mut Pieces { of: source.text(0).unwrap(), most: piece });
    assert_eq!((&text, damaged), (&in_pieces, stopped));

    let delimiter = Dialect::of(&text[..text.len().min(1 << 16)]).delimiter;
    let begin = Position::default();
    let mut rows = Rows::new(source.text(0).unwrap(), delimiter, begin);
    let (whole, end) = seen(&mut rows);
    let reached = rows.position().byte as usize;
    let rest = rest(&mut rows);
    if !damaged {
        check_nothing_is_lost(&text, delimiter, &whole, end, reached, &rest);
        // The other reader takes a byte-order mark away.
        if !text.starts_with("\u{feff}".as_bytes()) {
            compare(&text, delimiter, &whole, end);
        }
    }
    let most = 1 + dice.below(7);
    let mut pieces = Rows::new(Pieces { of: source.text(0).unwrap(), most }, delimiter, begin);
    let (in_pieces, stopped) = seen(&mut pieces);
    assert_eq!((&whole, end), (&in_pieces, stopped));
    for _ in 0..whole.len().min(4) {
        let from = dice.below(whole.len());
        let (byte, line, row) = whole[from].after;
        let position = Position { byte, line, row };
        let mut rows = Rows::new(source.text(byte).unwrap(), delimiter, position);
        let (tail, stopped) = seen(&mut rows);
        assert_eq!((&whole[from + 1..], end), (&tail[..], stopped), "from {from}");
    }
}

/// Each byte is in a row, in one without any value, between rows, or in the
/// rest.
fn check_nothing_is_lost(
    text: &[u8],
    delimiter: u8,
    whole: &[Seen],
    end: Option<&str>,
    reached: usize,
    rest: &[u8],
) {
    let is_void = |bytes: &[u8]| {
        let is_void = |sign: char| sign.is_whitespace() || sign == '"' || sign == char::from(delimiter);
        std::str::from_utf8(bytes).unwrap().chars().all(is_void)
    };
    let mut from = 0;
    for (at, row) in whole.iter().enumerate() {
        let to = row.after.0 as usize;
        let part = &text[from..to];
        let trimmed = |bytes: &[u8]| -> Vec<u8> {
            let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
            let first = bytes.iter().position(|byte| !is_end(byte)).unwrap_or(bytes.len());
            let last = bytes.iter().rposition(|byte| !is_end(byte)).map_or(first, |last| last + 1);
            bytes[first..last].to_vec()
        };
        let part = trimmed(part);
        let before = part.strip_suffix(&row.raw[..]);
        assert!(before.is_some_and(is_void), "{:?} of {part:?}", row.raw);
        assert_eq!(row.after.2, at as u64 + 1);
        from = to;
    }
    assert!(is_void(&text[from..reached]));
    match end {
        Some(_) => assert_eq!(&text[reached..], rest),
        None => assert!(text[reached..].iter().all(|byte| matches!(byte, b'\r' | b'\n'))),
    }
}

/// What another reader of CSV makes of the text.
fn compare(text: &[u8], delimiter: u8, whole: &[Seen], end: Option<&str>) {
    let mut other =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text);
    let has_value = |record: &csv::ByteRecord| {
        record.iter().any(|field| !String::from_utf8_lossy(field).trim().is_empty())
    };
    let mut records = other.byte_records().map(Result::unwrap);
    for row in whole {
        let record = records.find(has_value).unwrap();
        assert!(record.iter().eq(row.fields.iter().map(String::as_bytes)));
    }
    let left: Vec<_> = records.collect();
    match end {
        None => assert!(!left.iter().any(has_value)),
        Some(_) => assert!(!left.is_empty()),
    }
}

/// What a dry run tells of the file: each row is accepted, known or rejected.
fn import(place: &Place) {
    let definition = place.definition.clone();
    let job = Job {
        store: &place.store,
        organisation: &place.organisation,
        definition,
        definition_id: 0,
        actor: "fuzz",
        default_author: "",
        nihdi_moduli: Nihdi::MODULI,
        chunk_rows: 3,
        upload: None,
        leave: &never,
    };
    let mut told = 0;
    let outcome = job
        .dry_run(&place.file, &mut |_| {}, &mut |fates, findings| {
            told += fates.len() as u64;
            assert!(findings.iter().all(|finding| finding.row > 0));
        })
        .unwrap();
    outcome.findings.iter().for_each(check);
    let counts = outcome.counts;
    assert_eq!(told + counts.rejected, counts.read());
}

fn check(finding: &hd4dp::domain::finding::Finding) {
    for language in Language::ALL {
        let text = finding.text(language);
        assert!(!text.is_empty() && text != finding.code, "{text}");
    }
}

/// All that a reader gives, and whether it told of damage, which ends it here.
fn all(reader: &mut impl Read) -> (Vec<u8>, bool) {
    let mut text = Vec::new();
    match reader.read_to_end(&mut text) {
        Ok(_) => (text, false),
        Err(error) if error.kind() == ErrorKind::InvalidData => (text, true),
        Err(error) => panic!("{error}"),
    }
}

fn seen<R: Read>(rows: &mut Rows<R>) -> (Vec<Seen>, Option<&'static str>) {
    let mut seen: Vec<Seen> = Vec::new();
    loop {
        match rows.read() {
            Ok(Some(row)) => seen.push(Seen {
                raw: row.raw.to_vec(),
                fields: (0..row.len()).map(|index| row.field(index).to_owned()).collect(),
                line: row.line,
                after: (0, 0, 0),
            }),
            Ok(None) => return (seen, None),
            Err(finding) => {
                check(&finding);
                return (seen, Some(finding.code));
            }
        }
        let position = rows.position();
        seen.last_mut().unwrap().after = (position.byte, position.line, position.row);
    }
}

fn rest<R: Read>(rows: &mut Rows<R>) -> Vec<u8> {
    let mut rest = Vec::new();
    rows.rest(|piece| rest.extend_from_slice(piece)).unwrap();
    rest
}

/// A reader that never gives more than a few bytes.
struct Pieces<R> {
    of: R,
    most: usize,
}

impl<R: Read> Read for Pieces<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let most = self.most.min(out.len());
        self.of.read(&mut out[..most])
    }
}

/// What every dry run looks at.
struct Place {
    file: PathBuf,
    store: Store,
    organisation: Organisation,
    definition: Arc<Definition>,
    _directory: TempDir,
}

static PLACE: LazyLock<Place> = LazyLock::new(|| {
    let directory = match tempfile::tempdir_in("/dev/shm") {
        Ok(in_memory) => in_memory,
        Err(_) => tempfile::tempdir().unwrap(),
    };
    let store = Store::open(&directory.path().join("data")).unwrap();
    let nihdi = Nihdi::parse("71099911", Nihdi::MODULI).unwrap();
    let organisation = store.write(|tx| organisation::add(tx, &nihdi, "Fictief", &[], &[])).unwrap();
    let rules = [
        ("d", "constraint", ". > 0"),
        ("u", "relevant", "${t} != ''"),
        ("c", "calculation", "concat(${t}, sum(${age}))"),
    ];
    let definition = Arc::new(trial::definition(&["c"], &rules).unwrap());
    Place {
        file: directory.path().join("HD_DCD_submcsv_HDBP0001_TRIAL_v1.csv"),
        store,
        organisation,
        definition,
        _directory: directory,
    }
});
