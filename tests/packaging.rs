//! What packages are made of: the units as systemd reads them, the installed configuration, manual
//! pages, completions, the list of files. Installing and removing is tested by `tests/packages`.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "cli/place.rs"]
mod place;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use budgetd::config::{self, SourceText};
use place::{Place, has_program};

/// Exposure as `systemd-analyze security` counts it: of the units as shipped, and with listen.conf.
const EXPOSURE_MAX: f64 = 0.5;
const EXPOSURE_LISTENING_MAX: f64 = 1.2;

const UNITS: [&str; 2] = ["budgetd.service", "budgetd@.service"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn packaged(path: &str) -> String {
    fs::read_to_string(root().join("packaging").join(path)).expect("a packaged file")
}

/// A folder with a unit under its own name, and with its drop-in.
fn with_unit(unit: &str, text: &str, drop_in: Option<&str>) -> Place {
    let place = Place::empty();
    // The program is not installed here.
    let text = text.replace("/usr/bin/budgetd", env!("CARGO_BIN_EXE_budgetd"));
    place.write(unit, &text);
    if let Some(drop_in) = drop_in {
        place.write(&format!("{unit}.d/listen.conf"), drop_in);
    }
    place
}

fn systemd_analyze(test: &str, arguments: &[&str], unit: &Path) -> Option<Output> {
    if !has_program("systemd-analyze") {
        println!("skipped: {test}: no systemd-analyze");
        return None;
    }
    Some(Command::new("systemd-analyze").args(arguments).arg(unit).output().expect("it runs"))
}

fn exposure(test: &str, unit: &str, drop_in: Option<&str>) -> Option<f64> {
    let place = with_unit(unit, &packaged(&format!("systemd/{unit}")), drop_in);
    let arguments = ["security", "--offline=true", "--no-pager"];
    let answer = systemd_analyze(test, &arguments, &place.at(unit))?;
    let said = String::from_utf8_lossy(&answer.stdout).into_owned();
    let line = said.lines().find(|line| line.contains("Overall exposure level")).expect("a score");
    let after = line.rsplit_once(": ").expect("a number").1;
    Some(after.split(' ').next().expect("a number").parse().expect("a number"))
}

#[test]
fn systemd_has_nothing_to_say_of_the_units() {
    let test = "systemd_has_nothing_to_say_of_the_units";
    let listen = packaged("systemd/listen.conf");
    for unit in UNITS {
        let text = packaged(&format!("systemd/{unit}"));
        // What verify says goes to stderr; its exit status is 0 for keys that it doesn't know.
        let complaint = |text: &str, drop_in| {
            let place = with_unit(unit, text, drop_in);
            let said = systemd_analyze(test, &["verify", "--man=no"], &place.at(unit))?;
            Some(String::from_utf8_lossy(&said.stderr).into_owned())
        };
        let Some(plain) = complaint(&text, None) else { return };
        assert_eq!(plain, "", "{unit}");
        assert_eq!(complaint(&text, Some(&listen)).expect("said"), "", "{unit} with listen.conf");
        let wrong = text.replace("PrivateUsers=", "PrivateUser=");
        assert!(complaint(&wrong, None).expect("said").contains("PrivateUser"), "it would be said");
    }
}

#[test]
fn the_sandbox_is_as_tight_as_was_promised() {
    let test = "the_sandbox_is_as_tight_as_was_promised";
    let listen = packaged("systemd/listen.conf");
    for unit in UNITS {
        let Some(shipped) = exposure(test, unit, None) else { return };
        let listening = exposure(test, unit, Some(&listen)).expect("scored");
        assert!(shipped <= EXPOSURE_MAX, "{unit}: {shipped}");
        assert!(listening <= EXPOSURE_LISTENING_MAX, "{unit} with listen.conf: {listening}");
        assert!(shipped < listening, "{unit}: the drop-in was read");
    }
}

#[test]
fn the_unit_holds_what_operations_rely_on() {
    for unit in UNITS {
        let text = packaged(&format!("systemd/{unit}"));
        for needed in [
            "Type=notify",
            "User=budgetd",
            "UMask=0007",
            "Restart=on-failure",
            "RestartPreventExitStatus=2 4",
            "PrivateNetwork=yes",
        ] {
            assert!(text.lines().any(|line| line == needed), "{unit}: {needed}");
        }
    }
}

#[test]
fn a_missing_credential_keeps_no_daemon_from_starting() {
    for unit in UNITS {
        let text = packaged(&format!("systemd/{unit}"));
        let line = text.lines().find_map(|line| line.strip_prefix("LoadCredential=signing_key:"));
        // systemd.exec(5): a path that is missing is an error, a name that is missing is not.
        assert!(!line.expect("a credential").contains('/'), "{unit}");
    }
}

#[test]
fn an_instance_is_the_same_service_in_other_places() {
    let told = |text: &str| -> Vec<String> {
        let settings = text.lines().filter(|line| !line.starts_with('#'));
        settings.map(str::to_owned).collect()
    };
    let mut instance = told(&packaged("systemd/budgetd@.service")).join("\n");
    for (of_the_instance, of_the_one) in [
        ("budgetd %i:", "budgetd:"),
        ("AssertPathExistsGlob=", "ConditionPathExistsGlob="),
        ("/etc/budgetd/%i/", "/etc/budgetd/"),
        ("budgetd@%i", "budgetd"),
    ] {
        assert!(instance.contains(of_the_instance), "{of_the_instance}");
        instance = instance.replace(of_the_instance, of_the_one);
    }
    assert_eq!(instance, told(&packaged("systemd/budgetd.service")).join("\n"));
}

#[test]
fn the_installed_configuration_is_the_shipped_one_in_absolute_places() {
    let installed = packaged("budgetd.toml");
    let text = |path: &str, text: &str| SourceText { path: path.to_owned(), text: text.to_owned() };
    let daemon = text("/etc/budgetd/budgetd.toml", &installed);
    let account = text("/etc/budgetd/accounts/main.toml", config::shipped_account());
    let config = config::check(&daemon, &[account], Path::new("/nowhere")).expect("a good one");
    let paths = &config.paths;
    let lib = Path::new("/var/lib/budgetd");
    assert_eq!(paths.inbox, lib.join("inbox"));
    assert_eq!(paths.outbox, lib.join("outbox"));
    assert_eq!(paths.archive, lib.join("archive"));
    assert_eq!(paths.state, lib.join("state"));
    assert_eq!(paths.logs, Path::new("/var/log/budgetd"));
    assert_eq!(paths.accounts, Path::new("/etc/budgetd/accounts"));
    assert_eq!(config.signing.key, lib.join("state/keys/signing_key"));
    // And nothing else differs from the configuration that `init` writes.
    let others = |text: &str| {
        let mut table: toml::Table = toml::from_str(text).expect("TOML");
        table.remove("paths");
        table.remove("signing");
        table
    };
    assert_eq!(others(&installed), others(config::shipped_daemon()));
}

#[test]
fn every_command_has_its_page_and_hidden_ones_have_none() {
    let place = Place::empty();
    place.run(&["generate", "man", "man"]).ends(0);
    let pages: BTreeSet<String> = place.names("man").into_iter().collect();
    let mut wanted = BTreeSet::new();
    collect_pages(&budgetd::cli::command(), "budgetd", &mut wanted);
    assert_eq!(pages, wanted);
    assert!(pages.contains("budgetd-audit-verify.1") && !pages.contains("budgetd-generate.1"));
    let page = place.read("man/budgetd-decide.1");
    for option in ["revise", "reason", "week", "config"] {
        assert!(page.contains(&format!("\\-\\-{option}")), "{option}: {page}");
    }
    assert!(place.read("man/budgetd.1").contains("own state damaged"), "the exit status");
    place.run(&["generate", "man", "man"]).ends(0);
    if !has_program("man") {
        println!("skipped: the manual pages are well formed: no man");
        return;
    }
    for name in pages {
        let shown = Command::new("man")
            .args(["--warnings", "-E", "UTF-8", "-l"])
            .arg(place.at(&format!("man/{name}")))
            .env("MANPAGER", "cat")
            .output()
            .expect("it runs");
        assert!(shown.status.success(), "{name}");
        assert_eq!(String::from_utf8_lossy(&shown.stderr), "", "{name}");
    }
}

fn collect_pages(command: &clap::Command, name: &str, pages: &mut BTreeSet<String>) {
    pages.insert(format!("{name}.1"));
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        collect_pages(inner, &format!("{name}-{}", inner.get_name()), pages);
    }
}

#[test]
fn each_shell_takes_its_completions() {
    let place = Place::empty();
    place.run(&["generate", "completions", "shells"]).ends(0);
    for (shell, name) in [("bash", "budgetd.bash"), ("zsh", "_budgetd"), ("fish", "budgetd.fish")] {
        let path = format!("shells/{name}");
        assert!(place.read(&path).contains("explain"), "{name}");
        if !has_program(shell) {
            println!("skipped: {shell} takes its completions: no {shell}");
            continue;
        }
        let read = Command::new(shell).arg("-n").arg(place.at(&path)).output().expect("it runs");
        assert!(read.status.success() && read.stderr.is_empty(), "{shell}: {read:?}");
    }
    if has_program("bash") {
        let script = "source shells/budgetd.bash; COMP_WORDS=(budgetd au); COMP_CWORD=1; \
            _budgetd budgetd au budgetd; echo \"${COMPREPLY[@]}\"";
        let mut bash = Command::new("bash");
        let said = bash.args(["-c", script]).current_dir(place.root()).output().expect("it runs");
        assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), "audit");
    }
}

#[test]
fn every_file_that_the_package_names_is_there() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let manifest: toml::Table = toml::from_str(&manifest).expect("TOML");
    let deb = &manifest["package"]["metadata"]["deb"];
    let assets = deb["assets"].as_array().expect("assets");
    let mut made = 0;
    for asset in assets {
        let source = asset[0].as_str().expect("a path");
        if source.starts_with("target/") {
            made += 1;
        } else if let Some(folder) = source.strip_suffix("/*.md") {
            assert!(root().join(folder).is_dir(), "{source}");
        } else {
            assert!(root().join(source).is_file(), "{source}");
        }
    }
    // The program, its pages, and completions for three shells.
    assert_eq!(made, 5);
    let conffiles = deb["conf-files"].as_array().expect("a list");
    for conffile in conffiles {
        let path = conffile.as_str().expect("a path").trim_start_matches('/');
        assert!(assets.iter().any(|asset| asset[1].as_str() == Some(path)), "{path}");
    }
}

#[test]
fn scripts_of_the_package_are_plain_shell() {
    let mut scripts: Vec<PathBuf> = ["preinst", "postinst", "prerm", "postrm"]
        .map(|name| PathBuf::from("debian").join(name))
        .to_vec();
    scripts.push("lay-out".into());
    for script in scripts {
        let path = root().join("packaging").join(&script);
        let text = fs::read_to_string(&path).expect("a script");
        assert!(text.starts_with("#!/bin/sh\n") && text.contains("\nset -e"), "{script:?}");
        let read = Command::new("sh").arg("-n").arg(&path).output().expect("it runs");
        assert!(read.status.success(), "{script:?}: {}", String::from_utf8_lossy(&read.stderr));
    }
}
