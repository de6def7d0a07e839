//! Plots over time or over spend: lines with bands and points, areas that stack, each named beside its end
//! where there is room.

use super::scale::{Scale, span, ticks};
use super::svg::{Anchor, Canvas, MARGIN, Paint, TEXT, WIDTH, inside, shortened, width_of};

/// How high the part with the lines is.
const HEIGHT: f64 = 200.0;

/// The room at the right for names.
const NAMES: f64 = 118.0;

/// The least distance of two names.
const LEADING: f64 = 14.0;

/// A line.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its name; empty: none is written.
    pub name: String,
    /// Its points; a value that is no number breaks nothing and is left out.
    pub points: Vec<(f64, f64)>,
    /// Its colour.
    pub paint: Paint,
    /// A pattern of dashes; empty: a whole line.
    pub dash: &'static str,
}

/// The upper and the lower edge of an area, and its colour.
pub type Band = (Vec<(f64, f64)>, Vec<(f64, f64)>, Paint);

/// An axis below: positions with their names.
pub type Below = Vec<(f64, String)>;

/// What a plot of lines shows.
pub struct Drawing<'a> {
    /// The lines, the first below the others.
    pub lines: Vec<Line>,
    /// Bands: upper and lower points.
    pub bands: Vec<Band>,
    /// Single points with their size.
    pub points: Vec<((f64, f64), f64, Paint)>,
    /// Names of values on the left.
    pub tick: &'a dyn Fn(f64) -> String,
    /// Names of positions below.
    pub below: Below,
    /// Whether zero is to be seen.
    pub from_zero: bool,
    /// A dashed line at a value, with its name.
    pub reference: Option<(f64, String)>,
    /// Where lines change their meaning: a position and what begins there.
    pub divide: Option<(f64, &'static str)>,
}

/// The left, right, upper and lower end of the lines.
struct Field {
    x: Scale,
    y: Scale,
    right: f64,
}

/// Draws lines; how high the picture is.
pub fn draw(canvas: &mut Canvas, drawing: &Drawing<'_>) -> f64 {
    let all = || {
        let of_bands = drawing.bands.iter().flat_map(|it| it.0.iter().chain(&it.1));
        let of_lines = drawing.lines.iter().flat_map(|it| &it.points);
        of_lines.chain(of_bands).copied().chain(drawing.points.iter().map(|it| it.0))
    };
    let (left, right) = span(all().map(|it| it.0)).unwrap_or((0.0, 1.0));
    let values = all().map(|it| it.1).chain(drawing.reference.iter().map(|it| it.0));
    let (low, high) = span(values).unwrap_or((0.0, 1.0));
    let low = if drawing.from_zero { low.min(0.0) } else { low };
    let field = frame(canvas, (left, right), (low, high), drawing);
    let on = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
        let whole = points.iter().filter(|it| it.0.is_finite() && it.1.is_finite());
        whole.map(|it| (field.x.at(it.0), field.y.at(it.1))).collect()
    };
    // Several bands lie over each other: paler, so that each is seen.
    let opacity = if drawing.bands.len() > 1 { 0.12 } else { 0.2 };
    for (upper, lower, paint) in &drawing.bands {
        canvas.area(&on(upper), &on(lower), *paint, opacity);
    }
    for (at, size, paint) in &drawing.points {
        if let Some(at) = on(&[*at]).first() {
            canvas.dot(*at, *size, *paint, 0.75);
        }
    }
    for line in &drawing.lines {
        canvas.path(&on(&line.points), line.paint, 2.2, line.dash);
    }
    let ends = drawing.lines.iter().filter(|line| !line.name.is_empty());
    let named: Vec<_> = ends
        .filter_map(|line| Some((on(&line.points).last()?.1, line.name.as_str(), line.paint)))
        .collect();
    names(canvas, &field, named);
    HEIGHT + 26.0
}

/// Axes: values at the left above their lines, positions below.
fn frame(canvas: &mut Canvas, x: (f64, f64), y: (f64, f64), drawing: &Drawing<'_>) -> Field {
    let ticks = ticks(y.0, y.1, 4);
    let is_named = drawing.lines.iter().any(|line| !line.name.is_empty());
    let right = WIDTH - MARGIN - if is_named { NAMES } else { 8.0 };
    let widest = ticks.iter().map(|it| width_of(&(drawing.tick)(*it), 12.0)).fold(0.0, f64::max);
    let left = MARGIN + widest + 6.0;
    let field = Field {
        x: Scale::new(x, (left, right)),
        y: Scale::new((ticks[0], ticks[ticks.len() - 1]), (HEIGHT, 8.0)),
        right,
    };
    for value in &ticks {
        let at = field.y.at(*value);
        canvas.line((left, at), (right, at), Paint::Grid, 1.0, "");
        canvas.text(
            (left - 5.0, at + 4.0),
            Anchor::End,
            Paint::Muted,
            12.0,
            &(drawing.tick)(*value),
        );
    }
    for (at, name) in &drawing.below {
        let (middle, name) = inside(field.x.at(*at), name, 12.0);
        canvas.text((middle, HEIGHT + 17.0), Anchor::Middle, Paint::Muted, 12.0, &name);
    }
    if let Some((value, name)) = &drawing.reference {
        let at = field.y.at(*value);
        canvas.line((left, at), (right, at), Paint::Ink, 1.2, "4 3");
        canvas.text((left + 4.0, at - 4.0), Anchor::Start, Paint::Muted, 12.0, name);
    }
    if let Some((position, name)) = drawing.divide {
        let at = field.x.at(position);
        canvas.line((at, 8.0), (at, HEIGHT), Paint::Muted, 1.0, "3 3");
        let (anchor, text_at) = if at > f64::midpoint(left, right) {
            (Anchor::End, at - 4.0)
        } else {
            (Anchor::Start, at + 4.0)
        };
        canvas.text((text_at, 18.0), anchor, Paint::Muted, 12.0, name);
    }
    field
}

/// Names beside the ends of lines, moved apart where they would lie on each other.
fn names(canvas: &mut Canvas, field: &Field, mut named: Vec<(f64, &str, Paint)>) {
    named.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut places: Vec<f64> = named.iter().map(|it| it.0).collect();
    for at in 1..places.len() {
        places[at] = places[at].max(places[at - 1] + LEADING);
    }
    let excess = places.last().map_or(0.0, |last| (last - HEIGHT).max(0.0));
    if excess > 0.0 {
        let last = places.len() - 1;
        places[last] = HEIGHT;
        for at in (0..last).rev() {
            places[at] = places[at].min(places[at + 1] - LEADING);
        }
    }
    for ((end, name, paint), place) in named.into_iter().zip(places) {
        canvas.line((field.right, end), (field.right + 7.0, place), paint, 1.0, "");
        let text = shortened(name, NAMES - 12.0, TEXT);
        canvas.text((field.right + 10.0, place + 4.0), Anchor::Start, Paint::Ink, TEXT, &text);
        canvas.rect((field.right + 7.0, place + 6.0), (12.0_f64.min(NAMES), 0.1), paint, 1.0);
    }
}

/// Areas that stack on each other, from the first upwards: names, values per position; how high it is.
pub fn stack(
    canvas: &mut Canvas,
    series: &[(String, Vec<f64>, Paint)],
    below: Below,
    tick: &dyn Fn(f64) -> String,
) -> f64 {
    let count = series.iter().map(|it| it.1.len()).max().unwrap_or(0);
    let mut edges: Vec<Vec<f64>> = vec![vec![0.0; count]];
    for (_, values, _) in series {
        let under = &edges[edges.len() - 1];
        let over = (0..count).map(|at| under[at] + values.get(at).copied().unwrap_or(0.0).max(0.0));
        edges.push(over.collect());
    }
    let highest = span(edges.iter().flatten().copied()).map_or(1.0, |it| it.1);
    #[expect(clippy::cast_precision_loss, reason = "periods are few")]
    let at = |position: usize| position as f64;
    let named = Line { name: "names".to_owned(), points: Vec::new(), paint: Paint::Ink, dash: "" };
    let drawing = Drawing {
        lines: vec![named],
        bands: Vec::new(),
        points: Vec::new(),
        tick,
        below,
        from_zero: true,
        reference: None,
        divide: None,
    };
    let field = frame(canvas, (0.0, at(count.max(2) - 1)), (0.0, highest), &drawing);
    let line = |edge: &[f64]| -> Vec<(f64, f64)> {
        edge.iter().enumerate().map(|(x, y)| (field.x.at(at(x)), field.y.at(*y))).collect()
    };
    let mut ends = Vec::new();
    for (position, (name, _, paint)) in series.iter().enumerate() {
        let (lower, upper) = (line(&edges[position]), line(&edges[position + 1]));
        canvas.area(&upper, &lower, *paint, 0.8);
        if let (Some(low), Some(high)) = (lower.last(), upper.last()) {
            ends.push((f64::midpoint(low.1, high.1), name.as_str(), *paint));
        }
    }
    names(canvas, &field, ends);
    HEIGHT + 26.0
}
