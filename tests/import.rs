//! History and corrections as people meet them: `import`, closed periods, outliers, and published
//! weeks whose figures were corrected.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "import/corrected.rs"]
mod corrected;
#[path = "import/held.rs"]
mod held;
#[path = "import/history.rs"]
mod history;
#[path = "import/known.rs"]
mod known;
#[path = "import/late.rs"]
mod late;
#[path = "import/lonely.rs"]
mod lonely;
#[path = "import/moved.rs"]
mod moved;
#[path = "import/outliers.rs"]
mod outliers;
#[path = "cli/place.rs"]
mod place;
#[path = "import/receipts.rs"]
mod receipts;
#[path = "import/restated.rs"]
mod restated;
#[path = "import/standing.rs"]
mod standing;
#[path = "import/stopped.rs"]
mod stopped;
