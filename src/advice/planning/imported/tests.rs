//! Files in, curves out; what is refused and why. The two curves of the fixtures are
//! TV 8000·x/(250 + x) and Search 6400·x/(200 + x); `tests/cases/curves/README.md` works them out.

use serde_json::{Value, json};

use super::*;
use crate::advice::planning::{BoundShares, allocate};

const PLAIN: &str = include_str!("../../../../tests/cases/curves/plain.csv");
const ROBYN: &str = include_str!("../../../../tests/cases/curves/RobynModel-1_92_12.json");
const LAID: &str = include_str!("../../../../tests/cases/curves/RobynModel-2_7_1.json");

fn robyn() -> Value {
    serde_json::from_str(ROBYN).expect("JSON")
}

#[track_caller]
fn refused(text: &str) -> String {
    read(text, &[], &[]).expect_err("a refusal").to_string()
}

#[track_caller]
fn near(value: f64, expected: f64, share: f64) {
    assert!((value - expected).abs() <= share * expected.abs(), "{value} is not {expected}");
}

fn told(channel: &str, amount: f64) -> Vec<Told> {
    vec![Told { channel: channel.to_owned(), amount }]
}

#[test]
fn between_points_a_curve_rises_and_lies_near_the_formula() {
    let curves = read(PLAIN, &[], &[]).expect("curves");
    let tv = &curves.channels[0];
    let mut before = 0.0;
    for step in 0..=2700 {
        let spend = f64::from(step);
        let revenue = tv.revenue(spend);
        assert!(revenue >= before, "falls at {spend}");
        before = revenue;
        if step >= 50 {
            near(revenue, 8000.0 * spend / (250.0 + spend), 1e-3);
        }
    }
}

#[test]
fn behind_its_last_point_a_curve_is_flat_and_says_so() {
    let curves =
        read("channel,spend,revenue\nA,0,0\nA,10,50\nA,20,80\n", &[], &[]).expect("curves");
    let channel = &curves.channels[0];
    near(channel.revenue(20.0), 80.0, 1e-12);
    near(channel.revenue(500.0), 80.0, 1e-5);
    assert_eq!(channel.curve(500.0).marginal(300.0), 0.0);
    assert!(channel.is_beyond(20.1) && !channel.is_beyond(20.0));
    // Two such channels and more money than they know: each still has what it can use.
    let two = "channel,spend,revenue\nA,0,0\nA,10,50\nA,20,80\nB,0,0\nB,10,40\nB,20,60\n";
    let channels = read(two, &[], &[]).expect("curves").channels;
    let bounds = BoundShares { low: 0.0, high: 1.0 }.of(100.0, 2);
    let plan = allocate(&plans::curves(&channels, 100.0), &bounds, 100.0).expect("a plan");
    assert!(plan.spends.iter().all(|spend| *spend >= 20.0 - 1e-6), "{plan:?}");
    near(plan.revenue, 140.0, 1e-5);
    assert!(plan.certificate.multiplier < 1e-6, "{plan:?}");
}

#[test]
fn an_s_shaped_curve_of_points_keeps_its_shape() {
    // Nothing until 10, then 10 a unit: the hull would say 5 a unit from the start.
    let text = "channel,spend,revenue\nA,0,0\nA,5,0\nA,10,0\nA,15,50\nA,20,100\n";
    let channel = &read(text, &[], &[]).expect("curves").channels[0];
    assert_eq!(channel.revenue(7.5), 0.0);
    assert!(channel.revenue(12.5) > 0.0 && channel.revenue(12.5) < 50.0);
}

#[test]
fn a_curve_that_begins_late_begins_at_nothing_and_that_is_told() {
    let text = "channel,spend,revenue\nA,10,50\nA,20,80\nA,30,90\n";
    let curves = read(text, &[], &[]).expect("curves");
    assert_eq!(curves.channels[0].revenue(0.0), 0.0);
    assert_eq!(
        curves.notes,
        ["no spend is taken to bring nothing: the first point of A lies above it"]
    );
}

#[test]
fn intervals_lie_straight_between_points_and_end_with_them() {
    let text = "channel,spend,revenue,revenue_low,revenue_high\n\
                A,0,0,0,0\nA,10,50,40,70\nA,20,80,60,120\n";
    let channel = &read(text, &[], &[]).expect("curves").channels[0];
    assert_eq!(channel.interval(10.0), Some((40.0, 70.0)));
    assert_eq!(channel.interval(15.0), Some((50.0, 95.0)));
    assert_eq!(channel.interval(20.5), None);
}

#[test]
fn robyns_curve_is_rebuilt_from_the_spends_of_its_window() {
    // Search, decay 0: 0 to 800 in the window, gamma 0.25: inflexion 200. The 3000 of the week
    // before the window don't count.
    let curves = read(ROBYN, &[], &[]).expect("curves");
    assert_eq!(
        curves.recognised,
        "Robyn model 1_92_12 (Robyn (stable) v3.11.1 [R-4.4.0]), 2 channels, weekly"
    );
    let search = &curves.channels[1];
    assert_eq!(search.present, Some(400.0));
    assert_eq!(search.known_to, Some(800.0));
    let hill = Shape::Hill { coefficient: 6400.0, alpha: 1.0, inflexion: 200.0, carryover: 0.0 };
    assert_eq!(search.shape, hill);
    near(search.revenue(600.0), 4800.0, 1e-12);
}

#[test]
fn robyns_carryover_is_that_of_its_window() {
    // Decay 0.5 on 4000, 0, 1000, 500, 500: 4000, 2000, 2000, 1500, 1250. In the window of the last
    // four: least 1250, most 2000, so an inflexion of 1250 · 0.75 + 2000 · 0.25 = 1437.5; carried
    // over 2000 + 1000 + 1000 + 750 = 4750, a week 1187.5.
    let mut json = robyn();
    json["ExportedModel"]["hyper_values"]["tv_S_thetas"] = json!([0.5]);
    let curves = read(&json.to_string(), &[], &[]).expect("curves");
    let Shape::Hill { inflexion, carryover, .. } = curves.channels[0].shape else {
        panic!("a formula")
    };
    near(inflexion, 1437.5, 1e-12);
    near(carryover, 1187.5, 1e-12);
    // The stated mean response is that of decay 0: the difference is told.
    assert!(curves.notes.iter().any(|note| note.contains("differs") && note.contains("tv_S")));
}

#[test]
fn robyns_weibull_scale_is_a_share_of_all_periods() {
    // Five periods, scale 0.25: 1 + 4 · 0.25 = 2. CDF with shape 1: what is left is e^−½, then
    // e^−½ · e^−1, and so on: 1, e^−0.5, e^−1.5, e^−3, e^−5. A single spend of 100 in the first.
    let mut json = robyn();
    json["InputCollect"]["adstock"] = json!(["weibull_cdf"]);
    json["InputCollect"]["rollingWindowStartWhich"] = json!([1]);
    for name in ["tv_S", "search_S"] {
        let values = json["ExportedModel"]["hyper_values"].as_object_mut().expect("values");
        values.insert(format!("{name}_shapes"), json!([1]));
        values.insert(format!("{name}_scales"), json!([0.25]));
    }
    for week in 0..5 {
        json["Extras"]["raw_data"][week]["tv_S"] = json!(if week == 0 { 100 } else { 0 });
    }
    let curves = read(&json.to_string(), &[], &[]).expect("curves");
    let Shape::Hill { inflexion, carryover, .. } = curves.channels[0].shape else {
        panic!("a formula")
    };
    let left = [(-0.5f64).exp(), (-1.5f64).exp(), (-3.0f64).exp(), (-5.0f64).exp()];
    near(inflexion, 100.0 * (left[3] * 0.75 + 0.25), 1e-12);
    near(carryover, 20.0 * left.iter().sum::<f64>(), 1e-12);
    json["InputCollect"]["adstock"] = json!(["weibull_pdf"]);
    assert!(read(&json.to_string(), &[], &[]).is_ok());
}

#[test]
fn without_spends_robyns_curve_passes_through_the_stated_response() {
    // TV, decay 0.5: 500 a week leave 500 more; 6400 of 8000 at 1000 make an inflexion of 250.
    let curves = read(LAID, &[], &[]).expect("curves");
    let tv = &curves.channels[0];
    let Shape::Hill { inflexion, carryover, .. } = tv.shape else { panic!("a formula") };
    near(inflexion, 250.0, 1e-12);
    near(carryover, 500.0, 1e-12);
    near(tv.revenue(500.0), 6400.0, 1e-12);
    near(tv.revenue(750.0), 8000.0 * 1250.0 / 1500.0, 1e-12);
    assert_eq!(tv.known_to, None);
    assert!(curves.notes[0].starts_with("the file does not hold the spends"), "{curves:?}");
}

#[test]
fn a_model_without_spends_before_3_10_is_refused_with_the_way_out() {
    let old = LAID.replace("v3.10.3", "v3.9.0");
    let error = read(&old, &[], &[]).expect_err("a refusal");
    assert!(error.to_string().starts_with("the Robyn model lacks Extras.raw_data"), "{error}");
    assert!(error.hint().contains("raw_data = InputCollect$dt_input"));
    let unnamed = LAID.replace("\"version\"", "\"other\"");
    assert!(refused(&unnamed).contains("Extras.raw_data"));
}

#[test]
fn what_robyns_model_lacks_is_named() {
    type Break = fn(&mut Value);
    let cases: [(Break, &str); 14] = [
        (|it| drop(it.as_object_mut().unwrap().shift_remove("ExportedModel")), "\"ExportedModel\""),
        (|it| drop(it.as_object_mut().unwrap().shift_remove("InputCollect")), "\"InputCollect\""),
        (|it| it["InputCollect"]["paid_media_spends"] = json!([]), "paid_media_spends"),
        (|it| it["InputCollect"]["adstock"] = json!([]), "lacks InputCollect.adstock"),
        (|it| it["InputCollect"]["adstock"] = json!(["delayed"]), "adstock = delayed"),
        (|it| it["InputCollect"]["rollingWindowEndWhich"] = json!([9]), "2 to 9"),
        (
            |it| it["ExportedModel"]["hyper_values"]["tv_S_alphas"] = json!("NA"),
            "lacks hyper_values.tv_S_alphas",
        ),
        (
            |it| it["ExportedModel"]["hyper_values"]["tv_S_gammas"] = json!([null]),
            "lacks hyper_values.tv_S_gammas",
        ),
        (
            |it| it["ExportedModel"]["hyper_values"]["tv_S_thetas"] = json!([1]),
            "thetas of tv_S = 1: it must be below 1",
        ),
        (|it| it["ExportedModel"]["summary"][2]["coef"] = json!(null), "lacks coef of tv_S"),
        (|it| it["ExportedModel"]["summary"][2]["coef"] = json!(-1), "coef of tv_S = -1"),
        (
            |it| {
                drop(
                    it["ExportedModel"]["summary"][2].as_object_mut().unwrap().remove("mean_spend"),
                );
            },
            "lacks mean_spend of tv_S",
        ),
        (
            |it| it["Extras"]["raw_data"][3]["search_S"] = json!("NA"),
            "lacks search_S in row 4 of Extras.raw_data",
        ),
        (
            |it| it["ExportedModel"]["summary"][3]["variable"] = json!("search_clicks"),
            "\"search_S\" was modelled on search_clicks",
        ),
    ];
    for (change, expected) in cases {
        let mut json = robyn();
        change(&mut json);
        let said = refused(&json.to_string());
        assert!(said.contains(expected), "{said:?} has no {expected:?}");
    }
    let inputs = "{\"InputCollect\": {}}";
    assert!(refused(inputs).contains("without \"ExportedModel\""));
    assert!(refused("[1, 2").contains("JSON: it ends too early"));
    assert!(refused(&"[".repeat(100_000)).contains("JSON: it is damaged"));
}

#[test]
fn a_channel_that_brings_nothing_by_robyns_model_stays_and_is_named() {
    let mut json = robyn();
    json["ExportedModel"]["summary"][2]["coef"] = json!(0);
    let curves = read(&json.to_string(), &[], &[]).expect("curves");
    assert_eq!(curves.channels[0].revenue(500.0), 0.0);
    assert!(curves.notes.iter().any(|note| note.contains("tv_S bring nothing")), "{curves:?}");
}

#[test]
fn metrics_in_blocks_are_read_as_metrics_in_turn() {
    let text = "metric,channel,spend_multiplier,spend,incremental_outcome\n\
        mean,A,0,0,0\nmean,A,1,10,50\nmean,A,2,20,80\n\
        ci_lo,A,0,0,0\nci_lo,A,1,10,40\nci_lo,A,2,20,60\n\
        ci_hi,A,0,0,0\nci_hi,A,1,10,70\nci_hi,A,2,20,120\n";
    let curves = read(text, &[], &[]).expect("curves");
    assert_eq!(curves.channels[0].interval(10.0), Some((40.0, 70.0)));
    assert_eq!(curves.channels[0].present, Some(10.0));
    let medians = text.replace("mean,", "median,");
    let notes = read(&medians, &[], &[]).expect("curves").notes;
    assert!(notes[0].contains("medians are planned on"), "{notes:?}");
    assert!(refused(&text.replace("ci_hi,A,1", "sd,A,1")).contains("\"sd\" is no metric"));
}

#[test]
fn a_scale_is_asked_for_by_channel_and_multiplies_x() {
    let text = "x,channel,mean\n0,A,0\n0.5,A,50\n1,A,80\n";
    assert!(refused(text).ends_with("doesn't tell the scale of A"));
    let curves = read(text, &told("a", 200.0), &told("A", 100.0)).expect("curves");
    near(curves.channels[0].revenue(100.0), 50.0, 1e-12);
    assert_eq!(curves.channels[0].present, Some(100.0));
    let column = "x,channel,mean,channel_scale\n0,A,0,200\n0.5,A,50,200\n1,A,80,200\n";
    assert_eq!(read(column, &[], &[]).expect("curves").channels[0].known_to, Some(200.0));
    assert!(refused(&column.replace("1,A,80,200", "1,A,80,300")).contains("line 4"));
    assert!(refused(&column.replace(",200", ",0")).contains("is no scale"));
    let needless = read(PLAIN, &told("TV", 2.0), &[]).expect_err("a refusal");
    assert!(needless.to_string().starts_with("--scale is for curves of PyMC-Marketing"));
    let unknown = read(text, &told("B", 2.0), &[]).expect_err("a refusal").to_string();
    assert_eq!(unknown, "the file has no channel \"B\"; it has A");
}

#[test]
fn responses_in_the_models_own_scale_are_pointed_out() {
    let text = "x,channel,mean\n0,A,0\n0.5,A,0.5\n1,A,0.8\n";
    let notes = read(text, &told("A", 200.0), &[]).expect("curves").notes;
    assert!(notes[1].starts_with("no response is above 0.80: that looks like"), "{notes:?}");
    let money = text.replace("0.8", "800");
    let notes = read(&money, &told("A", 200.0), &[]).expect("curves").notes;
    assert!(notes[1].contains("original scale, as exports have it"), "{notes:?}");
}

#[test]
fn faults_of_a_table_are_named_with_their_line() {
    let cases = [
        ("", "holds no curve"),
        ("channel,spend,revenue\n", "holds no curve"),
        ("channel,cost,sales\nA,1,2\n", "the columns are channel, cost, sales"),
        ("channel,spend,revenue\nA,0,0\nA,1\n", "line 3: the file can't be read as CSV: it has 2"),
        ("channel,spend,revenue\nA,0,0\nA,x,1\n", "line 3, column spend: \"x\" is not a number"),
        ("channel,spend,revenue\nA,0,0\nA,,1\n", "line 3, column spend: \"\" is blank"),
        ("channel,spend,revenue\nA,-1,0\n", "line 2, column spend: \"-1\" is negative"),
        ("channel,spend,revenue\nA,1,-2\n", "line 2, column revenue: \"-2\" is negative"),
        ("channel,spend,revenue\nA,1,inf\n", "line 2, column revenue: \"inf\" is not finite"),
        ("channel,spend,revenue\nA,1,NaN\n", "line 2, column revenue: \"NaN\" is not finite"),
        ("channel,spend,revenue\nA,1,1e16\n", "is larger than any amount can be"),
        ("channel,spend,revenue\n,1,1\n", "line 2, column channel: \"\" is no name"),
        ("channel,spend,revenue\nA,0,0\nA,1,1\n", "channel \"A\", line 2: 2 points make no curve"),
        (
            "channel,spend,revenue\nA,0,0\nA,2,1\nA,1,2\n",
            "channel \"A\", line 4: spend 1 does not come after 2",
        ),
        (
            "channel,spend,revenue\nA,0,0\nA,1,1\nA,1,1\n",
            "channel \"A\", line 4: spend 1 does not come after 1",
        ),
        (
            "channel,spend,revenue\nA,0,0\nA,1,5\nA,2,4\n",
            "channel \"A\", line 4: the curve falls from 5 to 4",
        ),
        (
            "channel,spend,revenue\nA,0,0\nA,1,5\nA,2,6\na,0,0\na,1,5\na,2,6\n",
            "the channels \"A\" and \"a\" differ in case alone",
        ),
        (
            "channel,spend,revenue,current_spend\nA,0,0,1\nA,1,5,2\nA,2,6,1\n",
            "line 3, column current_spend: \"2\" is not what the rows before say",
        ),
    ];
    for (text, expected) in cases {
        let said = refused(text);
        assert!(said.contains(expected), "{said:?} has no {expected:?}");
    }
}

#[test]
fn text_of_the_file_is_shown_escaped_and_short() {
    let said = refused("channel,spend,revenue\n\"A\u{1b}[2J\",0,0\n\"A\u{1b}[2J\",0,0\n");
    assert!(!said.contains('\u{1b}') && said.contains("\\u{1b}"), "{said}");
    let long = format!("channel,spend,revenue\nA,{},0\n", "9x".repeat(5_000));
    assert!(refused(&long).len() < 300);
    assert!(refused(&format!("{}\n1", "a,".repeat(5_000))).len() < 300);
}

#[test]
fn more_channels_or_points_than_are_looked_at_are_refused() {
    use std::fmt::Write as _;
    let mut many = "channel,spend,revenue\n".to_owned();
    for channel in 0..=CHANNELS_MAX {
        writeln!(many, "C{channel},0,0").expect("text");
    }
    assert_eq!(refused(&many), "there are more than 200 channels");
    let mut long = "channel,spend,revenue\n".to_owned();
    for point in 0..=POINTS_MAX {
        writeln!(long, "A,{point},{point}").expect("text");
    }
    assert_eq!(refused(&long), "there are more than 1000 points for channel \"A\"");
}

#[test]
fn separators_byte_order_marks_and_index_columns_are_understood() {
    for text in [
        "\u{feff}Channel;Spend;Revenue\r\nA;0;0\r\nA;10;50\r\nA;20;80\r\n",
        "channel\tspend\trevenue\nA\t0\t0\nA\t10\t50\nA\t20\t80\n",
        ",channel,spend,revenue\n0,A,0,0\n1,A,10.0,5e1\n2,A,20,80\n",
    ] {
        let curves = read(text, &[], &[]).expect("curves");
        near(curves.channels[0].revenue(10.0), 50.0, 1e-12);
    }
}
