//! The front door, with a toy handler behind it, as a client meets it.
#![allow(clippy::unwrap_used)]

mod body;
mod inner;
mod plain;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::Command,
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};

use hd4dp::front::{
    BodyLimit, Clients, Ending, Handler, Head, Inner, Inside, Limits, Request, Response, Rules, Server, Swap,
    listen, provider, server_config,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
};

use crate::common::outside::wait_until;

/// Answers with what it saw, and misbehaves on demand.
struct Toy;

impl Handler for Toy {
    fn limit(&self, head: &Head) -> BodyLimit {
        match head.path.as_str() {
            "/nothing" => BodyLimit::Bytes(0),
            "/never" => BodyLimit::Refused(Response::problem(403)),
            "/panic-early" => panic!("asked to"),
            _ => BodyLimit::Bytes(1024 * 1024),
        }
    }

    fn knows(&self, part: &str) -> bool {
        part == "ssp"
    }

    fn answer(&self, request: Request) -> Response {
        let certificate = request.head.client_certificate.as_deref().map_or(0, <[u8]>::len);
        let text = format!("{} {} {certificate}", request.head.method, request.body.len());
        let response = Response::with_body(200, "text/plain", text.into_bytes());
        match request.head.path.as_str() {
            "/panic" => panic!("asked to"),
            "/drop" => response.ending(Ending::Drop),
            "/reset" => response.ending(Ending::Reset),
            "/stall" => response.ending(Ending::Stall(Duration::from_millis(300))),
            "/slow" => {
                sleep(Duration::from_secs(2));
                response
            }
            _ => response,
        }
    }
}

/// A certification authority and what it issued.
struct Pki {
    ca: CertifiedIssuer<'static, KeyPair>,
}

impl Pki {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { ca: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn anchor(&self) -> Vec<u8> {
        self.ca.der().to_vec()
    }

    fn issue(&self, name: &str) -> (Vec<u8>, Vec<u8>) {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.ca).unwrap();
        (certificate.der().to_vec(), key.serialize_der())
    }

    fn config(&self, clients: &Clients) -> Arc<rustls::ServerConfig> {
        let (certificate, key) = self.issue("localhost");
        server_config(vec![certificate], &key, clients).unwrap()
    }
}

struct House {
    pki: Pki,
    server: Server,
    identity: Arc<Swap>,
}

fn house(limits: Limits) -> House {
    house_for(limits, |_| Clients::Anybody)
}

fn house_for(limits: Limits, clients: impl Fn(&Pki) -> Clients) -> House {
    house_of(Arc::new(Toy), limits, Some(Inside::default()), clients)
}

/// A server for this handler, with or without the inner server between them.
fn house_of(
    handler: Arc<dyn Handler>,
    limits: Limits,
    inside: Option<Inside>,
    clients: impl Fn(&Pki) -> Clients,
) -> House {
    let pki = Pki::new();
    let identity = Arc::new(Swap::new(pki.config(&clients(&pki))));
    let rules =
        Rules { methods: &["GET", "HEAD", "POST"], names: vec!["localhost".into()], limits, log: true };
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let handler = match inside {
        Some(inside) => Arc::new(Inner::start(handler, inside).unwrap()),
        None => handler,
    };
    let server = Server::start(vec![listener], Arc::clone(&identity) as Arc<_>, handler, rules).unwrap();
    House { pki, server, identity }
}

impl House {
    fn tcp(&self) -> TcpStream {
        let tcp = TcpStream::connect(self.server.addresses()[0]).unwrap();
        tcp.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        tcp
    }

    fn client(&self) -> Client {
        self.client_with(None)
    }

    fn client_with(&self, identity: Option<(Vec<u8>, Vec<u8>)>) -> Client {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.pki.anchor())).unwrap();
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => builder
                .with_client_auth_cert(
                    vec![CertificateDer::from(certificate)],
                    PrivateKeyDer::try_from(key).unwrap(),
                )
                .unwrap(),
        };
        let name = ServerName::try_from("localhost").unwrap();
        Client(StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), self.tcp()))
    }

    /// The status that one request, sent as it is, gets.
    fn status(&self, text: &str) -> u16 {
        let mut client = self.client();
        client.send(text);
        client.answer().expect("an answer").0
    }
}

struct Client(StreamOwned<ClientConnection, TcpStream>);

impl Client {
    fn send(&mut self, text: &str) {
        // The server may have hung up already; the answer tells.
        let _sent = self.0.write_all(text.as_bytes()).and_then(|()| self.0.flush());
    }

    /// The head of the next answer; none if the connection ends.
    fn head(&mut self) -> Option<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if !matches!(self.0.read(&mut byte), Ok(1)) {
                return None;
            }
            head.push(byte[0]);
        }
        Some(String::from_utf8(head).unwrap())
    }

    /// Status, head and body of the next answer; none if the connection ends.
    fn answer(&mut self) -> Option<(u16, String, String)> {
        let head = self.head()?;
        let status = head[9..12].parse().unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.0.read_exact(&mut body).ok()?;
        Some((status, head, String::from_utf8(body).unwrap()))
    }

    fn get(&mut self, path: &str) -> Option<(u16, String, String)> {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        self.answer()
    }

    fn is_closed(&mut self) -> bool {
        !matches!(self.0.read(&mut [0]), Ok(1))
    }
}

#[test]
fn each_doubtful_request_gets_its_status_and_the_server_lives_on() {
    let house = house(Limits::default());
    let post = |line: &str| format!("POST / HTTP/1.1\r\nHost: localhost\r\n{line}\r\n\r\n");
    let filler = format!("X: {}\r\n", "y".repeat(1000));
    for (text, status) in [
        (post("Content-Length: 4000000000000"), 413),
        (post("Content-Length: 9223372036854775807"), 413),
        (post("Content-Length: 18446744073709551616"), 413),
        (post("Content-Length: +5"), 400),
        (post("Content-Length: abc\r\n\r\nGET / HTTP/1.1\r\nHost: localhost"), 400),
        (post("Content-Length: 1\r\nContent-Length: 1"), 400),
        (post("Transfer-Encoding: chunked"), 411),
        (post("X: y"), 400),
        ("POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n".into(), 413),
        ("POST /never HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n".into(), 403),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".into(), 421),
        ("GET / HTTP/1.1\r\n\r\n".into(), 400),
        ("BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n".into(), 405),
        ("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n".into(), 505),
        ("GET / HTTP/1.1\nHost: localhost\n\n".into(), 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX: a\u{1}b\r\n\r\n".into(), 400),
        (format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X: y\r\n".repeat(64)), 431),
        (format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", filler.repeat(17)), 431),
        ("GET /panic HTTP/1.1\r\nHost: localhost\r\n\r\n".into(), 500),
        ("GET /panic-early HTTP/1.1\r\nHost: localhost\r\n\r\n".into(), 500),
    ] {
        assert_eq!(house.status(&text), status, "{}", &text[..text.len().min(120)]);
    }
    let (status, _, body) = house.client().get("/").unwrap();
    assert_eq!((status, body.as_str()), (200, "GET 0 0"));
}

#[test]
fn an_unknown_method_is_told_the_known_ones() {
    let house = house(Limits::default());
    let mut client = house.client();
    client.send("DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (status, head, body) = client.answer().unwrap();
    assert_eq!(status, 405);
    assert!(head.contains("\r\nAllow: GET, HEAD, POST\r\n"), "{head}");
    assert!(head.contains("\r\nContent-Type: application/problem+json\r\n"), "{head}");
    assert!(body.contains("\"status\":405"), "{body}");
}

#[test]
fn requests_sent_at_once_are_answered_one_after_the_other() {
    let house = house(Limits::default());
    let mut client = house.client();
    client.send(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc\
         HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n\
         POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab",
    );
    assert_eq!(client.answer().unwrap().2, "POST 3 0");
    // The answer to HEAD tells a length and has no body.
    assert!(client.head().unwrap().contains("Content-Length: 8\r\n"));
    let (_, head, body) = client.answer().unwrap();
    assert_eq!(body, "POST 2 0");
    assert!(head.contains("\r\nConnection: close\r\n"));
    assert!(client.is_closed());
}

#[test]
fn a_client_that_asks_first_is_told_to_go_on() {
    let house = house(Limits::default());
    let mut client = house.client();
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    assert_eq!(client.answer().unwrap().0, 100);
    client.send("abc");
    assert_eq!(client.answer().unwrap().2, "POST 3 0");
}

#[test]
fn dripping_bytes_do_not_extend_a_deadline() {
    let short = Duration::from_millis(300);
    let house =
        house(Limits { handshake: short, head: short, idle: short, body: short, ..Limits::default() });
    for start in ["", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n"] {
        let mut client = house.client();
        let began = Instant::now();
        client.send(start);
        for byte in "GET / HTTP/1.1\r\nHost: local".chars() {
            client.send(&byte.to_string());
            sleep(Duration::from_millis(20));
        }
        assert_eq!(client.answer().unwrap().0, 408);
        assert!(began.elapsed() < Duration::from_secs(10));
    }
    // Nobody speaks: neither before the handshake nor after it.
    let mut silent = house.tcp();
    assert_eq!(silent.read(&mut [0]).unwrap_or(0), 0);
    let mut idle = house.client();
    assert_eq!(idle.get("/").unwrap().0, 200);
    let began = Instant::now();
    assert!(idle.is_closed());
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_connection_serves_a_limited_number_of_requests() {
    let house = house(Limits { requests: 2, ..Limits::default() });
    let mut client = house.client();
    assert!(!client.get("/").unwrap().1.contains("Connection: close"));
    assert!(client.get("/").unwrap().1.contains("Connection: close"));
    assert!(client.is_closed());
}

#[test]
fn connections_beyond_the_limit_are_closed_and_the_machine_itself_keeps_its_reserve() {
    let limits = Limits { connections: 2, loopback_reserve: 1, ..Limits::default() };
    let house = house(limits);
    let mut clients: Vec<_> = (0..3).map(|_| house.client()).collect();
    for client in &mut clients {
        assert_eq!(client.get("/").unwrap().0, 200);
    }
    assert!(house.client().get("/").is_none(), "one too many");
    clients.pop();
    wait_until("its place is free", || house.client().get("/").is_some_and(|answer| answer.0 == 200));
}

#[test]
fn a_burst_of_a_thousand_pipelined_requests_starves_nobody() {
    let house = house(Limits::default());
    let mut busy = house.client();
    busy.send(&"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(900));
    let began = Instant::now();
    assert_eq!(house.client().get("/").unwrap().0, 200);
    assert!(began.elapsed() < Duration::from_secs(10));
    for _ in 0..900 {
        assert_eq!(busy.answer().unwrap().0, 200);
    }
}

#[test]
fn only_clients_with_a_certificate_of_the_anchors_are_served() {
    let house = house_for(Limits::default(), |pki| Clients::Certified(vec![pki.anchor()]));
    let own = house.pki.issue("client");
    let length = own.0.len();
    let mut good = house.client_with(Some(own));
    assert_eq!(good.get("/").unwrap().2, format!("GET 0 {length}"));
    assert!(house.client().get("/").is_none(), "no certificate");
    let stranger = Pki::new().issue("client");
    assert!(house.client_with(Some(stranger)).get("/").is_none(), "another authority's certificate");
}

#[test]
fn a_replaced_certificate_counts_for_the_next_connection() {
    let house = house(Limits::default());
    let mut before = house.client();
    assert_eq!(before.get("/").unwrap().0, 200);
    house.identity.replace(Pki::new().config(&Clients::Anybody));
    assert!(house.client().get("/").is_none(), "its certificate is another authority's now");
    assert_eq!(before.get("/").unwrap().0, 200, "an open connection goes on");
}

#[test]
fn a_handler_may_end_the_connection_in_bad_ways() {
    let house = house(Limits::default());
    assert!(house.client().get("/drop").is_none());
    let mut half = house.client();
    half.send("GET /reset HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut bytes = Vec::new();
    assert!(half.0.read_to_end(&mut bytes).is_err(), "a reset, not an end");
    let began = Instant::now();
    assert!(house.client().get("/stall").is_none());
    assert!(began.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_stop_lets_the_exchange_under_way_finish() {
    let house = house(Limits::default());
    let mut idle = house.client();
    assert_eq!(idle.get("/").unwrap().0, 200);
    let mut slow = house.client();
    slow.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    sleep(Duration::from_millis(500));
    let address = house.server.addresses()[0];
    let began = Instant::now();
    house.server.stop();
    assert!(began.elapsed() < Duration::from_secs(10));
    let (status, head, _) = slow.answer().unwrap();
    assert_eq!(status, 200);
    assert!(head.contains("Connection: close"));
    assert!(idle.is_closed());
    assert!(TcpStream::connect(address).is_err());
}

/// Runs one of these tests in a process of its own, which the shell prepares,
/// and gives what it printed.
fn in_a_child(prepare: &str, test: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", &format!("{prepare}; exec \"$0\" --exact --nocapture front::{test}")])
        .arg(std::env::current_exe().unwrap())
        .env("HD4DP_FRONT_CHILD", "1")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.contains("1 passed"), "there is no such test");
    printed
}

/// Whether this process is such a child.
fn is_a_child() -> bool {
    std::env::var_os("HD4DP_FRONT_CHILD").is_some()
}

/// Runs only as a child of the next test, with few descriptors.
#[test]
fn exhausted_descriptors_child() {
    if !is_a_child() {
        return;
    }
    let house = house(Limits::default());
    let mut held = Vec::new();
    while let Ok(tcp) = TcpStream::connect(house.server.addresses()[0]) {
        held.push(tcp);
    }
    assert!(held.len() < 64, "the limit was not reached");
    sleep(Duration::from_millis(300));
    drop(held);
    wait_until("it serves again", || house.client().get("/").is_some_and(|answer| answer.0 == 200));
}

#[cfg(unix)]
#[test]
fn the_listener_outlives_exhausted_descriptors() {
    in_a_child("ulimit -n 64", "exhausted_descriptors_child");
}

#[test]
fn curl_gets_its_answers_over_both_versions_of_tls() {
    let house = house(Limits::default());
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    std::fs::write(&ca, house.pki.ca.pem()).unwrap();
    let big = dir.path().join("big");
    std::fs::write(&big, vec![b'x'; 3 * 1024 * 1024]).unwrap();
    let url = format!("https://localhost:{}/", house.server.addresses()[0].port());
    let curl = |args: &[&str]| {
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--noproxy", "*", "--ipv4", "--cacert"])
            .arg(&ca)
            .args(["--write-out", " %{http_code} %{http_version}"])
            .args(args)
            .arg(&url)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(curl(&["--tls-max", "1.2"]), "GET 0 0 200 1.1");
    assert_eq!(curl(&["--tlsv1.3"]), "GET 0 0 200 1.1");
    assert_eq!(curl(&["--data-binary", "abc"]), "POST 3 0 200 1.1");
    let upload = format!("@{}", big.display());
    assert!(curl(&["--data-binary", &upload]).ends_with(" 413 1.1"), "told, not reset");
    assert!(curl(&["--header", "Expect:", "--data-binary", &upload]).ends_with(" 413 1.1"));
}

#[test]
fn a_session_is_resumed_from_memory() {
    let house = house(Limits::default());
    let dir = tempfile::tempdir().unwrap();
    let session = dir.path().join("session");
    let address = house.server.addresses()[0].to_string();
    let connect = |option: &str| {
        let output = Command::new("sh")
            .args([
                "-c",
                "printf 'GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' | \
                   openssl s_client -ign_eof -connect \"$0\" -servername localhost \"$1\" \"$2\"",
            ])
            .args([address.as_str(), option])
            .arg(&session)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(connect("-sess_out").contains("New, TLSv1.3"));
    assert!(connect("-sess_in").contains("Reused, TLSv1.3"));
}
