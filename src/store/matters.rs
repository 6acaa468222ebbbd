//! The catalogue of matters.

use sqlx::FromRow;

use super::{
    db::{Tx, insert_many, q},
    load::{Kept, Source},
    log::Write,
    stored,
};
use crate::{
    base::Result,
    domain::matters::{Change, Matter, Matters},
};

#[derive(FromRow)]
struct Row {
    code: String,
    name: String,
    name_zh: String,
    domain: String,
    urgency: String,
    arrive_limit_min: i64,
}

impl Kept for Matters {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        load(tx).await
    }
}

pub async fn load(tx: &mut Tx) -> Result<Matters> {
    let rows: Vec<Row> =
        q("SELECT code, name, name_zh, domain, urgency, arrive_limit_min FROM matters").all_tx(tx).await?;
    let one = |r: Row| {
        Ok(Matter {
            code: stored(&r.code)?,
            name: r.name,
            name_zh: r.name_zh,
            domain: r.domain,
            urgency: stored(&r.urgency)?,
            arrive_limit_min: r.arrive_limit_min as u32,
        })
    };
    Matters::new(rows.into_iter().map(one).collect::<Result<_>>()?)
}

pub async fn replace(w: &mut Write, matters: &Matters) -> Result<()> {
    q("DELETE FROM matters").exec_tx(&mut w.tx).await?;
    let rows = matters.all().iter().map(|m| {
        vec![
            (&m.code).into(),
            m.name.as_str().into(),
            m.name_zh.as_str().into(),
            m.domain.as_str().into(),
            m.urgency.as_str().into(),
            m.arrive_limit_min.into(),
        ]
    });
    let head = "INSERT INTO matters (code, name, name_zh, domain, urgency, arrive_limit_min)";
    insert_many(&mut w.tx, head, rows.collect::<Vec<_>>(), "").await?;
    w.record(Change::MattersReplaced { count: matters.all().len() as u32 });
    Ok(())
}
