//! The API, as systems meet it.

mod access;
mod batch;
mod definition;
mod fhir;
mod key;
mod part;
mod read;
mod reference;
mod schema;
mod submit;
pub mod system;
