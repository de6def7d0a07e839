//! The only code that touches the disk. It decides nothing: pure stages give it values and bytes,
//! and it makes them durable, whole or not at all.

pub mod archive;
pub mod atomic;
pub mod backup;
pub mod bundle;
mod copy;
pub mod error;
pub mod files;
mod folder;
pub mod holder;
pub mod inbox;
pub mod journal;
pub mod keys;
pub mod layout;
pub mod ledger;
pub mod lock;
pub mod mart;
pub mod object;
pub mod outbox;
pub mod pool;
pub mod posterior;
pub mod space;

pub use error::StoreError;
