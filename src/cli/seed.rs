//! The bundled county, laid into a new and empty data folder when the service first starts.
//!
//! Everything is worked out first and written in one transaction: a crash on the way leaves an
//! empty folder, which the next start seeds again.

use std::path::Path;

use super::{
    ACTOR,
    build::{self, Built},
    made::{Made, incidents},
    powers::BUNDLED,
    show::Show,
};
use crate::{
    base::{Code, Error, Result, Timestamp},
    domain::{areas::Areas, roads::SpeedTable},
    import::{
        Source,
        boundaries::{OsmOptions, from_osm},
        draw::{CountyName, GridLimits, draw},
        settled, squads,
        table::{self, Columns},
    },
    store::{self, Db, roads::InForce},
    telemetry,
};

const EXTRACT: Source<'_> =
    Source::Bytes { name: EXTRACT_NAME, bytes: include_bytes!("../../geodata/isle_of_man_2020-03-14.osm.pbf") };
const EXTRACT_NAME: &str = "isle_of_man_2020-03-14.osm.pbf";
const COUNTY: &str = include_str!("../../geodata/county.csv");
const SQUADS: &str = include_str!("../../geodata/squads.csv");
/// OSM's level of the authorities that are the county's townships.
const TOWNSHIP_LEVEL: &str = "8";
/// Seed and number of the past incidents.
const INCIDENTS: (u64, u32) = (1, 2_000);

/// Everything of the bundled county, ready to be written.
#[derive(Debug)]
pub struct Demo {
    roads: Built,
    made: Made,
}

/// Seeds when nothing but keys was ever written; says whether it did.
pub async fn if_new(db: &Db, folder: &Path, now: Timestamp) -> Result<bool> {
    if store::demo::is_used(&mut db.begin_read().await?).await? {
        return Ok(false);
    }
    telemetry::tell("the data folder is new: the bundled county is laid into it");
    let show = Show::default();
    let demo = Demo::read(now, &show)?;
    show.step("write");
    let written = demo.write(db, folder, now).await?;
    show.done();
    Ok(written)
}

/// Reads the bundled county's roads again where those in force were written by another version of this
/// program, and says whether it did; draws its base map and keeps its places where that version didn't.
pub async fn renew(db: &Db, folder: &Path, now: Timestamp) -> Result<bool> {
    let roads = store::roads::in_force(&mut db.begin_read().await?).await?;
    let Some(roads) = roads.filter(|r: &InForce| r.demo != 0 && r.source == EXTRACT_NAME) else { return Ok(false) };
    if !store::roads::is_foreign(folder, &roads.hash) {
        if !store::roads::basemap_file(folder, &roads.hash).exists() {
            build::basemap(&[EXTRACT], &roads.hash, folder)?;
        }
        if store::places::mapped_at(folder, &roads.hash).is_none() {
            build::mapped(&[EXTRACT], &roads.hash, folder)?;
        }
        return Ok(false);
    }
    telemetry::tell("the bundled county's roads are those of another version: they are read again");
    let show = Show::default();
    let built = bundled_roads(&show)?;
    show.step("write");
    built.save(folder)?;
    let mut write = db.write(ACTOR, now).await?;
    if store::roads::in_force(&mut write.tx).await?.as_ref() != Some(&roads) {
        return Ok(false);
    }
    store::roads::replace(&mut write, folder, &built.network.hash, EXTRACT_NAME, true).await?;
    write.commit().await?;
    show.done();
    Ok(true)
}

fn bundled_roads(show: &Show) -> Result<Built> {
    build::roads(&[EXTRACT], SpeedTable::Osrm, None, show)
}

impl Demo {
    /// Reads the bundled files and draws the county.
    pub fn read(now: Timestamp, show: &Show) -> Result<Self> {
        let roads = bundled_roads(show)?;
        show.step("borders");
        let options = OsmOptions { admin_levels: vec![TOWNSHIP_LEVEL.into()], code_tag: None };
        let (townships, _) = from_osm(EXTRACT, &options)?;
        show.step("villages and grids");
        let name = county_name()?;
        let weights = settled::weights(&roads.network);
        let settlements = settled::settlements(&roads.network);
        let areas = draw(&name, &townships, &settlements, &weights, &GridLimits::default())?;
        show.step("squads and incidents");
        let areas = [BUNDLED.special(&areas)?, areas].concat();
        let lookup = Areas::new(areas.clone())?;
        let powers = BUNDLED.powers(&lookup)?;
        let squads = squads::read("squads.csv", SQUADS, &lookup)?;
        let incidents = incidents(&lookup, &roads.network, &powers.matters, INCIDENTS, now)?;
        let (county, source) = (Code::new(&name.code)?, EXTRACT_NAME.to_owned());
        Ok(Self { roads, made: Made { county, source, areas, squads, powers: Some(powers), incidents } })
    }

    /// Writes it all at once, unless somebody else wrote meanwhile.
    async fn write(&self, db: &Db, folder: &Path, now: Timestamp) -> Result<bool> {
        self.roads.save(folder)?;
        let mut write = db.write(ACTOR, now).await?;
        if store::demo::is_used(&mut write.tx).await? {
            return Ok(false);
        }
        self.made.write(&mut write, folder, &self.roads.network.hash).await?;
        write.commit().await?;
        Ok(true)
    }
}

fn county_name() -> Result<CountyName> {
    let columns =
        Columns { required: &["code", "name", "name_zh", "time_zone"], optional: &["label"], ..Columns::default() };
    let rows = table::read("county.csv", COUNTY, &columns, |row| {
        Ok(CountyName {
            code: row.text("code")?.to_owned(),
            name: row.text("name")?.to_owned(),
            name_zh: row.get("name_zh").map(str::to_owned),
            time_zone: row.text("time_zone")?.to_owned(),
        })
    })?;
    rows.into_iter().next().ok_or_else(|| Error::internal("county.csv names no county"))
}

#[cfg(test)]
mod tests;
