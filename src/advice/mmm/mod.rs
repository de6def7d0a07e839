//! The marketing-mix model: what each channel really contributed. It comments and never decides.
//!
//! ```text
//! observed ─► prepare ─► series ─► regressors ─┐
//!                           └────► search ─────┴─► fitted ─► attribution, curves, planning
//! daily rows ─► classic (the pipeline that many run by hand, step for step) ─► the same fitted
//! columns of any table ─► linear (a plain linear model, of rows instead of periods)
//! ```
//!
//! Revenue of a period = baseline + Σ coefficient · saturation(adstock(spend)). [`adstock`] and
//! [`saturation`] hold the shapes, [`regressors`] what makes the baseline, [`search`] finds shapes
//! and coefficients, [`linear`] is for models that people ask for by name. Money here is an
//! estimate in major units as `f64`, and nothing turns it into a budget.

pub mod adstock;
pub mod attribution;
pub mod classic;
pub mod cleaning;
pub mod curves;
pub mod failure;
pub mod fit;
pub mod fitted;
pub mod health;
pub mod holidays;
pub mod lift_test;
pub mod linear;
pub mod normal;
pub mod observed;
pub mod prepare;
pub mod regressors;
pub mod response;
pub mod rows;
pub mod saturation;
pub mod scores;
pub mod search;
pub mod series;
pub mod settings;
pub mod spread;
pub mod thin;
