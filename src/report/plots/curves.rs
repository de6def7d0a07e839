//! A model's shapes → response curves with bands, each channel's curve beside what was observed, the decay of
//! carryover, and coefficients with intervals.

use super::lines::{Drawing, Line, draw};
use super::model::ModelPlots;
use super::rows::{Interval, intervals};
use super::scale::ticks;
use super::svg::{Canvas, GREY, Paint};
use super::{Plot, largest, money, named, paint, per_unit, percent, position};
use crate::advice::mmm::curves::{CurvePoint, curve_to_draw};
use crate::advice::mmm::spread::Part;
use crate::domain::Grain;

/// The most channels with a curve of their own.
const OBSERVED_MAX: usize = 6;

/// Beyond so many curves their bands would hide each other.
const BANDS_MAX: usize = 6;

/// The most observed points of a plot.
const POINTS_MAX: usize = 120;

/// The word for the periods that plans are made of.
pub(super) const fn plan_period(of: &ModelPlots<'_>) -> &'static str {
    match of.fitted.series.grain {
        Grain::Day | Grain::Week => "week",
        Grain::Month => "month",
    }
}

/// The channels by their spend, the largest first, at most as many as have colours.
fn shown(of: &ModelPlots<'_>) -> Vec<usize> {
    let spends: Vec<f64> = of.attribution.channels.iter().map(|it| it.spend).collect();
    let (mut shown, _) = largest(&spends);
    shown.truncate(super::CHANNELS_MAX);
    shown
}

/// Mean spend per period of the last four weeks.
fn present(of: &ModelPlots<'_>, channel: usize) -> f64 {
    let count = match of.fitted.series.grain {
        Grain::Day => 28,
        Grain::Week => 4,
        Grain::Month => 1,
    };
    let spend = &of.fitted.series.channels[channel].spend;
    let newest = &spend[spend.len().saturating_sub(count)..];
    newest.iter().sum::<f64>() / position(newest.len().max(1))
}

/// The revenue of a curve at a spend, between its points.
fn at(curve: &[CurvePoint], spend: f64) -> f64 {
    let after =
        curve.iter().position(|it| it.spend >= spend).unwrap_or(curve.len().saturating_sub(1));
    match (after.checked_sub(1).and_then(|before| curve.get(before)), curve.get(after)) {
        (Some(before), Some(after)) if after.spend > before.spend => {
            let share = ((spend - before.spend) / (after.spend - before.spend)).clamp(0.0, 1.0);
            before.revenue.mean + share * (after.revenue.mean - before.revenue.mean)
        }
        (_, Some(after)) => after.revenue.mean,
        _ => 0.0,
    }
}

fn points(curve: &[CurvePoint], value: impl Fn(&CurvePoint) -> f64) -> Vec<(f64, f64)> {
    curve.iter().map(|it| (it.spend, value(it))).collect()
}

/// The curve within history as a whole line, beyond it as a dashed one.
fn lines_of(curve: &[CurvePoint], name: &str, colour: Paint) -> Vec<Line> {
    let known = curve.iter().filter(|it| it.is_within_history).count();
    let line = |points: &[CurvePoint], name: &str, dash| Line {
        name: name.to_owned(),
        points: self::points(points, |it| it.revenue.mean),
        paint: colour,
        dash,
    };
    vec![line(&curve[..known], "", ""), line(&curve[known.saturating_sub(1)..], name, "3 3")]
}

fn below(of: &ModelPlots<'_>, most: f64) -> Vec<(f64, String)> {
    let round = ticks(0.0, most, 3).into_iter().filter(|spend| *spend <= most);
    round.map(|spend| (spend, money(of.currency(), spend))).collect()
}

/// A channel by its position, and its curve.
type Curve = (usize, Vec<CurvePoint>);

/// All plots of curves: that of all channels, and one for each of the largest.
pub(super) fn curves(of: &ModelPlots<'_>) -> (Plot, Vec<Plot>) {
    let curve = |channel| (channel, curve_to_draw(of.fitted, channel, of.confidence));
    let curves: Vec<Curve> = shown(of).into_iter().map(curve).collect();
    let observed = curves.iter().take(OBSERVED_MAX).map(|it| observed_curve(of, it)).collect();
    (response_curves(of, &curves), observed)
}

fn response_curves(of: &ModelPlots<'_>, curves: &[Curve]) -> Plot {
    let currency = of.currency();
    let name = |channel: usize| named(&of.fitted.series.channels[channel].name);
    let bands = curves
        .iter()
        .take(if curves.len() > BANDS_MAX { 0 } else { BANDS_MAX })
        .map(|(channel, curve)| {
            (
                points(curve, |it| it.revenue.high),
                points(curve, |it| it.revenue.low),
                paint(*channel),
            )
        })
        .collect();
    let lines = curves
        .iter()
        .flat_map(|(channel, curve)| lines_of(curve, &name(*channel), paint(*channel)));
    let now = curves.iter().map(|(channel, curve)| {
        let spend = present(of, *channel);
        ((spend, at(curve, spend)), 5.0, paint(*channel))
    });
    let best = of
        .actions
        .iter()
        .filter_map(|it| Some((it, it.mroas?)))
        .max_by(|a, b| a.1.mean.total_cmp(&b.1.mean));
    let one = crate::report::words::one(currency);
    let title = match best {
        Some((it, mroas)) => format!(
            "The next {one} would bring most in {}: about {}",
            named(&it.channel),
            per_unit(currency, mroas.mean)
        ),
        None => "What each channel brings at other spends".to_owned(),
    };
    let described: Vec<String> = curves
        .iter()
        .map(|(channel, curve)| {
            let spend = present(of, *channel);
            format!(
                "{}: {} at the present {}",
                name(*channel),
                money(currency, at(curve, spend)),
                money(currency, spend)
            )
        })
        .collect();
    let most = curves.iter().filter_map(|(_, curve)| Some(curve.last()?.spend)).fold(0.0, f64::max);
    let tick = |value: f64| money(currency, value);
    let drawing = Drawing {
        lines: lines.collect(),
        bands,
        points: now.collect(),
        tick: &tick,
        below: below(of, most),
        from_zero: true,
        reference: None,
        divide: None,
    };
    let mut canvas = Canvas::default();
    let height = draw(&mut canvas, &drawing);
    let measured = format!(
        "Revenue against spend per {} in {}; the dot is the present spend, dashes are beyond what was ever spent",
        of.fitted.series.grain.word(),
        currency.code()
    );
    canvas.finish("response_curves", &title, &measured, &described.join("; "), height)
}

/// The root of the mean squared error; 0 without any.
fn rmse(errors: impl Iterator<Item = f64>) -> f64 {
    let (mut squares, mut count) = (0.0, 0);
    for error in errors {
        squares += error * error;
        count += 1;
    }
    libm::sqrt(squares / f64::from(count.max(1)))
}

/// A channel's curve with its band, beside what is left of each period's revenue when all else is taken
/// off, and the error of these points.
fn observed_curve(of: &ModelPlots<'_>, (channel, curve): &Curve) -> Plot {
    let channel = *channel;
    let currency = of.currency();
    let (fitted, name) = (of.fitted, named(&of.fitted.series.channels[channel].name));
    let errors: Vec<f64> = fitted
        .series
        .outcome
        .iter()
        .zip(fitted.predicted())
        .map(|(actual, model)| actual - model)
        .collect();
    // The weightiest candidate says which spend works in a period.
    let working = fitted.candidates.first().map_or_else(Vec::new, |candidate| {
        let adstock = candidate.responses[channel].adstock;
        let total = adstock.total();
        let carried = adstock.apply(&fitted.series.channels[channel].spend);
        carried.into_iter().map(|spend| if total > 0.0 { spend / total } else { spend }).collect()
    });
    let observed: Vec<((f64, f64), f64, Paint)> = working
        .iter()
        .zip(&fitted.contributions[channel])
        .zip(&errors)
        .map(|((spend, brought), error)| ((*spend, brought + error), 2.4, Paint::Series(GREY)))
        .collect();
    let newest = observed[observed.len().saturating_sub(POINTS_MAX)..].to_vec();
    let spent = &fitted.series.channels[channel].spend;
    let in_use = errors.iter().zip(spent).filter(|(_, spend)| **spend > 0.0).map(|it| *it.0);
    let (own, combined) = (rmse(in_use), rmse(errors.iter().copied()));
    let spend = present(of, channel);
    let now = at(curve, spend);
    let more = at(curve, spend * 1.1) - now;
    let title = format!(
        "{name}: {} brings about {}; 10 % more adds {}",
        money(currency, spend),
        money(currency, now),
        money(currency, more)
    );
    let mut points_of = newest;
    points_of.push(((spend, now), 5.5, Paint::Series(1)));
    let tick = |value: f64| money(currency, value);
    let drawing = Drawing {
        lines: lines_of(curve, "", paint(0)),
        bands: vec![(
            points(curve, |it| it.revenue.high),
            points(curve, |it| it.revenue.low),
            paint(0),
        )],
        points: points_of,
        tick: &tick,
        below: below(of, curve.last().map_or(0.0, |it| it.spend)),
        from_zero: true,
        reference: None,
        divide: None,
    };
    let mut canvas = Canvas::default();
    let height = draw(&mut canvas, &drawing);
    let measured = format!(
        "Revenue against working spend per {} in {}, {}; grey: periods, all else taken off (RMSE {} where it spent, {} in all)",
        fitted.series.grain.word(),
        currency.code(),
        of.at(),
        money(currency, own),
        money(currency, combined)
    );
    canvas.finish(
        &format!("curve_{channel}"),
        &title,
        &measured,
        &format!(
            "{title}. Root of the mean squared error {} in periods with spend, {} in all",
            money(currency, own),
            money(currency, combined)
        ),
        height,
    )
}

/// How much of an effect comes in each period after the spend.
pub(super) fn adstock_decay(of: &ModelPlots<'_>) -> Plot {
    const PERIODS: usize = 13;
    let currency = of.currency();
    let period = of.fitted.series.grain.word();
    let course = |channel: usize| -> Vec<(f64, f64)> {
        let mut shares = vec![0.0; PERIODS];
        for candidate in &of.fitted.candidates {
            let adstock = candidate.responses[channel].adstock;
            let total = adstock.total();
            for (share, weight) in shares.iter_mut().zip(adstock.weights(PERIODS)) {
                *share += candidate.weight * if total > 0.0 { weight / total } else { 0.0 };
            }
        }
        shares.into_iter().enumerate().map(|(at, share)| (position(at), share)).collect()
    };
    let shown = shown(of);
    let lines: Vec<Line> = shown
        .iter()
        .map(|channel| Line {
            name: named(&of.fitted.series.channels[*channel].name),
            points: course(*channel),
            paint: paint(*channel),
            dash: ["", "7 3", "2 2", "9 3 2 3"][*channel % 4],
        })
        .collect();
    let longest = of.lags.iter().max_by(|a, b| a.half_life.mean.total_cmp(&b.half_life.mean));
    let half = |value: f64| currency.figure(&format!("{value:.1}"));
    let title = match longest {
        Some(lag) => format!(
            "{} lasts longest: half of its effect has come after {} {period}s",
            named(&lag.channel),
            half(lag.half_life.mean)
        ),
        None => "When effects come".to_owned(),
    };
    let described: Vec<String> = of
        .lags
        .iter()
        .map(|lag| {
            format!(
                "{}: half after {} {period}s ({} to {})",
                named(&lag.channel),
                half(lag.half_life.mean),
                half(lag.half_life.low),
                half(lag.half_life.high)
            )
        })
        .collect();
    let tick = |value: f64| percent(currency, value);
    let drawing = Drawing {
        lines,
        bands: Vec::new(),
        points: Vec::new(),
        tick: &tick,
        below: vec![
            (0.0, "at once".to_owned()),
            (6.0, format!("6 {period}s later")),
            (12.0, "12".to_owned()),
        ],
        from_zero: true,
        reference: None,
        divide: None,
    };
    let mut canvas = Canvas::default();
    let height = draw(&mut canvas, &drawing);
    let measured = format!("Share of a spend's effect that comes in each {period} after it");
    canvas.finish("adstock_decay", &title, &measured, &described.join("; "), height)
}

/// What each channel's saturated spend is multiplied by.
pub(super) fn coefficients(of: &ModelPlots<'_>) -> Plot {
    let currency = of.currency();
    let channels = of.fitted.series.channels.iter().enumerate();
    let mut rows = Vec::new();
    for (at, channel) in channels {
        let mean =
            of.fitted.candidates.iter().map(|it| it.weight * it.responses[at].coefficient).sum();
        let parts: Vec<Part> = of
            .fitted
            .candidates
            .iter()
            .map(|it| Part {
                weight: it.weight,
                mean: it.unbounded[at],
                deviation: libm::sqrt(it.covariance[(at, at)].max(0.0)),
            })
            .collect();
        let found = of.fitted.interval(&parts, mean, of.confidence);
        rows.push(Interval {
            label: named(&channel.name),
            text: format!(
                "{} ({} to {})",
                money(currency, found.mean),
                money(currency, found.low),
                money(currency, found.high)
            ),
            values: [found.mean, found.low, found.high],
            paint: paint(at),
        });
    }
    let unclear = rows.iter().filter(|it| it.values[1] <= 0.0).count();
    let title = match unclear {
        0 => "The coefficient of every channel is above zero".to_owned(),
        1 => "One channel's coefficient can't be told from zero".to_owned(),
        count => format!("The coefficients of {count} channels can't be told from zero"),
    };
    let described: Vec<String> =
        rows.iter().map(|it| format!("{}: {}", it.label, it.text)).collect();
    let tick = |value: f64| money(currency, value);
    let mut canvas = Canvas::default();
    let height = intervals(&mut canvas, &rows, Some((0.0, "no effect")), &tick);
    let measured = format!(
        "Revenue per unit of saturated spend per {} in {}, averaged over the candidates, {}",
        of.fitted.series.grain.word(),
        currency.code(),
        of.at()
    );
    canvas.finish("coefficients", &title, &measured, &described.join("; "), height)
}
