//! What holds for every picture, whatever it is given: XML that a parser of others takes, numbers that are
//! numbers, texts that stay texts; and a few positions by hand.

use proptest::prelude::*;

use super::lines::{Drawing, Line, draw, stack};
use super::rows::{Bar, Fall, Interval, Pair, bars, intervals, pairs, waterfall};
use super::svg::{Canvas, MARGIN, Paint, WIDTH};
use super::{Plot, dates, money, percent, signed};
use crate::domain::Currency;

fn finish(canvas: Canvas, text: &str, height: f64) -> Plot {
    canvas.finish("plot", text, text, text, height)
}

/// The attributes that hold a number.
const NUMBERS: [&str; 13] = [
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "width",
    "height",
    "cx",
    "cy",
    "r",
    "font-size",
    "stroke-width",
];

/// Panics where a picture isn't well formed, or a number isn't one.
fn assert_sound(plot: &Plot) {
    let document = roxmltree::Document::parse(&plot.svg)
        .unwrap_or_else(|error| panic!("{error} in {}", plot.svg));
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        for name in NUMBERS {
            let Some(value) = node.attribute(name).filter(|value| !value.ends_with('%')) else {
                continue;
            };
            let number: f64 = value.parse().unwrap_or_else(|_| panic!("{name}={value}"));
            assert!(number.is_finite(), "{name}={value}");
            assert!(number >= 0.0 || !["width", "height", "r"].contains(&name), "{name}={value}");
        }
        if let Some(path) = node.attribute("d") {
            assert!(!path.contains("NaN") && !path.contains("inf"), "{path}");
        }
        assert!(
            !["script", "style", "foreignObject", "image", "a"].contains(&node.tag_name().name())
        );
    }
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    for id in root.attribute("aria-labelledby").expect("a name").split(' ') {
        assert!(document.descendants().any(|node| node.attribute("id") == Some(id)), "{id}");
    }
}

/// A number of any kind, also none.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        -1e12..1e12f64,
        -10.0..10.0f64,
        Just(0.0),
        Just(-0.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(f64::MIN_POSITIVE),
        Just(f64::MAX),
    ]
}

/// A text of any kind.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just("</svg><script>alert(1)</script>".to_owned()),
        Just("]]>&amp;\"'".to_owned()),
        "\\PC{0,120}",
    ]
}

proptest! {
    #[test]
    fn bars_of_anything_are_sound(rows in proptest::collection::vec((text(), value(), proptest::option::of(value())), 0..8)) {
        let bar = |(label, value, mark): (String, f64, Option<f64>)| Bar {
            text: label.clone(), label, value, mark, paint: Paint::Series(1),
        };
        let mut canvas = Canvas::default();
        let height = bars(&mut canvas, &rows.into_iter().map(bar).collect::<Vec<_>>());
        assert_sound(&finish(canvas, "bars", height));
    }

    #[test]
    fn pairs_and_waterfalls_of_anything_are_sound(rows in proptest::collection::vec((text(), value(), value()), 0..8), at in value(), name in text()) {
        let pair = |(label, first, second): &(String, f64, f64)| Pair {
            label: label.clone(), first: (*first, label.clone()), second: (*second, String::new()),
        };
        let mut canvas = Canvas::default();
        let height = pairs(&mut canvas, &rows.iter().map(pair).collect::<Vec<_>>());
        assert_sound(&finish(canvas, &name, height));
        let fall = |(label, from, to): &(String, f64, f64)| Fall {
            label: label.clone(), text: label.clone(), from: *from, to: *to, is_level: from > to,
        };
        let mut canvas = Canvas::default();
        let height = waterfall(&mut canvas, &rows.iter().map(fall).collect::<Vec<_>>(), Some((at, &name)));
        assert_sound(&finish(canvas, &name, height));
    }

    #[test]
    fn intervals_of_anything_are_sound(rows in proptest::collection::vec((text(), value(), value(), value()), 0..8), at in value()) {
        let interval = |(label, mean, low, high): (String, f64, f64, f64)| Interval {
            text: label.clone(), label, values: [mean, low, high], paint: Paint::Series(2),
        };
        let rows: Vec<Interval> = rows.into_iter().map(interval).collect();
        let mut canvas = Canvas::default();
        let height = intervals(&mut canvas, &rows, Some((at, "here")), &|value| format!("{value:.0}"));
        assert_sound(&finish(canvas, "intervals", height));
    }

    #[test]
    fn lines_of_anything_are_sound(points in proptest::collection::vec((value(), value()), 0..20), name in text(), from_zero in any::<bool>()) {
        let line = Line { name: name.clone(), points: points.clone(), paint: Paint::Series(0), dash: "3 3" };
        let drawing = Drawing {
            lines: vec![line.clone(), line],
            bands: vec![(points.clone(), points.clone(), Paint::Series(3))],
            points: points.iter().map(|at| (*at, 3.0, Paint::Ink)).collect(),
            tick: &|value| format!("{value:.0}"),
            below: vec![(0.0, name.clone())],
            from_zero,
            reference: points.first().map(|at| (at.1, name.clone())),
            divide: points.first().map(|at| (at.0, "from here")),
        };
        let mut canvas = Canvas::default();
        let height = draw(&mut canvas, &drawing);
        assert_sound(&finish(canvas, &name, height));
        let series = vec![(name.clone(), points.iter().map(|at| at.1).collect(), Paint::Series(4))];
        let mut canvas = Canvas::default();
        let height = stack(&mut canvas, &series, vec![(0.0, name.clone())], &|value| format!("{value:.0}"));
        assert_sound(&finish(canvas, &name, height));
    }
}

/// Half as much is half as long: the widest bar fills the room between the margins.
#[test]
fn bars_are_as_long_as_their_values_ask() {
    let bar = |value: f64| Bar {
        label: "a".to_owned(),
        text: String::new(),
        value,
        mark: None,
        paint: Paint::Series(0),
    };
    let mut canvas = Canvas::default();
    let height = bars(&mut canvas, &[bar(200.0), bar(100.0)]);
    let plot = finish(canvas, "two", height);
    let document = roxmltree::Document::parse(&plot.svg).expect("XML");
    let widths: Vec<f64> = document
        .descendants()
        .filter(|node| node.attribute("class") == Some("f-s1"))
        .map(|node| node.attribute("width").expect("a width").parse().expect("a number"))
        .collect();
    let room = WIDTH - 2.0 * MARGIN;
    assert_eq!(widths, [room, room / 2.0]);
}

#[test]
fn money_on_plots_is_written_as_the_currency_is() {
    let inr = Currency::from_code("INR").expect("known");
    assert_eq!(money(inr, 176_953.4), "₹1,76,953");
    assert_eq!(money(inr, 2.5), "₹2.50");
    assert_eq!(money(inr, -0.2e-9), "₹0");
    assert_eq!(money(inr, f64::NAN), "unknown");
    assert_eq!(signed(inr, 1_000.0), "+₹1,000");
    assert_eq!(signed(inr, -1_000.0), "-₹1,000");
    assert_eq!(signed(inr, 0.0), "₹0");
    assert_eq!(percent(inr, 0.354), "35 %");
    assert_eq!(percent(inr, -0.001), "0 %");
}

#[test]
fn the_days_below_a_plot_are_dates_that_nobody_misreads() {
    let days: Vec<_> =
        ["2025-01-06", "2025-01-13"].iter().map(|day| day.parse().expect("a day")).collect();
    assert_eq!(dates(&days), [(0.0, "6 Jan 2025".to_owned()), (1.0, "13 Jan 2025".to_owned())]);
}
