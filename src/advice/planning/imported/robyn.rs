//! `RobynModel-<id>.json`, as `robyn_write` exports it → Robyn's own response curves. Where the file
//! holds the spends that the model learnt from, each curve is rebuilt from them; where it does not,
//! it is laid through the mean response that the file states.

use serde_json::{Map, Value};

use super::channel::{ImportedChannel, Shape};
use super::error::ImportError;
use super::{AMOUNT_MAX, ImportedCurves, channels_counted, listed, shown};
use crate::advice::mmm::adstock::Adstock;

/// A mean response that differs by more than this share is told.
const RESPONSE_WIDTH: f64 = 0.01;

/// The first version whose mean response is that of the mean spend with the mean carryover.
const VERSION_MIN: (u32, u32) = (3, 10);

/// Periods of carryover that are followed where the file doesn't say how many it has.
const PERIODS_MAX: usize = 1_000;

pub(super) fn read(text: &str) -> Result<ImportedCurves, ImportError> {
    let json: Value = serde_json::from_str(text).map_err(|error| ImportError::Malformed {
        line: error.line() as u64,
        what: "JSON",
        why: if error.is_eof() { "it ends too early" } else { "it is damaged" }.to_owned(),
    })?;
    let part = |name: &'static str| {
        json.get(name).and_then(Value::as_object).ok_or(ImportError::NotRobyn { missing: name })
    };
    let (inputs, exported) = (part("InputCollect")?, part("ExportedModel")?);
    let model = Model {
        inputs,
        exported,
        raw: json.pointer("/Extras/raw_data").and_then(Value::as_array).map(Vec::as_slice),
    };
    let version = text_of(inputs.get("version"));
    if model.raw.is_none() && version.and_then(version_of).is_none_or(|it| it < VERSION_MIN) {
        return Err(lacks(
            "Extras.raw_data, without which a curve can be made from version 3.10 on only",
        ));
    }
    let spends = model.names("paid_media_spends");
    if spends.is_empty() {
        return Err(lacks("InputCollect.paid_media_spends"));
    }
    let exposures = model.names("paid_media_vars");
    let adstock = text_of(inputs.get("adstock")).ok_or_else(|| lacks("InputCollect.adstock"))?;
    let mut channels = Vec::new();
    let mut notes = Notes::default();
    for (at, spend) in spends.iter().enumerate() {
        let exposure = exposures.get(at).copied().unwrap_or_default();
        channels.push(model.channel(spend, exposure, adstock, &mut notes)?);
    }
    let id = text_of(exported.get("select_model")).unwrap_or("without a name");
    let period = text_of(inputs.get("intervalType")).unwrap_or_default();
    let (adverb, unit) = match period {
        "day" => ("daily", "a day"),
        "week" => ("weekly", "a week"),
        "month" => ("monthly", "a month"),
        _ => ("of an unknown period", "a period of the model"),
    };
    let version = version.map_or(String::new(), |version| format!(" ({})", shown(version)));
    let outcome = match text_of(inputs.get("dep_var_type")) {
        Some("conversion") => "conversions",
        _ => "revenue",
    };
    Ok(ImportedCurves {
        tool: "Robyn",
        recognised: format!(
            "Robyn model {}{version}, {}, {adverb}",
            shown(id),
            channels_counted(channels.len())
        ),
        unit_of_spend: format!("{unit}, as the mean over the model's window"),
        outcome,
        interval: None,
        notes: notes.told(model.raw.is_some()),
        channels,
    })
}

/// The first two numbers of "Robyn (stable) v3.11.1 [R-4.4.0]".
fn version_of(text: &str) -> Option<(u32, u32)> {
    let (_, behind) = text.split_once(" v")?;
    let mut numbers = behind.split(|letter: char| !letter.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// What is told once for all channels.
#[derive(Default)]
struct Notes {
    idle: Vec<String>,
    differing: Vec<String>,
}

impl Notes {
    fn told(self, is_rebuilt: bool) -> Vec<String> {
        let mut told = vec![if is_rebuilt {
            "each curve is Robyn's own, rebuilt from the spends in the file: what earlier spend still \
             does is carried in as it was on average, and is part of what no spend brings"
                .to_owned()
        } else {
            "the file does not hold the spends that the model learnt from: each curve is laid through \
             the stated mean response, with the carryover of steady spend; the history's most is not \
             known"
                .to_owned()
        }];
        if !self.idle.is_empty() {
            told.push(format!(
                "by this model {} bring nothing (coefficient 0)",
                listed(self.idle.iter().map(String::as_str))
            ));
        }
        if !self.differing.is_empty() {
            told.push(format!(
                "the file's mean_response differs from the curve at mean_spend for {}: older versions \
                 state another mean",
                listed(self.differing.iter().map(String::as_str))
            ));
        }
        told
    }
}

struct Model<'j> {
    inputs: &'j Map<String, Value>,
    exported: &'j Map<String, Value>,
    raw: Option<&'j [Value]>,
}

impl<'j> Model<'j> {
    fn names(&self, key: &str) -> Vec<&'j str> {
        match self.inputs.get(key) {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(name)) => vec![name],
            _ => Vec::new(),
        }
    }

    fn channel(
        &self,
        name: &str,
        exposure: &str,
        adstock: &str,
        notes: &mut Notes,
    ) -> Result<ImportedChannel, ImportError> {
        let summary = match (self.summary(name), self.summary(exposure)) {
            (Some(summary), _) => summary,
            (None, Some(_)) => {
                return Err(ImportError::Exposure {
                    channel: shown(name),
                    exposure: shown(exposure),
                });
            }
            (None, None) => return Err(lacks(&format!("the summary of {name}"))),
        };
        let figure = |key: &str| {
            let whole = || format!("{key} of {name}");
            amount(number(summary.get(key)).ok_or_else(|| lacks(&whole()))?, whole)
        };
        let (coefficient, mean_spend) = (figure("coef")?, figure("mean_spend")?);
        let alpha = self.hyper(name, "alphas")?;
        if alpha <= 0.0 {
            return Err(refused(&format!("alphas of {name}"), alpha, "it must be more than 0"));
        }
        let periods = self.raw.map_or_else(
            || count(self.inputs.get("totalObservations")).unwrap_or(PERIODS_MAX),
            <[Value]>::len,
        );
        let adstock = self.adstock(name, adstock, periods)?;
        let (inflexion, carryover, known_to) = match self.raw {
            _ if coefficient == 0.0 => {
                notes.idle.push(name.to_owned());
                (1.0, 0.0, None)
            }
            Some(raw) => {
                let (inflexion, carryover, most) = self.rebuilt(name, adstock, raw)?;
                (inflexion, carryover, Some(most))
            }
            None => {
                let (inflexion, carryover) =
                    laid(name, coefficient, alpha, mean_spend, figure("mean_response")?, adstock)?;
                (inflexion, carryover, None)
            }
        };
        let shape = Shape::Hill { coefficient, alpha, inflexion, carryover };
        let channel =
            ImportedChannel { name: name.to_owned(), present: Some(mean_spend), shape, known_to };
        if let Some(stated) = number(summary.get("mean_response"))
            && (channel.revenue(mean_spend) - stated).abs() > stated.abs() * RESPONSE_WIDTH
        {
            notes.differing.push(name.to_owned());
        }
        Ok(channel)
    }

    fn summary(&self, name: &str) -> Option<&'j Map<String, Value>> {
        let rows = self.exported.get("summary")?.as_array()?;
        rows.iter()
            .filter_map(Value::as_object)
            .find(|row| row.get("variable").and_then(Value::as_str) == Some(name))
    }

    fn hyper(&self, name: &str, kind: &str) -> Result<f64, ImportError> {
        let key = format!("{name}_{kind}");
        let values = self.exported.get("hyper_values").and_then(Value::as_object);
        let value = values.and_then(|values| number(values.get(&key)));
        amount(value.ok_or_else(|| lacks(&format!("hyper_values.{key}")))?, || key)
    }

    fn adstock(&self, name: &str, kind: &str, periods: usize) -> Result<Adstock, ImportError> {
        if kind == "geometric" {
            let decay = self.hyper(name, "thetas")?;
            if decay >= 1.0 {
                return Err(refused(&format!("thetas of {name}"), decay, "it must be below 1"));
            }
            return Ok(Adstock::Geometric { decay });
        }
        if kind != "weibull_cdf" && kind != "weibull_pdf" {
            return Err(ImportError::Figure {
                figure: "adstock".to_owned(),
                value: shown(kind),
                why: "known are geometric, weibull_cdf and weibull_pdf",
            });
        }
        let (shape, share) = (self.hyper(name, "shapes")?, self.hyper(name, "scales")?);
        if share > 1.0 {
            return Err(refused(&format!("scales of {name}"), share, "it must be at most 1"));
        }
        if shape == 0.0 || share == 0.0 {
            return Ok(Adstock::None);
        }
        // Robyn's scale is a share of the periods, rounded to a whole one (half to even, as R does).
        #[expect(clippy::cast_precision_loss, reason = "periods are few")]
        let scale = libm::rint(1.0 + (periods.max(1) - 1) as f64 * share);
        Ok(match kind {
            "weibull_cdf" => Adstock::WeibullCdf { shape, scale, lags: periods },
            _ => Adstock::WeibullPdf { shape, scale, lags: periods },
        })
    }

    /// Inflexion and mean carryover of the spends in the model's window, and the most of a period.
    fn rebuilt(
        &self,
        name: &str,
        adstock: Adstock,
        raw: &[Value],
    ) -> Result<(f64, f64, f64), ImportError> {
        let spends: Vec<f64> = raw
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let whole = || format!("{name} in row {} of Extras.raw_data", at + 1);
                amount(number(row.get(name)).ok_or_else(|| lacks(&whole()))?, whole)
            })
            .collect::<Result<_, _>>()?;
        let from = self.place("rollingWindowStartWhich")?;
        let to = self.place("rollingWindowEndWhich")?;
        if from == 0 || from > to || to > spends.len() {
            return Err(ImportError::Figure {
                figure: "rollingWindowStartWhich to rollingWindowEndWhich".to_owned(),
                value: format!("{from} to {to}"),
                why: "that is no window of Extras.raw_data",
            });
        }
        let adstocked = &adstock.apply(&spends)[from - 1..to];
        let spends = &spends[from - 1..to];
        let gamma = self.hyper(name, "gammas")?;
        let (least, most) = range(adstocked);
        let inflexion = least * (1.0 - gamma) + most * gamma;
        if inflexion <= 0.0 {
            return Err(refused(
                &format!("gammas of {name}"),
                gamma,
                "the curve would be a step at no spend",
            ));
        }
        let at_once = at_once(adstock);
        let carried = adstocked.iter().zip(spends).map(|(all, spend)| all - spend * at_once);
        #[expect(clippy::cast_precision_loss, reason = "periods are few")]
        let carryover = carried.sum::<f64>() / spends.len() as f64;
        Ok((inflexion, carryover.max(0.0), range(spends).1))
    }

    fn place(&self, key: &str) -> Result<usize, ImportError> {
        count(self.inputs.get(key)).ok_or_else(|| lacks(&format!("InputCollect.{key}")))
    }
}

/// Inflexion and carryover by which the curve passes through the mean response at the mean spend.
fn laid(
    name: &str,
    coefficient: f64,
    alpha: f64,
    mean_spend: f64,
    mean_response: f64,
    adstock: Adstock,
) -> Result<(f64, f64), ImportError> {
    if mean_response <= 0.0 || mean_response >= coefficient {
        return Err(refused(
            &format!("mean_response of {name}"),
            mean_response,
            "it must lie between 0 and the coefficient",
        ));
    }
    if mean_spend <= 0.0 {
        return Err(refused(
            &format!("mean_spend of {name}"),
            mean_spend,
            "it must be more than 0",
        ));
    }
    let carryover = (mean_spend * (adstock.total() - at_once(adstock))).max(0.0);
    let ratio = libm::pow(coefficient / mean_response - 1.0, 1.0 / alpha);
    Ok(((mean_spend + carryover) * ratio, carryover))
}

/// What a unit of spend does in its own period.
fn at_once(adstock: Adstock) -> f64 {
    match adstock {
        Adstock::WeibullPdf { .. } => adstock.weights(PERIODS_MAX)[0],
        _ => 1.0,
    }
}

fn range(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::INFINITY, 0.0f64), |(least, most), value| (least.min(*value), most.max(*value)))
}

/// R writes a single value as a list of one.
fn single(value: Option<&Value>) -> Option<&Value> {
    match value? {
        Value::Array(values) if values.len() == 1 => values.first(),
        value => Some(value),
    }
}

fn number(value: Option<&Value>) -> Option<f64> {
    single(value)?.as_f64()
}

fn text_of(value: Option<&Value>) -> Option<&str> {
    single(value)?.as_str()
}

fn count(value: Option<&Value>) -> Option<usize> {
    usize::try_from(single(value)?.as_u64()?).ok()
}

/// A figure that is neither negative nor beyond all measure.
fn amount(value: f64, figure: impl FnOnce() -> String) -> Result<f64, ImportError> {
    if (0.0..=AMOUNT_MAX).contains(&value) {
        Ok(value)
    } else if value < 0.0 {
        Err(refused(&figure(), value, "it must not be negative"))
    } else {
        Err(refused(&figure(), value, "it is larger than any amount can be"))
    }
}

fn refused(figure: &str, value: f64, why: &'static str) -> ImportError {
    ImportError::Figure { figure: shown(figure), value: format!("{value}"), why }
}

fn lacks(figure: &str) -> ImportError {
    ImportError::Lacks { figure: shown(figure) }
}
