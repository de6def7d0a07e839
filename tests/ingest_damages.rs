//! Exports as they are damaged in practice: each is refused with the one likely cause and its remedy
//! first, in the words that an analyst reads. Expected words are written by hand.

mod ingest_support;

use budgetd::domain::source::Layout;
use budgetd::domain::{Limits, Source};
use budgetd::ingest::{DailyReport, Reading};
use ingest_support::formats::names;
use ingest_support::{account, read_as, rupee_account};

const HEADER: &str = "date,channel,spend,impressions,clicks,conversions,revenue\n";

/// Four days of two channels; every figure is another.
fn rows() -> Vec<[String; 7]> {
    let mut rows = Vec::new();
    for day in 9..13_u32 {
        for (at, channel) in ["Email", "Google Ads"].into_iter().enumerate() {
            let base = 1000 + 37 * day + 113 * u32::try_from(at).expect("small");
            rows.push([
                format!("2025-09-{day:02}"),
                channel.to_owned(),
                format!("{base}.50"),
                (base * 11).to_string(),
                (base / 9).to_string(),
                (base / 90).to_string(),
                format!("{}.25", base * 2),
            ]);
        }
    }
    rows
}

fn csv(rows: &[[String; 7]], separator: &str) -> String {
    let header = HEADER.replace(',', separator);
    let lines: Vec<String> = rows.iter().map(|row| row.join(separator) + "\n").collect();
    header + &lines.concat()
}

/// The file with one column written otherwise.
fn with(column: usize, change: impl Fn(&str) -> String) -> String {
    let mut rows = rows();
    for row in &mut rows {
        row[column] = change(&row[column]);
    }
    csv(&rows, ",")
}

/// The day of the month of a cell.
fn day_of(cell: &str) -> u32 {
    cell[8..].parse().expect("a day")
}

fn page_of(bytes: &[u8], source: &Source) -> String {
    match read_as(bytes, &rupee_account(), source, Limits::default()) {
        Reading::Refused(rejection) => rejection.render("daily.csv"),
        Reading::Taken(report) => panic!("it was taken: {report:?}"),
    }
}

/// The first thing that the page says below its greeting, and the remedy that follows with all its
/// lines.
fn first_said(page: &str) -> (String, String) {
    let mut lines = page.lines().skip(3);
    let cause = lines.next().expect("a cause").to_owned();
    let hint = lines.next().expect("a remedy").trim_start();
    let mut hint = hint.strip_prefix("hint: ").expect("a remedy follows").to_owned();
    for line in lines.take_while(|line| line.starts_with("    ")) {
        hint.push('\n');
        hint.push_str(line.trim_start());
    }
    (cause, hint)
}

#[track_caller]
fn says(text: impl AsRef<[u8]>, cause: &str, remedy: &str) {
    says_in(text, &Source::long(), cause, remedy);
}

#[track_caller]
fn says_in(text: impl AsRef<[u8]>, source: &Source, cause: &str, remedy: &str) {
    let page = page_of(text.as_ref(), source);
    let (found, hint) = first_said(&page);
    assert!(found.contains(cause), "{cause}\nis not first in\n{page}");
    assert!(hint.contains(remedy), "{remedy}\nis not the first remedy in\n{page}");
}

fn dated(format: &str) -> Source {
    Source { date_format: format.to_owned(), ..Source::long() }
}

#[test]
fn the_file_itself_is_sound() {
    let reading =
        read_as(csv(&rows(), ",").as_bytes(), &rupee_account(), &Source::long(), Limits::default());
    assert!(matches!(reading, Reading::Taken(DailyReport { rows: 8, .. })), "{reading:?}");
}

#[test]
fn a_time_behind_the_day_is_the_cause_and_midnight_has_a_format() {
    for (time, format) in [
        (" 00:00:00", "%Y-%m-%d 00:00:00"),
        ("T00:00:00Z", "%Y-%m-%dT00:00:00Z"),
        ("T00:00:00.000+05:30", "%Y-%m-%dT00:00:00.000+05:30"),
    ] {
        let text = with(0, |day| format!("{day}{time}"));
        says(
            &text,
            &format!("column date is written like 2025-09-09{time} (line 2, 8 rows)"),
            &format!(
                "the cells hold a time, which is always midnight: export the day alone, or set date_format = \"{format}\""
            ),
        );
        let reading = read_as(text.as_bytes(), &rupee_account(), &dated(format), Limits::default());
        assert!(matches!(reading, Reading::Taken(_)), "{format}: {reading:?}");
    }
    // The 13th tells the month from the day.
    let american = |day: &str| format!("9/{}/2025 12:00 AM", day_of(day) + 1);
    says(with(0, american), "like 9/10/2025 12:00 AM", "set date_format = \"%-m/%-d/%Y 12:00 AM\"");
    let open = |day: &str| format!("9/{}/2025 12:00 AM", day_of(day));
    says(with(0, open), "like 9/9/2025 12:00 AM", "nothing in them tells the day from the month");
    let hours = |day: &str| format!("{day} {:02}:00:00", day_of(day));
    says(with(0, hours), "like 2025-09-09 09:00:00", "rows of single hours must be summed by day");
}

#[test]
fn an_hour_is_no_midnight_under_a_format_of_midnights() {
    let rows = rows();
    let mut text =
        csv(&rows, ",").replace(",Email", " 00:00:00,Email").replace(",Google", " 01:00:00,Google");
    says_in(
        &text,
        &dated("%Y-%m-%d 00:00:00"),
        "like 2025-09-09 01:00:00 (line 3, 4 rows)",
        "must be summed by day",
    );
    text = text.replace("01:00:00", "00:00:00");
    let reading =
        read_as(text.as_bytes(), &rupee_account(), &dated("%Y-%m-%d 00:00:00"), Limits::default());
    assert!(matches!(reading, Reading::Taken(_)), "{reading:?}");
}

#[test]
fn zeros_that_lack_or_stand_too_many_are_one_fault_of_the_column() {
    let bare = with(0, |day| format!("{}.9.2025", day_of(day)));
    says_in(
        &bare,
        &dated("%d.%m.%Y"),
        "column date is written like 9.9.2025 (line 2, 8 rows); this source expects DD.MM.YYYY",
        "if no date of the file has any, set date_format = \"%-d.%-m.%Y\" for the source",
    );
    let padded = with(0, |day| format!("09/{:02}/2025", day_of(day)));
    says_in(
        &padded,
        &dated("%-m/%-d/%Y"),
        "column date is written like 09/09/2025 (line 2, 8 rows); this source expects M/D/YYYY",
        "if every date of the file has them, set date_format = \"%m/%d/%Y\" for the source",
    );
    let iso = with(0, |day| format!("2025-9-{}", day_of(day)));
    says(&iso, "like 2025-9-9 (line 2, 8 rows)", "set date_format = \"%Y-%-m-%-d\"");
}

#[test]
fn exchanged_days_and_months_are_named_once() {
    // The 9th to the 12th are days in both orders, the 13th in one.
    let mut rows = rows();
    for row in &mut rows {
        row[0] = format!("{:02}/09/2025", day_of(&row[0]) + 1);
    }
    says_in(
        csv(&rows, ","),
        &dated("%m/%d/%Y"),
        "column date is written like 13/09/2025 (line 8, 2 rows); this source expects MM/DD/YYYY",
        "set date_format = \"%d/%m/%Y\" for the source",
    );
}

#[test]
fn dates_in_words_have_a_format_too() {
    let text = with(0, |day| format!("{} Sep 2025", day_of(day)));
    says(
        &text,
        "column date is written like 9 Sep 2025 (line 2, 8 rows); this source expects YYYY-MM-DD",
        "set date_format = \"%-d %b %Y\"",
    );
    let serial = with(0, |day| (45_900 + day_of(day)).to_string());
    says(&serial, "dates are no days", "a spreadsheet's day number");
}

#[test]
fn a_line_for_excel_and_titles_are_named_and_a_report_skips_them() {
    let text = csv(&rows(), ",");
    for first in ["sep=,\n", "sep=,\r\n"] {
        says(
            format!("{first}{text}"),
            "its first line is \"sep=,\", which tells Excel the separator",
            "set layout = \"report\" for the source",
        );
        let report = Source { layout: Layout::Report, ..Source::long() };
        let marked = format!("{first}{text}");
        let reading = read_as(marked.as_bytes(), &rupee_account(), &report, Limits::default());
        assert!(matches!(reading, Reading::Taken(DailyReport { rows: 8, .. })), "{reading:?}");
    }
    says(format!("sep=;\n{text}"), "its first line is \"sep=;\"", "with separator = \";\"");
    let titled = format!("Daily report\n2025-09-09 to 2025-09-12\n\n{text}");
    says(titled, "3 lines stand above its header, which is line 4", "layout = \"report\"");
}

#[test]
fn what_is_no_table_is_named_whatever_its_encoding() {
    let page = "<!DOCTYPE html>\n<html><body>Sign in, please</body></html>\n";
    let json = "{\"error\": {\"code\": 401}}\n";
    for (text, what, remedy) in [
        (page, "a web page (HTML)", "a login or an error page"),
        (json, "JSON", "export the figures as CSV"),
        ("<?xml version=\"1.0\"?>\n<rows/>\n", "XML", "export the figures as CSV"),
    ] {
        let cause = format!("the file is {what}, not CSV text");
        says(text, &cause, remedy);
        says(format!("\u{feff}{text}"), &cause, remedy);
        let wide: Vec<u8> =
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        says(wide, &cause, remedy);
    }
    says(b"\x1F\x8B\x08\0\0\0", "compressed with gzip", "let its name end in .csv.gz");
    says(b"\x28\xB5\x2F\xFD\0\0", "compressed with zstd", "let its name end in .csv.zst");
    let text = csv(&rows(), ",");
    for (order, bytes) in
        [("low", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("high", u16::to_be_bytes)]
    {
        let wide: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
        says(&wide, &format!("text in UTF-16 ({order} bytes first"), "set encoding = \"utf-16\"");
        let source =
            Source { encoding: budgetd::domain::source::Encoding::Utf16, ..Source::long() };
        let reading = read_as(&wide, &rupee_account(), &source, Limits::default());
        assert!(matches!(reading, Reading::Taken(DailyReport { rows: 8, .. })), "{reading:?}");
    }
}

#[test]
fn two_exports_in_one_file_are_one_fault() {
    let text = csv(&rows()[..4], ",") + &csv(&rows()[4..], ",");
    says(&text, "line 6 is the header once more", "several exports stand in this file");
    assert_eq!(page_of(text.as_bytes(), &Source::long()).matches("hint:").count(), 1);
}

#[test]
fn a_total_that_the_source_does_not_know_is_one_fault() {
    for label in ["Gesamt", "Grand total", "Summe", "Total", "Итого"] {
        let text = format!("{}{label},,9999.00,1,1,1,2.00\n", csv(&rows(), ","));
        says(
            &text,
            &format!("line 10, column date: \"{label}\" looks like a totals row"),
            &format!("[sources.totals] labels = [\"{label}\"] and check = [\"{label}\"]"),
        );
    }
    // 1333.5 + 1446.5 + 1370.5 + 1483.5 + 1407.5 + 1520.5 + 1444.5 + 1557.5
    let unknown = format!("{}Alles,,11564.00,1,1,1,2.00\n", csv(&rows(), ","));
    says(&unknown, "\"Alles\" looks like a totals row", "labels = [\"Alles\"]");
    let other = format!("{}Alles,,11564.01,1,1,1,2.00\n", csv(&rows(), ","));
    says(&other, "\"Alles\" is no day", "words stand where the day belongs");
    let elsewhere = format!("{},Total,1.00,1,1,1,2.00\n", csv(&rows(), ","));
    says(&elsewhere, "column channel: \"Total\" looks like a totals row", "export without totals");
}

#[test]
fn a_second_table_or_a_note_is_one_fault_a_line() {
    let wide = format!("{}Summary,,,,,,\nchannel,share,,,,,\nEmail,0.25,,,,,\n", csv(&rows(), ","));
    says(
        &wide,
        "dates are no days (3 of 3 faults, first in line 10)",
        "a second table below the rows",
    );
    let narrow = format!("{}\nchannel,share\nEmail,0.25\n", csv(&rows(), ","));
    says(
        &narrow,
        "line 11 has 2 of 7 fields (in 2 rows",
        "a second table below the rows must be taken out",
    );
    let note = format!("{}Note: figures, preliminary,,,,,\n", csv(&rows(), ","));
    says(&note, "line 10, column date: \"Note: figures\" is no day", "a note, a total");
}

#[test]
fn another_separator_says_the_whole_setting() {
    says(
        csv(&rows(), ";"),
        "its fields are separated by semicolons",
        "a [[sources]] table with separator = \";\" to",
    );
    let german = csv(&rows(), ";").replace('.', ",");
    says(
        german,
        "it has semicolons between its fields, a decimal comma",
        "separator = \";\"\ndecimal = \",\"",
    );
}

#[test]
fn one_setting_that_mends_all_figures_stands_first() {
    let comma = |cell: &str| format!("\"{}\"", cell.replace('.', ","));
    says(
        with(2, comma),
        "amounts are not written as the source says (8 of 8",
        "set decimal = \",\" for the source",
    );
    let mut rows = rows();
    for row in &mut rows {
        row[2] = format!("\"1,{}\"", &row[2][1..]);
        row[3] = format!("\"{},{}\"", &row[3][..2], &row[3][2..]);
    }
    says(
        csv(&rows, ","),
        "the file is not written as the source says (16 of 16",
        "set thousands = \",\" for the source",
    );
    for row in &mut rows {
        row[3] = "1".to_owned();
        row[2] = row[2].replace('"', "");
    }
    says(
        csv(&rows, ","),
        "line 2 has 8 fields, the header has 7 (in 8 rows",
        "such as a mark between thousands",
    );
}

#[test]
fn what_a_spreadsheet_did_to_figures_is_named() {
    says(
        with(3, |_| "1.23E+05".to_owned()),
        "\"1.23E+05\" is not a whole number (in 8 rows",
        "the other digits are lost",
    );
    says(
        with(2, |_| "#REF!".to_owned()),
        "\"#REF!\" is not an amount (in 8 rows",
        "where a formula fails",
    );
    says(with(6, |_| "#####".to_owned()), "\"#####\" is not an amount", "where a formula fails");
    says(
        with(2, |_| "N/A".to_owned()),
        "\"N/A\" is not an amount",
        "write 0 where there was nothing",
    );
    says(
        with(3, |_| "NULL".to_owned()),
        "\"NULL\" is not a whole number",
        "or leave the cell blank",
    );
    says(with(2, |_| "12.5%".to_owned()), "\"12.5%\" is not an amount", "this is a share");
}

#[test]
fn a_mark_of_another_currency_never_asks_for_the_bare_figure() {
    says(
        with(2, |cell| format!("${cell}")),
        "amounts carry currency marks",
        "\"$\" is no mark of INR",
    );
    says(
        with(2, |cell| format!("Rs. {cell}")),
        "amounts carry currency marks",
        "write the figure alone",
    );
}

#[test]
fn separators_too_many_are_told_from_separators_in_fields() {
    let text = csv(&rows(), ",");
    let body = text.strip_prefix(HEADER).expect("a header").replace('\n', ",\n");
    says(
        format!("{HEADER}{body}"),
        "line 2 has 8 fields, the header has 7 (in 8 rows",
        "a separator too many",
    );
    says(
        text.replace('\n', ",\n"),
        "line 1: \"\" is no column",
        "the header has a separator too many",
    );
    let blanks = text.replace('\n', "\n\n");
    let reading = read_as(blanks.as_bytes(), &rupee_account(), &Source::long(), Limits::default());
    assert!(matches!(reading, Reading::Taken(_)), "{reading:?}");
}

#[test]
fn a_report_over_a_period_asks_for_days() {
    let lines = csv(&rows()[..2], ",");
    let text: String = lines
        .lines()
        .map(|line| line.split_once(',').expect("a date").1.to_owned() + "\n")
        .collect();
    says(text, "line 1 has no column \"date\"", "export them by day");
}

#[test]
fn an_open_quote_and_a_cut_file_stand_alone() {
    let text = csv(&rows(), ",");
    says(
        text.replacen("Email", "\"Email", 1),
        "line 2, column channel opens a quote that is never closed",
        "close it",
    );
    says(&text[..text.len() - 25], "no end: the file is cut short", "when it is complete");
}

#[test]
fn few_dates_of_another_format_do_not_hide_what_most_rows_have() {
    let mut rows = rows();
    for row in &mut rows {
        row[2] = "much".to_owned();
    }
    rows[0][0] = "9.9.2025".to_owned();
    says(
        csv(&rows, ","),
        "amounts are not written as the source says (8 of 9 faults",
        "write plain digits",
    );
}

/// A report with totals by label.
fn report() -> Source {
    let mut source =
        Source { layout: Layout::Report, channel: Some("Email".to_owned()), ..Source::long() };
    let columns = &mut source.columns;
    columns.campaign = names(&["campaign"]);
    (columns.channel, columns.conversions, columns.revenue) = (Vec::new(), Vec::new(), Vec::new());
    source.totals.labels = names(&["Total:"]);
    source.totals.check = names(&["Total: all"]);
    source
}

const REPORT: &str = "campaign,date,spend,impressions,clicks\n";

fn taken(text: &str, source: &Source) -> DailyReport {
    match read_as(text.as_bytes(), &rupee_account(), source, Limits::default()) {
        Reading::Taken(report) => report,
        Reading::Refused(rejection) => panic!("{}", rejection.render("daily.csv")),
    }
}

fn warns(report: &DailyReport, part: &str) -> bool {
    report.warnings.iter().any(|it| it.text.contains(part))
}

#[test]
fn a_subtotal_with_a_day_is_left_out_where_it_is_the_sum_before_it() {
    let text = format!(
        "{REPORT}a,2025-09-01,1.00,9,1\nb,2025-09-01,2.50,8,2\nTotal: brand,2025-09-01,3.50,17,3\n\
         c,2025-09-01,4.00,7,1\nTotal: other,2025-09-01,4.00,7,1\nTotal: day,2025-09-01,7.50,24,4\n\
         a,2025-09-02,1.00,9,1\nTotal: all,,8.50,33,5\n"
    );
    let report = taken(&text, &report());
    assert_eq!((report.rows, report.totals_rows), (4, 4));
    let spend = report.channels[0].figures.spend.expect("spend").rounded();
    assert_eq!(spend.minor(), 850);
    assert!(!warns(&report, "begin like totals"));
}

#[test]
fn a_row_that_is_only_called_a_total_is_refused_until_it_is_called_a_campaign() {
    let rows =
        "a,2025-09-01,1.00,9,1\nTotal: b,2025-09-01,1.01,9,1\nTotal: b,2025-09-02,1.00,9,1\n";
    let text = format!("{REPORT}{rows}Total: all,,3.01,27,3\n");
    let page = page_of(text.as_bytes(), &report());
    assert!(page.contains("line 3, column campaign: \"Total: b\" reads like a total"), "{page}");
    let mut source = report();
    source.totals.campaigns = names(&["Total: b"]);
    let report = taken(&text, &source);
    assert_eq!((report.rows, report.totals_rows), (3, 1));
}

#[test]
fn a_total_that_states_nothing_or_is_not_there_is_warned_of() {
    let row = "a,2025-09-01,1.00,9,1\n";
    let silent = taken(&format!("{REPORT}{row}Total: all,--, --,--,\n"), &report());
    assert_eq!(silent.totals_rows, 1);
    assert!(warns(
        &silent,
        "its totals row \"Total: all\" (line 3) states no figure: nothing to check its sums against"
    ));
    let absent = taken(&format!("{REPORT}{row}"), &report());
    assert!(warns(
        &absent,
        "it has no totals row \"Total: all\": nothing to check its sums against"
    ));
    let mut unchecked = report();
    unchecked.totals.check.clear();
    assert!(warns(&taken(&format!("{REPORT}{row}"), &unchecked), "it has no totals row, although"));
    let mut blank = report();
    (blank.totals.labels, blank.totals.check, blank.totals.blank_campaign) =
        (Vec::new(), Vec::new(), true);
    let mild = "which is usual where the export leaves the summary row out";
    assert!(warns(&taken(&format!("{REPORT}{row}"), &blank), mild));
    let summed = taken(&format!("{REPORT}{row},,1.00,9,1\n"), &blank);
    assert!(!warns(&summed, "nothing to check"));
}

#[test]
fn names_are_the_same_with_composed_and_combining_accents() {
    let (composed, combining) = ("Caf\u{e9} M\u{fc}nchen", "Cafe\u{301} Mu\u{308}nchen");
    for (own, written) in [(composed, combining), (combining, composed)] {
        let account = account("INR", &[own]);
        let mut source = Source::long();
        source.columns.campaign = names(&["campaign"]);
        source.columns.spend = names(&["Co\u{fb}t"]);
        let header = "date,channel,campaign,Cou\u{302}t,impressions,clicks,conversions,revenue\n";
        let row = |campaign: &str| format!("2025-09-01,{written},{campaign},1.00,9,1,1,2.00\n");
        let text = format!("{header}{}{}", row(composed), row(combining));
        let reading = read_as(text.as_bytes(), &account, &source, Limits::default());
        let Reading::Taken(report) = reading else { panic!("{reading:?}") };
        // Its two rows are of one campaign, and alike.
        assert_eq!((report.rows, report.repeated), (2, 1));
        assert_eq!(report.channels[0].channel.as_str(), own);
    }
}
