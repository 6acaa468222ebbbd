//! Small records that are read and written whole: the time slots, the calibration in force.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use sqlx::FromRow;

use super::{
    db::{Tx, q},
    load::{Kept, Source},
    log::Write,
};
use crate::{
    base::{Error, Result},
    domain::{
        calibration::{self, Calibration, InForce},
        slots::{self, Slots},
    },
};

const SLOTS: &str = "slots";
const CALIBRATION: &str = "calibration";

#[derive(FromRow)]
struct Row {
    body: String,
}

async fn get<T: DeserializeOwned>(tx: &mut Tx, name: &str) -> Result<Option<T>> {
    let row = q("SELECT body FROM documents WHERE name = $1").bind(name).opt_tx::<Row>(tx).await?;
    let read = |r: Row| {
        serde_json::from_str(&r.body).map_err(|e| Error::internal(format!("the document {name} can't be read: {e}")))
    };
    row.map(read).transpose()
}

/// `None` takes it away.
async fn put<T: Serialize>(tx: &mut Tx, name: &str, value: Option<&T>) -> Result<()> {
    match value {
        Some(value) => q(
            "INSERT INTO documents (name, body) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
        )
        .bind(name)
        .bind(serde_json::to_string(value).map_err(Error::internal)?),
        None => q("DELETE FROM documents WHERE name = $1").bind(name),
    }
    .exec_tx(tx)
    .await
    .map(drop)
}

impl Kept for Slots {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        slots(tx).await
    }
}

impl Kept for InForce {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        Ok(Self(calibration(tx).await?.map(Arc::new)))
    }
}

pub async fn slots(tx: &mut Tx) -> Result<Slots> {
    Ok(get(tx, SLOTS).await?.unwrap_or_default())
}

pub async fn put_slots(w: &mut Write, slots: &Slots) -> Result<()> {
    put(&mut w.tx, SLOTS, Some(slots)).await?;
    w.record(slots::Change::Slots { slots: slots.clone() });
    Ok(())
}

pub async fn calibration(tx: &mut Tx) -> Result<Option<Calibration>> {
    get(tx, CALIBRATION).await
}

/// Puts a calibration in force, or takes it out.
pub async fn put_calibration(w: &mut Write, calibration: Option<&Calibration>) -> Result<()> {
    put(&mut w.tx, CALIBRATION, calibration).await?;
    w.record(calibration::Change::Calibration { calibration: calibration.cloned().map(Arc::new) });
    Ok(())
}
