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
        searched.sort_by(|left, right| total(*right).total_cmp(&total(*left)).then(left.cmp(right)));
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
        let (means, deviations): (Vec<f64>, Vec<f64>) = priors
            .flat_map(|prior| prior.means.into_iter().zip(prior.deviations))
            .unzip();
        Region::independent(&means, &deviations)
    }

    /// A column per channel.
    pub(super) fn columns(&self, point: &[f64]) -> Vec<Vec<f64>> {
        (0..self.spends.len())
            .map(|channel| {
                let (adstock, mut carried) = self.carried(channel, point);
                let largest = largest(&carried);
                let saturation = self.saturation(channel, point, adstock.1, largest);
                let scale = saturation.effect(largest);
                let scale = if scale > 0.0 { scale } else { 1.0 };
                for value in &mut carried {
                    *value = saturation.effect(*value) / scale;
                }
                carried
            })
            .collect()
    }

    /// The effect of each channel's strongest period: a coefficient of a column divided by it is
    /// one of the response.
    pub(super) fn scales(&self, point: &[f64]) -> Vec<f64> {
        self.responses(point, &vec![1.0; self.spends.len()])
            .iter()
            .map(|response| 1.0 / response.coefficient)
            .collect()
    }

    /// The responses whose columns have these coefficients.
    pub(super) fn responses(&self, point: &[f64], coefficients: &[f64]) -> Vec<Response> {
        (0..self.spends.len())
            .map(|channel| {
                let (adstock, carried) = self.carried(channel, point);
                let largest = largest(&carried);
                let saturation = self.saturation(channel, point, adstock.1, largest);
                let scale = saturation.effect(largest);
                let scale = if scale > 0.0 { scale } else { 1.0 };
                Response {
                    adstock: adstock.0,
                    saturation,
                    coefficient: coefficients[channel] / scale,
                }
            })
            .collect()
    }

    /// Carryover, with the shape where it is searched for, and the carried-over spend.
    fn carried(&self, channel: usize, point: &[f64]) -> ((Adstock, Option<Shape>), Vec<f64>) {
        let (adstock, shape) = match (self.shapes[channel], self.places[channel]) {
            (ChannelShape::Fixed(adstock, _), _) => (adstock, None),
            (ChannelShape::Searched(_), Some(at)) => {
                let shape = Shape::at(std::array::from_fn(|coordinate| point[at + coordinate]));
                (shape.adstock(), Some(shape))
            }
            (ChannelShape::Searched(prior), None) => {
                let shape = Shape::at(prior.means);
                (shape.adstock(), Some(shape))
            }
        };
        ((adstock, shape), adstock.apply(self.spends[channel]))
    }

    fn saturation(
        &self,
        channel: usize,
        _point: &[f64],
        shape: Option<Shape>,
        largest: f64,
    ) -> Saturation {
        match (self.shapes[channel], shape) {
            (ChannelShape::Fixed(_, saturation), _) => saturation,
            (ChannelShape::Searched(_), Some(shape)) => shape.saturation(largest.max(1e-9)),
            (ChannelShape::Searched(_), None) => Saturation::None,
        }
    }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}
