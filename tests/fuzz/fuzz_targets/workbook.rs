#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hd4dp_fuzz::workbook::run(bytes));
