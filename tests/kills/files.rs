//! The files that the tests drop, made by arithmetic: what is in them, and what is to become of
//! each.

use budgetd::domain::{Day, Digest};

/// What is to become of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    Accepted,
    Duplicate,
    Refused,
}

impl Fate {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Refused => "refused",
        }
    }
}

/// A file that is dropped.
#[derive(Debug, Clone)]
pub struct Dropped {
    pub account: &'static str,
    pub name: String,
    pub bytes: Vec<u8>,
    pub fate: Fate,
}

impl Dropped {
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }
}

/// An account of the tests, and how many campaigns its history has for each day and channel.
#[derive(Debug, Clone, Copy)]
pub struct Seller {
    pub account: &'static str,
    pub channels: &'static [&'static str],
    pub campaigns: u32,
}

pub const MAIN: Seller = Seller {
    account: "main",
    channels: &["Google Ads", "Email", "Meta Ads", "Affiliate"],
    campaigns: 12,
};

pub const SHOP: Seller =
    Seller { account: "shop", channels: &["Google Ads", "Meta Ads", "Newsletter"], campaigns: 3 };

pub fn day_after(day: Day, days: u64) -> Day {
    day.checked_add_days(chrono::Days::new(days)).expect("a day of the calendar")
}

/// The rows of `days` days from `first` on. `turn` makes another version of the same days.
pub fn rows(seller: &Seller, first: Day, days: u64, campaigns: u32, turn: u64) -> String {
    let mut text =
        String::from("date,channel,campaign,spend,impressions,clicks,conversions,revenue\n");
    for number in 0..days {
        let day = day_after(first, number);
        for (index, channel) in seller.channels.iter().enumerate() {
            for campaign in 0..campaigns {
                let step = number * 7 + index as u64 * 13 + u64::from(campaign) * 5 + turn * 3;
                let spend = 900 + step % 400;
                let revenue = spend * (130 + index as u64 * 25 + step % 31) / 100;
                text.push_str(&format!(
                    "{day},{channel},campaign {campaign:02},{spend}.{:02},{},{},{},{revenue}.50\n",
                    step % 100,
                    5_000 + step,
                    100 + step % 50,
                    step % 9,
                ));
            }
        }
    }
    text
}

/// Whatever is taken in one go: months in one file, the last week day by day with a wrong file, a
/// correction and a repetition in between, and a long file whose last line is wrong. `until` is
/// the day after the last one.
pub fn weeks(seller: &Seller, until: Day, days: u64) -> Vec<Dropped> {
    let first = until.checked_sub_days(chrono::Days::new(days)).expect("a day of the calendar");
    let last_week = day_after(first, days - 7);
    let daily = |number: u64, turn: u64| rows(seller, day_after(last_week, number), 1, 1, turn);
    let mut files = Vec::new();
    let mut drop_file = |name: String, text: String, fate: Fate| {
        files.push(Dropped { account: seller.account, name, bytes: text.into_bytes(), fate });
    };
    let history = rows(seller, first, days - 7, seller.campaigns, 0);
    drop_file("history.csv".to_owned(), history.clone(), Fate::Accepted);
    drop_file("daily_0.csv".to_owned(), daily(0, 0), Fate::Accepted);
    let wrong = daily(1, 0).replace("Google Ads", "Gogle Ads").replace("Meta Ads", "Meta Asd");
    drop_file("wrong.csv".to_owned(), wrong.clone(), Fate::Refused);
    for number in 1..4 {
        drop_file(format!("daily_{number}.csv"), daily(number, 0), Fate::Accepted);
    }
    drop_file("daily_1_corrected.csv".to_owned(), daily(1, 1), Fate::Accepted);
    drop_file("daily_3_again.csv".to_owned(), daily(3, 0), Fate::Duplicate);
    let long = format!("{history}{until},{},late,1.00,1,1,1,-1.00\n", seller.channels[0]);
    drop_file("wrong_at_its_end.csv".to_owned(), long, Fate::Refused);
    // The whole of a refused file once more: it is refused again, and keeps a place of its own.
    drop_file("wrong_again.csv".to_owned(), wrong, Fate::Refused);
    for number in 4..7 {
        drop_file(format!("daily_{number}.csv"), daily(number, 0), Fate::Accepted);
    }
    files
}
