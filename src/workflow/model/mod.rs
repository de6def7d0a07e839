//! What the advisory model learns from: the ledger, or a file that nobody has to import first.

mod files;
mod gather;
mod linear;
mod modelled;
mod periods;
#[cfg(feature = "nuts")]
mod posterior;

use std::path::Path;

use super::read::{Terms, context, read, watched};
use super::{Interrupt, WorkflowError, Workspace};
use crate::advice::mmm::cleaning::Change;
use crate::advice::mmm::observed::Observed;
use crate::advice::mmm::rows::DailyRow;
use crate::domain::calendar::minus_days;
use crate::domain::source::{Meaning, Meanings, Numbers};
use crate::domain::{Account, Day, Digest, Grain, Instant, Source};
use crate::ingest::{Purpose, Reading, Rejection, Stated};
use crate::store::ledger::Ledger;
use gather::Gather;

pub use files::{ModelFiles, NamedFile, action_files, mart_files, model_card, model_files};
pub use linear::{LinearAnswer, LinearRequest, linear_model_of_file};
pub use modelled::{ModelRequest, Modelled, modelled, modelled_with};
pub use periods::{BUNDLE_PERIODS, period_files, rules_budgets, step, terms};
#[cfg(feature = "nuts")]
pub use posterior::{PosteriorAnswer, PosteriorError, PosteriorModel, PosteriorRequest, posterior};

/// From so many days on, days are summed to weeks: their noise says little more then.
const DAYS_FOR_WEEKS: i64 = 7 * 78;

/// What was observed.
#[derive(Debug, Clone)]
pub struct ModelData {
    /// What a model learns from.
    pub observed: Observed,
    /// The same as rows of days; empty where the figures are of weeks or months.
    pub rows: Vec<DailyRow>,
    /// Rows of a file that stood there twice; the first counted.
    pub repeated: Vec<Change>,
    /// The files that the figures come from, by name, with their digests.
    pub sources: Vec<(String, Digest)>,
}

impl ModelData {
    /// Of an account of which nothing is known.
    pub fn nothing(account: &Account) -> Self {
        data(Gather::default(), account, Grain::Day)
    }
}

/// What became of a file.
#[derive(Debug)]
pub enum ModelReading {
    /// It was read.
    Read(ModelData),
    /// It has faults that no cleaning mends.
    Refused(Rejection),
}

/// Reads `path` as `source` describes it, without taking it: blanks are not known, negative amounts
/// are there to be cleaned, further columns stay unread.
pub fn model_data_of_file(
    workspace: &Workspace,
    account: &Account,
    path: &Path,
    source: &Source,
    now: Instant,
) -> Result<ModelReading, WorkflowError> {
    let source = Source {
        blank: Meanings::all(Meaning::Absent),
        dashes: Meanings::all(Meaning::Absent),
        ignore_extra_columns: true,
        numbers: Numbers { round: true, exponents: true, ..source.numbers.clone() },
        ..source.clone()
    };
    let terms = Terms { source: &source, purpose: Purpose::Model, restate: false };
    let file = crate::store::files::open_regular(path)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let context = context(account, terms, &name, now, workspace.config.limits);
    let bytes = crate::store::files::size(path)?;
    let mut gather = Gather::default();
    let reading =
        read(watched(file, bytes, None), &context, &Interrupt::default(), path, &mut |row| {
            gather.row(account, row);
            Ok(Stated::New)
        })?;
    Ok(match reading {
        Reading::Refused(rejection) => ModelReading::Refused(rejection),
        Reading::Taken(report) => {
            let mut found = data(gather, account, report.grain);
            found.sources = vec![(name, crate::store::files::digest(path)?)];
            ModelReading::Read(found)
        }
    })
}

/// What the ledger knows of `account` before `until`: weekly history with the revenue of the
/// business where there is any, otherwise days, and weeks of them from a year and a half on.
/// `None`: it knows nothing.
pub fn model_data_of_ledger(
    ledger: &Ledger,
    account: &Account,
    until: Option<Day>,
) -> Result<Option<ModelData>, WorkflowError> {
    let last = until.map(|until| minus_days(until, 1));
    let weekly = gathered(ledger, account, Grain::Week, last)?;
    let daily = gathered(ledger, account, Grain::Day, last)?;
    if weekly.is_empty() && daily.is_empty() {
        return Ok(None);
    }
    let names = ledger.file_names(&account.id)?;
    let mut sources = daily.named_files(&names);
    let has_outcome =
        || daily.is_empty() || weekly.observed(account, Grain::Week).outcome.len() > 1;
    let mut found = if !weekly.is_empty() && has_outcome() {
        sources.extend(weekly.named_files(&names));
        let rows = daily.rows(account);
        ModelData { rows, ..data(weekly, account, Grain::Week) }
    } else {
        let mut found = data(daily, account, Grain::Day);
        if let Some((first, last)) = found.observed.span()
            && (last - first).num_days() >= DAYS_FOR_WEEKS
        {
            found.observed = weeks_of(found.observed, account);
        }
        found
    };
    found.sources = sources;
    Ok(Some(found))
}

fn gathered(
    ledger: &Ledger,
    account: &Account,
    grain: Grain,
    last: Option<Day>,
) -> Result<Gather, WorkflowError> {
    let facts = ledger.period_facts(account, grain, None, last)?;
    let mut gather = Gather::default();
    for fact in &facts.channels {
        gather.channel(fact.channel, fact.first_day, fact.figures);
        gather.file(fact.file);
    }
    for fact in &facts.business {
        gather.business(fact.first_day, fact.figures, &fact.controls);
        gather.file(fact.file);
    }
    Ok(gather)
}

fn data(mut gather: Gather, account: &Account, grain: Grain) -> ModelData {
    let repeated = std::mem::take(&mut gather.repeated);
    let observed = gather.observed(account, grain);
    let rows = if grain == Grain::Day { gather.rows(account) } else { Vec::new() };
    ModelData { observed, rows, repeated, sources: Vec::new() }
}

/// Sums days to the account's full weeks; controls become means.
fn weeks_of(observed: Observed, account: &Account) -> Observed {
    let Some((first, last)) = observed.span() else { return observed };
    let week_of = |day: Day| account.week_of(day).first_day();
    let is_full = |day: &Day| {
        let week = account.week_of(*day);
        week.first_day() >= first && week.last_day() <= last
    };
    let summed = |figures: &crate::advice::mmm::observed::Figures| {
        let mut sums = crate::advice::mmm::observed::Figures::new();
        for (day, figure) in figures.iter().filter(|(day, _)| is_full(day)) {
            let sum = sums.entry(week_of(*day)).or_insert(None);
            if let Some(figure) = figure {
                *sum = Some(sum.unwrap_or(0.0) + figure);
            }
        }
        sums
    };
    let meant = |figures: &crate::advice::mmm::observed::Figures| {
        let mut sums = std::collections::BTreeMap::<Day, (f64, f64)>::new();
        for (day, figure) in figures.iter().filter(|(day, _)| is_full(day)) {
            let sum = sums.entry(week_of(*day)).or_default();
            if let Some(figure) = figure {
                *sum = (sum.0 + figure, sum.1 + 1.0);
            }
        }
        sums.into_iter().map(|(week, (sum, of))| (week, (of > 0.0).then(|| sum / of))).collect()
    };
    Observed {
        grain: Grain::Week,
        channels: observed
            .channels
            .iter()
            .map(|channel| crate::advice::mmm::observed::ObservedChannel {
                name: channel.name.clone(),
                spend: summed(&channel.spend),
                revenue: summed(&channel.revenue),
            })
            .collect(),
        outcome: summed(&observed.outcome),
        controls: observed.controls.iter().map(|(name, it)| (name.clone(), meant(it))).collect(),
    }
}
