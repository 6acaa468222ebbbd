//! curl, as a client that speaks TLS and HTTP/2 and keeps cookies as browsers do.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use super::nginx::{HOST, Nginx};

#[derive(Debug)]
pub struct Curl {
    /// Where the service is, for it.
    pub root: String,
    always: Vec<String>,
    folder: TempDir,
}

#[derive(Debug)]
pub struct Answer {
    /// `HTTP/2` or `HTTP/1.1`.
    pub version: String,
    pub status: u16,
    headers: String,
    pub body: Vec<u8>,
}

impl Answer {
    fn read(output: &[u8]) -> Self {
        let end = output.windows(4).position(|w| w == b"\r\n\r\n").expect("a head");
        let (first, headers) = std::str::from_utf8(&output[..end]).unwrap().split_once("\r\n").unwrap();
        let mut words = first.split(' ').map(str::to_owned);
        let (version, status) = (words.next().unwrap(), words.next().unwrap().parse().unwrap());
        Self { version, status, headers: headers.to_owned(), body: output[end + 4..].to_vec() }
    }

    pub fn header(&self, name: &str) -> &str {
        let lines = self.headers.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}\n{}", self.headers, self.text());
        self.json()
    }
}

impl Curl {
    pub fn new(root: &str) -> Self {
        Self { root: root.to_owned(), always: Vec::new(), folder: TempDir::new().unwrap() }
    }

    /// Through TLS, to the host of the certificate.
    pub fn to(nginx: &Nginx) -> Self {
        let resolve = format!("{HOST}:{}:127.0.0.1", nginx.port);
        let always = ["--cacert", &nginx.certificate(), "--resolve", &resolve].map(str::to_owned).into();
        Self { always, ..Self::new(&format!("https://{HOST}:{}/xunge", nginx.port)) }
    }

    /// Its cookies by name: how each was kept.
    pub fn jar(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("jar")).unwrap_or_default()
    }

    fn command(&self, url: &str, more: &[&str]) -> Command {
        let mut command = Command::new("curl");
        // No settings of the user's, no proxy of the machine's.
        command.args(["-q", "-sS", "--noproxy", "*", "--max-time", "120"]).args(&self.always).args(more).arg(url);
        command.current_dir(&self.folder);
        command
    }

    pub fn call(&self, url: &str, more: &[&str]) -> Answer {
        let cookies = ["-i", "-b", "jar", "-c", "jar"];
        let output = self.command(url, &[&cookies, more].concat()).output();
        let output = output.expect("curl is not here: scripts/prepare-test.sh installs it");
        assert!(output.status.success(), "{url}: {}", String::from_utf8_lossy(&output.stderr));
        Answer::read(&output.stdout)
    }

    /// Below the root.
    pub fn get(&self, path: &str) -> Answer {
        self.call(&format!("{}{path}", self.root), &[])
    }

    /// As a page of this origin sends it.
    pub fn post(&self, path: &str, origin: &str, body: &Value) -> Answer {
        let (origin, body) = (format!("origin: {origin}"), body.to_string());
        let more = ["-H", &origin, "-H", "content-type: application/json", "-d", &body];
        self.call(&format!("{}{path}", self.root), &more)
    }

    /// Lines as they come, until the owner is done with them.
    pub fn follow(&self, path: &str, more: &[&str]) -> Lines {
        let url = format!("{}{path}", self.root);
        let mut command = self.command(&url, &[&["-N", "-b", "jar"], more].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Lines { child, lines }
    }
}

#[derive(Debug)]
pub struct Lines {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Lines {
    /// Reads on to the line that begins so; the end of all lines fails.
    pub fn until(&mut self, begin: &str) -> String {
        let line = self.lines.by_ref().map(Result::unwrap).find(|line| line.starts_with(begin));
        line.unwrap_or_else(|| panic!("events ended before {begin:?}"))
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
