//! The real program, as a user starts it, and a client that speaks HTTP to it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use ureq::Agent;

use crate::app::Place;

/// `xunge ARGS` on the place, whatever the environment says.
fn command(place: &Place, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xunge"));
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

/// A running `xunge serve --empty`; ends with its owner.
#[derive(Debug)]
pub struct Program {
    pub child: Child,
    url: String,
    pub agent: Agent,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    pub fn start(place: &Place) -> Self {
        let mut command = command(place, &["serve", "--empty", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let line = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        let url = url.trim_end_matches('/').to_owned();
        let config = Agent::config_builder().http_status_as_error(false);
        let agent = config.timeout_global(Some(Duration::from_secs(20))).build().into();
        Self { child, url, agent }
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
