#![no_main]

libfuzzer_sys::fuzz_target!(
    init: hd4dp_fuzz::plant("expression"),
    |bytes: &[u8]| hd4dp_fuzz::expression::run(bytes)
);
