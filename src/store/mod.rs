//! The only code that touches the disk. It decides nothing: pure stages give it values and bytes,
//! and it makes them durable, whole or not at all.

pub mod error;
pub mod ledger;

pub use error::StoreError;
