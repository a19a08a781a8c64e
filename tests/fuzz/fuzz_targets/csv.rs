#![no_main]

libfuzzer_sys::fuzz_target!(
    init: hd4dp_fuzz::plant("csv"),
    |bytes: &[u8]| hd4dp_fuzz::csv::run(bytes)
);
