//! A connection, with TLS or plain, that reads and writes against deadlines.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{ServerConnection, server::Acceptor};
use socket2::SockRef;

use super::Identity;

/// The plain side of one connection.
pub(super) struct Stream {
    inbox: Inbox,
    /// None for plain HTTP.
    tls: Option<Box<ServerConnection>>,
}

/// What has come from the network and rustls has not taken yet. Its reads end
/// at the deadline, however the bytes drip in.
struct Inbox {
    tcp: TcpStream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    deadline: Instant,
}

impl Stream {
    /// Does the handshake.
    pub(super) fn accept(
        tcp: TcpStream,
        identity: &dyn Identity,
        deadline: Instant,
        write_stall: Duration,
    ) -> io::Result<Self> {
        let mut inbox = Inbox::new(tcp, deadline, write_stall)?;
        let mut acceptor = Acceptor::default();
        let accepted = loop {
            if acceptor.read_tls(&mut inbox)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            match acceptor.accept() {
                Ok(Some(accepted)) => break accepted,
                Ok(None) => {}
                Err((error, mut alert)) => return Err(inbox.refuse(error, |tcp| alert.write_all(tcp))),
            }
        };
        // The present configuration is taken only now that the client has
        // spoken, so a replaced certificate counts for whoever comes next.
        let tls = match accepted.into_connection(identity.config()) {
            Ok(tls) => tls,
            Err((error, mut alert)) => return Err(inbox.refuse(error, |tcp| alert.write_all(tcp))),
        };
        let mut stream = Self { inbox, tls: Some(Box::new(tls)) };
        stream.flush()?;
        while stream.tls.as_ref().is_some_and(|tls| tls.is_handshaking()) {
            stream.fill()?;
            stream.flush()?;
        }
        Ok(stream)
    }

    /// A connection without TLS.
    pub(super) fn plain(tcp: TcpStream, write_stall: Duration) -> io::Result<Self> {
        Ok(Self { inbox: Inbox::new(tcp, Instant::now(), write_stall)?, tls: None })
    }

    /// The certificate that the client proved to own, in DER.
    pub(super) fn client_certificate(&self) -> Option<Arc<[u8]>> {
        let chain = self.tls.as_ref()?.peer_certificates()?;
        chain.first().map(|leaf| Arc::from(leaf.as_ref()))
    }

    /// Reads what there is, and waits until `deadline` for the first of it.
    /// 0 is the end.
    pub(super) fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        self.inbox.deadline = deadline;
        loop {
            let Some(tls) = &mut self.tls else { return self.inbox.read(buffer) };
            match tls.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.fill()?,
                result => return result,
            }
        }
    }

    /// Writes everything, unless the client takes nothing for too long.
    pub(super) fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let Some(tls) = &mut self.tls else { return self.inbox.tcp.write_all(bytes).map_err(timed_out) };
            let taken = tls.writer().write(bytes)?;
            bytes = &bytes[taken..];
            self.flush()?;
        }
        Ok(())
    }

    /// Ends the connection in good order. What the client is still sending is
    /// read and thrown away for a while, because closing on unread bytes would
    /// reset the connection and take our last answer with it: many clients look
    /// for one only when they have sent all. It takes no longer than `linger`.
    pub(super) fn close(mut self, linger: Duration) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
        }
        if self.flush().is_err() || self.inbox.tcp.shutdown(Shutdown::Write).is_err() {
            return;
        }
        let until = Instant::now() + linger;
        self.inbox.start = self.inbox.end;
        let mut left = LINGER_BYTES;
        let mut scrap = [0; 8 * 1024];
        while left > 0 {
            self.inbox.deadline = until.min(Instant::now() + SILENCE);
            let Ok(read @ 1..) = self.inbox.read(&mut scrap) else { return };
            left = left.saturating_sub(read);
        }
    }

    /// Ends the connection with a reset.
    pub(super) fn reset(self) {
        // Without it the system would say goodbye in good order.
        let _reset = SockRef::from(&self.inbox.tcp).set_linger(Some(Duration::ZERO));
    }

    fn fill(&mut self) -> io::Result<()> {
        let Some(tls) = &mut self.tls else { return Ok(()) };
        tls.read_tls(&mut self.inbox)?;
        match tls.process_new_packets() {
            Ok(_) => self.flush(),
            Err(error) => {
                // The alert tells the client why, if it still listens.
                let _alert = self.flush();
                Err(io::Error::new(ErrorKind::InvalidData, error))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(tls) = &mut self.tls else { return Ok(()) };
        while tls.wants_write() {
            match tls.write_tls(&mut self.inbox.tcp) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(timed_out(error)),
            }
        }
        Ok(())
    }
}

/// How much a client may go on sending after our last answer: as much as a line of
/// 100 Mbit/s carries in ten seconds. It is thrown away undeciphered.
const LINGER_BYTES: usize = 128 * 1024 * 1024;

/// A client that is silent for so long has sent all.
const SILENCE: Duration = Duration::from_secs(1);

impl Inbox {
    fn new(tcp: TcpStream, deadline: Instant, write_stall: Duration) -> io::Result<Self> {
        tcp.set_nodelay(true)?;
        tcp.set_write_timeout(Some(write_stall))?;
        Ok(Self { tcp, buffer: vec![0; 32 * 1024], start: 0, end: 0, deadline })
    }

    /// Sends the alert that says why there will be no connection.
    fn refuse(
        &mut self,
        error: rustls::Error,
        alert: impl FnOnce(&mut TcpStream) -> io::Result<()>,
    ) -> io::Error {
        let _alert = alert(&mut self.tcp);
        io::Error::new(ErrorKind::InvalidData, error)
    }
}

impl Read for Inbox {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            // The system rounds to a resolution of its own and takes 0 for ever.
            self.tcp.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
            self.start = 0;
            self.end = 0;
            self.end = loop {
                match self.tcp.read(&mut self.buffer) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    result => break result.map_err(timed_out)?,
                }
            };
        }
        let length = into.len().min(self.end - self.start);
        into[..length].copy_from_slice(&self.buffer[self.start..self.start + length]);
        self.start += length;
        Ok(length)
    }
}

/// Unix calls a time-out "would block".
fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::WouldBlock { ErrorKind::TimedOut.into() } else { error }
}
