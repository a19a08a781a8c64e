//! Behaviour of the appliance as its users and neighbours see it. One binary,
//! so that it links once; one file per capability.

#![allow(clippy::unwrap_used)]

mod account;
mod api;
mod arrival;
mod audit;
mod browser;
mod carried;
mod catalogue;
mod certificate;
mod client;
mod command;
mod common;
mod crash;
mod deliver;
mod demo;
mod drop_folder;
mod earlier;
mod faults;
mod front;
mod fuzz;
mod import;
mod issuer;
mod keyed;
mod layering;
mod limit;
mod mutation;
mod never_seen;
mod notice;
mod numbers;
mod portal;
mod registration;
mod sample;
mod sandbox;
mod seal;
mod serve;
mod server_certificate;
mod service;
mod spoken;
mod store;
mod version;
mod withdrawn;
mod xlsform;
