//! What the data of several accounts say of one number → what is likely of it at one more account:
//! a random-effects model whose weights no account can dominate.
//!
//! The spread between accounts is the moment estimator for fixed weights (DerSimonian and Kacker,
//! "Random-effects model for meta-analysis of clinical trials: an update", 2007), the error of the
//! mean the larger of the model's and Hartung and Knapp's (Röver, Knapp and Friede, "Hartung-Knapp-
//! Sidik-Jonkman approach and its modification", 2015), the forecast for one more account that of
//! Higgins, Thompson and Spiegelhalter (2009).

use serde::{Deserialize, Serialize};

use crate::advice::mmm::search::Belief;

/// Of fewer accounts nothing is told: their data could be read from it.
pub const ACCOUNTS_MIN: usize = 3;

/// No account counts for more than so many times its even share.
const SHARE_TIMES_MAX: f64 = 2.0;

/// How far accounts may be apart for what is most likely of them to be a useful word, as a share of a
/// number's scale: what weights are made by.
const APART_LIKELY: f64 = 0.3;

/// What is held to be likely of the deviation between accounts, as a share of a number's scale, and as how
/// many accounts that counts.
const APART_BEFORE: f64 = 0.5;
const APART_BEFORE_COUNTS: f64 = 1.0;

/// What an account's own data say of a number, whatever was likely beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The figure.
    pub mean: f64,
    /// One over its squared standard error.
    pub precision: f64,
}

/// What other accounts make likely.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hyper {
    /// The mean over accounts.
    pub mean: f64,
    /// The standard deviation that is likely of one more account.
    pub deviation: f64,
    /// The standard deviation between accounts, that of a pure guess included.
    pub between: f64,
    /// How many accounts it comes from.
    pub accounts: usize,
}

/// What a number may be, whatever accounts say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// Figures below count as this.
    pub low: f64,
    /// Figures above count as this.
    pub high: f64,
    /// What is much and what is little.
    pub scale: f64,
    /// Beliefs with this deviation or more say nothing new.
    pub vaguest: f64,
}

impl Terms {
    /// Of a number that would otherwise be `vague`: within three of its deviations.
    pub fn around(vague: Belief) -> Self {
        let Belief { mean, deviation } = vague;
        Self {
            low: mean - 3.0 * deviation,
            high: mean + 3.0 * deviation,
            scale: deviation,
            vaguest: deviation,
        }
    }
}

/// What `measured` of other accounts make likely of a number; `None` where they are too few, or say too
/// little.
///
/// Without any one of `n` accounts the mean differs by at most 3 / (n − 1) times what lies between the
/// bounds of `terms`: no account has more than twice its even share, figures have bounds, and the weights
/// hang on each account's own precision alone.
pub fn hyper(measured: &[Measured], terms: Terms) -> Option<Hyper> {
    if measured.len() < ACCOUNTS_MIN {
        return None;
    }
    let accounts = count(measured.len());
    let figures: Vec<f64> =
        measured.iter().map(|it| it.mean.clamp(terms.low, terms.high)).collect();
    let variances: Vec<f64> = measured.iter().map(|it| 1.0 / it.precision).collect();
    let shares = shares(&variances, terms.scale);

    let over = |values: &dyn Fn(usize) -> f64| -> f64 {
        shares.iter().enumerate().map(|(at, share)| share * values(at)).sum()
    };
    let mean = over(&|at| figures[at]);
    let squares = over(&|at| (figures[at] - mean) * (figures[at] - mean));
    let concentration = over(&|at| shares[at]);
    let free = 1.0 - concentration;
    let by_chance = over(&|at| variances[at] * (1.0 - shares[at]));
    let found = ((squares - by_chance) / free).max(0.0);
    // An account tells how far accounts are apart as far as its own error is smaller than that.
    let before = APART_BEFORE * terms.scale;
    let tells = |variance: f64| {
        let share = before * before / (before * before + variance);
        share * share
    };
    let counts = variances.iter().map(|it| tells(*it)).sum::<f64>() * (1.0 - 1.0 / accounts);
    let between =
        (APART_BEFORE_COUNTS * before * before + counts * found) / (APART_BEFORE_COUNTS + counts);
    let of_model = over(&|at| shares[at] * (variances[at] + between));
    let error = of_model.max(concentration * squares / free);
    let deviation = libm::sqrt((between + error) * tails(accounts));
    (deviation < terms.vaguest).then(|| Hyper {
        mean,
        deviation,
        between: libm::sqrt(between),
        accounts: measured.len(),
    })
}

/// The share of each account in the mean.
fn shares(variances: &[f64], scale: f64) -> Vec<f64> {
    let apart = APART_LIKELY * scale;
    let weights = variances.iter().map(|it| 1.0 / (it + apart * apart)).collect();
    let even = 1.0 / count(variances.len()).max(2.0 * SHARE_TIMES_MAX);
    capped(weights, SHARE_TIMES_MAX * even)
}

/// Variance of Student's distribution with two degrees of freedom less than there are accounts, at most
/// 2.
fn tails(accounts: f64) -> f64 {
    if accounts > 6.0 { (accounts - 2.0) / (accounts - 4.0) } else { 2.0 }
}

/// Shares in proportion to `weights`, none above `most`.
fn capped(mut weights: Vec<f64>, most: f64) -> Vec<f64> {
    // Each round caps at least one more.
    let mut is_capped = vec![false; weights.len()];
    for _ in 0..weights.len() {
        let capped = count(is_capped.iter().filter(|it| **it).count());
        let free: f64 =
            weights.iter().zip(&is_capped).filter(|(_, it)| !**it).map(|(weight, _)| weight).sum();
        let left = 1.0 - capped * most;
        let mut is_done = true;
        for (weight, is_capped) in weights.iter().zip(&mut is_capped) {
            if !*is_capped && weight / free * left > most {
                *is_capped = true;
                is_done = false;
            }
        }
        if is_done {
            for (weight, is_capped) in weights.iter_mut().zip(&is_capped) {
                *weight = if *is_capped { most } else { *weight / free * left };
            }
            break;
        }
    }
    weights
}

#[expect(clippy::cast_precision_loss, reason = "accounts are few")]
fn count(of: usize) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VAGUE: Terms = Terms { low: -3.0, high: 3.0, scale: 1.0, vaguest: 1.0 };

    fn measured(figures: &[(f64, f64)]) -> Vec<Measured> {
        figures
            .iter()
            .map(|(mean, error)| Measured { mean: *mean, precision: 1.0 / (error * error) })
            .collect()
    }

    #[test]
    fn two_accounts_tell_nothing_of_each_other_to_a_third() {
        assert_eq!(hyper(&measured(&[(0.1, 0.1), (0.2, 0.1)]), VAGUE), None);
        assert!(hyper(&measured(&[(0.1, 0.1), (0.2, 0.1), (0.3, 0.1)]), VAGUE).is_some());
    }

    /// By hand: equal shares of a quarter; squares 0.05; found (0.05 − 0.01 · 0.75) / 0.75 = 0.0566667;
    /// each tells (0.25 / 0.26)² = 0.9245562, together 4 · 0.9245562 · 0.75 = 2.7736686; between (0.25 +
    /// 2.7736686 · 0.0566667) / 3.7736686 = 0.1078985; error of the model (0.01 + 0.1078985) / 4 =
    /// 0.0294746, of Hartung and Knapp 0.25 · 0.05 / 0.75 = 0.0166667; tails 2.
    #[test]
    fn equal_accounts_give_the_figures_of_hand_arithmetic() {
        let four = measured(&[(-0.3, 0.1), (-0.1, 0.1), (0.1, 0.1), (0.3, 0.1)]);
        let found = hyper(&four, VAGUE).expect("four accounts");
        assert!(found.mean.abs() < 1e-12);
        assert!((found.between * found.between - 0.107_898_5).abs() < 1e-6, "{found:?}");
        assert!((found.deviation * found.deviation - 0.274_746_2).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn accounts_that_differ_as_much_as_any_may_say_nothing() {
        let apart = measured(&[(-2.0, 0.1), (-1.0, 0.1), (1.0, 0.1), (2.0, 0.1)]);
        assert_eq!(hyper(&apart, VAGUE), None);
    }

    #[test]
    fn no_share_is_above_the_cap_and_all_sum_to_one() {
        let shares = capped(vec![100.0, 1.0, 50.0, 1.0, 2.0], 0.4);
        for (found, expected) in shares.iter().zip([0.4, 0.05, 0.4, 0.05, 0.1]) {
            assert!((found - expected).abs() < 1e-12, "{shares:?}");
        }
    }

    fn any_accounts() -> impl Strategy<Value = Vec<Measured>> {
        let figure = (-1e6..1e6f64, -3.0..3.0f64, any::<bool>(), -3.0..3.0f64).prop_map(
            |(far, near, is_far, precision)| Measured {
                mean: if is_far { far } else { near },
                precision: libm::pow(10.0, precision),
            },
        );
        proptest::collection::vec(figure, 4..30)
    }

    proptest! {
        #[test]
        fn leaving_an_account_out_moves_the_mean_within_the_stated_bound(
            accounts in any_accounts(),
            at in any::<prop::sample::Index>(),
        ) {
            // So vague that nothing is withheld.
            let terms = Terms { vaguest: f64::INFINITY, ..VAGUE };
            let mean = |of: &[Measured]| hyper(of, terms).map(|it| it.mean);
            let mut others = accounts.clone();
            others.remove(at.index(accounts.len()));
            let bound = 3.0 / count(accounts.len() - 1) * (terms.high - terms.low);
            let (all, without) = (mean(&accounts), mean(&others));
            prop_assert!((all.expect("many") - without.expect("many")).abs() <= bound + 1e-9);
        }

        #[test]
        fn beliefs_lie_within_what_was_measured_and_are_never_vaguer(accounts in any_accounts()) {
            if let Some(found) = hyper(&accounts, VAGUE) {
                prop_assert!(found.deviation > 0.0 && found.deviation < 1.0);
                prop_assert!(found.between <= found.deviation);
                let figures = accounts.iter().map(|it| it.mean.clamp(-3.0, 3.0));
                let (low, high) = figures
                    .fold((3.0f64, -3.0f64), |(low, high), it| (low.min(it), high.max(it)));
                prop_assert!(found.mean >= low - 1e-9 && found.mean <= high + 1e-9);
            }
        }

        #[test]
        fn the_order_of_accounts_is_irrelevant_but_for_rounding(accounts in any_accounts()) {
            let mut turned = accounts.clone();
            turned.reverse();
            match (hyper(&accounts, VAGUE), hyper(&turned, VAGUE)) {
                (Some(one), Some(other)) => {
                    prop_assert!((one.mean - other.mean).abs() < 1e-9);
                    prop_assert!((one.deviation - other.deviation).abs() < 1e-9);
                }
                (one, other) => prop_assert_eq!(one.is_none(), other.is_none()),
            }
        }
    }
}
