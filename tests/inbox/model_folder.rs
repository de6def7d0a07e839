//! A drop folder, against a model of where each content is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use budgetd::domain::Digest;
use budgetd::store::inbox::{Claimed, DropFolder, RefusedAnswer, Removed, Unclaimed};
use proptest::prelude::*;

use super::place::{Place, append, contents};

#[derive(Debug, Clone)]
enum Step {
    Drop(u8),
    Append(u8),
    TakeAway(u8),
    Claim(u8),
    Unclaim(u8),
    Accept(u8),
    Refuse(u8),
    AppendToClaimed(u8),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let name = 0u8..3;
    prop_oneof![
        4 => name.clone().prop_map(Step::Drop),
        1 => name.clone().prop_map(Step::Append),
        1 => name.clone().prop_map(Step::TakeAway),
        4 => name.clone().prop_map(Step::Claim),
        1 => name.clone().prop_map(Step::Unclaim),
        2 => name.clone().prop_map(Step::Accept),
        2 => name.clone().prop_map(Step::Refuse),
        1 => name.prop_map(Step::AppendToClaimed),
        1 => Just(Step::Reopen),
    ]
}

/// Where each content is. Contents are unique, so that none can stand in for another.
#[derive(Default)]
struct Model {
    next: u32,
    waiting: BTreeMap<String, String>,
    claimed: BTreeMap<String, (String, String)>,
    archived: BTreeSet<String>,
    refused: BTreeSet<String>,
}

impl Model {
    fn content(&mut self) -> String {
        self.next += 1;
        format!("content {};", self.next)
    }

    /// The first claim of that name.
    fn claim_of(&self, name: &str) -> Option<Claimed> {
        let mut claims = self.claimed.iter();
        let (claim_id, _) = claims.find(|(_, (claimed, _))| claimed == name)?;
        Some(Claimed { claim_id: claim_id.clone(), name: name.to_owned() })
    }
}

fn apply(place: &mut Place, model: &mut Model, step: &Step) {
    let name_of = |number: &u8| format!("{number}.csv");
    match step {
        Step::Drop(number) => {
            let (name, content) = (name_of(number), model.content());
            // As a careful sender does: a new file, renamed over an old one.
            place.drop_file("new.tmp", &content);
            fs::rename(place.at("inbox/new.tmp"), place.at("inbox").join(&name)).expect("renamed");
            model.waiting.insert(name, content);
        }
        Step::Append(number) => {
            let (name, more) = (name_of(number), model.content());
            if let Some(content) = model.waiting.get_mut(&name) {
                append(&place.at("inbox").join(&name), &more);
                content.push_str(&more);
            }
        }
        Step::TakeAway(number) => {
            if model.waiting.remove(&name_of(number)).is_some() {
                fs::remove_file(place.at("inbox").join(name_of(number))).expect("removed");
            }
        }
        Step::Claim(number) => {
            if let Some(content) = model.waiting.remove(&name_of(number)) {
                let claimed = place.claim(&name_of(number));
                model.claimed.insert(claimed.claim_id, (claimed.name, content));
            }
        }
        Step::Unclaim(number) => {
            let Some(claimed) = model.claim_of(&name_of(number)) else { return };
            let end = place.inbox.unclaim(&claimed).expect("possible");
            if model.waiting.contains_key(&claimed.name) {
                assert_eq!(end, Unclaimed::NameTaken);
            } else {
                assert_eq!(end, Unclaimed::Waiting);
                let (name, content) = model.claimed.remove(&claimed.claim_id).expect("claimed");
                model.waiting.insert(name, content);
            }
        }
        Step::Accept(number) => {
            let Some(claimed) = model.claim_of(&name_of(number)) else { return };
            let staged = place.staged(&claimed);
            place.place(&claimed.name, &staged).expect("archived");
            place
                .inbox
                .answer_accepted(&claimed.name, Digest::of(b"taken"), "taken")
                .expect("answered");
            let end = place.inbox.remove_claimed(&claimed, &staged).expect("possible");
            assert_eq!(end, Removed::Done);
            let (_, content) = model.claimed.remove(&claimed.claim_id).expect("claimed");
            model.archived.insert(content);
        }
        Step::Refuse(number) => {
            let Some(claimed) = model.claim_of(&name_of(number)) else { return };
            let staged = place.staged(&claimed);
            let inbox = &place.inbox;
            let answer = inbox.choose_rejected_name(&claimed.name, staged.digest).expect("a place");
            let (_, content) = model.claimed.remove(&claimed.claim_id).expect("claimed");
            let end = place.answer(&claimed, &staged, &answer, &content);
            assert_eq!(end, RefusedAnswer::Given { name: answer });
            model.refused.insert(content);
            staged.discard().expect("discarded");
        }
        Step::AppendToClaimed(number) => {
            let Some(claimed) = model.claim_of(&name_of(number)) else { return };
            let staged = place.staged(&claimed);
            let more = model.content();
            append(&place.claimed_path(&claimed), &more);
            let end = place.inbox.remove_claimed(&claimed, &staged).expect("possible");
            assert_eq!(end, Removed::Changed);
            staged.discard().expect("discarded");
            let (_, content) = model.claimed.get_mut(&claimed.claim_id).expect("claimed");
            content.push_str(&more);
        }
        Step::Reopen => {
            place.inbox = DropFolder::open(&place.at("inbox"), false).expect("opened");
            place.inbox.sweep().expect("swept");
        }
    }
}

fn check(place: &Place, model: &Model) {
    let waiting: BTreeMap<String, String> = place
        .waiting()
        .into_iter()
        .map(|name| (name.clone(), fs::read_to_string(place.at("inbox").join(name)).expect("read")))
        .collect();
    assert_eq!(waiting, model.waiting);
    let claimed: BTreeMap<String, (String, String)> = place
        .inbox
        .claimed()
        .expect("listed")
        .into_iter()
        .map(|found| {
            let content = fs::read_to_string(place.claimed_path(&found)).expect("read");
            (found.claim_id, (found.name, content))
        })
        .collect();
    assert_eq!(claimed, model.claimed);
    let files = place.rejected();
    let (problems, refused): (BTreeMap<_, _>, BTreeMap<_, _>) =
        files.into_iter().partition(|(name, _)| name.ends_with(".problems.txt"));
    for (name, content) in &refused {
        assert_eq!(problems[&format!("{name}.problems.txt")], format!("problems of {content}"));
    }
    assert_eq!(problems.len(), refused.len());
    assert_eq!(refused.into_values().collect::<BTreeSet<_>>(), model.refused);
    let month = place.at("archive/main/2026/01");
    let archived =
        if month.exists() { contents(&month).into_values().collect() } else { BTreeSet::new() };
    assert_eq!(archived, model.archived);
}

proptest! {
    // Each case writes and syncs files; the state space is small.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_content_is_ever_lost_doubled_or_mixed(steps in prop::collection::vec(step(), 1..30)) {
        let mut place = Place::new();
        let mut model = Model::default();
        for step in &steps {
            apply(&mut place, &mut model, step);
            check(&place, &model);
        }
    }
}
