//! All faults of a refused file, bounded, and the page that tells a data analyst what to do:
//! the likely single cause first, then the faults kind by kind.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::fault::{Difference, Fault, FaultReason};
use crate::domain::Day;
use crate::domain::text::escape;

/// Different faults that are kept: more than anyone reads at once. The rest is counted.
pub const FAULTS_LISTED_MAX: usize = 100;

/// Faults of one kind that are worth a summary: two can be read as they stand.
const KIND_TIMES_MIN: u64 = 3;

/// A day of a channel whose figures are closed, and what a file says of it instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedChange {
    /// The day.
    pub day: Day,
    /// The channel's name.
    pub channel: String,
    /// Its figures that would change.
    pub changes: Vec<Difference>,
    /// What else would change, by name.
    pub also: Vec<String>,
    /// Rows of it that the file doesn't have and that would count no longer.
    pub gone: Vec<String>,
}

impl ClosedChange {
    /// "spend 10.00 would become 12.00; also other clicks; without brand (spend 3.00, revenue 9.00),
    /// which would count no longer"
    fn text(&self) -> String {
        let mut parts: Vec<String> = self
            .changes
            .iter()
            .map(|Difference { measure, first, second }| {
                format!("{measure} {first} would become {second}")
            })
            .collect();
        match &self.also[..] {
            [] => {}
            names if parts.is_empty() => parts.push(format!("other {}", names.join(", "))),
            names => parts.push(format!("also other {}", names.join(", "))),
        }
        if !self.gone.is_empty() {
            let gone = self.gone.join(", ");
            parts.push(format!("without {gone}, which would count no longer"));
        }
        parts.join("; ")
    }
}

/// Why a file was refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The first [`FAULTS_LISTED_MAX`] different faults: those of the file first, then by line.
    /// Rows with the same fault in the same column stand here once.
    pub faults: Vec<Fault>,
    /// How many faults there are in all, each row counted; never 0.
    pub faults_total: u64,
}

impl Rejection {
    /// Of a file that is refused unread, for its size alone.
    pub fn too_large(bytes: u64, bytes_max: u64) -> Self {
        let fault = Fault::of_file(FaultReason::FileTooLarge { bytes_max }).with_hint(format!(
            "it has {bytes} bytes; split it by days, or raise limits.bytes_max"
        ));
        Self { faults: vec![fault], faults_total: 1 }
    }

    /// Of a file that would change figures of closed days, which are listed as far as they are
    /// known; `total` counts them all. On `today`, a day is closed once it is `window_days` old.
    /// `gone` says what of the file's days would count no longer.
    pub fn closed_period(
        changes: Vec<ClosedChange>,
        total: u64,
        today: Day,
        window_days: u32,
        gone: Option<String>,
    ) -> Self {
        let gone = gone.map_or(String::new(), |gone| format!("; {gone}"));
        let hint = format!(
            "figures may change for {window_days} days, and today is {today}; to correct these all \
             the same, run `budgetd import FILE --restate`, or raise restatement_window_days in \
             [checks] of the account's file{gone}"
        );
        let faults = changes.into_iter().map(|closed| {
            let (day, channel, change) = (closed.day, escape(&closed.channel), closed.text());
            let reason = FaultReason::ClosedPeriod { day, channel, change };
            Fault::of_file(reason).with_hint(hint.clone())
        });
        let faults: Vec<Fault> = faults.take(FAULTS_LISTED_MAX).collect();
        let faults_total = total.max(faults.len() as u64);
        Self { faults, faults_total }
    }

    /// Of a file that is not what its companion of the name `companion` says.
    pub fn companion_differs(companion: &str) -> Self {
        let companion = escape(companion);
        Self::of_companion(FaultReason::ChecksumMismatch { companion })
    }

    /// Of a file whose companion of the name `companion` can't be used; `what` says why, of the
    /// companion.
    pub fn companion_unusable(companion: &str, what: &'static str) -> Self {
        let companion = escape(companion);
        Self::of_companion(FaultReason::BadChecksumFile { companion, what }).hinted(
            "it is one line: 64 hexadecimal digits, two blanks, the file's name; \
                 Linux: sha256sum FILE > FILE.sha256; macOS: shasum -a 256 FILE > FILE.sha256; \
                 Windows PowerShell: (Get-FileHash FILE).Hash > FILE.sha256",
        )
    }

    /// Of the beginning of a file that grew after a newer one of its name had been taken. Times as they
    /// are to be shown.
    pub fn overtaken(name: &str, taken_at: String, newer_at: String) -> Self {
        let reason = FaultReason::Overtaken { name: escape(name), taken_at, newer_at };
        let fault = Fault::of_file(reason).with_hint(
            "if this one is to count, drop it again once it is whole; two writers of one name need two \
             names",
        );
        Self { faults: vec![fault], faults_total: 1 }
    }

    /// Whether the header is what is missing, as far as the faults tell.
    pub fn lacks_a_header(&self) -> bool {
        self.faults.iter().any(|fault| {
            matches!(
                fault.reason,
                FaultReason::OtherLayout { .. }
                    | FaultReason::MissingColumn { .. }
                    | FaultReason::NoDateColumn { .. }
            )
        })
    }

    /// Whether the beginning of an archive is missing.
    pub fn lacks_the_start_of_an_archive(&self) -> bool {
        self.faults.iter().any(|fault| matches!(fault.reason, FaultReason::NotPacked { .. }))
    }

    /// The same with the likely cause in front: it is the end of the file of its name that was taken at
    /// `taken_at`, with so many rows. `remedy` says how its writer should write.
    #[must_use]
    pub fn of_an_end(mut self, name: &str, taken_at: String, rows: u64, remedy: String) -> Self {
        let reason = FaultReason::EndOfAnother { name: escape(name), taken_at, rows };
        self.faults.insert(0, Fault::of_file(reason).with_hint(remedy));
        self.faults.truncate(FAULTS_LISTED_MAX);
        self.faults_total = self.faults_total.saturating_add(1);
        self
    }

    fn of_companion(reason: FaultReason) -> Self {
        Self { faults: vec![Fault::of_file(reason)], faults_total: 1 }
    }

    fn hinted(mut self, hint: &str) -> Self {
        self.faults = self.faults.into_iter().map(|fault| fault.with_hint(hint)).collect();
        self
    }

    /// The codes of the faults without doubles, in the order of `faults`.
    pub fn codes(&self) -> Vec<&'static str> {
        let mut codes = Vec::new();
        for fault in &self.faults {
            let code = fault.reason.code();
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }

    /// What is written beside a refused file: plain text, each line ended.
    pub fn render(&self, file_name: &str) -> String {
        let mut page = String::new();
        let faults = if self.faults_total == 1 { "fault" } else { "faults" };
        line(
            &mut page,
            &format!("{} was refused: {} {faults}.", escape(file_name), self.faults_total),
        );
        line(&mut page, "Nothing of it was taken. Correct it and drop it again.");
        if let Some((cause, hint)) = self.likely_cause() {
            line(&mut page, "");
            line(&mut page, &format!("Most likely: {cause}"));
            if let Some(hint) = hint {
                line(&mut page, &format!("hint: {hint}"));
            }
        }
        line(&mut page, "");
        self.render_faults(&mut page);
        page
    }

    /// The faults of each kind together: first the kind of the likely cause, then by first lines.
    fn render_faults(&self, page: &mut String) {
        let kinds = self.kinds();
        for (at, faults) in kinds.iter().enumerate() {
            if kinds.len() > 1 {
                if at > 0 {
                    line(page, "");
                }
                let times: u64 = faults.iter().map(|fault| fault.times).sum();
                line(page, &format!("{} ({times}):", faults[0].reason.kind()));
            }
            let mut before: Option<&Fault> = None;
            for fault in faults {
                line(page, &fault.to_string());
                let said = before.is_some_and(|before| before.hint == fault.hint);
                if let (Some(hint), false) = (&fault.hint, said) {
                    line(page, &format!("  hint: {hint}"));
                }
                before = Some(fault);
            }
        }
        let listed: u64 = self.faults.iter().map(|fault| fault.times).sum();
        match self.faults_total.saturating_sub(listed) {
            0 => {}
            unlisted => line(page, &format!("and {unlisted} more, which are not listed")),
        }
    }

    fn kinds(&self) -> Vec<Vec<&Fault>> {
        let first = self.explaining().or_else(|| self.most_frequent().map(|(fault, _)| fault));
        let mut kinds: Vec<Vec<&Fault>> = Vec::new();
        for fault in first.into_iter().chain(&self.faults) {
            let code = fault.reason.code();
            let is_first = first.is_some_and(|first| std::ptr::eq(first, fault));
            match kinds.iter_mut().find(|kind| kind[0].reason.code() == code) {
                Some(_) if is_first => {}
                Some(kind) => kind.push(fault),
                None => kinds.push(vec![fault]),
            }
        }
        for kind in &mut kinds {
            kind.sort_by_key(|fault| fault.line);
        }
        kinds
    }

    /// A fault that alone explains the refusal; one of some rows where a third of all are its own.
    fn explaining(&self) -> Option<&Fault> {
        // Days of another format may be read as others, which nobody believes.
        let unbelieved = self.faults.iter().filter(|it| it.reason.is_of_an_unbelieved_day());
        let rest = self.faults_total.saturating_sub(unbelieved.map(|it| it.times).sum());
        let is_enough =
            |fault: &&Fault| !fault.reason.is_of_rows() || fault.times.saturating_mul(3) >= rest;
        self.faults.iter().filter(|it| it.reason.explains_the_rest()).find(is_enough)
    }

    /// The first fault of the kind that most of the rows have, and how many.
    fn most_frequent(&self) -> Option<(&Fault, u64)> {
        let mut times_by_code: BTreeMap<&str, u64> = BTreeMap::new();
        for fault in &self.faults {
            *times_by_code.entry(fault.reason.code()).or_default() += fault.times;
        }
        let (&code, &times) = times_by_code.iter().max_by_key(|&(_, times)| times)?;
        let stands_out = times >= KIND_TIMES_MIN && times * 2 > self.faults_total;
        let first = self.faults.iter().find(|fault| fault.reason.code() == code)?;
        stands_out.then_some((first, times))
    }

    /// The one cause that most of the faults are likely to come from, with its remedy. `None` where
    /// a single fault speaks for itself, or nothing stands out.
    fn likely_cause(&self) -> Option<(String, Option<&str>)> {
        if self.faults.len() < 2 {
            return None;
        }
        if let Some(fault) = self.explaining() {
            return Some((fault.to_string(), fault.hint.as_deref()));
        }
        let Some((first, times)) = self.most_frequent() else { return self.one_setting() };
        let code = first.reason.code();
        let alike = || self.faults.iter().filter(|fault| fault.reason.code() == code);
        let hint = first.hint.as_deref().filter(|_| alike().all(|it| it.hint == first.hint));
        let hint = hint.or_else(|| shared(alike(), setting)).or_else(|| shared(alike(), advice));
        Some((format!("{} ({})", first.reason.kind(), self.share(times, first)), hint))
    }

    fn share(&self, times: u64, first: &Fault) -> String {
        let place = first.line.map_or(String::new(), |line| format!(", first in line {line}"));
        format!("{times} of {} faults{place}", self.faults_total)
    }

    /// The setting that most of the faults name, of whatever kinds they are.
    fn one_setting(&self) -> Option<(String, Option<&str>)> {
        let mut times_by_setting: BTreeMap<&str, u64> = BTreeMap::new();
        for fault in &self.faults {
            if let Some(setting) = setting(fault) {
                *times_by_setting.entry(setting).or_default() += fault.times;
            }
        }
        let (&most, &times) = times_by_setting.iter().max_by_key(|&(_, times)| times)?;
        let stands_out = times >= KIND_TIMES_MIN && times * 2 > self.faults_total;
        let first = self.faults.iter().find(|fault| setting(fault) == Some(most))?;
        let share = self.share(times, first);
        stands_out
            .then(|| (format!("the file is not written as the source says ({share})"), Some(most)))
    }
}

/// What a remedy asks to set, behind what it says of its own value.
fn setting(fault: &Fault) -> Option<&str> {
    let hint = fault.hint.as_deref()?;
    hint.rfind(", or set ").map(|at| &hint[at + ", or ".len()..])
}

/// What a remedy asks to do, before what it says of its own value.
fn advice(fault: &Fault) -> Option<&str> {
    fault.hint.as_deref()?.split_once(": ").map(|(advice, _)| advice)
}

/// The part of their remedies that all these faults share.
fn shared<'f>(
    mut faults: impl Iterator<Item = &'f Fault>,
    part: impl Fn(&'f Fault) -> Option<&'f str>,
) -> Option<&'f str> {
    let first = part(faults.next()?)?;
    faults.all(|fault| part(fault) == Some(first)).then_some(first)
}

fn line(page: &mut String, text: &str) {
    writeln!(page, "{text}").expect("writing to a string can't fail");
}

/// Gathers faults while a file is read.
#[derive(Debug, Default)]
pub(super) struct Faults {
    list: Vec<Fault>,
    positions: BTreeMap<Key, usize>,
    /// How many different faults of each kind are listed.
    codes: BTreeMap<&'static str, usize>,
    total: u64,
}

/// What makes two faults of different lines the same.
type Key = (Option<String>, FaultReason, Option<String>);

impl Faults {
    /// Adds a fault, to an equal one of an earlier line where there is one.
    pub(super) fn add(&mut self, fault: Fault) {
        self.total = self.total.saturating_add(fault.times);
        let key = (fault.column.clone(), fault.reason.clone(), fault.value.clone());
        if let Some(&position) = self.positions.get(&key) {
            self.list[position].times += fault.times;
        } else if self.list.len() < FAULTS_LISTED_MAX {
            self.positions.insert(key, self.list.len());
            *self.codes.entry(fault.reason.code()).or_default() += 1;
            self.list.push(fault);
        } else {
            self.make_room_for_kind(fault, key);
        }
    }

    /// A kind of fault that is not in the full list gets the place of the last one of the kind that
    /// is listed most.
    #[cold]
    fn make_room_for_kind(&mut self, fault: Fault, key: Key) {
        if self.codes.contains_key(fault.reason.code()) {
            return;
        }
        let most = self.codes.iter().max_by_key(|(_, count)| **count).map(|(code, _)| *code);
        let place = self.list.iter().rposition(|one| Some(one.reason.code()) == most);
        let place = place.expect("a full list has a kind");
        self.positions.retain(|_, at| *at != place);
        self.positions.insert(key, place);
        self.codes.insert(fault.reason.code(), 1);
        if let Some(count) = most.and_then(|code| self.codes.get_mut(code)) {
            *count -= 1;
        }
        self.list[place] = fault;
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The rejection that these faults make; only for faults that are there.
    pub(super) fn into_rejection(self) -> Rejection {
        let Self { list: mut faults, total, .. } = self;
        faults.sort_by_key(|fault| fault.line);
        Rejection { faults, faults_total: total }
    }
}
