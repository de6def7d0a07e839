//! Why curves of another tool can't be planned on: what, where, and what to do. Text of the file that
//! stands in a message is escaped and shortened.

/// One thing that is wrong with a file of curves.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ImportError {
    /// There is no channel in it.
    #[error("the file holds no curve")]
    Empty,
    /// It is no table, or no JSON.
    #[error("line {line}: the file can't be read as {what}: {why}")]
    Malformed {
        /// The line.
        line: u64,
        /// "CSV" or "JSON".
        what: &'static str,
        /// What the reader said.
        why: String,
    },
    /// Its columns are those of no known export.
    #[error("no known format of response curves: the columns are {columns}")]
    UnknownFormat {
        /// The columns seen.
        columns: String,
    },
    /// JSON, but not of Robyn.
    #[error("the file is JSON without \"{missing}\", so it is no exported Robyn model")]
    NotRobyn {
        /// The part that a Robyn model has.
        missing: &'static str,
    },
    /// An export of Robyn lacks a figure.
    #[error("the Robyn model lacks {figure}")]
    Lacks {
        /// Which.
        figure: String,
    },
    /// A figure of Robyn that can't be.
    #[error("the Robyn model has {figure} = {value}: {why}")]
    Figure {
        /// Which.
        figure: String,
        /// As it stands there.
        value: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A channel that was modelled on something else than spend.
    #[error(
        "channel \"{channel}\" was modelled on {exposure}, and the file doesn't say what {exposure} \
         a spend buys"
    )]
    Exposure {
        /// The column of spend.
        channel: String,
        /// The column that was modelled.
        exposure: String,
    },
    /// A cell that is no figure.
    #[error("line {line}, column {column}: \"{value}\" {why}")]
    Cell {
        /// The line.
        line: u64,
        /// The column.
        column: String,
        /// As it stands there.
        value: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Spends that do not grow.
    #[error(
        "channel \"{channel}\", line {line}: spend {spend} does not come after {before}; points \
         stand in the order of spend, each once"
    )]
    Order {
        /// The channel.
        channel: String,
        /// The line of the point.
        line: u64,
        /// Its spend.
        spend: f64,
        /// That of the point before.
        before: f64,
    },
    /// More spend would bring less.
    #[error(
        "channel \"{channel}\", line {line}: the curve falls from {before} to {after} as spend grows"
    )]
    Falls {
        /// The channel.
        channel: String,
        /// The line of the point.
        line: u64,
        /// What the point before brings.
        before: f64,
        /// What it brings.
        after: f64,
    },
    /// Too few points for a curve.
    #[error("channel \"{channel}\", line {line}: {points} points make no curve; at least 3 do")]
    Few {
        /// The channel.
        channel: String,
        /// The line of its first point.
        line: u64,
        /// How many there are.
        points: usize,
    },
    /// More than is looked at.
    #[error("there are more than {most} {what}")]
    TooMany {
        /// Of what.
        what: String,
        /// The most.
        most: usize,
    },
    /// Two names that differ in case alone.
    #[error("the channels \"{one}\" and \"{other}\" differ in case alone")]
    Alike {
        /// One name.
        one: String,
        /// The other.
        other: String,
    },
    /// A channel of the command line that the file doesn't have.
    #[error("the file has no channel \"{channel}\"; it has {known}")]
    UnknownChannel {
        /// As it was written.
        channel: String,
        /// What may be meant.
        near: Option<String>,
        /// Those that there are.
        known: String,
    },
    /// Spends in a unit that the file doesn't tell.
    #[error(
        "the x of a PyMC-Marketing curve is spend divided by the model's channel scale, and the \
         file doesn't tell the scale of {channels}"
    )]
    NoScale {
        /// The channels.
        channels: String,
    },
    /// A scale where spends are amounts.
    #[error("--scale is for curves of PyMC-Marketing; the spends of {tool} are amounts already")]
    NeedlessScale {
        /// The tool.
        tool: &'static str,
    },
}

impl ImportError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty | Self::Few { .. } => {
                "export the whole curve, from no spend to beyond the \
                 most that may be planned"
                    .to_owned()
            }
            Self::Malformed { .. } => {
                "export it again, and don't open it in a spreadsheet between".to_owned()
            }
            Self::UnknownFormat { .. } => {
                "known are: RobynModel-*.json; Meridian (channel, metric, \
                 spend, incremental_outcome); PyMC-Marketing (channel, x, mean); budgetd's own \
                 response_curves.csv; any other tool as channel,spend,revenue"
                    .to_owned()
            }
            Self::NotRobyn { .. } => {
                "write the chosen model with robyn_write(InputCollect, OutputCollect, select_model)"
                    .to_owned()
            }
            Self::Lacks { .. } | Self::Figure { .. } => "write the model again, with its data: \
                 robyn_write(InputCollect, OutputCollect, select_model, raw_data = \
                 InputCollect$dt_input); or export its curves as channel,spend,revenue"
                .to_owned(),
            Self::Exposure { .. } => {
                "export its response by spend from Robyn as channel,spend,revenue".to_owned()
            }
            Self::Cell { .. } => {
                "numbers have a decimal point and no marks for thousands".to_owned()
            }
            Self::Order { .. } => {
                "sort the points; where the file has several curves for a channel \
                 (by country, say), keep one of them"
                    .to_owned()
            }
            Self::Falls { .. } => "a response curve rises or stays; a channel whose curve falls \
                 can't be planned"
                .to_owned(),
            Self::TooMany { .. } => "keep those that may be planned".to_owned(),
            Self::Alike { .. } => "rename one of them".to_owned(),
            Self::UnknownChannel { near: Some(near), .. } => format!("did you mean \"{near}\"?"),
            Self::UnknownChannel { near: None, .. } => "write the name as the file does".to_owned(),
            Self::NoScale { .. } => "tell it for each channel, --scale \"TV=12500\" (what \
                 mmm.data.get_channel_scale() says), or add a column channel_scale"
                .to_owned(),
            Self::NeedlessScale { .. } => "leave it out".to_owned(),
        }
    }
}
