//! Plots of one row for each thing: bars, pairs of bars, intervals and waterfalls. The name stands above
//! its bar, so that it is read on a phone, too.

use super::scale::{Scale, span, ticks};
use super::svg::{Anchor, Canvas, MARGIN, Paint, TEXT, WIDTH, inside, shortened, width_of};

/// The left and the right end of bars.
const LEFT: f64 = MARGIN;
const RIGHT: f64 = WIDTH - MARGIN;

/// A bar.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Its name.
    pub label: String,
    /// What is written at its end.
    pub text: String,
    /// Its length.
    pub value: f64,
    /// A mark on the same scale, such as the value before.
    pub mark: Option<f64>,
    /// Its colour.
    pub paint: Paint,
}

/// The name of a row and its figures, above its bar.
fn row_text(canvas: &mut Canvas, y: f64, label: &str, text: &str) {
    let room = RIGHT - LEFT - width_of(text, TEXT) - 12.0;
    canvas.text((LEFT, y), Anchor::Start, Paint::Ink, TEXT, &shortened(label, room, TEXT));
    canvas.text((RIGHT, y), Anchor::End, Paint::Ink, TEXT, text);
}

/// Bars from zero, and how high they are together.
pub fn bars(canvas: &mut Canvas, bars: &[Bar]) -> f64 {
    let values = bars.iter().flat_map(|bar| [Some(bar.value), bar.mark]).flatten();
    let (low, high) = span(values).unwrap_or((0.0, 1.0));
    let scale =
        Scale::new((low.min(0.0), high.max(0.0).max(low + f64::MIN_POSITIVE)), (LEFT, RIGHT));
    let mut y = 0.0;
    for bar in bars {
        row_text(canvas, y + 13.0, &bar.label, &bar.text);
        canvas.rect(
            (scale.at(0.0), y + 19.0),
            (scale.at(bar.value) - scale.at(0.0), 11.0),
            bar.paint,
            1.0,
        );
        if let Some(value) = bar.mark {
            let x = scale.at(value).clamp(LEFT + 1.0, RIGHT - 1.0);
            upright(canvas, x, y + 24.5);
        }
        y += 42.0;
    }
    if low < 0.0 {
        canvas.line((scale.at(0.0), 0.0), (scale.at(0.0), y - 8.0), Paint::Muted, 1.0, "");
    }
    y
}

/// Two figures of one thing on one scale.
#[derive(Debug, Clone)]
pub struct Pair {
    /// What they are of.
    pub label: String,
    /// Value and text of the first.
    pub first: (f64, String),
    /// Value and text of the second.
    pub second: (f64, String),
}

/// Pairs of bars, and how high they are together.
pub fn pairs(canvas: &mut Canvas, pairs: &[Pair]) -> f64 {
    const ROOM: f64 = 150.0;
    let values = pairs.iter().flat_map(|pair| [pair.first.0, pair.second.0]);
    let (low, high) = span(values).unwrap_or((0.0, 1.0));
    let scale = Scale::new(
        (low.min(0.0), high.max(0.0).max(low + f64::MIN_POSITIVE)),
        (LEFT, RIGHT - ROOM),
    );
    let mut y = 0.0;
    for pair in pairs {
        let label = shortened(&pair.label, RIGHT - LEFT, TEXT);
        canvas.text((LEFT, y + 13.0), Anchor::Start, Paint::Ink, TEXT, &label);
        for (row, (value, text)) in [(0u8, &pair.first), (1, &pair.second)] {
            let top = y + 19.0 + f64::from(row) * 15.0;
            let paint = Paint::Series(usize::from(row));
            canvas.rect((scale.at(0.0), top), (scale.at(*value) - scale.at(0.0), 11.0), paint, 1.0);
            let end = scale.at(value.max(0.0)) + 5.0;
            canvas.text((end, top + 10.0), Anchor::Start, Paint::Ink, 12.0, text);
        }
        y += 60.0;
    }
    y
}

/// An estimate with its interval.
#[derive(Debug, Clone)]
pub struct Interval {
    /// What it is of.
    pub label: String,
    /// It in words.
    pub text: String,
    /// Mean, lower and upper end.
    pub values: [f64; 3],
    /// Its colour.
    pub paint: Paint,
}

/// Intervals above an axis with `unit` written by `tick`, a reference line at `reference` with its
/// name, and how high they are together.
pub fn intervals(
    canvas: &mut Canvas,
    intervals: &[Interval],
    reference: Option<(f64, &str)>,
    tick: &dyn Fn(f64) -> String,
) -> f64 {
    let values = intervals.iter().flat_map(|it| it.values).chain(reference.map(|it| it.0));
    let (low, high) = span(values).unwrap_or((0.0, 1.0));
    let ticks = ticks(low.min(0.0), high, 4);
    let (first, last) = (ticks[0], ticks[ticks.len() - 1]);
    let widest = ticks.iter().map(|it| width_of(&tick(*it), 12.0)).fold(0.0, f64::max);
    let scale = Scale::new((first, last), (LEFT + widest / 2.0, RIGHT - widest / 2.0));
    let top = if reference.is_some() { 18.0 } else { 0.0 };
    #[expect(clippy::cast_precision_loss, reason = "rows are few")]
    let bottom = top + 38.0 * intervals.len() as f64;
    for value in &ticks {
        let x = scale.at(*value);
        canvas.text((x, bottom + 15.0), Anchor::Middle, Paint::Muted, 12.0, &tick(*value));
    }
    if let Some((value, name)) = reference {
        name_above(canvas, scale.at(value), name);
    }
    let mut y = top;
    for it in intervals {
        // The lines to read by stop at each row's text.
        for value in &ticks {
            let x = scale.at(*value);
            canvas.line((x, y + 18.0), (x, y + 32.0), Paint::Grid, 1.0, "");
        }
        if let Some((value, _)) = reference {
            upright(canvas, scale.at(value), y + 25.0);
        }
        row_text(canvas, y + 14.0, &it.label, &it.text);
        let [mean, low, high] = it.values;
        canvas.line((scale.at(low), y + 25.0), (scale.at(high), y + 25.0), it.paint, 4.0, "");
        canvas.dot((scale.at(mean), y + 25.0), 5.5, it.paint, 1.0);
        y += 38.0;
    }
    bottom + 22.0
}

/// A step of a waterfall.
#[derive(Debug, Clone)]
pub struct Fall {
    /// What happens.
    pub label: String,
    /// It in figures.
    pub text: String,
    /// From where to where.
    pub from: f64,
    /// From where to where.
    pub to: f64,
    /// Whether it is a level, and no change of one.
    pub is_level: bool,
}

/// A waterfall, a line at `reference` through it with its name, and how high it is.
pub fn waterfall(canvas: &mut Canvas, falls: &[Fall], reference: Option<(f64, &str)>) -> f64 {
    let values = falls.iter().flat_map(|fall| [fall.from, fall.to]).chain(reference.map(|it| it.0));
    let (low, high) = span(values).unwrap_or((0.0, 1.0));
    let scale =
        Scale::new((low.min(0.0), high.max(0.0).max(low + f64::MIN_POSITIVE)), (LEFT, RIGHT));
    let top = if reference.is_some() { 18.0 } else { 0.0 };
    let mut y = top;
    for (at, fall) in falls.iter().enumerate() {
        row_text(canvas, y + 13.0, &fall.label, &fall.text);
        let paint = match (fall.is_level, fall.to < fall.from) {
            (true, _) => Paint::Series(super::svg::GREY),
            (false, false) => Paint::Series(0),
            (false, true) => Paint::Series(1),
        };
        let (start, end) = (scale.at(fall.from), scale.at(fall.to));
        // What hardly moves is still to be seen.
        let width = if (end - start).abs() < 2.0 { 2.0 } else { end - start };
        canvas.rect((start, y + 19.0), (width, 11.0), paint, 1.0);
        if at + 1 < falls.len() {
            // Only beside the bars, so that it crosses no text.
            canvas.line((end, y + 30.0), (end, y + 36.0), Paint::Muted, 0.8, "2 2");
            canvas.line((end, y + 51.0), (end, y + 57.0), Paint::Muted, 0.8, "2 2");
        }
        y += 38.0;
    }
    if let Some((value, name)) = reference {
        let x = scale.at(value);
        name_above(canvas, x, name);
        let mut at = top;
        for _ in falls {
            upright(canvas, x.clamp(LEFT + 1.0, RIGHT - 1.0), at + 24.5);
            at += 38.0;
        }
    }
    y + 4.0
}

/// An upright mark across a bar whose middle is at `y`, so short that it crosses no text.
fn upright(canvas: &mut Canvas, x: f64, y: f64) {
    canvas.line((x, y - 8.0), (x, y + 8.0), Paint::Ink, 1.6, "");
}

/// The name of a mark above the first row.
fn name_above(canvas: &mut Canvas, x: f64, name: &str) {
    let (middle, name) = inside(x, name, 12.0);
    canvas.text((middle, 12.0), Anchor::Middle, Paint::Muted, 12.0, &name);
}
