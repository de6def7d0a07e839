//! Bytes as a report with a preamble.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    budgetd_fuzz::checks::report(bytes);
});
