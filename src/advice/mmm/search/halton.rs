//! A fixed design of points that fill a cube evenly: Halton's sequence (1960) with the first points
//! left out and each dimension's digits permuted by a fixed rule, so that no seed bears on a result.

/// The primes of as many dimensions as a design may have.
const PRIMES: [u32; 48] = [
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193,
    197, 199, 211, 223,
];

/// Points left out at the beginning, in which the larger primes have not spread yet.
const SKIPPED: u32 = 409;

/// How many dimensions a design may have.
pub const DIMENSIONS_MAX: usize = PRIMES.len();

/// Point number `index` of the design in `dimension` (both from 0), strictly between 0 and 1.
///
/// # Panics
/// If `dimension` is not below [`DIMENSIONS_MAX`].
pub fn coordinate(index: u32, dimension: usize) -> f64 {
    let base = PRIMES[dimension];
    // Faure's linear digit scrambling with a fixed factor per prime breaks the correlation of
    // neighbouring large primes; a factor coprime to the base permutes its digits.
    let factor = if base == 2 { 1 } else { golden_factor(base) };
    let mut rest = index + SKIPPED;
    let mut scale = 1.0 / f64::from(base);
    let mut value = 0.0;
    while rest > 0 {
        let digit = rest % base * factor % base;
        value += f64::from(digit) * scale;
        scale /= f64::from(base);
        rest /= base;
    }
    value.clamp(f64::EPSILON, 1.0 - f64::EPSILON)
}

/// The whole number nearest to the base divided by the golden ratio, which spreads digits best.
fn golden_factor(base: u32) -> u32 {
    let factor = f64::from(base) * 0.618_033_988_749_894_9;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to base − 1")]
    let factor = libm::round(factor) as u32;
    factor.clamp(1, base - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dimension_is_filled_evenly() {
        for dimension in 0..DIMENSIONS_MAX {
            let mut tenths = [0u32; 10];
            for index in 0..2_000 {
                let at = coordinate(index, dimension);
                assert!(at > 0.0 && at < 1.0);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "0 to 9"
                )]
                let tenth = (at * 10.0) as usize;
                tenths[tenth] += 1;
            }
            assert!(
                tenths.iter().all(|count| (180..=220).contains(count)),
                "dimension {dimension}: {tenths:?}"
            );
        }
    }

    #[test]
    fn the_first_dimension_is_van_der_corputs_sequence() {
        // By hand: 409 is 110011001 in binary, mirrored 0.100110011 = 307/512.
        assert_eq!(coordinate(0, 0), 307.0 / 512.0);
    }
}
