//! What can be wrong with a bundle, in words that need no programmer.

use std::path::PathBuf;

use thiserror::Error;

use crate::audit::ChainFault;
use crate::domain::Digest;

/// How many faults are listed.
const FAULTS_MAX: usize = 100;

/// How much of a text from a bundle is shown.
const SHOWN_CHARS_MAX: usize = 200;

/// Everything that is wrong with a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleFaults {
    /// The faults, at most a hundred of them; never empty.
    pub faults: Vec<BundleFault>,
    /// How many there are in all.
    pub total: usize,
}

impl BundleFaults {
    pub(super) fn new(mut faults: Vec<BundleFault>) -> Self {
        let total = faults.len();
        faults.truncate(FAULTS_MAX);
        Self { faults, total }
    }
}

impl std::error::Error for BundleFaults {}

impl std::fmt::Display for BundleFaults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{fault}")?;
        }
        match self.total.saturating_sub(self.faults.len()) {
            0 => Ok(()),
            unlisted => write!(f, "\nand {unlisted} more"),
        }
    }
}

/// One thing that is wrong with a bundle. Text from the bundle is shown escaped and shortened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BundleFault {
    /// It could not be looked at.
    #[error("{path} can't be read: {reason}")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The list of signers could not be read.
    #[error("the list of allowed signers {path} can't be read: {reason}")]
    SignersUnreadable {
        /// The list.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The folder is not called after a week.
    #[error(
        "the folder is called {found:?}, which is no week: it must be like 2026-01-05 or 2026-01-05.r2"
    )]
    FolderName {
        /// Its name.
        found: String,
    },
    /// A file is missing.
    #[error("{name} is missing")]
    Missing {
        /// The file.
        name: String,
    },
    /// A file is not the one that was signed.
    #[error("{name} was changed: its digest is not the one in SHA256SUMS")]
    Changed {
        /// The file.
        name: String,
    },
    /// A file or folder that was not signed.
    #[error("{name:?} does not belong to the bundle: SHA256SUMS does not list it")]
    Added {
        /// The file or folder.
        name: String,
    },
    /// Something that is neither file nor folder.
    #[error("{name:?} is a {kind}, but a bundle has only files")]
    OddObject {
        /// Its name.
        name: String,
        /// What it is.
        kind: &'static str,
    },
    /// There are more files than a bundle has.
    #[error("the folder holds more than {limit} files")]
    TooMany {
        /// How many a bundle may have.
        limit: usize,
    },
    /// The list of files can't be read.
    #[error("SHA256SUMS, line {line}: {reason}")]
    ManifestMalformed {
        /// The line.
        line: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// The signature can't be read.
    #[error("SHA256SUMS.sig is not a signature: {reason}")]
    SignatureMalformed {
        /// What is wrong.
        reason: String,
    },
    /// The signature was made for something else.
    #[error("the signature was made for {found:?}, not for \"budgetd\"")]
    SignatureNamespace {
        /// What it was made for.
        found: String,
    },
    /// The signature is by a key that isn't trusted.
    #[error("the signature is by the key {fingerprint}, which is not among the allowed signers")]
    SignerUnknown {
        /// The key's fingerprint.
        fingerprint: String,
    },
    /// The signature is not of this list.
    #[error(
        "SHA256SUMS was changed, or its signature: they do not belong together (key {fingerprint})"
    )]
    SignatureWrong {
        /// The fingerprint of the key that the signature names.
        fingerprint: String,
    },
    /// The decision can't be read.
    #[error("decision.json can't be read: {reason}")]
    DecisionUnreadable {
        /// Why.
        reason: String,
    },
    /// The decision is in a format that this program does not know.
    #[error(
        "decision.json has format {found}, this program knows {known}: verify it with a newer budgetd"
    )]
    FormatUnknown {
        /// Its format.
        found: u64,
        /// The newest format that is known.
        known: u32,
    },
    /// It lies under another week's name.
    #[error("decision.json is of week {decision}, but the folder is called {folder}")]
    OtherWeek {
        /// What the decision says.
        decision: String,
        /// What the folder says.
        folder: String,
    },
    /// It lies under another account's name.
    #[error("decision.json is of account {decision:?}, but the folder above is called {folder:?}")]
    OtherAccount {
        /// What the decision says.
        decision: String,
        /// What the folder says.
        folder: String,
    },
    /// A value of the decision makes no sense.
    #[error("decision.json, {key}: {value:?} is {reason}")]
    Value {
        /// Which value.
        key: String,
        /// The value.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The budgets do not add up.
    #[error("the budgets in decision.json sum to {sum}, not to the total {total}")]
    Sum {
        /// Their sum.
        sum: String,
        /// The total.
        total: String,
    },
    /// The table can't be read.
    #[error("weekly_recommendations.csv, line {line}: {reason}")]
    TableMalformed {
        /// The line.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The table lacks a budget.
    #[error(
        "weekly_recommendations.csv does not say {budget} for {channel:?}, but decision.json does"
    )]
    TableLacks {
        /// The channel, as the table would write it.
        channel: String,
        /// Its budget.
        budget: String,
    },
    /// The table has a budget that was not decided.
    #[error("weekly_recommendations.csv says {budget} for {channel:?}, but decision.json does not")]
    TableAdds {
        /// The channel, as the table writes it.
        channel: String,
        /// Its budget there.
        budget: String,
    },
    /// The bundle before is not there.
    #[error(
        "the chain is broken: no bundle beside this one has the manifest {manifest_before}, which decision.json names as the one before"
    )]
    ChainBroken {
        /// The digest that the decision names.
        manifest_before: Digest,
    },
    /// It claims to be the first, but is not.
    #[error(
        "the chain is broken: decision.json names no bundle before this one, but its audit.jsonl begins with record {first_seq}"
    )]
    ChainCutOff {
        /// Where its piece of the log begins.
        first_seq: u64,
    },
    /// Its piece of the log does not go on where the bundle before ended.
    #[error("audit.jsonl does not go on where that of the bundle before, {before}, ends")]
    AuditGap {
        /// The bundle before.
        before: String,
    },
    /// The log is broken.
    #[error("audit.jsonl, {0}")]
    Audit(ChainFault),
    /// The log does not tell of this decision.
    #[error(
        "audit.jsonl does not tell of the decision: no record of it names the digest of decision.json"
    )]
    AuditSilent,
}

impl BundleFault {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::SignersUnreadable { .. } => "signers_unreadable",
            Self::FolderName { .. } => "folder_name",
            Self::Missing { .. } => "missing",
            Self::Changed { .. } => "changed",
            Self::Added { .. } => "added",
            Self::OddObject { .. } => "odd_object",
            Self::TooMany { .. } => "too_many",
            Self::ManifestMalformed { .. } => "manifest_malformed",
            Self::SignatureMalformed { .. } => "signature_malformed",
            Self::SignatureNamespace { .. } => "signature_namespace",
            Self::SignerUnknown { .. } => "signer_unknown",
            Self::SignatureWrong { .. } => "signature_wrong",
            Self::DecisionUnreadable { .. } => "decision_unreadable",
            Self::FormatUnknown { .. } => "format_unknown",
            Self::OtherWeek { .. } => "other_week",
            Self::OtherAccount { .. } => "other_account",
            Self::Value { .. } => "value",
            Self::Sum { .. } => "sum",
            Self::TableMalformed { .. } => "table_malformed",
            Self::TableLacks { .. } => "table_lacks",
            Self::TableAdds { .. } => "table_adds",
            Self::ChainBroken { .. } => "chain_broken",
            Self::ChainCutOff { .. } => "chain_cut_off",
            Self::AuditGap { .. } => "audit_gap",
            Self::Audit(_) => "audit",
            Self::AuditSilent => "audit_silent",
        }
    }
}

/// The beginning of a text from a bundle, of which only so much is shown.
pub(super) fn brief(text: &str) -> String {
    text.chars().take(SHOWN_CHARS_MAX).collect()
}
