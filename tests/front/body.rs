//! Bodies: in chunks, and into a sink.

use std::{
    fs::{self, File},
    io::Write,
    path::PathBuf,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use hd4dp::{
    error::{Code, Error, Result},
    front::{BodyLimit, Clients, Handler, Head, Inside, Limits, Request, Response, Sink},
};

use super::{House, house_of};
use crate::common::outside::wait_until;

const LIMIT: u64 = 1_000_000;

/// Takes `/upload` into a folder; `/chunks` in memory; `/full`, `/broken` into
/// a sink that fails.
struct Depot {
    folder: PathBuf,
    uploads: AtomicUsize,
}

impl Handler for Depot {
    fn limit(&self, head: &Head) -> BodyLimit {
        let failure = match head.path.as_str() {
            "/upload" => None,
            "/full" => Some(Code::NoRoom),
            "/broken" => Some(Code::Unavailable),
            "/chunks" => return BodyLimit::Chunked(LIMIT),
            _ => return BodyLimit::Bytes(LIMIT),
        };
        let name = self.uploads.fetch_add(1, Ordering::Relaxed).to_string();
        let path = self.folder.join(&name);
        let file = File::create(&path).unwrap();
        BodyLimit::Into { limit: LIMIT, sink: Box::new(Drawer { name, path, file, failure, whole: false }) }
    }

    fn answer(&self, request: Request) -> Response {
        let length = match &request.spool {
            Some(name) => fs::metadata(self.folder.join(name)).unwrap().len(),
            None => request.body.len() as u64,
        };
        Response::with_body(200, "text/plain", length.to_string().into_bytes())
    }
}

struct Drawer {
    name: String,
    path: PathBuf,
    file: File,
    failure: Option<Code>,
    whole: bool,
}

impl Sink for Drawer {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(code) = self.failure {
            return Err(Error::new(code, "error-internal"));
        }
        self.file.write_all(bytes).map_err(Error::internal)
    }

    fn finish(mut self: Box<Self>) -> Result<String> {
        self.whole = true;
        Ok(self.name.clone())
    }
}

impl Drop for Drawer {
    fn drop(&mut self) {
        if !self.whole {
            fs::remove_file(&self.path).unwrap();
        }
    }
}

struct Yard {
    folder: tempfile::TempDir,
    house: House,
}

impl Yard {
    fn new(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let depot = Depot { folder: folder.path().to_owned(), uploads: AtomicUsize::new(0) };
        let house = house_of(Arc::new(depot), limits, Some(Inside::default()), |_| Clients::Anybody);
        Self { folder, house }
    }

    fn kept(&self) -> usize {
        fs::read_dir(self.folder.path()).unwrap().count()
    }

    /// Status and body of the answer to a body sent in these raw chunks.
    fn chunks(&self, path: &str, chunks: &str) -> (u16, String) {
        let mut client = self.house.client();
        client.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"
        ));
        let (status, _, body) = client.answer().expect("an answer");
        (status, body)
    }
}

#[test]
fn chunks_are_taken_where_the_handler_says_so_and_nowhere_else() {
    let yard = Yard::new(Limits::default());
    let whole = "3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n";
    assert_eq!(yard.chunks("/chunks", whole), (200, "13".into()));
    assert_eq!(yard.chunks("/upload", whole), (200, "13".into()));
    assert_eq!(yard.chunks("/chunks", "0\r\n\r\n"), (200, "0".into()));
    assert_eq!(yard.chunks("/form", whole).0, 411);
}

#[test]
fn what_follows_the_last_chunk_is_the_next_request() {
    let yard = Yard::new(Limits::default());
    let mut client = yard.house.client();
    let head = "POST /chunks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    client.send(&format!("{head}2\r\nab\r\n0\r\n\r\n{head}1\r\na\r\n0\r\n\r\n"));
    assert_eq!(client.answer().unwrap().2, "2");
    assert_eq!(client.answer().unwrap().2, "1");
}

#[test]
fn doubtful_chunks_are_refused() {
    let yard = Yard::new(Limits { body: Duration::from_secs(2), ..Limits::default() });
    for (chunks, status) in [
        ("g\r\n", 400),
        ("-1\r\n", 400),
        ("+1\r\na\r\n", 400),
        (" 1\r\na\r\n", 400),
        ("0x1\r\na\r\n", 400),
        ("\r\n", 400),
        ("1;name=value\r\na\r\n0\r\n\r\n", 400),
        ("1\na\n0\n\n", 400),
        ("1\r\nab\r\n", 400),
        ("1\r\na\r\n0\r\nTrailer: x\r\n\r\n", 400),
        ("0000000000000001\r\na\r\n", 400),
        ("FFFFFFFFFFFFFFF\r\n", 413),
        ("F4241\r\n", 413),
        ("5\r\nab", 408),
    ] {
        for path in ["/chunks", "/upload"] {
            assert_eq!(yard.chunks(path, chunks).0, status, "{chunks:?} {path}");
        }
    }
    assert_eq!(yard.kept(), 0, "nothing of them stays");
    let both =
        "POST /chunks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(yard.house.status(both), 400);
}

#[test]
fn an_upload_goes_to_its_sink_with_a_length_and_in_chunks() {
    let yard = Yard::new(Limits::default());
    let ca = yard.folder.path().join("ca.pem");
    fs::write(&ca, yard.house.pki.ca.pem()).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let content: Vec<u8> = (0..900_000_u32).map(|at| (at % 251) as u8).collect();
    fs::write(file.path(), &content).unwrap();
    for (name, header) in
        ["X-Plain: 1", "Transfer-Encoding: chunked", "Expect: 100-continue"].iter().enumerate()
    {
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--noproxy", "*", "--ipv4", "--header", header, "--cacert"])
            .arg(&ca)
            .arg("--data-binary")
            .arg(format!("@{}", file.path().display()))
            .arg(format!("https://localhost:{}/upload", yard.house.server.addresses()[0].port()))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "900000", "{header}");
        assert_eq!(fs::read(yard.folder.path().join(name.to_string())).unwrap(), content);
    }
}

#[test]
fn a_client_that_sends_all_of_a_body_before_it_looks_reads_why_that_is_refused() {
    let yard = Yard::new(Limits::default());
    let size = 40 << 20;
    let post = "HTTP/1.1\r\nHost: localhost";
    for head in [
        format!("POST /form {post}\r\nContent-Length: {size}\r\n\r\n"),
        format!("POST /chunks {post}\r\nTransfer-Encoding: chunked\r\n\r\n{size:X}\r\n"),
    ] {
        let mut client = yard.house.client();
        client.send(&head);
        client.send(&"x".repeat(size));
        assert_eq!(client.answer().expect("an answer").0, 413, "{head}");
    }
}

#[test]
fn a_client_that_never_stops_sending_after_the_answer_is_cut_off() {
    let yard = Yard::new(Limits { linger: Duration::from_secs(1), ..Limits::default() });
    let mut client = yard.house.client();
    client.send("POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n");
    let began = Instant::now();
    while client.0.write_all(b"x").and_then(|()| client.0.flush()).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(20), "it goes on for ever");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_sink_that_is_not_finished_removes_what_it_has() {
    let short = Duration::from_millis(300);
    let yard = Yard::new(Limits { body: short, ..Limits::default() });
    let head = |path: &str, length: u64| {
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\nabc")
    };
    assert_eq!(yard.house.status(&head("/upload", 9)), 408, "too slow");
    assert_eq!(yard.house.status(&head("/upload", LIMIT + 1)), 413, "too much");
    assert_eq!(yard.house.status(&head("/full", 3)), 507, "no room");
    assert_eq!(yard.house.status(&head("/broken", 3)), 503, "no disk");
    let mut gone = yard.house.client();
    gone.send(&head("/upload", 9));
    drop(gone);
    wait_until("nothing is kept", || yard.kept() == 0);
}
