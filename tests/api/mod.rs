//! The API, as systems meet it.

mod access;
mod batch;
mod definition;
mod submit;
pub mod system;
