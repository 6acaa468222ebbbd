//! Calls that say only an address, and apart from them who called.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    db::{Db, Tx, Val, insert_many, q},
    incidents::{Reporter, get_tx},
    load::{Kept, Source},
    log::Write,
    stored, stored_opt,
};
use crate::{
    base::{Error, Result, Timestamp},
    domain::{
        auth::Sight,
        calls::{Call, CallEnd, CallState, Calls, Change},
        incidents::Cursor,
    },
};

#[derive(FromRow)]
struct Row {
    id: String,
    state: String,
    address: String,
    area: Option<String>,
    matter: Option<String>,
    urgency: String,
    description: Option<String>,
    reported_at_ms: i64,
    created_at_ms: i64,
    source: String,
    external_id: Option<String>,
    ended_at_ms: Option<i64>,
    ended_by: Option<String>,
    reason: Option<String>,
}

impl TryFrom<Row> for Call {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        let ended = r.ended_at_ms.zip(r.ended_by).map(|(at_ms, by)| {
            let at = Timestamp::from_ms(at_ms)?;
            Ok::<_, Error>(CallEnd { at, by, reason: r.reason })
        });
        Ok(Self {
            id: r.id.parse().map_err(Error::internal)?,
            state: stored(&r.state)?,
            address: r.address,
            area: stored_opt(r.area.as_ref())?,
            matter: stored_opt(r.matter.as_ref())?,
            urgency: stored(&r.urgency)?,
            description: r.description,
            reported_at: Timestamp::from_ms(r.reported_at_ms)?,
            created_at: Timestamp::from_ms(r.created_at_ms)?,
            source: stored(&r.source)?,
            external_id: r.external_id,
            ended: ended.transpose()?,
        })
    }
}

/// The columns of [`Row`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, state, address, area, matter, urgency, description, reported_at_ms, created_at_ms, source, \
             external_id, ended_at_ms, ended_by, reason FROM calls ",
            $rest
        )
    };
}

fn domain(rows: Vec<Row>) -> Result<Vec<Call>> {
    rows.into_iter().map(TryInto::try_into).collect()
}

impl Kept for Calls {
    /// Those that are held.
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        load(tx).await
    }
}

/// Those that are held.
pub async fn load(tx: &mut Tx) -> Result<Calls> {
    Ok(Calls::new(domain(q(select!("WHERE state = 'held'")).all_tx(tx).await?)?))
}

/// One, held or ended.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Call>> {
    q(select!("WHERE id = $1")).bind(id).opt_tx::<Row>(tx).await?.map(TryInto::try_into).transpose()
}

/// The call that is to be ended.
pub async fn get_to_end(tx: &mut Tx, id: Uuid) -> Result<Option<Call>> {
    // PostgreSQL must hold the row until commit; SQLite's writer is alone anyway.
    let sql = if tx.is_postgres() { select!("WHERE id = $1 FOR UPDATE") } else { select!("WHERE id = $1") };
    q(sql).bind(id).opt_tx::<Row>(tx).await?.map(TryInto::try_into).transpose()
}

/// Up to `limit` ended ones in sight after `after`, the newest first.
pub async fn ended(
    db: &Db,
    state: CallState,
    sight: &Sight,
    mut after: Option<Cursor>,
    limit: usize,
) -> Result<Vec<Call>> {
    let sql = select!(
        "WHERE state = $1 AND (reported_at_ms < $2 OR (reported_at_ms = $2 AND id < $3)) \
         ORDER BY reported_at_ms DESC, id DESC LIMIT $4"
    );
    let mut found = Vec::new();
    loop {
        let (before, id) = after.unwrap_or((Timestamp::MAX, Uuid::max()));
        let page = q(sql).bind(state.as_str()).bind(before).bind(id).bind(limit as i64);
        let page: Vec<Call> = domain(page.all(db.readers()).await?)?;
        let is_last = page.len() < limit;
        after = page.last().map(|call| (call.reported_at, call.id));
        found.extend(page.into_iter().filter(|call| call.is_seen(sight)));
        if is_last || found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
    }
}

/// Those of a period, in order.
pub async fn between(db: &Db, from: Timestamp, to: Timestamp) -> Result<Vec<Call>> {
    let sql = select!("WHERE reported_at_ms >= $1 AND reported_at_ms < $2 ORDER BY reported_at_ms, id");
    domain(q(sql).bind(from).bind(to).all(db.readers()).await?)
}

fn values(call: &Call) -> Vec<Val> {
    vec![
        call.id.into(),
        call.state.as_str().into(),
        call.address.as_str().into(),
        call.area.clone().into(),
        call.matter.clone().into(),
        call.urgency.as_str().into(),
        call.description.clone().into(),
        call.reported_at.into(),
        call.created_at.into(),
        call.source.as_str().into(),
        call.external_id.clone().into(),
    ]
}

/// Holds it with who called; `false` where a call or an incident of this id is there.
pub async fn insert(w: &mut Write, call: &Call, reporter: Option<&Reporter>) -> Result<bool> {
    let head = "INSERT INTO calls (id, state, address, area, matter, urgency, description, reported_at_ms, \
                created_at_ms, source, external_id)";
    let is_incident = get_tx(&mut w.tx, call.id).await?.is_some();
    if is_incident || insert_many(&mut w.tx, head, [values(call)], "ON CONFLICT (id) DO NOTHING").await? == 0 {
        return Ok(false);
    }
    if let Some(Reporter { name, phone }) = reporter.cloned() {
        let sql = "INSERT INTO call_reporters (call, name, phone) VALUES ($1, $2, $3)";
        q(sql).bind(call.id).bind(name).bind(phone).exec_tx(&mut w.tx).await?;
    }
    w.record(Change::Call { call: Box::new(call.clone()) });
    Ok(true)
}

/// Who called, for those who may know.
pub async fn reporter(tx: &mut Tx, id: Uuid) -> Result<Option<Reporter>> {
    q("SELECT name, phone FROM call_reporters WHERE call = $1").bind(id).opt_tx(tx).await
}

/// Writes how it ended. Who called stays with one that was dropped; of one that was located the incident has it.
pub async fn end(w: &mut Write, call: &Call) -> Result<()> {
    let Some(CallEnd { at, by, reason }) = call.ended.clone() else {
        return Err(Error::internal(format!("call {} has not ended", call.id)));
    };
    let sql = "UPDATE calls SET state = $1, ended_at_ms = $2, ended_by = $3, reason = $4 WHERE id = $5";
    q(sql).bind(call.state.as_str()).bind(at).bind(by).bind(reason).bind(call.id).exec_tx(&mut w.tx).await?;
    if call.state == CallState::Located {
        q("DELETE FROM call_reporters WHERE call = $1").bind(call.id).exec_tx(&mut w.tx).await?;
    }
    w.record(Change::Call { call: Box::new(call.clone()) });
    Ok(())
}
