//! Writes the seeds of each target into `corpus/TARGET`.

use std::{fs, path::Path};

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for target in ["workbook", "expression", "evaluate", "csv"] {
        let folder = here.join("corpus").join(target);
        fs::create_dir_all(&folder).expect("the folder can be made");
        for (number, seed) in hd4dp_fuzz::seeds::of(target, &here.join("../..")).into_iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), seed).expect("the seed can be written");
        }
    }
}
