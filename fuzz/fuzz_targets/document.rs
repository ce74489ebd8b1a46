//! The target `document`: see [`orgscope_fuzz::document`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orgscope_fuzz::document(bytes));
