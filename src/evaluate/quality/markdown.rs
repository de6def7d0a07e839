//! Figures → the tables of `docs/decision-quality.md`, between two marks; the words around them are
//! written by hand and stay.

use std::ops::RangeInclusive;

use super::{
    Actions, Bin, Calibration, Coverage, Family, Figures, Group, GroupFigures, STRENGTHS,
    SetFigures, VERSION,
};

/// Where the tables begin.
pub const BEGIN: &str = "<!-- figures: begin -->";
/// Where they end.
pub const END: &str = "<!-- figures: end -->";

/// Of a family: its figures, and the digest of its first cases.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyRow {
    /// Which.
    pub family: &'static Family,
    /// What was found.
    pub figures: Figures,
    /// Of the first seeds' cases.
    pub digest: String,
}

/// Of a group of accounts: its figures by one way of learning.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupRow {
    /// Which.
    pub group: &'static Group,
    /// How the models were learnt.
    pub way: &'static str,
    /// What was found.
    pub figures: GroupFigures,
}

/// Of a real set: its name, and what was found, or why nothing was.
#[derive(Debug, Clone, PartialEq)]
pub struct SetRow {
    /// Account and file.
    pub name: String,
    /// What was found.
    pub figures: Result<SetFigures, String>,
}

/// `document` with `tables` between the marks; `None`: it lacks them.
pub fn put(document: &str, tables: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", tables.trim()))
}

/// All tables.
pub fn tables(
    seeds: &RangeInclusive<u64>,
    families: &[FamilyRow],
    groups: &[GroupRow],
    sets: &[SetRow],
) -> String {
    let mut text = header(seeds);
    text.push_str(&targets(families));
    text.push_str(&described(families));
    text.push_str(&coverage(families));
    text.push_str(&actions(families));
    text.push_str(&strengths(families));
    text.push_str(&calibration(families));
    text.push_str(&errors(families));
    if !groups.is_empty() {
        text.push_str(&small(groups));
    }
    if !sets.is_empty() {
        text.push_str(&real(sets));
    }
    text
}

/// The line that says what the tables were made with.
pub fn header(seeds: &RangeInclusive<u64>) -> String {
    format!(
        "Arithmetic of these figures: version {VERSION}. Seeds {} to {} of each family.\n\n",
        seeds.start(),
        seeds.end()
    )
}

fn percent(part: u32, of: u32) -> String {
    if of == 0 {
        return "-".to_owned();
    }
    format!("{:.1} %", 100.0 * f64::from(part) / f64::from(of))
}

fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |it| format!("{it:.2}"))
}

fn specified(family: &Family) -> &'static str {
    if family.is_well_specified { "yes" } else { "no" }
}

/// What the project asks of itself, and whether it is met.
fn targets(families: &[FamilyRow]) -> String {
    let roas = |is_well_specified: bool| {
        let all = families
            .iter()
            .filter(|it| it.family.has_effects && it.family.is_well_specified == is_well_specified);
        all.fold((0, 0), |(held, of), it| (held + it.figures.roas.at_90, of + it.figures.roas.of))
    };
    let share = |(part, of): (u32, u32)| f64::from(part) / f64::from(of.max(1));
    let all: Vec<Actions> = families.iter().map(|it| it.figures.all_actions()).collect();
    let all = Actions::sum(&all);
    let nothing: Vec<Actions> = families
        .iter()
        .filter(|it| !it.family.has_effects)
        .map(|it| it.figures.all_actions())
        .collect();
    let nothing = Actions::sum(&nothing);
    let verdict = |is_met: bool| if is_met { "met" } else { "**missed**" };
    let mut rows = Vec::new();
    let mut row = |target: &str, (part, of): (u32, u32), is_met: bool, ends: String| {
        let verdict = if of == 0 { "not looked at" } else { verdict(is_met) };
        let found = percent(part, of);
        rows.push(format!("| {target} | {found} ({part} of {of}) | {verdict} | {ends} |"));
    };
    let of_roas = |is_well_specified: bool| {
        ends(families, |row| {
            let Family { has_effects, is_well_specified: is_well, .. } = *row.family;
            let roas = &row.figures.roas;
            (has_effects && is_well == is_well_specified).then_some((roas.at_90, roas.of))
        })
    };
    let well = roas(true);
    row(
        "90 % intervals of ROAS hold the truth, well specified: 85 to 95 %",
        well,
        (0.85..=0.95).contains(&share(well)),
        of_roas(true),
    );
    let other = roas(false);
    row("the same, misspecified: at least 75 %", other, share(other) >= 0.75, of_roas(false));
    let firm = (all.firm_wrong, all.firm);
    let of_firm = ends(families, |row| {
        let all = row.figures.all_actions();
        Some((all.firm_wrong, all.firm))
    });
    row(
        "increase or reduce with probability 0.8 or more is wrong: at most 10 %",
        firm,
        share(firm) <= 0.1,
        of_firm,
    );
    let quiet = (nothing.monitored(), nothing.of);
    row("media without effect: at least 95 % monitor", quiet, share(quiet) >= 0.95, String::new());
    format!(
        "## Targets\n\n| target | found | | families from, to |\n|---|---|---|---|\n{}\n\n",
        rows.join("\n")
    )
}

/// The family with the smallest share and the one with the largest, in words.
fn ends(families: &[FamilyRow], share: impl Fn(&FamilyRow) -> Option<(u32, u32)>) -> String {
    let mut shares: Vec<(f64, String)> = families
        .iter()
        .filter_map(|row| {
            let (part, of) = share(row).filter(|(_, of)| *of > 0)?;
            let text = format!("`{}` {}", row.family.name, percent(part, of));
            Some((f64::from(part) / f64::from(of), text))
        })
        .collect();
    shares.sort_by(|one, other| one.0.total_cmp(&other.0));
    match shares.as_slice() {
        [] => String::new(),
        [(_, only)] => only.clone(),
        [(_, least), .., (_, most)] => format!("{least}, {most}"),
    }
}

/// What each family is.
fn described(families: &[FamilyRow]) -> String {
    let rows = families.iter().map(|row| {
        let Family { name, world, grain, why, .. } = row.family;
        let grain = grain.word();
        format!("| `{name}` | `{world}` | {grain}s | {} | {why} |", specified(row.family))
    });
    format!(
        "## The families\n\n\
         | family | world | a model gets | well specified | why |\n|---|---|---|---|---|\n{}\n\n",
        rows.collect::<Vec<_>>().join("\n")
    )
}

fn coverage(families: &[FamilyRow]) -> String {
    let cells =
        |it: &Coverage| format!("{} | {}", percent(it.at_80, it.of), percent(it.at_90, it.of));
    let rows = families.iter().map(|row| {
        let figures = &row.figures;
        let roas = if row.family.has_effects {
            format!(
                "{} | {} / {}",
                cells(&figures.roas),
                percent(figures.roas.below, figures.roas.of),
                percent(figures.roas.above, figures.roas.of)
            )
        } else {
            "- | - | -".to_owned()
        };
        let marginal =
            if row.family.has_effects { cells(&figures.marginal) } else { "- | -".to_owned() };
        format!(
            "| `{}` | {} | {} | {} | {roas} | {marginal} | {} | {} | {} |",
            row.family.name,
            specified(row.family),
            figures.worlds,
            figures.without,
            cells(&figures.seen),
            cells(&figures.ahead),
            row.digest
        )
    });
    format!(
        "## How often intervals hold the truth\n\n\
         | family | well specified | worlds | without a model | ROAS 80 % | 90 % | truth below / above | mROAS 80 % | 90 % | outcome of a tenth more 80 % | 90 % | revenue of four weeks 80 % | 90 % | digest |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n{}\n\n",
        rows.collect::<Vec<_>>().join("\n")
    )
}

fn actions(families: &[FamilyRow]) -> String {
    let rows = families.iter().map(|row| {
        let all = row.figures.all_actions();
        format!(
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            row.family.name,
            all.of,
            percent(all.right, all.of),
            percent(all.wrong, all.of),
            percent(all.monitored(), all.of),
            all.firm,
            percent(all.firm_wrong, all.firm)
        )
    });
    format!(
        "## Actions\n\n\
         | family | channels | right | wrong | monitor | spoken with 0.8 or more | of these wrong |\n\
         |---|---|---|---|---|---|---|\n{}\n\n",
        rows.collect::<Vec<_>>().join("\n")
    )
}

fn strengths(families: &[FamilyRow]) -> String {
    let mut rows = Vec::new();
    for is_well_specified in [true, false] {
        for strength in 0..=STRENGTHS.len() {
            let some: Vec<Actions> = families
                .iter()
                .filter(|it| it.family.is_well_specified == is_well_specified)
                .map(|it| it.figures.actions[strength])
                .collect();
            let sum = Actions::sum(&some);
            let name = match strength {
                0 => format!("up to {}", STRENGTHS[0]),
                last if last == STRENGTHS.len() => format!("above {}", STRENGTHS[last - 1]),
                _ => format!("{} to {}", STRENGTHS[strength - 1], STRENGTHS[strength]),
            };
            rows.push(format!(
                "| {} | {name} | {} | {} | {} | {} |",
                if is_well_specified { "well specified" } else { "misspecified" },
                sum.of,
                percent(sum.right, sum.of),
                percent(sum.wrong, sum.of),
                percent(sum.monitored(), sum.of)
            ));
        }
    }
    format!(
        "## Actions by how plain the truth is\n\n\
         | families | true marginal return | channels | right | wrong | monitor |\n\
         |---|---|---|---|---|---|\n{}\n\n",
        rows.join("\n")
    )
}

fn calibration(families: &[FamilyRow]) -> String {
    let mut text = "## Whether probabilities are right\n\n\
        | family | of the model: Brier score | calibration error | of actions: Brier score | calibration error |\n\
        |---|---|---|---|---|\n"
        .to_owned();
    for row in families {
        let cells = |it: &Calibration| format!("{:.3} | {:.3}", it.brier, it.error);
        text.push_str(&format!(
            "| `{}` | {} | {} |\n",
            row.family.name,
            cells(&row.figures.held),
            cells(&row.figures.stated)
        ));
    }
    for (title, of) in [
        ("the model holds that a tenth more (or less) pays", held as fn(&Figures) -> &Calibration),
        ("an action states that it pays", stated),
    ] {
        text.push_str(&format!(
            "\n| {title} | well specified: how many | stated in the mean | it did | misspecified: how many | stated in the mean | it did |\n\
             |---|---|---|---|---|---|---|\n"
        ));
        let bins = families.first().map_or(0, |row| of(&row.figures).bins.len());
        for bin in 0..bins {
            let cells = |is_well_specified: bool| {
                let some = families
                    .iter()
                    .filter(|it| it.family.is_well_specified == is_well_specified)
                    .map(|it| of(&it.figures).bins[bin]);
                let sum = some.fold(Bin::default(), |sum, it| Bin {
                    of: sum.of + it.of,
                    stated: sum.stated + it.stated,
                    came_true: sum.came_true + it.came_true,
                });
                let mean = if sum.of == 0 {
                    "-".to_owned()
                } else {
                    format!("{:.1} %", 100.0 * sum.stated / f64::from(sum.of))
                };
                format!("{} | {mean} | {}", sum.of, percent(sum.came_true, sum.of))
            };
            text.push_str(&format!(
                "| {} to {} % | {} | {} |\n",
                100 * bin / bins,
                100 * (bin + 1) / bins,
                cells(true),
                cells(false)
            ));
        }
    }
    text.push('\n');
    text
}

fn held(figures: &Figures) -> &Calibration {
    &figures.held
}

fn stated(figures: &Figures) -> &Calibration {
    &figures.stated
}

fn errors(families: &[FamilyRow]) -> String {
    let rows = families.iter().map(|row| {
        let figures = &row.figures;
        format!(
            "| `{}` | {} | {:.1} % | {} | {} |",
            row.family.name,
            figures.error.map_or_else(|| "-".to_owned(), |it| format!("{:.1} %", 100.0 * it)),
            100.0 * figures.error_of_revenue,
            ratio(figures.test_r2),
            ratio(figures.unexplained)
        )
    });
    format!(
        "## How far contributions are off\n\n\
         | family | mean error of a channel | sum of errors as a share of revenue | median R² on the test | unexplained, as a multiple of the noise |\n\
         |---|---|---|---|---|\n{}\n\n",
        rows.collect::<Vec<_>>().join("\n")
    )
}

fn small(groups: &[GroupRow]) -> String {
    let rows = groups.iter().map(|row| {
        let it = &row.figures;
        format!(
            "| {} | {} | {} | {} | {:.1} % | {} | {} |",
            row.group.name,
            row.way,
            it.accounts,
            it.without,
            100.0 * it.error,
            percent(it.roas.at_80, it.roas.of),
            percent(it.roas.at_90, it.roas.of)
        )
    });
    format!(
        "## Small accounts\n\n\
         | groups whose accounts are | learnt from | small accounts | without a model | errors as a share of all contributions | ROAS 80 % | 90 % |\n\
         |---|---|---|---|---|---|---|\n{}\n\n",
        rows.collect::<Vec<_>>().join("\n")
    )
}

fn real(sets: &[SetRow]) -> String {
    let rows = sets.iter().map(|row| match &row.figures {
        Err(why) => format!("| {} | no model: {why} | | | | | | | | | |", row.name),
        Ok(it) => {
            let (held, error) = it.truth.map_or_else(
                || ("-".to_owned(), "-".to_owned()),
                |(held, error)| {
                    (format!("{} of {}", held.at_90, held.of), format!("{:.1} %", 100.0 * error))
                },
            );
            format!(
                "| {} | {} {} × {} | {} | {} | {} | {} | {} | {} | {held} | {error} |",
                row.name,
                it.periods,
                it.unit,
                it.channels,
                ratio(it.test.r2),
                it.test.mape.map_or_else(|| "-".to_owned(), |it| format!("{:.1} %", 100.0 * it)),
                percent(it.next.at_80, it.next.of),
                percent(it.next.at_90, it.next.of),
                percent(it.ahead.at_80, it.ahead.of),
                percent(it.ahead.at_90, it.ahead.of),
            )
        }
    });
    format!(
        "## Real sets\n\n\
         | set | periods × channels | test R² | test MAPE | next period 80 % | 90 % | mean of four 80 % | 90 % | true contributions held at 90 % | their mean error |\n\
         |---|---|---|---|---|---|---|---|---|---|\n{}\n\n",
        rows.collect::<Vec<_>>().join("\n")
    )
}
