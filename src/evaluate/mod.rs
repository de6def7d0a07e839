//! What the program is measured with: simulated worlds whose truth is known, and how good the
//! advisory model is in them. Seeds are arguments, so the same call gives the same figures on any
//! machine.

pub mod quality;
pub mod worlds;
