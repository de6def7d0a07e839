//! The listener as a client sees it: plain HTTP over a socket.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::time::Duration;

use super::*;
use crate::domain::{AccountId, Instant};

/// The time of day of all these tests.
fn noon() -> Instant {
    "2026-01-05T12:00:00Z".parse().expect("an instant")
}

fn telemetry(monotonic: fn() -> std::time::Instant) -> Arc<Telemetry> {
    let ids = ["main", "shop"].map(|id| AccountId::new(id).expect("an id"));
    Arc::new(Telemetry::new(Clock { wall: noon, monotonic }, ids))
}

fn main_account() -> AccountId {
    AccountId::new("main").expect("an id")
}

/// Status line, headers and body of a GET.
fn get(address: SocketAddr, path: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).expect("the listener is there");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered in text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
    (status, head.to_owned(), body.to_owned())
}

/// Does something while the listener answers; it ends with it.
fn while_serving(telemetry: &Arc<Telemetry>, work: impl FnOnce(SocketAddr)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stopped = async { stopped.await.unwrap_or_default() };
    let serving =
        runtime.spawn(serve(listener, telemetry.clone(), ApiSettings::default(), stopped));
    work(address);
    stop.send(()).expect("it still listens");
    runtime.block_on(serving).expect("no panic");
    assert!(TcpStream::connect(address).is_err(), "it still listens");
}

#[test]
fn readiness_comes_with_the_first_look_and_trouble_is_no_health() {
    let telemetry = telemetry(std::time::Instant::now);
    while_serving(&telemetry, |address| {
        assert_eq!(get(address, "/ready").0, 503);
        telemetry.ready();
        let (status, _, body) = get(address, "/ready");
        assert_eq!((status, body.as_str()), (200, "{\"ready\":true}"));
        let (status, _, body) = get(address, "/health");
        assert!(status == 200 && body.contains("\"status\":\"well\""), "{body}");
        let trouble = Trouble { part: "drop_folder", text: "it is gone".to_owned() };
        telemetry.account(&main_account(), Next::default(), vec![trouble]);
        let (status, _, body) = get(address, "/health");
        assert!(status == 503 && body.contains("\"status\":\"trouble\""), "{body}");
        assert!(body.contains(r#"{"account":"main","part":"drop_folder","text":"it is gone"}"#));
        let (_, _, metrics) = get(address, "/metrics");
        assert!(metrics.contains("budgetd_trouble{account=\"main\",part=\"drop_folder\"} 1\n"));
        telemetry.account(&main_account(), Next::default(), Vec::new());
        assert_eq!(get(address, "/health").0, 200);
        let (_, _, metrics) = get(address, "/metrics");
        assert!(metrics.contains("budgetd_trouble{account=\"main\",part=\"drop_folder\"} 0\n"));
    });
}

#[test]
fn a_worker_that_shows_no_sign_of_life_is_no_health() {
    static LATER: Mutex<Duration> = Mutex::new(Duration::ZERO);
    fn clock() -> std::time::Instant {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        let start = START.get_or_init(std::time::Instant::now);
        *start + *LATER.lock().expect("no panic")
    }
    let telemetry = telemetry(clock);
    assert!(telemetry.health().is_well);
    *LATER.lock().expect("no panic") = Duration::from_secs(119);
    assert!(telemetry.health().is_well);
    *LATER.lock().expect("no panic") = Duration::from_mins(2);
    let health = telemetry.health();
    assert!(!health.is_well);
    assert_eq!(health.json["status"], "hangs");
    assert!(telemetry.metrics().contains("budgetd_seconds_since_sign_of_life 120\n"));
    telemetry.beat();
    assert!(telemetry.health().is_well);
}

#[test]
fn a_trouble_of_the_daemon_itself_is_nobodys_account_and_everybodys_trouble() {
    let telemetry = telemetry(std::time::Instant::now);
    // What was never seen can't rise.
    for part in OWN_PARTS {
        let zero = format!("budgetd_trouble{{account=\"\",part=\"{part}\"}} 0\n");
        assert!(telemetry.metrics().contains(&zero), "{zero}");
    }
    telemetry.own(KEY, Some("nothing can be signed".to_owned()));
    let health = telemetry.health();
    assert!(!health.is_well);
    assert_eq!(health.json["status"], "trouble");
    let told = serde_json::json!([{ "part": "key", "text": "nothing can be signed" }]);
    assert_eq!(health.json["troubles"], told);
    assert!(telemetry.metrics().contains("budgetd_trouble{account=\"\",part=\"key\"} 1\n"));
    // Another configuration serves other accounts by the same key.
    telemetry.serve([main_account()]);
    assert!(!telemetry.health().is_well);
    telemetry.own(KEY, None);
    assert!(telemetry.health().is_well);
    assert!(telemetry.metrics().contains("budgetd_trouble{account=\"\",part=\"key\"} 0\n"));
    // Noon of 5 January 2026.
    assert!(telemetry.metrics().contains("budgetd_start_time_seconds 1767614400\n"));
}

#[test]
fn what_comes_next_is_told_in_seconds_and_days() {
    let telemetry = telemetry(std::time::Instant::now);
    let next = Next {
        run: Some("2026-01-05T13:00:00Z".parse().expect("an instant")),
        newest_day: Some("2026-01-02".parse().expect("a day")),
        today: Some("2026-01-05".parse().expect("a day")),
        is_waiting: true,
    };
    telemetry.account(&main_account(), next, Vec::new());
    telemetry.disk_free("state", 4096);
    telemetry.log_lines_lost(3);
    telemetry.took("week", Duration::from_millis(20));
    let text = telemetry.metrics();
    let has = |line: &str| text.lines().any(|it| it == line);
    for line in [
        "budgetd_seconds_to_next_run{account=\"main\"} 3600",
        "budgetd_next_run_timestamp_seconds{account=\"main\"} 1767618000",
        // Yesterday was the 4th.
        "budgetd_data_lag_days{account=\"main\"} 2",
        "budgetd_waiting{account=\"main\"} 1",
        "budgetd_waiting{account=\"shop\"} 0",
        "budgetd_files_total{account=\"shop\",outcome=\"refused\"} 0",
        "budgetd_decisions_total{account=\"main\",outcome=\"held\"} 0",
        "budgetd_disk_free_bytes{folder=\"state\"} 4096",
        "budgetd_log_lines_lost 3",
        "budgetd_work_duration_seconds_bucket{le=\"0.03\",work=\"week\"} 1",
        "budgetd_work_duration_seconds_bucket{le=\"0.01\",work=\"week\"} 0",
        "# EOF",
    ] {
        assert!(has(line), "{line} is not in\n{text}");
    }
}

#[test]
fn other_paths_and_methods_are_answered_and_change_nothing() {
    let telemetry = telemetry(std::time::Instant::now);
    while_serving(&telemetry, |address| {
        assert_eq!(get(address, "/nothing").0, 404);
        assert_eq!(get(address, "/").2, "budgetd is running\n");
        let mut stream = TcpStream::connect(address).expect("the listener is there");
        let request = "POST /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered in text");
        assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
        let (_, head, _) = get(address, "/metrics");
        assert!(head.contains("content-type: application/openmetrics-text"), "{head}");
    });
}

#[test]
fn alerts_and_dashboard_ask_for_nothing_that_is_not_told() {
    // A family without a value is not shown, so that its registration is what counts.
    let registered = include_str!("metrics.rs");
    let alerts = include_str!("../../packaging/prometheus/budgetd.rules.yml");
    let dashboard = include_str!("../../packaging/grafana/budgetd.json");
    let is_part_of_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let mut asked = 0;
    for text in [alerts, dashboard] {
        for name in text.split(|it: char| !is_part_of_name(it)) {
            if !name.starts_with("budgetd_") {
                continue;
            }
            asked += 1;
            let family = name.trim_end_matches("_total").trim_end_matches("_bucket");
            let family = family.trim_start_matches("budgetd_");
            assert!(registered.contains(&format!("\"{family}\",")), "{name}");
        }
    }
    assert!(asked > 20, "{asked}");
}
