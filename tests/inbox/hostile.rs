//! What a sender who can write the drop folder can do with links and folders.

use std::fs;
use std::os::unix::fs::symlink;

use budgetd::domain::Digest;
use budgetd::store::StoreError;
use budgetd::store::inbox::{DropFolder, RefusedAnswer, Removed, Unclaimed};

use super::place::{BYTES_MAX, Place, make_fifo, names_in};

#[test]
fn a_link_in_place_of_an_own_folder_stops_the_intake_and_leads_nowhere() {
    for own in [".claimed", "rejected", "receipts"] {
        for target in ["victim", "nowhere"] {
            let place = Place::new();
            fs::create_dir(place.at("victim")).expect("a folder");
            place.drop_file("a.csv", "x");
            fs::remove_dir(place.at("inbox").join(own)).expect("removed");
            symlink(place.at(target), place.at("inbox").join(own)).expect("a link");
            let error = place.try_claim(&place.candidate("a.csv")).expect_err("refused");
            assert!(matches!(error, StoreError::Refused { .. }), "{error}");
            assert_eq!(error.exit_status(), 3);
            assert!(error.to_string().ends_with(&format!("inbox/{own}")), "{error}");
            assert!(error.hint().is_some());
            assert_eq!(place.waiting(), ["a.csv"], "it still waits");
            assert!(names_in(&place.at("victim")).is_empty());
            assert!(!place.at("nowhere").exists());
        }
    }
}

#[test]
fn a_link_put_there_between_two_steps_leads_nowhere() {
    let swap = |place: &Place, own: &str| {
        fs::create_dir_all(place.at("victim")).expect("a folder");
        fs::rename(place.at("inbox").join(own), place.at("inbox").join(format!("{own}.part")))
            .expect("moved away");
        symlink(place.at("victim"), place.at("inbox").join(own)).expect("a link");
    };
    let place = Place::new();
    let (claimed, staged) = place.dropped_and_staged("a.csv", "one");
    // A file with the very name of the claim lies where the link leads.
    swap(&place, ".claimed");
    let bait = place.at("victim").join(format!("{}~a.csv", claimed.claim_id));
    fs::write(&bait, "bait").expect("written");
    assert!(place.inbox.claimed().is_err());
    assert!(place.inbox.stage(&claimed, &place.at("staging"), BYTES_MAX).is_err());
    assert!(place.inbox.unclaim(&claimed).is_err());
    assert!(place.inbox.remove_claimed(&claimed, &staged).is_err());
    assert_eq!(fs::read_to_string(&bait).expect("read"), "bait");

    let place = Place::new();
    let (claimed, staged) = place.dropped_and_staged("a.csv", "one");
    swap(&place, "rejected");
    swap(&place, "receipts");
    let answer =
        place.inbox.answer_refused(&claimed, &staged.identity, staged.digest, "a.csv", "text");
    assert!(answer.is_err());
    assert!(place.inbox.choose_rejected_name("a.csv", staged.digest).is_err());
    assert!(place.inbox.answer_accepted("a.csv", Digest::of(b"text"), "text").is_err());
    assert!(place.inbox.sweep().is_err());
    assert!(names_in(&place.at("victim")).is_empty());
    assert!(place.claimed_path(&claimed).exists());
}

#[test]
fn a_file_or_a_folder_in_the_way_of_an_answer_is_a_clear_error() {
    let place = Place::new();
    let receipt = place.at("inbox/receipts/a.csv.receipt.txt");
    fs::create_dir_all(receipt.join("full")).expect("a folder");
    let error =
        place.inbox.answer_accepted("a.csv", Digest::of(b"text"), "text").expect_err("refused");
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    assert_eq!(names_in(&place.at("inbox/receipts")).len(), 1, "nothing half-written is left");
    fs::remove_dir_all(&receipt).expect("removed");
    symlink(place.at("victim"), &receipt).expect("a link");
    place
        .inbox
        .answer_accepted("a.csv", Digest::of(b"text"), "text")
        .expect("the link is replaced");
    assert!(!receipt.is_symlink() && !place.at("victim").exists());
}

#[test]
fn a_drop_folder_is_no_link() {
    let place = Place::new();
    symlink("inbox", place.at("link")).expect("a link");
    for create in [false, true] {
        let error = DropFolder::open(&place.at("link"), create).expect_err("refused");
        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    }
    let missing = DropFolder::open(&place.at("missing"), false).expect_err("missing");
    assert!(matches!(missing, StoreError::Machine { .. }), "{missing}");
}

#[test]
fn a_drop_folder_that_was_replaced_is_noticed_and_its_successor_not_touched() {
    let place = Place::new();
    place.drop_file("a.csv", "x");
    let seen = place.candidate("a.csv");
    assert!(place.inbox.is_in_place().expect("known"));
    fs::rename(place.at("inbox"), place.at("moved")).expect("moved away");
    assert!(!place.inbox.is_in_place().expect("known"));
    fs::create_dir(place.at("victim")).expect("a folder");
    symlink("victim", place.at("inbox")).expect("a link");
    assert!(!place.inbox.is_in_place().expect("known"));
    assert!(place.try_claim(&seen).expect("possible").is_some());
    place.inbox.answer_accepted("a.csv", Digest::of(b"text"), "text").expect("answered");
    assert!(names_in(&place.at("victim")).is_empty());
    assert!(place.at("moved/receipts/a.csv.receipt.txt").exists());
}

#[test]
fn a_file_or_a_pipe_in_place_of_an_own_folder_stops_the_intake() {
    for own in [".claimed", "rejected", "receipts"] {
        for is_pipe in [false, true] {
            let place = Place::new();
            place.drop_file("a.csv", "x");
            let seen = place.candidate("a.csv");
            let path = place.at("inbox").join(own);
            fs::remove_dir(&path).expect("removed");
            if is_pipe {
                make_fifo(&path);
            } else {
                fs::write(&path, "mine").expect("written");
            }
            let error = place.try_claim(&seen).expect_err("refused");
            assert!(matches!(error, StoreError::Refused { .. }), "{error}");
            assert!(error.to_string().ends_with(&format!("inbox/{own}")), "{error}");
            assert_eq!(place.waiting(), ["a.csv"]);
            assert!(is_pipe || fs::read_to_string(&path).expect("read") == "mine");
        }
    }
}

#[test]
fn a_pipe_in_the_place_of_an_answer_is_replaced_and_never_waited_for() {
    let place = Place::new();
    let receipt = place.at("inbox/receipts/a.csv.receipt.txt");
    make_fifo(&receipt);
    place.inbox.answer_accepted("a.csv", Digest::of(b"text"), "text").expect("answered");
    assert_eq!(fs::read_to_string(&receipt).expect("read"), "text");
    // One in the place of a refused file keeps its place, and the file gets another.
    make_fifo(&place.at("inbox/rejected/b.csv"));
    make_fifo(&place.at("inbox/rejected/7692c3ad3540bb80_b.csv.problems.txt"));
    let given = RefusedAnswer::Given { name: "7692c3ad3540bb80_b.csv".to_owned() };
    assert_eq!(place.refuse("b.csv", "one"), given);
    let problems = place.at("inbox/rejected/7692c3ad3540bb80_b.csv.problems.txt");
    assert_eq!(fs::read_to_string(problems).expect("read"), "problems of one");
}

#[test]
fn a_second_name_made_after_the_copy_keeps_the_file_from_being_removed() {
    let place = Place::new();
    let (claimed, staged) = place.dropped_and_staged("a.csv", "one");
    fs::hard_link(place.claimed_path(&claimed), place.at("kept")).expect("a link");
    let removed = place.inbox.remove_claimed(&claimed, &staged).expect("possible");
    assert_eq!(removed, Removed::Changed);
    let answer =
        place.inbox.answer_refused(&claimed, &staged.identity, staged.digest, "a.csv", "text");
    assert_eq!(answer.expect("possible"), RefusedAnswer::Changed);
    assert_eq!(place.inbox.unclaim(&claimed).expect("possible"), Unclaimed::Waiting);
    assert!(place.waiting().is_empty(), "a file with two names is never taken");
}
