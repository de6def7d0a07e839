//! File name → the source that describes the file.

use super::pattern::Pattern;
use crate::domain::{Account, Source};

/// Endings of compressed files, which no pattern has to name.
const PACKED: [&str; 2] = [".gz", ".zst"];

/// The first source of the account whose pattern fits the name, without `.gz` or `.zst` at the end;
/// the last one, which is the shipped long format, where none fits.
///
/// # Panics
/// If the account has no source; a checked account always has one.
pub fn source_for<'a>(account: &'a Account, file_name: &str) -> &'a Source {
    let name = unpacked(file_name);
    account
        .sources
        .iter()
        .find(|source| Pattern::new(unpacked(&source.files)).fits(name))
        .or_else(|| account.sources.last())
        .expect("every account has the long format at least")
}

/// A name without the ending of a compressed file.
fn unpacked(name: &str) -> &str {
    let ending = PACKED.iter().find(|ending| {
        let start = name.len().checked_sub(ending.len());
        start.and_then(|at| name.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    });
    ending.map_or(name, |ending| &name[..name.len() - ending.len()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountId, Channel, ChannelName, Currency, Money};

    #[test]
    fn the_first_pattern_that_fits_decides_and_compression_does_not_count() {
        let mut account = Account::with_shipped_settings(
            AccountId::new("main").expect("an id"),
            Currency::from_code("INR").expect("a currency"),
            chrono_tz::Asia::Kolkata,
            Money::from_minor(100),
            vec![Channel::named(ChannelName::new("Email").expect("a name"))],
        );
        for (at, files) in ["meta*.csv", "*.csv.gz", "m*"].into_iter().enumerate() {
            let source = Source { files: files.to_owned(), ..Source::long() };
            account.sources.insert(at, Source { name: files.to_owned(), ..source });
        }
        for (name, expected) in [
            ("Meta_1.csv", "meta*.csv"),
            ("meta_1.csv.GZ", "meta*.csv"),
            ("google.csv.zst", "*.csv.gz"),
            ("google.csv", "*.csv.gz"),
            ("march.txt", "m*"),
            ("x.txt", "long"),
            ("é.gz", "long"),
        ] {
            assert_eq!(source_for(&account, name).name, expected, "{name}");
        }
    }
}
