//! Batches: what every edit, undo and redo of a plan did.

use std::sync::Arc;

use sqlx::FromRow;
use uuid::Uuid;

use super::{json, parsed, plans};
use crate::{
    base::Result,
    domain::zones::{
        Batch, Change, Plan, delta,
        history::{self, Stacks},
        plan::Revision,
    },
    store::{
        db::{Db, Tx, Val, insert_many, q},
        log::Write,
    },
};

#[derive(FromRow)]
struct Body {
    body: String,
}

fn read(rows: Vec<Body>) -> Result<Vec<Arc<Batch>>> {
    rows.iter().map(|r| parsed(&r.body).map(Arc::new)).collect()
}

/// The batch that made `revision`.
pub async fn batch(tx: &mut Tx, plan: &Uuid, revision: Revision) -> Result<Option<Arc<Batch>>> {
    let sql = "SELECT body FROM plan_batches WHERE plan = $1 AND revision = $2";
    Ok(read(q(sql).bind(*plan).bind(revision).all_tx(tx).await?)?.pop())
}

/// The batch with this id, whichever plan it is of.
pub async fn done(db: &Db, id: &Uuid) -> Result<Option<Arc<Batch>>> {
    Ok(read(q("SELECT body FROM plan_batches WHERE id = $1").bind(*id).all(db).await?)?.pop())
}

/// Up to `limit` batches after `revision`, in order.
pub async fn since(db: &Db, plan: &Uuid, revision: Revision, limit: i64) -> Result<Vec<Arc<Batch>>> {
    let sql = "SELECT body FROM plan_batches WHERE plan = $1 AND revision > $2 ORDER BY revision LIMIT $3";
    read(q(sql).bind(*plan).bind(revision).bind(limit).all(db).await?)
}

#[derive(FromRow)]
struct Head {
    revision: i64,
    kind: String,
}

/// What `author` may take back and make again up to `revision`.
pub async fn stacks(db: &Db, plan: &Uuid, author: &str, revision: Revision) -> Result<Stacks> {
    let sql = "SELECT revision, kind FROM plan_batches WHERE plan = $1 AND author = $2 AND revision <= $3 \
               ORDER BY revision";
    let heads: Vec<Head> = q(sql).bind(*plan).bind(author).bind(revision).all(db).await?;
    let heads: Vec<_> = heads.iter().map(|h| Ok((h.revision, parsed(&h.kind)?))).collect::<Result<_>>()?;
    Ok(Stacks::of(heads))
}

/// Adds `batch` to `plan`, if that is still the plan's last revision and it is a draft; says whether it was.
pub async fn take(w: &mut Write, plan: &Plan, batch: &Batch) -> Result<bool> {
    let sql = "UPDATE plans SET revision = $1 WHERE id = $2 AND revision = $3 AND state = 'draft'";
    let update = q(sql).bind(batch.revision).bind(batch.plan).bind(plan.head.revision);
    if update.exec_tx(&mut w.tx).await? == 0 {
        return Ok(false);
    }
    let row: Vec<Val> = vec![
        batch.plan.into(),
        batch.revision.into(),
        batch.id.into(),
        batch.author.as_str().into(),
        batch.at.into(),
        json(&batch.kind)?.into(),
        json(batch)?.into(),
    ];
    insert_many(&mut w.tx, "INSERT INTO plan_batches (plan, revision, id, author, at_ms, kind, body)", [row], "")
        .await?;
    let mut after = plan.clone();
    history::advance(&mut after, batch)?;
    plans::rewrite(&mut w.tx, &after, &delta::net(&batch.did, &plan.atoms)?).await?;
    w.record(Change::edited(batch));
    Ok(true)
}
