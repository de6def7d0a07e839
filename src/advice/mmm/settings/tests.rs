//! What each setting of an account becomes, and that nothing set is what was always fitted.

use super::*;
use crate::domain::ChannelName;
use crate::domain::model::{Country, Holidays};

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn channel(kind: Option<ChannelKind>, adstock: AdstockModel) -> ChannelModel {
    let saturation = SaturationModel::Hill { half_saturation: None, slope: None };
    let channel = ChannelName::new("Email").expect("a name");
    ChannelModel { channel, kind, adstock, saturation }
}

#[test]
fn an_account_without_settings_is_fitted_as_the_defaults_are() {
    let model = ModelSettings::default();
    let periods = [day("2025-01-06"), day("2025-01-13")];
    assert_eq!(fit_settings(&model, Grain::Week, &periods), FitSettings::default());
    assert_eq!(prepare_settings(&model), PrepareSettings::default());
    assert!(holidays_left_out(&model, Grain::Week, &periods).is_empty());
}

#[test]
fn each_setting_goes_where_it_belongs() {
    let model = ModelSettings {
        test: TestPeriods::From(day("2025-10-06")),
        outlier_ranges: None,
        empty_share_max: Share::from_millionths(750_000),
        trend: Some(false),
        season_waves: Some(3),
        weekdays: Some(true),
        holidays: Holidays {
            countries: [Country::UnitedStates].into(),
            days: [day("2025-02-14")].into(),
        },
        ..ModelSettings::default()
    };
    let fit = fit_settings(&model, Grain::Day, &[day("2025-01-01"), day("2025-12-31")]);
    assert_eq!(fit.split, Split::From(day("2025-10-06")));
    let regressors = fit.regressors;
    assert_eq!(
        (regressors.trend, regressors.season_waves, regressors.weekdays),
        (Some(false), Some(3), Some(true))
    );
    // Eleven of the country, two shopping days, one of its own.
    assert_eq!(regressors.holidays.len(), 14);
    let prepare = prepare_settings(&model);
    assert!(prepare.outlier_ranges.is_infinite());
    assert_eq!(prepare.empty_share_max.to_bits(), 0.75f64.to_bits());
}

#[test]
fn a_channel_whose_kind_alone_is_known_is_searched_around_it() {
    for (kind, decay) in [
        (ChannelKind::Brand, 0.7),
        (ChannelKind::Launch, 0.5),
        (ChannelKind::Lead, 0.4),
        (ChannelKind::Retargeting, 0.3),
    ] {
        let model = channel(Some(kind), AdstockModel::Geometric { decay: None });
        assert_eq!(shape(&model, Grain::Week), ChannelShape::around(decay));
    }
    let of_any_kind = channel(None, AdstockModel::Geometric { decay: None });
    assert_eq!(shape(&of_any_kind, Grain::Week), ChannelShape::around(0.25));
    assert_eq!(shape(&of_any_kind, Grain::Day), ChannelShape::around(0.5));
}

#[test]
fn a_decay_that_is_fixed_leaves_the_saturation_to_the_search() {
    let fixed = shape(
        &channel(Some(ChannelKind::Brand), AdstockModel::Geometric { decay: Some(0.6) }),
        Grain::Week,
    );
    assert_eq!(fixed.adstock, AdstockShape::Geometric { decay: Part::Fixed(0.6) });
    assert_eq!(fixed.saturation, ChannelShape::around(0.5).saturation);
}

#[test]
fn a_carryover_without_lags_has_what_is_usual_of_its_periods() {
    let lags = |adstock, grain| match shape(&channel(None, adstock), grain).adstock {
        AdstockShape::Delayed { lags, .. } | AdstockShape::WeibullCdf { lags, .. } => lags,
        other => panic!("{other:?}"),
    };
    let weibull = AdstockModel::WeibullCdf { shape: None, scale: None, lags: None };
    let usual = [Grain::Day, Grain::Week, Grain::Month].map(|grain| lags(weibull, grain));
    assert_eq!(usual, [42, 13, 6]);
    let late = AdstockModel::Delayed { decay: None, peak: Some(20.5), lags: None };
    assert_eq!(lags(late, Grain::Week), 22);
    let given = AdstockModel::Delayed { decay: None, peak: Some(2.0), lags: Some(4) };
    assert_eq!(lags(given, Grain::Day), 4);
}
