//! `budgetd model pool`: what the accounts that share say together, and what each borrows of it.

use serde_json::{Value, json};

use super::output::{CARE, STRONG, paint};
use super::{CliError, Context, DONE, Ending};
use crate::advice::uncertainty::pooling::{ChannelPooling, Level, Share};
use crate::domain::text::escape;
use crate::report::advice::estimate;
use crate::store::lock::Lock;
use crate::workflow::{PooledAccount, learn_together, write_pool};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Show what there is to learn, and leave state/pool.json as it is
    #[arg(long)]
    dry_run: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let sharing = workspace.config.accounts.iter().filter(|it| it.model.pool).count();
    if sharing == 0 {
        return Err(CliError::usage(
            "no account shares what its model learns",
            "write pool = true below [model] in the files of the accounts that should",
        ));
    }
    let nothing = || {
        CliError::usage("the ledger knows nothing yet", "drop files, or `budgetd import` a history")
    };
    let ledger = workspace.ledger_to_read()?.ok_or_else(nothing)?;
    let progress = context.output.progress(2 * sharing);
    let found = learn_together(&workspace, &ledger, &|| progress.done())?;
    drop(progress);
    if !arguments.dry_run {
        let _lock = Lock::acquire(&workspace.places.state().work_lock())?;
        write_pool(&workspace, &found.pool)?;
    }
    let output = &context.output;
    let text = format!(
        "{} of {} accounts that share tell what their data say",
        found.pool.len(),
        found.accounts.len()
    );
    output.line(paint(STRONG, &text));
    let mut rows = Vec::new();
    for account in &found.accounts {
        let name = account.account.id.to_string();
        match &account.borrowed {
            Err(failure) => {
                output.line(format!("{} {name}: no model: {failure}", paint(CARE, "look:")));
            }
            Ok(None) => {
                output.line(format!("{name}: borrows nothing: too few others, or too unlike"));
            }
            Ok(Some(pooling)) => rows.extend(pooling.channels.iter().map(|it| row(&name, it))),
        }
    }
    if !rows.is_empty() {
        output.line("");
        output.table(
            &[
                "account",
                "channel",
                "learns from",
                "their return",
                "borrowed",
                "works for",
                "borrowed",
            ],
            &[3, 4, 5, 6],
            rows,
        );
    }
    output.json(&json!({
        "sharing": found.accounts.len(),
        "telling": found.pool.len(),
        "written": !arguments.dry_run,
        "accounts": found.accounts.iter().map(machine).collect::<Vec<_>>(),
    }));
    Ok(DONE)
}

/// "1.8 ± 0.4", "62 %", "3.5 days", "40 %".
fn row(account: &str, channel: &ChannelPooling) -> Vec<String> {
    let none = || "-".to_owned();
    let borrowed =
        |it: Option<Share>| it.map_or_else(none, |it| format!("{:.0} %", 100.0 * it.borrowed));
    let any = channel.returned.or(channel.lag).or(channel.half_saturation).or(channel.slope);
    vec![
        account.to_owned(),
        escape(&channel.channel),
        any.map_or_else(none, |it| {
            let of = match it.belief.level {
                Level::Name => "of that name",
                Level::Kind => "of that kind",
                Level::Media => "of all channels",
            };
            format!("{} accounts, {of}", it.belief.hyper.accounts)
        }),
        channel.returned.map_or_else(none, |it| {
            format!("{:.2} ± {:.2}", it.belief.hyper.mean, it.belief.hyper.between)
        }),
        borrowed(channel.returned),
        channel.lag.map_or_else(none, |it| format!("{:.1} days", libm::exp(it.belief.hyper.mean))),
        borrowed(channel.lag),
    ]
}

fn machine(account: &PooledAccount<'_>) -> Value {
    let (periods, unit) = account.periods;
    let share = |it: Option<Share>| {
        it.map_or(Value::Null, |it| {
            json!({
                "learnt_from": it.belief.level,
                "accounts": it.belief.hyper.accounts,
                "mean": estimate(it.belief.hyper.mean),
                "between_accounts": estimate(it.belief.hyper.between),
                "borrowed": estimate(it.borrowed),
            })
        })
    };
    let pooling = account.borrowed.as_ref().ok().and_then(Option::as_ref);
    json!({
        "account": account.account.id.as_str(),
        "periods": periods,
        "unit": unit,
        "no_model": account.borrowed.as_ref().err().map(ToString::to_string),
        "like_others": pooling.map_or(Value::Null, |it| estimate(it.like_others)),
        "channels": pooling.map_or_else(Vec::new, |it| it.channels.iter().map(|it| json!({
            "channel": it.channel,
            "log_lag_days": share(it.lag),
            "log_half_saturation": share(it.half_saturation),
            "log_slope": share(it.slope),
            "return": share(it.returned),
        })).collect()),
    })
}
