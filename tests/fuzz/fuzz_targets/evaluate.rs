#![no_main]

libfuzzer_sys::fuzz_target!(
    init: hd4dp_fuzz::plant("evaluate"),
    |bytes: &[u8]| hd4dp_fuzz::evaluate::run(bytes)
);
