//! The closed form beside the sampler, figure by figure: by how much they differ, and whether that is
//! little enough.

use serde::Serialize;

use super::figures::{FigureName, Summary};

/// Means and medians differ by this share of the sampler's deviation at most.
pub const SHIFT_MAX: f64 = 0.3;

/// 90 % intervals differ in width by this share at most.
pub const WIDTH_MAX: f64 = 0.1;

/// So many standard errors of the sampler's own figures are allowed on top: what chance alone may do.
const ERRORS: f64 = 2.0;

/// Chains agree up to this R-hat (Vehtari et al. 2021).
pub const RHAT_MAX: f64 = 1.01;

/// Fewer independent draws than this say little (likewise, section 4: 100 for each of four chains).
pub const ESS_MIN: f64 = 400.0;

/// More steps off the path than this share of the draws mean that a part was not seen.
pub const DIVERGENT_MAX: f64 = 0.005;

/// A figure by both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Which one.
    #[serde(flatten)]
    pub name: FigureName,
    /// By the closed form.
    pub closed_form: Summary,
    /// By the sampler.
    pub sampler: Summary,
    /// The closed form's location less the sampler's, in deviations of the sampler: of mean and median
    /// the one that differs more.
    pub shift: f64,
    /// The closed form's 90 % interval is so many times as wide.
    pub width: f64,
    /// Whether both lie within [`SHIFT_MAX`] and [`WIDTH_MAX`], give or take two standard errors of the
    /// sampler.
    pub agrees: bool,
}

/// What is to be held of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// All figures agree.
    Agrees,
    /// Some don't.
    Differs,
    /// The sampler has not settled, so that it can't be told.
    NotSettled,
}

/// How well a sampled figure has settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settled {
    /// Its R-hat.
    pub rhat: Option<f64>,
    /// Its bulk effective sample size.
    pub ess: Option<f64>,
    /// Standard error of its 90 % interval's width, as a share of it.
    pub width_error: f64,
}

/// A figure by the sampler.
pub type BySampler = (FigureName, Summary, Settled);

/// Compares the figures that both know, in the sampler's order.
pub fn compared(closed_form: &[(FigureName, Summary)], sampler: &[BySampler]) -> Vec<Compared> {
    sampler
        .iter()
        .filter_map(|(name, sampled, settled)| {
            let (_, closed) = closed_form.iter().find(|(other, _)| other == name)?;
            Some(Compared::of(name.clone(), *closed, *sampled, *settled))
        })
        .collect()
}

impl Compared {
    fn of(name: FigureName, closed_form: Summary, sampler: Summary, settled: Settled) -> Self {
        let shifts = [closed_form.mean - sampler.mean, closed_form.median - sampler.median];
        let most = if shifts[0].abs() >= shifts[1].abs() { shifts[0] } else { shifts[1] };
        // Of a figure that is fixed both say the same.
        let is_fixed = sampler.deviation <= 1e-12 * sampler.mean.abs();
        let shift = if is_fixed { 0.0 } else { most / sampler.deviation };
        let width = if is_fixed {
            1.0
        } else {
            (closed_form.high - closed_form.low) / (sampler.high - sampler.low)
        };
        let shift_error = settled.ess.map_or(0.0, |ess| 1.0 / libm::sqrt(ess));
        let agrees = shift.abs() <= SHIFT_MAX + ERRORS * shift_error
            && (width - 1.0).abs() <= WIDTH_MAX + ERRORS * settled.width_error;
        Self { name, closed_form, sampler, shift, width, agrees }
    }
}

/// The verdict on figures that were compared, of a sampler that left its path in `divergences` of
/// `draws`.
pub fn agreement(
    compared: &[Compared],
    sampler: &[BySampler],
    divergences: u64,
    draws: u64,
) -> Agreement {
    let is_settled = |(_, _, it): &BySampler| {
        // What can't be told is a figure that never varies.
        it.rhat.is_none_or(|rhat| rhat <= RHAT_MAX) && it.ess.is_none_or(|ess| ess >= ESS_MIN)
    };
    #[expect(clippy::cast_precision_loss, reason = "draws are few")]
    let share = divergences as f64 / draws.max(1) as f64;
    if share > DIVERGENT_MAX || !sampler.iter().all(is_settled) {
        Agreement::NotSettled
    } else if compared.iter().all(|it| it.agrees) {
        Agreement::Agrees
    } else {
        Agreement::Differs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> FigureName {
        FigureName { channel: Some("TV".to_owned()), name: name.to_owned() }
    }

    fn summary(mean: f64, deviation: f64) -> Summary {
        let reach = 1.645 * deviation;
        Summary { mean, deviation, low: mean - reach, median: mean, high: mean + reach }
    }

    /// So well settled that chance plays no part.
    const SETTLED: Settled = Settled { rhat: Some(1.0), ess: Some(1e12), width_error: 0.0 };

    fn sampled(mean: f64, settled: Settled) -> [BySampler; 1] {
        [(name("decay"), summary(mean, 0.1), settled)]
    }

    #[test]
    fn figures_agree_within_three_tenths_of_a_deviation_and_a_tenth_of_the_width() {
        for (closed, agrees) in [
            (summary(1.029, 0.109), true),
            (summary(1.031, 0.1), false),
            (summary(1.0, 0.111), false),
            (summary(1.0, 0.089), false),
        ] {
            let found = compared(&[(name("decay"), closed)], &sampled(1.0, SETTLED));
            assert_eq!(found[0].agrees, agrees, "{closed:?}");
        }
        // A median that is off counts as a mean does.
        let skewed = Summary { median: 1.05, ..summary(1.0, 0.1) };
        let found = compared(&[(name("decay"), skewed)], &sampled(1.0, SETTLED));
        assert!((found[0].shift - 0.5).abs() < 1e-12 && !found[0].agrees);
    }

    #[test]
    fn what_chance_may_do_to_the_sampler_is_no_difference() {
        // By hand: 400 draws tell a mean to 0.05 deviations, so that 0.3 + 2 · 0.05 are allowed; a
        // width known to 4 % may be off by 10 % + 2 · 4 %.
        let settled = Settled { rhat: Some(1.0), ess: Some(400.0), width_error: 0.04 };
        for (closed, agrees) in [
            (summary(1.039, 0.1), true),
            (summary(1.041, 0.1), false),
            (summary(1.0, 0.117), true),
            (summary(1.0, 0.119), false),
        ] {
            let found = compared(&[(name("decay"), closed)], &sampled(1.0, settled));
            assert_eq!(found[0].agrees, agrees, "{closed:?}");
        }
    }

    #[test]
    fn only_figures_that_both_know_are_compared() {
        let sampler = [
            (name("decay"), summary(1.0, 0.1), SETTLED),
            (name("noise"), summary(2.0, 0.1), SETTLED),
        ];
        let closed = [(name("slope"), summary(1.0, 0.1)), (name("decay"), summary(1.0, 0.1))];
        let found = compared(&closed, &sampler);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, name("decay"));
    }

    #[test]
    fn a_fixed_figure_agrees() {
        let fixed = summary(1.0, 0.0);
        let sampler = [(name("slope"), fixed, SETTLED)];
        assert!(compared(&[(name("slope"), fixed)], &sampler)[0].agrees);
    }

    #[test]
    fn a_sampler_that_has_not_settled_says_nothing() {
        let closed = [(name("decay"), summary(1.0, 0.1))];
        let verdict = |mean, rhat, ess, divergences| {
            let settled = Settled { rhat: Some(rhat), ess: Some(ess), width_error: 0.0 };
            let sampler = sampled(mean, settled);
            agreement(&compared(&closed, &sampler), &sampler, divergences, 4_000)
        };
        assert_eq!(verdict(1.0, 1.002, 900.0, 20), Agreement::Agrees);
        assert_eq!(verdict(1.0, 1.02, 900.0, 0), Agreement::NotSettled);
        assert_eq!(verdict(1.0, 1.002, 300.0, 0), Agreement::NotSettled);
        assert_eq!(verdict(1.0, 1.002, 900.0, 21), Agreement::NotSettled);
        assert_eq!(verdict(2.0, 1.002, 900.0, 0), Agreement::Differs);
    }
}
