//! `contributions.csv`: per period what was earned, what the model gives, and what of it each
//! channel brought. Cells are rounded so that each row's parts sum to its prediction exactly.

use crate::advice::mmm::fitted::Fitted;
use crate::domain::text::spreadsheet_safe;

/// Digits behind the point: those of most currencies.
const PLACES: u32 = 2;

/// The file: `date,actual_revenue,predicted_revenue,baseline`, then a column per channel.
pub fn contributions_csv(fitted: &Fitted) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let invariant = "writing to memory can't fail";
    let mut header: Vec<String> =
        ["date", "actual_revenue", "predicted_revenue", "baseline"].map(str::to_owned).to_vec();
    let names = fitted.series.channels.iter().map(|channel| spreadsheet_safe(&channel.name));
    header.extend(names);
    writer.write_record(&header).expect(invariant);
    for (period, predicted) in fitted.predicted().into_iter().enumerate() {
        let parts: Vec<i128> =
            fitted.contributions.iter().map(|channel| hundredths(channel[period])).collect();
        // The baseline takes what the rounding of the parts leaves over.
        let baseline = hundredths(predicted) - parts.iter().sum::<i128>();
        let mut row = vec![
            fitted.series.periods[period].to_string(),
            shown(hundredths(fitted.series.outcome[period])),
            shown(hundredths(predicted)),
            shown(baseline),
        ];
        row.extend(parts.into_iter().map(shown));
        writer.write_record(&row).expect(invariant);
    }
    writer.into_inner().expect(invariant)
}

#[expect(clippy::cast_possible_truncation, reason = "figures of a series are at most 10^15")]
fn hundredths(value: f64) -> i128 {
    libm::round(value * f64::from(10u32.pow(PLACES))) as i128
}

fn shown(hundredths: i128) -> String {
    crate::domain::decimal::format(hundredths, 2)
}
