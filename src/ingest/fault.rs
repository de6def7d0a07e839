//! What is wrong with a file: one fault with its place, its value, its reason and its remedy.
//! Text of the file that stands in a fault is escaped and shortened; raw text never gets in here.

use crate::domain::Day;
use crate::domain::text::{escape, shorten};

/// Characters of a value that are shown: enough to find the cell, short enough for a line.
const VALUE_CHARS_MAX: usize = 60;

/// A piece of the file's text as a fault may carry it.
pub(super) fn shown(text: &str) -> String {
    shorten(&escape(&shorten(text, VALUE_CHARS_MAX)), 2 * VALUE_CHARS_MAX)
}

/// Like [`shown`], for bytes that may be no text.
pub(super) fn shown_bytes(bytes: &[u8]) -> String {
    // Four bytes are the longest character, so that the cut hides nothing that would be shown.
    let end = bytes.len().min(4 * (VALUE_CHARS_MAX + 1));
    with_visible_spaces(&shown(&String::from_utf8_lossy(&bytes[..end])))
}

/// Spaces other than the usual one, which look like it and aren't it, by their code points.
fn with_visible_spaces(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_whitespace() && character != ' ' {
            visible.extend(character.escape_unicode());
        } else {
            visible.push(character);
        }
    }
    visible
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line that it stands on (the first, where it stands on several); `None` for what is
    /// wrong with the file or a whole column.
    pub line: Option<u64>,
    /// The column by its name in the file's header, escaped.
    pub column: Option<String>,
    /// The text that is wrong, escaped and shortened; absent where there is none to show.
    pub value: Option<String>,
    /// What is wrong.
    pub reason: FaultReason,
    /// What to do about it.
    pub hint: Option<String>,
    /// How many rows have it.
    pub times: u64,
}

impl Fault {
    /// A fault of the whole file.
    pub(super) const fn of_file(reason: FaultReason) -> Self {
        Self { line: None, column: None, value: None, reason, hint: None, times: 1 }
    }

    /// A fault of a line.
    pub(super) const fn of_line(line: u64, reason: FaultReason) -> Self {
        Self { line: Some(line), column: None, value: None, reason, hint: None, times: 1 }
    }

    /// The same with its column.
    pub(super) fn in_column(mut self, column: &str) -> Self {
        self.column = Some(column.to_owned());
        self
    }

    /// The same with the text that is wrong, which is made safe to show.
    pub(super) fn with_value(mut self, text: &[u8]) -> Self {
        self.value = Some(shown_bytes(text));
        self
    }

    /// The same with its remedy.
    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for Fault {
    /// `line 14, column spend: "12,5" is not an amount`: every reason is what is said of the value,
    /// or of the place where there is no value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.line, &self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}")?,
            (Some(line), None) => write!(f, "line {line}")?,
            (None, Some(column)) => write!(f, "column {column}")?,
            (None, None) if self.reason.has_its_own_subject() => {
                return write!(f, "{}", self.reason);
            }
            (None, None) => f.write_str("the file")?,
        }
        match &self.value {
            Some(value) => write!(f, ": \"{value}\" {}", self.reason)?,
            None if self.reason.has_its_own_subject() => write!(f, ": {}", self.reason)?,
            None => write!(f, " {}", self.reason)?,
        }
        match (self.times, self.line) {
            (2.., Some(line)) => write!(f, " (in {} rows, first line {line})", self.times),
            _ => Ok(()),
        }
    }
}

/// A way of writing dates that a column holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenFormat {
    /// The first date written so.
    pub example: String,
    /// The line that it stands on.
    pub line: u64,
    /// How many rows are written so.
    pub rows: u64,
    /// The two days that the example could be, where both are possible.
    pub could_be: Option<(Day, Day)>,
}

impl std::fmt::Display for SeenFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(f, "{} (line {}, {} {rows}", self.example, self.line, self.rows)?;
        if let Some((one, other)) = self.could_be {
            write!(f, "; it could be {} or {}", one.format("%-d %B"), other.format("%-d %B"))?;
        }
        f.write_str(")")
    }
}

/// A measure that two rows of one key state differently.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The measure.
    pub measure: &'static str,
    /// What the earlier row says; `blank` where it says nothing.
    pub first: String,
    /// What the later row says.
    pub second: String,
}

/// Why something is a fault. Each has a code that stays the same between versions, and a text
/// that is what is said of the value or the place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[expect(missing_docs, reason = "each variant is explained by its text")]
pub enum FaultReason {
    #[error("is {what}, not CSV text in UTF-8")]
    NotCsv { what: &'static str },
    #[error("is not in the format that the source \"{source_name}\" describes: {what}")]
    OtherLayout { source_name: String, what: String },
    #[error("is an empty report (\"{text}\"): nothing to take")]
    EmptyReport { text: String },
    #[error("has no rows")]
    NoRows,
    #[error("covers {first} to {last} in one row per {per} and has no column \"Day\"")]
    PeriodReport { first: String, last: String, per: &'static str },
    #[error("has no date column (found: {})", found.join(", "))]
    NoDateColumn { found: Vec<String> },
    #[error("rows of the source \"{source_name}\" cover a {covers} each; the inbox takes days")]
    NotDaily { source_name: String, covers: &'static str },
    #[error("is larger than {bytes_max} bytes; what is behind them was not looked at")]
    FileTooLarge { bytes_max: u64 },
    #[error(
        "is one more than the {rows_max} rows that a file may have; it and what is behind it were not looked at"
    )]
    TooManyRows { rows_max: u64 },
    #[error("is longer than {bytes_max} bytes")]
    LineTooLong { bytes_max: usize },
    #[error("has a field longer than {bytes_max} bytes")]
    FieldTooLong { bytes_max: usize },
    #[error("has more than {columns_max} fields")]
    TooManyColumns { columns_max: usize },
    #[error("is not UTF-8: byte 0x{byte:02X}")]
    NotUtf8 { byte: u8 },
    #[error("is not UTF-16: {what}")]
    NotUtf16 { what: &'static str },
    #[error("byte 0x{byte:02X} is not Windows-1252")]
    NotWindows1252 { byte: u8 },
    #[error("is {found}; its source says encoding = \"{expected}\"")]
    OtherEncoding { found: &'static str, expected: &'static str },
    #[error("has a name that ends in {ending}, but it is no {packing} file")]
    NotPacked { packing: &'static str, ending: &'static str },
    #[error("is a damaged {packing} file: {what}")]
    DamagedArchive { packing: &'static str, what: String },
    #[error("unpacks to more than {bytes_max} bytes; what is behind them was not looked at")]
    UnpacksTooLarge { bytes_max: u64 },
    #[error("needs a window of more than {mebibytes_max} MiB of memory to be unpacked")]
    WindowTooLarge { mebibytes_max: u64 },
    #[error("holds the control character U+{code_point:04X}")]
    ControlCharacter { code_point: u32 },
    #[error("holds a carriage return that ends no line")]
    LoneCarriageReturn,
    #[error("has a quote inside a field that doesn't begin with one")]
    StrayQuote,
    #[error(
        "goes on behind a closing quote, where only a separator or the end of the line may stand"
    )]
    TextBehindQuote,
    #[error("opens a quote that is never closed")]
    UnterminatedQuote,
    #[error("opens a quote that is not closed within {bytes_max} bytes")]
    QuoteTooLong { bytes_max: usize },
    #[error("has no column \"{name}\"")]
    MissingColumn { name: String },
    #[error("stands twice in the header")]
    DoubledColumn,
    #[error("both \"{first}\" and \"{second}\" stand for {stands_for}")]
    TwoColumns { first: String, second: String, stands_for: &'static str },
    #[error("is no column that the source \"{source_name}\" names")]
    UnknownColumn { source_name: String },
    #[error("has {fields} of {expected} fields")]
    TooFewFields { fields: usize, expected: usize },
    #[error("has {fields} fields, the header has {expected}")]
    TooManyFields { fields: usize, expected: usize },
    #[error("has {fields} of {expected} fields and no end: the file is cut short")]
    CutShort { fields: usize, expected: usize },
    #[error("holds nothing but commas")]
    BlankRow,
    #[error("is blank")]
    BlankCell,
    #[error("is no day written as {expected}")]
    NotADay { expected: String },
    #[error("lies in the future: today is {today}")]
    FutureDay { today: Day },
    #[error("lies before {first}, the first day that is believed")]
    DayTooOld { first: Day },
    #[error("is written like {seen}; this source expects {expected}")]
    OtherDateFormat { seen: SeenFormat, expected: String },
    #[error("holds {} formats: {}", number(formats.len()), listed(formats))]
    MixedDates { formats: Vec<SeenFormat> },
    #[error("is no channel of this account")]
    UnknownChannel,
    #[error("is a campaign that no rule of the source gives a channel")]
    NoRuleForCampaign,
    #[error("is not an amount")]
    NotAnAmount,
    #[error("carries \"{mark}\", which several currencies share")]
    SharedMark { mark: &'static str },
    #[error("lies before {first}, {window_days} days before today")]
    OutsideWindow { first: Day, window_days: u32 },
    #[error("begins a {period} that ends on {last_day}, after today ({today})")]
    OpenPeriod { period: &'static str, last_day: Day, today: Day },
    #[error("holds weeks that {found}; those of the account {expected}")]
    OtherWeeks { found: String, expected: String },
    #[error("is not the {expected} day of its month")]
    InsideMonth { expected: &'static str },
    #[error("is negative")]
    NegativeAmount,
    #[error("is no finite amount")]
    InfiniteAmount,
    #[error("is not a plain amount: it carries a currency mark")]
    CurrencyMark,
    #[error("is an amount in {found}, the account is in {expected}")]
    OtherCurrency { found: &'static str, expected: &'static str },
    #[error("holds {}; the account is in {expected}", currencies_text(seen))]
    OtherCurrencies { seen: Vec<SeenCurrency>, expected: &'static str },
    #[error("has more than the {digits_max} digits after the point that {currency} has")]
    TooFine { digits_max: u8, currency: &'static str },
    #[error("is more than {max}, the most that an amount may be")]
    AmountTooLarge { max: String },
    #[error("is not a whole number")]
    NotAWholeNumber,
    #[error("is not a number of conversions")]
    NotConversions,
    #[error("is more than {max}, the most that a count may be")]
    CountTooLarge { max: u64 },
    #[error("clicks are more than the {impressions} impressions of the row")]
    ClicksAboveImpressions { impressions: u64 },
    #[error("conversions are more than the {clicks} clicks of the row")]
    ConversionsAboveClicks { clicks: u64 },
    #[error("can't be shared: there is nothing to share it by in {by}")]
    NothingToShareBy { by: &'static str },
    #[error("the rows{of} {}", totals_text(label, *line, differences))]
    TotalsDiffer { of: String, label: String, line: u64, differences: Vec<TotalsDifference> },
    #[error("has more than {held_max} figures that totals are to be compared with")]
    TooManyTotals { held_max: u64 },
    #[error("holds control or invisible characters")]
    UnprintableText,
    #[error("is longer than {chars_max} characters")]
    TextTooLong { chars_max: usize },
    #[error("{subject} stands twice with different {}; keep one", differences_text(differences, *first_line, *second_line))]
    ConflictingRows {
        subject: String,
        first_line: u64,
        second_line: u64,
        differences: Vec<Difference>,
    },
    #[error("{day}, {channel}: {}; the day is closed", changes_text(changes, also))]
    ClosedPeriod { day: Day, channel: String, changes: Vec<Difference>, also: Vec<String> },
    #[error(
        "the digest in {companion} is not that of the file: it is incomplete or changed; drop both again"
    )]
    ChecksumMismatch { companion: String },
    #[error("{companion} {what}: the file can't be checked; drop both again")]
    BadChecksumFile { companion: String, what: &'static str },
}

/// A currency that a column names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenCurrency {
    /// Its code, as far as it is one; escaped.
    pub code: String,
    /// The first line with it.
    pub line: u64,
    /// How many rows have it.
    pub rows: u64,
}

impl std::fmt::Display for SeenCurrency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(f, "{} ({} {rows}, first line {})", self.code, self.rows, self.line)
    }
}

/// A column whose rows sum to something else than the file's own total.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotalsDifference {
    /// The column or measure, escaped.
    pub column: String,
    /// What the rows sum to.
    pub rows: String,
    /// What the total says.
    pub total: String,
}

fn currencies_text(seen: &[SeenCurrency]) -> String {
    let listed = seen.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    match seen.len() {
        1 => format!("another currency: {listed}"),
        count => format!("{} currencies: {listed}", number(count)),
    }
}

/// "add up to 1.00 in the column Cost, the report's own "Total" says 2.00 (line 9)"
fn totals_text(label: &str, line: u64, differences: &[TotalsDifference]) -> String {
    let mut text = String::new();
    for (at, TotalsDifference { column, rows, total }) in differences.iter().enumerate() {
        text.push_str(&if at == 0 {
            format!(
                "add up to {rows} in the column {column}, the report's own \"{label}\" says {total} \
                 (line {line})"
            )
        } else {
            format!("; {column}: {rows} and {total}")
        });
    }
    text
}

fn number(count: usize) -> String {
    match count {
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        _ => count.to_string(),
    }
}

fn listed(formats: &[SeenFormat]) -> String {
    formats.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

fn differences_text(differences: &[Difference], first_line: u64, second_line: u64) -> String {
    differences
        .iter()
        .map(|Difference { measure, first, second }| {
            format!("{measure}: {first} (line {first_line}) and {second} (line {second_line})")
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// "spend 10.00 would become 12.00; also other clicks"
fn changes_text(changes: &[Difference], also: &[String]) -> String {
    let mut parts: Vec<String> = changes
        .iter()
        .map(|Difference { measure, first, second }| {
            format!("{measure} {first} would become {second}")
        })
        .collect();
    match also {
        [] => {}
        names if parts.is_empty() => parts.push(format!("other {}", names.join(", "))),
        names => parts.push(format!("also other {}", names.join(", "))),
    }
    parts.join("; ")
}

impl FaultReason {
    /// Names the reason for programs; the same in every version.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotCsv { .. } => "not_csv",
            Self::OtherLayout { .. } => "other_layout",
            Self::EmptyReport { .. } => "empty_report",
            Self::NoRows => "no_rows",
            Self::PeriodReport { .. } => "period_report",
            Self::NoDateColumn { .. } => "no_date_column",
            Self::NotDaily { .. } => "not_daily",
            Self::FileTooLarge { .. } => "file_too_large",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::LineTooLong { .. } => "line_too_long",
            Self::FieldTooLong { .. } => "field_too_long",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::NotUtf16 { .. } => "not_utf16",
            Self::NotWindows1252 { .. } => "not_windows_1252",
            Self::OtherEncoding { .. } => "other_encoding",
            Self::NotPacked { .. } => "not_packed",
            Self::DamagedArchive { .. } => "damaged_archive",
            Self::UnpacksTooLarge { .. } => "unpacks_too_large",
            Self::WindowTooLarge { .. } => "window_too_large",
            Self::ControlCharacter { .. } => "control_character",
            Self::LoneCarriageReturn => "lone_carriage_return",
            Self::StrayQuote => "stray_quote",
            Self::TextBehindQuote => "text_behind_quote",
            Self::UnterminatedQuote => "unterminated_quote",
            Self::QuoteTooLong { .. } => "quote_too_long",
            Self::MissingColumn { .. } => "missing_column",
            Self::DoubledColumn => "doubled_column",
            Self::TwoColumns { .. } => "two_columns",
            Self::UnknownColumn { .. } => "unknown_column",
            Self::TooFewFields { .. } => "too_few_fields",
            Self::TooManyFields { .. } => "too_many_fields",
            Self::CutShort { .. } => "cut_short",
            Self::BlankRow => "blank_row",
            Self::BlankCell => "blank_cell",
            Self::NotADay { .. } => "not_a_day",
            Self::FutureDay { .. } => "future_day",
            Self::DayTooOld { .. } => "day_too_old",
            Self::OtherDateFormat { .. } => "other_date_format",
            Self::MixedDates { .. } => "mixed_dates",
            Self::UnknownChannel => "unknown_channel",
            Self::NoRuleForCampaign => "no_rule_for_campaign",
            Self::NotAnAmount => "not_an_amount",
            Self::SharedMark { .. } => "shared_mark",
            Self::OutsideWindow { .. } => "outside_window",
            Self::OpenPeriod { .. } => "open_period",
            Self::OtherWeeks { .. } => "other_weeks",
            Self::InsideMonth { .. } => "inside_month",
            Self::NegativeAmount => "negative_amount",
            Self::InfiniteAmount => "infinite_amount",
            Self::CurrencyMark => "currency_mark",
            Self::OtherCurrency { .. } => "other_currency",
            Self::OtherCurrencies { .. } => "other_currencies",
            Self::TooFine { .. } => "too_fine",
            Self::AmountTooLarge { .. } => "amount_too_large",
            Self::NotAWholeNumber => "not_a_whole_number",
            Self::NotConversions => "not_conversions",
            Self::CountTooLarge { .. } => "count_too_large",
            Self::ClicksAboveImpressions { .. } => "clicks_above_impressions",
            Self::ConversionsAboveClicks { .. } => "conversions_above_clicks",
            Self::NothingToShareBy { .. } => "nothing_to_share_by",
            Self::TotalsDiffer { .. } => "totals_differ",
            Self::TooManyTotals { .. } => "too_many_totals",
            Self::UnprintableText => "unprintable_text",
            Self::TextTooLong { .. } => "text_too_long",
            Self::ConflictingRows { .. } => "conflicting_rows",
            Self::ClosedPeriod { .. } => "closed_period",
            Self::ChecksumMismatch { .. } => "checksum_mismatch",
            Self::BadChecksumFile { .. } => "bad_checksum_file",
        }
    }

    /// Whether the text is a sentence that names what it speaks of.
    const fn has_its_own_subject(&self) -> bool {
        matches!(
            self,
            Self::ConflictingRows { .. }
                | Self::NotWindows1252 { .. }
                | Self::TwoColumns { .. }
                | Self::NotDaily { .. }
                | Self::TotalsDiffer { .. }
                | Self::ClosedPeriod { .. }
                | Self::ChecksumMismatch { .. }
                | Self::BadChecksumFile { .. }
        )
    }

    /// Whether this alone explains the refusal, so that all else is likely to follow from it.
    pub(super) const fn explains_the_rest(&self) -> bool {
        matches!(
            self,
            Self::NotCsv { .. }
                | Self::OtherLayout { .. }
                | Self::EmptyReport { .. }
                | Self::NoRows
                | Self::PeriodReport { .. }
                | Self::NoDateColumn { .. }
                | Self::NotDaily { .. }
                | Self::OtherCurrencies { .. }
                | Self::FileTooLarge { .. }
                | Self::NotUtf16 { .. }
                | Self::OtherEncoding { .. }
                | Self::NotPacked { .. }
                | Self::DamagedArchive { .. }
                | Self::UnpacksTooLarge { .. }
                | Self::WindowTooLarge { .. }
                | Self::CutShort { .. }
                | Self::OtherDateFormat { .. }
                | Self::MixedDates { .. }
                | Self::OtherWeeks { .. }
                | Self::UnterminatedQuote
                | Self::QuoteTooLong { .. }
        )
    }

    /// Many faults of this kind in a few words.
    pub(super) fn kind(&self) -> String {
        let words = match self {
            Self::OtherCurrency { found, expected } => {
                return format!("amounts are in {found}, the account is in {expected}");
            }
            Self::TooFine { digits_max, .. } => {
                return format!("amounts have more than {digits_max} digits after the point");
            }
            Self::NotCsv { .. } | Self::OtherLayout { .. } => "the file has another format",
            Self::EmptyReport { .. } | Self::NoRows => "the file is empty",
            Self::PeriodReport { .. } | Self::NoDateColumn { .. } => "rows name no day",
            Self::NotDaily { .. } => "rows cover more than a day",
            Self::FileTooLarge { .. }
            | Self::TooManyRows { .. }
            | Self::UnpacksTooLarge { .. }
            | Self::WindowTooLarge { .. }
            | Self::TooManyTotals { .. } => "the file is too large",
            Self::LineTooLong { .. } | Self::FieldTooLong { .. } | Self::TooManyColumns { .. } => {
                "lines are longer than those of a daily file"
            }
            Self::NotUtf8 { .. } => "the file is not UTF-8",
            Self::NotUtf16 { .. } | Self::NotWindows1252 { .. } | Self::OtherEncoding { .. } => {
                "the file has another encoding"
            }
            Self::NotPacked { .. } | Self::DamagedArchive { .. } => "the archive is damaged",
            Self::ControlCharacter { .. } => "lines hold control characters",
            Self::LoneCarriageReturn => "lines end in carriage returns alone",
            Self::StrayQuote
            | Self::TextBehindQuote
            | Self::UnterminatedQuote
            | Self::QuoteTooLong { .. } => "quotes do not stand around whole fields",
            Self::MissingColumn { .. } => "columns are missing",
            Self::DoubledColumn | Self::TwoColumns { .. } => "columns stand twice",
            Self::UnknownColumn { .. } => "the file has columns that are not known",
            Self::TooFewFields { .. } | Self::TooManyFields { .. } | Self::CutShort { .. } => {
                "rows have another number of fields than the header"
            }
            Self::BlankRow => "rows hold nothing but commas",
            Self::BlankCell => "cells are blank",
            Self::NotADay { .. } => "dates are no days",
            Self::FutureDay { .. } => "days lie in the future",
            Self::DayTooOld { .. } => "days lie too far back",
            Self::OtherDateFormat { .. } | Self::MixedDates { .. } => {
                "dates are written in another format"
            }
            Self::UnknownChannel => "channels are not those of this account",
            Self::NoRuleForCampaign => "campaigns have no channel",
            Self::OtherCurrencies { .. } => "amounts are in other currencies",
            Self::ConversionsAboveClicks { .. } => "conversions are more than clicks",
            Self::NothingToShareBy { .. } => "revenue can't be shared among the channels",
            Self::TotalsDiffer { .. } => "the rows are not what their totals say",
            Self::NotAnAmount => "amounts are not written as the source says",
            Self::SharedMark { .. } => "amounts carry marks that several currencies share",
            Self::OutsideWindow { .. } => "days lie before the account's window",
            Self::OpenPeriod { .. } => "weeks or months are not over",
            Self::OtherWeeks { .. } => "weeks start on another day than the account's",
            Self::InsideMonth { .. } => "months are dated by a day inside them",
            Self::NegativeAmount => "amounts are negative",
            Self::InfiniteAmount => "amounts are not finite",
            Self::CurrencyMark => "amounts carry currency marks",
            Self::AmountTooLarge { .. } => "amounts are too large",
            Self::NotAWholeNumber => "counts are not whole numbers",
            Self::NotConversions => "conversions are not plain numbers",
            Self::CountTooLarge { .. } => "counts are too large",
            Self::ClicksAboveImpressions { .. } => "clicks are more than impressions",
            Self::UnprintableText => "campaigns hold control or invisible characters",
            Self::TextTooLong { .. } => "campaigns are too long",
            Self::ConflictingRows { .. } => "rows stand twice with different values",
            Self::ClosedPeriod { .. } => "figures of closed days would change",
            Self::ChecksumMismatch { .. } | Self::BadChecksumFile { .. } => {
                "the file is not what its digest says"
            }
        };
        words.to_owned()
    }
}
