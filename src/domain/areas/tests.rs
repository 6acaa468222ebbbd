use geo::{LineString, LinesIter, MultiPolygon, Polygon};

use super::*;
use crate::kernel::testing::uniform;

fn area(level: Level, code: &str, parent: Option<&str>, geometry: MultiPolygon<f64>) -> Area {
    Area {
        code: Code::new(code).unwrap(),
        level,
        name: code.into(),
        name_zh: None,
        parent: parent.map(|p| Code::new(p).unwrap()),
        bbox: shape::bbox(&geometry).unwrap(),
        geometry: shape::rewind(&geometry),
        derived: None,
        time_zone: None,
        priority: None,
    }
}

fn ring(points: &[[f64; 2]]) -> MultiPolygon<f64> {
    let ring: LineString<f64> = points.iter().map(|p| (p[0], p[1])).collect();
    shape::rounded(&Polygon::new(ring, vec![]).into())
}

fn rect(w: f64, s: f64, e: f64, n: f64) -> MultiPolygon<f64> {
    ring(&[[w, s], [e, s], [e, n], [w, n]])
}

/// A wobbly disc with `n` vertices and a hole.
fn island(random: &mut impl FnMut() -> f64, center: [f64; 2], radius: f64, n: usize) -> MultiPolygon<f64> {
    let mut disc = |radius: f64, n: usize| -> Vec<[f64; 2]> {
        let mut at = |i: usize| {
            let (sin, cos) = (i as f64 / n as f64 * std::f64::consts::TAU).sin_cos();
            let r = radius * (0.8 + 0.2 * random());
            [center[0] + r * cos, center[1] + r * sin]
        };
        (0..n).map(&mut at).collect()
    };
    let (outer, hole) = (ring(&disc(radius, n)), ring(&disc(radius / 5.0, 9)));
    Polygon::new(outer.0[0].exterior().clone(), vec![hole.0[0].exterior().clone()]).into()
}

/// An island county with two overlapping townships, villages as stripes and grids as a quilt of
/// jittered quadrangles; some grids are drawn too small by up to 0.7 m on a side.
fn quilt(seed: u64) -> Vec<Area> {
    let mut random = uniform(seed);
    let mut areas = vec![area(Level::County, "1", None, island(&mut random, [5.0, 45.0], 0.1, 3_000))];
    areas.push(area(Level::Township, "11", Some("1"), island(&mut random, [4.97, 45.0], 0.07, 500)));
    areas.push(area(Level::Township, "12", Some("1"), island(&mut random, [5.03, 45.0], 0.06, 500)));
    for i in 0..4 {
        let w = 4.93 + 0.02 * f64::from(i);
        let parent = Some(if i < 2 { "11" } else { "12" });
        areas.push(area(Level::Village, &format!("2{i}"), parent, rect(w, 44.95, w + 0.02, 45.05)));
    }
    let n = 20;
    let knots: Vec<[f64; 2]> = (0..=n * n + 2 * n)
        .map(|k| {
            let (i, j) = (k % (n + 1), k / (n + 1));
            [4.93 + 0.004 * (i as f64 + 0.4 * random()), 44.95 + 0.005 * (j as f64 + 0.4 * random())]
        })
        .collect();
    for j in 0..n {
        for i in 0..n {
            let at = |i: usize, j: usize| knots[j * (n + 1) + i];
            let shrink = if random() < 0.2 { 9e-6 * random() } else { 0.0 };
            let [a, b, c, d] = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
            let shape = ring(&[a, [b[0] - shrink, b[1]], [c[0] - shrink, c[1]], d]);
            let parent = match i % 4 {
                0 => None,
                1 => Some("11"),
                _ => Some(["20", "21", "22", "23"][i / 5]),
            };
            areas.push(area(Level::Grid, &format!("3{j:02}{i:02}"), parent, shape));
        }
    }
    areas
}

fn near_oracle(areas: &Areas, p: LngLat) -> Vec<Near> {
    let owner = areas.locate(p).township;
    let mut all: Vec<Near> = areas
        .level(Level::Township)
        .map(|(ix, a)| Near {
            area: ix,
            distance_m: if owner == Some(ix) || shape::contains(&a.geometry, p) {
                0.0
            } else {
                shape::border_distance_m(&a.geometry, p)
            },
        })
        .collect();
    all.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.area.cmp(&b.area)));
    all
}

/// Random places, vertices, points on and within a metre or two of edges.
fn probes(areas: &Areas, seed: u64, n: usize) -> Vec<LngLat> {
    let mut random = uniform(seed);
    let lines: Vec<_> = areas.iter().flat_map(|(_, a)| a.geometry.lines_iter()).collect();
    (0..n)
        .map(|i| {
            let line = lines[(random() * lines.len() as f64) as usize];
            let (t, off) = (random(), 4e-5 * (random() - 0.5));
            let on = |t: f64| (line.start + line.delta() * t).into();
            match i % 5 {
                0 => LngLat { lng: 4.85 + 0.3 * random(), lat: 44.85 + 0.3 * random() },
                1 => line.start.into(),
                2 => on(0.5),
                3 => on(t),
                _ => LngLat { lng: line.start.x + line.dx() * t + off, lat: line.start.y + line.dy() * t + off / 3.0 },
            }
        })
        .collect()
}

#[test]
fn locate_equals_brute_force() {
    for seed in 1..=3 {
        let areas = Areas::new(quilt(seed)).unwrap();
        let (mut beside, mut full) = (0, 0);
        for p in probes(&areas, seed, 7_000) {
            let (got, want) = (areas.locate(p), oracle::locate(&areas, p));
            assert_eq!(got, want, "seed {seed}, at {} {}", p.lng, p.lat);
            full += usize::from(got.grid.is_some() && got.county.is_some());
            beside += usize::from(got.grid.is_some_and(|ix| !shape::contains(&areas.at(ix).geometry, p)));
        }
        assert!(full > 1_200 && beside > 30, "{full} {beside}");
    }
}

#[test]
fn border_candidates_and_nearest_equal_brute_force() {
    let areas = Areas::new(quilt(7)).unwrap();
    let mut random = uniform(8);
    for p in probes(&areas, 9, 3_000) {
        let all = near_oracle(&areas, p);
        let border = areas
            .level(Level::Township)
            .map(|(_, a)| shape::border_distance_m(&a.geometry, p))
            .fold(f64::INFINITY, f64::min);
        let want = if border <= 500.0 { Border::Within(border) } else { Border::MoreThan500 };
        assert_eq!(areas.border(p), want, "{p}");
        assert_eq!(areas.nearest(p), Some(all[0]), "{p}");
        let accuracy_m = 3_000.0 * random();
        let want: Vec<_> = all.into_iter().filter(|n| n.distance_m <= accuracy_m).collect();
        assert_eq!(areas.candidates(p, accuracy_m), want, "{p} within {accuracy_m}");
    }
    let far = LngLat { lng: -70.0, lat: -30.0 };
    assert_eq!(areas.nearest(far), Some(near_oracle(&areas, far)[0]));
    assert_eq!(areas.locate(far), Chain::default());
}

#[test]
fn a_shared_border_belongs_to_the_smaller_code() {
    let (left, right) = (rect(0.0, 0.0, 1.0, 1.0), rect(1.0, 0.0, 2.0, 1.0));
    for (a, b) in [("a", "b"), ("b", "a")] {
        let areas = vec![area(Level::Township, a, None, left.clone()), area(Level::Township, b, None, right.clone())];
        let areas = Areas::new(areas).unwrap();
        for lat in [0.0, 0.37, 1.0] {
            let owner = areas.locate(LngLat { lng: 1.0, lat }).township.unwrap();
            assert_eq!(areas.at(owner).code.as_str(), "a");
        }
    }
}

#[test]
fn what_is_no_hierarchy_is_refused_with_its_reason() {
    let shape = || rect(0.0, 0.0, 1.0, 1.0);
    let county = || area(Level::County, "1", None, shape());
    let refused = |areas: Vec<Area>, words: &str| {
        let e = Areas::new(areas).unwrap_err();
        assert!(e.detail.contains(words), "{e}");
    };
    refused(vec![county(), area(Level::Township, "1", None, shape())], "code 1 stands twice");
    refused(vec![county(), area(Level::Township, "11", Some("2"), shape())], "parent 2, which is not there");
    refused(vec![county(), area(Level::County, "2", Some("1"), shape())], "can't lie beneath county 1");
    refused(vec![Area { geometry: MultiPolygon::new(vec![]), ..county() }], "no shape");
    refused(vec![Area { geometry: ring(&[[0.0, 0.0], [1.0, f64::NAN], [1.0, 1.0]]), ..county() }], "NaN");
    refused(vec![Area { time_zone: Some("Mars/Olympus".into()), ..county() }], "Mars/Olympus");
    let township = area(Level::Township, "11", Some("1"), shape());
    refused(vec![county(), Area { time_zone: Some("Asia/Shanghai".into()), ..township.clone() }], "only counties");
    refused(vec![county(), Area { priority: Some(1), ..township }], "only special areas");
    refused(vec![Area { priority: None, ..special("s", 1, shape()) }], "special s has no priority");
}

fn special(code: &str, priority: u32, geometry: MultiPolygon<f64>) -> Area {
    Area { priority: Some(priority), ..area(Level::Special, code, None, geometry) }
}

#[test]
fn special_areas_lie_over_the_chain_and_the_highest_priority_comes_first() {
    let (plain, mut random) = (quilt(1), uniform(8));
    let b = Areas::new(plain.clone()).unwrap().get("1").unwrap().bbox;
    let mut at = || [b.west + random() * (b.east - b.west), b.south + random() * (b.north - b.south)];
    let mut shape = || {
        let ([w, s], [e, n]) = (at(), at());
        rect(w.min(e), s.min(n), w.max(e), s.max(n))
    };
    let over: Vec<Area> = (0..12).map(|i| special(&format!("s{i:02}"), i % 4, shape())).collect();
    let (without, with) = (Areas::new(plain.clone()).unwrap(), Areas::new([plain, over.clone()].concat()).unwrap());
    let (mut found, mut random) = (0, uniform(9));
    for _ in 0..2_000 {
        let p = LngLat {
            lng: b.west - 0.01 + random() * (b.east - b.west + 0.02),
            lat: b.south - 0.01 + random() * (b.north - b.south + 0.02),
        };
        let codes = |areas: &Areas, chain: Chain| {
            [chain.county, chain.township, chain.village, chain.grid].map(|ix| ix.map(|ix| areas.at(ix).code.clone()))
        };
        assert_eq!(codes(&with, with.locate(p)), codes(&without, without.locate(p)), "{p}");
        let mut want: Vec<&Area> = over.iter().filter(|a| shape::contains(&a.geometry, p)).collect();
        want.sort_by(|a, b| b.priority.cmp(&a.priority).then(a.code.cmp(&b.code)));
        let got: Vec<&Area> = with.special(p).into_iter().map(|ix| with.at(ix)).collect();
        found += usize::from(got.len() > 1);
        assert_eq!(got.iter().map(|a| &a.code).collect::<Vec<_>>(), want.iter().map(|a| &a.code).collect::<Vec<_>>());
    }
    assert!(found > 100, "{found}");
}

#[test]
fn areas_are_found_by_code_level_parent_and_box() {
    let areas = Areas::new(quilt(1)).unwrap();
    assert_eq!(areas.get("12").unwrap().level, Level::Township);
    assert!(areas.get("13").is_none());
    assert_eq!(areas.children("1").map(|(_, a)| a.code.as_str()).collect::<Vec<_>>(), ["11", "12"]);
    assert_eq!(areas.level(Level::Grid).count(), 400);
    let window = BBox::new(4.955, 44.96, 4.965, 44.97).unwrap();
    assert_eq!(areas.in_bbox(Level::Village, window).map(|(_, a)| a.code.as_str()).collect::<Vec<_>>(), ["21"]);
    let none = Areas::new(vec![]).unwrap();
    assert_eq!(none.locate(LngLat { lng: 0.0, lat: 0.0 }), Chain::default());
    assert!(none.nearest(LngLat { lng: 0.0, lat: 0.0 }).is_none() && none.is_empty());
}
