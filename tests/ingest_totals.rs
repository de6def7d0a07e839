//! Totals that have a day, by whatever name and wherever they stand: none is counted as a campaign, and
//! none is dropped, without a word. Sums are added by hand.

mod ingest_support;

use budgetd::domain::source::{CampaignRule, Columns, Totals};
use budgetd::domain::{FineMoney, Limits, Money, Source};
use budgetd::ingest::{DailyReport, Reading};
use ingest_support::{Rows, read_rows, rupee_account, today};

const LONG: &str = "date,channel,campaign,spend,impressions,clicks,conversions,revenue\n";
const BRAND: &str = "2025-09-01,Google Ads,brand,100.00,1000,50,5,400.00\n";
const GENERIC: &str = "2025-09-01,Google Ads,generic,200.00,3000,90,4,500.00\n";
/// 100 + 200, 1000 + 3000, 50 + 90, 5 + 4, 400 + 500.
const SUMS: &str = "300.00,4000,140,9,900.00\n";

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn read(text: &str, source: &Source) -> (Reading, Rows) {
    let account = rupee_account();
    let context = budgetd::ingest::Context {
        account: &account,
        source,
        today: today(),
        limits: Limits::default(),
        file_name: "daily.csv",
        purpose: budgetd::ingest::Purpose::Inbox,
    };
    read_rows(text.as_bytes(), &context)
}

fn page(text: &str, source: &Source) -> String {
    match read(text, source).0 {
        Reading::Refused(rejection) => rejection.render("daily.csv"),
        Reading::Taken(report) => panic!("taken: {report:?}"),
    }
}

fn taken(text: &str, source: &Source) -> DailyReport {
    match read(text, source).0 {
        Reading::Taken(report) => report,
        Reading::Refused(rejection) => panic!("{}", rejection.render("daily.csv")),
    }
}

fn with_totals(totals: Totals) -> Source {
    Source { totals, ..Source::long() }
}

fn spend(report: &DailyReport) -> Option<Money> {
    let sums = report.channels.iter().filter_map(|channel| channel.figures.spend);
    sums.reduce(FineMoney::plus).map(FineMoney::rounded)
}

fn texts(report: &DailyReport) -> Vec<&str> {
    report.warnings.iter().map(|warning| warning.text.as_str()).collect()
}

#[test]
fn a_row_without_a_campaign_that_is_the_sum_of_the_others_is_refused() {
    let total = format!("2025-09-01,Google Ads,,{SUMS}");
    for (text, line, others) in [
        (format!("{LONG}{BRAND}{GENERIC}{total}"), 4, "2 to 3"),
        (format!("{LONG}{total}{BRAND}{GENERIC}"), 2, "3 to 4"),
        (format!("{LONG}{BRAND}{total}{GENERIC}"), 3, "2 to 4"),
    ] {
        let page = page(&text, &Source::long());
        let says = format!(
            "line {line}, column campaign is blank, and the row is the sum of the 2 other rows of \
             2025-09-01, Google Ads (lines {others}): their money would count twice"
        );
        assert!(page.contains(&says), "{page}");
        assert!(page.contains("blank_campaign = true in [sources.totals]"), "{page}");
        // As a campaign of its own: 100 + 200 + 300.
        let own = Totals { campaigns: names(&[""]), ..Totals::default() };
        let report = taken(&text, &with_totals(own));
        assert_eq!(spend(&report), Some(Money::from_minor(60_000)));
        // As the total that it is.
        let left_out = Totals { blank_campaign: true, ..Totals::default() };
        let report = taken(&text, &with_totals(left_out));
        assert_eq!((report.rows, report.totals_rows), (2, 1));
        assert_eq!(spend(&report), Some(Money::from_minor(30_000)));
    }
}

#[test]
fn a_row_without_a_campaign_of_its_own_counts() {
    for figures in ["300.01,4000,140,9,900.00\n", "0,0,0,0,0\n"] {
        // Half a paisa for each of two rows is a rounding, and 0.02 is none.
        let figures = figures.replace("300.01", "300.02");
        let text = format!("{LONG}{BRAND}{GENERIC}2025-09-01,Google Ads,,{figures}");
        let report = taken(&text, &Source::long());
        assert_eq!((report.rows, report.warnings.len()), (3, 0), "{:?}", report.warnings);
    }
    let other_day = format!("{LONG}{BRAND}{GENERIC}2025-09-02,Google Ads,,{SUMS}");
    assert_eq!(taken(&other_day, &Source::long()).rows, 3);
}

#[test]
fn a_row_without_a_campaign_that_is_like_the_only_other_one_is_remarked_on() {
    let text = format!("{LONG}{BRAND}{}", BRAND.replace("brand", ""));
    let report = taken(&text, &Source::long());
    assert_eq!(
        texts(&report),
        [
            "line 3 has no campaign and the very figures of the other row of 2025-09-01, Google Ads (line \
          2): if it is a total, their money counts twice; blank_campaign = true in [sources.totals] \
          leaves such rows out"
        ]
    );
}

#[test]
fn a_row_without_a_campaign_may_sum_several_channels() {
    let columns = Columns { channel: Vec::new(), ..Columns::default() };
    let rule = CampaignRule { pattern: "brand".to_owned(), channel: "Google Ads".to_owned() };
    let source = Source {
        columns,
        channel: Some("Meta Ads".to_owned()),
        campaigns: vec![rule],
        ..Source::long()
    };
    let text = format!("{LONG}{BRAND}{GENERIC}2025-09-01,,,{SUMS}").replace(",Google Ads,", ",,");
    let text = text.replace(",channel,", ",").replace(",,", ",");
    let text = text.replace("2025-09-01,300.00", "2025-09-01,,300.00");
    let page = page(&text, &source);
    assert!(
        page.contains("the sum of the 2 other rows of 2025-09-01 (lines 2 to 3)"),
        "{page}\n{text}"
    );
}

#[test]
fn a_row_that_reads_like_a_total_is_never_a_campaign_of_its_own() {
    for called in ["Total", "All campaigns", "GESAMT", "Total: Campaigns", "Итого", "total général"]
    {
        let total = format!("2025-09-01,Google Ads,{called},{SUMS}");
        let text = format!("{LONG}{total}{BRAND}{GENERIC}");
        let page = page(&text, &Source::long());
        let says = format!(
            "line 2, column campaign: \"{called}\" reads like a total, and the row is the sum of the 2 \
             other rows of 2025-09-01, Google Ads (lines 3 to 4): their money would count twice"
        );
        assert!(page.contains(&says), "{page}");
        assert!(page.contains(&format!("campaigns = [\"{called}\"]")), "{page}");
        let own = Totals { campaigns: names(&[called]), ..Totals::default() };
        assert_eq!(spend(&taken(&text, &with_totals(own))), Some(Money::from_minor(60_000)));
        let label =
            Totals { labels: names(&[called]), check: names(&[called]), ..Totals::default() };
        let report = taken(&text, &with_totals(label));
        assert_eq!((report.rows, report.totals_rows, report.warnings.len()), (2, 1, 0));
        assert_eq!(spend(&report), Some(Money::from_minor(30_000)));
    }
}

#[test]
fn a_row_that_reads_like_a_total_and_is_no_sum_is_refused_too() {
    let total = "2025-09-01,Google Ads,Total,310.00,4000,140,9,900.00\n";
    let page = page(&format!("{LONG}{BRAND}{GENERIC}{total}"), &Source::long());
    let says = "line 4, column campaign: \"Total\" reads like a total, and the row is not the sum of the \
                2 other rows of 2025-09-01 (lines 2 to 3): they have 300.00 in the column spend, it has \
                310.00";
    assert!(page.contains(says), "{page}");
    for name in ["Total Health", "Totals & Trends", "Sumatra", "All season tyres"] {
        let named = total.replace(",Total,", &format!(",{name},"));
        assert_eq!(taken(&format!("{LONG}{BRAND}{named}"), &Source::long()).rows, 2, "{name}");
    }
}

#[test]
fn a_channel_called_total_is_a_total_and_no_unknown_channel() {
    let mail = "2025-09-01,Email,news,50.00,100,5,1,70.00\n";
    // 100 + 200 + 50; 1000 + 3000 + 100; 50 + 90 + 5; 5 + 4 + 1; 400 + 500 + 70.
    let total = "2025-09-01,Total,,350.00,4100,145,10,970.00\n";
    let text = format!("{LONG}{BRAND}{GENERIC}{mail}{total}");
    let page = page(&text, &Source::long());
    let says = "line 5, column channel: \"Total\" reads like a total, and the row is the sum of the 3 \
                other rows of 2025-09-01 (lines 2 to 4)";
    assert!(page.contains(says), "{page}");
    let label = Totals { labels: names(&["Total"]), check: names(&["Total"]), ..Totals::default() };
    let report = taken(&text, &with_totals(label));
    assert_eq!((report.rows, spend(&report)), (3, Some(Money::from_minor(35_000))));
}

#[test]
fn a_label_is_found_in_each_text_cell_that_the_source_names() {
    let totals = Totals {
        labels: names(&["Total:"]),
        check: names(&["Total: Campaigns"]),
        ..Totals::default()
    };
    let source = with_totals(totals);
    for total in [
        format!(",Google Ads,Total: Campaigns,{SUMS}"),
        format!(",Total: Campaigns,,{SUMS}"),
        format!("--,,Total : campaigns,{SUMS}"),
        format!("2025-09-01,Google Ads,Total: Campaigns,{SUMS}"),
        format!("2025-09-01,Total: Campaigns,,{SUMS}"),
    ] {
        let report = taken(&format!("{LONG}{BRAND}{GENERIC}{total}"), &source);
        assert_eq!((report.rows, report.totals_rows), (2, 1), "{total}");
        assert_eq!(spend(&report), Some(Money::from_minor(30_000)), "{total}");
        assert!(report.warnings.is_empty(), "{:?}", report.warnings);
        let other = total.replace("300.00", "310.00");
        let page = page(&format!("{LONG}{BRAND}{GENERIC}{other}"), &source);
        assert!(page.contains("add up to 300.00 in the column spend"), "{page}");
    }
    let above = format!("{LONG}2025-09-01,Google Ads,Total: Campaigns,{SUMS}{BRAND}{GENERIC}");
    assert_eq!(spend(&taken(&above, &source)), Some(Money::from_minor(30_000)));
}

#[test]
fn a_total_of_more_than_the_file_shows_is_left_out_where_its_whole_text_is_a_label() {
    let account = "2025-09-01,Google Ads,Total: Account,999.00,9000,200,20,2000.00\n";
    let text = format!("{LONG}{BRAND}{GENERIC}{account}");
    let with = |labels: &[&str]| Totals { labels: names(labels), ..Totals::default() };
    let page = page(&text, &with_totals(with(&["Total:"])));
    assert!(page.contains("add \"Total: Account\" to labels"), "{page}");
    let report = taken(&text, &with_totals(with(&["Total: Account"])));
    assert_eq!(spend(&report), Some(Money::from_minor(30_000)));
    assert_eq!(
        texts(&report),
        [
            "\"Total: Account\" (line 4) is left out, as the source says, and is not the sum of the rows \
          of 2025-09-01: it says 999.00 in the column spend, they add up to 300.00"
        ]
    );
}

#[test]
fn a_campaign_without_its_day_is_not_taken_for_a_total_by_its_name() {
    let totals = Totals { labels: names(&["Total"]), ..Totals::default() };
    let text = format!("{LONG}{BRAND},Google Ads,Total Health,{SUMS}");
    assert!(page(&text, &with_totals(totals)).contains("line 3, column date is blank"));
}

#[test]
fn google_s_totals_in_the_campaign_column_are_totals_of_their_day() {
    let source = budgetd::config::preset("google_ads").expect("a preset");
    let head = "Campaign report\nperiod\nDay,Campaign,Currency code,Cost,Impr.,Clicks,Conversions,Conv. value\n";
    let rows = "2025-09-01,brand,INR,100.00,1000,50,5,400.00\n\
                2025-09-01,generic,INR,200.00,3000,90,4,500.00\n";
    let with = |total: &str| format!("{head}{rows}2025-09-01,Total: Campaigns, --,{total}\n");
    let report = taken(&with("300.00,4000,140,9,900.00"), &source);
    assert_eq!((report.rows, report.totals_rows), (2, 1));
    assert_eq!(spend(&report), Some(Money::from_minor(30_000)));
    let page = page(&with("310.00,4000,140,9,900.00"), &source);
    assert!(page.contains("the rows of 2025-09-01 add up to 300.00 in the column Cost"), "{page}");
}

#[test]
fn a_dash_for_the_cost_beside_clicks_or_revenue_is_said() {
    let source = budgetd::config::preset("google_ads").expect("a preset");
    let head = "Campaign report\nperiod\nDay,Campaign,Currency code,Cost,Impr.,Clicks,Conversions,Conv. value\n";
    let rows = "2025-09-01,brand,INR,100.00,1000,50,5,400.00\n\
                2025-09-01,a,INR, --,3000,90,4,500.00\n\
                2025-09-01,b,INR, --,0,0,0, --\n\
                2025-09-01,c,INR,0.00,10,1,0,2.00\n\
                2025-09-02,a,INR, --,0,0,1.5,0.50\n";
    let total = "Total: Campaigns,,INR,100.00,4010,141,10.5,902.50\n";
    let report = taken(&format!("{head}{rows}{total}"), &source);
    // 4 + 1.5 conversions, 500 + 0.50 revenue.
    let says = "2 rows have no figure in the column Cost beside 3000 impressions, 90 clicks, 5.5 \
                conversions and revenue 500.50, first in line 5: the spend counts as 0, as the source \
                says, and return looks higher; if money was spent there, export it";
    assert!(texts(&report).contains(&says), "{:?}", report.warnings);
}

#[test]
fn a_day_of_another_year_and_a_day_that_is_not_over_are_said() {
    let row = |day: &str| format!("{day},Email,news,1.00,9,1,1,2.00\n");
    let text = format!("{LONG}{}{}{}", row("2024-09-11"), row("2025-09-12"), row("2025-09-15"));
    let report = taken(&text, &Source::long());
    // 11 September 2024 to 12 September 2025: 365 and one.
    assert_eq!(
        texts(&report),
        [
            "it holds 1 day until 2024-09-11 and 2 days from 2025-09-12, 366 days later, and none between: \
          is the year right?",
            "2025-09-15 is today and not over: its figures count as they stand, and the weekly decision \
          waits until the day is sent again once it has ended"
        ]
    );
    let report = taken(&format!("{LONG}{}", row("2025-09-14")), &Source::long());
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
}

#[test]
fn a_blank_row_whose_spend_is_the_sum_is_a_total_whatever_its_other_figures_are() {
    // People reached by both campaigns count once in the total: 3500 of 4000.
    let text = format!("{LONG}{BRAND}{GENERIC}2025-09-01,Google Ads,,300.00,3500,120,8,900.00\n");
    let page = page(&text, &Source::long());
    assert!(page.contains("line 4, column campaign is blank"), "{page}");
    // One other row alone may well have the same spend.
    let alone = format!("{LONG}{BRAND}2025-09-01,Google Ads,,100.00,900,40,4,300.00\n");
    assert_eq!(spend(&taken(&alone, &Source::long())), Some(Money::from_minor(20_000)));
}

#[test]
fn rows_with_a_blank_key_that_are_the_sum_of_those_with_one_are_refused() {
    let header = "date,channel,campaign,ad,spend,impressions,clicks,conversions,revenue\n";
    let rows = "2025-09-01,Google Ads,brand,one,100.00,1000,50,5,400.00\n\
                2025-09-01,Google Ads,brand,two,200.00,3000,90,4,500.00\n";
    let total = format!("2025-09-01,Google Ads,brand,,{SUMS}");
    let keys = |totals: Totals| {
        let columns = Columns { keys: names(&["ad"]), ..Columns::default() };
        Source { columns, totals, ..Source::long() }
    };
    let page = page(&format!("{header}{rows}{total}"), &keys(Totals::default()));
    assert!(page.contains("line 4, column ad is blank, and the row is the sum of"), "{page}");
    assert!(page.contains("export without them"), "{page}");
    let own = Totals { campaigns: names(&[""]), ..Totals::default() };
    let report = taken(&format!("{header}{rows}{total}"), &keys(own));
    assert_eq!(spend(&report), Some(Money::from_minor(60_000)));
    // Rows whose ad isn't known are rows as any other.
    let unknown = "2025-09-01,Google Ads,brand,,7.00,10,1,0,3.00\n";
    let report = taken(&format!("{header}{rows}{unknown}"), &keys(Totals::default()));
    assert_eq!(spend(&report), Some(Money::from_minor(30_700)));
}

#[test]
fn a_row_that_is_the_sum_of_the_others_is_remarked_on_by_whatever_name() {
    for name in ["Overall", "Email Total", "--", "\u{915}\u{941}\u{932}"] {
        let text = format!("{LONG}{BRAND}{GENERIC}2025-09-01,Google Ads,{name},{SUMS}");
        let report = taken(&text, &Source::long());
        let said = texts(&report).join("\n");
        let expected = "on one day of a channel one row is exactly the sum of all others, first in line \
                        4 (2025-09-01, Google Ads, spend 300.00): if it is a total, all money counts twice";
        assert!(said.contains(expected), "{name}: {said}");
    }
    // 300 is the sum of the spends, 4001 not that of the impressions.
    let text =
        format!("{LONG}{BRAND}{GENERIC}2025-09-01,Google Ads,big,300.00,4001,140,9,900.00\n");
    assert!(!texts(&taken(&text, &Source::long())).join(" ").contains("exactly the sum"));
}
