//! The only code that touches the disk.

pub mod bundle;
pub mod error;
pub mod journal;
pub mod keys;
pub mod outbox;

pub use error::StoreError;
