//! A point of the search → a column per channel: carried-over, saturated spend, scaled so that its
//! strongest period is 1.

use std::ops::Range;

use super::halton;
use super::sampling::Region;
use super::shape::{Belief, ChannelShape, Coordinates};
use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::lift_test::LiftTest;
use crate::advice::mmm::response::Response;
use crate::advice::mmm::saturation::Saturation;

/// Spend per channel and what is known of the shapes.
pub(in crate::advice) struct Features<'a> {
    spends: Vec<&'a [f64]>,
    shapes: Vec<ChannelShape>,
    tests: &'a [&'a LiftTest],
    /// What a unit of each channel's spend is held to bring; may be empty.
    returned: Vec<Option<Belief>>,
    /// Where a channel's coordinates stand in a point; empty: nothing of its shape is searched for.
    places: Vec<Range<usize>>,
}

impl<'a> Features<'a> {
    /// Of the first `periods`. Where there are more channels than a design has dimensions, those of
    /// the least spend keep the shape that is most likely beforehand.
    pub(in crate::advice) fn new(
        spends: &[&'a [f64]],
        shapes: &[ChannelShape],
        tests: &'a [&'a LiftTest],
        periods: usize,
    ) -> Self {
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
        Self { spends, shapes: shapes.to_vec(), tests, returned: Vec::new(), places }
    }

    /// The same where a unit of each channel's spend is held to bring so much.
    pub(super) fn returning(self, returned: Vec<Option<Belief>>) -> Self {
        Self { returned, ..self }
    }

    /// How many coordinates a point has.
    pub(super) fn coordinates(&self) -> usize {
        self.places.last().map_or(0, |place| place.end)
    }

    /// What is believed of each coordinate before any figure is seen.
    pub(in crate::advice) fn beliefs(&self) -> Vec<Belief> {
        let searched = self.shapes.iter().zip(&self.places).filter(|(_, place)| !place.is_empty());
        searched.flat_map(|(shape, _)| shape.beliefs()).collect()
    }

    /// The region that is held to be likely before any figure is seen.
    pub(super) fn prior(&self) -> Region {
        Region::of_beliefs(&self.beliefs())
    }

    /// How the spend of each channel works on.
    pub(in crate::advice) fn adstocks(&self, point: &[f64]) -> Vec<Adstock> {
        self.shapes
            .iter()
            .zip(&self.places)
            .map(|(shape, place)| Coordinates::of(&point[place.clone()]).adstock(shape.adstock))
            .collect()
    }

    /// A column per channel, and the lift of each test where its channel's coefficient is 1.
    pub(super) fn media(&self, point: &[f64]) -> Media {
        let mut lifts = vec![0.0; self.tests.len()];
        let columns: Vec<Vec<f64>> = (0..self.spends.len())
            .map(|channel| {
                let Carried { adstock, mut values, saturation, scale } =
                    self.carried(channel, point);
                saturation.effects(&mut values);
                let height = 1.0 / scale;
                for value in &mut values {
                    *value *= height;
                }
                let tests = lifts.iter_mut().zip(self.tests);
                for (lift, test) in tests.filter(|(_, test)| test.channel == channel) {
                    *lift = test.effect(adstock, saturation, self.spends[channel]) * height;
                }
                values
            })
            .collect();
        let held = columns.iter().enumerate().map(|(at, column)| self.held(at, column)).collect();
        Media { columns, lifts, held }
    }

    /// What the coefficient of a channel's column is held to be, by what a unit of its spend is.
    fn held(&self, channel: usize, column: &[f64]) -> Option<Belief> {
        let Belief { mean, deviation } = self.returned.get(channel).copied().flatten()?;
        let spent: f64 = self.spends[channel].iter().sum();
        let effects: f64 = column.iter().sum();
        (effects > 0.0 && spent > 0.0).then(|| Belief {
            mean: mean * spent / effects,
            deviation: deviation * spent / effects,
        })
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

/// What a point makes of the channels.
pub(in crate::advice) struct Media {
    /// One per channel.
    pub columns: Vec<Vec<f64>>,
    /// One per test.
    pub lifts: Vec<f64>,
    /// What each column's coefficient is held to be; `None`: at 0, as loosely as that of any channel.
    pub held: Vec<Option<Belief>>,
}

impl Media {
    /// Of no channel at all.
    pub(super) fn none() -> Self {
        Self::loose(Vec::new(), Vec::new())
    }

    /// Columns of which no account has told anything.
    pub(in crate::advice) fn loose(columns: Vec<Vec<f64>>, lifts: Vec<f64>) -> Self {
        let held = vec![None; columns.len()];
        Self { columns, lifts, held }
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

/// Of a channel that never spent, 1.
fn positive(value: f64) -> f64 {
    if value > 0.0 { value } else { 1.0 }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}
