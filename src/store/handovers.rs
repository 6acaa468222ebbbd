//! Shift handovers with their lists, as they were.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    db::{Db, Tx, Val, insert_many, q},
    load::{Kept, Source},
    log::Write,
    stored_opt,
};
use crate::{
    base::{Error, Result, Timestamp},
    domain::{
        auth::Sight,
        handovers::{Acceptance, CaseRemark, Change, Handover, Handovers, OpenThings},
        incidents::Cursor,
    },
};

#[derive(FromRow)]
struct Row {
    id: String,
    area: Option<String>,
    unit: Option<String>,
    handed_to: Option<String>,
    note: Option<String>,
    at_ms: i64,
    handed_by: String,
    counts: String,
    accepted_at_ms: Option<i64>,
    accepted_by: Option<String>,
    accepted_note: Option<String>,
    accepted_remarks: i64,
}

impl TryFrom<Row> for Handover {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        let accepted = r.accepted_at_ms.zip(r.accepted_by).map(|(at_ms, by)| {
            let at = Timestamp::from_ms(at_ms)?;
            Ok::<_, Error>(Acceptance { at, by, note: r.accepted_note, remarks: r.accepted_remarks as usize })
        });
        Ok(Self {
            id: r.id.parse().map_err(Error::internal)?,
            area: stored_opt(r.area.as_ref())?,
            unit: stored_opt(r.unit.as_ref())?,
            to: r.handed_to,
            note: r.note,
            at: Timestamp::from_ms(r.at_ms)?,
            by: r.handed_by,
            counts: serde_json::from_str(&r.counts).map_err(Error::internal)?,
            accepted: accepted.transpose()?,
        })
    }
}

/// The columns of [`Row`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, area, unit, handed_to, note, at_ms, handed_by, counts, accepted_at_ms, accepted_by, \
             accepted_note, accepted_remarks FROM handovers ",
            $rest
        )
    };
}

fn domain(rows: Vec<Row>) -> Result<Vec<Handover>> {
    rows.into_iter().map(TryInto::try_into).collect()
}

impl Kept for Handovers {
    /// Those that nobody has accepted.
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        Ok(Self::new(domain(q(select!("WHERE accepted_at_ms IS NULL")).all_tx(tx).await?)?))
    }
}

/// One, accepted or not.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Handover>> {
    q(select!("WHERE id = $1")).bind(id).opt_tx::<Row>(tx).await?.map(TryInto::try_into).transpose()
}

/// The handover that is to be accepted.
pub async fn get_to_accept(tx: &mut Tx, id: Uuid) -> Result<Option<Handover>> {
    // PostgreSQL must hold the row until commit; SQLite's writer is alone anyway.
    let sql = if tx.is_postgres() { select!("WHERE id = $1 FOR UPDATE") } else { select!("WHERE id = $1") };
    q(sql).bind(id).opt_tx::<Row>(tx).await?.map(TryInto::try_into).transpose()
}

/// What was open then, and what who took over remarked.
pub async fn list(tx: &mut Tx, id: Uuid) -> Result<(OpenThings, Vec<CaseRemark>)> {
    #[derive(FromRow)]
    struct Lists {
        open_things: String,
        remarks: Option<String>,
    }
    let sql = "SELECT open_things, remarks FROM handovers WHERE id = $1";
    let kept = q(sql).bind(id).opt_tx::<Lists>(tx).await?.ok_or_else(|| Error::not_found("handover", id))?;
    let remarks = kept.remarks.as_deref().map_or(Ok(Vec::new()), serde_json::from_str).map_err(Error::internal)?;
    Ok((serde_json::from_str(&kept.open_things).map_err(Error::internal)?, remarks))
}

/// Up to `limit` in sight after `after`, the newest first.
pub async fn newest(
    db: &Db,
    sight: &Sight,
    waiting: bool,
    mut after: Option<Cursor>,
    limit: usize,
) -> Result<Vec<Handover>> {
    let sql = select!(
        "WHERE (at_ms < $1 OR (at_ms = $1 AND id < $2)) AND ($3 = 0 OR accepted_at_ms IS NULL) \
         ORDER BY at_ms DESC, id DESC LIMIT $4"
    );
    let mut found = Vec::new();
    loop {
        let (before, id) = after.unwrap_or((Timestamp::MAX, Uuid::max()));
        let page = q(sql).bind(before).bind(id).bind(i64::from(waiting)).bind(limit as i64);
        let page: Vec<Handover> = domain(page.all(db.readers()).await?)?;
        let is_last = page.len() < limit;
        after = page.last().map(|handover| (handover.at, handover.id));
        found.extend(page.into_iter().filter(|handover| handover.is_seen(sight)));
        if is_last || found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
    }
}

fn values(handover: &Handover, open: &OpenThings) -> Result<Vec<Val>> {
    Ok(vec![
        handover.id.into(),
        handover.area.clone().into(),
        handover.unit.clone().into(),
        handover.to.clone().into(),
        handover.note.clone().into(),
        handover.at.into(),
        handover.by.as_str().into(),
        serde_json::to_string(&handover.counts).map_err(Error::internal)?.into(),
        serde_json::to_string(open).map_err(Error::internal)?.into(),
    ])
}

/// Keeps it with its list.
pub async fn insert(w: &mut Write, handover: &Handover, open: &OpenThings) -> Result<()> {
    let head = "INSERT INTO handovers (id, area, unit, handed_to, note, at_ms, handed_by, counts, open_things)";
    insert_many(&mut w.tx, head, [values(handover, open)?], "").await?;
    w.record(Change::Handover { handover: Box::new(handover.clone()) });
    Ok(())
}

/// Writes that it was accepted, and what was remarked.
pub async fn accept(w: &mut Write, handover: &Handover, remarks: &[CaseRemark]) -> Result<()> {
    let Some(Acceptance { at, by, note, .. }) = handover.accepted.clone() else {
        return Err(Error::internal(format!("handover {} was not accepted", handover.id)));
    };
    let sql = "UPDATE handovers SET accepted_at_ms = $1, accepted_by = $2, accepted_note = $3, accepted_remarks = $4, \
               remarks = $5 WHERE id = $6";
    q(sql)
        .bind(at)
        .bind(by)
        .bind(note)
        .bind(remarks.len() as i64)
        .bind(serde_json::to_string(remarks).map_err(Error::internal)?)
        .bind(handover.id)
        .exec_tx(&mut w.tx)
        .await?;
    w.record(Change::Handover { handover: Box::new(handover.clone()) });
    Ok(())
}
