//! The front door: accepts connections, does the TLS handshake, reads and
//! checks one request after the other, and hands each, whole and bounded, to
//! a [`Handler`].
//!
//! Nothing here knows a page or a message. A request that reaches a handler
//! has an unambiguous head (one host of ours, one length, no control bytes)
//! and a body that is complete and within the limit the handler itself gave
//! for it. Everything that waits, waits against a deadline, not against a
//! socket time-out, because a client that sends one byte at a time never
//! trips a time-out.
//!
//! The core serves a handler directly, as the sandbox has it, or through
//! [`Inner`], which puts tiny_http between the two.

mod accept;
mod body;
mod connection;
mod exchange;
mod head;
mod host;
mod inner;
mod inside;
mod limit;
mod message;
mod probe;
mod redirect;
mod relay;
mod request_log;
mod slots;
mod stream;
mod tls;
mod turn;

pub use accept::{Server, listen};
pub use head::Head;
pub use host::{host, is_strict};
pub use inner::Inner;
pub use inside::Inside;
pub use limit::{BodyLimit, Limits, Rules, Sink};
pub use message::{Ending, Handler, Request, Response};
pub use probe::probe;
pub use redirect::redirect;
pub use tls::{Clients, Identity, Swap, provider, server_config};
