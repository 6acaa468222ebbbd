//! Receipts: what was sent to create a record. Written with the record, they make creating safe to
//! repeat, whatever became of the record meanwhile.

use std::{collections::BTreeMap, fmt::Display};

use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;

use super::{
    db::{Tx, insert_many, q},
    log::Write,
};
use crate::{
    base::{Error, Result, sha256},
    domain::noun::Noun,
};

/// What somebody sends to create a record of the word `N`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    word: &'static str,
    id: String,
    fingerprint: String,
    former: Option<String>,
}

#[derive(FromRow)]
struct Row {
    fingerprint: String,
}

impl Receipt {
    /// `body` as it was understood: with its defaults, but nothing that was decided on afterwards.
    pub fn of<N: Noun>(id: impl Display, body: &impl Serialize) -> Result<Self> {
        let body = canonical(serde_json::to_value(body).map_err(Error::internal)?);
        Ok(Self { word: N::WORD, id: id.to_string(), fingerprint: sha256(body.to_string()), former: None })
    }

    /// Also holds for what a former program kept under this fingerprint.
    pub fn or_former(self, fingerprint: String) -> Self {
        Self { former: Some(fingerprint), ..self }
    }

    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Whether the same was sent before.
    ///
    /// # Errors
    /// `Conflict` when something else was sent under this id.
    pub async fn was_sent(&self, tx: &mut Tx) -> Result<bool> {
        let sql = "SELECT fingerprint FROM receipts WHERE word = $1 AND id = $2";
        let kept = q(sql).bind(self.word).bind(self.id.as_str()).opt_tx::<Row>(tx).await?;
        match kept.map(|row| row.fingerprint) {
            None => Ok(false),
            Some(kept) if kept == self.fingerprint || self.former.as_ref() == Some(&kept) => Ok(true),
            Some(_) => Err(self.clash()),
        }
    }

    /// Keeps the receipt with this write; `false` when the same was sent before.
    ///
    /// # Errors
    /// `Conflict` when something else was sent under this id.
    pub async fn keep(&self, w: &mut Write) -> Result<bool> {
        let row = vec![self.word.into(), self.id.as_str().into(), self.fingerprint.as_str().into()];
        let head = "INSERT INTO receipts (word, id, fingerprint)";
        // Another call that sends the same just now is waited for here.
        let added = insert_many(&mut w.tx, head, [row], "ON CONFLICT (word, id) DO NOTHING").await?;
        Ok(added > 0 || !self.was_sent(&mut w.tx).await?)
    }

    /// Something else was sent under this id.
    pub fn clash(&self) -> Error {
        Error::conflict(format!("{} is there already with another content", self.id)).at("id")
    }
}

/// By name, without what is null: a member that was invented later, or stands elsewhere, changes no
/// fingerprint.
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept: BTreeMap<_, _> = map.into_iter().filter(|(_, v)| !v.is_null()).collect();
            Value::Object(kept.into_iter().map(|(k, v)| (k, canonical(v))).collect())
        }
        Value::Array(all) => Value::Array(all.into_iter().map(canonical).collect()),
        other => other,
    }
}
