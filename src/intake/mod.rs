//! From the bytes of a file to rows, and from rows to stored registrations.
//!
//! [`source`] looks a file over once and reads it as UTF-8 text, [`rows`] cuts
//! the text into rows, [`header`] maps columns to variables, `reader` validates
//! and packs in several threads that take turns, [`job`] stores chunk by chunk
//! and [`dry_run`] only tells.
//!
//! Files that people send come in by [`upload`] and are worked through by
//! [`runner`], which tells how far it is on its [`desk`]. Files that lie in the
//! drop folder come in by [`folder`] and go the same way. What systems send through
//! the API is validated there and goes into the store by [`convoy`]; what a person
//! fills in a form comes in by [`entry`], one registration at a time.

mod check;
mod chunk;
pub mod column;
pub mod convoy;
mod cut;
pub mod desk;
pub mod dialect;
pub mod dry_run;
pub mod entry;
mod file_name;
pub mod folder;
pub mod header;
pub mod input;
pub mod job;
mod judge;
mod memory;
mod opened;
mod pass;
mod reader;
pub mod report;
pub mod rows;
pub mod runner;
pub mod source;
mod stated;
mod step;
pub mod upload;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod upload_tests;
