//! What the ledger would believe once the file at hand is accepted, read inside its transaction.

use super::Ledger;
use super::encode;
use super::facts::{Files, bounds, day_fact};
use super::take::Take;
use crate::domain::{Account, Day, DayFact, Digest, Grain};
use crate::store::StoreError;

impl Take<'_> {
    /// The facts of `account`'s days from `from` to `to` (both included) as they will be once this
    /// file is accepted. The file itself, whose record comes last, is named by `sha256`.
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
        let this = Files::from([(self.file, (sha256, self.arrived_at))]);
        let (grain, bounds) = (encode::grain(Grain::Day), bounds(Some(from), Some(to)));
        let facts = self
            .ledger
            .read_channels(account, self.account, grain, bounds, this)
            .map_err(|error| self.ledger.read_fault(error))?;
        Ok(facts.iter().filter_map(day_fact).collect())
    }

    /// The ledger as it stands with the rows of the file, for reading.
    pub const fn ledger(&self) -> &Ledger {
        self.ledger
    }
}
