//! Officers, and apart from them who they are.

use std::collections::BTreeMap;

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    db::{Db, Tx, insert_many, q},
    load::{Kept, Source},
    log::Write,
    stored, stored_opt,
    units::span,
};
use crate::{
    base::{Code, Error, Result},
    domain::officers::{Certificate, Change, Officer, Officers, Person, Recusals},
};

#[derive(FromRow)]
struct Row {
    id: String,
    unit: String,
}

#[derive(FromRow)]
struct CertificateRow {
    officer: String,
    matters: String,
    from_ms: Option<i64>,
    until_ms: Option<i64>,
}

#[derive(FromRow)]
struct RecusalRow {
    officer: String,
    area: Option<String>,
    incident: Option<String>,
}

#[derive(FromRow)]
struct PersonRow {
    officer: String,
    name: Option<String>,
    contact: Option<String>,
    certificate_numbers: String,
}

impl From<PersonRow> for Person {
    fn from(r: PersonRow) -> Self {
        let certificate_numbers = r.certificate_numbers.split('\n').map(str::to_owned).collect();
        Self { name: r.name, contact: r.contact, certificate_numbers }
    }
}

impl Kept for Officers {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        load(tx).await
    }
}

pub async fn load(tx: &mut Tx) -> Result<Officers> {
    let rows: Vec<Row> = q("SELECT id, unit FROM officers").all_tx(tx).await?;
    let mut all: BTreeMap<String, Officer> = BTreeMap::new();
    for Row { id, unit } in rows {
        let (certificates, recused_from) = (Vec::new(), Recusals::default());
        let officer = Officer { id: stored(&id)?, unit: stored(&unit)?, certificates, recused_from };
        all.insert(id, officer);
    }
    let certificates: Vec<CertificateRow> =
        q("SELECT officer, matters, from_ms, until_ms FROM officer_certificates ORDER BY officer, n")
            .all_tx(tx)
            .await?;
    for row in certificates {
        let Some(officer) = all.get_mut(&row.officer) else { continue };
        let matters = row.matters.lines().map(str::to_owned).collect();
        officer.certificates.push(Certificate { matters, span: span(row.from_ms, row.until_ms)? });
    }
    let recusals: Vec<RecusalRow> = q("SELECT officer, area, incident FROM officer_recusals").all_tx(tx).await?;
    for row in recusals {
        let Some(officer) = all.get_mut(&row.officer) else { continue };
        officer.recused_from.areas.extend(stored_opt::<Code>(row.area.as_ref())?);
        let incident = row.incident.map(|id| id.parse::<Uuid>().map_err(Error::internal)).transpose()?;
        officer.recused_from.incidents.extend(incident);
    }
    Officers::new(all.into_values().collect())
}

/// Who they are, by id.
pub async fn persons(tx: &mut Tx) -> Result<BTreeMap<Code, Person>> {
    let rows: Vec<PersonRow> =
        q("SELECT officer, name, contact, certificate_numbers FROM officer_persons").all_tx(tx).await?;
    rows.into_iter().map(|row| Ok((stored(&row.officer)?, row.into()))).collect()
}

/// Who it is, for those who may know.
pub async fn person(db: &Db, id: &Code) -> Result<Option<Person>> {
    let sql = "SELECT officer, name, contact, certificate_numbers FROM officer_persons WHERE officer = $1";
    Ok(q(sql).bind(id).opt::<PersonRow>(db).await?.map(Into::into))
}

/// Logs that the writer read who an officer is.
pub fn log_reading(w: &mut Write, id: Code) {
    w.record(Change::OfficerRead { id });
}

/// Replaces all officers, and who they are.
pub async fn replace(w: &mut Write, all: &[(Officer, Person)], demo: bool) -> Result<()> {
    for sql in [
        "DELETE FROM officer_persons",
        "DELETE FROM officer_recusals",
        "DELETE FROM officer_certificates",
        "DELETE FROM officers",
    ] {
        q(sql).exec_tx(&mut w.tx).await?;
    }
    let rows: Vec<_> = all.iter().map(|(o, _)| vec![(&o.id).into(), (&o.unit).into(), demo.into()]).collect();
    insert_many(&mut w.tx, "INSERT INTO officers (id, unit, demo)", rows, "").await?;
    let mut certificates = Vec::new();
    for (officer, _) in all {
        certificates.extend((0i64..).zip(&officer.certificates).map(|(n, c)| {
            let (from, until) = (c.span.from.into(), c.span.until.into());
            vec![(&officer.id).into(), n.into(), c.matters.join("\n").into(), from, until]
        }));
    }
    let head = "INSERT INTO officer_certificates (officer, n, matters, from_ms, until_ms)";
    insert_many(&mut w.tx, head, certificates, "").await?;
    for (officer, _) in all {
        insert_recusals(&mut w.tx, officer).await?;
    }
    let person = |(o, p): &(Officer, Person)| {
        vec![(&o.id).into(), p.name.clone().into(), p.contact.clone().into(), p.certificate_numbers.join("\n").into()]
    };
    let head = "INSERT INTO officer_persons (officer, name, contact, certificate_numbers)";
    insert_many(&mut w.tx, head, all.iter().map(person).collect::<Vec<_>>(), "").await?;
    w.record(Change::OfficersReplaced { count: all.len() as u32 });
    Ok(())
}

async fn insert_recusals(tx: &mut Tx, officer: &Officer) -> Result<()> {
    let Recusals { areas, incidents } = &officer.recused_from;
    let area = areas.iter().map(|area| vec![(&officer.id).into(), Some(area.clone()).into(), None::<String>.into()]);
    let incident =
        incidents.iter().map(|id| vec![(&officer.id).into(), None::<String>.into(), Some(id.to_string()).into()]);
    let head = "INSERT INTO officer_recusals (officer, area, incident)";
    insert_many(tx, head, area.chain(incident).collect::<Vec<_>>(), "").await.map(drop)
}

/// Writes what an officer stays away from.
pub async fn recuse(w: &mut Write, officer: &Officer) -> Result<()> {
    q("DELETE FROM officer_recusals WHERE officer = $1").bind(&officer.id).exec_tx(&mut w.tx).await?;
    insert_recusals(&mut w.tx, officer).await?;
    w.record(Change::Officer { officer: officer.clone() });
    Ok(())
}

#[derive(FromRow)]
struct Count {
    n: i64,
}

/// Whether some of them are a demonstration's.
pub async fn any_demo(tx: &mut Tx) -> Result<bool> {
    let count = q("SELECT COUNT(*) AS n FROM officers WHERE demo = 1").opt_tx::<Count>(tx).await?;
    Ok(count.is_some_and(|c| c.n > 0))
}

/// The officer as the transaction sees it: what a change must start from.
pub async fn get(tx: &mut Tx, id: &Code) -> Result<Option<Officer>> {
    // PostgreSQL must hold the row until commit; SQLite's writer is alone anyway.
    let sql = if tx.is_postgres() {
        "SELECT id, unit FROM officers WHERE id = $1 FOR UPDATE"
    } else {
        "SELECT id, unit FROM officers WHERE id = $1"
    };
    if q(sql).bind(id).opt_tx::<Row>(tx).await?.is_none() {
        return Ok(None);
    }
    Ok(load(tx).await?.get(id).map(|officer| (**officer).clone()))
}
