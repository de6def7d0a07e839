//! A staged file → the ledger, in one transaction: read, checked, archived, recorded in the audit
//! log, and accepted, found a duplicate, or refused. What is visible outside follows after it.

use super::check::{Checked, check};
use super::corrected::corrected_publications;
use super::file_facts::{FileFacts, stated_grain};
use super::read::{context, read, watched};
use super::{OpenChain, Unit, WorkflowError, account_chain};
use crate::ingest::{DailyReport, Rejection};
use crate::store::StoreError;
use crate::store::inbox::Staged;
use crate::store::ledger::{Changes, Take};

/// How a file ended in the ledger.
#[expect(clippy::large_enum_variant, reason = "there is one for each file")]
pub(super) enum Entered {
    /// Accepted, or a duplicate: its rows and its original are durable.
    Taken {
        /// What it holds.
        report: DailyReport,
        /// What it changed.
        changes: Changes,
        /// The text of its receipt.
        receipt: String,
    },
    /// Refused as a whole.
    Refused(Refusal),
}

/// A refusal as it is recorded.
pub(super) struct Refusal {
    /// Every fault.
    pub rejection: Rejection,
    /// The name of the answer.
    pub name: String,
    /// The page of problems.
    pub problems: String,
}

/// Names the answer to a file that is refused.
pub(super) type NameRefused<'a> = dyn Fn() -> Result<String, StoreError> + 'a;

impl Unit<'_> {
    /// Takes the staged copy of `file`. Nothing is recorded of a claim that is known already.
    pub(super) fn enter(
        &mut self,
        file: &FileFacts<'_>,
        staged: &Staged,
        name_refused: &NameRefused<'_>,
    ) -> Result<Entered, WorkflowError> {
        let chain = account_chain(&file.account.id);
        self.chain(&chain, file.now)?;
        let limits = self.workspace.config.limits;
        let context =
            context(file.account, file.terms, &file.claimed.name, file.arrived_at, limits);
        let open = self.chains.get_mut(&chain).expect("it was opened above");
        let mut take = self.ledger.begin_take(file.account, file.incoming())?;
        let input = watched(staged.open()?, staged.bytes, self.watch.as_deref());
        let reading =
            read(input, &context, self.interrupt, &staged.path, &mut |row| take.state(row))?;
        let (account, terms) = (file.account, file.terms);
        let today = context.today;
        let checked =
            check(&mut take, self.interrupt, account, today, terms, file.sha256, reading)?;
        let (report, changes) = match checked {
            Checked::Refused(rejection) => {
                drop(take);
                let rejection = self.with_likely_end(file, staged, rejection)?;
                let refusal = self.enter_refused(file, rejection, name_refused)?;
                return Ok(Entered::Refused(refusal));
            }
            Checked::Sound(report, changes) => (report, changes),
        };
        let grain = stated_grain(terms.source);
        let corrected = corrected_publications(&mut take, account, &changes, grain)?;
        let archived =
            self.archive.place(&account.id, report.first_day, &file.claimed.name, staged)?;
        let head = open.announce(file.now, &file.taken(&report, &changes, &archived))?;
        let weeks = corrected.iter().map(|&(_, week)| week).collect();
        let receipt = file.receipt(&report, &changes, weeks);
        let record =
            file.record(Some((&report, archived)), changes.replaced, &file.claimed.name, &receipt);
        if changes.is_duplicate {
            take.duplicate(&record, (&chain, head))?;
        } else {
            let seqs: Vec<u64> = corrected.iter().map(|&(seq, _)| seq).collect();
            take.accept(&record, (&chain, head), &seqs)?;
        }
        Ok(Entered::Taken { report, changes, receipt })
    }

    /// Refuses a file that was not read.
    pub(super) fn enter_refused(
        &mut self,
        file: &FileFacts<'_>,
        rejection: Rejection,
        name_refused: &NameRefused<'_>,
    ) -> Result<Refusal, WorkflowError> {
        let chain = account_chain(&file.account.id);
        self.chain(&chain, file.now)?;
        let open = self.chains.get_mut(&chain).expect("it was opened above");
        let take = self.ledger.begin_take(file.account, file.incoming())?;
        record_refusal(take, open, file, rejection, name_refused)
    }
}

fn record_refusal(
    take: Take<'_>,
    chain: &mut OpenChain,
    file: &FileFacts<'_>,
    rejection: Rejection,
    name_refused: &NameRefused<'_>,
) -> Result<Refusal, WorkflowError> {
    let name = name_refused()?;
    let problems = rejection.render(&file.claimed.name);
    let head = chain.announce(file.now, &file.refused(&rejection))?;
    let record = file.record(None, 0, &name, &problems);
    take.refuse(&record, (&account_chain(&file.account.id), head))?;
    Ok(Refusal { rejection, name, problems })
}
