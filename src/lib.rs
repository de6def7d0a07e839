//! budgetd turns daily marketing CSVs into one signed weekly budget file.

pub mod advice;
pub mod audit;
pub mod decision;
pub mod domain;
pub mod history;
pub mod rules;
pub mod store;
