//! How a format writes figures, and what separates them. What marks fit each other is for `rules`.

use super::draft::{Draft, top};
use crate::config::value::Item;
use crate::domain::source::{Numbers, Thousands, Unit};

/// The settings of figures; those that the table leaves out are as in `start`.
pub(super) fn read(draft: &Draft<'_>, start: &Numbers) -> Numbers {
    let flag = |name, start| draft.value(top(name), start, |item| item.flag());
    let unit = |name, start| draft.value(top(name), start, |item| item.choice(&UNITS));
    Numbers {
        decimal: draft.value(top("decimal"), start.decimal, |item| item.choice(&DECIMALS)),
        thousands: draft.value(top("thousands"), start.thousands, |item| item.choice(&THOUSANDS)),
        currency_marks: flag("currency_marks", start.currency_marks),
        exponents: flag("exponents", start.exponents),
        round: flag("round", start.round),
        spend_unit: unit("spend_unit", start.spend_unit),
        revenue_unit: unit("revenue_unit", start.revenue_unit),
    }
}

pub(super) const DECIMALS: [(&str, char); 2] = [(".", '.'), (",", ',')];

pub(super) const THOUSANDS: [(&str, Thousands); 5] = [
    ("none", Thousands::None),
    (",", Thousands::Comma),
    (".", Thousands::Point),
    ("space", Thousands::Space),
    ("'", Thousands::Apostrophe),
];

pub(super) const UNITS: [(&str, Unit); 3] =
    [("major", Unit::Major), ("minor", Unit::Minor), ("micros", Unit::Micros)];

/// The byte between fields.
pub(super) fn separator(item: &Item<'_>) -> Option<u8> {
    let byte = match item.text()? {
        "," => b',',
        ";" => b';',
        "|" => b'|',
        "\t" => b'\t',
        _ => {
            item.fault(
                "not a separator that is known here",
                r#"write ",", ";", "|", or "\t" for a tab"#,
            );
            return None;
        }
    };
    Some(byte)
}
