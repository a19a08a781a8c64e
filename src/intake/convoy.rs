//! What systems send goes into the store in a convoy: whoever comes while a
//! transaction is on its way to the disk goes with the next one, all together.
//! One waits for the disk as long as a thousand do.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

use serde_json::json;

use super::{
    job::{self, LATE_DRAFT, STAYS_WITHDRAWN},
    judge::Judge,
};
use crate::{
    definition::Definition,
    domain::{
        api_key::{ApiKey, Standing},
        finding::{Finding, Severity},
        import::{ImportId, ImportState, RowCounts},
        registration::HoldReasons,
    },
    error::{Code, Error, Result},
    store::{
        Store, Tx, api_key, audit,
        block::{BLOCK_ROWS, Builder},
        enrolment, finding,
        idempotency::{self, Known, Name},
        import,
        key::Hash,
        registration::{self, NewBlock, NewRow, Target},
        submission,
    },
    validate::Row,
};

/// Registrations that one request brings, or a part of them.
pub struct Sending {
    /// The key that it came with.
    pub key: Arc<ApiKey>,
    /// What each row is.
    pub definition: Arc<Definition>,
    /// The definition's key in the store.
    pub definition_id: i64,
    /// The rows in their order, judged; refused ones, too.
    pub rows: Vec<Row>,
    /// The batch that they belong to, if they do.
    pub batch: Option<Batch>,
    /// What the answer is to be kept by.
    pub keep: Option<Keep>,
}

impl Sending {
    fn findings(&self) -> usize {
        self.rows.iter().map(|row| row.findings.len()).sum()
    }

    /// Whether nothing of its request came before: a later part of a batch goes
    /// on under the name that the first one took.
    fn begins(&self) -> bool {
        self.batch.is_none_or(|batch| batch.import.is_none())
    }
}

/// A batch, which may come in several parts.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// Its import, once it has begun.
    pub import: Option<ImportId>,
    /// Whether no part follows.
    pub last: bool,
}

/// What an answer is kept by, and how it is made of what became of the rows.
pub struct Keep {
    /// The request.
    pub name: Name,
    /// Makes the answer; none if more of the batch follows, and the name is only
    /// taken.
    pub answer: Option<Teller>,
}

/// Makes the answer to a request of what became of it.
pub type Teller = Box<dyn Fn(&Outcome) -> Vec<u8> + Send>;

/// What became of a sending.
#[derive(Debug)]
pub enum Done {
    /// It is stored.
    Stored(Outcome),
    /// It was done before; this was the answer.
    Before(Vec<u8>),
    /// Another request was done under the same name.
    Other,
    /// The same request, a batch, is still being done.
    UnderWay,
    /// Its key was revoked or expired meanwhile. Parts of a batch that came
    /// before are stored.
    KeyEnded,
}

/// What became of the rows.
#[derive(Debug)]
pub struct Outcome {
    /// The import that they belong to.
    pub import: ImportId,
    /// What became of each.
    pub rows: Vec<Told>,
}

/// What became of a row.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its number in the import, from 1.
    pub row: u64,
    /// `new`, `correction`, `unchanged` or `rejected`.
    pub fate: &'static str,
    /// The name of its business key; none for a draft and for what is refused.
    pub record: Option<Hash>,
    /// Whether it is a draft.
    pub draft: bool,
    /// What holds it back.
    pub held: HoldReasons,
    /// What was found only when it was to be stored: how it stands to what is
    /// there already.
    pub found: Vec<Finding>,
}

impl Told {
    /// Whether the row says what a registration did that was taken back, and
    /// leaves it so.
    pub fn stays_withdrawn(&self) -> bool {
        self.found.iter().any(|found| found.code == STAYS_WITHDRAWN)
    }
}

/// Where requests wait for the next transaction.
pub struct Convoy {
    sender: Sender<Waiting>,
}

struct Waiting {
    sending: Sending,
    done: Sender<Result<Done>>,
}

/// So many rows one transaction takes, and a sending more.
const MOST_ROWS: usize = 10_000;

/// A block ends after the row that fills it beyond so many bytes: to read one
/// of its rows all of it is opened.
const BLOCK_BYTES: usize = 4 << 20;

/// So many findings one transaction takes, and a sending more: each is a row of
/// the store, as a registration is not.
pub const MOST_FINDINGS: usize = 20_000;

impl Convoy {
    /// Starts the thread that stores. It ends with the convoy.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn start(store: Arc<Store>) -> Result<Self> {
        let (sender, receiver) = mpsc::channel();
        thread::Builder::new()
            .name("convoy".into())
            .spawn(move || run(&store, &receiver))
            .map_err(Error::internal)?;
        Ok(Self { sender })
    }

    /// Stores a sending, and comes back when it is on the disk.
    ///
    /// # Errors
    ///
    /// What the store says; nothing of the sending is stored then.
    pub fn send(&self, sending: Sending) -> Result<Done> {
        let (done, told) = mpsc::channel();
        let gone = || Error::new(Code::Unavailable, "store-busy");
        self.sender.send(Waiting { sending, done }).map_err(|_| gone())?;
        told.recv().map_err(|_| gone())?
    }
}

fn run(store: &Store, receiver: &Receiver<Waiting>) {
    while let Ok(first) = receiver.recv() {
        let (mut rows, mut findings) = (first.sending.rows.len(), first.sending.findings());
        let mut waiting = vec![first];
        while rows < MOST_ROWS
            && findings < MOST_FINDINGS
            && let Ok(next) = receiver.try_recv()
        {
            rows += next.sending.rows.len();
            findings += next.sending.findings();
            waiting.push(next);
        }
        let (sendings, tellers): (Vec<_>, Vec<_>) =
            waiting.into_iter().map(|waiting| (waiting.sending, waiting.done)).unzip();
        for (done, teller) in store_all(store, &sendings).into_iter().zip(tellers) {
            // Who asked may have gone away.
            let _told = teller.send(done);
        }
    }
}

/// Stores all together; if that fails, each for itself, so that one fails for
/// its own fault only.
fn store_all(store: &Store, sendings: &[Sending]) -> Vec<Result<Done>> {
    let together = |sendings: &[Sending]| {
        catch_unwind(AssertUnwindSafe(|| store.write(|tx| carry(tx, sendings))))
            .unwrap_or_else(|_| Err(Error::internal("a panic while storing")))
    };
    match together(sendings) {
        Ok(done) => done.into_iter().map(Ok).collect(),
        Err(error) if sendings.len() == 1 => vec![Err(error)],
        Err(_) => {
            let alone = |sending| together(std::slice::from_ref(sending)).map(|mut done| done.remove(0));
            sendings.iter().map(alone).collect()
        }
    }
}

fn carry(tx: &Tx<'_>, sendings: &[Sending]) -> Result<Vec<Done>> {
    let mut done: Vec<Option<Done>> = sendings.iter().map(|_| None).collect();
    let mut names = HashMap::new();
    let mut groups: Vec<(ImportId, Vec<usize>)> = Vec::new();
    let mut repeated = Vec::new();
    for (place, sending) in sendings.iter().enumerate() {
        // A batch takes its time, and a key is refused from that moment on.
        let key = api_key::get(tx, sending.key.organisation, sending.key.id)?;
        if key.standing(tx.now.as_millisecond()) != Standing::Good {
            done[place] = Some(Done::KeyEnded);
            continue;
        }
        if let Some(keep) = sending.keep.as_ref().filter(|_| sending.begins()) {
            match idempotency::look_up(tx, sending.key.id, &keep.name)? {
                Known::Answer(answer) => {
                    done[place] = Some(Done::Before(answer));
                    continue;
                }
                Known::Other => {
                    done[place] = Some(Done::Other);
                    continue;
                }
                Known::UnderWay => {
                    done[place] = Some(Done::UnderWay);
                    continue;
                }
                Known::Nothing => {}
            }
            // The same request twice at once: the second gets the first's answer.
            if sendings[..place].iter().any(|other| shares_name(other, sending)) {
                repeated.push(place);
                continue;
            }
        }
        let import = match &sending.batch {
            None => submission::of_today(tx, &sending.key, sending.definition_id)?,
            Some(Batch { import: Some(import), .. }) => *import,
            Some(_) => submission::of_batch(tx, &sending.key, sending.definition_id)?,
        };
        let group = *names.entry(import).or_insert_with(|| {
            groups.push((import, Vec::new()));
            groups.len() - 1
        });
        groups[group].1.push(place);
    }
    for (import, places) in groups {
        let members: Vec<&Sending> = places.iter().map(|place| &sendings[*place]).collect();
        for (place, outcome) in places.iter().zip(store_group(tx, import, &members)?) {
            if let Some(keep) = &sendings[*place].keep {
                let key = sendings[*place].key.id;
                match &keep.answer {
                    Some(answer) => idempotency::keep(tx, key, &keep.name, &answer(&outcome))?,
                    None => idempotency::take(tx, key, &keep.name, import)?,
                }
            }
            done[*place] = Some(Done::Stored(outcome));
        }
    }
    for place in repeated {
        let Some(keep) = &sendings[place].keep else { continue };
        done[place] = Some(match idempotency::look_up(tx, sendings[place].key.id, &keep.name)? {
            Known::Answer(answer) => Done::Before(answer),
            Known::UnderWay => Done::UnderWay,
            Known::Other | Known::Nothing => Done::Other,
        });
    }
    done.into_iter().map(|done| done.ok_or_else(|| Error::internal("a sending was left out"))).collect()
}

fn shares_name(one: &Sending, other: &Sending) -> bool {
    let name = |sending: &Sending| sending.keep.as_ref().map(|keep| keep.name.of());
    one.key.id == other.key.id && name(one) == name(other)
}

/// Stores sendings of one import.
fn store_group(tx: &Tx<'_>, import: ImportId, members: &[&Sending]) -> Result<Vec<Outcome>> {
    let Sending { key, definition, definition_id, batch, .. } = members[0];
    let organisation = key.organisation;
    let gate = enrolment::gate(tx, organisation, &definition.project, definition.enrolment_required)?;
    let judge = Judge { keys: tx.keys, gate: &gate, organisation, definition };
    let first = submission::rows(tx, organisation, import)? + 1;
    let mut load = Load { next: first, ..Load::new()? };
    for sending in members {
        for row in &sending.rows {
            load.add(&judge, row)?;
        }
    }
    load.pack()?;
    let target = Target {
        organisation,
        definition: *definition_id,
        project: &definition.project,
        import,
        arrives_now: batch.is_none(),
    };
    let taken = registration::take_in_told(tx, target, load.blocks)?;
    load.counts.add(&taken.counts);
    for fate in &taken.fates {
        load.told[(fate.row - first) as usize].fate = fate.fate;
    }
    for late in &taken.late_drafts {
        let told = &mut load.told[(late.row - first) as usize];
        told.fate = "rejected";
        told.found.push(Finding::error(LATE_DRAFT));
        load.findings.push(job::late_draft(late));
    }
    for row in &taken.withdrawn {
        load.told[(row.row - first) as usize].found.push(job::is_withdrawn(row));
        load.findings.push(job::withdrawn(row));
        load.counts.warnings += 1;
    }
    let most = if batch.is_some() { finding::MOST_OF_BATCH } else { finding::MOST };
    finding::add(tx, import, &load.findings, most)?;
    if batch.is_some() {
        // Of what comes one by one a later one is an ordinary correction.
        let doubled: Vec<_> = taken.doubled.iter().map(job::doubled).collect();
        for pair in &taken.doubled {
            load.told[(pair.later - first) as usize].found.push(job::is_doubled(pair));
        }
        load.counts.warnings += doubled.len() as u64;
        finding::add(tx, import, &doubled, most)?;
    }
    submission::grow(tx, organisation, import, &load.counts)?;
    conclude(tx, import, members[0], &load.counts)?;
    let mut told = load.told.into_iter();
    let outcome =
        |sending: &&Sending| Outcome { import, rows: told.by_ref().take(sending.rows.len()).collect() };
    Ok(members.iter().map(outcome).collect())
}

/// Ends a batch with its last part, and writes the act down.
fn conclude(tx: &Tx<'_>, import: ImportId, sending: &Sending, counts: &RowCounts) -> Result<()> {
    let (organisation, definition) = (sending.key.organisation, &sending.definition);
    let mut details = json!({
        "import": import.0,
        "definition": definition.name,
        "version": definition.version.to_string(),
        "rows": counts,
    });
    let act = match &sending.batch {
        None => "api-key.submit",
        Some(Batch { last: false, .. }) => return Ok(()),
        Some(_) => {
            import::finish(tx, organisation, import, ImportState::Done, None)?;
            details["rows"] = json!(import::get(tx, organisation, import)?.counts);
            details["state"] = json!(ImportState::Done);
            "import.end"
        }
    };
    audit::record(tx, &sending.key.id.actor(), act, Some(organisation), &details)
}

/// Rows on their way into blocks.
struct Load {
    builder: Builder,
    rows: Vec<NewRow>,
    blocks: Vec<NewBlock>,
    findings: Vec<finding::RowFinding>,
    told: Vec<Told>,
    counts: RowCounts,
    /// The number of the next row.
    next: u64,
}

impl Load {
    fn new() -> Result<Self> {
        Ok(Self {
            builder: Builder::new()?,
            rows: Vec::new(),
            blocks: Vec::new(),
            findings: Vec::new(),
            told: Vec::new(),
            counts: RowCounts::default(),
            next: 1,
        })
    }

    fn add(&mut self, judge: &Judge<'_>, row: &Row) -> Result<()> {
        let number = self.next;
        self.next += 1;
        for mut found in judge.findings(number, row) {
            found.row = number;
            self.counts.warnings += u64::from(found.severity == Severity::Warning);
            self.findings.push(found);
        }
        let mut told = Told {
            row: number,
            fate: "rejected",
            record: None,
            draft: row.draft,
            held: HoldReasons::default(),
            found: Vec::new(),
        };
        if row.refused() {
            self.counts.rejected += 1;
            self.told.push(told);
            return Ok(());
        }
        judge.pack(row, &mut self.builder);
        let mut new = judge.judge(number, row);
        new.entry.row = u32::try_from(number).unwrap_or(u32::MAX);
        told.record = (!new.draft).then_some(new.entry.key);
        told.held = new.hold.as_ref().filter(|_| !new.draft).map(|hold| hold.reasons).unwrap_or_default();
        self.told.push(told);
        self.rows.push(new);
        let is_full = self.rows.len() == BLOCK_ROWS || self.builder.size() >= BLOCK_BYTES;
        if is_full { self.pack() } else { Ok(()) }
    }

    fn pack(&mut self) -> Result<()> {
        if !self.rows.is_empty() {
            let rows = std::mem::take(&mut self.rows);
            self.blocks.push(NewBlock { rows, packed: self.builder.pack()? });
        }
        Ok(())
    }
}
