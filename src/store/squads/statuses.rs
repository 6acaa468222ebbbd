//! What was told of squads, one by one.

use sqlx::FromRow;

use crate::{
    base::{Code, Error, Result, Timestamp},
    domain::squads::{Said, Squad, ToldStatus},
    store::{
        db::{Db, Tx, q},
        stored,
    },
};

#[derive(FromRow)]
struct Row {
    n: i64,
    status: String,
    at_ms: i64,
    received_at_ms: i64,
    actor: String,
}

impl TryFrom<Row> for ToldStatus {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        let (at, received_at) = (Timestamp::from_ms(r.at_ms)?, Timestamp::from_ms(r.received_at_ms)?);
        let said = Said { at, received_at, by: r.actor };
        Ok(Self { n: r.n as u32, status: stored(&r.status)?, said })
    }
}

/// Keeps what the record that is about to be written was told and the one before it was not.
pub(super) async fn keep(tx: &mut Tx, squad: &Squad) -> Result<()> {
    let Some(said) = &squad.said else { return Ok(()) };
    let sql = "INSERT INTO squad_statuses (squad, n, status, at_ms, received_at_ms, actor) \
               SELECT $1, (SELECT COALESCE(MAX(n), 0) + 1 FROM squad_statuses WHERE squad = $1), $2, $3, $4, $5 \
               WHERE NOT EXISTS (SELECT 1 FROM squads WHERE id = $1 AND status = $2 AND said_at_ms = $3 \
               AND said_received_at_ms = $4)";
    let row = q(sql).bind(&squad.id).bind(squad.status.as_str()).bind(said.at).bind(said.received_at);
    row.bind(said.by.as_str()).exec_tx(tx).await?;
    Ok(())
}

/// Which statuses are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// So at or after.
    pub from: Timestamp,
    /// So before.
    pub to: Timestamp,
    /// Taken before this number.
    pub below: u32,
}

/// Up to `limit` statuses of a squad, the last that was taken first.
pub async fn statuses(db: &Db, squad: &Code, window: Window, limit: usize) -> Result<Vec<ToldStatus>> {
    let sql = "SELECT n, status, at_ms, received_at_ms, actor FROM squad_statuses \
               WHERE squad = $1 AND at_ms >= $2 AND at_ms < $3 AND n < $4 ORDER BY n DESC LIMIT $5";
    let rows = q(sql).bind(squad).bind(window.from).bind(window.to).bind(window.below).bind(limit as i64);
    rows.all::<Row>(db).await?.into_iter().map(TryInto::try_into).collect()
}
