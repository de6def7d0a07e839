//! The ledger from outside: what a file may change, what survives a crash, and what is refused
//! untouched.

#[path = "ledger/corrections.rs"]
mod corrections;
#[path = "ledger/figures.rs"]
mod figures;
#[path = "ledger/files.rs"]
mod files;
#[path = "ledger/model.rs"]
mod model;
#[path = "ledger/moved.rs"]
mod moved;
#[path = "ledger/opening.rs"]
mod opening;
#[path = "ledger/publications.rs"]
mod publications;
#[path = "ledger/world.rs"]
mod world;
