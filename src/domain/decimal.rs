//! Turns plain decimal text ("1234.50") into an integer of a chosen scale, exactly, and back.
//! It never rounds and never passes through floating point.

use thiserror::Error;

/// Why a text is no exact decimal of the scale that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DecimalError {
    /// Nothing between the delimiters.
    #[error("blank")]
    Blank,
    /// Something else than digits, one leading minus and one point.
    #[error("not a decimal number")]
    NotADecimal,
    /// More digits behind the point than the scale holds.
    #[error("more than {digits_max} digits after the point")]
    TooFine {
        /// How many digits behind the point are allowed.
        digits_max: u8,
    },
    /// Beyond what any amount of this program may be.
    #[error("too large")]
    TooLarge,
}

/// The longest run of digits that is looked at; more can't be an amount of this world.
const DIGITS_MAX: usize = 30;

/// `text` as an integer count of 10⁻`scale`: `parse("12.5", 2)` is 1250.
///
/// Zeros behind the last digit that the scale holds are allowed, since they change nothing.
pub fn parse(text: &[u8], scale: u8) -> Result<i128, DecimalError> {
    let (negative, digits) = match text {
        [] => return Err(DecimalError::Blank),
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut value: i128 = 0;
    let mut whole_digits = 0usize;
    let mut fraction_digits: Option<u8> = None;
    let mut too_fine = false;
    for &byte in digits {
        match byte {
            b'0'..=b'9' => match fraction_digits {
                Some(count) if count >= scale => too_fine |= byte != b'0',
                _ => {
                    whole_digits += 1;
                    if whole_digits > DIGITS_MAX {
                        return Err(DecimalError::TooLarge);
                    }
                    value = value * 10 + i128::from(byte - b'0');
                    fraction_digits = fraction_digits.map(|count| count + 1);
                }
            },
            b'.' if fraction_digits.is_none() && whole_digits > 0 => fraction_digits = Some(0),
            _ => return Err(DecimalError::NotADecimal),
        }
    }
    if whole_digits == 0 || digits.last() == Some(&b'.') {
        return Err(DecimalError::NotADecimal);
    }
    if too_fine {
        return Err(DecimalError::TooFine { digits_max: scale });
    }
    for _ in fraction_digits.unwrap_or(0)..scale {
        value *= 10;
    }
    Ok(if negative { -value } else { value })
}

/// `value` counted in 10⁻`scale`, as text with exactly `scale` digits behind the point.
pub fn format(value: i128, scale: u8) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let digits = value.unsigned_abs().to_string();
    let scale = usize::from(scale);
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

/// Like [`format()`], without zeros that say nothing ("0.4", "12").
pub fn format_short(value: i128, scale: u8) -> String {
    let text = format(value, scale);
    if scale == 0 {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_decimals_are_read_exactly() {
        assert_eq!(parse(b"12.5", 2), Ok(1250));
        assert_eq!(parse(b"-0.01", 2), Ok(-1));
        assert_eq!(parse(b"7", 0), Ok(7));
        assert_eq!(parse(b"3.1400", 2), Ok(314));
        assert_eq!(parse(b"007", 2), Ok(700));
    }

    #[test]
    fn what_is_no_decimal_is_named() {
        for text in ["1,5", "1e5", "+1", ".5", "5.", "1.2.3", "--1", "nan", "inf", " 1", "-"] {
            assert_eq!(parse(text.as_bytes(), 2), Err(DecimalError::NotADecimal), "{text}");
        }
        assert_eq!(parse(b"", 2), Err(DecimalError::Blank));
        assert_eq!(parse(b"1.005", 2), Err(DecimalError::TooFine { digits_max: 2 }));
        assert_eq!(parse(b"1234567890123456789012345678901", 0), Err(DecimalError::TooLarge));
    }

    #[test]
    fn text_and_value_go_round() {
        assert_eq!(format(1250, 2), "12.50");
        assert_eq!(format(-5, 2), "-0.05");
        assert_eq!(format(5, 0), "5");
        assert_eq!(format_short(400_000, 6), "0.4");
        assert_eq!(format_short(1_000_000, 6), "1");
        assert_eq!(format_short(0, 6), "0");
    }
}
