//! All that can happen: one enum. Reading it tells what the daemon can do.

use serde::{Deserialize, Serialize};

use super::displaced::{Moved, OtherSource};
use crate::domain::{ChannelName, Day, Digest, Instant};

/// Something that happened, as the audit log records it. A record is written and durable before
/// the effect that it announces becomes visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The daemon began its life.
    Started {
        /// The program's version.
        version: String,
        /// The fingerprint of the key that it signs with; `None`: it had none, or this was written by
        /// a version that didn't tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signs: Option<String>,
        /// Whether that key is a credential, which commands by hand can't see.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        credential: bool,
        /// The digest of the settings in force.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settings: Option<Digest>,
    },
    /// The daemon ended as asked.
    Stopped {
        /// What asked for it ("SIGTERM").
        signal: String,
    },
    /// The daemon read its configuration again and goes by the new one.
    Reloaded {
        /// What changed, setting by setting, escaped; a bounded list.
        changes: Vec<String>,
        /// The digest of the settings in force from then on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settings: Option<Digest>,
    },
    /// An operator says that the clock is right, although the log tells of later times.
    ClockAccepted {
        /// The newest of these times.
        was_ahead_until: Instant,
    },
    /// A signing key was made or came into use.
    KeyInUse {
        /// Its fingerprint, as `ssh-keygen -l` prints it.
        fingerprint: String,
    },
    /// A signing key is about to take the place of another one.
    KeyRotated {
        /// The fingerprint of the key that was in force.
        from: String,
        /// The fingerprint of the key that signs from now on.
        to: String,
    },
    /// The state was restored from a backup; what happened after its moment is not in it.
    Restored {
        /// The digest of the backup's `SHA256SUMS`.
        backup: Digest,
        /// When its moment was.
        made_at: Instant,
    },
    /// An original is about to be removed from the archive, as `[retention]` says.
    OriginalRemoved {
        /// Where it was, below the archive.
        archived: String,
        /// The digest of its content.
        sha256: Digest,
        /// The latest day that it speaks of.
        last_day: Day,
    },
    /// Something in a drop folder is no regular file with one link; it is left alone.
    ObjectIgnored {
        /// Its name, escaped.
        name: String,
        /// What it is ("symlink", "fifo", "directory" …).
        kind: String,
    },
    /// A file's rows came into the ledger.
    FileAccepted(FileEvent),
    /// A file stated only what the ledger already believed; only arrival times changed.
    FileDuplicate(FileEvent),
    /// A file was refused as a whole.
    FileRefused {
        /// The claim, which is unique.
        claim: String,
        /// The file's name, escaped.
        name: String,
        /// The digest of its content.
        sha256: Digest,
        /// Its size.
        bytes: u64,
        /// How many faults it has.
        faults: u64,
        /// The codes of the faults, without doubles, in order of first appearance.
        reasons: Vec<String>,
    },
    /// A week was due while the daemon did not run, and is decided now.
    CaughtUp {
        /// The week.
        week: Day,
        /// When it had been due.
        due_at: Instant,
    },
    /// A week was due while the daemon did not run, and a newer one is decided instead.
    Missed {
        /// The week.
        week: Day,
        /// When it had been due.
        due_at: Instant,
    },
    /// A week was decided or held; its bundle follows.
    Decided {
        /// The week.
        week: Day,
        /// Its revision.
        revision: u32,
        /// `decided` or `held`.
        outcome: String,
        /// Why it is a hold, in words.
        hold: Option<String>,
        /// Channels whose veto stood.
        vetoes: Vec<ChannelName>,
        /// Channels whose veto the rules overruled.
        vetoes_overruled: Vec<ChannelName>,
        /// Parts of the advice that failed, in words.
        fallbacks: Vec<String>,
        /// Why a published week was decided again.
        revise_reason: Option<String>,
        /// The digest of its `decision.json`.
        decision: Digest,
        /// The time that the decision was asked for (`--as-of`); the record's own time is the real one.
        stated_at: Instant,
    },
    /// A bundle is about to appear in the outbox.
    Published {
        /// The week.
        week: Day,
        /// Its revision.
        revision: u32,
        /// The digest of its `SHA256SUMS`.
        manifest: Digest,
    },
    /// The last line of the log was torn by a crash and has been cut.
    TornLineCut {
        /// How many bytes were cut.
        bytes: u64,
        /// The digest of what was cut.
        sha256: Digest,
    },
    /// An earlier record announced something that did not take effect, because the program was
    /// stopped in between; what happened instead follows.
    Superseded {
        /// The record's number; under a key of its own, since `seq` is the number of the record
        /// that says this.
        #[serde(rename = "superseded_seq")]
        seq: u64,
        /// Why.
        reason: String,
    },
}

/// What is recorded of a file that was not refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEvent {
    /// The claim, which is unique.
    pub claim: String,
    /// The file's name, escaped.
    pub name: String,
    /// The digest of its content.
    pub sha256: Digest,
    /// Its size.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
    /// The earliest day that it speaks of.
    pub first_day: Day,
    /// The latest day that it speaks of.
    pub last_day: Day,
    /// The source that read it.
    pub source: String,
    /// Where its original is, below the archive.
    pub archived: String,
    /// When it is held to have arrived (`--as-of`); the record's own time is the real one.
    pub arrived_at: Instant,
    /// (day, channel) pairs whose values it replaced.
    pub replaced: u64,
    /// The first of these, each with the old and the new values.
    pub replacements: Vec<Replacement>,
    /// Rows of these pairs that were known, that the file doesn't have, and that count no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Dropped>,
    /// Rows that went from a channel because the file states their campaigns under another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
    /// What other sources had stated of the pairs that it replaced, by channel and source; a bounded
    /// list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_sources: Vec<OtherSource>,
    /// Whether figures of closed days were allowed to change (`import --restate`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restate: bool,
}

/// A correction: what the ledger believed of a day, and what it believes now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// The day, or the first day of the week or month.
    pub day: Day,
    /// The channel; `None`: the whole business.
    pub channel: Option<ChannelName>,
    /// What changed; never empty.
    pub changed: Vec<MeasureChange>,
}

/// One thing that a correction changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureChange {
    /// "spend", "revenue", "impressions", "clicks" or "conversions"; "campaigns" where the sums
    /// stayed and the rows that make them up changed; "controls" where what is kept for models
    /// did.
    pub measure: String,
    /// What was believed, as an exact decimal; `None`: it wasn't known, or has no value.
    pub before: Option<String>,
    /// What is believed now.
    pub after: Option<String>,
}

/// Rows that were known and went, because a file states their channel and day without them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// How many they are.
    pub rows: u64,
    /// What they had spent in all, as an exact decimal; `None`: it isn't known of each of them.
    pub spend: Option<String>,
    /// What they had brought in, likewise.
    pub revenue: Option<String>,
    /// The first of them, by day, channel name and campaign; at least one.
    pub examples: Vec<DroppedRow>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedRow {
    /// The day, or the first day of the week or month.
    pub day: Day,
    /// The channel; `None`: the whole business.
    pub channel: Option<ChannelName>,
    /// The campaign and the further parts of its key that aren't empty, with " / " between them,
    /// escaped; empty: it had none.
    pub campaign: String,
    /// What it had spent, as an exact decimal; `None`: it isn't known.
    pub spend: Option<String>,
    /// What it had brought in, likewise.
    pub revenue: Option<String>,
}

/// One of each, for tests.
#[cfg(test)]
pub(super) fn samples() -> Vec<Event> {
    let digest = Digest::of(b"sample");
    let day: Day = "2026-01-05".parse().expect("a day");
    let time: Instant = "2026-01-05T00:30:00Z".parse().expect("a time");
    let channel = ChannelName::new("Google Ads").expect("a name");
    let replacement = Replacement {
        day,
        channel: Some(channel.clone()),
        changed: vec![
            MeasureChange {
                measure: "spend".to_owned(),
                before: Some("10.00".to_owned()),
                after: Some("12.00".to_owned()),
            },
            MeasureChange {
                measure: "clicks".to_owned(),
                before: None,
                after: Some("7".to_owned()),
            },
        ],
    };
    let dropped = DroppedRow {
        day,
        channel: Some(channel.clone()),
        campaign: "brand / IE".to_owned(),
        spend: Some("3.00".to_owned()),
        revenue: None,
    };
    let moved = super::MovedCampaign {
        campaign: "brand".to_owned(),
        from: channel.clone(),
        to: ChannelName::new("Google Brand").expect("a name"),
        first_day: day,
        days: 2,
        spend: Some("5.00".to_owned()),
        revenue: None,
    };
    let other_source = OtherSource {
        channel: None,
        source: "api".to_owned(),
        file: "x.csv".to_owned(),
        more_files: true,
        first_day: day,
        last_day: day,
        days: 1,
        spend: None,
    };
    let file = FileEvent {
        claim: "00000000000000ff".to_owned(),
        name: "a \"quoted\" name.csv".to_owned(),
        sha256: digest,
        bytes: 100,
        rows: 7,
        first_day: day,
        last_day: day,
        source: "long".to_owned(),
        archived: "main/2026/01/x.csv".to_owned(),
        arrived_at: time,
        replaced: 1,
        replacements: vec![replacement],
        dropped: Some(Dropped {
            rows: 2,
            spend: Some("4.50".to_owned()),
            revenue: None,
            examples: vec![dropped],
        }),
        moved: Some(Moved {
            rows: 2,
            spend: Some("5.00".to_owned()),
            revenue: None,
            examples: vec![moved],
        }),
        other_sources: vec![other_source],
        restate: true,
    };
    vec![
        Event::Started {
            version: "0.1.0".to_owned(),
            signs: Some("SHA256:abc".to_owned()),
            credential: true,
            settings: Some(digest),
        },
        Event::Reloaded {
            changes: vec!["main.toml: id: \"a\" → \"b\"".to_owned()],
            settings: Some(digest),
        },
        Event::Stopped { signal: "SIGTERM".to_owned() },
        Event::KeyInUse { fingerprint: "SHA256:abc".to_owned() },
        Event::KeyRotated { from: "SHA256:abc".to_owned(), to: "SHA256:def".to_owned() },
        Event::Restored { backup: digest, made_at: time },
        Event::OriginalRemoved {
            archived: "main/2020/01/x.csv".to_owned(),
            sha256: digest,
            last_day: day,
        },
        Event::ObjectIgnored { name: "link".to_owned(), kind: "symlink".to_owned() },
        Event::FileAccepted(file.clone()),
        Event::FileDuplicate(file),
        Event::FileRefused {
            claim: "00".to_owned(),
            name: "bad.csv".to_owned(),
            sha256: digest,
            bytes: 3,
            faults: 2,
            reasons: vec!["no_rows".to_owned()],
        },
        Event::CaughtUp { week: day, due_at: time },
        Event::Missed { week: day, due_at: time },
        Event::Decided {
            week: day,
            revision: 2,
            outcome: "decided".to_owned(),
            hold: None,
            vetoes: vec![channel],
            vetoes_overruled: Vec::new(),
            fallbacks: Vec::new(),
            revise_reason: Some("late data".to_owned()),
            decision: digest,
            stated_at: time,
        },
        Event::Published { week: day, revision: 1, manifest: digest },
        Event::TornLineCut { bytes: 12, sha256: digest },
        Event::Superseded { seq: 3, reason: "stopped in between".to_owned() },
    ]
}
