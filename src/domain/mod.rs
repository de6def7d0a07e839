//! The values that every stage speaks: money, share, calendar, account, channel, performance.
//! Nothing here knows a stage, a file or a clock.

pub mod account;
pub mod actions;
pub mod calendar;
pub mod channel;
pub mod currency;
pub mod decimal;
pub mod digest;
pub mod experiments;
pub mod limits;
pub mod model;
pub mod money;
pub mod nearest;
pub mod performance;
pub mod share;
pub mod source;
pub mod text;

pub use account::{
    AbsentDays, Account, AccountId, BlockerSettings, ChecksSettings, EvidenceWeights,
    FirstReference, GateSettings, RulesSettings, WeightKind,
};
pub use actions::{ActionSettings, Risk};
pub use calendar::{Day, Instant, Week};
pub use channel::{Channel, ChannelName};
pub use currency::{Currency, NumberFormat};
pub use digest::Digest;
pub use limits::Limits;
pub use model::ModelSettings;
pub use money::{Amount, Money};
pub use performance::{Conversions, DayFact, Figures, FineMoney, Measures, StatedRow, Subject};
pub use share::Share;
pub use source::{ChannelBy, Grain, Source};
