//! One connection from its acceptance to its end, on a thread of its own.

use std::{
    net::{SocketAddr, TcpStream},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::AtomicBool},
    time::Instant,
};

use super::{Handler, Identity, Rules, exchange::Exchanges, slots::Slots, stream::Stream, turn::Turns};

/// What all connections of a server share.
pub(super) struct Shared {
    /// None for plain HTTP.
    pub(super) identity: Option<Arc<dyn Identity>>,
    pub(super) handler: Arc<dyn Handler>,
    pub(super) rules: Rules,
    pub(super) slots: Arc<Slots>,
    pub(super) turns: Turns,
    pub(super) stop: AtomicBool,
}

impl Shared {
    /// Serves the connection on a thread of its own, if the limits and the
    /// system leave room; else it is closed.
    pub(super) fn serve(self: &Arc<Self>, tcp: TcpStream, peer: SocketAddr) {
        let Some(slot) = self.slots.take(peer.ip(), &self.rules.limits) else {
            tracing::warn!(%peer, "connection refused: its limit is reached");
            return;
        };
        let shared = Arc::clone(self);
        let started = std::thread::Builder::new().name("front".into()).spawn(move || {
            let _slot = slot;
            let served = catch_unwind(AssertUnwindSafe(|| shared.talk(tcp, peer)));
            match served {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%peer, %error, "connection ended"),
                Err(_) => tracing::error!(%peer, "a connection's thread panicked"),
            }
        });
        if let Err(error) = started {
            tracing::warn!(%peer, %error, "no thread for a connection; it was closed");
        }
    }

    fn talk(&self, tcp: TcpStream, peer: SocketAddr) -> std::io::Result<()> {
        let limits = &self.rules.limits;
        let deadline = Instant::now() + limits.handshake;
        let stream = match &self.identity {
            Some(identity) => Stream::accept(tcp, identity.as_ref(), deadline, limits.write_stall)?,
            None => Stream::plain(tcp, limits.write_stall)?,
        };
        Exchanges {
            stream,
            peer,
            rules: &self.rules,
            handler: self.handler.as_ref(),
            turns: &self.turns,
            stop: &self.stop,
            ahead: Vec::new(),
        }
        .run()
    }
}
