//! `hd4dp`: the on-premise side of healthdata.be in one binary.

pub mod clock;
pub mod domain;
pub mod error;
pub mod front;
pub mod language;
pub mod sandbox;
