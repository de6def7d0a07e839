//! The tables of the ledger, as migrations that only go forward. A migration that has been
//! released is never edited; a change is a new one.

use rusqlite_migration::{M, Migrations};

/// `budg` in ASCII: marks an SQLite file as a ledger of this program.
pub const APPLICATION_ID: u32 = 0x6275_6467;

/// Bytes of a page. Larger ones take sorted files no faster, and unsorted ones slower.
pub const PAGE_BYTES: u32 = 4096;

const STEPS: &[M<'_>] = &[M::up(FIRST)];

/// All migrations, oldest first.
pub const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// The version of a ledger after all migrations.
#[expect(clippy::cast_possible_truncation, reason = "a handful of migrations")]
pub const VERSION: u32 = STEPS.len() as u32;

/// Days are counted from the first day of the year 1. Instants are RFC 3339 in UTC with nine
/// digits of a second, so that they sort as text. Amounts are in minor units, conversions in
/// millionths, digests in hexadecimal.
///
/// `facts` has no foreign keys, which would cost look-ups for each of millions of rows: its rows
/// are written in the transaction that writes their file, account and channel.
const FIRST: &str = "
-- currency: that of its amounts, from its first file on.
CREATE TABLE accounts (
    id        INTEGER PRIMARY KEY,
    name      TEXT NOT NULL UNIQUE,
    currency  TEXT
) STRICT;

CREATE TABLE channels (
    id       INTEGER PRIMARY KEY,
    account  INTEGER NOT NULL REFERENCES accounts(id),
    name     TEXT NOT NULL,
    UNIQUE (account, name)
) STRICT;

CREATE TABLE files (
    id           INTEGER PRIMARY KEY,
    claim        TEXT NOT NULL UNIQUE,
    account      INTEGER NOT NULL REFERENCES accounts(id),
    name         TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    bytes        INTEGER NOT NULL,
    rows         INTEGER NOT NULL,
    outcome      TEXT NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'refused')),
    first_day    INTEGER,
    last_day     INTEGER,
    arrived_at   TEXT NOT NULL,
    taken_at     TEXT NOT NULL,
    archived     TEXT,
    answer_name  TEXT NOT NULL,
    answer       TEXT NOT NULL,
    source       TEXT NOT NULL,
    replaced     INTEGER NOT NULL
) STRICT;
CREATE INDEX files_of_account ON files (account);
CREATE INDEX files_by_time ON files (account, taken_at, outcome);
CREATE INDEX files_by_content ON files (account, sha256);

-- grain: 0 day, 1 week, 2 month; day: its first day. channel: 0 is the whole business. Money that
-- isn't known is empty; a rest is what it has above the minor unit, in 10^-18 of one.
-- file: whose values these are. seen: the file that stated them last, and line: where in it.
-- Within one take, a negative file marks a row whose older values that take has overwritten.
CREATE TABLE facts (
    account       INTEGER NOT NULL,
    grain         INTEGER NOT NULL,
    day           INTEGER NOT NULL,
    channel       INTEGER NOT NULL,
    campaign      TEXT NOT NULL,
    spend         INTEGER,
    spend_rest    INTEGER NOT NULL,
    revenue       INTEGER,
    revenue_rest  INTEGER NOT NULL,
    impressions   INTEGER,
    clicks        INTEGER,
    conversions   INTEGER,
    controls      TEXT,
    file          INTEGER NOT NULL,
    seen          INTEGER NOT NULL,
    line          INTEGER NOT NULL,
    PRIMARY KEY (account, grain, day, channel, campaign)
) WITHOUT ROWID, STRICT;

CREATE TABLE publications (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    account       INTEGER NOT NULL REFERENCES accounts(id),
    week          INTEGER NOT NULL,
    revision      INTEGER NOT NULL,
    hold_reason   TEXT,
    manifest      TEXT NOT NULL,
    decision      TEXT NOT NULL,
    stated_at     TEXT NOT NULL,
    published_at  TEXT NOT NULL,
    audit_seq     INTEGER NOT NULL,
    UNIQUE (account, week, revision)
) STRICT;

CREATE TABLE budgets (
    publication  INTEGER NOT NULL REFERENCES publications(seq),
    channel      TEXT NOT NULL,
    budget       INTEGER NOT NULL,
    PRIMARY KEY (publication, channel)
) WITHOUT ROWID, STRICT;

CREATE TABLE vetoes (
    publication  INTEGER NOT NULL REFERENCES publications(seq),
    channel      TEXT NOT NULL,
    PRIMARY KEY (publication, channel)
) WITHOUT ROWID, STRICT;

-- Published decisions whose evidence a later file corrected, and the days that it changed.
CREATE TABLE corrections (
    publication  INTEGER NOT NULL REFERENCES publications(seq),
    file         INTEGER NOT NULL REFERENCES files(id),
    first_day    INTEGER NOT NULL,
    last_day     INTEGER NOT NULL,
    PRIMARY KEY (publication, file)
) WITHOUT ROWID, STRICT;

CREATE TABLE missed (
    account  INTEGER NOT NULL REFERENCES accounts(id),
    week     INTEGER NOT NULL,
    due_at   TEXT NOT NULL,
    PRIMARY KEY (account, week)
) WITHOUT ROWID, STRICT;

-- What was found in a drop folder and left alone, so that each is told once.
CREATE TABLE ignored (
    account  INTEGER NOT NULL REFERENCES accounts(id),
    name     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    PRIMARY KEY (account, name, kind)
) WITHOUT ROWID, STRICT;

CREATE TABLE chains (
    name  TEXT NOT NULL PRIMARY KEY,
    seq   INTEGER NOT NULL,
    hash  TEXT NOT NULL
) WITHOUT ROWID, STRICT;
";
