//! What stands behind the start that the look rests on is read with the table that it gave, and for an
//! account as that account would read it: the status is 0 only where all of it is taken.

use std::process::Command;

use super::run;

/// A file with more rows than the look takes in, then these.
fn long_file(last: &str) -> String {
    let mut text = "date,channel,campaign,spend,revenue\n".to_owned();
    for row in 0..12_000 {
        let day = 1 + row / 500;
        text.push_str(&format!("2025-09-{day:02},Email,campaign {},1.50,2.25\n", row % 500));
    }
    text + last
}

fn look(name: &str, bytes: &[u8]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    run(&[&path.display().to_string()])
}

#[test]
fn all_of_a_file_is_read_before_it_is_called_fine() {
    let text = long_file("");
    let (status, said) = look("x.csv", text.as_bytes());
    assert_eq!(status, Some(0), "{said}");
    let kib = text.len().div_ceil(1024);
    assert!(kib > 256);
    let told = format!("looked at the first 256 KiB of {kib} KiB, then read all of it");
    assert!(said.contains(&told), "{told} not in {said}");
    // 12000 times 1.50.
    assert!(said.contains("whole file, 12000 rows") && said.contains("18000.00"), "{said}");
    let (status, said) = look("x.csv", long_file("2025-09-24,Email,last,abc,1\n").as_bytes());
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("line 12002, column spend: \"abc\" is not an amount"), "{said}");
}

#[test]
fn a_packed_file_is_read_to_its_end() {
    let packed = |text: &str| {
        use std::io::Write as _;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).expect("memory");
        gzip.finish().expect("memory")
    };
    let (status, said) = look("x.csv.gz", &packed(&long_file("")));
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("256 KiB of its unpacked text, then read all of it"), "{said}");
    let (status, said) = look("x.csv.gz", &packed(&long_file("2025-09-24,Email,last,abc,1\n")));
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("\"abc\" is not an amount"), "{said}");
}

#[test]
fn a_channel_that_only_the_rest_names_is_no_fault_of_the_file() {
    let (status, said) = look("x.csv", long_file("2025-09-24,TV,last,7.00,1\n").as_bytes());
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("12001 rows") && said.contains("TV"), "{said}");
}

#[test]
fn a_day_of_the_future_is_not_called_fine() {
    let text = "date,channel,spend,revenue\n2098-09-13,Email,5,20\n2098-09-14,Email,5,20\n";
    let (status, said) = look("x.csv", text.as_bytes());
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("would be refused"), "{said}");
}

/// The status and the page for the account main, which has Google Ads under two more names.
fn for_account(text: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        let ran = Command::new(env!("CARGO_BIN_EXE_budgetd"))
            .args(arguments)
            .current_dir(folder.path())
            .env_remove("BUDGETD_CONFIG")
            .output()
            .expect("it runs");
        (ran.status.code(), String::from_utf8(ran.stdout).expect("text"))
    };
    assert_eq!(run(&["init", "."]).0, Some(0));
    std::fs::write(folder.path().join("x.csv"), text).expect("written");
    run(&["sources", "guess", "x.csv", "--account", "main"])
}

#[test]
fn two_columns_of_one_channel_are_seen_through_its_aliases() {
    let text = "date,google_spend,email_spend,revenue\n2025-09-13,5,6,20\n2025-09-14,6,6,21\n";
    let (status, said) = for_account(text);
    assert_eq!(status, Some(0), "{said}");
    let text = "date,google_spend,adwords_spend,revenue\n2025-09-13,5,6,20\n2025-09-14,6,6,21\n";
    let (status, said) = for_account(text);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("\"google_spend\" and \"adwords_spend\""), "{said}");
}
