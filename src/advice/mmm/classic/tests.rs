use super::*;
use crate::advice::mmm::rows::DailyRow;

#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
pub(crate) fn facebook() -> Option<Vec<DailyRow>> {
    let path = "../shared/data/facebook_ads_daily/facebook_ads_raw.csv";
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: the Facebook data are not there");
        return None;
    };
    let number = |cell: &str| cell.trim().parse::<f64>().ok();
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        DailyRow {
            day: cells[0].parse().expect("a day"),
            channel: cells[1].to_owned(),
            spend: number(cells[2]),
            impressions: number(cells[3]),
            clicks: number(cells[4]),
            conversions: number(cells[5]),
            revenue: number(cells[6]),
        }
    });
    Some(rows.collect())
}

/// R² 0.665, MAE 11,131, MAPE 0.419 are the figures that the reference pipeline prints.
#[test]
fn the_facebook_data_give_the_reference_figures() {
    let Some(rows) = facebook() else { return };
    let classic = run(&rows).expect("a model");
    let test = classic.scores_test;
    assert_eq!(test.periods, 18);
    assert_eq!(format!("{:.3}", test.r2.expect("an R²")), "0.665");
    assert_eq!(format!("{:.0}", test.mae), "11131");
    assert_eq!(format!("{:.3}", test.mape.expect("a MAPE")), "0.419");
}
