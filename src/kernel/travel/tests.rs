use fastrand::Rng;

use super::*;
use crate::{
    dijkstra::drive_ms,
    drawn::{Draws, random},
    graph::CLOSED,
    hierarchy::Order,
};

/// One to three ways to or from a place; mostly one.
fn entrances(dice: &mut Rng, graph: &Graph) -> Vec<Entrance> {
    let count = 1 + dice.usize(..6).saturating_sub(3);
    (0..count).map(|_| Entrance { at: dice.position(graph), extra_ms: dice.usize(..4) as u32 * 7_000 }).collect()
}

/// Candidates are moved about, some are not eligible, and their numbers are not those they race under.
#[test]
fn those_of_several_networks_race_for_the_same_places() {
    let (mut dice, mut ws) = (Rng::with_seed(22), Workspace::default());
    let [mut by_rows, mut climbed, mut searched] = [0; 3];
    for round in 0..1000 {
        let graphs: Vec<Graph> = (0..3).map(|_| random(&mut dice)).collect();
        let hierarchy = |g: &Graph| Hierarchy::new(&Order::new(&g.topology, 1), g, 1).unwrap();
        let hierarchies: Vec<Option<Hierarchy>> =
            graphs.iter().map(|g| (dice.usize(..2) == 0).then(|| hierarchy(g))).collect();
        let (k, all) = (dice.usize(..6), dice.usize(..15));
        // None for those that are not eligible.
        let own: Vec<Option<usize>> = (0..all).map(|_| Some(dice.usize(..4)).filter(|&f| f < 3)).collect();
        let number = |c: usize| own.get(c)?.map(|_| all - 1 - c);
        let mut starts =
            [(); 3].map(|()| if dice.usize(..2) == 0 { Starts::default().keeping_rows() } else { Starts::default() });
        let (mut want, mut lost, mut fields) = (Vec::new(), Vec::new(), Vec::new());
        for (f, graph) in graphs.iter().enumerate() {
            for _ in 0..30 {
                let somewhere = entrances(&mut dice, graph);
                starts[f].put(graph, dice.usize(..15), &somewhere[..dice.usize(..somewhere.len() + 1)]);
            }
        }
        for (f, (graph, starts)) in graphs.iter().zip(&mut starts).enumerate() {
            let target = entrances(&mut dice, graph);
            let eligible: Vec<usize> = (0..all).filter(|&c| own[c] == Some(f)).collect();
            (0..all).filter(|&c| own[c].is_some()).for_each(|c| starts.put(graph, c, &[]));
            for &c in &eligible {
                let ways = entrances(&mut dice, graph);
                starts.put(graph, c, &ways);
                assert_eq!(starts.of(c).collect::<Vec<_>>(), ways, "round {round}");
                let mut whole = |(from, to): (&Entrance, &Entrance)| {
                    let ms = drive_ms(graph, &mut ws.search, from.at, to.at, CLOSED - 1)?;
                    Some(u64::from(ms) + u64::from(from.extra_ms + to.extra_ms))
                };
                match ways.iter().flat_map(|from| target.iter().map(move |to| (from, to))).filter_map(&mut whole).min()
                {
                    Some(ms) => want.push((ms, number(c).unwrap())),
                    None => lost.extend(number(c)),
                }
            }
            let travel = TravelTime { graph, hierarchy: hierarchies[f].as_ref() };
            let field = Field { travel, starts, target, eligible };
            *(match field.climbing(k) {
                Some(_) if starts.keeps_rows() => &mut by_rows,
                Some(_) => &mut climbed,
                None => &mut searched,
            }) += 1;
            fields.push(field);
        }
        want.sort_unstable();
        lost.sort_unstable();
        if want.len() >= k {
            lost.clear();
        }
        want.truncate(k);
        let found = nearest_among(&fields, &mut ws, k, true, number);
        let hits: Vec<(u64, usize)> = found.hits.iter().map(|h| (h.total_ms, h.candidate)).collect();
        assert_eq!((hits, &found.unreachable), (want, &lost), "round {round}: k {k}, {fields:?}");
        for hit in found.hits {
            let route = hit.route.as_ref().unwrap();
            let (c, whole) = (all - 1 - hit.candidate, route.segments.iter().map(|s| s.ms).sum::<u32>());
            let field = &fields[own[c].unwrap()];
            let [from, to] = route.ends;
            let cost = |way: Entrance, at| (way.at == at).then_some(u64::from(way.extra_ms));
            let costs = field.starts.of(c).filter_map(|way| cost(way, from));
            let mut totals =
                costs.flat_map(|own| field.target.iter().filter_map(move |&way| Some(own + cost(way, to)?)));
            assert!(totals.any(|t| t + u64::from(whole) == hit.total_ms), "round {round}: {hit:?}, {fields:?}");
            assert_eq!((whole, route.drive_ms), (hit.drive_ms, hit.drive_ms), "round {round}: k {k}, {fields:?}");
            let ends = route.ends.map(|at| field.travel.graph.point_at(at));
            assert_eq!([route.points[0], route.points[route.points.len() - 1]], ends, "round {round}: {fields:?}");
        }
    }
    let told = format!("{by_rows} by rows, {climbed} by climbs, {searched} by searches");
    assert!(by_rows > 100 && climbed > 100 && searched > 100, "{told}");
}
