//! Each folder of the program on a disk of its own that is full: whoever works says so and names
//! it; and once there is room again, nothing is lost, nothing doubled, and the log is whole.

#[path = "power/apart.rs"]
mod apart;
#[path = "kills/check.rs"]
#[allow(dead_code, reason = "the tests of kills need more of it")]
mod check;
#[path = "kills/files.rs"]
mod files;
#[path = "power/full.rs"]
mod full;
#[path = "kills/place.rs"]
#[allow(dead_code, reason = "the tests of kills need more of it")]
mod place;
#[path = "power/work.rs"]
mod work;

#[test]
fn ingest_on_a_full_disk_loses_nothing_and_names_it() {
    let test = "ingest_on_a_full_disk_loses_nothing_and_names_it";
    apart::run(test, |_| full::commands(test, &place::INGEST_FEW));
}

#[test]
fn decide_on_a_full_disk_loses_nothing_and_names_it() {
    let test = "decide_on_a_full_disk_loses_nothing_and_names_it";
    apart::run(test, |_| full::commands(test, &place::DECIDE));
}

#[test]
fn run_on_a_full_disk_loses_nothing_and_names_it() {
    let test = "run_on_a_full_disk_loses_nothing_and_names_it";
    apart::run(test, |_| full::daemon(test, &place::RUN));
}
