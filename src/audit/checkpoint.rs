//! Log, ledger and published bundles against each other: whether the log is whole up to the last
//! checkpoint. A chain alone can't show that its end was cut off; but each published bundle holds
//! the piece of the log up to its publication under a signature, and the log must hold each of
//! these pieces byte for byte, and after it the event that names the bundle.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::chain::{self, ChainFault, ChainFaultKind, ChainHead, Record, Walk};
use super::event::Event;
use crate::domain::Digest;

/// How many faults are listed; a log that is wrong in more places is not understood better by
/// a longer list.
pub const FAULTS_MAX: usize = 100;

/// What a published bundle says of the log.
#[derive(Debug, Clone, Copy)]
pub struct PublishedSegment<'a> {
    /// The bundle's name, for messages.
    pub bundle: &'a str,
    /// Its `audit.jsonl`.
    pub audit: &'a [u8],
    /// The digest of its `SHA256SUMS`.
    pub manifest: Digest,
}

/// A log that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditReport {
    /// How many records it has.
    pub records: u64,
    /// Its newest record.
    pub head: Option<ChainHead>,
    /// How many bundles vouch for it.
    pub bundles: usize,
    /// The last record that a bundle vouches for; what follows rests on the chain and the ledger.
    pub vouched_to: Option<u64>,
    /// Publications that the log announces and that no bundle given answers to: bundles that were
    /// moved away.
    pub bundles_absent: u64,
}

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuditFault {
    /// The chain is broken.
    #[error("{0}")]
    Chain(ChainFault),
    /// The log could not be read to its end.
    #[error("the log can't be read: {reason}")]
    Unreadable {
        /// What the system said.
        reason: String,
    },
    /// The ledger knows a record that the log does not have: its end was cut off.
    #[error(
        "the log ends with record {last}, but the ledger knows record {seq}: its end was cut off"
    )]
    HeadMissing {
        /// The record that the ledger knows.
        seq: u64,
        /// The last record of the log; 0: it is empty.
        last: u64,
    },
    /// The ledger knows a record differently.
    #[error("line {line}: the ledger knows another record {seq}: the log was rewritten")]
    HeadDiffers {
        /// The line.
        line: u64,
        /// The record that the ledger knows.
        seq: u64,
    },
    /// A bundle's piece of the log can't be read.
    #[error("bundle {bundle}: its audit.jsonl does not say where it belongs: {reason}")]
    SegmentUnreadable {
        /// The bundle.
        bundle: String,
        /// What is wrong.
        reason: String,
    },
    /// The log lacks a bundle's piece, or its end.
    #[error("bundle {bundle}: the log does not have record {seq}, which the bundle holds")]
    SegmentMissing {
        /// The bundle.
        bundle: String,
        /// The first record that is missing.
        seq: u64,
    },
    /// The log differs from a bundle's piece.
    #[error("line {line}: differs from the same record in the audit.jsonl of bundle {bundle}")]
    SegmentDiffers {
        /// The bundle.
        bundle: String,
        /// The line of the log.
        line: u64,
    },
    /// No record after a bundle's piece says that the bundle was published.
    #[error("bundle {bundle}: no record names its manifest {manifest} as published")]
    ManifestUnnamed {
        /// The bundle.
        bundle: String,
        /// The digest of its `SHA256SUMS`.
        manifest: Digest,
    },
    /// More faults than are listed.
    #[error("and {count} more")]
    More {
        /// How many.
        count: u64,
    },
}

impl AuditFault {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Chain(_) => "chain",
            Self::Unreadable { .. } => "unreadable",
            Self::HeadMissing { .. } => "head_missing",
            Self::HeadDiffers { .. } => "head_differs",
            Self::SegmentUnreadable { .. } => "segment_unreadable",
            Self::SegmentMissing { .. } => "segment_missing",
            Self::SegmentDiffers { .. } => "segment_differs",
            Self::ManifestUnnamed { .. } => "manifest_unnamed",
            Self::More { .. } => "more",
        }
    }
}

/// Takes a log line by line, in bounded memory, and says at the end what is wrong with it.
#[derive(Debug)]
pub struct Auditor<'a> {
    walk: Walk,
    head: Option<ChainHead>,
    acknowledged: Option<ChainHead>,
    acknowledged_met: bool,
    segments: Vec<Segment<'a>>,
    /// Which segments begin with a record of this number.
    starts: BTreeMap<u64, Vec<usize>>,
    /// Segments that the walk is inside of.
    open: Vec<usize>,
    /// Publications by the record that announces them.
    publications: BTreeMap<u64, Digest>,
    superseded: BTreeSet<u64>,
    faults: Vec<AuditFault>,
    faults_total: u64,
}

/// How far a bundle's piece has been found.
#[derive(Debug)]
struct Segment<'a> {
    published: PublishedSegment<'a>,
    next_seq: u64,
    rest: &'a [u8],
    differs: bool,
}

impl<'a> Auditor<'a> {
    /// An audit of `chain`. `acknowledged`: the newest record that the ledger knows.
    pub fn new(
        chain: &str,
        acknowledged: Option<ChainHead>,
        published: &[PublishedSegment<'a>],
    ) -> Self {
        let mut auditor = Self {
            walk: Walk::after(chain, None),
            head: None,
            acknowledged,
            acknowledged_met: false,
            segments: Vec::with_capacity(published.len()),
            starts: BTreeMap::new(),
            open: Vec::new(),
            publications: BTreeMap::new(),
            superseded: BTreeSet::new(),
            faults: Vec::new(),
            faults_total: 0,
        };
        for segment in published {
            auditor.expect_segment(chain, *segment);
        }
        auditor
    }

    /// Takes the next line of the log, without its newline; `ended`: whether it had one.
    pub fn line(&mut self, line: &[u8], ended: bool) {
        match self.walk.step(line) {
            Ok(step) => {
                self.head = Some(step.head);
                self.note_acknowledged(step.head);
                self.note_publication(&step.kind, line);
            }
            Err(fault) => self.fault(AuditFault::Chain(fault)),
        }
        if !ended {
            let torn = ChainFault { line: self.walk.line(), what: ChainFaultKind::Torn };
            self.fault(AuditFault::Chain(torn));
        }
        self.compare_segments(line);
    }

    /// Says that the log could not be read further.
    pub fn unreadable(&mut self, reason: String) {
        self.fault(AuditFault::Unreadable { reason });
    }

    /// The verdict, after the last line.
    pub fn finish(mut self) -> Result<AuditReport, Vec<AuditFault>> {
        self.check_acknowledged();
        self.check_segments();
        if self.faults_total > 0 {
            let unlisted = self.faults_total - self.faults.len() as u64;
            if unlisted > 0 {
                self.faults.push(AuditFault::More { count: unlisted });
            }
            return Err(self.faults);
        }
        let known: BTreeSet<Digest> =
            self.segments.iter().map(|segment| segment.published.manifest).collect();
        let standing = self.publications.iter().filter(|(seq, _)| !self.superseded.contains(seq));
        let absent = standing.filter(|(_, manifest)| !known.contains(manifest)).count();
        Ok(AuditReport {
            records: self.walk.line(),
            head: self.head,
            bundles: self.segments.len(),
            vouched_to: self.segments.iter().map(|segment| segment.next_seq - 1).max(),
            bundles_absent: absent as u64,
        })
    }

    fn fault(&mut self, fault: AuditFault) {
        self.faults_total += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }

    fn expect_segment(&mut self, chain: &str, published: PublishedSegment<'a>) {
        match chain::verify_piece(chain, published.audit) {
            Ok(Some(piece)) => {
                self.starts.entry(piece.first_seq).or_default().push(self.segments.len());
                self.segments.push(Segment {
                    published,
                    next_seq: piece.first_seq,
                    rest: published.audit,
                    differs: false,
                });
            }
            Ok(None) => self.segment_unreadable(published.bundle, "it is empty".to_owned()),
            Err(fault) => self.segment_unreadable(published.bundle, fault.to_string()),
        }
    }

    fn segment_unreadable(&mut self, bundle: &str, reason: String) {
        self.fault(AuditFault::SegmentUnreadable { bundle: bundle.to_owned(), reason });
    }

    fn note_acknowledged(&mut self, head: ChainHead) {
        let Some(acknowledged) = self.acknowledged else { return };
        if head.seq != acknowledged.seq {
            return;
        }
        self.acknowledged_met = true;
        if head.hash != acknowledged.hash {
            self.fault(AuditFault::HeadDiffers { line: self.walk.line(), seq: head.seq });
        }
    }

    fn note_publication(&mut self, kind: &str, line: &[u8]) {
        if !matches!(kind, "published" | "superseded") {
            return;
        }
        match Record::decode(line) {
            Ok(Record { seq, event: Event::Published { manifest, .. }, .. }) => {
                self.publications.insert(seq, manifest);
            }
            Ok(Record { event: Event::Superseded { seq, .. }, .. }) => {
                self.superseded.insert(seq);
            }
            Ok(_) => {}
            Err(reason) => {
                let what = ChainFaultKind::NotARecord { reason };
                self.fault(AuditFault::Chain(ChainFault { line: self.walk.line(), what }));
            }
        }
    }

    /// Holds `line` against the segments that it should be in. A segment begins at the record
    /// that has the number of its first one; from there on it goes line by line.
    fn compare_segments(&mut self, line: &[u8]) {
        let number = self.walk.line();
        if let Some(begun) = self.walk.seq().and_then(|seq| self.starts.remove(&seq)) {
            self.open.extend(begun);
        }
        let mut still_open = Vec::with_capacity(self.open.len());
        for index in std::mem::take(&mut self.open) {
            let segment = &mut self.segments[index];
            let rest = segment.rest.strip_prefix(line).and_then(|rest| rest.strip_prefix(b"\n"));
            if let Some(rest) = rest {
                segment.rest = rest;
                segment.next_seq += 1;
                if !rest.is_empty() {
                    still_open.push(index);
                }
            } else {
                segment.differs = true;
                let bundle = segment.published.bundle.to_owned();
                self.fault(AuditFault::SegmentDiffers { bundle, line: number });
            }
        }
        self.open = still_open;
    }

    fn check_acknowledged(&mut self) {
        if let Some(acknowledged) = self.acknowledged
            && !self.acknowledged_met
        {
            let last = self.head.map_or(0, |head| head.seq);
            self.fault(AuditFault::HeadMissing { seq: acknowledged.seq, last });
        }
    }

    fn check_segments(&mut self) {
        let mut faults = Vec::new();
        for segment in self.segments.iter().filter(|segment| !segment.differs) {
            let bundle = segment.published.bundle.to_owned();
            let manifest = segment.published.manifest;
            if !segment.rest.is_empty() {
                faults.push(AuditFault::SegmentMissing { bundle, seq: segment.next_seq });
            } else if !self
                .publications
                .range(segment.next_seq..)
                .any(|(_, named)| *named == manifest)
            {
                faults.push(AuditFault::ManifestUnnamed { bundle, manifest });
            }
        }
        for fault in faults {
            self.fault(fault);
        }
    }
}
