//! What a row states in each layout, and which rows are read: every expected figure is worked out
//! by hand.

mod ingest_support;

use budgetd::domain::source::{
    CampaignRule, Columns, DatedBy, Layout, Meaning, Meanings, Numbers, Outcome, RevenueSpread,
    Totals,
};
use budgetd::domain::{Account, Figures, Grain, Limits, Source, Subject};
use budgetd::ingest::{Context, DailyReport, Purpose, Reading, Rejection};
use ingest_support::formats::names;
use ingest_support::{Rows, day, read_as, read_rows, rupee_account, today};

fn read_for(purpose: Purpose, text: &str, account: &Account, source: &Source) -> (Reading, Rows) {
    let context = Context {
        account,
        source,
        today: today(),
        limits: Limits::default(),
        file_name: "file.csv",
        purpose,
    };
    read_rows(text.as_bytes(), &context)
}

fn taken(text: &str, source: &Source) -> (DailyReport, Rows) {
    match read_for(Purpose::Import, text, &rupee_account(), source) {
        (Reading::Taken(report), rows) => (report, rows),
        (Reading::Refused(rejection), _) => panic!("{}", rejection.render("it")),
    }
}

fn refused(text: &str, source: &Source) -> Rejection {
    match read_for(Purpose::Import, text, &rupee_account(), source).0 {
        Reading::Refused(rejection) => rejection,
        Reading::Taken(report) => panic!("taken: {report:?}"),
    }
}

fn page(text: &str, source: &Source) -> String {
    refused(text, source).render("it")
}

fn warnings(report: &DailyReport) -> Vec<&str> {
    report.warnings.iter().map(|warning| warning.text.as_str()).collect()
}

/// Channel, spend and revenue of each row in minor units, by day.
fn money(rows: &Rows) -> Vec<(String, &'static str, Option<i128>, Option<i128>)> {
    let account = rupee_account();
    rows.rows
        .iter()
        .map(|((day, subject, _), (_, figures))| {
            let subject = match subject {
                Subject::Business => "business",
                Subject::Channel(at) => match account.channels[*at].name.as_str() {
                    "Affiliate" => "Affiliate",
                    "Email" => "Email",
                    "Google Ads" => "Google Ads",
                    _ => "Meta Ads",
                },
            };
            let minor = |it: Option<budgetd::domain::FineMoney>| it.map(|it| it.rounded().minor());
            (day.to_string(), subject, minor(figures.spend), minor(figures.revenue))
        })
        .collect()
}

/// A row is a campaign; nothing in it names a channel.
fn campaigns() -> Source {
    let rule = |pattern: &str, channel: &str| CampaignRule {
        pattern: pattern.to_owned(),
        channel: channel.to_owned(),
    };
    Source {
        campaigns: vec![rule("*brand*", "AdWords"), rule("*", "Email")],
        columns: Columns { channel: Vec::new(), ..Columns::default() },
        ..Source::long()
    }
}

const CAMPAIGNS: &str = "date,campaign,spend,impressions,clicks,conversions,revenue\n\
                         2025-09-01,My BRAND 1,1,9,1,1,5\n2025-09-01,Shoes,2,9,1,1,7\n";

#[test]
fn the_first_pattern_that_fits_a_campaign_gives_the_channel() {
    let (_, rows) = taken(CAMPAIGNS, &campaigns());
    let date = || "2025-09-01".to_owned();
    assert_eq!(
        money(&rows),
        [(date(), "Email", Some(200), Some(700)), (date(), "Google Ads", Some(100), Some(500)),]
    );
    // Without the last pattern the one channel of the source is left.
    let mut source = campaigns();
    source.campaigns.pop();
    source.channel = Some("Affiliate".to_owned());
    let (_, rows) = taken(CAMPAIGNS, &source);
    assert_eq!(money(&rows)[0].1, "Affiliate");
    source.channel = None;
    let page = page(CAMPAIGNS, &source);
    assert!(
        page.contains("line 3, column campaign: \"Shoes\" is a campaign that no rule"),
        "{page}"
    );
}

#[test]
fn a_channel_that_only_the_source_knows_is_one_fault() {
    let source = Source { channel: Some("Goggle Ads".to_owned()), ..campaigns() };
    let rejection = refused(CAMPAIGNS, &source);
    assert_eq!((rejection.codes(), rejection.faults_total), (vec!["unknown_channel"], 1));
}

#[test]
fn columns_may_have_several_names_and_of_two_counts_the_first_is_taken() {
    let columns = Columns {
        clicks: names(&["Link clicks", "Clicks (all)"]),
        spend: names(&["Amount spent ({currency})", "Cost"]),
        ..Columns::default()
    };
    let source = Source { columns, ..Source::long() };
    let header = |spend: &str| {
        format!("date,channel,{spend},impressions,clicks (ALL),link  clicks,conversions,revenue\n")
    };
    let row = "2025-09-01,Email,1,90,40,30,1,2\n";
    let (report, _) = taken(&(header("amount spent (inr)") + row), &source);
    assert_eq!(report.channels[0].figures.clicks, Some(30));
    assert_eq!(
        warnings(&report),
        [
            "both \"link  clicks\" and \"clicks (ALL)\" could be the clicks; \"link  clicks\" is taken, \
             which the source names first"
        ]
    );
    let text = page(&(header("Amount spent (USD)") + row), &source);
    let says = "line 1: \"Amount spent (USD)\" is an amount in USD, the account is in INR";
    assert!(text.contains(says), "{text}");
    let text = page(&(header("Amount spent (abc)") + row), &source);
    assert!(text.contains("line 1 has no column \"Amount spent ({currency})\""), "{text}");
}

#[test]
fn a_column_that_the_format_does_not_have_is_absent_and_never_zero() {
    let columns = Columns { revenue: Vec::new(), conversions: Vec::new(), ..Columns::default() };
    let source = Source { columns, ..Source::long() };
    let (report, _) =
        taken("date,channel,spend,impressions,clicks\n2025-09-01,Email,1,9,1\n", &source);
    let figures = report.channels[0].figures;
    assert_eq!((figures.revenue, figures.conversions), (None, None));
    assert_eq!((figures.impressions, figures.clicks), (Some(9), Some(1)));
    // A count that the source names must be there, but for a report.
    let text = "date,channel,spend,impressions\n2025-09-01,Email,1,9\n";
    assert_eq!(refused(text, &source).codes(), ["missing_column"]);
    let report = Source { layout: Layout::Report, ..source };
    assert_eq!(taken(text, &report).0.channels[0].figures.clicks, None);
}

#[test]
fn key_columns_tell_rows_apart_and_name_them_in_a_conflict() {
    let columns = Columns { keys: names(&["ad", "country"]), ..Columns::default() };
    let source = Source { columns, ..Source::long() };
    let header = "date,channel,ad,country,spend,impressions,clicks,conversions,revenue\n";
    let rows = "2025-09-01,Email,A1,IN,1,9,1,1,2\n2025-09-01,Email,A2,IN,1,9,1,1,2\n";
    let (report, stated) = taken(&format!("{header}{rows}"), &source);
    assert_eq!((report.rows, report.repeated), (2, 0));
    assert_eq!(report.channels[0].figures.clicks, Some(2));
    let keys: Vec<&str> = stated.rows.keys().map(|key| key.2.as_str()).collect();
    assert_eq!(keys, ["\u{1f}A1\u{1f}IN", "\u{1f}A2\u{1f}IN"]);
    let text = page(&format!("{header}{rows}2025-09-01,Email,A2,IN,3,9,1,1,2\n"), &source);
    let says = "2025-09-01, Email, ad \"A2\", country \"IN\" stands twice with different spend: 1.00 \
                (line 3) and 3.00 (line 4)";
    assert!(text.contains(says), "{text}");
}

#[test]
fn rows_that_the_source_leaves_out_are_counted_and_said() {
    let mut source = Source { ignore_extra_columns: true, ..Source::long() };
    source.only.insert("region".to_owned(), "north".to_owned());
    let header = "date,channel,region,spend,impressions,clicks,conversions,revenue\n";
    let rows = "2025-09-01,Email,north,1,9,1,1,2\n2025-09-01,Email,south,?,9,1,1,2\n";
    let (report, _) = taken(&format!("{header}{rows}"), &source);
    assert_eq!((report.rows, report.left_out), (1, 1));
    assert_eq!(warnings(&report), ["1 row was left out, as the source asks (only)"]);
    let text = page(&format!("{header}2025-09-01,Email,south,1,9,1,1,2\n"), &source);
    assert!(
        text.contains(
            "with \"north\" in the column \"region\", and the first of these has \"south\""
        ),
        "{text}"
    );
}

/// A small report with totals; conversions and revenue are not in it.
fn report() -> Source {
    Source {
        layout: Layout::Report,
        channel: Some("Email".to_owned()),
        columns: Columns {
            channel: Vec::new(),
            conversions: Vec::new(),
            revenue: Vec::new(),
            ..Columns::default()
        },
        totals: Totals {
            labels: names(&["Total"]),
            check: names(&["Total: all"]),
            ..Totals::default()
        },
        ..Source::long()
    }
}

/// What is said of a report that has no revenue, whose first row stands on line 5.
fn without_revenue(rows: &str) -> String {
    format!(
        "{rows} no spend or no revenue, first in line 5: the days of these channels are kept, and no \
         budget can be decided on them"
    )
}

const REPORT: &str = "A title\nand, a, line, of, five\n\ndate,campaign,spend,impressions,clicks\n";

#[test]
fn a_total_may_be_off_by_half_a_minor_unit_for_each_row_and_no_more() {
    let rows = "2025-09-01,a,1.00,9,1\n2025-09-02,a,1.00,9,1\n";
    let with = |total: &str| format!("{REPORT}{rows}Total: all,--,{total}\n");
    for total in ["2.00,18,2", "2.01,18,2", "1.99,18,2", " --,18,2", "2.00,,"] {
        let (report, _) = taken(&with(total), &report());
        assert_eq!((report.rows, report.totals_rows), (2, 1), "{total}");
        assert_eq!(warnings(&report), [without_revenue("2 rows state")], "{total}");
    }
    for total in ["2.02,18,2", "1.98,18,2", "2.00,19,2", "2.00,18,1"] {
        assert_eq!(refused(&with(total), &report()).codes(), ["totals_differ"], "{total}");
    }
}

#[test]
fn a_report_without_its_totals_is_taken_with_a_warning() {
    let (report, _) = taken(&format!("{REPORT}2025-09-01,a,1.00,9,1\n"), &report());
    let says = "it has no totals row \"Total: all\": nothing to check its sums against, so that \
                missing rows would not be noticed; is the file cut off?";
    assert_eq!(warnings(&report), [&without_revenue("1 row states"), says]);
}

#[test]
fn rows_that_count_once_are_named_where_a_total_counts_them_twice() {
    let rows = "2025-09-01,a,1.00,9,1\n2025-09-01,a,1.00,9,1\nTotal: all,,2.00,18,2\n";
    let text = page(&format!("{REPORT}{rows}"), &report());
    assert!(text.contains("rows that stand twice alike, which count once here"), "{text}");
    assert!(text.contains("key_columns"), "{text}");
}

#[test]
fn a_campaign_called_total_is_data_where_it_has_a_date() {
    let header = "campaign,date,spend,impressions,clicks\n";
    let rows = "Total Health,2025-09-01,1.00,9,1\nTotal: all,--,1.00,9,1\n";
    let (report, stated) = taken(&format!("{header}{rows}"), &report());
    assert_eq!((report.rows, report.totals_rows), (1, 1));
    assert_eq!(stated.rows.keys().next().expect("a row").2, "Total Health");
}

#[test]
fn a_blank_campaign_checks_its_day_or_without_a_date_the_whole_file() {
    let totals = Totals { blank_campaign: true, ..Totals::default() };
    let source = Source { totals, ..report() };
    let rows = "2025-09-01,a,1.00,9,1\n2025-09-01,b,2.00,9,1\n2025-09-02,a,4.00,9,1\n";
    let with = |totals: &str| format!("{REPORT}{totals}{rows}");
    let good = with(",,7.00,27,3\n2025-09-01,,3.00,18,2\n2025-09-02,,4.00,9,1\n");
    let (report, _) = taken(&good, &source);
    assert_eq!((report.rows, report.totals_rows), (3, 3));
    let text = page(&with("2025-09-01,,4.00,18,2\n"), &source);
    assert!(text.contains("the rows of 2025-09-01 add up to 3.00 in the column spend"), "{text}");
    assert_eq!(refused(&with(",,8.00,27,3\n"), &source).codes(), ["totals_differ"]);
}

/// A wide file of two channels by name, with an outcome and two controls.
fn wide() -> Source {
    Source {
        layout: Layout::Wide,
        columns: Columns {
            channel: Vec::new(),
            campaign: Vec::new(),
            spend: names(&["{channel}_cost"]),
            impressions: names(&["{channel}_views"]),
            clicks: Vec::new(),
            conversions: Vec::new(),
            revenue: Vec::new(),
            outcome: Some(Outcome::Difference("sales".to_owned(), "refunds".to_owned())),
            controls: names(&["price", "weather_cost"]),
            ..Columns::default()
        },
        blank: Meanings { spend: Meaning::Absent, ..Meanings::default() },
        ..Source::long()
    }
}

const WIDE: &str = "date,weather_cost,EMAIL_cost,email_VIEWS,AdWords_cost,sales,refunds,price\n";

#[test]
fn a_wide_record_states_each_channel_that_has_a_cell_and_the_business() {
    let rows = "2025-09-01,rain,1,9,2,20,5,1.5%\n2025-09-02,,,,3,20,0,2\n";
    let (report, stated) = taken(&format!("{WIDE}{rows}"), &wide());
    let [first, second] = ["2025-09-01", "2025-09-02"].map(str::to_owned);
    assert_eq!(
        money(&stated),
        [
            (first.clone(), "Email", Some(100), None),
            (first.clone(), "Google Ads", Some(200), None),
            (first, "business", None, Some(1500)),
            (second.clone(), "Google Ads", Some(300), None),
            (second, "business", None, Some(2000)),
        ]
    );
    // In the order of the file, by the names of the source.
    let controls: Vec<&str> = stated.controls.values().map(String::as_str).collect();
    assert_eq!(
        controls,
        [
            "{\"weather_cost\":\"rain\",\"price\":\"0.015\"}",
            "{\"weather_cost\":\"\",\"price\":\"2\"}"
        ]
    );
    assert_eq!(report.rows, 2);
    let business = report.business.expect("the business");
    assert_eq!(business.revenue.expect("revenue").rounded().minor(), 3500);
}

#[test]
fn a_pattern_that_names_no_channel_is_one_fault_and_controls_come_first() {
    let header = WIDE.replace("AdWords_cost", "TikTok_cost,TikTok_views,AdWords_cost");
    let source = Source { ignore_extra_columns: true, ..wide() };
    let rejection = refused(&format!("{header}2025-09-01,rain,1,9,2,3,2,20,5,1\n"), &source);
    assert_eq!((rejection.codes(), rejection.faults_total), (vec!["unknown_channel"], 1));
    let fault = &rejection.faults[0];
    let says = "line 1, column TikTok_cost: \"TikTok\" is no channel of this account";
    assert_eq!(fault.to_string(), says);
    assert!(fault.hint.as_deref().is_some_and(|hint| hint.contains("controls of the source")));
}

#[test]
fn refunds_above_sales_are_refused_unless_the_source_accepts_them() {
    let text = format!("{WIDE}2025-09-01,,1,9,2,5,20,1\n");
    let page = page(&text, &wide());
    assert!(page.contains("line 2, column sales: \"5 - 20\" is negative"), "{page}");
    let source = Source { allow_negative_revenue: true, ..wide() };
    let (_, rows) = taken(&text, &source);
    assert_eq!(money(&rows)[2].3, Some(-1500));
}

#[test]
fn an_outcome_may_be_a_product_of_two_columns() {
    let outcome = Outcome::Product("sales".to_owned(), "refunds".to_owned());
    let mut source = wide();
    source.columns.outcome = Some(outcome);
    source.numbers = Numbers { round: true, ..Numbers::default() };
    let (_, rows) = taken(&format!("{WIDE}2025-09-01,,1,9,2,12.5,0.333,1\n"), &source);
    // 12.5 × 0.333 = 4.1625
    assert_eq!(money(&rows)[2].3, Some(416));
}

#[test]
fn columns_may_be_called_like_their_channels_and_strangers_are_refused() {
    let mut source = wide();
    source.columns.spend = names(&["Email", "google"]);
    source.columns.impressions = Vec::new();
    let text = "date,EMAIL,Google,sales,refunds,price,weather_cost\n2025-09-01,1,2,9,0,1,1\n";
    let (_, rows) = taken(text, &source);
    assert_eq!(money(&rows)[1], ("2025-09-01".to_owned(), "Google Ads", Some(200), None));
    let rejection = refused(&text.replace("Google", "Gogle"), &source);
    assert_eq!(rejection.codes(), ["missing_column", "unknown_column"]);
}

#[test]
fn revenue_is_shared_by_largest_remainder_and_said_to_be_spread() {
    let source = Source { revenue_spread: RevenueSpread::Spend, ..wide() };
    // 10.01 by 1 and 2: 3.336… and 6.673…; the cent that is left goes to the larger remainder.
    let (report, rows) = taken(&format!("{WIDE}2025-09-01,,1,9,2,10.01,0,1\n"), &source);
    let of: Vec<Option<i128>> = money(&rows).into_iter().map(|row| row.3).collect();
    assert_eq!(of, [Some(334), Some(667), Some(1001)]);
    let [text] = warnings(&report)[..] else { panic!("{:?}", report.warnings) };
    assert!(text.contains("is spread, not measured") && text.ends_with("to spend"), "{text}");
    let page = page(&format!("{WIDE}2025-09-01,,0,9,0,10.01,0,1\n"), &source);
    assert!(page.contains("there is nothing to share it by in spend"), "{page}");
}

/// The long format by territory, with rows that sum over them.
fn territories() -> Source {
    let marked = Some(("place".to_owned(), "All".to_owned()));
    let columns = Columns { keys: names(&["firm", "place"]), ..Columns::default() };
    let totals = Totals { marked, ..Totals::default() };
    Source { columns, totals, ..Source::long() }
}

const TERRITORIES: &str = "date,channel,firm,place,spend,impressions,clicks,conversions,revenue\n";

#[test]
fn marked_totals_prove_the_other_rows_of_their_day_and_channel() {
    let rows = "2025-09-01,Email,x,All,3,18,2,2,5\n2025-09-01,Email,x,UK,1,9,1,1,2\n\
                2025-09-01,Email,x,IE,2,9,1,1,3\n2025-09-01,Email,y,All,7,9,1,1,8\n";
    let (report, stated) = taken(&format!("{TERRITORIES}{rows}"), &territories());
    // Of the firm y there is nothing but its total, which is its data.
    assert_eq!((report.rows, report.totals_rows), (3, 1));
    let spend: i128 = money(&stated).iter().filter_map(|row| row.2).sum();
    assert_eq!(spend, 1000);
    let lost = rows.replace("2025-09-01,Email,x,IE,2,9,1,1,3\n", "");
    let text = page(&format!("{TERRITORIES}{lost}"), &territories());
    let says = "the rows of 2025-09-01, Email, add up to 1.00 in the column spend, the report's own \
                \"place = All\" says 3.00 (line 2)";
    assert!(text.contains(says), "{text}");
}

#[test]
fn totals_that_are_held_are_bounded() {
    let mut text = TERRITORIES.to_owned();
    for row in 0..=100_000 {
        text += &format!("2025-09-01,Email,f{row},All,1,1,1,1,1\n");
    }
    let rejection = refused(&text, &territories());
    assert_eq!((rejection.codes(), rejection.faults_total), (vec!["too_many_totals"], 1));
}

const LONG: &str = "date,channel,spend,impressions,clicks,conversions,revenue\n";

#[test]
fn a_month_is_spread_over_its_days_only_where_the_source_says_so() {
    let text = format!("{LONG}2025-02-01,Email,1.00,29,1,1,0.27\n");
    let monthly = Source { grain: Grain::Month, ..Source::long() };
    let (report, rows) = taken(&text, &monthly);
    assert_eq!((report.grain, rows.rows.len()), (Grain::Month, 1));
    let spread = Source { spread_over_days: true, ..monthly };
    let (report, rows) = taken(&text, &spread);
    assert_eq!((report.grain, report.rows), (Grain::Day, 1));
    assert_eq!((report.first_day, report.last_day), (day("2025-02-01"), day("2025-02-28")));
    let money = money(&rows);
    // 100 = 28 × 3 + 16; 27 = 28 × 0 + 27; 29 = 28 × 1 + 1.
    let spends: Vec<i128> = money.iter().filter_map(|row| row.2).collect();
    assert_eq!((spends.len(), spends[15], spends[16]), (28, 4, 3));
    assert_eq!((money[26].3, money[27].3), (Some(1), Some(0)));
    let impressions: Vec<Option<u64>> = rows.rows.values().map(|row| row.1.impressions).collect();
    assert_eq!((impressions[0], impressions[1]), (Some(2), Some(1)));
    let sum = rows.rows.values().fold(Figures::NONE, |sum, row| sum.plus(row.1));
    assert_eq!(report.channels[0].figures, sum);
}

#[test]
fn a_week_keeps_its_first_day_and_the_inbox_does_not_take_it() {
    let source = Source { grain: Grain::Week, dated_by: DatedBy::Last, ..Source::long() };
    let text = format!("{LONG}2025-09-07,Email,1,9,1,1,2\n");
    let (report, _) = taken(&text, &source);
    assert_eq!((report.grain, report.first_day), (Grain::Week, day("2025-09-01")));
    let (reading, rows) = read_for(Purpose::Inbox, &text, &rupee_account(), &source);
    let Reading::Refused(rejection) = reading else { panic!("{reading:?}") };
    assert_eq!((rejection.codes(), rows.rows.len()), (vec!["not_daily"], 0));
}

#[test]
fn days_that_stand_a_week_apart_are_remarked_on() {
    let row = |day: &str| format!("{day},Email,1,9,1,1,2\n");
    let weeks = ["2025-08-18", "2025-08-25", "2025-09-01"].map(row).concat();
    let (report, _) = taken(&format!("{LONG}{weeks}"), &Source::long());
    assert!(warnings(&report)[0].contains("seven days apart"), "{:?}", report.warnings);
    let more = format!("{LONG}{weeks}{}", row("2025-09-02"));
    assert_eq!(taken(&more, &Source::long()).0.warnings, []);
}

#[test]
fn a_table_that_no_source_describes_is_told_what_its_rows_cover() {
    let weekly = "date_week,y,tv\n4/2/2018,3984.6,0.3\n4/9/2018,3762.8,0.1\n4/16/2018,44,0.2\n";
    let text = page(weekly, &Source::long());
    assert!(
        text.contains("each row covers a week: its column \"date_week\" holds 4/2/2018"),
        "{text}"
    );
    assert!(text.contains("grain = \"week\"") && text.contains("`budgetd import`"), "{text}");
    let monthly = weekly.replace("4/9", "5/2").replace("4/16", "6/2");
    assert!(page(&monthly, &Source::long()).contains("each row covers a month"));
    // A source of the layout, whose date is called otherwise.
    let text = page(weekly, &wide());
    assert!(text.contains("its column \"date_week\" holds dates"), "{text}");
}

#[test]
fn the_page_puts_faults_of_a_kind_together_and_the_likely_cause_first() {
    let rows = "2025-09-01,Bing,1,9,1,1,2\n2025-09-01,Email,\"1,5\",9,1,1,2\n\
                2025-09-02,Email,\"2,5\",9,1,1,2\n2025-09-03,Email,\"3,5\",9,1,1,2\n";
    let text = page(&format!("{LONG}{rows}"), &Source::long());
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what} in {text}"));
    let order = [
        "Most likely: amounts",
        "amounts are not written as the source says (3):",
        "line 5, column spend",
        "channels are not those of this account (1):",
        "line 2, column channel",
    ];
    assert!(order.map(at).is_sorted(), "{text}");
}

#[test]
fn a_kind_of_fault_that_comes_late_is_listed_all_the_same() {
    let mut text = LONG.to_owned();
    for row in 0..300 {
        text += &format!("2025-09-01,Email,\"{row},5\",9,1,1,2\n");
    }
    text += "2025-09-01,Bing,1,9,1,1,2\n";
    let rejection = refused(&text, &Source::long());
    assert_eq!((rejection.faults.len(), rejection.faults_total), (100, 301));
    assert_eq!(rejection.codes(), ["not_an_amount", "unknown_channel"]);
}

#[test]
fn a_column_called_currency_is_looked_at_even_where_the_source_does_not_name_it() {
    let source = Source { ignore_extra_columns: true, ..Source::long() };
    let file = |code: &str| {
        format!(
            "date,channel,spend,impressions,clicks,conversions,revenue,Currency code\n\
             2025-09-01,Email,10.00,100,5,1,20.00,INR\n\
             2025-09-02,Email,10.00,100,5,1,20.00,{code}\n"
        )
    };
    let account = rupee_account();
    for code in ["INR", "", "n/a", "inr"] {
        let reading = read_as(file(code).as_bytes(), &account, &source, Limits::default());
        assert!(matches!(reading, Reading::Taken(_)), "{code}: {reading:?}");
    }
    let reading = read_as(file("USD").as_bytes(), &account, &source, Limits::default());
    let Reading::Refused(rejection) = reading else { panic!("taken") };
    assert_eq!(rejection.codes(), ["other_currencies"]);
}

#[test]
fn a_column_of_money_that_names_another_currency_refuses_the_file() {
    for (title, is_taken) in
        [("spend (INR)", true), ("spend (USD)", false), ("spend_eur", false), ("spend all", true)]
    {
        let columns = Columns { spend: vec![title.to_owned()], ..Columns::default() };
        let source = Source { columns, ..Source::long() };
        let text = format!(
            "date,channel,{title},impressions,clicks,conversions,revenue\n\
             2025-09-01,Email,10.00,100,5,1,20.00\n"
        );
        let reading = read_as(text.as_bytes(), &rupee_account(), &source, Limits::default());
        assert_eq!(matches!(reading, Reading::Taken(_)), is_taken, "{title}: {reading:?}");
    }
}
