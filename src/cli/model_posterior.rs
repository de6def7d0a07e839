//! `budgetd model posterior`: the account's model by the sampler beside the closed form of each week.
//! Only builds with the feature `nuts` have the sampler.

use std::path::PathBuf;

#[cfg(not(feature = "nuts"))]
use super::CliError;
use super::{Context, Ending};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The account (needed where there are several)
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Learn from this file instead of the ledger; nothing of it is taken
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// The source that reads it, one of the account's or a preset [default: by the file's name]
    #[arg(long, value_name = "NAME", requires = "data")]
    source: Option<String>,
    /// The model: that of each week, or the default model of PyMC-Marketing
    #[arg(long, value_name = "NAME", value_enum, default_value_t = ModelArgument::Weekly)]
    model: ModelArgument,
    /// All chance comes from it
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Chains
    #[arg(long, value_name = "N", default_value_t = 4,
        value_parser = clap::value_parser!(u32).range(2..=16))]
    chains: u32,
    /// Draws of each chain that find its step size, and are dropped
    #[arg(long, value_name = "N", default_value_t = 1_000,
        value_parser = clap::value_parser!(u32).range(100..=20_000))]
    warmup: u32,
    /// Draws of each chain after them
    #[arg(long, value_name = "N", default_value_t = 1_000,
        value_parser = clap::value_parser!(u32).range(100..=20_000))]
    draws: u32,
    /// Write what is drawn into this new file [default: a file in the state folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Sample anew, although the same was sampled before
    #[arg(long)]
    again: bool,
}

/// The models that can be sampled.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ModelArgument {
    /// The model of each week
    Weekly,
    /// The default model of PyMC-Marketing
    Pymc,
}

#[cfg(not(feature = "nuts"))]
pub fn run(_context: &Context, _arguments: &Arguments) -> Ending {
    Err(CliError::usage(
        "this build of budgetd has no sampler",
        "build it with `cargo build --release --features nuts`; `budgetd model fit` shows the closed \
         form",
    ))
}

#[cfg(feature = "nuts")]
pub use sampled::run;

#[cfg(feature = "nuts")]
mod sampled {
    use serde_json::json;

    use super::super::accounts::named_or_only;
    use super::super::model::read;
    use super::super::output::{BAD, CARE, FAINT, GOOD, STRONG, paint};
    use super::super::{DONE, NO};
    use super::{Arguments, Context, Ending, ModelArgument};
    use crate::advice::uncertainty::posterior::SamplerSettings;
    use crate::advice::uncertainty::posterior::agreement::{
        Agreement, Compared, ESS_MIN, RHAT_MAX, SHIFT_MAX, WIDTH_MAX,
    };
    use crate::domain::text::escape;
    use crate::report::advice::estimate_text;
    use crate::workflow::{
        PosteriorAnswer, PosteriorError, PosteriorModel, PosteriorRequest, posterior,
    };

    pub fn run(context: &Context, arguments: &Arguments) -> Ending {
        let workspace = context.workspace()?;
        let account = named_or_only(&workspace, arguments.account.as_deref())?;
        let data = match read(
            context,
            &workspace,
            account,
            arguments.data.as_deref(),
            arguments.source.as_deref(),
        )? {
            Ok(data) => data,
            Err(status) => return Ok(status),
        };
        let Arguments { seed, chains, warmup, draws, .. } = *arguments;
        let request = PosteriorRequest {
            model: match arguments.model {
                ModelArgument::Weekly => PosteriorModel::Weekly,
                ModelArgument::Pymc => PosteriorModel::Pymc,
            },
            settings: SamplerSettings { seed, chains, warmup, draws },
            out: arguments.out.clone(),
            again: arguments.again,
        };
        match posterior(&workspace, account, &data, &request) {
            Ok(answer) => {
                show(context, &answer);
                if request.model == PosteriorModel::Weekly && !account.experiments.tests.is_empty()
                {
                    let told = "lift tests of the account are left out here, of both";
                    context.output.line(format!("{} {told}", paint(CARE, "look:")));
                }
                context.output.json(&machine(&answer));
                Ok(if answer.agreement == Agreement::Agrees { DONE } else { NO })
            }
            Err(PosteriorError::Workflow(error)) => Err(error.into()),
            Err(error) => {
                let reason = match &error {
                    PosteriorError::Model(failure) => failure.code(),
                    PosteriorError::NotSampled(_) => "not_sampled",
                    PosteriorError::Sampler(_) => "sampler",
                    PosteriorError::NoClosedForm | PosteriorError::Workflow(_) => "no_closed_form",
                };
                let text = escape(&error.to_string());
                context.output.line(format!("{} {text}", paint(BAD, "no posterior:")));
                context.output.json(&json!({"account": account.id.as_str(), "posterior": "none",
                    "reason": reason, "text": text}));
                Ok(NO)
            }
        }
    }

    fn machine(answer: &PosteriorAnswer) -> serde_json::Value {
        let asked = &answer.artefact.asked;
        json!({
            "account": asked.account,
            "model": asked.model,
            "agreement": answer.agreement,
            "file": escape(&answer.path.display().to_string()),
            "replayed": answer.is_replayed,
            "replaced_damaged": answer.replaced,
            "seed": asked.seed,
            "chains": asked.chains,
            "warmup": asked.warmup,
            "draws": asked.draws,
            "data_sha256": asked.data_sha256,
            "program": asked.program,
            "sampler": asked.sampler,
            "divergences": answer.artefact.divergences,
            "rhat_max": most_rhat(answer),
            "ess_bulk_min": least_ess(answer),
            "compared": answer.compared,
        })
    }

    fn show(context: &Context, answer: &PosteriorAnswer) {
        let output = &context.output;
        let asked = &answer.artefact.asked;
        output.line(format!(
            "{} account {}, model {}",
            paint(STRONG, "posterior of"),
            asked.account,
            asked.model
        ));
        let path = escape(&answer.path.display().to_string());
        let how = if answer.is_replayed { "replayed from" } else { "sampled; kept in" };
        output.line(format!("{how} {path}"));
        if let Some(what) = &answer.replaced {
            let told = format!("the file there was damaged ({what}) and has been replaced");
            output.line(format!("{} {}", paint(CARE, "look:"), escape(&told)));
        }
        output.line("");
        output.table(
            &[
                "channel",
                "figure",
                "closed form",
                "90 %",
                "sampler",
                "90 %",
                "shift in sd",
                "width",
                "",
            ],
            &[2, 3, 4, 5, 6, 7],
            answer.compared.iter().map(row).collect(),
        );
        output.line("");
        let shown = |value: Option<f64>, digits: usize| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
        };
        output.line(format!(
            "{} chains of {} draws after {} of warm-up, seed {}: R-hat at most {}, effective draws at \
             least {}, {} divergent",
            asked.chains,
            asked.draws,
            asked.warmup,
            asked.seed,
            shown(most_rhat(answer), 4),
            shown(least_ess(answer), 0),
            answer.artefact.divergences
        ));
        let differing = answer.compared.iter().filter(|it| !it.agrees).count();
        let (style, told) = match answer.agreement {
            Agreement::Agrees => (
                GOOD,
                format!(
                    "agrees: all within {SHIFT_MAX} sd and {:.0} % of the width, give or take the \
                     sampler's own error",
                    WIDTH_MAX * 100.0
                ),
            ),
            Agreement::Differs => (
                BAD,
                format!(
                    "differs: {differing} of {} figures by more than {SHIFT_MAX} sd or {:.0} % of the \
                     width and the sampler's own error",
                    answer.compared.len(),
                    WIDTH_MAX * 100.0
                ),
            ),
            Agreement::NotSettled => (
                CARE,
                format!(
                    "not settled: the sampler needs R-hat up to {RHAT_MAX}, {ESS_MIN} effective draws \
                     and hardly a divergent one; try more --warmup and --draws"
                ),
            ),
        };
        output.line(paint(style, &told));
        output.line(paint(FAINT, "advice only: no budget reads this"));
    }

    fn row(compared: &Compared) -> Vec<String> {
        let Compared { name, closed_form, sampler, .. } = compared;
        let between =
            |low: f64, high: f64| format!("{} to {}", estimate_text(low), estimate_text(high));
        vec![
            name.channel.as_deref().map(escape).unwrap_or_default(),
            escape(&name.name),
            estimate_text(closed_form.mean),
            between(closed_form.low, closed_form.high),
            estimate_text(sampler.mean),
            between(sampler.low, sampler.high),
            format!("{:+.2}", compared.shift),
            format!("{:.2}", compared.width),
            if compared.agrees { String::new() } else { paint(CARE, "differs") },
        ]
    }

    fn most_rhat(answer: &PosteriorAnswer) -> Option<f64> {
        answer.artefact.figures.iter().filter_map(|it| it.rhat).reduce(f64::max)
    }

    fn least_ess(answer: &PosteriorAnswer) -> Option<f64> {
        answer.artefact.figures.iter().filter_map(|it| it.ess_bulk).reduce(f64::min)
    }
}
