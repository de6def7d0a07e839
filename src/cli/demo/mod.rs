//! `budgetd demo [DIR]`: the whole journey in seconds on simulated data: daily files in, signed
//! weekly bundles out, one with a veto and one with a hold. All times are stated, none is waited for.

mod summary;

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{CliError, Context, DONE, Ending, NO, ingest, init, now};
use crate::config;
use crate::domain::calendar::{Day, Instant, instant_of, plus_days};
use crate::domain::{Account, Week};
use crate::evaluate::worlds::{self, World, WorldChannel, WorldRow};
use crate::store::{bundle, files};
use crate::workflow::{
    FileAnswer, Interrupt, PublishedWeek, TakenFile, WeekOutcome, WeekRequest, Workspace,
};

/// Where the demonstration goes unless a folder is named; a number follows where it is taken.
const FOLDER: &str = "budgetd-demo";
/// The first simulated day, a Monday.
const FIRST_DAY: (i32, u32, u32) = (2025, 3, 31);
/// Weeks that arrive as one file, as a new customer brings them.
const HISTORY_WEEKS: u32 = 40;
/// Weeks that are decided after them.
const DECISION_WEEKS: u32 = 4;
/// The week, counted from 0, whose evidence is late: Sunday's file comes after the deadline.
const LATE_WEEK: u32 = 2;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A folder to lay out; it must be new or empty [default: budgetd-demo]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// What happened, for the summary.
#[derive(Default)]
pub struct Story {
    /// Files by how they ended.
    accepted: u64,
    duplicates: u64,
    refused: Vec<(String, String)>,
    corrected: Vec<String>,
    /// Bundles of each account, oldest first.
    published: Vec<(String, PublishedWeek)>,
    /// What a run waited for.
    waited: Vec<String>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let folder = free_folder(arguments.folder.as_deref())?;
    let accounts = [
        ("main.toml".to_owned(), config::shipped_account().to_owned()),
        ("shop.toml".to_owned(), include_str!("shop.toml").to_owned()),
    ];
    let workspace = init::lay_out(&folder, config::shipped_daemon(), &accounts)?;
    let mut story = Story::default();
    let progress = context.output.progress(workspace.config.accounts.len());
    for account in &workspace.config.accounts {
        progress.at(account.id.as_str());
        live(&workspace, account, &mut story)?;
        progress.done();
    }
    drop(progress);
    let mut genuine = true;
    for (_, published) in &story.published {
        genuine &= bundle::verify(&published.folder, None).is_ok();
    }
    if context.output.is_json() {
        context.output.json(&machine(&folder, &story, genuine));
    } else {
        summary::print(&context.output, &workspace, &folder, &story, genuine);
    }
    Ok(if genuine { DONE } else { NO })
}

/// Lives through the account's history and its decision weeks.
fn live(workspace: &Workspace, account: &Account, story: &mut Story) -> Result<(), CliError> {
    let first_day = Day::from_ymd_opt(FIRST_DAY.0, FIRST_DAY.1, FIRST_DAY.2).expect("a day");
    let rows = worlds::generate(
        &world(account),
        worlds::DEMO_SEED,
        first_day,
        HISTORY_WEEKS + DECISION_WEEKS,
    );
    let first_week = account.week_of(first_day).forward(HISTORY_WEEKS);
    let history: Vec<WorldRow> =
        rows.iter().filter(|row| row.day < first_week.first_day()).cloned().collect();
    drop_file(workspace, account, "history.csv", &worlds::to_csv(&history))?;
    take(workspace, account, morning(account, first_week.first_day()), story)?;
    for number in 0..DECISION_WEEKS {
        let week = first_week.forward(number);
        let is_late = number == LATE_WEEK && account.id.as_str() == "main";
        let sunday = week.back(1).last_day();
        if number > 0 {
            for day in week.back(1).days().filter(|day| !(is_late && *day == sunday)) {
                deliver(workspace, account, &rows, day, number, story)?;
            }
        }
        decide(workspace, account, week, is_late, story)?;
        if is_late {
            deliver(workspace, account, &rows, sunday, number, story)?;
        }
    }
    Ok(())
}

/// A day's file arrives on the next morning. Once it is a wrong one first, and once a corrected
/// one follows.
fn deliver(
    workspace: &Workspace,
    account: &Account,
    rows: &[WorldRow],
    day: Day,
    number: u32,
    story: &mut Story,
) -> Result<(), CliError> {
    let of_day: Vec<WorldRow> = rows.iter().filter(|row| row.day == day).cloned().collect();
    let text = worlds::to_csv(&of_day);
    let name = format!("daily_{day}.csv");
    let arrives = morning(account, plus_days(day, 1));
    let is_shown = account.id.as_str() == "main" && number == 1;
    let position = account.week_of(day).position(day);
    if is_shown && position == Some(2) {
        // Somebody saved it from a spreadsheet: another channel name, decimal commas.
        let wrong = text.replacen("Email", "E-Mail", 1).replacen('.', ";", 1);
        drop_file(workspace, account, &format!("from_spreadsheet_{day}.csv"), &wrong)?;
    }
    if is_shown && position == Some(4) {
        let mut early = of_day.clone();
        early[0].measures.revenue = crate::domain::Money::ZERO;
        drop_file(workspace, account, &format!("preliminary_{day}.csv"), &worlds::to_csv(&early))?;
        take(workspace, account, arrives, story)?;
    }
    drop_file(workspace, account, &name, &text)?;
    take(workspace, account, arrives, story)
}

fn decide(
    workspace: &Workspace,
    account: &Account,
    week: Week,
    is_late: bool,
    story: &mut Story,
) -> Result<(), CliError> {
    let interrupt = Interrupt::default();
    let hours: &[u32] = if is_late { &[6, 18] } else { &[6] };
    for hour in hours {
        let request = WeekRequest {
            week: Some(week),
            stated_at: at(account, week.first_day(), *hour),
            now: now(),
            dry_run: false,
            revise: None,
            caught_up_from: None,
        };
        let mut unit = workspace.begin(&interrupt)?;
        unit.recover(account, now(), now(), &mut |_| ())?;
        match unit.run_week(account, &request)? {
            WeekOutcome::Published(published) => {
                story.published.push((account.id.to_string(), *published));
            }
            WeekOutcome::Waiting { missing, .. } => {
                story.waited.extend(super::words::missing(&missing));
            }
            WeekOutcome::AlreadyDecided { .. } | WeekOutcome::Previewed(_) => {}
        }
    }
    Ok(())
}

fn take(
    workspace: &Workspace,
    account: &Account,
    arrived_at: Instant,
    story: &mut Story,
) -> Result<(), CliError> {
    let interrupt = Interrupt::default();
    let mut unit = workspace.begin(&interrupt)?;
    ingest::take_inbox(&mut unit, account, arrived_at, now(), &mut |file| {
        remember(file, story);
    })
}

fn remember(file: &TakenFile, story: &mut Story) {
    match &file.answer {
        FileAnswer::Accepted { replaced, .. } => {
            story.accepted += 1;
            if *replaced > 0 {
                story.corrected.push(file.name.clone());
            }
        }
        FileAnswer::Duplicate { .. } => story.duplicates += 1,
        FileAnswer::Refused { rejection, .. } => {
            let first = rejection.faults.first().map(ToString::to_string).unwrap_or_default();
            story.refused.push((file.name.clone(), first));
        }
        FileAnswer::Finished
        | FileAnswer::Changed
        | FileAnswer::NoRoom { .. }
        | FileAnswer::NotReady { .. }
        | FileAnswer::Ignored { .. } => {}
    }
}

fn drop_file(
    workspace: &Workspace,
    account: &Account,
    name: &str,
    text: &str,
) -> Result<(), CliError> {
    Ok(files::write_new(&workspace.places.drop_folder(&account.id).join(name), text.as_bytes())?)
}

/// The world that an account of the demonstration lives in.
fn world(account: &Account) -> World {
    if account.id.as_str() == "main" {
        return worlds::demo_world();
    }
    let mut world = worlds::steady();
    world.channels = vec![
        WorldChannel::plain("Google Ads", 9_000.0, 2.4),
        WorldChannel::plain("Meta Ads", 7_000.0, 1.9),
        WorldChannel::plain("Newsletter", 4_000.0, 3.1),
    ];
    world
}

fn morning(account: &Account, day: Day) -> Instant {
    at(account, day, 5)
}

fn at(account: &Account, day: Day, hour: u32) -> Instant {
    let time = chrono::NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour of the day");
    instant_of(day, time, account.time_zone)
}

/// The folder named, if it is new or empty; else the first free one.
fn free_folder(named: Option<&Path>) -> Result<PathBuf, CliError> {
    match named {
        Some(folder) if files::is_empty_folder(folder)? => Ok(folder.to_owned()),
        Some(folder) => Err(CliError::usage(
            format!("{} is not empty", folder.display()),
            "name a folder that is new or empty; the demonstration never overwrites",
        )),
        None => {
            for number in 1.. {
                let name =
                    if number == 1 { FOLDER.to_owned() } else { format!("{FOLDER}-{number}") };
                if files::is_empty_folder(Path::new(&name))? {
                    return Ok(PathBuf::from(name));
                }
            }
            unreachable!("some number is free")
        }
    }
}

fn machine(folder: &Path, story: &Story, genuine: bool) -> serde_json::Value {
    let bundles: Vec<_> = story
        .published
        .iter()
        .map(|(account, published)| {
            json!({"account": account, "week": published.decision.week,
                "outcome": super::words::outcome(&published.decision),
                "vetoes": published.decision.vetoes.iter()
                    .map(|veto| veto.channel.as_str()).collect::<Vec<_>>(),
                "folder": published.folder.display().to_string()})
        })
        .collect();
    json!({"folder": folder.display().to_string(), "accepted": story.accepted,
        "duplicates": story.duplicates, "refused": story.refused.len(),
        "corrected": story.corrected.len(), "bundles": bundles, "genuine": genuine})
}
