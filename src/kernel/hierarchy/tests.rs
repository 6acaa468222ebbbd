//! Everything the hierarchy answers, beside the searches that it replaces.

use fastrand::Rng;

use super::{
    flow::{Cell, Side},
    *,
};
use crate::{
    dijkstra::{self, Route, Workspace},
    drawn::{Draws, random, random_rules, town},
    graph::{CLOSED, Entrance, Graph, Position},
    nearest::{Candidate, Query, Race, Starts, nearest_eligible},
    reach,
    snap::Snapped,
    table::table as searched_table,
    travel,
};

fn snapped(g: &Graph, at: Position) -> Snapped {
    Snapped {
        link: at.link,
        offset_mm: at.offset_mm,
        point: g.point_at(at),
        distance_m: 0.0,
        island: false,
        moved: None,
    }
}

fn hierarchy(g: &Graph) -> Hierarchy {
    Hierarchy::new(&Order::new(&g.topology, 1), g, 1).unwrap()
}

/// Mostly anywhere, sometimes on a link that was drawn before.
fn places(dice: &mut Rng, g: &Graph, count: usize) -> Vec<Snapped> {
    let mut places: Vec<Snapped> = Vec::new();
    for _ in 0..count {
        let mut at = dice.position(g);
        if let Some(known) = places.last().filter(|_| dice.usize(..4) == 0) {
            at = Position { link: known.link, offset_mm: at.offset_mm.min(g.topology.link_mm[known.link as usize]) };
        }
        places.push(snapped(g, at));
    }
    places
}

/// All methods on one graph: `queries` targets, `count` candidates.
fn compare(dice: &mut Rng, g: &Graph, h: &Hierarchy, queries: usize, count: usize, case: &str) {
    let (mut ws, mut climbs) = (Workspace::default(), Climbs::default());
    let mut either = travel::Workspace::default();
    let candidate = |at| Candidate { at, extra_ms: 0 };
    let mut candidates: Vec<Candidate> = places(dice, g, count).into_iter().map(candidate).collect();
    candidates.iter_mut().for_each(|c| c.extra_ms = dice.usize(..4) as u32 * 7000);
    let starts = Starts::new(g, candidates.clone());
    let kept = starts.clone().keeping_rows();
    let points = places(dice, g, queries);
    let targets = Targets::new(h, g, &points);
    for (from, to) in points.iter().zip(points.iter().rev()).map(|(a, b)| (a.position(), b.position())) {
        let limit_ms = if dice.usize(..2) == 0 { CLOSED - 1 } else { dice.usize(..60_000) as u32 };
        let want = dijkstra::drive_ms(g, &mut ws, from, to, limit_ms);
        assert_eq!(h.drive_ms(g, &mut climbs, from, to, limit_ms), want, "{case}: {from:?} to {to:?} in {limit_ms}");
    }
    for target in &points {
        let (k, mask) = (dice.usize(..6), dice.u64(..));
        let eligible = |c: usize| mask >> (c % 64) & 1 == 1;
        let few: Vec<usize> = (0..count).filter(|&c| eligible(c)).collect();
        let what = format!("{case}: {k} of {few:?} to {target:?} from {candidates:?}");
        let query = Query { target, starts: &starts, k, routes: false };
        let want = nearest_eligible(g, &mut ws, query, eligible);
        assert_eq!(h.nearest_eligible(g, &mut climbs, query, &few), want, "{what}");
        let t = travel::TravelTime { graph: g, hierarchy: Some(h) };
        for query in [query, Query { starts: &kept, ..query }] {
            assert_eq!(t.nearest_eligible(&mut either, query, eligible), want, "{what}");
        }
        assert_eq!(h.nearest_eligible(g, &mut climbs, Query { starts: &kept, ..query }, &few), want, "rows, {what}");
        for hit in h.nearest_eligible(g, &mut climbs, Query { routes: true, ..query }, &few).hits {
            let (route, start) = (hit.route.unwrap(), candidates[hit.candidate].at);
            assert_eq!(route.drive_ms, hit.drive_ms, "{what}");
            assert_eq!(route.segments.iter().map(|s| s.ms).sum::<u32>(), hit.drive_ms, "{what}");
            assert_eq!((route.points[0], route.points[route.points.len() - 1]), (start.point, target.point), "{what}");
            let drawn_m: f64 = route.points.windows(2).map(|p| p[0].distance_m(p[1])).sum();
            assert!((drawn_m - route.length_m).abs() < 0.1, "{what}");
        }
    }
    let sources: Vec<Position> = candidates.iter().map(|c| c.at.position()).collect();
    let places: Vec<Position> = points.iter().map(Snapped::position).collect();
    let want = searched_table(g, &mut ws, &sources, &places, false);
    let t = travel::TravelTime { graph: g, hierarchy: Some(h) };
    assert_eq!(t.table(&mut either, &sources, &places, false), want, "{case}: from {sources:?} to {places:?}");
    for limit_ms in [CLOSED - 1, dice.usize(..60_000) as u32] {
        let want = reach::sweep(g, &mut ws, &candidates, &points, limit_ms);
        let found = h.sweep(g, &mut climbs, &candidates, &targets, limit_ms);
        assert_eq!(found, want, "{case}: sweep from {candidates:?} to {points:?} in {limit_ms}");
        // From one or two entrances each.
        let mut more = |from: &Snapped| -> Vec<Entrance> {
            let other = Entrance { at: dice.position(g), extra_ms: dice.usize(..9) as u32 * 1_000 };
            [from.position().into()].into_iter().chain((dice.usize(..3) == 0).then_some(other)).collect()
        };
        let froms: Vec<Vec<Entrance>> = points.iter().map(&mut more).collect();
        let mut least = |from: &Vec<Entrance>| -> Vec<u32> {
            let mut to = |to: &Snapped| {
                let whole = |e: &Entrance| {
                    let ms = dijkstra::drive_ms(g, &mut ws, e.at, to.position(), limit_ms)?.saturating_add(e.extra_ms);
                    (ms <= limit_ms).then_some(ms)
                };
                from.iter().filter_map(whole).min().unwrap_or(CLOSED)
            };
            points.iter().map(&mut to).collect()
        };
        let want: Vec<Vec<u32>> = froms.iter().map(&mut least).collect();
        for some in [&froms[..1], &froms[..froms.len().min(3)], &froms] {
            let found = h.reaches(g, &mut climbs, some, &targets, limit_ms);
            assert_eq!(found, want[..some.len()], "{case}: reaches of {some:?} to {points:?} in {limit_ms}");
        }
        let t = travel::TravelTime { graph: g, hierarchy: Some(h) };
        assert_eq!(t.reaches(&mut either, &froms, &t.points(points.clone()), limit_ms), want, "{case}: {limit_ms}");
        let searched = travel::TravelTime { graph: g, hierarchy: None };
        let found = searched.reaches(&mut either, &froms, &searched.points(points.clone()), limit_ms);
        assert_eq!(found, want, "{case}: {limit_ms}");
        let from = points[0].position();
        let (mut want, mut found) = (Vec::new(), Vec::new());
        reach::nodes(g, &mut ws, from, limit_ms, |node, ms| want.push((node, ms)));
        h.nodes(g, &mut climbs, from, limit_ms, |node, ms| found.push((node, ms)));
        want.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, want, "{case}: nodes from {from:?} in {limit_ms}");
    }
}

#[test]
fn answers_equal_those_of_searches_on_small_graphs() {
    let mut dice = Rng::with_seed(51);
    for round in 0..2000 {
        let mut g = random(&mut dice);
        if round % 2 == 1 {
            g = random_rules(&mut dice, g);
        }
        let count = dice.usize(..9);
        compare(&mut dice, &g, &hierarchy(&g), 4, count, &format!("round {round}"));
    }
}

/// None to three ways to or from a place, some of them on a link that was drawn before.
fn entrances(dice: &mut Rng, g: &Graph) -> Vec<Entrance> {
    let count = dice.usize(..4);
    let entrance =
        |place: Snapped, dice: &mut Rng| Entrance { at: place.position(), extra_ms: dice.usize(..4) as u32 * 7_000 };
    places(dice, g, count).into_iter().map(|place| entrance(place, dice)).collect()
}

#[test]
fn rows_equal_a_dijkstra_for_each_pair_of_entrances_while_candidates_move() {
    const CANDIDATES: usize = 8;
    let (mut dice, mut ws, mut climbs) = (Rng::with_seed(57), Workspace::default(), Climbs::default());
    let [mut branched, mut lost, mut straight, mut for_days] = [0; 4];
    for round in 0..500 {
        let mut g = random(&mut dice);
        if round % 4 > 0 {
            g = random_rules(&mut dice, g);
        }
        if round % 5 == 0 {
            g = g.under(|_, ms| ms * 20_000);
        }
        let (h, mut starts) = (hierarchy(&g), Starts::default().keeping_rows());
        let mut stand: Vec<Vec<Entrance>> = vec![Vec::new(); CANDIDATES];
        for step in 0..8 {
            for _ in 0..4 {
                let c = dice.usize(..CANDIDATES);
                stand[c] = entrances(&mut dice, &g);
                starts.put(&g, c, &stand[c]);
                // Rows are made at once or when they are asked for.
                if dice.usize(..2) == 0 {
                    let rows: Vec<_> = stand[c].iter().map(|way| h.row(&g, &mut climbs, way.at)).collect();
                    branched += rows.iter().flatten().filter(|row| row.branches() > 0).count();
                    for_days += rows.iter().filter(|row| row.is_none()).count();
                    starts.keep_rows(c, rows);
                }
            }
            let mut to = entrances(&mut dice, &g);
            to.extend(stand[0].first().filter(|_| dice.usize(..3) == 0));
            let mut race = Race::new(CANDIDATES);
            h.enter(&g, &mut climbs, &to, &starts, (0..CANDIDATES).map(|c| (c, c)), &mut race);
            let found = race.finish(0..CANDIDATES, true, None::<fn(Position, u32) -> Route>);
            let mut want: Vec<(u64, usize)> = Vec::new();
            for (c, ways) in stand.iter().enumerate() {
                let pairs = ways.iter().flat_map(|from| to.iter().map(move |to| (from, to)));
                let whole = |(from, to): (&Entrance, &Entrance)| {
                    straight += usize::from(g.along(from.at, to.at).is_some());
                    let ms = dijkstra::drive_ms(&g, &mut ws, from.at, to.at, CLOSED - 1)?;
                    Some(u64::from(ms) + u64::from(from.extra_ms) + u64::from(to.extra_ms))
                };
                want.extend(pairs.filter_map(whole).min().map(|ms| (ms, c)));
            }
            want.sort_unstable();
            lost += found.unreachable.len();
            let hits: Vec<(u64, usize)> = found.hits.iter().map(|hit| (hit.total_ms, hit.candidate)).collect();
            assert_eq!(hits, want, "round {round}, step {step}: {stand:?} to {to:?}");
        }
    }
    let told = format!("{branched} on several ways, {lost} lost, {straight} on one link, {for_days} too long");
    assert!(branched > 150 && lost > 2_000 && straight > 500 && for_days > 100, "{told}");
}

#[test]
fn answers_equal_those_of_searches_in_towns_and_after_every_change_of_the_metric() {
    let mut dice = Rng::with_seed(52);
    for round in 0..12 {
        let g = town(&mut dice, 12 + round * 2);
        let imported = random_rules(&mut dice, g);
        let (mut g, mut h) = (imported.clone(), hierarchy(&imported));
        let mut changed: Vec<Option<u32>> = vec![None; 2 * g.links()];
        for change in 0..3 {
            compare(&mut dice, &g, &h, 20, 12, &format!("round {round}, change {change}"));
            for _ in 0..20 {
                let edge = dice.usize(..changed.len());
                changed[edge] = Some(if dice.usize(..2) == 0 { CLOSED } else { dice.usize(..40_000) as u32 });
            }
            g = imported.under(|edge, ms| changed[edge as usize].unwrap_or(ms));
            h = h.customised(&g, 1 + dice.usize(..3));
        }
    }
}

#[test]
fn weights_and_order_are_the_same_for_any_number_of_threads() {
    let mut dice = Rng::with_seed(53);
    let g = town(&mut dice, 110);
    let order = Order::new(&g.topology, 1);
    assert_eq!(order, Order::new(&g.topology, 2));
    let h = Hierarchy::new(&order, &g, 1).unwrap();
    for threads in [2, 3, 8] {
        let other = h.customised(&g, threads);
        assert_eq!(h.weights.up_ms, other.weights.up_ms, "{threads}");
        assert_eq!(h.weights.down_ms, other.weights.down_ms, "{threads}");
    }
    compare(&mut dice, &g, &h, 20, 30, "town of 110");
}

#[test]
fn no_edge_joins_left_and_right_of_a_cut() {
    let mut dice = Rng::with_seed(54);
    for round in 0..300 {
        let g = if round % 2 == 0 { random(&mut dice) } else { town(&mut dice, 3 + round % 20) };
        let pairs = order::neighbours(&g.topology);
        let cell = Cell::new((0..g.nodes() as u32).collect(), &pairs);
        let sides = cell.cut(&g.topology.node_e7, 1 + round % 2);
        for pair in &pairs {
            let ends = pair.map(|n| sides[n as usize]);
            assert!(!ends.contains(&Side::Left) || !ends.contains(&Side::Right), "round {round}: {pair:?}");
        }
        let largest = [Side::Left, Side::Right].map(|side| sides.iter().filter(|s| **s == side).count());
        assert!(largest.into_iter().all(|n| n < g.nodes()), "round {round}: {largest:?}");
    }
}

#[test]
fn a_grid_is_cut_across_its_short_side() {
    let mut dice = Rng::with_seed(55);
    let g = town(&mut dice, 30);
    let sides = Cell::new((0..900).collect(), &order::neighbours(&g.topology)).cut(&g.topology.node_e7, 1);
    let between = sides.iter().filter(|s| **s == Side::Between).count();
    // A full grid takes 30; an eighth of the streets is missing.
    assert!(between <= 30, "{between}");
}

#[test]
fn an_order_is_kept_and_refused_for_another_topology() {
    let mut dice = Rng::with_seed(56);
    let g = town(&mut dice, 8);
    let order = Order::new(&g.topology, 1);
    let kept: Order = postcard::from_bytes(&postcard::to_stdvec(&order).unwrap()).unwrap();
    assert_eq!(kept, order);
    let mut other = Topology::clone(&g.topology);
    other.link_head.swap(0, 1);
    let other = Graph::new(other, g.metric.clone()).unwrap();
    let refused = |order: &Order, graph: &Graph| Hierarchy::new(order, graph, 1).map(|_| ()).unwrap_err().detail;
    assert!(refused(&order, &other).contains("another road network"));
    let mut twice = order.clone();
    twice.nodes[0] = twice.nodes[1];
    assert!(refused(&twice, &g).contains("each node once"));
}
