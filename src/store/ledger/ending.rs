//! The end of a take: the file's record, its corrections and the head of the audit chain, with its
//! rows in one transaction, or without them where it is refused.

use rusqlite::Transaction;

use super::corrections::Corrected;
use super::files::{FileOutcome, NewFile, insert_file, next_file};
use super::take::Take;
use super::{Ledger, account_number};
use crate::audit::ChainHead;
use crate::store::StoreError;

impl Take<'_> {
    /// Records the file as accepted: its rows are in the ledger when this returns. `corrected` are
    /// the numbers of the publications whose evidence it has changed ([`Publication::seq`]).
    ///
    /// [`Publication::seq`]: super::Publication::seq
    ///
    /// # Panics
    /// If one of them is no publication of the account, or the file changed nothing.
    pub fn accept(
        mut self,
        file: &NewFile,
        chain: (&str, ChainHead),
        corrected: &[u64],
    ) -> Result<(), StoreError> {
        let days = self.changed_days()?;
        let corrected = Corrected { publications: corrected, days };
        self.commit(FileOutcome::Accepted, file, chain, &corrected)
    }

    /// Records the file as a duplicate: nothing but the arrival of its rows changes.
    ///
    /// # Panics
    /// If the file did change something, which [`Take::finish`] has said.
    pub fn duplicate(mut self, file: &NewFile, chain: (&str, ChainHead)) -> Result<(), StoreError> {
        assert!(self.finish()?.is_duplicate, "a file that changes something is no duplicate");
        self.commit(FileOutcome::Duplicate, file, chain, &Corrected::default())
    }

    fn commit(
        self,
        outcome: FileOutcome,
        file: &NewFile,
        chain: (&str, ChainHead),
        corrected: &Corrected<'_>,
    ) -> Result<(), StoreError> {
        self.check_record(file);
        let Self { batch, statements, transaction, ledger, account, file: number, .. } = self;
        drop((batch, statements));
        let record = Record { number, account, outcome, file, chain, corrected };
        record.write(ledger, transaction)
    }

    /// Records the file as refused: none of its rows stay.
    pub fn refuse(self, file: &NewFile, chain: (&str, ChainHead)) -> Result<(), StoreError> {
        self.check_record(file);
        let Self { batch, statements, transaction, ledger, account_id, .. } = self;
        drop((batch, statements));
        let failed = |error| ledger.write_fault(error);
        transaction.rollback().map_err(failed)?;
        let transaction = ledger.begin()?;
        let account = account_number(&transaction, &account_id).map_err(failed)?;
        let number = next_file(&transaction).map_err(failed)?;
        let (outcome, corrected) = (FileOutcome::Refused, &Corrected::default());
        Record { number, account, outcome, file, chain, corrected }.write(ledger, transaction)
    }

    fn check_record(&self, file: &NewFile) {
        debug_assert_eq!(file.claim, self.claim, "the record is of the file that was begun");
        debug_assert_eq!(file.arrived_at, self.arrived_at, "the arrival is that of the begin");
    }
}

/// What is written at the end of a file, whatever became of it.
struct Record<'a> {
    number: i64,
    account: i64,
    outcome: FileOutcome,
    file: &'a NewFile,
    chain: (&'a str, ChainHead),
    corrected: &'a Corrected<'a>,
}

impl Record<'_> {
    /// Writes the file's record, its corrections and the chain's head, and commits.
    fn write(&self, ledger: &Ledger, transaction: Transaction<'_>) -> Result<(), StoreError> {
        insert_file(&transaction, self.number, self.account, self.outcome, self.file)
            .and_then(|()| self.corrected.insert(&transaction, self.account, self.number))
            .map_err(|error| ledger.write_fault(error))?;
        ledger.write_chain_head(self.chain.0, self.chain.1)?;
        transaction.commit().map_err(|error| ledger.write_fault(error))
    }
}
