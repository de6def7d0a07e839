//! What was drawn → a file that says by what, from which data and how well, and back: whoever asks the
//! same again reads it instead of drawing anew. Its last line is a digest of all before it.

use serde::{Deserialize, Serialize};

use super::agreement::{BySampler, Settled};
use super::figures::{FigureName, Summary};
use super::specification::Specification;
use crate::domain::Digest;

/// The number of this description.
const FORMAT: u32 = 1;

/// Draws that a file keeps at most, of all chains together.
const DRAWS_MAX: usize = 1_000;

/// Numbers that a file keeps of all draws at most, so that one of many channels stays a few megabytes.
const NUMBERS_MAX: usize = 100_000;

/// No such file is larger.
pub const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What was asked: the same gives the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The account.
    pub account: String,
    /// `weekly` or `pymc`.
    pub model: String,
    /// [`digest`] of what was sampled.
    pub data_sha256: Digest,
    /// All chance comes from it.
    pub seed: u64,
    /// Chains.
    pub chains: u32,
    /// Draws of each that were dropped.
    pub warmup: u32,
    /// Draws of each that count.
    pub draws: u32,
    /// This program with its version.
    pub program: String,
    /// The sampler's package with its version.
    pub sampler: String,
}

/// A figure as the file has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FigureOfFile {
    /// Which one.
    #[serde(flatten)]
    pub name: FigureName,
    /// Its summary.
    #[serde(flatten)]
    pub summary: Summary,
    /// Its R-hat; `None`: it never varies.
    pub rhat: Option<f64>,
    /// Its bulk effective sample size; `None`: it never varies.
    pub ess_bulk: Option<f64>,
    /// Standard error of its 90 % interval's width, as a share of it.
    pub width_error: f64,
}

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Artefact {
    format: u32,
    /// What was asked.
    #[serde(flatten)]
    pub asked: Asked,
    /// Steps that left the path.
    pub divergences: u64,
    /// All figures.
    pub figures: Vec<FigureOfFile>,
    /// One draw of so many is kept.
    pub draws_every: usize,
    /// Draws of all chains one after the other, a number for each figure.
    pub thinned_draws: Vec<Vec<f64>>,
}

impl Artefact {
    /// Of figures with their draws, chain by chain; summaries are kept to nine digits, draws to six.
    pub fn new(
        asked: Asked,
        divergences: u64,
        mut figures: Vec<FigureOfFile>,
        draws: &[Vec<Vec<f64>>],
    ) -> Self {
        let (chains, each) = (
            draws.first().map_or(0, Vec::len),
            draws.first().and_then(|it| it.first()).map_or(0, Vec::len),
        );
        let most = DRAWS_MAX.min(NUMBERS_MAX / figures.len().max(1)).max(1);
        let every = (chains * each).div_ceil(most).max(1);
        let thinned_draws = (0..chains * each)
            .step_by(every)
            .map(|at| draws.iter().map(|of| digits(of[at / each][at % each], 6)).collect())
            .collect();
        for figure in &mut figures {
            figure.summary = figure.summary.map(|value| digits(value, 9));
            figure.width_error = digits(figure.width_error, 9);
            for may in [&mut figure.rhat, &mut figure.ess_bulk] {
                *may = may.map(|value| digits(value, 9));
            }
        }
        Self { format: FORMAT, asked, divergences, figures, draws_every: every, thinned_draws }
    }

    /// The figures, each with how well it has settled.
    pub fn by_sampler(&self) -> Vec<BySampler> {
        let of = |it: &FigureOfFile| {
            let settled = Settled { rhat: it.rhat, ess: it.ess_bulk, width_error: it.width_error };
            (it.name.clone(), it.summary, settled)
        };
        self.figures.iter().map(of).collect()
    }

    /// All draws that count, of all chains.
    pub fn draws(&self) -> u64 {
        u64::from(self.asked.chains) * u64::from(self.asked.draws)
    }

    /// The file's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        // Rows of numbers on a line each.
        text = rows_on_lines(&text);
        text.truncate(text.trim_end().trim_end_matches('}').trim_end().len());
        let digest = Digest::of(text.as_bytes());
        text.push_str(&format!("{DIGEST_BEFORE}{digest}\"\n}}\n"));
        text.into_bytes()
    }

    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is no text".to_owned())?;
        let (before, after) =
            text.rsplit_once(DIGEST_BEFORE).ok_or_else(|| "its end is missing".to_owned())?;
        let told = after.strip_suffix("\"\n}\n").and_then(Digest::parse);
        if told != Some(Digest::of(before.as_bytes())) {
            return Err("its digest is another than it says".to_owned());
        }
        let read: Self = serde_json::from_str(&format!("{before}\n}}"))
            .map_err(|error| format!("it can't be read: {error}"))?;
        if read.format > FORMAT {
            return Err(format!(
                "its format is {}, and this program knows up to {FORMAT}",
                read.format
            ));
        }
        Ok(read)
    }
}

/// What stands before the digest, at the file's end.
const DIGEST_BEFORE: &str = ",\n  \"sha256\": \"";

/// The digest of everything that a sampler is given: figures, scales, columns and priors, every number
/// bit by bit.
pub fn digest(specification: &Specification) -> Digest {
    // Rust writes the shortest digits that give the same number again.
    Digest::of(format!("{specification:?}").as_bytes())
}

/// Indented rows of numbers, each on one line.
fn rows_on_lines(text: &str) -> String {
    let mut rows = String::with_capacity(text.len());
    let mut is_row = false;
    for line in text.lines() {
        let plain = line.trim_start();
        let depth = line.len() - plain.len();
        if depth == 4 && plain == "[" {
            is_row = true;
            rows.push_str("    [");
        } else if is_row && depth == 4 {
            is_row = false;
            rows.push_str(plain);
            rows.push('\n');
        } else if is_row {
            rows.push_str(plain);
        } else {
            rows.push_str(line);
            rows.push('\n');
        }
    }
    rows
}

/// So few that reading gives the same number again.
fn digits(value: f64, significant: usize) -> f64 {
    format!("{value:.*e}", significant - 1).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artefact() -> Artefact {
        let figure = |name: &str| FigureOfFile {
            name: FigureName { channel: None, name: name.to_owned() },
            summary: Summary {
                mean: 0.1,
                deviation: 0.2,
                low: -3e-7,
                median: 1.0 / 3.0,
                high: 0.7,
            },
            rhat: Some(1.001),
            ess_bulk: None,
            width_error: 0.02,
        };
        let asked = Asked {
            account: "main".to_owned(),
            model: "weekly".to_owned(),
            data_sha256: Digest::of(b"abc"),
            seed: 7,
            chains: 2,
            warmup: 1_000,
            draws: 1_500,
            program: "budgetd 0.1.0".to_owned(),
            sampler: "nuts-rs".to_owned(),
        };
        let draws = |chain: u32| (0..1_500).map(|it| f64::from(it + 10_000 * chain)).collect();
        let of_figure: Vec<Vec<f64>> = vec![draws(0), draws(1)];
        Artefact::new(asked, 3, vec![figure("a"), figure("b")], &[of_figure.clone(), of_figure])
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let written = artefact();
        assert_eq!(Artefact::read(&written.bytes()), Ok(written));
    }

    #[test]
    fn at_most_a_thousand_draws_are_kept_evenly_from_all_chains() {
        // By hand: 3,000 draws, one of three.
        let found = artefact();
        assert_eq!((found.draws_every, found.thinned_draws.len()), (3, 1_000));
        assert_eq!(found.thinned_draws[1], [3.0, 3.0]);
        assert_eq!(found.thinned_draws[500], [10_000.0, 10_000.0]);
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let bytes = artefact().bytes();
        for at in (0..bytes.len()).step_by(97).chain([bytes.len() - 1, bytes.len() - 20]) {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(Artefact::read(&changed).is_err(), "byte {at}");
        }
        for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            assert!(Artefact::read(&bytes[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn it_is_plain_json() {
        let value: serde_json::Value = serde_json::from_slice(&artefact().bytes()).expect("json");
        assert_eq!((&value["seed"], &value["divergences"]), (&7.into(), &3.into()));
        assert_eq!(value["figures"][0]["name"], "a");
    }
}
