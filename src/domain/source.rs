//! A file format: which files it describes, how they are laid out, and how they write things.
//! The configuration builds it from presets and `[[sources]]`; nothing in it is ever guessed.

use std::collections::BTreeMap;

use chrono::Months;
use serde::{Deserialize, Serialize};

use super::Day;
use super::calendar::{minus_days, plus_days};

/// A file format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Source {
    /// Its name in messages and receipts.
    pub name: String,
    /// Which file names it describes: `*` stands for any run of characters, `?` for one;
    /// compared without case, and without `.gz` or `.zst` at the end. The first source whose
    /// pattern fits reads the file.
    pub files: String,
    /// How rows and columns are arranged.
    pub layout: Layout,
    /// What a row covers.
    pub grain: Grain,
    /// Which day of a week or month stands in the date column.
    pub dated_by: DatedBy,
    /// Whether the figures of a month are spread evenly over its days; else they stay monthly.
    pub spread_over_days: bool,
    /// How bytes become text. A byte order mark at the start wins over UTF-8.
    pub encoding: Encoding,
    /// The byte between fields: `,`, `;`, `|` or a tab.
    pub separator: u8,
    /// How figures are written.
    pub numbers: Numbers,
    /// The one format of its dates, in the notation of `strftime` ("%Y-%m-%d"); a source of months
    /// may leave out the day ("%Y-%m").
    pub date_format: String,
    /// What its columns are called.
    pub columns: Columns,
    /// What a blank cell means, per measure.
    pub blank: Meanings,
    /// What a cell of hyphens ("--", "-", "—") means, per measure.
    pub dashes: Meanings,
    /// Whether columns that it does not name are left out of the reading instead of refused.
    pub ignore_extra_columns: bool,
    /// The channel of every row that no other rule gives one, by its name or alias.
    pub channel: Option<String>,
    /// Campaign pattern → channel; the first that fits decides, before `channel`.
    pub campaigns: Vec<CampaignRule>,
    /// Only rows whose cell in the column has this text are read; the rest is counted.
    pub only: BTreeMap<String, String>,
    /// Which rows are totals of the others, which are dropped and used as a check sum.
    pub totals: Totals,
    /// How the revenue of the whole business is spread over channels that have none of their own.
    pub revenue_spread: RevenueSpread,
    /// Whether revenue below zero (refunds) is taken. Spend below zero never is.
    pub allow_negative_revenue: bool,
    /// Whether more conversions than clicks refuse the file, instead of a warning.
    pub refuse_conversions_above_clicks: bool,
}

impl Source {
    /// What decides whose a row is.
    pub fn channel_by(&self) -> ChannelBy {
        if self.layout == Layout::Wide || !self.columns.channel.is_empty() {
            ChannelBy::Row
        } else if self.campaigns.is_empty() {
            ChannelBy::Source
        } else {
            ChannelBy::Campaign
        }
    }
}

/// What decides whose a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelBy {
    /// The row says it, and campaigns of several channels may have one name.
    Row,
    /// The source says it of each campaign, which is of one channel at a time.
    Campaign,
    /// The source has one channel for all rows.
    Source,
}

/// How rows and columns are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// The header is the first line; a row is a day, a channel and its figures.
    Long,
    /// The header is the first line; a row is a day, with columns for each channel and measure.
    Wide,
    /// As long, below a preamble: the header is found by name within the first lines.
    Report,
}

/// What a row covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// One calendar day: what the rules decide on.
    Day,
    /// Seven days from the account's first day of the week.
    Week,
    /// A calendar month.
    Month,
}

/// Which day of a week or month stands in the date column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DatedBy {
    /// Its first day.
    First,
    /// Its last day.
    Last,
}

/// How bytes become text. None of them ever replaces what it can't read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8; UTF-16 where a byte order mark says so.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, little-endian where no byte order mark says otherwise.
    #[serde(rename = "utf-16")]
    Utf16,
    /// Windows-1252, as Western Windows programs save.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// ISO 8859-1: each byte is the code point of its number.
    Latin1,
}

/// How figures are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Numbers {
    /// The decimal mark, `.` or `,`.
    pub decimal: char,
    /// What may stand between groups of digits.
    pub thousands: Thousands,
    /// Whether an amount may carry the mark or code of the account's currency.
    pub currency_marks: bool,
    /// Whether figures may have an exponent ("1.4e6").
    pub exponents: bool,
    /// Whether amounts may be finer than the minor unit: they are summed exactly per day and
    /// channel, and rounded once, half to even.
    pub round: bool,
    /// The unit of spend.
    pub spend_unit: Unit,
    /// The unit of revenue.
    pub revenue_unit: Unit,
}

/// What may stand between groups of digits. Groups have three digits, or two before the last
/// three ("4,12,300").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Thousands {
    /// Nothing.
    None,
    /// `,`
    Comma,
    /// `.`
    Point,
    /// A space: U+0020, U+00A0, U+2009 or U+202F.
    Space,
    /// `'` or U+2019.
    Apostrophe,
}

/// The unit that amounts are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Rupees, dollars.
    Major,
    /// Paise, cents.
    Minor,
    /// Millionths of the major unit.
    Micros,
}

/// What the columns are called: for each the names that it may have in a header, compared without
/// case; empty where the format doesn't have it. `{currency}` in a name stands for a currency
/// code, which must be the account's. In a wide layout the names of measures are patterns with
/// `{channel}` ("{channel}_SPEND"), or plain names that are themselves channels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Columns {
    /// The day, or a day of the week or month.
    pub date: Vec<String>,
    /// The channel.
    pub channel: Vec<String>,
    /// The campaign; a file may lack it.
    pub campaign: Vec<String>,
    /// The currency of the row.
    pub currency: Vec<String>,
    /// Money spent.
    pub spend: Vec<String>,
    /// Times shown.
    pub impressions: Vec<String>,
    /// Clicks.
    pub clicks: Vec<String>,
    /// Conversions.
    pub conversions: Vec<String>,
    /// Money earned by the channel.
    pub revenue: Vec<String>,
    /// More columns that, beside day, channel and campaign, tell two rows apart. Their rows are
    /// summed per day and channel.
    pub keys: Vec<String>,
    /// Money earned by the whole business, in a wide layout.
    pub outcome: Option<Outcome>,
    /// Columns kept beside the figures for models, in a wide layout: as written.
    pub controls: Vec<String>,
}

/// Where the revenue of the whole business stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// In a column.
    Column(String),
    /// In the first less the second.
    Difference(String, String),
    /// In the product of two.
    Product(String, String),
}

/// What a cell without a figure means, per measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Meanings {
    /// Of spend.
    pub spend: Meaning,
    /// Of impressions.
    pub impressions: Meaning,
    /// Of clicks.
    pub clicks: Meaning,
    /// Of conversions.
    pub conversions: Meaning,
    /// Of revenue, the channel's and the business's.
    pub revenue: Meaning,
}

/// What a cell without a figure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// The file is refused.
    Refuse,
    /// Nothing happened.
    Zero,
    /// It isn't known.
    Absent,
}

/// Which channel the campaigns of a pattern belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CampaignRule {
    /// `*` stands for any run of characters, `?` for one; compared without case.
    pub pattern: String,
    /// The channel's name or alias.
    pub channel: String,
}

/// Which rows are totals of the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Totals {
    /// A row in which one of the text cells begins with one of these ("Total:") is a totals row: of
    /// its day, or without a date of all rows. Spaces of any kind before a colon don't count.
    pub labels: Vec<String>,
    /// Which of them is the sum of the rows ("Total: Campaigns"); the others are not compared,
    /// only remarked on. Empty: no labelled row is compared.
    pub check: Vec<String>,
    /// Texts that read like totals and are campaigns all the same; a blank one stands for rows
    /// without a campaign.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<String>,
    /// Rows whose campaign is blank are totals: of their day, or without a date of all rows.
    pub blank_campaign: bool,
    /// Rows whose cell in the column has this text are totals of the other rows of their day. Where
    /// a file has no other rows, they are its data.
    pub marked: Option<(String, String)>,
    /// The unit of spend and revenue in totals rows, where it is another than that of the rows.
    pub unit: Option<Unit>,
}

/// How the revenue of the whole business is spread over the channels of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RevenueSpread {
    /// Not at all: the channels' revenue isn't known.
    None,
    /// In proportion to their spend.
    Spend,
    /// In proportion to their impressions.
    Impressions,
    /// In proportion to their clicks.
    Clicks,
    /// In proportion to their conversions.
    Conversions,
}

impl RevenueSpread {
    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Spend => "spend",
            Self::Impressions => "impressions",
            Self::Clicks => "clicks",
            Self::Conversions => "conversions",
        }
    }
}

impl Source {
    /// The long format as it ships (DESIGN §6), which describes every file.
    pub fn long() -> Self {
        Self {
            name: "long".to_owned(),
            files: "*".to_owned(),
            layout: Layout::Long,
            grain: Grain::Day,
            dated_by: DatedBy::First,
            spread_over_days: false,
            encoding: Encoding::Utf8,
            separator: b',',
            numbers: Numbers::default(),
            date_format: "%Y-%m-%d".to_owned(),
            columns: Columns::default(),
            blank: Meanings::default(),
            dashes: Meanings::all(Meaning::Refuse),
            ignore_extra_columns: false,
            channel: None,
            campaigns: Vec::new(),
            only: BTreeMap::new(),
            totals: Totals::default(),
            revenue_spread: RevenueSpread::None,
            allow_negative_revenue: false,
            refuse_conversions_above_clicks: false,
        }
    }
}

impl Default for Numbers {
    /// Plain decimals of the major unit.
    fn default() -> Self {
        Self {
            decimal: '.',
            thousands: Thousands::None,
            currency_marks: false,
            exponents: false,
            round: false,
            spend_unit: Unit::Major,
            revenue_unit: Unit::Major,
        }
    }
}

impl Default for Columns {
    /// The names of the long format.
    fn default() -> Self {
        let one = |name: &str| vec![name.to_owned()];
        Self {
            date: one("date"),
            channel: one("channel"),
            campaign: one("campaign"),
            currency: Vec::new(),
            spend: one("spend"),
            impressions: one("impressions"),
            clicks: one("clicks"),
            conversions: one("conversions"),
            revenue: one("revenue"),
            keys: Vec::new(),
            outcome: None,
            controls: Vec::new(),
        }
    }
}

impl Meanings {
    /// The same for every measure.
    pub const fn all(meaning: Meaning) -> Self {
        Self {
            spend: meaning,
            impressions: meaning,
            clicks: meaning,
            conversions: meaning,
            revenue: meaning,
        }
    }
}

impl Default for Meanings {
    /// Money must be stated; a count may be unknown.
    fn default() -> Self {
        Self { spend: Meaning::Refuse, revenue: Meaning::Refuse, ..Self::all(Meaning::Absent) }
    }
}

impl Grain {
    /// Its stable word ("day", "week", "month").
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The last day of the period that begins on `first`.
    pub fn last_day(self, first: Day) -> Day {
        match self {
            Self::Day => first,
            Self::Week => plus_days(first, 6),
            Self::Month => minus_days(first.checked_add_months(Months::new(1)).unwrap_or(first), 1),
        }
    }
}
