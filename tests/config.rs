//! The configuration from outside: what is accepted, and what people read when it isn't. Each case
//! of `tests/cases/config` is a file and the message for it.

#![expect(clippy::format_collect, clippy::format_push_string, reason = "short texts, once")]

#[path = "config/sources.rs"]
mod sources;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use budgetd::config::{self, CatchUp, Config, ConfigFault, Ready, SourceText, render_faults};
use budgetd::domain::Source;
use budgetd::domain::account::{Account, BlockerSettings, GateSettings, RulesSettings};
use budgetd::domain::model::{
    AdstockModel, ChannelKind, ChannelModel, Country, Preset, SaturationModel, TestPeriods,
};
use budgetd::domain::{AccountId, Channel, ChannelName, Currency, Limits, Money, Share};
use chrono::Weekday;
use proptest::prelude::*;

const DAEMON_PATH: &str = "config/budgetd.toml";
const ACCOUNT_PATH: &str = "config/accounts/main.toml";

fn source(path: &str, text: &str) -> SourceText {
    SourceText { path: path.to_owned(), text: text.to_owned() }
}

fn check_daemon(text: &str) -> Result<Config, Vec<ConfigFault>> {
    let account = source(ACCOUNT_PATH, config::shipped_account());
    config::check(&source(DAEMON_PATH, text), &[account], Path::new(""))
}

fn check_account(text: &str) -> Result<Account, Vec<ConfigFault>> {
    let account = source(ACCOUNT_PATH, text);
    config::check(&source(DAEMON_PATH, ""), &[account], Path::new("")).map(|mut config| {
        assert_eq!(config.accounts.len(), 1);
        config.accounts.remove(0)
    })
}

/// An account with the required keys only, and `more` below them.
fn account_with(more: &str) -> String {
    format!(
        "id = \"main\"\ncurrency = \"INR\"\ntime_zone = \"Asia/Kolkata\"\n\
         total_budget_weekly = \"500000\"\n{more}"
    )
}

const THREE_CHANNELS: &str = "[[channels]]\nname = \"Google Ads\"\n\
                              [[channels]]\nname = \"Email\"\n\
                              [[channels]]\nname = \"Meta Ads\"\n";

#[test]
fn each_refused_file_has_its_message() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/config");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    let mut wrong = String::new();
    for case in cases {
        let name = case.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&case).expect("the case");
        let expected = std::fs::read_to_string(case.with_extension("txt")).expect("its message");
        let faults = if name.starts_with("daemon_") {
            check_daemon(&text).err()
        } else {
            check_account(&text).err()
        };
        let message = faults.map_or("accepted\n".to_owned(), |faults| render_faults(&faults));
        if message != expected {
            wrong += &format!("{name}\n{message}instead of\n{expected}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_shipped_configuration_is_accepted_and_has_the_documented_values() {
    let account = source(ACCOUNT_PATH, config::shipped_account());
    let daemon = source(DAEMON_PATH, config::shipped_daemon());
    let base = Path::new("/srv/budgetd");
    let config = config::check(&daemon, &[account], base).expect("what ships is right");
    assert_eq!(config.paths.inbox, Path::new("/srv/budgetd/inbox"));
    assert_eq!(config.paths.accounts, Path::new("/srv/budgetd/config/accounts"));
    assert_eq!(config.signing.key, Path::new("/srv/budgetd/state/keys/signing_key"));
    assert_daemon_is_as_documented(&config);

    let main = config.account(&AccountId::new("main").expect("an id")).expect("it ships");
    assert_eq!((main.currency.code(), main.time_zone.name()), ("INR", "Asia/Kolkata"));
    assert_eq!(main.total_budget_weekly, Money::from_minor(50_000_000));
    let names: Vec<&str> = main.channels.iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(names, ["Affiliate", "Email", "Google Ads", "Meta Ads"]);
    assert_eq!(main.channels[2].aliases, ["google", "adwords"]);
    assert_account_is_as_documented(main);
}

#[test]
fn a_key_that_is_left_out_has_its_documented_value() {
    let config = check_daemon("").expect("no key of it is required");
    assert_daemon_is_as_documented(&config);
    assert_eq!(config.paths.inbox, Path::new("inbox"));
    let account = check_account(&account_with(THREE_CHANNELS)).expect("the required keys");
    assert_account_is_as_documented(&account);
}

/// DESIGN §6, first block.
fn assert_daemon_is_as_documented(config: &Config) {
    assert_eq!(config.inbox.ready, Ready::Quiet);
    assert_eq!((config.inbox.quiet_seconds, config.inbox.scan_seconds), (10, 20));
    assert_eq!(config.schedule.weekly, "0 0 6 * * Mon");
    assert_eq!(config.schedule.catch_up, CatchUp::Latest);
    assert_eq!(config.limits, Limits::default());
    assert_eq!(config.log.level, "info");
    assert_eq!((config.retention.archive_years, config.retention.log_days), (None, 30));
    assert_eq!(config.api, None);
}

/// DESIGN §6, second block, except for what is required.
fn assert_account_is_as_documented(account: &Account) {
    assert_eq!(account.week_starts_on, Weekday::Mon);
    assert_eq!(account.rounding_unit, Money::from_minor(100));
    assert_eq!(account.rules, RulesSettings::default());
    assert_eq!(account.gate, GateSettings::default());
    assert_eq!(account.blocker, BlockerSettings::default());
    let model = &account.model;
    assert!(model.enabled && model.channels.is_empty());
    assert_eq!((model.seconds_max, model.confidence, model.outlier_ranges), (20, 0.9, Some(3.0)));
    assert_eq!(model.test, TestPeriods::Share(Share::from_millionths(200_000)));
    assert_eq!(model.empty_share_max, Share::from_millionths(900_000));
    assert_eq!((model.trend, model.season_waves, model.weekdays), (None, None, None));
    assert!(model.holidays.countries.is_empty() && model.holidays.days.is_empty());
    assert_eq!(account.schedule, "0 0 6 * * Mon");
    assert_eq!(account.sources, [Source::long()]);
    for channel in &account.channels {
        let named = Channel::named(channel.name.clone());
        assert_eq!(*channel, Channel { aliases: channel.aliases.clone(), ..named });
    }
    let shipped = Account::with_shipped_settings(
        account.id.clone(),
        account.currency,
        account.time_zone,
        account.total_budget_weekly,
        account.channels.clone(),
    );
    assert_eq!(format!("{account:?}"), format!("{shipped:?}"));
}

#[test]
fn every_optional_key_is_read() {
    let text = account_with(
        r#"week_starts_on = "sunday"
rounding_unit = "0.50"
[[channels]]
name = "Google Ads"
aliases = ["google"]
spend_cap_share = "0.7"
spend_floor_share = "0.1"
absent_days = "zero"
[[channels]]
name = "Email"
[[channels]]
name = "Radio"
paused = true
[rules]
weight = "response"
lookback_weeks = 104
evidence_weights = "flat"
adjust_share = "1"
change_share_max = "none"
quiet_share = "0"
first_reference = "none"
[gate]
deadline = "23:59"
absent_days = "zero"
[blocker]
enabled = false
horizon_weeks = 8
confidence = 0.999
hurdle = 0
history_weeks_min = 8
consecutive_vetoes_max = 0
[checks]
window_days = 36500
restatement_window_days = 0
[model]
enabled = false
seconds_max = 3600
confidence = 0.5
test_from = "2026-01-05"
outlier_ranges = "none"
empty_share_max = "1"
trend = true
season_waves = 0
weekdays = false
months = true
preset = "classic"
holidays = ["IN", "2025-10-18", "GB"]
[[model.channels]]
name = "google"
kind = "brand"
adstock = "delayed"
decay = 0.6
lags = 9
peak = 1.5
half_saturation = 250000
slope = 2
[[model.channels]]
name = "EMAIL"
adstock = "weibull_cdf"
shape = 0.5
scale = 4
saturation = "logistic"
rate = 1e-5
[[model.channels]]
name = "Radio"
adstock = "none"
saturation = "logarithm"
saturation_scale = 5e4
[schedule]
weekly = "0 30 7 * * Sun"
[[sources]]
name = "meta export"
files = "meta_*.csv"
date_format = "%d/%m/%Y"
extra_columns = "ignore"
[sources.columns]
date = "Day"
spend = "Amount spent (INR)"
"#,
    );
    let account =
        check_account(&text).unwrap_or_else(|faults| panic!("{}", render_faults(&faults)));
    assert_eq!(account.week_starts_on, Weekday::Sun);
    assert_eq!(account.rounding_unit, Money::from_minor(50));
    let google = &account.channels[1];
    assert_eq!(google.spend_cap_share, Some(Share::from_millionths(700_000)));
    assert_eq!(google.spend_floor_share, Some(Share::from_millionths(100_000)));
    assert!(google.absent_days.is_some());
    assert!(account.channels[2].paused);
    assert_eq!(account.rules.change_share_max, None);
    assert_eq!(account.rules.quiet_share, Share::ZERO);
    assert_eq!(account.rules.lookback_weeks, 104);
    assert_eq!(account.gate.deadline.to_string(), "23:59:00");
    assert!(!account.blocker.enabled);
    assert_eq!(account.checks.window_days, 36_500);
    assert_eq!(account.checks.restatement_window_days, 0);
    let model = &account.model;
    assert_eq!((model.enabled, model.seconds_max, model.confidence), (false, 3600, 0.5));
    assert_eq!(model.test, TestPeriods::From("2026-01-05".parse().expect("a day")));
    assert_eq!((model.outlier_ranges, model.empty_share_max), (None, Share::ONE));
    let seen = (model.trend, model.season_waves, model.weekdays);
    assert_eq!(seen, (Some(true), Some(0), Some(false)));
    assert_eq!((model.months, model.preset), (true, Preset::Classic));
    assert!(model.holidays.countries.iter().eq(&[Country::UnitedKingdom, Country::India]));
    assert!(model.holidays.days.iter().eq(&["2025-10-18".parse().expect("a day")]));
    assert_eq!(model.channels, channel_models());
    assert_eq!(account.schedule, "0 30 7 * * Sun");
    assert_eq!(account.sources.len(), 2);
    assert_eq!(account.sources[0].columns.date, ["Day"]);
    assert_eq!(account.sources[0].columns.revenue, ["revenue"]);
    assert_eq!(account.sources[0].date_format, "%d/%m/%Y");
    assert!(account.sources[0].ignore_extra_columns);
    assert_eq!(account.sources[1], Source::long());
}

/// What `every_optional_key_is_read` writes under `[[model.channels]]`.
fn channel_models() -> Vec<ChannelModel> {
    let channel = |name: &str, kind, adstock, saturation| ChannelModel {
        channel: ChannelName::new(name).expect("a name"),
        kind,
        adstock,
        saturation,
    };
    vec![
        channel(
            "Google Ads",
            Some(ChannelKind::Brand),
            AdstockModel::Delayed { decay: Some(0.6), peak: Some(1.5), lags: Some(9) },
            SaturationModel::Hill { half_saturation: Some(250_000.0), slope: Some(2.0) },
        ),
        channel(
            "Email",
            None,
            AdstockModel::WeibullCdf { shape: Some(0.5), scale: Some(4.0), lags: None },
            SaturationModel::Logistic { rate: Some(1e-5) },
        ),
        channel("Radio", None, AdstockModel::None, SaturationModel::Logarithm { scale: Some(5e4) }),
    ]
}

#[test]
fn each_carryover_and_saturation_takes_its_own_keys_and_no_other() {
    let keys = |listed: &str| -> BTreeSet<String> {
        listed.split_whitespace().map(str::to_owned).collect()
    };
    let values = [
        ("kind", "\"lead\""),
        ("decay", "0.5"),
        ("lags", "9"),
        ("peak", "1"),
        ("shape", "2"),
        ("scale", "3"),
        ("half_saturation", "9"),
        ("slope", "1"),
        ("rate", "0.1"),
        ("saturation_scale", "9"),
    ];
    let saturation_keys = keys("half_saturation slope rate saturation_scale");
    for (form, name, own) in [
        ("adstock", "none", ""),
        ("adstock", "geometric", "kind decay"),
        ("adstock", "geometric_normalised", "kind decay lags"),
        ("adstock", "delayed", "kind decay lags peak"),
        ("adstock", "weibull_cdf", "lags shape scale"),
        ("adstock", "weibull_pdf", "lags shape scale"),
        ("saturation", "none", ""),
        ("saturation", "logarithm", "saturation_scale"),
        ("saturation", "exponential", "rate"),
        ("saturation", "hill", "half_saturation slope"),
        ("saturation", "logistic", "rate"),
        ("saturation", "michaelis_menten", "half_saturation"),
    ] {
        let own = keys(own);
        for (key, value) in values {
            if saturation_keys.contains(key) != (form == "saturation") {
                continue;
            }
            let table = format!("[[model.channels]]\nname = \"Email\"\n{form} = \"{name}\"\n");
            let text = account_with(&format!("{THREE_CHANNELS}{table}{key} = {value}\n"));
            let is_taken = check_account(&text).is_ok();
            assert_eq!(is_taken, own.contains(key), "{form} {name} {key}");
        }
    }
}

#[test]
fn an_account_without_a_schedule_takes_the_daemons() {
    let config = check_daemon("[schedule]\nweekly = \"0 0 7 * * Tue\"\n").expect("right");
    assert_eq!(config.accounts[0].schedule, "0 0 7 * * Tue");
}

#[test]
fn the_server_listens_where_the_table_says() {
    let config = check_daemon("[api]\nlisten = \"[::1]:8770\"\n").expect("right");
    assert_eq!(config.api.expect("a server").listen.to_string(), "[::1]:8770");
}

#[test]
fn every_limit_is_read_as_bytes_or_with_a_unit() {
    let text = r#"[limits]
bytes_max = "64 MiB"
unpacked_bytes_max = 2048
line_bytes_max = "1 KiB"
field_bytes_max = "1024"
columns_max = 8
rows_max = 10000000000
files_per_scan_max = 1
staging_bytes_max = "1 GiB"
"#;
    let expected = Limits {
        bytes_max: 67_108_864,
        unpacked_bytes_max: 2_048,
        line_bytes_max: 1_024,
        field_bytes_max: 1_024,
        columns_max: 8,
        rows_max: 10_000_000_000,
        files_per_scan_max: 1,
        staging_bytes_max: 1_073_741_824,
    };
    assert_eq!(check_daemon(text).expect("right").limits, expected);
}

#[test]
fn a_file_is_complete_in_any_of_the_four_ways() {
    for (word, ready) in [
        ("quiet", Ready::Quiet),
        ("rename", Ready::Rename),
        ("marker", Ready::Marker),
        ("checksum", Ready::Checksum),
    ] {
        let config = check_daemon(&format!("[inbox]\nready = \"{word}\"\n")).expect("right");
        assert_eq!(config.inbox.ready, ready);
    }
}

#[test]
fn five_faults_in_one_file_are_five_messages() {
    let text = r#"id = "main"
currency = "INR"
time_zone = "Mars/Olympus"
total_budget_weekly = 500000
rules = { weight = "luck", lookback_weeks = 0, speed = 1 }
[[channels]]
name = "Google Ads"
"#;
    let faults = check_account(text).expect_err("five faults");
    let places: Vec<_> = faults.iter().map(|fault| (fault.line, fault.column)).collect();
    assert_eq!(places, [(3, 13), (4, 23), (5, 20), (5, 45), (5, 48)], "{}", render_faults(&faults));
}

#[test]
fn faults_of_all_files_come_together_in_the_order_of_the_files() {
    let daemon = source(DAEMON_PATH, "[log]\nlevel = \"loud\"\n");
    let one = source("config/accounts/one.toml", "id = \"one\"\ncurrency = \"XXX\"\n");
    let two = source("config/accounts/two.toml", "id = \"two\n");
    let faults = config::check(&daemon, &[one, two], Path::new("")).expect_err("three are wrong");
    let mut files: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    files.dedup();
    assert_eq!(files, [DAEMON_PATH, "config/accounts/one.toml", "config/accounts/two.toml"]);
}

#[test]
fn the_same_id_in_two_files_is_a_fault_of_the_second() {
    let text = account_with(THREE_CHANNELS);
    let files = [source("a/main.toml", &text), source("b/main.toml", &text)];
    let faults = config::check(&source(DAEMON_PATH, ""), &files, Path::new("")).expect_err("twice");
    assert_eq!(
        render_faults(&faults),
        "b/main.toml:1:6: id = \"main\": a/main.toml has this id already\n  \
         hint: give each account an id of its own\n"
    );
}

#[test]
fn accounts_come_by_id_and_channels_by_name_whatever_the_order_of_the_files() {
    let text = account_with(THREE_CHANNELS);
    let zeta = source("config/accounts/zeta.toml", &text.replace("\"main\"", "\"zeta\""));
    let main = source(ACCOUNT_PATH, &text);
    let config = config::check(&source(DAEMON_PATH, ""), &[zeta, main], Path::new(""));
    let ids: Vec<String> =
        config.expect("right").accounts.iter().map(|account| account.id.to_string()).collect();
    assert_eq!(ids, ["main", "zeta"]);
}

#[test]
fn a_daemon_without_an_account_says_where_one_would_be() {
    let faults = config::check(&source(DAEMON_PATH, ""), &[], Path::new("")).expect_err("none");
    assert_eq!(
        render_faults(&faults),
        "config/budgetd.toml:1:1: there is no account: no file config/accounts/<id>.toml\n  \
         hint: write one; `budgetd init` lays out an example\n"
    );
}

#[test]
fn the_accounts_folder_is_known_even_of_a_faulty_file() {
    let folder = |text: &str| config::accounts_folder(&source(DAEMON_PATH, text), Path::new("/x"));
    assert_eq!(folder(""), Path::new("/x/config/accounts"));
    assert_eq!(folder("[paths]\naccounts = \"clients\"\n[log\n"), Path::new("/x/clients"));
    assert_eq!(folder("[paths]\naccounts = 7\n"), Path::new("/x/config/accounts"));
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    let text = format!("\u{FEFF}{}", account_with(THREE_CHANNELS));
    assert!(check_account(&text).is_ok());
}

#[test]
fn a_file_full_of_faults_tells_the_first_hundred_and_how_many_there_are() {
    let text = format!("{}{}", account_with(""), "[[channels]]\nname = \"\"\n".repeat(150));
    let faults = check_account(&text).expect_err("150 faults");
    assert_eq!(faults.len(), 101);
    assert_eq!(faults[100].message, "50 more faults follow in this file");
}

#[test]
fn ten_thousand_channels_are_accepted_and_one_more_is_not() {
    let channels = |count: usize| -> String {
        (0..count).map(|number| format!("[[channels]]\nname = \"channel {number}\"\n")).collect()
    };
    let rules = "[rules]\nspend_floor_share = \"0\"\n";
    let account = check_account(&account_with(&(channels(10_000) + rules)));
    assert_eq!(account.expect("within the limit").channels.len(), 10_000);
    let faults = check_account(&account_with(&(channels(10_001) + rules))).expect_err("too many");
    assert_eq!(faults[0].message, "10001 channels are more than 10000");
}

/// The two files that `explain` prints.
fn explained() -> (String, String) {
    let text = config::explain();
    let at = text.find("# config/accounts/<id>.toml").expect("the second file's title");
    let end = text.find("# config/accounts/<id>.experiments.toml").expect("the third one's");
    (text[..at].to_owned(), text[at..end].to_owned())
}

/// With the keys that have no default put in force.
fn uncommented(text: &str) -> String {
    let key = |line: &str| {
        line.starts_with('#')
            && !line.starts_with("#or ")
            && line[1..].starts_with(|c: char| c == '[' || c.is_ascii_lowercase())
    };
    text.lines().map(|line| if key(line) { &line[1..] } else { line }).fold(
        String::new(),
        |mut text, line| {
            text.push_str(line);
            text.push('\n');
            text
        },
    )
}

#[test]
fn the_reference_shows_the_values_that_are_in_force() {
    let (daemon, account) = explained();
    let config =
        check_daemon(&daemon).unwrap_or_else(|faults| panic!("{}", render_faults(&faults)));
    assert_daemon_is_as_documented(&config);
    let by_default = check_daemon("").expect("right");
    assert_eq!((config.paths, config.signing), (by_default.paths, by_default.signing));
    let account =
        check_account(&account).unwrap_or_else(|faults| panic!("{}", render_faults(&faults)));
    assert_account_is_as_documented(&account);
}

#[test]
fn the_reference_holds_in_the_parts_that_are_not_in_force() {
    let (daemon, account) = explained();
    let config = check_daemon(&uncommented(&daemon)).expect("the whole reference is right");
    assert!(config.api.is_some());
    let account = check_account(&uncommented(&account))
        .unwrap_or_else(|faults| panic!("{}", render_faults(&faults)));
    let described =
        Source { name: "long".to_owned(), files: "*".to_owned(), ..account.sources[0].clone() };
    assert_eq!(described, Source::long());
    assert!(account.channels.iter().any(|channel| channel.spend_cap_share.is_some()));
}

/// With each key behind `#or` in place of the key above it.
fn with_alternatives(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        if let Some(alternative) = line.strip_prefix("#or ") {
            let above = lines.iter().rposition(|line| !line.starts_with('#')).expect("a key above");
            lines.remove(above);
            lines.push(alternative);
        } else {
            lines.push(line);
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_example_of_the_model_s_documentation_is_right() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/model_settings.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let example = page.split("```").find_map(|piece| piece.strip_prefix("toml\n"));
    let example = example.expect("an example");
    let account = check_account(&account_with(&format!("{THREE_CHANNELS}{example}")))
        .unwrap_or_else(|faults| panic!("{}", render_faults(&faults)));
    assert_eq!(account.model.channels.len(), 2);
    for key in [
        "enabled",
        "seconds_max",
        "confidence",
        "test_share",
        "test_from",
        "outlier_ranges",
        "empty_share_max",
        "trend",
        "season_waves",
        "weekdays",
        "months",
        "holidays",
        "preset",
    ] {
        assert!(page.contains(&format!("\n| `{key}` | ")), "{key}");
    }
}

#[test]
fn each_alternative_of_the_reference_may_stand_in_place_of_the_key_above_it() {
    let (_, account) = explained();
    assert!(account.contains("\n#or "), "there is one");
    let account = check_account(&with_alternatives(&account))
        .unwrap_or_else(|faults| panic!("{}", render_faults(&faults)));
    let first = "2026-01-05".parse().expect("a day");
    assert_eq!(account.model.test, TestPeriods::From(first));
}

#[test]
fn the_reference_names_every_key_that_is_read() {
    let stranger = "\nzzzzzzzzzzzzzzzzzzzz = 1\n";
    let tables = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with('[')).map(str::to_owned).collect()
    };
    let (daemon, account) = explained();
    for (path, text) in [(DAEMON_PATH, uncommented(&daemon)), (ACCOUNT_PATH, uncommented(&account))]
    {
        let mut headers = tables(&text);
        headers.dedup();
        headers.insert(0, String::new());
        let known_in_reference: BTreeSet<&str> = text
            .lines()
            .filter_map(|line| {
                let line = line.strip_prefix("#or ").unwrap_or(line);
                line.split_once(" = ").map(|(key, _)| key).or_else(|| {
                    line.starts_with('[')
                        .then(|| line.trim_matches(['[', ']']).rsplit('.').next())?
                })
            })
            .collect();
        for header in headers {
            let with_stranger = if header.is_empty() {
                format!("{stranger}{text}")
            } else {
                text.replacen(&format!("{header}\n"), &format!("{header}{stranger}"), 1)
            };
            let result = if path == DAEMON_PATH {
                check_daemon(&with_stranger).err()
            } else {
                check_account(&with_stranger).err()
            };
            let fault = &result.expect("an unknown key")[0];
            let hint = fault.hint.as_deref().expect("a hint");
            let keys = hint.strip_prefix("known here: ").expect("the known keys");
            for key in keys.split(", ") {
                assert!(known_in_reference.contains(key), "{path} {header}: {key}");
            }
        }
    }
}

/// Whether the account keeps what its fields promise of limits, from its public values alone.
fn limits_hold(account: &Account) -> bool {
    let (total, unit) = (account.total_budget_weekly.minor(), account.rounding_unit.minor());
    if total <= 0 || unit <= 0 || total % unit != 0 || total > 10i128.pow(13) {
        return false;
    }
    let (mut caps, mut floors, mut ordered) = (0, 0, true);
    for channel in &account.channels {
        let cap = i128::from(account.cap_share(channel).millionths()) * total;
        let floor = i128::from(account.floor_share(channel).millionths()) * total;
        let cap_in_units = cap / 1_000_000 / unit * unit;
        ordered &= account.floor_share(channel) <= account.cap_share(channel);
        if !channel.paused {
            caps += cap_in_units;
            floors += floor;
        }
    }
    ordered && caps >= total && floors <= total * 1_000_000
}

fn share_text() -> impl Strategy<Value = String> {
    (0u32..=1_000_000).prop_map(|millionths| Share::from_millionths(millionths).to_decimal())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(daemon in "\\PC{0,200}", account in "\\PC{0,200}") {
        let account = source(ACCOUNT_PATH, &account);
        let _ = config::check(&source(DAEMON_PATH, &daemon), &[account], Path::new(""));
    }

    #[test]
    fn no_edit_of_a_right_file_makes_it_panic(
        place in 0usize..2000,
        removed in 0usize..40,
        added in "([\\[\\]=\"'#.,{}\n 0-9a-z_é-]|\\PC){0,12}",
    ) {
        for (role, text) in [("daemon", config::shipped_daemon()), ("account", config::shipped_account())] {
            let characters: Vec<char> = text.chars().collect();
            let start = place.min(characters.len());
            let end = (start + removed).min(characters.len());
            let edited: String = characters[..start]
                .iter()
                .copied()
                .chain(added.chars())
                .chain(characters[end..].iter().copied())
                .collect();
            if role == "daemon" {
                let _ = check_daemon(&edited);
            } else if let Ok(account) = check_account(&edited) {
                prop_assert!(limits_hold(&account));
            }
        }
    }

    #[test]
    fn no_schedule_makes_it_panic(pattern in "[0-9*/,#LW?+ MONonTueFb@-]{0,24}", free in "\\PC{0,30}") {
        let _ = config::cron(&pattern);
        let _ = config::cron(&free);
    }

    #[test]
    fn six_fields_of_any_kind_make_no_schedule_panic(
        fields in proptest::collection::vec("[0-9*/,#LW?+A-Z-]{1,6}", 6)
    ) {
        let _ = config::cron(&fields.join(" "));
    }

    #[test]
    fn an_accepted_account_keeps_its_promises_and_a_refused_one_breaks_one(
        cap in share_text(),
        floor in share_text(),
        own in proptest::collection::vec(
            (proptest::option::of(share_text()), proptest::option::of(share_text()), any::<bool>()),
            1..6,
        ),
        units in 1i128..100_000,
        unit in 1i128..2_000,
    ) {
        let inr = Currency::from_code("INR").expect("known");
        let money = |minor| Money::from_minor(minor).to_decimal(inr);
        let mut text = format!(
            "id = \"main\"\ncurrency = \"INR\"\ntime_zone = \"UTC\"\n\
             total_budget_weekly = \"{}\"\nrounding_unit = \"{}\"\n",
            money(units * unit), money(unit),
        );
        let mut channels = Vec::new();
        for (number, (cap, floor, paused)) in own.iter().enumerate() {
            text += &format!("[[channels]]\nname = \"{number}\"\npaused = {paused}\n");
            for (key, share) in [("spend_cap_share", cap), ("spend_floor_share", floor)] {
                if let Some(share) = share {
                    text += &format!("{key} = \"{share}\"\n");
                }
            }
            let parsed = |share: &Option<String>| share.as_deref().map(|text| Share::parse(text).expect("a share"));
            let name = ChannelName::new(&number.to_string()).expect("a name");
            channels.push(Channel {
                spend_cap_share: parsed(cap),
                spend_floor_share: parsed(floor),
                paused: *paused,
                ..Channel::named(name)
            });
        }
        text += &format!("[rules]\nspend_cap_share = \"{cap}\"\nspend_floor_share = \"{floor}\"\n");
        let mut built = Account::with_shipped_settings(
            AccountId::new("main").expect("an id"), inr, chrono_tz::UTC,
            Money::from_minor(units * unit), channels,
        );
        built.rounding_unit = Money::from_minor(unit);
        built.rules.spend_cap_share = Share::parse(&cap).expect("a share");
        built.rules.spend_floor_share = Share::parse(&floor).expect("a share");
        prop_assert_eq!(check_account(&text).is_ok(), limits_hold(&built));
    }

    #[test]
    fn the_cap_and_the_floor_that_a_hint_names_are_accepted(
        count in 1usize..40,
        units in 1i128..100_000,
        unit in 1i128..2_000,
    ) {
        let inr = Currency::from_code("INR").expect("known");
        let money = |minor| Money::from_minor(minor).to_decimal(inr);
        let channels: String =
            (0..count).map(|number| format!("[[channels]]\nname = \"{number}\"\n")).collect();
        let with = |cap: &str, floor: &str| {
            check_account(&format!(
                "id = \"main\"\ncurrency = \"INR\"\ntime_zone = \"UTC\"\n\
                 total_budget_weekly = \"{}\"\nrounding_unit = \"{}\"\n{channels}\
                 [rules]\nspend_cap_share = \"{cap}\"\nspend_floor_share = \"{floor}\"\n",
                money(units * unit), money(unit),
            ))
        };
        let named = |faults: Vec<ConfigFault>| -> String {
            let hint = faults[0].hint.clone().expect("a hint");
            hint.split('"').nth(1).expect("a share").to_owned()
        };
        let cap = named(with("0", "0").expect_err("caps of nothing"));
        prop_assert!(with(&cap, "0").is_ok(), "cap {}", cap);
        if count > 1 {
            let floor = named(with("1", "1").expect_err("floors of all"));
            prop_assert!(with("1", &floor).is_ok(), "floor {}", floor);
        }
    }
}
