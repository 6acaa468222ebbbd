//! The dated list of what is in force.

use sqlx::FromRow;

use super::uuid;
use crate::{
    base::{Error, Result, Timestamp},
    domain::zones::{Change, ForceEntry},
    store::{
        db::{Tx, Val, insert_many, q},
        log::Write,
        stored,
    },
};

#[derive(FromRow)]
struct Row {
    id: String,
    county: String,
    layer: String,
    plan: String,
    from_ms: i64,
    reason: String,
    actor: String,
    at_ms: i64,
    announced: i64,
}

impl TryFrom<Row> for ForceEntry {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        Ok(Self {
            id: uuid(&r.id)?,
            county: stored(&r.county)?,
            layer: stored(&r.layer)?,
            plan: uuid(&r.plan)?,
            from: Timestamp::from_ms(r.from_ms)?,
            reason: r.reason,
            by: r.actor,
            at: Timestamp::from_ms(r.at_ms)?,
            announced: r.announced != 0,
        })
    }
}

pub(super) async fn load(tx: &mut Tx) -> Result<Vec<ForceEntry>> {
    let rows: Vec<Row> = q("SELECT id, county, layer, plan, from_ms, reason, actor, at_ms, announced FROM zone_force")
        .all_tx(tx)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Adds an entry. A second one with the same id, or of the same county, layer and date, is a
/// [`Kind::Conflict`](crate::base::Kind::Conflict).
pub async fn enter(w: &mut Write, entry: &ForceEntry) -> Result<()> {
    let row: Vec<Val> = vec![
        entry.id.into(),
        (&entry.county).into(),
        (&entry.layer).into(),
        entry.plan.into(),
        entry.from.into(),
        entry.reason.as_str().into(),
        entry.by.as_str().into(),
        entry.at.into(),
        entry.announced.into(),
    ];
    let head = "INSERT INTO zone_force (id, county, layer, plan, from_ms, reason, actor, at_ms, announced)";
    insert_many(&mut w.tx, head, [row], "").await?;
    w.record(Change::ZonesInForce { entry: entry.clone() });
    Ok(())
}

/// Logs that the date of an entry has come, unless it stands in the log already; says whether it did so.
pub async fn announce(w: &mut Write, entry: &ForceEntry) -> Result<bool> {
    let sql = "UPDATE zone_force SET announced = 1 WHERE id = $1 AND announced = 0";
    let first = q(sql).bind(entry.id).exec_tx(&mut w.tx).await? > 0;
    if first {
        w.record(Change::ZonesSwitched { entry: ForceEntry { announced: true, ..entry.clone() } });
    }
    Ok(first)
}
