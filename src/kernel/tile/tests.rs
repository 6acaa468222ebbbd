use geo::{Area, BooleanOps, Coord, Euclidean, Length, LineString, MultiLineString, Polygon, Rect};

use super::*;
use crate::testing::uniform;

const WINDOW: Window = Window { low: [0.4, 0.4], high: [0.6, 0.6] };

fn square() -> Polygon<f64> {
    Rect::new((0.4, 0.4), (0.6, 0.6)).to_polygon()
}

fn shape(points: &[World]) -> LineString<f64> {
    LineString::from_iter(points.iter().map(|[x, y]| Coord { x: *x, y: *y }))
}

#[test]
fn places_lie_where_others_say() {
    // From the specification of tiled maps: 85.05 degrees is the edge, and London in tile 11/1023/681.
    assert_eq!(world(LngLat { lng: -180.0, lat: 90.0 }).map(|v| (v * 1e9).round()), [0.0, 0.0]);
    assert_eq!(world(LngLat { lng: 0.0, lat: 0.0 }), [0.5, 0.5]);
    let tile = Tile::new(11, 1023, 681).unwrap();
    let [x, y] = tile.units(world(LngLat { lng: -0.09, lat: 51.5 }));
    assert!((0..4096).contains(&x) && (0..4096).contains(&y), "{x} {y}");
    let bbox = Tile::new(0, 0, 0).unwrap().bbox();
    assert_eq!([bbox.west, bbox.east], [-180.0, 180.0]);
    assert!((bbox.north - LAT_MAX).abs() < 1e-9 && (bbox.south + LAT_MAX).abs() < 1e-9);
}

#[test]
fn there_is_no_tile_beyond_the_edge() {
    for (z, x, y, field) in [(17, 0, 0, "z"), (0, 1, 0, "x"), (3, 8, 0, "x"), (3, 0, 8, "y"), (16, 0, 65536, "y")] {
        assert_eq!(Tile::new(z, x, y).unwrap_err().field.as_deref(), Some(field), "{z}/{x}/{y}");
    }
    assert!(Tile::new(16, 65535, 65535).is_ok());
}

#[test]
fn parts_are_as_long_and_as_large_as_exact_ones() {
    let mut dice = uniform(7);
    for case in 0..500 {
        // Rings around a centre, so that they don't cross themselves.
        let (cx, cy) = (dice(), dice());
        let n = 3 + (dice() * 12.0) as u32;
        let ring: Vec<World> = (0..=n)
            .map(|i| (TAU * f64::from(i % n) / f64::from(n), 0.05 + 0.4 * f64::from((i % n) * 7 % 5) / 5.0))
            .map(|(angle, far)| [cx + far * angle.cos(), cy + far * angle.sin()])
            .collect();
        let clipped = Polygon::new(shape(&clip_ring(&ring, WINDOW)), vec![]).unsigned_area();
        let exact = Polygon::new(shape(&ring), vec![]).intersection(&square()).unsigned_area();
        assert!((clipped - exact).abs() < 1e-7, "{case}: {clipped} {exact} {ring:?}");
        let pieces = clip_line(&ring, WINDOW);
        let length: f64 = pieces.iter().map(|p| Euclidean.length(&shape(p))).sum();
        let exact = Euclidean.length(&square().clip(&MultiLineString(vec![shape(&ring)]), false));
        assert!((length - exact).abs() < 1e-7, "{case}: {length} {exact} {ring:?}");
    }
}
