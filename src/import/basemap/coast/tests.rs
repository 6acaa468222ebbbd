use geo::{Area, Contains, Point};

use super::*;

/// Degrees, a tenth a unit: a frame of 10 by 10 with its corner at 0, 0.
const FRAME: BBox = BBox { west: 0.0, south: 0.0, east: 1.0, north: 1.0 };

fn way(points: &[(i32, i32)]) -> Vec<Knot> {
    points.iter().map(|(x, y)| [x * 1_000_000, y * 1_000_000]).collect()
}

fn holds(coast: &Coast, x: f64, y: f64) -> bool {
    coast.land.as_ref().is_some_and(|land| land.contains(&Point::new(x / 10.0, y / 10.0)))
}

fn area(coast: &Coast) -> f64 {
    coast.land.as_ref().map_or(0.0, |land| land.unsigned_area() * 100.0)
}

#[test]
fn an_island_is_land_in_whatever_pieces_it_comes() {
    let pieces = vec![way(&[(6, 6), (2, 6), (2, 2)]), way(&[(2, 2), (6, 2)]), way(&[(6, 2), (6, 6)])];
    let coast = land(pieces, Some(FRAME));
    assert!(coast.open.is_empty() && (area(&coast) - 16.0).abs() < 1e-6, "{coast:?}");
    assert!(holds(&coast, 4.0, 4.0) && !holds(&coast, 7.0, 4.0));
}

#[test]
fn a_lagoon_is_water_within_land() {
    let lagoon = way(&[(2, 2), (2, 6), (6, 6), (6, 2), (2, 2)]);
    let coast = land(vec![lagoon], Some(FRAME));
    assert!(!holds(&coast, 4.0, 4.0) && holds(&coast, 8.0, 8.0), "{coast:?}");
    assert!((area(&coast) - 84.0).abs() < 1e-6);
}

#[test]
fn what_crosses_the_extract_closes_along_its_edge_with_the_land_on_the_left() {
    // Eastward: the land lies in the north; westward in the south.
    let east = land(vec![way(&[(-1, 4), (5, 5), (11, 4)])], Some(FRAME));
    assert!(holds(&east, 5.0, 9.0) && !holds(&east, 5.0, 1.0), "{east:?}");
    let west = land(vec![way(&[(11, 4), (5, 5), (-1, 4)])], Some(FRAME));
    assert!(!holds(&west, 5.0, 9.0) && holds(&west, 5.0, 1.0), "{west:?}");
    assert!((area(&east) + area(&west) - 100.0).abs() < 1e-6);
}

#[test]
fn two_shores_of_a_strait_and_an_island_between_them() {
    let north = way(&[(-1, 8), (11, 8)]);
    let south = way(&[(11, 2), (-1, 2)]);
    let island = way(&[(4, 4), (6, 4), (6, 6), (4, 6), (4, 4)]);
    let coast = land(vec![north, south, island], Some(FRAME));
    for (x, y, is_land) in [(5.0, 9.0, true), (5.0, 1.0, true), (5.0, 5.0, true), (2.0, 5.0, false), (5.0, 7.0, false)]
    {
        assert_eq!(holds(&coast, x, y), is_land, "{x} {y}: {coast:?}");
    }
    assert!((area(&coast) - 44.0).abs() < 1e-6);
}

#[test]
fn a_bay_at_a_corner_takes_no_more_of_the_edge_than_its_own() {
    // From the south edge to the west edge around the corner: land beyond it.
    let coast = land(vec![way(&[(-1, 3), (3, 3), (3, -1)])], Some(FRAME));
    assert!(!holds(&coast, 1.0, 1.0) && holds(&coast, 9.0, 9.0), "{coast:?}");
    assert!((area(&coast) - 91.0).abs() < 1e-6);
}

#[test]
fn a_line_that_ends_within_stays_a_line_and_islands_stay_land() {
    let loose = way(&[(-1, 4), (5, 5)]);
    let island = way(&[(7, 7), (9, 7), (9, 9), (7, 9), (7, 7)]);
    for frame in [Some(FRAME), None] {
        let coast = land(vec![loose.clone(), island.clone()], frame);
        assert_eq!(coast.open, std::slice::from_ref(&loose));
        assert!((area(&coast) - 4.0).abs() < 1e-6, "{coast:?}");
    }
    assert_eq!(land(Vec::new(), Some(FRAME)), Coast::default());
}
