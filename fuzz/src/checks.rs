//! What must hold of the reader for every input. Each check takes bytes, panics where something
//! doesn't hold, and says whether a file was taken; the fuzzers and the tests run the same ones.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::io::Write as _;

use budgetd::config;
use budgetd::domain::performance::KEY_SEPARATOR;
use budgetd::domain::source::{Encoding, Grain, Layout};
use budgetd::domain::{
    Account, AccountId, Channel, ChannelName, Conversions, Currency, Day, Figures, FineMoney,
    Limits, Money, Source, StatedRow, Subject,
};
use budgetd::ingest::{Context, FAULTS_LISTED_MAX, Purpose, Reading, Stated, guess, read};

/// The longest page that a refused file may have: a thousand faults with their hints.
const PAGE_BYTES_MAX: usize = FAULTS_LISTED_MAX * 2048;

/// Small enough for archives that unpack to much more to meet it.
const UNPACKED_BYTES_MAX: u64 = 1 << 20;

const HEADER: &str = "date,channel,campaign,spend,impressions,clicks,conversions,revenue\n";

/// Panics where something doesn't hold for some bytes; says whether a file was taken.
pub type Check = fn(&[u8]) -> bool;

/// The names of the checks, which are those of the corpus folders and of the fuzzers.
pub const CHECKS: [(&str, Check); 6] = [
    ("long", long),
    ("report", report),
    ("decode", decode),
    ("unpack", unpack),
    ("presets", presets),
    ("guess", guess),
];

/// Bytes as a file of the long source.
pub fn long(bytes: &[u8]) -> bool {
    let outcome = outcome(bytes, &Source::long(), "daily.csv");
    outcome.check_same_rows_when_written_again();
    if let Reading::Taken(report) = &outcome.reading {
        assert_eq!(report.rows, outcome.rows.len() as u64);
    }
    outcome.is_taken()
}

/// Bytes as a report: a preamble, semicolons or tabs, columns that the source doesn't name.
pub fn report(bytes: &[u8]) -> bool {
    let mut is_taken = false;
    for separator in [b';', b'\t', b'|'] {
        let source = Source { separator, ..report_source() };
        let outcome = outcome(bytes, &source, "report.csv");
        outcome.check_same_rows_when_written_again();
        is_taken |= outcome.is_taken();
    }
    is_taken
}

/// A byte that picks the encoding, and bytes in it: read as their text in UTF-8 would be.
pub fn decode(bytes: &[u8]) -> bool {
    let Some((&kind, bytes)) = bytes.split_first() else { return false };
    let (encoding, mark, text): (Encoding, &[u8], Option<String>) = match kind % 5 {
        0 => (Encoding::Utf8, &[0xFF, 0xFE], utf_16(bytes, u16::from_le_bytes)),
        1 => (Encoding::Utf8, &[0xFE, 0xFF], utf_16(bytes, u16::from_be_bytes)),
        2 => (Encoding::Utf16, &[], utf_16(bytes, u16::from_le_bytes)),
        3 => (Encoding::Windows1252, &[], Some(bytes.iter().map(|&it| windows_1252(it)).collect())),
        _ => (Encoding::Latin1, &[], Some(bytes.iter().map(|&it| char::from(it)).collect())),
    };
    let is_marked = [&[0xEF, 0xBB, 0xBF][..], &[0xFF, 0xFE], &[0xFE, 0xFF]]
        .iter()
        .any(|mark| bytes.starts_with(mark));
    if mark.is_empty() && is_marked {
        return false;
    }
    let source = Source { encoding, ..Source::long() };
    let decoded = outcome(&[mark, bytes].concat(), &source, "daily.csv");
    match text {
        Some(text) => {
            let plain = outcome(text.as_bytes(), &Source::long(), "daily.csv");
            assert_eq!(decoded.is_taken(), plain.is_taken());
            assert_eq!(decoded.rows_if_taken(), plain.rows_if_taken());
        }
        None => assert!(!decoded.is_taken(), "malformed text was taken"),
    }
    decoded.is_taken()
}

/// A byte that picks what is done to the bytes: an archive as it is; packed, and read as the plain
/// bytes would be; packed and damaged, and never read as something else.
pub fn unpack(bytes: &[u8]) -> bool {
    let Some((&kind, bytes)) = bytes.split_first() else { return false };
    let long = Source::long();
    let name = if kind % 2 == 0 { "daily.csv.gz" } else { "daily.CSV.ZST" };
    let pack = |bytes: &[u8]| if kind % 2 == 0 { gzip(bytes) } else { zstd(bytes) };
    let plain = || outcome(bytes, &long, "daily.csv");
    match kind / 2 % 4 {
        0 => outcome(bytes, &long, name).is_taken(),
        1 => {
            let (front, back) = bytes.split_at(bytes.len() / 2);
            let packed = outcome(&[pack(front), pack(back)].concat(), &long, name);
            let plain = plain();
            assert_eq!(packed.codes(), plain.codes());
            assert_eq!(packed.rows_if_taken(), plain.rows_if_taken());
            packed.is_taken()
        }
        2 => {
            let mut packed = pack(bytes);
            packed.truncate(packed.len() * usize::from(kind / 8) / 32);
            assert!(!outcome(&packed, &long, name).is_taken(), "a truncated archive was taken");
            false
        }
        _ => {
            let mut packed = pack(bytes);
            let at = packed.len() * usize::from(kind / 8) / 32;
            packed[at] ^= 1 << (bytes.len() % 8);
            let damaged = outcome(&packed, &long, name);
            if damaged.is_taken() {
                assert_eq!(damaged.rows_if_taken(), plain().rows_if_taken());
            }
            damaged.is_taken()
        }
    }
}

/// A byte that picks a preset, and bytes as a file of its platform.
pub fn presets(bytes: &[u8]) -> bool {
    let Some((&kind, bytes)) = bytes.split_first() else { return false };
    let presets = config::presets();
    let source = &presets[usize::from(kind) % presets.len()].source;
    let outcome = outcome(bytes, source, "report.csv");
    if source.layout != Layout::Wide {
        outcome.check_same_rows_when_written_again();
    }
    outcome.is_taken()
}

/// A byte that picks the name and how much of a file it is, and bytes as a strange file: whatever is
/// found can be shown, and what is written is a table that can be read back.
pub fn guess(bytes: &[u8]) -> bool {
    let Some((&kind, bytes)) = bytes.split_first() else { return false };
    let names = ["daily.csv", "daily.csv.gz", "=1+1\u{1b}[2J.csv", "daily.csv.zst"];
    let name = names[usize::from(kind / 2) % names.len()];
    let guess = guess::guess(bytes, name, kind % 2 == 0);
    let findings = [&guess.certain, &guess.open, &guess.missing].into_iter().flatten();
    for finding in findings {
        assert!(!finding.text.contains(|it: char| it.is_control()), "{finding:?}");
        let raw = |choice: &String| choice.contains(|it: char| it.is_control() && it != '\n');
        assert!(!finding.choices.iter().any(raw), "{finding:?}");
    }
    let table = guess::to_toml(&guess);
    assert!(!table.contains(|it: char| it.is_control() && it != '\n'), "{table:?}");
    if let Err(error) = toml::from_str::<toml::Table>(&table) {
        panic!("{error}\n{table}");
    }
    let preview = guess::preview(&guess, name);
    preview.is_some_and(|preview| matches!(preview.reading, Reading::Taken(_)))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory does not fail");
    encoder.finish().expect("memory does not fail")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).expect("memory");
    encoder.include_checksum(true).expect("a setting that there is");
    encoder.write_all(bytes).expect("memory does not fail");
    encoder.finish().expect("memory does not fail")
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let pairs = bytes.chunks(2).map(|pair| Some(unit(pair.try_into().ok()?)));
    let units: Vec<u16> = pairs.collect::<Option<_>>()?;
    String::from_utf16(&units).ok()
}

/// The table of Windows-1252; what it leaves open is the control character of the same number.
fn windows_1252(byte: u8) -> char {
    const UPPER: [u16; 32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013,
        0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
    ];
    match byte {
        0x80..=0x9F => {
            let code_point = UPPER[usize::from(byte - 0x80)];
            char::from_u32(code_point.into()).expect("a character of the table")
        }
        _ => char::from(byte),
    }
}

/// What became of a file, with the rows that went to the sink.
struct Outcome {
    reading: Reading,
    rows: Vec<Row>,
}

/// A row as the sink got it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    day: Day,
    subject: Subject,
    campaign: String,
    figures: Figures,
}

/// Reads, and checks what holds for every source.
fn outcome(bytes: &[u8], source: &Source, file_name: &str) -> Outcome {
    let account = account();
    let limits = Limits { unpacked_bytes_max: UNPACKED_BYTES_MAX, ..Limits::default() };
    let today = Day::from_ymd_opt(2025, 9, 15).expect("a day");
    let purpose = if source.grain == Grain::Day { Purpose::Inbox } else { Purpose::Import };
    let context = Context { account: &account, source, today, limits, file_name, purpose };
    let mut rows = Vec::new();
    let mut last_line = 0;
    let mut stated: BTreeMap<(Day, Subject, String), (u64, Figures)> = BTreeMap::new();
    let mut sink = |row: &StatedRow<'_>| {
        // A line of a wide file states several rows, and marked totals that turn out to be the data
        // come last.
        let is_behind = row.line > last_line
            || source.layout == Layout::Wide && row.line == last_line && last_line > 0
            || source.totals.marked.is_some();
        assert!(is_behind, "line {} came behind line {last_line}", row.line);
        last_line = last_line.max(row.line);
        let (day, subject, campaign) = (row.day, row.subject, row.campaign.to_owned());
        rows.push(Row { day, subject, campaign: campaign.clone(), figures: row.figures });
        let (line, figures) =
            *stated.entry((day, subject, campaign)).or_insert((row.line, row.figures));
        Ok::<_, Infallible>(if line == row.line {
            Stated::New
        } else if figures == row.figures {
            Stated::SameAs { line }
        } else {
            Stated::DiffersFrom { line, figures }
        })
    };
    let reading = read(bytes, &context, &mut sink).expect("neither memory nor this sink fails");
    match &reading {
        Reading::Taken(report) => {
            assert!(report.rows > 0 && report.first_day <= report.last_day);
            assert!(report.last_day <= today);
        }
        Reading::Refused(rejection) => {
            assert!(rejection.faults_total > 0 && !rejection.faults.is_empty());
            assert!(rejection.faults.len() <= FAULTS_LISTED_MAX);
            let page = rejection.render(file_name);
            assert!(page.len() <= PAGE_BYTES_MAX);
            let raw = page.chars().find(|&it| it != '\n' && it.is_control());
            assert_eq!(raw, None, "{page:?}");
        }
    }
    if matches!(file_name, "daily.csv" | "report.csv") {
        // In each encoding a line's end has this byte.
        assert!(last_line <= bytes.split(|&byte| byte == b'\n').count() as u64);
    }
    Outcome { reading, rows }
}

impl Outcome {
    const fn is_taken(&self) -> bool {
        matches!(self.reading, Reading::Taken(_))
    }

    fn codes(&self) -> Vec<&'static str> {
        match &self.reading {
            Reading::Taken(_) => Vec::new(),
            Reading::Refused(rejection) => rejection.codes(),
        }
    }

    fn rows_if_taken(&self) -> Option<&[Row]> {
        self.is_taken().then_some(&self.rows)
    }

    /// A file that is taken, written once more in the long format, gives the same rows.
    fn check_same_rows_when_written_again(&self) {
        if !self.is_taken() {
            return;
        }
        let Some(text) = self.written() else { return };
        let again = outcome(text.as_bytes(), &Source::long(), "daily.csv");
        assert!(again.is_taken(), "{text}");
        assert_eq!(again.rows, self.rows, "{text}");
    }

    /// The rows in the long format; `None` where it can't hold them.
    fn written(&self) -> Option<String> {
        let account = account();
        let money = |money: Option<FineMoney>| {
            let money = money.filter(|money| money.rest() == 0)?;
            Some(money.minor().to_decimal(account.currency))
        };
        let count = |count: Option<u64>| count.map_or(String::new(), |count| count.to_string());
        let mut text = HEADER.to_owned();
        for row in &self.rows {
            let Subject::Channel(channel) = row.subject else { return None };
            if row.campaign.contains(KEY_SEPARATOR) {
                return None;
            }
            let Figures { spend, revenue, impressions, clicks, conversions } = row.figures;
            writeln!(
                text,
                "{},\"{}\",\"{}\",{},{},{},{},{}",
                row.day,
                account.channels[channel].name.as_str(),
                row.campaign.replace('"', "\"\""),
                money(spend)?,
                count(impressions),
                count(clicks),
                conversions.map_or(String::new(), Conversions::to_decimal),
                money(revenue)?,
            )
            .expect("writing to a string");
        }
        Some(text)
    }
}

fn report_source() -> Source {
    Source {
        name: "report".to_owned(),
        layout: Layout::Report,
        grain: Grain::Day,
        ignore_extra_columns: true,
        ..Source::long()
    }
}

fn account() -> Account {
    let channels = ["Email", "Google Ads", "Meta Ads"];
    let channels =
        channels.map(|name| Channel::named(ChannelName::new(name).expect("a name"))).into();
    Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code("INR").expect("a currency"),
        chrono_tz::Asia::Kolkata,
        Money::from_minor(50_000_000),
        channels,
    )
}
