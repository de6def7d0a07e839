//! A value → JSON text that is the same everywhere and safe to show: numbers without exponent or
//! negative zero, and no control or reordering character in any string.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::domain::channel::is_unprintable;

/// `value` with two spaces of indentation and a newline at the end.
pub(super) fn pretty<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    let formatter = Plain { pretty: PrettyFormatter::new() };
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, formatter))
        .expect("memory takes every byte, and every key is a string");
    bytes.push(b'\n');
    bytes
}

/// `value` rounded to six significant digits, so that its shortest decimal has no more.
pub(super) fn six_digits(value: f64) -> f64 {
    // `{:e}` rounds the exact binary value half to even, without any library of the machine.
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// The pretty formatter with plain numbers and visible characters.
struct Plain<'a> {
    pretty: PrettyFormatter<'a>,
}

impl Formatter for Plain<'_> {
    /// The shortest decimal that reads back as `value`, never with an exponent. What isn't finite
    /// never comes here: the serializer writes `null` for it.
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        let value = if value == 0.0 { 0.0 } else { value };
        write!(writer, "{value}")
    }

    /// JSON leaves DEL, C1 and bidirectional controls as they are; here they become `\u` escapes.
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_unprintable) {
            let (plain, from) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let mut characters = from.chars();
            if let Some(character) = characters.next() {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.pretty.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.pretty.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written<T: Serialize>(value: &T) -> String {
        String::from_utf8(pretty(value)).expect("JSON is UTF-8")
    }

    #[test]
    fn numbers_have_six_digits_and_no_exponent() {
        let cases = [
            (1.8, "1.8"),
            (1.0, "1"),
            (2.0 / 3.0, "0.666667"),
            (-0.0, "0"),
            (-1.234_567_89, "-1.23457"),
            (1.5e-9, "0.0000000015"),
            (123_456_789.0, "123457000"),
            (9.999_999, "10"),
            (1e21, "1000000000000000000000"),
            (f64::NAN, "null"),
            (f64::NEG_INFINITY, "null"),
        ];
        for (value, text) in cases {
            assert_eq!(written(&six_digits(value)), format!("{text}\n"), "{value}");
        }
    }

    #[test]
    fn settings_keep_every_digit() {
        assert_eq!(written(&1.234_567_891_2), "1.2345678912\n");
    }

    #[test]
    fn no_control_or_reordering_character_survives_in_a_string() {
        let text = "a\u{1b}[31m\u{7f}\u{9b}\u{202e}\nb \"ü₹\" <script>";
        let json = written(&text);
        assert_eq!(json, "\"a\\u001b[31m\\u007f\\u009b\\u202e\\nb \\\"ü₹\\\" <script>\"\n");
        assert_eq!(serde_json::from_str::<String>(&json).expect("valid JSON"), text);
    }

    #[test]
    fn empty_lists_stay_on_their_line() {
        assert_eq!(
            written(&serde_json::json!({"a": [], "b": [1]})),
            "{\n  \"a\": [],\n  \"b\": [\n    1\n  ]\n}\n"
        );
    }
}
