//! The HTTPS client against a small server with every fault it may meet.

#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use hd4dp::certificate::Credential;
use hd4dp::domain::organisation::OrganisationId;
use hd4dp::transfer::address::{ProxyUrl, ServiceUrl};
use hd4dp::transfer::client::{Client, Clients, Service, Timeouts};
use hd4dp::transfer::failure::Failure;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, date_time_ymd,
};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{HandshakeKind, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// A certificate authority of the test.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: Vec<u8>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { issuer: Issuer::new(params, key), der }
    }

    fn server(&self, names: &[&str], until: i32) -> (Vec<u8>, KeyPair) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().der().to_vec(), key)
    }

    fn hospital(&self, key: KeyPair) -> Credential {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "NIHII-HOSPITAL=71099911, HD4DP");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let leaf = params.signed_by(&key, &self.issuer).unwrap().der().to_vec();
        Credential::new(&key.serialize_der(), vec![leaf], Vec::new()).unwrap()
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.der.clone())).unwrap();
        roots
    }
}

/// What the server does with a request.
#[derive(Clone)]
enum Reply {
    /// Reads it and answers these bytes.
    Answer(Vec<u8>),
    /// Reads it, answers these bytes, and closes.
    AnswerAndClose(Vec<u8>),
    /// Answers after the head, without reading the body, and closes.
    Early(Vec<u8>),
    /// Reads it and cuts the connection after these bytes of an answer.
    Cut(Vec<u8>),
    /// Says nothing for so long.
    Wait(Duration),
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn ok() -> Reply {
    Reply::Answer(answer("200 OK", "", "{}"))
}

/// What the server saw.
#[derive(Default)]
struct Seen {
    /// Head and body of each request.
    requests: Vec<(String, Vec<u8>)>,
    /// For each connection whether its handshake was full or resumed.
    handshakes: Vec<HandshakeKind>,
    /// The certificates that the last client showed.
    client: Vec<Vec<u8>>,
}

struct Server {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    /// Gives the replies one after the other, the last again and again.
    fn start(config: ServerConfig, replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (config, replies) = (Arc::new(config), Arc::new(Mutex::new(VecDeque::from(replies))));
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (config, replies, seen) =
                    (Arc::clone(&config), Arc::clone(&replies), Arc::clone(&shared));
                thread::spawn(move || serve(socket, config, &replies, &seen));
            }
        });
        Self { port, seen }
    }

    fn requests(&self) -> usize {
        self.seen.lock().unwrap().requests.len()
    }
}

fn serve(
    mut socket: TcpStream,
    config: Arc<ServerConfig>,
    replies: &Mutex<VecDeque<Reply>>,
    seen: &Mutex<Seen>,
) -> Option<()> {
    // What is held back to be sent together with more is lost when the connection is cut.
    socket.set_nodelay(true).ok()?;
    let mut tls = ServerConnection::new(config).unwrap();
    while tls.is_handshaking() {
        // An error has put an alert into the outgoing buffer.
        if tls.complete_io(&mut socket).is_err() {
            tls.write_tls(&mut socket).ok();
            return None;
        }
    }
    {
        let mut seen = seen.lock().unwrap();
        seen.handshakes.push(tls.handshake_kind().unwrap());
        let certificates = tls.peer_certificates().unwrap_or_default();
        seen.client = certificates.iter().map(|certificate| certificate.to_vec()).collect();
    }
    let mut stream = BufReader::new(StreamOwned::new(tls, socket));
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let reply = {
            let mut replies = replies.lock().unwrap();
            if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }
        }?;
        if let Reply::Early(bytes) = reply {
            stream.get_mut().write_all(&bytes).ok()?;
            stream.get_mut().conn.send_close_notify();
            stream.get_mut().flush().ok()?;
            return None;
        }
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        stream.read_exact(&mut body).ok()?;
        seen.lock().unwrap().requests.push((head, body));
        match reply {
            Reply::Answer(bytes) => stream.get_mut().write_all(&bytes).ok()?,
            Reply::AnswerAndClose(bytes) => {
                stream.get_mut().write_all(&bytes).ok()?;
                stream.get_mut().conn.send_close_notify();
                stream.get_mut().flush().ok()?;
                return None;
            }
            Reply::Cut(bytes) => {
                stream.get_mut().write_all(&bytes).ok()?;
                return None;
            }
            Reply::Wait(time) => thread::sleep(time),
            Reply::Early(_) => {}
        }
    }
}

/// Everything that a test needs, for one service.
struct Setting {
    services: Authority,
    clients: Authority,
}

impl Setting {
    fn new() -> Self {
        Self { services: Authority::new("Fictief services"), clients: Authority::new("Fictief eHealth") }
    }

    fn config(&self, versions: &[&'static rustls::SupportedProtocolVersion]) -> ServerConfig {
        self.config_with(self.services.server(&["localhost", "127.0.0.1"], 2040), &self.clients, versions)
    }

    fn config_with(
        &self,
        (certificate, key): (Vec<u8>, KeyPair),
        clients: &Authority,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> ServerConfig {
        let provider = Arc::new(default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(clients.roots()), Arc::clone(&provider))
                .build()
                .unwrap();
        ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                vec![CertificateDer::from(certificate)],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .unwrap()
    }

    fn server(&self, replies: Vec<Reply>) -> Server {
        Server::start(self.config(rustls::ALL_VERSIONS), replies)
    }

    fn credential(&self) -> Credential {
        self.clients.hospital(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap())
    }

    fn service(&self, port: u16) -> Service {
        Service {
            url: ServiceUrl::parse(&format!("https://localhost:{port}")).unwrap(),
            anchors: vec![self.services.der.clone()],
            proxy: None,
            timeouts: Timeouts::default(),
        }
    }

    fn client(&self, server: &Server) -> Client {
        Client::new(&self.service(server.port), &self.credential()).unwrap()
    }
}

const DIGEST: &str = "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:";

fn put(client: &Client, body: &[u8]) -> Result<u16, Failure> {
    client.put("/v1/batches/b/registrations", "application/cms", DIGEST, body).map(|answer| answer.status)
}

#[test]
fn a_request_arrives_whole_in_the_name_of_the_organisation() {
    let setting = Setting::new();
    for key in [&PKCS_ECDSA_P256_SHA256, &PKCS_RSA_SHA256] {
        let server = setting.server(vec![Reply::Answer(answer("202 Accepted", "", r#"{"receipt":"r"}"#))]);
        let mut service = setting.service(server.port);
        service.url = ServiceUrl::parse(&format!("https://127.0.0.1:{}/hd/", server.port)).unwrap();
        let credential = setting.clients.hospital(KeyPair::generate_for(key).unwrap());
        let client = Client::new(&service, &credential).unwrap();
        let body: Vec<u8> = (0..300_000_u32).map(|place| place as u8).collect();
        let answer = client.put("/v1/batches/b/registrations", "application/cms", DIGEST, &body).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (202, &br#"{"receipt":"r"}"#[..]));
        assert_eq!((answer.retry_after, answer.clock_skew), (None, None));

        let seen = server.seen.lock().unwrap();
        let (head, received) = &seen.requests[0];
        assert!(head.starts_with("PUT /hd/v1/batches/b/registrations HTTP/1.1\r\n"), "{head}");
        assert!(head.contains(&format!("\r\nHost: 127.0.0.1:{}\r\n", server.port)), "{head}");
        assert!(head.contains("\r\nContent-Type: application/cms\r\n"), "{head}");
        assert!(head.contains(&format!("\r\nContent-Digest: {DIGEST}\r\n")), "{head}");
        assert_eq!(*received, body);
        assert_eq!(seen.client, credential.chain);
    }
}

#[test]
fn both_versions_of_tls_are_spoken() {
    let setting = Setting::new();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let server = Server::start(setting.config(&[version]), vec![ok()]);
        assert_eq!(put(&setting.client(&server), b"body"), Ok(200));
    }
}

#[test]
fn openssl_is_content_with_the_handshake() {
    let setting = Setting::new();
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = setting.services.server(&["localhost"], 2040);
    std::fs::write(folder.path().join("server.der"), certificate).unwrap();
    std::fs::write(folder.path().join("server.key"), key.serialize_pem()).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut openssl = Command::new("openssl")
        .args(["s_server", "-www", "-Verify", "1", "-cert", "server.der", "-key", "server.key", "-accept"])
        .arg(port.to_string())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() && started.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(20));
    }
    let answer = Client::new(&setting.service(port), &setting.credential()).unwrap().get("/");
    openssl.kill().unwrap();
    openssl.wait().unwrap();
    let answer = answer.unwrap();
    let page = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status, 200);
    assert!(page.contains("TLSv1.3") && page.contains("NIHII-HOSPITAL=71099911"), "{page}");
}

#[test]
fn a_connection_carries_many_requests_and_is_opened_anew_when_it_was_closed() {
    let setting = Setting::new();
    let closing = Reply::AnswerAndClose(answer("200 OK", "", "{}"));
    let server = setting.server(vec![ok(), ok(), closing, ok()]);
    let client = setting.client(&server);
    for _ in 0..3 {
        assert_eq!(put(&client, b"body"), Ok(200));
    }
    assert_eq!(server.seen.lock().unwrap().handshakes.len(), 1);
    thread::sleep(Duration::from_millis(50));
    assert_eq!(put(&client, &vec![7; 300_000]), Ok(200), "nobody notices that it was closed while idle");
    assert_eq!(server.seen.lock().unwrap().handshakes.len(), 2);
    assert_eq!(server.requests(), 4);
}

#[test]
fn sessions_are_resumed_by_the_same_client_and_by_no_other() {
    let setting = Setting::new();
    let server = setting.server(vec![Reply::Answer(answer("200 OK", "Connection: close\r\n", "{}"))]);
    let hospital = setting.client(&server);
    let laboratory = setting.client(&server);
    for client in [&hospital, &hospital, &laboratory] {
        assert_eq!(put(client, b"body"), Ok(200));
    }
    let handshakes = &server.seen.lock().unwrap().handshakes;
    assert_eq!(handshakes[0], HandshakeKind::Full);
    assert_eq!(handshakes[1], HandshakeKind::Resumed);
    assert_eq!(handshakes[2], HandshakeKind::Full);
}

#[test]
fn a_client_is_kept_until_its_certificate_or_its_service_changes() {
    let setting = Setting::new();
    let (service, credential) = (setting.service(443), setting.credential());
    let clients = Clients::default();
    let get = |organisation, service: &Service, credential: &Credential| {
        clients.get(OrganisationId(organisation), "platform", service, credential).unwrap()
    };
    let first = get(1, &service, &credential);
    assert!(Arc::ptr_eq(&first, &get(1, &service, &credential)));
    assert!(!Arc::ptr_eq(&first, &get(2, &service, &credential)));
    let renewed = get(1, &service, &setting.credential());
    assert!(!Arc::ptr_eq(&first, &renewed));
    let moved = Service { url: ServiceUrl::parse("https://other.example").unwrap(), ..service };
    assert!(!Arc::ptr_eq(&renewed, &get(1, &moved, &credential)));
}

#[test]
fn only_configured_authorities_names_and_dates_are_trusted() {
    let setting = Setting::new();
    let stranger = Authority::new("Stranger");
    for (certificate, expected) in [
        (setting.services.server(&["elsewhere.example"], 2040), Failure::TlsName),
        (stranger.server(&["localhost"], 2040), Failure::TlsUntrusted),
        (setting.services.server(&["localhost"], 2020), Failure::TlsExpired),
    ] {
        let config = setting.config_with(certificate, &setting.clients, rustls::ALL_VERSIONS);
        let server = Server::start(config, vec![ok()]);
        assert_eq!(put(&setting.client(&server), b"body"), Err(expected));
        assert_eq!(server.requests(), 0, "nothing was sent");
    }
    let nothing = Service { anchors: Vec::new(), ..setting.service(443) };
    assert_eq!(Client::new(&nothing, &setting.credential()).err().unwrap().id, "transfer-anchors");
    let nonsense = Service { anchors: vec![b"nonsense".to_vec()], ..setting.service(443) };
    assert_eq!(Client::new(&nonsense, &setting.credential()).err().unwrap().id, "transfer-anchors");
}

#[test]
fn a_refused_certificate_is_told_from_a_cut_connection() {
    let setting = Setting::new();
    let others = Authority::new("Fictief eHealth of somebody else");
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        for size in [10, 5_000_000] {
            let certificate = setting.services.server(&["localhost"], 2040);
            let server = Server::start(setting.config_with(certificate, &others, &[version]), vec![ok()]);
            let outcome = put(&setting.client(&server), &vec![7; size]);
            assert_eq!(outcome, Err(Failure::TlsClientRefused), "{version:?} {size}");
        }
    }
}

#[test]
fn a_server_without_tls_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let setting = Setting::new();
    let service = setting.service(listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").ok();
            socket.read(&mut [0; 1024]).ok();
        }
    });
    let client = Client::new(&service, &setting.credential()).unwrap();
    assert_eq!(put(&client, b"body"), Err(Failure::Tls));
}

#[test]
fn redirects_are_not_followed() {
    let setting = Setting::new();
    let elsewhere = setting.server(vec![ok()]);
    let location = format!("Location: https://localhost:{}/\r\n", elsewhere.port);
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
        let server = setting.server(vec![Reply::Answer(answer(status, &location, ""))]);
        let client = setting.client(&server);
        assert_eq!(put(&client, b"body"), Ok(status[..3].parse().unwrap()));
        assert_eq!(client.get("/").unwrap().status.to_string(), status[..3]);
    }
    assert_eq!(elsewhere.requests(), 0);
}

#[test]
fn retry_after_and_the_clock_are_read() {
    let setting = Setting::new();
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for (header, expected) in
        [("Retry-After: 17\r\n", 17), ("Retry-After: Sun, 06 Nov 1994 08:51:37 GMT\r\n", 120)]
    {
        let reply = answer("503 Service Unavailable", &format!("{date}{header}"), "");
        let server = setting.server(vec![Reply::Answer(reply)]);
        let answer = setting.client(&server).get("/v1/batches/b").unwrap();
        assert_eq!(answer.status, 503);
        assert_eq!(answer.retry_after, Some(Duration::from_secs(expected)));
        assert!(answer.clock_skew.unwrap().as_hours() < -24 * 365 * 30);
    }
}

#[test]
fn each_phase_has_its_own_limit() {
    let setting = Setting::new();
    let limit = Duration::from_millis(300);
    let (credential, started) = (setting.credential(), Instant::now());

    let server = setting.server(vec![Reply::Wait(Duration::from_secs(5))]);
    let mut service = setting.service(server.port);
    service.timeouts.answer = limit;
    assert_eq!(put(&Client::new(&service, &credential).unwrap(), b"body"), Err(Failure::TimeoutAnswer));

    let half = Reply::Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_vec());
    let server = setting.server(vec![half]);
    let mut service = setting.service(server.port);
    service.timeouts.body = limit;
    assert_eq!(put(&Client::new(&service, &credential).unwrap(), b"body"), Err(Failure::TimeoutAnswer));

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut service = setting.service(silent.local_addr().unwrap().port());
    service.timeouts.tls = limit;
    assert_eq!(put(&Client::new(&service, &credential).unwrap(), b"body"), Err(Failure::TimeoutTls));
    assert!(started.elapsed() < Duration::from_secs(4), "no limit waited for another");

    let mut service = setting.service(deaf(&setting));
    service.timeouts.send = limit;
    let outcome = put(&Client::new(&service, &credential).unwrap(), &vec![7; 50_000_000]);
    assert_eq!(outcome, Err(Failure::TimeoutSend));
}

/// A server that shakes hands and then reads nothing any more.
fn deaf(setting: &Setting) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Arc::new(setting.config(rustls::ALL_VERSIONS));
    thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut tls = ServerConnection::new(config).unwrap();
        while tls.is_handshaking() {
            tls.complete_io(&mut socket).unwrap();
        }
        thread::sleep(Duration::from_secs(10));
    });
    port
}

#[test]
fn a_cut_connection_is_told_wherever_it_is_cut() {
    let setting = Setting::new();
    for part in ["", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"] {
        let server = setting.server(vec![Reply::Cut(part.as_bytes().to_vec())]);
        assert_eq!(put(&setting.client(&server), b"body"), Err(Failure::Reset), "{part}");
        assert_eq!(server.requests(), 1, "a fresh connection is not tried twice");
    }
    let server = setting.server(vec![ok(), Reply::Cut(b"HTTP/1.1 20".to_vec())]);
    let client = setting.client(&server);
    assert_eq!(put(&client, b"body"), Ok(200));
    assert_eq!(put(&client, b"body"), Err(Failure::Reset), "an answer had begun");
    assert_eq!(server.requests(), 2);
}

#[test]
fn an_answer_that_comes_before_the_body_was_read_is_not_lost() {
    let setting = Setting::new();
    let server = setting.server(vec![Reply::Early(answer("413 Content Too Large", "", "{}"))]);
    assert_eq!(put(&setting.client(&server), &vec![7; 50_000_000]), Ok(413));
}

#[test]
fn answers_end_where_they_say() {
    let setting = Setting::new();
    let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: t\r\n\r\n";
    let body = |reply| {
        let server = setting.server(vec![reply]);
        let client = setting.client(&server);
        let first = client.get("/").map(|answer| String::from_utf8(answer.body).unwrap())?;
        assert_eq!(client.get("/").unwrap().body, first.as_bytes(), "and the next one starts there");
        Ok::<_, Failure>(first)
    };
    let bytes = |text: &str| text.as_bytes().to_vec();
    assert_eq!(body(Reply::Answer(bytes(chunked))), Ok("abcde".to_owned()));
    let interim =
        ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", chunked].concat();
    assert_eq!(body(Reply::Answer(bytes(&interim))), Ok("abcde".to_owned()));
    let to_end = "HTTP/1.0 200 OK\r\n\r\nuntil the end";
    assert_eq!(body(Reply::AnswerAndClose(bytes(to_end))), Ok("until the end".to_owned()));
    assert_eq!(body(Reply::Answer(bytes("HTTP/1.1 204 No Content\r\n\r\n"))), Ok(String::new()));

    let large = "x".repeat(1024 * 1024 + 1);
    for (answer, expected) in [
        (answer("200 OK", "", &large), Failure::TooLarge),
        (
            bytes(&format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", u64::MAX)),
            Failure::TooLarge,
        ),
        (bytes("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), Failure::TooLarge),
        (bytes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), Failure::Protocol),
        (bytes("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), Failure::Protocol),
        (bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"), Failure::Protocol),
        (
            bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"),
            Failure::Protocol,
        ),
        (bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"), Failure::Protocol),
        (bytes("HTTP/1.1 101 Switching Protocols\r\n\r\n"), Failure::Protocol),
        (bytes("SSH-2.0-OpenSSH_9.2\r\n\r\n"), Failure::Protocol),
        (bytes(&format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(20_000))), Failure::Protocol),
        (bytes(&format!("HTTP/1.0 200 OK\r\n\r\n{large}")), Failure::TooLarge),
    ] {
        let server = setting.server(vec![Reply::AnswerAndClose(answer.clone())]);
        let outcome = setting.client(&server).get("/").map(|answer| answer.status);
        assert_eq!(outcome, Err(expected), "{}", String::from_utf8_lossy(&answer[..answer.len().min(90)]));
    }
}

#[test]
fn a_service_that_is_not_there_is_told_from_a_name_that_is_not_known() {
    let setting = Setting::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let service = setting.service(closed);
    let credential = setting.credential();
    assert_eq!(put(&Client::new(&service, &credential).unwrap(), b""), Err(Failure::Connect));
    let unknown = Service { url: ServiceUrl::parse("https://platform.invalid").unwrap(), ..service };
    assert_eq!(put(&Client::new(&unknown, &credential).unwrap(), b""), Err(Failure::Dns));
}

/// A forward proxy; with a password it wants `jan:p@ss`. Gives its port and
/// what it was asked for.
fn proxy(refusal: Option<&'static str>, password: bool) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&asked);
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut lines = BufReader::new(socket.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                lines.read_line(&mut head).unwrap();
            }
            let authorised = head.contains("\r\nProxy-Authorization: Basic amFuOnBAc3M=\r\n");
            let target = head.split(' ').nth(1).unwrap().to_owned();
            shared.lock().unwrap().push(head);
            let refusal =
                refusal.or((password && !authorised).then_some("407 Proxy Authentication Required"));
            if let Some(refusal) = refusal {
                socket
                    .write_all(format!("HTTP/1.1 {refusal}\r\nContent-Length: 0\r\n\r\n").as_bytes())
                    .unwrap();
                continue;
            }
            let mut service = TcpStream::connect(target).unwrap();
            socket.write_all(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n").unwrap();
            let (mut upwards, mut from) = (service.try_clone().unwrap(), socket.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from, &mut upwards));
            thread::spawn(move || std::io::copy(&mut service, &mut socket));
        }
    });
    (port, asked)
}

#[test]
fn a_proxy_is_asked_for_a_tunnel_with_and_without_a_password() {
    let setting = Setting::new();
    let server = setting.server(vec![ok()]);
    let through = |proxy: &str| {
        let proxy = Some(ProxyUrl::parse(proxy).unwrap());
        let service = Service { proxy, ..setting.service(server.port) };
        put(&Client::new(&service, &setting.credential()).unwrap(), &vec![7; 300_000])
    };
    let (open, asked) = proxy(None, false);
    assert_eq!(through(&format!("http://127.0.0.1:{open}")), Ok(200));
    let head = asked.lock().unwrap()[0].clone();
    assert!(head.starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", server.port)), "{head}");
    assert!(!head.contains("Authorization"), "{head}");

    let (locked, _) = proxy(None, true);
    assert_eq!(through(&format!("http://jan:p%40ss@127.0.0.1:{locked}")), Ok(200));
    assert_eq!(through(&format!("http://jan:wrong@127.0.0.1:{locked}")), Err(Failure::ProxyLogin));
    assert_eq!(through(&format!("http://127.0.0.1:{locked}")), Err(Failure::ProxyLogin));

    let (refusing, _) = proxy(Some("403 Forbidden"), false);
    assert_eq!(through(&format!("http://127.0.0.1:{refusing}")), Err(Failure::ProxyRefused));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(through(&format!("http://127.0.0.1:{closed}")), Err(Failure::Proxy));
    assert_eq!(through("http://proxy.invalid"), Err(Failure::Proxy));
}
