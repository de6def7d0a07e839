//! Answers the sender of a refused file: the file and its problems. Answers are a convenience, the
//! audit log is the record; a repeated answer replaces itself.

use std::ffi::{OsStr, OsString};

use super::DropFolder;
use super::claim::Claimed;
use super::names::Companion;
use super::receipts::MODE_ANSWER;
use crate::domain::Digest;
use crate::domain::text::escape;
use crate::store::StoreError;
use crate::store::copy::hash;
use crate::store::folder::{Folder, Moved, Opened, machine};
use crate::store::object::{Identity, Object, ObjectKind};

/// Files of one name and digest whose places are all taken by something else: a sender who does
/// that on purpose is told to clear the folder.
const NUMBERED_MAX: u32 = 99;
/// How often a place is chosen again because a sender took it at the same moment.
const ATTEMPTS_MAX: u32 = 8;
/// Largest file in `rejected/` that is compared by content; a larger one counts as different.
/// Hashing 4 GiB takes some seconds.
const COMPARED_BYTES_MAX: u64 = 4 << 30;

/// The end of answering a refused file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusedAnswer {
    /// The file and its problems are in `rejected/`.
    Given {
        /// The file's name there.
        name: String,
    },
    /// The claimed file is not the one that was refused any more. It stays, to be unclaimed and
    /// taken again.
    Changed,
    /// The claimed file is gone: answered before, or taken away by its sender.
    Gone,
}

/// What has a name in `rejected/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occupant {
    Nobody,
    SameContent,
    Another,
}

impl DropFolder {
    /// The name that a refused file is to have in `rejected/`: its own; if that is taken, with
    /// the first 16 digits of its digest in front. To be recorded with the refusal, so that a
    /// repeated answer lands in the same place.
    pub fn choose_rejected_name(&self, name: &str, digest: Digest) -> Result<String, StoreError> {
        choose(&*self.rejected()?, name, digest)
    }

    /// Puts a refused file into `rejected/` under `answer_name`, beside it
    /// `<answer_name>.problems.txt` with `text`, and `<answer_name>.sha256` where it came with one. `identity` is the file that was refused, as
    /// staging told it. If something else has taken the name since it was chosen, another is
    /// chosen by the same rule.
    pub fn answer_refused(
        &self,
        claimed: &Claimed,
        identity: &Identity,
        digest: Digest,
        answer_name: &str,
        text: &str,
    ) -> Result<RefusedAnswer, StoreError> {
        let (claimed_folder, rejected) = (self.claimed_folder()?, self.rejected()?);
        let file_name = claimed.file_name();
        let mut name = answer_name.to_owned();
        for _ in 0..ATTEMPTS_MAX {
            match claimed_folder.look(&file_name)? {
                None => return Ok(RefusedAnswer::Gone),
                Some(Object::File { identity: now, .. }) if now == *identity => {}
                Some(_) => return Ok(RefusedAnswer::Changed),
            }
            let mut occupant = occupant(&rejected, OsStr::new(&name), digest)?;
            if occupant == Occupant::Another {
                name = choose(&rejected, &claimed.name, digest)?;
                occupant = self::occupant(&rejected, OsStr::new(&name), digest)?;
            }
            // The problems first, and durable: whoever sees the file in `rejected/` finds them
            // beside it. Killed between the two, the file is still claimed, and this is done
            // again with the same name and the same text.
            let problems = format!("{name}.problems.txt");
            rejected.replace(OsStr::new(&problems), text.as_bytes(), MODE_ANSWER)?;
            Self::move_companions(&claimed_folder, claimed, &rejected, &name)?;
            if put(&claimed_folder, &file_name, &rejected, &name, occupant)? {
                // The new place first, so that a power cut leaves the file in one of the two.
                rejected.sync()?;
                claimed_folder.sync()?;
                if name != claimed.name {
                    let page = escape(&format!("{name}.problems.txt"));
                    let newer =
                        format!("a later file of this name was refused, see rejected/{page}");
                    drop(self.supersede_problems(&claimed.name, &newer));
                }
                return Ok(RefusedAnswer::Given { name });
            }
        }
        Err(crowded(&rejected, &claimed.name))
    }
}

/// Moves the claimed file to its place, over a file with its content where there is one: a writer who
/// has only paused goes on with the newer of the two. `false`: the place was taken at this moment.
fn put(
    claimed_folder: &Folder,
    file_name: &OsString,
    rejected: &Folder,
    name: &str,
    occupant: Occupant,
) -> Result<bool, StoreError> {
    // Its sender may never have synced it, and a name that outlives its bytes would leave an empty
    // file behind the answer.
    claimed_folder.sync_file(file_name)?;
    if occupant == Occupant::SameContent {
        claimed_folder.move_over(file_name, rejected, OsStr::new(name))?;
        return Ok(true);
    }
    let moved = claimed_folder.move_new(file_name, rejected, OsStr::new(name))?;
    Ok(moved == Moved::Done)
}

/// The first place that is free or, among the prefixed ones, holds this very content.
fn choose(rejected: &Folder, name: &str, digest: Digest) -> Result<String, StoreError> {
    if rejected.look(OsStr::new(name))?.is_none() && can_have_problems(rejected, name)? {
        return Ok(name.to_owned());
    }
    let digits = digest.short();
    for number in 1..=NUMBERED_MAX {
        // The prefixed name is this content's, unless somebody put something else there.
        let prefixed = match number {
            1 => format!("{digits}_{name}"),
            _ => format!("{digits}_{number}_{name}"),
        };
        if occupant(rejected, OsStr::new(&prefixed), digest)? != Occupant::Another
            && can_have_problems(rejected, &prefixed)?
        {
            return Ok(prefixed);
        }
    }
    Err(crowded(rejected, name))
}

/// Whether the problems and the digest of `name` can be put beside it: no folder may be in the way.
fn can_have_problems(rejected: &Folder, name: &str) -> Result<bool, StoreError> {
    for beside in [format!("{name}.problems.txt"), Companion::Digest.of(name)] {
        let found = rejected.look(OsStr::new(&beside))?;
        if matches!(found, Some(Object::Other(ObjectKind::Directory))) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn occupant(rejected: &Folder, name: &OsStr, digest: Digest) -> Result<Occupant, StoreError> {
    match rejected.open_file(name)? {
        Opened::Absent => Ok(Occupant::Nobody),
        Opened::File { mut file, identity, .. } if identity.size <= COMPARED_BYTES_MAX => {
            let (_, found) = hash(&mut file, COMPARED_BYTES_MAX)
                .map_err(|error| machine("can't read", &rejected.path_of(name), error))?;
            Ok(if found == digest { Occupant::SameContent } else { Occupant::Another })
        }
        Opened::File { .. } | Opened::Other(_) => Ok(Occupant::Another),
    }
}

fn crowded(rejected: &Folder, name: &str) -> StoreError {
    StoreError::Refused {
        what: "no place is left for a refused file".to_owned(),
        path: rejected.path_of(OsStr::new(name)),
        hint: "clear this folder".to_owned(),
    }
}
