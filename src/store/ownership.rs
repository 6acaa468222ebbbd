//! What judges decided for like cases. Whose one case is stands with it: see [`super::incidents`].

use sqlx::FromRow;

use super::{
    db::{Tx, insert_many, q},
    load::{Kept, Source},
    log::Write,
    stored, stored_opt,
};
use crate::{
    base::{Error, Result, Timestamp},
    domain::ownership::{Change, Precedent, Precedents},
};

#[derive(FromRow)]
struct Row {
    id: String,
    incident: String,
    matter: String,
    area: String,
    unit: String,
    power: Option<String>,
    from_ms: i64,
    until_ms: i64,
    actor: String,
    reason: String,
}

impl TryFrom<Row> for Precedent {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        Ok(Self {
            id: r.id.parse().map_err(Error::internal)?,
            incident: r.incident.parse().map_err(Error::internal)?,
            matter: stored(&r.matter)?,
            area: stored(&r.area)?,
            to: stored(&r.unit)?,
            power: stored_opt(r.power.as_ref())?,
            from: Timestamp::from_ms(r.from_ms)?,
            until: Timestamp::from_ms(r.until_ms)?,
            by: r.actor,
            reason: r.reason,
        })
    }
}

impl Kept for Precedents {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        load(tx).await
    }
}

pub async fn load(tx: &mut Tx) -> Result<Precedents> {
    let sql = "SELECT id, incident, matter, area, unit, power, from_ms, until_ms, actor, reason FROM precedents";
    let rows: Vec<Row> = q(sql).all_tx(tx).await?;
    Ok(Precedents::new(rows.into_iter().map(TryInto::try_into).collect::<Result<Vec<_>>>()?))
}

pub async fn insert(w: &mut Write, p: &Precedent) -> Result<()> {
    let row = vec![
        p.id.into(),
        p.incident.into(),
        (&p.matter).into(),
        (&p.area).into(),
        (&p.to).into(),
        p.power.map(|power| power.as_str()).into(),
        p.from.into(),
        p.until.into(),
        p.by.as_str().into(),
        p.reason.as_str().into(),
    ];
    let head = "INSERT INTO precedents (id, incident, matter, area, unit, power, from_ms, until_ms, actor, reason)";
    insert_many(&mut w.tx, head, [row], "").await?;
    w.record(Change::Precedent { precedent: p.clone() });
    Ok(())
}
