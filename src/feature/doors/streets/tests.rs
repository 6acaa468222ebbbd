use super::*;
use crate::kernel::{
    dijkstra::{Workspace, route},
    drawn::drawn,
    graph::{Position, Topology},
};

/// A ring that runs clockwise, with a road at each of its corners and one more into it at C.
const ART: &str = "E  A  B  F
.  .  .  .
H  D  C  G
.  .  .  .
.  .  I  .";
const ROADS: [&str; 9] = ["A>B", "B>C", "C>D", "D>A", "E-A", "B-F", "C-G", "D-H", "I>C"];

fn ring() -> Graph {
    let mut graph = drawn(ART, &ROADS);
    let mut topology = Topology::clone(&graph.topology);
    topology.parts[..4].iter_mut().for_each(|part| part.round = true);
    graph = Graph::new(topology, graph.metric).unwrap();
    graph
}

#[test]
fn exits_of_a_roundabout_are_counted_by_the_roads_that_lead_off_it() {
    let graph = ring();
    let leg = |from: usize, to: usize| {
        let far = |link: usize, end: u32| Position {
            link: link as u32,
            offset_mm: if end == 0 { 0 } else { graph.topology.link_mm[link] },
        };
        // The outer end of each road.
        let outer = |link: usize| far(link, u32::from(![4, 8].contains(&link)));
        route(&graph, &mut Workspace::default(), outer(from), outer(to), CLOSED - 1).unwrap()
    };
    // From E: to F, past it to G (nothing leads off to I), to H, and round to E again; from I.
    for (from, to, exit) in [(4, 5, 1), (4, 6, 2), (4, 7, 3), (8, 7, 1), (8, 4, 2), (8, 5, 3), (6, 7, 1)] {
        let leg = leg(from, to);
        let streets = Street::all(&graph, &leg, 0);
        let ways: Vec<Way> = streets.iter().map(|s| s.way).collect();
        assert_eq!(ways, [Way::Road, Way::Roundabout, Way::Road], "{from} to {to}");
        assert_eq!(streets[1].exit(&graph), exit, "{} to {}", ROADS[from], ROADS[to]);
        assert_eq!(streets.iter().map(|s| s.ms).sum::<u32>(), leg.drive_ms);
        assert_eq!([streets[0].name, streets[2].name], [ROADS[from], ROADS[to]]);
    }
}

#[test]
fn who_stays_where_he_is_is_on_one_street() {
    let graph = ring();
    let here = Position { link: 4, offset_mm: 5_000 };
    let leg = route(&graph, &mut Workspace::default(), here, here, CLOSED - 1).unwrap();
    let streets = Street::all(&graph, &leg, 7);
    assert_eq!(streets.iter().map(|s| (s.name, s.ms)).collect::<Vec<_>>(), [("E-A", 7)]);
}

#[test]
fn a_ferry_is_a_street_of_its_own() {
    let graph = drawn("A  B  C  D", &["A-B", "B-C", "C-D"]);
    let mut topology = Topology::clone(&graph.topology);
    topology.link_class[1] = RoadClass::Ferry;
    let graph = Graph::new(topology, graph.metric).unwrap();
    let [from, to] = [0, 2].map(|link| Position { link, offset_mm: 5_000 });
    let leg = route(&graph, &mut Workspace::default(), from, to, CLOSED - 1).unwrap();
    let ways: Vec<Way> = Street::all(&graph, &leg, 0).iter().map(|s| s.way).collect();
    assert_eq!(ways, [Way::Road, Way::Ferry, Way::Road]);
}
