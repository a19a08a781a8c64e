//! What the fuzzer runs. The same questions are put in the normal tests, to the
//! seeds and to damaged copies of them (`tests/fuzz.rs`).

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

pub mod csv;
pub mod dice;
pub mod evaluate;
pub mod expression;
pub mod seeds;
pub mod trial;
pub mod workbook;

/// Writes the seeds of `target` into its corpus, if that is empty, before the
/// fuzzer looks there.
pub fn plant(target: &str) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = here.join("corpus").join(target);
    fs::create_dir_all(&folder).unwrap();
    if fs::read_dir(&folder).unwrap().next().is_none() {
        for (number, seed) in seeds::of(target, &here.join("../..")).into_iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), seed).unwrap();
        }
    }
}
