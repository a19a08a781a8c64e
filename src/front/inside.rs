//! Where the inner listener is, and the way to it.

use std::{
    fs, io,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use aws_lc_rs::rand;
use socket2::SockRef;

use crate::error::{Error, Result};

/// What kind of listener the inner server has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Inside {
    /// A Unix socket in a directory that nobody else may enter.
    #[cfg(unix)]
    Socket,
    /// A port of this machine alone. Its other users can reach it, so what
    /// lacks the token is refused; they can still keep it busy.
    Port,
}

impl Default for Inside {
    #[cfg(unix)]
    fn default() -> Self {
        Self::Socket
    }

    #[cfg(not(unix))]
    fn default() -> Self {
        Self::Port
    }
}

/// Makes listeners of one kind.
pub(super) struct Place {
    kind: Inside,
    /// Of the sockets; removed with the place.
    directory: PathBuf,
    made: AtomicU64,
}

/// A listener that was just made.
pub(super) enum Listener {
    #[cfg(unix)]
    Socket(std::os::unix::net::UnixListener),
    Port(TcpListener),
}

/// How a listener is reached.
#[derive(Clone, Debug)]
pub(super) enum Address {
    #[cfg(unix)]
    Socket(PathBuf),
    Port(SocketAddr),
}

/// A connection to a listener.
pub(super) trait Link: Read + Write {}

impl<T: Read + Write> Link for T {}

impl Place {
    /// A place for listeners of this kind.
    pub(super) fn new(kind: Inside) -> Result<Self> {
        let directory = match kind {
            #[cfg(unix)]
            Inside::Socket => private_directory()?,
            Inside::Port => PathBuf::new(),
        };
        Ok(Self { kind, directory, made: AtomicU64::new(0) })
    }

    /// Another listener.
    pub(super) fn listen(&self) -> Result<(Listener, Address)> {
        match self.kind {
            #[cfg(unix)]
            Inside::Socket => {
                // Never the name of one before: tiny_http removes the path when it ends.
                let path = self.directory.join(self.made.fetch_add(1, Ordering::Relaxed).to_string());
                let listener = std::os::unix::net::UnixListener::bind(&path).map_err(Error::internal)?;
                Ok((Listener::Socket(listener), Address::Socket(path)))
            }
            Inside::Port => {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::internal)?;
                // Connections inherit it; without it each answer waits for an
                // acknowledgement that its receiver delays.
                SockRef::from(&listener).set_tcp_nodelay(true).map_err(Error::internal)?;
                self.made.fetch_add(1, Ordering::Relaxed);
                let address = listener.local_addr().map_err(Error::internal)?;
                Ok((Listener::Port(listener), Address::Port(address)))
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.directory.as_os_str().is_empty() {
            let _removed = fs::remove_dir_all(&self.directory);
        }
    }
}

impl Address {
    /// Connects to the listener.
    pub(super) fn connect(&self) -> io::Result<Box<dyn Link>> {
        Ok(match self {
            #[cfg(unix)]
            Self::Socket(path) => Box::new(std::os::unix::net::UnixStream::connect(path)?),
            Self::Port(address) => {
                let tcp = TcpStream::connect(address)?;
                tcp.set_nodelay(true)?;
                Box::new(tcp)
            }
        })
    }
}

/// A new directory that only this account may enter: in the service's runtime
/// directory, else among the temporary files. The path of a socket must be
/// short.
#[cfg(unix)]
fn private_directory() -> Result<PathBuf> {
    use std::os::unix::{ffi::OsStrExt, fs::DirBuilderExt};
    let runtime = std::env::var("RUNTIME_DIRECTORY").ok();
    let runtime = runtime.as_deref().and_then(|list| list.split(':').next()).map(PathBuf::from);
    let mut failure = None;
    for parent in runtime.into_iter().chain([std::env::temp_dir(), "/tmp".into()]) {
        let directory = parent.join(format!("hd4dp-{}", &random()?[..16]));
        if directory.as_os_str().as_bytes().len() > LONGEST_DIRECTORY {
            continue;
        }
        match fs::DirBuilder::new().mode(0o700).create(&directory) {
            Ok(()) => return Ok(directory),
            Err(error) => failure = Some(error),
        }
    }
    Err(Error::internal(failure.unwrap_or_else(|| io::ErrorKind::InvalidFilename.into())))
}

/// Some systems take 104 bytes of path, with a number and a closing zero.
#[cfg(unix)]
const LONGEST_DIRECTORY: usize = 80;

/// 256 random bits in hexadecimal digits.
pub(super) fn random() -> Result<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
