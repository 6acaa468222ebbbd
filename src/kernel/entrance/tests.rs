use fastrand::Rng;

use super::*;
use crate::{
    drawn::{at_letter, drawn, random_with_rules},
    graph::CLOSED,
};

/// The entrances by letters of a drawing, its roads open but for those named.
fn ways(art: &str, roads: &[&str], closed: &[&str], at: LngLat, heading: Heading) -> Result<Vec<Snapped>, Blocked> {
    let g = drawn(art, roads);
    let link = |name: &&str| roads.iter().position(|r| r == name).unwrap() as u32;
    let shut: Vec<u32> = closed.iter().map(link).collect();
    let now = g.under(|e, ms| if shut.contains(&(e / 2)) { CLOSED } else { ms });
    entrances(&g, &now, &Snapper::new(&g.topology), at, heading, &Limits::DEFAULT)
}

/// Distances in whole metres, and why each was chosen.
fn told(found: &[Snapped]) -> Vec<(u32, Option<Moved>)> {
    found.iter().map(|s| (s.distance_m.round() as u32, s.moved)).collect()
}

/// A bank with two roads, an islet of 600 m of road `rows` of 100 m off it.
fn islet(rows: usize) -> (String, [&'static str; 3]) {
    (format!("A.........B\n{}C.....D", ".\n".repeat(rows - 1)), ["A-B", "A-B", "C-D"])
}

#[test]
fn an_islet_a_little_off_the_bank_is_left_on_foot_and_a_far_one_is_not() {
    for (rows, second) in [(1, Some((101, Some(Moved::Fragment)))), (3, None)] {
        let (art, roads) = islet(rows);
        for heading in [Heading::Out, Heading::In] {
            // 1 m on the bank's side of its road: 99 m farther to the bank where that is 100 m off.
            let at = LngLat { lat: at_letter(3.0, rows as f64).lat + 1.0 / 111_195.0, ..at_letter(3.0, 0.0) };
            let found = ways(&art, &roads, &[], at, heading).unwrap();
            let want: Vec<_> = [(1, None)].into_iter().chain(second.map(|(m, why)| (m - 2, why))).collect();
            assert_eq!(told(&found), want, "{rows}: {found:?}");
            assert!(found[0].island, "{found:?}");
        }
    }
}

#[test]
fn a_network_of_its_own_is_not_left_on_foot() {
    // 2.1 km of road, 90 m off the bank's 2.2 km.
    let far = ".".repeat(19);
    let art = format!("A{far}.B\nC{far}D");
    let at = LngLat { lat: at_letter(0.0, 1.0).lat + 5.0 / 111_195.0, ..at_letter(3.0, 0.0) };
    let found = ways(&art, &["A-B", "A-B", "C-D"], &[], at, Heading::Out).unwrap();
    assert_eq!(told(&found), [(5, None)], "2,001.5 m hang together");
    let short = format!("A{far}.B\nC{}D", ".".repeat(18));
    let found = ways(&short, &["A-B", "A-B", "C-D"], &[], at, Heading::Out).unwrap();
    assert_eq!(told(&found), [(5, None), (95, Some(Moved::Fragment))], "1,901 m");
}

#[test]
fn a_one_way_dead_end_is_driven_into_and_left_on_foot_for_a_hundred_metres() {
    let (art, roads) = ("A..B..C\n...D\n...E", ["A-B", "B-C", "B>D", "D>E"]);
    for (row, heading, want) in [
        (0.8, Heading::In, vec![(0, None)]),
        (0.8, Heading::Out, vec![(0, None), (80, Some(Moved::InOnly))]),
        (1.5, Heading::Out, vec![(0, None)]),
    ] {
        let found = ways(art, &roads, &[], at_letter(3.0, row), heading).unwrap();
        assert_eq!(told(&found), want, "{row}: {found:?}");
    }
    let out = ["A-B", "B-C", "D>B", "E>D"];
    let found = ways(art, &out, &[], at_letter(3.0, 0.8), Heading::In).unwrap();
    assert_eq!(told(&found), [(0, None), (80, Some(Moved::OutOnly))]);
    assert_eq!(told(&ways(art, &out, &[], at_letter(3.0, 0.8), Heading::Out).unwrap()), [(0, None)]);
}

#[test]
fn beside_a_closed_road_one_stays_on_its_side_of_the_river() {
    // Two banks 200 m apart; the near one is closed between B and C.
    let (art, roads) = ("A..B..C..D\n.\nE........F", ["A-B", "B-C", "C-D", "E-F", "A-E", "D-F"]);
    let at = LngLat { lat: -0.0002, ..at_letter(4.0, 0.0) };
    let found = ways(art, &roads, &["B-C"], at, Heading::In).unwrap();
    assert_eq!(told(&found), [(22 + 100, Some(Moved::Closed)), (22 + 200, Some(Moved::Closed))], "{found:?}");
    let beside = |s: &Snapped, col| s.point.distance_m(at_letter(col, 0.0)) < 0.01;
    assert!(beside(&found[0], 3.0) && beside(&found[1], 6.0), "{found:?}");
    // Farther along closed roads than one walks.
    let all = ways(art, &roads, &["A-B", "B-C", "C-D", "A-E", "D-F"], at, Heading::In);
    assert_eq!(all, Err(Blocked::Closed));
    assert_eq!(ways(art, &roads, &[], at_letter(4.0, 9.0), Heading::In), Err(Blocked::NoRoad));
}

#[test]
fn nobody_walks_past_an_open_road_over_a_closed_bridge() {
    // B-C is closed, and so is the bridge C-D; C meets the open C-E on the near bank.
    let (art, roads) = ("A.B.C.E\n....D\nF...G", ["A-B", "B-C", "C-D", "C-E", "F-G", "D-G"]);
    let found = ways(art, &roads, &["B-C", "C-D"], at_letter(3.5, 0.0), Heading::Out).unwrap();
    let cols: Vec<i64> = found.iter().map(|s| (s.point.lng / at_letter(1.0, 0.0).lng).round() as i64).collect();
    assert_eq!((cols, found[0].point.lat), (vec![4, 2], 0.0), "{found:?}");
}

#[test]
fn roads_off_the_main_part_are_told_with_what_is_wrong() {
    let art = "A..B..C\n...D\n...E\nF.....G\nH";
    let g = drawn(art, &["A-B", "B-C", "B>D", "D>E", "F>B", "G-H"]);
    let told: Vec<_> = strays(&g).iter().map(|s| (s.kind, s.links, s.length_m.round())).collect();
    assert_eq!(told, [(Moved::Fragment, 1, 609.0), (Moved::OutOnly, 1, 425.0), (Moved::InOnly, 2, 200.0)]);
}

/// By definition: every link looked at, every node tried, walks by Bellman and Ford.
fn oracle(imported: &Graph, now: &Graph, place: LngLat, heading: Heading) -> Result<Vec<(u64, u32)>, Blocked> {
    let (limits, nodes) = (Limits::DEFAULT, imported.nodes() as u32);
    // To a hundredth of a millimetre, and the link.
    let shown = |s: &Snapped| ((s.distance_m * 1e5).round() as u64, s.link);
    let snapper = Snapper::new(&imported.topology);
    let first = snapper.snap(imported, place).ok_or(Blocked::NoRoad)?;
    let joined = match heading {
        Heading::Out => imported.leads_to_main(first.position()),
        Heading::In => imported.is_led_to(first.position()),
    };
    let mut found = vec![first];
    if !joined {
        // What hangs together by whole edges, through nodes that something leads to.
        let mut piece: HashSet<LinkIx> = HashSet::from([first.link]);
        let arcs: Vec<_> = imported.arcs().collect();
        loop {
            let before = piece.len();
            for node in 0..nodes {
                let led = arcs.iter().any(|a| a.1 == node);
                let beside: Vec<LinkIx> =
                    arcs.iter().filter(|a| a.1 == node || led && a.0 == node).map(|a| a.2 / 2).collect();
                if beside.iter().any(|l| piece.contains(l)) {
                    piece.extend(beside);
                }
            }
            if piece.len() == before {
                break;
            }
        }
        let led_main = |node| imported.main(node) && arcs.iter().any(|a| a.1 == node);
        let touches = arcs.iter().any(|a| piece.contains(&(a.2 / 2)) && (imported.main(a.1) || led_main(a.0)));
        let mm: u64 = piece.iter().map(|&l| u64::from(imported.topology.link_mm[l as usize])).sum();
        if touches || mm < 2_000_000 {
            let limit_m = (first.distance_m + 100.0).min(500.0);
            found.extend(snapper.nearest(imported, place, limit_m, 1.0, |l| imported.on_main(l)));
        }
    }
    let (mut open, closed): (Vec<Snapped>, Vec<Snapped>) =
        found.into_iter().partition(|s| now.is_open_at(s.position()));
    let meets = |node: NodeIx| (0..now.links() as u32).find(|&l| now.open(l) && now.ends(2 * l).contains(&node));
    for way in closed {
        let junctions = imported.topology.node_osm.len();
        let mut walk = vec![u64::MAX; junctions];
        match imported.junction_at(way.position()) {
            Some(node) => walk[node as usize] = 0,
            None => {
                let [tail, head] = imported.ends(2 * way.link).map(|n| n as usize);
                let whole = imported.topology.link_mm[way.link as usize];
                walk[tail] = way.offset_mm.into();
                walk[head] = walk[head].min(u64::from(whole - way.offset_mm));
            }
        }
        for _ in 0..junctions {
            for l in (0..imported.links() as u32).filter(|&l| imported.open(l) && !now.open(l)) {
                let [a, b] = imported.ends(2 * l);
                for (a, b) in [(a, b), (b, a)] {
                    if walk[a as usize] != u64::MAX && meets(a).is_none() {
                        let mm = walk[a as usize] + u64::from(imported.topology.link_mm[l as usize]);
                        walk[b as usize] = walk[b as usize].min(mm);
                    }
                }
            }
        }
        for (node, &mm) in (0..).zip(&walk).filter(|(_, mm)| **mm != u64::MAX) {
            let distance_m = way.distance_m + mm as f64 / 1_000.0;
            if let Some(link) = meets(node).filter(|_| distance_m <= limits.closed_m) {
                open.push(Snapped { link, distance_m, ..way });
            }
        }
    }
    let mut open: Vec<(u64, u32)> = open.iter().map(shown).collect();
    open.sort_unstable();
    if open.is_empty() { Err(Blocked::Closed) } else { Ok(open) }
}

#[test]
fn entrances_are_what_their_definition_says() {
    let (mut dice, mut seen) = (Rng::with_seed(91), [0; 6]);
    for round in 0..400 {
        let g = random_with_rules(&mut dice);
        let shut: Vec<bool> = (0..g.links()).map(|_| dice.usize(..3) == 0).collect();
        let now =
            if round % 2 == 0 { g.clone() } else { g.under(|e, ms| if shut[e as usize / 2] { CLOSED } else { ms }) };
        let snapper = Snapper::new(&g.topology);
        for _ in 0..4 {
            let [lng, lat] = [0.0, 60.0].map(|low| low - 0.002 + dice.usize(..140_000) as f64 / 1e7);
            let (place, heading) = (LngLat { lng, lat }, [Heading::Out, Heading::In][dice.usize(..2)]);
            let found = entrances(&g, &now, &snapper, place, heading, &Limits::DEFAULT);
            let shown = found.clone().map(|ways| {
                let mut shown: Vec<_> = ways.iter().map(|s| ((s.distance_m * 1e5).round() as u64, s.link)).collect();
                shown.sort_unstable();
                shown
            });
            // Two ways to one place are one here.
            let mut want = oracle(&g, &now, place, heading);
            if let (Ok(want), Ok(shown)) = (&mut want, &shown)
                && want.len() > shown.len()
            {
                want.retain(|w| shown.contains(w));
            }
            assert_eq!(shown, want, "round {round}: {place} {heading:?} {found:?}");
            match &found {
                Ok(ways) => ways.iter().for_each(|way| seen[way.moved.map_or(0, |moved| 1 + moved as usize)] += 1),
                Err(_) => seen[5] += 1,
            }
        }
    }
    assert!(seen.iter().all(|&n| n > 5), "{seen:?}");
}
