//! Effects of a channel's spend at some spends → those between, by cubics that meet values and slopes.

/// Knots of a table: with so many it is within a thousandth of what it tabulates (see the tests).
const KNOTS: u32 = 65;

/// What spends from nothing to a most bring.
pub(super) struct EffectTable {
    most: f64,
    /// Effect and slope at each knot, at `most · (k / last)²`: closer together where curves bend most.
    knots: Vec<(f64, f64)>,
}

impl EffectTable {
    /// Of `effect`, which gives a spend's effect and that of a unit more.
    pub fn of(most: f64, effect: impl Fn(f64) -> (f64, f64)) -> Self {
        let knots = if most > 0.0 {
            (0..KNOTS).map(|knot| effect(place(most, knot))).collect()
        } else {
            Vec::new()
        };
        Self { most, knots }
    }

    /// The effect of a spend and that of a unit more; `None` beyond the table, and where a slope has no
    /// end.
    pub fn at(&self, spend: f64) -> Option<(f64, f64)> {
        if self.knots.is_empty() || !(0.0..=self.most).contains(&spend) {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to the number of knots"
        )]
        let knot = (libm::sqrt(spend / self.most) * f64::from(KNOTS - 1)) as u32;
        let knot = knot.min(KNOTS - 2);
        let (start, end) = (place(self.most, knot), place(self.most, knot + 1));
        let (from, from_slope) = self.knots[knot as usize];
        let (to, to_slope) = self.knots[knot as usize + 1];
        if !(from_slope.is_finite() && to_slope.is_finite()) {
            return None;
        }
        let width = end - start;
        let t = ((spend - start) / width).clamp(0.0, 1.0);
        let (t2, rise) = (t * t, to - from);
        // Hermite's cubic in the form of the value at its start, and its derivative.
        let (a, b) = (from_slope * width - rise, rise - to_slope * width);
        let effect = from + t * (rise + (1.0 - t) * (a * (1.0 - t) + b * t));
        let slope = (rise + a * (1.0 - 4.0 * t + 3.0 * t2) + b * (2.0 * t - 3.0 * t2)) / width;
        Some((effect, slope))
    }
}

fn place(most: f64, knot: u32) -> f64 {
    let share = f64::from(knot) / f64::from(KNOTS - 1);
    most * share * share
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(effect: impl Fn(f64) -> (f64, f64), most: f64) {
        let table = EffectTable::of(most, &effect);
        let whole = effect(most).0;
        for step in 0..=1000 {
            let spend = most * f64::from(step) / 1000.0;
            let (found, _) = table.at(spend).unwrap_or_else(|| effect(spend));
            let known = effect(spend).0;
            assert!((found - known).abs() <= 1e-3 * whole, "{spend}: {found} {known}");
        }
    }

    #[test]
    fn a_table_is_close_to_curves_of_every_shape() {
        // Hill's curve with slopes from a half (an endless slope at nothing) to four (an S).
        for slope in [0.5f64, 0.8, 1.0, 2.0, 4.0] {
            let hill = |x: f64| {
                let (top, half) = (x.powf(slope), 40f64.powf(slope));
                (top / (top + half), slope * half * x.powf(slope - 1.0) / (top + half).powi(2))
            };
            assert_close(hill, 100.0);
            assert_close(hill, 400.0);
        }
        assert_close(|x| (x.ln_1p(), 1.0 / (1.0 + x)), 1000.0);
    }

    #[test]
    fn a_cubic_is_met_everywhere_with_its_slope() {
        let cubic = |x: f64| (x * x * x - 2.0 * x, 3.0 * x * x - 2.0);
        let table = EffectTable::of(3.0, cubic);
        for x in [0.0, 0.001, 0.5, 1.7, 2.999, 3.0] {
            let (value, slope) = table.at(x).expect("it is in the table");
            assert!((value - cubic(x).0).abs() < 1e-12 && (slope - cubic(x).1).abs() < 1e-9, "{x}");
        }
        assert_eq!(table.at(3.1), None);
        assert_eq!(table.at(f64::NAN), None);
        assert_eq!(EffectTable::of(0.0, cubic).at(0.0), None);
    }
}
