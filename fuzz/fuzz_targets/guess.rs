//! Bytes as a strange file, of which somebody asks what it is.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    budgetd_fuzz::checks::guess(bytes);
});
