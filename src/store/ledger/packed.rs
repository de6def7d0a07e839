//! A row ↔ bytes: numbers in as few as they need, texts behind their length. Only what this
//! process has written is ever read.

use super::batch::FactColumns;
use super::figures::{FIGURES_COUNT, FigureColumns};

/// Appends a row.
pub fn write(row: &FactColumns<'_>, bytes: &mut Vec<u8>) {
    for number in [row.day, row.channel, row.line] {
        write_number(zigzag(number), bytes);
    }
    for number in row.figures.raw() {
        // What isn't known, the least number, becomes 0.
        write_number(zigzag(number).wrapping_add(1), bytes);
    }
    for text in [row.campaign, row.controls] {
        write_number(text.len() as u64, bytes);
        bytes.extend_from_slice(text.as_bytes());
    }
}

/// Reads the row that `bytes` begin with and moves them behind it.
pub fn read<'a>(bytes: &mut &'a [u8]) -> FactColumns<'a> {
    let [day, channel, line] = std::array::from_fn(|_| unzigzag(read_number(bytes)));
    let figures: [i64; FIGURES_COUNT] =
        std::array::from_fn(|_| unzigzag(read_number(bytes).wrapping_sub(1)));
    let [campaign, controls] = std::array::from_fn(|_| read_text(bytes));
    FactColumns {
        day,
        channel,
        campaign,
        figures: FigureColumns::from_raw(figures),
        controls,
        line,
    }
}

fn read_text<'a>(bytes: &mut &'a [u8]) -> &'a str {
    let length = usize::try_from(read_number(bytes)).expect("the length of a text");
    let (text, rest) = bytes.split_at(length);
    *bytes = rest;
    std::str::from_utf8(text).expect("a text was written here")
}

/// Seven bits a byte, the least first; the eighth says that more follow.
fn write_number(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn read_number(bytes: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (&byte, rest) = bytes.split_first().expect("a number was written here");
        *bytes = rest;
        number |= u64::from(byte & 0x7F) << shift;
        shift += 7;
        if byte < 0x80 {
            return number;
        }
    }
}

/// Numbers around zero to small ones: 0, −1, 1, −2 … to 0, 1, 2, 3 …
const fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were_written() {
        let numbers = [0, 1, -1, 63, 64, -65, i64::MAX, i64::MIN];
        let mut bytes = Vec::new();
        let rows: Vec<FactColumns<'_>> = numbers
            .iter()
            .map(|&number| FactColumns {
                day: number,
                channel: -(number >> 1),
                campaign: ["", "brand", "ä\u{1f}b"][number.rem_euclid(3).unsigned_abs() as usize],
                figures: FigureColumns::from_raw(std::array::from_fn(|at| {
                    if at % 2 == 0 { number } else { 7 }
                })),
                controls: if number > 0 { "{}" } else { "" },
                line: number,
            })
            .collect();
        for row in &rows {
            write(row, &mut bytes);
        }
        let mut rest = &bytes[..];
        for row in &rows {
            assert_eq!(read(&mut rest), *row);
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn what_is_not_known_takes_a_byte() {
        let mut bytes = Vec::new();
        write(&FactColumns::default(), &mut bytes);
        assert_eq!(bytes.len(), 3 + FIGURES_COUNT + 2);
    }
}
