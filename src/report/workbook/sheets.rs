//! The four sheets of the workbook, each a table below a title.

use rust_xlsxwriter::{
    Color, ConditionalFormatDataBar, ExcelDateTime, Format, Worksheet, XlsxError,
};

use super::styles::{Styles, write_text};
use crate::advice::uncertainty::actions::ChannelAction;
use crate::decision::Decision;
use crate::domain::text::escape;
use crate::domain::{Day, Measures, Money};
use crate::history::Kpis;
use crate::report::explanation::{self, channel::sentences};
use crate::report::page::{PageAdvice, PageInput};
use crate::report::words;

/// The row of a table's head, below title and remark.
const HEAD: u32 = 3;

/// More weeks than a sheet of key figures needs.
const WEEKS_MAX: u32 = 104;

/// Name, title, remark, and the heads of the columns with their widths.
fn begin(
    sheet: &mut Worksheet,
    styles: &Styles,
    name: &str,
    title: &str,
    remark: &str,
    columns: &[(&str, f64)],
) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_paper_size(9);
    write_text(sheet, (0, 0), title, &styles.title)?;
    let last = u16::try_from(columns.len() - 1).expect("columns are few");
    sheet.merge_range(1, 0, 1, last, "", &styles.note)?;
    write_text(sheet, (1, 0), remark, &styles.note)?;
    sheet.set_row_height(1, 32)?;
    heads(sheet, styles, HEAD, columns)?;
    sheet.set_freeze_panes(HEAD + 1, 1)?;
    sheet.set_repeat_rows(HEAD, HEAD)?;
    Ok(())
}

fn heads(
    sheet: &mut Worksheet,
    styles: &Styles,
    row: u32,
    columns: &[(&str, f64)],
) -> Result<(), XlsxError> {
    for (at, (head, width)) in (0u16..).zip(columns) {
        write_text(sheet, (row, at), head, &styles.head)?;
        sheet.set_column_width(at, *width)?;
    }
    Ok(())
}

/// What to spend, against the last budgets.
pub(super) fn budgets(
    sheet: &mut Worksheet,
    decision: &Decision,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let outcome: Vec<String> =
        explanation::outcome(decision).into_iter().map(|block| block.text).collect();
    begin(
        sheet,
        styles,
        "Budgets",
        &format!("Marketing budget for {}", words::week(decision.week)),
        &format!("Account {}. {}", escape(decision.account.id.as_str()), outcome.join(" ")),
        &[
            ("Channel", 26.0),
            ("This week", 16.0),
            ("Last budget", 16.0),
            ("Change", 14.0),
            ("Share of total", 10.0),
            ("Proposed by the rules", 16.0),
            ("ROI of the evidence", 12.0),
            ("Why", 90.0),
        ],
    )?;
    let channels = words::largest_first(decision);
    let mut row = HEAD + 1;
    for channel in &channels {
        let last = channel.reference.map(|amount| words::shown(&decision.account, amount));
        write_text(sheet, (row, 0), &escape(channel.channel.as_str()), &styles.strong)?;
        styles.write_money(sheet, (row, 1), channel.final_budget, &styles.money_strong)?;
        if let Some(last) = last {
            styles.write_money(sheet, (row, 2), last, &styles.money)?;
            styles.write_money(sheet, (row, 3), channel.final_budget - last, &styles.change)?;
        } else {
            write_text(sheet, (row, 2), "none", &styles.text)?;
            write_text(sheet, (row, 3), "none", &styles.text)?;
        }
        let share = share(channel.final_budget, decision.total);
        styles.write_estimate(sheet, (row, 4), share, &styles.share)?;
        styles.write_amount(sheet, (row, 5), Some(channel.proposal))?;
        let kpis = crate::report::json::kpis(channel, decision.account.currency);
        styles.write_ratio(sheet, (row, 6), kpis.roi, &styles.ratio)?;
        let why = sentences(decision, channel);
        write_text(sheet, (row, 7), why.first().map_or("", String::as_str), &styles.wrapped)?;
        row += 1;
    }
    let bars = ConditionalFormatDataBar::new()
        .set_fill_color(Color::RGB(0x009C_C7EE))
        .set_solid_fill(true);
    sheet.add_conditional_format(HEAD + 1, 4, row - 1, 4, &bars)?;
    write_text(sheet, (row, 0), "Total", &styles.strong)?;
    styles.write_money(sheet, (row, 1), decision.total, &styles.money_strong)?;
    write_text(sheet, (row + 2, 0), &explanation::last_budget(decision), &Format::new())?;
    write_text(
        sheet,
        (row + 3, 0),
        "weekly_recommendations.csv is what counts; this sheet shows the same figures. SHA256SUMS holds its digest.",
        &Format::new(),
    )?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a share is shown, not computed with")]
fn share(part: Money, whole: Money) -> f64 {
    part.minor() as f64 / whole.minor().max(1) as f64
}

/// Every reason, and every step of every channel.
pub(super) fn explanation(
    sheet: &mut Worksheet,
    decision: &Decision,
    styles: &Styles,
) -> Result<(), XlsxError> {
    begin(
        sheet,
        styles,
        "Explanation",
        "Why each channel gets what it gets",
        "The steps of each channel in the order in which the rules take them, from its evidence to its \
         budget, with its amount before and after each.",
        &[
            ("Channel", 26.0),
            ("Step", 12.0),
            ("Before", 16.0),
            ("After", 16.0),
            ("What happened", 110.0),
        ],
    )?;
    let mut row = HEAD + 1;
    for channel in words::largest_first(decision) {
        let name = escape(channel.channel.as_str());
        write_text(sheet, (row, 0), &name, &styles.strong)?;
        write_text(sheet, (row, 1), "in words", &styles.strong)?;
        write_text(sheet, (row, 2), "", &styles.text)?;
        write_text(sheet, (row, 3), "", &styles.text)?;
        write_text(sheet, (row, 4), &sentences(decision, channel).join(" "), &styles.wrapped)?;
        row += 1;
        let lines =
            decision.trace.iter().filter(|line| line.channel.as_ref() == Some(&channel.channel));
        for line in lines {
            write_text(sheet, (row, 0), &name, &styles.text)?;
            write_text(sheet, (row, 1), line.step.name(), &styles.text)?;
            styles.write_amount(sheet, (row, 2), line.before)?;
            styles.write_amount(sheet, (row, 3), line.after)?;
            write_text(sheet, (row, 4), &escape(&line.reason.to_string()), &styles.wrapped)?;
            row += 1;
        }
    }
    sheet.autofilter(HEAD, 0, row - 1, 4)?;
    let more = explanation::blocker(decision)
        .into_iter()
        .chain(explanation::data::blocks(decision))
        .chain(explanation::warnings::blocks(decision));
    for block in more {
        row += 1;
        write_text(sheet, (row, 0), &block.text, &Format::new())?;
    }
    Ok(())
}

/// The key figures of the weeks before, per channel and week, newest first.
pub(super) fn kpis(
    sheet: &mut Worksheet,
    decision: &Decision,
    styles: &Styles,
) -> Result<(), XlsxError> {
    begin(
        sheet,
        styles,
        "KPIs",
        "Key figures of the weeks before",
        "Each week and channel with the days that have data, the newest week first. ROI = (revenue - spend) / \
         spend; ROAS = revenue / spend. Revenue is what the sources attribute to the channel.",
        &[
            ("Week from", 14.0),
            ("Channel", 26.0),
            ("Days", 7.0),
            ("Spend", 16.0),
            ("Revenue", 16.0),
            ("ROI", 9.0),
            ("ROAS", 9.0),
            ("Impressions", 14.0),
            ("Clicks", 12.0),
            ("Conversions", 13.0),
            ("Clicks per impression", 12.0),
            ("Cost per click", 12.0),
            ("Conversions per click", 12.0),
            ("Cost per conversion", 12.0),
        ],
    )?;
    let history = &decision.history;
    let mut row = HEAD + 1;
    for at in history.newest(WEEKS_MAX).rev() {
        for channel in &history.channels {
            let week = &channel.weeks[at];
            let day = date(history.weeks[at].first_day())?;
            sheet.write_datetime_with_format(row, 0, &day, &styles.day)?;
            write_text(sheet, (row, 1), &escape(channel.channel.as_str()), &styles.text)?;
            sheet.write_number_with_format(row, 2, week.days.count(), &styles.count)?;
            measures(sheet, styles, row, &week.measures)?;
            row += 1;
        }
    }
    if row > HEAD + 1 {
        sheet.autofilter(HEAD, 0, row - 1, 13)?;
    } else {
        write_text(sheet, (row, 0), "There are no data of any week before.", &styles.text)?;
    }
    Ok(())
}

fn measures(
    sheet: &mut Worksheet,
    styles: &Styles,
    row: u32,
    of: &Measures,
) -> Result<(), XlsxError> {
    let kpis = Kpis::of(of, styles.currency.minor_digits());
    styles.write_money(sheet, (row, 3), of.spend, &styles.money)?;
    styles.write_money(sheet, (row, 4), of.revenue, &styles.money)?;
    styles.write_ratio(sheet, (row, 5), kpis.roi, &styles.ratio)?;
    styles.write_ratio(sheet, (row, 6), kpis.roas, &styles.ratio)?;
    #[expect(clippy::cast_precision_loss, reason = "counts are shown, not computed with")]
    let counts = [
        of.impressions.map(|count| count as f64),
        of.clicks.map(|count| count as f64),
        of.conversions.map(|count| count.millionths() as f64 / 1e6),
    ];
    for (at, count) in (7u16..).zip(counts) {
        match count {
            Some(count) => styles.write_estimate(sheet, (row, at), count, &styles.count)?,
            None => write_text(sheet, (row, at), "", &styles.text)?,
        }
    }
    styles.write_ratio(sheet, (row, 10), kpis.ctr, &styles.share)?;
    styles.write_ratio(sheet, (row, 11), kpis.cpc, &styles.unit)?;
    styles.write_ratio(sheet, (row, 12), kpis.cvr, &styles.share)?;
    styles.write_ratio(sheet, (row, 13), kpis.cpa, &styles.unit)
}

fn date(day: Day) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::parse_from_str(&day.format("%Y-%m-%d").to_string())
}

/// What other totals would bring by the model, and what it advises per channel.
pub(super) fn scenarios(
    sheet: &mut Worksheet,
    input: &PageInput<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let remark = match input.advice {
        Ok(advice) => format!(
            "By the model, which decides nothing: what other totals a {} would bring, best split within bounds \
             for advice, with the {:.0} % interval of the mean.",
            advice.period,
            advice.confidence * 100.0
        ),
        Err(why) => format!("There is no model this week: {}.", escape(why)),
    };
    let columns = [
        ("Total against now", 26.0),
        ("Total", 16.0),
        ("Expected revenue", 18.0),
        ("at least", 18.0),
        ("at most", 18.0),
        ("ROI", 9.0),
        ("Revenue against now", 14.0),
    ];
    let names = input.advice.map(|advice| advice.channels.as_slice()).unwrap_or_default();
    let splits: Vec<String> = names.iter().map(|name| escape(name)).collect();
    let columns: Vec<(&str, f64)> =
        columns.into_iter().chain(splits.iter().map(|name| (name.as_str(), 16.0))).collect();
    begin(sheet, styles, "Scenarios", "What other totals would bring", &remark, &columns)?;
    let Ok(advice) = input.advice else { return Ok(()) };
    let row = scenario_rows(sheet, styles, advice)?;
    actions(sheet, styles, row + 2, &advice.actions)
}

fn scenario_rows(
    sheet: &mut Worksheet,
    styles: &Styles,
    advice: &PageAdvice,
) -> Result<u32, XlsxError> {
    let mut row = HEAD + 1;
    for scenario in &advice.scenarios {
        styles.write_estimate(sheet, (row, 0), scenario.share, &styles.share)?;
        let figures =
            [scenario.total, scenario.revenue.mean, scenario.revenue.low, scenario.revenue.high];
        for (at, figure) in (1u16..).zip(figures) {
            styles.write_estimate(sheet, (row, at), figure, &styles.money)?;
        }
        styles.write_estimate(sheet, (row, 5), scenario.expected_roi, &styles.ratio)?;
        let increase = scenario.revenue_increase.unwrap_or(f64::NAN);
        styles.write_estimate(sheet, (row, 6), increase, &styles.share)?;
        for (at, spend) in (7u16..).zip(&scenario.plan.spends) {
            styles.write_estimate(sheet, (row, at), *spend, &styles.money)?;
        }
        row += 1;
    }
    if advice.scenarios.is_empty() {
        let none = "Nothing was spent lately: there is nothing to compare with.";
        write_text(sheet, (row, 0), none, &styles.text)?;
        row += 1;
    }
    Ok(row)
}

/// What is advised for each channel, below the scenarios.
fn actions(
    sheet: &mut Worksheet,
    styles: &Styles,
    head: u32,
    actions: &[ChannelAction],
) -> Result<(), XlsxError> {
    let columns = [
        "Channel",
        "Advice",
        "Probability",
        "A further unit brings",
        "at least",
        "at most",
        "10 % more brings",
        "10 % less changes",
        "Why",
    ];
    for (at, name) in (0u16..).zip(columns) {
        write_text(sheet, (head, at), name, &styles.head)?;
    }
    for (row, of) in (head + 1..).zip(actions) {
        write_text(sheet, (row, 0), &escape(&of.channel), &styles.strong)?;
        write_text(sheet, (row, 1), of.action.name(), &styles.text)?;
        let or_none = |value: Option<f64>| value.unwrap_or(f64::NAN);
        styles.write_estimate(sheet, (row, 2), or_none(of.probability), &styles.share)?;
        let marginal = of.mroas.map_or([f64::NAN; 3], |it| [it.mean, it.low, it.high]);
        for (at, figure) in (3u16..).zip(marginal) {
            styles.write_estimate(sheet, (row, at), figure, &styles.unit)?;
        }
        styles.write_estimate(sheet, (row, 6), or_none(of.lift_up_10), &styles.change)?;
        styles.write_estimate(sheet, (row, 7), or_none(of.lift_down_10), &styles.change)?;
        write_text(sheet, (row, 8), &of.reason, &styles.text)?;
    }
    Ok(())
}
