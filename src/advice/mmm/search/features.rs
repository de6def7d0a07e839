//! A point of the search → a column per channel: carried-over, saturated spend, scaled so that its
//! strongest period is 1.

use super::halton;
use super::sampling::Region;
use super::shape::{COORDINATES, Shape, ShapePrior};
use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::response::Response;
use crate::advice::mmm::saturation::Saturation;

/// What is known of a channel's shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ChannelShape {
    /// It is searched for.
    Searched(ShapePrior),
    /// The account's file fixes it.
    Fixed(Adstock, Saturation),
}

/// Spend per channel and what is known of the shapes.
pub(super) struct Features<'a> {
    spends: Vec<&'a [f64]>,
    shapes: Vec<ChannelShape>,
    /// Where a channel's coordinates begin in a point; `None`: its shape is not searched for.
    places: Vec<Option<usize>>,
}

impl<'a> Features<'a> {
    /// Of the first `periods`. Where there are more channels than a design has dimensions, those of
    /// the least spend keep the shape that is most likely beforehand.
    pub(super) fn new(spends: &[&'a [f64]], shapes: &[ChannelShape], periods: usize) -> Self {
        let spends: Vec<&[f64]> = spends.iter().map(|spend| &spend[..periods]).collect();
        let total = |at: usize| -> f64 { spends[at].iter().sum() };
        let mut searched: Vec<usize> = (0..spends.len())
            .filter(|&at| matches!(shapes[at], ChannelShape::Searched(_)))
            .collect();
        searched
            .sort_by(|left, right| total(*right).total_cmp(&total(*left)).then(left.cmp(right)));
        searched.truncate(halton::DIMENSIONS_MAX / COORDINATES);
        searched.sort_unstable();
        let places = (0..spends.len())
            .map(|at| searched.iter().position(|channel| *channel == at).map(|it| it * COORDINATES))
            .collect();
        Self { spends, shapes: shapes.to_vec(), places }
    }

    /// The region that is held to be likely before any figure is seen.
    pub(super) fn prior(&self) -> Region {
        let priors = self.shapes.iter().zip(&self.places).filter_map(|pair| match pair {
            (ChannelShape::Searched(prior), Some(_)) => Some(prior),
            _ => None,
        });
        let (means, deviations): (Vec<f64>, Vec<f64>) =
            priors.flat_map(|prior| prior.means.into_iter().zip(prior.deviations)).unzip();
        Region::independent(&means, &deviations)
    }

    /// A column per channel.
    pub(super) fn columns(&self, point: &[f64]) -> Vec<Vec<f64>> {
        (0..self.spends.len())
            .map(|channel| {
                let Carried { mut values, saturation, scale, .. } = self.carried(channel, point);
                match saturation {
                    Saturation::Hill { half_saturation, slope } => {
                        hill(&mut values, half_saturation, slope, scale);
                    }
                    _ => values.iter_mut().for_each(|it| *it = saturation.effect(*it) / scale),
                }
                values
            })
            .collect()
    }

    /// The effect of each channel's strongest period: a coefficient of a column divided by it is
    /// one of the response.
    pub(super) fn scales(&self, point: &[f64]) -> Vec<f64> {
        (0..self.spends.len()).map(|channel| self.carried(channel, point).scale).collect()
    }

    /// The responses whose columns have these coefficients.
    pub(super) fn responses(&self, point: &[f64], coefficients: &[f64]) -> Vec<Response> {
        (0..self.spends.len())
            .map(|channel| {
                let Carried { adstock, saturation, scale, .. } = self.carried(channel, point);
                Response { adstock, saturation, coefficient: coefficients[channel] / scale }
            })
            .collect()
    }

    fn carried(&self, channel: usize, point: &[f64]) -> Carried {
        let shape = match (self.shapes[channel], self.places[channel]) {
            (ChannelShape::Fixed(adstock, saturation), _) => {
                let values = adstock.apply(self.spends[channel]);
                let scale = positive(saturation.effect(largest(&values)));
                return Carried { adstock, saturation, values, scale };
            }
            (ChannelShape::Searched(_), Some(at)) => {
                Shape::at(std::array::from_fn(|coordinate| point[at + coordinate]))
            }
            (ChannelShape::Searched(prior), None) => Shape::at(prior.means),
        };
        let adstock = shape.adstock();
        let values = adstock.apply(self.spends[channel]);
        let most = positive(largest(&values));
        let saturation = shape.saturation(most);
        Carried { adstock, saturation, values, scale: saturation.effect(most) }
    }
}

/// A channel's carried-over spend and what it goes through next.
struct Carried {
    adstock: Adstock,
    saturation: Saturation,
    values: Vec<f64>,
    /// The effect of the largest of the values.
    scale: f64,
}

/// Hill's saturation of all values, divided by `scale`, by one logarithm and one power of e each:
/// most of a search's time goes into this line.
fn hill(values: &mut [f64], half_saturation: f64, slope: f64, scale: f64) {
    let (height, half) = (1.0 / scale, libm::log(half_saturation));
    for value in values {
        *value = if *value > 0.0 {
            height / (1.0 + libm::exp(slope * (half - libm::log(*value))))
        } else {
            0.0
        };
    }
}

/// Of a channel that never spent, 1.
fn positive(value: f64) -> f64 {
    if value > 0.0 { value } else { 1.0 }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}
