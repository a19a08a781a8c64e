#![no_main]

libfuzzer_sys::fuzz_target!(
    init: hd4dp_fuzz::plant("workbook"),
    |bytes: &[u8]| hd4dp_fuzz::workbook::run(bytes)
);
