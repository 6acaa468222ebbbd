//! The real program on a data folder, and what it takes to ask it.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The program that is measured: another build of it where `XUNGE_PROGRAM` names one.
fn program() -> OsString {
    std::env::var_os("XUNGE_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_xunge").into())
}

/// `xunge ARGS` on a data folder.
pub fn xunge(folder: &Path, args: &[&str]) {
    let mut command = Command::new(program());
    assert!(command.args(args).arg("--data").arg(folder).stdout(Stdio::null()).status().unwrap().success(), "{args:?}");
}

/// A served data folder.
pub struct Served {
    process: Child,
    address: String,
    pub ready_after: Duration,
}

impl Served {
    pub fn start(folder: &Path) -> Self {
        Self::with(folder, &[])
    }

    /// With more arguments; what `XUNGE_PRELOAD` names is loaded before it.
    pub fn with(folder: &Path, more: &[&str]) -> Self {
        let start = Instant::now();
        let mut process = Command::new(program())
            .args(["serve", "--keyless", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .args(more)
            .envs(std::env::var_os("XUNGE_PRELOAD").map(|library| ("LD_PRELOAD", library)))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("http://") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "the service ended before it said where it is");
        }
        let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let mut served = Self { process, address, ready_after: Duration::ZERO };
        let (status, _) = served.connect().get("/readyz");
        assert_eq!(status, 200);
        served.ready_after = start.elapsed();
        served
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn connect(&self) -> Connection {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_nodelay(true).unwrap();
        Connection {
            host: self.address.clone(),
            out: stream.try_clone().unwrap(),
            back: BufReader::new(stream),
            tag: String::new(),
        }
    }

    pub fn resident_mb(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// Waits until it does nothing: what it makes beside its answers after a start is made.
    pub fn rest(&self) {
        // Of user and system, in hundredths of a second.
        let spent = || -> u64 {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
            let fields: Vec<_> = stat.rsplit(") ").next().unwrap().split(' ').collect();
            fields[11..13].iter().map(|n| n.parse::<u64>().unwrap()).sum()
        };
        let (mut before, mut quiet) = (spent(), 0);
        while quiet < 3 {
            std::thread::sleep(Duration::from_secs(1));
            let now = spent();
            quiet = if now - before < 20 { quiet + 1 } else { 0 };
            before = now;
        }
    }

    pub fn stop(mut self) {
        Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        self.process.wait().unwrap();
    }
}

/// Nothing keeps running when a measurement fails.
impl Drop for Served {
    fn drop(&mut self) {
        // It has ended already, mostly.
        self.process.kill().ok();
    }
}

/// HTTP/1.1 over one connection; the service answers with a length unless it is asked to compress.
pub struct Connection {
    host: String,
    out: TcpStream,
    back: BufReader<TcpStream>,
    /// Of the last answer.
    tag: String,
}

impl Connection {
    pub fn get(&mut self, path: &str) -> (u16, Vec<u8>) {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.host);
        self.exchange(head.as_bytes())
    }

    /// With the tag that is known: the one that it has now.
    pub fn get_tagged(&mut self, path: &str, tag: &str) -> String {
        let known = if tag.is_empty() { String::new() } else { format!("if-none-match: {tag}\r\n") };
        self.exchange(format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{known}\r\n", self.host).as_bytes());
        std::mem::take(&mut self.tag)
    }

    pub fn post(&mut self, path: &str, body: &str) -> (u16, Vec<u8>) {
        self.send("POST", path, body)
    }

    pub fn patch(&mut self, path: &str, body: &str) -> (u16, Vec<u8>) {
        self.send("PATCH", path, body)
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> (u16, Vec<u8>) {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.exchange(head.as_bytes())
    }

    fn exchange(&mut self, request: &[u8]) -> (u16, Vec<u8>) {
        self.out.write_all(request).unwrap();
        let (mut status, mut length) = (0, 0);
        let mut line = String::new();
        loop {
            line.clear();
            self.back.read_line(&mut line).unwrap();
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some(rest) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = rest.trim().parse().unwrap();
            } else if let Some(tag) = line.strip_prefix("etag:") {
                self.tag = tag.trim().to_owned();
            } else if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        self.back.read_exact(&mut body).unwrap();
        (status, body)
    }
}

/// Milliseconds of each call.
pub fn time(n: usize, mut call: impl FnMut(usize)) -> Vec<f64> {
    let mut all: Vec<f64> = (0..n)
        .map(|i| {
            let start = Instant::now();
            call(i);
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all
}

pub fn row(name: &str, sorted: &[f64], reference_ms: f64) {
    let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    println!("{name:<44} {:>9.3} {:>9.3} {:>9.1}", at(0.5), at(0.99), at(0.5) / reference_ms);
}
