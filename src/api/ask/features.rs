//! An object of named numbers, read so that nothing of it is lost: a name that stands twice and a value that
//! is no number are told by their names.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::super::problem::Wrong;
use crate::domain::nearest::nearest;
use crate::domain::text::escape;

/// Names and values in their order, as they were written.
pub(in crate::api) struct Features(pub Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Features {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Features;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object of named numbers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Features, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry::<String, Value>()? {
                    pairs.push(pair);
                }
                Ok(Features(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

impl Features {
    /// One number for each of `names`, in their order.
    ///
    /// # Errors
    /// Every name that is unknown, missing or stands twice, and every value that is no number.
    pub fn values(&self, names: &[String], index: Option<usize>) -> Result<Vec<f64>, Vec<Wrong>> {
        let mut values = vec![None; names.len()];
        let mut wrongs = Vec::new();
        let mut tell = |feature: &str, message: String| {
            wrongs.push(Wrong { index, feature: escape(feature), message });
        };
        let mut hint = 0;
        for (name, value) in &self.0 {
            // Names mostly come in the model's own order.
            let at = if names.get(hint).is_some_and(|known| known == name) {
                Some(hint)
            } else {
                names.iter().position(|known| known == name)
            };
            let Some(at) = at else {
                tell(name, unknown(name, names));
                continue;
            };
            hint = at + 1;
            match value.as_f64().filter(|number| number.is_finite()) {
                Some(_) if values[at].is_some() => tell(name, "it stands twice".to_owned()),
                Some(number) => values[at] = Some(number),
                None => {
                    // It is there, and one message about it is enough.
                    values[at] = Some(f64::NAN);
                    tell(name, format!("it must be a number, not {}", kind(value)));
                }
            }
        }
        for (name, value) in names.iter().zip(&values) {
            if value.is_none() {
                tell(name, "it is missing; a missing value is never 0".to_owned());
            }
        }
        if wrongs.is_empty() { Ok(values.into_iter().flatten().collect()) } else { Err(wrongs) }
    }
}

/// What to say of a name that the model doesn't have.
pub(in crate::api) fn unknown(name: &str, names: &[String]) -> String {
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("the model has no such feature; did you mean \"{near}\"?"),
        None => format!("the model has no such feature; it has {}", names.join(", ")),
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "one without end",
        Value::String(_) => "text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<f64>, Vec<(String, String)>> {
        let names = ["Email", "Google Ads"].map(str::to_owned);
        let features: Features = serde_json::from_str(text).expect("an object");
        let told = |it: Wrong| (it.feature, it.message);
        features.values(&names, None).map_err(|wrongs| wrongs.into_iter().map(told).collect())
    }

    #[test]
    fn values_come_in_the_models_order() {
        assert_eq!(read(r#"{"Google Ads": 2, "Email": 1.5}"#), Ok(vec![1.5, 2.0]));
    }

    #[test]
    fn everything_wrong_is_told_by_its_name() {
        let wrongs = read(r#"{"Gogle Ads": 2, "Email": "12"}"#).expect_err("wrong");
        let named: Vec<&str> = wrongs.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(named, ["Gogle Ads", "Email", "Google Ads"]);
        assert!(wrongs[0].1.contains("did you mean \"Google Ads\"?"));
        assert!(wrongs[1].1.contains("not text"));
        assert!(wrongs[2].1.contains("missing"));
        let twice = read(r#"{"Email": 1, "Email": 2, "Google Ads": 3}"#).expect_err("wrong");
        assert_eq!(twice, [("Email".to_owned(), "it stands twice".to_owned())]);
        assert!(read(r#"{"Email": null, "Google Ads": true}"#).is_err());
    }
}
