//! Squads, and their last known positions.

mod statuses;

use sqlx::FromRow;

use super::{
    db::{Pool, Tx, Val, insert_many, q},
    load::{Kept, Source},
    log::Write,
    stored,
};
use crate::{
    base::{Code, Error, LngLat, Result, Timestamp},
    domain::squads::{Change, Crew, Fix, Said, Squad, Squads},
};

pub use statuses::{Window, statuses};

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    name_zh: Option<String>,
    kind: String,
    unit: String,
    command_area: String,
    profile: String,
    lng: f64,
    lat: f64,
    status: String,
    turnout_s: i64,
    certified_officers: i64,
    uncertified_officers: i64,
    assistants: i64,
    shifts: String,
    officers: String,
    equipment: Option<String>,
    said_at_ms: Option<i64>,
    said_received_at_ms: Option<i64>,
    said_by: Option<String>,
    water: Option<String>,
}

/// The columns of [`Row`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, name_zh, kind, unit, command_area, profile, lng, lat, status, turnout_s, \
             certified_officers, uncertified_officers, assistants, shifts, officers, equipment, said_at_ms, \
             said_received_at_ms, said_by, water FROM squads",
            $rest
        )
    };
}

impl TryFrom<Row> for Squad {
    type Error = crate::base::Error;
    fn try_from(r: Row) -> Result<Self> {
        let said = match (r.said_at_ms, r.said_received_at_ms, r.said_by) {
            (Some(at), Some(received_at), Some(by)) => {
                Some(Said { at: Timestamp::from_ms(at)?, received_at: Timestamp::from_ms(received_at)?, by })
            }
            _ => None,
        };
        Ok(Self {
            id: stored(&r.id)?,
            name: r.name,
            name_zh: r.name_zh,
            kind: stored(&r.kind)?,
            unit: stored(&r.unit)?,
            command_area: stored(&r.command_area)?,
            profile: stored(&r.profile)?,
            post: LngLat::new(r.lng, r.lat)?,
            status: stored(&r.status)?,
            turnout_s: r.turnout_s as u32,
            crew: Crew {
                certified_officers: r.certified_officers as u32,
                uncertified_officers: r.uncertified_officers as u32,
                assistants: r.assistants as u32,
            },
            shifts: stored(&r.shifts)?,
            officers: r.officers.lines().map(stored).collect::<Result<_>>()?,
            equipment: r.equipment.as_deref().unwrap_or("").lines().map(stored).collect::<Result<_>>()?,
            said,
            water: r.water.as_deref().map(stored).transpose()?,
        })
    }
}

#[derive(FromRow)]
struct FixRow {
    squad: String,
    lng: f64,
    lat: f64,
    fixed_at_ms: i64,
    accuracy_m: Option<f64>,
    written: i64,
}

impl TryFrom<FixRow> for (Code, Fix) {
    type Error = crate::base::Error;
    fn try_from(r: FixRow) -> Result<Self> {
        let (at, fixed_at) = (LngLat::new(r.lng, r.lat)?, Timestamp::from_ms(r.fixed_at_ms)?);
        Ok((stored(&r.squad)?, Fix { at, fixed_at, accuracy_m: r.accuracy_m }))
    }
}

#[derive(FromRow)]
struct Demo {
    demo: Option<i64>,
}

impl Kept for Squads {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        load(tx).await
    }
}

/// All squads with their last known positions.
pub async fn load(tx: &mut Tx) -> Result<Squads> {
    let mut squads = Squads::default();
    let rows: Vec<Row> = q(select!("")).all_tx(tx).await?;
    for row in rows {
        squads.put(row.try_into()?);
    }
    let fixes: Vec<FixRow> =
        q("SELECT squad, lng, lat, fixed_at_ms, accuracy_m, written FROM squad_fixes").all_tx(tx).await?;
    for row in fixes {
        let (squad, fix) = row.try_into()?;
        squads.observe(&squad, fix);
    }
    Ok(squads)
}

fn values(s: &Squad, demo: bool) -> Vec<Val> {
    vec![
        (&s.id).into(),
        s.name.as_str().into(),
        s.name_zh.clone().into(),
        s.kind.as_str().into(),
        (&s.unit).into(),
        (&s.command_area).into(),
        s.profile.as_str().into(),
        s.post.lng.into(),
        s.post.lat.into(),
        s.status.as_str().into(),
        s.turnout_s.into(),
        s.crew.certified_officers.into(),
        s.crew.uncertified_officers.into(),
        s.crew.assistants.into(),
        s.shifts.to_string().into(),
        s.officers.iter().map(Code::as_str).collect::<Vec<_>>().join("\n").into(),
        s.equipment.iter().map(Code::as_str).collect::<Vec<_>>().join("\n").into(),
        s.said.as_ref().map(|said| said.at).into(),
        s.said.as_ref().map(|said| said.received_at).into(),
        s.said.as_ref().map(|said| said.by.clone()).into(),
        s.water.as_ref().map(|water| water.as_str().to_owned()).into(),
        demo.into(),
    ]
}

const HEAD: &str = "INSERT INTO squads (id, name, name_zh, kind, unit, command_area, profile, lng, lat, status, turnout_s, \
                    certified_officers, uncertified_officers, assistants, shifts, officers, equipment, \
                    said_at_ms, said_received_at_ms, said_by, water, demo)";

/// Creates the squad. A second one with the same id is a [`Kind::Conflict`](crate::base::Kind::Conflict).
pub async fn insert(w: &mut Write, squad: &Squad) -> Result<()> {
    insert_many(&mut w.tx, HEAD, [values(squad, false)], "").await?;
    w.record(Change::Squad { squad: Box::new(squad.clone()) });
    Ok(())
}

/// Creates the squad or writes its new state; who made it a demo squad or not stays as it was.
pub async fn put(w: &mut Write, squad: &Squad) -> Result<()> {
    let tail = "ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_zh = excluded.name_zh, kind = excluded.kind, \
                unit = excluded.unit, command_area = excluded.command_area, profile = excluded.profile, \
                lng = excluded.lng, lat = excluded.lat, status = excluded.status, turnout_s = excluded.turnout_s, \
                certified_officers = excluded.certified_officers, \
                uncertified_officers = excluded.uncertified_officers, assistants = excluded.assistants, \
                shifts = excluded.shifts, officers = excluded.officers, \
                equipment = excluded.equipment, said_at_ms = excluded.said_at_ms, \
                said_received_at_ms = excluded.said_received_at_ms, said_by = excluded.said_by, water = excluded.water";
    statuses::keep(&mut w.tx, squad).await?;
    insert_many(&mut w.tx, HEAD, [values(squad, false)], tail).await?;
    w.record(Change::Squad { squad: Box::new(squad.clone()) });
    Ok(())
}

/// Replaces all squads; the positions of those that stay are kept.
pub async fn replace(w: &mut Write, squads: &[Squad], demo: bool) -> Result<()> {
    q("DELETE FROM squads").exec_tx(&mut w.tx).await?;
    let rows: Vec<_> = squads.iter().map(|s| values(s, demo)).collect();
    insert_many(&mut w.tx, HEAD, rows, "").await?;
    for sql in [
        "DELETE FROM squad_fixes WHERE squad NOT IN (SELECT id FROM squads)",
        "DELETE FROM squad_statuses WHERE squad NOT IN (SELECT id FROM squads)",
        "DELETE FROM receipts WHERE word = 'squads' AND id NOT IN (SELECT id FROM squads)",
    ] {
        q(sql).exec_tx(&mut w.tx).await?;
    }
    w.record(Change::SquadsImported { count: squads.len() as u32 });
    Ok(())
}

/// Whether any squad is one of the demo's.
pub async fn any_demo(tx: &mut Tx) -> Result<bool> {
    let row = q("SELECT MAX(demo) AS demo FROM squads").opt_tx::<Demo>(tx).await?;
    Ok(row.is_some_and(|r| r.demo == Some(1)))
}

/// The squad as the transaction sees it: what a change must start from.
pub async fn get(tx: &mut Tx, id: &Code) -> Result<Option<Squad>> {
    // PostgreSQL must hold the row until commit; SQLite's writer is alone anyway.
    let sql = if tx.is_postgres() { select!(" WHERE id = $1 FOR UPDATE") } else { select!(" WHERE id = $1") };
    q(sql).bind(id).opt_tx::<Row>(tx).await?.map(TryInto::try_into).transpose()
}

#[derive(FromRow)]
struct Body {
    body: String,
}

/// The squad as the log first tells of it, where it still does: as it was created, before there were
/// receipts. Reads the log from its beginning.
pub async fn as_created(tx: &mut Tx, id: &Code) -> Result<Option<Squad>> {
    let begins = format!("\"squad\":{{\"id\":{},", serde_json::to_string(id).map_err(Error::internal)?);
    let begins = begins.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let sql = "SELECT body FROM change_log WHERE kind = 'squad' AND body LIKE $1 ESCAPE '!' ORDER BY seq LIMIT 1";
    let row = q(sql).bind(format!("%{begins}%")).opt_tx::<Body>(tx).await?;
    let change = row.and_then(|r| crate::change::Change::read(&r.body).ok());
    Ok(change.as_ref().and_then(|c| c.of()).and_then(|c| match c {
        Change::Squad { squad } => Some(Squad::clone(squad)),
        Change::SquadsImported { .. } => None,
    }))
}

#[derive(FromRow)]
struct Next {
    next: i64,
}

/// Writes last known positions, the newer of two by fix time, and returns the number of this write. Whoever
/// writes holds the head of the log: numbers grow in the order of commits.
pub async fn put_fixes(w: &mut Write, fixes: &[(Code, Fix)]) -> Result<i64> {
    let next = q("SELECT COALESCE(MAX(written), 0) + 1 AS next FROM squad_fixes").opt_tx::<Next>(&mut w.tx).await?;
    let written = next.map_or(1, |n| n.next);
    let rows = fixes.iter().map(|(id, f)| {
        vec![id.into(), f.at.lng.into(), f.at.lat.into(), f.fixed_at.into(), f.accuracy_m.into(), written.into()]
    });
    let tail = "ON CONFLICT (squad) DO UPDATE SET lng = excluded.lng, lat = excluded.lat, \
                fixed_at_ms = excluded.fixed_at_ms, accuracy_m = excluded.accuracy_m, written = excluded.written \
                WHERE excluded.fixed_at_ms > squad_fixes.fixed_at_ms";
    let head = "INSERT INTO squad_fixes (squad, lng, lat, fixed_at_ms, accuracy_m, written)";
    let rows: Vec<Vec<Val>> = rows.collect();
    insert_many(&mut w.tx, head, rows, tail).await?;
    Ok(written)
}

/// Positions of writes after `written`, and the number of the last one.
pub async fn fixes_after(pool: &Pool, written: i64) -> Result<(Vec<(Code, Fix)>, i64)> {
    let rows: Vec<FixRow> =
        q("SELECT squad, lng, lat, fixed_at_ms, accuracy_m, written FROM squad_fixes WHERE written > $1")
            .bind(written)
            .all(pool)
            .await?;
    let last = rows.iter().map(|r| r.written).max().unwrap_or(written);
    Ok((rows.into_iter().map(TryInto::try_into).collect::<Result<_>>()?, last))
}
