//! Many faults of one kind in a few words, as a page of them is divided.

use super::FaultReason;

impl FaultReason {
    /// Many faults of this kind in a few words.
    pub(in crate::ingest) fn kind(&self) -> String {
        let words = match self {
            Self::OtherCurrency { found, expected } => {
                return format!("amounts are in {found}, the account is in {expected}");
            }
            Self::TooFine { digits_max, .. } => {
                return format!("amounts have more than {digits_max} digits after the point");
            }
            Self::NotCsv { .. } | Self::OtherLayout { .. } | Self::OtherLocale { .. } => {
                "the file has another format"
            }
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
            Self::HeaderAgain => "the header stands among the rows",
            Self::UnknownTotal => "totals stand among the rows",
            Self::SumOfOthers { .. } => "rows are the sum of others",
            Self::CalledTotal { .. } => "rows are called totals",
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
            Self::UnreadDifference { .. } => "rows differ only in columns that are not read",
            Self::ClosedPeriod { .. } => "figures of closed days would change",
            Self::ChecksumMismatch { .. } | Self::BadChecksumFile { .. } => {
                "the file is not what its digest says"
            }
            Self::EndOfAnother { .. } => "the header is missing",
            Self::Overtaken { .. } => "a newer file of the name counts",
        };
        words.to_owned()
    }
}
