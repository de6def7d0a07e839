//! The last screen of the demonstration: the budgets, the veto in one sentence, where to look.

use std::path::Path;

use super::Story;
use crate::cli::output::{BAD, CARE, FAINT, GOOD, Output, STRONG, paint};
use crate::cli::words::{self, shell_quoted};
use crate::decision::Decision;
use crate::domain::Account;
use crate::domain::text::escape;
use crate::workflow::{PublishedWeek, Workspace};

/// Prints it.
pub fn print(output: &Output, workspace: &Workspace, folder: &Path, story: &Story, genuine: bool) {
    output.line(format!(
        "{}\n",
        paint(STRONG, "budgetd: daily marketing CSVs in, one signed weekly budget out")
    ));
    files(output, story);
    for account in &workspace.config.accounts {
        let weeks: Vec<&PublishedWeek> = story
            .published
            .iter()
            .filter(|(id, _)| *id == account.id.as_str())
            .map(|(_, published)| published)
            .collect();
        budgets(output, account, &weeks);
    }
    let count = story.published.len();
    output.line("");
    output.line(if genuine {
        format!("{} all {count} bundles: signature, digests, sums, chain", paint(GOOD, "verified"))
    } else {
        paint(BAD, "a bundle is NOT genuine")
    });
    paths(output, folder, story);
}

fn files(output: &Output, story: &Story) {
    output.line(format!("{} {} files", paint(GOOD, "accepted"), story.accepted));
    for name in &story.corrected {
        output.line(format!(
            "{} a day by {name}: it replaced the day, nothing was added",
            paint(GOOD, "corrected")
        ));
    }
    for (name, fault) in &story.refused {
        output.line(format!("{} {name}: {fault}", paint(BAD, "refused")));
    }
    for missing in &story.waited {
        output.line(format!("{} at 06:00: {missing}", paint(CARE, "waited")));
    }
}

fn budgets(output: &Output, account: &Account, weeks: &[&PublishedWeek]) {
    output.line(format!(
        "\n{}  {} a week",
        paint(STRONG, &format!("Account {}", account.id)),
        account.currency.show(account.total_budget_weekly)
    ));
    let headings: Vec<String> = std::iter::once("channel".to_owned())
        .chain(
            weeks.iter().map(|week| week.decision.week.first_day().format("%-d %b %Y").to_string()),
        )
        .collect();
    let mut rows: Vec<Vec<String>> = account
        .channels
        .iter()
        .map(|channel| {
            let mut row = vec![channel.name.to_string()];
            row.extend(weeks.iter().map(|week| {
                let budget =
                    week.decision.channels.iter().find(|found| found.channel == channel.name);
                budget.map(|found| account.currency.show(found.final_budget)).unwrap_or_default()
            }));
            row
        })
        .collect();
    let mut outcomes = vec![String::new()];
    outcomes.extend(weeks.iter().map(|week| outcome(&week.decision)));
    rows.push(outcomes);
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let right: Vec<usize> = (1..headings.len()).collect();
    output.table(&headings, &right, rows);
    for week in weeks {
        if let Some(veto) = week.decision.vetoes.first() {
            output.line(words::veto(&week.decision, veto));
            break;
        }
    }
    if let Some(week) = weeks.iter().find(|week| week.decision.held.is_some()) {
        output.line(format!(
            "  {} the week of {} keeps last week's budgets, since its data were late",
            paint(CARE, "hold:"),
            week.decision.week
        ));
    }
}

fn outcome(decision: &Decision) -> String {
    let outcome = words::outcome(decision);
    if decision.vetoes.is_empty() { outcome.to_owned() } else { format!("{outcome}, veto") }
}

fn paths(output: &Output, folder: &Path, story: &Story) {
    let shown = escape(&folder.display().to_string());
    let newest = story.published.iter().rev().find(|(account, _)| account == "main");
    let bundle =
        newest.map(|(_, published)| published.folder.display().to_string()).unwrap_or_default();
    let bundle = escape(&bundle);
    output.line(paint(STRONG, "\nWhere to look"));
    for (what, place) in [
        ("the manager's page", format!("{bundle}/report.html")),
        ("the budgets", format!("{bundle}/weekly_recommendations.csv")),
        ("the reasons", format!("{bundle}/explanation.txt")),
        ("every step", format!("{bundle}/decision.json")),
        (
            "receipts and refusals",
            format!("{shown}/inbox/main/receipts, {shown}/inbox/main/rejected"),
        ),
        ("the configuration", format!("{shown}/config/accounts/main.toml")),
    ] {
        output.line(format!("  {} {place}", paint(FAINT, &format!("{what:<22}"))));
    }
    output.line(paint(STRONG, "\nCheck it with stock tools"));
    output.line(format!("  cd {}", shell_quoted(&bundle)));
    output.line("  sha256sum -c SHA256SUMS");
    output.line(
        "  ssh-keygen -Y verify -f ../../allowed_signers -I budgetd -n budgetd -s SHA256SUMS.sig < SHA256SUMS",
    );
}
