//! A row ↔ bytes, its key in front, so that rows are put in order as they lie there. Numbers take as
//! many bytes as they need. Only what this process has written is ever read.

use super::batch::FactColumns;
use super::figures::{FIGURES_COUNT, FigureColumns};

/// Bytes of the pair and of the length of the campaign, which follows them.
const PAIR_BYTES: usize = 8;
const LENGTH_BYTES: usize = 4;

/// Behind the campaign: how many bytes each of the numbers has, four bits each; then they follow.
const SIZES_BYTES: usize = 4 + 1;

/// The numbers: line, length of the controls, figures.
const NUMBERS: usize = 2 + FIGURES_COUNT;

/// Day and channel as one number, in their order.
pub fn pair(row: &FactColumns<'_>) -> u64 {
    let day = i32::try_from(row.day).expect("a day fits") ^ i32::MIN;
    let channel = u32::try_from(row.channel).expect("channels are counted from 0");
    u64::from(day.cast_unsigned()) << 32 | u64::from(channel)
}

/// Appends a row.
pub fn write(row: &FactColumns<'_>, bytes: &mut Vec<u8>) {
    let length = u32::try_from(row.campaign.len()).expect("a field is short");
    bytes.extend_from_slice(&pair(row).to_be_bytes());
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(row.campaign.as_bytes());
    let mut numbers = [0; NUMBERS];
    numbers[0] = row.line.cast_unsigned();
    numbers[1] = row.controls.len() as u64;
    for (number, figure) in numbers[2..].iter_mut().zip(row.figures.raw()) {
        // What isn't known, the least number, becomes 0.
        *number = zigzag(figure).wrapping_add(1);
    }
    let mut sizes = 0u64;
    for (at, &number) in numbers.iter().enumerate() {
        sizes |= u64::from(size(number)) << (4 * at);
    }
    bytes.extend_from_slice(&sizes.to_le_bytes()[..SIZES_BYTES]);
    for number in numbers {
        // All eight and back is faster than a copy of so many.
        bytes.extend_from_slice(&number.to_le_bytes());
        bytes.truncate(bytes.len() - 8 + size(number) as usize);
    }
    bytes.extend_from_slice(row.controls.as_bytes());
}

/// The key of the row that `bytes` begin with: its pair and its campaign.
pub fn key(bytes: &[u8]) -> (u64, &[u8]) {
    let (pair, rest) = bytes.split_first_chunk::<PAIR_BYTES>().expect("a pair was written here");
    let (length, rest) = rest.split_first_chunk::<LENGTH_BYTES>().expect("and a length");
    (u64::from_be_bytes(*pair), &rest[..u32::from_le_bytes(*length) as usize])
}

/// Reads the row that `bytes` begin with and moves them behind it.
pub fn read<'a>(bytes: &mut &'a [u8]) -> FactColumns<'a> {
    let (pair, campaign) = key(bytes);
    let (sizes, mut rest) = bytes[PAIR_BYTES + LENGTH_BYTES + campaign.len()..]
        .split_first_chunk::<SIZES_BYTES>()
        .expect("sizes were written here");
    let mut sizes = sizes.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte));
    let numbers: [u64; NUMBERS] = std::array::from_fn(|_| {
        let size = usize::from(sizes.to_le_bytes()[0] & 0xF);
        sizes >>= 4;
        read_number(&mut rest, size)
    });
    let figures: [i64; FIGURES_COUNT] =
        std::array::from_fn(|at| unzigzag(numbers[2 + at].wrapping_sub(1)));
    let (controls, rest) = rest.split_at(usize::try_from(numbers[1]).expect("a length"));
    *bytes = rest;
    let [day, channel] = [pair >> 32, pair & 0xFFFF_FFFF]
        .map(|half| u32::try_from(half).expect("32 bits are a half"));
    FactColumns {
        day: i64::from(day.cast_signed() ^ i32::MIN),
        channel: i64::from(channel),
        campaign: text(campaign),
        figures: FigureColumns::from_raw(figures),
        controls: text(controls),
        line: numbers[0].cast_signed(),
    }
}

/// Moves `bytes` behind the row that they begin with.
pub fn skip(bytes: &mut &[u8]) {
    read(bytes);
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("a text was written here")
}

/// How many bytes a number needs.
const fn size(number: u64) -> u32 {
    (u64::BITS - number.leading_zeros()).div_ceil(8)
}

/// The number of so many bytes, the least first.
fn read_number(bytes: &mut &[u8], size: usize) -> u64 {
    let number = match bytes.first_chunk::<8>() {
        // Eight at once and the rest cut off is faster than byte by byte.
        Some(&eight) if size < 8 => u64::from_le_bytes(eight) & ((1 << (8 * size)) - 1),
        Some(&eight) => u64::from_le_bytes(eight),
        None => bytes[..size].iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)),
    };
    *bytes = &bytes[size..];
    number
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
        let numbers = [0, 1, -1, 63, 64, -65, 255, 256, 1 << 55, 1 << 56, i64::MAX, i64::MIN];
        let mut bytes = Vec::new();
        let rows: Vec<FactColumns<'_>> = numbers
            .into_iter()
            .zip(["", "brand", "ä\u{1f}b"].into_iter().cycle())
            .map(|(number, campaign)| FactColumns {
                day: number.clamp(i32::MIN.into(), i32::MAX.into()),
                channel: number.clamp(0, u32::MAX.into()),
                campaign,
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
            assert_eq!(key(rest), (pair(row), row.campaign.as_bytes()));
            assert_eq!(read(&mut rest), *row);
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn pairs_are_in_the_order_of_days_and_then_of_channels() {
        let days_and_channels =
            [(-1, 9), (0, 0), (0, 1), (0, i64::from(u32::MAX)), (1, 0), (700_000, 2)];
        let pairs =
            days_and_channels.map(|(day, channel)| pair(&FactColumns { day, channel, ..ROW }));
        assert!(pairs.is_sorted_by(|one, next| one < next), "{pairs:?}");
    }

    const ROW: FactColumns<'_> = FactColumns {
        day: 0,
        channel: 0,
        campaign: "",
        figures: FigureColumns::from_raw([i64::MIN; FIGURES_COUNT]),
        controls: "",
        line: 0,
    };

    #[test]
    fn what_is_not_known_takes_no_byte() {
        let mut bytes = Vec::new();
        write(&ROW, &mut bytes);
        assert_eq!(bytes.len(), PAIR_BYTES + LENGTH_BYTES + SIZES_BYTES);
    }
}
