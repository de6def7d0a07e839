//! `budgetd sources guess FILE`: what a strange file is, as a `[[sources]]` table to look at, with
//! its first rows as that would read them. Takes nothing, writes nothing, needs no configuration.
//! What it prints is TOML, all of it: what is no table is a comment. It ends with 0 where the table (or
//! the shipped format) takes the file as it stands, with 1 where anything is left to choose or to mend.

use std::io::{BufReader, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::output::{BAD, CARE, FAINT, GOOD, STRONG, paint, table};
use super::{CliError, Context, DONE, Ending, NO, now};
use crate::domain::text::escape;
use crate::domain::{Account, Conversions, Currency, Day, Figures, FineMoney};
use crate::ingest::guess::{
    Finding, Guess, HEAD_BYTES_MAX, Preview, PreviewRow, Terms, UNTOLD, against, guess, guess_for,
    preview_on, to_toml, whole,
};
use crate::ingest::{DailyReport, Reading};
use crate::report::words::count;
use crate::store::files;

/// Bytes of a file that is read to its end; more takes longer than people wait for a look.
const WHOLE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Faults of the reading that are shown; `validate` has them all.
const FAULTS_SHOWN: usize = 5;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file to look at: its first 256 KiB give the table, which then reads up to 64 MiB of it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Also say what of it doesn't fit this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let path = &arguments.file;
    let (head, whole) = head_of(path)?;
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    let workspace = arguments.account.as_ref().map(|_| context.workspace()).transpose()?;
    let account = match (&workspace, &arguments.account) {
        (Some(workspace), Some(id)) => Some(workspace.account(id)?),
        _ => None,
    };
    let mut guessed = match account {
        None => guess(&head, &file_name, whole),
        Some(account) => guess_for(&head, &file_name, whole, account),
    };
    let unfit = account.map(|account| against(&guessed, account)).unwrap_or_default();
    // Where something of the file is not the account's, it is looked at by itself.
    let account = account.filter(|_| unfit.is_empty());
    guessed.untold.extend(unfit);
    let terms = Terms { file_name: &file_name, account, today: Some(today(account)) };
    let mut preview = preview_on(&guessed, terms);
    let part = look_at_the_rest(path, &mut guessed, &mut preview, terms)?;
    let name = escape(&path.display().to_string());
    context.output.line(page(&name, &guessed, preview.as_ref(), part));
    context.output.json(&machine(&name, &guessed, preview.as_ref(), part));
    let is_taken = preview.as_ref().is_some_and(|it| matches!(it.reading, Reading::Taken(_)));
    Ok(if is_taken && guessed.is_settled() { DONE } else { NO })
}

/// Today where the account is; without one, the latest day that it is anywhere.
fn today(account: Option<&Account>) -> Day {
    match account {
        Some(account) => now().with_timezone(&account.time_zone).date_naive(),
        None => (now() + chrono::Duration::hours(14)).date_naive(),
    }
}

/// How much of a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The look itself took all of it.
    All,
    /// All of it was read with the table that the look at its start gave.
    ThenAll,
    /// Its start.
    Start,
}

impl Part {
    const fn words(self) -> &'static str {
        match self {
            Self::All | Self::ThenAll => "the whole file",
            Self::Start => "the part that was looked at",
        }
    }
}

/// Reads all of a file whose start could be read, with the same table, and says how much was looked at.
fn look_at_the_rest(
    path: &Path,
    guessed: &mut Guess,
    preview: &mut Option<Preview>,
    terms: Terms<'_>,
) -> Result<Part, CliError> {
    if guessed.whole {
        return Ok(Part::All);
    }
    let bytes = files::size(path)?;
    let start = format!("{} KiB", HEAD_BYTES_MAX / 1024);
    let is_packed = [".gz", ".zst"].iter().any(|end| terms.file_name.to_lowercase().ends_with(end));
    let all = if is_packed { "its unpacked text".to_owned() } else { kib(bytes) };
    let looked = format!("looked at the first {start} of {all}");
    let Some(preview) = preview.as_mut().filter(|it| matches!(it.reading, Reading::Taken(_)))
    else {
        guessed.open.push(finding(looked));
        return Ok(Part::Start);
    };
    if bytes > WHOLE_BYTES_MAX {
        guessed.untold.push(finding(format!(
            "{looked}, which is more than is read here: let `budgetd validate` say what stands behind"
        )));
        return Ok(Part::Start);
    }
    let unreadable = |error| unreadable(path, &error);
    let file = files::open_regular(path)?;
    let mut open = || {
        let mut again = file.try_clone()?;
        again.rewind()?;
        Ok(BufReader::new(again))
    };
    if let Some(reading) = whole(guessed, terms, &mut open).map_err(unreadable)? {
        preview.reading = reading;
        guessed.certain.push(finding(format!("{looked}, then read all of it with this table")));
        return Ok(Part::ThenAll);
    }
    Ok(Part::Start)
}

fn finding(text: String) -> Finding {
    Finding { about: "rows", text, choices: Vec::new() }
}

/// Bytes as people read them, rounded up.
fn kib(bytes: u64) -> String {
    format!("{} KiB", bytes.div_ceil(1024))
}

fn unreadable(path: &Path, error: &std::io::Error) -> CliError {
    CliError {
        status: 3,
        message: format!("cannot read {}: {error}", escape(&path.display().to_string())),
        hint: None,
    }
}

/// The first bytes of the file, and whether they are all.
fn head_of(path: &Path) -> Result<(Vec<u8>, bool), CliError> {
    let file = files::open_regular(path)?;
    let mut head = Vec::new();
    file.take(HEAD_BYTES_MAX as u64 + 1)
        .read_to_end(&mut head)
        .map_err(|error| unreadable(path, &error))?;
    let whole = head.len() <= HEAD_BYTES_MAX;
    head.truncate(HEAD_BYTES_MAX);
    Ok((head, whole))
}

fn page(name: &str, guessed: &Guess, preview: Option<&Preview>, part: Part) -> String {
    let is_refused = preview.is_some_and(|it| matches!(it.reading, Reading::Refused(_)));
    let mut parts = vec![verdict(name, guessed, is_refused)];
    let is_table = guessed.has_table() && guessed.preset_as_it_is() != Some("long");
    if is_table {
        parts.push(to_toml(guessed).trim_end().to_owned());
    } else {
        parts.push(findings("What the file says:", &guessed.certain));
        parts.push(findings("What only you can say:", &guessed.open));
        parts.push(findings(UNTOLD, &guessed.untold));
        parts.push(findings("What is missing:", &guessed.missing));
    }
    if let Some(preview) = preview {
        parts.push(previewed(preview, part));
    }
    parts.retain(|part| !part.is_empty());
    // All that is no TOML is a comment, so that the whole can be appended to an account's file.
    for at in (0..parts.len()).filter(|at| !is_table || *at != 1) {
        parts[at] = commented(&parts[at]);
    }
    parts.join("\n\n")
}

fn commented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { "#".to_owned() } else { format!("# {line}") };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn verdict(name: &str, guessed: &Guess, is_refused: bool) -> String {
    if !guessed.is_readable() {
        let what = if guessed.has_table() {
            "something must be chosen before it can be read"
        } else {
            "it can't be read"
        };
        return format!("{name}: {}", paint(BAD, what));
    }
    let format = match (guessed.preset_as_it_is(), &guessed.preset) {
        (Some("long"), _) => "it is in the shipped long format, and needs no table".to_owned(),
        (Some(preset), _) => format!("it is in the format of the preset {preset}, as it stands"),
        (None, Some(preset)) => format!("it is near the preset {preset}; this table describes it"),
        (None, None) => "no preset is near it; this table describes it".to_owned(),
    };
    let mut care = String::new();
    if !guessed.untold.is_empty() {
        care.push_str("; yet something could not be told, see below");
    } else if is_refused {
        care.push_str("; yet this file would be refused, see below");
    } else if !guessed.is_settled() {
        care.push_str("; fill in what only you can say");
    }
    format!("{name}: {}{}", paint(GOOD, &format), paint(CARE, &care))
}

fn findings(heading: &str, findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut lines = vec![paint(STRONG, heading)];
    for finding in findings {
        lines.push(format!("  {}: {}", finding.about, finding.text));
        let choices = finding.choices.iter().flat_map(|choice| choice.lines());
        lines.extend(choices.map(|choice| format!("      {}", escape(choice))));
    }
    lines.join("\n")
}

fn previewed(preview: &Preview, part: Part) -> String {
    let mut parts = Vec::new();
    if !preview.rows.is_empty() {
        let heading = paint(STRONG, "The first rows as it would read them:");
        parts.push(format!("{heading}\n{}", rows_table(preview)));
    }
    match &preview.reading {
        Reading::Taken(report) => {
            let what = part.words();
            let heading = paint(STRONG, &format!("The sums of {what}, {}:", count_rows(report)));
            parts.push(format!("{heading}\n{}", sums_table(report, preview.currency)));
            parts.extend(
                report.warnings.iter().map(|it| format!("  {} {it}", paint(CARE, "warning:"))),
            );
        }
        Reading::Refused(rejection) => {
            let heading = format!("As it stands it would be refused ({}):", rejection.faults_total);
            let shown =
                rejection.faults.iter().take(FAULTS_SHOWN).map(|fault| format!("  {fault}"));
            let lines: Vec<String> = std::iter::once(paint(BAD, &heading)).chain(shown).collect();
            parts.push(lines.join("\n"));
        }
    }
    if let Some((column, text)) = &preview.only {
        let (column, text) = (escape(column), escape(text));
        parts.push(paint(
            FAINT,
            &format!("Only rows with \"{text}\" in \"{column}\" were read, as an example."),
        ));
    }
    parts.join("\n\n")
}

fn count_rows(report: &DailyReport) -> String {
    let rows = usize::try_from(report.rows).unwrap_or(usize::MAX);
    let days = format!("{} to {}", report.first_day, report.last_day);
    let totals = match report.totals_rows {
        0 => String::new(),
        totals => format!(", {totals} totals rows beside them"),
    };
    format!("{} of {days}{totals}", count(rows, "row"))
}

const FIGURES: [&str; 5] = ["spend", "impressions", "clicks", "conversions", "revenue"];

fn rows_table(preview: &Preview) -> String {
    let row = |row: &PreviewRow| {
        let who = row.channel.as_deref().unwrap_or("(the business)");
        let mut cells =
            vec![row.line.to_string(), row.day.to_string(), escape(who), escape(&row.campaign)];
        cells.extend(figures(row.figures, preview.currency));
        cells
    };
    let headings: Vec<&str> =
        ["line", "day", "channel", "campaign"].into_iter().chain(FIGURES).collect();
    table(&headings, &[0, 4, 5, 6, 7, 8], preview.rows.iter().map(row).collect())
}

fn sums_table(report: &DailyReport, currency: Currency) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for totals in &report.channels {
        let mut cells =
            vec![escape(totals.channel.as_str()), totals.rows.to_string(), totals.days.to_string()];
        cells.extend(figures(totals.figures, currency));
        rows.push(cells);
    }
    if let Some(business) = report.business {
        let mut cells = vec!["(the business)".to_owned(), String::new(), String::new()];
        cells.extend(figures(business, currency));
        rows.push(cells);
    }
    let headings: Vec<&str> = ["channel", "rows", "days"].into_iter().chain(FIGURES).collect();
    table(&headings, &[1, 2, 3, 4, 5, 6, 7], rows)
}

/// Figures as plain decimals; what isn't known stays blank.
fn figures(figures: Figures, currency: Currency) -> [String; 5] {
    let money = |money: Option<FineMoney>| {
        money.map_or_else(String::new, |money| money.rounded().to_decimal(currency))
    };
    let count = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
    [
        money(figures.spend),
        count(figures.impressions),
        count(figures.clicks),
        figures.conversions.map_or_else(String::new, Conversions::to_decimal),
        money(figures.revenue),
    ]
}

fn machine(name: &str, guessed: &Guess, preview: Option<&Preview>, part: Part) -> Value {
    let table = guessed.has_table().then(|| to_toml(guessed));
    json!({
        "file": name,
        "readable": guessed.is_readable(),
        "whole": guessed.whole,
        "read_whole": part != Part::Start,
        "preset": guessed.preset,
        "preset_as_it_is": guessed.preset_as_it_is(),
        "differing": guessed.differing,
        "source": guessed.has_table().then_some(&guessed.source),
        "toml": table,
        "channels": guessed.channels.iter().map(|it| escape(it)).collect::<Vec<_>>(),
        "currencies": guessed.currencies,
        "week_starts_on": guessed.week_starts_on.map(|day| day.to_string().to_lowercase()),
        "certain": guessed.certain,
        "open": guessed.open,
        "untold": guessed.untold,
        "missing": guessed.missing,
        "preview": preview.map(machine_preview),
    })
}

fn machine_preview(preview: &Preview) -> Value {
    let keyed = |values: [String; 5]| -> Value {
        let known = FIGURES.into_iter().zip(values);
        known
            .map(|(key, text)| {
                (key.to_owned(), if text.is_empty() { Value::Null } else { text.into() })
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let rows: Vec<Value> = preview
        .rows
        .iter()
        .map(|row| {
            json!({"line": row.line, "day": row.day, "channel": row.channel.as_deref().map(escape),
                "campaign": escape(&row.campaign), "figures": keyed(figures(row.figures, preview.currency))})
        })
        .collect();
    match &preview.reading {
        Reading::Taken(report) => json!({"verdict": "accepted", "rows": rows,
            "first_day": report.first_day, "last_day": report.last_day, "rows_total": report.rows,
            "totals_rows": report.totals_rows,
            "channels": report.channels.iter().map(|it| json!({"channel": escape(it.channel.as_str()),
                "rows": it.rows, "days": it.days, "figures": keyed(figures(it.figures, preview.currency))}))
                .collect::<Vec<_>>(),
            "business": report.business.map(|it| keyed(figures(it, preview.currency))),
            "warnings": report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()}),
        Reading::Refused(rejection) => json!({"verdict": "refused", "rows": rows,
            "faults_total": rejection.faults_total, "codes": rejection.codes(),
            "faults": rejection.faults.iter().take(FAULTS_SHOWN).map(ToString::to_string)
                .collect::<Vec<_>>()}),
    }
}
