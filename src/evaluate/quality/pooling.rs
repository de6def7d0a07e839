//! Accounts of a group that learn from each other: each is fitted on its own data, tells the others what
//! they say, and the first few are fitted again with what all others say.

use super::case;
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fit::FitSettings;
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::series::Series;
use crate::advice::uncertainty::pooling::{Member, learn_from, pool_of};

/// By all accounts.
pub fn pooled(accounts: &[Series], judged: usize) -> Vec<Result<Fitted, Failure>> {
    // Their figures make a series or they don't, whatever is learnt; a quality report has no use for one
    // that doesn't.
    let prepared: Vec<Result<(Series, FitSettings), Failure>> =
        accounts.iter().map(case::prepared).collect();
    let names: Vec<String> = (0..accounts.len()).map(|at| format!("account {at}")).collect();
    let member = |at: usize| -> Result<Member<'_>, Failure> {
        let (series, settings) = prepared[at].as_ref().map_err(Clone::clone)?;
        Ok(Member { account: &names[at], series, settings, kind: &|_| None })
    };
    let members: Vec<Member<'_>> = (0..accounts.len()).filter_map(|at| member(at).ok()).collect();
    let pool = pool_of(&members, &|| ());
    let models = (0..judged).map(|at| {
        let models = learn_from(&pool, &[member(at)?], &|fitted, _| fitted, &|| ());
        models.into_iter().next().expect("one for each")
    });
    models.collect()
}
