//! The formats of the sample exports, put together by hand as a `[[sources]]` table would say it.

use budgetd::domain::Source;
use budgetd::domain::source::{
    Columns, Encoding, Layout, Meaning, Meanings, Numbers, Outcome, Thousands, Totals, Unit,
};

pub fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn one(name: &str) -> Vec<String> {
    names(&[name])
}

/// A report of Google Ads in English.
pub fn google_ads() -> Source {
    Source {
        name: "google".to_owned(),
        layout: Layout::Report,
        channel: Some("Google Ads".to_owned()),
        ignore_extra_columns: true,
        numbers: Numbers { thousands: Thousands::Comma, ..Numbers::default() },
        dashes: Meanings::all(Meaning::Zero),
        columns: google_columns(
            ["Day", "Campaign", "Currency code", "Cost", "Impr.", "Clicks", "Conversions"],
            "Conv. value",
        ),
        totals: Totals {
            labels: one("Total:"),
            check: one("Total: Campaigns"),
            ..Totals::default()
        },
        ..Source::long()
    }
}

fn google_columns(of: [&str; 7], value: &str) -> Columns {
    let [date, campaign, currency, spend, impressions, clicks, conversions] = of.map(one);
    Columns {
        date,
        channel: Vec::new(),
        campaign,
        currency,
        spend,
        impressions,
        clicks,
        conversions,
        revenue: one(value),
        ..Columns::default()
    }
}

/// The same as the program saves it for Excel.
pub fn google_ads_excel() -> Source {
    Source { encoding: Encoding::Utf16, separator: b'\t', ..google_ads() }
}

/// The same in German.
pub fn google_ads_german() -> Source {
    Source {
        separator: b';',
        date_format: "%d.%m.%Y".to_owned(),
        numbers: Numbers { decimal: ',', thousands: Thousands::Point, ..Numbers::default() },
        columns: google_columns(
            ["Tag", "Kampagne", "Währungscode", "Kosten", "Impr.", "Klicks", "Conversions"],
            "Conv.-Wert",
        ),
        totals: Totals {
            labels: one("Gesamt:"),
            check: one("Gesamt: Kampagnen"),
            ..Totals::default()
        },
        ..google_ads()
    }
}

/// The same in French.
pub fn google_ads_french() -> Source {
    Source {
        separator: b';',
        date_format: "%d/%m/%Y".to_owned(),
        numbers: Numbers { decimal: ',', thousands: Thousands::Space, ..Numbers::default() },
        columns: google_columns(
            ["Jour", "Campagne", "Code de devise", "Coût", "Impr.", "Clics", "Conversions"],
            "Valeur de conv.",
        ),
        totals: Totals {
            labels: one("Total:"),
            check: one("Total: campagnes"),
            ..Totals::default()
        },
        ..google_ads()
    }
}

/// Rows of the Google Ads API.
pub fn google_ads_micros() -> Source {
    Source {
        name: "google_api".to_owned(),
        numbers: Numbers {
            spend_unit: Unit::Micros,
            exponents: true,
            round: true,
            ..Numbers::default()
        },
        columns: google_columns(
            [
                "day",
                "campaign",
                "currency_code",
                "cost_micros",
                "impressions",
                "clicks",
                "conversions",
            ],
            "conversions_value",
        ),
        totals: Totals {
            labels: one("Total"),
            check: one("Total"),
            unit: Some(Unit::Major),
            ..Totals::default()
        },
        ..google_ads()
    }
}

/// A report of Meta Ads Manager by day.
pub fn meta_ads() -> Source {
    Source {
        name: "meta".to_owned(),
        layout: Layout::Report,
        channel: Some("Meta Ads".to_owned()),
        ignore_extra_columns: true,
        blank: Meanings::all(Meaning::Zero),
        columns: Columns {
            date: one("Day"),
            channel: Vec::new(),
            campaign: names(&["Campaign name", "Ad set name"]),
            spend: one("Amount spent ({currency})"),
            impressions: one("Impressions"),
            clicks: names(&["Link clicks", "Clicks (all)"]),
            conversions: one("Results"),
            revenue: one("Purchases conversion value"),
            ..Columns::default()
        },
        totals: Totals { blank_campaign: true, ..Totals::default() },
        ..Source::long()
    }
}

/// A report of LinkedIn Campaign Manager.
pub fn linkedin() -> Source {
    Source {
        name: "linkedin".to_owned(),
        layout: Layout::Report,
        channel: Some("LinkedIn Ads".to_owned()),
        ignore_extra_columns: true,
        date_format: "%-m/%-d/%Y".to_owned(),
        columns: Columns {
            date: one("Start Date (in UTC)"),
            channel: Vec::new(),
            campaign: one("Campaign Name"),
            currency: one("Currency"),
            spend: one("Total Spent"),
            impressions: one("Impressions"),
            clicks: one("Clicks"),
            conversions: one("Conversions"),
            revenue: one("Total Conversion Value"),
            ..Columns::default()
        },
        ..Source::long()
    }
}

/// The long format with marks of the account's currency and groups of digits.
pub fn long_with_marks() -> Source {
    let numbers =
        Numbers { currency_marks: true, thousands: Thousands::Comma, ..Numbers::default() };
    Source { numbers, ..Source::long() }
}

/// The 50-column e-commerce layout, before it is filtered.
pub fn ecommerce() -> Source {
    Source {
        name: "shop".to_owned(),
        layout: Layout::Wide,
        ignore_extra_columns: true,
        blank: Meanings::all(Meaning::Zero),
        columns: Columns {
            date: one("DATE_DAY"),
            channel: Vec::new(),
            campaign: Vec::new(),
            currency: one("CURRENCY_CODE"),
            spend: one("{channel}_SPEND"),
            impressions: one("{channel}_IMPRESSIONS"),
            clicks: one("{channel}_CLICKS"),
            conversions: Vec::new(),
            revenue: Vec::new(),
            keys: names(&["ORGANISATION_ID", "TERRITORY_NAME"]),
            outcome: Some(Outcome::Difference(
                "ALL_PURCHASES_ORIGINAL_PRICE".to_owned(),
                "ALL_PURCHASES_GROSS_DISCOUNT".to_owned(),
            )),
            controls: names(&[
                "DIRECT_CLICKS",
                "BRANDED_SEARCH_CLICKS",
                "ORGANIC_SEARCH_CLICKS",
                "EMAIL_CLICKS",
                "REFERRAL_CLICKS",
                "ALL_OTHER_CLICKS",
            ]),
        },
        totals: Totals {
            marked: Some(("TERRITORY_NAME".to_owned(), "All Territories".to_owned())),
            ..Totals::default()
        },
        ..Source::long()
    }
}

/// The long format with the further columns of `finer_grain.csv` in the key.
pub fn finer_grain() -> Source {
    let columns = Columns { keys: names(&["ad", "country"]), ..Columns::default() };
    Source { columns, ..Source::long() }
}
