//! Many registrations in one request: an array, or a line of JSON for each.
//! Thousands go into the store together; each has its own result.

use std::{fmt, sync::Arc};

use serde::{
    Deserializer as _,
    de::{Error as _, SeqAccess, Visitor},
};
use serde_json::{Deserializer, Map, Value, json, value::RawValue};

use super::{
    answer::Answer,
    call::Call,
    course::Course,
    known::Known,
    problem::{Told, hex},
    submit::{Teller, again, key_ended, name, other, read, sending, told, under_way},
};
use crate::{
    error::{Code, Error, Result},
    intake::convoy::{self, Batch, Done, Keep, Outcome},
    store::idempotency::{self, Known as Kept, Name},
};

/// The most registrations of one request.
const MOST: usize = 100_000;

/// So many findings are told in one answer; how many there were is told in any
/// case.
const MOST_FINDINGS: usize = 10_000;

/// Stores the registrations of a JSON array.
pub fn array(call: &Call<'_>, known: &Known) -> Result<Answer> {
    let mut items = Vec::new();
    let mut text = Deserializer::from_slice(call.body);
    let read = text.deserialize_seq(Items(&mut items)).and_then(|()| text.end());
    match read {
        Err(error) if items.len() <= MOST => Err(Error::new(Code::Usage, "api-body-not-json")
            .with("line", error.line() as u64)
            .with("column", error.column() as u64)),
        _ => all(call, known, &items),
    }
}

/// Stores the registrations that stand one on a line.
pub fn lines(call: &Call<'_>, known: &Known) -> Result<Answer> {
    let lines = call.body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let items: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).take(MOST + 1).collect();
    all(call, known, &items)
}

/// Where the items of an array are put, each as it is written. One more than
/// may come ends the reading: millions fit into a body.
struct Items<'i, 't>(&'i mut Vec<&'t [u8]>);

impl<'de> Visitor<'de> for Items<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<&RawValue>()? {
            self.0.push(item.get().as_bytes());
            if self.0.len() > MOST {
                return Err(A::Error::custom("too many"));
            }
        }
        Ok(())
    }
}

fn all(call: &Call<'_>, known: &Known, items: &[&[u8]]) -> Result<Answer> {
    if items.is_empty() {
        return Err(Error::new(Code::Usage, "api-batch-empty"));
    }
    if items.len() > MOST {
        return Err(Error::new(Code::TooLarge, "api-batch-too-many").with("limit", MOST as u64));
    }
    let name = name(call)?;
    call.api.left.end(&call.api.store);
    if let Some(answer) = before(call, name.as_ref())? {
        return Ok(answer);
    }
    let teller = Teller::new(call);
    let mut report = Report::default();
    let mut course = Course { call, import: None, why: "batch-broken" };
    let mut rest = items;
    loop {
        let rows = read(call, known, rest.iter().copied());
        rest = &rest[rows.len()..];
        let findings: Arc<Vec<_>> = Arc::new(rows.iter().map(|row| told(call, known, row)).collect());
        let last = rest.is_empty();
        let keep = match name {
            Some(name) if last => Some(keep(name, &teller, &report, &findings)),
            Some(name) if course.import.is_none() => Some(Keep { name, answer: None }),
            _ => None,
        };
        let batch = Some(Batch { import: course.import, last });
        match call.api.convoy.send(convoy::Sending { batch, ..sending(call, known, rows, keep)? })? {
            Done::Stored(outcome) => {
                course.import = Some(outcome.import).filter(|_| !last);
                report.add(&teller, &outcome, &findings);
            }
            Done::Before(bytes) => return again(&bytes),
            Done::Other => return Err(other()),
            Done::UnderWay => return Err(under_way()),
            Done::KeyEnded => {
                course.why = "batch-key-ended";
                return Err(key_ended());
            }
        }
        if last {
            return Ok(report.answer());
        }
    }
}

/// The answer that this request got before, if it did.
fn before(call: &Call<'_>, name: Option<&Name>) -> Result<Option<Answer>> {
    let (Some(name), key) = (name, call.key()?.id) else { return Ok(None) };
    match call.api.store.read(|tx| idempotency::look_up(tx, key, name))? {
        Kept::Nothing => Ok(None),
        Kept::Answer(bytes) => again(&bytes).map(Some),
        Kept::Other => Err(other()),
        Kept::UnderWay => Err(under_way()),
    }
}

fn keep(name: Name, teller: &Teller, report: &Report, findings: &Arc<Vec<Vec<Told>>>) -> Keep {
    let (teller, report, findings) = (teller.clone(), report.clone(), Arc::clone(findings));
    let answer = Box::new(move |outcome: &Outcome| {
        let mut report = report.clone();
        report.add(&teller, outcome, &findings);
        report.answer().to_bytes()
    });
    Keep { name, answer: Some(answer) }
}

/// What became of a registration, as clients get it.
pub fn fate(row: &convoy::Told) -> Map<String, Value> {
    let record = row.record.map(|record| hex(&record));
    let status = match row.fate {
        "rejected" => "rejected",
        _ if row.stays_withdrawn() => "withdrawn",
        _ if row.draft => "draft",
        _ if !row.held.is_empty() => "held",
        _ => "submitted",
    };
    let held: Vec<_> = row.held.names().collect();
    let mut fate = Map::new();
    fate.insert("status".to_owned(), status.into());
    fate.insert("result".to_owned(), row.fate.into());
    fate.insert("businessKey".to_owned(), record.unwrap_or_default().into());
    if !held.is_empty() {
        fate.insert("holdReasons".to_owned(), held.into());
    }
    fate
}

/// What became of a batch so far.
#[derive(Clone, Default)]
struct Report {
    import: i64,
    results: Vec<u8>,
    read: u64,
    accepted: u64,
    unchanged: u64,
    rejected: u64,
    findings: usize,
}

impl Report {
    fn add(&mut self, teller: &Teller, outcome: &Outcome, findings: &[Vec<Told>]) {
        self.import = outcome.import.0;
        for (row, findings) in outcome.rows.iter().zip(findings) {
            self.read += 1;
            *match row.fate {
                "rejected" => &mut self.rejected,
                "unchanged" => &mut self.unchanged,
                _ => &mut self.accepted,
            } += 1;
            let findings = teller.all(Some(row), findings);
            let mut result = fate(row);
            result.insert("item".to_owned(), self.read.into());
            if !findings.is_empty() && self.findings < MOST_FINDINGS {
                result.insert("findings".to_owned(), json!(findings));
            }
            self.findings += findings.len();
            self.results.push(if self.read == 1 { b'[' } else { b',' });
            self.results.extend_from_slice(Value::Object(result).to_string().as_bytes());
        }
    }

    fn answer(&self) -> Answer {
        let head = format!(
            r#"{{"import":{},"read":{},"accepted":{},"unchanged":{},"rejected":{},"findings":{},"results":"#,
            self.import, self.read, self.accepted, self.unchanged, self.rejected, self.findings
        );
        Answer::new(202, "application/json", [head.as_bytes(), &self.results, b"]}"].concat())
    }
}
