//! What the ledger would believe once the file at hand is accepted, read inside its transaction.

use super::Ledger;
use super::encode;
use super::facts::{Files, PeriodFact, bounds, day_fact};
use super::take::Take;
use crate::domain::{Account, Day, DayFact, Digest, Grain};
use crate::store::StoreError;

impl Take<'_> {
    /// Hands the facts of `account`'s days from `from` to `to` (both included), as they will be once
    /// this file is accepted, to `each`, by day and channel. The file itself, whose record comes
    /// last, is named by `sha256`. Memory is that of one day.
    ///
    /// Errors: as those of [`Take::finish`], which this asks first.
    pub fn each_fact(
        &mut self,
        account: &Account,
        (from, to): (Day, Day),
        sha256: Digest,
        each: &mut dyn FnMut(&DayFact),
    ) -> Result<(), StoreError> {
        self.finish()?;
        let this = Files::from([(self.file, (sha256, self.arrived_at))]);
        let (grain, bounds) = (encode::grain(Grain::Day), bounds(Some(from), Some(to)));
        let mut each = |fact: PeriodFact| {
            if let Some(fact) = day_fact(&fact) {
                each(&fact);
            }
        };
        self.ledger
            .each_channel_fact(account, self.account, grain, bounds, this, &mut each)
            .map_err(|error| self.ledger.read_fault(error))
    }

    /// The ledger as it stands with the rows of the file, for reading.
    pub const fn ledger(&self) -> &Ledger {
        self.ledger
    }
}
