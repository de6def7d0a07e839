//! A compressed file, whole or damaged, as the first byte says.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    budgetd_fuzz::checks::unpack(bytes);
});
