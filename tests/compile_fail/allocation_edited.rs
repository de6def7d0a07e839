//! An allocation at hand can't be changed either.

use budgetd::rules::Allocation;

fn main() {}

pub fn raise(allocation: &mut Allocation) {
    allocation.amounts.clear();
}
