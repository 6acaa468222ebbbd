use fastrand::Rng;
use std::collections::HashMap;

use geo::{Contains, Point, Validation};

use super::*;
use crate::{
    dijkstra::drive_ms,
    drawn::{Draws, drawn, random, random_with_rules},
    entrance::{Heading, Limits, entrances},
    graph::Position,
    snap::{SNAP_LIMIT_M, Snapped, Snapper},
};

const ACCESS_M: f64 = 300.0;

const LIMITS: Limits = Limits { first_m: ACCESS_M, closed_m: ACCESS_M, ..Limits::DEFAULT };

/// By which ways a place is come to, `imported` being the roads before some were closed.
fn enter(imported: &Graph, graph: &Graph, snapper: &Snapper, centre: LngLat) -> Option<Vec<Entrance>> {
    snapper.snap(imported, centre)?;
    let by = |s: &Snapped| Entrance { at: s.position(), extra_ms: (s.distance_m / 1.2).ceil() as u32 * 1000 };
    let ways = entrances(imported, graph, snapper, centre, Heading::In, &LIMITS);
    Some(ways.iter().flatten().map(by).collect())
}

fn raster(graph: &Graph) -> (Raster, Snapper) {
    let snapper = Snapper::new(&graph.topology);
    (Raster::new(graph, Resolution::Ten, |centre| enter(graph, graph, &snapper, centre)), snapper)
}

/// Looks at every cell of a box that is far larger than the network.
fn cells_by_brute_force(imported: &Graph, graph: &Graph, snapper: &Snapper) -> HashMap<CellIndex, Vec<Entrance>> {
    let centre = graph.shape(0).next().and_then(|p| cells::cell_of(p, Resolution::Ten)).unwrap();
    let near = centre.grid_disk_safe(30).filter_map(|cell: CellIndex| {
        Some((cell, enter(imported, graph, snapper, cells::centre(cell)).filter(|ways| !ways.is_empty())?))
    });
    near.collect()
}

#[test]
fn times_equal_one_dijkstra_per_cell_and_origin() {
    let mut dice = Rng::with_seed(61);
    for round in 0..40 {
        let imported = random_with_rules(&mut dice);
        let mut g = imported.clone();
        let (mut raster, snapper) = raster(&g);
        if round % 2 == 1 {
            // Some roads closed, others slower.
            let closed: Vec<bool> = (0..2 * g.links()).map(|_| dice.usize(..6) == 0).collect();
            let changed = g.under(|e, ms| if closed[e as usize] { CLOSED } else { ms + e * 100 });
            raster = raster.under(&changed, |centre| enter(&imported, &changed, &snapper, centre));
            g = changed;
        }
        let origin = |d: &mut Rng| Entrance { at: d.position(&g), extra_ms: d.usize(..5) as u32 * 30_000 };
        let origins: Vec<Entrance> = (0..dice.usize(..4)).map(|_| origin(&mut dice)).collect();
        let limit_ms = dice.usize(..600_000) as u32;
        let found = raster.reached(&g, &mut Workspace::default(), &origins, limit_ms);
        let mut found: Vec<(CellIndex, u32)> =
            found.into_iter().map(|r| (raster.cells()[r.tile as usize], r.ms)).collect();
        found.sort_unstable();
        let mut ws = Workspace::default();
        let mut least = |ways: &[Entrance]| {
            let pairs = origins.iter().flat_map(|o| ways.iter().map(move |w| (o, w)));
            let mut whole = |(o, w): (&Entrance, &Entrance)| {
                Some(o.extra_ms + drive_ms(&g, &mut ws, o.at, w.at, CLOSED - 1)? + w.extra_ms)
            };
            pairs.filter_map(&mut whole).min().filter(|&ms| ms <= limit_ms)
        };
        let mut want: Vec<(CellIndex, u32)> = cells_by_brute_force(&imported, &g, &snapper)
            .into_iter()
            .filter_map(|(cell, ways)| Some((cell, least(&ways)?)))
            .collect();
        want.sort_unstable();
        assert_eq!(found, want, "round {round}: {origins:?}, limit {limit_ms}");
    }
}

#[test]
fn bands_are_valid_nested_and_hold_no_later_cell() {
    let mut dice = Rng::with_seed(62);
    for round in 0..20 {
        let g = random(&mut dice);
        let (raster, _) = raster(&g);
        let origins = [dice.position(&g).into()];
        let reached = raster.reached(&g, &mut Workspace::default(), &origins, 900_000);
        let by_tile: HashMap<TileIx, u32> = reached.iter().map(|r| (r.tile, r.ms)).collect();
        let limits = [100_000, 300_000, 900_000];
        let bands = limits.map(|limit| raster.outline(&reached, limit));
        for (band, limit) in bands.iter().zip(limits) {
            assert!(band.is_valid(), "round {round}, {limit}");
            for (tile, cell) in (0..).zip(raster.cells()) {
                let centre = cells::centre(*cell);
                let inside = band.contains(&Point::new(centre.lng, centre.lat));
                let in_time = by_tile.get(&tile).is_some_and(|&ms| ms <= limit);
                assert_eq!(inside, in_time, "round {round}, {limit}: {cell}");
            }
        }
    }
}

#[test]
fn what_is_too_far_to_walk_is_a_hole() {
    // A square of streets around a field 1 km wide.
    let side = "          ";
    let column = ".\n".repeat(11);
    let art = format!("A{side}B\n{column}C{side}D");
    let g = drawn(&art, &["A-B", "A-C", "B-D", "C-D"]);
    let (raster, _) = raster(&g);
    let origin = Position { link: 0, offset_mm: 0 }.into();
    let reached = raster.reached(&g, &mut Workspace::default(), &[origin], 3_600_000);
    let whole = raster.outline(&reached, 3_600_000);
    assert_eq!((whole.0.len(), whole.0[0].interiors().len()), (1, 1));
    assert_eq!(raster.outline(&reached, 0).0.len(), 0);
    assert_eq!(reached.len(), raster.cells().len());
}

#[test]
fn as_many_cells_as_expected_or_fewer() {
    // A neighbour of a cell of resolution 7 reaches farther than this.
    const { assert!(SNAP_LIMIT_M < 1_000.0) };
    let g = random(&mut Rng::with_seed(63));
    let (raster, _) = raster(&g);
    let expected = cells_expected(&g, Resolution::Ten);
    assert!((raster.cells().len()..=20_000).contains(&expected), "{expected}");
}
