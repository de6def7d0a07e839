//! The API as programs and browsers meet it: the real daemon on a free port of the loopback, over the
//! demonstration, asked by plain HTTP. Nothing that it is asked changes what was published.

#[path = "cli/place.rs"]
mod place;

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::{fs, thread};

use place::{Daemon, Place, wait_until};
use serde_json::{Value, json};

const WEEK: &str = "2026-01-26";

/// The demonstration, served.
struct Served {
    place: Place,
    port: u16,
    /// It ends when nobody asks any more.
    daemon: Daemon,
}

/// One daemon for all tests that run at a time.
static SERVED: Mutex<Weak<Served>> = Mutex::new(Weak::new());

fn served() -> Arc<Served> {
    let mut served = SERVED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(served) = served.upgrade() {
        return served;
    }
    let place = Place::empty();
    place.run(&["demo", "."]).ends(0);
    let found = Arc::new(serve(place, ""));
    *served = Arc::downgrade(&found);
    found
}

fn serve(place: Place, more: &str) -> Served {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let text = place.read("config/budgetd.toml");
    place.write(
        "config/budgetd.toml",
        &format!("{text}\n[api]\nlisten = \"127.0.0.1:{port}\"\n{more}"),
    );
    let daemon = Daemon::start(&place);
    let served = Served { place, port, daemon };
    // The first round may decide the week of today: what is compared later stands then.
    wait_until("every folder was looked into", || served.get("/ready").status == 200);
    served
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    fn ends(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.text());
        self
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// Problem details of that status.
    #[track_caller]
    fn problem(self, status: u16) -> Value {
        let answer = self.ends(status);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{}",
            answer.head
        );
        let problem = answer.json();
        assert_eq!(problem["status"], json!(status));
        for key in ["type", "title", "detail"] {
            assert!(problem[key].as_str().is_some_and(|it| !it.is_empty()), "{problem}");
        }
        problem
    }
}

fn send(port: u16, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    stream.set_read_timeout(Some(place::PATIENCE)).expect("set");
    stream.write_all(request).expect("asked");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answered");
    let end = answer.windows(4).position(|it| it == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
    Answer { status, head, body: answer[end + 4..].to_vec() }
}

fn ask(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        write!(request, "host: localhost:{port}\r\n").expect("written");
    }
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").expect("written");
    }
    write!(request, "content-length: {}\r\n\r\n{body}", body.len()).expect("written");
    send(port, request.as_bytes())
}

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

impl Served {
    fn get(&self, path: &str) -> Answer {
        ask(self.port, "GET", path, &[], "")
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        ask(self.port, "POST", path, &JSON, &body.to_string())
    }

    fn command(&self, arguments: &[&str]) -> Value {
        self.place.run(&[&["--json"], arguments].concat()).json()
    }
}

#[track_caller]
fn number(value: &Value, path: &str) -> f64 {
    value.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path} in {value}"))
}

#[track_caller]
fn assert_close(one: f64, other: f64, within: f64) {
    assert!((one - other).abs() <= within, "{one} {other}");
}

#[test]
fn a_browser_gets_the_status_page_and_others_a_line_of_text() {
    let served = served();
    let plain = served.get("/").ends(200);
    assert_eq!(plain.text(), "budgetd is running\n");
    let accept = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    let page = ask(served.port, "GET", "/", &accept, "").ends(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    let href = format!("/v1/accounts/main/weeks/{WEEK}/files/report.html");
    assert!(page.text().contains(&href), "{}", page.text());
    served.get(&href).ends(200);
    let page = served.get("/whatif").ends(200).text();
    for asset in ["/assets/pages.css", "/assets/whatif.js"] {
        assert!(page.contains(asset));
        served.get(asset).ends(200);
    }
}

#[test]
fn what_is_told_of_accounts_and_weeks_is_what_was_published() {
    let served = served();
    let accounts = served.get("/v1/accounts").ends(200).json();
    let main = &accounts["accounts"][0];
    assert_eq!(main["id"], "main");
    assert_eq!((&main["currency"], &main["number_format"]), (&json!("INR"), &json!("lakh")));
    assert_eq!(main["total_budget_weekly"], "500000.00");
    assert_eq!(main["channels"].as_array().map(Vec::len), Some(4));
    let weeks = served.get("/v1/accounts/main/weeks?before=2026-02-02&limit=3").ends(200).json();
    let days: Vec<&Value> =
        weeks["weeks"].as_array().expect("weeks").iter().map(|it| &it["week_start_date"]).collect();
    assert_eq!(days, [WEEK, "2026-01-19", "2026-01-12"]);
    assert_eq!(weeks["weeks"][0]["total"], "500000.00");
    assert_eq!(weeks["weeks"][0]["total_text"], "₹5,00,000");
    assert_eq!(weeks["weeks"][1]["outcome"], "held");
}

#[test]
fn signed_files_come_byte_for_byte_and_others_do_not_come() {
    let served = served();
    let bundle = served.place.at(&format!("outbox/main/{WEEK}"));
    let week = format!("/v1/accounts/main/weeks/{WEEK}");
    let files = served.get("/v1/accounts/main/weeks?before=2026-02-02&limit=1").json();
    let files = files["weeks"][0]["files"].as_array().expect("files").clone();
    assert!(files.len() > 30, "{files:?}");
    for file in files.iter().filter_map(Value::as_str) {
        let answer = served.get(&format!("{week}/files/{file}")).ends(200);
        assert!(answer.body == fs::read(bundle.join(file)).expect("a file"), "{file}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("script-src"),
            "{policy}"
        );
    }
    // A day in the middle of it names the week, too.
    let decision = served.get("/v1/accounts/main/weeks/2026-01-29").ends(200);
    assert!(decision.body == fs::read(bundle.join("decision.json")).expect("a file"));
    let tag = decision.header("etag").expect("a tag").to_owned();
    let known = ask(served.port, "GET", &week, &[("if-none-match", &tag)], "").ends(304);
    assert!(known.body.is_empty());
    for path in [
        "../2026-01-19/decision.json",
        "%2e%2e/2026-01-19/decision.json",
        "..%2f2026-01-19%2fdecision.json",
        "%2fetc%2fpasswd",
        "advice",
        "advice/../decision.json",
        "nothing.csv",
        "decision.json%00",
    ] {
        let answer = served.get(&format!("{week}/files/{path}"));
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
    }
    served.get(&format!("{week}?revision=2")).problem(404);
    served.get("/v1/accounts/main/weeks/2020-01-06").problem(404);
    served.get("/v1/accounts/main/weeks/someday").problem(404);
    served.get("/v1/accounts/main/weeks?limit=0").problem(400);
    served.get("/v1/accounts/mian/weeks").problem(404);
}

#[test]
fn a_file_whose_bytes_are_not_those_that_were_signed_is_kept_back() {
    let place = Place::empty();
    place.run(&["demo", "."]).ends(0);
    let served = serve(place, "");
    let path = served.place.at(&format!("outbox/main/{WEEK}/explanation.txt"));
    let before = fs::read(&path).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
    fs::write(&path, [before.as_slice(), b" "].concat()).expect("written");
    let file = format!("/v1/accounts/main/weeks/{WEEK}/files/explanation.txt");
    served.get(&file).problem(500);
    assert!(served.daemon.log().contains("its bytes are not those that were signed"));
    fs::write(&path, before).expect("written");
    served.get(&file).ends(200);
}

/// The command fits the same model by itself; the API tabulates it, which may take a thousandth.
#[test]
fn what_ifs_and_plans_are_those_of_the_command_line() {
    let served = served();
    let command = served.command(&[
        "whatif",
        "--account",
        "main",
        "--set",
        "Google Ads=+20%",
        "--set",
        "Email=-5000",
    ]);
    let asked = json!({"set": {"Google Ads": "+20%", "Email": "-5000"}});
    let found = served.post("/v1/accounts/main/whatif", &asked).ends(200).json();
    let within = 2e-3 * number(&found, "/present/revenue");
    for bound in ["mean", "low", "high"] {
        let key =
            if bound == "mean" { "/lift/revenue".to_owned() } else { format!("/lift/{bound}") };
        assert_close(
            number(&found, &key),
            number(&command, &format!("/revenue_change/{bound}")),
            within,
        );
    }
    let present = number(&found, "/channels/2/present_spend");
    assert_close(number(&found, "/channels/2/spend"), present * 1.2, 1e-6);
    assert!(number(&found, "/lift/low") <= number(&found, "/lift/revenue"));
    assert_eq!(found["failed_checks"], command["failed_checks"]);
    // Amounts, and what the channel was called before.
    let by_amount = json!({"spend": {"Google Ads": present * 1.2}, "set": {"Email": "-5000"}});
    let again = served.post("/v1/accounts/main/whatif", &by_amount).ends(200).json();
    assert_close(number(&again, "/lift/revenue"), number(&found, "/lift/revenue"), 1e-6);

    // Compared with itself it changes nothing.
    let same = json!({"set": {"Email": "1000"}, "compare": {"Email": 1000}});
    let same = served.post("/v1/accounts/main/whatif", &same).ends(200).json();
    assert_eq!(same["lift"]["revenue"], json!(0.0));
    assert_eq!(same["compared"], same["asked"]);

    let command = served.command(&["plan", "--account", "main", "--total", "500000"]);
    let found = served.post("/v1/accounts/main/plan", &json!({"total": 500_000})).ends(200).json();
    let channels = found["plan"]["channels"].as_array().expect("channels");
    let total: f64 = channels.iter().map(|it| number(it, "/spend")).sum();
    assert_close(total, 500_000.0, 1e-3);
    assert_close(
        number(&found, "/plan/expected/revenue") - number(&found, "/without_media"),
        number(&command, "/plan/revenue/mean"),
        2e-3 * number(&command, "/plan/revenue/mean"),
    );
    let wanted = json!({"objective": "target_roas", "target_roas": 1e9});
    let none = served.post("/v1/accounts/main/plan", &wanted).ends(200).json();
    assert_eq!(none["plan"], Value::Null);
}

#[test]
fn a_prediction_is_what_media_bring_and_what_comes_without() {
    let served = served();
    let whatif = served.post("/v1/accounts/main/whatif", &json!({})).ends(200).json();
    let spends: serde_json::Map<String, Value> = whatif["channels"]
        .as_array()
        .expect("channels")
        .iter()
        .map(|it| (it["channel"].as_str().expect("a name").to_owned(), it["present_spend"].clone()))
        .collect();
    let nothing: serde_json::Map<String, Value> =
        spends.keys().map(|name| (name.clone(), json!(0))).collect();
    let path = "/predict?account=main";
    let both = served.post(path, &json!([spends.clone(), nothing])).ends(200).json();
    let (present, without) =
        (number(&both, "/0/predicted_revenue"), number(&both, "/1/predicted_revenue"));
    let media = number(&whatif, "/present/revenue") - number(&whatif, "/without_media");
    assert_close(present - without, media, 1e-9 * media);
    assert_close(number(&both, "/0/low"), number(&whatif, "/present/low"), 1e-6 * media);
    assert_close(number(&both, "/1/low"), without, 1e-9 * media);
    // Baseline and media of the model's last four weeks come near to what was seen.
    let one = served.post(path, &Value::Object(spends)).ends(200).json();
    assert_eq!(number(&one, "/predicted_revenue").to_bits(), present.to_bits());
    assert_eq!(one.as_object().map(serde_json::Map::len), Some(3));
}

#[test]
fn a_feature_that_is_unknown_missing_or_no_number_is_named() {
    let served = served();
    let path = "/predict?account=main";
    let whole = json!({"Affiliate": 1, "Email": 2, "Google Ads": 3, "Meta Ads": 4});
    served.post(path, &whole).ends(200);
    let named = |body: Value| -> Vec<(Value, String)> {
        let problem = served.post(path, &body).problem(422);
        let errors = problem["errors"].as_array().expect("errors").clone();
        errors
            .iter()
            .map(|it| (it["index"].clone(), it["feature"].as_str().expect("a name").to_owned()))
            .collect()
    };
    let changed = |name: &str, value: Value| {
        let mut body = whole.clone();
        body[name] = value;
        body
    };
    for wrong in [json!("12"), json!(null), json!([1]), json!(true), json!(-1), json!(1e300)] {
        assert_eq!(named(changed("Email", wrong)), [(Value::Null, "Email".to_owned())]);
    }
    assert_eq!(named(changed("Emial", json!(1))), [(Value::Null, "Emial".to_owned())]);
    let mut lacks = whole.clone();
    lacks.as_object_mut().expect("an object").remove("Email");
    assert_eq!(named(lacks.clone()), [(Value::Null, "Email".to_owned())]);
    assert_eq!(named(json!([whole.clone(), lacks])), [(json!(1), "Email".to_owned())]);
    let many = vec![whole.clone(); 1001];
    served.post(path, &json!(many)).problem(422);
    // Neither of two accounts is asked unless one is named.
    served.post("/predict", &whole).problem(409);
    served.post("/predict?account=nobody", &whole).problem(404);
}

#[test]
fn what_is_asked_wrongly_gets_a_problem_that_says_how() {
    let served = served();
    let port = served.port;
    let whatif = "/v1/accounts/main/whatif";
    served.get("/nothing").problem(404);
    let method = ask(port, "DELETE", "/v1/accounts", &[], "");
    assert!(method.header("allow").is_some_and(|it| it.contains("GET")), "{}", method.head);
    method.problem(405);
    ask(port, "POST", whatif, &[("content-type", "text/plain")], "{}").problem(415);
    ask(port, "POST", whatif, &JSON, "{\"set\": ").problem(400);
    ask(port, "POST", whatif, &JSON, "[1]").problem(422);
    served.post(whatif, &json!({"sets": {}})).problem(422);
    served.post(whatif, &json!({"set": {"Gogle Ads": "+1%"}})).problem(422);
    served.post(whatif, &json!({"set": {"Google Ads": "lots"}})).problem(422);
    served.post(whatif, &json!({"spend": {"Google Ads": -1}})).problem(422);
    served.post(whatif, &json!({"confidence": 1})).problem(422);
    let large = format!("{{\"set\": {{\"a\": \"{}\"}}}}", "x".repeat(300_000));
    ask(port, "POST", whatif, &JSON, &large).problem(413);
    let plan = "/v1/accounts/main/plan";
    for wrong in [
        json!({"total": 0}),
        json!({"objective": "profit"}),
        json!({"objective": "target_roas", "total": 5}),
        json!({"low": 0.9, "high": 0.1}),
        json!({"high": 0.1}),
    ] {
        served.post(plan, &wrong).problem(422);
    }
}

#[test]
fn a_name_of_somebody_else_leads_nowhere() {
    let served = served();
    for host in ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil"] {
        ask(served.port, "GET", "/v1/accounts", &[("host", host)], "").problem(421);
    }
    for host in ["localhost", "127.0.0.1:1", "[::1]:9", "LOCALHOST:80"] {
        ask(served.port, "GET", "/v1/accounts", &[("host", host)], "").ends(200);
    }
}

#[test]
fn where_a_token_is_named_nothing_is_told_without_it() {
    let place = Place::new();
    let token = "0123456789abcdef0123456789abcdef";
    place.write("token", &format!("{token}\n"));
    fs::set_permissions(place.at("token"), fs::Permissions::from_mode(0o600)).expect("set");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let text = place.read("config/budgetd.toml");
    let api = format!("{text}\n[api]\nlisten = \"127.0.0.1:{port}\"\ntoken = \"token\"\n");
    place.write("config/budgetd.toml", &api);
    let mut daemon = Daemon::start(&place);
    for path in ["/", "/health", "/metrics", "/v1/accounts", "/whatif", "/nothing"] {
        ask(port, "GET", path, &[], "").problem(401);
        let wrong = [("authorization", "Bearer 0123456789abcdef0123456789abcdeF")];
        ask(port, "GET", path, &wrong, "").problem(401);
    }
    let bearer = format!("Bearer {token}");
    let right = [("authorization", bearer.as_str()), ("host", "budget.example.com")];
    ask(port, "GET", "/v1/accounts", &right, "").ends(200);
    assert!(!daemon.log().contains(token));
    assert_eq!(daemon.stop().0, 0);
    // A token that others may read, or that can be guessed, is none.
    fs::set_permissions(place.at("token"), fs::Permissions::from_mode(0o644)).expect("set");
    let refused = place.run(&["run"]);
    assert!(refused.stderr.contains("others may read it"), "{}", refused.all());
    let checked = place.run(&["check"]);
    assert!(checked.stdout.contains("others may read it"), "{}", checked.all());
    fs::remove_file(place.at("token")).expect("removed");
    place.write("token", "secret\n");
    let refused = place.run(&["run"]);
    assert!(refused.stderr.contains("32 characters"), "{}", refused.all());
}

/// 10 + 2 x 3 - 0.5 x 4, by hand.
#[test]
fn a_linear_model_answers_where_it_is_named() {
    let place = Place::new();
    place.write(
        "linear.json",
        r#"{"intercept": 10, "features": [{"name": "tv", "coefficient": 2}, {"name": "radio", "coefficient": -0.5}]}"#,
    );
    let served = serve(place, "predict_file = \"linear.json\"\n");
    let found = served.post("/predict", &json!({"radio": 4, "tv": 3})).ends(200).json();
    assert_eq!(found, json!({"predicted_revenue": 14.0, "low": null, "high": null}));
    let problem = served.post("/predict", &json!({"tv": 3})).problem(422);
    assert_eq!(problem["errors"][0]["feature"], "radio");
    // Without figures there is no other model.
    let none = served.post("/v1/accounts/main/whatif", &json!({})).problem(409);
    assert!(none["detail"].as_str().is_some_and(|it| it.contains("no model")), "{none}");
}

#[test]
fn the_status_is_that_of_the_command_line() {
    let served = served();
    let command = served.command(&["status", "--account", "main"]);
    let asked = served.get("/v1/accounts/main/status").ends(200).json();
    assert_eq!(asked["last"], command["accounts"][0]["last"]);
    assert_eq!(asked["health"], command["accounts"][0]["health"]);
    let all = served.get("/v1/status").ends(200).json();
    assert_eq!(all["accounts"].as_array().map(Vec::len), Some(2));
    assert_eq!(all["running"], true);
}

#[test]
fn the_description_names_every_path_and_how_to_ask() {
    let served = served();
    let description = served.get("/openapi.json").ends(200).json();
    assert!(description["openapi"].as_str().is_some_and(|it| it.starts_with("3.1")));
    let paths = description["paths"].as_object().expect("paths");
    for path in [
        "/predict",
        "/v1/accounts",
        "/v1/accounts/{id}/weeks",
        "/v1/accounts/{id}/weeks/{week}",
        "/v1/accounts/{id}/weeks/{week}/files/{name}",
        "/v1/accounts/{id}/status",
        "/v1/accounts/{id}/whatif",
        "/v1/accounts/{id}/plan",
        "/v1/status",
        "/health",
        "/ready",
        "/metrics",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    assert!(description["components"]["schemas"]["WhatIfAsked"]["example"].is_object());
}

#[test]
fn questions_change_nothing() {
    let place = Place::empty();
    place.run(&["demo", "."]).ends(0);
    let served = serve(place, "predict = \"main\"\n");
    let published = || {
        let mut found = Vec::new();
        let mut folders = vec![served.place.at("outbox"), served.place.at("archive")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                } else {
                    let bytes = fs::read(&path).unwrap_or_default();
                    found.push((path, bytes));
                }
            }
        }
        found.sort();
        found
    };
    let log = || served.place.run(&["audit", "show", "--account", "main"]).stdout;
    // The demonstration's day is over: the first round holds the week of today, in both accounts.
    let is_decided = |account: &str| {
        let line = format!("budgetd_decisions_total{{account=\"{account}\",outcome=\"held\"}} 1");
        served.get("/metrics").text().contains(&line)
    };
    wait_until("the week of today is held", || is_decided("main") && is_decided("shop"));
    thread::sleep(std::time::Duration::from_millis(500));
    let before = (published(), log());
    for _ in 0..3 {
        served
            .post("/predict", &json!({"Affiliate": 1, "Email": 2, "Google Ads": 3, "Meta Ads": 4}))
            .ends(200);
        served.post("/v1/accounts/main/whatif", &json!({"set": {"Email": "+50%"}})).ends(200);
        served.post("/v1/accounts/main/plan", &json!({"total": 900_000})).ends(200);
        served.get("/v1/status").ends(200);
        served.get("/v1/accounts/main/weeks").ends(200);
    }
    let after = (published(), log());
    assert!(before == after, "something changed");
    let metrics = served.get("/metrics").text();
    let counted = "budgetd_http_requests_total{route=\"/predict\",status=\"200\"} 3";
    assert!(metrics.contains(counted), "{metrics}");
    assert!(Path::new(&served.place.at("state")).exists());
}

#[test]
fn idle_clients_hold_nobody_up() {
    let served = served();
    let idle: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", served.port)).expect("it listens");
            stream.write_all(b"POST /predict HTTP/1.1\r\nhost: local").expect("sent");
            stream
        })
        .collect();
    served.get("/ready").ends(200);
    served.post("/v1/accounts/main/whatif", &json!({})).ends(200);
    drop(idle);
}
