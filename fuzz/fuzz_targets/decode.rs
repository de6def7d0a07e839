//! Text in another encoding, named by the first byte.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    budgetd_fuzz::checks::decode(bytes);
});
