//! Bytes → csv records that passed the gate, each with its line. Nothing else reads the csv.

use std::io::{self, BufRead};

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::gate::{Gate, Grammar, Served};

/// The records of a file, one after the other.
pub(super) struct Records<R: BufRead> {
    reader: csv::Reader<Gate<R>>,
}

impl<R: BufRead> Records<R> {
    /// Where the grammar has a preamble, each physical line is a record until
    /// [`Records::begin_body`]; one that is malformed is served with its fault, and may be skipped
    /// unless the fault is the last.
    pub(super) fn new(input: R, grammar: Grammar) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .delimiter(grammar.separator)
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(Gate::new(input, grammar));
        Self { reader }
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
            let fields =
                record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
            all.push(match &served.fault {
                Some(fault) => (fault.line, Err(fault.reason.code())),
                None => (served.line, Ok(fields)),
            });
        }
        all
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
}
