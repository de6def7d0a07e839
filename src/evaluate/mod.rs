//! What the program is measured with: simulated worlds whose truth is known. Seeds are arguments,
//! so the same call gives the same rows on any machine.

pub mod worlds;
