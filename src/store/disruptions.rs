//! Road disruptions.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    db::{Tx, q},
    load::{self, Source},
    log::Write,
    stored,
};
use crate::{
    base::{Error, Result, Timestamp},
    domain::disruptions::{Change, Disruption, Disruptions},
};

#[derive(FromRow)]
struct Row {
    id: String,
    place: String,
    speed_factor: f64,
    profiles: String,
    from_ms: i64,
    until_ms: Option<i64>,
    reason: String,
    lifted_at_ms: Option<i64>,
}

impl Row {
    fn read(self) -> Result<Disruption> {
        let broken =
            |what: &str| Error::internal(format!("the database holds a disruption {} without {what}", self.id));
        Ok(Disruption {
            id: Uuid::parse_str(&self.id).map_err(|_| broken("an id"))?,
            place: serde_json::from_str(&self.place).map_err(|_| broken("a place"))?,
            speed_factor: self.speed_factor,
            profiles: self.profiles.split(',').map(stored).collect::<Result<_>>()?,
            from: Timestamp::from_ms(self.from_ms)?,
            until: self.until_ms.map(Timestamp::from_ms).transpose()?,
            reason: self.reason,
        })
    }
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, place, speed_factor, profiles, from_ms, until_ms, reason, lifted_at_ms FROM disruptions ",
            $where
        )
    };
}

impl load::Kept for Disruptions {
    /// All that were not lifted.
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        let rows: Vec<Row> = q(select!("WHERE lifted_at_ms IS NULL")).all_tx(tx).await?;
        Ok(Self::new(rows.into_iter().map(Row::read).collect::<Result<Vec<_>>>()?))
    }
}

/// A disruption as it is kept, lifted or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub disruption: Disruption,
    pub lifted_at: Option<Timestamp>,
}

pub async fn get(tx: &mut Tx, id: &Uuid) -> Result<Option<Kept>> {
    let row: Option<Row> = q(select!("WHERE id = $1")).bind(*id).opt_tx(tx).await?;
    let one = |row: Row| {
        let lifted_at = row.lifted_at_ms.map(Timestamp::from_ms).transpose()?;
        Ok(Kept { lifted_at, disruption: row.read()? })
    };
    row.map(one).transpose()
}

pub async fn insert(w: &mut Write, disruption: &Disruption) -> Result<()> {
    let profiles: Vec<&str> = disruption.profiles.iter().map(|p| p.as_str()).collect();
    let head = "INSERT INTO disruptions (id, place, speed_factor, profiles, from_ms, until_ms, reason, created_at_ms) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    q(head)
        .bind(disruption.id)
        .bind(serde_json::to_string(&disruption.place).map_err(Error::internal)?)
        .bind(disruption.speed_factor)
        .bind(profiles.join(","))
        .bind(disruption.from)
        .bind(disruption.until.map(Timestamp::ms))
        .bind(disruption.reason.as_str())
        .bind(w.at)
        .exec_tx(&mut w.tx)
        .await?;
    w.record(Change::Disruption { disruption: disruption.clone() });
    Ok(())
}

/// Ends it now, whenever it was to end. One that was lifted already stays as it is.
pub async fn lift(w: &mut Write, id: &Uuid) -> Result<()> {
    // Of two that lift it at once, the second waits here and then finds nothing to do.
    let sql = "UPDATE disruptions SET lifted_at_ms = $1 WHERE id = $2 AND lifted_at_ms IS NULL";
    if q(sql).bind(w.at).bind(*id).exec_tx(&mut w.tx).await? > 0 {
        w.record(Change::DisruptionLifted { id: *id });
    } else if get(&mut w.tx, id).await?.is_none() {
        return Err(Error::not_found("disruption", id));
    }
    Ok(())
}
