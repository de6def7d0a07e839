//! `docs/decision-quality.md` is what this program says today: each family's first cases are made
//! again, and must be those that the tables were made from.

use budgetd::evaluate::quality::{DIGEST_SEEDS, FAMILIES, cases, digest, markdown};

fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/decision-quality.md");
    std::fs::read_to_string(path).expect("the report")
}

/// The digest that the report has of a family.
fn told<'a>(document: &'a str, family: &str) -> Option<&'a str> {
    let row = document.lines().find(|line| {
        line.starts_with(&format!("| `{family}` |")) && line.matches('|').count() > 12
    })?;
    row.trim_end_matches(" |").rsplit(' ').next()
}

#[test]
fn the_report_is_of_this_arithmetic_over_at_least_200_seeds() {
    let document = document();
    let begun = document.split_once(markdown::BEGIN).expect("marks").1.trim_start();
    let seeds = (200..=1000).find(|seeds| begun.starts_with(&markdown::header(&(1..=*seeds))));
    assert!(seeds.is_some(), "run tests/quality again: {}", begun.lines().next().unwrap_or(""));
}

#[test]
fn the_report_has_what_the_model_says_today() {
    let document = document();
    let stale: Vec<String> = FAMILIES
        .iter()
        .filter_map(|family| {
            let found = digest(&cases(family, DIGEST_SEEDS, &|| ()));
            let told = told(&document, family.name);
            (told != Some(found.as_str())).then(|| {
                format!("{}: {found}, the report has {}", family.name, told.unwrap_or("none"))
            })
        })
        .collect();
    assert!(
        stale.is_empty(),
        "run tests/quality again, what the model says has changed:\n{}",
        stale.join("\n")
    );
}
