//! `/v1/accounts`, their weeks and the signed files of these: what the ledger and the outbox have, as it is.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::place::{Place, account, ledger, no_week};
use super::problem::Problem;
use crate::domain::{Account, Day, Digest, Money, Week};
use crate::store::bundle::{BundleName, DECISION, MANIFEST, SIGNATURE};
use crate::store::ledger::{Ledger, Publication};
use crate::store::outbox::Outbox;
use crate::workflow::Workspace;

/// Weeks of an answer, unless fewer or more are asked for.
const WEEKS_USUAL: u32 = 20;
/// The most weeks of an answer: each takes a look into its bundle.
const WEEKS_MAX: u32 = 200;

/// All accounts of the configuration.
#[derive(Serialize, ToSchema)]
pub(super) struct Accounts {
    accounts: Vec<AccountView>,
}

/// An account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "main", "currency": "INR", "currency_mark": "₹", "minor_digits": 2, "time_zone": "Asia/Kolkata",
    "number_format": "lakh", "total_budget_weekly": "500000.00", "channels": [{"name": "Email", "spend_cap_share": "0.6",
    "spend_floor_share": "0.05", "paused": false}], "latest": {"week_start_date": "2026-01-26", "revision": 1,
    "outcome": "decided", "published_at": "2026-01-26T00:30:00Z"}}))]
pub(super) struct AccountView {
    /// Its name in paths.
    id: String,
    /// The code of its currency (ISO 4217).
    currency: &'static str,
    /// What stands before its amounts.
    currency_mark: String,
    /// Decimals of its amounts.
    minor_digits: u8,
    /// The zone of its days.
    time_zone: String,
    /// How its figures are grouped: `lakh`, `comma`, `dot`, `space` or `apostrophe`.
    number_format: &'static str,
    /// What the budgets of a week sum to, as a decimal.
    total_budget_weekly: String,
    channels: Vec<ChannelView>,
    /// The newest published week; `null`: none.
    latest: Option<Latest>,
}

/// A channel and its limits.
#[derive(Serialize, ToSchema)]
pub(super) struct ChannelView {
    name: String,
    /// The share of the total that it gets at most, as a decimal.
    spend_cap_share: String,
    /// The share of the total that it gets at least, as a decimal.
    spend_floor_share: String,
    /// Whether it gets nothing.
    paused: bool,
}

/// A published week in short.
#[derive(Serialize, ToSchema)]
pub(super) struct Latest {
    #[schema(format = Date)]
    week_start_date: String,
    revision: u32,
    /// `decided` or `held`.
    outcome: &'static str,
    #[schema(format = DateTime)]
    published_at: String,
}

/// Published weeks, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct Weeks {
    weeks: Vec<WeekView>,
}

/// A published week.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"week_start_date": "2026-01-26", "revision": 1, "outcome": "decided", "total": "500000.00",
    "total_text": "₹5,00,000", "published_at": "2026-01-26T00:30:00Z",
    "files": ["SHA256SUMS", "SHA256SUMS.sig", "decision.json", "weekly_recommendations.csv"]}))]
pub(super) struct WeekView {
    #[schema(format = Date)]
    week_start_date: String,
    /// The newest one; older ones are asked for by `?revision=`.
    revision: u32,
    /// `decided` or `held`.
    outcome: &'static str,
    /// What its budgets sum to, as a decimal.
    total: String,
    /// The same as people write it.
    total_text: String,
    #[schema(format = DateTime)]
    published_at: String,
    /// The names of its files, `SHA256SUMS` and its signature included; empty where its bundle is gone.
    files: Vec<String>,
}

/// Which weeks.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WeeksQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<u32>,
    /// Only weeks before the one of this day.
    #[param(value_type = Option<String>, format = Date)]
    before: Option<Day>,
}

/// Which revision.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RevisionQuery {
    /// A revision of the week; otherwise the newest.
    #[param(minimum = 1)]
    revision: Option<u32>,
}

fn latest(publication: &Publication) -> Latest {
    Latest {
        week_start_date: publication.week.to_string(),
        revision: publication.revision,
        outcome: outcome(publication),
        published_at: time(publication),
    }
}

const fn outcome(publication: &Publication) -> &'static str {
    if publication.held { "held" } else { "decided" }
}

fn time(publication: &Publication) -> String {
    publication.published_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn unreadable(error: &dyn std::fmt::Display) -> Problem {
    Problem::internal("what was published can't be read", error)
}

/// The newest publication before a week, or of all.
fn newest(
    ledger: &Ledger,
    account: &Account,
    before: Option<Week>,
) -> Result<Option<Publication>, Problem> {
    ledger.newest_publication(&account.id, before).map_err(|error| unreadable(&error))
}

/// What `/v1/accounts` says.
pub(super) fn accounts_of(workspace: &Workspace) -> Result<Accounts, Problem> {
    let ledger = ledger(workspace)?;
    let view = |account: &Account| -> Result<AccountView, Problem> {
        let channel = |channel: &crate::domain::Channel| ChannelView {
            name: channel.name.to_string(),
            spend_cap_share: account.cap_share(channel).to_decimal(),
            spend_floor_share: account.floor_share(channel).to_decimal(),
            paused: channel.paused,
        };
        Ok(AccountView {
            id: account.id.to_string(),
            currency: account.currency.code(),
            currency_mark: account.currency.mark().to_owned(),
            minor_digits: account.currency.minor_digits(),
            time_zone: account.time_zone.to_string(),
            number_format: account.currency.number_format().name(),
            total_budget_weekly: account.total_budget_weekly.to_decimal(account.currency),
            channels: account.channels.iter().map(channel).collect(),
            latest: newest(&ledger, account, None)?.as_ref().map(latest),
        })
    };
    let accounts = workspace.config.accounts.iter().map(view).collect::<Result<_, _>>()?;
    Ok(Accounts { accounts })
}

/// What `/v1/accounts/{id}/weeks` says.
pub(super) fn weeks_of(
    workspace: &Workspace,
    id: &str,
    limit: u32,
    before: Option<Day>,
) -> Result<Weeks, Problem> {
    let account = account(workspace, id)?;
    let ledger = ledger(workspace)?;
    let outbox = workspace.outbox();
    let mut before = before.map(|day| account.week_of(day));
    let mut weeks = Vec::new();
    while u32::try_from(weeks.len()).is_ok_and(|found| found < limit)
        && let Some(publication) = newest(&ledger, account, before)?
    {
        before = Some(publication.week);
        weeks.push(week_view(account, &outbox, &publication)?);
    }
    Ok(Weeks { weeks })
}

fn week_view(
    account: &Account,
    outbox: &Outbox,
    publication: &Publication,
) -> Result<WeekView, Problem> {
    let total: Money = publication.budgets.iter().map(|(_, money)| *money).sum();
    let name = bundle(publication.week, publication.revision);
    let mut files: Vec<String> = match outbox.signed_files(&account.id, name) {
        Ok(Some(listed)) => {
            let own = [MANIFEST, SIGNATURE].map(str::to_owned);
            own.into_iter().chain(listed.into_keys()).collect()
        }
        Ok(None) => Vec::new(),
        Err(error) => return Err(unreadable(&error)),
    };
    files.sort_unstable();
    Ok(WeekView {
        week_start_date: publication.week.to_string(),
        revision: publication.revision,
        outcome: outcome(publication),
        total: total.to_decimal(account.currency),
        total_text: account.currency.show(total),
        published_at: time(publication),
        files,
    })
}

fn bundle(week: Week, revision: u32) -> BundleName {
    BundleName { week: week.first_day(), revision }
}

/// The bundle that a path and a query name.
fn named(
    workspace: &Workspace,
    account: &Account,
    week: &str,
    revision: Option<u32>,
) -> Result<BundleName, Problem> {
    let ledger = ledger(workspace)?;
    let (publication, which) = if week == "latest" {
        (newest(&ledger, account, None)?, "any week".to_owned())
    } else {
        let Ok(day) = week.parse::<Day>() else {
            return Err(Problem::not_found(
                "unknown_week",
                "no such week",
                "a week is named by one of its days, such as 2026-01-26, or by \"latest\"",
            ));
        };
        let week = account.week_of(day);
        let found = ledger.publication(&account.id, week).map_err(|error| unreadable(&error))?;
        (found, format!("the week of {week}"))
    };
    let publication = publication.ok_or_else(|| no_week(&account.id, &which))?;
    match revision {
        Some(revision) if revision == 0 || revision > publication.revision => Err(no_week(
            &account.id,
            &format!("revision {revision} of the week of {}", publication.week),
        )),
        asked => Ok(bundle(publication.week, asked.unwrap_or(publication.revision))),
    }
}

/// A file of a bundle with the digest that was signed for it.
fn signed_file(
    outbox: &Outbox,
    account: &Account,
    name: BundleName,
    file: &str,
) -> Result<(Vec<u8>, Digest), Problem> {
    let gone = || {
        Problem::not_found(
            "unknown_file",
            "no such file",
            format!(
                "the bundle {name} of {} has no such file, or is no longer in the outbox",
                account.id
            ),
        )
    };
    let listed = outbox.signed_files(&account.id, name).map_err(|error| unreadable(&error))?;
    let listed = listed.ok_or_else(gone)?;
    let signed = match file {
        MANIFEST | SIGNATURE => None,
        // What isn't listed isn't there, whatever lies beside it or above.
        file => Some(listed.into_iter().find(|(name, _)| name == file).ok_or_else(gone)?.1),
    };
    let bytes = outbox.read(&account.id, name, file).map_err(|error| unreadable(&error))?;
    let digest = Digest::of(&bytes);
    if signed.is_some_and(|signed| signed != digest) {
        return Err(unreadable(&format!(
            "{file} of {name}, {}: its bytes are not those that were signed",
            account.id
        )));
    }
    Ok((bytes, digest))
}

/// The type of a file by its name, and whether browsers show it.
fn type_of(file: &str) -> (&'static str, bool) {
    match file.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => ("text/html; charset=utf-8", true),
        "json" => ("application/json", true),
        "jsonl" => ("application/x-ndjson", false),
        "csv" => ("text/csv; charset=utf-8", false),
        "txt" => ("text/plain; charset=utf-8", true),
        "svg" => ("image/svg+xml", true),
        "xlsx" => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false),
        "db" => ("application/vnd.sqlite3", false),
        _ if file == MANIFEST => ("text/plain; charset=utf-8", true),
        _ => ("application/octet-stream", false),
    }
}

/// A signed page runs nothing and loads nothing.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                           form-action 'none'; frame-ancestors 'none'; sandbox allow-popups";

fn answer(headers: &HeaderMap, file: &str, bytes: Vec<u8>, digest: Digest) -> Response {
    let tag = format!("\"{digest}\"");
    let asked = headers.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok()).unwrap_or("");
    let is_known = asked
        .split(',')
        .any(|it| matches!(it.trim(), "*") || it.trim().trim_start_matches("W/") == tag);
    let (kind, is_shown) = type_of(file);
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { bytes.into_response() };
    let mut set = |name, value: &str| {
        let value = HeaderValue::from_str(value).expect("names of bundles' files are ASCII");
        response.headers_mut().insert(name, value);
    };
    set(header::CONTENT_TYPE, kind);
    set(header::ETAG, &tag);
    // Bytes of a name never change, but a newer revision may be asked for by the same address.
    set(header::CACHE_CONTROL, "private, no-cache");
    set(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
    let name = file.rsplit('/').next().unwrap_or(file);
    let way = if is_shown { "inline" } else { "attachment" };
    set(header::CONTENT_DISPOSITION, &format!("{way}; filename=\"{name}\""));
    response
}

/// All accounts: their channels, limits and newest week.
#[utoipa::path(get, path = "/v1/accounts", tag = "accounts",
    responses((status = 200, body = Accounts), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn accounts(State(place): State<Arc<Place>>) -> Result<Json<Accounts>, Problem> {
    let workspace = place.workspace()?;
    place.aside(move || accounts_of(&workspace)).await.map(Json)
}

/// The published weeks of an account, newest first.
#[utoipa::path(get, path = "/v1/accounts/{id}/weeks", tag = "accounts",
    params(("id" = String, Path, description = "the account", example = "main"), WeeksQuery),
    responses((status = 200, body = Weeks), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn weeks(
    State(place): State<Arc<Place>>,
    Path(id): Path<String>,
    query: Result<Query<WeeksQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Weeks>, Problem> {
    let Query(query) = query.map_err(|error| Problem::malformed(error.body_text()))?;
    let limit = query.limit.unwrap_or(WEEKS_USUAL);
    if !(1..=WEEKS_MAX).contains(&limit) {
        return Err(Problem::malformed(format!("limit is from 1 to {WEEKS_MAX}")));
    }
    let workspace = place.workspace()?;
    place.aside(move || weeks_of(&workspace, &id, limit, query.before)).await.map(Json)
}

/// The decision of a week, as it was signed: `decision.json`.
#[utoipa::path(get, path = "/v1/accounts/{id}/weeks/{week}", tag = "accounts",
    params(("id" = String, Path, description = "the account", example = "main"),
        ("week" = String, Path, description = "one of its days, or `latest`", example = "latest"), RevisionQuery),
    responses((status = 200, description = "the bytes that were signed", body = Object, content_type = "application/json"),
        (status = 304, description = "it is the one of if-none-match"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn week(
    State(place): State<Arc<Place>>,
    Path((id, week)): Path<(String, String)>,
    query: Result<Query<RevisionQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    file_of(&place, id, week, DECISION.to_owned(), query, headers).await
}

/// A signed file of a week's bundle, byte for byte; `SHA256SUMS` and `SHA256SUMS.sig`, too.
#[utoipa::path(get, path = "/v1/accounts/{id}/weeks/{week}/files/{name}", tag = "accounts",
    params(("id" = String, Path, description = "the account", example = "main"),
        ("week" = String, Path, description = "one of its days, or `latest`", example = "latest"),
        ("name" = String, Path, description = "the file, such as report.html or advice/plan.csv", example = "decision.json"), RevisionQuery),
    responses((status = 200, description = "the bytes that were signed", content(
            (Vec<u8> = "application/octet-stream"), (Object = "application/json"), (String = "text/html"),
            (String = "text/csv"), (String = "text/plain"), (String = "image/svg+xml"),
            (String = "application/x-ndjson"), (Vec<u8> = "application/vnd.sqlite3"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 304, description = "they are those of if-none-match"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn file(
    State(place): State<Arc<Place>>,
    Path((id, week, name)): Path<(String, String, String)>,
    query: Result<Query<RevisionQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    file_of(&place, id, week, name, query, headers).await
}

async fn file_of(
    place: &Place,
    id: String,
    week: String,
    file: String,
    query: Result<Query<RevisionQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(RevisionQuery { revision }) =
        query.map_err(|error| Problem::malformed(error.body_text()))?;
    let workspace = place.workspace()?;
    place
        .aside(move || {
            let account = account(&workspace, &id)?;
            let name = named(&workspace, account, &week, revision)?;
            let (bytes, digest) = signed_file(&workspace.outbox(), account, name, &file)?;
            Ok(answer(&headers, &file, bytes, digest))
        })
        .await
}
