//! Plain linear models of wide files, through the program.

#[path = "cli/place.rs"]
mod place;

use place::Place;
use serde_json::{Value, json};

/// The twelve features of the published model of the e-commerce layout.
const FEATURES: [&str; 12] = [
    "google_paid_search_spend",
    "google_shopping_spend",
    "google_pmax_spend",
    "meta_facebook_spend",
    "meta_instagram_spend",
    "email_clicks",
    "organic_search_clicks",
    "direct_clicks",
    "branded_search_clicks",
    "year",
    "month",
    "weekday",
];

/// Its coefficients and intercept, as they were published.
const COEFFICIENTS: [f64; 12] = [
    86.755_993_526_531_16,
    46.873_508_363_478_65,
    -23.379_288_801_217_143,
    7.994_608_961_251_046,
    14.367_581_701_344_264,
    80.479_507_395_583_07,
    34.919_731_020_240_94,
    -19.450_302_761_532_25,
    5.154_363_263_573_146,
    19_603.649_444_675_1,
    2_600.523_045_429_545,
    -1_347.359_433_019_133,
];
const INTERCEPT: f64 = -39_674_413.379_902_62;

const VALUES: [&str; 12] = [
    "100000", "50000", "20000", "30000", "15000", "5000", "8000", "4000", "6000", "2024", "5", "2",
];

fn published() -> Place {
    let place = Place::empty();
    let features: Vec<Value> = FEATURES
        .iter()
        .zip(COEFFICIENTS)
        .map(|(name, coefficient)| json!({"name": name, "coefficient": coefficient}))
        .collect();
    let model = json!({"intercept": INTERCEPT, "features": features});
    place.write("model.json", &model.to_string());
    place
}

/// `whatif --linear` with all features but `left_out`, and more.
fn asked<'a>(values: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["--json", "whatif", "--linear", "model.json"];
    for value in values {
        arguments.extend(["--at", value]);
    }
    arguments.extend(more);
    arguments
}

fn values() -> Vec<String> {
    FEATURES.iter().zip(VALUES).map(|(name, value)| format!("{name}={value}")).collect()
}

#[test]
fn the_published_model_gives_its_published_prediction() {
    let place = published();
    let values = values();
    let told = place.run(&asked(&values, &[])).ends(0).json();
    let cents = told["before"].as_f64().expect("a number") * 100.0;
    assert!((cents - 1_165_560_234.0).abs() < 0.5, "{told}");
    // 10 % of 100,000 times the coefficient.
    let more = ["--set", "google_paid_search_spend=+10%"];
    let told = place.run(&asked(&values, &more)).ends(0).json();
    let difference = told["difference"].as_f64().expect("a number");
    assert!((difference - 867_559.935_265_311_6).abs() < 1e-3, "{told}");
    assert_eq!(told["changes"][0]["after"], 110_000.0);
}

#[test]
fn a_feature_that_is_missing_is_named_and_never_0() {
    let place = published();
    let mut values = values();
    values.remove(10);
    values.remove(1);
    let said = place.run(&asked(&values, &[])).ends(2);
    assert!(
        said.stderr.contains("the feature \"google_shopping_spend\" is missing"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("the feature \"month\" is missing"), "{}", said.stderr);
    assert!(said.stderr.contains("never 0"), "{}", said.stderr);
    values.push("mnth=5".to_owned());
    let said = place.run(&asked(&values, &[])).ends(2);
    assert!(said.stderr.contains("did you mean \"month\"?"), "{}", said.stderr);
    // The account's model and this one are not asked at once.
    place.run(&asked(&values, &["--account", "main"])).ends(2);
}

/// One row for each day and shop: sales = 700 + 3a − 2b + 5 · month, shops in turns, one of which
/// has other rules.
fn wide(rows: u32) -> String {
    let first: chrono::NaiveDate = "2024-01-01".parse().expect("a day");
    let mut text = String::from("Day,Shop,note,a,b,sales\n");
    for row in 0..rows {
        let day = first + chrono::Days::new(u64::from(row / 2));
        let month: u32 = day.format("%m").to_string().parse().expect("a number");
        let (a, b) = (row * 7 % 31, row * row % 17);
        let sales = 700 + 3 * i64::from(a) - 2 * i64::from(b) + 5 * i64::from(month);
        let (shop, sales) = if row % 2 == 0 { ("north", sales) } else { ("south", 1) };
        text.push_str(&format!("{day},{shop},\"x, y\",{a}.00,{b},{sales}.0\n"));
    }
    text
}

const NORTH: [&str; 12] = [
    "model",
    "linear",
    "--data",
    "wide.csv",
    "--outcome",
    "sales",
    "--features",
    "a,b",
    "--date",
    "Day",
    "--where",
    "shop=north",
];

#[test]
fn coefficients_are_found_in_a_file_and_asked_again() {
    let place = Place::empty();
    place.write("wide.csv", &wide(600));
    let arguments = [&["--json"], &NORTH[..], &["--out", "model.json"]].concat();
    let told = place.run(&arguments).ends(0).json();
    // 300 days of 2024 are of one year.
    let read = json!({"rows": 600, "filtered": 300, "left_out": 0, "calendar_left_out": ["year"]});
    assert_eq!(told["read"], read);
    let coefficient = |name: &str| -> f64 {
        let features = told["features"].as_array().expect("a list");
        let found = features.iter().find(|it| it["name"] == name).expect("the feature");
        found["coefficient"].as_f64().expect("a number")
    };
    for (name, truth) in [("a", 3.0), ("b", -2.0), ("month", 5.0), ("weekday", 0.0)] {
        assert!((coefficient(name) - truth).abs() < 1e-6, "{name}: {told}");
    }
    assert_eq!(told["scores"]["test"]["rows"], 60);
    assert!(told["scores"]["test"]["mae"].as_f64().expect("a number") < 1e-6);
    let said = place.run(&["whatif", "--linear", "model.json", "--at", "a=1"]).ends(2);
    assert!(said.stderr.contains("the feature \"b\" is missing"), "{}", said.stderr);
}

#[test]
fn what_can_not_be_fitted_is_named() {
    let place = Place::empty();
    place.write("wide.csv", &wide(600));
    let fit = |more: &[&str]| {
        let base = ["--json", "model", "linear", "--data", "wide.csv", "--outcome", "sales"];
        place.run(&[&base, more].concat())
    };
    let text = wide(600).replace(",sales", ",sales,twice").replace(".0\n", ".0,1\n");
    let doubled: String = text
        .lines()
        .enumerate()
        .map(|(at, line)| match line.rsplit_once(',') {
            Some((rest, _)) if at > 0 => {
                let b: u32 = rest.split(',').nth(5).expect("b").parse().expect("a number");
                format!("{rest},{}\n", 2 * b + 1)
            }
            _ => format!("{line}\n"),
        })
        .collect();
    place.write("doubled.csv", &doubled);
    let base = ["--json", "model", "linear", "--data", "doubled.csv", "--outcome", "sales"];
    let told = place.run(&[&base[..], &["--features", "a,b,twice"]].concat()).ends(1).json();
    assert_eq!(told["reason"], "ill_conditioned");
    assert!(told["text"].as_str().expect("words").contains("twice follows from"), "{told}");
    let told = fit(&["--features", "a", "--where", "Shop=south"]).ends(1).json();
    assert_eq!((&told["reason"], &told["model"]), (&"no_variation".into(), &"none".into()));
    let told = fit(&["--features", "a,b", "--where", "Day=2024-01-03"]).ends(1).json();
    assert_eq!(told["reason"], "not_enough_data");
    let said = fit(&["--features", "aa"]).ends(2);
    assert!(said.stderr.contains("the file has no column \"aa\""), "{}", said.stderr);
    let said = fit(&["--features", "note"]).ends(2);
    assert!(said.stderr.contains("line 2, column note: \"x, y\" is no number"), "{}", said.stderr);
    fit(&["--features", "a,b", "--estimator", "elastic_net", "--positive", "a,b"]).ends(0);
    fit(&["--features", "a", "--positive", "b"]).ends(2);
}
