//! A receiver that records: it stores what it gets, answers receipts, and has
//! every fault on demand. It owes the appliance's own receivers nothing but
//! the choice of TLS versions.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use hd4dp::front::{Clients, server_config};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimePrinter};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use super::opener::Opener;
use crate::service::Authority;

/// What the receiver does with a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// What the protocol says.
    Well,
    /// Answers this status with these header lines, and keeps nothing.
    Status(u16, &'static str),
    /// Keeps it and cuts the connection in place of an answer.
    Lose,
    /// Cuts the connection and keeps nothing.
    Cut,
    /// Says nothing for so long, then cuts; keeps nothing.
    Stall(Duration),
    /// Keeps it and answers a receipt for another digest.
    WrongDigest,
}

/// A request as it came.
#[derive(Clone)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The body.
    pub body: Vec<u8>,
    /// The client's certificate, in DER.
    pub client: Vec<u8>,
    /// Which connection it came on, counted from 0.
    pub connection: usize,
    /// When.
    pub at: Instant,
}

impl Seen {
    /// `PUT`, `receipt` or `outcome`.
    pub fn what(&self) -> &'static str {
        match (self.method.as_str(), self.path.ends_with("/receipt")) {
            ("PUT", _) => "PUT",
            (_, true) => "receipt",
            _ => "outcome",
        }
    }

    /// The batch it is about.
    pub fn batch(&self) -> &str {
        self.path.split('/').nth(3).unwrap()
    }

    /// The header line of a body that is readable.
    pub fn header(&self) -> Value {
        serde_json::from_slice(self.body.split(|byte| *byte == b'\n').next().unwrap()).unwrap()
    }
}

type Plan = Box<dyn FnMut(&Seen) -> Act + Send>;

struct Shared {
    opener: Arc<Opener>,
    config: Arc<ServerConfig>,
    plan: Mutex<Plan>,
    seen: Mutex<Vec<Seen>>,
    kept: Mutex<HashMap<String, Value>>,
    connections: AtomicUsize,
    ahead: AtomicI64,
}

/// One service. It listens until the test ends.
pub struct Receiver {
    pub port: u16,
    shared: Arc<Shared>,
}

impl Receiver {
    /// Listens on a free port with a certificate of `authority`, for
    /// clients with certificates under `anchor`; opens with `opener`.
    pub fn start(authority: &Authority, anchor: &[u8], opener: &Arc<Opener>) -> Self {
        let (certificate, key) = authority.server(&["localhost", "127.0.0.1"], 2040);
        let clients = Clients::Certified(vec![anchor.to_vec()]);
        let config = server_config(vec![certificate], &key.serialize_der(), &clients).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let shared = Arc::new(Shared {
            opener: Arc::clone(opener),
            config,
            plan: Mutex::new(Box::new(|_| Act::Well)),
            seen: Mutex::default(),
            kept: Mutex::default(),
            connections: AtomicUsize::new(0),
            ahead: AtomicI64::new(0),
        });
        let receiver = Self { port: listener.local_addr().unwrap().port(), shared: Arc::clone(&shared) };
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.serve(socket));
            }
        });
        receiver
    }

    /// Decides from now on what becomes of each request.
    pub fn plan(&self, plan: impl FnMut(&Seen) -> Act + Send + 'static) {
        *self.shared.plan.lock().unwrap() = Box::new(plan);
    }

    /// The first requests that are no question for an outcome get these acts,
    /// those after them what the protocol says.
    pub fn first(&self, acts: impl IntoIterator<Item = Act>) {
        let mut acts: Vec<Act> = acts.into_iter().collect();
        acts.reverse();
        self.plan(
            move |seen| if seen.what() == "outcome" { Act::Well } else { acts.pop().unwrap_or(Act::Well) },
        );
    }

    /// Sets its clock so many seconds ahead.
    pub fn set_clock_ahead(&self, seconds: i64) {
        self.shared.ahead.store(seconds, Ordering::Relaxed);
    }

    /// Everything that came, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// What came, as words, questions for outcomes left out.
    pub fn story(&self) -> Vec<&'static str> {
        self.seen().iter().map(Seen::what).filter(|what| *what != "outcome").collect()
    }

    /// The deliveries that came, however they were answered.
    pub fn puts(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.what() == "PUT").collect()
    }

    /// Waits until `count` requests of this kind came.
    pub fn wait_for(&self, what: &str, count: usize) {
        let began = Instant::now();
        while self.seen().iter().filter(|seen| seen.what() == what).count() < count {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "{what} came only so often: {:?}",
                self.story()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Shared {
    fn serve(&self, mut socket: TcpStream) -> Option<()> {
        socket.set_nodelay(true).ok()?;
        let raw = socket.try_clone().ok()?;
        let mut tls = ServerConnection::new(Arc::clone(&self.config)).unwrap();
        while tls.is_handshaking() {
            if tls.complete_io(&mut socket).is_err() {
                tls.write_tls(&mut socket).ok();
                return None;
            }
        }
        let client = tls.peer_certificates()?[0].to_vec();
        let connection = self.connections.fetch_add(1, Ordering::Relaxed);
        let mut stream = BufReader::new(StreamOwned::new(tls, socket));
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if stream.read_line(&mut head).ok()? == 0 {
                    return None;
                }
            }
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
            let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
            stream.read_exact(&mut body).ok()?;
            let mut words = head.split(' ').map(str::to_owned);
            let (method, path) = (words.next()?, words.next()?);
            let digest =
                head.lines().find_map(|line| line.strip_prefix("Content-Digest: ")).unwrap_or_default();
            let seen = Seen { method, path, body, client: client.clone(), connection, at: Instant::now() };
            self.seen.lock().unwrap().push(seen.clone());
            let act = (self.plan.lock().unwrap())(&seen);
            let answer = match act {
                Act::Well => self.answer(&seen, digest),
                Act::WrongDigest => {
                    let (status, mut receipt) = self.answer(&seen, digest);
                    receipt["digest"] = "sha-256=:AAAA:".into();
                    (status, receipt)
                }
                Act::Status(status, headers) => {
                    let text = format!(
                        "HTTP/1.1 {status} X\r\n{headers}Date: {}\r\nContent-Length: 0\r\n\r\n",
                        self.date()
                    );
                    stream.get_mut().write_all(text.as_bytes()).ok()?;
                    continue;
                }
                Act::Lose | Act::Cut | Act::Stall(_) => {
                    if act == Act::Lose {
                        self.answer(&seen, digest);
                    }
                    if let Act::Stall(time) = act {
                        thread::sleep(time);
                    }
                    raw.shutdown(Shutdown::Both).ok()?;
                    return None;
                }
            };
            let body = answer.1.to_string();
            let text = format!(
                "HTTP/1.1 {} X\r\nContent-Type: application/json\r\nDate: {}\r\nContent-Length: {}\r\n\r\n{body}",
                answer.0,
                self.date(),
                body.len()
            );
            stream.get_mut().write_all(text.as_bytes()).ok()?;
        }
    }

    fn answer(&self, seen: &Seen, digest: &str) -> (u16, Value) {
        let mut kept = self.kept.lock().unwrap();
        match seen.what() {
            "PUT" => {
                let stream = seen.path.rsplit('/').next().unwrap();
                let status = if kept.contains_key(&seen.path) { 200 } else { 202 };
                let receipt = || {
                    json!({
                        "receipt": uuid::Uuid::now_v7().to_string(), "batch": seen.batch(), "stream": stream,
                        "count": self.count(seen), "digest": digest, "received": "2026-11-22T10:00:00Z",
                    })
                };
                (status, kept.entry(seen.path.clone()).or_insert_with(receipt).clone())
            }
            "receipt" => match kept.get(seen.path.strip_suffix("/receipt").unwrap()) {
                Some(receipt) => (200, receipt.clone()),
                None => (404, json!({ "type": "about:blank", "status": 404 })),
            },
            _ => {
                let outcome = json!({
                    "batch": seen.batch(), "state": "consolidated", "missing": [], "consolidated": 1,
                    "refused": [], "codes_deleted": true, "at": "2026-11-22T10:00:00Z",
                });
                (200, outcome)
            }
        }
    }

    fn count(&self, seen: &Seen) -> u64 {
        if seen.path.ends_with("/identities") {
            return seen.header()["count"].as_u64().unwrap();
        }
        let payload = self.opener.payload(&seen.body);
        serde_json::from_str::<Value>(payload.lines().next().unwrap()).unwrap()["count"].as_u64().unwrap()
    }

    fn date(&self) -> String {
        let ahead = SignedDuration::from_secs(self.ahead.load(Ordering::Relaxed));
        DateTimePrinter::new().timestamp_to_rfc9110_string(&(Timestamp::now() + ahead)).unwrap()
    }
}
