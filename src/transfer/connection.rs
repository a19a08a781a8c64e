//! One TLS connection to a service: name, TCP, proxy, handshake, each with its
//! own time limit.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, Stream};

use super::address::{Endpoint, ProxyUrl};
use super::client::Timeouts;
use super::failure::{Failure, Phase};

/// The most that a proxy may say before the tunnel is open.
const MAX_PROXY_ANSWER: usize = 8 * 1024;

/// A connection after its handshake.
pub(super) struct Connection {
    socket: Timed,
    tls: ClientConnection,
    /// When it was last of use.
    pub idle_since: Instant,
}

impl Connection {
    /// Connects to `endpoint`, through `proxy` if there is one.
    pub fn open(
        endpoint: &Endpoint,
        proxy: Option<&ProxyUrl>,
        tls: &Arc<ClientConfig>,
        timeouts: &Timeouts,
    ) -> Result<Self, Failure> {
        let socket = match proxy {
            Some(proxy) => tunnel(endpoint, proxy, timeouts)?,
            None => connect(endpoint, timeouts)?,
        };
        let mut socket = Timed { socket, deadline: Instant::now() + timeouts.tls };
        let name = ServerName::try_from(endpoint.host.clone()).map_err(|_| Failure::Dns)?;
        let mut tls = ClientConnection::new(Arc::clone(tls), name).map_err(|_| Failure::Tls)?;
        while tls.is_handshaking() {
            if let Err(error) = tls.complete_io(&mut socket) {
                return Err(match Failure::of_io(&error, Phase::Handshake) {
                    Failure::Reset => last_alert(&mut tls, &mut socket).unwrap_or(Failure::Reset),
                    failure => failure,
                });
            }
        }
        Ok(Self { socket, tls, idle_since: Instant::now() })
    }

    /// The version of TLS that was agreed on.
    pub fn version(&self) -> Option<ProtocolVersion> {
        self.tls.protocol_version()
    }

    /// Whether the other side neither closed it nor said anything since it was
    /// last of use.
    pub fn is_quiet(&self) -> bool {
        let socket = &self.socket.socket;
        let quiet = socket.set_nonblocking(true).and_then(|()| socket.peek(&mut [0]));
        socket.set_nonblocking(false).is_ok()
            && quiet.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }

    /// Gives what follows `limit` from now.
    pub fn within(&mut self, limit: Duration) -> &mut Self {
        self.socket.deadline = Instant::now() + limit;
        self
    }

    /// Sends all of the pieces.
    pub fn send(&mut self, pieces: &[&[u8]]) -> io::Result<()> {
        let mut stream = Stream::new(&mut self.tls, &mut self.socket);
        pieces.iter().try_for_each(|piece| stream.write_all(piece))?;
        stream.flush()
    }
}

/// Reads without first sending what is still to be sent, as the library's own
/// stream would: after sending failed, this still finds what the other side
/// said before it stopped listening.
impl Read for Connection {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.tls.reader().read(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                outcome => return outcome,
            }
            self.tls.read_tls(&mut self.socket)?;
            let processed = self.tls.process_new_packets();
            processed.map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        }
    }
}

/// What the other side said before it cut the connection.
fn last_alert(tls: &mut ClientConnection, socket: &mut Timed) -> Option<Failure> {
    while tls.read_tls(socket).ok()? > 0 {
        if let Err(error) = tls.process_new_packets() {
            return Some(Failure::of_tls(&error));
        }
    }
    None
}

/// Resolves the name and tries its addresses in turn.
fn connect(endpoint: &Endpoint, timeouts: &Timeouts) -> Result<TcpStream, Failure> {
    let addresses = resolve(endpoint, timeouts.resolve)?;
    let deadline = Instant::now() + timeouts.connect;
    let mut failure = Failure::Dns;
    for (place, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        // An address that does not answer must leave time for those after it.
        let share = left / (addresses.len() - place) as u32;
        if share.is_zero() {
            return Err(Failure::TimeoutConnect);
        }
        match TcpStream::connect_timeout(address, share).and_then(|socket| {
            socket.set_nodelay(true)?;
            Ok(socket)
        }) {
            Ok(socket) => return Ok(socket),
            Err(error) => {
                tracing::debug!(%address, cause = %error, "no connection");
                failure = match error.kind() {
                    ErrorKind::TimedOut | ErrorKind::WouldBlock => Failure::TimeoutConnect,
                    _ => Failure::Connect,
                };
            }
        }
    }
    Err(failure)
}

/// The system's resolver has no time limit of its own, so it gets a thread.
fn resolve(endpoint: &Endpoint, limit: Duration) -> Result<Vec<SocketAddr>, Failure> {
    if let Ok(address) = endpoint.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, endpoint.port)]);
    }
    let (sender, receiver) = mpsc::channel();
    let (host, port) = (endpoint.host.clone(), endpoint.port);
    thread::spawn(move || sender.send((host.as_str(), port).to_socket_addrs().map(Vec::from_iter)).ok());
    match receiver.recv_timeout(limit) {
        Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
        _ => Err(Failure::Dns),
    }
}

/// Asks the proxy for a tunnel.
fn tunnel(endpoint: &Endpoint, proxy: &ProxyUrl, timeouts: &Timeouts) -> Result<TcpStream, Failure> {
    let socket = connect(&proxy.endpoint, timeouts).map_err(|_| Failure::Proxy)?;
    let mut socket = Timed { socket, deadline: Instant::now() + timeouts.connect };
    let target = endpoint.authority();
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if let Some(authorization) = &proxy.authorization {
        request += &format!("Proxy-Authorization: {}\r\n", authorization.as_str());
    }
    request += "\r\n";
    socket.write_all(request.as_bytes()).map_err(|_| Failure::Proxy)?;
    match proxy_status(&mut socket)? {
        200..=299 => Ok(socket.socket),
        407 => Err(Failure::ProxyLogin),
        status => {
            tracing::debug!(status, "the proxy does not pass the connection on");
            Err(Failure::ProxyRefused)
        }
    }
}

fn proxy_status(socket: &mut Timed) -> Result<u16, Failure> {
    let mut answer = Vec::new();
    loop {
        // Byte by byte: what follows the head belongs to the tunnel.
        let mut byte = [0];
        match socket.read(&mut byte) {
            Ok(1) if answer.len() < MAX_PROXY_ANSWER => answer.push(byte[0]),
            _ => return Err(Failure::Proxy),
        }
        if !answer.ends_with(b"\n") {
            continue;
        }
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut headers);
        match head.parse(&answer) {
            Ok(httparse::Status::Complete(_)) => return head.code.ok_or(Failure::Proxy),
            Ok(httparse::Status::Partial) => {}
            Err(_) => return Err(Failure::Proxy),
        }
    }
}

/// A socket whose every read and write ends at a deadline.
struct Timed {
    socket: TcpStream,
    deadline: Instant,
}

impl Timed {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Timed {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(self.left()?)?;
        self.socket.read(bytes)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(self.left()?)?;
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}
