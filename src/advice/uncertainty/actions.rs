//! What a model advises for each channel: more, less, or to leave it alone. It speaks only where data
//! have said enough, and where what it says is right with the probability asked for; abstaining is an
//! answer. No budget reads it.

use serde::Serialize;

use super::demand::{FOLLOWS_FROM, follows_demand};
use super::evidence::{ChannelEvidence, evidence};
use super::simulation::{Simulation, simulate_share};
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::spread::{Estimate, Mixture};
use crate::advice::planning::Horizon;
use crate::domain::text::escape;
use crate::domain::{ActionSettings, Risk};

/// By which share of its present spend a channel's increase and reduction are judged.
pub const STEP_SHARE: f64 = 0.1;

/// Evidence of three to one is "positive" (Kass and Raftery, "Bayes Factors", 1995, section 3.2).
const FACTOR_MIN: f64 = 3.0;

/// Who advises a change has to convince a sceptic, to whom a further unit of any channel is worth the
/// hurdle, give or take this share of it: else it would not be spent so (Spiegelhalter, Freedman and
/// Parmar, "Bayesian Approaches to Randomized Trials", 1994, section 4.1).
const SCEPTIC_SHARE: f64 = 0.4;

/// The data must have narrowed what a channel may bring by so much.
const LEARNT_MIN: f64 = 0.5;

/// What to do with a channel's spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// More is expected to pay.
    Increase,
    /// Nothing that could be said for sure enough.
    Monitor,
    /// The last of it is expected not to pay.
    Reduce,
}

impl Action {
    /// Its word in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Increase => "increase",
            Self::Monitor => "monitor",
            Self::Reduce => "reduce",
        }
    }
}

/// Why a channel is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Abstention {
    /// Nothing was spent on it lately.
    NotSpent,
    /// The data can't tell all media from nothing.
    MediaUnclear,
    /// Out of sample the model is worse than the plain mean.
    NotPredictive,
    /// Its spend follows demand, so that what demand brought may be held to be its work.
    FollowsDemand,
    /// The data have hardly narrowed what was held to be likely beforehand.
    LittleLearnt,
    /// Whether a unit more pays is not sure enough.
    TooClose,
}

/// What is advised for a channel. Amounts per week, major units.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelAction {
    /// The channel.
    pub channel: String,
    /// What to do.
    pub action: Action,
    /// Of an increase that each further unit brings more than the hurdle, of a reduction that each
    /// unit less costs less than it; of a channel to monitor, that a further unit would pay: each to
    /// a sceptic, who held a unit to be worth about the hurdle. `None`: nothing was spent lately.
    pub probability: Option<f64>,
    /// Present weekly spend.
    pub spend: f64,
    /// What a further unit brings.
    pub mroas: Option<Estimate>,
    /// Expected revenue of a tenth more spend.
    pub lift_up_10: Option<f64>,
    /// Expected change of revenue with a tenth less spend.
    pub lift_down_10: Option<f64>,
    /// Why it is left alone; `None`: it isn't.
    pub abstention: Option<Abstention>,
    /// What the data say of it.
    pub evidence: ChannelEvidence,
    /// Why, in one sentence.
    pub reason: String,
}

/// What is asked of the actions.
#[derive(Debug, Clone, Copy)]
pub struct ActionQuestion<'a> {
    /// The account's settings.
    pub settings: &'a ActionSettings,
    /// The probability of stated intervals.
    pub confidence: f64,
    /// Whether the model explains what platforms claim, for want of the business's own revenue.
    pub is_of_claims: bool,
}

/// Advises for each channel, in the series' order.
pub fn actions(
    fitted: &Fitted,
    horizon: &Horizon<'_>,
    question: ActionQuestion<'_>,
) -> Vec<ChannelAction> {
    let ActionQuestion { settings, confidence, is_of_claims } = question;
    let present = horizon.present();
    let evidence = evidence(fitted);
    let follows_demand = follows_demand(fitted);
    let channels = fitted.series.channels.iter().enumerate();
    channels
        .map(|(at, channel)| {
            let simulated = |share| simulate_share(horizon, at, share, settings.hurdle);
            let judged = Judged {
                settings,
                up: simulated(STEP_SHARE),
                down: simulated(-STEP_SHARE),
                evidence: evidence[at],
                follows_demand: follows_demand[at],
            };
            let mroas = horizon.marginal_roas(at, confidence);
            let (action, abstention) = judged.action(fitted);
            let reason = judged.reason(&channel.name, action, abstention, mroas, horizon.unit());
            let reason =
                if is_of_claims { format!("by what platforms claim: {reason}") } else { reason };
            let lift = |it: &Option<Simulation>| it.as_ref().map(|it| it.mean.at_90.mean);
            ChannelAction {
                channel: channel.name.clone(),
                action,
                probability: judged.probability(action),
                spend: present[at],
                mroas,
                lift_up_10: lift(&judged.up),
                lift_down_10: lift(&judged.down),
                abstention,
                evidence: evidence[at],
                reason,
            }
        })
        .collect()
}

/// A channel with the simulations of both ways.
struct Judged<'a> {
    settings: &'a ActionSettings,
    up: Option<Simulation>,
    down: Option<Simulation>,
    evidence: ChannelEvidence,
    follows_demand: Option<f64>,
}

impl Judged<'_> {
    fn action(&self, fitted: &Fitted) -> (Action, Option<Abstention>) {
        let monitor = |why| (Action::Monitor, Some(why));
        let (Some(up), Some(down)) = (&self.up, &self.down) else {
            return monitor(Abstention::NotSpent);
        };
        if fitted.evidence.is_some_and(|it| it.media_log < libm::log(FACTOR_MIN)) {
            return monitor(Abstention::MediaUnclear);
        }
        if fitted.scores_test.r2.is_some_and(|r2| r2 < 0.0) {
            return monitor(Abstention::NotPredictive);
        }
        let (is_up, is_down) = (self.pays(up), self.pays(down));
        match (is_up, is_down) {
            // An S-shaped curve may hold that both pay: then more is the way out.
            (true, _) if self.follows_demand.is_some_and(|it| it > FOLLOWS_FROM) => {
                monitor(Abstention::FollowsDemand)
            }
            (true, _) => (Action::Increase, None),
            (false, true) if self.evidence.learnt < LEARNT_MIN => monitor(Abstention::LittleLearnt),
            (false, true) => (Action::Reduce, None),
            (false, false) => monitor(Abstention::TooClose),
        }
    }

    /// Whether a change pays, for one who weighs the risk as asked.
    fn pays(&self, simulation: &Simulation) -> bool {
        let Some(per_unit) = &simulation.per_unit else { return false };
        let per_unit = self.sceptical(per_unit);
        let is_more = simulation.spend_after > simulation.spend_before;
        match self.settings.risk {
            Risk::Quantile => self.sure(simulation) >= self.settings.confidence,
            Risk::Deviations(count) => {
                let (mean, spread) = (per_unit.mean(), count * per_unit.deviation());
                if is_more {
                    mean - spread > self.settings.hurdle
                } else {
                    mean + spread < self.settings.hurdle
                }
            }
        }
    }

    /// What somebody thinks who held each unit to be worth about the hurdle before.
    fn sceptical(&self, per_unit: &Mixture) -> Mixture {
        let hurdle = self.settings.hurdle;
        per_unit.held_near(hurdle, SCEPTIC_SHARE * hurdle)
    }

    /// How sure that somebody is that a change pays.
    fn sure(&self, simulation: &Simulation) -> f64 {
        let Some(per_unit) = &simulation.per_unit else { return 0.0 };
        let above = self.sceptical(per_unit).above(self.settings.hurdle);
        if simulation.spend_after > simulation.spend_before { above } else { 1.0 - above }
    }

    fn probability(&self, action: Action) -> Option<f64> {
        let simulation = match action {
            Action::Increase | Action::Monitor => &self.up,
            Action::Reduce => &self.down,
        };
        simulation.as_ref().map(|it| stated(self.sure(it)))
    }

    fn reason(
        &self,
        channel: &str,
        action: Action,
        abstention: Option<Abstention>,
        mroas: Option<Estimate>,
        unit: &str,
    ) -> String {
        let channel = escape(channel);
        let hurdle = self.settings.hurdle;
        let (factor, step) = (FACTOR_MIN, STEP_SHARE * 100.0);
        let per_unit = |it: &Option<Simulation>| {
            it.as_ref().and_then(|it| it.per_unit.as_ref()).map_or(0.0, Mixture::mean)
        };
        match (action, abstention) {
            (Action::Increase, _) => format!(
                "each unit of {step:.0} % more spend is expected to bring {:.2}, more than \
                 {hurdle:.2} with probability {}",
                per_unit(&self.up),
                percent(self.probability(action).unwrap_or(0.0))
            ),
            (Action::Reduce, _) => format!(
                "each unit of {step:.0} % less spend is expected to cost {:.2}, less than \
                 {hurdle:.2} with probability {}",
                per_unit(&self.down),
                percent(self.probability(action).unwrap_or(0.0))
            ),
            (Action::Monitor, Some(Abstention::NotSpent)) => {
                format!("nothing was spent on {channel} in the last four {unit}s")
            }
            (Action::Monitor, Some(Abstention::MediaUnclear)) => format!(
                "the data can't tell the media of this account from nothing (less than {factor:.0} \
                 to 1): a test would tell more than a change"
            ),
            (Action::Monitor, Some(Abstention::NotPredictive)) => {
                "on periods that it had not seen the model does worse than the plain mean"
                    .to_owned()
            }
            (Action::Monitor, Some(Abstention::FollowsDemand)) => format!(
                "spend on {channel} follows how business goes, so what the model holds to be its \
                 work may be demand: a test would tell"
            ),
            (Action::Monitor, Some(Abstention::LittleLearnt)) => format!(
                "what the model says of {channel} is mostly what was held to be likely beforehand: \
                 its spend varied too little, or with that of others"
            ),
            (Action::Monitor, _) => {
                let (low, high) = mroas.map_or((0.0, 0.0), |it| (it.low, it.high));
                format!(
                    "a further unit is expected to bring {low:.2} to {high:.2}: too close to \
                     {hurdle:.2} to tell"
                )
            }
        }
    }
}

/// Nothing that is estimated is certain: from 0.01 to 0.99.
fn stated(probability: f64) -> f64 {
    probability.clamp(0.01, 0.99)
}

/// A probability in percent, as text.
pub fn percent(probability: f64) -> String {
    format!("{:.0} %", stated(probability) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::mmm::adstock::Adstock;
    use crate::advice::mmm::fitted::Evidence;
    use crate::advice::mmm::fitted::testing::fitted;
    use crate::advice::mmm::response::Response;
    use crate::advice::mmm::saturation::Saturation;
    use crate::domain::Grain;

    /// Weekly spend of 100 that brings `coefficient` per unit, give or take `deviation`.
    fn model(coefficient: f64, deviation: f64) -> Fitted {
        let response =
            Response { adstock: Adstock::None, saturation: Saturation::None, coefficient };
        let mut fitted = fitted(Grain::Week, response, deviation);
        // Strongest effects are 100 · coefficient: they were held to be likely around 300.
        fitted.evidence = Some(Evidence {
            media_log: 10.0,
            effect_likely: 300.0,
            noise_likely: 1.0,
            pooled: None,
        });
        fitted
    }

    fn advised(fitted: &Fitted, settings: ActionSettings) -> ChannelAction {
        let question = ActionQuestion { settings: &settings, confidence: 0.9, is_of_claims: false };
        actions(fitted, &Horizon::of(fitted), question).remove(0)
    }

    #[test]
    fn it_speaks_where_it_is_sure_and_is_silent_in_between() {
        let shipped = ActionSettings::default();
        for (coefficient, expected) in [
            // To a sceptic (1 ± 0.4) 1.2 ± 0.2 is 1.16 ± 0.179, 81 % sure; 1.1 is 1.08, 67 %.
            (1.2, Action::Increase),
            (1.1, Action::Monitor),
            (0.9, Action::Monitor),
            (0.8, Action::Reduce),
        ] {
            let found = advised(&model(coefficient, 0.2), shipped);
            assert_eq!(found.action, expected, "{coefficient}: {}", found.reason);
            let silent = (expected == Action::Monitor).then_some(Abstention::TooClose);
            assert_eq!(found.abstention, silent);
        }
        let found = advised(&model(1.2, 0.2), shipped);
        assert!((found.probability.expect("spent") - 0.814_453).abs() < 1e-3);
        assert!((found.lift_up_10.expect("spent") - 12.0).abs() < 1e-9);
        assert!((found.lift_down_10.expect("spent") + 12.0).abs() < 1e-9);
        assert_eq!(
            found.reason,
            "each unit of 10 % more spend is expected to bring 1.20, more than 1.00 with probability 81 %"
        );
    }

    #[test]
    fn who_shuns_risk_hears_less() {
        let settings = |risk, confidence| ActionSettings { risk, confidence, hurdle: 1.0 };
        // To a sceptic 1.32 ± 0.179: 1.789 deviations above 1, 96.3 % sure.
        let sure = model(1.4, 0.2);
        assert_eq!(advised(&sure, settings(Risk::Deviations(1.75), 0.8)).action, Action::Increase);
        assert_eq!(advised(&sure, settings(Risk::Deviations(1.85), 0.8)).action, Action::Monitor);
        assert_eq!(advised(&sure, settings(Risk::Quantile, 0.96)).action, Action::Increase);
        assert_eq!(advised(&sure, settings(Risk::Quantile, 0.967)).action, Action::Monitor);
        let dear = ActionSettings { hurdle: 2.5, ..ActionSettings::default() };
        assert_eq!(advised(&sure, dear).action, Action::Reduce);
    }

    #[test]
    fn thin_evidence_is_no_reason_for_anything() {
        let shipped = ActionSettings::default();
        let abstains = |fitted: &Fitted| {
            let found = advised(fitted, shipped);
            assert_eq!(found.action, Action::Monitor);
            found.abstention.expect("a reason")
        };
        let mut unclear = model(2.0, 0.1);
        unclear.evidence = Some(Evidence {
            media_log: 1.0,
            effect_likely: 300.0,
            noise_likely: 1.0,
            pooled: None,
        });
        assert_eq!(abstains(&unclear), Abstention::MediaUnclear);

        let mut blind = model(2.0, 0.1);
        blind.scores_test.r2 = Some(-0.1);
        assert_eq!(abstains(&blind), Abstention::NotPredictive);

        // What was held to be likely was narrow already.
        let mut known = model(0.2, 0.1);
        known.evidence = Some(Evidence {
            media_log: 10.0,
            effect_likely: 25.0,
            noise_likely: 1.0,
            pooled: None,
        });
        assert_eq!(abstains(&known), Abstention::LittleLearnt);

        let mut idle = model(2.0, 0.1);
        idle.series.channels[0].spend[4..].fill(0.0);
        assert_eq!(abstains(&idle), Abstention::NotSpent);
        let found = advised(&idle, shipped);
        assert_eq!((found.probability, found.mroas, found.lift_up_10), (None, None, None));
    }

    #[test]
    fn what_platforms_claim_is_called_so() {
        let settings = ActionSettings::default();
        let question = ActionQuestion { settings: &settings, confidence: 0.9, is_of_claims: true };
        let fitted = model(2.0, 0.1);
        let found = actions(&fitted, &Horizon::of(&fitted), question).remove(0);
        assert!(found.reason.starts_with("by what platforms claim: each unit of"));
    }
}
