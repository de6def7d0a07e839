//! budgetd turns daily marketing CSVs into one signed weekly budget file.

pub mod advice;
pub mod audit;
pub mod config;
pub mod decision;
pub mod domain;
pub mod history;
<<<<<<< HEAD
pub mod ingest;
=======
pub mod report;
>>>>>>> 2457256 (report: the files of a bundle, the trace in words and receipts)
pub mod rules;
pub mod store;
