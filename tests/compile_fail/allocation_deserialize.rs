//! No text can be turned into one.

use budgetd::rules::Allocation;

trait FromText {
    fn from_text() {}
}

impl<T: serde::de::DeserializeOwned> FromText for T {}

fn main() {
    Allocation::from_text();
}
