//! A client of the public interface that waits for each answer.

use std::time::Duration;

use serde_json::Value;
use ureq::{
    Agent,
    http::{Response, StatusCode},
};

use crate::base::{Error, Result};

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Api {
    agent: Agent,
    base: String,
    bearer: Option<String>,
}

impl Api {
    pub fn new(url: &str, key: Option<&str>) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().into();
        let base = url.trim_end_matches('/').to_owned();
        Self { agent, base, bearer: key.map(|key| format!("Bearer {key}")) }
    }

    /// What stands at a path below the interface, or at one that an answer named.
    pub fn get(&self, path: &str) -> Result<Value> {
        let mut call = self.agent.get(self.url(path));
        if let Some(bearer) = &self.bearer {
            call = call.header("authorization", bearer);
        }
        told(path, call.call())
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let mut call = self.agent.post(self.url(path)).header("content-type", "application/json");
        if let Some(bearer) = &self.bearer {
            call = call.header("authorization", bearer);
        }
        told(path, call.send(body.to_string()))
    }

    /// All of a list, page by page.
    pub fn pages(&self, path: &str, list: &str) -> Result<Vec<Value>> {
        let (mut all, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let mut page = self.get(&path)?;
            if let Value::Array(some) = page[list].take() {
                all.extend(some);
            }
            next = page["next"].as_str().map(str::to_owned);
        }
        Ok(all)
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with('/') { format!("{}{path}", self.base) } else { format!("{}/api/v1/{path}", self.base) }
    }
}

fn told(path: &str, answer: std::result::Result<Response<ureq::Body>, ureq::Error>) -> Result<Value> {
    let lost = |e: ureq::Error| Error::unavailable(format!("{path}: {e}"));
    let mut answer = answer.map_err(lost)?;
    let text = answer.body_mut().with_config().limit(100_000_000).read_to_string().map_err(lost)?;
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    match answer.status() {
        StatusCode::OK | StatusCode::CREATED | StatusCode::ACCEPTED => Ok(body),
        status => Err(Error::conflict(format!("{path}: {status}: {}", body["detail"].as_str().unwrap_or(&text)))),
    }
}
