//! The change log as auditors see it: whether it is as it was written, who changed what, and how old rows
//! are taken away.

use sqlx::FromRow;

pub use super::db::chain::{Mark, link};
use super::{
    db::{
        Tx,
        chain::{AT_ONCE, Row, genesis, rows},
        q,
    },
    log::Write,
};
use crate::base::{Error, Result, Seq, Timestamp};

/// Walks the log from its beginning and says where it first is not what was written.
#[derive(Debug)]
pub struct Walk<'a> {
    at: Mark,
    /// Kept elsewhere.
    kept: Option<&'a Mark>,
}

impl<'a> Walk<'a> {
    /// Begins after `from`: the beginning, or where older rows were taken away.
    pub fn new(from: Mark, kept: Option<&'a Mark>) -> Self {
        Self { at: from, kept }
    }

    /// The last row that was found whole.
    pub fn at(&self) -> &Mark {
        &self.at
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// What was done to the log, with the number of the first row that shows it.
    pub fn step(&mut self, row: &Row) -> Result<(), String> {
        let (before, next) = (self.at.seq, self.at.seq + 1);
        if row.seq != next {
            return Err(format!("row {next} was removed: row {} follows row {before}", row.seq));
        }
        let (Some(prev), Some(hash)) = (&row.prev_hash, &row.hash) else {
            return Err(format!("row {next} was inserted: it carries no hash"));
        };
        if *prev != self.at.hash {
            return Err(format!(
                "row {next} does not follow row {before}: one of them was changed, or rows were removed or inserted there"
            ));
        }
        if *hash != row.link(prev) {
            return Err(format!("row {next} was changed: its content does not give its hash"));
        }
        if self.kept.is_some_and(|kept| kept.seq == next && kept.hash != *hash) {
            return Err(format!(
                "row {next} is not the one that the kept head names: it or a row before it was changed"
            ));
        }
        self.at = Mark { seq: next, hash: hash.clone() };
        Ok(())
    }

    /// There are no more rows; `head` is what the log says of its own end.
    ///
    /// # Errors
    /// As [`Walk::step`].
    pub fn end(&self, head: &Mark) -> Result<(), String> {
        let (last, next) = (self.at.seq, self.at.seq + 1);
        if self.kept.is_some_and(|kept| kept.seq > last) || head.seq > last {
            return Err(format!("row {next} was removed: the log ends at row {last}"));
        }
        if self.kept.is_some_and(|kept| kept.seq == 0 && kept.hash != self.at.hash && last == 0) {
            return Err("this is another database than that of the kept head".to_owned());
        }
        if *head != self.at {
            return Err(format!("row {last} is not the one that the log's own head names ({})", head.seq));
        }
        Ok(())
    }
}

#[derive(FromRow)]
struct Head {
    seq: Seq,
    hash: Option<String>,
    epoch: Option<String>,
}

/// Reads the whole log, in one snapshot, and holds it against the head that was kept elsewhere.
///
/// # Errors
/// `Conflict` with what was done to the log.
pub async fn verify(tx: &mut Tx, kept: Option<&Mark>) -> Result<Mark> {
    let head = q("SELECT seq, hash, epoch FROM feed_head WHERE id = 1").opt_tx::<Head>(tx).await?;
    let head = head.and_then(|h| Some((Mark { seq: h.seq, hash: h.hash? }, h.epoch?)));
    let (head, epoch) = head.ok_or_else(|| Error::conflict("the log has no head, or one without a hash"))?;
    let anchor = anchor(tx).await?;
    if let (Some(anchor), Some(kept)) = (&anchor, kept)
        && kept.seq < anchor.seq
    {
        let (kept, last) = (kept.seq, anchor.seq);
        return Err(Error::conflict(format!(
            "row {kept} can't be checked: rows up to {last} were taken away by `audit prune`"
        )));
    }
    let mut walk = Walk::new(anchor.unwrap_or_else(|| Mark { seq: 0, hash: genesis(&epoch) }), kept);
    loop {
        let rows = rows(tx, walk.at.seq, AT_ONCE).await?;
        if rows.is_empty() {
            walk.end(&head).map_err(Error::conflict)?;
            return Ok(walk.at);
        }
        for row in &rows {
            walk.step(row).map_err(Error::conflict)?;
        }
    }
}

#[derive(FromRow)]
struct Anchor {
    seq: Seq,
    hash: String,
}

/// After which row the log begins, if not at its beginning.
async fn anchor(tx: &mut Tx) -> Result<Option<Mark>> {
    let anchor = q("SELECT seq, hash FROM log_anchors ORDER BY seq DESC LIMIT 1").opt_tx::<Anchor>(tx).await?;
    Ok(anchor.map(|a| Mark { seq: a.seq, hash: a.hash }))
}

#[derive(FromRow)]
struct Last {
    seq: Option<Seq>,
}

/// Takes away the rows before the first one that was logged at or after `before`, never the last of all, and
/// leaves an anchor; returns it, or `None` when there was nothing to take away.
pub async fn prune(w: &mut Write, before: Timestamp) -> Result<Option<Mark>> {
    let last = "SELECT MAX(seq) AS seq FROM change_log WHERE seq < (SELECT MIN(seq) FROM \
                (SELECT MIN(seq) AS seq FROM change_log WHERE at_ms >= $1 \
                UNION ALL SELECT MAX(seq) AS seq FROM change_log) AS ends)";
    let last = q(last).bind(before).opt_tx::<Last>(&mut w.tx).await?.and_then(|l| l.seq);
    let Some(last) = last else { return Ok(None) };
    q("INSERT INTO log_anchors (seq, hash, at_ms, actor) SELECT seq, hash, $1, $2 FROM change_log WHERE seq = $3")
        .bind(w.at)
        .bind(w.actor())
        .bind(last)
        .exec_tx(&mut w.tx)
        .await?;
    q("DELETE FROM change_log WHERE seq <= $1").bind(last).exec_tx(&mut w.tx).await?;
    anchor(&mut w.tx).await
}

/// Which rows are asked for.
#[derive(Debug, Default)]
pub struct Filter {
    /// At or after.
    pub since: Option<Timestamp>,
    pub actor: Option<String>,
    pub kind: Option<String>,
}

/// The next rows after `seq` that pass the filter.
pub async fn filtered(tx: &mut Tx, seq: Seq, filter: &Filter) -> Result<Vec<Row>> {
    q("SELECT seq, at_ms, actor, kind, body, prev_hash, hash FROM change_log WHERE seq > $1 AND at_ms >= $2 \
       AND ($3 IS NULL OR actor = $3) AND ($4 IS NULL OR kind = $4) ORDER BY seq LIMIT $5")
    .bind(seq)
    .bind(filter.since.map_or(i64::MIN, Timestamp::ms))
    .bind(filter.actor.clone())
    .bind(filter.kind.clone())
    .bind(AT_ONCE)
    .all_tx(tx)
    .await
}

#[cfg(test)]
mod tests;
