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
mod tests {
    use super::*;
    use crate::base::sha256;

    fn written(n: Seq) -> Vec<Row> {
        let mut at = genesis("one");
        let row = |seq: Seq| {
            let (actor, kind, body) = (format!("key {}", seq % 3), "incident".to_owned(), format!("{{\"n\":{seq}}}"));
            let mut row = Row { seq, at_ms: 1_000 + seq, actor, kind, body, prev_hash: Some(at.clone()), hash: None };
            at = row.link(&at);
            row.hash = Some(at.clone());
            row
        };
        (1..=n).map(row).collect()
    }

    fn mark(row: &Row) -> Mark {
        Mark { seq: row.seq, hash: row.hash.clone().unwrap_or_default() }
    }

    fn check(rows: &[Row], head: &Mark, kept: Option<&Mark>) -> Result<(), String> {
        let mut walk = Walk::new(Mark { seq: 0, hash: genesis("one") }, kept);
        rows.iter().try_for_each(|row| walk.step(row))?;
        walk.end(head)
    }

    /// Gives all rows from `from` on the numbers and hashes that they would have had.
    fn recompute(rows: &mut [Row], from: usize) {
        for i in from..rows.len() {
            let before = i.checked_sub(1).map_or_else(|| genesis("one"), |b| rows[b].hash.clone().unwrap_or_default());
            rows[i].seq = i as Seq + 1;
            rows[i].hash = Some(rows[i].link(&before));
            rows[i].prev_hash = Some(before);
        }
    }

    #[test]
    fn the_bytes_that_are_hashed_are_those_that_are_told() {
        // printf 'xunge-log-1\none\n' | sha256sum
        let first = genesis("one");
        let by_hand = format!("xunge-log-1\n{first}\n1\n-5\n3:k 1\n4:kind\n6:巡格\n");
        assert_eq!(link(&first, 1, -5, ["k 1", "kind", "巡格"]), sha256(by_hand));
        assert_eq!(first, sha256("xunge-log-1\none\n"));
        let mark = Mark { seq: 7, hash: first };
        assert_eq!(mark.to_string().parse::<Mark>(), Ok(mark));
        for bad in ["", "7", "7-", "-1-aa", "7-xyz", "x-"] {
            assert!(bad.parse::<Mark>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_thousand_forgeries_are_found() {
        let whole = written(40);
        let head = mark(&whole[39]);
        assert_eq!(check(&whole, &head, Some(&head)), Ok(()));
        let mut state = 17_u64;
        let mut below = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        for round in 0..1_000 {
            let (mut rows, at) = (whole.clone(), below(40));
            let what = below(8);
            match what {
                0 => rows[at].body.push('x'),
                1 => rows[at].at_ms -= 1,
                2 => rows[at].actor = "key 9".to_owned(),
                3 => rows[at].kind = "squad".to_owned(),
                4 => drop(rows.remove(at)),
                5 => rows.insert(at, Row { body: "{}".to_owned(), ..rows[at].clone() }),
                6 => rows.truncate(at),
                _ => {
                    let other = (at + 1 + below(39)) % 40;
                    let body = std::mem::replace(&mut rows[other].body, whole[at].body.clone());
                    rows[at].body = body;
                }
            }
            let seq = match what {
                // What follows is numbered anew, so that only hashes tell.
                4 | 5 if below(2) == 0 => {
                    rows.iter_mut().zip(1..).for_each(|(row, seq)| row.seq = seq);
                    rows.len() as Seq
                }
                _ => 40,
            };
            let told = [&Mark { seq, ..head.clone() }, &head].map(|own| check(&rows, own, Some(&head)));
            assert!(told.iter().all(Result::is_err), "round {round}: {what} at {at}: {told:?}");
            // The log's own head is enough, unless the tail is computed anew or cut together with it.
            assert!(check(&rows, &head, None).is_err(), "round {round}: {what} at {at}");
            recompute(&mut rows, at.min(whole.len()));
            let forged = rows.last().map_or(Mark { seq: 0, hash: genesis("one") }, mark);
            if forged != head {
                assert!(check(&rows, &forged, Some(&head)).is_err(), "round {round}: {what} at {at}, recomputed");
            }
        }
    }

    #[test]
    fn the_first_row_that_shows_it_is_named() {
        let whole = written(9);
        let head = mark(&whole[8]);
        let said = |change: &dyn Fn(&mut Vec<Row>)| {
            let mut rows = whole.clone();
            change(&mut rows);
            check(&rows, &head, None).unwrap_err()
        };
        assert!(said(&|rows| rows[4].body.push(' ')).starts_with("row 5 was changed"));
        assert!(said(&|rows| drop(rows.remove(4))).starts_with("row 5 was removed"));
        assert!(said(&|rows| rows.truncate(4)).starts_with("row 5 was removed"));
        assert!(said(&|rows| rows[4].hash = None).starts_with("row 5 was inserted"));
        let mut rows = whole.clone();
        rows[2].body.push(' ');
        recompute(&mut rows, 2);
        let forged = mark(&rows[8]);
        assert_eq!(check(&rows, &forged, None), Ok(()), "without a head kept elsewhere nobody can tell");
        assert!(check(&rows, &forged, Some(&mark(&whole[5]))).unwrap_err().starts_with("row 6 is not the one"));
    }
}
