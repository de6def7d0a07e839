//! `budgetd model posterior`, as people run it.

use std::path::Path;

use crate::place::Place;

/// The account of the example, and the path of its data; `None`, said aloud, where they aren't.
#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
fn place() -> Option<(Place, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = root.join("../shared/data/pymc_marketing/mmm_example.csv");
    if !data.is_file() {
        println!("skipped: {} is not there", data.display());
        return None;
    }
    let account = std::fs::read_to_string(root.join("tests/cases/every_set/pymc.toml"));
    let place = Place::new();
    place.write("config/accounts/pymc.toml", &account.expect("it is kept"));
    Some((place, data.to_str().expect("plain text").to_owned()))
}

#[cfg(not(feature = "nuts"))]
#[test]
fn a_build_without_the_sampler_says_so() {
    let Some((place, data)) = place() else { return };
    let ran = place.run(&["model", "posterior", "--account", "pymc", "--data", &data]).ends(2);
    assert!(ran.stderr.contains("this build of budgetd has no sampler"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--features nuts"), "{}", ran.stderr);
}

#[cfg(feature = "nuts")]
mod with_the_sampler {
    use std::path::PathBuf;

    use serde_json::Value;

    use super::place;
    use crate::place::{Place, Said};

    fn run(place: &Place, data: &str, more: &[&str]) -> Said {
        let asked = ["model", "posterior", "--account", "pymc", "--model", "pymc", "--data", data];
        place.run(&[asked.as_slice(), more].concat())
    }

    fn kept(place: &Place) -> Vec<PathBuf> {
        let folder = place.at("state/posterior/pymc");
        let mut names: Vec<PathBuf> =
            folder.read_dir().expect("a folder").map(|it| it.expect("an entry").path()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_drawn_is_read_again_and_not_drawn_anew() {
        let Some((place, data)) = place() else { return };
        // With the draws as shipped, chance alone may leave R-hat above its bound.
        let run = |more: &[&str]| run(&place, &data, &[&["--draws", "3000"], more].concat());
        let first = run(&["--json"]).ends(0).json();
        assert_eq!((&first["agreement"], &first["replayed"]), (&"agrees".into(), &false.into()));
        let [file] = kept(&place).try_into().expect("one file");
        let bytes = std::fs::read(&file).expect("the file");
        let artefact: Value = serde_json::from_slice(&bytes).expect("json");
        for key in ["seed", "program", "sampler", "data_sha256", "model", "divergences"] {
            assert_eq!(artefact[key], first[key], "{key}");
        }
        let name = file.file_name().expect("a name").to_str().expect("plain").to_owned();
        let digest = artefact["data_sha256"].as_str().expect("a digest");
        assert_eq!(name, format!("{}-1.json", &digest[..16]));
        let figure = &artefact["figures"][0];
        for key in ["mean", "deviation", "low", "median", "high", "rhat", "ess_bulk"] {
            assert!(figure[key].is_number(), "{key}: {figure}");
        }
        assert_eq!(artefact["thinned_draws"].as_array().expect("rows").len(), 1_000);

        let second = run(&["--json"]).ends(0).json();
        assert_eq!(second["replayed"], true);
        assert_eq!(second["compared"], first["compared"]);
        let told = run(&[]).ends(0).stdout;
        assert!(told.contains("replayed from ") && told.contains(&name), "{told}");
        assert!(told.contains("agrees: all within 0.3 sd and 10 % of the width"), "{told}");
        // Other draws are other draws, and lie elsewhere.
        let other = run(&["--json", "--seed", "2"]).json();
        assert_eq!(other["replayed"], false);
        assert_ne!(other["compared"], first["compared"]);
        assert_eq!(kept(&place).len(), 2);
        assert_eq!(std::fs::read(&file).expect("the file"), bytes);
        let again = run(&["--json", "--again"]).ends(0).json();
        assert_eq!(again["replayed"], false);
        assert_eq!(std::fs::read(&file).expect("the file"), bytes, "the same seed, the same draws");
    }

    #[test]
    fn a_damaged_file_is_named_and_left_as_it_is() {
        let Some((place, data)) = place() else { return };
        let quick = ["--warmup", "200", "--draws", "200", "--chains", "2"];
        run(&place, &data, &quick);
        let [file] = kept(&place).try_into().expect("one file");
        let whole = std::fs::read(&file).expect("the file");
        let damaged = &whole[..whole.len() / 2];
        std::fs::write(&file, damaged).expect("written");
        let said = run(&place, &data, &quick);
        assert!(said.status > 1, "{}", said.all());
        let name = file.file_name().expect("a name").to_str().expect("plain");
        assert!(
            said.stderr.contains("this posterior is damaged: its end is missing"),
            "{}",
            said.stderr
        );
        assert!(said.stderr.contains(name), "{}", said.stderr);
        assert_eq!(std::fs::read(&file).expect("the file"), damaged);
        let again = run(&place, &data, &[quick.as_slice(), &["--again"]].concat());
        assert!(again.stdout.contains("the file there was damaged"), "{}", again.all());
        assert_eq!(std::fs::read(&file).expect("the file"), whole);
    }

    #[test]
    fn a_file_of_a_person_is_never_written_over() {
        let Some((place, data)) = place() else { return };
        let quick = ["--warmup", "200", "--draws", "200", "--chains", "2", "--out", "mine.json"];
        assert!(run(&place, &data, &quick).stdout.contains("sampled; kept in mine.json"));
        assert!(run(&place, &data, &quick).stdout.contains("replayed from mine.json"));
        let before = place.read("mine.json");
        let other = run(&place, &data, &[quick.as_slice(), &["--seed", "2"]].concat());
        assert!(other.stderr.contains("another posterior"), "{}", other.all());
        place.write("mine.json", "notes");
        let notes = run(&place, &data, &[quick.as_slice(), &["--again"]].concat());
        assert!(notes.status > 1, "{}", notes.all());
        assert_eq!(place.read("mine.json"), "notes");
        assert!(before.contains("\"seed\": 1"));
    }
}
