//! One pass over a file: a thread of its own cuts rows, others judge them in
//! turn, and what they judged is taken chunk by chunk, in the order of the file.

use std::{
    sync::{Arc, mpsc},
    thread::{self, ScopedJoinHandle},
};

use super::{
    chunk::Chunk,
    cut,
    job::{Job, Progress},
    judge::Judge,
    opened::Opened,
    reader::{Judged, Part, Reader},
    rows::Rows,
};
use crate::{
    clock,
    domain::import::Position,
    error::{Error, Result},
    store::{block::BLOCK_ROWS, enrolment},
    validate::{Options, Validator},
};

/// How many parts may wait between judging and storing.
const PARTS_WAITING: usize = 128;

/// How much may wait for each thread that judges.
const CUTS_WAITING: usize = 2;

/// The most threads that judge.
const MOST_JUDGES: usize = 4;

/// What was read and not taken yet.
pub(super) struct Parts<'scope> {
    /// What each thread judged; they take turns.
    judged: Vec<mpsc::Receiver<Judged>>,
    turn: usize,
    threads: Vec<ScopedJoinHandle<'scope, Result<()>>>,
}

impl Parts<'_> {
    /// The next chunk. It ends at a stop, at the end of the file, or when it
    /// has `rows` rows or so.
    fn chunk(&mut self, from: Position, rows: usize) -> Result<Chunk> {
        let mut chunk = Chunk::starting(from);
        while !chunk.is_full(rows) {
            let Some(part) = self.next() else {
                self.end()?;
                chunk.last = true;
                break;
            };
            chunk.add(part);
            if chunk.stop.is_some() {
                chunk.last = true;
                break;
            }
        }
        Ok(chunk)
    }

    /// Hands over what comes after a stop, to its end.
    pub fn rest(&mut self, mut take: impl FnMut(Part) -> Result<()>) -> Result<()> {
        while let Some(part) = self.next() {
            take(part)?;
        }
        self.end()
    }

    fn next(&mut self) -> Option<Part> {
        let judged = self.judged.get(self.turn)?.recv().ok()?;
        if judged.passes_on {
            self.turn = (self.turn + 1) % self.judged.len();
        }
        Some(judged.part)
    }

    /// Whether the reading ended well: only then was what came all there is.
    fn end(&mut self) -> Result<()> {
        // One that ended early leaves others with what nobody will take.
        self.judged.clear();
        let join = |thread: ScopedJoinHandle<'_, Result<()>>| {
            thread.join().unwrap_or_else(|_| Err(Error::internal("a reading thread panicked")))
        };
        // All of them, because one that panicked and is not asked panics here.
        let ends: Vec<Result<()>> = self.threads.drain(..).map(join).collect();
        ends.into_iter().collect()
    }
}

impl Job<'_> {
    /// Reads from `from` on and gives `take` chunk after chunk, until it says
    /// to stop or there are no more.
    pub(super) fn pass(
        &self,
        opened: &Opened,
        from: Position,
        progress: &mut dyn FnMut(Progress),
        mut take: impl FnMut(Chunk, &mut Parts<'_>) -> Result<(bool, u64)>,
    ) -> Result<()> {
        let project = &self.definition.project;
        let asks_enrolment = self.definition.enrolment_required;
        let gate =
            self.store.read(|tx| enrolment::gate(tx, self.organisation.id, project, asks_enrolment))?;
        let options = Options {
            today: clock::today(),
            now: clock::now(),
            decimal_comma: opened.delimiter != b',',
            nihii_moduli: self.nihdi_moduli.to_vec(),
        };
        let reader = Reader {
            judge: Judge {
                keys: self.store.keys(),
                gate: &gate,
                organisation: self.organisation.id,
                definition: &self.definition,
            },
            header: &opened.header,
            default_author: self.default_author,
        };
        let judges = thread::available_parallelism().map_or(1, usize::from).min(MOST_JUDGES);
        thread::scope(|scope| {
            let (give_back, spent) = mpsc::channel();
            let mut parts = Parts { judged: Vec::new(), turn: 0, threads: Vec::new() };
            let mut given = Vec::new();
            for _ in 0..judges {
                let (give, taken) = mpsc::sync_channel(CUTS_WAITING);
                let (send, judged) = mpsc::sync_channel(PARTS_WAITING / judges);
                let (give_back, options) = (give_back.clone(), options.clone());
                given.push(give);
                parts.judged.push(judged);
                parts.threads.push(scope.spawn(move || {
                    let validator = Validator::new(Arc::clone(&self.definition), options);
                    // Nobody cuts any more when the last rows are judged.
                    let give_back = |cut| _ = give_back.send(cut);
                    reader.run(taken, validator, give_back, |judged| send.send(judged).is_ok())
                }));
            }
            parts.threads.push(scope.spawn(move || {
                let text = opened.source.text(from.byte).map_err(Error::internal)?;
                let mut rows = Rows::new(text, opened.delimiter, from);
                let mut turns = given.iter().cycle();
                cut::cut(
                    &mut rows,
                    self.chunk_rows.clamp(1, BLOCK_ROWS),
                    || spent.try_recv().ok(),
                    |work| turns.next().is_some_and(|give| give.send(work).is_ok()),
                )
            }));
            let mut from = from;
            loop {
                let chunk = parts.chunk(from, self.chunk_rows)?;
                let (to, last) = (chunk.to, chunk.last);
                let (goes_on, rows) = take(chunk, &mut parts)?;
                progress(Progress { bytes: to.byte, size: opened.source.size(), rows });
                if last || !goes_on {
                    return Ok(());
                }
                from = to;
            }
        })
    }
}
