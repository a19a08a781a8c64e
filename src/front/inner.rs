//! The inner server: tiny_http, which meets only what the front door has
//! checked and written anew, one request on each connection.
//!
//! By itself version 0.12 ends the process on one request with a huge length,
//! keeps no deadline and no limit, and stops listening for good after one
//! failed accept. None of that can be reached from the network here: lengths
//! are those of bodies that are already in, and a listener that ended is
//! replaced while the outer one goes on.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use uuid::Uuid;

use super::{
    BodyLimit, Ending, Handler, Head, Inside, Request, Response,
    inside::{Address, Link, Listener, Place, random},
    relay,
};
use crate::error::{Error, Result};

/// A [`Handler`] that has another one's answers given by tiny_http's workers.
/// The other one sees the same request and gives the same answer as without
/// it. Dropping it ends the workers.
pub struct Inner {
    shared: Arc<Shared>,
    ordinary: Lane,
    /// Uploads, which may take long, do not keep people waiting.
    spooled: Lane,
}

/// What every worker knows.
struct Shared {
    handler: Arc<dyn Handler>,
    /// Drawn at each start; who does not know it is not the front door.
    token: String,
}

/// A listener, its workers, and who takes their place.
struct Lane {
    place: Arc<Place>,
    workers: usize,
    current: Mutex<Arc<Generation>>,
}

/// One listener.
struct Generation {
    server: tiny_http::Server,
    address: Address,
    /// Whether a worker saw it end.
    ended: AtomicBool,
    /// Where the listener is, for as long as it is there.
    _place: Arc<Place>,
}

impl Inner {
    /// Starts the inner listeners and workers.
    ///
    /// # Errors
    ///
    /// The system gives no thread, no port or no place for a socket.
    pub fn start(handler: Arc<dyn Handler>, inside: Inside) -> Result<Self> {
        let shared = Arc::new(Shared { handler, token: random()? });
        let place = Arc::new(Place::new(inside)?);
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let ordinary = Lane::start(&place, cores.max(ORDINARY_WORKERS), &shared)?;
        let spooled = Lane::start(&place, SPOOLED_WORKERS, &shared)?;
        Ok(Self { shared, ordinary, spooled })
    }

    fn relay(&self, request: &Request) -> io::Result<Response> {
        let lane = if request.spool.is_some() { &self.spooled } else { &self.ordinary };
        let sent = lane.connect(&self.shared).and_then(|mut link| {
            relay::send(request, &self.shared.token, link.as_mut())?;
            Ok(link)
        });
        let mut link = sent.inspect_err(|_| {
            // Nobody has seen it yet.
            if let Some(spool) = &request.spool {
                self.abandon(spool);
            }
        })?;
        relay::answer(link.as_mut(), request.head.method == "HEAD")
    }
}

const ORDINARY_WORKERS: usize = 4;
const SPOOLED_WORKERS: usize = 2;

impl Handler for Inner {
    fn limit(&self, head: &Head) -> BodyLimit {
        self.shared.handler.limit(head)
    }

    fn answer(&self, request: Request) -> Response {
        self.relay(&request).unwrap_or_else(|error| {
            let Head { id, .. } = request.head;
            tracing::error!(%id, %error, "the inner server did not answer");
            let response = self.refuse(503, id, Some(&request.head));
            response.header("Retry-After", "1").unwrap_or_else(|_| Response::problem(503))
        })
    }

    fn refuse(&self, status: u16, id: Uuid, head: Option<&Head>) -> Response {
        self.shared.handler.refuse(status, id, head)
    }

    fn knows(&self, part: &str) -> bool {
        self.shared.handler.knows(part)
    }

    fn abandon(&self, spool: &str) {
        self.shared.handler.abandon(spool);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for lane in [&self.ordinary, &self.spooled] {
            lane.current().retire(lane.workers);
        }
    }
}

impl Lane {
    fn start(place: &Arc<Place>, workers: usize, shared: &Arc<Shared>) -> Result<Self> {
        let first = Generation::start(place, workers, shared)?;
        Ok(Self { place: Arc::clone(place), workers, current: Mutex::new(first) })
    }

    /// A connection to the listener, or to a new one if it has ended.
    fn connect(&self, shared: &Arc<Shared>) -> io::Result<Box<dyn Link>> {
        let generation = Arc::clone(&self.current());
        if !generation.ended.load(Ordering::Relaxed) {
            match generation.address.connect() {
                Ok(link) => return Ok(link),
                Err(error) => tracing::warn!(%error, "the inner listener is gone; another takes its place"),
            }
        }
        let mut current = self.current();
        // Somebody else may have been faster.
        if Arc::ptr_eq(&generation, &current) {
            let next = Generation::start(&self.place, self.workers, shared).map_err(io::Error::other)?;
            std::mem::replace(&mut *current, next).retire(self.workers);
        }
        let generation = Arc::clone(&current);
        drop(current);
        generation.address.connect()
    }

    fn current(&self) -> MutexGuard<'_, Arc<Generation>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generation {
    fn start(place: &Arc<Place>, workers: usize, shared: &Arc<Shared>) -> Result<Arc<Self>> {
        let (listener, address) = place.listen()?;
        let listener = match listener {
            #[cfg(unix)]
            Listener::Socket(listener) => tiny_http::Listener::from(listener),
            Listener::Port(listener) => tiny_http::Listener::from(listener),
        };
        let server = tiny_http::Server::from_listener(listener, None).map_err(Error::internal)?;
        let ended = AtomicBool::new(false);
        let generation = Arc::new(Self { server, address, ended, _place: Arc::clone(place) });
        for started in 0..workers {
            let worker = Worker { generation: Arc::clone(&generation), shared: Arc::clone(shared) };
            if let Err(error) = worker.start() {
                generation.retire(started);
                return Err(Error::internal(error));
            }
        }
        Ok(generation)
    }

    /// Sends its workers home when they have done what is waiting for them.
    fn retire(&self, workers: usize) {
        for _ in 0..workers {
            self.server.unblock();
        }
    }
}

/// One thread that answers requests.
struct Worker {
    generation: Arc<Generation>,
    shared: Arc<Shared>,
}

impl Worker {
    fn start(self) -> io::Result<()> {
        thread::Builder::new().name("front-inner".into()).spawn(move || self.run()).map(drop)
    }

    fn run(self) {
        // It ends with the listener, or when the listener is retired.
        while let Ok(request) = self.generation.server.recv() {
            self.serve(request);
        }
        self.generation.ended.store(true, Ordering::Relaxed);
    }

    fn serve(&self, mut raw: tiny_http::Request) {
        let fields = raw.headers().iter().map(|field| (field.field.as_str().as_str(), field.value.as_str()));
        let Some((head, spool)) =
            relay::receive(raw.method().as_str(), raw.url(), fields, &self.shared.token)
        else {
            return refuse_stranger(raw);
        };
        let (id, head_only) = (head.id, head.method == "HEAD");
        let mut body = Vec::with_capacity(raw.body_length().unwrap_or(0));
        if let Err(error) = raw.as_reader().read_to_end(&mut body) {
            tracing::error!(%id, %error, "a request was not passed on whole");
            return;
        }
        let request = Request { head, body, spool };
        let answer = catch_unwind(AssertUnwindSafe(|| self.shared.handler.answer(request)));
        let response = answer.unwrap_or_else(|_| {
            tracing::error!(%id, "a handler panicked; its request was answered 500");
            catch_unwind(AssertUnwindSafe(|| self.shared.handler.refuse(500, id, None)))
                .unwrap_or_else(|_| Response::problem(500))
                .ending(Ending::Close)
        });
        // Its own way of writing an answer takes several writes, each of which
        // wakes the thread that waits for it.
        if let Err(error) = relay::respond(response, head_only, &mut raw.into_writer()) {
            tracing::warn!(%id, %error, "an answer was not passed on");
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if thread::panicking() {
            tracing::error!("a worker of the inner server panicked; another takes its place");
            let Self { generation, shared } = self;
            let next = Self { generation: Arc::clone(generation), shared: Arc::clone(shared) };
            if let Err(error) = next.start() {
                tracing::error!(%error, "no thread for another worker");
                self.generation.ended.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// Answers what does not come from the front door.
fn refuse_stranger(raw: tiny_http::Request) {
    tracing::warn!("somebody else called the inner server and was refused");
    let response = tiny_http::Response::empty(403);
    if raw.body_length().is_none_or(|length| length <= BUFFERED) {
        let _told = raw.respond(response);
        return;
    }
    // Dropping it would wait for the whole body in a buffer as large as
    // announced, which ends the process if that is large enough.
    std::mem::forget(raw.upgrade("none", response));
}

/// Bodies up to here tiny_http reads by itself before it gives the request.
const BUFFERED: usize = 1024;
