//! The name of a column → whether it holds a word for cost in a language that exports have, and then
//! whose money it is: the pattern and the channel, that of all channels, a figure computed from money,
//! or what can't be told.

use super::media::{self, Known, Word};
use super::planned;
use super::ratios;
use super::units;
use crate::domain::Currency;

/// Words for cost, without a plural's `s`.
const COSTS: [&str; 55] = [
    "spend",
    "spent",
    "spending",
    "cost",
    "expense",
    "expenditure",
    "invest",
    "investment",
    "investition",
    "mdsp",
    "kosten",
    "ausgabe",
    "ausgaben",
    "aufwand",
    "coût",
    "cout",
    "dépense",
    "depense",
    "dépensé",
    "coste",
    "gasto",
    "gastado",
    "inversión",
    "inversion",
    "costo",
    "costi",
    "spesa",
    "spese",
    "custo",
    "investimento",
    "uitgaven",
    "besteding",
    "kostnad",
    "kostnader",
    "omkostning",
    "omkostninger",
    "koszt",
    "koszty",
    "wydatki",
    "расход",
    "расходы",
    "затраты",
    "費用",
    "费用",
    "utgift",
    "utgifter",
    "udgift",
    "udgifter",
    "harcama",
    "harcamaları",
    "खर्च",
    "ख़र्च",
    "비용",
    "花费",
    "广告费",
];

/// Words for cost that others end in, without a mark between.
const ENDINGS: [&str; 9] =
    ["spend", "kosten", "ausgaben", "budget", "cost", "uitgaven", "費用", "费用", "花费"];

/// Words around channel and cost that say nothing of the channel.
const ASIDES: [&str; 23] = [
    "net", "gross", "netto", "brutto", "total", "gesamt", "summe", "ist", "actual", "incl", "excl",
    "inkl", "exkl", "vat", "mwst", "amount", "betrag", "euro", "dollar", "rupee", "weekly",
    "daily", "monthly",
];

/// Words between channel and cost; where nothing else stands there, one may be a channel's short name.
const LINKS: [&str; 14] =
    ["in", "of", "for", "on", "für", "fuer", "pour", "de", "du", "di", "do", "la", "le", "en"];

/// Words that stand for all channels.
const ALL: [&str; 18] = [
    "ad",
    "ads",
    "media",
    "marketing",
    "werbe",
    "werbung",
    "advertising",
    "publicité",
    "pub",
    "paid",
    "all",
    "overall",
    "channel",
    "campaign",
    "publicidad",
    "pubblicità",
    "mkt",
    "grand",
];

/// Words of columns that were made from another one.
const MADE: [&str; 19] = [
    "adstock",
    "adstocked",
    "saturated",
    "saturation",
    "lag",
    "lagged",
    "rolling",
    "log",
    "scaled",
    "normalized",
    "normalised",
    "effect",
    "contribution",
    "truth",
    "cum",
    "cumulative",
    "diff",
    "delta",
    "ma",
];

/// Words before a cost that is no channel's.
const BUSINESS: [&str; 20] = [
    "shipping",
    "versand",
    "freight",
    "good",
    "waren",
    "material",
    "production",
    "produktion",
    "personnel",
    "personal",
    "staff",
    "fulfilment",
    "fulfillment",
    "overhead",
    "fixed",
    "unit",
    "competitor",
    "wettbewerb",
    "rent",
    "logistic",
];

/// What a name with a word for cost in it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cost {
    /// There is no such word.
    No,
    /// It is the spend of the channel that stands in the place of `{channel}`.
    Of { pattern: String, channel: String },
    /// It is the spend of all.
    All,
    /// It was planned, and not spent.
    Planned,
    /// It was computed from money: cost per click, share of spend.
    Ratio,
    /// It was made of the column whose words, run together, are these.
    Made(String),
    /// It is money; whose, or whether it was spent on a channel at all, can't be told.
    Unclear,
}

/// What `name` says.
pub(super) fn read(name: &str, known: &Known) -> Cost {
    let words = split_endings(name, known);
    let has_cost = words.iter().any(is_cost);
    if !has_cost {
        let is_planned = planned::is_planned(name, &words, has_cost, known);
        return if is_planned { Cost::Planned } else { Cost::No };
    }
    // The channel of the account may be called "Total Health".
    for is_aside in [is_currency as fn(&Word) -> bool, is_aside_or_link] {
        let middle = middle_of(&words, is_aside);
        if let Some((start, end)) = span(middle)
            && known.is_own(&name[start..end])
        {
            return of(name, start, end);
        }
    }
    if ratios::is_ratio(name, &words, known) {
        return Cost::Ratio;
    }
    if planned::is_planned(name, &words, has_cost, known) {
        return Cost::Planned;
    }
    let is_made =
        |word: &Word| MADE.contains(&word.text.trim_end_matches(|it: char| it.is_ascii_digit()));
    if words.iter().any(is_made) {
        // The 7 of "rolling_7d".
        let is_number = |word: &Word| word.text.starts_with(|it: char| it.is_ascii_digit());
        let base = words.iter().filter(|word| !is_made(word) && !is_number(word));
        return Cost::Made(base.map(|word| word.text.as_str()).collect());
    }
    let middle = [is_aside_or_link as fn(&Word) -> bool, is_aside]
        .into_iter()
        .map(|is_aside| middle_of(&words, is_aside))
        .find(|middle| !middle.is_empty())
        .unwrap_or_default();
    let Some((start, end)) = span(middle) else { return Cost::All };
    if middle.iter().all(|word| ALL.contains(&word.text.as_str())) {
        return Cost::All;
    }
    if middle.iter().any(|word| BUSINESS.contains(&word.text.as_str())) {
        return Cost::Unclear;
    }
    if middle.len() == words.len() || middle.iter().any(is_cost) {
        return inside(name, middle, known);
    }
    of(name, start, end)
}

fn of(name: &str, start: usize, end: usize) -> Cost {
    let pattern = format!("{}{{channel}}{}", &name[..start], &name[end..]);
    Cost::Of { pattern, channel: name[start..end].to_owned() }
}

/// The words of a name, those apart that end in a word for cost: "Radiokosten".
fn split_endings(name: &str, known: &Known) -> Vec<Word> {
    let mut split = Vec::new();
    for word in media::words(name) {
        let text = name[word.start..word.end].to_lowercase();
        // Lower case may have other lengths in a few languages; then it is left whole.
        let is_alike = text.len() == word.end - word.start;
        let ending = ENDINGS.iter().find(|it| text.len() > it.len() && text.ends_with(**it));
        let beginning = text.strip_prefix("spend").filter(|rest| known.is_channel(rest));
        let at = match (ending, beginning) {
            (Some(ending), _) if is_alike => word.end - ending.len(),
            (None, Some(rest)) if is_alike => word.end - rest.len(),
            _ => {
                split.push(word);
                continue;
            }
        };
        for (start, end) in [(word.start, at), (at, word.end)] {
            split.push(Word { start, end, text: media::singular(&name[start..end]) });
        }
    }
    let ends_in_s = name.ends_with("_S") && split.len() > 1;
    if let Some(last) = split.last_mut().filter(|_| ends_in_s) {
        // The convention of one well-known tool.
        "spend".clone_into(&mut last.text);
    }
    split
}

pub(super) fn is_cost(word: &Word) -> bool {
    let text = word.text.as_str();
    COSTS.contains(&text) || ENDINGS.contains(&text) && !planned::is_budget(word)
}

fn is_currency(word: &Word) -> bool {
    Currency::from_code(&word.text.to_uppercase()).is_some()
}

fn is_aside(word: &Word) -> bool {
    is_currency(word) || ASIDES.contains(&word.text.as_str()) || units::is_word(&word.text)
}

fn is_aside_or_link(word: &Word) -> bool {
    is_aside(word) || LINKS.contains(&word.text.as_str())
}

/// The words between those for cost and the asides at both ends.
fn middle_of(words: &[Word], is_aside: fn(&Word) -> bool) -> &[Word] {
    let is_edge = |word: &Word| is_cost(word) || is_aside(word);
    let start = words.iter().position(|word| !is_edge(word)).unwrap_or(words.len());
    let end = words.iter().rposition(|word| !is_edge(word)).map_or(start, |at| at + 1);
    &words[start..end]
}

fn span(words: &[Word]) -> Option<(usize, usize)> {
    Some((words.first()?.start, words.last()?.end))
}

/// The channel where the words for cost stand inside the name.
fn inside(name: &str, middle: &[Word], known: &Known) -> Cost {
    for length in (1..middle.len()).rev() {
        for window in middle.windows(length) {
            let Some((start, end)) = span(window) else { continue };
            let is_known = !window.iter().any(is_cost) && known.is_channel(&name[start..end]);
            if is_known {
                return of(name, start, end);
            }
        }
    }
    Cost::Unclear
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_alone(name: &str) -> Cost {
        read(name, &Known::default())
    }

    #[test]
    fn channel_and_pattern_are_told_in_many_spellings() {
        for (name, pattern, channel) in [
            ("tv_spend", "{channel}_spend", "tv"),
            ("TV Kosten", "{channel} Kosten", "TV"),
            ("Radiokosten", "{channel}kosten", "Radio"),
            ("TvSpend", "{channel}Spend", "Tv"),
            ("Coût de la TV (EUR)", "Coût de la {channel} (EUR)", "TV"),
            ("Google Ads Cost", "{channel} Cost", "Google Ads"),
            ("Total TV spend", "Total {channel} spend", "TV"),
            ("Ausgaben für Podcasts", "Ausgaben für {channel}", "Podcasts"),
            ("Gasto: Radio", "Gasto: {channel}", "Radio"),
            ("spesa_tv_netto", "spesa_{channel}_netto", "tv"),
            ("mdsp_dm", "mdsp_{channel}", "dm"),
            ("mdsp_on", "mdsp_{channel}", "on"),
            ("facebook_S", "{channel}_S", "facebook"),
            ("x_cost_tv_north", "x_cost_{channel}", "tv_north"),
            ("电视费用", "{channel}费用", "电视"),
        ] {
            let expected = Cost::Of { pattern: pattern.to_owned(), channel: channel.to_owned() };
            assert_eq!(read_alone(name), expected, "{name}");
        }
    }

    #[test]
    fn what_is_no_money_of_one_channel_is_told_apart() {
        for name in ["Spend", "ad_spend", "Total Kosten", "Mediakosten", "marketing cost (EUR)"] {
            assert_eq!(read_alone(name), Cost::All, "{name}");
        }
        for name in [
            "Cost / conv.",
            "Conv. value / cost",
            "Avg. cost",
            "tv_cost_per_click",
            "Kosten pro Klick",
            "CPC (cost per link click)",
            "spend_share",
        ] {
            assert_eq!(read_alone(name), Cost::Ratio, "{name}");
        }
        for name in ["google_budget", "Radiobudget", "planned tv spend", "Budget", "tv_spend_plan"]
        {
            assert_eq!(read_alone(name), Cost::Planned, "{name}");
        }
        assert_eq!(read_alone("tv_spend_lag1"), Cost::Made("tvspend".to_owned()));
        assert_eq!(read_alone("spend_rolling_7d"), Cost::Made("spend".to_owned()));
        assert_eq!(read_alone("shipping_cost"), Cost::Unclear);
        for name in ["TV", "Costa Rica", "price", "events"] {
            assert_eq!(read_alone(name), Cost::No, "{name}");
        }
    }
}
