//! A source → the columns that a header of it must or may have, each with all its names.

use super::Measure;
use super::names::Name;
use crate::domain::Source;
use crate::domain::source::{Layout, Outcome};

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Date,
    Channel,
    Campaign,
    Currency,
    Figure(Measure),
    /// One of the further parts of a row's key.
    Key,
    /// The condition at this place in the source.
    Only(usize),
    Marked,
    /// The first or the second column of the outcome.
    Outcome(usize),
    /// The control at this place in the source.
    Control(usize),
}

impl Role {
    /// Whether a header shows by this column that it is one of the source.
    pub(super) const fn is_telling(self) -> bool {
        matches!(self, Self::Date | Self::Channel | Self::Figure(_))
    }
}

/// A column that a header may have.
#[derive(Debug, Clone)]
pub(super) struct Expected<'a> {
    pub role: Role,
    /// What the source calls it first.
    pub title: &'a str,
    pub names: Vec<Name>,
    pub is_required: bool,
}

/// All columns with names of their own; those of the channels in a wide layout have none.
pub(super) fn of(source: &Source) -> Vec<Expected<'_>> {
    let columns = &source.columns;
    let mut list = Vec::new();
    let mut add = |role, names, is_required| list.extend(expected(role, names, is_required));
    add(Role::Date, &columns.date, true);
    if source.layout != Layout::Wide {
        add(Role::Channel, &columns.channel, channel_is_required(source));
        for measure in Measure::ALL {
            let may_lack = measure.is_count() && source.layout == Layout::Report;
            add(Role::Figure(measure), measure.names(columns), !may_lack);
        }
    }
    add(Role::Campaign, &columns.campaign, campaign_is_required(source));
    // Exports name the currency where somebody chose the column.
    add(Role::Currency, &columns.currency, source.layout != Layout::Report);
    let single = std::slice::from_ref;
    for key in &columns.keys {
        add(Role::Key, single(key), true);
    }
    for (at, column) in source.only.keys().enumerate() {
        add(Role::Only(at), single(column), true);
    }
    if let Some((column, _)) = &source.totals.marked {
        add(Role::Marked, single(column), true);
    }
    if source.layout == Layout::Wide {
        for (at, column) in outcome(source).into_iter().enumerate() {
            add(Role::Outcome(at), single(column), true);
        }
        for (at, column) in columns.controls.iter().enumerate() {
            add(Role::Control(at), single(column), true);
        }
    }
    list
}

fn expected(role: Role, names: &[String], is_required: bool) -> Option<Expected<'_>> {
    let title = names.first()?;
    Some(Expected {
        role,
        title,
        names: names.iter().map(|it| Name::new(it)).collect(),
        is_required,
    })
}

/// A source without any other word on channels needs the column.
fn channel_is_required(source: &Source) -> bool {
    source.channel.is_none() && source.campaigns.is_empty()
}

fn campaign_is_required(source: &Source) -> bool {
    let decides = !source.campaigns.is_empty()
        && source.channel.is_none()
        && source.columns.channel.is_empty()
        && source.layout != Layout::Wide;
    decides || source.totals.blank_campaign
}

fn outcome(source: &Source) -> Vec<&String> {
    match &source.columns.outcome {
        None => Vec::new(),
        Some(Outcome::Column(one)) => vec![one],
        Some(Outcome::Difference(one, other) | Outcome::Product(one, other)) => vec![one, other],
    }
}
