//! What a decision rests on → the section of the explanation that names weeks, gaps and files.

use super::{Block, item, paragraph};
use crate::decision::Decision;
use crate::domain::text::escape;
use crate::domain::{Day, EvidenceWeights};
use crate::report::json::missing_days;
use crate::report::words;

/// The weeks of the evidence, each channel's gaps in them, and how many files they came from.
pub fn blocks(decision: &Decision) -> Vec<Block> {
    let mut blocks = vec![paragraph(weeks(decision))];
    for (channel, days) in gaps(decision) {
        blocks.push(item(format!("{channel}: no data for {}", words::days(&days))));
    }
    blocks.push(paragraph(match decision.history.files.len() {
        0 => "No file has been taken yet.".to_owned(),
        1 => "All data came from 1 file, which decision.json names by its SHA-256 digest; the \
              archive keeps it."
            .to_owned(),
        number => format!(
            "All data came from {number} files, which decision.json names by their SHA-256 \
             digests; the archive keeps them."
        ),
    }));
    blocks
}

fn weeks(decision: &Decision) -> String {
    let rules = &decision.account.rules;
    let history = &decision.history;
    let positions = history.newest(rules.lookback_weeks);
    let (Some(first), Some(last)) =
        (history.weeks.get(positions.start), history.weeks.get(positions.end.wrapping_sub(1)))
    else {
        return "There are no data of any week before.".to_owned();
    };
    let span = words::span(first.first_day(), last.last_day());
    let counted = match rules.evidence_weights {
        EvidenceWeights::Flat => "each week counts once".to_owned(),
        EvidenceWeights::Linear => {
            let most = rules.lookback_weeks;
            format!("the newest week counts {most} times, each older one once less")
        }
    };
    let number = positions.len();
    let weeks = words::count(number, "full week");
    let short = if u32::try_from(number).is_ok_and(|number| number < rules.lookback_weeks) {
        format!(" (the rules ask for {}, but the data begin later)", rules.lookback_weeks)
    } else {
        String::new()
    };
    let gaps = if gaps(decision).is_empty() {
        "Every channel has data for each day."
    } else {
        "Days without data count as nothing spent and nothing earned:"
    };
    format!("ROI is taken over {weeks}, {span}{short}; {counted}. {gaps}")
}

/// Channels with days of the evidence that no row states, by name. Paused ones aren't waited for.
fn gaps(decision: &Decision) -> Vec<(String, Vec<Day>)> {
    let history = &decision.history;
    let positions = history.newest(decision.account.rules.lookback_weeks);
    let mut gaps = Vec::new();
    for channel in &history.channels {
        let paused = decision.account.channel(&channel.channel).is_some_and(|found| found.paused);
        let days: Vec<Day> = positions
            .clone()
            .flat_map(|position| missing_days(history.weeks[position], &channel.weeks[position]))
            .collect();
        if !paused && !days.is_empty() {
            gaps.push((escape(channel.channel.as_str()), days));
        }
    }
    gaps
}
