//! The status page says what the JSON says, trouble first, and nothing from outside becomes markup.

use serde_json::{Value, json};

use super::*;

fn rendered(status: &Value, page: usize) -> String {
    let health = json!({"status": "well", "version": "9.9.9", "troubles": []});
    let accounts = json!({"accounts": [{"id": "main", "time_zone": "Asia/Kolkata"}]});
    let weeks = |id: &str| match id {
        "main" => {
            json!({"weeks": [{"week_start_date": "2026-01-26", "revision": 2, "outcome": "held",
            "total": "500000.00", "total_text": "₹5,00,000", "files": ["report.html", "decision.json", "SHA256SUMS"]}]})
        }
        _ => json!({"weeks": []}),
    };
    front(&Front { health: &health, status, accounts: &accounts, weeks: &weeks, page })
}

#[test]
fn a_browser_gets_a_page_and_others_text() {
    assert!(wants_html("text/html,application/xhtml+xml,*/*;q=0.8"));
    assert!(wants_html("application/json, text/html ; q=0.5"));
    for other in ["", "*/*", "application/json", "text/plain", "text/html;q=0", "text/htmlx"] {
        assert!(!wants_html(other), "{other}");
    }
}

#[test]
fn the_policy_allows_no_script_or_style_in_the_page() {
    let status = json!({"accounts": [{"account": "main", "health": "well"}]});
    for html in [rendered(&status, 1), include_str!("assets/whatif.html").to_owned()] {
        assert!(!html.contains("style="), "{html}");
        assert!(!html.contains("<style"), "{html}");
        assert!(!html.contains(" onclick="), "{html}");
        assert_eq!(html.matches("<script").count(), 1, "{html}");
        assert!(html.contains("<script type=\"module\" src=\"/assets/"), "{html}");
    }
    assert!(!POLICY.contains("unsafe"));
}

#[test]
fn what_a_file_is_called_never_becomes_markup() {
    let evil = "<img src=x onerror=alert(1)>\"'&.csv";
    let status = json!({"accounts": [{"account": "main", "health": "attention",
        "refused": {"files": 1, "newest": {"name": evil, "on": "2026-01-19", "reasons": [evil]}},
        "files": [{"name": evil, "outcome": "refused"}], "inbox_trouble": evil,
        "channels_left_out": [evil]}]});
    let html = rendered(&status, 1);
    assert!(!html.contains("<img"), "{html}");
    assert_eq!(html.matches("&#60;img").count(), 5, "{html}");
}

#[test]
fn trouble_stands_first_and_a_thousand_accounts_make_forty_pages() {
    let mut accounts: Vec<Value> =
        (0..999).map(|i| json!({"account": format!("a{i:03}"), "health": "well"})).collect();
    accounts.push(json!({"account": "z", "health": "attention"}));
    accounts[500] = json!({"account": "a500", "health": "waiting"});
    accounts[700] = json!({"account": "a700", "error": "the ledger can't be read"});
    let status = json!({"accounts": accounts});
    let first = rendered(&status, 1);
    let place = |id: &str| first.find(&format!("<h2 id=\"account-{id}\">")).expect(id);
    assert!(
        place("a700") < place("z") && place("z") < place("a500") && place("a500") < place("a000")
    );
    assert_eq!(first.matches("<section").count(), 25);
    assert!(first.contains("Page 1 of 40, 1000 accounts"), "{first}");
    assert!(first.contains("2 accounts need attention."), "{first}");
    assert!(!first.contains("Before</a>") && first.contains("<a href=\"/?page=2\">Next</a>"));
    let last = rendered(&status, 4000);
    assert!(
        last.contains("Page 40 of 40") && last.contains("account-a999")
            || last.contains("account-a998")
    );
}

#[test]
fn missing_days_and_times_are_said_on_the_accounts_clock() {
    let status = json!({"accounts": [{"account": "main", "health": "waiting",
        "due": {"week": "2026-01-26", "standing": {"gate": "waiting", "holds_from": "2026-01-26T12:30:00Z",
            "missing": [{"channel": "Email", "absent": ["2026-01-24", "2026-01-25"], "early": []},
                {"channel": "Meta", "absent": ["2026-01-19", "2026-01-20", "2026-01-21", "2026-01-22"],
                 "early": []}]}},
        "next": {"week": "2026-02-02", "at": "2026-02-02T00:30:00Z"}, "next_standing": {"gate": "ready"},
        "last": {"week": "2026-01-19", "revision": 1, "outcome": "decided", "vetoes": ["Email"],
            "is_there": true, "late_since": null}}]});
    let html = rendered(&status, 1);
    // Kolkata is five and a half hours ahead of UTC.
    assert!(html.contains("it waits for data, until Mon 26 Jan 2026, 18:00"), "{html}");
    assert!(html.contains("<li>Email: missing 24 Jan 2026, 25 Jan 2026</li>"), "{html}");
    assert!(html.contains("<li>Meta: missing 4 days, 19 Jan 2026 to 22 Jan 2026</li>"), "{html}");
    assert!(
        html.contains("Mon 2 Feb 2026, 06:00, for the week of 2 Feb 2026; its data are complete")
    );
    assert!(html.contains("the week of 19 Jan 2026, decided; a veto kept Email"), "{html}");
    assert!(html.contains("1 account waits for data."), "{html}");
}

#[test]
fn weeks_link_to_the_files_that_the_bundle_has() {
    let html = rendered(&json!({"accounts": [{"account": "main", "health": "well"}]}), 1);
    let files = "/v1/accounts/main/weeks/2026-01-26/files";
    assert!(html.contains(&format!("href=\"{files}/report.html?revision=2\"")), "{html}");
    assert!(html.contains("held, revision 2"), "{html}");
    assert!(!html.contains("weekly_recommendations.csv"), "{html}");
    assert!(html.contains("All is well."), "{html}");
}
