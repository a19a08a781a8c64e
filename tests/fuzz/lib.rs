//! What the fuzzer runs. The same questions are put in the normal tests, to the
//! seeds and to damaged copies of them (`tests/fuzz.rs`).

#![allow(clippy::unwrap_used)]

pub mod csv;
pub mod dice;
pub mod evaluate;
pub mod expression;
pub mod seeds;
pub mod trial;
pub mod workbook;
