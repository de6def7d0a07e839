//! What the ledger would believe once the file at hand is accepted, read inside its transaction.

use std::collections::BTreeMap;

use super::take::Take;
use crate::domain::{Account, Day, DayFact, Digest};
use crate::store::StoreError;

impl Take<'_> {
    /// The facts of `account` from `from` to `to` (both included) as they will be once this file is
    /// accepted. The file itself, whose record comes last, is named by `sha256`.
    ///
    /// Errors: as those of [`Take::finish`], which this asks first.
    pub fn facts(
        &mut self,
        account: &Account,
        from: Day,
        to: Day,
        sha256: Digest,
    ) -> Result<Vec<DayFact>, StoreError> {
        self.finish()?;
        let this = BTreeMap::from([(self.file, (sha256, self.arrived_at))]);
        self.ledger
            .read_facts(account, self.account, (Some(from), Some(to)), this)
            .map_err(|error| self.ledger.read_fault(error))
    }
}
