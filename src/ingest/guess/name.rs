//! A file's name → the name of a source and the pattern of the names that it describes.

/// The longest name that is proposed.
const NAME_CHARS_MAX: usize = 40;

/// The name and the pattern: runs of digits, which tell one delivery from the next, become `*`.
pub(in crate::ingest) fn of_source(file_name: &str) -> (String, String) {
    let lower = file_name.to_lowercase();
    let packed = [".gz", ".zst"].into_iter().find(|end| lower.ends_with(end)).map_or(0, str::len);
    let bare = &file_name[..file_name.len() - packed];
    let (stem, ending) = bare.rsplit_once('.').unwrap_or((bare, ""));
    let pattern = pattern_of(stem);
    let ending = if ending.is_empty() { String::new() } else { format!(".{ending}") };
    let name: String = stem
        .chars()
        .map(|it| if it.is_alphabetic() { it } else { ' ' })
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join("_");
    let name: String = name.to_lowercase().chars().take(NAME_CHARS_MAX).collect();
    let name = match name.as_str() {
        "" => "new_source".to_owned(),
        "long" => "long_file".to_owned(),
        _ => name,
    };
    (name, format!("{pattern}{ending}"))
}

fn pattern_of(stem: &str) -> String {
    let mut pattern = String::new();
    let mut digits = String::new();
    for character in stem.chars().chain(std::iter::once('\0')) {
        let is_joint = matches!(character, '-' | '_' | '.') && digits.len() >= 4;
        if character.is_ascii_digit() || is_joint && !digits.is_empty() {
            digits.push(character);
            continue;
        }
        let count = digits.bytes().filter(u8::is_ascii_digit).count();
        if count >= 4 {
            let joint = digits.chars().next_back().filter(|it| !it.is_ascii_digit());
            pattern.push('*');
            pattern.extend(joint);
        } else {
            pattern.push_str(&digits);
        }
        digits.clear();
        match character {
            '\0' => {}
            '/' | '\\' => pattern.push('?'),
            _ if crate::domain::channel::is_unprintable(character) => pattern.push('?'),
            _ => pattern.push(character),
        }
    }
    if pattern.contains('*') { pattern } else { format!("{pattern}*") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_deliveries_apart_is_left_open() {
        for (file, name, pattern) in [
            ("linkedin_usd.csv", "linkedin_usd", "linkedin_usd*.csv"),
            ("meta-2025-09-01.csv.gz", "meta", "meta-*.csv"),
            ("report_20250901_v2.csv", "report_v", "report_*_v2.csv"),
            ("long.csv", "long_file", "long*.csv"),
            ("2025.csv", "new_source", "*.csv"),
        ] {
            assert_eq!(of_source(file), (name.to_owned(), pattern.to_owned()), "{file}");
        }
    }
}
