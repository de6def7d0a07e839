//! A model → what it says, as pictures: what each channel brought and would bring, how sure that is, and
//! how well the model foretells. All of it is advice.

use super::curves::{self, adstock_decay, coefficients};
use super::lines::{Drawing, Line, draw, stack};
use super::rows::{Fall, Interval, Pair, intervals, pairs, waterfall};
use super::svg::{Canvas, GREY, Paint};
use super::{Plot, dates, largest, money, named, paint, per_unit, percent, position, signed};
use crate::advice::mmm::attribution::Attribution;
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::spread::Estimate;
use crate::advice::planning::Scenario;
use crate::advice::uncertainty::actions::{Action, ChannelAction};
use crate::advice::uncertainty::lag::LagEffect;
use crate::domain::{Account, Currency, Day, Grain};

/// What the plots of a model show.
#[derive(Debug, Clone, Copy)]
pub struct ModelPlots<'a> {
    /// Whose money it is.
    pub account: &'a Account,
    /// The model.
    pub fitted: &'a Fitted,
    /// What it says of each channel.
    pub attribution: &'a Attribution,
    /// What is advised for each channel.
    pub actions: &'a [ChannelAction],
    /// When effects come.
    pub lags: &'a [LagEffect],
    /// What other totals would bring; empty where nothing was spent lately.
    pub scenarios: &'a [Scenario],
    /// The probability of intervals.
    pub confidence: f64,
}

impl ModelPlots<'_> {
    pub(super) const fn currency(&self) -> Currency {
        self.account.currency
    }

    /// "at 90 %"
    pub(super) fn at(&self) -> String {
        format!("at {}", percent(self.currency(), self.confidence))
    }
}

/// All plots of a model, in the order of the page: those that there is something for.
pub fn model_plots(of: &ModelPlots<'_>) -> Vec<Plot> {
    if of.fitted.series.channels.is_empty() || of.fitted.series.is_empty() {
        return Vec::new();
    }
    let (response_curves, observed_curves) = curves::curves(of);
    let mut plots = vec![response_curves, marginal(of), roas(of), shares(of)];
    plots.push(contributions(of));
    plots.push(baseline(of));
    plots.push(decomposition(of));
    plots.extend(scenarios(of));
    plots.push(adstock_decay(of));
    plots.push(immediate(of));
    plots.push(fit(of));
    plots.push(residuals(of));
    plots.push(coefficients(of));
    plots.extend(observed_curves);
    plots
}

/// An estimate with its interval in words: "₹1.64 (₹1.20 to ₹2.10)".
fn told(currency: Currency, of: &Estimate) -> String {
    format!(
        "{} ({} to {})",
        per_unit(currency, of.mean),
        per_unit(currency, of.low),
        per_unit(currency, of.high)
    )
}

/// What a further unit would bring, with what is advised.
fn marginal(of: &ModelPlots<'_>) -> Plot {
    let currency = of.currency();
    let one = crate::report::words::one(currency);
    let known = of.actions.iter().filter_map(|it| Some((it, it.mroas?)));
    let mut rows = Vec::new();
    let mut described = Vec::new();
    for (action, mroas) in known {
        let (word, paint) = match action.action {
            Action::Increase => ("▲ more", Paint::Series(0)),
            Action::Monitor => ("● leave it", Paint::Series(GREY)),
            Action::Reduce => ("▼ less", Paint::Series(1)),
        };
        let name = named(&action.channel);
        described.push(format!("{name}: {}, {word}", told(currency, &mroas)));
        rows.push(Interval {
            label: format!("{name}  {word}"),
            text: told(currency, &mroas),
            values: [mroas.mean, mroas.low, mroas.high],
            paint,
        });
    }
    let named_of = |action| {
        let of_it = of.actions.iter().filter(|it| it.action == action);
        of_it.map(|it| named(&it.channel)).collect::<Vec<_>>()
    };
    let (more, less) = (named_of(Action::Increase), named_of(Action::Reduce));
    let title = match (more.as_slice(), less.as_slice()) {
        ([], []) => "The model is not sure enough to advise a change of any channel".to_owned(),
        (more, []) => format!("The model advises more for {}", crate::report::words::list(more)),
        ([], less) => format!("The model advises less for {}", crate::report::words::list(less)),
        (more, less) => format!(
            "The model advises more for {}, less for {}",
            crate::report::words::list(more),
            crate::report::words::list(less)
        ),
    };
    let mut canvas = Canvas::default();
    let tick = |value: f64| money(currency, value);
    let pays = format!("{one}: it pays");
    let height = intervals(&mut canvas, &rows, Some((1.0, &pays)), &tick);
    let measured = format!("What a further {one} of weekly spend brings, {}", of.at());
    canvas.finish("actions", &title, &measured, &described.join("; "), height)
}

fn roas(of: &ModelPlots<'_>) -> Plot {
    let currency = of.currency();
    let one = crate::report::words::one(currency);
    let channels = of.attribution.channels.iter().enumerate();
    let known: Vec<_> =
        channels.filter_map(|(at, it)| Some((at, it, it.incremental_roas?))).collect();
    let best = known.iter().max_by(|a, b| a.2.mean.total_cmp(&b.2.mean));
    let title = match best {
        Some((_, it, roas)) => format!(
            "{} brought most per {one} spent: {}",
            named(&it.channel),
            per_unit(currency, roas.mean)
        ),
        None => "Nothing was spent on any channel".to_owned(),
    };
    let rows: Vec<Interval> = known
        .iter()
        .map(|(at, it, roas)| Interval {
            label: named(&it.channel),
            text: told(currency, roas),
            values: [roas.mean, roas.low, roas.high],
            paint: paint(*at),
        })
        .collect();
    let described: Vec<String> = known
        .iter()
        .map(|(_, it, roas)| {
            let claimed = it
                .reported_roas
                .map(|claim| format!(", its platform claims {}", per_unit(currency, claim)));
            format!(
                "{}: {}{}",
                named(&it.channel),
                told(currency, roas),
                claimed.unwrap_or_default()
            )
        })
        .collect();
    let mut canvas = Canvas::default();
    let tick = |value: f64| money(currency, value);
    let pays = format!("{one}: earns its cost");
    let height = intervals(&mut canvas, &rows, Some((1.0, &pays)), &tick);
    let measured =
        format!("Revenue per {one} spent (incremental ROAS) over all periods, {}", of.at());
    canvas.finish("roas", &title, &measured, &described.join("; "), height)
}

fn shares(of: &ModelPlots<'_>) -> Plot {
    let currency = of.currency();
    let spent: f64 = of.attribution.channels.iter().map(|it| it.spend).sum();
    let share = |it: &crate::advice::mmm::attribution::ChannelAttribution| {
        let of_spend = if spent > 0.0 { it.spend / spent } else { 0.0 };
        (of_spend, it.share_of_media.unwrap_or(0.0))
    };
    let channels = &of.attribution.channels;
    let widest = channels.iter().max_by(|a, b| {
        let gap = |it| {
            let (spend, effect) = share(it);
            (effect - spend).abs()
        };
        gap(a).total_cmp(&gap(b))
    });
    let title = match widest {
        Some(it) => {
            let (spend, effect) = share(it);
            format!(
                "{} took {} of the spend and brought {} of the effect",
                named(&it.channel),
                percent(currency, spend),
                percent(currency, effect)
            )
        }
        None => "There are no channels".to_owned(),
    };
    let rows: Vec<Pair> = channels
        .iter()
        .map(|it| {
            let (spend, effect) = share(it);
            Pair {
                label: named(&it.channel),
                first: (spend, format!("{} of spend", percent(currency, spend))),
                second: (effect, format!("{} of effect", percent(currency, effect))),
            }
        })
        .collect();
    let described: Vec<String> =
        rows.iter().map(|it| format!("{}: {}, {}", it.label, it.first.1, it.second.1)).collect();
    let mut canvas = Canvas::default();
    let height = pairs(&mut canvas, &rows);
    canvas.finish(
        "spend_share_effect_share",
        &title,
        "Share of all channels' spend against share of what media brought",
        &described.join("; "),
        height,
    )
}

/// Periods drawn together: the first day of each group and the positions in it. Days become weeks of the
/// account where they are many; unfinished ones at both ends are left out.
fn groups(of: &ModelPlots<'_>) -> (Vec<Day>, Vec<std::ops::Range<usize>>, &'static str) {
    const DAYS_MAX: usize = 70;
    let series = &of.fitted.series;
    if series.grain != Grain::Day || series.len() <= DAYS_MAX {
        let ranges = (0..series.len()).map(|at| at..at + 1).collect();
        return (series.periods.clone(), ranges, series.grain.word());
    }
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    for at in 0..series.len() {
        let week = of.account.week_of(series.periods[at]);
        match ranges.last_mut() {
            Some(range) if of.account.week_of(series.periods[range.start]) == week => {
                range.end = at + 1;
            }
            _ => ranges.push(at..at + 1),
        }
    }
    ranges.retain(|range| range.len() == 7);
    let days = ranges.iter().map(|range| series.periods[range.start]).collect();
    (days, ranges, "week")
}

fn sums(values: &[f64], ranges: &[std::ops::Range<usize>]) -> Vec<f64> {
    ranges.iter().map(|range| values[range.clone()].iter().sum()).collect()
}

fn contributions(of: &ModelPlots<'_>) -> Plot {
    let currency = of.currency();
    let (days, ranges, period) = groups(of);
    let channels = &of.attribution.channels;
    let sizes: Vec<f64> = channels.iter().map(|it| it.contribution.mean).collect();
    let (shown, rest) = largest(&sizes);
    let course = |at: usize| sums(&of.fitted.contributions[at], &ranges);
    let mut series =
        vec![("Without media".to_owned(), sums(&of.fitted.baseline, &ranges), Paint::Series(GREY))];
    for at in &shown {
        series.push((named(&channels[*at].channel), course(*at), paint(colour(*at))));
    }
    if !rest.is_empty() {
        let all: Vec<Vec<f64>> = rest.iter().map(|at| course(*at)).collect();
        let others =
            (0..ranges.len()).map(|period| all.iter().map(|it| it[period]).sum()).collect();
        series.push((format!("{} others", rest.len()), others, Paint::Ink));
    }
    let most = shown.first().map(|at| &channels[*at]);
    let title = match most {
        Some(it) => format!(
            "{} brought most of all media: {} of the revenue",
            named(&it.channel),
            percent(currency, it.share)
        ),
        None => "What brought the revenue".to_owned(),
    };
    let described: Vec<String> =
        std::iter::once(format!("without media: {}", money(currency, of.attribution.baseline)))
            .chain(channels.iter().map(|it| {
                format!("{}: {}", named(&it.channel), money(currency, it.contribution.mean))
            }))
            .collect();
    let mut canvas = Canvas::default();
    let tick = |value: f64| money(currency, value);
    let height = stack(&mut canvas, &series, dates(&days), &tick);
    let measured = format!("Revenue of each {period} in {}, by what brought it", currency.code());
    let described = format!("Over all periods {}", described.join("; "));
    canvas.finish("contributions", &title, &measured, &described, height)
}

/// The colour of a channel beside the grey of what media didn't bring.
const fn colour(at: usize) -> usize {
    if at >= GREY { at + 1 } else { at }
}

fn baseline(of: &ModelPlots<'_>) -> Plot {
    let currency = of.currency();
    let (days, ranges, period) = groups(of);
    let without = sums(&of.fitted.baseline, &ranges);
    let mut media = vec![0.0; ranges.len()];
    for channel in &of.fitted.contributions {
        for (sum, value) in media.iter_mut().zip(sums(channel, &ranges)) {
            *sum += value;
        }
    }
    let of_media: f64 = of.attribution.channels.iter().map(|it| it.contribution.mean).sum();
    let predicted = of.attribution.predicted;
    let share = if predicted > 0.0 { of_media / predicted } else { 0.0 };
    let title = format!(
        "Media brought {} of the revenue; {} would have come without",
        percent(currency, share),
        percent(currency, 1.0 - share)
    );
    let series = [
        ("Without media".to_owned(), without, Paint::Series(GREY)),
        ("Media".to_owned(), media, Paint::Series(0)),
    ];
    let mut canvas = Canvas::default();
    let tick = |value: f64| money(currency, value);
    let height = stack(&mut canvas, &series, dates(&days), &tick);
    let described = format!(
        "Over all periods: {} without media, {} by media",
        money(currency, of.attribution.baseline),
        money(currency, of_media)
    );
    let measured = format!("Revenue of each {period} in {}", currency.code());
    canvas.finish("baseline_against_media", &title, &measured, &described, height)
}

/// From what would have come anyway to all revenue, channel by channel.
fn decomposition(of: &ModelPlots<'_>) -> Plot {
    let currency = of.currency();
    let mut level = of.attribution.baseline;
    let mut falls = vec![Fall {
        label: "Without media".to_owned(),
        text: money(currency, level),
        from: 0.0,
        to: level,
        is_level: true,
    }];
    for channel in &of.attribution.channels {
        let to = level + channel.contribution.mean;
        falls.push(Fall {
            label: named(&channel.channel),
            text: signed(currency, channel.contribution.mean),
            from: level,
            to,
            is_level: false,
        });
        level = to;
    }
    falls.push(Fall {
        label: "Revenue by the model".to_owned(),
        text: money(currency, level),
        from: 0.0,
        to: level,
        is_level: true,
    });
    let described: Vec<String> =
        falls.iter().map(|it| format!("{}: {}", it.label, it.text)).collect();
    let title = format!(
        "{} came without media, {} with them",
        money(currency, of.attribution.baseline),
        money(currency, level - of.attribution.baseline)
    );
    let mut canvas = Canvas::default();
    let height = waterfall(&mut canvas, &falls, None);
    let measured = format!("Revenue over all periods in {}, by what brought it", currency.code());
    canvas.finish("decomposition", &title, &measured, &described.join("; "), height)
}

fn scenarios(of: &ModelPlots<'_>) -> Option<Plot> {
    let currency = of.currency();
    let last = of.scenarios.last()?;
    let now = of.scenarios.iter().find(|it| it.share == crate::advice::planning::PRESENT_SHARE)?;
    let point = |value: fn(&Scenario) -> f64| -> Vec<(f64, f64)> {
        of.scenarios.iter().map(|it| (it.total, value(it))).collect()
    };
    let title = format!(
        "{} more spend, best split, would bring about {} more revenue",
        percent(currency, last.share - 1.0),
        money(currency, last.revenue.mean - now.revenue.mean)
    );
    let tick = |value: f64| money(currency, value);
    let drawing = Drawing {
        lines: vec![Line {
            name: String::new(),
            points: point(|it| it.revenue.mean),
            paint: paint(0),
            dash: "",
        }],
        bands: vec![(point(|it| it.revenue.high), point(|it| it.revenue.low), paint(0))],
        points: vec![((now.total, now.revenue.mean), 5.5, Paint::Series(1))],
        tick: &tick,
        below: vec![
            (now.total, format!("now {}", tick(now.total))),
            (last.total, tick(last.total)),
        ],
        from_zero: true,
        reference: None,
        divide: None,
    };
    let described: Vec<String> = of
        .scenarios
        .iter()
        .map(|it| {
            format!(
                "a total of {}: {} ({} to {})",
                tick(it.total),
                tick(it.revenue.mean),
                tick(it.revenue.low),
                tick(it.revenue.high)
            )
        })
        .collect();
    let mut canvas = Canvas::default();
    let height = draw(&mut canvas, &drawing);
    let measured = format!(
        "Revenue by media per {} at other totals, best split within bounds for advice, in {}, {}",
        curves::plan_period(of),
        currency.code(),
        of.at()
    );
    Some(canvas.finish("scenarios", &title, &measured, &described.join("; "), height))
}

fn immediate(of: &ModelPlots<'_>) -> Plot {
    let currency = of.currency();
    let channels = &of.attribution.channels;
    let later = |it: &crate::advice::mmm::attribution::ChannelAttribution| {
        let all = it.immediate + it.carried_over;
        if all > 0.0 { it.carried_over / all } else { 0.0 }
    };
    let latest = channels.iter().max_by(|a, b| later(a).total_cmp(&later(b)));
    let title = match latest {
        Some(it) => format!(
            "{} works on longest: {} of its effect came later than the spend",
            named(&it.channel),
            percent(currency, later(it))
        ),
        None => "There are no channels".to_owned(),
    };
    let rows: Vec<Pair> = channels
        .iter()
        .map(|it| Pair {
            label: named(&it.channel),
            first: (it.immediate, format!("{} at once", money(currency, it.immediate))),
            second: (it.carried_over, format!("{} later", money(currency, it.carried_over))),
        })
        .collect();
    let described: Vec<String> =
        rows.iter().map(|it| format!("{}: {}, {}", it.label, it.first.1, it.second.1)).collect();
    let mut canvas = Canvas::default();
    let height = pairs(&mut canvas, &rows);
    let measured = format!(
        "Revenue in {} that came in the {} of the spend, and later",
        currency.code(),
        of.fitted.series.grain.word()
    );
    canvas.finish("immediate_and_carried_over", &title, &measured, &described.join("; "), height)
}

fn fit(of: &ModelPlots<'_>) -> Plot {
    let currency = of.currency();
    let (days, ranges, period) = groups(of);
    let line = |values: &[f64]| -> Vec<(f64, f64)> {
        sums(values, &ranges)
            .into_iter()
            .enumerate()
            .map(|(at, value)| (position(at), value))
            .collect()
    };
    let series = &of.fitted.series;
    let (test, title) = match of.fitted.scores_test.r2 {
        Some(r2) => (
            ranges.iter().position(|range| range.start >= of.fitted.train),
            format!(
                "On {} {}s that it had not seen the model explains {}",
                of.fitted.scores_test.periods,
                series.grain.word(),
                if r2 > 0.0 {
                    format!("{} of the ups and downs", percent(currency, r2))
                } else {
                    "nothing".to_owned()
                }
            ),
        ),
        None => (None, "The model was not tested on unseen periods".to_owned()),
    };
    let tick = |value: f64| money(currency, value);
    let drawing = Drawing {
        lines: vec![
            Line {
                name: "actual".to_owned(),
                points: line(&series.outcome),
                paint: Paint::Ink,
                dash: "",
            },
            Line {
                name: "model".to_owned(),
                points: line(&of.fitted.predicted()),
                paint: paint(1),
                dash: "5 2",
            },
        ],
        bands: Vec::new(),
        points: Vec::new(),
        tick: &tick,
        below: dates(&days),
        from_zero: false,
        reference: None,
        divide: test.map(|at| (position(at), "tested from here")),
    };
    let mut canvas = Canvas::default();
    let height = draw(&mut canvas, &drawing);
    let scores = &of.fitted.scores_test;
    let described = format!(
        "Actual revenue and that of the model by {period}; mean absolute error on unseen periods {}, root of the mean squared error {}",
        money(currency, scores.mae),
        money(currency, scores.rmse)
    );
    let measured =
        format!("Revenue of each {period} in {}, actual against the model's", currency.code());
    canvas.finish("fit", &title, &measured, &described, height)
}

fn residuals(of: &ModelPlots<'_>) -> Plot {
    let currency = of.currency();
    let (days, ranges, period) = groups(of);
    let errors: Vec<f64> = of
        .fitted
        .series
        .outcome
        .iter()
        .zip(of.fitted.predicted())
        .map(|(actual, model)| actual - model)
        .collect();
    let errors = sums(&errors, &ranges);
    let points = errors
        .iter()
        .enumerate()
        .map(|(at, error)| ((position(at), *error), 3.0, paint(0)))
        .collect();
    let worst = errors.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let title = match worst {
        Some((at, error)) => format!(
            "The model is furthest off in the {period} of {}: {}",
            super::date(days[at]),
            signed(currency, *error)
        ),
        None => "There is nothing to compare".to_owned(),
    };
    let tick = |value: f64| money(currency, value);
    let drawing = Drawing {
        lines: Vec::new(),
        bands: Vec::new(),
        points,
        tick: &tick,
        below: dates(&days),
        from_zero: true,
        reference: Some((0.0, String::new())),
        divide: None,
    };
    let mut canvas = Canvas::default();
    let height = draw(&mut canvas, &drawing);
    let measured =
        format!("Actual revenue less the model's, each {period}, in {}", currency.code());
    let described =
        format!("{title}. Points that form waves or funnels say that the model misses something.");
    canvas.finish("residuals", &title, &measured, &described, height)
}
