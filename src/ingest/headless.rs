//! The first bytes of a file → whether it begins among its rows: the end of another, whose writer had
//! lost sight of it.

/// Separators of all sources.
const SEPARATORS: &[u8] = b",;\t|";

/// Whether the first whole record holds a figure or a day, which no header does. A first line without any
/// separator is the rest of a record that was cut.
pub fn begins_among_rows(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let is_cut = !has_separator(first);
    let record = if is_cut { lines.next().unwrap_or_default() } else { first };
    has_separator(record) && record.split(|byte| SEPARATORS.contains(byte)).any(is_figure)
}

fn has_separator(line: &[u8]) -> bool {
    line.iter().any(|byte| SEPARATORS.contains(byte))
}

/// Digits, with what stands between those of amounts and days.
fn is_figure(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    let cell = cell.strip_prefix(b"\"").unwrap_or(cell);
    let cell = cell.strip_suffix(b"\"").unwrap_or(cell);
    cell.iter().any(u8::is_ascii_digit)
        && cell.iter().all(|byte| byte.is_ascii_digit() || b".-/: %".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::begins_among_rows;

    #[test]
    fn a_line_with_a_figure_is_no_header() {
        for head in [
            &b"2026-01-05,Email,100,1,1,0,10\n"[..],
            b"ail,9,9\n",
            b"il\n2026-01-05;Email;100\n",
            b"\xef\xbb\xbf\"05.01.2026\";x\n",
        ] {
            assert!(begins_among_rows(head), "{}", String::from_utf8_lossy(head));
        }
        for head in [
            &b""[..],
            b"Email\n",
            b"date,channel,spend\n2026-01-05,Email,100\n",
            b"Week 1,Q2 2026,spend (7d)\n2026-01-05,1,1\n",
            b"A report\nDay,Cost\n2026-01-05,1\n",
        ] {
            assert!(!begins_among_rows(head), "{}", String::from_utf8_lossy(head));
        }
    }
}
