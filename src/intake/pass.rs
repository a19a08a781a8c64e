//! One pass over a file: a thread of its own reads, and what it read is taken
//! chunk by chunk.

use std::{
    sync::{Arc, mpsc},
    thread::{self, ScopedJoinHandle},
};

use super::{
    chunk::Chunk,
    job::{Job, Progress},
    judge::Judge,
    opened::Opened,
    reader::{Part, Reader},
    rows::Rows,
};
use crate::{
    clock,
    domain::{enrolment::Gate, import::Position},
    error::{Error, Result},
    store::{block::BLOCK_ROWS, enrolment},
    validate::{Options, Validator},
};

/// How many parts may wait between reading and storing.
const PARTS_WAITING: usize = 128;

/// What was read and not taken yet.
pub(super) struct Parts<'scope> {
    receiver: mpsc::Receiver<Part>,
    reading: Option<ScopedJoinHandle<'scope, Result<()>>>,
}

impl Parts<'_> {
    /// The next chunk. It ends at a stop, at the end of the file, or when it
    /// has `rows` rows or so.
    fn chunk(&mut self, from: Position, rows: usize) -> Result<Chunk> {
        let mut chunk = Chunk::starting(from);
        while !chunk.is_full(rows) {
            let Ok(part) = self.receiver.recv() else {
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
        while let Ok(part) = self.receiver.recv() {
            take(part)?;
        }
        self.end()
    }

    /// Whether the reading ended well: only then was what came all there is.
    fn end(&mut self) -> Result<()> {
        match self.reading.take().map(ScopedJoinHandle::join) {
            None => Ok(()),
            Some(ended) => ended.map_err(|_| Error::internal("the reading thread panicked"))?,
        }
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
        let (sender, receiver) = mpsc::sync_channel(PARTS_WAITING);
        thread::scope(|scope| {
            let reading = scope.spawn(move || {
                let sender = sender;
                self.read(opened, from, &gate, |part| sender.send(part).is_ok())
            });
            let mut parts = Parts { receiver, reading: Some(reading) };
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

    fn read(
        &self,
        opened: &Opened,
        from: Position,
        gate: &Gate,
        send: impl FnMut(Part) -> bool,
    ) -> Result<()> {
        let options = Options {
            today: clock::today(),
            now: clock::now(),
            decimal_comma: opened.delimiter != b',',
            nihii_moduli: self.nihdi_moduli.to_vec(),
        };
        let mut validator = Validator::new(Arc::clone(&self.definition), options);
        let reader = Reader {
            judge: Judge {
                keys: self.store.keys(),
                gate,
                organisation: self.organisation.id,
                definition: &self.definition,
            },
            header: &opened.header,
            default_author: self.default_author,
            block_rows: self.chunk_rows.clamp(1, BLOCK_ROWS),
        };
        let text = opened.source.text(from.byte).map_err(Error::internal)?;
        reader.run(&mut Rows::new(text, opened.delimiter, from), &mut validator, send)
    }
}
