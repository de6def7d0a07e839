//! Arbitrary bytes through the reader. `tests/strictness_fuzz.rs` runs the same checks.

pub mod checks;
