//! The digits of a figure → an exact decimal, and from there an integer of any scale with what is
//! left over. It has no floating point, and loses nothing without saying so.

use std::cmp::Ordering;

use crate::domain::decimal;

/// Bytes of a cell that [`small`] reads: with six more digits they fit 64 bits.
const SMALL_BYTES_MAX: usize = 12;

/// The usual cell without 128-bit arithmetic, which is slow enough to count in ten million rows: a
/// run of digits, perhaps the decimal mark and at most `scale` digits more. `None` leaves the cell
/// to the slow way.
pub(super) fn small(text: &[u8], scale: u8, mark: u8) -> Option<u64> {
    if text.len() > SMALL_BYTES_MAX {
        return None;
    }
    let mut value: u64 = 0;
    let mut open_digits: Option<u8> = None;
    for (at, &byte) in text.iter().enumerate() {
        match (byte, open_digits) {
            (b'0'..=b'9', Some(0)) => return None,
            (b'0'..=b'9', open) => {
                value = value * 10 + u64::from(byte - b'0');
                open_digits = open.map(|digits| digits - 1);
            }
            (byte, None) if byte == mark && at > 0 && at + 1 < text.len() => {
                open_digits = Some(scale);
            }
            _ => return None,
        }
    }
    let zeros = open_digits.unwrap_or(scale);
    (!text.is_empty()).then(|| value * 10u64.pow(zeros.into()))
}

/// Digits that are kept: the most that a cell may hold, in 10⁻¹⁸ of the minor unit, has 34; one
/// more tells on which side of a half a figure lies, and one is to spare.
const KEPT: u128 = 10u128.pow(36);

/// Digits of a factor; the product of two then fits 128 bits.
const FACTOR: u128 = 10u128.pow(19);

/// Characters of [`Decimal::to_plain`]: no measure of this world needs more.
const PLAIN_CHARS_MAX: usize = 64;

/// An exact decimal: ± `digits` · 10^`exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::ingest) struct Decimal {
    negative: bool,
    digits: u128,
    exponent: i64,
    /// Whether other digits than zeros followed, beyond those that are kept.
    more: bool,
}

/// Where a decimal lies above the next integer below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// On it.
    None,
    /// Compared with half the way to the next.
    Half(Ordering),
}

impl Decimal {
    /// From ASCII digits before and behind the decimal mark; all else between them is passed over.
    pub(super) fn of_digits(whole: &str, fraction: &str, exponent: i16) -> Self {
        let mut value = Self { exponent: exponent.into(), ..Self::default() };
        for (text, place) in [(whole, 0), (fraction, 1)] {
            for digit in text.bytes().filter(u8::is_ascii_digit) {
                if value.digits < KEPT / 10 {
                    value.digits = value.digits * 10 + u128::from(digit - b'0');
                    value.exponent -= place;
                } else {
                    value.more |= digit != b'0';
                    value.exponent += 1 - place;
                }
            }
        }
        value
    }

    #[must_use]
    pub(super) const fn signed(self, negative: bool) -> Self {
        Self { negative: negative && self.digits > 0, ..self }
    }

    /// A hundredth of it.
    #[must_use]
    pub(super) const fn percent(self) -> Self {
        Self { exponent: self.exponent - 2, ..self }
    }

    /// Whether it is less than zero.
    pub(super) const fn is_negative(self) -> bool {
        self.negative
    }

    /// Without its sign as a count of 10^-`places`, rounded down, and what is above that; `None` for
    /// what no figure of a file may be.
    pub(super) fn scaled(self, places: i64) -> Option<(u128, Rest)> {
        if self.digits == 0 {
            return Some((0, Rest::None));
        }
        let power = self.exponent + places;
        if let Ok(power) = u32::try_from(power) {
            let value = 10u128.checked_pow(power).and_then(|by| self.digits.checked_mul(by))?;
            // Digits were lost only of a figure with 36 of them, which is too large by itself.
            return (!self.more).then_some((value, Rest::None));
        }
        let Some(by) = u32::try_from(-power).ok().and_then(|power| 10u128.checked_pow(power))
        else {
            return Some((0, Rest::Half(Ordering::Less)));
        };
        let (value, left) = (self.digits / by, self.digits % by);
        let rest = match (left, self.more) {
            (0, false) => Rest::None,
            (left, more) => Rest::Half((left * 2).cmp(&by).then_with(|| more.cmp(&false))),
        };
        Some((value, rest))
    }

    /// Whether it can be multiplied exactly by another such.
    pub(super) fn is_factor(self) -> bool {
        !self.more && self.trimmed().digits < FACTOR
    }

    /// The exact product; `None` where either is no factor.
    pub(super) fn product(self, other: Self) -> Option<Self> {
        let (one, other) = (self.trimmed(), other.trimmed());
        if !one.is_factor() || !other.is_factor() {
            return None;
        }
        let digits = one.digits * other.digits;
        let exponent = one.exponent + other.exponent;
        let product = Self { negative: false, digits, exponent, more: false };
        Some(product.signed(one.negative != other.negative))
    }

    fn trimmed(mut self) -> Self {
        while self.digits > 0 && self.digits.is_multiple_of(10) {
            self.digits /= 10;
            self.exponent += 1;
        }
        self
    }

    /// All its digits with a decimal point and no exponent ("0.0193"); `None` where they are too many.
    pub(super) fn to_plain(self) -> Option<String> {
        if self.digits == 0 {
            return Some("0".to_owned());
        }
        let Self { negative, digits, exponent, more } = self.trimmed();
        if more || exponent.unsigned_abs() > PLAIN_CHARS_MAX as u64 {
            return None;
        }
        let sign = if negative { "-" } else { "" };
        let text = match u8::try_from(-exponent) {
            // Above 38 digits behind the point there are zeros before the first of them.
            Ok(scale) => decimal::format(i128::try_from(digits).ok()?, scale),
            Err(_) => {
                let zeros = usize::try_from(exponent).ok()?;
                format!("{digits}{}", "0".repeat(zeros))
            }
        };
        (text.len() <= PLAIN_CHARS_MAX).then(|| format!("{sign}{text}"))
    }
}

/// The integer that a value and its rest lie nearest to; of a half, the even one.
pub(super) const fn half_even(value: u128, rest: Rest) -> u128 {
    match rest {
        Rest::None | Rest::Half(Ordering::Less) => value,
        Rest::Half(Ordering::Greater) => value + 1,
        Rest::Half(Ordering::Equal) => value + value % 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_to_a_figure_agrees_with_the_exact_one() {
        let alphabet = ["", "0", "7", "12", "999999999999", ".", "-", "5.", ".5", "1e", ","];
        for scale in [0, 2, 3, 6] {
            for one in alphabet {
                for other in alphabet {
                    for third in alphabet {
                        let text = format!("{one}{other}{third}");
                        if let Some(value) = small(text.as_bytes(), scale, b'.') {
                            let exact = decimal::parse(text.as_bytes(), scale);
                            assert_eq!(exact, Ok(value.into()), "{text} {scale}");
                            let comma = text.replace('.', ",");
                            assert_eq!(small(comma.as_bytes(), scale, b','), Some(value));
                        }
                    }
                }
            }
        }
        assert_eq!(small(b"12.5", 2, b'.'), Some(1250));
        assert_eq!(small(b"12.500", 2, b'.'), None);
        assert_eq!(small(b"12,5", 2, b'.'), None);
        assert_eq!(small(b"12.5", 2, b','), None);
    }

    #[test]
    fn a_half_goes_to_the_even_neighbour_and_a_hair_more_goes_up() {
        let rounded = |whole: &str, fraction: &str| {
            let (value, rest) = Decimal::of_digits(whole, fraction, 0).scaled(0).expect("bounded");
            half_even(value, rest)
        };
        assert_eq!([rounded("0", "5"), rounded("1", "5"), rounded("2", "5")], [0, 2, 2]);
        assert_eq!([rounded("2", "49"), rounded("2", "51")], [2, 3]);
        // The digit that decides stands far behind those that are kept.
        let hair = format!("5{}1", "0".repeat(300));
        assert_eq!([rounded("2", &"50".repeat(1)), rounded("2", &hair)], [2, 3]);
        assert_eq!(rounded("0", &format!("{}1", "0".repeat(200))), 0);
    }

    #[test]
    fn digits_beyond_those_that_are_kept_are_never_lost_in_silence() {
        let long = Decimal::of_digits(&"1".repeat(40), "", 0);
        assert_eq!(long.scaled(0), None);
        let fine = Decimal::of_digits("1", &"3".repeat(60), 0);
        assert_eq!(fine.scaled(2), Some((133, Rest::Half(Ordering::Less))));
        assert_eq!((fine.to_plain(), fine.is_factor()), (None, false));
        let round = Decimal::of_digits(&format!("1{}", "0".repeat(40)), "", -30);
        assert_eq!(round.scaled(0), Some((10_000_000_000, Rest::None)));
    }

    #[test]
    fn a_decimal_is_written_with_all_its_digits() {
        let plain = |whole, fraction, exponent| {
            Decimal::of_digits(whole, fraction, exponent).signed(true).to_plain()
        };
        assert_eq!(plain("1", "4", 6).as_deref(), Some("-1400000"));
        assert_eq!(plain("1", "93", -2).as_deref(), Some("-0.0193"));
        assert_eq!(plain("000", "000", 9).as_deref(), Some("0"));
        assert_eq!(plain("12", "500", 0).as_deref(), Some("-12.5"));
        assert_eq!(plain("1", "", 300), None);
        assert_eq!(plain("1", "", -300), None);
    }

    #[test]
    fn a_product_is_exact() {
        // 340283293.3 × 0.019953533625, by another program.
        let one = Decimal::of_digits("340283293", "3", 0);
        let other = Decimal::of_digits("0", "019953533625", 0);
        let product = one.product(other).expect("short factors");
        assert_eq!(product.to_plain().as_deref(), Some("6789854.1348872872125"));
    }
}
