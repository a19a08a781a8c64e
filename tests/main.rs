//! Behaviour of the appliance as its users and neighbours see it. One binary,
//! so that it links once; one file per capability.

#![allow(clippy::unwrap_used)]

mod audit;
mod certificate;
mod client;
mod command;
mod common;
mod crash;
mod front;
mod import;
mod issuer;
mod layering;
mod sandbox;
mod seal;
mod service;
mod store;
