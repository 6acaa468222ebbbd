//! When the clocks of cases stood, of all that were reported in a period.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{
    base::{Error, Result, Span, Timestamp},
    domain::incidents::{self, Act, Flag},
    store::db::{Db, q},
};

/// Of those that ever did, as it is known at `now`.
pub async fn pauses(db: &Db, (from, to): (Timestamp, Timestamp), now: Timestamp) -> Result<HashMap<Uuid, Vec<Span>>> {
    let sql = "SELECT a.incident, a.act, a.at_ms FROM incident_actions a JOIN incidents i ON i.id = a.incident \
               WHERE i.reported_at_ms >= $1 AND i.reported_at_ms < $2 AND (a.act IN ($3, $4) \
               OR a.act LIKE '{\"order_rectification\":%' OR a.act LIKE '{\"revisit\":%') \
               ORDER BY a.at_ms, a.n";
    let act = |act: Act| serde_json::to_string(&act).map_err(Error::internal);
    let query = q(sql).bind(from).bind(to).bind(act(Act::Raise(Flag::Suspended))?);
    let rows: Vec<(String, String, i64)> = query.bind(act(Act::Lower(Flag::Suspended))?).all(db.readers()).await?;
    let mut done: HashMap<Uuid, Vec<(Act, Timestamp)>> = HashMap::new();
    for (incident, act, at_ms) in rows {
        let act = serde_json::from_str(&act).map_err(Error::internal)?;
        let incident = incident.parse().map_err(Error::internal)?;
        done.entry(incident).or_default().push((act, Timestamp::from_ms(at_ms)?));
    }
    let spans = |done: Vec<(Act, Timestamp)>| incidents::pauses(done.iter().map(|(act, at)| (act, *at)), now);
    Ok(done.into_iter().map(|(incident, done)| (incident, spans(done))).collect())
}
