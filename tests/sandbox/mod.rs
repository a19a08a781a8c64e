//! The sandbox as a sender meets it. The sender here is openssl and curl.
#![allow(clippy::unwrap_used)]

mod chain;
mod fault;
mod folder;
mod refusal;
mod sender;
