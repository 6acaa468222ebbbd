//! Scenarios.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    db::{Tx, q},
    load::{self, Source},
    log::Write,
};
use crate::{
    base::{Error, Result, Timestamp},
    domain::scenarios::{Change, Scenario, Scenarios},
};

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    plan: Option<String>,
    question: String,
    revision: i64,
    author: String,
    created_at_ms: i64,
    changed_by: String,
    changed_at_ms: i64,
}

impl Row {
    fn read(self) -> Result<Scenario> {
        let broken = |what: &str| Error::internal(format!("the database holds a scenario {} without {what}", self.id));
        let uuid = |text: &str| Uuid::parse_str(text).map_err(|_| broken("an id"));
        Ok(Scenario {
            id: uuid(&self.id)?,
            plan: self.plan.as_deref().map(uuid).transpose()?,
            question: serde_json::from_str(&self.question).map_err(|_| broken("a question"))?,
            name: self.name,
            revision: self.revision as u32,
            author: self.author,
            created_at: Timestamp::from_ms(self.created_at_ms)?,
            changed_by: self.changed_by,
            changed_at: Timestamp::from_ms(self.changed_at_ms)?,
        })
    }
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, name, plan, question, revision, author, created_at_ms, changed_by, changed_at_ms \
             FROM scenarios ",
            $where
        )
    };
}

impl load::Kept for Scenarios {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        let rows: Vec<Row> = q(select!("")).all_tx(tx).await?;
        Ok(Self::new(rows.into_iter().map(Row::read).collect::<Result<_>>()?))
    }
}

pub async fn get(tx: &mut Tx, id: &Uuid) -> Result<Option<Scenario>> {
    let row: Option<Row> = q(select!("WHERE id = $1")).bind(*id).opt_tx(tx).await?;
    row.map(Row::read).transpose()
}

/// A new one.
pub async fn insert(w: &mut Write, scenario: &Scenario) -> Result<()> {
    let sql = "INSERT INTO scenarios (id, name, plan, question, revision, author, created_at_ms, changed_by, \
               changed_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    q(sql)
        .bind(scenario.id)
        .bind(scenario.name.as_str())
        .bind(scenario.plan.map(|id| id.to_string()))
        .bind(serde_json::to_string(&scenario.question).map_err(Error::internal)?)
        .bind(i64::from(scenario.revision))
        .bind(scenario.author.as_str())
        .bind(scenario.created_at)
        .bind(scenario.changed_by.as_str())
        .bind(scenario.changed_at)
        .exec_tx(&mut w.tx)
        .await?;
    w.record(Change::Scenario { scenario: scenario.clone() });
    Ok(())
}

/// In the place of the revision before it; whether that was still there.
pub async fn change(w: &mut Write, scenario: &Scenario) -> Result<bool> {
    let sql = "UPDATE scenarios SET name = $1, plan = $2, question = $3, revision = $4, changed_by = $5, \
               changed_at_ms = $6 WHERE id = $7 AND revision = $8";
    let changed = q(sql)
        .bind(scenario.name.as_str())
        .bind(scenario.plan.map(|id| id.to_string()))
        .bind(serde_json::to_string(&scenario.question).map_err(Error::internal)?)
        .bind(i64::from(scenario.revision))
        .bind(scenario.changed_by.as_str())
        .bind(scenario.changed_at)
        .bind(scenario.id)
        .bind(i64::from(scenario.revision) - 1)
        .exec_tx(&mut w.tx)
        .await?;
    if changed > 0 {
        w.record(Change::Scenario { scenario: scenario.clone() });
    }
    Ok(changed > 0)
}

/// One that is not there stays away.
pub async fn delete(w: &mut Write, id: &Uuid) -> Result<bool> {
    let deleted = q("DELETE FROM scenarios WHERE id = $1").bind(*id).exec_tx(&mut w.tx).await? > 0;
    if deleted {
        w.record(Change::ScenarioDeleted { id: *id });
    }
    Ok(deleted)
}
