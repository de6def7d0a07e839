//! budgetd turns daily marketing CSVs into one signed weekly budget file, by rules that people can
//! read, with models that may only say "wait".
//!
//! # The way of a rupee
//!
//! ```text
//! inbox ─► settle ─► claim ─► parse ─► check ─┬─► archive ─► ledger ─► weekly history ─► rules ─► proposal
//!                                             └─► rejected + reasons                               │
//!                                                                               blocker ─► vetoes ─┤
//!                                                                                                  ▼
//!  outbox ◄─ sign ◄─ render ◄────────────────────────────────────────────────────────────────  decision
//! ```
//!
//! # The rooms
//!
//! In the order of the flow; each imports only what stands above it (`tests/architecture.rs`).
//!
//! | room | turns what into what | begin reading at |
//! |---|---|---|
//! | [`domain`] | the values that every stage speaks: money, share, calendar, account, channel, performance | [`domain::money`] |
//! | [`config`] | TOML → a checked [`config::Config`], or every fault with its place | [`config::check`] |
//! | [`ingest`] | the bytes of an export, in any format that a source describes → [`ingest::DailyReport`], or [`ingest::Rejection`] with every fault; what a strange file is; some columns of any CSV, for a model of them | [`ingest::read`], [`ingest::guess`], [`ingest::read_columns`] |
//! | [`history`] | daily facts → full weeks with explicit gaps, key figures, what is missing | [`history::WeeklyHistory::build`] |
//! | [`rules`] | weekly history → [`rules::Allocation`], in integers, with a trace; the only room that can build one | [`rules::propose`] |
//! | [`advice`] | models that comment and never decide: the blocker, the marketing-mix model, how sure it is and what it would change, plans (on curves of other tools, too) | [`advice::blocker::look`], [`advice::mmm`], [`advice::uncertainty`], [`advice::planning`] |
//! | [`decision`] | gate, proposal, vetoes and rounding → [`decision::Decision`]; rules and models meet here and only here | [`decision::decide`] |
//! | [`audit`] | everything that can happen, as one enum, and the hash chain that makes tampering show | [`audit::Event`] |
//! | [`report`] | decision → bytes: CSV, JSON, plain text, the page, the workbook, plots; and receipts; daily rows and a model → tables for BI tools | [`report::decision_json`], [`report::page`], [`report::plots`] |
//! | [`store`] | the only code that touches the disk: inbox, archive, ledger, journal, keys, outbox, bundles | [`store::ledger::Ledger`] |
//! | [`workflow`] | takes a file, runs a week, recovers from a crash: pure stages joined with the store; `now` is an argument | [`workflow::Unit`] |
//! | [`evaluate`] | simulated worlds with known truth, and how good the advice is in them | [`evaluate::worlds`], [`evaluate::quality`] |
//! | [`api`] | HTTP, read-only towards budgets: what was published, how the daemon stands, questions to the models, pages for people | [`api::serve`], [`api::Telemetry`] |
//! | [`daemon`] | the loop: hints, scans, ticks, signals, readiness | [`daemon::Daemon`] |
//! | [`cli`] | one file per subcommand; prints; with `daemon` the only code that reads the clock | [`cli::main`] |
//!
//! The first nine rooms are pure: no disk, clock, network, environment or chance. What decides can
//! therefore be tested without a file, and replayed.
//!
//! # Where the promises are kept
//!
//! - *The sum is the total, no cap is broken, no float touches a budget*: `rules/water_filling.rs`
//!   and `rules/largest_remainder.rs`, held by `tests/rules_properties.rs`.
//! - *A model can only stop a cut*: [`decision::Veto`] carries no amount, and [`rules::Allocation`]
//!   has no constructor outside `rules` (`tests/compile_fail/`).
//! - *Nothing is lost, nothing doubled*: [`workflow`] writes in the order record → effect → ledger,
//!   and `workflow/recover.rs` finishes or forgets what a crash interrupted.
//! - *Nothing half-written is visible*: [`store::atomic`] and [`store::outbox`].
//! - *Hostile input*: [`store::inbox`] (files), [`ingest`] (bytes), [`domain::text`] (what is shown).

pub mod advice;
pub mod api;
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
