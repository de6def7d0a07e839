//! What the sampler says of the example, and of our own model of a world.

use budgetd::advice::uncertainty::posterior::agreement::{
    Agreement, SHIFT_MAX, WIDTH_MAX, agreement, compared,
};
use budgetd::advice::uncertainty::posterior::{
    FigureName, Sampled, SamplerSettings, Specification, Summary, pymc, sample,
};

use crate::example::example;
use crate::{meets_what_is_published, the_closed_form};

/// As shipped.
const SHIPPED: SamplerSettings =
    SamplerSettings { seed: 1, chains: 4, warmup: 1_000, draws: 1_000 };

fn summaries(sampled: &Sampled) -> Vec<(FigureName, Summary)> {
    sampled.figures.iter().map(|it| (it.name.clone(), it.summary)).collect()
}

fn of_example() -> Option<Specification> {
    example().map(|series| pymc::specification(&series))
}

#[test]
fn the_sampler_meets_what_the_library_publishes_and_the_closed_form_agrees() {
    let Some(specification) = of_example() else { return };
    // Three times as many draws as shipped: with those, chance alone may leave R-hat above its bound.
    let long = SamplerSettings { draws: 3_000, ..SHIPPED };
    let sampled = sample(&specification, long).expect("draws");
    assert_eq!(sampled.divergences, 0);
    meets_what_is_published(&summaries(&sampled));
    let closed_form = the_closed_form().expect("a posterior");
    // Every figure, columns and noise too.
    let by_sampler = sampled.by_sampler();
    let found = compared(&closed_form.figures, &by_sampler);
    assert_eq!(found.len(), sampled.figures.len());
    for it in &found {
        let name = &it.name;
        assert!(it.shift.abs() <= SHIFT_MAX, "{name:?}: {} deviations", it.shift);
        assert!((it.width - 1.0).abs() <= WIDTH_MAX, "{name:?}: {} times as wide", it.width);
    }
    assert_eq!(agreement(&found, &by_sampler, sampled.divergences, 12_000), Agreement::Agrees);
}

#[test]
fn the_same_seed_gives_the_same_draws_on_any_number_of_cores() {
    let Some(specification) = of_example() else { return };
    let short = SamplerSettings { chains: 2, warmup: 100, draws: 50, ..SHIPPED };
    let draws = |settings| sample(&specification, settings).expect("draws");
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    assert_eq!(alone.install(|| draws(short)), draws(short));
    assert_ne!(draws(short), draws(SamplerSettings { seed: 2, ..short }));
}

#[test]
fn the_warm_up_is_dropped() {
    let Some(specification) = of_example() else { return };
    let short = SamplerSettings { chains: 2, warmup: 100, draws: 50, ..SHIPPED };
    let sampled = sample(&specification, short).expect("draws");
    assert!(sampled.figures.iter().all(|it| it.draws.iter().all(|chain| chain.len() == 50)));
}
