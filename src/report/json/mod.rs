//! Decision → `decision.json`: all that was decided, why, and on what, in the documented order of
//! keys. Exact figures are strings, estimates are numbers; it holds no time of the clock.

mod inputs;
mod warnings;
mod write;

use serde::Serialize;

pub(super) use self::inputs::missing_days;
use self::inputs::{InputsJson, SettingsJson};
use self::warnings::WarningJson;
use self::write::six_digits;
use super::FORMAT;
use super::opinion::{PREMATURE_CUT, estimate_text, silence_code, verdict_text};
use crate::advice::blocker::{Estimate, Opinion, Silence, Verdict};
use crate::decision::{ChannelDecision, Decision, Veto};
use crate::domain::{Account, ChannelName, Currency, Digest, Measures, Week, decimal};
use crate::history::{Kpis, Ratio};
use crate::rules::{ARITHMETIC, HoldReason, TraceLine};

/// Digits behind the point of a weight: ROI × 10¹² is an integer (DESIGN §4).
const WEIGHT_DIGITS: u8 = 12;

/// The bytes of `decision.json`: two spaces of indentation, a newline at the end, the keys in the
/// order of `docs/formats.md`. The same decision gives the same bytes.
pub fn decision_json(decision: &Decision) -> Vec<u8> {
    write::pretty(&DecisionJson::of(decision))
}

/// The account's settings as `decision.json` states them under `inputs`.
pub fn settings_json(account: &Account) -> serde_json::Value {
    serde_json::to_value(SettingsJson::of(account)).expect("settings are plain values")
}

#[derive(Serialize)]
struct DecisionJson<'a> {
    format: u32,
    arithmetic: u32,
    account: &'a str,
    currency: &'static str,
    week_start_date: Week,
    revision: u32,
    revise_reason: Option<&'a str>,
    outcome: &'static str,
    hold: Option<&'a HoldReason>,
    total: String,
    channels: Vec<ChannelJson<'a>>,
    vetoes: Vec<VetoJson<'a>>,
    vetoes_overruled: Vec<VetoJson<'a>>,
    blocker: Vec<OpinionJson<'a>>,
    trace: Vec<TraceJson<'a>>,
    warnings: Vec<WarningJson<'a>>,
    inputs: InputsJson<'a>,
    manifest_before: Option<Digest>,
}

impl<'a> DecisionJson<'a> {
    fn of(decision: &'a Decision) -> Self {
        // How figures look to people is no input of the decision: its bytes don't hang on it.
        let currency = decision.account.currency.usual();
        let vetoes = |vetoes: &'a [Veto]| -> Vec<VetoJson<'a>> {
            vetoes.iter().map(|veto| VetoJson::of(currency, veto)).collect()
        };
        Self {
            format: FORMAT,
            arithmetic: ARITHMETIC,
            account: decision.account.id.as_str(),
            currency: currency.code(),
            week_start_date: decision.week,
            revision: decision.revision,
            revise_reason: decision.revise_reason.as_deref(),
            outcome: if decision.held.is_some() { "held" } else { "decided" },
            hold: decision.held.as_ref(),
            total: decision.total.to_decimal(currency),
            channels: decision
                .channels
                .iter()
                .map(|channel| ChannelJson::of(decision, channel))
                .collect(),
            vetoes: vetoes(&decision.vetoes),
            vetoes_overruled: vetoes(&decision.vetoes_overruled),
            blocker: decision
                .opinions
                .iter()
                .map(|opinion| OpinionJson::of(currency, opinion))
                .collect(),
            trace: decision.trace.iter().map(|line| TraceJson::of(currency, line)).collect(),
            warnings: warnings::warnings(decision),
            inputs: InputsJson::of(decision),
            manifest_before: decision.manifest_before,
        }
    }
}

#[derive(Serialize)]
struct ChannelJson<'a> {
    channel: &'a ChannelName,
    paused: bool,
    ineligible: Option<&'static str>,
    spend: String,
    revenue: String,
    roi: Option<Ratio>,
    roas: Option<Ratio>,
    weight: String,
    spend_unweighted: String,
    revenue_unweighted: String,
    days_present: u32,
    days: u32,
    reference: Option<String>,
    proposal: String,
    final_budget: String,
    reasons: &'a [&'static str],
}

impl<'a> ChannelJson<'a> {
    fn of(decision: &'a Decision, channel: &'a ChannelDecision) -> Self {
        let account = &decision.account;
        let currency = account.currency;
        let evidence = &channel.evidence;
        let kpis = kpis(channel, currency);
        Self {
            channel: &channel.channel,
            paused: account.channel(&channel.channel).is_some_and(|settings| settings.paused),
            ineligible: evidence.ineligible.map(crate::rules::Ineligible::code),
            spend: evidence.spend.to_decimal(currency),
            revenue: evidence.revenue.to_decimal(currency),
            roi: kpis.roi,
            roas: kpis.roas,
            weight: decimal::format(evidence.weight, WEIGHT_DIGITS),
            spend_unweighted: evidence.spend_unweighted.to_decimal(currency),
            revenue_unweighted: evidence.revenue_unweighted.to_decimal(currency),
            days_present: evidence.days_present,
            days: evidence.days,
            reference: channel.reference.map(|amount| amount.to_decimal(currency)),
            proposal: channel.proposal.to_decimal(currency),
            final_budget: channel.final_budget.to_decimal(currency),
            reasons: &channel.reasons,
        }
    }
}

/// ROI and ROAS of the weighted sums, which the rules decide by.
pub(super) fn kpis(channel: &ChannelDecision, currency: Currency) -> Kpis {
    let evidence = &channel.evidence;
    let sums = Measures { spend: evidence.spend, revenue: evidence.revenue, ..Measures::NONE };
    Kpis::of(&sums, currency.minor_digits())
}

#[derive(Serialize)]
struct VetoJson<'a> {
    channel: &'a ChannelName,
    reason: &'static str,
    #[serde(flatten)]
    estimate: EstimateJson,
    text: String,
}

impl<'a> VetoJson<'a> {
    fn of(currency: Currency, veto: &'a Veto) -> Self {
        Self {
            channel: &veto.channel,
            reason: PREMATURE_CUT,
            estimate: EstimateJson::of(&veto.estimate),
            text: estimate_text(currency, &veto.estimate),
        }
    }
}

/// Figures of a model: numbers of six significant digits, `null` where a figure isn't finite.
#[derive(Serialize)]
struct EstimateJson {
    cost: f64,
    low: f64,
    high: f64,
    confidence: f64,
    horizon_weeks: u32,
    weeks_used: u32,
    hurdle: f64,
}

impl EstimateJson {
    fn of(estimate: &Estimate) -> Self {
        Self {
            cost: six_digits(estimate.cost),
            low: six_digits(estimate.low),
            high: six_digits(estimate.high),
            confidence: six_digits(estimate.confidence),
            horizon_weeks: estimate.horizon_weeks,
            weeks_used: estimate.weeks_used,
            hurdle: six_digits(estimate.hurdle),
        }
    }
}

#[derive(Serialize)]
struct OpinionJson<'a> {
    channel: &'a ChannelName,
    verdict: &'static str,
    estimate: Option<EstimateJson>,
    silence: Option<SilenceJson>,
    text: String,
}

impl<'a> OpinionJson<'a> {
    fn of(currency: Currency, opinion: &'a Opinion) -> Self {
        let (verdict, estimate, silence) = match &opinion.verdict {
            Verdict::Veto(estimate) => ("veto", Some(EstimateJson::of(estimate)), None),
            Verdict::Pass(estimate) => ("pass", Some(EstimateJson::of(estimate)), None),
            Verdict::Silent(silence) => ("silent", None, Some(SilenceJson::of(*silence))),
        };
        let text = verdict_text(currency, &opinion.verdict);
        Self { channel: &opinion.channel, verdict, estimate, silence, text }
    }
}

/// Why the blocker said nothing, with the figures that this reason has.
#[derive(Serialize)]
struct SilenceJson {
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    weeks: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weeks_min: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_of_mean: Option<f64>,
}

impl SilenceJson {
    fn of(silence: Silence) -> Self {
        let mut json = Self {
            reason: silence_code(silence),
            weeks: None,
            weeks_min: None,
            error: None,
            error_of_mean: None,
        };
        match silence {
            Silence::HistoryTooShort { weeks, weeks_min } => {
                json.weeks = Some(weeks);
                json.weeks_min = Some(weeks_min);
            }
            Silence::WorseThanMean { error, error_of_mean } => {
                json.error = Some(six_digits(error));
                json.error_of_mean = Some(six_digits(error_of_mean));
            }
            Silence::Disabled
            | Silence::SpendHardlyVaried
            | Silence::IllConditioned
            | Silence::Failed => {}
        }
        json
    }
}

#[derive(Serialize)]
struct TraceJson<'a> {
    step: &'static str,
    channel: Option<&'a ChannelName>,
    before: Option<String>,
    after: Option<String>,
    reason: &'static str,
    text: String,
}

impl<'a> TraceJson<'a> {
    fn of(currency: Currency, line: &'a TraceLine) -> Self {
        Self {
            step: line.step.name(),
            channel: line.channel.as_ref(),
            before: line.before.map(|amount| amount.to_decimal(currency)),
            after: line.after.map(|amount| amount.to_decimal(currency)),
            reason: line.reason.code(),
            text: line.reason.to_string(),
        }
    }
}
