//! When something was done about incidents.

use std::collections::HashMap;

use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    base::{Error, Result, Timestamp},
    store::db::{Db, q},
};

#[derive(FromRow)]
struct Row {
    incident: String,
    at_ms: i64,
}

/// When the last action came in, of each incident that was reported from one moment to another and has any.
pub async fn touched(db: &Db, from: Timestamp, to: Timestamp) -> Result<HashMap<Uuid, Timestamp>> {
    let sql = "SELECT a.incident, MAX(a.received_at_ms) AS at_ms \
               FROM incident_actions a JOIN incidents i ON i.id = a.incident \
               WHERE i.reported_at_ms >= $1 AND i.reported_at_ms <= $2 GROUP BY a.incident";
    let rows: Vec<Row> = q(sql).bind(from).bind(to).all(db.readers()).await?;
    let touched = |row: Row| Ok((row.incident.parse().map_err(Error::internal)?, Timestamp::from_ms(row.at_ms)?));
    rows.into_iter().map(touched).collect()
}
