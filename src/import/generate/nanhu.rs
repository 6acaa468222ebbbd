//! A made-up picture of Nanhu district, Jiaxing: real codes and names on invented borders, villages,
//! grids, roads and squads.
//!
//! Townships are the Voronoi cells of their approximate centres within 5 km around them; there is no
//! openly licensed set of the real borders. What is invented says so (合成, *synthetic*) in its name or
//! in how it was derived. Two of the streets have no team of the district: the development zone runs
//! them, as a special area over both.

mod streets;

use std::collections::HashMap;

use fastrand::Rng;
use geo::{BoundingRect, ConvexHull, MultiPoint, MultiPolygon};

use crate::{
    base::{Code, Error, LngLat, Result},
    domain::{
        areas::{Area, Level},
        roads::{Network, Place},
        squads::{Crew, Profile, Squad, SquadKind, SquadStatus},
    },
    import::{
        draw::{GridLimits, Settlement, area, beneath},
        settled,
        table::{self, Columns},
    },
    kernel::{district, shape, topology},
};

pub const CODE: &str = "330402000000";
const TIME_ZONE: &str = "Asia/Shanghai";
/// One for all: the county is always the same.
const SEED: u64 = 330_402;
/// How far the county reaches beyond the outermost centres.
const AROUND_M: f64 = 5_000.0;
const M_PER_DEG: f64 = 111_195.0;
/// Whose powers the direct squads have: a part of a bureau that does not exist.
const DIRECT: &str = "CEB-DIRECT";
const SYNTHETIC: &str = "synthetic voronoi";

const LATIN: [(&str, &str); 13] = [
    ("建设街道", "Jianshe"),
    ("解放街道", "Jiefang"),
    ("新嘉街道", "Xinjia"),
    ("南湖街道", "Nanhu"),
    ("新兴街道", "Xinxing"),
    ("城南街道", "Chengnan"),
    ("东栅街道", "Dongzha"),
    ("长水街道", "Changshui"),
    ("七星街道", "Qixing"),
    ("凤桥镇", "Fengqiao"),
    ("余新镇", "Yuxin"),
    ("新丰镇", "Xinfeng"),
    ("大桥镇", "Daqiao"),
];

/// The whole county; incidents are not in it.
#[derive(Debug)]
pub struct County {
    pub areas: Vec<Area>,
    pub network: Network,
    pub squads: Vec<Squad>,
}

/// One town or street as the table tells.
#[derive(Debug)]
struct Township {
    code: Code,
    name_zh: String,
    latin: &'static str,
    is_town: bool,
    at: LngLat,
    /// Committees of residents and of villages.
    communities: usize,
    villages: usize,
    /// The district has a team there; else somebody else runs it.
    own_team: bool,
}

impl Township {
    /// Without the word for what it is.
    fn short_zh(&self) -> &str {
        self.name_zh.trim_end_matches("街道").trim_end_matches('镇')
    }
}

/// A residents' or village committee.
struct Committee {
    settlement: Settlement,
    name_zh: String,
}

/// Reads `nanhu_townships.csv` and draws the county around its centres.
pub fn county(name: &str, text: &str) -> Result<County> {
    let all = read(name, text)?;
    let townships = townships(&all)?;
    let committees = committees(&all, &townships);
    let centres: Vec<LngLat> = all.iter().map(|t| t.at).collect();
    let whole = topology::union(townships.iter().map(|t| &t.geometry));
    let settlements: Vec<Settlement> = committees.iter().map(|c| c.settlement.clone()).collect();
    let homes: Vec<LngLat> = settlements.iter().map(|s| s.at).collect();
    let network = streets::network(&whole, &centres, &homes, places(&all, &committees))?;
    let (mut villages, mut grids) =
        beneath(&townships, &settlements, &settled::weights(&network), &GridLimits::default())?;
    name_in_chinese(&mut villages, &mut grids, &committees);
    let special = zone(&all, &townships)?;
    let name = ("Nanhu District (synthetic)".to_owned(), Some("南湖区(合成)".to_owned()));
    let whole = area(CODE, Level::County, name, None, whole, Some(SYNTHETIC))?;
    let whole = Area { time_zone: Some(TIME_ZONE.to_owned()), ..whole };
    let areas = [vec![whole], townships, villages, grids, vec![special]].concat();
    Ok(County { areas, network, squads: squads(&all)? })
}

fn read(name: &str, text: &str) -> Result<Vec<Township>> {
    let columns = Columns {
        required: &[
            "code12",
            "name_zh",
            "type",
            "lat_wgs84",
            "lon_wgs84",
            "resident_committees_2023",
            "village_committees_2023",
            "has_district_team_2022",
        ],
        ignore_unknown: true,
        ..Columns::default()
    };
    table::read(name, text, &columns, |row| {
        let name_zh = row.text("name_zh")?.to_owned();
        let latin = LATIN.iter().find(|(zh, _)| *zh == name_zh).map(|(_, latin)| *latin);
        Ok(Township {
            code: row.parse("code12")?,
            latin: latin.ok_or_else(|| Error::invalid("name_zh", "has no name in Latin letters here"))?,
            name_zh,
            is_town: row.text("type")? == "town",
            at: LngLat::new(row.number("lon_wgs84")?, row.number("lat_wgs84")?)?,
            communities: row.number("resident_committees_2023")?,
            villages: row.number("village_committees_2023")?,
            own_team: row.text("has_district_team_2022")? == "Y",
        })
    })
}

/// `p` moved by metres east and north.
fn moved(p: LngLat, [east_m, north_m]: [f64; 2]) -> LngLat {
    let round = |deg: f64| shape::round_deg(deg);
    let lng = p.lng + east_m / M_PER_DEG / p.lat.to_radians().cos();
    LngLat { lng: round(lng), lat: round(p.lat + north_m / M_PER_DEG) }
}

fn townships(all: &[Township]) -> Result<Vec<Area>> {
    let parent = Code::new(CODE)?;
    let circle = |t: &Township| {
        let centre = t.at;
        (0..24).map(move |i| {
            let (sin, cos) = (f64::from(i) / 24.0 * std::f64::consts::TAU).sin_cos();
            geo::Point::from(geo::Coord::from(moved(centre, [AROUND_M * cos, AROUND_M * sin])))
        })
    };
    let outline: MultiPolygon<f64> = all.iter().flat_map(circle).collect::<MultiPoint<f64>>().convex_hull().into();
    let outline = shape::rewind(&shape::rounded(&outline));
    let centres: Vec<LngLat> = all.iter().map(|t| t.at).collect();
    let cells = topology::knit(&district::voronoi(&outline, &centres), &[&outline]);
    let township = |(t, cell): (&Township, MultiPolygon<f64>)| {
        let kind = if t.is_town { "Town" } else { "Subdistrict" };
        let name = (format!("{} {kind}", t.latin), Some(t.name_zh.clone()));
        area(t.code.as_str(), Level::Township, name, Some(&parent), shape::rewind(&cell), Some(SYNTHETIC))
    };
    all.iter().zip(cells).map(township).collect()
}

/// Committees spread over each township, those of residents nearer to its centre.
fn committees(all: &[Township], townships: &[Area]) -> Vec<Committee> {
    let mut dice = Rng::with_seed(SEED);
    let mut found = Vec::new();
    for (t, area) in all.iter().zip(townships) {
        let near = if t.villages > 0 { 0.5 } else { 0.8 };
        let mut taken: Vec<LngLat> = Vec::new();
        for i in 0..t.communities + t.villages {
            let is_village = i >= t.communities;
            let at = apart(&mut dice, &area.geometry, t.at, if is_village { 0.95 } else { near }, &taken);
            taken.push(at);
            let (latin, short_zh) = (t.latin, t.short_zh());
            let (name, name_zh) = match (is_village, i + 1 - if is_village { t.communities } else { 0 }) {
                (false, n) => (format!("{latin} Synthetic Community {n:02}"), format!("{short_zh}合成第{n}社区")),
                (true, n) => (format!("{latin} Synthetic Village {n:02}"), format!("{short_zh}合成第{n}村")),
            };
            found.push(Committee { settlement: Settlement { name, at, rank: 2 }, name_zh });
        }
    }
    found
}

/// A place in the convex `cell`, shrunk to its `centre` by `share`, far from those taken: the best of some
/// (Mitchell 1991).
fn apart(dice: &mut Rng, cell: &MultiPolygon<f64>, centre: LngLat, share: f64, taken: &[LngLat]) -> LngLat {
    let Some(r) = cell.bounding_rect() else { return centre };
    let mut random = || loop {
        let p = LngLat { lng: r.min().x + dice.f64() * r.width(), lat: r.min().y + dice.f64() * r.height() };
        if shape::contains(cell, p) {
            let drawn = |centre: f64, deg: f64| shape::round_deg(centre + share * (deg - centre));
            return LngLat { lng: drawn(centre.lng, p.lng), lat: drawn(centre.lat, p.lat) };
        }
    };
    let away_m = |p: &LngLat| taken.iter().map(|t| t.distance_m(*p)).fold(f64::INFINITY, f64::min);
    let some: Vec<LngLat> = (0..20).map(|_| random()).collect();
    some.into_iter().max_by(|a, b| away_m(a).total_cmp(&away_m(b))).unwrap_or(centre)
}

fn places(all: &[Township], committees: &[Committee]) -> Vec<Place> {
    let place = |kind: &str, name: &str, name_zh: &str, at| Place {
        kind: kind.to_owned(),
        name: name.to_owned(),
        name_zh: Some(name_zh.to_owned()),
        at,
    };
    let towns = all.iter().map(|t| place("town", t.latin, &t.name_zh, t.at));
    towns.chain(committees.iter().map(|c| place("village", &c.settlement.name, &c.name_zh, c.settlement.at))).collect()
}

fn name_in_chinese(villages: &mut [Area], grids: &mut [Area], committees: &[Committee]) {
    let by_name: HashMap<&str, &str> =
        committees.iter().map(|c| (c.settlement.name.as_str(), c.name_zh.as_str())).collect();
    let mut by_code: HashMap<Code, &str> = HashMap::new();
    for village in villages {
        if let Some(zh) = by_name.get(village.name.as_str()) {
            village.name_zh = Some((*zh).to_owned());
            by_code.insert(village.code.clone(), zh);
        }
    }
    for grid in grids {
        let number = grid.name.rsplit(' ').next().unwrap_or_default();
        grid.name_zh = grid.parent.as_ref().and_then(|p| by_code.get(p)).map(|zh| format!("{zh}{number}网格"));
    }
}

/// The development zone over the streets that the district has no team in.
fn zone(all: &[Township], townships: &[Area]) -> Result<Area> {
    let run = all.iter().zip(townships).filter(|(t, _)| !t.own_team).map(|(_, area)| &area.geometry);
    let name = (
        "Jiaxing Economic and Technological Development Zone (synthetic)".to_owned(),
        Some("嘉兴经济技术开发区(合成)".to_owned()),
    );
    let parent = Code::new(CODE)?;
    let zone = area("330402-zone", Level::Special, name, Some(&parent), topology::union(run), Some("union"))?;
    Ok(Area { priority: Some(10), ..zone })
}

/// One squad for each township with a team of the district, two of the county itself, and those of the
/// development zone and of the scenic area.
fn squads(all: &[Township]) -> Result<Vec<Squad>> {
    let by_day = ["mon-sun 08:00-18:00", "mon-sun 24h", "mon-fri 08:00-22:00; sat,sun 09:00-17:00"];
    let stationed = all.iter().filter(|t| t.own_team).enumerate().map(|(i, t)| {
        let profile = if t.is_town { Profile::Car } else { Profile::ALL[i % 3] };
        let names = (format!("{} Squad (synthetic)", t.latin), format!("驻{}中队(合成)", t.name_zh));
        let id = format!("nanhu-{}", t.latin.to_lowercase());
        let unit = format!("T-{}", t.latin.to_uppercase());
        squad(&id, names, &unit, (SquadKind::Stationed, &t.code), (profile, t.at), by_day[i % 3], i as u32 % 4)
    });
    let county = Code::new(CODE)?;
    let direct = all.iter().filter(|t| ["Dongzha", "Yuxin"].contains(&t.latin)).zip(1..).map(|(t, n)| {
        let names = (format!("Direct Squad {n} (synthetic)"), format!("直属{n}中队(合成)"));
        let post = moved(t.at, [400.0, 300.0]);
        let id = format!("nanhu-direct-{n}");
        squad(&id, names, DIRECT, (SquadKind::Direct, &county), (Profile::Car, post), "mon-sun 24h", 4)
    });
    let of_areas = [("Chengnan", "ZONE", "Zone", "开发区"), ("Nanhu", "LAKE", "Lake", "湖区")];
    let of_areas = of_areas.into_iter().filter_map(|(at, unit, name, zh)| {
        let t = all.iter().find(|t| t.latin == at)?;
        let names = (format!("{name} Squad (synthetic)"), format!("{zh}中队(合成)"));
        let id = format!("nanhu-{}", unit.to_lowercase());
        let post = moved(t.at, [-200.0, 100.0]);
        Some(squad(&id, names, unit, (SquadKind::Stationed, &t.code), (Profile::Car, post), "mon-sun 24h", 3))
    });
    stationed.chain(direct).chain(of_areas).collect()
}

fn squad(
    id: &str,
    (name, name_zh): (String, String),
    unit: &str,
    (kind, command_area): (SquadKind, &Code),
    (profile, post): (Profile, LngLat),
    shifts: &str,
    certified_officers: u32,
) -> Result<Squad> {
    Ok(Squad {
        id: Code::new(id)?,
        name,
        name_zh: Some(name_zh),
        kind,
        unit: Code::new(unit)?,
        command_area: command_area.clone(),
        profile,
        post,
        status: SquadStatus::Available,
        turnout_s: 60,
        crew: Crew { certified_officers, uncertified_officers: 1, assistants: 2 },
        shifts: shifts.parse()?,
        officers: Vec::new(),
        equipment: Vec::new(),
        said: None,
    })
}

#[cfg(test)]
mod tests;
