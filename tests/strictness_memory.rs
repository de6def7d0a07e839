//! Memory doesn't grow with what an archive unpacks to. It has a program of its own, since the peak
//! is that of all tests of a program.

#![expect(clippy::print_stdout, reason = "what is skipped or counted says so by name")]

mod ingest_support;

use std::convert::Infallible;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

use budgetd::domain::{Limits, Source, StatedRow};
use budgetd::ingest::{Context, Purpose, Reading, Stated, read};
use ingest_support::{rupee_account, today};

/// The most memory that this process ever had, in KiB.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn memory_does_not_grow_with_what_an_archive_unpacks_to() {
    const UNPACKED: u64 = 48 << 20;
    let header = "date,channel,campaign,spend,impressions,clicks,conversions,revenue\n";
    let mut rows = String::new();
    while rows.len() < 1 << 20 {
        writeln!(rows, "2025-09-01,Email,,1,9,1,1,2").expect("writing to a string");
    }
    let account = rupee_account();
    let source = Source::long();
    let limits = Limits { unpacked_bytes_max: UNPACKED / 2, ..Limits::default() };
    let pack = |name: &str| {
        let text = rows.as_bytes();
        let copies = usize::try_from(UNPACKED).expect("a size") / text.len();
        if name.ends_with("gz") {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(header.as_bytes()).expect("memory");
            (0..copies).for_each(|_| gzip.write_all(text).expect("memory"));
            gzip.finish().expect("memory")
        } else {
            let mut zstd = zstd::stream::write::Encoder::new(Vec::new(), 1).expect("memory");
            zstd.write_all(header.as_bytes()).expect("memory");
            (0..copies).for_each(|_| zstd.write_all(text).expect("memory"));
            zstd.finish().expect("memory")
        }
    };
    let bombs = ["bomb.csv.gz", "bomb.csv.zst"].map(|name| (name, pack(name)));
    let Some(before) = peak_memory() else {
        println!("skipped: the memory that an archive takes: there is no /proc");
        return;
    };
    for (name, packed) in bombs {
        assert!(packed.len() < 1 << 20, "{name}: {} bytes", packed.len());
        let purpose = Purpose::Inbox;
        let context = Context {
            account: &account,
            source: &source,
            today: today(),
            limits,
            file_name: name,
            purpose,
        };
        let mut first = None;
        let mut sink = |row: &StatedRow<'_>| {
            let line = *first.get_or_insert(row.line);
            Ok::<_, Infallible>(if line == row.line {
                Stated::New
            } else {
                Stated::SameAs { line }
            })
        };
        let reading = read(packed.as_slice(), &context, &mut sink).expect("neither fails");
        let Reading::Refused(rejection) = reading else { panic!("{name} was taken") };
        assert_eq!(rejection.codes(), ["unpacks_too_large"]);
    }
    let grown = peak_memory().expect("it was there before") - before;
    assert!(grown < 12 << 10, "{grown} KiB more than before, for {} KiB of text", UNPACKED >> 10);
}
