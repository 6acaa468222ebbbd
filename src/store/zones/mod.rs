//! Plans as they are now, row by zone, every batch that made them so, and the dates they are in force.

mod batches;
mod force;
mod ground;
mod plans;

use sqlx::FromRow;
use uuid::Uuid;

pub use self::{
    batches::{batch, done, since, stacks, take},
    force::{announce, enter},
    ground::ground,
    plans::{Verdict, insert, is_stranger, judge, plan, remove_of_demo, verdicts},
};
use super::{
    db::Tx,
    load::{Kept, Source},
};
use crate::{
    base::{Error, Result},
    domain::zones::{Change, Grounds, Rows, Zones},
    world::Update,
};

impl Kept for Zones {
    async fn load(tx: &mut Tx, source: Source<'_>) -> Result<Self> {
        load(tx, source.grounds).await
    }

    async fn read(tx: &mut Tx, source: Source<'_>, change: &Change) -> Result<Vec<Update>> {
        let rows = match change {
            Change::Plan { plan } => plans::plan(tx, source.grounds, plan).await?.map(Rows::Plan),
            Change::PlanEdited { plan, revision, .. } => batch(tx, plan, *revision).await?.map(Rows::Batch),
            _ => None,
        };
        // A plan of a demo that was taken away since has no rows any more.
        Ok(rows.map(|rows| crate::domain::noun::Update::<Self>::Rows(rows).into()).into_iter().collect())
    }
}

/// All plans, and the dates they are in force.
pub async fn load(tx: &mut Tx, grounds: &Grounds) -> Result<Zones> {
    let mut zones = Zones::default();
    plans::load(tx, grounds).await?.into_iter().for_each(|plan| zones.put(plan));
    force::load(tx).await?.into_iter().for_each(|entry| zones.force.put(entry));
    Ok(zones)
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::internal(format!("the database holds {text:?}: {e}")))
}

fn uuid(text: &str) -> Result<Uuid> {
    Uuid::parse_str(text).map_err(|e| Error::internal(format!("the database holds the id {text:?}: {e}")))
}

#[derive(FromRow)]
struct Count {
    n: i64,
}
