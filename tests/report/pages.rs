//! `report.html` and `weekly_budget.xlsx`: what stands in them, that both hold text from outside as text
//! alone, and that the same decision gives the same bytes. The workbook is read back by another library.

use std::io::Cursor;

use budgetd::decision::Decision;
use budgetd::report::page::{PageInput, report_html};
use budgetd::report::weekly_budget_xlsx;
use calamine::{Data, Range, Reader, Xlsx};
use proptest::prelude::*;

use super::{any_decision, first_week, held, hostile, vetoed};

const NO_MODEL: &str = "there are too few weeks";

fn shown(decision: &Decision) -> PageInput<'_> {
    PageInput { decision, past: &[], advice: Err(NO_MODEL) }
}

fn page(decision: &Decision) -> String {
    String::from_utf8(report_html(&shown(decision))).expect("UTF-8")
}

fn sheet(decision: &Decision, name: &str) -> Range<Data> {
    let bytes = weekly_budget_xlsx(&shown(decision));
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    assert_eq!(workbook.sheet_names(), ["Budgets", "Explanation", "KPIs", "Scenarios"]);
    workbook.worksheet_range(name).expect("a sheet")
}

/// The cell at a row and a column, both from 0.
fn cell(sheet: &Range<Data>, row: u32, column: u32) -> Data {
    sheet.get_value((row, column)).cloned().unwrap_or(Data::Empty)
}

/// Text of a page as a reader sees it.
fn without_tags(page: &str) -> String {
    let body = page.split_once("<body>").expect("a body").1;
    let mut text = String::new();
    let mut is_tag = false;
    for character in body.chars() {
        match character {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                text.push(' ');
            }
            _ if !is_tag => text.push(character),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Elements that have no end of their own.
const VOID: [&str; 5] = ["meta", "link", "br", "hr", "img"];

/// Panics where an element is not closed in its order.
fn assert_nested(page: &str) {
    let without_style = {
        let (before, rest) = page.split_once("<style>").expect("a style");
        let (_, after) = rest.split_once("</style>").expect("its end");
        format!("{before}{after}")
    };
    let mut open: Vec<&str> = Vec::new();
    for tag in without_style.split('<').skip(1) {
        let tag = tag.split_once('>').expect("a tag ends").0;
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().expect("a name");
        if tag.starts_with('!') || VOID.contains(&name) || tag.ends_with('/') {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}>");
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_page_says_what_each_channel_gets_and_why() {
    let text = without_tags(&page(&vetoed()));
    for expected in [
        "Marketing budget for Mon 5 Jan 2026 to Sun 11 Jan 2026",
        "Decided. ₹5,00,000 in 4 channels",
        // By hand from the fixture's budgets: 14,500 and 5,500 more, 20,000 less.
        "₹20,000 of ₹5,00,000 move: more for Google Ads (+₹14,500) and Email (+₹5,500); less for \
         Affiliate (-₹20,000).",
        "Meta Ads keeps ₹1,40,000: the rules proposed ₹1,20,000, but each ₹1 cut is expected to cost \
         ₹1.80 in the next two weeks, between ₹1.20 and ₹2.40 at 80 %",
        "Meta Ads veto ₹1,40,000 ₹1,40,000 ₹0 28.0 %",
        "There is no model this week: there are too few weeks.",
        "sha256sum -c SHA256SUMS",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn the_parts_of_the_page_stand_in_their_order() {
    let page = page(&vetoed());
    let at = |id: &str| page.find(&format!("<section id=\"{id}\"")).expect("a section");
    let order = ["budgets", "why", "path", "data", "advice", "past", "genuine"].map(at);
    assert!(order.is_sorted());
}

#[test]
fn a_held_week_says_so_before_anything_else() {
    let text = without_tags(&page(&held()));
    let said = text.find("Held.").expect("the outcome");
    assert!(said < text.find("The budgets of this week").expect("the table"), "{text}");
}

#[test]
fn a_first_week_has_nothing_to_look_back_on() {
    let text = without_tags(&page(&first_week()));
    assert!(text.contains("These are the first budgets of this account."), "{text}");
    assert!(text.contains("there is nothing to look back on yet"), "{text}");
}

#[test]
fn names_from_outside_are_no_markup() {
    let page = page(&hostile());
    assert!(!page.contains("<script"), "no script");
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "{page}");
    assert_nested(&page);
}

#[test]
fn a_page_needs_no_network() {
    let page = page(&vetoed());
    for absent in ["src=", "url(", "@import", "href=\"http", "href=\"//", "<iframe", "<form"] {
        assert!(!page.contains(absent), "{absent}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn the_workbook_has_the_published_budgets_as_numbers() {
    let decision = vetoed();
    let sheet = sheet(&decision, "Budgets");
    let expected = [
        ("Meta Ads", 140_000.0),
        ("Google Ads", 134_500.0),
        ("Email", 125_500.0),
        ("Affiliate", 100_000.0),
    ];
    for (row, (channel, budget)) in (4..).zip(expected) {
        assert_eq!(cell(&sheet, row, 0), Data::String(channel.to_owned()));
        assert_eq!(cell(&sheet, row, 1), Data::Float(budget));
    }
    assert_eq!(cell(&sheet, 8, 1), Data::Float(500_000.0));
    // 134,500 - 120,000 by hand.
    assert_eq!(cell(&sheet, 5, 3), Data::Float(14_500.0));
}

#[test]
fn a_workbook_without_a_model_says_why() {
    let sheet = sheet(&vetoed(), "Scenarios");
    let Data::String(remark) = cell(&sheet, 1, 0) else { panic!("a remark") };
    assert_eq!(remark, "There is no model this week: there are too few weeks.");
}

#[test]
fn names_that_look_like_formulas_are_texts_of_the_workbook() {
    let decision = hostile();
    let bytes = weekly_budget_xlsx(&shown(&decision));
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    for name in workbook.sheet_names() {
        let formulas = workbook.worksheet_formula(&name).expect("a sheet");
        assert!(formulas.used_cells().next().is_none(), "{name} has a formula");
    }
    let sheet = workbook.worksheet_range("Budgets").expect("a sheet");
    let names: Vec<_> = (4..8).map(|row| cell(&sheet, row, 0)).collect();
    assert!(names.contains(&Data::String("=cmd|' /C calc'!A0".to_owned())), "{names:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_page_is_whole_whatever_it_is_told(decision in any_decision()) {
        let once = page(&decision);
        assert_nested(&once);
        prop_assert!(once.len() < 1_000_000);
        prop_assert!(!once.contains("NaN"), "{once}");
        prop_assert_eq!(once, page(&decision));
    }

    #[test]
    fn a_workbook_is_the_same_bytes_and_sums_to_the_total(decision in any_decision()) {
        let bytes = weekly_budget_xlsx(&shown(&decision));
        prop_assert!(bytes == weekly_budget_xlsx(&shown(&decision)));
        let sheet = sheet(&decision, "Budgets");
        let budgets = (4..8).map(|row| match cell(&sheet, row, 1) {
            Data::Float(budget) => budget,
            other => panic!("{other:?}"),
        });
        let (sum, Data::Float(total)) = (budgets.sum::<f64>(), cell(&sheet, 8, 1)) else {
            panic!("a total")
        };
        prop_assert!((sum - total).abs() < 0.005, "{} {}", sum, total);
    }
}
