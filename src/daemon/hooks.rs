//! Tells others of what happens, by the configuration's `[[hooks]]`: one after the other, beside the
//! worker, each within its time. What can't be told is logged and left; no decision waits for it.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant as Monotonic};

use serde_json::Value;
use tracing::{debug, error, warn};
use ureq::tls::{RootCerts, TlsConfig};

use super::{DaemonError, setup, shown};
use crate::config::{Hook, HookEvent, HookTarget};
use crate::domain::text::escape;

/// Events that wait to be told. More of them at once are a storm that nobody reads.
const WAITING_MAX: usize = 256;

/// How often a command is asked whether it is done.
const POLL: Duration = Duration::from_millis(20);

/// The most of an event that is told, so that a command that doesn't read can't block the pipe.
const BYTES_MAX: usize = 32 * 1024;

/// Whoever has something to tell.
#[derive(Debug, Clone, Default)]
pub struct Hooks {
    /// Absent where nobody wants to be told.
    queue: Option<SyncSender<Told>>,
    hooks: Vec<Hook>,
}

/// One event for one hook.
#[derive(Debug)]
struct Told {
    hook: Hook,
    event: HookEvent,
    /// Whose it is, and of which week, for the log.
    account: Option<String>,
    week: Option<String>,
    json: String,
}

impl Hooks {
    /// Begins to tell in a thread of its own, which ends with the last of these.
    pub fn begin(hooks: Vec<Hook>) -> Result<Self, DaemonError> {
        if hooks.is_empty() {
            return Ok(Self::default());
        }
        let (queue, waiting) = sync_channel(WAITING_MAX);
        thread::Builder::new()
            .name("hooks".to_owned())
            .spawn(move || tell_all(&waiting))
            .map_err(|source| setup("the hooks", source))?;
        Ok(Self { queue: Some(queue), hooks })
    }

    /// Tells of an event whoever wants to know, later and elsewhere. `fields` is a JSON object.
    pub fn tell(&self, event: HookEvent, fields: &Value) {
        let Some(queue) = &self.queue else { return };
        for hook in self.hooks.iter().filter(|hook| hook.on.contains(&event)) {
            let mut object = serde_json::Map::new();
            object.insert("event".to_owned(), event.word().into());
            object.extend(fields.as_object().cloned().unwrap_or_default());
            let json = Value::Object(object).to_string();
            if json.len() > BYTES_MAX {
                warn!(event = event.word(), "an event is too long to be told");
                continue;
            }
            let text = |key: &str| fields[key].as_str().map(str::to_owned);
            let (account, week) = (text("account"), text("week"));
            match queue.try_send(Told { hook: hook.clone(), event, account, week, json }) {
                Ok(()) => {}
                Err(TrySendError::Full(Told { account, week, .. })) => {
                    let event = event.word();
                    warn!(account, week, event, "not told: too many events wait for their hooks");
                }
                Err(TrySendError::Disconnected(Told { account, week, .. })) => {
                    let event = event.word();
                    error!(account, week, event, "not told: the hooks have ended");
                }
            }
        }
    }
}

fn tell_all(waiting: &Receiver<Told>) {
    while let Ok(told) = waiting.recv() {
        let (event, target) = (told.event.word(), name(&told.hook.target));
        let (account, week) = (told.account.as_deref(), told.week.as_deref());
        match tell(&told) {
            Ok(()) => debug!(account, week, event, target, "told"),
            Err(why) => warn!(account, week, event, target, why, "a hook could not be told"),
        }
    }
}

/// Whom the log names: the program, or the host, since an address may hold a secret.
fn name(target: &HookTarget) -> String {
    match target {
        HookTarget::Command(words) => escape(words.first().map_or("", String::as_str)),
        HookTarget::Url(url) => {
            let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            escape(host.rsplit('@').next().unwrap_or_default())
        }
    }
}

fn tell(told: &Told) -> Result<(), String> {
    let timeout = Duration::from_secs(told.hook.timeout_seconds);
    match &told.hook.target {
        HookTarget::Command(words) => run(words, &told.json, timeout),
        HookTarget::Url(url) => post(url, &told.json, timeout),
    }
}

/// Runs a command with the event on its standard input. Its words never hold anything of the event,
/// and it inherits nothing but the path to programs.
fn run(words: &[String], json: &str, timeout: Duration) -> Result<(), String> {
    let (program, arguments) = words.split_first().ok_or("there is no command")?;
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|source| format!("can't be run: {}", shown(&source)))?;
    if let Some(mut input) = child.stdin.take() {
        // It fits into the pipe. A command that doesn't read it is no failure.
        drop(writeln!(input, "{json}"));
    }
    match wait(&mut child, timeout) {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(format!("ended with {status}")),
        None => Err(format!("took more than {} seconds and was ended", timeout.as_secs())),
    }
}

/// The status of a child that ends in time; one that doesn't is ended, with what it has started.
fn wait(child: &mut Child, timeout: Duration) -> Option<ExitStatus> {
    let begun = Monotonic::now();
    while begun.elapsed() < timeout {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        thread::sleep(POLL);
    }
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL)
            .unwrap_or_default();
    }
    drop(child.kill());
    drop(child.wait());
    None
}

fn post(url: &str, json: &str, timeout: Duration) -> Result<(), String> {
    // The machine's authorities, so that a company's own is trusted as everywhere on it.
    let authorities = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(timeout))
        .max_redirects(0)
        .tls_config(authorities);
    let agent: ureq::Agent = config.build().into();
    let sent = agent.post(url).header("content-type", "application/json").send(json);
    // Its words may hold the address, and that a secret.
    sent.map(drop).map_err(|error| match error {
        ureq::Error::StatusCode(status) => format!("answered with status {status}"),
        ureq::Error::Timeout(_) => format!("took more than {} seconds", timeout.as_secs()),
        ureq::Error::Io(source) => shown(&source),
        ureq::Error::HostNotFound => "its host is not known".to_owned(),
        ureq::Error::ConnectionFailed => "can't be reached".to_owned(),
        _ => "can't be posted to".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(script: &str) -> Vec<String> {
        ["/bin/sh", "-c", script].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_command_gets_the_event_on_its_standard_input_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("told");
        let script = format!("cat > '{0}'; env >> '{0}'", path.display());
        run(&command(&script), "{\"event\":\"hold\"}", Duration::from_secs(30)).expect("told");
        let told = std::fs::read_to_string(path).expect("told");
        let mut lines: Vec<&str> = told.lines().filter(|line| !line.starts_with("_=")).collect();
        assert_eq!(lines.remove(0), "{\"event\":\"hold\"}");
        lines.retain(|line| !line.starts_with("PWD=") && !line.starts_with("SHLVL="));
        assert_eq!(lines, ["PATH=/usr/local/bin:/usr/bin:/bin"]);
    }

    #[test]
    fn a_command_that_fails_or_takes_too_long_is_said_so() {
        let ends =
            |script: &str, seconds| run(&command(script), "{}", Duration::from_millis(seconds));
        assert_eq!(ends("exit 3", 30_000), Err("ended with exit status: 3".to_owned()));
        let late = ends("sleep 60 & sleep 60", 300).expect_err("it is too late");
        assert!(late.contains("was ended"), "{late}");
        let gone = run(&["/nowhere/tell".to_owned()], "{}", Duration::from_secs(1));
        assert!(gone.expect_err("there is none").starts_with("can't be run: No such file"));
    }

    #[test]
    fn the_log_names_a_host_and_no_secret_of_its_address() {
        let named = |url: &str| name(&HookTarget::Url(url.to_owned()));
        assert_eq!(
            named("https://me:pass@hooks.example.org:443/T0/secret?x"),
            "hooks.example.org:443"
        );
        assert_eq!(named("http://localhost"), "localhost");
    }
}
