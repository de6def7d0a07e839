//! Everything that can be wrong with a file: each reason with its code, its text, and whether it alone
//! explains a refusal.

use super::details::{
    Difference, SeenCurrency, SeenFormat, TotalsDifference, currencies_text, differences_text,
    listed, number, totals_text,
};
use crate::domain::Day;

/// Why something is a fault. Each has a code that stays the same between versions, and a text
/// that is what is said of the value or the place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[expect(missing_docs, reason = "each variant is explained by its text")]
pub enum FaultReason {
    #[error("is {what}, not CSV text in UTF-8")]
    NotCsv { what: &'static str },
    #[error("is not in the format that the source \"{source_name}\" describes: {what}")]
    OtherLayout { source_name: String, what: String },
    #[error("is not written as the source \"{source_name}\" says: it has {what}")]
    OtherLocale { source_name: String, what: String },
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
    #[error("is the header once more")]
    HeaderAgain,
    #[error("looks like a totals row that the source doesn't know")]
    UnknownTotal,
    #[error("{called} the sum of {others}: their money would count twice")]
    SumOfOthers { called: String, others: String },
    #[error("reads like a total{why}")]
    CalledTotal { why: String },
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
    #[error(
        "{subject} stands in line {first_line} and line {second_line} with the same figures, and the two \
         differ in a column that isn't read ({columns})"
    )]
    UnreadDifference { subject: String, first_line: u64, second_line: u64, columns: String },
    #[error("{day}, {channel}: {change}; the day is closed")]
    ClosedPeriod { day: Day, channel: String, change: String },
    #[error(
        "the digest in {companion} is not that of the file: it is incomplete or changed; drop both again"
    )]
    ChecksumMismatch { companion: String },
    #[error("{companion} {what}: the file can't be checked; drop both again")]
    BadChecksumFile { companion: String, what: &'static str },
    #[error(
        "looks like the end of {name}, which was taken at {taken_at} ({rows} {}): its beginning is missing here",
        if *rows == 1 { "row" } else { "rows" }
    )]
    EndOfAnother { name: String, taken_at: String, rows: u64 },
    #[error(
        "{name} was taken at {taken_at} and was still written to after a newer file of its name was taken \
         at {newer_at}: the newer one counts"
    )]
    Overtaken { name: String, taken_at: String, newer_at: String },
}

impl FaultReason {
    /// Names the reason for programs; the same in every version.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotCsv { .. } => "not_csv",
            Self::OtherLayout { .. } => "other_layout",
            Self::OtherLocale { .. } => "other_locale",
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
            Self::HeaderAgain => "header_again",
            Self::UnknownTotal => "unknown_total",
            Self::SumOfOthers { .. } => "sum_of_others",
            Self::CalledTotal { .. } => "called_total",
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
            Self::UnreadDifference { .. } => "unread_difference",
            Self::ClosedPeriod { .. } => "closed_period",
            Self::ChecksumMismatch { .. } => "checksum_mismatch",
            Self::BadChecksumFile { .. } => "bad_checksum_file",
            Self::EndOfAnother { .. } => "end_of_another",
            Self::Overtaken { .. } => "overtaken",
        }
    }

    /// Whether the text is a sentence that names what it speaks of.
    pub(super) const fn has_its_own_subject(&self) -> bool {
        matches!(
            self,
            Self::ConflictingRows { .. }
                | Self::UnreadDifference { .. }
                | Self::NotWindows1252 { .. }
                | Self::TwoColumns { .. }
                | Self::NotDaily { .. }
                | Self::TotalsDiffer { .. }
                | Self::ClosedPeriod { .. }
                | Self::ChecksumMismatch { .. }
                | Self::BadChecksumFile { .. }
                | Self::Overtaken { .. }
        )
    }

    /// Whether a day could be read and not be believed.
    pub(in crate::ingest) const fn is_of_an_unbelieved_day(&self) -> bool {
        matches!(
            self,
            Self::FutureDay { .. }
                | Self::DayTooOld { .. }
                | Self::OutsideWindow { .. }
                | Self::OpenPeriod { .. }
        )
    }

    /// Whether it speaks of as many rows as it counts, and of no others.
    pub(in crate::ingest) const fn is_of_rows(&self) -> bool {
        matches!(
            self,
            Self::OtherCurrencies { .. }
                | Self::OtherDateFormat { .. }
                | Self::MixedDates { .. }
                | Self::OtherWeeks { .. }
        )
    }

    /// Whether this alone explains the refusal, so that all else is likely to follow from it.
    pub(in crate::ingest) const fn explains_the_rest(&self) -> bool {
        matches!(
            self,
            Self::NotCsv { .. }
                | Self::OtherLayout { .. }
                | Self::OtherLocale { .. }
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
                | Self::HeaderAgain
                | Self::OtherDateFormat { .. }
                | Self::MixedDates { .. }
                | Self::OtherWeeks { .. }
                | Self::UnterminatedQuote
                | Self::QuoteTooLong { .. }
                | Self::EndOfAnother { .. }
        )
    }
}
