//! The way out: registrations that wait are chosen, split, sealed and queued
//! ([`prepare`]), sent ([`send`]) and asked after ([`ask`]) by workers
//! ([`worker`]); a person may have the connections tried ([`trial`]). Nothing else opens an outgoing connection.

pub mod address;
mod alarm;
mod answer;
mod ask;
pub mod client;
mod cms;
mod connection;
pub mod drain;
mod exchange;
pub mod failure;
mod lock;
mod prepare;
mod retry;
pub mod seal;
mod send;
pub mod services;
mod split;
pub mod trial;
pub mod worker;
