//! How far each chain of the audit log is acknowledged: its head, written in the transaction
//! whose effect the newest record announces. A head never goes back.

use rusqlite::OptionalExtension;

use super::Ledger;
use super::encode::{read_count, read_digest};
use super::fault::damaged;
use crate::audit::ChainHead;
use crate::store::StoreError;

impl Ledger {
    /// The acknowledged head of `chain`; `None`: it has no records yet.
    pub fn chain_head(&self, chain: &str) -> Result<Option<ChainHead>, StoreError> {
        self.connection
            .prepare_cached("SELECT seq, hash FROM chains WHERE name = ?1")
            .and_then(|mut find| {
                find.query_row([chain], |row| {
                    Ok(ChainHead { seq: read_count(row, 0)?, hash: read_digest(row, 1)? })
                })
                .optional()
            })
            .map_err(|error| self.read_fault(error))
    }

    /// The names of all chains that it knows records of, in order.
    pub fn chains(&self) -> Result<Vec<String>, StoreError> {
        self.connection
            .prepare_cached("SELECT name FROM chains ORDER BY name")
            .and_then(|mut find| find.query_map([], |row| row.get(0))?.collect())
            .map_err(|error| self.read_fault(error))
    }

    /// Acknowledges `chain` up to `head`, for records that announce nothing else.
    pub fn set_chain_head(&mut self, chain: &str, head: ChainHead) -> Result<(), StoreError> {
        let transaction = self.begin()?;
        self.write_chain_head(chain, head)?;
        transaction.commit().map_err(|error| self.write_fault(error))
    }

    /// Like [`Ledger::set_chain_head`], inside the transaction that is open.
    pub(super) fn write_chain_head(&self, chain: &str, head: ChainHead) -> Result<(), StoreError> {
        if let Some(before) = self.chain_head(chain)? {
            let same_record_changed = before.seq == head.seq && before.hash != head.hash;
            if before.seq > head.seq || same_record_changed {
                let what = format!(
                    "the audit log of {chain} would go back from record {} to record {}",
                    before.seq, head.seq
                );
                return Err(damaged(&self.path, what));
            }
        }
        let write = "INSERT INTO chains (name, seq, hash) VALUES (?1, ?2, ?3)
            ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, hash = excluded.hash";
        let seq = i64::try_from(head.seq).unwrap_or(i64::MAX);
        self.connection
            .prepare_cached(write)
            .and_then(|mut write| write.execute((chain, seq, head.hash.to_string())))
            .map_err(|error| self.write_fault(error))?;
        Ok(())
    }
}
