//! What the settings of a source must keep to together: a list of rules, each of which is told at
//! the keys that it speaks of. Names of columns are for `columns`, channels for `campaigns`.

use super::columns::{MEASURES, of_measure};
use super::draft::{Draft, Key, column, top, totals};
use super::{LAYOUT, dates, totals as totals_rows};
use crate::config::value::quoted;
use crate::domain::source::{DatedBy, Layout, RevenueSpread, Thousands};
use crate::domain::{Grain, Source};

/// A rule: the keys that it speaks of, the likely culprit first; and what is wrong where it is
/// broken, with what to write instead.
struct Rule {
    keys: &'static [Key],
    complaint: fn(&Source) -> Option<(String, String)>,
}

/// Faults every rule that is broken. A rule rests where one of its keys has a fault of its own.
pub(super) fn check(draft: &Draft<'_>, source: &Source) {
    for rule in RULES.iter().filter(|rule| draft.are_sound(rule.keys)) {
        if let Some((message, hint)) = (rule.complaint)(source) {
            draft.misfit(rule.keys, message, hint);
        }
    }
}

const RULES: [Rule; 19] = [
    Rule { keys: &[column("channel"), LAYOUT], complaint: wide_without_channel_column },
    Rule { keys: &[top("channel"), LAYOUT], complaint: wide_without_channel },
    Rule { keys: &[column("campaign"), LAYOUT], complaint: wide_without_campaign_column },
    Rule { keys: &[top("campaigns"), LAYOUT], complaint: wide_without_campaigns },
    Rule { keys: &[LAYOUT, column("spend")], complaint: wide_with_a_measure },
    Rule { keys: &[column("spend"), LAYOUT], complaint: spend_is_named },
    Rule { keys: &[column("revenue"), LAYOUT], complaint: revenue_is_named },
    Rule {
        keys: &[column("channel"), top("channel"), top("campaigns")],
        complaint: channel_is_said_once,
    },
    Rule { keys: &[top("campaigns"), column("campaign")], complaint: campaigns_have_a_column },
    Rule { keys: &[column("outcome"), LAYOUT], complaint: outcome_is_wide },
    Rule { keys: &[column("controls"), LAYOUT], complaint: controls_are_wide },
    Rule { keys: &[top("revenue_spread"), column("outcome")], complaint: spread_has_a_revenue },
    Rule { keys: &[top("revenue_spread")], complaint: spread_has_a_measure },
    Rule { keys: &[top("spread"), top("grain")], complaint: only_months_are_spread },
    Rule { keys: &[top("dated_by"), top("grain")], complaint: a_day_is_its_own_date },
    Rule { keys: &[top("date_format"), top("grain")], complaint: only_months_have_no_day },
    Rule { keys: &[top("thousands"), top("decimal")], complaint: marks_differ },
    Rule { keys: &[totals("marked"), top("only")], complaint: totals_are_not_filtered_out },
    Rule { keys: &[totals("check"), totals("labels")], complaint: checked_labels_are_labels },
];

type Complaint = Option<(String, String)>;

fn told(broken: bool, message: &str, hint: &str) -> Complaint {
    broken.then(|| (message.to_owned(), hint.to_owned()))
}

fn is_wide(source: &Source) -> bool {
    source.layout == Layout::Wide
}

fn wide_without_channel_column(source: &Source) -> Complaint {
    told(
        is_wide(source) && !source.columns.channel.is_empty(),
        "a wide file has its channels in the names of its columns",
        "write channel = false in [sources.columns], or another layout",
    )
}

fn wide_without_channel(source: &Source) -> Complaint {
    told(
        is_wide(source) && source.channel.is_some(),
        "a wide file has its channels in the names of its columns",
        "leave this line out, or write another layout",
    )
}

fn wide_without_campaign_column(source: &Source) -> Complaint {
    told(
        is_wide(source) && !source.columns.campaign.is_empty(),
        "a row of a wide file has all channels, so it belongs to no campaign",
        "write campaign = false in [sources.columns], and the column into key_columns",
    )
}

fn wide_without_campaigns(source: &Source) -> Complaint {
    told(
        is_wide(source) && !source.campaigns.is_empty(),
        "a row of a wide file has all channels, so it belongs to no campaign",
        "leave the patterns out, or write another layout",
    )
}

fn wide_with_a_measure(source: &Source) -> Complaint {
    let has_none = MEASURES.iter().all(|key| of_measure(&source.columns, *key).is_empty());
    told(
        is_wide(source) && has_none,
        "no column of this wide file is a measure of a channel",
        "name them in [sources.columns], such as spend = \"{channel}_spend\"",
    )
}

fn spend_is_named(source: &Source) -> Complaint {
    told(
        !is_wide(source) && source.columns.spend.is_empty(),
        "without spend there is nothing to decide on",
        "name the column that it stands in",
    )
}

fn revenue_is_named(source: &Source) -> Complaint {
    told(
        !is_wide(source) && source.columns.revenue.is_empty(),
        "without revenue there is nothing to decide on",
        "name the column that it stands in; where the file has none, add it to the export",
    )
}

fn channel_is_said_once(source: &Source) -> Complaint {
    let has_column = !source.columns.channel.is_empty();
    let has_other = source.channel.is_some() || !source.campaigns.is_empty();
    if is_wide(source) {
        return None;
    }
    told(
        has_column && has_other,
        "the column names the channel of each row, and so does another setting",
        "keep the column, or channel = \"…\" with [[sources.campaigns]]",
    )
    .or_else(|| {
        told(
            !has_column && !has_other,
            "nothing says which channel a row belongs to",
            "name the column, or add channel = \"…\" above [sources.columns]",
        )
    })
}

fn campaigns_have_a_column(source: &Source) -> Complaint {
    let asks = !source.campaigns.is_empty() || source.totals.blank_campaign;
    told(
        !is_wide(source) && asks && source.columns.campaign.is_empty(),
        "the format has no campaigns to tell rows by",
        "name the column in [sources.columns]: campaign = \"…\"",
    )
}

fn outcome_is_wide(source: &Source) -> Complaint {
    told(
        !is_wide(source) && source.columns.outcome.is_some(),
        "only a wide file has a revenue of the whole business",
        "write layout = \"wide\", or the channels' own revenue = \"…\"",
    )
}

fn controls_are_wide(source: &Source) -> Complaint {
    told(
        !is_wide(source) && !source.columns.controls.is_empty(),
        "only a wide file has columns that are kept for models",
        "write layout = \"wide\", or leave the columns out with extra_columns = \"ignore\"",
    )
}

fn spread_has_a_revenue(source: &Source) -> Complaint {
    let spreads = source.revenue_spread != RevenueSpread::None;
    told(
        spreads && source.columns.outcome.is_none(),
        "there is no revenue of the whole business to spread",
        "name it in [sources.columns] of a wide file: outcome = \"revenue\"",
    )
}

fn spread_has_a_measure(source: &Source) -> Complaint {
    let columns = &source.columns;
    let (word, names) = match source.revenue_spread {
        RevenueSpread::None => return None,
        RevenueSpread::Spend => ("spend", &columns.spend),
        RevenueSpread::Impressions => ("impressions", &columns.impressions),
        RevenueSpread::Clicks => ("clicks", &columns.clicks),
        RevenueSpread::Conversions => ("conversions", &columns.conversions),
    };
    names.is_empty().then(|| {
        let hint = format!("name it in [sources.columns]: {word} = \"{{channel}}_{word}\"");
        (format!("the format has no {word} to spread by"), hint)
    })
}

fn only_months_are_spread(source: &Source) -> Complaint {
    told(
        source.spread_over_days && source.grain != Grain::Month,
        "only the figures of months are spread over days",
        "write spread = \"none\", or grain = \"month\"",
    )
}

fn a_day_is_its_own_date(source: &Source) -> Complaint {
    let has_last = source.dated_by == DatedBy::Last;
    let without_day = !dates::has_day(&source.date_format);
    told(
        has_last && source.grain == Grain::Day,
        "a row of one day has no last day of its own",
        "leave dated_by out, or write grain = \"week\" or \"month\"",
    )
    .or_else(|| {
        told(
            has_last && without_day,
            "the dates name no day, so none of them is a last one",
            "leave dated_by out, or write a date_format with its day",
        )
    })
}

fn only_months_have_no_day(source: &Source) -> Complaint {
    told(
        source.grain != Grain::Month && !dates::has_day(&source.date_format),
        "a date without its day names a month",
        "write the day too, such as \"%Y-%m-%d\", or grain = \"month\"",
    )
}

fn marks_differ(source: &Source) -> Complaint {
    let mark = match source.numbers.thousands {
        Thousands::Comma => ',',
        Thousands::Point => '.',
        Thousands::None | Thousands::Space | Thousands::Apostrophe => return None,
    };
    (mark == source.numbers.decimal).then(|| {
        let other = if mark == ',' { '.' } else { ',' };
        (
            format!("\"{mark}\" would be the mark of decimals and of thousands"),
            format!("write thousands = \"{other}\" or \"none\", or decimal = \"{other}\""),
        )
    })
}

fn totals_are_not_filtered_out(source: &Source) -> Complaint {
    let (marked, _) = source.totals.marked.as_ref()?;
    let filters = |name: &String| name.to_lowercase() == marked.to_lowercase();
    source.only.keys().any(filters).then(|| {
        (
            format!("only chooses rows by {}, which marks the totals", quoted(marked)),
            "write marked = false in [sources.totals], or choose the rows by another column"
                .to_owned(),
        )
    })
}

fn checked_labels_are_labels(source: &Source) -> Complaint {
    let labels: Vec<String> =
        source.totals.labels.iter().map(|label| totals_rows::folded(label)).collect();
    let is_label = |checked: &str| {
        let checked = totals_rows::folded(checked);
        labels.iter().any(|label| checked.starts_with(label))
    };
    let stranger = source.totals.check.iter().find(|checked| !is_label(checked))?;
    Some((
        format!("{} begins with none of the labels", quoted(stranger)),
        "add the label that totals rows begin with, such as labels = [\"Total:\"]".to_owned(),
    ))
}
