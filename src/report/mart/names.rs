//! Names from outside → names of columns, of which no two are one to SQL or to a tool that reads it.

use std::collections::BTreeSet;

use crate::domain::text::{escape, folded};

/// `wanted`, each apart from `taken` and from those before it, without case: the second "email" in
/// a row of "Email" and "email" becomes "email_2". Control characters are made visible, or a zero
/// byte would end the name.
pub(super) fn distinct(taken: &[&str], wanted: impl Iterator<Item = String>) -> Vec<String> {
    let wanted: Vec<String> = wanted.map(|name| escape(&name)).collect();
    let mut used: BTreeSet<String> = taken.iter().map(|name| folded(name)).collect();
    // Names that need no number keep theirs, wherever they stand.
    let plain: BTreeSet<String> = wanted.iter().map(|name| folded(name)).collect();
    wanted
        .into_iter()
        .map(|name| {
            if used.insert(folded(&name)) {
                return name;
            }
            (2..=u32::MAX)
                .map(|number| format!("{name}_{number}"))
                .find(|numbered| {
                    let folded = folded(numbered);
                    !plain.contains(&folded) && used.insert(folded)
                })
                .expect("there are more numbers than names")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Vec<String> {
        distinct(&["Total"], names.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn names_that_differ_in_case_alone_get_a_number() {
        assert_eq!(of(&["Email", "email", "EMAIL"]), ["Email", "email_2", "EMAIL_3"]);
        assert_eq!(of(&["total", "Été", "été"]), ["total_2", "Été", "été_2"]);
    }

    #[test]
    fn a_number_never_takes_the_name_of_another() {
        assert_eq!(of(&["a", "A", "a_2"]), ["a", "A_3", "a_2"]);
        assert_eq!(of(&["A_2", "a", "A"]), ["A_2", "a", "A_3"]);
    }

    #[test]
    fn a_zero_byte_ends_no_name() {
        assert_eq!(of(&["a\0b", "a\nb"]), ["a\\u{0}b", "a\\nb"]);
    }
}
