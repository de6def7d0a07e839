//! The text cells of a record → the one that calls it a total, if one does: by a label of its source,
//! or by one of the words for it. Whether it is a total is not decided here.

use super::guess::{TOTAL_WORDS, is_total};
use super::header::{Body, Columns};
use super::record::Record;
use crate::domain::source::Totals as Settings;
use crate::domain::text::folded;

/// Names of everything that campaigns or channels are part of; a row that is called so sums the others.
const WHOLES: [&str; 18] = [
    "all campaigns",
    "all channels",
    "all ad groups",
    "all ad sets",
    "all ads",
    "total campaigns",
    "account total",
    "daily total",
    "alle kampagnen",
    "alle kanäle",
    "toutes les campagnes",
    "tous les canaux",
    "todas las campañas",
    "todos los canales",
    "tutte le campagne",
    "tutti i canali",
    "todas as campanhas",
    "todos os canais",
];

/// How a cell calls its record a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calling {
    /// Its text is a label of the source; checked: it must be the sum of the rows.
    Label { is_checked: bool },
    /// It begins with a label that a colon ends ("Total: Brand").
    Begins,
    /// It begins with a label as a name may ("Total Health").
    Loosely,
    /// It is one of the words for a total, and no label of the source.
    Word,
}

impl Calling {
    /// Whether the source names it.
    pub(super) const fn is_of_the_source(self) -> bool {
        !matches!(self, Self::Word)
    }
}

/// What totals are called, and where it would stand.
pub(super) struct Called {
    labels: Vec<String>,
    check: Vec<String>,
    /// Texts that are campaigns all the same.
    campaigns: Vec<String>,
    /// The text cells that the source names, and the first one.
    places: Vec<usize>,
    /// Whether a text that begins with this byte may be called a total: most names don't.
    may_begin: [bool; 256],
    /// The first three bytes of what is called a total in ASCII, in order, and how long that may be.
    starts: Vec<(u32, Lengths)>,
    /// Whether a label is too short for `starts`.
    has_short_label: bool,
}

/// Lengths of texts in bytes, a bit each: a name that begins like a word for a total is mostly longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Lengths(u64);

impl Lengths {
    const ALL: Self = Self(u64::MAX);

    const fn one(length: usize) -> Self {
        Self(if length < 64 { 1 << length } else { 0 })
    }

    const fn has(self, length: usize) -> bool {
        self.0 & Self::one(length).0 != 0 || self.0 == Self::ALL.0
    }
}

impl Called {
    pub(super) fn new(settings: &Settings, columns: &Columns) -> Self {
        let labels: Vec<String> = settings.labels.iter().map(|label| normal(label)).collect();
        let mut may_begin = [false; 256];
        may_begin[0x80..].fill(true);
        may_begin[usize::from(b' ')] = true;
        let words = || TOTAL_WORDS.iter().chain(&WHOLES).copied();
        for text in words().chain(labels.iter().map(String::as_str)) {
            let Some(first) = text.bytes().next() else { continue };
            may_begin[usize::from(first)] = true;
            may_begin[usize::from(first.to_ascii_uppercase())] = true;
        }
        let starts = words()
            .map(|word| (word, Lengths::one(word.len())))
            .chain(labels.iter().map(|label| (label.as_str(), Lengths::ALL)))
            .filter_map(|(text, lengths)| Some((start(text.as_bytes())?, lengths)));
        let mut starts: Vec<(u32, Lengths)> = starts.collect();
        starts.sort_unstable();
        starts.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            kept.1.0 |= if is_same { next.1.0 } else { 0 };
            is_same
        });
        let has_short_label = labels.iter().any(|label| label.len() < 3);
        Self {
            labels,
            check: settings.check.iter().map(|label| normal(label)).collect(),
            campaigns: settings.campaigns.iter().map(|text| normal(text)).collect(),
            places: places(columns),
            may_begin,
            starts,
            has_short_label,
        }
    }

    /// The first cell that calls the record a total, and how; a loose one only where no other does.
    #[inline]
    pub(super) fn look(&self, record: &Record) -> Option<(usize, Calling)> {
        let mut loosely = None;
        for &at in &self.places {
            let cell = &record[at];
            let may = cell.first().is_some_and(|first| self.may_begin[usize::from(*first)]);
            match may.then(|| self.calling(cell)).flatten() {
                Some(Calling::Loosely) => loosely = loosely.or(Some((at, Calling::Loosely))),
                Some(calling) => return Some((at, calling)),
                None => {}
            }
        }
        loosely
    }

    /// How one cell calls its record.
    #[inline(never)]
    fn calling(&self, cell: &[u8]) -> Option<Calling> {
        let cell = cell.trim_ascii();
        if !self.may_be_one(cell) {
            return None;
        }
        let normal = normal(&String::from_utf8_lossy(cell));
        if self.campaigns.contains(&normal) {
            return None;
        }
        if self.check.contains(&normal) {
            return Some(Calling::Label { is_checked: true });
        }
        if self.labels.contains(&normal) {
            return Some(Calling::Label { is_checked: false });
        }
        let behind = |label: &String| normal.strip_prefix(label.as_str());
        if self.labels.iter().any(|it| behind(it).is_some_and(|rest| ends_in_colon(it, rest))) {
            return Some(Calling::Begins);
        }
        if is_total(&normal) || WHOLES.contains(&normal.as_str()) {
            return Some(Calling::Word);
        }
        self.labels.iter().any(|label| behind(label).is_some()).then_some(Calling::Loosely)
    }

    /// Whether it is worth a closer look, which costs more than the rest of a row.
    fn may_be_one(&self, cell: &[u8]) -> bool {
        let found = start(cell).and_then(|start| {
            let at = self.starts.binary_search_by_key(&start, |(start, _)| *start).ok()?;
            let word = &cell[..memchr::memchr(b':', cell).unwrap_or(cell.len())];
            Some(self.starts[at].1.has(word.trim_ascii_end().len()))
        });
        found == Some(true) || self.has_short_label || !cell.is_ascii()
    }

    /// Whether rows with a blank campaign are rows as any other.
    pub(super) fn blank_is_a_campaign(&self) -> bool {
        self.campaigns.iter().any(String::is_empty)
    }
}

/// The first three bytes without case, as a number, which compares faster.
fn start(text: &[u8]) -> Option<u32> {
    let [one, two, three] =
        text.first_chunk()?.map(|byte: u8| u32::from(byte.to_ascii_lowercase()));
    Some(one << 16 | two << 8 | three)
}

/// The first cell and those of the day, the channel, the campaign and the keys, but for the column
/// whose totals have a text of their own.
fn places(columns: &Columns) -> Vec<usize> {
    let channel = match &columns.body {
        Body::Long(columns) => columns.channel,
        Body::Wide(_) => None,
    };
    let mut places = vec![0];
    let named = [columns.date, columns.campaign, channel].into_iter().flatten();
    for at in named.chain(columns.keys.iter().copied()) {
        if !places.contains(&at) {
            places.push(at);
        }
    }
    places.retain(|at| Some(*at) != columns.marked);
    places
}

fn ends_in_colon(label: &str, rest: &str) -> bool {
    label.ends_with(':') || rest.starts_with(':')
}

/// A label as it is compared: without case, with any spaces as one, and none before a colon.
pub(super) fn normal(label: &str) -> String {
    let label = folded(&label.split_whitespace().collect::<Vec<_>>().join(" "));
    label.replace(" :", ":")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::header::{LongColumns, MeasureColumns};

    fn called(labels: &[&str], campaigns: &[&str]) -> Called {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let settings = Settings {
            labels: texts(labels),
            check: if labels.is_empty() { Vec::new() } else { texts(&["Total: Campaigns"]) },
            campaigns: texts(campaigns),
            ..Settings::default()
        };
        let measures = MeasureColumns { spend: Some(4), ..MeasureColumns::default() };
        let columns = Columns {
            names: ["day", "state", "channel", "campaign", "cost"].map(str::to_owned).to_vec(),
            all_known: true,
            unread: Vec::new(),
            date: Some(0),
            campaign: Some(3),
            currency: None,
            currency_is_declared: false,
            keys: Vec::new(),
            only: Vec::new(),
            marked: None,
            body: Body::Long(LongColumns { channel: Some(2), measures }),
            remarks: Vec::new(),
        };
        Called::new(&settings, &columns)
    }

    fn look(called: &Called, line: &str) -> Option<(usize, Calling)> {
        let mut record = Record::default();
        record.set_plain(line.as_bytes(), b',');
        called.look(&record)
    }

    #[test]
    fn a_label_is_found_in_each_text_cell_that_the_source_names() {
        let called = called(&["Total:"], &[]);
        let checked = Calling::Label { is_checked: true };
        for (line, at) in [
            ("Total: Campaigns,,,,1", 0),
            (",,Total\u{A0}:\u{202F}campaigns ,,1", 2),
            ("2026-01-05,,,TOTAL: CAMPAIGNS,1", 3),
        ] {
            assert_eq!(look(&called, line), Some((at, checked)), "{line}");
        }
        assert_eq!(look(&called, "2026-01-05,Total: Campaigns,a,b,1"), None);
        assert_eq!(look(&called, "2026-01-05,,,Total: Brand,1"), Some((3, Calling::Begins)));
        let whole = Some((3, Calling::Label { is_checked: false }));
        assert_eq!(look(&called, "2026-01-05,,,Total :,1"), whole);
    }

    #[test]
    fn a_word_for_a_total_needs_no_label_and_a_longer_name_is_none() {
        let called = called(&[], &[]);
        for text in TOTAL_WORDS.iter().chain(&WHOLES) {
            let line = format!("2026-01-05,,,{},1", text.to_uppercase());
            assert_eq!(look(&called, &line), Some((3, Calling::Word)), "{text}");
        }
        for text in ["Total: Campaigns", " total ", "All Campaigns", "GESAMT", "Итого"] {
            let line = format!("2026-01-05,,,{text},1");
            assert_eq!(look(&called, &line), Some((3, Calling::Word)), "{text}");
        }
        for text in ["Total Health", "Totals & Trends", "Sumatra", "All season tyres", "to", ""] {
            assert_eq!(look(&called, &format!("2026-01-05,,,{text},1")), None, "{text}");
        }
    }

    #[test]
    fn what_the_source_calls_a_campaign_is_no_total() {
        let called = called(&["Total"], &["total: health", ""]);
        assert_eq!(look(&called, "2026-01-05,,,Total: Health,1"), None);
        assert_eq!(look(&called, "2026-01-05,,,Total: Wealth,1"), Some((3, Calling::Begins)));
        assert_eq!(look(&called, "2026-01-05,,,Total Wealth,1"), Some((3, Calling::Loosely)));
        assert!(called.blank_is_a_campaign());
    }
}
