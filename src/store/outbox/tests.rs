//! How bundles appear, and what is left after a crash at each step.

use super::*;

struct Place {
    _folder: tempfile::TempDir,
    root: PathBuf,
    outbox: Outbox,
    key: SigningKey,
}

fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("outbox");
    let outbox = Outbox::open(&root).expect("opens");
    let key = SigningKey::generate(&folder.path().join("key"), "").expect("a key");
    Place { _folder: folder, root, outbox, key }
}

fn main() -> AccountId {
    AccountId::new("main").expect("an id")
}

fn name(text: &str) -> BundleName {
    BundleName::parse(text).expect("a name")
}

/// After all weeks of these tests.
fn today() -> Day {
    "2026-12-31".parse().expect("a day")
}

const FILES: &[(&str, &[u8])] = &[("b.csv", b"b\n"), ("advice/a.json", b"{}\n")];

impl Place {
    fn stage(&self, text: &str) -> StagedBundle {
        self.outbox.stage(&main(), name(text), FILES, &self.key).expect("staged")
    }

    fn publish(&self, text: &str) -> PathBuf {
        self.outbox.publish(&self.stage(text), today()).expect("published")
    }

    fn latest(&self) -> String {
        let target = std::fs::read_link(self.root.join("main/latest")).expect("a link");
        target.to_str().expect("text").to_owned()
    }

    fn listing(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.root.join("main")).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("read").file_name().into_string().expect("text"))
            .collect();
        names.sort();
        names
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata().expect("there").permissions().mode() & 0o7777
}

#[test]
fn nothing_is_visible_before_publishing_and_everything_after() {
    let place = place();
    let staged = place.stage("2026-01-05");
    assert_eq!(place.listing(), [".staging-2026-01-05"]);
    assert_eq!(place.outbox.find(&main(), name("2026-01-05")).expect("read"), None);
    let path = place.outbox.publish(&staged, today()).expect("published");
    assert_eq!(place.listing(), ["2026-01-05", "latest"]);
    assert_eq!(std::fs::read(path.join("advice/a.json")).expect("read"), b"{}\n");
    assert_eq!(
        place.outbox.find(&main(), name("2026-01-05")).expect("read"),
        Some(staged.manifest)
    );
}

#[test]
fn anyone_can_read_a_bundle() {
    let place = place();
    let path = place.publish("2026-01-05");
    for file in ["b.csv", "advice/a.json", "SHA256SUMS", "SHA256SUMS.sig"] {
        assert_eq!(mode(&path.join(file)), 0o644, "{file}");
    }
    assert_eq!(mode(&path), 0o755);
    assert_eq!(mode(&path.join("advice")), 0o755);
    assert_eq!(mode(&place.root), 0o755);
}

#[test]
fn the_same_files_and_key_give_the_same_bytes() {
    let place = place();
    let one = place.publish("2026-01-05");
    let two = place.publish("2026-01-12");
    for file in ["SHA256SUMS", "SHA256SUMS.sig"] {
        let read = |path: &Path| std::fs::read(path.join(file)).expect("read");
        assert_eq!(read(&one), read(&two), "{file}");
    }
}

#[test]
fn publishing_again_changes_nothing() {
    let place = place();
    let staged = place.stage("2026-01-05");
    place.outbox.publish(&staged, today()).expect("published");
    place.outbox.publish(&staged, today()).expect("again");
    assert_eq!(place.listing(), ["2026-01-05", "latest"]);
}

#[test]
fn a_published_bundle_is_never_replaced() {
    let place = place();
    place.publish("2026-01-05");
    let again = place.outbox.stage(&main(), name("2026-01-05"), &[("c.csv", b"")], &place.key);
    assert!(matches!(again, Err(StoreError::Refused { .. })), "{again:?}");
    let other = StagedBundle {
        account: main(),
        name: name("2026-01-05"),
        manifest: Digest::of(b"another"),
    };
    assert!(matches!(place.outbox.publish(&other, today()), Err(StoreError::Refused { .. })));
}

#[test]
fn latest_is_the_newest_week_and_its_newest_revision_whatever_comes_last() {
    let place = place();
    for (published, latest) in [
        ("2026-01-05", "2026-01-05"),
        ("2026-01-12", "2026-01-12"),
        ("2026-01-05.r2", "2026-01-12"),
        ("2026-01-12.r2", "2026-01-12.r2"),
        ("2026-01-12.r10", "2026-01-12.r10"),
        ("2026-01-12.r3", "2026-01-12.r10"),
        ("2026-01-19", "2026-01-19"),
    ] {
        place.publish(published);
        assert_eq!(place.latest(), latest, "after {published}");
    }
}

#[test]
fn a_crash_before_the_record_leaves_something_to_discard() {
    let place = place();
    let staged = place.stage("2026-01-05");
    assert_eq!(place.outbox.staged_left(&main()).expect("read"), [staged]);
    assert_eq!(place.outbox.discard_staged(&main()).expect("discarded"), 1);
    assert_eq!(place.listing(), Vec::<String>::new());
}

#[test]
fn a_crash_between_record_and_rename_is_made_good() {
    let place = place();
    let staged = place.stage("2026-01-05");
    let found = place.outbox.find_staged(&main(), staged.manifest).expect("read");
    assert_eq!(found.as_ref(), Some(&staged));
    assert_eq!(place.outbox.find_published(&main(), staged.manifest).expect("read"), None);
    place.outbox.publish(&staged, today()).expect("published");
    let found = place.outbox.find_published(&main(), staged.manifest).expect("read");
    assert_eq!(found.map(|bundle| bundle.name), Some(name("2026-01-05")));
    assert_eq!(place.outbox.find_staged(&main(), staged.manifest).expect("read"), None);
}

#[test]
fn latest_leaves_weeks_out_that_have_not_begun() {
    let place = place();
    let day = |text: &str| -> Day { text.parse().expect("a day") };
    let latest_on = |today: &str| {
        place.outbox.refresh_latest(&main(), day(today)).expect("pointed");
        place.latest()
    };
    place.publish("2026-01-12");
    assert_eq!(latest_on("2026-01-01"), "2026-01-12", "the next one, where none has begun");
    place.publish("2026-01-12.r2");
    place.publish("2026-12-21");
    place.publish("2026-12-28");
    assert_eq!(latest_on("2026-01-01"), "2026-01-12.r2");
    assert_eq!(latest_on("2026-12-20"), "2026-01-12.r2");
    assert_eq!(latest_on("2026-12-21"), "2026-12-21");
    let staged = place.stage("2026-12-14");
    place.outbox.publish(&staged, day("2026-12-14")).expect("published");
    assert_eq!(place.latest(), "2026-12-14");
}

#[test]
fn a_crash_between_rename_and_latest_is_made_good() {
    let place = place();
    let staged = place.stage("2026-01-05");
    place.outbox.publish(&staged, today()).expect("published");
    std::fs::remove_file(place.root.join("main/latest")).expect("removed");
    std::os::unix::fs::symlink("x", place.root.join("main/.unfinished-latest")).expect("linked");
    place.outbox.publish(&staged, today()).expect("again");
    assert_eq!(place.latest(), "2026-01-05");
    assert_eq!(place.listing(), ["2026-01-05", "latest"]);
}

#[test]
fn a_crash_while_staging_leaves_nothing_to_publish_and_does_not_stand_in_the_way() {
    let place = place();
    let staged = place.stage("2026-01-05");
    let staging = place.root.join("main/.staging-2026-01-05");
    std::fs::remove_file(staging.join("SHA256SUMS")).expect("removed");
    assert_eq!(place.outbox.staged_left(&main()).expect("read"), []);
    let publish = place.outbox.publish(&staged, today());
    assert!(matches!(publish, Err(StoreError::Damaged { .. })), "{publish:?}");
    place.publish("2026-01-05");
}

#[test]
fn nothing_can_be_written_outside_a_bundle() {
    let place = place();
    for file in ["../x", "/tmp/x", "SHA256SUMS", "", ".hidden", "a b"] {
        let staged = place.outbox.stage(&main(), name("2026-01-05"), &[(file, b"")], &place.key);
        assert!(matches!(staged, Err(StoreError::Refused { .. })), "{file}");
    }
    let twice: &[(&str, &[u8])] = &[("a", b"1"), ("a", b"2")];
    assert!(place.outbox.stage(&main(), name("2026-01-05"), twice, &place.key).is_err());
}

#[test]
fn an_account_without_bundles_has_none() {
    let place = place();
    assert_eq!(place.outbox.published(&main()).expect("read"), []);
    assert_eq!(place.outbox.staged_left(&main()).expect("read"), []);
    assert_eq!(place.outbox.discard_staged(&main()).expect("read"), 0);
}

#[test]
fn signers_are_added_and_kept() {
    let place = place();
    let read = || std::fs::read_to_string(place.root.join("allowed_signers")).expect("read");
    place.outbox.write_allowed_signers(&place.key).expect("written");
    place.outbox.write_allowed_signers(&place.key).expect("again");
    let first = place.key.allowed_signers_line();
    assert_eq!(read(), format!("{first}\n"));
    let next = SigningKey::generate(&place.root.join("../next"), "").expect("a key");
    place.outbox.write_allowed_signers(&next).expect("written");
    assert_eq!(read(), format!("{first}\n{}\n", next.allowed_signers_line()));
    assert_eq!(mode(&place.root.join("allowed_signers")), 0o644);
}
