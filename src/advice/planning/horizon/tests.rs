use super::*;
use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::fitted::testing::fitted;
use crate::advice::mmm::response::Response;
use crate::advice::mmm::saturation::Saturation;

fn close(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} {expected}");
}

#[test]
fn one_percent_more_is_what_a_further_unit_brings() {
    let saturation = Saturation::Logarithm { scale: 100.0 };
    let response = Response { adstock: Adstock::None, saturation, coefficient: 50.0 };
    let fitted = fitted(Grain::Week, response, 5.0);
    let horizon = Horizon::of(&fitted);
    assert_eq!(horizon.present(), [100.0]);
    // 50 · ln 2, and 50 / (100 + 100).
    close(horizon.point(0, 100.0).revenue, 34.657_359_028, 1e-8);
    close(horizon.point(0, 100.0).marginal, 0.25, 1e-12);
    // 50 · (ln 2.01 − ln 2) of one unit more; a tenth of it is its deviation, 1.644854 of that an end.
    let found = horizon.marginal_roas(0, 0.9).expect("it spends");
    close(found.mean, 0.249_377_07, 1e-8);
    close(found.low, 0.208_358_2, 1e-6);
    close(found.high, 0.290_396_0, 1e-6);
}

#[test]
fn what_is_left_behind_is_followed_and_what_is_carried_in_is_not_counted() {
    let adstock = Adstock::Geometric { decay: 0.5 };
    let response = Response { adstock, saturation: Saturation::None, coefficient: 2.0 };
    let fitted = fitted(Grain::Week, response, 0.0);
    let horizon = Horizon::of(&fitted);
    // A unit of spend adds up to 1 / (1 − 0.5), and each to 2 of revenue; a ten-thousandth is cut.
    close(horizon.point(0, 10.0).revenue, 40.0, 40.0 * 5e-4);
    close(horizon.point(0, 10.0).marginal, 4.0, 4.0 * 5e-4);
    close(horizon.point(0, 0.0).revenue, 0.0, 0.0);
    let nothing = horizon.difference(&[7.0], &[7.0], 0.9);
    assert_eq!((nothing.mean, nothing.low, nothing.high), (0.0, 0.0, 0.0));
}

#[test]
fn a_week_of_days_is_seven_of_them_and_history_ends_with_the_most_of_them() {
    let saturation = Saturation::None;
    let response = Response { adstock: Adstock::None, saturation, coefficient: 2.0 };
    let days = fitted(Grain::Day, response, 0.0);
    let horizon = Horizon::of(&days);
    assert_eq!((horizon.present(), horizon.unit()), (vec![700.0], "week"));
    close(horizon.point(0, 70.0).revenue, 140.0, 1e-9);
    assert!(horizon.is_within_history(0, 700.0) && !horizon.is_within_history(0, 701.0));
    let months = fitted(Grain::Month, response, 0.0);
    let horizon = Horizon::of(&months);
    assert_eq!((horizon.present(), horizon.unit()), (vec![100.0], "month"));
    assert!(!horizon.is_within_history(0, 101.0));
}

#[test]
fn a_tabulated_horizon_says_the_same_within_a_thousandth() {
    let adstock = Adstock::Geometric { decay: 0.5 };
    for saturation in [
        Saturation::Logarithm { scale: 100.0 },
        Saturation::Hill { half_saturation: 120.0, slope: 2.5 },
        Saturation::Hill { half_saturation: 60.0, slope: 0.7 },
    ] {
        for grain in [Grain::Day, Grain::Week] {
            let fitted = fitted(grain, Response { adstock, saturation, coefficient: 50.0 }, 5.0);
            let exact = Horizon::of(&fitted);
            let quick = Horizon::keeping(fitted.clone()).tabulated(&[2000.0]);
            for spend in [0.0, 0.5, 100.0, 733.0, 1999.0, 2000.0, 5000.0] {
                let (one, other) =
                    (exact.revenue(&[spend], 0.9), quick.quick_revenue(&[spend], 0.9));
                let within = 1e-3 * exact.revenue(&[2000.0], 0.9).mean;
                close(other.mean, one.mean, within);
                close(other.low, one.low, within);
                close(other.high, one.high, within);
                close(quick.revenue(&[spend], 0.9).low, one.low, within);
            }
        }
    }
}
