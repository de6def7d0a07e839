#!/usr/bin/env bash
# What the API answers in a second, beside its load generator on the same machine: /predict and what-if of the
# demonstration's model, and what the daemon takes. Needs wrk.
# usage: benches/whole/api.sh [SECONDS] [BUDGETD]
set -euo pipefail
seconds=${1:-10}
budgetd=$(realpath "${2:-target/release/budgetd}")
command -v wrk >/dev/null || { echo "there is no wrk here" >&2; exit 2; }
work=$(mktemp -d)
daemon=
end() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT
"$budgetd" demo "$work/demo" >/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf '\n[api]\nlisten = "127.0.0.1:%s"\npredict = "main"\n' "$port" >> "$work/demo/config/budgetd.toml"
(cd "$work/demo" && exec "$budgetd" run) > "$work/log" 2>&1 &
daemon=$!
for _ in $(seq 100); do
    python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/ready')" 2>/dev/null && break
    sleep 0.2
done
ask() { # ask NAME CONNECTIONS PATH BODY
    cat > "$work/ask.lua" <<LUA
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '$4'
done = function(summary, latency, requests)
    print(string.format("%-28s %8.0f requests/s, p50 %.2f ms, p99 %.2f ms, %d errors", "$1 ($2 connections)",
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
LUA
    wrk -t2 -c"$2" -d2 -s "$work/ask.lua" "http://127.0.0.1:$port$3" > /dev/null
    wrk -t2 -c"$2" -d"$seconds" -s "$work/ask.lua" "http://127.0.0.1:$port$3" | tail -n 1
}
ask predict 32 /predict '{"Affiliate": 60000, "Email": 90000, "Google Ads": 180000, "Meta Ads": 120000}'
ask what-if 4 /v1/accounts/main/whatif '{"set": {"Google Ads": "+30%", "Email": "-5000"}}'
ask what-if 32 /v1/accounts/main/whatif '{"set": {"Google Ads": "+30%", "Email": "-5000"}}'
awk '/VmHWM/ { printf "most memory of the daemon: %.1f MB\n", $2 * 1024 / 1e6 }' "/proc/$daemon/status"
