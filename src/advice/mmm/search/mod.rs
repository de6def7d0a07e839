//! Prototype
pub mod halton;
pub mod problem;
pub mod sampling;
pub mod shape;

#[cfg(test)]
mod proto {
    use super::problem::Problem;
    use super::sampling::*;
    use super::shape::*;
    use crate::advice::mmm::normal;
    use nalgebra::DVector;
    use rayon::prelude::*;

    fn read(path: &str) -> (Vec<String>, Vec<Vec<f64>>) {
        let text = std::fs::read_to_string(path).unwrap();
        let mut lines = text.lines();
        let header: Vec<String> = lines.next().unwrap().split(',').map(str::to_owned).collect();
        let mut cols = vec![Vec::new(); header.len()];
        for line in lines {
            for (c, cell) in cols.iter_mut().zip(line.split(',')) {
                c.push(cell.parse().unwrap_or(f64::NAN));
            }
        }
        (header, cols)
    }

    fn media(point: &DVector<f64>, spends: &[Vec<f64>]) -> Vec<Vec<f64>> {
        spends
            .iter()
            .enumerate()
            .map(|(k, spend)| {
                let shape = Shape::at([point[3 * k], point[3 * k + 1], point[3 * k + 2]]);
                let a = shape.adstock().apply(spend);
                let largest = a.iter().copied().fold(0.0, f64::max);
                let s = shape.saturation(largest);
                let top = s.effect(largest);
                a.iter().map(|x| s.effect(*x) / top).collect()
            })
            .collect()
    }

    fn run(
        name: &str,
        y: &[f64],
        spends: &[Vec<f64>],
        controls: &[Vec<f64>],
        truth: &[f64],
        evidence: bool,
    ) -> (f64, f64, usize) {
        let mut covered = 0;
        let started = std::time::Instant::now();
        let n = y.len();
        let mean = y.iter().sum::<f64>() / n as f64;
        let year = 52.18;
        let mut shared = vec![vec![1.0; n]];
        let mut holds = vec![0.0];
        let order = 2;
        let sd = (y.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
        let noise_guess = 0.5 * sd * sd;
        shared.push((0..n).map(|t| t as f64 / n as f64 - 0.5).collect());
        holds.push(noise_guess / (mean * 0.5).powi(2));
        for h in 1..=order {
            for part in 0..2 {
                shared.push(
                    (0..n)
                        .map(|t| {
                            let a = std::f64::consts::TAU * h as f64 * t as f64 / year;
                            if part == 0 { a.sin() } else { a.cos() }
                        })
                        .collect(),
                );
                holds.push(noise_guess / (mean * 0.3).powi(2));
            }
        }
        for c in controls {
            let m = c.iter().sum::<f64>() / n as f64;
            let s = (c.iter().map(|v| (v - m).powi(2)).sum::<f64>() / n as f64).sqrt();
            shared.push(c.iter().map(|v| (v - m) / s).collect());
            holds.push(noise_guess / (mean * 0.2).powi(2));
        }
        let k = spends.len();
        let tau = mean / (k as f64).sqrt();
        let problem = Problem::new(y.to_vec(), shared, holds, noise_guess / (tau * tau));
        let prior = ShapePrior::around(0.25);
        let means: Vec<f64> = (0..k).flat_map(|_| prior.means).collect();
        let devs: Vec<f64> = (0..k).flat_map(|_| prior.deviations).collect();
        let base = Region::independent(&means, &devs);
        let mut regions = vec![base.clone()];
        let mut counts = vec![1000u32];
        let mut points = base.design(0, 1000);
        let score = |p: &DVector<f64>| -> f64 {
            let m = media(p, spends);
            if evidence {
                match problem.log_evidence(&m) {
                    Some(e) => e,
                    None => f64::NEG_INFINITY,
                }
            } else {
                match problem.error_out_of_sample(&m) {
                    Some(e) => -0.5 * n as f64 * e.ln(),
                    None => f64::NEG_INFINITY,
                }
            }
        };
        let mut scores: Vec<f64> = points.par_iter().map(|p| score(p)).collect();
        let mut logw: Vec<f64> = scores.clone();
        for round in 0..4 {
            let t = temper(&logw, 40.0);
            let w = weights_of(&logw.iter().map(|l| l * t).collect::<Vec<_>>());
            if name == "small" {
                println!(
                    "  round {round} temper {t:.3} ess {:.1}",
                    effective_count(&weights_of(&logw))
                );
            }
            let region = Region::around(&points, &w, &base, 0.15, 1.1).unwrap();
            let from: u32 = counts.iter().sum();
            let fresh = region.design(from, 1000);
            scores.extend(fresh.par_iter().map(|p| score(p)).collect::<Vec<_>>());
            points.extend(fresh);
            regions.push(region);
            counts.push(1000);
            let total: f64 = counts.iter().map(|c| f64::from(*c)).sum();
            logw = points
                .iter()
                .zip(&scores)
                .map(|(p, s)| {
                    let parts: Vec<f64> = regions
                        .iter()
                        .zip(&counts)
                        .map(|(r, c)| r.log_density(p) + (f64::from(*c) / total).ln())
                        .collect();
                    let top = parts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let mix = top + parts.iter().map(|v| (v - top).exp()).sum::<f64>().ln();
                    s + base.log_density(p) - mix
                })
                .collect();
        }
        let w = weights_of(&logw);
        println!("{name} ess {:.1} of {} in {:?}", effective_count(&w), w.len(), started.elapsed());
        let mut order: Vec<usize> = (0..w.len()).collect();
        order.sort_by(|a, b| w[*b].total_cmp(&w[*a]));
        let kept = &order[..300.min(order.len())];
        let mut parts: Vec<Vec<(f64, f64, f64)>> = vec![Vec::new(); k];
        let mut shapes = vec![[0.0; 3]; k];
        let mut tw = 0.0;
        for &i in kept {
            let m = media(&points[i], spends);
            let fit = problem.fit(&m).unwrap();
            tw += w[i];
            for c in 0..k {
                let s: f64 = m[c].iter().sum();
                let sdv = fit.media_covariance[(c, c)].sqrt() * s;
                parts[c].push((w[i], fit.media_means[c] * s, sdv));
                let shape =
                    Shape::at([points[i][3 * c], points[i][3 * c + 1], points[i][3 * c + 2]]);
                for (a, v) in
                    shapes[c].iter_mut().zip([shape.decay, shape.half_saturation, shape.slope])
                {
                    *a += w[i] * v;
                }
            }
        }
        let mut err = 0.0;
        for c in 0..k {
            // truncated normal mixture
            let trunc_mean = |m: f64, s: f64| {
                let z = m / s;
                m + s * normal::density(z) / normal::below(z).max(1e-300)
            };
            let mean_c: f64 =
                parts[c].iter().map(|(w, m, s)| w * trunc_mean(*m, *s)).sum::<f64>() / tw;
            let cdf = |x: f64| {
                parts[c]
                    .iter()
                    .map(|(w, m, s)| {
                        let p0 = normal::below(-m / s);
                        w * ((normal::below((x - m) / s) - p0) / (1.0 - p0).max(1e-300)).max(0.0)
                    })
                    .sum::<f64>()
                    / tw
            };
            let q = |p: f64| {
                let (mut lo, mut hi) = (0.0, 10.0 * truth[c]);
                for _ in 0..60 {
                    let mid = 0.5 * (lo + hi);
                    if cdf(mid) < p { lo = mid } else { hi = mid }
                }
                lo
            };
            let rel = (mean_c - truth[c]).abs() / truth[c];
            err += rel / k as f64;
            covered += usize::from(q(0.05) <= truth[c] && truth[c] <= q(0.95));
            if name == "small" {
                println!(
                    "  ch{c} true {:.0} found {mean_c:.0} ({:+.1}%) 90% {:.0}..{:.0} {} shape {:?}",
                    truth[c],
                    100.0 * (mean_c / truth[c] - 1.0),
                    q(0.05),
                    q(0.95),
                    (q(0.05) <= truth[c] && truth[c] <= q(0.95)),
                    shapes[c].map(|v| (v / tw * 100.0).round() / 100.0)
                );
            }
        }
        println!("{name} evidence={evidence}: mean error {:.1}%", 100.0 * err);
        (err, effective_count(&w), covered)
    }

    #[test]
    fn known_truth() {
        let (_, cols) = read("../shared/data/known_truth_small/small_business.csv");
        let y = cols[10].clone();
        let spends: Vec<Vec<f64>> = (2..6).map(|c| cols[c].clone()).collect();
        let controls = vec![cols[6].clone(), cols[8].clone()];
        let truth = [129561.57, 45145.42, 84524.97, 58693.68];
        for e in [false, true] {
            run("small", &y, &spends, &controls, &truth, e);
        }
        let (_, cols) = read("../shared/data/pymc_marketing/mmm_roas_data.csv");
        let h: Vec<f64> = cols[0].clone();
        let _ = h;
    }

    #[test]
    fn seeds() {
        use rand_chacha::ChaCha8Rng;
        use rand_chacha::rand_core::{Rng, SeedableRng};
        for setting in 0..3 {
            let mut sums = [[0.0; 3]; 2];
            let seeds = 12;
            for seed in 0..seeds {
                let mut r = ChaCha8Rng::seed_from_u64(seed);
                let mut u = move || (r.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
                let mut nrm = {
                    let mut u2 = move || 0.0;
                    let _ = u2();
                    move |u: &mut dyn FnMut() -> f64| {
                        (-2.0 * u().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * u()).cos()
                    }
                };
                let n = 104;
                let k = 4;
                let mut spends = Vec::new();
                let mut contr = Vec::new();
                for c in 0..k {
                    let mut lv = 0.0;
                    let flight = c % 2 == 1;
                    let mut on = false;
                    let spend: Vec<f64> = (0..n)
                        .map(|_| {
                            lv = 0.6 * lv + 0.3 * nrm(&mut u);
                            if u() < 0.25 {
                                on = !on;
                            }
                            if flight && !on {
                                0.0
                            } else {
                                1000.0 * (1.0 + c as f64) * f64::exp(lv)
                            }
                        })
                        .collect();
                    let decay = 0.1 + 0.6 * u();
                    let kap = 0.3 + 1.2 * u();
                    let slope = 0.8 + 1.4 * u();
                    let shape = Shape { decay, half_saturation: kap, slope };
                    let a = shape.adstock().apply(&spend);
                    let largest = a.iter().copied().fold(0.0, f64::max);
                    let sat = shape.saturation(largest);
                    let beta = 1000.0 + 5000.0 * u();
                    contr.push(a.iter().map(|x| beta * sat.effect(*x)).collect::<Vec<f64>>());
                    spends.push(spend);
                }
                let noise = [200.0, 500.0, 500.0][setting];
                let ar = [0.0, 0.0, 0.6][setting];
                let mut e = 0.0;
                let y: Vec<f64> = (0..n)
                    .map(|t| {
                        e = ar * e + (1.0f64 - ar * ar).sqrt() * noise * nrm(&mut u);
                        6000.0
                            + 1000.0
                                * (std::f64::consts::TAU * t as f64 / 52.18 + seed as f64).sin()
                            + 5.0 * t as f64
                            + e
                            + (0..k).map(|c: usize| contr[c][t]).sum::<f64>()
                    })
                    .collect();
                let truth: Vec<f64> = contr.iter().map(|c| c.iter().sum()).collect();
                for (i, ev) in [false, true].into_iter().enumerate() {
                    let (err, ess, cov) = run("seed", &y, &spends, &[], &truth, ev);
                    sums[i][0] += err / seeds as f64;
                    sums[i][1] += ess / seeds as f64;
                    sums[i][2] += cov as f64 / (4 * seeds) as f64;
                }
            }
            println!("setting {setting}: oos {:?} evidence {:?}", sums[0], sums[1]);
        }
    }
}
