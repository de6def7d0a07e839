//! Bytes as a file of a shipped preset.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    budgetd_fuzz::checks::presets(bytes);
});
