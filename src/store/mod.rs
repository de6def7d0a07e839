//! The only code that touches the disk: inbox, archive, ledger, outbox, journal, keys, atomic
//! writes. It decides nothing about budgets.

pub mod archive;
pub mod atomic;
mod copy;
pub mod error;
pub mod folder;
pub mod inbox;
pub mod layout;
pub mod lock;
pub mod object;

pub use error::StoreError;
