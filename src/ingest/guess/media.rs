//! The name of a column → whether it is that of a channel: of one of the account's, in any form, or of a
//! medium that money is spent on.

use std::collections::BTreeSet;

use crate::domain::Account;
use crate::domain::text::folded;

/// Words that a paid channel is called by, without a plural's `s`.
const MEDIA: [&str; 59] = [
    "tv",
    "fernsehen",
    "fernseh",
    "tele",
    "radio",
    "hörfunk",
    "ooh",
    "dooh",
    "plakat",
    "print",
    "zeitung",
    "presse",
    "newspaper",
    "magazine",
    "billboard",
    "outdoor",
    "cinema",
    "kino",
    "search",
    "suche",
    "sea",
    "social",
    "facebook",
    "instagram",
    "meta",
    "google",
    "youtube",
    "tiktok",
    "linkedin",
    "pinterest",
    "snapchat",
    "reddit",
    "twitter",
    "bing",
    "microsoft",
    "amazon",
    "display",
    "banner",
    "video",
    "email",
    "mailing",
    "affiliate",
    "sem",
    "ppc",
    "podcast",
    "influencer",
    "audio",
    "spotify",
    "programmatic",
    "shopping",
    "pmax",
    "retargeting",
    "ads",
    "directmail",
    "media",
    "criteo",
    "taboola",
    "outbrain",
    "sponsoring",
];

/// Words of columns that are no money of a channel, whatever else stands in their names; without a
/// plural's `s`.
const OTHERS: [&str; 104] = [
    "impression",
    "impressionen",
    "click",
    "klick",
    "clic",
    "conversion",
    "view",
    "visit",
    "session",
    "grp",
    "trp",
    "reach",
    "frequency",
    "user",
    "lead",
    "install",
    "download",
    "follower",
    "like",
    "mention",
    "rating",
    "query",
    "queries",
    "gqv",
    "order",
    "sale",
    "revenue",
    "umsatz",
    "turnover",
    "unit",
    "quantity",
    "qty",
    "volume",
    "menge",
    "price",
    "preis",
    "prix",
    "precio",
    "prezzo",
    "discount",
    "rabatt",
    "promo",
    "promotion",
    "aktion",
    "event",
    "holiday",
    "feiertag",
    "ferien",
    "season",
    "seasonality",
    "saison",
    "trend",
    "temperature",
    "temperatur",
    "température",
    "temperatura",
    "temp",
    "weather",
    "wetter",
    "rain",
    "competitor",
    "competition",
    "wettbewerb",
    "inflation",
    "index",
    "cpi",
    "gdp",
    "population",
    "unemployment",
    "sentiment",
    "store",
    "distribution",
    "newsletter",
    "organic",
    "baseline",
    "intercept",
    "control",
    "dummy",
    "flag",
    "is",
    "has",
    "covid",
    "lockdown",
    "day",
    "dayofyear",
    "week",
    "month",
    "quarter",
    "year",
    "date",
    "time",
    "t",
    "id",
    "code",
    "geo",
    "region",
    "country",
    "y",
    "kpi",
    "target",
    "outcome",
    "effect",
    "row",
    "count",
];

/// The channels that an account has, where the file is looked at for one.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// In any form.
    keys: BTreeSet<String>,
    /// As the reading compares them.
    names: BTreeSet<String>,
    has_account: bool,
}

impl Known {
    pub(super) fn of(account: Option<&Account>) -> Self {
        let channels = account.into_iter().flat_map(|account| &account.channels);
        let names = channels.flat_map(|channel| {
            std::iter::once(channel.name.as_str()).chain(channel.aliases.iter().map(String::as_str))
        });
        let (mut keys, mut exact) = (BTreeSet::new(), BTreeSet::new());
        for name in names {
            keys.insert(key(name));
            exact.insert(folded(name.trim()));
        }
        Self { keys, names: exact, has_account: account.is_some() }
    }

    /// Whether the file is looked at for an account.
    pub(super) const fn has_account(&self) -> bool {
        self.has_account
    }

    /// Whether `name` is a channel of the account, or an alias, as the reading compares them.
    pub(super) fn is_name(&self, name: &str) -> bool {
        self.names.contains(&folded(name.trim()))
    }

    /// Whether `name` is a channel of the account, or an alias, in any form.
    pub(super) fn is_own(&self, name: &str) -> bool {
        self.keys.contains(&key(name))
    }

    /// Whether `name` is a channel of the account or that of a medium.
    pub(super) fn is_channel(&self, name: &str) -> bool {
        self.is_own(name) || is_medium(name)
    }
}

/// A word of a name: where it stands, and how it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub start: usize,
    pub end: usize,
    /// Without case and without a plural's `s`.
    pub text: String,
}

/// The words of a name: what stands between marks, and "Tv" and "Spend" of "TvSpend".
pub(super) fn words(name: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start: Option<usize> = None;
    let mut was_lower = false;
    let mut end_at = |start: &mut Option<usize>, end: usize| {
        if let Some(start) = start.take() {
            words.push(Word { start, end, text: singular(&name[start..end]) });
        }
    };
    for (at, letter) in name.char_indices() {
        let is_part = letter.is_alphanumeric() || is_accent(letter);
        if !is_part || letter.is_uppercase() && was_lower {
            end_at(&mut start, at);
        }
        if is_part && start.is_none() {
            start = Some(at);
        }
        was_lower = letter.is_lowercase();
    }
    end_at(&mut start, name.len());
    words
}

/// Accents and signs that stand behind their letters.
const fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}' | '\u{93C}' | '\u{94D}')
}

/// A word without case and without the `s` of a plural.
pub(super) fn singular(word: &str) -> String {
    let word = folded(word);
    match word.strip_suffix('s') {
        Some(stem) if stem.chars().count() >= 3 && !stem.ends_with('s') => stem.to_owned(),
        _ => word,
    }
}

/// A name as channels are compared here: its words, without what stands between them.
pub(super) fn key(name: &str) -> String {
    words(name).into_iter().map(|word| word.text).collect()
}

/// Whether a word of `name`, or two ("YouTube"), are a medium, and none says that it counts something
/// else.
pub(super) fn is_medium(name: &str) -> bool {
    let words = words(name);
    let is_known = |text: &str| MEDIA.contains(&text);
    let two = |pair: &[Word]| format!("{}{}", pair[0].text, pair[1].text);
    (words.iter().any(|word| is_known(&word.text))
        || words.windows(2).any(|pair| is_known(&two(pair))))
        && !is_other(name)
}

/// Whether a word of `name` says that it is no money of a channel, or it is no name at all: "c1".
pub(super) fn is_other(name: &str) -> bool {
    let words = words(name);
    let bare = |word: &Word| -> String {
        word.text.trim_end_matches(|it: char| it.is_ascii_digit()).to_owned()
    };
    words.iter().any(|word| OTHERS.contains(&bare(word).as_str()))
        || words.iter().all(|word| bare(word).chars().count() <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_at_marks_and_at_capitals() {
        let texts = |name| -> Vec<String> { words(name).into_iter().map(|it| it.text).collect() };
        assert_eq!(texts("TvSpend"), ["tv", "spend"]);
        assert_eq!(texts("Google_Ads - Coût (EUR)"), ["google", "ads", "coût", "eur"]);
        assert_eq!(texts("GOOGLE_PMAX"), ["google", "pmax"]);
        assert_eq!(texts("Podcasts.spend2"), ["podcast", "spend2"]);
    }

    #[test]
    fn a_channel_is_known_in_any_form() {
        assert_eq!(key("podcast"), key("Podcasts"));
        assert_eq!(key("Google Ads"), key("google_ads"));
        assert!(
            is_medium("Podcasts")
                && is_medium("direct_mail")
                && is_medium("YouTube")
                && is_medium("TV")
        );
        assert!(!is_medium("Preis") && !is_medium("google_trends") && !is_medium("tv_grps"));
    }
}
