//! Models that comment and never decide. They may read an allocation; they can't build one, and
//! nothing here turns an estimate into money.

pub mod blocker;
pub mod mmm;
pub mod planning;
pub mod uncertainty;
