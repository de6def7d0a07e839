//! What `/health`, `/v1/status` and the lists of `/v1/accounts` say → the status page. Trouble stands
//! first; whatever comes from outside is escaped by the template.

use askama::Template;
use chrono_tz::Tz;
use serde_json::Value;

use crate::domain::{Day, Instant};
use crate::report::words::count;

/// Accounts on one page: what a person reads, and a page of a few hundred kilobytes at most.
const ACCOUNTS_PER_PAGE: usize = 25;
/// Weeks of an account that are listed.
pub(in crate::api) const WEEKS_SHOWN: usize = 6;
/// Files of an account that are listed.
const FILES_SHOWN: usize = 5;
/// Days of a channel that are named one by one.
const DAYS_NAMED: usize = 3;

/// What the page is made from: the JSON that machines get.
pub(in crate::api) struct Front<'a> {
    /// What `/health` says.
    pub health: &'a Value,
    /// What `/v1/status` says.
    pub status: &'a Value,
    /// What `/v1/accounts` says.
    pub accounts: &'a Value,
    /// What `/v1/accounts/{id}/weeks` says of an account; asked for those on the page alone.
    pub weeks: &'a dyn Fn(&str) -> Value,
    /// Which page of accounts, from 1.
    pub page: usize,
}

/// The status page as HTML.
pub(in crate::api) fn front(front: &Front<'_>) -> String {
    Page::of(front).render().expect("a page is rendered into memory")
}

#[derive(Template)]
#[template(path = "status.html")]
#[expect(clippy::struct_field_names, reason = "it is the number of a page of accounts")]
struct Page {
    title: String,
    verdict_class: &'static str,
    verdict: String,
    troubles: Vec<String>,
    version: String,
    accounts: Vec<AccountView>,
    pages: usize,
    page: usize,
    counted: String,
}

struct AccountView {
    id: String,
    url: String,
    health: String,
    class: &'static str,
    facts: Vec<Fact>,
    weeks: Vec<WeekView>,
}

struct Fact {
    name: &'static str,
    text: String,
    items: Vec<String>,
}

struct WeekView {
    week: String,
    words: String,
    total: String,
    links: Vec<(String, String)>,
}

/// The files of a bundle that people open, with the words for them.
const LINKED: [(&str, &str); 4] = [
    ("report.html", "report"),
    ("weekly_recommendations.csv", "budgets (CSV)"),
    ("explanation.txt", "reasons"),
    ("decision.json", "decision (JSON)"),
];

impl Page {
    fn of(front: &Front<'_>) -> Self {
        let mut accounts: Vec<&Value> = list(front.status, "/accounts").iter().collect();
        // Trouble first; those alike stay in the order of their names.
        accounts.sort_by_key(|it| (rank(it), text(it, "/account").to_owned()));
        let pages = accounts.len().div_ceil(ACCOUNTS_PER_PAGE).max(1);
        let page = front.page.clamp(1, pages);
        let shown = accounts.iter().skip((page - 1) * ACCOUNTS_PER_PAGE).take(ACCOUNTS_PER_PAGE);
        let views = shown.map(|account| AccountView::of(account, front)).collect();
        let troubles = troubles(front);
        let looked_at = |class: &str| accounts.iter().filter(|it| class_of(it) == class).count();
        let (attention, waiting) =
            (looked_at("attention") + looked_at("trouble"), looked_at("waiting"));
        let (verdict_class, verdict) = if !troubles.is_empty() {
            ("trouble", "Something is wrong with the daemon.".to_owned())
        } else if attention > 0 {
            let needs = if attention == 1 { "needs" } else { "need" };
            ("attention", format!("{} {needs} attention.", count(attention, "account")))
        } else if waiting > 0 {
            let waits = if waiting == 1 { "waits" } else { "wait" };
            ("waiting", format!("{} {waits} for data.", count(waiting, "account")))
        } else {
            ("well", "All is well.".to_owned())
        };
        Self {
            title: verdict.trim_end_matches('.').to_owned(),
            verdict_class,
            verdict,
            troubles,
            version: text(front.health, "/version").to_owned(),
            accounts: views,
            pages,
            page,
            counted: count(accounts.len(), "account"),
        }
    }
}

/// What is wrong with the daemon itself or with an account's folders, in words.
fn troubles(front: &Front<'_>) -> Vec<String> {
    let Front { health, status, .. } = front;
    let mut found: Vec<String> = list(health, "/troubles")
        .iter()
        .map(|it| match text(it, "/account") {
            "" => format!("{}: {}", text(it, "/part").replace('_', " "), text(it, "/text")),
            id => format!("{id}, {}: {}", text(it, "/part").replace('_', " "), text(it, "/text")),
        })
        .collect();
    if text(health, "/status") == "hangs" {
        let seconds = health.pointer("/seconds_since_sign_of_life").and_then(Value::as_u64);
        found.push(format!("the worker has not moved for {} s", seconds.unwrap_or(0)));
    }
    for disk in list(status, "/short_of_room") {
        found.push(format!("no room: {}", disk.as_str().unwrap_or("")));
    }
    if let Some(key) = status.pointer("/key_trouble").and_then(Value::as_str) {
        found.push(format!("nothing can be signed: {key}"));
    }
    found.dedup();
    found
}

impl AccountView {
    fn of(account: &Value, front: &Front<'_>) -> Self {
        let id = text(account, "/account").to_owned();
        let settings = list(front.accounts, "/accounts").iter().find(|it| text(it, "/id") == id);
        let zone = settings.and_then(|it| text(it, "/time_zone").parse::<Tz>().ok());
        let url = format!("/v1/accounts/{id}");
        let weeks = (front.weeks)(&id);
        let weeks =
            list(&weeks, "/weeks").iter().take(WEEKS_SHOWN).map(|it| week_view(it, &url)).collect();
        let class = class_of(account);
        let health = if class == "trouble" { "trouble" } else { text(account, "/health") };
        Self { facts: facts(account, zone), health: health.to_owned(), class, weeks, url, id }
    }
}

fn week_view(week: &Value, url: &str) -> WeekView {
    let day = text(week, "/week_start_date");
    let revision = week.pointer("/revision").and_then(Value::as_u64).unwrap_or(1);
    let files: Vec<&str> = list(week, "/files").iter().filter_map(Value::as_str).collect();
    let asked = if revision > 1 { format!("?revision={revision}") } else { String::new() };
    let link = |(name, words): &(&str, &str)| {
        (format!("{url}/weeks/{day}/files/{name}{asked}"), (*words).to_owned())
    };
    let revised = if revision > 1 { format!(", revision {revision}") } else { String::new() };
    WeekView {
        week: day_words(day),
        words: format!("{}{revised}", text(week, "/outcome")),
        total: text(week, "/total_text").to_owned(),
        links: LINKED.iter().filter(|(name, _)| files.contains(name)).map(link).collect(),
    }
}

/// What is told of an account, most pressing first.
fn facts(account: &Value, zone: Option<Tz>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |name, text: String, items| facts.push(Fact { name, text, items });
    if let Some(error) = account.pointer("/error") {
        let told = error.as_str().or_else(|| error.pointer("/message").and_then(Value::as_str));
        let told = told.map_or_else(|| error.to_string(), str::to_owned);
        add("Trouble", told, Vec::new());
        return facts;
    }
    if let Some(trouble) = account.pointer("/inbox_trouble").and_then(Value::as_str) {
        add("Trouble", format!("the drop folder: {trouble}"), Vec::new());
    }
    if let Some(due) = account.pointer("/due").filter(|it| !it.is_null()) {
        let (words, missing) = gate(due.pointer("/standing").unwrap_or(&Value::Null), zone);
        add("Due", format!("the week of {}: {words}", day_words(text(due, "/week"))), missing);
    }
    let refused = account.pointer("/refused/files").and_then(Value::as_u64).unwrap_or(0);
    if refused > 0 {
        let files = count(usize::try_from(refused).unwrap_or(usize::MAX), "file");
        let newest = text(account, "/refused/newest/name");
        let on = day_words(text(account, "/refused/newest/on"));
        let told = format!("{files} not sent again since; the newest is {newest}, of {on}");
        add("Refused", told, strings(account, "/refused/newest/reasons"));
    }
    for corrected in list(account, "/corrected") {
        let week = day_words(text(corrected, "/week"));
        let changed = corrected.pointer("/budgets").is_some_and(|it| !it.is_null());
        let told =
            if changed { "its budgets would be others now" } else { "its budgets would stay" };
        add("Corrected", format!("figures of the week of {week} came later; {told}"), Vec::new());
    }
    let names = |path| strings(account, path).join(", ");
    if !list(account, "/missed").is_empty() {
        let weeks: Vec<String> =
            strings(account, "/missed").iter().map(|it| day_words(it)).collect();
        add("Missed", format!("never decided: the week of {}", weeks.join(", of ")), Vec::new());
    }
    if !list(account, "/bundles_gone").is_empty() {
        let gone = names("/bundles_gone");
        add("Gone", format!("published, and no longer in the outbox: {gone}"), Vec::new());
    }
    if !list(account, "/channels_left_out").is_empty() {
        let left_out = names("/channels_left_out");
        add("Left out", format!("in files, and not named by the account: {left_out}"), Vec::new());
    }
    add("Last run", last(account, zone), Vec::new());
    if let Some(next) = account.pointer("/next").filter(|it| !it.is_null()) {
        let (words, missing) =
            gate(account.pointer("/next_standing").unwrap_or(&Value::Null), zone);
        let at = time_words(text(next, "/at"), zone);
        let told = format!("{at}, for the week of {}; {words}", day_words(text(next, "/week")));
        add("Next run", told, missing);
    }
    let waiting = strings(account, "/waiting");
    if !waiting.is_empty() {
        let told = format!("{} in the inbox", count(waiting.len(), "file"));
        let why = list(account, "/waiting_for").iter();
        let why = why.map(|it| format!("{}: {}", text(it, "/name"), text(it, "/why"))).collect();
        add("Waiting", told, why);
    }
    let files: Vec<String> =
        list(account, "/files").iter().take(FILES_SHOWN).map(|it| file_words(it, zone)).collect();
    let counted = |path| account.pointer(path).and_then(Value::as_u64).unwrap_or(0);
    let today = format!(
        "today {} accepted, {} duplicate, {} refused",
        counted("/today/accepted"),
        counted("/today/duplicate"),
        counted("/today/refused")
    );
    let told = if files.is_empty() { "none was ever taken".to_owned() } else { today };
    add("Files", told, files);
    facts
}

fn last(account: &Value, zone: Option<Tz>) -> String {
    let Some(last) = account.pointer("/last").filter(|it| !it.is_null()) else {
        return "nothing was decided yet".to_owned();
    };
    let mut told =
        format!("the week of {}, {}", day_words(text(last, "/week")), text(last, "/outcome"));
    match last.pointer("/revision").and_then(Value::as_u64) {
        Some(revision) if revision > 1 => told.push_str(&format!(", revision {revision}")),
        _ => {}
    }
    let vetoes = strings(last, "/vetoes");
    if !vetoes.is_empty() {
        told.push_str(&format!("; a veto kept {}", vetoes.join(", ")));
    }
    if let Some(late) = last.pointer("/late_since").and_then(Value::as_str) {
        told.push_str(&format!("; late, it had been due {}", time_words(late, zone)));
    }
    if last.pointer("/is_there") == Some(&Value::Bool(false)) {
        told.push_str("; its bundle is gone: restore it from a backup");
    }
    told
}

/// What the gate says, and the missing days of each channel.
fn gate(standing: &Value, zone: Option<Tz>) -> (String, Vec<String>) {
    let missing = |path| list(standing, path).iter().map(missing_words).collect::<Vec<_>>();
    match text(standing, "/gate") {
        "ready" => ("its data are complete".to_owned(), Vec::new()),
        "hold" => {
            let missing = missing("/reason/missing");
            let why = if missing.is_empty() { "" } else { ", because data are missing" };
            (format!("it holds last week's budgets{why}"), missing)
        }
        "waiting" => {
            let until = match standing.pointer("/holds_from").and_then(Value::as_str) {
                Some(from) => format!("until {}", time_words(from, zone)),
                None => "until they arrive, since it is the first".to_owned(),
            };
            (format!("it waits for data, {until}"), missing("/missing"))
        }
        _ => ("what its data say is not known".to_owned(), Vec::new()),
    }
}

fn missing_words(missing: &Value) -> String {
    let days = strings(missing, "/absent");
    let early = strings(missing, "/early");
    let named = |days: &[String]| match days {
        [] => String::new(),
        days if days.len() <= DAYS_NAMED => {
            days.iter().map(|it| day_words(it)).collect::<Vec<_>>().join(", ")
        }
        [first, .., last] => {
            format!("{} days, {} to {}", days.len(), day_words(first), day_words(last))
        }
        [one] => day_words(one),
    };
    let mut parts = Vec::new();
    if !days.is_empty() {
        parts.push(format!("missing {}", named(&days)));
    }
    if !early.is_empty() {
        parts.push(format!("came before its day was over: {}", named(&early)));
    }
    format!("{}: {}", text(missing, "/channel"), parts.join("; "))
}

fn file_words(file: &Value, zone: Option<Tz>) -> String {
    let (first, last) = (text(file, "/first_day"), text(file, "/last_day"));
    let days = match (first, last) {
        ("", _) | (_, "") => String::new(),
        (first, last) if first == last => format!(", {}", day_words(first)),
        (first, last) => format!(", {} to {}", day_words(first), day_words(last)),
    };
    let taken = match text(file, "/taken_at") {
        "" => String::new(),
        at => format!("; taken {}", time_words(at, zone)),
    };
    format!("{} {}{days}{taken}", text(file, "/name"), text(file, "/outcome"))
}

/// How pressing an account is: the smaller, the sooner it is shown.
fn rank(account: &Value) -> u8 {
    match class_of(account) {
        "trouble" => 0,
        "attention" => 1,
        "waiting" => 2,
        _ => 3,
    }
}

fn class_of(account: &Value) -> &'static str {
    if account.pointer("/error").is_some()
        || account.pointer("/inbox_trouble").is_some_and(|it| !it.is_null())
    {
        return "trouble";
    }
    match text(account, "/health") {
        "well" => "well",
        "waiting" => "waiting",
        _ => "attention",
    }
}

/// "5 Jan 2026", or what stands there.
fn day_words(day: &str) -> String {
    day.parse::<Day>().map_or_else(|_| day.to_owned(), |day| day.format("%-d %b %Y").to_string())
}

/// "Mon 5 Jan 2026, 06:00", on the account's clock where that is known.
fn time_words(at: &str, zone: Option<Tz>) -> String {
    let Ok(at) = at.parse::<Instant>() else { return at.to_owned() };
    match zone {
        Some(zone) => at.with_timezone(&zone).format("%a %-d %b %Y, %H:%M").to_string(),
        None => at.format("%a %-d %b %Y, %H:%M UTC").to_string(),
    }
}

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or("")
}

fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn strings(value: &Value, path: &str) -> Vec<String> {
    list(value, path).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
