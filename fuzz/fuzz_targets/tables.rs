#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| uniroute_fuzz::run(uniroute_fuzz::targets::tables, data));
