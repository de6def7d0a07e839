//! Bytes → csv records that passed the gate, each with its line. Nothing else reads the csv.

use std::io::{self, BufRead};

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::gate::{Gate, Served};
use super::grammar::Grammar;
use super::record::Record;

/// The records of a file, one after the other.
pub(super) struct Records<R: BufRead> {
    reader: csv::Reader<Gate<R>>,
    parsed: ByteRecord,
}

impl<R: BufRead> Records<R> {
    /// Where the grammar has a preamble, each physical line is a record until
    /// [`Records::begin_body`]; one that is malformed is served with its fault, and may be skipped
    /// unless the fault is the last.
    pub(super) fn new(input: R, grammar: Grammar) -> Self {
        Self::from_gate(Gate::new(input, grammar))
    }

    /// The records that a gate lets through.
    pub(super) fn from_gate(gate: Gate<R>) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .delimiter(gate.grammar().separator)
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(gate);
        Self { reader, parsed: ByteRecord::new() }
    }

    /// The gate behind the record that was read last.
    pub(super) fn into_gate(self) -> Gate<R> {
        // Nothing of another record waits in the csv reader: each of its reads is one record.
        self.reader.into_inner()
    }

    /// Reads the next record into `record`; `None` at the end of the file. The only errors are
    /// those of the input.
    pub(super) fn read(&mut self, record: &mut ByteRecord) -> io::Result<Option<&Served>> {
        // The gate serves one record with each read and the csv reader buffers no more than one
        // read, so what the gate served last is the record that comes out here.
        match self.reader.read_byte_record(record) {
            Ok(true) => Ok(Some(self.reader.get_ref().served())),
            Ok(false) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// As [`Records::read`], without the csv reader where a line has no quote: then its separators
    /// alone tell its fields.
    pub(super) fn read_row(&mut self, record: &mut Record) -> io::Result<Option<&Served>> {
        if self.reader.get_mut().serve_plain(record) {
            return Ok(Some(self.reader.get_ref().served()));
        }
        match self.reader.read_byte_record(&mut self.parsed) {
            Ok(true) => {
                record.set_parsed(&self.parsed);
                Ok(Some(self.reader.get_ref().served()))
            }
            Ok(false) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// To be called once the header was read: from here on quoted fields may span lines, and
    /// records count as rows. Without a preamble it changes nothing.
    pub(super) fn begin_body(&mut self) {
        self.reader.get_mut().begin_body();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Limits, Source};
    use crate::ingest::fault::FaultReason;

    /// What comes out of the gate: line, fields or the code of the fault.
    fn records(
        text: impl AsRef<[u8]>,
        limits: Limits,
    ) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        // Three bytes at a time, so that records cross the borders of the input's buffer.
        let input = io::BufReader::with_capacity(3, text.as_ref());
        records_of(input, Grammar::of(&Source::long(), limits))
    }

    fn records_of(
        input: impl BufRead,
        grammar: Grammar,
    ) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        let mut records = Records::new(input, grammar);
        let mut record = ByteRecord::new();
        let mut all = Vec::new();
        while let Some(served) = records.read(&mut record).expect("memory does not fail") {
            all.push(said(served, record.iter()));
        }
        all
    }

    /// Line, and fields or the code of the fault.
    fn said<'f>(
        served: &Served,
        fields: impl Iterator<Item = &'f [u8]>,
    ) -> (u64, Result<Vec<String>, &'static str>) {
        if let Some(fault) = &served.fault {
            return (fault.line, Err(fault.reason.code()));
        }
        let text = |field| String::from_utf8_lossy(field).into_owned();
        (served.line, Ok(fields.map(text).collect()))
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands where a fault's code may stand")]
    fn ok(fields: &[&str]) -> Result<Vec<String>, &'static str> {
        Ok(fields.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn quoted_fields_may_hold_commas_quotes_and_line_ends() {
        let text = "a,\"b,\"\"c\"\"\",\"d\r\ne\"\r\n\n\"\",f\n";
        let expected = vec![(1, ok(&["a", "b,\"c\"", "d\r\ne"])), (4, ok(&["", "f"]))];
        assert_eq!(records(text, Limits::default()), expected);
    }

    #[test]
    fn a_broken_record_is_reported_and_the_next_line_is_read() {
        let broken = [
            ("a,b\"c\n", "stray_quote"),
            ("\"a\"b,c\n", "text_behind_quote"),
            ("a,\0b\n", "control_character"),
            ("a,\tb\n", "control_character"),
            ("a,\u{7f}b\n", "control_character"),
            ("a,\u{85}b\n", "control_character"),
            ("a\rb\n", "lone_carriage_return"),
            ("a\r\r\n", "lone_carriage_return"),
        ];
        for (text, code) in broken {
            let text = format!("x,y\n{text}z,\"\"\n");
            let expected = vec![(1, ok(&["x", "y"])), (2, Err(code)), (3, ok(&["z", ""]))];
            assert_eq!(records(&text, Limits::default()), expected, "{text:?}");
        }
        let expected = vec![(1, Err("not_utf8")), (2, ok(&["b"]))];
        assert_eq!(records(b"a,caf\xE9\nb\n", Limits::default()), expected);
    }

    #[test]
    fn an_open_quote_names_the_line_that_it_stands_on() {
        let expected = vec![(1, ok(&["a", "b"])), (2, Err("unterminated_quote"))];
        assert_eq!(records("a,b\nc,\"d\ne,f\n", Limits::default()), expected);
    }

    #[test]
    fn each_limit_holds_to_the_byte() {
        let limits =
            Limits { line_bytes_max: 8, field_bytes_max: 6, columns_max: 3, ..Limits::default() };
        let one = |text: &str| records(text, limits).remove(0).1;
        assert_eq!(one("123456,8\r\n"), ok(&["123456", "8"]));
        assert_eq!(one("123456,89\n"), Err("line_too_long"));
        assert_eq!(one("1234567\n"), Err("field_too_long"));
        assert_eq!(one("1,2,3\n"), ok(&["1", "2", "3"]));
        assert_eq!(one("1,2,3,\n"), Err("too_many_columns"));
        assert_eq!(one("\"12\n45678\n"), Err("quote_too_long"));
        let long = format!("{}\nb\n", "x".repeat(100));
        assert_eq!(records(long, limits), vec![(1, Err("line_too_long")), (2, ok(&["b"]))]);
    }

    #[test]
    fn what_is_behind_the_limits_of_the_file_is_not_read() {
        let limits = Limits { bytes_max: 6, ..Limits::default() };
        assert_eq!(
            records("a,b\nc,d\ne,f\n", limits),
            vec![(1, ok(&["a", "b"])), (2, Err("file_too_large"))]
        );
        let limits = Limits { rows_max: 1, ..Limits::default() };
        assert_eq!(
            records("a\nb\nc\nd\n", limits),
            vec![(1, ok(&["a"])), (2, ok(&["b"])), (3, Err("too_many_rows"))]
        );
    }

    #[test]
    fn the_field_of_a_fault_is_counted_from_the_left() {
        let grammar = Grammar::of(&Source::long(), Limits::default());
        let mut records = Records::new(b"a,\"b,\",\xC9\n".as_slice(), grammar);
        let mut record = ByteRecord::new();
        let served = records.read(&mut record).expect("memory").expect("a record");
        let fault = served.fault.as_ref().expect("a fault");
        assert_eq!(fault.field, Some(2));
        assert_eq!(fault.reason, FaultReason::NotUtf8 { byte: 0xC9 });
    }

    fn report(separator: u8, limits: Limits) -> Grammar {
        Grammar { separator, has_preamble: true, ..Grammar::of(&Source::long(), limits) }
    }

    #[test]
    fn the_separator_is_the_sources_and_a_tab_is_then_no_control_character() {
        for separator in [b',', b';', b'|', b'\t'] {
            let grammar = Grammar { separator, ..Grammar::of(&Source::long(), Limits::default()) };
            let between = char::from(separator);
            for filler in ["", "é", &"long".repeat(100)] {
                let text = format!("a{filler}{between}\"b{between}\"\"\"{between}\n{between}\n");
                let first = ok(&[&format!("a{filler}"), &format!("b{between}\""), ""]);
                let expected = vec![(1, first), (2, ok(&["", ""]))];
                assert_eq!(records_of(text.as_bytes(), grammar), expected, "{text:?}");
            }
        }
        let tab = vec![(1, Err("control_character"))];
        assert_eq!(records("a,b\tc\n", Limits::default()), tab);
        assert_eq!(records(format!("{},b\tc\n", "a".repeat(300)), Limits::default()), tab);
    }

    #[test]
    fn the_number_of_columns_is_bounded_in_long_lines_too() {
        let limits = Limits { columns_max: 3, ..Limits::default() };
        let field = "x".repeat(100);
        let three = [field.as_str(); 3];
        assert_eq!(records(three.join(","), limits), vec![(1, ok(&three))]);
        let four = [field.as_str(); 4].join(",");
        assert_eq!(records(four, limits), vec![(1, Err("too_many_columns"))]);
        let limits = Limits { field_bytes_max: 100, ..Limits::default() };
        assert_eq!(records(three.join(","), limits), vec![(1, ok(&three))]);
        let long = format!("{},{field}x", three.join(","));
        assert_eq!(records(long, limits), vec![(1, Err("field_too_long"))]);
    }

    #[test]
    fn an_open_quote_in_a_preamble_swallows_nothing() {
        let text = "Report \"x\n\"from, to\n\n\"a\"b\n\"Day\",\"Cost\"\n\"two\nlines\",1\n\"open\n";
        let input = io::BufReader::with_capacity(3, text.as_bytes());
        let mut records = Records::new(input, report(b',', Limits::default()));
        let mut record = ByteRecord::new();
        let mut served = Vec::new();
        while let Some(it) = records.read(&mut record).expect("memory does not fail") {
            served.push((it.line, it.fault.as_ref().map(|fault| fault.reason.code())));
            if &record[0] == b"Day" {
                assert_eq!(&record[1], b"Cost");
                records.begin_body();
            }
        }
        let expected = [
            (1, Some("stray_quote")),
            (2, Some("unterminated_quote")),
            (4, Some("text_behind_quote")),
            (5, None),
            (6, None),
            (8, Some("unterminated_quote")),
        ];
        assert_eq!(served, expected);
    }

    #[test]
    fn a_preamble_is_no_part_of_the_rows_that_a_file_may_have() {
        let limits = Limits { rows_max: 2, ..Limits::default() };
        let mut records =
            Records::new(b"p\np\np\np\nh\n1\n2\n3\n4\n".as_slice(), report(b';', limits));
        let mut record = ByteRecord::new();
        let mut codes = Vec::new();
        while let Some(it) = records.read(&mut record).expect("memory does not fail") {
            codes.push(it.fault.as_ref().map(|fault| fault.reason.code()));
            if &record[0] == b"h" {
                records.begin_body();
            }
        }
        let mut expected = vec![None; 7];
        expected.push(Some("too_many_rows"));
        assert_eq!(codes, expected);
    }

    #[test]
    fn without_a_preamble_the_first_record_is_the_header() {
        let limits = Limits { rows_max: 1, ..Limits::default() };
        for begins in [false, true] {
            let grammar = Grammar::of(&Source::long(), limits);
            let mut records = Records::new(b"h\n1\n2\n".as_slice(), grammar);
            let mut record = ByteRecord::new();
            let mut codes = Vec::new();
            while let Some(it) = records.read(&mut record).expect("memory does not fail") {
                codes.push(it.fault.as_ref().map(|fault| fault.reason.code()));
                if begins && codes.len() == 1 {
                    records.begin_body();
                }
            }
            assert_eq!(codes, [None, None, Some("too_many_rows")], "{begins}");
        }
    }

    /// The same by [`Records::read_row`], with a buffer of so many bytes.
    fn rows_of(
        text: &str,
        grammar: Grammar,
        buffer: usize,
    ) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        let mut records =
            Records::new(io::BufReader::with_capacity(buffer, text.as_bytes()), grammar);
        let mut record = Record::default();
        let mut all = Vec::new();
        while let Some(served) = records.read_row(&mut record).expect("memory does not fail") {
            all.push(said(served, record.iter()));
        }
        all
    }

    proptest::proptest! {
        #[test]
        fn plain_lines_are_split_as_the_csv_reader_splits_them(
            text in "([a,;\"\r\n\t\u{e9}]{0,6}\n?){0,8}",
            buffer in 1usize..40,
            rows_max in 0u64..6,
        ) {
            let limits = Limits {
                line_bytes_max: 12, field_bytes_max: 5, columns_max: 4, rows_max, bytes_max: 40,
                ..Limits::default()
            };
            for separator in [b',', b'\t'] {
                let source = Source { separator, ..Source::long() };
                let grammar = Grammar::of(&source, limits);
                let expected = records_of(text.as_bytes(), grammar);
                proptest::prop_assert_eq!(rows_of(&text, grammar, buffer), expected);
            }
        }
    }
}
