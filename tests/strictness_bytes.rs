//! Real exports in their encodings and wrappings, through the whole reader: the same figures, or a
//! refusal that says what to do.

#![expect(clippy::print_stdout, reason = "what is skipped or counted says so by name")]

mod ingest_support;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use budgetd::domain::source::Encoding;
use budgetd::domain::{Account, FineMoney, Limits, Money, Source};
use budgetd::ingest::{Context, DailyReport, Purpose, Reading};
use ingest_support::{account, read_as, read_in, rupee_account, today};

/// A sample file; `None`, said by name, where the samples are not there.
fn sample(name: &str) -> Option<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/export_formats");
    let bytes = fs::read(folder.join(name)).ok();
    if bytes.is_none() {
        println!("skipped: the sample file {name}: it is not there");
    }
    bytes
}

fn taken(reading: Reading) -> DailyReport {
    match reading {
        Reading::Taken(report) => report,
        Reading::Refused(rejection) => panic!("{}", rejection.render("it")),
    }
}

fn page(reading: Reading) -> String {
    match reading {
        Reading::Refused(rejection) => rejection.render("it"),
        Reading::Taken(report) => panic!("taken: {report:?}"),
    }
}

fn named(bytes: &[u8], file_name: &str, account: &Account, encoding: Encoding) -> Reading {
    let source = Source { encoding, ..Source::long() };
    let context = Context {
        account,
        source: &source,
        today: today(),
        limits: Limits::default(),
        file_name,
        purpose: Purpose::Inbox,
    };
    read_in(bytes, &context)
}

fn euro_account() -> Account {
    account("EUR", &["Google Ads", "Affiliate", "Email", "Display"])
}

/// The amounts are read without their marks, which are not what this is about. Totals: EXPECTED.md.
#[test]
fn windows_1252_is_taken_where_it_is_declared() {
    let Some(mut bytes) = sample("long_windows1252_eur.csv") else { return };
    assert!(bytes.contains(&0x80) && bytes.contains(&0x96) && bytes.contains(&0xC9));
    bytes.retain(|&byte| byte != 0x80);
    let report = taken(named(&bytes, "daily.csv", &euro_account(), Encoding::Windows1252));
    let money = |minor| Some(FineMoney::from(Money::from_minor(minor)));
    for (channel, spend, impressions, revenue) in
        [("Google Ads", 573_146, 583_488, 854_277), ("Affiliate", 546_941, 552_828, 804_002)]
    {
        let found = report.channels.iter().find(|it| it.channel.as_str() == channel);
        let found = found.expect("a channel of the sample");
        assert_eq!((found.days, found.figures.impressions), (7, Some(impressions)), "{channel}");
        assert_eq!(found.figures.spend, money(spend), "{channel}");
        assert_eq!(found.figures.revenue, money(revenue), "{channel}");
    }
    assert_eq!(report.channels.len(), 2);
}

#[test]
fn windows_1252_that_is_not_declared_is_refused_with_byte_line_column_and_remedy() {
    let Some(bytes) = sample("long_windows1252_eur.csv") else { return };
    let undeclared = page(named(&bytes, "daily.csv", &euro_account(), Encoding::Utf8));
    assert!(undeclared.contains("line 2, column campaign is not UTF-8: byte 0xC9"), "{undeclared}");
    assert!(undeclared.contains("set encoding = \"windows-1252\" for this source"), "{undeclared}");
    let latin_1 = page(named(&bytes, "daily.csv", &euro_account(), Encoding::Latin1));
    assert!(latin_1.contains("holds the control character U+0080"), "{latin_1}");
    assert!(latin_1.contains("it may be \"windows-1252\""), "{latin_1}");
}

#[test]
fn a_sample_reads_the_same_in_each_encoding_and_wrapping() {
    let Some(plain) = sample("redelivery_1_first.csv") else { return };
    let account = rupee_account();
    let expected = read_as(&plain, &account, &Source::long(), Limits::default());
    assert!(matches!(expected, Reading::Taken(_)));
    let text = String::from_utf8(plain.clone()).expect("the sample is UTF-8");
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&plain).expect("memory does not fail");
    let gzip = gzip.finish().expect("memory does not fail");
    let zstd = zstd::stream::encode_all(plain.as_slice(), 19).expect("memory does not fail");
    for (bytes, name, encoding) in [
        (&utf_16, "daily.csv", Encoding::Utf16),
        (&plain, "daily.csv", Encoding::Windows1252),
        (&plain, "daily.csv", Encoding::Latin1),
        (&gzip, "daily.csv.gz", Encoding::Utf8),
        (&zstd, "daily.csv.zst", Encoding::Utf8),
    ] {
        assert_eq!(named(bytes, name, &account, encoding), expected, "{name} {encoding:?}");
    }
}

#[test]
fn the_packed_sample_reads_as_the_plain_one() {
    let (Some(packed), Some(plain)) = (sample("finer_grain.csv.gz"), sample("finer_grain.csv"))
    else {
        return;
    };
    let account = rupee_account();
    let reading = named(&packed, "finer_grain.csv.gz", &account, Encoding::Utf8);
    assert_eq!(reading, named(&plain, "finer_grain.csv", &account, Encoding::Utf8));
}

#[test]
fn the_utf_16_sample_is_text_to_the_reader() {
    let Some(bytes) = sample("google_ads_inr_utf16_tab.csv") else { return };
    let page = page(named(&bytes, "daily.csv", &rupee_account(), Encoding::Utf8));
    assert!(page.contains("a Google Ads report"), "{page}");
}
