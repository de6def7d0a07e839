//! How long a thousand accounts of 104 weeks and 6 channels take to learn from each other, as
//! `budgetd model pool` does it once their figures are read: each is fitted by its own data, and then with
//! what all others say. `taskset -c 0,1 cargo bench --bench pooling`

use budgetd::advice::mmm::fit::{FitSettings, Split};
use budgetd::advice::mmm::search::SearchSettings;
use budgetd::advice::mmm::series::Series;
use budgetd::advice::uncertainty::pooling::{Member, learn_from, pool_of};
use budgetd::evaluate::worlds::media;
use divan::{Bencher, black_box};
use rayon::prelude::*;

fn main() {
    divan::main();
}

/// As `model pool` has it.
const SEARCH: SearchSettings = SearchSettings { points: 200, rounds: 5 };

fn accounts(count: u64) -> Vec<(String, Series)> {
    let mut world = media::shipped("twelve_channels").expect("a world that ships");
    world.channels.truncate(6);
    world.weeks = 104;
    let account = |seed| (format!("account {seed}"), media::generate(&world, seed).weekly().0);
    (0..count).into_par_iter().map(account).collect()
}

#[divan::bench(sample_count = 1, sample_size = 1, args = [50, 1_000])]
fn together(bencher: Bencher<'_, '_>, count: u64) {
    let accounts = accounts(count);
    let settings =
        FitSettings { split: Split::Share(0.0), search: SEARCH, ..FitSettings::default() };
    let kind = |_: &str| None;
    let member = |(account, series)| Member { account, series, settings: &settings, kind: &kind };
    let members: Vec<Member<'_>> =
        accounts.iter().map(|(account, series)| member((account.as_str(), series))).collect();
    bencher.bench_local(|| {
        let pool = pool_of(black_box(&members), &|| ());
        learn_from(&pool, &members, &|_, borrowed| borrowed.is_some(), &|| ())
    });
}
