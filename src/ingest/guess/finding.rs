//! What a look at a file tells: what is certain, what only people can say, and what is missing to
//! read it at all.

use serde::Serialize;

use crate::domain::text::escape;

/// One thing that was told, or could not be told, from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about ("separator", "date_format").
    pub about: &'static str,
    /// One or more sentences, fit to be shown.
    pub text: String,
    /// Lines of a `[[sources]]` table to choose from, where nothing in the file decides.
    pub choices: Vec<String>,
}

/// All findings of a look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Findings {
    pub certain: Vec<Finding>,
    pub open: Vec<Finding>,
    pub untold: Vec<Finding>,
    pub missing: Vec<Finding>,
}

impl Findings {
    /// The evidence excludes the alternatives.
    pub(super) fn certain(&mut self, about: &'static str, text: impl Into<String>) {
        self.certain.push(finding(about, &text.into(), &[]));
    }

    /// It can be read, but whether it is right only people can say.
    pub(super) fn open(
        &mut self,
        about: &'static str,
        text: impl Into<String>,
        choices: &[String],
    ) {
        self.open.push(finding(about, &text.into(), choices));
    }

    /// Something of it would be lost, or the file be refused, until a person has said or mended this.
    pub(super) fn untold(
        &mut self,
        about: &'static str,
        text: impl Into<String>,
        choices: &[String],
    ) {
        self.untold.push(finding(about, &text.into(), choices));
    }

    /// It can't be read without this.
    pub(super) fn missing(&mut self, about: &'static str, text: impl Into<String>) {
        self.missing.push(finding(about, &text.into(), &[]));
    }

    /// It can't be read until one of these is chosen.
    pub(super) fn undecided(
        &mut self,
        about: &'static str,
        text: impl Into<String>,
        choices: &[String],
    ) {
        self.missing.push(finding(about, &text.into(), choices));
    }
}

fn finding(about: &'static str, text: &str, choices: &[String]) -> Finding {
    Finding { about, text: escape(text), choices: choices.to_vec() }
}
