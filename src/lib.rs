//! `hd4dp`: the on-premise side of healthdata.be in one binary.

pub mod certificate;
pub mod cli;
pub mod clock;
pub mod config;
pub mod definition;
pub mod domain;
pub mod error;
pub mod front;
pub mod intake;
pub mod language;
pub mod sandbox;
pub mod store;
pub mod transfer;
pub mod validate;
