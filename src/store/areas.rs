//! Areas in generations: an import adds one and closes the county's former one, or drafts one.

pub mod drafts;

use geo::MultiPolygon;
use sqlx::FromRow;

use super::{
    db::{Db, Tx, Val, insert_many, q},
    load::{Kept, Source, all, blocking},
    log::Write,
    stored, stored_opt,
};
use crate::{
    base::{BBox, Code, Error, LngLat, Result, Timestamp},
    domain::{
        areas::{Area, Areas, Change, Drafts},
        demo::Demo,
    },
    world::Update,
};

#[derive(FromRow)]
struct Row {
    code: String,
    level: String,
    name: String,
    name_zh: Option<String>,
    parent: Option<String>,
    derived: Option<String>,
    time_zone: Option<String>,
    priority: Option<i64>,
    geometry: String,
}

fn geometry(text: &str) -> Result<MultiPolygon<f64>> {
    let geometry: geojson::Geometry = text.parse().map_err(Error::internal)?;
    match geo::Geometry::try_from(geometry).map_err(Error::internal)? {
        geo::Geometry::MultiPolygon(m) => Ok(m),
        geo::Geometry::Polygon(p) => Ok(MultiPolygon::new(vec![p])),
        _ => Err(Error::internal("the database holds an area that is not a polygon")),
    }
}

impl TryFrom<Row> for Area {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        use geo::CoordsIter;
        let geometry = geometry(&r.geometry)?;
        let bbox = BBox::around(geometry.coords_iter().map(LngLat::from))
            .ok_or_else(|| Error::internal(format!("area {} has no shape", r.code)))?;
        Ok(Self {
            code: stored(&r.code)?,
            level: stored(&r.level)?,
            name: r.name,
            name_zh: r.name_zh,
            parent: stored_opt(r.parent.as_ref())?,
            geometry,
            bbox,
            derived: r.derived,
            time_zone: r.time_zone,
            priority: r.priority.map(|p| p as u32),
        })
    }
}

impl Kept for Areas {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        let all = load(tx).await?;
        blocking(move || Self::new(all)).await
    }

    async fn read(tx: &mut Tx, source: Source<'_>, _: &Change) -> Result<Vec<Update>> {
        // Whether they are a demonstration's, or were drafted, is theirs to tell.
        Ok(vec![all::<Self>(tx, source).await?, all::<Demo>(tx, source).await?, all::<Drafts>(tx, source).await?])
    }
}

/// The areas in force, of all counties.
pub async fn load(tx: &mut Tx) -> Result<Vec<Area>> {
    let rows: Vec<Row> =
        q("SELECT a.code, a.level, a.name, a.name_zh, a.parent, a.derived, a.time_zone, a.priority, a.geometry \
                            FROM areas a JOIN area_generations g ON g.generation = a.generation \
                            WHERE g.valid_to_ms IS NULL ORDER BY a.code")
        .all_tx(tx)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The areas of one generation, by code.
pub async fn load_generation(tx: &mut Tx, generation: i64) -> Result<Vec<Area>> {
    let rows: Vec<Row> = q("SELECT code, level, name, name_zh, parent, derived, time_zone, priority, geometry \
                            FROM areas WHERE generation = $1 ORDER BY code")
    .bind(generation)
    .all_tx(tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// One county's areas over a stretch of time.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Generation {
    pub generation: i64,
    pub county: String,
    pub source: String,
    pub demo: i64,
    pub valid_from_ms: i64,
}

const IN_FORCE: &str =
    "SELECT generation, county, source, demo, valid_from_ms FROM area_generations WHERE valid_to_ms IS NULL";

pub async fn in_force_tx(tx: &mut Tx) -> Result<Vec<Generation>> {
    q(IN_FORCE).all_tx(tx).await
}

pub async fn in_force(db: &Db) -> Result<Vec<Generation>> {
    q(IN_FORCE).all(db).await
}

#[derive(FromRow)]
struct Next {
    next: i64,
}

/// Puts `areas` in force for `county` in the place of what it had; gives their generation.
pub async fn replace(w: &mut Write, county: &Code, areas: &[Area], source: &str, demo: bool) -> Result<i64> {
    let generation = next_generation(&mut w.tx).await?;
    close(&mut w.tx, w.at, county.as_str()).await?;
    start(w, generation, (county, source, demo)).await?;
    insert(w, generation, areas).await?;
    record_replaced(w, county, generation, areas.len());
    Ok(generation)
}

fn record_replaced(w: &mut Write, county: &Code, generation: i64, count: usize) {
    w.record(Change::AreasReplaced { county: county.clone(), generation, count: count as u32 });
}

async fn next_generation(tx: &mut Tx) -> Result<i64> {
    let next = q("SELECT COALESCE(MAX(generation), 0) + 1 AS next FROM area_generations").opt_tx::<Next>(tx).await?;
    Ok(next.map_or(1, |n| n.next))
}

async fn start(w: &mut Write, generation: i64, (county, source, demo): (&Code, &str, bool)) -> Result<u64> {
    q("INSERT INTO area_generations (generation, county, source, demo, valid_from_ms) VALUES ($1, $2, $3, $4, $5)")
        .bind(generation)
        .bind(county)
        .bind(source)
        .bind(demo)
        .bind(w.at)
        .exec_tx(&mut w.tx)
        .await
}

async fn insert(w: &mut Write, generation: i64, areas: &[Area]) -> Result<u64> {
    let row = |a: &Area| -> Vec<Val> {
        vec![
            generation.into(),
            (&a.code).into(),
            a.level.as_str().into(),
            a.name.as_str().into(),
            a.name_zh.clone().into(),
            a.parent.clone().into(),
            a.derived.clone().into(),
            a.time_zone.clone().into(),
            a.priority.into(),
            geojson::Geometry::new(geojson::GeometryValue::from(&a.geometry)).to_string().into(),
        ]
    };
    let head =
        "INSERT INTO areas (generation, code, level, name, name_zh, parent, derived, time_zone, priority, geometry)";
    insert_many(&mut w.tx, head, areas.iter().map(row).collect::<Vec<_>>(), "").await
}

async fn close(tx: &mut Tx, at: Timestamp, county: &str) -> Result<u64> {
    q("UPDATE area_generations SET valid_to_ms = $1 WHERE county = $2 AND valid_to_ms IS NULL")
        .bind(at)
        .bind(county)
        .exec_tx(tx)
        .await
}
