//! A service, an authority and a forward proxy for the tests of the client,
//! with every fault on demand.

#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use hd4dp::certificate::Credential;
use hd4dp::transfer::address::ServiceUrl;
use hd4dp::transfer::client::{Client, Service, Timeouts};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, date_time_ymd,
};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{HandshakeKind, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// A certificate authority of the test.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub der: Vec<u8>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { issuer: Issuer::new(params, key), der }
    }

    pub fn server(&self, names: &[&str], until: i32) -> (Vec<u8>, KeyPair) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().der().to_vec(), key)
    }

    /// A certificate in PEM that messages can be sealed for until that year.
    pub fn encryption(&self, until: i32) -> String {
        let mut params = CertificateParams::default();
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        params.signed_by(&key, &self.issuer).unwrap().pem()
    }

    pub fn hospital(&self, key: KeyPair) -> Credential {
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
pub enum Reply {
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

pub fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

pub fn ok() -> Reply {
    Reply::Answer(answer("200 OK", "", "{}"))
}

/// What the server saw.
#[derive(Default)]
pub struct Seen {
    /// Head and body of each request.
    pub requests: Vec<(String, Vec<u8>)>,
    /// For each connection whether its handshake was full or resumed.
    pub handshakes: Vec<HandshakeKind>,
    /// The certificates that the last client showed.
    pub client: Vec<Vec<u8>>,
}

pub struct Server {
    pub port: u16,
    pub seen: Arc<Mutex<Seen>>,
}

impl Server {
    /// Gives the replies one after the other, the last again and again.
    pub fn start(config: ServerConfig, replies: Vec<Reply>) -> Self {
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

    pub fn requests(&self) -> usize {
        self.seen.lock().unwrap().requests.len()
    }
}

pub fn serve(
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
pub struct Setting {
    pub services: Authority,
    pub clients: Authority,
}

impl Setting {
    pub fn new() -> Self {
        Self { services: Authority::new("Fictief services"), clients: Authority::new("Fictief eHealth") }
    }

    pub fn config(&self, versions: &[&'static rustls::SupportedProtocolVersion]) -> ServerConfig {
        self.config_with(self.services.server(&["localhost", "127.0.0.1"], 2040), &self.clients, versions)
    }

    pub fn config_with(
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

    pub fn server(&self, replies: Vec<Reply>) -> Server {
        Server::start(self.config(rustls::ALL_VERSIONS), replies)
    }

    pub fn credential(&self) -> Credential {
        self.clients.hospital(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap())
    }

    pub fn service(&self, port: u16) -> Service {
        Service {
            url: ServiceUrl::parse(&format!("https://localhost:{port}")).unwrap(),
            anchors: vec![self.services.der.clone()],
            proxy: None,
            timeouts: Timeouts::default(),
        }
    }

    pub fn client(&self, server: &Server) -> Client {
        Client::new(&self.service(server.port), &self.credential()).unwrap()
    }
}

/// A server that shakes hands and then reads nothing any more.
pub fn deaf(setting: &Setting) -> u16 {
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

/// A forward proxy; with a password it wants `jan:p@ss`. Gives its port and
/// what it was asked for.
pub fn proxy(refusal: Option<&'static str>, password: bool) -> (u16, Arc<Mutex<Vec<String>>>) {
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
