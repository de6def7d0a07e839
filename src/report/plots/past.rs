//! The weeks that are over → budgets, spend against budget, revenue and return over time.

use super::lines::{Drawing, Line, draw, stack};
use super::svg::{Canvas, Paint};
use super::{Plot, dates, largest, money, named, paint, per_unit, percent, position};
use crate::domain::{Account, ChannelName, Money, Week};

/// A week that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastWeek {
    /// The week.
    pub week: Week,
    /// What was published for it; `None`: nothing was.
    pub budgets: Option<Vec<(ChannelName, Money)>>,
    /// Whether what was published was a hold.
    pub held: bool,
    /// Spend of each channel, in the account's order; sums over the days that have data.
    pub spend: Vec<(ChannelName, Money)>,
    /// Revenue of each channel, as for `spend`.
    pub revenue: Vec<(ChannelName, Money)>,
}

/// The names of these plots.
pub(super) const HISTORY: [&str; 5] = [
    "allocation_over_time",
    "allocation_share",
    "spend_against_budget",
    "revenue_over_time",
    "roi_over_time",
];

/// The plots of past weeks, oldest first: those that there is enough for.
pub fn history_plots(account: &Account, past: &[PastWeek]) -> Vec<Plot> {
    if past.len() < 2 {
        return Vec::new();
    }
    let published: Vec<&PastWeek> = past.iter().filter(|it| it.budgets.is_some()).collect();
    let mut plots = Vec::new();
    if published.len() >= 2 {
        plots.push(budgets(account, &published, false));
        plots.push(budgets(account, &published, true));
    }
    plots.push(spend_against_budget(account, past));
    plots.push(revenue(account, past));
    plots.push(returns(account, past));
    plots
}

#[expect(clippy::cast_precision_loss, reason = "a line's height is no amount of money")]
fn major(account: &Account, money: Money) -> f64 {
    money.minor() as f64 / 10i128.pow(u32::from(account.currency.minor_digits())) as f64
}

fn of(account: &Account, amounts: &[(ChannelName, Money)], channel: &ChannelName) -> f64 {
    let found = amounts.iter().find(|(name, _)| name == channel);
    found.map_or(0.0, |(_, money)| major(account, *money))
}

fn sum(account: &Account, amounts: &[(ChannelName, Money)]) -> f64 {
    amounts.iter().map(|(_, money)| major(account, *money)).sum()
}

/// Published budgets, as amounts or as shares of their week.
fn budgets(account: &Account, weeks: &[&PastWeek], as_shares: bool) -> Plot {
    let currency = account.currency;
    let mut channels: Vec<&ChannelName> = Vec::new();
    for (name, _) in weeks.iter().flat_map(|it| it.budgets.iter().flatten()) {
        if !channels.contains(&name) {
            channels.push(name);
        }
    }
    channels.sort();
    let course = |channel: &ChannelName| -> Vec<f64> {
        let budget = |week: &&PastWeek| {
            let budgets = week.budgets.as_deref().unwrap_or_default();
            let whole = if as_shares { sum(account, budgets) } else { 1.0 };
            if whole > 0.0 { of(account, budgets, channel) / whole } else { 0.0 }
        };
        weeks.iter().map(budget).collect()
    };
    let courses: Vec<Vec<f64>> = channels.iter().map(|channel| course(channel)).collect();
    let newest: Vec<f64> = courses.iter().map(|it| it.last().copied().unwrap_or(0.0)).collect();
    let (shown, rest) = largest(&newest);
    let mut series: Vec<(String, Vec<f64>, Paint)> = shown
        .iter()
        .map(|at| (named(channels[*at].as_str()), courses[*at].clone(), paint(*at)))
        .collect();
    if !rest.is_empty() {
        let others = (0..weeks.len()).map(|week| rest.iter().map(|at| courses[*at][week]).sum());
        series.push((
            format!("{} others", rest.len()),
            others.collect(),
            Paint::Series(super::svg::GREY),
        ));
    }
    let days: Vec<_> = weeks.iter().map(|it| it.week.first_day()).collect();
    let tick =
        |value: f64| if as_shares { percent(currency, value) } else { money(currency, value) };
    let moved = shown
        .iter()
        .map(|at| (courses[*at].last().copied().unwrap_or(0.0) - courses[*at][0], *at))
        .max_by(|one, other| one.0.abs().total_cmp(&other.0.abs()));
    let title = match moved {
        Some((change, at)) if change != 0.0 => {
            let way = if change > 0.0 { "gained" } else { "lost" };
            format!(
                "{} {way} most since {}: {} to {}",
                named(channels[at].as_str()),
                super::date(days[0]),
                tick(courses[at][0]),
                tick(courses[at].last().copied().unwrap_or(0.0))
            )
        }
        _ => format!("The budgets are as they were on {}", super::date(days[0])),
    };
    let (name, measured) = if as_shares {
        ("allocation_share", "Share of each week's published budget".to_owned())
    } else {
        ("allocation_over_time", format!("Published budgets of each week in {}", currency.code()))
    };
    let described: Vec<String> = series
        .iter()
        .map(|(name, values, _)| {
            format!(
                "{name}: {} to {}",
                tick(values[0]),
                tick(values.last().copied().unwrap_or(0.0))
            )
        })
        .collect();
    let mut canvas = Canvas::default();
    let height = stack(&mut canvas, &series, dates(&days), &tick);
    canvas.finish(name, &title, &measured, &described.join("; "), height)
}

/// A course of all weeks by week.
fn course(past: &[PastWeek], of: impl Fn(&PastWeek) -> Option<f64>) -> Vec<(f64, f64)> {
    let points = past.iter().enumerate();
    points.filter_map(|(at, week)| Some((position(at), of(week)?))).collect()
}

fn days(past: &[PastWeek]) -> Vec<crate::domain::Day> {
    past.iter().map(|it| it.week.first_day()).collect()
}

fn spend_against_budget(account: &Account, past: &[PastWeek]) -> Plot {
    let currency = account.currency;
    let spend = course(past, |week| Some(sum(account, &week.spend)));
    let budget = course(past, |week| week.budgets.as_deref().map(|it| sum(account, it)));
    let with_budget: Vec<(f64, f64)> = past
        .iter()
        .filter_map(|week| {
            Some((sum(account, &week.spend), sum(account, week.budgets.as_deref()?)))
        })
        .collect();
    let (spent, planned) =
        with_budget.iter().fold((0.0, 0.0), |(spent, planned), it| (spent + it.0, planned + it.1));
    let title = if planned > 0.0 {
        let share = spent / planned - 1.0;
        let way = if share >= 0.0 { "more" } else { "less" };
        format!(
            "In weeks with a budget {} {way} was spent than planned",
            percent(currency, share.abs())
        )
    } else {
        "What was spent each week; no budget was published for these weeks".to_owned()
    };
    let lines = vec![
        Line { name: "spent".to_owned(), points: spend.clone(), paint: paint(0), dash: "" },
        Line { name: "budget".to_owned(), points: budget.clone(), paint: paint(1), dash: "6 3" },
    ];
    // A single budget is a point.
    let points = if budget.len() == 1 { vec![(budget[0], 4.0, paint(1))] } else { Vec::new() };
    let lines = lines.into_iter().filter(|line| line.points.len() > 1).collect();
    let tick = |value: f64| money(currency, value);
    let drawing = Drawing {
        lines,
        bands: Vec::new(),
        points,
        tick: &tick,
        below: dates(&days(past)),
        from_zero: true,
        reference: None,
        divide: None,
    };
    let newest = spend.last().map_or(0.0, |it| it.1);
    let described = format!(
        "Spend of the newest week: {}; in all weeks with a budget {} spent of {} planned",
        tick(newest),
        tick(spent),
        tick(planned)
    );
    let mut canvas = Canvas::default();
    let height = draw(&mut canvas, &drawing);
    let measured =
        format!("Spend and published budget of each week in {}, all channels", currency.code());
    canvas.finish("spend_against_budget", &title, &measured, &described, height)
}

fn revenue(account: &Account, past: &[PastWeek]) -> Plot {
    let currency = account.currency;
    let revenue = course(past, |week| Some(sum(account, &week.revenue)));
    let (first, last) = (revenue[0].1, revenue[revenue.len() - 1].1);
    let tick = |value: f64| money(currency, value);
    let title = format!("Revenue of the newest week: {}", tick(last));
    let described = format!(
        "Revenue that the sources attribute to all channels, by week: {} in the week of {}, {} in the newest",
        tick(first),
        super::date(past[0].week.first_day()),
        tick(last)
    );
    let drawing = Drawing {
        lines: vec![Line { name: String::new(), points: revenue, paint: paint(2), dash: "" }],
        bands: Vec::new(),
        points: Vec::new(),
        tick: &tick,
        below: dates(&days(past)),
        from_zero: true,
        reference: None,
        divide: None,
    };
    let mut canvas = Canvas::default();
    let height = draw(&mut canvas, &drawing);
    let measured = format!("Attributed revenue of each week in {}, all channels", currency.code());
    canvas.finish("revenue_over_time", &title, &measured, &described, height)
}

/// Return on investment of each channel by week.
fn returns(account: &Account, past: &[PastWeek]) -> Plot {
    let currency = account.currency;
    let channels: Vec<&ChannelName> = past[past.len() - 1].spend.iter().map(|it| &it.0).collect();
    let spends: Vec<f64> = channels
        .iter()
        .map(|channel| past.iter().map(|week| of(account, &week.spend, channel)).sum())
        .collect();
    let (shown, rest) = largest(&spends);
    let roi = |channel: &ChannelName| {
        course(past, |week| {
            let spend = of(account, &week.spend, channel);
            (spend > 0.0).then(|| (of(account, &week.revenue, channel) - spend) / spend)
        })
    };
    let lines: Vec<Line> = shown
        .iter()
        .map(|at| Line {
            name: named(channels[*at].as_str()),
            points: roi(channels[*at]),
            paint: paint(*at),
            dash: ["", "7 3", "2 2", "9 3 2 3"][*at % 4],
        })
        .filter(|line| line.points.len() > 1)
        .collect();
    let newest = |line: &Line| line.points.last().map_or(0.0, |it| it.1);
    let best = lines.iter().max_by(|one, other| newest(one).total_cmp(&newest(other)));
    let title = match best {
        Some(best) => format!(
            "{} earned most per {} spent in the newest week (ROI {})",
            best.name,
            crate::report::words::one(currency),
            currency.figure(&format!("{:.2}", newest(best)))
        ),
        None => "Nothing was spent in these weeks".to_owned(),
    };
    let described: Vec<String> = lines
        .iter()
        .map(|line| format!("{}: {}", line.name, currency.figure(&format!("{:.2}", newest(line)))))
        .collect();
    let more = if rest.is_empty() {
        String::new()
    } else {
        format!("; {} channels of less spend are left out", rest.len())
    };
    let measured = format!("ROI of each week by the sources: (revenue - spend) / spend{more}");
    let tick = |value: f64| currency.figure(&format!("{value:.1}"));
    let drawing = Drawing {
        lines,
        bands: Vec::new(),
        points: Vec::new(),
        tick: &tick,
        below: dates(&days(past)),
        from_zero: true,
        reference: Some((
            0.0,
            format!(
                "earns what it costs ({} for {})",
                per_unit(currency, 1.0),
                crate::report::words::one(currency)
            ),
        )),
        divide: None,
    };
    let mut canvas = Canvas::default();
    let height = draw(&mut canvas, &drawing);
    canvas.finish(
        "roi_over_time",
        &title,
        &measured,
        &format!("ROI of the newest week: {}", described.join("; ")),
        height,
    )
}
