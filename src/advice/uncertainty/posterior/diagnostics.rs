//! Draws of several chains → whether they have settled: the rank-normalised split R-hat and the bulk
//! effective sample size (Vehtari, Gelman, Simpson, Carpenter and Bürkner, "Rank-normalization,
//! folding, and localization: an improved R-hat", 2021).

use crate::advice::mmm::normal;

/// Draws of a chain that say anything of its spread.
const DRAWS_MIN: usize = 4;

/// The larger of the R-hat of ranks and of ranks of distances from the median; 1 where all chains tell
/// the same. `None` of fewer than two chains or four draws, or where nothing varies.
pub fn rhat(chains: &[Vec<f64>]) -> Option<f64> {
    if chains.len() < 2 || chains.iter().any(|chain| chain.len() < DRAWS_MIN) {
        return None;
    }
    let halves = halves(chains);
    let mut all = halves.concat();
    all.sort_by(f64::total_cmp);
    let middle = all.len() / 2;
    let median =
        if all.len() % 2 == 0 { 0.5 * (all[middle - 1] + all[middle]) } else { all[middle] };
    let folded: Vec<Vec<f64>> = halves
        .iter()
        .map(|half| half.iter().map(|value| (value - median).abs()).collect())
        .collect();
    let found = plain_rhat(&normal_ranks(&halves)).max(plain_rhat(&normal_ranks(&folded)));
    found.is_finite().then_some(found)
}

/// How many independent draws would tell as much of the middle of the distribution. `None` of fewer
/// than four draws, or where nothing varies.
pub fn ess_bulk(chains: &[Vec<f64>]) -> Option<f64> {
    let first = *chains.first()?.first()?;
    let is_still = chains.iter().flatten().all(|draw| *draw == first);
    if is_still || chains.iter().any(|chain| chain.len() < DRAWS_MIN) {
        return None;
    }
    let found = ess(&normal_ranks(&halves(chains)));
    found.is_finite().then_some(found)
}

/// The standard error of the width of the interval from 5 to 95 % that `draws` tell, worth `ess`
/// independent ones, as a share of it: how far quantiles lie apart at whose ranks chance leaves open
/// (likewise, section 4.3). 0 where nothing varies.
pub fn width_error(draws: &[f64], ess: f64) -> f64 {
    let mut sorted = draws.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share")]
        let place = (share.clamp(0.0, 1.0) * count(sorted.len().saturating_sub(1)) + 0.5) as usize;
        sorted.get(place).copied().unwrap_or(0.0)
    };
    let open = libm::sqrt(0.05 * 0.95 / ess.max(1.0));
    let error = |share: f64| 0.5 * (at(share + open) - at(share - open));
    let width = at(0.95) - at(0.05);
    if width > 0.0 { libm::hypot(error(0.05), error(0.95)) / width } else { 0.0 }
}

/// The first and the last half of each chain; of an odd number of draws the middle one is left out.
fn halves(chains: &[Vec<f64>]) -> Vec<&[f64]> {
    let first = chains.iter().map(|chain| &chain[..chain.len() / 2]);
    first.chain(chains.iter().map(|chain| &chain[chain.len() - chain.len() / 2..])).collect()
}

/// Each value's rank among all, the mean one where several are the same, as a quantile of the standard
/// normal distribution (Blom 1958).
fn normal_ranks<C: AsRef<[f64]>>(chains: &[C]) -> Vec<Vec<f64>> {
    let values: Vec<f64> = chains.iter().flat_map(|chain| chain.as_ref().iter().copied()).collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let same =
            order[from..].iter().take_while(|at| values[**at] == values[order[from]]).count();
        let rank = count(from) + 0.5 * (count(same) + 1.0);
        for at in &order[from..from + same.max(1)] {
            ranks[*at] = normal::quantile((rank - 0.375) / (count(values.len()) + 0.25));
        }
        from += same.max(1);
    }
    let mut ranks = ranks.into_iter();
    chains.iter().map(|chain| ranks.by_ref().take(chain.as_ref().len()).collect()).collect()
}

fn plain_rhat(chains: &[Vec<f64>]) -> f64 {
    let draws = count(chains.first().map_or(0, Vec::len));
    let means: Vec<f64> = chains.iter().map(|chain| mean(chain)).collect();
    let within = mean(&chains.iter().map(|chain| variance(chain)).collect::<Vec<_>>());
    libm::sqrt((draws * variance(&means) / within + draws - 1.0) / draws)
}

/// By autocorrelations, cut off by Geyer's initial monotone sequence (1992).
fn ess(chains: &[Vec<f64>]) -> f64 {
    let draws = chains.first().map_or(0, Vec::len);
    let of = count(draws);
    let means: Vec<f64> = chains.iter().map(|chain| mean(chain)).collect();
    let centred: Vec<Vec<f64>> = chains
        .iter()
        .zip(&means)
        .map(|(chain, mean)| chain.iter().map(|value| value - mean).collect())
        .collect();
    let covariance = |lag: usize| {
        let of_chain = |chain: &Vec<f64>| -> f64 {
            chain.iter().zip(&chain[lag..]).map(|(one, other)| one * other).sum::<f64>() / of
        };
        centred.iter().map(of_chain).sum::<f64>() / count(chains.len())
    };
    let within = covariance(0) * of / (of - 1.0);
    let between = if chains.len() > 1 { variance(&means) } else { 0.0 };
    let whole = within * (of - 1.0) / of + between;
    let correlation = |lag: usize| 1.0 - (within - covariance(lag)) / whole;

    let mut kept = vec![0.0; draws];
    let (mut even, mut odd) = (1.0, correlation(1));
    (kept[0], kept[1]) = (even, odd);
    let mut lag = 1;
    while lag + 3 < draws && even + odd > 0.0 {
        (even, odd) = (correlation(lag + 1), correlation(lag + 2));
        if even + odd >= 0.0 {
            (kept[lag + 1], kept[lag + 2]) = (even, odd);
        }
        lag += 2;
    }
    // The last pair that counts ends before `end`; of what follows a positive even one still does.
    let end = lag - 1;
    if even > 0.0 {
        kept[end] = even;
    }
    let mut lag = 1;
    while lag + 3 <= end {
        let before = kept[lag - 1] + kept[lag];
        if kept[lag + 1] + kept[lag + 2] > before {
            kept[lag + 1] = 0.5 * before;
            kept[lag + 2] = 0.5 * before;
        }
        lag += 2;
    }
    let all = of * count(chains.len());
    let time = -1.0 + 2.0 * kept[..end].iter().sum::<f64>() + kept[end];
    // Draws that repel each other count more than independent ones, but not without bound.
    all / time.max(1.0 / libm::log10(all))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values.len())
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    squares / (count(values.len()) - 1.0)
}

#[expect(clippy::cast_precision_loss, reason = "draws are few")]
fn count(draws: usize) -> f64 {
    draws as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Autoregressive chains by a congruential generator (the constants of glibc), each value a sum of
    /// twelve uniform ones less 6, or its cube; chain c moved by c times `shift`.
    fn chains(many: u32, draws: usize, memory: f64, shift: f64, is_heavy: bool) -> Vec<Vec<f64>> {
        (0..many)
            .map(|chain| {
                let (mut state, mut value) = (u64::from(chain) + 1, 0.0);
                let mut uniform = || {
                    state = (1_103_515_245 * state + 12_345) % (1 << 31);
                    (f64::from(u32::try_from(state).expect("31 bits")) + 0.5)
                        / f64::from(1u32 << 31)
                };
                (0..draws)
                    .map(|_| {
                        let sum = (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
                        value = memory * value + if is_heavy { sum * sum * sum } else { sum };
                        value + shift * f64::from(chain)
                    })
                    .collect()
            })
            .collect()
    }

    fn close(found: Option<f64>, expected: f64) {
        let found = found.expect("a figure");
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn both_figures_are_those_of_arviz() {
        // By arviz-stats 0.8.0, `rhat(method="rank")` and `ess(method="bulk")`, on the same chains.
        for (made, expected_rhat, expected_ess) in [
            (chains(4, 250, 0.0, 0.0, false), 1.004_414_822_199_612_5, 1_112.549_382_315_625_5),
            (chains(4, 250, 0.6, 0.0, false), 1.005_014_045_470_752_3, 231.907_467_371_315_53),
            (chains(4, 250, -0.4, 0.0, false), 1.010_941_633_137_166_6, 2_877.199_592_857_283),
            (chains(4, 250, 0.5, 0.8, false), 1.269_749_957_972_084_6, 11.889_088_698_351_37),
            (chains(2, 101, 0.9, 0.0, false), 1.121_449_878_613_049_8, 14.247_171_618_194_226),
            (chains(4, 200, 0.3, 0.0, true), 1.018_222_994_790_058_3, 293.205_192_056_388_97),
        ] {
            close(rhat(&made), expected_rhat);
            close(ess_bulk(&made), expected_ess);
        }
        let alone = chains(1, 100, 0.2, 0.0, false);
        assert_eq!(rhat(&alone), None);
        close(ess_bulk(&alone), 53.363_594_695_397_95);
    }

    #[test]
    fn the_error_of_a_width_is_that_of_its_ends() {
        // By hand, evenly from 0 to 1 and 475 independent draws: each end's share is open by
        // √(0.05 · 0.95 / 475) = 0.01, both together by 0.01 · √2, of a width of 0.9.
        let draws: Vec<f64> = (0..=10_000).map(|at| f64::from(at) / 10_000.0).collect();
        let found = width_error(&draws, 475.0);
        assert!((found - 0.01 * 2.0f64.sqrt() / 0.9).abs() < 1e-4, "{found}");
        assert_eq!(width_error(&[2.0; 9], 9.0), 0.0);
    }

    #[test]
    fn chains_that_stand_still_or_are_too_short_have_no_figure() {
        assert_eq!(rhat(&[vec![1.0; 50], vec![1.0; 50]]), None);
        assert_eq!(ess_bulk(&[vec![1.0; 50], vec![1.0; 50]]), None);
        assert_eq!(rhat(&[vec![1.0, 2.0], vec![2.0, 1.0]]), None);
        assert_eq!(ess_bulk(&[]), None);
    }

    #[test]
    fn a_chain_that_spreads_wider_than_the_others_shows() {
        let mut made = chains(4, 250, 0.0, 0.0, false);
        made[0].iter_mut().for_each(|value| *value *= 3.0);
        assert!(rhat(&made).expect("a figure") > 1.05);
    }
}
