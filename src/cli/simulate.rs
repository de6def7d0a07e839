//! `budgetd simulate WORLD DIR`: a world and a seed → a folder of daily and business files with the
//! truth beside them. The same world and seed give the same bytes on every machine.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::output::{GOOD, paint};
use super::{CliError, Context, DONE, Ending, load, parse_day};
use crate::config::SourceText;
use crate::domain::nearest::nearest;
use crate::domain::text::escape;
use crate::domain::{Day, Money};
use crate::evaluate::worlds::WEEKS_MAX;
use crate::evaluate::worlds::media::{self, ChannelTruth, Folder, World};
use crate::report::words::count;
use crate::store::files;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A world: the path of its TOML file, or one that ships: plain, flighted, seasonal, confounded,
    /// small_noisy, twelve_channels, attribution_bias, s_shaped, broken, losing, no_effect, collinear,
    /// heavy_tails, long_carryover, drifting, changing_effects, small_account
    #[arg(value_name = "WORLD")]
    world: String,
    /// Where its files go; it must be new or empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Which of its lives
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many weeks, instead of the world's own number
    #[arg(long, value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(WEEKS_MAX)))]
    weeks: Option<u32>,
    /// The first day, instead of the world's own
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    start: Option<Day>,
    /// Do to the files what [dirt] of the world says, and say in dirt.csv what was done
    #[arg(long)]
    dirty: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let folder = &arguments.folder;
    if !files::is_empty_folder(folder)? {
        return Err(CliError::usage(
            format!("{} is not empty", escape(&folder.display().to_string())),
            "name a folder that is new or empty; nothing is overwritten",
        ));
    }
    if files::exists(folder) && files::real_path(folder) == files::real_path(Path::new(".")) {
        return Err(CliError::usage(
            "this is the folder that you are in",
            "name a new one; it appears with all its files at once",
        ));
    }
    let mut world = world(&arguments.world)?;
    world.weeks = arguments.weeks.unwrap_or(world.weeks);
    if let Some(start) = arguments.start {
        world.first_day = start;
    }
    // What was given here may not fit the world, and what is written must be readable again.
    let text = SourceText { path: arguments.world.clone(), text: world.to_toml() };
    let world = media::read(&text).map_err(|faults| load::faults_error_in("the world", &faults))?;
    let made = media::folder(&world, arguments.seed, arguments.dirty);
    let written: Vec<(&str, &[u8])> =
        made.files.iter().map(|file| (file.path.as_str(), file.text.as_bytes())).collect();
    files::write_new_folder(folder, &written)?;
    tell(context, arguments, &world, &made);
    Ok(DONE)
}

/// The world of that path or name.
fn world(named: &str) -> Result<World, CliError> {
    let path = Path::new(named);
    let is_path = named.contains('/')
        || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    if !is_path {
        return media::shipped(named).ok_or_else(|| unknown(named));
    }
    let text = SourceText { path: named.to_owned(), text: text(path)? };
    media::read(&text).map_err(|faults| load::faults_error_in("the world", &faults))
}

fn unknown(named: &str) -> CliError {
    let known: Vec<&str> = media::names().collect();
    let hint = match nearest(named, known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"? A path ends in .toml"),
        None => format!("there are {}; or name a file that ends in .toml", known.join(", ")),
    };
    CliError::usage(format!("there is no world \"{}\"", escape(named)), hint)
}

fn text(path: &Path) -> Result<String, CliError> {
    files::read_text(path, load::CONFIG_BYTES_MAX).map_err(|error| {
        CliError::usage(
            format!("the world {} cannot be read: {error}", escape(&path.display().to_string())),
            "`budgetd simulate plain DIR` writes a world.toml to start from",
        )
    })
}

fn tell(context: &Context, arguments: &Arguments, world: &World, made: &Folder) {
    let folder = escape(&arguments.folder.display().to_string());
    let output = &context.output;
    output.line(format!(
        "{} {folder}: {} of the world {}, seed {}, {} to {}",
        paint(GOOD, "simulated"),
        count(usize::try_from(world.weeks).unwrap_or(usize::MAX), "week"),
        escape(&world.name),
        arguments.seed,
        world.first_day,
        made.last_day,
    ));
    output.line("");
    let headings = ["channel", "spend", "brought", "ROAS", "marginal", "reported"];
    let rows = made.channels.iter().map(|channel| row(world, channel)).collect();
    output.table(&headings, &[1, 2, 3, 4, 5], rows);
    output.line("");
    if arguments.dirty {
        let done: Vec<String> =
            made.dirt.iter().map(|(kind, times)| format!("{kind} {times}")).collect();
        output.line(format!("  dirt.csv says what was done to the files: {}", done.join(", ")));
    }
    output.line("  truth.csv and truth.json: what each channel brought, day by day and in all");
    output.line("  account.toml: the account that takes daily/ and reads business.csv");
    let paths: Vec<&str> = made.files.iter().map(|file| file.path.as_str()).collect();
    let dirt: serde_json::Map<String, serde_json::Value> =
        made.dirt.iter().map(|(kind, times)| ((*kind).to_owned(), json!(times))).collect();
    output.json(&json!({"folder": folder, "world": world.name, "seed": arguments.seed,
        "weeks": world.weeks, "first_day": world.first_day, "last_day": made.last_day,
        "files": paths, "channels": made.channels, "dirt": dirt}));
}

fn row(world: &World, channel: &ChannelTruth) -> Vec<String> {
    let money = |amount: f64| world.currency.show(Money::from_minor(whole_units(world, amount)));
    let ratio = |ratio: Option<f64>| ratio.map_or_else(|| "-".to_owned(), |it| format!("{it:.2}"));
    vec![
        escape(&channel.channel),
        money(channel.spend),
        money(channel.contribution),
        ratio(channel.roas),
        ratio(channel.marginal_roas),
        ratio(channel.reported_roas),
    ]
}

/// Whole major units, in minor ones: a summary needs no decimals.
#[expect(clippy::cast_possible_truncation, reason = "a world's amounts are bounded")]
fn whole_units(world: &World, amount: f64) -> i128 {
    amount.round() as i128 * 10i128.pow(u32::from(world.currency.minor_digits()))
}
