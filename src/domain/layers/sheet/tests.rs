use fast_mvt::{MvtGeometry, MvtReaderRef};
use geo::{Area, BooleanOps, Coord, LineString, MapCoords, MultiPolygon, Polygon};

use super::*;
use crate::{
    domain::layers::{Shape, Source, bbox_around},
    kernel::testing::uniform,
};

type Held = (u32, Polygon<f64>);

static SOURCE: Source<Held> = Source {
    shape: Shape::Polygon,
    columns: &[],
    id: |h| h.0.to_string(),
    bbox: |h| bbox_around(h.1.exterior().0.iter().copied()),
    geometry: |h| h.1.clone().into(),
    newest: None,
};

/// Two neighbours with a wavy border between them, one of them around an island of a third.
fn neighbours() -> Vec<Held> {
    let mut dice = uniform(11);
    let mut wave = |from: [f64; 2], to: [f64; 2], n: usize| -> Vec<Coord<f64>> {
        let at = |i: usize, axis: usize| from[axis] + (to[axis] - from[axis]) * i as f64 / n as f64;
        let mut off = |i: usize| if i == 0 { 0.0 } else { 0.0004 * dice() };
        (0..n).map(|i| Coord { x: at(i, 0) + off(i), y: at(i, 1) + off(i) }).collect()
    };
    let [south, north, west, east] = [[10.0, 50.0], [10.0, 50.2], [9.8, 50.1], [10.2, 50.1]];
    let border = wave(south, north, 400);
    let mut back: Vec<_> = border.iter().rev().copied().collect();
    back.pop();
    let left = [border.clone(), wave(north, west, 200), wave(west, south, 200)].concat();
    let right = [border[..1].to_vec(), wave(south, east, 200), wave(east, north, 200)[..].to_vec()].concat();
    let right = [right[1..].to_vec(), vec![Coord { x: north[0], y: north[1] }], back].concat();
    let island: Vec<_> = [wave([10.05, 50.09], [10.08, 50.09], 30), wave([10.08, 50.09], [10.06, 50.12], 30)].concat();
    let ring = |points: Vec<Coord<f64>>| {
        LineString(points).map_coords(|c| Coord { x: (c.x * 1e7).round() / 1e7, y: (c.y * 1e7).round() / 1e7 })
    };
    let (right, island) = (Polygon::new(ring(right), vec![ring(island.clone())]), Polygon::new(ring(island), vec![]));
    vec![(1, Polygon::new(ring(left), vec![])), (2, right), (3, island)]
}

fn decoded(bytes: &[u8]) -> Vec<(u64, MultiPolygon<f64>)> {
    let reader = MvtReaderRef::new(bytes).unwrap();
    let features = reader.layers().flat_map(|l| l.features().collect::<Vec<_>>());
    let wide = |c: Coord<i32>| Coord { x: f64::from(c.x), y: f64::from(c.y) };
    let shape = |g| match g {
        MvtGeometry::Polygon(p) => MultiPolygon(vec![p.map_coords(wide)]),
        MvtGeometry::MultiPolygon(all) => all.map_coords(wide),
        other => panic!("{other:?}"),
    };
    features.map(|f| (f.id().unwrap(), shape(f.geometry().unwrap()))).collect()
}

#[test]
fn neighbours_neither_part_nor_overlap_at_any_zoom() {
    let sheet = Sheet::new(SOURCE.rows(neighbours()));
    for zoom in 6..=ZOOM_MAX {
        let [x, y] = world(crate::base::LngLat { lng: 10.0, lat: 50.1 }).map(|v| (v * f64::from(1 << zoom)) as u32);
        let bytes = sheet.tile("zones", Tile::new(zoom, x, y).unwrap()).unwrap();
        let shapes = decoded(&bytes);
        assert!(shapes.len() >= 2, "{zoom}: {shapes:?}");
        let sum: f64 = shapes.iter().map(|(_, s)| s.unsigned_area()).sum();
        let union = shapes.iter().fold(MultiPolygon(vec![]), |sum, (_, s)| sum.union(s));
        let gaps: usize = union.iter().map(|p| p.interiors().len()).sum();
        // Rounding to units may fold a thread of a border over itself: a unit of area or so.
        assert!((sum - union.unsigned_area()).abs() < 64.0 && gaps <= 2, "{zoom}: {sum} {gaps} gaps");
        if zoom <= 9 {
            assert!(bytes.len() < 2_500, "{zoom}: {} bytes", bytes.len());
        }
    }
}

#[test]
fn numbers_of_features_are_their_ids_or_of_53_bits() {
    assert_eq!([number("0"), number("4711")], [0, 4711]);
    assert_ne!(number("04711"), 4711);
    let (a, b) = (number("enforcement_E1"), number("enforcement_E2"));
    assert!(a != b && a < 1 << 53 && b < 1 << 53 && a == number("enforcement_E1"));
}
