//! `budgetd demo` and what an auditor finds in its folder: every bundle is genuine by our word and
//! by that of the stock tools, and whatever anybody does to a bundle or to the log is found.

#[path = "whole_runs/program.rs"]
mod program;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use budgetd::domain::Digest;
use serde_json::Value;

use program::{DECIDING_FILES, call, deciding_files, has_tool, json, snapshot};

/// The account with the veto and the hold.
const MAIN: &str = "outbox/main";
const WEEKS: [&str; 4] = ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"];

/// What the advisory model says, in `advice/`.
const ADVICE_FILES: [&str; 11] = [
    "budget_optimization.csv",
    "channel_actions.csv",
    "contributions.csv",
    "counterfactuals.csv",
    "lag_effects.csv",
    "model_card.json",
    "plan.csv",
    "plan_comparison.csv",
    "response_curves.csv",
    "response_curves_flexible.csv",
    "scenarios.csv",
];

/// What analysts and their tools read.
const ANALYSTS_FILES: [&str; 3] = ["marketing.db", "daily_processed.csv", "summary.txt"];

/// What managers open.
const MANAGERS_FILES: [&str; 2] = ["report.html", "weekly_budget.xlsx"];

/// The demonstration, made once. Nothing but `verify`, which never writes, is called in it, so that
/// the tests can copy it at any time.
static DEMO: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the one before is removed");
    }
    fs::create_dir_all(&folder).expect("created");
    call(&folder, &["demo", "."]).with(0);
    folder
});

/// A copy of the demonstration, for a test that does something to it.
struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    fn of_demo() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy_all(&DEMO, folder.path());
        Self { folder }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn bundle(&self, week: &str) -> PathBuf {
        self.path(MAIN).join(week)
    }

    /// `verify` refuses the bundle, and its first words of a fault say `because`.
    #[track_caller]
    fn assert_refused(&self, bundle: &Path, because: &str) {
        let ended = call(self.folder.path(), &["verify", text(bundle)]);
        assert!(ended.stdout.contains("not genuine"), "{}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains(because), "{}", ended.stdout);
        assert_eq!(ended.status, 1);
    }

    #[track_caller]
    fn assert_accepted(&self, bundle: &Path) {
        call(self.folder.path(), &["verify", text(bundle)]).with(0);
    }
}

fn copy_all(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().expect("a type");
        if kind.is_symlink() {
            symlink(fs::read_link(&path).expect("a link"), &target).expect("linked");
        } else if kind.is_dir() {
            fs::create_dir(&target).expect("created");
            copy_all(&path, &target);
            let mode = entry.metadata().expect("a mode").permissions();
            fs::set_permissions(&target, mode).expect("set");
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Replaces a file whatever its mode.
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).expect("removed");
    fs::write(path, bytes).expect("written");
}

/// Changes the last digit of a file.
fn change_a_digit(path: &Path) {
    let mut bytes = fs::read(path).expect("read");
    let position = bytes.iter().rposition(u8::is_ascii_digit).expect("a digit");
    bytes[position] = if bytes[position] == b'9' { b'8' } else { bytes[position] + 1 };
    overwrite(path, &bytes);
}

fn sha256sum(bundle: &Path) -> bool {
    let mut command = Command::new("sha256sum");
    command.current_dir(bundle).args(["--strict", "--quiet", "-c", "SHA256SUMS"]);
    command.output().expect("sha256sum starts").status.success()
}

/// The line that the explanation of each bundle tells its reader to run.
fn ssh_keygen(bundle: &Path, allowed_signers: &Path) -> Output {
    let manifest = fs::File::open(bundle.join("SHA256SUMS")).expect("a manifest");
    let mut command = Command::new("ssh-keygen");
    command.current_dir(bundle).args(["-Y", "verify", "-f"]).arg(allowed_signers);
    command.args(["-I", "budgetd", "-n", "budgetd", "-s", "SHA256SUMS.sig"]);
    command.stdin(Stdio::from(manifest)).output().expect("ssh-keygen starts")
}

fn is_signed(bundle: &Path) -> bool {
    ssh_keygen(bundle, Path::new("../../allowed_signers")).status.success()
}

fn decision(bundle: &Path) -> Value {
    json(&fs::read_to_string(bundle.join("decision.json")).expect("a decision"))
}

fn bundles_of(account: &str) -> Vec<PathBuf> {
    WEEKS.map(|week| DEMO.join("outbox").join(account).join(week)).to_vec()
}

#[test]
fn it_decides_four_weeks_in_a_row_with_a_veto_and_a_hold() {
    let decisions: Vec<Value> = bundles_of("main").iter().map(|path| decision(path)).collect();
    for (decision, week) in decisions.iter().zip(WEEKS) {
        assert_eq!(decision["week_start_date"], week);
        assert_eq!(decision["total"], "500000.00");
        let budgets = decision["channels"].as_array().expect("channels").iter();
        let sum: i64 = budgets
            .map(|channel| program::hundredths(channel["final_budget"].as_str().expect("money")))
            .sum();
        assert_eq!(sum, 50_000_000, "{week}");
    }
    let outcomes: Vec<&str> =
        decisions.iter().map(|it| it["outcome"].as_str().expect("a code")).collect();
    assert!(outcomes.contains(&"held"), "{outcomes:?}");
    assert!(outcomes.iter().filter(|outcome| **outcome == "decided").count() >= 2);
    let vetoed =
        decisions.iter().filter(|it| it["vetoes"].as_array().is_some_and(|it| !it.is_empty()));
    for decision in vetoed.clone() {
        for veto in decision["vetoes"].as_array().expect("vetoes") {
            let channels = decision["channels"].as_array().expect("channels");
            let of = channels.iter().find(|it| it["channel"] == veto["channel"]).expect("it");
            let amount = |key: &str| of[key].as_str().expect("money").parse::<f64>().expect("one");
            assert!(amount("proposal") < amount("reference"), "a veto stops a cut: {of}");
            assert!((amount("final_budget") - amount("reference")).abs() < 1.0, "{of}");
        }
    }
    assert!(vetoed.count() >= 1);
    let latest = fs::read_link(DEMO.join(MAIN).join("latest")).expect("a link");
    assert_eq!(latest, Path::new(WEEKS[3]));
}

#[test]
fn its_last_screen_shows_the_budgets_the_veto_and_where_to_look() {
    let folder = tempfile::tempdir().expect("a folder");
    let screen = call(folder.path(), &["demo", "there"]).with(0);
    for says in [
        "₹5,00,000 a week",
        "veto: Email keeps ",
        "each ₹1",
        "hold: the week of 2026-01-19",
        "verified all 8 bundles",
        "there/outbox/main/2026-01-26/weekly_recommendations.csv",
        "there/outbox/main/2026-01-26/explanation.txt",
    ] {
        assert!(screen.contains(says), "{says}: {screen}");
    }
    assert!(!screen.contains('\u{1b}'), "no colour where there is no terminal");
    for path in screen.split_whitespace().filter(|word| word.starts_with("there/")) {
        assert!(folder.path().join(path.trim_end_matches(',')).exists(), "{path}");
    }

    let again = call(folder.path(), &["demo", "there"]);
    assert_eq!((again.status, again.stdout.as_str()), (2, ""));
    assert!(again.stderr.contains("there is not empty"), "{}", again.stderr);
}

#[test]
fn a_second_demonstration_without_a_folder_finds_one_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let answers = [(); 2].map(|()| json(&call(folder.path(), &["--json", "demo"]).with(0)));
    assert_eq!(answers[0]["folder"], "budgetd-demo");
    assert_eq!(answers[1]["folder"], "budgetd-demo-2");
    for answer in &answers {
        assert_eq!(answer["genuine"], true);
        assert_eq!(answer["bundles"].as_array().map(Vec::len), Some(8));
    }
    let one = folder.path().join("budgetd-demo").join(MAIN);
    let two = folder.path().join("budgetd-demo-2").join(MAIN);
    for week in WEEKS {
        assert_eq!(deciding_files(&one.join(week)), deciding_files(&two.join(week)), "{week}");
    }
}

#[test]
fn every_bundle_is_genuine_by_our_word_and_by_that_of_stock_tools() {
    let test = "every_bundle_is_genuine_by_our_word_and_by_that_of_stock_tools";
    for bundle in bundles_of("main").into_iter().chain(bundles_of("shop")) {
        call(&DEMO, &["verify", text(&bundle)]).with(0);
        if has_tool(test, "sha256sum") {
            assert!(sha256sum(&bundle), "{}", bundle.display());
        }
        if has_tool(test, "ssh-keygen") {
            let output = ssh_keygen(&bundle, Path::new("../../allowed_signers"));
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let is_plot = |path: &PathBuf| path.extension().is_some_and(|it| it == "svg");
        let (plots, others): (Vec<_>, Vec<_>) = snapshot(&bundle).into_keys().partition(is_plot);
        assert_sound_plots(&bundle, &plots);
        let mut names: Vec<String> = others
            .into_iter()
            .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
            .collect();
        names.sort();
        let mut expected = ["audit.jsonl", "SHA256SUMS", "SHA256SUMS.sig"].to_vec();
        expected.extend(DECIDING_FILES);
        expected.extend(ADVICE_FILES);
        expected.extend(ANALYSTS_FILES);
        expected.extend(MANAGERS_FILES);
        expected.sort_unstable();
        assert_eq!(names, expected);
    }
}

/// Plots of the model and of the week, each a small picture that a parser of others takes.
#[track_caller]
fn assert_sound_plots(bundle: &Path, plots: &[PathBuf]) {
    for name in [
        "advice/plots/response_curves",
        "advice/plots/fit",
        "advice/plots/budget_before_after",
        "advice/plots/waterfall_0",
    ] {
        let file = bundle.join(format!("{name}.svg"));
        assert!(plots.contains(&file), "{} lacks {name}", bundle.display());
    }
    for plot in plots {
        let svg = fs::read_to_string(plot).expect("text");
        roxmltree::Document::parse(&svg).expect("XML");
        assert!((1_000..40_000).contains(&svg.len()), "{}: {}", plot.display(), svg.len());
    }
}

#[test]
fn each_plot_is_had_by_its_name_and_those_of_the_week_are_the_published_ones() {
    let copy = Copy::of_demo();
    let call = |arguments: &[&str]| {
        call(copy.folder.path(), &[&["plot", "--account", "main"], arguments].concat())
    };
    let listed = call(&["--list"]).with(0);
    for name in ["response_curves", "adstock_decay", "roi_over_time", "waterfall_0"] {
        assert!(listed.contains(name), "{listed}");
    }
    for name in ["budget_before_after", "allocation_over_time"] {
        let file = copy.bundle(WEEKS[3]).join(format!("advice/plots/{name}.svg"));
        let published = fs::read_to_string(file).expect("text");
        assert!(call(&[name]).with(0) == published, "{name}");
    }
    call(&["all", "--out", "plots"]).with(0);
    let drawn = fs::read_to_string(copy.path("plots/fit.svg")).expect("text");
    assert!(call(&["fit"]).with(0) == drawn);
    call(&["fit", "--out", "one.svg"]).with(0);
    assert!(fs::read_to_string(copy.path("one.svg")).expect("text") == drawn);
    let wrong = call(&["waterfal_0"]);
    assert!(wrong.stderr.contains("did you mean waterfall_0"), "{}", wrong.stderr);
    let no_folder = call(&["all"]);
    assert!(no_folder.stderr.contains("--out DIR"), "{}", no_folder.stderr);
    assert_eq!((wrong.status, no_folder.status), (2, 2));
}

#[test]
fn a_changed_byte_is_refused_in_every_file() {
    let test = "a_changed_byte_is_refused_in_every_file";
    let copy = Copy::of_demo();
    let bundle = copy.bundle(WEEKS[1]);
    for name in DECIDING_FILES.into_iter().chain(["audit.jsonl"]) {
        let path = bundle.join(name);
        let original = fs::read(&path).expect("read");
        change_a_digit(&path);
        copy.assert_refused(&bundle, name);
        if has_tool(test, "sha256sum") {
            assert!(!sha256sum(&bundle), "{name}");
        }
        overwrite(&path, &original);
        copy.assert_accepted(&bundle);
    }
}

#[test]
fn a_missing_file_is_refused() {
    let test = "a_missing_file_is_refused";
    let copy = Copy::of_demo();
    let bundle = copy.bundle(WEEKS[1]);
    for name in DECIDING_FILES.into_iter().chain(["audit.jsonl", "SHA256SUMS", "SHA256SUMS.sig"]) {
        let path = bundle.join(name);
        let original = fs::read(&path).expect("read");
        fs::remove_file(&path).expect("removed");
        copy.assert_refused(&bundle, name);
        if has_tool(test, "sha256sum") && name != "SHA256SUMS.sig" {
            assert!(!sha256sum(&bundle), "{name}");
        }
        if has_tool(test, "ssh-keygen") && name == "SHA256SUMS.sig" {
            assert!(!is_signed(&bundle));
        }
        fs::write(&path, &original).expect("written");
        copy.assert_accepted(&bundle);
    }
}

#[test]
fn an_edited_manifest_is_refused() {
    let test = "an_edited_manifest_is_refused";
    let copy = Copy::of_demo();
    let bundle = copy.bundle(WEEKS[1]);
    forge(&bundle);
    if has_tool(test, "sha256sum") {
        assert!(sha256sum(&bundle), "the forged sums are consistent");
    }
    copy.assert_refused(&bundle, "SHA256SUMS");
    if has_tool(test, "ssh-keygen") {
        assert!(!is_signed(&bundle));
    }
}

#[test]
fn another_key_is_refused() {
    let test = "another_key_is_refused";
    if !has_tool(test, "ssh-keygen") {
        return;
    }
    let copy = Copy::of_demo();
    let bundle = copy.bundle(WEEKS[3]);
    let key = copy.path("other_key");
    run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key));
    let public = fs::read_to_string(copy.path("other_key.pub")).expect("a key");

    // Whoever trusts another key trusts none of these bundles.
    let others = copy.path("others");
    fs::write(&others, format!("budgetd namespaces=\"budgetd\" {public}")).expect("written");
    assert!(!ssh_keygen(&bundle, &others).status.success());
    let arguments = ["verify", text(&bundle), "--allowed-signers", text(&others)];
    let refused = call(copy.folder.path(), &arguments).with(1);
    assert!(refused.contains("not genuine"), "{refused}");

    // A bundle that was forged and signed anew is whole in itself, but not by a key that counts.
    forge(&bundle);
    fs::remove_file(bundle.join("SHA256SUMS.sig")).expect("removed");
    let mut sign = Command::new("ssh-keygen");
    sign.args(["-Y", "sign", "-q", "-n", "budgetd", "-f"]).arg(&key);
    run(sign.arg(bundle.join("SHA256SUMS")));
    assert!(ssh_keygen(&bundle, &others).status.success(), "the other key did sign it");
    assert!(!is_signed(&bundle));
    copy.assert_refused(&bundle, "which is not among the allowed signers");
}

#[test]
fn an_added_file_is_refused() {
    let copy = Copy::of_demo();
    let bundle = copy.bundle(WEEKS[1]);
    for name in ["weekly_recommendations_final.csv", ".hidden", "more/scenarios.csv"] {
        let path = bundle.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        fs::write(&path, "week_start_date,channel,final_budget\n").expect("written");
        copy.assert_refused(&bundle, name);
        fs::remove_file(&path).expect("removed");
    }
    fs::remove_dir(bundle.join("more")).expect("removed");
    symlink("decision.json", bundle.join("link.json")).expect("linked");
    copy.assert_refused(&bundle, "link.json");
    fs::remove_file(bundle.join("link.json")).expect("removed");
    copy.assert_accepted(&bundle);
}

#[test]
fn a_bundle_under_the_name_of_another_week_or_account_is_refused() {
    let copy = Copy::of_demo();
    let bundle = copy.bundle(WEEKS[3]);
    for name in ["2026-02-02", "2026-01-26.r2", "2025-12-29"] {
        let other = copy.bundle(name);
        fs::rename(&bundle, &other).expect("renamed");
        copy.assert_refused(&other, WEEKS[3]);
        fs::rename(&other, &bundle).expect("renamed");
    }
    copy.assert_accepted(&bundle);
    // The same week of the other account, in the place of ours.
    let other = copy.path("outbox/shop").join(WEEKS[3]);
    fs::remove_dir_all(&bundle).expect("removed");
    fs::rename(&other, &bundle).expect("renamed");
    copy.assert_refused(&bundle, "shop");
}

#[test]
fn a_broken_chain_is_refused() {
    let copy = Copy::of_demo();
    let (before, bundle) = (copy.bundle(WEEKS[1]), copy.bundle(WEEKS[2]));
    // The bundle before is gone.
    let aside = copy.path("aside");
    fs::rename(&before, &aside).expect("renamed");
    copy.assert_refused(&bundle, "before");
    fs::rename(&aside, &before).expect("renamed");
    copy.assert_accepted(&bundle);
    // The bundle before was edited, sums and all.
    forge(&before);
    copy.assert_refused(&bundle, "before");
    copy.assert_refused(&before, "SHA256SUMS");
    // The first of all needs none before it.
    copy.assert_accepted(&copy.bundle(WEEKS[0]));
}

/// Moves ten thousand from one channel to another and writes the sums anew.
fn forge(bundle: &Path) {
    let path = bundle.join("weekly_recommendations.csv");
    let table = fs::read_to_string(&path).expect("a table");
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    for (number, change) in [(1, 10_000), (2, -10_000)] {
        let (start, budget) = lines[number].rsplit_once(',').expect("a budget");
        let budget: i64 = budget.parse().expect("a number");
        lines[number] = format!("{start},{}", budget + change);
    }
    let forged = lines.join("\n") + "\n";
    overwrite(&path, forged.as_bytes());
    let manifest = bundle.join("SHA256SUMS");
    let sums = fs::read_to_string(&manifest).expect("sums");
    let before = Digest::of(table.as_bytes()).to_string();
    assert!(sums.contains(&before), "{sums}");
    let sums = sums.replace(&before, &Digest::of(forged.as_bytes()).to_string());
    overwrite(&manifest, sums.as_bytes());
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The log of the account, as lines.
fn log(copy: &Copy) -> (PathBuf, Vec<String>) {
    let path = copy.path("state/audit/accounts/main.jsonl");
    let text = fs::read_to_string(&path).expect("a log");
    (path, text.lines().map(str::to_owned).collect())
}

fn write_log(path: &Path, lines: &[String]) {
    overwrite(path, (lines.join("\n") + "\n").as_bytes());
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("set");
}

#[track_caller]
fn assert_log_refused(copy: &Copy, what: &str) {
    let ended = call(copy.folder.path(), &["audit", "verify"]);
    assert_eq!(ended.status, 1, "{what}: {}{}", ended.stdout, ended.stderr);
    let whole: Vec<&str> = ended.stdout.lines().filter(|line| line.starts_with("whole ")).collect();
    assert_eq!(whole.len(), 2, "the other chains are whole: {}", ended.stdout);
    assert!(ended.stdout.contains("not whole main\n"), "{}", ended.stdout);
}

#[test]
fn the_log_is_whole_and_any_change_to_it_is_found() {
    let copy = Copy::of_demo();
    let words = call(copy.folder.path(), &["audit", "verify"]).with(0);
    assert_eq!(words.lines().filter(|line| line.starts_with("whole ")).count(), 3, "{words}");
    let (path, lines) = log(&copy);
    let last_published = lines.iter().rposition(|line| line.contains("\"event\":\"published\""));
    assert_eq!(last_published, Some(lines.len() - 1), "the last word is the newest bundle");

    for number in 0..lines.len() {
        let mut edited = lines.clone();
        let position = edited[number].rfind(|it: char| it.is_ascii_digit()).expect("a digit");
        let digit = if &edited[number][position..=position] == "7" { "8" } else { "7" };
        edited[number].replace_range(position..=position, digit);
        write_log(&path, &edited);
        assert_log_refused(&copy, &format!("line {} edited", number + 1));

        let mut removed = lines.clone();
        removed.remove(number);
        write_log(&path, &removed);
        assert_log_refused(&copy, &format!("line {} removed", number + 1));

        if number > 0 {
            let mut swapped = lines.clone();
            swapped.swap(number - 1, number);
            write_log(&path, &swapped);
            assert_log_refused(&copy, &format!("lines {number} and {} swapped", number + 1));

            write_log(&path, &lines[..number]);
            assert_log_refused(&copy, &format!("cut after line {number}"));
        }
    }
    write_log(&path, &lines);
    call(copy.folder.path(), &["audit", "verify"]).with(0);
    fs::remove_file(&path).expect("removed");
    assert_log_refused(&copy, "the log is gone");
}

#[test]
fn a_log_that_was_rewritten_from_a_line_on_contradicts_the_bundles() {
    let copy = Copy::of_demo();
    let (path, mut lines) = log(&copy);
    // The first file never had that name; every line after it is chained anew.
    lines[0] = lines[0].replace("history.csv", "invented.csv");
    for number in 1..lines.len() {
        let before = Digest::of(lines[number - 1].as_bytes()).to_string();
        let start = lines[number].find("\"prev\":\"").expect("a link") + 8;
        lines[number].replace_range(start..start + 64, &before);
    }
    write_log(&path, &lines);
    assert_log_refused(&copy, "rewritten");
}

#[test]
fn what_is_said_to_machines_is_json() {
    let copy = Copy::of_demo();
    let bundle = text(&copy.bundle(WEEKS[3])).to_owned();
    let answer = |arguments: &[&str]| {
        let arguments = [&["--json"], arguments].concat();
        json(&call(copy.folder.path(), &arguments).with(0))
    };
    assert_eq!(answer(&["check"])["ok"], true);
    assert_eq!(answer(&["verify", &bundle])["bundles"][0]["genuine"], true);
    assert_eq!(answer(&["audit", "verify"])["chains"].as_array().map(Vec::len), Some(3));
    let shown = answer(&["audit", "show", "--account", "main", "--last", "2"]);
    assert_eq!(shown["records"][0]["event"]["event"], "decided");
    assert_eq!(shown["records"][1]["event"]["event"], "published");
    let status = answer(&["status", "--as-of", "2026-01-26T07:00:00+05:30"]);
    assert_eq!(status["running"], false);
    let main = &status["accounts"][0];
    assert_eq!((&main["account"], &main["last"]["week"]), (&"main".into(), &WEEKS[3].into()));
    let facts = answer(&["facts", "--account", "main", "--from", "2026-01-25"]);
    assert_eq!(facts["facts"].as_array().map(Vec::len), Some(4), "one day of four channels");
    let explained = answer(&["explain", "--account", "main"]);
    assert_eq!(explained, decision(Path::new(&bundle)));
    let printed = answer(&["keys", "show"]);
    assert!(printed["fingerprint"].as_str().expect("one").starts_with("SHA256:"));
    let fact_file = copy.path("archive/main/2026/01");
    let file = fs::read_dir(fact_file).expect("an archive").next().expect("a file").expect("it");
    let path = file.path();
    let validated = answer(&["validate", "--account", "main", text(&path)]);
    assert_eq!(validated["files"][0]["verdict"], "accepted");
    let again = answer(&["decide", "--week", WEEKS[3]]);
    assert_eq!(again["accounts"][0]["outcome"], "already_decided");
    assert_eq!(answer(&["ingest"])["files"].as_array().map(Vec::len), Some(0));
}

#[test]
fn what_is_said_to_people_names_what_they_ask_for() {
    let copy = Copy::of_demo();
    let demo = copy.folder.path();
    let status = call(demo, &["status", "--as-of", "2026-01-26T07:00:00+05:30"]).with(0);
    assert!(status.contains("the daemon does not run"), "{status}");
    assert!(status.contains("main") && status.contains("shop"), "{status}");
    let explained = call(demo, &["explain", "--account", "main", "--week", WEEKS[0]]).with(0);
    let page = copy.bundle(WEEKS[0]).join("explanation.txt");
    let page = fs::read_to_string(page).expect("a page");
    assert!(explained.contains("Email"), "{explained}");
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains("Stopped by a veto: the cut of Email."), "{page}");
    let arguments = ["explain", "--account", "main", "--week", WEEKS[0], "--channel", "Email"];
    let email = call(demo, &arguments).with(0);
    assert!(email.contains("Email") && !email.contains("Affiliate rises"), "{email}");
    call(demo, &["explain", "--account", "main", "--channel", "Nothing"]).with(2);
    call(demo, &["explain", "--account", "main", "--week", "2025-12-01"]).with(1);
    let facts = call(demo, &["facts", "--account", "main"]).with(0);
    // 40 weeks of history and three weeks of days, four channels each.
    assert_eq!(program::facts(&facts).len(), 43 * 7 * 4);
    call(demo, &["facts"]).with(2);
}

#[test]
fn the_key_is_private_and_the_originals_are_read_only() {
    let mode = |path: PathBuf| fs::metadata(path).expect("it").permissions().mode() & 0o777;
    assert_eq!(mode(DEMO.join("state/keys/signing_key")), 0o600);
    for (path, _) in snapshot(&DEMO.join("archive")) {
        assert_eq!(mode(path.clone()) & 0o222, 0, "{}", path.display());
    }
}
