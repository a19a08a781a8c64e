//! The listener and its loop, which no error ends.

use std::{
    io::{self, ErrorKind},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use socket2::{Domain, Protocol, Socket, Type};

use super::{Handler, Identity, Rules, connection::Shared, slots::Slots, turn::Turns};
use crate::error::{Code, Error, Result};

/// A running server. Dropping it stops it as [`Server::stop`] does.
pub struct Server {
    shared: Arc<Shared>,
    addresses: Vec<SocketAddr>,
    loops: Vec<JoinHandle<()>>,
}

/// Listens on `address`. The unspecified IPv6 address takes IPv4 as well, and
/// becomes the unspecified IPv4 address on a machine without IPv6.
///
/// # Errors
///
/// The address is taken, is not this machine's, or needs a privilege.
pub fn listen(address: SocketAddr) -> Result<TcpListener> {
    let everywhere = address.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    bind(address)
        .or_else(|cause| match everywhere && cause.kind() != ErrorKind::AddrInUse {
            true => bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, address.port()))),
            false => Err(cause),
        })
        .map_err(|cause| {
            let id = match cause.kind() {
                ErrorKind::AddrInUse => "front-address-taken",
                ErrorKind::PermissionDenied => "front-address-forbidden",
                _ => "front-address-unusable",
            };
            Error::new(Code::Unavailable, id).with("address", address.to_string()).because(cause)
        })
}

impl Server {
    /// Serves the connections of all `listeners` until it is stopped.
    ///
    /// # Errors
    ///
    /// The system gives no thread or does not know a listener's address.
    pub fn start(
        listeners: Vec<TcpListener>,
        identity: Arc<dyn Identity>,
        handler: Arc<dyn Handler>,
        rules: Rules,
    ) -> Result<Self> {
        Self::with(listeners, Some(identity), handler, rules)
    }

    /// Serves without TLS, under the same rules.
    pub(super) fn plain(
        listeners: Vec<TcpListener>,
        handler: Arc<dyn Handler>,
        rules: Rules,
    ) -> Result<Self> {
        Self::with(listeners, None, handler, rules)
    }

    fn with(
        listeners: Vec<TcpListener>,
        identity: Option<Arc<dyn Identity>>,
        handler: Arc<dyn Handler>,
        rules: Rules,
    ) -> Result<Self> {
        let slots = Arc::new(Slots::default());
        let stop = AtomicBool::new(false);
        let turns = Turns::default();
        let shared = Arc::new(Shared { identity, handler, rules, slots, turns, stop });
        let mut server = Self { shared, addresses: Vec::new(), loops: Vec::new() };
        for listener in listeners {
            server.addresses.push(listener.local_addr().map_err(Error::internal)?);
            let shared = Arc::clone(&server.shared);
            let started = std::thread::Builder::new()
                .name("front-accept".into())
                .spawn(move || run(&listener, &shared));
            server.loops.push(started.map_err(Error::internal)?);
        }
        Ok(server)
    }

    /// Where it listens, in the order of its listeners.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Takes no more connections, lets exchanges under way finish within the
    /// grace of the limits, and returns.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        for (address, accept) in self.addresses.iter().zip(self.loops.drain(..)) {
            // A loop that waits for a connection notices with the next one.
            for _ in 0..WAKE_TRIES {
                let _woken = TcpStream::connect_timeout(&within(*address), WAKE_TIME);
                std::thread::sleep(WAKE_REST);
                if accept.is_finished() {
                    break;
                }
            }
            match accept.is_finished().then(|| accept.join()) {
                Some(Ok(())) => {}
                Some(Err(_)) => tracing::error!("an accept loop panicked"),
                None => tracing::error!(%address, "an accept loop could not be woken and was left behind"),
            }
        }
        self.shared.slots.wait_until_empty(self.shared.rules.limits.grace);
    }
}

const WAKE_TRIES: u32 = 200;
const WAKE_REST: Duration = Duration::from_millis(5);
const WAKE_TIME: Duration = Duration::from_secs(1);

/// How long the loop rests when the system has no descriptor or memory left.
const EXHAUSTED: Duration = Duration::from_millis(50);

fn run(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut said = None;
    while !shared.stop.load(Ordering::Relaxed) {
        match listener.accept() {
            Ok(_) if shared.stop.load(Ordering::Relaxed) => return,
            Ok((tcp, peer)) => {
                said = None;
                shared.serve(tcp, peer);
            }
            // The client changed its mind.
            Err(error) if passing(&error) => {}
            Err(error) => {
                // Told once for each new reason, not twenty times a second.
                if said != Some(error.kind()) {
                    tracing::error!(%error, "no connection can be accepted for now");
                    said = Some(error.kind());
                }
                std::thread::sleep(EXHAUSTED);
            }
        }
    }
}

fn passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted)
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Elsewhere it would let another program share the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(address.ip() != IpAddr::V6(Ipv6Addr::UNSPECIFIED))?;
    }
    socket.bind(&address.into())?;
    socket.listen(256)?;
    Ok(socket.into())
}

/// The address by which this machine reaches its own listener.
pub(super) fn within(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
