//! Many cases → the figures of a family: how often intervals hold the truth, how far probabilities
//! are right, what actions are worth, how far contributions are off. Sums in the cases' order.

use crate::advice::uncertainty::actions::Action;

use super::{Case, ChannelCase, Judged, Outcome};

/// What a unit more must bring, as the shipped settings have it.
const HURDLE: f64 = 1.0;

/// From this probability on an action counts as spoken firmly.
const FIRM: f64 = 0.8;

/// Bins of probabilities.
const BINS: usize = 10;

/// True marginal returns that split actions by how plain the truth is: up to each, and above.
pub const STRENGTHS: [f64; 4] = [0.5, 0.8, 1.25, 2.0];

/// How often intervals held the truth.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Coverage {
    /// Intervals.
    pub of: u32,
    /// Those of 80 % that held it.
    pub at_80: u32,
    /// Those of 90 % that held it.
    pub at_90: u32,
    /// Truths below the interval of 90 %: the model says too much.
    pub below: u32,
    /// Truths above it: the model says too little.
    pub above: u32,
}

impl Coverage {
    fn add(&mut self, judged: &Judged) {
        let holds = |(low, high): (f64, f64)| low <= judged.truth && judged.truth <= high;
        self.of += 1;
        self.at_80 += u32::from(holds(judged.at_80));
        self.at_90 += u32::from(holds(judged.at_90));
        self.below += u32::from(judged.truth < judged.at_90.0);
        self.above += u32::from(judged.truth > judged.at_90.1);
    }

    /// Of many.
    pub fn over<'a>(all: impl IntoIterator<Item = &'a Judged>) -> Self {
        let mut coverage = Self::default();
        all.into_iter().for_each(|judged| coverage.add(judged));
        coverage
    }
}

/// What became of actions.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Actions {
    /// Channels that were advised on.
    pub of: u32,
    /// Right: more where a further unit truly brings more than it costs, less where it doesn't.
    pub right: u32,
    /// Wrong.
    pub wrong: u32,
    /// Those of them that were spoken firmly.
    pub firm: u32,
    /// Wrong though spoken firmly.
    pub firm_wrong: u32,
}

impl Actions {
    /// Left alone.
    pub fn monitored(&self) -> u32 {
        self.of - self.right - self.wrong
    }

    fn add(&mut self, channel: &ChannelCase, truth: f64) {
        self.of += 1;
        let is_right = match channel.action {
            Action::Monitor => return,
            Action::Increase => truth > HURDLE,
            Action::Reduce => truth < HURDLE,
        };
        self.right += u32::from(is_right);
        self.wrong += u32::from(!is_right);
        if channel.probability.is_some_and(|it| it >= FIRM) {
            self.firm += 1;
            self.firm_wrong += u32::from(!is_right);
        }
    }

    /// All of several.
    pub fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        all.into_iter().fold(Self::default(), |sum, one| Self {
            of: sum.of + one.of,
            right: sum.right + one.right,
            wrong: sum.wrong + one.wrong,
            firm: sum.firm + one.firm,
            firm_wrong: sum.firm_wrong + one.firm_wrong,
        })
    }
}

/// Probabilities of one bin.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bin {
    /// How many.
    pub of: u32,
    /// Their sum.
    pub stated: f64,
    /// How many came true.
    pub came_true: u32,
}

/// Whether probabilities are right.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Calibration {
    /// By tenths.
    pub bins: [Bin; BINS],
    /// Mean of (probability − outcome)² (Brier 1950).
    pub brier: f64,
    /// Distances of stated and observed probabilities, weighted by how many there are (expected
    /// calibration error, Naeini, Cooper and Hauskrecht 2015).
    pub error: f64,
}

impl Calibration {
    fn of(stated: &[(f64, bool)]) -> Self {
        let mut bins = [Bin::default(); BINS];
        let mut squares = 0.0;
        for (probability, came_true) in stated {
            let ends = (1..BINS).filter(|end| *probability * number(BINS) >= number(*end));
            let bin = &mut bins[ends.count()];
            bin.of += 1;
            bin.stated += probability;
            bin.came_true += u32::from(*came_true);
            let distance = probability - f64::from(u8::from(*came_true));
            squares += distance * distance;
        }
        let distances = bins.iter().map(|bin| (bin.stated - f64::from(bin.came_true)).abs());
        let of = number(stated.len().max(1));
        Self { bins, brier: squares / of, error: distances.sum::<f64>() / of }
    }
}

/// The figures of a family.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Worlds with a model.
    pub worlds: u32,
    /// Worlds without one.
    pub without: u32,
    /// Of channels' ROAS, which is that of their contributions.
    pub roas: Coverage,
    /// Of marginal returns.
    pub marginal: Coverage,
    /// Of what an onlooker sees of a tenth more spend.
    pub seen: Coverage,
    /// Of the mean revenue of the next four weeks.
    pub ahead: Coverage,
    /// By [`STRENGTHS`].
    pub actions: [Actions; STRENGTHS.len() + 1],
    /// What the model holds of changes by a tenth.
    pub held: Calibration,
    /// What actions state of them.
    pub stated: Calibration,
    /// Mean of |estimated − true| / true contribution over channels with an effect.
    pub error: Option<f64>,
    /// Mean over worlds of the sum of |estimated − true| / revenue.
    pub error_of_revenue: f64,
    /// Median R² on the periods that test the model.
    pub test_r2: Option<f64>,
    /// Median of what the model leaves unexplained, as a multiple of the world's noise.
    pub unexplained: Option<f64>,
}

impl Figures {
    /// Of `cases`.
    pub fn of(cases: &[Case]) -> Self {
        let outcomes: Vec<&Outcome> =
            cases.iter().filter_map(|case| case.outcome.as_ref().ok()).collect();
        let channels: Vec<&ChannelCase> = outcomes.iter().flat_map(|it| &it.channels).collect();
        let mut actions = [Actions::default(); STRENGTHS.len() + 1];
        for channel in &channels {
            if let Some(marginal) = channel.marginal {
                let strength = STRENGTHS.iter().filter(|end| marginal.truth > **end).count();
                actions[strength].add(channel, marginal.truth);
            }
        }
        let held = channels.iter().flat_map(|it| [it.more_pays, it.less_pays]).flatten();
        let stated = channels.iter().filter_map(|it| it.stated);
        Self {
            worlds: count(outcomes.len()),
            without: count(cases.len() - outcomes.len()),
            roas: Coverage::over(channels.iter().map(|it| &it.roas)),
            marginal: Coverage::over(channels.iter().filter_map(|it| it.marginal.as_ref())),
            seen: Coverage::over(channels.iter().filter_map(|it| it.seen.as_ref())),
            ahead: Coverage::over(outcomes.iter().filter_map(|it| it.ahead.as_ref())),
            actions,
            held: Calibration::of(&held.collect::<Vec<_>>()),
            stated: Calibration::of(&stated.collect::<Vec<_>>()),
            error: mean(channels.iter().filter(|it| it.roas.truth > 0.0).map(|it| relative(it))),
            error_of_revenue: mean(outcomes.iter().map(|it| of_revenue(it))).unwrap_or(0.0),
            test_r2: median(outcomes.iter().filter_map(|it| it.test_r2).collect()),
            unexplained: median(outcomes.iter().filter_map(|it| it.unexplained).collect()),
        }
    }

    /// All actions.
    pub fn all_actions(&self) -> Actions {
        Actions::sum(&self.actions)
    }
}

fn relative(channel: &ChannelCase) -> f64 {
    (channel.roas.mean - channel.roas.truth).abs() / channel.roas.truth
}

fn of_revenue(outcome: &Outcome) -> f64 {
    let errors = outcome.channels.iter().map(|it| (it.roas.mean - it.roas.truth).abs() * it.spend);
    errors.sum::<f64>() / outcome.revenue
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, of) = values.fold((0.0, 0u32), |(sum, of), value| (sum + value, of + 1));
    (of > 0).then(|| sum / f64::from(of))
}

pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { upper } else { 0.5 * (values[middle - 1] + upper) })
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than a double tells apart")]
fn number(of: usize) -> f64 {
    of as f64
}
