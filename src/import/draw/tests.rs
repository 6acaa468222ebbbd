use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use geo::{LinesIter, Validation};
use osmpbf::{Element, ElementReader};

use super::*;
use crate::{
    domain::areas::oracle,
    import::{
        Source,
        boundaries::{OsmOptions, from_osm},
    },
    kernel::testing::uniform,
};

/// The island's townships, settlements (nodes only) and weights, read straight from the extract.
struct Island {
    townships: Vec<RawArea>,
    settlements: Vec<Settlement>,
    weights: Vec<Weighted>,
}

fn island() -> Option<Island> {
    let name = "isle_of_man_2020-03-14.osm.pbf";
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if !path.exists() {
        println!("skipped: {name}");
        return None;
    }
    let options = OsmOptions { admin_levels: vec!["8".into()], code_tag: None };
    let (townships, _) = from_osm(Source::Path(&path), &options).unwrap();
    let (mut settlements, mut weights) = (Vec::new(), Vec::new());
    let mut nodes: HashMap<i64, LngLat> = HashMap::new();
    ElementReader::from_path(&path)
        .unwrap()
        .for_each(|element| match element {
            Element::DenseNode(n) => {
                let at = LngLat { lng: n.lon(), lat: n.lat() };
                nodes.insert(n.id(), at);
                let tags: HashMap<_, _> = n.tags().collect();
                let ranks = ["city", "town", "village", "hamlet"];
                let rank = tags.get("place").and_then(|p| ranks.iter().position(|r| r == p));
                if let (Some(rank), Some(name)) = (rank, tags.get("name")) {
                    settlements.push(Settlement { name: (*name).into(), at, rank: rank as u8 });
                }
            }
            Element::Way(w) => {
                let at: Vec<_> = w.refs().filter_map(|r| nodes.get(&r)).copied().collect();
                let tags: HashMap<_, _> = w.tags().collect();
                if tags.contains_key("building") {
                    weights.push((at[0], 1.0));
                } else if tags.get("highway") == Some(&"residential") {
                    weights.extend(at.windows(2).map(|s| (s[0], s[0].distance_m(s[1]) / 30.0)));
                }
            }
            _ => {}
        })
        .unwrap();
    assert!(settlements.len() > 70 && weights.len() > 12_000);
    Some(Island { townships, settlements, weights })
}

fn name() -> CountyName {
    CountyName {
        code: "990001".into(),
        name: "Isle of Man".into(),
        name_zh: Some("马恩岛".into()),
        time_zone: "Europe/Isle_of_Man".into(),
    }
}

#[test]
fn the_whole_island_is_drawn_without_gap_or_overlap() {
    let Some(island) = island() else { return };
    let limits = GridLimits::default();
    let drawn = draw(&name(), &island.townships, &island.settlements, &island.weights, &limits).unwrap();
    let mut reversed = island.townships.clone();
    reversed.reverse();
    let again = draw(&name(), &reversed, &island.settlements, &island.weights, &limits).unwrap();
    assert!(drawn == again, "drawing is deterministic and independent of the order of townships");

    let areas = Areas::new(drawn).unwrap();
    let count = |l| areas.level(l).count();
    assert_eq!((count(Level::County), count(Level::Township)), (1, 24));
    assert!((80..200).contains(&count(Level::Village)), "{}", count(Level::Village));
    assert!((800..=1_200).contains(&count(Level::Grid)), "{}", count(Level::Grid));
    for (_, a) in areas.iter() {
        assert!(a.geometry.is_valid(), "{} {}", a.code, a.name);
        let digits = [6, 12, 12, 15][a.level as usize];
        assert!(a.code.as_str().len() == digits && a.code.as_str().starts_with("990001"), "{}", a.code);
    }
    for level in [Level::Village, Level::Grid] {
        let audit = topology::audit(&areas.level(level).map(|(_, a)| &a.geometry).collect::<Vec<_>>());
        assert!(audit.overlaps.is_empty() && audit.gaps.is_empty(), "{level}: {audit:?}");
    }
    for (_, parent) in areas.iter().filter(|(_, a)| a.level != Level::Grid) {
        let own: f64 = areas.children(parent.code.as_str()).map(|(_, c)| shape::area_m2(&c.geometry)).sum();
        let whole = shape::area_m2(&parent.geometry);
        assert!((own / whole - 1.0).abs() < 1e-6, "{} {}: {own} of {whole}", parent.code, parent.name);
    }
    every_place_has_a_grid(&areas);
    locate_equals_brute_force(&areas);
    distribution(&areas, &island.weights, &limits);
}

fn every_place_has_a_grid(areas: &Areas) {
    let b = areas.get("990001").unwrap().bbox;
    let mut random = uniform(11);
    let mut inside = 0;
    while inside < 100_000 {
        let p = LngLat { lng: b.west + random() * (b.east - b.west), lat: b.south + random() * (b.north - b.south) };
        let chain = areas.locate(p);
        let (Some(_), Some(township)) = (chain.county, chain.township) else {
            assert_eq!((chain.county, chain.township), (None, None), "{p}");
            continue;
        };
        inside += 1;
        let (village, grid) = (chain.village.unwrap(), chain.grid.unwrap_or_else(|| panic!("no grid at {p}")));
        // Within a few centimetres of a border two levels may decide differently.
        let joins = areas.at(grid).parent.as_ref() == Some(&areas.at(village).code)
            && areas.at(village).parent.as_ref() == Some(&areas.at(township).code);
        assert!(joins || shape::border_distance_m(&areas.at(township).geometry, p) < 0.05, "{p}");
    }
}

/// At random places, and on vertices, edge middles and just beside edges of all levels.
fn locate_equals_brute_force(areas: &Areas) {
    let b = areas.get("990001").unwrap().bbox;
    let lines: Vec<_> = areas.iter().flat_map(|(_, a)| a.geometry.lines_iter()).collect();
    let mut random = uniform(12);
    // Brute force over 1,000 polygons is slow without optimisation.
    for i in 0..if cfg!(debug_assertions) { 20_000 } else { 100_000 } {
        let line = lines[(random() * lines.len() as f64) as usize];
        let off = 3e-5 * (random() - 0.5);
        let p = match i % 4 {
            0 => LngLat { lng: b.west + random() * (b.east - b.west), lat: b.south + random() * (b.north - b.south) },
            1 => line.start.into(),
            2 => ((line.start + line.end) / 2.0).into(),
            _ => LngLat { lng: line.start.x + off, lat: line.start.y + off / 2.0 },
        };
        assert_eq!(areas.locate(p), oracle::locate(areas, p), "at {} {}", p.lng, p.lat);
    }
}

fn distribution(areas: &Areas, weights: &[Weighted], limits: &GridLimits) {
    let mut weight: HashMap<AreaIx, f64> = HashMap::new();
    weights.iter().for_each(|w| *weight.entry(areas.locate(w.0).grid.unwrap_or(0)).or_default() += w.1);
    let of = |f: &dyn Fn(AreaIx, &Area) -> f64| {
        let mut v: Vec<f64> = areas.level(Level::Grid).map(|(ix, a)| f(ix, a)).collect();
        v.sort_by(f64::total_cmp);
        [0, 10, 50, 90, 100].map(|q| v[(v.len() - 1) * q / 100])
    };
    let (m2, w) = (of(&|_, a| shape::area_m2(&a.geometry)), of(&|ix, _| weight.get(&ix).copied().unwrap_or(0.0)));
    println!("{} villages, {} grids", areas.level(Level::Village).count(), areas.level(Level::Grid).count());
    println!("grid area m² min, p10, p50, p90, max: {m2:.0?}\ngrid weight: {w:.1?}");
    assert!(m2[4] <= limits.max_area_m2 * 1.02 && w[3] <= limits.max_weight);
}

#[test]
fn grids_alone_are_drawn_beneath_the_lowest_level() {
    let Some(island) = island() else { return };
    let townships = townships_of(&name(), &island.townships[..3]).unwrap();
    let limits = GridLimits { max_weight: 300.0, max_area_m2: 1e7 };
    let grids = draw_grids(&townships, &island.weights, &limits).unwrap();
    assert!(grids.len() > 5 && grids.iter().all(|g| g.code.as_str().len() == 15));
    assert!(grids.iter().all(|g| townships.iter().any(|t| Some(&t.code) == g.parent.as_ref())));
    let sum = |areas: &[Area]| areas.iter().map(|a| shape::area_m2(&a.geometry)).sum::<f64>();
    assert!((sum(&grids) / sum(&townships) - 1.0).abs() < 1e-6);
    assert!(draw_grids(&[], &[], &limits).unwrap_err().detail.contains("no areas"));
}

#[test]
fn townships_that_do_not_tile_are_refused_by_name() {
    let Some(island) = island() else { return };
    let mut twice = island.townships[..2].to_vec();
    twice.push(RawArea { origin: "relation 7".into(), name: "Copy".into(), ..twice[0].clone() });
    let draw = |t: &[RawArea]| draw(&name(), t, &[], &[], &GridLimits::default());
    let e = draw(&twice).unwrap_err();
    assert!(e.detail.contains("Copy") && e.detail.contains("overlap"), "{e}");
    assert!(draw(&[]).unwrap_err().detail.contains("1 to 299"));
}

#[test]
fn settlements_on_one_spot_count_once_and_the_higher_rank_wins() {
    let at = LngLat { lng: -4.48, lat: 54.15 };
    let site = |name: &str, rank, at| Settlement { name: name.into(), at, rank };
    let all = [site("b", 3, at), site("a", 1, at), site("c", 3, LngLat { lng: -4.49, ..at })];
    let names: Vec<_> = distinct(all.iter().collect()).iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["a", "c"]);
}
