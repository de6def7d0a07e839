//! The power is cut at whatever moment: what was acknowledged is still there, and after a restart
//! each file has one answer, each week one bundle, and the log tells one story.
//! `docs/testing.md` says how to run many more of them.

#[path = "power/apart.rs"]
mod apart;
#[path = "kills/check.rs"]
#[allow(dead_code, reason = "the tests of kills need more of it")]
mod check;
#[path = "power/cycles.rs"]
mod cycles;
#[path = "power/disk.rs"]
mod disk;
#[path = "kills/files.rs"]
mod files;
#[path = "kills/place.rs"]
#[allow(dead_code, reason = "the tests of kills need more of it")]
mod place;
#[path = "power/work.rs"]
mod work;

#[test]
fn a_power_cut_at_any_moment_loses_nothing_and_doubles_nothing() {
    let test = "a_power_cut_at_any_moment_loses_nothing_and_doubles_nothing";
    apart::run(test, |room| cycles::cut_again_and_again(test, room));
}
