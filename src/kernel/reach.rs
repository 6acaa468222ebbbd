//! How soon one squad reaches each of many places: one bounded search.

use super::{
    dijkstra::{Workspace, search},
    graph::{CLOSED, Graph},
    snap::Snapped,
};

/// Driving milliseconds from `from` to each of `points`, [`CLOSED`] (`u32::MAX`) where it takes
/// longer than `limit_ms` or there is no way.
pub fn reach(graph: &Graph, ws: &mut Workspace, from: &Snapped, points: &[Snapped], limit_ms: u32) -> Vec<u32> {
    let start = from.position();
    search::<false>(graph, ws, start, limit_ms, |_, _| limit_ms);
    let to_point = |point: &Snapped| {
        let through = graph
            .edges_at(point.position())
            .flat_map(|(edge, part, _)| graph.tails(edge).map(move |tail| (tail, part)))
            .filter_map(|(tail, part)| Some(ws.ms(tail)?.saturating_add(part)));
        let straight = graph.along(start, point.position()).map(|(_, ms)| ms);
        through.chain(straight).min().filter(|&ms| ms <= limit_ms).unwrap_or(CLOSED)
    };
    points.iter().map(to_point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{
        dijkstra::drive_ms,
        drawn::{Dice, random},
        graph::Position,
    };

    #[test]
    fn times_equal_one_dijkstra_per_point() {
        let (mut dice, mut ws) = (Dice(31), Workspace::default());
        for round in 0..500 {
            let g = random(&mut dice);
            let snapped = |Position { link, offset_mm }| Snapped {
                link,
                offset_mm,
                point: g.point_at(Position { link, offset_mm }),
                distance_m: 0.0,
                island: false,
            };
            let from = snapped(dice.position(&g));
            let points: Vec<Snapped> = (0..8).map(|_| snapped(dice.position(&g))).collect();
            let limit_ms = dice.below(60_000) as u32;
            let found = reach(&g, &mut ws, &from, &points, limit_ms);
            let oracle = |p: &Snapped| drive_ms(&g, &mut Workspace::default(), from.position(), p.position(), limit_ms);
            let want: Vec<u32> = points.iter().map(|p| oracle(p).unwrap_or(CLOSED)).collect();
            assert_eq!(found, want, "round {round}: from {from:?}, limit {limit_ms}, {points:?}");
        }
    }
}
