//! Files in every wrapping, whole and damaged, and inputs that fail.

use std::io::Write as _;

use super::*;
use crate::domain::source::Encoding;

const TEXT: &str = "date,channel\n2025-09-01,Email\n";

/// The text of a file, or what is wrong with it.
fn text_of(
    bytes: impl BufRead,
    file_name: &str,
    encoding: Encoding,
    limits: Limits,
) -> io::Result<Result<String, String>> {
    let source = Source { encoding, ..Source::long() };
    let mut opened = match open(bytes, file_name, &source, limits)? {
        Ok(opened) => opened,
        Err(fault) => return Ok(Err(fault.to_string())),
    };
    let mut text = Vec::new();
    match opened.text.read_to_end(&mut text) {
        Ok(_) => {
            assert!(text.starts_with(&opened.head));
            Ok(Ok(String::from_utf8(text).expect("what is decoded is UTF-8")))
        }
        Err(error) => file_fault(error).map(|reason| Err(reason.to_string())),
    }
}

fn named(file_name: &str, bytes: &[u8]) -> Result<String, String> {
    text_of(bytes, file_name, Encoding::Utf8, Limits::default()).expect("memory does not fail")
}

fn encoded(encoding: Encoding, bytes: &[u8]) -> Result<String, String> {
    // Three bytes at a time, so that characters cross the borders of the input's buffer.
    let input = BufReader::with_capacity(3, bytes);
    text_of(input, "daily.csv", encoding, Limits::default()).expect("memory does not fail")
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).expect("memory does not fail");
    encoder.finish().expect("memory does not fail")
}

/// As `zstd` packs: with a check sum, and the window of a long file.
fn zstd(text: &[u8], window_log: u32) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).expect("memory");
    encoder.include_checksum(true).expect("a setting that there is");
    encoder.window_log(window_log).expect("a setting that there is");
    encoder.write_all(text).expect("memory does not fail");
    encoder.finish().expect("memory does not fail")
}

fn said(result: Result<String, String>) -> String {
    result.expect_err("it is at fault")
}

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn an_archive_is_read_like_the_text_that_it_holds() {
    let two = |pack: &dyn Fn(&[u8]) -> Vec<u8>| {
        let (front, back) = TEXT.as_bytes().split_at(7);
        [pack(front), pack(back)].concat()
    };
    assert_eq!(named("daily.csv.gz", &gzip(TEXT.as_bytes())).as_deref(), Ok(TEXT));
    assert_eq!(named("DAILY.CSV.GZ", &two(&gzip)).as_deref(), Ok(TEXT));
    assert_eq!(named("daily.csv.zst", &zstd(TEXT.as_bytes(), 24)).as_deref(), Ok(TEXT));
    assert_eq!(named("Daily.Csv.Zst", &two(&|text| zstd(text, 10))).as_deref(), Ok(TEXT));
    let mut skippable = b"\x50\x2A\x4D\x18\x02\0\0\0xy".to_vec();
    skippable.extend(zstd(TEXT.as_bytes(), 20));
    assert_eq!(named("daily.csv.zst", &skippable).as_deref(), Ok(TEXT));
    let marked = gzip(format!("\u{FEFF}{TEXT}").as_bytes());
    assert_eq!(named("daily.csv.gz", &marked).as_deref(), Ok(TEXT));
    let wide = gzip(&utf_16(&format!("\u{FEFF}{TEXT}"), u16::to_le_bytes));
    assert_eq!(named("daily.csv.gz", &wide).as_deref(), Ok(TEXT));
    assert_eq!(named("daily.csv.gz", &gzip(b"")).as_deref(), Ok(""));
}

#[test]
fn an_archive_that_is_cut_anywhere_is_a_damaged_file() {
    let long = TEXT.repeat(2_000);
    for (name, packed) in [
        ("daily.csv.gz", gzip(long.as_bytes())),
        ("daily.csv.zst", zstd(long.as_bytes(), 20)),
        ("daily.csv.gz", gzip(TEXT.as_bytes())),
        ("daily.csv.zst", zstd(TEXT.as_bytes(), 20)),
    ] {
        for length in 4..packed.len() {
            let said = said(named(name, &packed[..length]));
            assert!(said.contains("damaged"), "{name}, {length} bytes: {said}");
            assert!(said.ends_with("it ends too early"), "{name}, {length} bytes: {said}");
        }
    }
}

#[test]
fn an_archive_with_a_bit_flipped_is_damaged_or_holds_the_same() {
    for (name, packed) in
        [("daily.csv.gz", gzip(TEXT.as_bytes())), ("daily.csv.zst", zstd(TEXT.as_bytes(), 20))]
    {
        for bit in 0..packed.len() * 8 {
            let mut flipped = packed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Ok(text) = named(name, &flipped) {
                assert_eq!(text, TEXT, "{name}, bit {bit}");
            }
        }
    }
}

#[test]
fn bytes_behind_an_archive_are_refused_as_what_they_are() {
    for garbage in
        [&b"garbage"[..], &[0; 512], b"\n", b"\x1Fgarbage, and more of it", TEXT.as_bytes()]
    {
        let packed = [gzip(TEXT.as_bytes()), garbage.to_vec()].concat();
        let gz = said(named("daily.csv.gz", &packed));
        assert_eq!(gz, "is a damaged gzip file: other bytes stand behind its end");
        let packed = [zstd(TEXT.as_bytes(), 20), garbage.to_vec()].concat();
        let zst = said(named("daily.csv.zst", &packed));
        assert!(zst.starts_with("is a damaged zstd file: "), "{zst}");
    }
}

#[test]
fn a_name_that_says_otherwise_than_the_bytes_is_refused() {
    let (gz, zst) = (gzip(TEXT.as_bytes()), zstd(TEXT.as_bytes(), 20));
    let not = |packing: &str, ending: &str| {
        format!("the file has a name that ends in {ending}, but it is no {packing} file")
    };
    assert_eq!(said(named("daily.csv.gz", TEXT.as_bytes())), not("gzip", ".gz"));
    assert_eq!(said(named("daily.csv.gz", b"")), not("gzip", ".gz"));
    assert_eq!(said(named("daily.csv.gz", b"\x1f")), not("gzip", ".gz"));
    assert_eq!(said(named("daily.csv.gz", &zst)), not("gzip", ".gz"));
    assert_eq!(said(named("daily.csv.zst", &gz)), not("zstd", ".zst"));
    assert_eq!(said(named("daily.csv.zst", TEXT.as_bytes())), not("zstd", ".zst"));
    let gzip_twice = "the file is compressed with gzip, not CSV text in UTF-8";
    assert_eq!(said(named("daily.csv", &gz)), gzip_twice);
    assert_eq!(said(named("daily.csv.gz", &gzip(&gz))), gzip_twice);
}

#[test]
fn an_archive_is_unpacked_to_the_limit_and_no_further() {
    let text = "x".repeat(100);
    let read = |bytes: &[u8], name: &str, max: u64| {
        let limits = Limits { unpacked_bytes_max: max, ..Limits::default() };
        text_of(bytes, name, Encoding::Utf8, limits).expect("memory does not fail")
    };
    for (name, packed) in
        [("d.csv.gz", gzip(text.as_bytes())), ("d.csv.zst", zstd(text.as_bytes(), 20))]
    {
        assert_eq!(read(&packed, name, 100).as_deref(), Ok(text.as_str()));
        let expected = "unpacks to more than 99 bytes; what is behind them was not looked at";
        assert_eq!(said(read(&packed, name, 99)), expected);
    }
    // A limit behind the head too, and text that is decoded besides.
    let long = gzip(&vec![b'x'; 100_000]);
    assert!(said(read(&long, "d.csv.gz", 50_000)).starts_with("unpacks to more than 50000"));
    let limits = Limits { unpacked_bytes_max: 50_000, ..Limits::default() };
    let decoded = text_of(long.as_slice(), "d.csv.gz", Encoding::Latin1, limits).expect("memory");
    assert!(said(decoded).starts_with("unpacks to more than 50000"));
}

#[test]
fn an_endless_archive_ends_at_the_limit_of_a_file() {
    /// The same bytes again and again.
    struct Endless(Vec<u8>, usize);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            for byte in &mut *buffer {
                *byte = self.0[self.1 % self.0.len()];
                self.1 += 1;
            }
            Ok(buffer.len())
        }
    }
    let limits = Limits { bytes_max: 1 << 20, ..Limits::default() };
    let skippable = b"\x50\x2A\x4D\x18\x02\0\0\0xy".to_vec();
    for (name, packed) in [("d.csv.gz", gzip(b"")), ("d.csv.zst", skippable)] {
        let endless = BufReader::new(Endless(packed, 0));
        let said = said(text_of(endless, name, Encoding::Utf8, limits).expect("memory"));
        assert!(said.contains("larger than 1048576 bytes"), "{said}");
    }
    let endless = BufReader::new(Endless(b"date,".to_vec(), 0));
    let said = said(text_of(endless, "d.csv", Encoding::Latin1, limits).expect("memory"));
    assert!(said.contains("larger than 1048576 bytes"), "{said}");
}

#[test]
fn a_window_that_takes_much_memory_is_refused_with_its_limit() {
    let long = TEXT.repeat(1 << 20);
    let said = said(named("d.csv.zst", &zstd(long.as_bytes(), 25)));
    assert_eq!(said, "needs a window of more than 16 MiB of memory to be unpacked");
    assert_eq!(named("d.csv.zst", &zstd(long.as_bytes(), 24)).as_deref(), Ok(long.as_str()));
}

#[test]
fn an_input_that_fails_is_the_machines_fault_in_every_wrapping() {
    struct Broken(io::ErrorKind);
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
    }
    let long = TEXT.repeat(20_000);
    let half = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    for kind in [io::ErrorKind::UnexpectedEof, io::ErrorKind::InvalidData, io::ErrorKind::Other] {
        for (name, encoding, bytes) in [
            ("d.csv", Encoding::Utf8, long.clone().into_bytes()),
            ("d.csv", Encoding::Latin1, long.clone().into_bytes()),
            ("d.csv", Encoding::Utf16, utf_16(&long, u16::to_le_bytes)),
            ("d.csv.gz", Encoding::Utf8, half(gzip(long.as_bytes()))),
            ("d.csv.zst", Encoding::Utf8, half(zstd(long.as_bytes(), 20))),
            ("d.csv.gz", Encoding::Windows1252, half(gzip(long.as_bytes()))),
        ] {
            let input = BufReader::new(bytes.as_slice().chain(Broken(kind)));
            let outcome = text_of(input, name, encoding, Limits::default());
            let error = outcome.expect_err("the machine's fault");
            assert_eq!(error.kind(), kind, "{name} {encoding:?}");
        }
    }
}

#[test]
fn an_interrupted_input_is_read_on() {
    /// Interrupts each second read.
    struct Interrupted<'a>(&'a [u8], bool);
    impl Read for Interrupted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let most = buffer.len().min(5);
            self.0.read(&mut buffer[..most])
        }
    }
    for (name, encoding, bytes) in [
        ("d.csv", Encoding::Utf8, TEXT.as_bytes().to_vec()),
        ("d.csv", Encoding::Latin1, TEXT.as_bytes().to_vec()),
        ("d.csv", Encoding::Utf16, utf_16(TEXT, u16::to_le_bytes)),
        ("d.csv.gz", Encoding::Utf8, gzip(TEXT.as_bytes())),
        ("d.csv.zst", Encoding::Utf8, zstd(TEXT.as_bytes(), 20)),
    ] {
        let input = BufReader::new(Interrupted(&bytes, false));
        let text = text_of(input, name, encoding, Limits::default()).expect("nothing fails");
        assert_eq!(text.as_deref(), Ok(TEXT), "{name} {encoding:?}");
    }
}

#[test]
fn a_byte_order_mark_wins_over_utf_8_and_utf_16() {
    let text = "Été 😀,ü\n";
    let marked = format!("\u{FEFF}{text}");
    for declared in [Encoding::Utf8, Encoding::Utf16] {
        assert_eq!(encoded(declared, marked.as_bytes()).as_deref(), Ok(text));
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(encoded(declared, &utf_16(&marked, bytes)).as_deref(), Ok(text));
            let twice = utf_16(&format!("\u{FEFF}{marked}"), bytes);
            assert_eq!(encoded(declared, &twice).as_deref(), Ok(text));
        }
    }
    for declared in [Encoding::Windows1252, Encoding::Latin1] {
        for bytes in [marked.as_bytes().to_vec(), utf_16(&marked, u16::to_le_bytes)] {
            let said = said(encoded(declared, &bytes));
            assert!(said.contains("by its byte order mark; its source says"), "{said}");
        }
    }
}

#[test]
fn utf_16_without_a_mark_shows_its_order_by_its_zeros_where_it_is_declared() {
    let little = utf_16("Été,1\n", u16::to_le_bytes);
    assert_eq!(encoded(Encoding::Utf16, &little).as_deref(), Ok("Été,1\n"));
    let big = encoded(Encoding::Utf16, &utf_16("date,1\n", u16::to_be_bytes));
    assert_eq!(big.as_deref(), Ok("date,1\n"));
    let plain = said(encoded(Encoding::Utf16, b"date,channel\n"));
    assert!(plain.contains("text of single bytes; its source says encoding = \"utf-16\""));
    for (order, bytes) in
        [("low", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("high", u16::to_be_bytes)]
    {
        let expected = format!(
            "the file is text in UTF-16 ({order} bytes first, without a byte order mark), not CSV \
             text in UTF-8"
        );
        assert_eq!(said(encoded(Encoding::Utf8, &utf_16(TEXT, bytes))), expected);
    }
}

#[test]
fn half_a_character_of_utf_16_is_refused() {
    for (units, says) in [
        (&[0x41, 0xD83D, 0x42][..], "one half of a pair of surrogates stands alone"),
        (&[0x41, 0xDE00, 0x42], "one half of a pair of surrogates stands alone"),
        (&[0x41, 0xD83D], "one half of a pair of surrogates stands alone"),
        (&[0x41, 0xD83D, 0xD83D, 0xDE00], "one half of a pair of surrogates stands alone"),
    ] {
        let bytes: Vec<u8> = units.iter().copied().flat_map(u16::to_le_bytes).collect();
        assert_eq!(said(encoded(Encoding::Utf16, &bytes)), format!("is not UTF-16: {says}"));
    }
    for bytes in [&b"\xFF\xFEa\0b"[..], b"\xFF\xFEa\0\x3D\xD8\0"] {
        let expected = "is not UTF-16: it ends in half a character";
        assert_eq!(said(encoded(Encoding::Utf8, bytes)), expected);
    }
}

#[test]
fn each_byte_of_windows_1252_and_of_latin_1_is_its_character() {
    let bytes: Vec<u8> = (0x20..=0xFF).collect();
    let latin_1: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    assert_eq!(encoded(Encoding::Latin1, &bytes), Ok(latin_1));
    // The table that Windows documents; 81, 8D, 8F, 90 and 9D are not in it.
    let upper = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ";
    let upper_bytes: Vec<u8> = (0x80..=0x9F).collect();
    assert_eq!(encoded(Encoding::Windows1252, &upper_bytes).as_deref(), Ok(upper));
}
