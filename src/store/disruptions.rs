//! Road disruptions.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    db::{Tx, q},
    load::{Kept, Source},
    log::Write,
    stored,
};
use crate::{
    base::{Error, Kind, Result, Timestamp},
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

impl Kept for Disruptions {
    /// All that were not lifted.
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        let rows: Vec<Row> = q(select!("WHERE lifted_at_ms IS NULL")).all_tx(tx).await?;
        Ok(Self::new(rows.into_iter().map(Row::read).collect::<Result<Vec<_>>>()?))
    }
}

/// A disruption, and whether it was lifted.
pub async fn get(tx: &mut Tx, id: &Uuid) -> Result<Option<(Disruption, bool)>> {
    let row: Option<Row> = q(select!("WHERE id = $1")).bind(*id).opt_tx(tx).await?;
    let one = |row: Row| {
        let lifted = row.lifted_at_ms.is_some();
        Ok((row.read()?, lifted))
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

/// Ends it now, whenever it was to end.
pub async fn lift(w: &mut Write, id: &Uuid) -> Result<()> {
    let (_, lifted) = get(&mut w.tx, id).await?.ok_or_else(|| Error::not_found("disruption", id))?;
    if lifted {
        return Err(Error::new(Kind::NotFound, format!("disruption {id} was lifted already")));
    }
    q("UPDATE disruptions SET lifted_at_ms = $1 WHERE id = $2").bind(w.at).bind(*id).exec_tx(&mut w.tx).await?;
    w.record(Change::DisruptionLifted { id: *id });
    Ok(())
}
