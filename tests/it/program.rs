//! The real program, as a user starts it, and a client that speaks HTTP to it.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Seek, SeekFrom, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use ureq::Agent;

use crate::app::{PATIENCE, Place};

/// `xunge ARGS` on the place, whatever the environment says.
fn command(place: &Place, args: &[&str]) -> Command {
    command_after(place, "true", args)
}

/// The same, after a command of the shell.
fn command_after(place: &Place, shell: &str, args: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{shell} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_xunge")]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("XUNGE_")) {
        command.env_remove(name);
    }
    command.args(args).arg("--data").arg(place.folder());
    if let Some(url) = &place.url {
        command.args(["--database", url]);
    }
    command
}

/// Runs a command to its end: what it printed, or what it complained of.
pub fn run(place: &Place, args: &[&str]) -> Result<String, String> {
    let output = command(place, args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

/// A running `xunge serve`; ends with its owner.
#[derive(Debug)]
pub struct Program {
    pub child: Child,
    url: String,
    pub agent: Agent,
    log: File,
}

fn read(mut log: File) -> String {
    let mut said = String::new();
    log.seek(SeekFrom::Start(0)).unwrap();
    log.read_to_string(&mut said).unwrap();
    said
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    pub fn start(place: &Place) -> Self {
        Self::start_with(place, &["serve", "--keyless", "--empty"]).unwrap()
    }

    /// On a free port with these arguments; what it complains of when it does not start.
    pub fn start_with(place: &Place, args: &[&str]) -> Result<Self, String> {
        Self::start_after(place, "true", args)
    }

    /// The same, after a command of the shell.
    pub fn start_after(place: &Place, shell: &str, args: &[&str]) -> Result<Self, String> {
        let mut command = command_after(place, shell, &[args, &["--listen", "127.0.0.1:0"]].concat());
        let log = tempfile::tempfile().unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log.try_clone().unwrap()).spawn().unwrap();
        let line = BufReader::new(child.stdout.take().unwrap()).lines().next();
        let Some(line) = line else {
            assert_eq!(child.wait().unwrap().code(), Some(1));
            return Err(read(log));
        };
        let line = line.unwrap();
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        let url = url.trim_end_matches('/').to_owned();
        let config = Agent::config_builder().http_status_as_error(false);
        let agent = config.timeout_global(Some(PATIENCE)).build().into();
        Ok(Self { child, url, agent, log })
    }

    /// Ends it: all that it logged.
    pub fn ended(mut self) -> String {
        self.signal("TERM");
        self.child.wait().unwrap();
        read(self.log.try_clone().unwrap())
    }

    /// What stands at this path beside the interface.
    pub fn text(&self, path: &str) -> (u16, String) {
        let mut answer = self.agent.get(format!("{}{path}", self.url)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Sends these bytes over a connection of their own: all that comes back until it is closed.
    pub fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.url)
    }

    /// Status and body; an error when the program is gone.
    pub fn post(&self, path: &str, body: &Value) -> Result<(u16, Value), ureq::Error> {
        let call = self.agent.post(self.url(path)).header("content-type", "application/json");
        let mut answer = call.send(body.to_string())?;
        let text = answer.body_mut().read_to_string()?;
        Ok((answer.status().as_u16(), serde_json::from_str(&text).unwrap()))
    }

    /// The status; an error when the program is gone.
    pub fn put(&self, path: &str, body: &Value) -> Result<u16, ureq::Error> {
        let call = self.agent.put(self.url(path)).header("content-type", "application/json");
        Ok(call.send(body.to_string())?.status().as_u16())
    }

    pub fn get(&self, path: &str) -> (u16, Value) {
        self.get_with(path, "")
    }

    /// With this key, if any.
    pub fn get_with(&self, path: &str, key: &str) -> (u16, Value) {
        let mut call = self.agent.get(self.url(path));
        if !key.is_empty() {
            call = call.header("authorization", format!("Bearer {key}"));
        }
        let mut answer = call.call().unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), serde_json::from_str(&text).unwrap())
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }
}
