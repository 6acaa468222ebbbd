//! Whistles: which department was called for which incident, and how it answered.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    db::{Db, Tx, Val, insert_many, q},
    load::{Kept, Source},
    log::Write,
    stored,
};
use crate::{
    base::{Error, Result, Timestamp},
    domain::{
        lists::ListRef,
        whistles::{Change, Whistle, Whistles},
    },
};

#[derive(FromRow)]
struct Row {
    id: String,
    incident: String,
    department: String,
    township: String,
    obligation: String,
    list: String,
    version: i64,
    status: String,
    reason: Option<String>,
    whistled_at_ms: i64,
    whistled_by: String,
    clock_from_ms: i64,
    acknowledge_due_at_ms: i64,
    arrive_due_at_ms: i64,
    acknowledged_at_ms: Option<i64>,
    arrived_at_ms: Option<i64>,
    ended_at_ms: Option<i64>,
    ended_for: Option<String>,
    stars_of_department: Option<i64>,
    stars_of_township: Option<i64>,
}

impl TryFrom<Row> for Whistle {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        let time = |ms: Option<i64>| ms.map(Timestamp::from_ms).transpose();
        Ok(Self {
            id: r.id.parse().map_err(Error::internal)?,
            incident: r.incident.parse().map_err(Error::internal)?,
            department: stored(&r.department)?,
            township: stored(&r.township)?,
            obligation: stored(&r.obligation)?,
            list: ListRef { list: stored(&r.list)?, version: r.version as u32 },
            status: stored(&r.status)?,
            reason: r.reason,
            whistled_at: Timestamp::from_ms(r.whistled_at_ms)?,
            whistled_by: r.whistled_by,
            clock_from: Timestamp::from_ms(r.clock_from_ms)?,
            acknowledge_due_at: Timestamp::from_ms(r.acknowledge_due_at_ms)?,
            arrive_due_at: Timestamp::from_ms(r.arrive_due_at_ms)?,
            acknowledged_at: time(r.acknowledged_at_ms)?,
            arrived_at: time(r.arrived_at_ms)?,
            ended_at: time(r.ended_at_ms)?,
            ended_for: r.ended_for,
            stars_of_department: r.stars_of_department.map(|n| n as u8),
            stars_of_township: r.stars_of_township.map(|n| n as u8),
        })
    }
}

/// The columns of [`Row`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, incident, department, township, obligation, list, version, status, reason, whistled_at_ms, \
             whistled_by, clock_from_ms, acknowledge_due_at_ms, arrive_due_at_ms, acknowledged_at_ms, arrived_at_ms, \
             ended_at_ms, ended_for, stars_of_department, stars_of_township FROM whistles ",
            $rest
        )
    };
}

fn domain(rows: Vec<Row>) -> Result<Vec<Whistle>> {
    rows.into_iter().map(TryInto::try_into).collect()
}

impl Kept for Whistles {
    /// Those that have not ended.
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        Ok(Self::new(domain(q(select!("WHERE ended_at_ms IS NULL")).all_tx(tx).await?)?))
    }
}

/// One, ended or not.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Whistle>> {
    q(select!("WHERE id = $1")).bind(id).opt_tx::<Row>(tx).await?.map(TryInto::try_into).transpose()
}

/// All that were ever blown for an incident, in order.
pub async fn of_incident(tx: &mut Tx, incident: Uuid) -> Result<Vec<Whistle>> {
    domain(q(select!("WHERE incident = $1 ORDER BY whistled_at_ms, id")).bind(incident).all_tx(tx).await?)
}

/// Those of a period, in order.
pub async fn between(db: &Db, from: Timestamp, to: Timestamp) -> Result<Vec<Whistle>> {
    let sql = select!("WHERE whistled_at_ms >= $1 AND whistled_at_ms < $2 ORDER BY whistled_at_ms, id");
    domain(q(sql).bind(from).bind(to).all(db.readers()).await?)
}

fn values(w: &Whistle) -> Vec<Val> {
    let stars = |n: Option<u8>| n.map(i64::from);
    vec![
        w.id.into(),
        w.incident.into(),
        (&w.department).into(),
        (&w.township).into(),
        w.obligation.as_str().into(),
        (&w.list.list).into(),
        w.list.version.into(),
        w.status.as_str().into(),
        w.reason.clone().into(),
        w.whistled_at.into(),
        w.whistled_by.as_str().into(),
        w.clock_from.into(),
        w.acknowledge_due_at.into(),
        w.arrive_due_at.into(),
        w.acknowledged_at.into(),
        w.arrived_at.into(),
        w.ended_at.into(),
        w.ended_for.clone().into(),
        stars(w.stars_of_department).into(),
        stars(w.stars_of_township).into(),
    ]
}

/// Adds it, or writes how it was answered.
pub async fn put(w: &mut Write, whistle: &Whistle) -> Result<()> {
    let head = "INSERT INTO whistles (id, incident, department, township, obligation, list, version, status, reason, \
                whistled_at_ms, whistled_by, clock_from_ms, acknowledge_due_at_ms, arrive_due_at_ms, \
                acknowledged_at_ms, arrived_at_ms, ended_at_ms, ended_for, stars_of_department, stars_of_township)";
    let tail = "ON CONFLICT (id) DO UPDATE SET status = excluded.status, \
                acknowledged_at_ms = excluded.acknowledged_at_ms, arrived_at_ms = excluded.arrived_at_ms, \
                ended_at_ms = excluded.ended_at_ms, ended_for = excluded.ended_for, \
                stars_of_department = excluded.stars_of_department, stars_of_township = excluded.stars_of_township";
    insert_many(&mut w.tx, head, [values(whistle)], tail).await?;
    w.record(Change::Whistle { whistle: whistle.clone() });
    Ok(())
}
