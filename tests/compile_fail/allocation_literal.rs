//! Its fields are private, so it can't be written as a literal.

use budgetd::domain::Money;
use budgetd::rules::Allocation;

fn main() {
    let _ = Allocation { total: Money::ZERO, amounts: Vec::new() };
}
