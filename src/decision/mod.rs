//! Rules and vetoes meet here, and only here: evidence gate, proposal, the blocker's opinions,
//! payment, rounding → [`Decision`]. It brings them together and computes no amount of its own.

mod gate;
mod remarks;

pub use gate::{Gate, Standing, standing};
pub use remarks::{BudgetChange, CorrectedWeek, Remarks};

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::advice::blocker::{self, Estimate, Opinion, Silence, Verdict};
use crate::domain::{Account, Amount, ChannelName, Digest, Money, Week};
use crate::history::WeeklyHistory;
use crate::rules::{
    self, ChannelEvidence, HoldReason, Inputs, Proposal, PublishedBudgets, Reference, TraceLine,
};

/// All that a decision is made from. The same question gives the same decision, byte for byte.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The account, as configured.
    pub account: &'a Account,
    /// The week that the budget is for.
    pub week: Week,
    /// 1, or more where a published week is decided again.
    pub revision: u32,
    /// Why it is decided again.
    pub revise_reason: Option<String>,
    /// The weeks before.
    pub history: &'a WeeklyHistory,
    /// The newest revision of the newest published week before.
    pub published: Option<&'a PublishedBudgets>,
    /// Per channel, in how many published weeks in a row just before this one it was vetoed.
    pub veto_runs: &'a BTreeMap<ChannelName, u32>,
    /// Why to hold instead of deciding, where the gate says so.
    pub hold: Option<HoldReason>,
    /// The digest of the manifest of the account's bundle before this one.
    pub manifest_before: Option<Digest>,
    /// What people should look at.
    pub remarks: Remarks,
}

/// What is published for one account and week.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The account, as configured.
    pub account: Account,
    /// The week that the budget is for.
    pub week: Week,
    /// 1, or more where a published week was decided again.
    pub revision: u32,
    /// Why it was decided again.
    pub revise_reason: Option<String>,
    /// Why it is a hold; `None`: it was decided.
    pub held: Option<HoldReason>,
    /// T.
    pub total: Money,
    /// Every channel of the account, by name.
    pub channels: Vec<ChannelDecision>,
    /// The reference, where there is one.
    pub reference: Option<Reference>,
    /// Vetoes that stood, by channel.
    pub vetoes: Vec<Veto>,
    /// Vetoes that the rules overruled (step 11), by channel.
    pub vetoes_overruled: Vec<Veto>,
    /// What the blocker said of every proposed cut.
    pub opinions: Vec<Opinion>,
    /// How each budget came about.
    pub trace: Vec<TraceLine>,
    /// The weekly facts that it rests on.
    pub history: WeeklyHistory,
    /// The digest of the manifest of the account's bundle before this one.
    pub manifest_before: Option<Digest>,
    /// What people should look at.
    pub remarks: Remarks,
}

/// One channel of a decision.
#[derive(Debug, Clone)]
pub struct ChannelDecision {
    /// The channel.
    pub channel: ChannelName,
    /// What the rules knew of it.
    pub evidence: ChannelEvidence,
    /// Its reference; `None`: it has none.
    pub reference: Option<Amount>,
    /// What the rules proposed, before vetoes and rounding.
    pub proposal: Amount,
    /// What is published.
    pub final_budget: Money,
    /// Codes of what bore on it, in the order of the steps, without doubles.
    pub reasons: Vec<&'static str>,
}

/// The blocker's word that a cut is premature. It carries no amount of money.
#[derive(Debug, Clone, PartialEq)]
pub struct Veto {
    /// The channel.
    pub channel: ChannelName,
    /// The evidence.
    pub estimate: Estimate,
}

/// Answers `question`. A failing model never fails a decision: its opinions become silence.
pub fn decide(question: &Question<'_>) -> Decision {
    let inputs = Inputs {
        account: question.account,
        week: question.week,
        history: question.history,
        published: question.published,
    };
    let proposal = match &question.hold {
        Some(reason) => rules::hold(&inputs, reason.clone()),
        None => rules::propose(&inputs),
    };
    let opinions = opinions(question, &proposal);
    let vetoes = vetoes(&opinions);
    let vetoed: BTreeSet<ChannelName> = vetoes.iter().map(|veto| veto.channel.clone()).collect();
    let paid = rules::pay_vetoes(question.account, &proposal, &vetoed, question.veto_runs);
    let (rounded, rounding) = rules::round(question.account, &paid.allocation);
    let (vetoes_overruled, vetoes): (Vec<Veto>, Vec<Veto>) =
        vetoes.into_iter().partition(|veto| paid.overruled.contains(&veto.channel));
    let mut trace = proposal.trace;
    trace.extend(paid.trace);
    trace.extend(rounding);
    let channels = proposal
        .evidence
        .into_iter()
        .map(|evidence| ChannelDecision {
            reference: reference_of(proposal.reference.as_ref(), &evidence.channel),
            proposal: proposal.allocation.amount(&evidence.channel),
            final_budget: rounded.amount(&evidence.channel).floor(),
            reasons: reasons_of(&trace, &evidence.channel),
            channel: evidence.channel.clone(),
            evidence,
        })
        .collect();
    Decision {
        account: question.account.clone(),
        week: question.week,
        revision: question.revision,
        revise_reason: question.revise_reason.clone(),
        held: proposal.held,
        total: question.account.total_budget_weekly,
        channels,
        reference: proposal.reference,
        vetoes,
        vetoes_overruled,
        opinions,
        trace,
        history: question.history.clone(),
        manifest_before: question.manifest_before,
        remarks: question.remarks.clone(),
    }
}

/// The blocker's opinions on the cuts of a proposal, sorted by channel. If the model panics, each
/// cut gets a silence that says so.
fn opinions(question: &Question<'_>, proposal: &Proposal) -> Vec<Opinion> {
    let cuts = rules::cuts(question.account, proposal);
    let settings = &question.account.blocker;
    catch_unwind(AssertUnwindSafe(|| blocker::look(settings, question.history, &cuts)))
        .unwrap_or_else(|_| {
            cuts.iter()
                .map(|channel| Opinion {
                    channel: channel.clone(),
                    verdict: Verdict::Silent(Silence::Failed),
                })
                .collect()
        })
}

fn vetoes(opinions: &[Opinion]) -> Vec<Veto> {
    opinions
        .iter()
        .filter_map(|opinion| match opinion.verdict {
            Verdict::Veto(estimate) => Some(Veto { channel: opinion.channel.clone(), estimate }),
            Verdict::Pass(_) | Verdict::Silent(_) => None,
        })
        .collect()
}

fn reference_of(reference: Option<&Reference>, channel: &ChannelName) -> Option<Amount> {
    let amounts = &reference?.amounts;
    amounts.iter().find(|(name, _)| name == channel).map(|(_, amount)| *amount)
}

fn reasons_of(trace: &[TraceLine], channel: &ChannelName) -> Vec<&'static str> {
    let mut codes = Vec::new();
    for line in trace.iter().filter(|line| line.channel.as_ref() == Some(channel)) {
        let code = line.reason.code();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

impl Decision {
    /// Parts of the advice that failed, in words; empty as a rule.
    pub fn fallbacks(&self) -> Vec<String> {
        self.opinions
            .iter()
            .filter(|opinion| matches!(opinion.verdict, Verdict::Silent(Silence::Failed)))
            .map(|opinion| format!("the blocker failed on {}", opinion.channel))
            .collect()
    }
}
