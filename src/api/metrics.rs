//! The counters and gauges, by the names that dashboards and alerts know them by.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::domain::AccountId;

/// Seconds that units of work take: from a small file to years of history.
const DURATIONS: [f64; 9] = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 60.0, 600.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfAccount {
    pub account: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Outcome {
    pub account: String,
    pub outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Reason {
    pub account: String,
    pub reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Part {
    pub account: String,
    pub part: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Work {
    pub work: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Folder {
    pub folder: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Answer {
    pub route: String,
    pub status: u16,
}

/// Seconds that answers take: from a look at a table to the fit of a model.
const ANSWER_DURATIONS: [f64; 8] = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0, 10.0];

/// The label of an account.
pub(super) fn of(account: &AccountId) -> OfAccount {
    OfAccount { account: account.to_string() }
}

/// Makes the histogram of a kind of work.
#[derive(Debug, Clone)]
pub(super) struct Durations;

impl MetricConstructor<Histogram> for Durations {
    fn new_metric(&self) -> Histogram {
        Histogram::new(DURATIONS)
    }
}

/// All that is counted since the daemon started, and how things stand now.
pub(super) struct Metrics {
    registry: Registry,
    pub files: Family<Outcome, Counter>,
    pub rows: Family<OfAccount, Counter>,
    pub refusals: Family<Reason, Counter>,
    pub decisions: Family<Outcome, Counter>,
    pub holds: Family<Reason, Counter>,
    pub vetoes: Family<OfAccount, Counter>,
    pub durations: Family<Work, Histogram, Durations>,
    pub lag: Family<OfAccount, Gauge>,
    pub waiting: Family<OfAccount, Gauge>,
    pub trouble: Family<Part, Gauge>,
    pub next_run: Family<OfAccount, Gauge>,
    pub seconds_to_next_run: Family<OfAccount, Gauge>,
    pub disk_free: Family<Folder, Gauge>,
    pub log_lines_lost: Gauge,
    pub hook_events_lost: Counter,
    pub seconds_since_sign_of_life: Gauge,
    pub start_time: Gauge,
    pub requests: Family<Answer, Counter>,
    pub request_durations: Histogram,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("budgetd");
        registry.register(
            "build",
            "The program that answers",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        let mut metrics = Self {
            registry: Registry::default(),
            files: Family::default(),
            rows: Family::default(),
            refusals: Family::default(),
            decisions: Family::default(),
            holds: Family::default(),
            vetoes: Family::default(),
            durations: Family::new_with_constructor(Durations),
            lag: Family::default(),
            waiting: Family::default(),
            trouble: Family::default(),
            next_run: Family::default(),
            seconds_to_next_run: Family::default(),
            disk_free: Family::default(),
            log_lines_lost: Gauge::default(),
            hook_events_lost: Counter::default(),
            seconds_since_sign_of_life: Gauge::default(),
            start_time: Gauge::default(),
            requests: Family::default(),
            request_durations: Histogram::new(ANSWER_DURATIONS),
        };
        let it = &metrics;
        registry.register("files", "Files by what became of them", it.files.clone());
        registry.register(
            "http_requests",
            "Requests that were answered, by route and status",
            it.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "How long answers took",
            prometheus_client::registry::Unit::Seconds,
            it.request_durations.clone(),
        );
        registry.register("rows", "Rows of the files that were taken", it.rows.clone());
        registry.register(
            "refusals",
            "Refused files by the code of their first fault",
            it.refusals.clone(),
        );
        registry.register("decisions", "Published weeks, decided or held", it.decisions.clone());
        registry.register("holds", "Published holds by their reason", it.holds.clone());
        registry.register("vetoes", "Vetoes in published weeks", it.vetoes.clone());
        registry.register(
            "work_duration_seconds",
            "How long it took to take the files of a round (files) and to run a week (week)",
            it.durations.clone(),
        );
        registry.register(
            "data_lag_days",
            "Days between yesterday and the newest day with figures, in the account's time zone",
            it.lag.clone(),
        );
        registry.register(
            "waiting",
            "1 while a week that is due can't be decided: data is missing, or nothing can be signed",
            it.waiting.clone(),
        );
        registry.register(
            "trouble",
            "1 while a part of the service fails, 0 once it is well again; without an account it is the \
             daemon's own",
            it.trouble.clone(),
        );
        registry.register(
            "next_run_timestamp_seconds",
            "When the next weekly run is scheduled, in seconds since 1970",
            it.next_run.clone(),
        );
        registry.register(
            "seconds_to_next_run",
            "Seconds until the next weekly run; negative where it is late",
            it.seconds_to_next_run.clone(),
        );
        registry.register(
            "disk_free_bytes",
            "Room that is left on the disk of a folder",
            it.disk_free.clone(),
        );
        registry.register(
            "log_lines_lost",
            "Log lines that could not be written to the log files since the start",
            it.log_lines_lost.clone(),
        );
        registry.register(
            "hook_events_lost",
            "Events that could not be told to a hook",
            it.hook_events_lost.clone(),
        );
        registry.register(
            "seconds_since_sign_of_life",
            "Seconds since the worker last showed that it goes on",
            it.seconds_since_sign_of_life.clone(),
        );
        registry.register(
            "start_time_seconds",
            "When the daemon started, in seconds since 1970; its counters began then",
            it.start_time.clone(),
        );
        metrics.registry = registry;
        metrics
    }

    /// Begins to count for an account. A counter that was never seen can't rise: each begins with its
    /// zero.
    pub(super) fn begin(&self, account: &AccountId) {
        for outcome in ["accepted", "duplicate", "refused"] {
            let outcome = Outcome { account: account.to_string(), outcome };
            drop(self.files.get_or_create(&outcome));
        }
        for outcome in ["decided", "held"] {
            let outcome = Outcome { account: account.to_string(), outcome };
            drop(self.decisions.get_or_create(&outcome));
        }
        drop(self.rows.get_or_create(&of(account)));
        drop(self.vetoes.get_or_create(&of(account)));
    }

    /// How an account stands is not known any more; what was counted stays.
    pub(super) fn forget(&self, account: &AccountId) {
        for gauge in [&self.lag, &self.waiting, &self.next_run, &self.seconds_to_next_run] {
            gauge.remove(&of(account));
        }
    }

    /// All of it as OpenMetrics text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a string takes whatever is written");
        text
    }
}
