//! Behaviour of the appliance as its users and neighbours see it. One binary,
//! so that it links once; one file per capability.

mod certificate;
mod client;
mod issuer;
mod seal;
mod service;
