//! The names of the columns of amounts → the unit that they are counted in: one that a source can say,
//! or one that it can't, which is then said.

use std::collections::BTreeMap;

use super::columns::{Columns, listed};
use super::finding::Findings;
use super::media;
use super::words::Role;
use crate::domain::source::Unit;

/// Words of hundredths.
const MINOR: [&str; 14] = [
    "cent", "cents", "paise", "paisa", "pence", "penny", "minor", "centime", "centimes", "centavo",
    "centavos", "céntimo", "øre", "öre",
];

/// Words of millionths.
const MICROS: [&str; 2] = ["micro", "micros"];

/// Words of more than one of the currency, in the singular, and what they count in.
const LARGE: [(&str, &str); 40] = [
    ("lakh", "lakh"),
    ("lac", "lakh"),
    ("लाख", "lakh"),
    ("crore", "crore"),
    ("cr", "crore"),
    ("करोड़", "crore"),
    ("k", "thousands"),
    ("thousand", "thousands"),
    ("thou", "thousands"),
    ("000", "thousands"),
    ("1000", "thousands"),
    ("000s", "thousands"),
    ("tsd", "thousands"),
    ("tausend", "thousands"),
    ("teur", "thousands"),
    ("keur", "thousands"),
    ("kusd", "thousands"),
    ("mille", "thousands"),
    ("millier", "thousands"),
    ("mile", "thousands"),
    ("tkr", "thousands"),
    ("tys", "thousands"),
    ("bin", "thousands"),
    ("тыс", "thousands"),
    ("千", "thousands"),
    ("千円", "thousands"),
    ("万", "ten thousands"),
    ("万円", "ten thousands"),
    ("mn", "millions"),
    ("mm", "millions"),
    ("mio", "millions"),
    ("million", "millions"),
    ("millionen", "millions"),
    ("mln", "millions"),
    ("млн", "millions"),
    ("百万", "millions"),
    ("百万円", "millions"),
    ("bn", "billions"),
    ("billion", "billions"),
    ("mrd", "billions"),
];

/// The units of spend and of revenue, as the names of their columns say them.
pub(super) fn find(names: &[String], columns: &Columns, findings: &mut Findings) -> (Unit, Unit) {
    let unit =
        |role, key, findings: &mut Findings| unit_of(key, &told_of(names, columns, role), findings);
    (unit(Role::Spend, "spend_unit", findings), unit(Role::Revenue, "revenue_unit", findings))
}

/// The unit of the business's revenue.
pub(super) fn of_outcome(name: &str, findings: &mut Findings) -> Unit {
    unit_of("revenue_unit", &[(counted(name), name)], findings)
}

fn unit_of(key: &'static str, told: &[(Counted, &str)], findings: &mut Findings) -> Unit {
    match told {
        [] | [(Counted::Unsaid, _)] => Unit::Major,
        [(Counted::In(unit, word), name), rest @ ..]
            if rest.iter().all(|(it, _)| *it == Counted::In(*unit, word)) =>
        {
            findings.certain(key, format!("{word}, by the name \"{name}\""));
            *unit
        }
        several => {
            say(key, several, findings);
            Unit::Major
        }
    }
}

/// What a column's name says that its amounts are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    In(Unit, &'static str),
    Large(&'static str),
    /// Its name says nothing, and those of others of the measure do.
    Unsaid,
}

/// The columns of a measure whose names say a unit; all of them where the names say different things.
fn told_of<'n>(names: &'n [String], columns: &Columns, role: Role) -> Vec<(Counted, &'n str)> {
    let measures = columns.measures();
    let of_role = measures.iter().find(|(found, _)| *found == role);
    let at = of_role.map_or(&[][..], |(_, at)| at.as_slice());
    let all: Vec<(Counted, &str)> =
        at.iter().map(|&at| (counted(&names[at]), names[at].as_str())).collect();
    let is_said = all.iter().any(|(counted, _)| *counted != Counted::Unsaid);
    if is_said { all } else { Vec::new() }
}

fn say(key: &'static str, told: &[(Counted, &str)], findings: &mut Findings) {
    let mut by_unit: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (counted, name) in told {
        let unit = match counted {
            Counted::Large(unit) | Counted::In(_, unit) => unit,
            Counted::Unsaid => continue,
        };
        by_unit.entry(unit).or_default().push((*name).to_owned());
    }
    for (unit, names) in by_unit {
        findings.untold(
            key,
            format!(
                "amounts look as if counted in {unit} ({}); budgetd reads whole rupees, euros or dollars \
                 here: export full amounts, under a name without the unit",
                listed(&names)
            ),
            &[],
        );
    }
}

/// What `name` says: by a word behind others, or in brackets.
fn counted(name: &str) -> Counted {
    let words = media::words(name);
    let bracket = name.rfind(['(', '[']).unwrap_or(name.len());
    let mut said = words.iter().enumerate().skip(1).rev();
    said.find_map(|(at, word)| {
        let of = of_word(&word.text, word.start > bracket);
        // "K" in the middle of a name is anything.
        let is_behind = at + 1 == words.len() || word.start > bracket || word.text.len() > 2;
        of.filter(|_| is_behind)
    })
    .unwrap_or(Counted::Unsaid)
}

fn of_word(word: &str, is_bracketed: bool) -> Option<Counted> {
    if MICROS.contains(&word) {
        return Some(Counted::In(Unit::Micros, "micros"));
    }
    if MINOR.contains(&word) {
        return Some(Counted::In(Unit::Minor, "hundredths"));
    }
    if is_bracketed && word == "m" {
        return Some(Counted::Large("millions"));
    }
    let large = LARGE.iter().find(|(known, _)| *known == word)?;
    Some(Counted::Large(large.1))
}

/// Whether a word is that of a unit, and of nothing shorter than a channel may be called.
pub(super) fn is_word(word: &str) -> bool {
    word.chars().count() > 2 && of_word(word, false).is_some()
}

/// A plain name without the unit at its end: "spend in lakh" → "spend".
pub(super) fn without(plain: &str) -> Option<&str> {
    let (start, word) = plain.rsplit_once(' ')?;
    of_word(&media::singular(word), false)?;
    Some(start.strip_suffix(" in").unwrap_or(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_stands_behind_a_name_or_in_brackets() {
        let thousands = Counted::Large("thousands");
        for (name, expected) in [
            ("spend (lakh)", Counted::Large("lakh")),
            ("Spend (₹ Cr)", Counted::Large("crore")),
            ("cost_cr", Counted::Large("crore")),
            ("spend (Mn)", Counted::Large("millions")),
            ("spend (m)", Counted::Large("millions")),
            ("spend_mn", Counted::Large("millions")),
            ("spend (in thousands)", thousands),
            ("spend ('000)", thousands),
            ("spend (k)", thousands),
            ("tv_spend_k", thousands),
            ("Kosten (Tsd. EUR)", thousands),
            ("spend_cents", Counted::In(Unit::Minor, "hundredths")),
            ("cost_micros", Counted::In(Unit::Micros, "micros")),
            ("spend_m", Counted::Unsaid),
            ("spend", Counted::Unsaid),
            ("k_spend", Counted::Unsaid),
            ("lakh", Counted::Unsaid),
        ] {
            assert_eq!(counted(name), expected, "{name}");
        }
        assert_eq!(without("spend in lakh"), Some("spend"));
        assert_eq!(without("amount spent"), None);
    }
}
