//! The files say what the series says.

use super::*;

#[test]
fn truth_and_business_files_have_the_figures_of_the_series() {
    let mut world = bare();
    (world.weeks, world.warm_up_weeks) = (2, 1);
    world.baseline.holidays = vec!["01-06".to_owned()];
    let made = folder(&world, 1, false);
    let text = |path: &str| {
        let file = made.files.iter().find(|file| file.path == path);
        file.unwrap_or_else(|| panic!("{path} is there")).text.clone()
    };
    // By hand: 100.00 a day at 12.00 for a click and 40 impressions for each of them; half of an
    // effect of 1000.00; a baseline of 150000.00.
    let truth = text("truth.csv");
    assert_eq!(
        truth.lines().take(2).collect::<Vec<_>>(),
        [
            "date,baseline,google_ads_contribution,noise,revenue",
            "2023-01-02,150000.00,500.00,0.00,150500.00"
        ]
    );
    assert_eq!(truth.lines().count(), 15);
    let business = text("business.csv");
    let line = |number: usize| business.lines().nth(number).map(str::to_owned);
    let header = "date,google_ads_spend,google_ads_impressions,google_ads_clicks,revenue,holiday";
    assert_eq!(line(0).as_deref(), Some(header));
    assert_eq!(line(1).as_deref(), Some("2023-01-02,100.00,320,8,150500.00,0"));
    assert_eq!(line(5).as_deref(), Some("2023-01-06,100.00,320,8,150500.00,1"));
    assert_eq!(
        text("business_weekly.csv"),
        format!(
            "{header}\n2023-01-02,700.00,2240,56,1053500.00,1\n\
             2023-01-09,700.00,2240,56,1053500.00,0\n"
        )
    );
    // 500.00 at 900.00 a conversion are one, to the nearest.
    assert!(text("daily/2023-01-09.csv").starts_with(
        "date,channel,spend,impressions,clicks,conversions,revenue\n\
         2023-01-09,Google Ads,100.00,320,8,1,500.00\n"
    ));
    assert_eq!(made.last_day, "2023-01-15".parse::<Day>().expect("a day"));
    let json: serde_json::Value = serde_json::from_str(&text("truth.json")).expect("JSON");
    assert_eq!(json["channels"][0]["roas"], 5.0);
    assert_eq!(json["channels"][0]["contribution"], 7000.0);
    assert_eq!(json["channels"][0]["response"]["saturation"]["half_saturation"], 100.0);
    assert_eq!(json["baseline"], 2_100_000.0);
    assert_eq!(json["parameters"]["channels"][0]["effect"], 1000.0);
}
