//! Hooks at an `https` address: told through TLS by the authorities that the machine trusts, and by no
//! others.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "cli/place.rs"]
mod place;

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use place::{Daemon, HEADER, Place, has_program, wait_until};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// An authority, `ca.pem`, and a certificate of it for 127.0.0.1, `server.pem`.
fn certificates(place: &Place) {
    let make = |arguments: &str| {
        let mut command = Command::new("openssl");
        command.args(["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"]);
        command.args(["-pkeyopt", "ec_paramgen_curve:P-256"]).args(arguments.split(' '));
        let made = command.current_dir(place.root()).output().expect("openssl runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    };
    make(
        "-subj /CN=authority -keyout ca.key -out ca.pem \
         -addext basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign",
    );
    make(
        "-subj /CN=127.0.0.1 -CA ca.pem -CAkey ca.key -keyout server.key -out server.pem \
         -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=IP:127.0.0.1 \
         -addext extendedKeyUsage=serverAuth",
    );
}

/// A server for connections one after the other; what they say goes to `told`.
struct Server(Child);

impl Server {
    fn start(place: &Place, port: u16) -> Self {
        let told = fs::File::create(place.at("told")).expect("made");
        let accept = format!("127.0.0.1:{port}");
        let mut command = Command::new("openssl");
        command.args(["s_server", "-quiet", "-accept", &accept]);
        command.args(["-cert", "server.pem", "-key", "server.key"]);
        command.current_dir(place.root()).stdin(Stdio::piped()).stdout(told).stderr(Stdio::null());
        let server = Self(command.spawn().expect("openssl runs"));
        wait_until("the server listens", || std::net::TcpStream::connect(&accept).is_ok());
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().expect("ended");
        self.0.wait().expect("waited for");
    }
}

fn with_hook(port: u16) -> Place {
    let place = Place::new();
    place.edit("config/budgetd.toml", "quiet_seconds = 10", "quiet_seconds = 0");
    let hook = format!(
        "\n[[hooks]]\non = [\"refusal\"]\nurl = \"https://127.0.0.1:{port}/secret\"\n\
         timeout_seconds = 20\n"
    );
    place.write("config/budgetd.toml", &(place.read("config/budgetd.toml") + &hook));
    place
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

#[test]
fn an_address_behind_tls_is_told_if_the_machine_trusts_it_and_not_otherwise() {
    if !has_program("openssl") {
        println!(
            "skipped: an_address_behind_tls_is_told_if_the_machine_trusts_it_and_not_otherwise: \
             there is no openssl"
        );
        return;
    }
    let port = free_port();
    let place = with_hook(port);
    certificates(&place);
    let mut server = Server::start(&place, port);
    let wrong = |number: u32| {
        let row = format!("2026-01-05,Radio {number},1,1,1,1,1");
        place.write(&format!("inbox/wrong_{number}.csv"), &format!("{HEADER}\n{row}\n"));
    };

    let mut daemon = Daemon::spawn(&place, &[]);
    wrong(1);
    wait_until("it is not trusted", || daemon.log().contains("a hook could not be told"));
    assert_eq!(daemon.stop().0, 0);
    let log = daemon.log();
    assert!(log.contains("why=\"invalid peer certificate"), "{log}");
    assert!(!log.contains("secret"), "the log tells the address: {log}");
    assert_eq!(place.read("told"), "", "nothing is sent to a stranger");

    let mut daemon = Daemon::spawn(&place, &[("SSL_CERT_FILE", &place.at("ca.pem"))]);
    wrong(2);
    wait_until("it is told", || place.read("told").contains("wrong_2.csv"));
    let input = server.0.stdin.as_mut().expect("piped");
    input.write_all(ANSWER).expect("answered");
    input.flush().expect("answered");
    let told = place.read("told");
    assert!(told.starts_with("POST /secret HTTP/1.1\r\n"), "{told}");
    assert!(told.contains("\"event\":\"refusal\""), "{told}");
    assert_eq!(daemon.stop().0, 0);
    assert!(!daemon.log().contains("could not be told"), "{}", daemon.log());
}
