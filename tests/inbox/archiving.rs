//! Originals.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use budgetd::store::{StoreError, archive};
use tempfile::TempDir;

use super::place::{Place, account, day, names_in, skipped};

#[test]
fn an_original_is_read_only_and_has_its_place() {
    let place = Place::new();
    let (claimed, staged) = place.dropped_and_staged("a.csv", "abc");
    let path = place.place("a.csv", &staged).expect("archived");
    assert_eq!(path, "main/2026/01/2026-01-04_ba7816bf8f01cfea_a.csv");
    let original = place.at("archive").join(path);
    assert_eq!(fs::read_to_string(&original).expect("read"), "abc");
    let metadata = fs::metadata(&original).expect("there");
    assert_eq!(metadata.permissions().mode() & 0o222, 0, "read-only");
    assert_eq!(metadata.nlink(), 1);
    staged.discard().expect("nothing is left");
    assert!(place.claimed_path(&claimed).exists(), "the claimed file goes last");
}

#[test]
fn archiving_after_a_kill_at_any_step_gives_one_original() {
    let place = Place::new();
    let (claimed, _) = place.dropped_and_staged("a.csv", "abc");
    // Killed after the first folder, after the last, after the rename; each time the next life
    // stages again.
    let steps: [&dyn Fn(); 3] = [
        &|| fs::create_dir(place.at("archive/main")).expect("a folder"),
        &|| fs::create_dir_all(place.at("archive/main/2026/01")).expect("a folder"),
        &|| {
            place.place("a.csv", &place.staged(&claimed)).expect("archived");
        },
    ];
    for step in steps {
        step();
        let path = place.place("a.csv", &place.staged(&claimed)).expect("archived");
        assert_eq!(fs::read_to_string(place.at("archive").join(path)).expect("read"), "abc");
        assert_eq!(names_in(&place.at("archive/main/2026/01")).len(), 1);
    }
    // Twice in one life, where the first call has taken the staged copy along.
    let staged = place.staged(&claimed);
    fs::remove_dir_all(place.at("archive/main")).expect("removed");
    assert_eq!(place.place("a.csv", &staged).ok(), place.place("a.csv", &staged).ok());
    assert!(place.place("a.csv", &staged).is_ok());
}

#[test]
fn another_content_under_the_name_of_an_original_is_damage_and_stays() {
    let place = Place::new();
    let (_, staged) = place.dropped_and_staged("a.csv", "abc");
    let original = place.at("archive/main/2026/01/2026-01-04_ba7816bf8f01cfea_a.csv");
    fs::create_dir_all(original.parent().expect("a folder")).expect("made");
    for edited in ["abd", "longer"] {
        fs::write(&original, edited).expect("written");
        let error = place.place("a.csv", &staged).expect_err("damaged");
        assert_eq!(error.exit_status(), 4, "{error}");
        assert_eq!(fs::read_to_string(&original).expect("read"), edited);
    }
    fs::remove_file(&original).expect("removed");
    symlink("elsewhere", &original).expect("a link");
    assert_eq!(place.place("a.csv", &staged).expect_err("damaged").exit_status(), 4);
    assert!(staged.path.exists());
}

#[test]
fn an_archive_on_another_file_system_gets_a_copy() {
    let name = "an_archive_on_another_file_system_gets_a_copy";
    let place = Place::new();
    let Ok(other) = TempDir::new_in("/dev/shm") else {
        return skipped(name, "no second file system here");
    };
    let device = |path: &Path| fs::metadata(path).expect("there").dev();
    if device(other.path()) == device(place.dir.path()) {
        return skipped(name, "no second file system here");
    }
    let (_, staged) = place.dropped_and_staged("a.csv", "abc");
    // The half copy of an earlier life is in the way.
    let month = other.path().join("main/2026/01");
    fs::create_dir_all(&month).expect("made");
    fs::write(month.join(".tmp-ba7816bf8f01cfea"), "a").expect("written");
    for _ in 0..2 {
        archive::place(other.path(), &account(), day(), "a.csv", &staged).expect("archived");
        let original = month.join("2026-01-04_ba7816bf8f01cfea_a.csv");
        assert_eq!(fs::read_to_string(&original).expect("read"), "abc");
        assert_eq!(fs::metadata(&original).expect("there").mode() & 0o222, 0);
        assert_eq!(names_in(&month).len(), 1);
    }
    assert!(staged.path.exists(), "the copy in the state folder is the caller's to discard");
    staged.discard().expect("discarded");
}

#[test]
fn an_archive_folder_that_is_a_link_is_refused() {
    let place = Place::new();
    let (_, staged) = place.dropped_and_staged("a.csv", "abc");
    fs::create_dir(place.at("victim")).expect("a folder");
    symlink(place.at("victim"), place.at("archive/main")).expect("a link");
    assert!(matches!(place.place("a.csv", &staged), Err(StoreError::Refused { .. })));
    assert!(names_in(&place.at("victim")).is_empty());
}
