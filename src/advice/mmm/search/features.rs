//! A point of the search → a column per channel: carried-over, saturated spend, scaled so that its
//! strongest period is 1.

use std::ops::Range;

use super::halton;
use super::sampling::Region;
use super::shape::{ChannelShape, Coordinates};
use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::response::Response;
use crate::advice::mmm::saturation::Saturation;

/// Spend per channel and what is known of the shapes.
pub(super) struct Features<'a> {
    spends: Vec<&'a [f64]>,
    shapes: Vec<ChannelShape>,
    /// Where a channel's coordinates stand in a point; empty: nothing of its shape is searched for.
    places: Vec<Range<usize>>,
}

impl<'a> Features<'a> {
    /// Of the first `periods`. Where there are more channels than a design has dimensions, those of
    /// the least spend keep the shape that is most likely beforehand.
    pub(super) fn new(spends: &[&'a [f64]], shapes: &[ChannelShape], periods: usize) -> Self {
        let spends: Vec<&[f64]> = spends.iter().map(|spend| &spend[..periods]).collect();
        let total = |at: usize| -> f64 { spends[at].iter().sum() };
        let mut order: Vec<usize> = (0..spends.len()).collect();
        order.sort_by(|left, right| total(*right).total_cmp(&total(*left)).then(left.cmp(right)));
        let mut sizes = vec![0; spends.len()];
        let mut size = 0;
        for channel in order {
            let own = shapes[channel].beliefs().len();
            size += own;
            if size > halton::DIMENSIONS_MAX {
                break;
            }
            sizes[channel] = own;
        }
        let mut end = 0;
        let places = sizes
            .into_iter()
            .map(|size| {
                let start = end;
                end += size;
                start..end
            })
            .collect();
        Self { spends, shapes: shapes.to_vec(), places }
    }

    /// How many coordinates a point has.
    pub(super) fn coordinates(&self) -> usize {
        self.places.last().map_or(0, |place| place.end)
    }

    /// The region that is held to be likely before any figure is seen.
    pub(super) fn prior(&self) -> Region {
        let searched = self.shapes.iter().zip(&self.places).filter(|(_, place)| !place.is_empty());
        let beliefs = searched.flat_map(|(shape, _)| shape.beliefs());
        let (means, deviations): (Vec<f64>, Vec<f64>) =
            beliefs.map(|belief| (belief.mean, belief.deviation)).unzip();
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
        let shape = self.shapes[channel];
        let mut coordinates = Coordinates::of(&point[self.places[channel].clone()]);
        let adstock = coordinates.adstock(shape.adstock);
        let values = adstock.apply(self.spends[channel]);
        let most = positive(largest(&values));
        let saturation = coordinates.saturation(shape.saturation, most);
        let scale = positive(saturation.effect(most));
        Carried { adstock, saturation, values, scale }
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
