//! A drawn county for tests: sixteen kilometres by thirteen, inside the China box so that datums
//! matter, with roads everywhere but in the north-east.
//!
//! Four townships (2 by 2), each with two villages side by side, each with two grids one above the
//! other. North-south streets every kilometre, four roads across. In the corner without roads lies
//! one that hangs together with nothing.

use std::sync::{
    OnceLock,
    atomic::{AtomicI64, Ordering::Relaxed},
};

use geo::{MultiPolygon, Rect};
use serde_json::json;
use xunge::{
    base::{BBox, Clock, Code, LngLat, Timestamp},
    domain::{
        areas::{Area, Level},
        matters::{Matter, Matters, Urgency},
        squads::{Crew, Profile, Squad, SquadKind, SquadStatus},
    },
    import::{
        network,
        osm::{RawNode, RawRoads, RawWay},
    },
    kernel::shape,
    store::{self, Db},
};

pub const COUNTY: &str = "990001000000";
pub const WEST: f64 = 112.0;
pub const SOUTH: f64 = 27.0;
pub const EAST: f64 = 112.16;
pub const NORTH: f64 = 27.12;

/// Monday noon in the county.
pub const NOON: &str = "2026-03-02T12:00:00+08:00";

/// A clock that the test sets, at noon.
pub fn watch() -> &'static AtomicI64 {
    Box::leak(Box::new(AtomicI64::new(time(NOON).ms())))
}

pub fn pass(clock: &AtomicI64, minutes: i64) {
    clock.fetch_add(minutes * 60_000, Relaxed);
}
pub const NIGHT: &str = "2026-03-02T02:00:00+08:00";
pub const EVENING: &str = "2026-03-02T21:00:00+08:00";

pub fn code(text: impl AsRef<str>) -> Code {
    Code::new(text.as_ref()).unwrap()
}

pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn noon() -> Clock {
    Clock::Fixed(time(NOON))
}

/// `1` south-west, `2` south-east, `3` north-west, `4` north-east.
pub fn township(n: usize) -> String {
    format!("99000100{n}000")
}

fn area(level: Level, area_code: &str, parent: Option<&str>, [w, s, e, n]: [f64; 4]) -> Area {
    let rect = MultiPolygon::new(vec![Rect::new((w, s), (e, n)).to_polygon()]);
    let geometry = shape::rewind(&shape::rounded(&rect));
    Area {
        code: code(area_code),
        level,
        name: format!("{level} {area_code}"),
        name_zh: Some(format!("区{area_code}")),
        parent: parent.map(code),
        bbox: shape::bbox(&geometry).unwrap(),
        geometry,
        derived: (level > Level::Township).then(|| "voronoi".to_owned()),
        time_zone: (level == Level::County).then(|| "Asia/Shanghai".to_owned()),
        priority: None,
    }
}

pub fn areas() -> Vec<Area> {
    let mut all = vec![area(Level::County, COUNTY, None, [WEST, SOUTH, EAST, NORTH])];
    for n in 1..=4 {
        let (w, s) = (WEST + 0.08 * ((n - 1) % 2) as f64, SOUTH + 0.06 * ((n - 1) / 2) as f64);
        let of = township(n);
        all.push(area(Level::Township, &of, Some(COUNTY), [w, s, w + 0.08, s + 0.06]));
        for v in 1..=2 {
            let w = w + 0.04 * (v - 1) as f64;
            let village = format!("99000100{n}00{v}");
            all.push(area(Level::Village, &village, Some(&of), [w, s, w + 0.04, s + 0.06]));
            for g in 1..=2 {
                let s = s + 0.03 * (g - 1) as f64;
                all.push(area(Level::Grid, &format!("{village}00{g}"), Some(&village), [w, s, w + 0.04, s + 0.03]));
            }
        }
    }
    all
}

/// Who owns a place inside the county that lies on no border, by arithmetic: the codes of
/// township, village and grid.
pub fn owner(p: LngLat) -> [String; 3] {
    let (x, y) = (p.lng - WEST, p.lat - SOUTH);
    let n = 1 + (x / 0.08) as usize + 2 * (y / 0.06) as usize;
    let v = 1 + (x % 0.08 / 0.04) as usize;
    let g = 1 + (y % 0.06 / 0.03) as usize;
    let village = format!("99000100{n}00{v}");
    [township(n), village.clone(), format!("{village}00{g}")]
}

fn e7(lng: f64, lat: f64) -> [i32; 2] {
    [lng, lat].map(|deg| (deg * 1e7).round() as i32)
}

fn raw_roads() -> RawRoads {
    const ACROSS: [f64; 4] = [27.01, 27.04, 27.07, 27.10];
    let street = |i: usize| 112.005 + 0.01 * i as f64;
    let mut raw = RawRoads {
        strings: ["highway", "name", "residential", "tertiary", "大道"].map(str::to_owned).to_vec(),
        ..RawRoads::default()
    };
    let mut node = |lng: f64, lat: f64| {
        let at = e7(lng, lat);
        let known = raw.nodes.iter().position(|n| n.e7 == at);
        known.unwrap_or_else(|| {
            raw.nodes.push(RawNode { id: raw.nodes.len() as i64 + 1, e7: at });
            raw.nodes.len() - 1
        }) as u32
    };
    let mut lines = Vec::new();
    for i in 0..16 {
        let lats: &[f64] =
            if i < 12 { &[27.001, 27.01, 27.04, 27.07, 27.10, 27.119] } else { &[27.001, 27.01, 27.04, 27.05] };
        lines.push((lats.iter().map(|&lat| node(street(i), lat)).collect::<Vec<_>>(), vec![(0, 2)]));
    }
    for (j, lat) in ACROSS.into_iter().enumerate() {
        let streets = if j < 2 { 0..16 } else { 0..12 };
        lines.push((streets.map(|i| node(street(i), lat)).collect(), vec![(0, 3), (1, 4)]));
    }
    lines.push((vec![node(112.150, 27.110), node(112.154, 27.110)], vec![(0, 2)]));
    let way = |(i, (nodes, tags)): (usize, _)| RawWay { id: i as i64 + 1, ferry: false, nodes, tags };
    raw.ways = lines.into_iter().enumerate().map(way).collect();
    raw.buildings =
        (0..160).map(|i| e7(112.004 + 0.01 * f64::from(i % 16), 27.006 + 0.012 * f64::from(i / 16))).collect();
    raw
}

/// The road network's hash and file.
fn roads() -> &'static (String, Vec<u8>) {
    static ROADS: OnceLock<(String, Vec<u8>)> = OnceLock::new();
    ROADS.get_or_init(|| {
        let (network, _) = network::build(&raw_roads(), xunge::domain::roads::SpeedTable::Osrm, &|_, _, _| {}).unwrap();
        (network.hash.clone(), network.to_bytes().unwrap())
    })
}

pub fn squad(id: &str, kind: SquadKind, command_area: &str, post: (f64, f64), shifts: &str) -> Squad {
    Squad {
        id: code(id),
        name: format!("squad {id}"),
        name_zh: None,
        kind,
        unit: code("U1"),
        command_area: code(command_area),
        profile: Profile::Car.into(),
        post: LngLat::new(post.0, post.1).unwrap(),
        status: SquadStatus::Available,
        turnout_s: 60,
        crew: Crew { certified_officers: if id == "S2" { 1 } else { 2 }, uncertified_officers: 1, assistants: 2 },
        shifts: shifts.parse().unwrap(),
        officers: Vec::new(),
        equipment: Vec::new(),
        said: None,
        water: None,
    }
}

/// S1 around the clock, S2 (one certified officer) and S3 by day, S4 of the county in the evening.
pub fn squads() -> Vec<Squad> {
    use SquadKind::{Direct, Stationed};
    vec![
        squad("S1", Stationed, &township(1), (112.0152, 27.02), "mon-sun 24h"),
        squad("S2", Stationed, &township(2), (112.1352, 27.02), "mon-sun 08:00-20:00"),
        squad("S3", Stationed, &township(3), (112.0152, 27.095), "mon-sun 08:00-20:00"),
        squad("S4", Direct, COUNTY, (112.0752, 27.055), "mon-sun 14:00-22:00"),
    ]
}

pub fn matters() -> Matters {
    let matter = |n: &str, name_zh: &str, urgency, arrive_limit_min| Matter {
        code: code(n),
        name: format!("matter {n}"),
        name_zh: name_zh.to_owned(),
        domain: "城市管理".to_owned(),
        urgency,
        arrive_limit_min,
        legal_review: false,
    };
    let all = vec![
        matter("M01", "占道经营", Urgency::Quick, 30),
        matter("M02", "违法建设", Urgency::Normal, 120),
        matter("M03", "燃气泄漏", Urgency::Urgent, 15),
    ];
    Matters::new(all).unwrap()
}

pub async fn plant_roads(db: &Db, folder: &std::path::Path) {
    let (hash, bytes) = roads();
    store::write_whole(&store::roads::network_file(folder, hash), &bytes[..]).unwrap();
    let (layers, box_of) = (json!([{ "id": "land" }]), BBox { west: 112.0, south: 27.0, east: 112.2, north: 27.1 });
    let file = store::roads::basemap_file(folder, hash);
    store::basemap::write(&file, (14, box_of), (&layers, "drawn"), |_| Ok(())).unwrap();
    let mut write = db.write("test", time(NOON)).await.unwrap();
    store::roads::replace(&mut write, folder, hash, "drawn", false).await.unwrap();
    write.commit().await.unwrap();
}

/// Areas, roads, matters and squads, through the store as an import does it: four changes.
pub async fn plant(db: &Db, folder: &std::path::Path) {
    plant_roads(db, folder).await;
    let mut write = db.write("test", time(NOON)).await.unwrap();
    store::areas::replace(&mut write, &code(COUNTY), &areas(), "drawn", false).await.unwrap();
    store::matters::replace(&mut write, &matters()).await.unwrap();
    store::squads::replace(&mut write, &squads(), false).await.unwrap();
    write.commit().await.unwrap();
}
