//! The command line: one file per subcommand. It prints, and reads the clock; nothing else in the
//! library does, but for the daemon's loop.

mod accounts;
mod actions;
mod audit;
mod backup;
mod cautions;
mod check;
mod clock;
mod curve_arguments;
mod decide;
mod demo;
mod error;
mod evaluate;
mod explain;
mod facts;
mod generate;
mod import;
mod in_force;
mod ingest;
mod init;
mod keys;
mod load;
mod model;
mod model_linear;
mod model_pool;
mod model_posterior;
mod output;
mod plan;
mod plan_curves;
mod plan_periods;
mod plot;
mod prune;
mod refusal;
mod restore;
mod run;
mod simulate;
mod sources;
mod sources_guess;
mod status;
mod stop;
mod validate;
mod verify;
mod whatif_linear;
mod words;

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

pub use error::CliError;
use output::Output;

/// Done.
pub const DONE: u8 = 0;
/// The answer is no: a file refused, a bundle not genuine, a week that must wait.
pub const NO: u8 = 1;
/// Usage or configuration.
pub const USAGE: u8 = 2;

/// The machine: disk, permission, port, a second instance.
const MACHINE: u8 = 3;

/// What a command ends with: an exit status, or an error that brings its own.
pub type Ending = Result<u8, CliError>;

/// Turns daily marketing CSVs into one signed weekly budget file, by rules that people can read.
#[derive(Debug, Parser)]
#[command(name = "budgetd", version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 done; 1 the answer is no (a file refused, a bundle not \
    genuine, a week that must wait); 2 usage or configuration; 3 the machine (disk, permission, a \
    second instance); 4 own state damaged. An import that a signal stopped: 128 and its number.")]
struct Cli {
    /// The daemon's configuration [default: config/budgetd.toml, then /etc/budgetd/budgetd.toml]
    #[arg(long, global = true, value_name = "FILE", env = "BUDGETD_CONFIG")]
    config: Option<PathBuf>,
    /// Answer in JSON, for machines
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lay out a working folder: configuration, folders, a fresh signing key
    Init(init::Arguments),
    /// Show the whole journey in seconds: sample files in, signed weekly bundles out
    Demo(demo::Arguments),
    /// Run the daemon: watch the inbox, decide what is due
    Run(run::Arguments),
    /// Say what is wrong with configuration, folders and key, and how to mend it
    Check(check::Arguments),
    /// Say what the inbox would say of a file; moves nothing
    Validate(validate::Arguments),
    /// Take what is in the inbox (or copies of the files named) once, without waiting
    Ingest(ingest::Arguments),
    /// Load history: files of any age, in days, weeks or months; run again, it goes on
    Import(import::Arguments),
    /// The formats that files are read by: presets, the account's own, and what a strange file is
    #[command(subcommand)]
    Sources(sources::Arguments),
    /// Run one week: publish its signed bundle
    Decide(decide::Arguments),
    /// Show what has arrived, what is missing, and the last and next run
    Status(status::Arguments),
    /// Print what the ledger believes, as CSV in the long format
    Facts(facts::Arguments),
    /// Explain a published decision in plain words
    Explain(explain::Arguments),
    /// Check a bundle: signature, digests, sums, chain
    Verify(verify::Arguments),
    /// The advisory model: what each channel really contributed
    #[command(subcommand)]
    Model(model::Arguments),
    /// Say what changed spends would change, by the advisory model
    Whatif(plan::WhatIfArguments),
    /// Say what other totals would bring, each shared out best, by the advisory model
    Plan(plan::PlanArguments),
    /// Increase, monitor or reduce: what the advisory model says of each channel, and how sure it is
    Actions(actions::Arguments),
    /// Draw what the model and the newest week say, as SVG
    Plot(plot::Arguments),
    /// Check or show the audit log
    #[command(subcommand)]
    Audit(audit::Arguments),
    /// Make, rotate or show the signing key
    #[command(subcommand)]
    Keys(keys::Arguments),
    /// Write manual pages or shell completions, for packages
    #[command(subcommand, hide = true)]
    Generate(generate::Arguments),
    /// Measure the program itself, for those who work on it
    #[command(subcommand, hide = true)]
    Evaluate(evaluate::Arguments),
    /// Back everything up: ledger, log, keys, configuration, originals, bundles
    Backup(backup::Arguments),
    /// Remove originals and logs that are older than [retention] keeps
    Prune(prune::Arguments),
    /// Make the data of an advertiser whose truth is known, to try models on
    Simulate(simulate::Arguments),
    /// Restore a backup into an empty place, which then goes on
    Restore(restore::Arguments),
}

/// What every command is called with.
struct Context {
    config: Option<PathBuf>,
    output: Output,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers; clap prints them to stdout and errors to stderr.
            let status = if error.use_stderr() { USAGE } else { DONE };
            let is_lost = error.print().is_err_and(|why| why.kind() != ErrorKind::BrokenPipe);
            return ExitCode::from(if is_lost { status.max(MACHINE) } else { status });
        }
    };
    let context = Context { config: cli.config, output: Output::new(cli.json) };
    let ending = match cli.command {
        Command::Init(arguments) => init::run(&context, &arguments),
        Command::Demo(arguments) => demo::run(&context, &arguments),
        Command::Run(arguments) => run::run(&context, &arguments),
        Command::Check(arguments) => check::run(&context, &arguments),
        Command::Validate(arguments) => validate::run(&context, &arguments),
        Command::Ingest(arguments) => ingest::run(&context, &arguments),
        Command::Import(arguments) => import::run(&context, &arguments),
        Command::Sources(arguments) => sources::run(&context, &arguments),
        Command::Decide(arguments) => decide::run(&context, &arguments),
        Command::Status(arguments) => status::run(&context, &arguments),
        Command::Facts(arguments) => facts::run(&context, &arguments),
        Command::Explain(arguments) => explain::run(&context, &arguments),
        Command::Verify(arguments) => verify::run(&context, &arguments),
        Command::Model(arguments) => model::run(&context, &arguments),
        Command::Whatif(arguments) => plan::run_what_if(&context, &arguments),
        Command::Plan(arguments) => plan::run(&context, &arguments),
        Command::Actions(arguments) => actions::run(&context, &arguments),
        Command::Plot(arguments) => plot::run(&context, &arguments),
        Command::Audit(arguments) => audit::run(&context, &arguments),
        Command::Keys(arguments) => keys::run(&context, &arguments),
        Command::Generate(arguments) => generate::run(&context, &arguments),
        Command::Evaluate(arguments) => evaluate::run(&context, &arguments),
        Command::Backup(arguments) => backup::run(&context, &arguments),
        Command::Prune(arguments) => prune::run(&context, &arguments),
        Command::Simulate(arguments) => simulate::run(&context, &arguments),
        Command::Restore(arguments) => restore::run(&context, &arguments),
    };
    let status = ending.unwrap_or_else(|error| {
        context.output.error(&error);
        error.status
    });
    ExitCode::from(match context.output.unwritten() {
        None => status,
        Some(error) => {
            context.output.trouble(&error);
            status.max(error.status)
        }
    })
}

/// The command line's definition, for man pages and completions.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The clock. Only the command line and the daemon look at it.
fn now() -> crate::domain::Instant {
    chrono::Utc::now()
}

/// Reads a time of the command line.
fn parse_time(text: &str) -> Result<crate::domain::Instant, String> {
    chrono::DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .map_err(|_| "write it like 2026-01-05T06:00:00+05:30 (RFC 3339)".to_owned())
}

/// Reads a day of the command line.
fn parse_day(text: &str) -> Result<crate::domain::Day, String> {
    text.parse().map_err(|_| "write it like 2026-01-05".to_owned())
}
