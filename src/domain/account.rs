//! An account with its channels and its rules, checked: whoever holds one may rely on what the
//! fields' docs say. The configuration builds it; nothing behind it checks these again.

use chrono::{NaiveTime, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::experiments::Experiments;
use super::text::folded;
use super::{
    ActionSettings, Channel, ChannelName, Currency, Day, ModelSettings, Money, Share, Source, Week,
};

/// The id of an account: 1 to 64 of `a-z`, `0-9`, `-`, `_`, beginning with a letter or digit.
/// It names folders, so it is neither `rejected` nor `receipts`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    /// Checks `text`; the error says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let starts_well = text.bytes().next().is_some_and(fits);
        if matches!(text, "rejected" | "receipts") {
            Err("this name is a folder of every inbox")
        } else if text.len() > 64 || !starts_well {
            Err("an id has 1 to 64 of a-z, 0-9, - and _, and begins with a letter or digit")
        } else if text.bytes().all(|byte| fits(byte) || byte == b'-' || byte == b'_') {
            Ok(Self(text.to_owned()))
        } else {
            Err("an id has 1 to 64 of a-z, 0-9, - and _, and begins with a letter or digit")
        }
    }

    /// The id itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AccountId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

impl std::fmt::Display for AccountId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// Mondays at six, in the account's time zone: second minute hour day month weekday.
pub const SCHEDULE_SHIPPED: &str = "0 0 6 * * Mon";

/// One advertiser: a currency, a time zone, a weekly total, its channels and its rules.
#[derive(Debug, Clone)]
pub struct Account {
    /// Names the account's folders and files.
    pub id: AccountId,
    /// The currency of every amount.
    pub currency: Currency,
    /// The zone whose calendar days its files speak of.
    pub time_zone: Tz,
    /// The first day of its weeks.
    pub week_starts_on: Weekday,
    /// T: what the budgets of a week sum to. Positive, at most [`Money::TOTAL_MAX`], a multiple of
    /// the rounding unit.
    pub total_budget_weekly: Money,
    /// What published budgets are multiples of. Positive.
    pub rounding_unit: Money,
    /// Sorted by name, names and aliases unique without case, at least one of them active. The
    /// caps of the active ones, rounded down to the unit, hold the total; their floors sum to no
    /// more than it.
    pub channels: Vec<Channel>,
    /// How evidence becomes a proposal.
    pub rules: RulesSettings,
    /// When evidence is fit to decide on.
    pub gate: GateSettings,
    /// When a cut is premature.
    pub blocker: BlockerSettings,
    /// What days and corrections its files may bring.
    pub checks: ChecksSettings,
    /// How its advisory model is fitted; never part of a decision.
    pub model: ModelSettings,
    /// When the model may speak of more or less spend.
    pub actions: ActionSettings,
    /// Lift tests that its model learns from.
    pub experiments: Experiments,
    /// When its weekly run is due, as a cron pattern with seconds, in its time zone.
    pub schedule: String,
    /// The formats of its files; the shipped long format is always the last.
    pub sources: Vec<Source>,
}

impl Account {
    /// An account with the shipped settings, in weeks from Monday, budgets in whole major units.
    pub fn with_shipped_settings(
        id: AccountId,
        currency: Currency,
        time_zone: Tz,
        total_budget_weekly: Money,
        mut channels: Vec<Channel>,
    ) -> Self {
        channels.sort_by(|one, other| one.name.cmp(&other.name));
        Self {
            id,
            currency,
            time_zone,
            week_starts_on: Weekday::Mon,
            total_budget_weekly,
            rounding_unit: Money::from_minor(10i128.pow(u32::from(currency.minor_digits()))),
            channels,
            rules: RulesSettings::default(),
            gate: GateSettings::default(),
            blocker: BlockerSettings::default(),
            checks: ChecksSettings::default(),
            model: ModelSettings::default(),
            actions: ActionSettings::default(),
            experiments: Experiments::default(),
            schedule: SCHEDULE_SHIPPED.to_owned(),
            sources: vec![Source::long()],
        }
    }

    /// The channels that get a budget.
    pub fn active_channels(&self) -> impl Iterator<Item = &Channel> {
        self.channels.iter().filter(|channel| !channel.paused)
    }

    /// The channel of that name.
    pub fn channel(&self, name: &ChannelName) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.name == *name)
    }

    /// What a channel that was called `name` is called today: a channel is renamed by giving it
    /// another name and its former one as an alias, or by other letters.
    pub fn todays_name(&self, name: &ChannelName) -> ChannelName {
        if self.channel(name).is_some() {
            return name.clone();
        }
        let lower = folded(name.as_str());
        let is_like = |text: &str| folded(text) == lower;
        let renamed = self.channels.iter().find(|channel| {
            is_like(channel.name.as_str()) || channel.aliases.iter().any(|alias| is_like(alias))
        });
        renamed.map_or_else(|| name.clone(), |channel| channel.name.clone())
    }

    /// The week that `day` lies in.
    pub fn week_of(&self, day: Day) -> Week {
        Week::containing(day, self.week_starts_on)
    }

    /// The share of the total that a channel may get at most.
    pub fn cap_share(&self, channel: &Channel) -> Share {
        channel.spend_cap_share.unwrap_or(self.rules.spend_cap_share)
    }

    /// The share of the total that a channel gets at least.
    pub fn floor_share(&self, channel: &Channel) -> Share {
        channel.spend_floor_share.unwrap_or(self.rules.spend_floor_share)
    }

    /// What a day without a row means for a channel.
    pub fn absent_days(&self, channel: &Channel) -> AbsentDays {
        channel.absent_days.unwrap_or(self.gate.absent_days)
    }
}

/// What the rules weigh an eligible channel by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightKind {
    /// (revenue − spend) / spend
    Roi,
    /// revenue / spend
    Roas,
    /// ROI times the response factor
    Response,
}

/// How the weeks of the evidence count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceWeights {
    /// The newest counts `lookback_weeks` times, the oldest once.
    Linear,
    /// Each counts once.
    Flat,
}

/// The reference of an account that has not decided yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstReference {
    /// The last full week's spend, scaled to the total.
    Spend,
    /// Nothing.
    None,
}

/// `[rules]` of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RulesSettings {
    /// What an eligible channel is weighed by.
    pub weight: WeightKind,
    /// Full weeks of evidence before the decision week, 1 to 104.
    pub lookback_weeks: u32,
    /// How these weeks count.
    pub evidence_weights: EvidenceWeights,
    /// Upper bound of a channel, as a share of the total.
    pub spend_cap_share: Share,
    /// Lower bound of a channel, as a share of the total.
    pub spend_floor_share: Share,
    /// How far a budget moves towards its target in one week; at most one.
    pub adjust_share: Share,
    /// Weekly step limit of a channel against its reference; `None`: no limit.
    pub change_share_max: Option<Share>,
    /// Moves of less than this share of the total are not made; zero: off.
    pub quiet_share: Share,
    /// The reference before the first decision.
    pub first_reference: FirstReference,
}

impl Default for RulesSettings {
    /// The shipped settings (DESIGN §6).
    fn default() -> Self {
        Self {
            weight: WeightKind::Roi,
            lookback_weeks: 8,
            evidence_weights: EvidenceWeights::Linear,
            spend_cap_share: Share::from_millionths(400_000),
            spend_floor_share: Share::from_millionths(20_000),
            adjust_share: Share::from_millionths(500_000),
            change_share_max: Some(Share::from_millionths(300_000)),
            quiet_share: Share::from_millionths(10_000),
            first_reference: FirstReference::Spend,
        }
    }
}

/// What a day without a row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsentDays {
    /// Its data are missing.
    Missing,
    /// Nothing was spent, once a row of a later day, or of the same day for another channel, has
    /// arrived after it ended.
    Zero,
}

/// `[gate]` of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateSettings {
    /// From this time on the day of the scheduled run, missing evidence holds instead of waiting.
    pub deadline: NaiveTime,
    /// What a day without a row means.
    pub absent_days: AbsentDays,
}

impl Default for GateSettings {
    /// The shipped settings (DESIGN §6).
    fn default() -> Self {
        Self {
            deadline: NaiveTime::from_hms_opt(18, 0, 0).expect("18:00 is a time"),
            absent_days: AbsentDays::Missing,
        }
    }
}

/// `[blocker]` of an account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BlockerSettings {
    /// Whether cuts are looked at.
    pub enabled: bool,
    /// Weeks after this one whose revenue a cut may cost, 1 to 8.
    pub horizon_weeks: u32,
    /// Probability that the stated interval holds the truth, between 0.5 and 0.999.
    pub confidence: f64,
    /// Expected cost of a cut unit of money above which the cut is premature.
    pub hurdle: f64,
    /// Full weeks of history below which the blocker stays silent.
    pub history_weeks_min: u32,
    /// Published weeks in a row in which the same channel can be vetoed.
    pub consecutive_vetoes_max: u32,
}

impl Default for BlockerSettings {
    /// The shipped settings (DESIGN §6).
    fn default() -> Self {
        Self {
            enabled: true,
            horizon_weeks: 2,
            confidence: 0.80,
            hurdle: 1.0,
            history_weeks_min: 16,
            consecutive_vetoes_max: 4,
        }
    }
}

/// `[checks]` of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ChecksSettings {
    /// Days before today that a file of the inbox may speak of; `import` takes any.
    pub window_days: u32,
    /// Days before today whose figures may still be corrected: a day as old as this is closed.
    pub restatement_window_days: u32,
}

impl Default for ChecksSettings {
    /// Three years catch a year that is wrong by more than that, and let history in; platforms
    /// restate conversions for up to 28 days.
    fn default() -> Self {
        Self { window_days: 1096, restatement_window_days: 28 }
    }
}
