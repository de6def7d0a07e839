//! `response_curves.csv`: what each channel brings at steady spends, with the interval.

use super::estimate_text;
use crate::advice::mmm::curves::curve;
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
    let mut writer = csv::Writer::from_writer(Vec::new());
    let invariant = "writing to memory can't fail";
    writer.write_record(COLUMNS).expect(invariant);
    for (at, channel) in fitted.series.channels.iter().enumerate() {
        for point in curve(fitted, at, confidence) {
            let within = if point.is_within_history { "yes" } else { "no" };
            let row = [
                spreadsheet_safe(&channel.name),
                estimate_text(point.spend),
                estimate_text(point.revenue.mean),
                estimate_text(point.revenue.low),
                estimate_text(point.revenue.high),
                estimate_text(point.marginal),
                within.to_owned(),
            ];
            writer.write_record(row).expect(invariant);
        }
    }
    writer.into_inner().expect(invariant)
}
