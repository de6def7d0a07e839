//! The names of a wide file → where the revenue of the business stands.

use super::finding::Findings;
use super::words::{Role, plain};
use crate::domain::source::Outcome;

/// Words beside one for revenue that leave it what it is.
const ASIDES: [&str; 7] = ["total", "gesamt", "net", "netto", "gross", "brutto", "all"];

/// Where the business's revenue stands, and the columns that say so; with what else it could be.
pub(super) fn find(names: &[String], findings: &mut Findings) -> Option<Outcome> {
    let named = |wanted: &str| names.iter().find(|name| plain(name) == wanted);
    let pair = |one: &str, other: &str| Some((named(one)?.clone(), named(other)?.clone()));
    if let Some((price, discount)) =
        pair("all purchases original price", "all purchases gross discount")
    {
        findings.certain(
            "outcome",
            format!(
                "the business's revenue is {price} less {discount}, as e-commerce exports have it"
            ),
        );
        return Some(Outcome::Difference(price, discount));
    }
    for per in names {
        if let Some(what) = plain(per).strip_prefix("revenue per ")
            && let Some(count) = named(what).or_else(|| named(&format!("{what}s")))
        {
            findings.certain(
                "outcome",
                format!("the business's revenue is {count} times {per}: no column holds it"),
            );
            return Some(Outcome::Product(count.clone(), per.clone()));
        }
    }
    let words = [
        "revenue",
        "total revenue",
        "sales",
        "turnover",
        "umsatz",
        "y",
        "outcome",
        "kpi",
        "target",
    ];
    let bare = |name: &str| {
        let words = plain(name);
        let words: Vec<&str> = words.split(' ').filter(|word| !ASIDES.contains(word)).collect();
        words.join(" ")
    };
    let ranked = || {
        let ranked = names.iter().filter_map(|name| Some((Role::Revenue.rank(&bare(name))?, name)));
        ranked.min_by_key(|(rank, _)| *rank).map(|(_, name)| name)
    };
    let name = words.iter().find_map(|word| named(word)).or_else(ranked)?;
    if matches!(plain(name).as_str(), "sales" | "y" | "outcome" | "kpi" | "target") {
        findings.open(
            "outcome",
            format!("\"{name}\" is taken for the business's revenue; it could be units or a score"),
            &[],
        );
    } else {
        findings.certain("outcome", format!("the business's revenue is \"{name}\", by its name"));
    }
    Some(Outcome::Column(name.clone()))
}
