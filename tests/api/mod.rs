//! The API, as systems meet it.

mod access;
mod batch;
mod definition;
mod fhir;
mod key;
mod read;
mod reference;
mod schema;
mod submit;
pub mod system;
