//! Hands the TTP's pseudonyms on to the platform, for as long as it takes.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::ClientConfig;

use super::{
    client::{Answer, Client},
    database::{Database, execute, first, params},
    journal::{Journal, Step},
    ledger::PSEUDONYMS,
    ttp::ROW,
    wire::{LINES, Receipt, content_digest, push_hex},
};
use crate::error::{Error, Result};

/// Batches that wait to be handed on.
#[derive(Default)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    ready: VecDeque<Task>,
    later: Vec<(Instant, Task)>,
    stop: bool,
}

#[derive(Clone, Copy, Debug)]
struct Task {
    batch: i64,
    tries: u32,
}

impl Outbox {
    /// Adds a batch.
    pub(super) fn add(&self, batch: i64) {
        self.queue().ready.push_back(Task { batch, tries: 0 });
        self.changed.notify_one();
    }

    /// Has the threads end once they are done with what they hold.
    pub(super) fn stop(&self) {
        self.queue().stop = true;
        self.changed.notify_all();
    }

    /// The next batch; none once the outbox stops.
    fn take(&self) -> Option<Task> {
        let mut queue = self.queue();
        loop {
            if queue.stop {
                return None;
            }
            let now = Instant::now();
            if let Some(at) = queue.later.iter().position(|(due, _)| *due <= now) {
                return Some(queue.later.swap_remove(at).1);
            }
            if let Some(task) = queue.ready.pop_front() {
                return Some(task);
            }
            let next = queue.later.iter().map(|(due, _)| due.saturating_duration_since(now)).min();
            let wait = next.unwrap_or(Duration::from_secs(3600)).max(Duration::from_millis(1));
            queue = self.changed.wait_timeout(queue, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn retry(&self, task: Task, delay: Duration) {
        let task = Task { tries: task.tries + 1, ..task };
        self.queue().later.push((Instant::now() + delay, task));
        self.changed.notify_one();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the forwarding threads work with.
pub(super) struct Forwarder {
    pub(super) database: Arc<Database>,
    pub(super) outbox: Arc<Outbox>,
    pub(super) journal: Arc<Journal>,
    pub(super) config: Arc<ClientConfig>,
    pub(super) platform: u16,
}

/// Two, so that one batch waits for the disk while another is on its way.
const THREADS: usize = 2;

impl Forwarder {
    /// Starts the threads; they end when the outbox stops.
    pub(super) fn start(self) -> Result<Vec<JoinHandle<()>>> {
        let forwarder = Arc::new(self);
        (0..THREADS)
            .map(|_| {
                let forwarder = Arc::clone(&forwarder);
                let thread = std::thread::Builder::new().name("ttp-forward".into());
                thread.spawn(move || forwarder.run()).map_err(Error::internal)
            })
            .collect()
    }

    fn run(&self) {
        let mut client = Client::new(Arc::clone(&self.config), self.platform);
        while let Some(task) = self.outbox.take() {
            match self.forward(&mut client, task.batch) {
                Ok(None) => {}
                Ok(Some(wait)) => self.outbox.retry(task, wait.max(pause(task.tries))),
                Err(error) => {
                    tracing::error!(cause = ?error.cause, "the TTP could not hand a batch on; it tries again");
                    self.outbox.retry(task, pause(task.tries));
                }
            }
        }
    }

    /// Hands one batch on. Some if it must be tried again, after this long at
    /// least.
    fn forward(&self, client: &mut Client, id: i64) -> Result<Option<Duration>> {
        let found = self.database.read(|connection| {
            first(
                connection,
                "SELECT sender, name, header, rows FROM outgoing JOIN batch ON batch.id = outgoing.batch
                 WHERE batch = ?1",
                [id],
                |row| {
                    let text = |at| row.get::<_, String>(at);
                    Ok((text(0)?, text(1)?, body(&text(2)?, row.get_ref(3)?.as_blob()?)))
                },
            )
        })?;
        let Some((sender, batch, body)) = found else { return Ok(None) };
        let digest = content_digest(body.as_bytes());
        let path = format!("/v1/batches/{batch}/{PSEUDONYMS}");
        let log = |step, status, reason| {
            self.journal.step(&Step {
                step,
                sender: Some(&sender),
                batch: Some(&batch),
                stream: Some(PSEUDONYMS),
                status,
                reason,
                ..Step::default()
            });
        };
        match client.put(&path, LINES, &digest, body.as_bytes()) {
            Ok(answer) if confirms(&answer, &digest) => {
                let receipt = String::from_utf8_lossy(&answer.body).into_owned();
                self.end(id, "forwarded", answer.status, Some(receipt))?;
                log("forwarded", Some(answer.status), None);
                Ok(None)
            }
            Ok(answer) if is_final(answer.status) => {
                self.end(id, "refused", answer.status, None)?;
                log("refused-by-platform", Some(answer.status), None);
                Ok(None)
            }
            Ok(answer) => {
                log("postponed", Some(answer.status), None);
                Ok(Some(Duration::from_secs(answer.retry_after.unwrap_or(0).min(60))))
            }
            Err(_) => {
                log("postponed", None, Some("no-answer"));
                Ok(Some(Duration::ZERO))
            }
        }
    }

    /// Deletes the pseudonyms, sealed codes and key of a batch.
    fn end(&self, id: i64, state: &'static str, status: u16, receipt: Option<String>) -> Result<()> {
        self.database.write(move |connection| {
            execute(connection, "DELETE FROM outgoing WHERE batch = ?1", [id])?;
            execute(
                connection,
                "UPDATE batch SET state = ?2, status = ?3, platform_receipt = ?4 WHERE id = ?1",
                params![id, state, status, receipt],
            )
        })?;
        Ok(())
    }
}

/// The body for the platform: the header as it came, and a line for each row.
fn body(header: &str, rows: &[u8]) -> String {
    let rows = rows.as_chunks::<ROW>().0;
    let mut body = String::with_capacity(header.len() + 128 * rows.len());
    body.extend([header, "\n"]);
    for row in rows {
        let Some((pseudonym, code)) = row.split_first_chunk() else { continue };
        body.push_str("{\"pseudonym\":\"");
        push_hex(pseudonym, &mut body);
        body.push_str("\",\"code\":\"");
        STANDARD.encode_string(code, &mut body);
        body.push_str("\"}\n");
    }
    body
}

/// Whether the answer is a receipt for these very bytes.
fn confirms(answer: &Answer, digest: &str) -> bool {
    matches!(answer.status, 200 | 202)
        && serde_json::from_slice::<Receipt>(&answer.body).is_ok_and(|receipt| receipt.digest == digest)
}

fn is_final(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 408 | 425 | 429)
}

/// A tenth of a second at first, twice as long each time, ten seconds at most.
fn pause(tries: u32) -> Duration {
    Duration::from_millis(100 << tries.min(6)).min(Duration::from_secs(10))
}
