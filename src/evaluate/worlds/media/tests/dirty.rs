//! Dirt is what `dirt.csv` says, no more and no less.

use std::collections::BTreeMap;

use super::*;

fn loud() -> World {
    let mut world = shipped("flighted").expect("it ships");
    world.weeks = 60;
    world.dirt = Dirt {
        missing: 0.05,
        negative: 0.03,
        outlier: 0.02,
        outlier_factor: 10.0,
        repeated: 0.05,
        lost: 0.05,
    };
    world
}

fn text_of<'f>(folder: &'f Folder, path: &str) -> &'f str {
    let file = folder.files.iter().find(|file| file.path == path);
    &file.unwrap_or_else(|| panic!("{path} is there")).text
}

/// The lines of a file's body, split at commas; no cell of a world's file holds one.
fn lines(text: &str) -> Vec<Vec<String>> {
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// Rows by the cells that name them: the date, and the channel where there is one.
type Rows = Vec<(String, Vec<String>)>;

fn rows(text: &str, labels: usize) -> Rows {
    let row = |cells: Vec<String>| (cells[..labels].join(","), cells[labels..].to_vec());
    lines(text).into_iter().map(row).collect()
}

/// What `dirt.csv` says was done to a clean file, done again by its words alone.
fn redo(header: &str, clean: Rows, dirt: &[Vec<String>], labels: usize) -> Rows {
    let columns: Vec<&str> = header.split(',').skip(labels).collect();
    let mut by_row: BTreeMap<&str, Vec<&Vec<String>>> = BTreeMap::new();
    let name = |stain: &Vec<String>| {
        if stain[2].is_empty() { stain[1].clone() } else { format!("{},{}", stain[1], stain[2]) }
    };
    let names: Vec<String> = dirt.iter().map(name).collect();
    for (name, stain) in names.iter().zip(dirt) {
        by_row.entry(name).or_default().push(stain);
    }
    let mut dirty = Rows::new();
    for (name, mut cells) in clean {
        let day = name.split(',').next().expect("a day");
        let is = |kind: &str, at: &str| {
            by_row.get(at).is_some_and(|stains| stains.iter().any(|stain| stain[4] == kind))
        };
        if is("lost", day) {
            continue;
        }
        for stain in by_row.get(name.as_str()).into_iter().flatten() {
            if let Some(column) = columns.iter().position(|column| *column == stain[3]) {
                assert_eq!(cells[column], stain[5], "{stain:?}");
                assert_ne!(stain[5], stain[6], "{stain:?} changed nothing");
                cells[column].clone_from(&stain[6]);
            }
        }
        if is("repeated", &name) {
            dirty.push((name.clone(), cells.clone()));
        }
        dirty.push((name, cells));
    }
    dirty
}

#[test]
fn clean_files_with_what_dirt_csv_says_are_the_dirty_files() {
    let (clean, dirty) = (folder(&loud(), 5, false), folder(&loud(), 5, true));
    let dirt = lines(text_of(&dirty, "dirt.csv"));
    let mut seen = 0;
    for file in &clean.files {
        let labels = match file.path.as_str() {
            path if path.starts_with("daily/") => 2,
            "business.csv" | "business_weekly.csv" => 1,
            path => {
                assert_eq!(text_of(&dirty, path), file.text, "the truth stays clean");
                continue;
            }
        };
        let of_file: Vec<Vec<String>> =
            dirt.iter().filter(|stain| stain[0] == file.path).cloned().collect();
        seen += of_file.len();
        let header = file.text.lines().next().expect("a header");
        let again = redo(header, rows(&file.text, labels), &of_file, labels);
        assert_eq!(again, rows(text_of(&dirty, &file.path), labels), "{}", file.path);
    }
    assert_eq!(seen, dirt.len(), "each line is of a file");
    assert!(!clean.files.iter().any(|file| file.path == "dirt.csv"));
}

#[test]
fn dirt_comes_in_the_shares_that_are_written() {
    let made = folder(&loud(), 3, true);
    let dirt = lines(text_of(&made, "dirt.csv"));
    let in_daily = |kind: &str| {
        let of_kind =
            dirt.iter().filter(|stain| stain[0].starts_with("daily/") && stain[4] == kind);
        f64::from(u32::try_from(of_kind.count()).expect("few"))
    };
    // 420 days of 4 rows of 5 cells, a twentieth of them lost and their dirt with them. Negatives
    // and outliers do nothing to the zeros of weeks off, which is less than half of the cells.
    let (days, rows, cells) = (420.0, 1680.0 * 0.95, 8400.0 * 0.95);
    // Five standard deviations, √(n · p).
    assert_near(in_daily("lost"), days * 0.05, 23.0);
    assert_near(in_daily("repeated"), rows * 0.05, 45.0);
    assert_near(in_daily("missing"), cells * 0.05, 100.0);
    let negatives = in_daily("negative");
    assert!((0.5 * cells * 0.03 - 55.0..cells * 0.03 + 78.0).contains(&negatives), "{negatives}");
    for (kind, times) in &made.dirt {
        assert_eq!(dirt.iter().filter(|stain| stain[4] == *kind).count(), *times, "{kind}");
        assert!(*times > 0, "{kind}");
    }
    let of_lost_days: Vec<&Vec<String>> = dirt.iter().filter(|stain| stain[4] == "lost").collect();
    for lost in of_lost_days {
        let others = dirt.iter().filter(|stain| stain[0] == lost[0] && stain[1] == lost[1]);
        assert_eq!(others.count(), 1, "a lost day has no other dirt");
    }
}

#[test]
fn what_is_certain_is_done_everywhere() {
    let mut world = loud();
    world.dirt =
        Dirt { missing: 1.0, negative: 0.0, outlier: 0.0, repeated: 1.0, lost: 0.0, ..world.dirt };
    let made = folder(&world, 1, true);
    let business = rows(text_of(&made, "business.csv"), 1);
    assert_eq!(business.len(), 2 * 420);
    assert!(business.iter().all(|(_, cells)| cells.iter().all(String::is_empty)));
    world.dirt = Dirt { lost: 1.0, ..world.dirt };
    let made = folder(&world, 1, true);
    assert!(!made.files.iter().any(|file| file.path.starts_with("daily/")), "no file without rows");
    assert_eq!(lines(text_of(&made, "business.csv")).len(), 0);
}

#[test]
fn more_weeks_begin_with_the_dirt_of_fewer() {
    let long = folder(&loud(), 8, true);
    let short = folder(&World { weeks: 20, ..loud() }, 8, true);
    for file in &short.files {
        if file.path.starts_with("daily/") {
            assert_eq!(file.text, text_of(&long, &file.path), "{}", file.path);
        }
    }
    for path in ["business.csv", "business_weekly.csv", "truth.csv"] {
        assert!(text_of(&long, path).starts_with(text_of(&short, path)), "{path}");
    }
}
