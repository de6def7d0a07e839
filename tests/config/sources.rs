//! `[[sources]]` from outside: presets, every key, what is written reads back, and the bounds of
//! its lists.

use std::collections::BTreeMap;
use std::path::Path;

use budgetd::config::{self, render_faults, source_toml};
use budgetd::domain::source::{
    CampaignRule, Columns, DatedBy, Encoding, Layout, Meaning, Meanings, Numbers, Outcome,
    RevenueSpread, Thousands, Totals, Unit,
};
use budgetd::domain::{Grain, Source};
use proptest::prelude::*;

use super::{THREE_CHANNELS, account_with, check_account};

/// The first source of an account that has `table` besides its channels.
fn read(table: &str) -> Source {
    read_with(THREE_CHANNELS, table)
}

fn read_with(channels: &str, table: &str) -> Source {
    let text = account_with(&format!("{channels}{table}"));
    let account = check_account(&text)
        .unwrap_or_else(|faults| panic!("{}\nof\n{table}", render_faults(&faults)));
    assert_eq!(account.sources.last(), Some(&Source::long()));
    account.sources[0].clone()
}

fn first_message(table: &str) -> String {
    let text = account_with(&format!("{THREE_CHANNELS}{table}"));
    check_account(&text).expect_err("a fault")[0].message.clone()
}

fn preset(name: &str) -> Source {
    config::preset(name).expect("it ships")
}

#[test]
fn every_preset_ships_under_its_name_and_the_long_one_is_the_long_format() {
    let names: Vec<&str> = config::presets().iter().map(|preset| preset.name).collect();
    let expected = [
        "long",
        "google_ads",
        "google_ads_excel",
        "meta_ads",
        "wide_weekly",
        "wide_monthly",
        "ecommerce_mmm",
    ];
    assert_eq!(names, expected);
    for shipped in config::presets() {
        assert_eq!(shipped.source.name, shipped.name);
        assert_eq!(config::preset(shipped.name).as_ref(), Some(&shipped.source));
    }
    assert_eq!(preset("long"), Source::long());
    assert_eq!(config::preset("Long"), None);
}

#[test]
fn the_file_of_a_preset_can_be_copied_into_an_account() {
    for shipped in config::presets() {
        let text = shipped.text.replacen("name = \"long\"", "name = \"long \\u0026 more\"", 1);
        let read = read(&text);
        assert_eq!(Source { name: shipped.name.to_owned(), ..read }, shipped.source);
    }
}

#[test]
fn a_table_with_a_preset_alone_is_the_preset() {
    for shipped in config::presets() {
        let table =
            format!("[[sources]]\nname = \"a\"\nfiles = \"b\"\npreset = \"{}\"\n", shipped.name);
        let expected =
            Source { name: "a".to_owned(), files: "b".to_owned(), ..shipped.source.clone() };
        assert_eq!(read(&table), expected);
        assert_eq!(source_toml(&expected, Some(shipped.name)), table);
    }
}

/// EXPECTED.md of the export formats says what each file needs.
#[test]
fn the_presets_of_platforms_say_what_their_exports_need() {
    let google = preset("google_ads");
    assert_eq!((google.layout, google.separator), (Layout::Report, b','));
    assert_eq!(google.numbers.thousands, Thousands::Comma);
    assert_eq!(google.channel.as_deref(), Some("Google Ads"));
    assert_eq!(google.columns.channel, [""; 0]);
    let zero = Meanings { spend: Meaning::Zero, revenue: Meaning::Zero, ..google.dashes };
    assert_eq!(google.dashes, zero);
    assert_eq!(google.dashes.clicks, Meaning::Refuse);
    assert_eq!(google.blank, Meanings::default());
    assert!(google.ignore_extra_columns);

    let excel = preset("google_ads_excel");
    assert_eq!((excel.encoding, excel.separator), (Encoding::Utf16, b'\t'));
    let same = Source {
        name: google.name.clone(),
        encoding: google.encoding,
        separator: google.separator,
        ..excel
    };
    assert_eq!(same, google);

    let meta = preset("meta_ads");
    assert_eq!(meta.columns.date, ["Day"]);
    assert_eq!(meta.columns.spend, ["Amount spent ({currency})"]);
    assert!(meta.totals.blank_campaign);
    assert_eq!((meta.blank.conversions, meta.blank.revenue), (Meaning::Zero, Meaning::Zero));
    assert_eq!(meta.blank.spend, Meaning::Refuse);

    let shop = preset("ecommerce_mmm");
    assert_eq!((shop.layout, shop.grain), (Layout::Wide, Grain::Day));
    let price = "ALL_PURCHASES_ORIGINAL_PRICE".to_owned();
    let discount = "ALL_PURCHASES_GROSS_DISCOUNT".to_owned();
    assert_eq!(shop.columns.outcome, Some(Outcome::Difference(price, discount)));
    assert_eq!(shop.columns.keys, ["ORGANISATION_ID", "TERRITORY_NAME"]);
    let marked = ("TERRITORY_NAME".to_owned(), "All Territories".to_owned());
    assert_eq!(shop.totals.marked, Some(marked));
    assert_eq!((shop.blank.spend, shop.blank.clicks), (Meaning::Zero, Meaning::Absent));

    let monthly = preset("wide_monthly");
    assert_eq!((monthly.grain, monthly.date_format.as_str()), (Grain::Month, "%Y-%m"));
    assert!(!monthly.spread_over_days && monthly.numbers.exponents && monthly.numbers.round);
    assert_eq!(preset("wide_weekly").grain, Grain::Week);
}

/// The columns that each preset knows in the header of a real export, and no other.
#[test]
#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
fn the_presets_name_the_columns_of_real_exports() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/export_formats");
    let files = [
        ("google_ads_inr.csv", "google_ads", 3, ',', 8),
        ("google_ads_de_eur.csv", "google_ads", 3, ';', 8),
        ("google_ads_fr_eur.csv", "google_ads", 3, ';', 8),
        ("meta_ads_inr.csv", "meta_ads", 1, ',', 7),
        // date, currency, two keys, two columns of the outcome, ten controls, 27 measures
        ("ecommerce_wide_50.csv", "ecommerce_mmm", 1, ',', 1 + 1 + 2 + 2 + 10 + 27),
    ];
    for (file, name, line, separator, count) in files {
        let Ok(text) = std::fs::read_to_string(folder.join(file)) else {
            println!("skipped: the_presets_name_the_columns_of_real_exports: no {file}");
            continue;
        };
        let header = text.lines().nth(line - 1).expect("a header").trim_start_matches('\u{FEFF}');
        let columns = preset(name).columns;
        let known = header
            .split(separator)
            .map(|name| name.trim_matches('"'))
            .filter(|name| all_names(&columns).iter().any(|pattern| fits(pattern, name)))
            .count();
        assert_eq!(known, count, "{file}");
    }
}

fn all_names(columns: &Columns) -> Vec<String> {
    let mut names = Vec::new();
    for list in [
        &columns.date,
        &columns.channel,
        &columns.campaign,
        &columns.currency,
        &columns.spend,
        &columns.impressions,
        &columns.clicks,
        &columns.conversions,
        &columns.revenue,
        &columns.keys,
        &columns.controls,
    ] {
        names.extend(list.iter().cloned());
    }
    match &columns.outcome {
        Some(Outcome::Column(one)) => names.push(one.clone()),
        Some(Outcome::Difference(one, other) | Outcome::Product(one, other)) => {
            names.extend([one.clone(), other.clone()]);
        }
        None => {}
    }
    names
}

fn fits(pattern: &str, name: &str) -> bool {
    let pattern = pattern.replace("{currency}", "INR");
    match pattern.strip_prefix("{channel}") {
        Some(end) => name.ends_with(end),
        None => pattern == name,
    }
}

#[test]
fn every_key_of_a_source_is_read() {
    let table = r#"[[sources]]
name = "everything"
files = "all_*.csv"
preset = "long"
layout = "report"
grain = "month"
dated_by = "last"
spread = "even"
encoding = "latin-1"
separator = "|"
decimal = ","
thousands = "'"
currency_marks = true
exponents = true
round = true
spend_unit = "micros"
revenue_unit = "minor"
date_format = "%d/%m/%Y"
extra_columns = "ignore"
channel = "email"
only = { region = "north", "sales area" = "1" }
key_columns = ["ad", "country"]
negative_revenue = "accept"
conversions_above_clicks = "refuse"
[sources.columns]
date = ["Day", "Tag"]
campaign = "Campaign"
currency = "Currency"
spend = ["Cost ({currency})", "Cost"]
impressions = false
clicks = "Clicks"
conversions = "Sales"
revenue = "Value"
[sources.blank]
spend = "zero"
impressions = "zero"
clicks = "refuse"
conversions = "zero"
revenue = "absent"
[sources.dashes]
spend = "absent"
impressions = "zero"
clicks = "zero"
conversions = "absent"
revenue = "zero"
[sources.totals]
labels = ["Total"]
check = ["Total: all"]
campaigns = ["Total: Health", ""]
blank_campaign = true
marked = { column = "level", text = "sum" }
unit = "major"
[[sources.campaigns]]
pattern = "*brand*"
channel = "Google Ads"
[[sources.campaigns]]
pattern = "??"
channel = "META ADS"
"#;
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let text = str::to_owned;
    let rule = |pattern, channel| CampaignRule { pattern: text(pattern), channel: text(channel) };
    let expected = Source {
        name: text("everything"),
        files: text("all_*.csv"),
        layout: Layout::Report,
        grain: Grain::Month,
        dated_by: DatedBy::Last,
        spread_over_days: true,
        encoding: Encoding::Latin1,
        separator: b'|',
        numbers: Numbers {
            decimal: ',',
            thousands: Thousands::Apostrophe,
            currency_marks: true,
            exponents: true,
            round: true,
            spend_unit: Unit::Micros,
            revenue_unit: Unit::Minor,
        },
        date_format: text("%d/%m/%Y"),
        columns: Columns {
            date: texts(&["Day", "Tag"]),
            channel: texts(&[]),
            campaign: texts(&["Campaign"]),
            currency: texts(&["Currency"]),
            spend: texts(&["Cost ({currency})", "Cost"]),
            impressions: texts(&[]),
            clicks: texts(&["Clicks"]),
            conversions: texts(&["Sales"]),
            revenue: texts(&["Value"]),
            keys: texts(&["ad", "country"]),
            outcome: None,
            controls: texts(&[]),
        },
        blank: Meanings {
            spend: Meaning::Zero,
            impressions: Meaning::Zero,
            clicks: Meaning::Refuse,
            conversions: Meaning::Zero,
            revenue: Meaning::Absent,
        },
        dashes: Meanings {
            spend: Meaning::Absent,
            impressions: Meaning::Zero,
            clicks: Meaning::Zero,
            conversions: Meaning::Absent,
            revenue: Meaning::Zero,
        },
        ignore_extra_columns: true,
        channel: Some(text("email")),
        campaigns: vec![rule("*brand*", "Google Ads"), rule("??", "META ADS")],
        only: BTreeMap::from([(text("region"), text("north")), (text("sales area"), text("1"))]),
        totals: Totals {
            labels: texts(&["Total"]),
            check: texts(&["Total: all"]),
            campaigns: texts(&["Total: Health", ""]),
            blank_campaign: true,
            marked: Some((text("level"), text("sum"))),
            unit: Some(Unit::Major),
        },
        revenue_spread: RevenueSpread::None,
        allow_negative_revenue: true,
        refuse_conversions_above_clicks: true,
    };
    assert_eq!(read(table), expected);
    assert_eq!(read(&source_toml(&expected, None)), expected);
}

#[test]
fn another_way_to_the_channel_replaces_the_preset_s() {
    let top = "[[sources]]\nname = \"a\"\nfiles = \"b\"\n";
    let fixed = read(&format!("{top}channel = \"Email\"\n"));
    assert_eq!((fixed.channel.as_deref(), fixed.columns.channel.len()), (Some("Email"), 0));
    let by_campaign =
        read(&format!("{top}[[sources.campaigns]]\npattern = \"*\"\nchannel = \"Email\"\n"));
    assert_eq!((by_campaign.channel, by_campaign.columns.channel.len()), (None, 0));
    let column =
        read(&format!("{top}preset = \"google_ads\"\n[sources.columns]\nchannel = \"Network\"\n"));
    assert_eq!(column.channel, None);
    assert_eq!(column.columns.channel, ["Network"]);
}

#[test]
fn another_layout_starts_from_its_own_columns() {
    let top = "[[sources]]\nname = \"a\"\nfiles = \"b\"\n";
    let wide =
        read(&format!("{top}layout = \"wide\"\n[sources.columns]\nspend = \"{{channel}} cost\"\n"));
    assert_eq!(wide.columns.date, ["date"]);
    assert_eq!(wide.columns.spend, ["{channel} cost"]);
    assert!(wide.columns.clicks.is_empty() && wide.columns.channel.is_empty());
    let long = read(&format!("{top}preset = \"wide_weekly\"\nlayout = \"long\"\n"));
    assert_eq!(long.columns, Columns::default());
    assert_eq!(long.grain, Grain::Week);
}

#[test]
fn lists_are_taken_up_to_their_bounds_and_no_further() {
    let top = "[[sources]]\nname = \"a\"\nfiles = \"b\"\n";
    let campaigns = |count: usize| -> String {
        let rule = |n| format!("[[sources.campaigns]]\npattern = \"{n}*\"\nchannel = \"Email\"\n");
        format!("{top}{}", (0..count).map(rule).collect::<String>())
    };
    assert_eq!(read(&campaigns(1_000)).campaigns.len(), 1_000);
    assert_eq!(first_message(&campaigns(1_001)), "1001 patterns are more than 1000");
    let controls = |count: usize| -> String {
        let names: Vec<String> = (0..count).map(|n| format!("\"c{n}\"")).collect();
        let names = names.join(", ");
        format!("{top}preset = \"wide_weekly\"\n[sources.columns]\ncontrols = [{names}]\n")
    };
    assert_eq!(read(&controls(256)).columns.controls.len(), 256);
    assert_eq!(first_message(&controls(257)), "257 controls are more than 256");
    let long = "x".repeat(201);
    let message = first_message(&format!("{top}[sources.columns]\nspend = \"{long}\"\n"));
    assert_eq!(message, "longer than 200 characters");
}

#[test]
fn the_examples_of_the_documentation_are_right() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md");
    let text = std::fs::read_to_string(path).expect("it ships");
    let blocks = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let channels = ["Google Ads", "Google Brand", "Meta Ads", "LinkedIn Ads"]
        .map(|name| format!("[[channels]]\nname = \"{name}\"\n"))
        .concat();
    let mut count = 0;
    for block in blocks.filter(|block| block.starts_with("[[sources]]")) {
        let account = check_account(&account_with(&format!("{channels}{block}")));
        let account = account.unwrap_or_else(|faults| panic!("{}", render_faults(&faults)));
        let source = &account.sources[0];
        assert_eq!(&read_with(&channels, &source_toml(source, None)), source);
        count += 1;
    }
    assert_eq!(count, 9);
}

/// Chooses by bytes, so that a shrunk case is a simple source.
struct Choices {
    bytes: Vec<u8>,
    at: usize,
    names: usize,
}

impl Choices {
    fn byte(&mut self) -> usize {
        let byte = self.bytes[self.at % self.bytes.len()];
        self.at += 1;
        usize::from(byte)
    }

    fn flag(&mut self) -> bool {
        self.byte() % 2 == 1
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.byte() % choices.len()].clone()
    }

    /// A name that no other one is, with what a file may have to escape in it.
    fn name(&mut self) -> String {
        let odd = self.of(&[
            "", " - ", " * ", "\"", "\\", "#", "é", "'", " = ", "[x]", "{x}", ", ", "\u{202F}",
        ]);
        self.names += 1;
        format!("n{}{odd}n", self.names)
    }

    fn names(&mut self, least: usize) -> Vec<String> {
        let count = least + self.byte() % 3;
        (0..count).map(|_| self.name()).collect()
    }

    fn meanings(&mut self) -> Meanings {
        let mut one = || self.of(&[Meaning::Refuse, Meaning::Zero, Meaning::Absent]);
        Meanings {
            spend: one(),
            impressions: one(),
            clicks: one(),
            conversions: one(),
            revenue: one(),
        }
    }

    fn columns(&mut self, layout: Layout) -> Columns {
        let is_wide = layout == Layout::Wide;
        let mut columns = Columns {
            date: self.names(1),
            channel: Vec::new(),
            campaign: Vec::new(),
            currency: self.names(0),
            spend: self.measure(is_wide, 1),
            impressions: self.measure(is_wide, 0),
            clicks: self.measure(is_wide, 0),
            conversions: self.measure(is_wide, 0),
            revenue: self.measure(is_wide, 1),
            keys: self.names(0),
            outcome: None,
            controls: Vec::new(),
        };
        if is_wide {
            columns.controls = self.names(0);
            let (one, other) = (self.name(), self.name());
            columns.outcome = self.of(&[
                None,
                Some(Outcome::Column(one.clone())),
                Some(Outcome::Difference(one.clone(), other.clone())),
                Some(Outcome::Product(one, other)),
            ]);
            if self.flag() {
                columns.impressions = vec!["google ads".to_owned(), "EMAIL".to_owned()];
            }
        }
        columns
    }

    fn measure(&mut self, is_wide: bool, least: usize) -> Vec<String> {
        let mark = if is_wide { "{channel}" } else { "" };
        self.names(least).into_iter().map(|name| format!("{mark}{name}")).collect()
    }

    fn source(&mut self) -> Source {
        let layout = self.of(&[Layout::Long, Layout::Wide, Layout::Report]);
        let grain = self.of(&[Grain::Day, Grain::Week, Grain::Month]);
        let is_month = grain == Grain::Month;
        let without_day = is_month && self.flag();
        let mut source = Source {
            name: self.name(),
            files: format!("{}*", self.name().replace('\\', "")),
            layout,
            grain,
            dated_by: DatedBy::First,
            spread_over_days: is_month && self.flag(),
            encoding: self.of(&[
                Encoding::Utf8,
                Encoding::Utf16,
                Encoding::Windows1252,
                Encoding::Latin1,
            ]),
            separator: self.of(b",;|\t"),
            numbers: self.numbers(),
            date_format: self.of(&["%Y-%m-%d", "%d.%m.%Y", "%-m/%-d/%y"]).to_owned(),
            columns: self.columns(layout),
            blank: self.meanings(),
            dashes: self.meanings(),
            ignore_extra_columns: self.flag(),
            channel: None,
            campaigns: Vec::new(),
            only: self.names(0).into_iter().map(|name| (name, self.name())).collect(),
            totals: self.totals(),
            revenue_spread: RevenueSpread::None,
            allow_negative_revenue: self.flag(),
            refuse_conversions_above_clicks: self.flag(),
        };
        if without_day {
            source.date_format = self.of(&["%Y-%m", "%b %Y"]).to_owned();
        } else if grain != Grain::Day && self.flag() {
            source.dated_by = DatedBy::Last;
        }
        if layout == Layout::Wide {
            if source.columns.outcome.is_some() {
                source.revenue_spread = self.of(&[RevenueSpread::None, RevenueSpread::Spend]);
            }
        } else {
            self.ways_to_the_channel(&mut source);
        }
        source
    }

    fn numbers(&mut self) -> Numbers {
        let units = [Unit::Major, Unit::Minor, Unit::Micros];
        let (decimal, thousands) = self.of(&[
            ('.', Thousands::None),
            ('.', Thousands::Comma),
            ('.', Thousands::Apostrophe),
            (',', Thousands::Point),
            (',', Thousands::Space),
            (',', Thousands::None),
        ]);
        Numbers {
            decimal,
            thousands,
            currency_marks: self.flag(),
            exponents: self.flag(),
            round: self.flag(),
            spend_unit: self.of(&units),
            revenue_unit: self.of(&units),
        }
    }

    fn totals(&mut self) -> Totals {
        let labels = self.names(0);
        let check = if self.flag() {
            labels.iter().map(|label| format!("{label}: all")).collect()
        } else {
            Vec::new()
        };
        let marked = (self.name(), self.name());
        let units = [Unit::Major, Unit::Minor, Unit::Micros].map(Some);
        Totals {
            labels,
            check,
            campaigns: if self.flag() { self.names(0) } else { Vec::new() },
            blank_campaign: false,
            marked: self.flag().then_some(marked),
            unit: self.of(&[None, units[0], units[1], units[2]]),
        }
    }

    fn ways_to_the_channel(&mut self, source: &mut Source) {
        let way = self.byte() % 4;
        let needs_campaigns = way >= 2;
        source.columns.campaign = self.names(usize::from(needs_campaigns));
        source.totals.blank_campaign = !source.columns.campaign.is_empty() && self.flag();
        if way == 0 {
            source.columns.channel = self.names(1);
        }
        if way == 1 || way == 2 {
            source.channel = Some(self.of(&["Google Ads", "meta ads", "Email"]).to_owned());
        }
        if needs_campaigns {
            let rule = |pattern| CampaignRule { pattern, channel: "Email".to_owned() };
            source.campaigns = self.names(1).into_iter().map(rule).collect();
        }
    }
}

proptest! {
    #[test]
    fn a_source_reads_as_it_was_written(bytes in proptest::collection::vec(any::<u8>(), 150)) {
        let source = Choices { bytes, at: 0, names: 0 }.source();
        let presets = config::presets().iter().map(|preset| Some(preset.name));
        for preset in presets.chain([None, Some("no such preset")]) {
            let table = source_toml(&source, preset);
            prop_assert_eq!(&read(&table), &source, "{:?}:\n{}", preset, table);
        }
    }

    #[test]
    fn no_edit_of_a_preset_makes_it_panic(
        which in 0usize..7,
        place in 0usize..1200,
        removed in 0usize..40,
        added in "([\\[\\]=\"'#.,{}\n 0-9a-z_é-]|\\PC){0,12}",
    ) {
        let text: Vec<char> = config::presets()[which].text.chars().collect();
        let start = place.min(text.len());
        let end = (start + removed).min(text.len());
        let edited: String =
            text[..start].iter().copied().chain(added.chars()).chain(text[end..].iter().copied()).collect();
        let _ = check_account(&account_with(&format!("{THREE_CHANNELS}{edited}")));
    }
}
