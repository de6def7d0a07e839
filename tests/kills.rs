//! Whatever is killed at whatever moment, and whatever call to the system fails: after a restart
//! each file has one answer, each week one bundle, and the log tells one story.
//! `docs/testing.md` says which tiers there are and how to run them in full.

#[path = "kills/between.rs"]
mod between;
#[path = "kills/check.rs"]
mod check;
#[path = "kills/files.rs"]
mod files;
#[path = "kills/place.rs"]
mod place;
#[path = "kills/random.rs"]
mod random;
#[path = "kills/syscalls.rs"]
mod syscalls;
