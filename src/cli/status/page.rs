//! What `budgetd status` says of accounts → lines: whether all is well, each account field by field, or
//! each in one line.

use super::super::output::{BAD, CARE, FAINT, GOOD, STRONG, paint};
use crate::report::words::count;
use crate::workflow::Health;

/// Accounts that the first line names before the rest is counted.
const NAMED_MAX: usize = 5;
/// What the line of an account is about: the first of these that its page has.
const WORST_FIRST: [&str; 14] = [
    "trouble",
    "gone",
    "refused",
    "held",
    "corrected",
    "behind",
    "left alone",
    "left out",
    "unknown",
    "due",
    "missed",
    "in inbox",
    "next",
    "last",
];

/// Whether it is well, in a line: who needs somebody, who waits, what `machine` ails from.
pub(super) fn verdict(accounts: &[(&str, Health)], machine: &[&str]) -> String {
    let of = |wanted: Health| {
        let ids = accounts.iter().filter(|(_, health)| *health == wanted);
        ids.map(|(id, _)| *id).collect::<Vec<_>>()
    };
    let (attention, waiting) = (of(Health::Attention), of(Health::Waiting));
    let total = count(accounts.len(), "account");
    let part = |style, what: &str, of: &[&str]| {
        let more = match of.len().saturating_sub(NAMED_MAX) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let named = of.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join(", ");
        (!of.is_empty()).then(|| format!("{} {named}{more}", paint(style, what)))
    };
    let parts = [
        part(BAD, "attention:", &attention),
        part(CARE, "waiting:", &waiting),
        part(BAD, "not well:", machine),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return format!("{}: {total}", paint(GOOD, "all is well"));
    }
    format!("{}; of {total}", parts.join("; "))
}

/// What is said of one account, field by field.
pub(super) struct Page {
    pub account: String,
    /// In a word.
    pub health: String,
    pub fields: Vec<(&'static str, String)>,
}

impl Page {
    /// Adds a field, of one line or more.
    pub fn field(&mut self, name: &'static str, text: impl Into<String>) {
        self.fields.push((name, text.into()));
    }

    /// All of it, a field a line; further lines of a field stand below its first.
    pub fn whole(&self) -> String {
        let mut lines = vec![format!("\n{}  {}", paint(STRONG, &self.account), self.health)];
        for (name, text) in &self.fields {
            for (index, line) in text.lines().enumerate() {
                let name = if index == 0 { name } else { "" };
                lines.push(format!("  {} {line}", paint(FAINT, &format!("{name:<10}"))));
            }
        }
        lines.join("\n")
    }

    /// The worst of it, in a line; the names of accounts are `width` wide.
    pub fn line(&self, width: usize) -> String {
        let worst = WORST_FIRST.iter().find_map(|wanted| {
            let (name, text) = self.fields.iter().find(|(name, _)| name == wanted)?;
            Some(format!("{}: {}", name, text.lines().next()?))
        });
        let account = paint(STRONG, &format!("{:<width$}", self.account));
        format!("{account}  {}  {}", self.health, worst.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_says_who_needs_somebody_and_who_waits() {
        let of = |healths: &[(&str, Health)], machine: &[&str]| {
            anstream::adapter::strip_str(&verdict(healths, machine)).to_string()
        };
        let one = [("a", Health::Well)];
        assert_eq!(of(&one, &[]), "all is well: 1 account");
        assert_eq!(of(&one, &["no room"]), "not well: no room; of 1 account");
        let mixed = [("a", Health::Waiting), ("b", Health::Well), ("c", Health::Attention)];
        assert_eq!(of(&mixed, &[]), "attention: c; waiting: a; of 3 accounts");
    }

    #[test]
    fn the_line_of_an_account_is_its_worst() {
        let fields = vec![
            ("today", "0".to_owned()),
            ("next", "soon".to_owned()),
            ("held", "one\ntwo".to_owned()),
        ];
        let page = Page { account: "main".to_owned(), health: "attention".to_owned(), fields };
        assert_eq!(
            anstream::adapter::strip_str(&page.line(6)).to_string(),
            "main    attention  held: one"
        );
    }
}
