//! Observed drives. They stay on disk: the world only counts them.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    db::{Db, Tx, insert_many, q},
    load::{Kept, Source},
    log::Write,
    stored,
};
use crate::{
    base::{Code, Error, LngLat, Result, Timestamp},
    domain::{
        arrivals::{Arrival, Arrivals, Change},
        squads::Profile,
    },
};

#[derive(FromRow)]
struct Row {
    id: String,
    squad: String,
    profile: String,
    from_lng: f64,
    from_lat: f64,
    to_lng: f64,
    to_lat: f64,
    departed_at_ms: i64,
    arrived_at_ms: i64,
}

/// The columns of [`Row`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, squad, profile, from_lng, from_lat, to_lng, to_lat, departed_at_ms, arrived_at_ms \
             FROM arrivals ",
            $rest
        )
    };
}

impl TryFrom<Row> for Arrival {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        Ok(Self {
            id: Uuid::parse_str(&r.id).map_err(|e| Error::internal(format!("the database holds id {}: {e}", r.id)))?,
            squad: stored(&r.squad)?,
            profile: stored(&r.profile)?,
            from: LngLat::new(r.from_lng, r.from_lat)?,
            to: LngLat::new(r.to_lng, r.to_lat)?,
            departed_at: Timestamp::from_ms(r.departed_at_ms)?,
            arrived_at: Timestamp::from_ms(r.arrived_at_ms)?,
        })
    }
}

fn domain(rows: Vec<Row>) -> Result<Vec<Arrival>> {
    rows.into_iter().map(TryInto::try_into).collect()
}

#[derive(FromRow)]
struct Count {
    n: i64,
}

impl Kept for Arrivals {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        Ok(Self { count: count(tx).await? })
    }
}

/// How many there are.
pub async fn count(tx: &mut Tx) -> Result<u64> {
    let count = q("SELECT COUNT(*) AS n FROM arrivals").opt_tx::<Count>(tx).await?;
    Ok(count.map_or(0, |c| c.n as u64))
}

pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Arrival>> {
    q(select!("WHERE id = $1")).bind(id).opt_tx::<Row>(tx).await?.map(TryInto::try_into).transpose()
}

/// Adds the arrival unless its id is known; then answers what is kept under it.
pub async fn insert(tx: &mut Tx, a: &Arrival) -> Result<Option<Arrival>> {
    let head = "INSERT INTO arrivals (id, squad, profile, from_lng, from_lat, to_lng, to_lat, departed_at_ms, \
                arrived_at_ms)";
    let row = vec![
        a.id.into(),
        (&a.squad).into(),
        a.profile.as_str().into(),
        a.from.lng.into(),
        a.from.lat.into(),
        a.to.lng.into(),
        a.to.lat.into(),
        a.departed_at.into(),
        a.arrived_at.into(),
    ];
    if insert_many(tx, head, [row], "ON CONFLICT (id) DO NOTHING").await? > 0 {
        return Ok(None);
    }
    get(tx, a.id).await
}

/// Says that `count` arrivals came in with this write.
pub fn record(w: &mut Write, count: usize) {
    if count > 0 {
        w.record(Change::Arrivals { count: count as u32 });
    }
}

/// Where a page ended.
pub type Cursor = (Timestamp, Uuid);

/// Which arrivals are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub squad: Option<Code>,
    pub profile: Option<Profile>,
    /// Departed at or after.
    pub from: Option<Timestamp>,
    /// Departed before.
    pub to: Option<Timestamp>,
}

/// Up to `limit` arrivals after `after`, the latest departure first.
pub async fn page(db: &Db, filter: &Filter, after: Option<Cursor>, limit: usize) -> Result<Vec<Arrival>> {
    let sql = select!(
        "WHERE ($1 IS NULL OR squad = $1) AND ($2 IS NULL OR profile = $2) \
         AND departed_at_ms >= $3 AND departed_at_ms < $4 \
         AND (departed_at_ms < $5 OR (departed_at_ms = $5 AND id < $6)) \
         ORDER BY departed_at_ms DESC, id DESC LIMIT $7"
    );
    // Nothing departs later than this, whatever its id.
    let (ms, id) = after.map_or((i64::MAX, String::new()), |(at, id)| (at.ms(), id.to_string()));
    let rows = q(sql)
        .bind(filter.squad.clone())
        .bind(filter.profile.map(Profile::as_str))
        .bind(filter.from.map_or(i64::MIN, Timestamp::ms))
        .bind(filter.to.map_or(i64::MAX, Timestamp::ms))
        .bind(ms)
        .bind(id)
        .bind(limit as i64);
    domain(rows.all(db).await?)
}

/// The latest `limit` arrivals of a profile.
pub async fn latest(db: &Db, profile: Profile, limit: usize) -> Result<Vec<Arrival>> {
    let sql = select!("WHERE profile = $1 ORDER BY departed_at_ms DESC, id DESC LIMIT $2");
    domain(q(sql).bind(profile.as_str()).bind(limit as i64).all(db).await?)
}
