//! The bundled county, laid into a new and empty data folder when the service first starts.
//!
//! Everything is worked out first and written in one transaction: a crash on the way leaves an
//! empty folder, which the next start seeds again.

use std::path::Path;

use super::{
    ACTOR,
    build::{self, Built},
    made::{Made, incidents},
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
    store::{self, Db},
    telemetry,
};

const EXTRACT: &[u8] = include_bytes!("../../geodata/isle_of_man_2020-03-14.osm.pbf");
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

impl Demo {
    /// Reads the bundled files and draws the county.
    pub fn read(now: Timestamp, show: &Show) -> Result<Self> {
        let extract = Source::Bytes { name: EXTRACT_NAME, bytes: EXTRACT };
        let roads = build::roads(&[extract], SpeedTable::Osrm, None, show)?;
        show.step("borders");
        let options = OsmOptions { admin_levels: vec![TOWNSHIP_LEVEL.into()], code_tag: None };
        let (townships, _) = from_osm(extract, &options)?;
        show.step("villages and grids");
        let name = county_name()?;
        let weights = settled::weights(&roads.network);
        let settlements = settled::settlements(&roads.network);
        let areas = draw(&name, &townships, &settlements, &weights, &GridLimits::default())?;
        show.step("squads and incidents");
        let lookup = Areas::new(areas.clone())?;
        let squads = squads::read("squads.csv", SQUADS, &lookup)?;
        let incidents = incidents(&lookup, &roads.network, INCIDENTS, now)?;
        let (county, source) = (Code::new(&name.code)?, EXTRACT_NAME.to_owned());
        Ok(Self { roads, made: Made { county, source, areas, squads, incidents } })
    }

    /// Writes it all at once, unless somebody else wrote meanwhile.
    async fn write(&self, db: &Db, folder: &Path, now: Timestamp) -> Result<bool> {
        self.roads.save(folder)?;
        let mut write = db.write(ACTOR, now).await?;
        if store::demo::is_used(&mut write.tx).await? {
            return Ok(false);
        }
        self.made.write(&mut write, &self.roads.network.hash).await?;
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
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{
        domain::areas::Level,
        import::network::{Nearby, build_near},
    };

    #[test]
    fn the_bundled_county_is_whole() {
        let now = "2026-03-01T00:00:00Z".parse().unwrap();
        let demo = Demo::read(now, &Show::default()).unwrap();
        let of = |level| demo.made.areas.iter().filter(move |a| a.level == level);
        assert_eq!((of(Level::County).count(), of(Level::Township).count()), (1, 24));
        let (villages, grids) = (of(Level::Village).count(), of(Level::Grid).count());
        println!("{villages} villages, {grids} grids, {} incidents", demo.made.incidents.len());
        assert!(villages >= 24, "{villages}");
        assert!((800..=1_200).contains(&grids), "{grids}");
        let codes: HashSet<&Code> = of(Level::Village).map(|a| &a.code).collect();
        assert!(of(Level::Grid).all(|g| g.parent.as_ref().is_some_and(|p| codes.contains(p))));
        assert_eq!(demo.made.squads.len(), 27);
        // A few spots at the coast lie in the sea once they are moved off their building.
        assert!((1_950..=2_000).contains(&demo.made.incidents.len()), "{}", demo.made.incidents.len());
        assert!(demo.made.incidents.iter().all(|i| i.place.grid.is_some() && i.synthetic));
        // An import would leave nothing out.
        let near = Nearby::new(demo.made.areas, 20_000.0).unwrap();
        let (again, _) = build_near(&demo.roads.raw, SpeedTable::Osrm, near.as_ref(), &|_, _, _| {}).unwrap();
        assert_eq!(again.hash, demo.roads.network.hash);
    }
}
