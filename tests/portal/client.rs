//! A portal run by the real binary, and people who use it over real TLS.

#![allow(clippy::unwrap_used)]

use std::{
    io::{self, BufRead, BufReader, ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::{Child, Stdio},
    sync::Arc,
};

use hd4dp::{
    certificate::server,
    domain::{
        account::{AccountId, Actor, Temporary},
        member::Grant,
        organisation::Organisation,
        role::Role,
        session::Limits,
    },
    front::provider,
    store::{Store, account, manager, member, organisation, session},
};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, pki_types::CertificateDer};
use socket2::{Domain, Socket, Type};
use x509_cert::der::{DecodePem, Encode};

use crate::common::TestApp;

/// A running portal; it is killed when this is dropped.
pub struct Portal {
    pub app: TestApp,
    pub store: Store,
    pub address: SocketAddr,
    process: Child,
    tls: Arc<ClientConfig>,
}

/// Somebody's browser: a connection that stays open, and cookies.
pub struct Person {
    pub account: Option<AccountId>,
    pub cookies: Vec<(String, String)>,
    pub csrf: String,
    tls: Arc<ClientConfig>,
    address: SocketAddr,
    connection: Option<Connection>,
}

/// TLS to the portal.
pub type Connection = StreamOwned<ClientConnection, TcpStream>;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Portal {
    /// A portal on an installation with one organisation.
    pub fn start() -> Self {
        Self::start_on(TestApp::new())
    }

    /// A portal on `app`.
    pub fn start_on(app: TestApp) -> Self {
        Self::of(app, &[])
    }

    /// A portal on `app`; `before` stands before the verb.
    pub fn of(app: TestApp, before: &[&str]) -> Self {
        let mut arguments = before.to_vec();
        arguments.extend(["serve", "--listen", "127.0.0.1:0"]);
        let empty = app.path("empty");
        std::fs::create_dir_all(&empty).unwrap();
        let mut command = app.command(arguments);
        command.current_dir(empty);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut log = std::fs::File::create(app.path("serve.log")).unwrap();
        let address = loop {
            let line = lines.next().expect("the portal tells where it listens").unwrap();
            writeln!(log, "{line}").unwrap();
            if let Some((_, address)) =
                line.split_once("the appliance runs").and_then(|(_, rest)| rest.split_once("address="))
            {
                break address.trim().parse().unwrap();
            }
        };
        // The log goes on, and must not fill its pipe.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _written = writeln!(log, "{line}");
            }
        });
        let store = Store::open(&app.data()).unwrap();
        let pem = server::authority(&store).unwrap().expect("made at the first start");
        let certificate = x509_cert::Certificate::from_pem(pem).unwrap().to_der().unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(certificate)).unwrap();
        let tls = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { app, store, address, process, tls: Arc::new(tls) }
    }

    /// Kills the portal as `kill -9` does, and starts another in its place.
    pub fn restarted(mut self) -> Self {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        Self::start_on(std::mem::replace(&mut self.app, TestApp::bare()))
    }

    /// The number of its process, which still runs.
    pub fn process(&mut self) -> u32 {
        assert!(self.process.try_wait().unwrap().is_none(), "it has ended");
        self.process.id()
    }

    /// What the log says so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.app.path("serve.log")).unwrap_or_default()
    }

    /// Another organisation.
    pub fn organisation(&self, nihdi: &str, title: &str) -> Organisation {
        let run = self.app.run(["organisation", "add", nihdi, title]);
        assert!(run.status == 0 || run.status == 1, "{}", run.stderr);
        self.group(nihdi)
    }

    /// The organisation with this number.
    pub fn group(&self, nihdi: &str) -> Organisation {
        let nihdi = hd4dp::domain::identifier::Nihdi::stored(nihdi.to_owned()).unwrap();
        self.store.read(|tx| organisation::by_nihdi(tx, &nihdi)).unwrap()
    }

    /// Somebody who is not logged in.
    pub fn stranger(&self) -> Person {
        Person {
            account: None,
            cookies: Vec::new(),
            csrf: String::new(),
            tls: Arc::clone(&self.tls),
            address: self.address,
            connection: None,
        }
    }

    /// A User Manager who is logged in.
    pub fn manager(&self, email: &str) -> Person {
        let by = Actor::System("test".into());
        let id = self.store.write(|tx| manager::add(tx, &by, email, &no_password())).unwrap();
        self.arrived(id)
    }

    /// A member with these roles who is logged in; study roles are for INTEGO.
    pub fn member(&self, group: &Organisation, email: &str, roles: &[Role]) -> Person {
        let by = Actor::System("test".into());
        let grants: Vec<_> = roles
            .iter()
            .map(|role| match role.has_projects() {
                true => Grant::of_projects(*role, &["HDBP0147"]),
                false => Grant::new(*role),
            })
            .collect();
        let id = self
            .store
            .write(|tx| match account::by_email(tx, email)? {
                Some(known) => member::add(tx, &by, group.id, known.id, &grants).map(|()| known.id),
                None => member::add_new(tx, &by, group.id, email, &no_password(), &grants),
            })
            .unwrap();
        self.arrived(id)
    }

    /// The person of an account, logged in without a password.
    pub fn arrived(&self, id: AccountId) -> Person {
        let token = self
            .store
            .write(|tx| {
                hd4dp::store::password::change(tx, id, "none")?;
                Ok(session::open(tx, id, true, "127.0.0.1", "test", Limits::default())?.0)
            })
            .unwrap();
        let cookies = vec![("__Host-hd4dp-session".to_owned(), token.text().to_owned())];
        Person { account: Some(id), cookies, csrf: token.csrf(self.store.keys()), ..self.stranger() }
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _ended = self.process.wait();
    }
}

fn no_password() -> Temporary {
    Temporary::new("none".into(), hd4dp::clock::now().as_millisecond())
}

impl Person {
    /// Asks for a page.
    pub fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    /// Sends a form, with the token that pages of this person carry.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let fields = fields.iter().copied().chain([("csrf", csrf.as_str())]);
        let body: Vec<_> = fields.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.send(
            "POST",
            path,
            &[("Content-Type", "application/x-www-form-urlencoded")],
            body.join("&").as_bytes(),
        )
    }

    /// Sends a form with a file, as browsers do.
    pub fn post_file(&mut self, path: &str, fields: &[(&str, &str)], file: (&str, &str, &[u8])) -> Answer {
        let csrf = self.csrf.clone();
        let mut body = Vec::new();
        for (name, value) in [("csrf", csrf.as_str())].iter().chain(fields) {
            body.extend_from_slice(
                format!("--x7x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .as_bytes(),
            );
        }
        let (field, name, bytes) = file;
        let head = format!(
            "--x7x\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend([head.as_bytes(), bytes, b"\r\n--x7x--\r\n"].concat());
        self.send("POST", path, &[("Content-Type", "multipart/form-data; boundary=x7x")], &body)
    }

    /// Sends a request as given. Cookies are added, and kept from the answer.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
        if !cookies.is_empty() {
            text.push_str(&format!("Cookie: {}\r\n", cookies.join("; ")));
        }
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if method == "POST" {
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        let mut connection = self.connection.take().unwrap_or_else(|| self.connect());
        // A server that refuses may answer before it has the whole request.
        let _sent = connection.write_all(text.as_bytes()).and_then(|()| connection.write_all(body));
        let answer = Answer::read(&mut Incoming(&mut connection), method);
        if answer.header("connection") != Some("close") {
            self.connection = Some(connection);
        }
        for (_, value) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, rest) = value.split_once('=').unwrap();
            let kept = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !kept.is_empty() {
                self.cookies.push((name.to_owned(), kept.to_owned()));
            }
        }
        if let Some(csrf) =
            answer.text().split_once("name=\"csrf\" value=\"").map(|(_, rest)| rest.to_owned())
        {
            self.csrf = csrf.split('"').next().unwrap().to_owned();
        }
        answer
    }

    /// Closes the connection; the next request opens another.
    pub fn hang_up(&mut self) {
        self.connection = None;
    }

    /// Announces a form with a file of `length` bytes and sends none of them.
    pub fn announce(&mut self, path: &str, length: u64) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n",
            cookies.join("; ")
        );
        let mut connection = self.connect();
        connection.write_all(text.as_bytes()).unwrap();
        Answer::read(&mut connection, "POST")
    }

    /// A new connection from this address of this machine.
    pub fn connect_from(&self, from: Ipv4Addr) -> Connection {
        let tls = ClientConnection::new(Arc::clone(&self.tls), "localhost".try_into().unwrap()).unwrap();
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
        socket.connect(&self.address.into()).unwrap();
        let tcp = TcpStream::from(socket);
        tcp.set_nodelay(true).unwrap();
        StreamOwned::new(tls, tcp)
    }

    fn connect(&self) -> Connection {
        self.connect_from(Ipv4Addr::LOCALHOST)
    }
}

/// What comes in, whatever became of what was to go out.
struct Incoming<'a>(&'a mut Connection);

impl Read for Incoming<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let StreamOwned { conn, sock } = &mut *self.0;
        loop {
            match conn.reader().read(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    conn.read_tls(sock)?;
                    conn.process_new_packets().map_err(io::Error::other)?;
                }
                read => return read,
            }
        }
    }
}

impl Answer {
    /// The answer to a form that was sent by hand.
    pub fn to_post(connection: &mut Connection) -> Self {
        Self::read(&mut Incoming(connection), "POST")
    }

    fn read(stream: &mut impl Read, method: &str) -> Self {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let text = String::from_utf8(head).unwrap();
        let mut lines = text.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut answer = Self { status, headers, body: Vec::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        if method != "HEAD" {
            answer.body.resize(length, 0);
            stream.read_exact(&mut answer.body).unwrap();
        }
        answer
    }

    /// The first header field of this name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Where it sends the browser.
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }
}

/// A value as it stands in a form or in an address.
pub fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}
