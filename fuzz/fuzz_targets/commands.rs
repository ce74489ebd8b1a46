//! The target `commands`: see [`orgscope_fuzz::commands`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orgscope_fuzz::commands(bytes));
