//! The allocator, from curves to a plan with its certificate.

use budgetd::advice::mmm::saturation::Saturation;
use budgetd::advice::planning::{Bounds, Curve, allocate};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

const TOTAL: f64 = 100_000.0;

fn curves(slope: f64) -> Vec<Curve> {
    (1u32..=12)
        .map(|channel| {
            let of = f64::from(channel);
            let saturation = Saturation::Hill { half_saturation: 4_000.0 * of, slope };
            Curve::tabulate(TOTAL, 41, |spend| {
                (
                    30_000.0 * of * saturation.effect(spend),
                    30_000.0 * of * saturation.marginal(spend),
                )
            })
        })
        .collect()
}

#[divan::bench]
fn twelve_concave_channels(bencher: Bencher<'_, '_>) {
    let (curves, bounds) = (curves(1.0), vec![Bounds { low: 2_000.0, high: 60_000.0 }; 12]);
    bencher.bench(|| allocate(black_box(&curves), black_box(&bounds), TOTAL));
}

#[divan::bench]
fn twelve_s_curves(bencher: Bencher<'_, '_>) {
    let (curves, bounds) = (curves(2.5), vec![Bounds { low: 0.0, high: 60_000.0 }; 12]);
    bencher.bench(|| allocate(black_box(&curves), black_box(&bounds), TOTAL));
}
