//! What was observed → the posterior by the sampler beside that of the closed form. What was drawn is
//! kept; who asks the same again gets it from the file.

use std::path::PathBuf;

use thiserror::Error;

use super::ModelData;
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fit::fit;
use crate::advice::mmm::prepare::prepare;
use crate::advice::mmm::settings::{fit_settings, prepare_settings};
use crate::advice::uncertainty::posterior::agreement::{Agreement, Compared, agreement, compared};
use crate::advice::uncertainty::posterior::weekly::{self, NotSampled};
use crate::advice::uncertainty::posterior::{
    Artefact, Asked, BYTES_MAX, FigureName, FigureOfFile, SAMPLER, SamplerFailure, SamplerSettings,
    Specification, Summary, closed_form, digest, pymc, sample,
};
use crate::domain::Account;
use crate::store::{StoreError, posterior as files};
use crate::workflow::{WorkflowError, Workspace};

/// Which model is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PosteriorModel {
    /// The model of each week.
    Weekly,
    /// The default model of PyMC-Marketing.
    Pymc,
}

impl PosteriorModel {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Pymc => "pymc",
        }
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct PosteriorRequest {
    /// Which model.
    pub model: PosteriorModel,
    /// How it is sampled.
    pub settings: SamplerSettings,
    /// Where what is drawn goes; `None`: into the state folder.
    pub out: Option<PathBuf>,
    /// Sample anew, whatever there is.
    pub again: bool,
}

/// The answer.
#[derive(Debug)]
pub struct PosteriorAnswer {
    /// What was drawn.
    pub artefact: Artefact,
    /// Where it lies.
    pub path: PathBuf,
    /// Whether it was there already.
    pub is_replayed: bool,
    /// A damaged file that was in its place, and what was wrong with it.
    pub replaced: Option<String>,
    /// Figure by figure.
    pub compared: Vec<Compared>,
    /// The verdict.
    pub agreement: Agreement,
}

/// Why there is no posterior.
#[derive(Debug, Error)]
pub enum PosteriorError {
    /// There is no model.
    #[error(transparent)]
    Model(#[from] Failure),
    /// The sampler doesn't know the model.
    #[error(transparent)]
    NotSampled(#[from] NotSampled),
    /// The sampler gave up.
    #[error(transparent)]
    Sampler(#[from] SamplerFailure),
    /// No point has a density.
    #[error("the closed form has no candidate with a fit")]
    NoClosedForm,
    /// The disk.
    #[error(transparent)]
    Workflow(#[from] WorkflowError),
}

impl From<StoreError> for PosteriorError {
    fn from(error: StoreError) -> Self {
        Self::Workflow(error.into())
    }
}

/// Samples the model of `data`, or reads what was sampled, and compares.
///
/// # Errors
/// [`PosteriorError`] where there is no model, or the file there is damaged or of something else.
pub fn posterior(
    workspace: &Workspace,
    account: &Account,
    data: &ModelData,
    request: &PosteriorRequest,
) -> Result<PosteriorAnswer, PosteriorError> {
    let (specification, closed_form) = asked_model(account, data, request.model)?;
    let SamplerSettings { seed, chains, warmup, draws } = request.settings;
    let asked = Asked {
        account: account.id.to_string(),
        model: request.model.name().to_owned(),
        data_sha256: digest(&specification),
        seed,
        chains,
        warmup,
        draws,
        program: concat!("budgetd ", env!("CARGO_PKG_VERSION")).to_owned(),
        sampler: SAMPLER.to_owned(),
    };
    let state = workspace.places.state();
    let in_state = || files::place(state, &account.id, asked.data_sha256, seed);
    let path = request.out.clone().unwrap_or_else(in_state);
    let mut replaced = None;
    match files::read(&path, BYTES_MAX)?.map(|bytes| Artefact::read(&bytes)) {
        Some(Ok(artefact)) if artefact.asked == asked && !request.again => {
            return Ok(answer(artefact, &closed_form, path, true, None));
        }
        Some(Err(what)) if request.out.is_none() && request.again => replaced = Some(what),
        Some(Err(what)) => {
            let hint = "move it away; or, in the state folder, write another by --again".to_owned();
            let what = format!("this posterior is damaged: {what}");
            return Err(StoreError::Damaged { what, path, hint }.into());
        }
        Some(Ok(_)) if request.out.is_some() => {
            let what = "there is another posterior here already".to_owned();
            let hint = "name another file by --out".to_owned();
            return Err(StoreError::Refused { what, path, hint }.into());
        }
        // Of other settings or another version, or not wanted: what is drawn now takes its place.
        Some(Ok(_)) | None => {}
    }
    let sampled = sample(&specification, request.settings)?;
    let (figures, draws): (Vec<FigureOfFile>, Vec<Vec<Vec<f64>>>) = sampled
        .figures
        .into_iter()
        .map(|it| {
            let figure = FigureOfFile {
                name: it.name,
                summary: it.summary,
                rhat: it.rhat,
                ess_bulk: it.ess,
                width_error: it.width_error,
            };
            (figure, it.draws)
        })
        .unzip();
    let artefact = Artefact::new(asked, sampled.divergences, figures, &draws);
    if request.out.is_none() {
        workspace.places.create_own()?;
    }
    files::write(&path, &artefact.bytes(), request.out.is_some())?;
    Ok(answer(artefact, &closed_form, path, false, replaced))
}

type Figures = Vec<(FigureName, Summary)>;

/// The model as a specification, and its figures by the closed form.
fn asked_model(
    account: &Account,
    data: &ModelData,
    model: PosteriorModel,
) -> Result<(Specification, Figures), PosteriorError> {
    let own = &account.model;
    let series = prepare(&data.observed, prepare_settings(own))?.series;
    match model {
        PosteriorModel::Weekly => {
            let settings = fit_settings(own, series.grain, &series.periods);
            let fitted = fit(&series, &settings)?;
            let specification = weekly::specification(&fitted, &settings)?;
            Ok((specification, weekly::figures(&fitted)))
        }
        PosteriorModel::Pymc => {
            series.check()?;
            let specification = pymc::specification(&series);
            let found = closed_form(&specification).ok_or(PosteriorError::NoClosedForm)?;
            Ok((specification, found.figures))
        }
    }
}

fn answer(
    artefact: Artefact,
    closed_form: &Figures,
    path: PathBuf,
    is_replayed: bool,
    replaced: Option<String>,
) -> PosteriorAnswer {
    let by_sampler = artefact.by_sampler();
    let compared = compared(closed_form, &by_sampler);
    let agreement = agreement(&compared, &by_sampler, artefact.divergences, artefact.draws());
    PosteriorAnswer { artefact, path, is_replayed, replaced, compared, agreement }
}
