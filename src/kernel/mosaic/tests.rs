use fastrand::Rng;
use geo::{Area, Contains, Point, Validation, Winding, winding_order::WindingOrder};
use h3o::Resolution;

use super::*;
use crate::{cells, topology};
use xunge_base::LngLat;

fn disk(lng: f64, lat: f64, k: u32) -> Vec<CellIndex> {
    let centre = cells::cell_of(LngLat { lng, lat }, Resolution::Ten).unwrap();
    centre.grid_disk_safe(k).collect()
}

#[test]
fn neighbours_are_those_of_the_grid_and_corners_those_of_the_boundary() {
    let mosaic = Mosaic::new(disk(-4.5, 54.2, 6));
    for (cell, (corners, beyond)) in mosaic.cells.iter().zip(mosaic.corners.iter().zip(&mosaic.beyond)) {
        let mut near: Vec<_> = beyond.iter().filter(|t| **t != NONE).map(|&t| mosaic.cells[t as usize]).collect();
        let mut want: Vec<_> = cell.grid_disk_safe(1).filter(|c| c != cell && mosaic.cells.contains(c)).collect();
        near.sort_unstable();
        want.sort_unstable();
        assert_eq!(near, want, "{cell}");
        for (corner, at) in corners.iter().zip(cell.boundary().iter()) {
            let place = mosaic.places[*corner as usize];
            assert!((place.x - at.lng()).abs() < 1e-7 && (place.y - at.lat()).abs() < 1e-7, "{cell}");
        }
    }
}

#[test]
fn outlines_equal_unions_of_hexagons() {
    let mut dice = Rng::with_seed(51);
    for round in 0..60 {
        let mosaic = Mosaic::new(disk(-8.6 + dice.usize(..100) as f64 / 100.0, 41.1, 5));
        let share = 1 + dice.usize(..9);
        let tiles: Vec<u32> = (0..mosaic.cells.len() as u32).filter(|_| dice.usize(..10) < share).collect();
        let outline = mosaic.outline(tiles.iter().copied());
        assert!(outline.is_valid(), "round {round}: {tiles:?}: {:?}", outline.check_validation());
        let hexagon = |t: &u32| {
            let ring = mosaic.corners[*t as usize].map(|c| mosaic.places[c as usize]);
            MultiPolygon::from(Polygon::new(ring.to_vec().into(), vec![]))
        };
        let hexagons: Vec<MultiPolygon<f64>> = tiles.iter().map(hexagon).collect();
        let union = topology::union(&hexagons);
        assert!((outline.unsigned_area() - union.unsigned_area()).abs() < 1e-15, "round {round}: {tiles:?}");
        let rings = |s: &MultiPolygon<f64>| (s.0.len(), s.iter().map(|p| p.interiors().len()).sum::<usize>());
        assert_eq!(rings(&outline), rings(&union), "round {round}: {tiles:?}");
        for tile in 0..mosaic.cells.len() as u32 {
            let centre = LatLng::from(mosaic.cells[tile as usize]);
            let inside = outline.contains(&Point::new(centre.lng(), centre.lat()));
            assert_eq!(inside, tiles.contains(&tile), "round {round}: tile {tile} of {tiles:?}");
        }
        for polygon in &outline {
            assert_eq!(polygon.exterior().winding_order(), Some(WindingOrder::CounterClockwise));
            assert!(polygon.interiors().iter().all(|h| h.winding_order() == Some(WindingOrder::Clockwise)));
        }
    }
}

#[test]
fn a_ring_of_tiles_keeps_its_hole_and_an_island_in_it() {
    let cells = disk(-4.5, 54.2, 3);
    let mosaic = Mosaic::new(cells.clone());
    let far = |t: &u32| cells[0].grid_distance(cells[*t as usize]).unwrap();
    let tiles: Vec<u32> = (0..cells.len() as u32).filter(|t| [0, 2, 3].contains(&far(t))).collect();
    let outline = mosaic.outline(tiles.iter().copied());
    let mut holes: Vec<usize> = outline.iter().map(|p| p.interiors().len()).collect();
    holes.sort_unstable();
    assert_eq!(holes, [0, 1]);
    assert!(mosaic.outline([]).0.is_empty());
}

#[test]
fn a_pentagon_has_five_sides() {
    let pentagon = Resolution::Ten.pentagons().next().unwrap();
    let mosaic = Mosaic::new(pentagon.grid_disk_safe(1).collect());
    assert_eq!(mosaic.cells.len(), 6);
    let tile = mosaic.cells.iter().position(|c| *c == pentagon).unwrap();
    assert_eq!(mosaic.beyond[tile].iter().filter(|t| **t != NONE).count(), 5);
    let alone = mosaic.outline([tile as u32]);
    assert_eq!((alone.0.len(), alone.0[0].exterior().0.len()), (1, 6));
    let whole = mosaic.outline(0..6);
    assert!(whole.is_valid() && whole.0.len() == 1 && whole.0[0].interiors().is_empty());
}
