//! Taking what waits, under limits that a test can reach.

use super::*;
use crate::config::{self, SourceText};
use crate::store::files;
use crate::workflow::{Interrupt, account_standing};

struct Inbox {
    _dir: tempfile::TempDir,
    workspace: Workspace,
}

impl Inbox {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let text =
            |path: &str, text: &str| SourceText { path: path.to_owned(), text: text.to_owned() };
        let account = "id = \"main\"\ncurrency = \"INR\"\ntime_zone = \"Asia/Kolkata\"\n\
                       total_budget_weekly = \"1000\"\n[rules]\nspend_cap_share = \"1\"\n\
                       [[channels]]\nname = \"Email\"\n";
        let config =
            config::check(&text("budgetd.toml", ""), &[text("main.toml", account)], dir.path());
        let workspace = Workspace::new(config.expect("a good configuration"));
        workspace.places.create_all().expect("folders");
        Self { _dir: dir, workspace }
    }

    fn account(&self) -> &Account {
        &self.workspace.config.accounts[0]
    }

    /// One day and its only row: 57 bytes of header, then 29 of the row.
    fn drop_day(&self, day: u32) {
        let text = format!(
            "date,channel,spend,impressions,clicks,conversions,revenue\n2026-01-{day:02},Email,10,5,4,3,20\n"
        );
        let path = self.workspace.places.drop_folder(&self.account().id);
        files::write_new(&path.join(format!("{day:02}.csv")), text.as_bytes()).expect("written");
    }

    fn take(&self) -> Vec<FileAnswer> {
        let interrupt = Interrupt::default();
        let mut unit = self.workspace.begin(&interrupt).expect("a unit of work");
        let mut answers = Vec::new();
        let at = parse_time("2026-02-01T00:00:00Z").expect("a time");
        take_inbox(&mut unit, self.account(), at, at, &mut |file| {
            answers.push(file.answer.clone());
        })
        .expect("taken");
        answers
    }
}

#[test]
fn ingest_goes_on_past_what_one_scan_hands_on() {
    let mut inbox = Inbox::new();
    inbox.workspace.config.limits.files_per_scan_max = 3;
    for day in 1..=10 {
        inbox.drop_day(day);
    }
    let answers = inbox.take();
    assert_eq!(answers.len(), 10);
    assert!(answers.iter().all(|answer| matches!(answer, FileAnswer::Accepted { .. })));
    assert!(inbox.take().is_empty());
}

#[test]
fn a_file_without_room_for_its_copy_waits_and_status_says_so() {
    let mut inbox = Inbox::new();
    inbox.workspace.config.limits.staging_bytes_max = 80;
    inbox.drop_day(1);
    let answers = inbox.take();
    let [FileAnswer::NoRoom { why }] = answers.as_slice() else { panic!("{answers:?}") };
    let expected =
        "its copy needs 87 bytes, and [limits] staging_bytes_max leaves 80 of 80; it waits, and \
         nothing is lost"
            .to_owned();
    assert_eq!(*why, expected);
    let ledger = inbox.workspace.ledger_to_read().expect("readable").expect("made");
    let at = parse_time("2026-02-01T00:00:00Z").expect("a time");
    let standing = account_standing(&inbox.workspace, &ledger, inbox.account(), at).expect("known");
    assert_eq!(standing.waiting[0].waits_for, Some(expected));
    inbox.workspace.config.limits.staging_bytes_max = 87;
    assert!(matches!(inbox.take().as_slice(), [FileAnswer::Accepted { .. }]));
}

#[test]
fn a_file_above_the_bytes_of_a_file_is_refused_and_waits_for_no_room() {
    let mut inbox = Inbox::new();
    inbox.workspace.config.limits.bytes_max = 86;
    inbox.workspace.config.limits.staging_bytes_max = 10;
    inbox.drop_day(1);
    let answers = inbox.take();
    let [FileAnswer::Refused { rejection, .. }] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!(rejection.codes(), ["file_too_large"]);
}
