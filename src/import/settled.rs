//! Where people live, as the extract of a road network tells it: what districts are drawn by.

use super::draw::{Settlement, Weighted};
use crate::{
    base::LngLat,
    domain::roads::Network,
    kernel::graph::{LinkIx, RoadClass},
};

/// Metres of residential road that weigh as much as one building: mappers draw roads everywhere,
/// buildings only here and there.
const ROAD_PER_BUILDING_M: f64 = 30.0;
/// By rank, highest first.
const SETTLEMENTS: [&str; 4] = ["city", "town", "village", "hamlet"];

/// The settlements with a name; of equal names within one kilometre the highest in rank, then the first.
pub fn settlements(network: &Network) -> Vec<Settlement> {
    let ranked = network.places.iter().filter(|p| !p.name.is_empty()).filter_map(|p| {
        let rank = SETTLEMENTS.iter().position(|kind| *kind == p.kind)? as u8;
        Some(Settlement { name: p.name.clone(), at: p.at, rank })
    });
    let mut all: Vec<Settlement> = ranked.collect();
    all.sort_by_key(|s| s.rank);
    let mut kept: Vec<Settlement> = Vec::new();
    for s in all {
        if !kept.iter().any(|k| k.name == s.name && k.at.distance_m(s.at) < 1_000.0) {
            kept.push(s);
        }
    }
    kept
}

/// Buildings weigh 1 each, and so do 30 m of residential road, as points along it.
pub fn weights(network: &Network) -> Vec<Weighted> {
    let buildings = network.buildings.iter().map(|&at| (at, 1.0));
    let graph = &network.car().graph;
    let links = (0..graph.links() as LinkIx).filter(|&l| graph.open(l));
    let residential = links.filter(|&l| graph.class(l) == RoadClass::Residential);
    let roads = residential.flat_map(|l| along(&graph.shape(l).collect::<Vec<_>>()));
    buildings.chain(roads).collect()
}

/// One point for every [`ROAD_PER_BUILDING_M`] or part of it, in the middle of its piece.
fn along(line: &[LngLat]) -> Vec<Weighted> {
    let mut points = Vec::new();
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let length_m = a.distance_m(b);
        let pieces = (length_m / ROAD_PER_BUILDING_M).ceil().max(1.0);
        for i in 0..pieces as u32 {
            let t = (f64::from(i) + 0.5) / pieces;
            let at = LngLat { lng: a.lng + t * (b.lng - a.lng), lat: a.lat + t * (b.lat - a.lat) };
            points.push((at, length_m / ROAD_PER_BUILDING_M / pieces));
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_road_weighs_its_length_in_thirties() {
        let at = |lat: f64| LngLat::new(-4.5, lat).unwrap();
        let line = [at(54.0), at(54.001), at(54.00101)];
        let points = along(&line);
        let weight: f64 = points.iter().map(|p| p.1).sum();
        let length_m = line[0].distance_m(line[1]) + line[1].distance_m(line[2]);
        assert!((weight - length_m / 30.0).abs() < 1e-9, "{weight}");
        assert_eq!(points.len(), 5, "111 m and 1 m");
        assert!(points.iter().all(|p| p.1 <= 1.0 && (54.0..54.00101).contains(&p.0.lat)));
    }
}
