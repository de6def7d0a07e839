//! How long the posterior of the example of PyMC-Marketing takes: by the sampler, as shipped (4 chains,
//! 1,000 draws of warm-up and 1,000 more), by the closed form, and one gradient.
//! `cargo bench --features nuts --bench posterior`

#[path = "../tests/posterior/example.rs"]
mod example;

use budgetd::advice::uncertainty::posterior::{
    Density, SamplerSettings, Specification, closed_form, pymc, sample,
};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

fn specification() -> Specification {
    pymc::specification(&example::example().expect("the sample data"))
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn four_chains(bencher: Bencher<'_, '_>) {
    let specification = specification();
    let settings = SamplerSettings { seed: 1, chains: 4, warmup: 1_000, draws: 1_000 };
    bencher.bench(|| sample(black_box(&specification), settings));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn closed(bencher: Bencher<'_, '_>) {
    let specification = specification();
    bencher.bench(|| closed_form(black_box(&specification)));
}

#[divan::bench]
fn one_gradient(bencher: Bencher<'_, '_>) {
    let specification = specification();
    let mut density = Density::new(&specification);
    let point = density.middle();
    let mut gradient = vec![0.0; point.len()];
    bencher.bench_local(|| density.log_density(black_box(&point), &mut gradient));
}
