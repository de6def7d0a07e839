//! What a channel's spend brings, as knots with value and slope and cubics between them (Hermite):
//! exact at the knots, smooth everywhere, and as fast to ask as a table.

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knot {
    /// Spend.
    pub spend: f64,
    /// What it brings.
    pub revenue: f64,
    /// What a little more brings, per unit of it.
    pub marginal: f64,
}

/// A curve from no spend to some most.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    knots: Vec<Knot>,
}

impl Curve {
    /// Of knots in the order of their spend, the first at the least that is asked for; at least one. Slopes are kept to three
    /// times those of the straight ways beside them, so that a curve that rises from knot to knot
    /// rises between them, too (Fritsch and Carlson 1980): some shapes begin infinitely steep.
    ///
    /// # Panics
    /// Without a knot.
    pub fn new(mut knots: Vec<Knot>) -> Self {
        assert!(!knots.is_empty(), "a curve has a first point");
        for at in 1..knots.len() {
            let (from, to) = (knots[at - 1], knots[at]);
            let most = 3.0 * ((to.revenue - from.revenue) / (to.spend - from.spend)).max(0.0);
            knots[at - 1].marginal = from.marginal.min(most);
            knots[at].marginal = to.marginal.min(most);
        }
        Self { knots }
    }

    /// Tabulates a formula: `count` knots from 0 to `most`, closer together at the beginning.
    pub fn tabulate(most: f64, count: u32, at: impl Fn(f64) -> (f64, f64)) -> Self {
        let last = f64::from(count.max(2) - 1);
        let knots = (0..count.max(2)).map(|knot| {
            let share = f64::from(knot) / last;
            let spend = most * share * share;
            let (revenue, marginal) = at(spend);
            Knot { spend, revenue, marginal }
        });
        Self::new(knots.collect())
    }

    /// Its knots.
    pub fn knots(&self) -> &[Knot] {
        &self.knots
    }

    /// The spend of the last knot.
    pub fn most(&self) -> f64 {
        self.knots[self.knots.len() - 1].spend
    }

    /// What `spend` brings; beyond the last knot no more than there.
    pub fn revenue(&self, spend: f64) -> f64 {
        match self.segment(spend) {
            None => self.end(spend).revenue,
            Some((from, to)) => hermite(from, to, spend).0,
        }
    }

    /// What a little more brings; nothing beyond the last knot.
    pub fn marginal(&self, spend: f64) -> f64 {
        match self.segment(spend) {
            None => self.end(spend).marginal,
            Some((from, to)) => hermite(from, to, spend).1.max(0.0),
        }
    }

    fn end(&self, spend: f64) -> Knot {
        if spend <= 0.0 { self.knots[0] } else { self.knots[self.knots.len() - 1] }
    }

    fn segment(&self, spend: f64) -> Option<(Knot, Knot)> {
        let above = self.knots.partition_point(|knot| knot.spend <= spend);
        (above > 0 && above < self.knots.len()).then(|| (self.knots[above - 1], self.knots[above]))
    }
}

/// What `spend` brings between two neighbouring knots.
pub(super) fn between(from: Knot, to: Knot, spend: f64) -> f64 {
    hermite(from, to, spend).0
}

/// Value and slope of the cubic between two knots.
fn hermite(from: Knot, to: Knot, spend: f64) -> (f64, f64) {
    let width = to.spend - from.spend;
    let share = (spend - from.spend) / width;
    let (rise, first, last) =
        (to.revenue - from.revenue, from.marginal * width, to.marginal * width);
    // a + b·t + c·t² + d·t³
    let (c, d) = (3.0 * rise - 2.0 * first - last, first + last - 2.0 * rise);
    let value = from.revenue + share * (first + share * (c + share * d));
    let slope = (first + share * (2.0 * c + share * 3.0 * d)) / width;
    (value, slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cubic_is_met_exactly_and_a_logarithm_closely() {
        let cubic = Curve::tabulate(4.0, 5, |x| (x * x * x + x, 3.0 * x * x + 1.0));
        for spend in [0.0, 0.3, 1.7, 3.9, 4.0] {
            assert!((cubic.revenue(spend) - (spend * spend * spend + spend)).abs() < 1e-12);
            assert!((cubic.marginal(spend) - (3.0 * spend * spend + 1.0)).abs() < 1e-12);
        }
        let log = Curve::tabulate(500.0, 41, |x| ((1.0 + x / 50.0).ln(), 1.0 / (50.0 + x)));
        for spend in [1.0, 17.0, 120.0, 480.0] {
            assert!((log.revenue(spend) - (1.0 + spend / 50.0).ln()).abs() < 1e-5, "{spend}");
        }
    }

    #[test]
    fn beyond_its_end_a_curve_brings_no_more() {
        let curve = Curve::tabulate(10.0, 3, |x| (x, 1.0));
        assert_eq!(curve.revenue(12.0), 10.0);
        assert_eq!(curve.most(), 10.0);
    }
}
