//! A client of server-sent events; each is held against the document.

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use serde_json::Value;

use super::{PATIENCE, document::Contract};

/// One event; `id` is the seq.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: Option<i64>,
    /// As it was sent: the seq and the first digits of its hash.
    pub full_id: Option<String>,
    pub name: String,
    pub data: Value,
}

/// An open stream.
#[derive(Debug)]
pub struct Events {
    body: Body,
    text: String,
    contract: &'static Contract,
}

impl Events {
    pub fn new(body: Body, contract: &'static Contract) -> Self {
        Self { body, text: String::new(), contract }
    }

    /// The next event; comments are passed over.
    pub async fn next(&mut self) -> Event {
        let event = tokio::time::timeout(PATIENCE, self.read()).await;
        event.expect("an event")
    }

    /// Nothing comes for a quarter of a second.
    pub async fn is_silent(&mut self) -> bool {
        tokio::time::timeout(Duration::from_millis(250), self.read()).await.is_err()
    }

    /// Waits for its end, whatever comes before.
    pub async fn ended(mut self) {
        let over = async { while self.body.frame().await.is_some() {} };
        tokio::time::timeout(PATIENCE, over).await.expect("the stream ends");
    }

    async fn read(&mut self) -> Event {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                if let Some(event) = parse(&block) {
                    self.contract.hold_event(&event);
                    return event;
                }
            }
            let frame = self.body.frame().await.expect("an open stream").unwrap();
            if let Ok(data) = frame.into_data() {
                self.text.push_str(std::str::from_utf8(&data).unwrap());
            }
        }
    }
}

/// None for a block that is a comment alone.
pub fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|l| l.strip_prefix(name)).map(str::trim_start);
    let data = field("data:")?;
    Some(Event {
        id: field("id:").map(|id| id.split('-').next().unwrap().parse().unwrap()),
        full_id: field("id:").map(str::to_owned),
        name: field("event:").unwrap_or("message").to_owned(),
        data: serde_json::from_str(data).unwrap(),
    })
}
