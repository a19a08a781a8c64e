//! From the bytes of a file to rows, and from rows to stored registrations.
//!
//! [`source`] looks a file over once and reads it as UTF-8 text, [`rows`] cuts
//! the text into rows, [`header`] maps columns to variables, [`reader`]
//! validates and packs, [`job`] stores part by part.

mod chunk;
pub mod column;
pub mod header;
pub mod job;
mod reader;
pub mod report;
pub mod rows;
pub mod source;
