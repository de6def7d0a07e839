//! Receipts and refused files.

use std::fs;
use std::os::unix::fs::symlink;

use budgetd::domain::Digest;
use budgetd::store::inbox::{EARLIER_RECEIPTS_MAX, RefusedAnswer};

use super::place::{Place, append, contents, names_in};

/// A receipt as the program words it, of a file with this content.
fn receipt(content: &str, words: &str) -> (Digest, String) {
    let digest = Digest::of(content.as_bytes());
    (digest, format!("Taken.\n\nFile     a.csv\nSHA-256  {digest}\n{words}\n"))
}

fn answer(place: &Place, name: &str, (digest, text): &(Digest, String)) {
    place.inbox.answer_accepted(name, *digest, text).expect("answered");
}

#[test]
fn a_receipt_of_the_same_content_replaces_the_one_before() {
    let place = Place::new();
    let (first, second) = (receipt("x", "accepted"), receipt("x", "duplicate"));
    answer(&place, "a.csv", &first);
    answer(&place, "a.csv", &second);
    let expected = [("a.csv.receipt.txt".to_owned(), second.1)];
    assert_eq!(contents(&place.at("inbox/receipts")), expected.into());
}

#[test]
fn a_receipt_of_other_content_moves_aside_under_its_digest() {
    let place = Place::new();
    let (first, second) = (receipt("abc", "1"), receipt("x", "2"));
    answer(&place, "a.csv", &first);
    answer(&place, "a.csv", &second);
    // FIPS 180-4: SHA-256 of "abc" begins so.
    let aside = "ba7816bf8f01cfea_a.csv.receipt.txt".to_owned();
    let newest = "a.csv.receipt.txt".to_owned();
    let expected = [(newest.clone(), second.1.clone()), (aside, first.1.clone())];
    assert_eq!(contents(&place.at("inbox/receipts")), expected.into());
    // The first content again: each of the two still has one receipt, the newest on top.
    answer(&place, "a.csv", &first);
    let aside = format!("{}_a.csv.receipt.txt", second.0.short());
    assert_eq!(
        contents(&place.at("inbox/receipts")),
        [(newest, first.1), (aside, second.1)].into()
    );
}

#[test]
fn earlier_receipts_of_a_name_are_bounded_and_others_are_not_touched() {
    let place = Place::new();
    answer(&place, "b.csv", &receipt("b", ""));
    answer(&place, "b.csv", &receipt("bb", ""));
    fs::write(place.at("inbox/receipts/notes_a.csv.receipt.txt"), "mine").expect("written");
    for index in 0..EARLIER_RECEIPTS_MAX + 3 {
        answer(&place, "a.csv", &receipt(&format!("content {index}"), ""));
        let receipt =
            fs::File::options().write(true).open(place.at("inbox/receipts/a.csv.receipt.txt"));
        let at =
            std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000 + index as u64);
        receipt.expect("opened").set_modified(at).expect("dated");
    }
    let names = names_in(&place.at("inbox/receipts"));
    // The newest, as many earlier ones as are kept, two of b.csv, and the note.
    assert_eq!(names.len(), 1 + EARLIER_RECEIPTS_MAX + 2 + 1, "{names:?}");
    let has = |index: usize| {
        let digest = Digest::of(format!("content {index}").as_bytes());
        names.contains(&format!("{}_a.csv.receipt.txt", digest.short()))
    };
    assert!(!has(0) && !has(1) && has(2), "the oldest went");
}

#[test]
fn what_is_no_receipt_or_in_the_way_of_an_earlier_one_stops_no_receipt() {
    let place = Place::new();
    let (first, second) = (receipt("abc", "1"), receipt("x", "2"));
    fs::write(place.at("inbox/receipts/a.csv.receipt.txt"), vec![0xff; 20_000]).expect("written");
    answer(&place, "a.csv", &first);
    fs::create_dir(place.at("inbox/receipts/ba7816bf8f01cfea_a.csv.receipt.txt")).expect("made");
    answer(&place, "a.csv", &second);
    let newest = fs::read_to_string(place.at("inbox/receipts/a.csv.receipt.txt")).expect("read");
    assert_eq!(newest, second.1);
}

#[test]
fn the_longest_name_can_be_claimed_answered_and_archived() {
    let place = Place::new();
    let name = "n".repeat(196) + ".csv";
    assert!(matches!(place.refuse(&name, "one"), RefusedAnswer::Given { .. }));
    assert!(matches!(place.refuse(&name, "two"), RefusedAnswer::Given { .. }));
    assert_eq!(place.rejected().len(), 4);
    let (_, staged) = place.dropped_and_staged(&name, "three");
    place.place(&name, &staged).expect("archived");
    place.inbox.answer_accepted(&name, Digest::of(b"taken"), "taken").expect("answered");
}

#[test]
fn a_refused_file_lies_beside_its_problems() {
    let place = Place::new();
    let given = place.refuse("a.csv", "bad");
    assert_eq!(given, RefusedAnswer::Given { name: "a.csv".to_owned() });
    let expected = [("a.csv", "bad"), ("a.csv.problems.txt", "problems of bad")];
    assert_eq!(place.rejected(), expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
    assert!(place.inbox.claimed().expect("listed").is_empty());
}

#[test]
fn a_taken_name_gets_the_digest_in_front_and_the_same_content_is_there_once() {
    let place = Place::new();
    place.refuse("a.csv", "one");
    // `printf two | sha256sum` begins with 3fc4ccfe745870e2, `printf one | …` with 7692c3ad3540bb80.
    let two = RefusedAnswer::Given { name: "3fc4ccfe745870e2_a.csv".to_owned() };
    assert_eq!(place.refuse("a.csv", "two"), two);
    let one = RefusedAnswer::Given { name: "7692c3ad3540bb80_a.csv".to_owned() };
    assert_eq!(place.refuse("a.csv", "one"), one);
    assert_eq!(place.refuse("a.csv", "two"), two);
    assert_eq!(place.refuse("a.csv", "one"), one);
    let files = place.rejected();
    assert_eq!(files.len(), 6, "{files:?}");
    for (name, content) in
        [("a.csv", "one"), ("3fc4ccfe745870e2_a.csv", "two"), ("7692c3ad3540bb80_a.csv", "one")]
    {
        assert_eq!(files[name], content);
        assert_eq!(files[&format!("{name}.problems.txt")], format!("problems of {content}"));
    }
    assert!(place.inbox.claimed().expect("listed").is_empty());
}

#[test]
fn nothing_that_a_sender_put_into_rejected_is_overwritten_or_followed() {
    let place = Place::new();
    let at = |name: &str| place.at("inbox/rejected").join(name);
    fs::write(place.at("victim"), "mine").expect("written");
    symlink(place.at("victim"), at("a.csv")).expect("a link");
    fs::write(at("7692c3ad3540bb80_a.csv"), "not one").expect("written");
    symlink(place.at("victim"), at("7692c3ad3540bb80_2_a.csv.problems.txt")).expect("a link");
    let given = RefusedAnswer::Given { name: "7692c3ad3540bb80_2_a.csv".to_owned() };
    assert_eq!(place.refuse("a.csv", "one"), given);
    assert_eq!(fs::read_to_string(place.at("victim")).expect("read"), "mine");
    assert_eq!(fs::read_to_string(at("7692c3ad3540bb80_a.csv")).expect("read"), "not one");
    let problems = at("7692c3ad3540bb80_2_a.csv.problems.txt");
    assert!(!problems.is_symlink());
    assert_eq!(fs::read_to_string(problems).expect("read"), "problems of one");
}

#[test]
fn a_name_that_was_taken_since_it_was_chosen_is_chosen_again() {
    let place = Place::new();
    let (claimed, staged) = place.dropped_and_staged("a.csv", "one");
    let chosen = place.inbox.choose_rejected_name("a.csv", staged.digest).expect("a place");
    assert_eq!(chosen, "a.csv");
    fs::write(place.at("inbox/rejected/a.csv"), "other").expect("written");
    let given = RefusedAnswer::Given { name: "7692c3ad3540bb80_a.csv".to_owned() };
    assert_eq!(place.answer(&claimed, &staged, &chosen, "one"), given);
    assert!(!place.rejected().contains_key("a.csv.problems.txt"), "it is not that file's");
}

#[test]
fn a_refusal_killed_at_any_step_is_answered_once() {
    // Killed before anything was written, after the temporary file, and after the problems.
    for step in 0..3 {
        let place = Place::new();
        let (claimed, staged) = place.dropped_and_staged("a.csv", "one");
        let rejected = place.at("inbox/rejected");
        if step == 1 {
            fs::write(rejected.join(".tmp-0123456789abcdef"), "prob").expect("written");
        }
        if step == 2 {
            fs::write(rejected.join("a.csv.problems.txt"), "problems of one").expect("written");
        }
        // The next life finds the claim, stages it again and answers with what was recorded.
        assert_eq!(place.inbox.claimed().expect("listed"), std::slice::from_ref(&claimed));
        let again = place.staged(&claimed);
        assert_eq!((again.digest, again.identity), (staged.digest, staged.identity));
        let given = RefusedAnswer::Given { name: "a.csv".to_owned() };
        assert_eq!(place.answer(&claimed, &again, "a.csv", "one"), given);
        assert_eq!(place.inbox.sweep().expect("swept"), u64::from(step == 1));
        let files: Vec<String> = place.rejected().into_keys().collect();
        assert_eq!(files, ["a.csv", "a.csv.problems.txt"], "step {step}");
        // Once more, after a kill behind the last step: nothing is left to do, and nothing done,
        // also where the sender has cleared the answer away.
        fs::remove_file(rejected.join("a.csv")).expect("removed");
        fs::remove_file(rejected.join("a.csv.problems.txt")).expect("removed");
        assert_eq!(place.answer(&claimed, &again, "a.csv", "one"), RefusedAnswer::Gone);
        assert!(place.rejected().is_empty());
    }
}

#[test]
fn a_file_that_changed_since_it_was_refused_is_not_answered_with_old_problems() {
    let place = Place::new();
    let (claimed, staged) = place.dropped_and_staged("a.csv", "one");
    append(&place.claimed_path(&claimed), "more");
    assert_eq!(place.answer(&claimed, &staged, "a.csv", "one"), RefusedAnswer::Changed);
    assert!(place.rejected().is_empty());
    assert!(place.claimed_path(&claimed).exists());
}

#[test]
fn sweeping_removes_leftovers_and_nothing_else() {
    let place = Place::new();
    fs::write(place.at("victim"), "mine").expect("written");
    symlink(place.at("victim"), place.at("inbox/receipts/.tmp-fedcba9876543210")).expect("a link");
    for name in [".tmp-0123456789abcdef", ".tmp-notes", "a.csv.receipt.txt"] {
        fs::write(place.at("inbox/receipts").join(name), "x").expect("written");
    }
    assert_eq!(place.inbox.sweep().expect("swept"), 1);
    assert!(!place.at("inbox/receipts/.tmp-0123456789abcdef").exists());
    assert_eq!(names_in(&place.at("inbox/receipts")).len(), 3);
    assert!(place.at("victim").exists());
}
