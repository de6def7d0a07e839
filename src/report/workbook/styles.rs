//! How the cells of the workbook look: one place for formats and for the writing of values.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use crate::domain::{Account, Amount, Currency, Money, NumberFormat};
use crate::history::Ratio;
use crate::report::advice::rounded;
use crate::report::words::{has_decimals, minor_per_major};

/// A spreadsheet cuts texts at 32,767 characters, and refuses longer ones.
const TEXT_MAX: usize = 32_000;

/// The formats of a workbook.
pub(super) struct Styles {
    pub currency: Currency,
    pub title: Format,
    pub head: Format,
    pub text: Format,
    pub wrapped: Format,
    pub strong: Format,
    pub note: Format,
    pub money: Format,
    pub money_strong: Format,
    pub change: Format,
    /// Money per unit, with two decimals.
    pub unit: Format,
    pub share: Format,
    pub ratio: Format,
    pub count: Format,
    pub day: Format,
}

const LINE: Color = Color::RGB(0x00D0_D7DE);
const DEEP: Color = Color::RGB(0x000B_5CAD);
const MUTED: Color = Color::RGB(0x0057_606A);

impl Styles {
    /// Those of an account: its currency, and digits behind the point where its budgets have them.
    pub fn of(account: &Account) -> Self {
        let currency = account.currency;
        let digits = if has_decimals(account) { currency.minor_digits() } else { 0 };
        let cell = || {
            Format::new()
                .set_align(FormatAlign::Top)
                .set_border_bottom(FormatBorder::Thin)
                .set_border_bottom_color(LINE)
        };
        let plain = money_format(currency, digits);
        let signed = format!("+{plain};-{plain};{plain}");
        Self {
            currency,
            title: Format::new().set_bold().set_font_size(16),
            head: Format::new()
                .set_bold()
                .set_font_color(Color::White)
                .set_background_color(DEEP)
                .set_align(FormatAlign::Top)
                .set_text_wrap(),
            text: cell(),
            wrapped: cell().set_text_wrap(),
            strong: cell().set_bold(),
            note: Format::new().set_font_color(MUTED).set_text_wrap().set_align(FormatAlign::Top),
            money: cell().set_num_format(grouped(currency, digits)),
            money_strong: cell().set_num_format(grouped(currency, digits)).set_bold(),
            change: cell().set_num_format(signed),
            unit: cell().set_num_format(money_format(currency, 2)),
            share: cell().set_num_format("0.0 %"),
            ratio: cell().set_num_format("0.000"),
            count: cell().set_num_format("#,##0"),
            day: cell().set_num_format("d mmm yyyy").set_align(FormatAlign::Left),
        }
    }

    /// Money in major units.
    pub fn write_money(
        &self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        money: Money,
        format: &Format,
    ) -> Result<(), XlsxError> {
        sheet.write_number_with_format(at.0, at.1, major(self.currency, money), format)?;
        Ok(())
    }

    /// An amount before rounding, to the nearest minor unit.
    pub fn write_amount(
        &self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        amount: Option<Amount>,
    ) -> Result<(), XlsxError> {
        match amount {
            Some(amount) => self.write_money(sheet, at, amount.nearest(), &self.money),
            None => write_text(sheet, at, "", &self.text),
        }
    }

    /// A ratio, or an empty cell where there is none.
    pub fn write_ratio(
        &self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        ratio: Option<Ratio>,
        format: &Format,
    ) -> Result<(), XlsxError> {
        match ratio {
            #[expect(clippy::cast_precision_loss, reason = "a ratio is shown, not computed with")]
            Some(ratio) => {
                sheet.write_number_with_format(
                    at.0,
                    at.1,
                    ratio.millionths() as f64 / 1e6,
                    format,
                )?;
                Ok(())
            }
            None => write_text(sheet, at, "", &self.text),
        }
    }

    /// An estimate of six significant digits; an empty cell where it is no number.
    pub fn write_estimate(
        &self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        value: f64,
        format: &Format,
    ) -> Result<(), XlsxError> {
        if value.is_finite() {
            sheet.write_number_with_format(at.0, at.1, rounded(value), format)?;
            Ok(())
        } else {
            write_text(sheet, at, "", &self.text)
        }
    }
}

/// Text, always as text: a cell whose content begins like a formula keeps that even where somebody edits it.
pub(super) fn write_text(
    sheet: &mut Worksheet,
    at: (u32, u16),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let short: String = text.chars().take(TEXT_MAX).collect();
    if short.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        let quoted = format.clone().set_quote_prefix();
        sheet.write_string_with_format(at.0, at.1, short, &quoted)?;
    } else {
        sheet.write_string_with_format(at.0, at.1, short, format)?;
    }
    Ok(())
}

/// Major units; exact up to 2^53 minor ones, far above any budget.
#[expect(clippy::cast_precision_loss, reason = "sums of a week are below 2^53 minor units")]
fn major(currency: Currency, money: Money) -> f64 {
    money.minor() as f64 / minor_per_major(currency) as f64
}

/// The mark of a currency as a format's literal.
fn mark(currency: Currency) -> String {
    format!("\"{}\"", currency.mark())
}

/// Digits behind the point, as a format has them.
fn decimals(digits: u8) -> String {
    if digits == 0 { String::new() } else { format!(".{}", "0".repeat(usize::from(digits))) }
}

/// Money of either sign. Marks between groups and before the fraction are those of the reader's program.
fn money_format(currency: Currency, digits: u8) -> String {
    format!("{}#,##0{}", mark(currency), decimals(digits))
}

/// The same; lakhs and crores, which a spreadsheet's own grouping doesn't know, by their size.
fn grouped(currency: Currency, digits: u8) -> String {
    if currency.number_format() != NumberFormat::Lakh {
        return money_format(currency, digits);
    }
    let (mark, decimals) = (mark(currency), decimals(digits));
    format!(
        "[>=10000000]{mark}##\\,##\\,##\\,##0{decimals};[>=100000]{mark}##\\,##\\,##0{decimals};{mark}#,##0{decimals}"
    )
}
