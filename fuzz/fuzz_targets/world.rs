//! The target `world`: see [`orgscope_fuzz::world`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orgscope_fuzz::world(bytes));
