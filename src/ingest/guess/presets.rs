//! The presets, until the configuration offers its own.

use crate::domain::Source;
use crate::domain::source::{
    Grain, Layout, Meaning, Meanings, Numbers, Outcome, Thousands, Totals,
};

/// All of them with their names, the plainest first.
pub(super) fn all() -> Vec<(&'static str, Source)> {
    vec![
        ("long", Source::long()),
        ("google_ads", google_ads()),
        ("google_ads_excel", Source { separator: b'\t', ..google_ads() }),
        ("meta_ads", meta_ads()),
        ("wide_weekly", wide(Grain::Week)),
        ("wide_monthly", wide(Grain::Month)),
        ("ecommerce_mmm", ecommerce()),
    ]
}

fn some(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn google_ads() -> Source {
    let mut source = Source::long();
    source.layout = Layout::Report;
    source.channel = Some("Google Ads".to_owned());
    source.numbers = Numbers { thousands: Thousands::Comma, ..Numbers::default() };
    source.columns.date = some(&["Day", "Tag", "Jour"]);
    source.columns.channel = Vec::new();
    source.columns.campaign = some(&["Campaign", "Kampagne", "Campagne"]);
    source.columns.currency = some(&["Currency code", "Währungscode", "Code de devise"]);
    source.columns.spend = some(&["Cost", "Kosten", "Coût"]);
    source.columns.impressions = some(&["Impr.", "Impressions"]);
    source.columns.clicks = some(&["Clicks", "Klicks", "Clics"]);
    source.columns.conversions = some(&["Conversions", "Conv."]);
    source.columns.revenue = some(&["Conv. value", "Conv.-Wert", "Valeur de conv."]);
    source.ignore_extra_columns = true;
    source.dashes = Meanings::all(Meaning::Zero);
    source.totals = Totals {
        labels: some(&["Total:", "Gesamt:"]),
        check: some(&["Total: Campaigns", "Gesamt: Kampagnen", "Total: campagnes"]),
        ..Totals::default()
    };
    source
}

fn meta_ads() -> Source {
    let mut source = Source::long();
    source.channel = Some("Meta Ads".to_owned());
    source.columns.date = some(&["Day"]);
    source.columns.channel = Vec::new();
    source.columns.campaign = some(&["Campaign name"]);
    source.columns.spend = some(&["Amount spent ({currency})"]);
    source.columns.clicks = some(&["Link clicks", "Clicks (all)"]);
    source.columns.conversions = some(&["Results", "Purchases"]);
    source.columns.revenue = some(&["Purchases conversion value"]);
    source.ignore_extra_columns = true;
    source.blank = Meanings::all(Meaning::Zero);
    source.totals = Totals { blank_campaign: true, ..Totals::default() };
    source
}

fn wide(grain: Grain) -> Source {
    let mut source = Source::long();
    source.layout = Layout::Wide;
    source.grain = grain;
    source.columns.date = some(&["date", "week", "month", "time", "date_week", "ds"]);
    source.columns.channel = Vec::new();
    source.columns.campaign = Vec::new();
    source.columns.spend = some(&["{channel}_spend", "{channel}_S"]);
    source.columns.impressions =
        some(&["{channel}_impression", "{channel}_impressions", "{channel}_I"]);
    source.columns.clicks = some(&["{channel}_clicks", "{channel}_clicks_P"]);
    source.columns.conversions = Vec::new();
    source.columns.revenue = Vec::new();
    source.columns.outcome = Some(Outcome::Column("revenue".to_owned()));
    source.ignore_extra_columns = true;
    source.numbers = Numbers { exponents: true, round: true, ..Numbers::default() };
    source
}

fn ecommerce() -> Source {
    let mut source = wide(Grain::Day);
    source.columns.date = some(&["DATE_DAY"]);
    source.columns.currency = some(&["CURRENCY_CODE"]);
    source.columns.spend = some(&["{channel}_SPEND"]);
    source.columns.impressions = some(&["{channel}_IMPRESSIONS"]);
    source.columns.clicks = some(&["{channel}_CLICKS"]);
    source.columns.keys = some(&["TERRITORY_NAME"]);
    source.columns.outcome = Some(Outcome::Difference(
        "ALL_PURCHASES_ORIGINAL_PRICE".to_owned(),
        "ALL_PURCHASES_GROSS_DISCOUNT".to_owned(),
    ));
    source.numbers = Numbers::default();
    source.blank = Meanings::all(Meaning::Zero);
    source.totals = Totals {
        marked: Some(("TERRITORY_NAME".to_owned(), "All Territories".to_owned())),
        ..Totals::default()
    };
    source
}
