//! A county in the middle of a wide network.

use fastrand::Rng;
use geo::{MultiPolygon, Rect, coord};

use super::{restrictions::restrict, *};
use crate::{
    base::{BBox, Code, LngLat},
    domain::areas::{Area, Level},
};

const WEST_DEG: f64 = 120.0;
const SOUTH_DEG: f64 = 30.0;
const SIDE_DEG: f64 = 0.2;
const KM_PER_DEG: f64 = 111.195_08;

fn county() -> Area {
    let (east, north) = (WEST_DEG + SIDE_DEG, SOUTH_DEG + SIDE_DEG);
    let shape = Rect::new(coord! {x: WEST_DEG, y: SOUTH_DEG}, coord! {x: east, y: north}).to_polygon();
    Area {
        code: Code::new("1").unwrap(),
        level: Level::County,
        name: "box".into(),
        name_zh: None,
        parent: None,
        geometry: MultiPolygon::new(vec![shape]),
        bbox: BBox::new(WEST_DEG, SOUTH_DEG, east, north).unwrap(),
        derived: None,
        time_zone: None,
        priority: None,
    }
}

fn nearby() -> Nearby {
    Nearby::new([county()], 20_000.0).unwrap().unwrap()
}

/// Kilometres beyond the box, by trying every ten metres of its sides.
fn beyond_km(p: LngLat) -> f64 {
    let n = 2_000;
    let sides = (0..=n).flat_map(|i| {
        let t = SIDE_DEG * f64::from(i) / f64::from(n);
        [[t, 0.0], [t, SIDE_DEG], [0.0, t], [SIDE_DEG, t]]
    });
    let to = |[x, y]: [f64; 2]| p.distance_m(LngLat { lng: WEST_DEG + x, lat: SOUTH_DEG + y });
    let inside = county().bbox.contains(p);
    if inside { 0.0 } else { sides.map(to).fold(f64::INFINITY, f64::min) / 1_000.0 }
}

#[test]
fn near_is_up_to_the_limit_on_the_great_circle() {
    let (nearby, mut dice) = (nearby(), Rng::with_seed(3));
    let mut counts = [0; 2];
    for _ in 0..400 {
        let [x, y] = [0, 1].map(|_| dice.usize(..8_000) as f64 / 1e4 - 0.3);
        let p = LngLat { lng: WEST_DEG + x, lat: SOUTH_DEG + y };
        let km = beyond_km(p);
        let near = nearby.holds(p);
        counts[usize::from(near)] += 1;
        assert!(if near { km < 20.05 } else { km > 19.95 }, "{km} km: {near}");
    }
    assert!(counts.iter().all(|&n| n > 50), "{counts:?}");
    assert!(Nearby::new([], 20_000.0).unwrap().is_none());
}

/// Nodes by letter: kilometres north of the box at its middle, and degrees east of that.
fn wide(nodes: &[(char, f64, f64)], ways: &[(&str, &str)]) -> RawRoads {
    let letters: String = nodes.iter().map(|n| n.0).collect();
    let mut raw = raw(&letters, ways);
    for node in &mut raw.nodes {
        let (_, north_km, east_deg) = nodes.iter().find(|n| n.0 as i64 == node.id).unwrap();
        let lat = SOUTH_DEG + SIDE_DEG + north_km / KM_PER_DEG;
        node.e7 = [WEST_DEG + SIDE_DEG / 2.0 + east_deg, lat].map(|deg| (deg * 1e7).round() as i32);
    }
    raw
}

fn kept(raw: &RawRoads) -> (Network, Report) {
    build_near(raw, SpeedTable::Osrm, Some(&nearby()), &|_, _, _| {}).unwrap()
}

#[test]
fn links_are_kept_whole_when_any_of_their_points_is_near() {
    let nodes = [
        ('A', -10.0, 0.0),
        ('B', 19.0, 0.0),
        ('C', 25.0, 0.0),
        ('D', 40.0, 0.0),
        ('E', 19.9, -0.01),
        ('F', 19.9, 0.01),
        ('G', 20.1, -0.01),
        ('H', 20.1, 0.01),
        // Far ends, and the county between them.
        ('I', -10.0, -0.8),
        ('J', -10.0, 0.8),
    ];
    let road = "highway=primary";
    let roads = |order: &[&'static str]| order.iter().map(|w| (*w, road)).collect::<Vec<_>>();
    let ways =
        [roads(&["AB", "EF", "GH", "IJ"]), vec![("BC", "highway=secondary"), ("CD", "highway=tertiary")]].concat();
    let raw = wide(&nodes, &ways);
    let (network, report) = kept(&raw);
    assert_eq!(links(&network), ["A-B", "B-C", "E-F", "I-J"]);
    assert_eq!((report.dropped[FAR_LINKS], report.dropped[FAR_KM]), (2, 17), "15 km and 1.9 km");
    let (whole, report) = build(&raw, SpeedTable::Osrm, &|_, _, _| {}).unwrap();
    assert_eq!((links(&whole).len(), report.dropped.len()), (6, 0));

    let far = wide(&[('A', 30.0, 0.0), ('B', 31.0, 0.0)], &roads(&["AB"]));
    let refused = build_near(&far, SpeedTable::Osrm, Some(&nearby()), &|_, _, _| {}).unwrap_err();
    assert!(refused.detail.contains("near the county"), "{refused}");
}

#[test]
fn restrictions_that_need_a_link_left_out_are_gone() {
    let nodes =
        [('A', 0.0, 0.0), ('B', 19.0, 0.0), ('C', 25.0, 0.0), ('D', 30.0, 0.1), ('E', 30.0, -0.1), ('F', 40.0, 0.0)];
    let ways = ["AB", "BC", "CD", "CE", "EF", "DF"].map(|w| (w, "highway=primary"));
    let mut raw = wide(&nodes, &ways);
    restrict(&mut raw, "type=restriction restriction=no_left_turn", 1, Via::Node('C' as i64), 2);
    restrict(&mut raw, "type=restriction restriction=only_right_turn", 2, Via::Node('C' as i64), 3);
    restrict(&mut raw, "type=restriction restriction=no_u_turn", 1, Via::Ways(vec![3]), 4);
    restrict(&mut raw, "type=restriction restriction=no_right_turn", 4, Via::Node('F' as i64), 5);
    restrict(&mut raw, "type=restriction restriction=no_straight_on", 0, Via::Node('B' as i64), 1);
    let (whole, _) = build(&raw, SpeedTable::Osrm, &|_, _, _| {}).unwrap();
    let (near, report) = kept(&raw);
    assert_eq!(links(&near), ["A-B", "B-C"]);
    let turns = [&whole, &near].map(|n| n.car().graph.turns.len());
    assert!(turns[0] > turns[1] && turns[1] > 0, "{turns:?}");
    assert_eq!(report.taken["turn restrictions for cars"], 1);
    assert_eq!(report.dropped.values().sum::<u64>() - report.dropped[FAR_LINKS] - report.dropped[FAR_KM], 4);
}
