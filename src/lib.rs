//! budgetd turns daily marketing CSVs into one signed weekly budget file.

pub mod advice;
pub mod audit;
pub mod cli;
pub mod config;
pub mod daemon;
pub mod decision;
pub mod domain;
pub mod evaluate;
pub mod history;
pub mod ingest;
pub mod report;
pub mod rules;
pub mod store;
pub mod workflow;
