//! One event to one hook: a command that gets it on its standard input, or an address that it is posted
//! to, within a time.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant as Monotonic};

use ureq::tls::{RootCerts, TlsConfig};

use super::super::shown;
use crate::config::HookTarget;

/// How often a command is asked whether it is done.
const POLL: Duration = Duration::from_millis(20);

/// Tells `target` of an event, within `timeout`, which grows shorter once `end` is known. An error is in
/// words that hold no secret.
pub(super) fn tell(
    target: &HookTarget,
    json: &str,
    timeout: Duration,
    end: &OnceLock<Monotonic>,
) -> Result<(), String> {
    match target {
        HookTarget::Command(words) => run(words, json, timeout, end),
        HookTarget::Url(url) => {
            let left = end.get().map(|end| end.saturating_duration_since(Monotonic::now()));
            post(url, json, left.map_or(timeout, |left| left.min(timeout)))
        }
    }
}

/// Runs a command with the event on its standard input. Its words never hold anything of the event,
/// and it inherits nothing but the path to programs.
fn run(
    words: &[String],
    json: &str,
    timeout: Duration,
    end: &OnceLock<Monotonic>,
) -> Result<(), String> {
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
    match wait(&mut child, timeout, end) {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(format!("ended with {status}")),
        None if end.get().is_some() => Err("was ended, because the daemon stops".to_owned()),
        None => Err(format!("took more than {} seconds and was ended", timeout.as_secs())),
    }
}

/// The status of a child that ends in time; one that doesn't is ended, with what it has started.
fn wait(child: &mut Child, timeout: Duration, end: &OnceLock<Monotonic>) -> Option<ExitStatus> {
    let begun = Monotonic::now();
    while begun.elapsed() < timeout && end.get().is_none_or(|end| Monotonic::now() < *end) {
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
        run(&command(&script), "{\"event\":\"hold\"}", Duration::from_secs(30), &OnceLock::new())
            .expect("told");
        let told = std::fs::read_to_string(path).expect("told");
        let mut lines: Vec<&str> = told.lines().filter(|line| !line.starts_with("_=")).collect();
        assert_eq!(lines.remove(0), "{\"event\":\"hold\"}");
        lines.retain(|line| !line.starts_with("PWD=") && !line.starts_with("SHLVL="));
        assert_eq!(lines, ["PATH=/usr/local/bin:/usr/bin:/bin"]);
    }

    #[test]
    fn a_command_that_fails_or_takes_too_long_is_said_so() {
        let ends = |script: &str, seconds| {
            run(&command(script), "{}", Duration::from_millis(seconds), &OnceLock::new())
        };
        assert_eq!(ends("exit 3", 30_000), Err("ended with exit status: 3".to_owned()));
        let late = ends("sleep 60 & sleep 60", 300).expect_err("it is too late");
        assert!(late.contains("was ended"), "{late}");
        let gone =
            run(&["/nowhere/tell".to_owned()], "{}", Duration::from_secs(1), &OnceLock::new());
        assert!(gone.expect_err("there is none").starts_with("can't be run: No such file"));
    }
}
