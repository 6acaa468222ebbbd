//! Who has which power in a demonstration county: special areas, a catalogue, units, rosters and lists, all
//! made up, read from the bundled tables by the doors that imports use.

use std::slice::from_ref;

use crate::{
    base::{Error, Result},
    domain::{
        areas::{Area, Areas, Level},
        catalogue::Catalogue,
        incidents::Profiles,
        lists::Lists,
        matters::{Matters, Schemes},
        officers::{Officer, Person},
        units::{Unit, UnitKind, Units},
    },
    import::{
        Features, Source,
        boundaries::{FeatureOptions, from_features, into_areas},
        catalogue,
        generate::nanhu,
        lists, matters, officers, units,
    },
    kernel::crs::Datum,
    store::{self, Db, Tx, Write},
    telemetry,
};

/// The name of a file and what is in it.
type Table = (&'static str, &'static str);

macro_rules! bundled {
    ($name:literal) => {
        ($name, include_str!(concat!("../../geodata/", $name)))
    };
}

/// The bundled tables of one county; `geodata/README.md` tells what is in them.
#[derive(Debug, Clone, Copy)]
pub struct Tables {
    special: Table,
    matters: Table,
    codes: Table,
    units: Table,
    rosters: Table,
    lists: Table,
    working_time: Table,
    stages: Table,
    scenes: Table,
    /// Of the county that has some.
    response_plans: Option<Table>,
    /// Where squads count heads there are none.
    officers: Option<Table>,
}

pub const BUNDLED: Tables = Tables {
    special: bundled!("special.geojson"),
    matters: bundled!("matters.csv"),
    codes: bundled!("codes.csv"),
    units: bundled!("units.csv"),
    rosters: bundled!("rosters.csv"),
    lists: bundled!("lists.csv"),
    working_time: bundled!("working_time.csv"),
    stages: bundled!("stages.csv"),
    scenes: bundled!("scenes.csv"),
    response_plans: Some(bundled!("response_plans.csv")),
    officers: Some(bundled!("officers.csv")),
};

pub const NANHU: Tables = Tables {
    special: bundled!("nanhu_special.geojson"),
    matters: bundled!("nanhu_matters.csv"),
    codes: bundled!("codes.csv"),
    units: bundled!("nanhu_units.csv"),
    rosters: bundled!("nanhu_rosters.csv"),
    lists: bundled!("nanhu_lists.csv"),
    working_time: bundled!("nanhu_working_time.csv"),
    stages: bundled!("stages.csv"),
    scenes: bundled!("scenes.csv"),
    response_plans: None,
    officers: None,
};

/// The code of the bundled county, as `county.csv` has it.
const BUNDLED_CODE: &str = "990001";

/// Everything that the tables say, checked as imports check it.
#[derive(Debug)]
pub struct Powers {
    pub matters: Matters,
    /// With their rosters.
    pub units: Units,
    pub lists: Lists,
    pub catalogue: Catalogue,
    pub officers: Vec<(Officer, Person)>,
}

impl Tables {
    /// Those of the county with this code, if it has some.
    fn of(county: &str) -> Option<Self> {
        match county {
            BUNDLED_CODE => Some(BUNDLED),
            nanhu::CODE => Some(NANHU),
            _ => None,
        }
    }

    pub fn matters(&self) -> Result<Matters> {
        matters::read(self.matters.0, self.matters.1)
    }

    /// The special areas over the county that is among `areas`.
    pub fn special(&self, areas: &[Area]) -> Result<Vec<Area>> {
        let options = FeatureOptions {
            code_field: "code".to_owned(),
            name_field: "name".to_owned(),
            name_zh_field: Some("name_zh".to_owned()),
            parent_field: None,
            priority_field: Some("priority".to_owned()),
            owner_field: None,
            datum: Datum::Wgs84,
            join_parts: false,
        };
        let (name, text) = self.special;
        let county = areas.iter().find(|a| a.level == Level::County);
        let county = county.ok_or_else(|| Error::internal("special areas lie over a county, and there is none"))?;
        let features = Features::read(Source::Bytes { name, bytes: text.as_bytes() }, None)?;
        let (raw, report) = from_features(&features, &options)?;
        match report.dropped.first() {
            Some(d) => Err(Error::internal(format!("{name}: {} {:?}: {}", d.origin, d.name, d.reason))),
            None => into_areas(raw, Level::Special, from_ref(county)),
        }
    }

    /// The rest of the tables, about these areas.
    pub fn powers(&self, areas: &Areas) -> Result<Powers> {
        let matters = self.matters()?;
        let codes = matters::codes(self.codes.0, self.codes.1, &areas.time_zone(), &matters)?;
        let matters = matters.with_schemes(Schemes::new(codes)?);
        let units = units::read(self.units.0, self.units.1, areas, &[])?;
        let units = units::read_rosters(self.rosters.0, self.rosters.1, areas, &units)?;
        let lists = Lists::new(lists::read(self.lists.0, self.lists.1, &areas.time_zone())?)?;
        lists.check(&units, &matters, areas)?;
        let read = |(name, text)| officers::read(name, text, areas, &units, &matters);
        let officers = self.officers.map(read).transpose()?.unwrap_or_default();
        let read = |(name, text)| catalogue::response_plans(name, text, (&matters, areas, &units));
        let response_plans = self.response_plans.map(read).transpose()?.unwrap_or_default();
        let catalogue = Catalogue {
            working_time: catalogue::working_time(self.working_time.0, self.working_time.1)?,
            stages: catalogue::stages(self.stages.0, self.stages.1, &matters)?,
            scenes: catalogue::scenes(self.scenes.0, self.scenes.1, &matters, &units)?,
            profiles: Profiles::default(),
            response_plans,
        };
        Ok(Powers { matters, units, lists, catalogue, officers })
    }
}

impl Powers {
    /// Without the units of areas that are not there, and what hangs on them.
    fn only_on(self, areas: &Areas) -> Result<Self> {
        let above = |u: &Unit| matches!(u.kind, UnitKind::Province | UnitKind::Prefecture);
        let there = |u: &&Unit| above(u) || u.area.as_ref().is_none_or(|a| areas.get(a.as_str()).is_some());
        let kept: Vec<Unit> = self.units.all().iter().filter(there).cloned().collect();
        let rosters = self.units.rosters().iter().filter(|d| kept.iter().any(|u| u.code == d.unit)).cloned().collect();
        let units = Units::new(kept, rosters)?;
        let lists = self.lists.all().iter().filter(|l| units.get(&l.head.unit).is_some());
        let lists = Lists::new(lists.map(|l| (**l).clone()).collect())?;
        lists.check(&units, &self.matters, areas)?;
        let there = |(officer, _): &(Officer, Person)| {
            units.get(&officer.unit).is_some()
                && officer.recused_from.areas.iter().all(|area| areas.get(area.as_str()).is_some())
        };
        let officers = self.officers.into_iter().filter(there).collect();
        let mut catalogue = self.catalogue;
        catalogue.scenes.retain(|scene| scene.check(&self.matters, &units).is_ok());
        Ok(Self { matters: self.matters, units, lists, catalogue, officers })
    }

    /// Puts all of it in force as a demonstration's. A catalogue of somebody's own stays, and where the lists
    /// don't fit it they are left out.
    pub async fn write(&self, write: &mut Write, areas: &Areas) -> Result<()> {
        let known = store::matters::load(&mut write.tx).await?;
        let is = |of: &Matters| known.all() == of.all();
        let bundled = known.all().is_empty() || is(&BUNDLED.matters()?) || is(&NANHU.matters()?);
        if bundled && !is(&self.matters) {
            store::matters::replace(write, &self.matters).await?;
        }
        if bundled && known.schemes().all().is_empty() {
            store::matters::add_schemes(write, self.matters.schemes().all()).await?;
        }
        store::units::replace(write, &self.units, true).await?;
        if !self.officers.is_empty() && store::officers::load(&mut write.tx).await?.is_empty() {
            store::officers::replace(write, &self.officers, true).await?;
        }
        if bundled && store::catalogue::load(&mut write.tx).await? == Catalogue::default() {
            store::catalogue::replace_working_time(write, &self.catalogue.working_time).await?;
            store::catalogue::replace_stages(write, &self.catalogue.stages).await?;
            store::catalogue::replace_scenes(write, &self.catalogue.scenes).await?;
            if !self.catalogue.response_plans.all().is_empty() {
                store::catalogue::replace_response_plans(write, &self.catalogue.response_plans).await?;
            }
        }
        let in_force = if bundled { &self.matters } else { &known };
        match self.lists.check(&self.units, in_force, areas) {
            Ok(()) => store::lists::insert(write, self.lists.all(), true).await,
            Err(e) => {
                telemetry::tell(&format!("the catalogue of matters is your own: the made-up lists are left out ({e})"));
                Ok(())
            }
        }
    }
}

/// The tables of the demonstration county in force, if there are some and nobody has units or lists of any kind
/// yet: an earlier version laid it down.
async fn missing(tx: &mut Tx) -> Result<Option<Tables>> {
    let generations = store::areas::in_force_tx(tx).await?;
    let demo = generations.iter().find(|g| g.demo != 0).and_then(|g| Tables::of(&g.county));
    let empty = store::units::load(tx).await?.is_empty() && store::lists::load(tx).await?.is_empty();
    Ok(demo.filter(|_| empty))
}

/// Tells how powers come into a demonstration county that has none.
pub async fn hint(db: &Db) -> Result<()> {
    if missing(&mut db.begin_read().await?).await?.is_some() {
        telemetry::tell(
            "the demonstration county has no units and lists, an earlier version laid it down: `xunge demo powers` \
             adds them",
        );
    }
    Ok(())
}

/// Adds units, rosters and lists to the demonstration county in force; gives what was added.
///
/// # Errors
/// `Conflict` where there is no such county, or there are units or lists.
pub async fn add(write: &mut Write) -> Result<Powers> {
    let tables = missing(&mut write.tx).await?.ok_or_else(|| {
        Error::conflict("there is no demonstration county without units and lists that these could be added to")
    })?;
    let areas = store::areas::load(&mut write.tx).await?;
    let there = Areas::new(areas.clone())?;
    let special = tables.special(&areas)?.into_iter().filter(|a| there.get(a.code.as_str()).is_none());
    let whole = Areas::new(areas.iter().cloned().chain(special).collect())?;
    let powers = tables.powers(&whole)?.only_on(&there)?;
    powers.write(write, &there).await?;
    Ok(powers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lists::{ListKind, Power};

    #[test]
    fn the_chinese_county_has_about_200_matters_of_which_149_are_delegated() {
        let matters = NANHU.matters().unwrap();
        assert_eq!(matters.all().len(), 200);
        let bundled = BUNDLED.matters().unwrap();
        for m in matters.all().iter().filter(|m| bundled.get(&m.code) != Some(m)) {
            assert!(m.name_zh.contains("合成") && m.name.contains("synthetic"), "{m:?}");
        }
        let zone = jiff::tz::TimeZone::UTC;
        let lists = lists::read(NANHU.lists.0, NANHU.lists.1, &zone).unwrap();
        let guide = lists.iter().find(|l| l.head.list.as_str() == "GUIDE").unwrap();
        assert_eq!(guide.entries.len(), 149);
        for list in lists.iter().filter(|l| l.head.kind == ListKind::Delegation && l.head.version > 1) {
            let given =
                matters.all().iter().filter(|m| list.entry(m, Power::Penalise, list.head.span.begins()).is_some());
            assert_eq!(given.count(), 149, "{}", list.head.list);
        }
    }
}
