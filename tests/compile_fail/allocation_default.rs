//! There is no `Default` to start from.

use budgetd::rules::Allocation;

fn main() {
    let _ = Allocation::default();
}
