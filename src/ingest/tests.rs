//! The reader against rows of every order, bytes of every kind, and cells that mean harm.

mod strictness;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::io::{self, BufReader, Read as _};

use csv::ByteRecord;
use proptest::prelude::*;

use super::grammar::Grammar;
use super::records::Records;
use super::*;
use crate::domain::channel::is_unprintable;
use crate::domain::{AccountId, Channel, Currency, Money, Subject};

const HEADER: &str = "date,channel,campaign,spend,impressions,clicks,conversions,revenue\n";
const CHANNELS: [&str; 3] = ["Email", "Google Ads", "Meta Ads"];

fn account() -> Account {
    let mut channels: Vec<Channel> = CHANNELS
        .iter()
        .map(|name| Channel::named(ChannelName::new(name).expect("a name")))
        .collect();
    channels[1].aliases = vec!["AdWords".to_owned()];
    Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code("INR").expect("a currency"),
        chrono_tz::Asia::Kolkata,
        Money::from_minor(50_000_000),
        channels,
    )
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// Reads as a ledger would that holds the rows of this file alone.
fn read_with(input: impl BufRead, source: &Source, limits: Limits) -> Reading {
    let account = account();
    let context = Context {
        account: &account,
        source,
        today: day("2025-09-15"),
        limits,
        file_name: "file.csv",
        purpose: Purpose::Inbox,
    };
    let mut stated: BTreeMap<(Day, Subject, String), (u64, Figures)> = BTreeMap::new();
    let mut sink = |row: &StatedRow<'_>| {
        let key = (row.day, row.subject, row.campaign.to_owned());
        let (line, figures) = *stated.entry(key).or_insert((row.line, row.figures));
        Ok::<_, Infallible>(if line == row.line {
            Stated::New
        } else if figures == row.figures {
            Stated::SameAs { line }
        } else {
            Stated::DiffersFrom { line, figures }
        })
    };
    read(input, &context, &mut sink).expect("neither memory nor this sink fails")
}

fn read_text(text: impl AsRef<[u8]>) -> Reading {
    read_with(text.as_ref(), &Source::long(), Limits::default())
}

fn taken(reading: Reading) -> DailyReport {
    match reading {
        Reading::Taken(report) => report,
        Reading::Refused(rejection) => panic!("{}", rejection.render("it")),
    }
}

fn refused(reading: Reading) -> Rejection {
    match reading {
        Reading::Refused(rejection) => rejection,
        Reading::Taken(report) => panic!("taken: {report:?}"),
    }
}

fn first_fault(reading: Reading) -> String {
    refused(reading).faults.remove(0).to_string()
}

#[test]
fn names_are_compared_without_case_and_without_space_around_them() {
    let rows =
        " google ads ,,1,1,1,1,1\n2025-09-02,ADWORDS,,1,1,1,1,1\n2025-09-03,email,,1,1,1,1,1\n";
    let report = taken(read_text(format!("{HEADER}2025-09-01,{rows}")));
    let channels: Vec<(&str, u64)> =
        report.channels.iter().map(|it| (it.channel.as_str(), it.rows)).collect();
    assert_eq!(channels, [("Email", 1), ("Google Ads", 2)]);
}

#[test]
fn columns_may_stand_in_any_order_and_case() {
    let text =
        "Revenue,conversions,clicks,impressions,spend,CHANNEL, date\n9,1,2,3,4,Email,2025-09-01\n";
    let report = taken(read_text(text));
    let measures = report.channels[0].figures.measures().expect("money");
    assert_eq!((measures.spend.minor(), measures.revenue.minor()), (400, 900));
    assert_eq!((measures.impressions, measures.clicks), (Some(3), Some(2)));
}

#[test]
fn a_blank_count_is_absent_and_not_zero() {
    let report = taken(read_text(format!("{HEADER}2025-09-01,Email,,1,,,,2\n")));
    let measures = report.channels[0].figures.measures().expect("money");
    assert_eq!((measures.impressions, measures.clicks, measures.conversions), (None, None, None));
}

#[test]
fn crlf_a_byte_order_mark_and_blank_lines_change_nothing() {
    let rows = "2025-09-01,Email,,1,2,1,1,2\n\n2025-09-02,Email,,1,2,1,1,2\n\n\n";
    let text = format!("{HEADER}{rows}");
    let plain = taken(read_text(&text));
    let windows = format!("\u{FEFF}{}", text.replace('\n', "\r\n"));
    assert_eq!(taken(read_text(windows)), plain);
    assert_eq!((plain.rows, plain.channels[0].days), (2, 2));
}

#[test]
fn text_that_a_source_ignores_may_span_lines() {
    let source = Source { ignore_extra_columns: true, ..Source::long() };
    let text = "date,note,channel,spend,impressions,clicks,conversions,revenue\n\
                2025-09-01,\"two\nlines, one cell\",Email,1,2,1,1,2\n\
                2025-09-01,,Emial,1,2,1,1,2\n";
    let fault = first_fault(read_with(text.as_bytes(), &source, Limits::default()));
    assert_eq!(fault, "line 4, column channel: \"Emial\" is no channel of this account");
}

#[test]
fn a_date_is_written_exactly_as_its_source_says() {
    let read_as = |format: &str, text: &str| {
        let source = Source { date_format: format.to_owned(), ..Source::long() };
        let text = format!("{HEADER}{text},Email,,1,2,1,1,2\n");
        match read_with(text.as_bytes(), &source, Limits::default()) {
            Reading::Taken(report) => report.first_day.to_string(),
            Reading::Refused(rejection) => rejection.codes().join(" "),
        }
    };
    assert_eq!(read_as("%Y-%m-%d", "2024-02-29"), "2024-02-29");
    assert_eq!(read_as("%Y-%m-%d", "2023-02-29"), "not_a_day");
    assert_eq!(read_as("%Y-%m-%d", "2025-9-1"), "other_date_format");
    assert_eq!(read_as("%Y-%m-%d", "+2025-09-01"), "not_a_day");
    assert_eq!(read_as("%Y-%m-%d", "2025-09-01T00:00:00Z"), "other_date_format");
    assert_eq!(read_as("%Y-%m-%d", "2025-09-15"), "2025-09-15");
    assert_eq!(read_as("%Y-%m-%d", "2025-09-16"), "future_day");
    assert_eq!(read_as("%d.%m.%Y", "08.09.2025"), "2025-09-08");
    assert_eq!(read_as("%d.%m.%Y", "8.9.2025"), "other_date_format");
    assert_eq!(read_as("%Y-%m-%d 00:00:00", "2025-09-08 00:00:00"), "2025-09-08");
    assert_eq!(read_as("%Y-%m-%d 00:00:00", "2025-09-08 00:00:01"), "other_date_format");
    assert_eq!(read_as("%Y-%m-%d 00:00:00", "2025-09-08"), "other_date_format");
    assert_eq!(read_as("%-m/%-d/%Y 12:00 AM", "9/8/2025 12:00 AM"), "2025-09-08");
    assert_eq!(read_as("%d.%m.%Y", "2025-09-08"), "other_date_format");
    assert_eq!(read_as("%-m/%-d/%Y", "9/1/2025"), "2025-09-01");
    assert_eq!(read_as("%-m/%-d/%Y", "13/9/2025"), "other_date_format");
    assert_eq!(read_as("%-m/%-d/%Y", "2/30/2025"), "not_a_day");
    assert_eq!(read_as("%Y-%m-%d %H:%M %Q", "2025-09-01"), "other_date_format");
}

#[test]
fn more_conversions_than_clicks_are_remarked_once() {
    let rows =
        "2025-09-01,Email,,1,9,1,1.5,2\n2025-09-02,Email,,1,9,1,1,2\n2025-09-03,Email,,1,9,1,2,2\n";
    let report = taken(read_text(format!("{HEADER}{rows}")));
    let texts: Vec<&str> = report.warnings.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["2 rows have more conversions than clicks, first in line 2"]);
}

#[test]
fn the_list_of_repeated_rows_is_bounded_and_their_count_is_not() {
    let row = "2025-09-01,Email,,1,9,1,1,2\n";
    let report = taken(read_text(format!("{HEADER}{}", row.repeat(251))));
    assert_eq!((report.rows, report.repeated, report.warnings.len()), (251, 250, 101));
    assert_eq!(report.warnings[100].text, "150 more rows repeat earlier ones; they count once");
    assert_eq!(report.channels[0].figures.spend, Some(Money::from_minor(100).into()));
}

#[test]
fn the_list_of_faults_is_bounded_and_their_count_is_not() {
    let mut text = HEADER.to_owned();
    for row in 0..5000 {
        writeln!(text, "2025-09-01,Email,c{row},\"{row},5\",9,1,1,2").expect("memory");
    }
    let rejection = refused(read_text(text));
    assert_eq!((rejection.faults.len(), rejection.faults_total), (FAULTS_LISTED_MAX, 5000));
    assert!(rejection.render("it").ends_with("and 4900 more, which are not listed\n"));
}

#[test]
fn equal_faults_stand_once_with_their_count() {
    let rows = "2025-09-01,Bing,,1,9,1,1,2\n".repeat(8);
    let rejection = refused(read_text(format!("{HEADER}{rows}")));
    assert_eq!((rejection.faults.len(), rejection.faults_total), (1, 8));
    assert_eq!(
        rejection.faults[0].to_string(),
        "line 2, column channel: \"Bing\" is no channel of this account (in 8 rows, first line 2)"
    );
}

#[test]
fn hostile_cells_are_shown_harmlessly() {
    for (cell, shown) in [
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("\"Ema\nil\"", "Ema\\nil"),
        ("liame\u{202e}", "liame\\u{202e}"),
        ("a\u{2066}b\u{200b}", "a\\u{2066}b\\u{200b}"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ] {
        let text = format!("{HEADER}2025-09-01,{cell},,1,9,1,1,2\n");
        let expected = format!("line 2, column channel: \"{shown}\" is no channel of this account");
        assert_eq!(first_fault(read_text(text)), expected);
    }
    let escape = format!("{HEADER}2025-09-01,\u{1b}[2J,,1,9,1,1,2\n");
    let expected = "line 2, column channel holds the control character U+001B";
    assert_eq!(first_fault(read_text(escape)), expected);
}

#[test]
fn bytes_that_are_no_text_are_called_by_their_name() {
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for (bytes, what) in [
        (utf_16("date,channel"), "text in UTF-16 (low bytes first, without a byte order mark)"),
        (b"PK\x03\x04\x14".to_vec(), "a workbook or ZIP archive"),
        (b"\x1f\x8b\x08".to_vec(), "compressed with gzip"),
    ] {
        let expected = format!("the file is {what}, not CSV text in UTF-8");
        assert_eq!(first_fault(read_text(bytes)), expected);
    }
}

#[test]
fn a_file_of_tabs_is_told_apart_from_stray_control_characters() {
    let tabs = HEADER.replace(',', "\t");
    assert!(first_fault(read_text(tabs)).contains("separated by tabs"));
    let semicolons = HEADER.replace(',', ";");
    assert!(first_fault(read_text(semicolons)).contains("separated by semicolons"));
}

#[test]
fn a_hostile_file_name_is_shown_harmlessly() {
    let page = refused(read_text("")).render("a\u{1b}[31m\nb.csv");
    assert!(page.starts_with("a\\u{1b}[31m\\nb.csv was refused: 1 fault.\n"), "{page}");
}

#[test]
fn a_megabyte_in_one_line_is_one_fault() {
    let row = "2025-09-01,Email,,1,9,1,1,2\n";
    for bomb in ["x".repeat(1 << 20), ",".repeat(1 << 20), "\"".repeat((1 << 20) + 1)] {
        let rejection = refused(read_text(format!("{HEADER}{bomb}\n{row}")));
        assert_eq!((rejection.codes(), rejection.faults_total), (vec!["line_too_long"], 1));
    }
    let text = format!("{}\n", "x,".repeat(1_000_000));
    assert_eq!(refused(read_text(text)).codes(), ["line_too_long"]);
    let columns = format!("{HEADER}{}\n", ",".repeat(256));
    assert_eq!(refused(read_text(columns)).codes(), ["too_many_columns"]);
}

#[test]
fn quotes_that_never_close_cost_no_more_than_the_lines_they_swallow() {
    let bomb = "\"a\n".repeat(100_000);
    let rejection = refused(read_text(format!("{HEADER}{bomb}")));
    assert!(rejection.faults_total <= 100_000, "{}", rejection.faults_total);
    let open = format!("{HEADER}\"{}", "a\n".repeat(100_000));
    let rejection = refused(read_text(open));
    assert_eq!(rejection.faults[0].reason.code(), "quote_too_long");
    assert_eq!(rejection.faults[0].line, Some(2));
}

#[test]
fn an_endless_input_ends_at_the_limit() {
    let limits = Limits { bytes_max: 1 << 20, ..Limits::default() };
    for byte in [b'a', b'"', b',', b'\n', b'\r', 0] {
        let endless = BufReader::new(HEADER.as_bytes().chain(io::repeat(byte)));
        let rejection = refused(read_with(endless, &Source::long(), limits));
        assert!(rejection.codes().contains(&"file_too_large"), "{byte}: {rejection:?}");
        let endless = BufReader::new(io::repeat(byte));
        refused(read_with(endless, &Source::long(), limits));
    }
}

#[test]
fn a_failing_machine_is_no_fault_of_the_file() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk gone"))
        }
    }
    let account = account();
    let source = Source::long();
    let today = day("2025-09-15");
    let context = Context {
        account: &account,
        source: &source,
        today,
        limits: Limits::default(),
        file_name: "file.csv",
        purpose: Purpose::Inbox,
    };
    let mut sink = |_: &StatedRow<'_>| Ok::<_, io::Error>(Stated::New);
    let rows = format!("{HEADER}2025-09-01,Email,,1,9,1,1,2\n{}", "\n".repeat(10_000));
    let broken = BufReader::new(rows.as_bytes().chain(Broken));
    assert!(matches!(read(broken, &context, &mut sink), Err(ReadError::Input(_))));
    for rows in 1..20 {
        let rows = format!("{HEADER}{}", "2025-09-01,Email,,1,9,1,1,2\n".repeat(rows));
        let broken = BufReader::new(rows.as_bytes().chain(Broken));
        let outcome = read_on_all_cores(broken, &context, &mut sink);
        assert!(matches!(outcome, Err(ReadError::Input(_))));
    }
    let mut sink = |_: &StatedRow<'_>| Err(io::Error::other("ledger gone"));
    assert!(matches!(read(rows.as_bytes(), &context, &mut sink), Err(ReadError::Sink(_))));
    let outcome = read_on_all_cores(rows.as_bytes(), &context, &mut sink);
    assert!(matches!(outcome, Err(ReadError::Sink(_))));
}

/// RFC 4180 written down once more, without states: `None` for what is malformed. A line without
/// anything is no record.
fn rfc_4180(text: &str) -> Option<Vec<Vec<String>>> {
    if text.replace("\r\n", "").contains('\r') {
        return None;
    }
    let (mut rest, mut records) = (text, Vec::new());
    while !rest.is_empty() {
        let (mut fields, mut is_blank) = (Vec::new(), true);
        loop {
            let mut value = String::new();
            if let Some(quoted) = rest.strip_prefix('"') {
                is_blank = false;
                rest = quoted;
                loop {
                    let (inside, behind) = rest.split_once('"')?;
                    value.push_str(inside);
                    rest = behind;
                    match rest.strip_prefix('"') {
                        Some(behind) => rest = behind,
                        None => break,
                    }
                    value.push('"');
                }
            } else {
                let end = rest.find([',', '"', '\r', '\n']).unwrap_or(rest.len());
                value.push_str(&rest[..end]);
                is_blank &= end == 0;
                rest = &rest[end..];
            }
            fields.push(value);
            match rest.strip_prefix(',') {
                Some(behind) => rest = behind,
                None => break,
            }
            is_blank = false;
        }
        if !rest.is_empty() {
            rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?;
        }
        if !is_blank {
            records.push(fields);
        }
    }
    Some(records)
}

/// What comes through the gate and the csv reader; `None` if anything is held back.
fn through_the_gate(text: &str, capacity: usize) -> Option<Vec<Vec<String>>> {
    let input = BufReader::with_capacity(capacity, text.as_bytes());
    let mut records = Records::new(input, Grammar::of(&Source::long(), Limits::default()));
    let mut record = ByteRecord::new();
    let mut all = Vec::new();
    while let Some(served) = records.read(&mut record).expect("memory does not fail") {
        if served.fault.is_some() {
            return None;
        }
        let text = |field: &[u8]| String::from_utf8(field.to_vec()).expect("the gate checked it");
        all.push(record.iter().map(text).collect());
    }
    Some(all)
}

fn assert_harmless(page: &str) {
    let raw = page.chars().find(|&it| it != '\n' && is_unprintable(it));
    assert_eq!(raw, None, "{page:?}");
}

#[derive(Debug, Clone)]
struct Row {
    key: (u32, usize, u8),
    spend: u32,
    impressions: u32,
    revenue: u32,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let key = (0u32..40, 0usize..3, 0u8..3);
    let figures = (0u32..10_000_000, 0u32..1_000_000, 0u32..10_000_000);
    proptest::collection::btree_map(key, figures, 1..60).prop_map(|rows| {
        let row = |(key, (spend, impressions, revenue))| Row { key, spend, impressions, revenue };
        rows.into_iter().map(row).collect()
    })
}

fn written(rows: &[Row]) -> String {
    let mut text = HEADER.to_owned();
    for Row { key: (days, channel, campaign), spend, impressions, revenue } in rows {
        let day = day("2025-08-01") + chrono::Days::new(u64::from(*days));
        let channel = CHANNELS[*channel];
        let [spend, revenue] = [*spend, *revenue].map(|it| (it / 100, it % 100));
        writeln!(
            text,
            "{day},{channel},c{campaign},{}.{:02},{impressions},0,0,{}.{:02}",
            spend.0, spend.1, revenue.0, revenue.1
        )
        .expect("memory");
    }
    text
}

/// Lines of a file, most of them sound.
fn line() -> impl Strategy<Value = String> {
    let sound = (1u32..28, 0u32..3, 0u32..40).prop_map(|(day, campaign, spend)| {
        format!("2025-08-{day:02},Email,c{campaign},{spend}.5,90,10,{},9\n", spend / 3)
    });
    prop_oneof![
        12 => sound,
        1 => Just("2025-08-01,\"Google Ads\",\"a, b\",1,9,1,1,2\n".to_owned()),
        1 => Just("2025-08-01,Email,\"a\"\"b\nc\",1,9,1,1,2\n".to_owned()),
        1 => Just("\n".to_owned()),
        2 => (1u32..28, 0u32..40).prop_map(|(day, spend)| {
            format!("2025-08-{day:02},Email,,{spend}.5,90,10,{},9\n", spend / 3)
        }),
        1 => prop_oneof![
            Just("2025-08-03,Email,Total,1.5,90,10,0,9\n".to_owned()),
            Just("2025-08-01,Bing,,1,9,1,1,2\r\n".to_owned()),
            Just("01/08/2025,Email,,1,9,1,1,2\n".to_owned()),
            Just("2025-08-01,Email,,1,9\n".to_owned()),
            Just("2025-08-01,\"Email,,1,9,1,1,2\n".to_owned()),
            Just("2025-08-01,Em\"ail,,1,9,1,1,2\n".to_owned()),
            Just("2025-08-02,Email,,1,9,1,1,2".to_owned()),
        ],
    ]
}

/// What becomes of a text, and the rows that were handed on.
fn both_ways(text: &str, limits: Limits, on_all_cores: bool) -> (Reading, Vec<String>) {
    let (account, source) = (account(), Source::long());
    let context = Context {
        account: &account,
        source: &source,
        today: day("2025-09-15"),
        limits,
        file_name: "file.csv",
        purpose: Purpose::Inbox,
    };
    let mut stated: BTreeMap<(Day, Subject, String), (u64, Figures)> = BTreeMap::new();
    let mut handed_on = Vec::new();
    let mut sink = |row: &StatedRow<'_>| {
        handed_on.push(format!("{row:?}"));
        let key = (row.day, row.subject, row.campaign.to_owned());
        let (line, figures) = *stated.entry(key).or_insert((row.line, row.figures));
        Ok::<_, Infallible>(if line == row.line {
            Stated::New
        } else if figures == row.figures {
            Stated::SameAs { line }
        } else {
            Stated::DiffersFrom { line, figures }
        })
    };
    let input = BufReader::with_capacity(16, text.as_bytes());
    let reading = if on_all_cores {
        read_on_all_cores(input, &context, &mut sink)
    } else {
        read(input, &context, &mut sink)
    };
    (reading.expect("neither memory nor this sink fails"), handed_on)
}

proptest! {
    #[test]
    fn on_all_cores_a_file_is_read_as_on_one(
        lines in proptest::collection::vec(line(), 0..60),
        rows_max in 20u64..80,
    ) {
        let text = format!("{HEADER}{}", lines.concat());
        let limits = Limits { rows_max, bytes_max: 2400, ..Limits::default() };
        prop_assert_eq!(both_ways(&text, limits, true), both_ways(&text, limits, false));
    }
}

proptest! {
    #[test]
    fn what_the_gate_accepts_is_rfc_4180_and_what_it_refuses_is_not(
        tokens in proptest::collection::vec(
            proptest::sample::select(vec!["a", "b c", "é", ",", ",", "\"", "\"", "\"\"", "\n", "\r\n", "\r"]),
            0..40,
        ),
        capacity in 1usize..20,
    ) {
        let text = tokens.concat();
        prop_assert_eq!(through_the_gate(&text, capacity), rfc_4180(&text), "{:?}", text);
    }

    #[test]
    fn arbitrary_bytes_are_answered_with_words(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let rejection = refused(read_text(&bytes));
        prop_assert!(rejection.faults_total > 0 && !rejection.faults.is_empty());
        assert_harmless(&rejection.render("it.csv"));
    }

    #[test]
    fn arbitrary_cells_are_answered_with_words(
        cells in proptest::collection::vec(
            prop_oneof![
                "\\PC{0,12}", any::<String>(), "[0-9.,eE+-]{0,14}", "[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}",
                "[₹$€]?[0-9 ,]{0,9}", "Email|Google Ads|2025-09-0[1-9]|[0-9]{1,3}",
            ],
            0..60,
        ),
        width in 6usize..10,
    ) {
        let rows: String = cells.chunks(width).map(|row| row.join(",") + "\n").collect();
        match read_text(format!("{HEADER}{rows}")) {
            Reading::Refused(rejection) => assert_harmless(&rejection.render("it.csv")),
            Reading::Taken(report) => prop_assert!(report.rows > 0),
        }
    }

    #[test]
    fn the_order_of_rows_is_irrelevant_to_the_sums(
        (rows, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        let report = taken(read_text(written(&rows)));
        prop_assert_eq!(&taken(read_text(written(&shuffled))), &report);
        for totals in &report.channels {
            let position = CHANNELS.iter().position(|name| *name == totals.channel.as_str());
            let own = || rows.iter().filter(|row| Some(row.key.1) == position);
            let spend: u64 = own().map(|row| u64::from(row.spend)).sum();
            let revenue: u64 = own().map(|row| u64::from(row.revenue)).sum();
            let days: std::collections::BTreeSet<u32> = own().map(|row| row.key.0).collect();
            prop_assert_eq!(totals.figures.spend, Some(Money::from_minor(spend.into()).into()));
            prop_assert_eq!(totals.figures.revenue, Some(Money::from_minor(revenue.into()).into()));
            prop_assert_eq!(totals.figures.impressions, Some(own().map(|row| u64::from(row.impressions)).sum()));
            prop_assert_eq!((totals.rows, totals.days), (own().count() as u64, days.len() as u64));
        }
    }
}
