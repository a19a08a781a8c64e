//! Hospitals' eHealth certificates: reading and checking a PKCS#12 store, and
//! the credential that comes out of one that is accepted. And the certificate
//! that this installation's own server shows ([`server`]), which has nothing to
//! do with eHealth.
//!
//! A store holds an *authentication* entry, issued by eHealth's authority, and
//! one or more *encryption* entries whose certificates are signed with the
//! authentication key. The uploaded file itself is never kept.

mod add;
mod anchors;
mod ber;
mod check;
mod credential;
mod entry;
mod given;
mod identity;
mod issue;
mod key;
mod log;
mod mac;
mod pkcs12;
pub mod server;
mod signature;
pub mod tag;
mod x509;

pub use add::{add, judge, publish_again};
pub use anchors::Anchors;
pub use check::{Outcome, Step, Verdict, check};
pub use credential::Credential;
pub use identity::Identity;
pub use key::{Algorithm, DecryptionKey, SigningKey};
pub use log::{Entry, Holder, Log};
pub use pkcs12::MAX_SIZE;
pub use x509::Certificate;
