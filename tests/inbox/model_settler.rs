//! Settling, against the rule in words.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use budgetd::store::inbox::{Candidate, Scan, SeenDigest, Settler};
use budgetd::store::object::Identity;
use proptest::prelude::*;

/// One look: seconds since the one before, and each file's version.
type Look = (u64, BTreeMap<u8, u8>);

fn candidate(name: u8, version: u8) -> Candidate {
    // Each version differs from its neighbours in one of the things that count: size, inode and
    // time of the file, and whether there is a digest and which.
    let (size, inode) = (u64::from(version & 1), u64::from(version >> 1 & 1));
    let modified = (i64::from(version >> 2 & 1), 0);
    let identity = Identity { device: 1, inode, size, modified, changed: (0, 0) };
    let digest = match version >> 3 & 3 {
        0 => None,
        3 => Some(SeenDigest::Other),
        number => Some(SeenDigest::Plain(Identity {
            device: 1,
            inode: u64::from(number),
            size: 64,
            modified: (0, 0),
            changed: (0, 0),
        })),
    };
    Candidate { name: format!("{name}.csv"), identity, digest, has_marker: false }
}

/// What the rule says: at every look of the last `quiet` seconds, and at one before or at their
/// beginning, the file was there in the version that it has now.
fn settled_by_rule(looks: &[Look], quiet: u64) -> Vec<String> {
    let (_, now) = looks.last().expect("a look");
    let is_settled = |name: &u8, version: &u8| {
        let mut age = 0;
        for (index, (pause, files)) in looks.iter().enumerate().rev() {
            if files.get(name) != Some(version) {
                return false;
            }
            if age >= quiet {
                return true;
            }
            age += if index == 0 { 0 } else { *pause };
        }
        false
    };
    now.iter()
        .filter(|(name, version)| is_settled(name, version))
        .map(|(name, _)| format!("{name}.csv"))
        .collect()
}

proptest! {
    #[test]
    fn a_file_is_settled_when_it_was_the_same_for_the_quiet_time(
        looks in prop::collection::vec(
            (0u64..8, prop::collection::btree_map(0u8..4, 0u8..32, 0..4)), 1..25),
        quiet in 0u64..12,
    ) {
        let mut settler = Settler::new();
        let mut now = Instant::now();
        for (index, (pause, files)) in looks.iter().enumerate() {
            now += Duration::from_secs(*pause);
            let candidates =
                files.iter().map(|(name, version)| candidate(*name, *version)).collect();
            let scan = Scan { candidates, ..Scan::default() };
            let settled = settler.settled(&scan, now, Duration::from_secs(quiet));
            let names: Vec<String> = settled.into_iter().map(|found| found.name).collect();
            prop_assert_eq!(names, settled_by_rule(&looks[..=index], quiet));
            prop_assert_eq!(settler.len(), files.len(), "vanished names are forgotten");
        }
    }
}

#[test]
fn a_clock_that_stands_still_settles_nothing() {
    let mut settler = Settler::new();
    let scan = Scan { candidates: vec![candidate(1, 0)], ..Scan::default() };
    let (now, quiet) = (Instant::now(), Duration::from_secs(10));
    assert!(settler.settled(&scan, now + quiet, quiet).is_empty());
    assert!(settler.settled(&scan, now, quiet).is_empty(), "also when told an earlier time");
    assert!(settler.settled(&scan, now + quiet, quiet).is_empty());
    assert_eq!(settler.settled(&scan, now + quiet + quiet, quiet).len(), 1);
}
