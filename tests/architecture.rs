//! Holds the invariants of the tree (DESIGN §3) that the compiler can't: imports follow the order
//! of the flow, pure stages touch nothing, only the edge reads the clock, only `store` the disk.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in the order of the flow: each may import what stands before it.
const FLOW: [&str; 15] = [
    "domain", "config", "ingest", "history", "rules", "advice", "decision", "audit", "report",
    "store", "workflow", "evaluate", "api", "daemon", "cli",
];

/// Rooms that turn values into values and nothing else.
const PURE: [&str; 9] =
    ["domain", "config", "ingest", "history", "rules", "advice", "decision", "audit", "report"];

#[test]
fn imports_follow_the_flow() {
    let mut against = Vec::new();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        let position = place(&room);
        for (number, line) in source.code() {
            for imported in rooms_named_in(&line) {
                if place(&imported) > position {
                    against.push(format!("{}:{number} imports {imported}", source.shown()));
                }
            }
        }
    }
    assert!(against.is_empty(), "against the flow:\n{}", against.join("\n"));
}

#[test]
fn every_folder_of_the_source_has_its_place_in_the_flow() {
    for entry in fs::read_dir(root().join("src")).expect("src") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            assert!(FLOW.contains(&name.as_str()), "src/{name} has no place in the flow");
        }
    }
}

#[test]
fn pure_stages_touch_no_disk_clock_network_environment_or_chance() {
    let forbidden = [
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "std::env",
        "std::process",
        "std::thread",
        "std::time",
        "SystemTime",
        "Utc::now",
        "Local::now",
        "Instant::now",
        "getrandom",
        "OsRng",
        "rusqlite",
        "rustix",
        "tokio",
        "tracing",
        "println!",
        "eprintln!",
    ];
    assert_absent(&PURE, &forbidden);
}

#[test]
fn only_the_edge_reads_the_clock() {
    let inner: Vec<&str> =
        FLOW.iter().copied().filter(|room| !matches!(*room, "daemon" | "cli")).collect();
    assert_absent(&inner, &["Utc::now", "Local::now", "SystemTime::now", "Instant::now"]);
}

#[test]
fn only_the_store_touches_the_disk() {
    let others: Vec<&str> = FLOW.iter().copied().filter(|room| *room != "store").collect();
    // Of rustix, only what ends processes may stand elsewhere.
    let disk = ["std::fs", "File::open", "File::create", "rustix::fs", "rustix::io", ".exists()"];
    assert_absent(&others, &disk);
}

#[test]
fn advice_makes_no_money() {
    assert_absent(
        &["advice"],
        &["Money::from_minor", "Amount::from_millionths", "Allocation::new", "Money::parse"],
    );
}

#[test]
fn only_the_command_line_prints() {
    let others: Vec<&str> = FLOW.iter().copied().filter(|room| *room != "cli").collect();
    assert_absent(&others, &["println!", "print!(", "eprintln!", "stdout()"]);
}

fn assert_absent(rooms: &[&str], forbidden: &[&str]) {
    let mut found = Vec::new();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        if !rooms.contains(&room.as_str()) {
            continue;
        }
        for (number, line) in source.code() {
            for word in forbidden.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{number} has {word}", source.shown()));
            }
        }
    }
    assert!(found.is_empty(), "not allowed there:\n{}", found.join("\n"));
}

/// A source file of the library.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// The folder of `src` that it lies in.
    fn room(&self) -> Option<String> {
        let below = self.path.strip_prefix(root().join("src")).expect("below src");
        (below.components().count() > 1).then(|| {
            below.components().next().expect("a folder").as_os_str().to_string_lossy().into_owned()
        })
    }

    fn shown(&self) -> String {
        self.path.strip_prefix(root()).expect("below the root").display().to_string()
    }

    /// Its lines with their numbers, without comments and without the tests at the end.
    fn code(&self) -> Vec<(usize, String)> {
        let is_test_file = self.path.file_name().is_some_and(|name| name == "tests.rs");
        if is_test_file || self.path.components().any(|part| part.as_os_str() == "tests") {
            return Vec::new();
        }
        self.text
            .lines()
            .enumerate()
            .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
            .map(|(index, line)| {
                (index + 1, line.split("//").next().unwrap_or_default().to_owned())
            })
            .collect()
    }
}

fn rooms_named_in(line: &str) -> Vec<String> {
    line.match_indices("crate::")
        .map(|(at, word)| {
            line[at + word.len()..]
                .chars()
                .take_while(|character| character.is_ascii_alphanumeric() || *character == '_')
                .collect::<String>()
        })
        .filter(|name| FLOW.contains(&name.as_str()))
        .collect()
}

fn place(room: &str) -> usize {
    FLOW.iter().position(|known| *known == room).expect("every room has its place")
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join("src"), &mut found);
    assert!(found.len() > 20, "the sources were not found");
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            found.push(Source { path, text });
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
