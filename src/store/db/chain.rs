//! The hash chain of the change log: what makes a row that was changed, taken out or put in show.
//!
//! A row's hash is SHA-256 over these bytes, all numbers in decimal ASCII, texts as UTF-8 behind their
//! length in bytes:
//!
//! ```text
//! xunge-log-1\n<prev_hash>\n<seq>\n<at_ms>\n<length of actor>:<actor>\n<length of kind>:<kind>\n<length of body>:<body>\n
//! ```
//!
//! `prev_hash` is the hash of the row before as 64 hexadecimal digits; before the first row stands SHA-256
//! over `xunge-log-1\n<epoch>\n`.

use sqlx::FromRow;

use super::{Tx, q};
use crate::base::{Error, Result, Seq, sha256};

const FORM: &str = "xunge-log-1";

/// A row as it is hashed.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Row {
    pub seq: Seq,
    pub at_ms: i64,
    pub actor: String,
    pub kind: String,
    pub body: String,
    pub prev_hash: Option<String>,
    pub hash: Option<String>,
}

/// What stands before the first row of the database with this epoch.
pub fn genesis(epoch: &str) -> String {
    sha256(format!("{FORM}\n{epoch}\n"))
}

/// The hash of a row that follows the one with `prev`.
pub fn link(prev: &str, seq: Seq, at_ms: i64, [actor, kind, body]: [&str; 3]) -> String {
    let texts = [actor, kind, body].map(|text| format!("{}:{text}\n", text.len())).concat();
    sha256(format!("{FORM}\n{prev}\n{seq}\n{at_ms}\n{texts}"))
}

impl Row {
    pub(in crate::store) fn link(&self, prev: &str) -> String {
        link(prev, self.seq, self.at_ms, [&self.actor, &self.kind, &self.body])
    }
}

/// A place in the log: what is kept elsewhere to tell later that nothing before it was touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub seq: Seq,
    pub hash: String,
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.seq, self.hash)
    }
}

impl std::str::FromStr for Mark {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let bad = || Error::invalid("head", format!("{s:?} is not a head as `xunge audit head` prints it"));
        let (seq, hash) = s.split_once('-').ok_or_else(bad)?;
        let whole = hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let seq = seq.parse().ok().filter(|seq| *seq >= 0 && whole).ok_or_else(bad)?;
        Ok(Self { seq, hash: hash.to_owned() })
    }
}

/// Rows that are read together.
pub(in crate::store) const AT_ONCE: i64 = 1_000;

/// Rows after `seq`, in order.
pub async fn rows(tx: &mut Tx, seq: Seq, limit: i64) -> Result<Vec<Row>> {
    q("SELECT seq, at_ms, actor, kind, body, prev_hash, hash FROM change_log WHERE seq > $1 ORDER BY seq LIMIT $2")
        .bind(seq)
        .bind(limit)
        .all_tx(tx)
        .await
}

/// Gives the rows after `from` up to `to` their hashes: those of a program from before the chain.
pub(super) async fn extend(tx: &mut Tx, from: Mark, to: Seq) -> Result<Mark> {
    let mut at = from;
    while at.seq < to {
        let rows = rows(tx, at.seq, AT_ONCE).await?;
        if rows.is_empty() {
            return Err(Error::internal(format!("the change log ends at {}, its head says {to}", at.seq)));
        }
        for row in rows {
            let hash = row.link(&at.hash);
            q("UPDATE change_log SET prev_hash = $1, hash = $2 WHERE seq = $3")
                .bind(at.hash)
                .bind(hash.as_str())
                .bind(row.seq)
                .exec_tx(tx)
                .await?;
            at = Mark { seq: row.seq, hash };
        }
    }
    Ok(at)
}
