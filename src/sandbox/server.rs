//! The services' sockets and server certificates.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use rustls::ServerConfig;

use super::{
    authority::{Authority, Kind},
    fault::{FaultKind, Faults, Side},
    service::{Receiver, Service},
};
use crate::{
    error::{Code, Error, Result},
    front::{self, Clients, Identity, Limits, Rules, Server, server_config},
};

/// The sockets of the TTP and of the platform.
pub(super) type Listeners = (Vec<TcpListener>, Vec<TcpListener>);

/// Listens on `port` and the next one, or on two free ones if it is 0, on this
/// machine alone. `announce` is told the ports before anything listens.
pub(super) fn listen(
    port: u16,
    announce: impl Fn((u16, u16)) -> Result<()>,
) -> Result<((u16, u16), Listeners)> {
    let mut tries = if port == 0 { TRIES } else { 1 };
    loop {
        tries -= 1;
        let first = if port == 0 { free()? } else { port };
        let ports = (first, first.checked_add(1).ok_or_else(|| taken(first))?);
        announce(ports)?;
        match loopback(ports.0).and_then(|ttp| Ok((ttp, loopback(ports.1)?))) {
            Ok(listeners) => return Ok((ports, listeners)),
            // Somebody else was faster.
            Err(_) if tries > 0 => {}
            Err(error) => return Err(error),
        }
    }
}

/// Serves one of the services.
pub(super) fn start<R: Receiver + 'static>(
    authority: &Authority,
    listeners: Vec<TcpListener>,
    faults: &Arc<Faults>,
    service: Service<R>,
) -> Result<Server> {
    let clients = Clients::Certified(vec![authority.root().to_vec()]);
    let config = |kind| -> Result<Arc<ServerConfig>> {
        let bundle = authority.server(kind)?;
        server_config(bundle.certificates, &bundle.key, &clients)
    };
    let identity = Certificates {
        side: service.side,
        faults: Arc::clone(faults),
        good: config(Kind::Good)?,
        expired: config(Kind::Expired)?,
        wrong_name: config(Kind::WrongName)?,
    };
    let names = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).to_vec();
    // Every client is on this machine, behind one address, and keeps its
    // connections open between two rounds.
    let defaults = Limits::default();
    let limits = Limits { per_address: defaults.connections, idle: Duration::from_secs(90), ..defaults };
    let rules = Rules { methods: &["GET", "PUT"], names, limits, log: false };
    Server::start(listeners, Arc::new(identity), Arc::new(service), rules)
}

/// A server's certificate, which may be a bad one on purpose.
struct Certificates {
    side: Side,
    faults: Arc<Faults>,
    good: Arc<ServerConfig>,
    expired: Arc<ServerConfig>,
    wrong_name: Arc<ServerConfig>,
}

impl Identity for Certificates {
    fn config(&self) -> Arc<ServerConfig> {
        if self.faults.strikes(self.side, FaultKind::ExpiredCertificate) {
            return Arc::clone(&self.expired);
        }
        if self.faults.strikes(self.side, FaultKind::WrongName) {
            return Arc::clone(&self.wrong_name);
        }
        Arc::clone(&self.good)
    }
}

const TRIES: u32 = 50;

/// A port that is free and has two free ones after it.
fn free() -> Result<u16> {
    for _ in 0..TRIES {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::internal)?;
        let port = listener.local_addr().map_err(Error::internal)?.port();
        let next = [port.checked_add(1), port.checked_add(2)];
        let free = |port: Option<u16>| {
            port.is_some_and(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
        };
        if next.into_iter().all(free) {
            return Ok(port);
        }
    }
    Err(taken(0))
}

/// Both loopback addresses, because `localhost` may mean either; the second
/// one only where the machine has it.
fn loopback(port: u16) -> Result<Vec<TcpListener>> {
    let mut listeners = vec![front::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?];
    listeners.extend(front::listen(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).ok());
    Ok(listeners)
}

fn taken(port: u16) -> Error {
    Error::new(Code::Unavailable, "sandbox-ports-taken").with("port", u64::from(port))
}
