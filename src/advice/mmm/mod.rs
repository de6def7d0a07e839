//! The marketing-mix model.

pub mod adstock;
pub mod classic;
pub mod cleaning;
pub mod failure;
pub mod fit;
pub mod fitted;
pub mod linear;
pub mod normal;
pub mod regressors;
pub mod response;
pub mod rows;
pub mod saturation;
pub mod scores;
pub mod search;
pub mod series;
