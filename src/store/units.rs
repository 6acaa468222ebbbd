//! Units and their rosters.

use sqlx::FromRow;

use super::{
    db::{Tx, Val, insert_many, q},
    load::{Kept, Source},
    log::Write,
    stored, stored_opt,
};
use crate::{
    base::{Result, Span, Timestamp},
    domain::units::{Change, Duty, Unit, Units},
};

#[derive(FromRow)]
struct UnitRow {
    code: String,
    name: String,
    name_zh: Option<String>,
    kind: String,
    parent: Option<String>,
    area: Option<String>,
    office_line: Option<String>,
    from_ms: Option<i64>,
    until_ms: Option<i64>,
}

#[derive(FromRow)]
struct DutyRow {
    unit: String,
    role: String,
    office_line: String,
    leader: Option<String>,
    area: Option<String>,
    shifts: String,
    from_ms: Option<i64>,
    until_ms: Option<i64>,
}

/// A span out of its two columns.
pub(super) fn span(from_ms: Option<i64>, until_ms: Option<i64>) -> Result<Span> {
    let at = |ms: Option<i64>| ms.map(Timestamp::from_ms).transpose();
    Ok(Span { from: at(from_ms)?, until: at(until_ms)? })
}

impl UnitRow {
    fn read(self) -> Result<Unit> {
        Ok(Unit {
            code: stored(&self.code)?,
            name: self.name,
            name_zh: self.name_zh,
            kind: stored(&self.kind)?,
            parent: stored_opt(self.parent.as_ref())?,
            area: stored_opt(self.area.as_ref())?,
            office_line: self.office_line,
            span: span(self.from_ms, self.until_ms)?,
        })
    }
}

impl DutyRow {
    fn read(self) -> Result<Duty> {
        Ok(Duty {
            unit: stored(&self.unit)?,
            role: self.role,
            office_line: self.office_line,
            leader: self.leader,
            area: stored_opt(self.area.as_ref())?,
            shifts: stored(&self.shifts)?,
            span: span(self.from_ms, self.until_ms)?,
        })
    }
}

impl Kept for Units {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        load(tx).await
    }
}

pub async fn load(tx: &mut Tx) -> Result<Units> {
    let units: Vec<UnitRow> =
        q("SELECT code, name, name_zh, kind, parent, area, office_line, from_ms, until_ms FROM units")
            .all_tx(tx)
            .await?;
    let rosters: Vec<DutyRow> =
        q("SELECT unit, role, office_line, leader, area, shifts, from_ms, until_ms FROM rosters ORDER BY n")
            .all_tx(tx)
            .await?;
    let units = units.into_iter().map(UnitRow::read).collect::<Result<_>>()?;
    Units::new(units, rosters.into_iter().map(DutyRow::read).collect::<Result<_>>()?)
}

#[derive(FromRow)]
struct Count {
    n: i64,
}

/// Whether some of them are a demonstration's.
pub async fn any_demo(tx: &mut Tx) -> Result<bool> {
    let count = q("SELECT COUNT(*) AS n FROM units WHERE demo = 1").opt_tx::<Count>(tx).await?;
    Ok(count.is_some_and(|c| c.n > 0))
}

/// Puts the tree in the place of the former; its rosters too.
pub async fn replace(w: &mut Write, units: &Units, demo: bool) -> Result<()> {
    q("DELETE FROM rosters").exec_tx(&mut w.tx).await?;
    q("DELETE FROM units").exec_tx(&mut w.tx).await?;
    let row = |u: &Unit| {
        vec![
            (&u.code).into(),
            u.name.as_str().into(),
            u.name_zh.clone().into(),
            u.kind.as_str().into(),
            u.parent.clone().into(),
            u.area.clone().into(),
            u.office_line.clone().into(),
            u.span.from.into(),
            u.span.until.into(),
            demo.into(),
        ]
    };
    let head = "INSERT INTO units (code, name, name_zh, kind, parent, area, office_line, from_ms, until_ms, demo)";
    insert_many(&mut w.tx, head, units.all().iter().map(row).collect::<Vec<_>>(), "").await?;
    insert_rosters(&mut w.tx, units.rosters()).await?;
    w.record(Change::UnitsReplaced { count: units.all().len() as u32 });
    Ok(())
}

/// Puts the rosters of `units` in the place of all former ones.
pub async fn replace_rosters(w: &mut Write, units: &Units) -> Result<()> {
    q("DELETE FROM rosters").exec_tx(&mut w.tx).await?;
    insert_rosters(&mut w.tx, units.rosters()).await?;
    w.record(Change::RostersReplaced { count: units.rosters().len() as u32 });
    Ok(())
}

async fn insert_rosters(tx: &mut Tx, rosters: &[Duty]) -> Result<()> {
    let row = |(n, d): (i64, &Duty)| -> Vec<Val> {
        vec![
            n.into(),
            (&d.unit).into(),
            d.role.as_str().into(),
            d.office_line.as_str().into(),
            d.leader.clone().into(),
            d.area.clone().into(),
            d.shifts.to_string().into(),
            d.span.from.into(),
            d.span.until.into(),
        ]
    };
    let head = "INSERT INTO rosters (n, unit, role, office_line, leader, area, shifts, from_ms, until_ms)";
    insert_many(tx, head, (0..).zip(rosters).map(row).collect::<Vec<_>>(), "").await.map(drop)
}
