//! `response_curves.csv`: what each channel brings at steady spends, with the interval.

use super::estimate_text;
use crate::advice::mmm::curves::{CurvePoint, curve};
use crate::advice::mmm::fitted::Fitted;
use crate::domain::text::spreadsheet_safe;

/// The columns.
const COLUMNS: [&str; 7] = [
    "channel",
    "spend",
    "revenue",
    "revenue_low",
    "revenue_high",
    "marginal_roas",
    "within_history",
];

/// The file, channel after channel.
pub fn response_curves_csv(fitted: &Fitted, confidence: f64) -> Vec<u8> {
    let channels = fitted.series.channels.iter().enumerate();
    curves_csv(channels.map(|(at, it)| (it.name.as_str(), curve(fitted, at, confidence))))
}

/// A row for each point of each channel's curve.
pub(super) fn curves_csv<'a>(
    channels: impl Iterator<Item = (&'a str, Vec<CurvePoint>)>,
) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let invariant = "writing to memory can't fail";
    writer.write_record(COLUMNS).expect(invariant);
    for (channel, points) in channels {
        for point in points {
            let within = if point.is_within_history { "yes" } else { "no" };
            // At no spend many curves begin endlessly steep, and no figure would say so.
            let marginal =
                if point.spend > 0.0 { estimate_text(point.marginal) } else { String::new() };
            let row = [
                spreadsheet_safe(channel),
                estimate_text(point.spend),
                estimate_text(point.revenue.mean),
                estimate_text(point.revenue.low),
                estimate_text(point.revenue.high),
                marginal,
                within.to_owned(),
            ];
            writer.write_record(row).expect(invariant);
        }
    }
    writer.into_inner().expect(invariant)
}
