//! Its constructor ends at the folder `rules`.

use budgetd::domain::Money;
use budgetd::rules::Allocation;

fn main() {
    let _ = Allocation::new(Money::ZERO, Vec::new());
}
