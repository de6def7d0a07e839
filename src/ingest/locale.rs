//! A refused file that is written as another country's settings have it → one fault that says so, with
//! all lines for its source together. Only where the file's start is read by the source with these
//! lines, and none of them can be left out; nothing is ever taken by it.

use super::fault::{Fault, FaultReason, shown};
use super::grammar::Grammar;
use super::guess::{self, Guess, quoted};
use super::rejection::Rejection;
use super::{Context, Purpose, Reading, Stated, read_text};
use crate::domain::source::{Encoding, Thousands};
use crate::domain::{Source, StatedRow};

/// How many settings may differ.
const SETTINGS: usize = 4;

/// The rejection with the one cause of its faults in front, where that is how the file is written.
pub(super) fn explained(mut rejection: Rejection, head: &[u8], context: &Context<'_>) -> Rejection {
    if !rejection.faults.iter().any(|fault| is_of_writing(&fault.reason)) {
        return rejection;
    }
    let is_of_layout = matches!(rejection.faults[0].reason, FaultReason::OtherLayout { .. });
    let is_shipped = context.source.name == Source::long().name;
    let found = whole_lines(head).and_then(|lines| by_its_writing(lines, context));
    let Some(Writing { source, changed, days }) = found else { return rejection };
    if changed.len() < 2 && (is_shipped || !is_of_layout) {
        return rejection;
    }
    let what = changed.iter().map(|setting| setting.told(&source, &days));
    let what = what.collect::<Vec<_>>().join(", ");
    let lines = changed.iter().map(|setting| setting.line(&source, &days)).collect::<Vec<_>>();
    let mut lines = indented(&lines.join("\n"));
    let mut hint = "set these for the source, all together:\n".to_owned();
    if is_shipped {
        let (name, files) = guess::name_of(context.file_name);
        "add this table to the account's file:\n".clone_into(&mut hint);
        let table = format!("[[sources]]\nname = {}\nfiles = {}", quoted(&name), quoted(&files));
        lines = format!("{}\n{lines}", indented(&table));
    }
    let reason = FaultReason::OtherLocale { source_name: shown(&context.source.name), what };
    let fault = Fault::of_file(reason).with_hint(format!("{hint}{lines}"));
    if is_of_layout {
        rejection.faults[0] = fault;
    } else {
        rejection.faults.insert(0, fault);
        rejection.faults_total += 1;
    }
    rejection
}

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// How a file is written, where its source says otherwise.
struct Writing {
    /// The source with the settings that read the file.
    source: Source,
    /// The settings that it needs, in the order of a table.
    changed: Vec<Setting>,
    /// The formats that read its days, with their lines; more than one where nothing in the file's
    /// start tells which.
    days: Vec<(String, String)>,
}

/// A way of writing that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    Separator,
    Decimal,
    Thousands,
    DateFormat,
}

impl Setting {
    const ALL: [Self; SETTINGS] =
        [Self::Separator, Self::Decimal, Self::Thousands, Self::DateFormat];

    fn differs(self, one: &Source, other: &Source) -> bool {
        match self {
            Self::Separator => one.separator != other.separator,
            Self::Decimal => one.numbers.decimal != other.numbers.decimal,
            Self::Thousands => one.numbers.thousands != other.numbers.thousands,
            Self::DateFormat => one.date_format != other.date_format,
        }
    }

    fn take(self, into: &mut Source, from: &Source) {
        match self {
            Self::Separator => into.separator = from.separator,
            Self::Decimal => into.numbers.decimal = from.numbers.decimal,
            Self::Thousands => into.numbers.thousands = from.numbers.thousands,
            Self::DateFormat => into.date_format.clone_from(&from.date_format),
        }
    }

    fn line(self, source: &Source, days: &[(String, String)]) -> String {
        match self {
            Self::Separator => {
                let separator = char::from(source.separator).escape_default();
                format!("separator = \"{separator}\"")
            }
            Self::Decimal => format!("decimal = \"{}\"", source.numbers.decimal),
            Self::Thousands => {
                format!("thousands = \"{}\"", guess::thousands_word(source.numbers.thousands))
            }
            Self::DateFormat => match days {
                [(_, only)] => only.clone(),
                // Only people know which: as comments, so that neither is taken unseen.
                several => {
                    let lines = several.iter().map(|(_, line)| format!("# {line}"));
                    lines.collect::<Vec<_>>().join("\n")
                }
            },
        }
    }

    fn told(self, source: &Source, days: &[(String, String)]) -> String {
        match self {
            Self::Separator => match source.separator {
                b';' => "semicolons between its fields".to_owned(),
                b'\t' => "tabs between its fields".to_owned(),
                b'|' => "vertical bars between its fields".to_owned(),
                _ => "commas between its fields".to_owned(),
            },
            Self::Decimal if source.numbers.decimal == ',' => "a decimal comma".to_owned(),
            Self::Decimal => "a decimal point".to_owned(),
            Self::Thousands => match source.numbers.thousands {
                Thousands::None => "no marks between thousands".to_owned(),
                Thousands::Comma => "commas between thousands".to_owned(),
                Thousands::Point => "points between thousands".to_owned(),
                Thousands::Space => "spaces between thousands".to_owned(),
                Thousands::Apostrophe => "apostrophes between thousands".to_owned(),
            },
            Self::DateFormat => {
                let formats: Vec<String> =
                    days.iter().map(|(format, _)| guess::date_notation(format)).collect();
                format!("days as {}", formats.join(" or "))
            }
        }
    }
}

/// How the start of a file is written, where the source reads it with those settings and with none of
/// them left out.
fn by_its_writing(lines: &[u8], context: &Context<'_>) -> Option<Writing> {
    let mut guess = guess::guess(lines, "file.csv", false);
    let days = days(&guess)?;
    guess.source.date_format.clone_from(&days[0].0);
    let own = context.source;
    let differing: Vec<Setting> =
        Setting::ALL.into_iter().filter(|it| it.differs(own, &guess.source)).collect();
    let with = |settings: &[Setting]| {
        let mut source = own.clone();
        for setting in settings {
            setting.take(&mut source, &guess.source);
        }
        source
    };
    if differing.is_empty() || !is_read(lines, &with(&differing), context) {
        return None;
    }
    let mut needed = differing.clone();
    for setting in differing {
        let fewer: Vec<Setting> = needed.iter().copied().filter(|it| *it != setting).collect();
        let source = with(&fewer);
        let is_sound = source.numbers.decimal != mark(source.numbers.thousands);
        if is_sound && is_read(lines, &source, context) {
            needed = fewer;
        }
    }
    (!needed.is_empty()).then(|| Writing { source: with(&needed), changed: needed, days })
}

/// The formats that read the days of a file, with their lines; `None` where anything else of it can't
/// be told.
fn days(guess: &Guess) -> Option<Vec<(String, String)>> {
    let Some(missing) = guess.missing.first() else {
        let format = guess.source.date_format.clone();
        let line = format!("date_format = {}", quoted(&format));
        return Some(vec![(format, line)]);
    };
    if guess.missing.len() > 1 || missing.about != "date_format" {
        return None;
    }
    let format = |choice: &String| {
        let format = choice.split('"').nth(1)?.to_owned();
        Some((format, choice.clone()))
    };
    let days: Vec<(String, String)> = missing.choices.iter().filter_map(format).collect();
    (!days.is_empty()).then_some(days)
}

const fn mark(thousands: Thousands) -> char {
    match thousands {
        Thousands::Comma => ',',
        Thousands::Point => '.',
        _ => '\0',
    }
}

/// Whether a source reads the start of a file, as far as how it is written goes.
fn is_read(lines: &[u8], source: &Source, context: &Context<'_>) -> bool {
    let source = Source { encoding: Encoding::Utf8, ..source.clone() };
    let context = Context { source: &source, purpose: Purpose::Import, ..*context };
    let grammar = Grammar::of(&source, context.limits);
    let mut sink = |_: &StatedRow<'_>| Ok::<_, std::convert::Infallible>(Stated::New);
    match read_text(lines, lines, grammar, &context, false, &mut sink) {
        Ok(Reading::Taken(_)) => true,
        Ok(Reading::Refused(rejection)) => {
            !rejection.faults.iter().any(|fault| is_of_writing(&fault.reason))
        }
        Err(_) => false,
    }
}

/// Whether a fault may come from how a file is written.
const fn is_of_writing(reason: &FaultReason) -> bool {
    matches!(
        reason,
        FaultReason::OtherLayout { .. }
            | FaultReason::MissingColumn { .. }
            | FaultReason::TooFewFields { .. }
            | FaultReason::TooManyFields { .. }
            | FaultReason::StrayQuote
            | FaultReason::TextBehindQuote
            | FaultReason::ControlCharacter { code_point: 9 }
            | FaultReason::NotADay { .. }
            | FaultReason::OtherDateFormat { .. }
            | FaultReason::MixedDates { .. }
            | FaultReason::NotAnAmount
            | FaultReason::TooFine { .. }
            | FaultReason::NotAWholeNumber
            | FaultReason::NotConversions
    )
}

/// The whole lines of a file's start; `None` where it has none.
fn whole_lines(head: &[u8]) -> Option<&[u8]> {
    let end = head.iter().rposition(|&byte| byte == b'\n')?;
    Some(&head[..=end])
}
