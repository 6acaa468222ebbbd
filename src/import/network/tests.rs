//! Small maps drawn as raw roads, then real extracts where they are at hand.

mod ends;
mod extracts;
mod nearby;
mod parts;
mod restrictions;
mod standing;

use std::collections::BTreeSet;

use super::{cut::ACROSS_180, drafts::weight_ms, *};
use crate::{
    domain::roads::Roads,
    import::{
        export,
        osm::{MISSING, RawNode, RawWay},
    },
    kernel::graph::{CLOSED, RoadClass},
};

/// The tags `key=value` that a string names, and nothing else.
pub(super) fn tagged(pairs: &str) -> (RawRoads, Tags) {
    let pairs: Vec<(&str, &str)> = pairs.split_whitespace().filter_map(|t| t.split_once('=')).collect();
    let words: BTreeSet<&str> = pairs.iter().flat_map(|&(k, v)| [k, v]).collect();
    let strings: Vec<String> = words.into_iter().map(str::to_owned).collect();
    let word = |s: &str| strings.iter().position(|x| x == s).unwrap() as u32;
    let tags = pairs.iter().map(|(k, v)| (word(k), word(v))).collect();
    (RawRoads { strings, ..RawRoads::default() }, tags)
}

/// Raw roads from letters in a drawing (100 m apart) and ways such as `("ABC", "highway=service")`;
/// a node is tagged by a way of one letter. `?` is a node beyond the extract.
fn raw(art: &str, ways: &[(&str, &str)]) -> RawRoads {
    let mut nodes: Vec<(char, RawNode)> = Vec::new();
    for (row, line) in art.lines().enumerate() {
        for (col, c) in line.chars().enumerate().filter(|(_, c)| c.is_alphabetic()) {
            nodes.push((c, RawNode { id: c as i64, e7: [col as i32 * 9000, -(row as i32) * 9000] }));
        }
    }
    nodes.sort_by_key(|n| n.0);
    let pairs = |tags: &str| -> Vec<(String, String)> {
        tags.split_whitespace().filter_map(|t| t.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect()
    };
    let words = ways.iter().flat_map(|(_, tags)| pairs(tags)).flat_map(|(k, v)| [k, v]);
    let strings: Vec<String> = words.collect::<BTreeSet<_>>().into_iter().collect();
    let word = |s: &String| strings.binary_search(s).unwrap() as u32;
    let mut raw = RawRoads { nodes: nodes.iter().map(|n| n.1).collect(), ..RawRoads::default() };
    for (i, (line, tags)) in ways.iter().enumerate() {
        let tags = pairs(tags).iter().map(|(k, v)| (word(k), word(v))).collect();
        let node = |c: char| nodes.iter().position(|n| n.0 == c).map_or(MISSING, |i| i as u32);
        match line.chars().map(node).collect::<Vec<u32>>() {
            one if one.len() == 1 => raw.node_tags.push((one[0], tags)),
            nodes => raw.ways.push(RawWay { id: i as i64, ferry: false, nodes, tags }),
        }
    }
    raw.strings = strings;
    raw
}

fn network(art: &str, ways: &[(&str, &str)]) -> Network {
    build(&raw(art, ways), SpeedTable::Osrm, &|_, _, _| {}).unwrap().0
}

/// Links for cars by their ends' letters, in the direction of the shape, `>` where one-way.
fn links(n: &Network) -> Vec<String> {
    links_of(n.car())
}

fn links_of(roads: &Roads) -> Vec<String> {
    let g = &roads.graph;
    let letter = |node: u32| char::from_u32(g.topology.node_osm[node as usize] as u32).unwrap();
    let mut links: Vec<String> = (0..g.links() as u32)
        .filter(|&l| g.open(l))
        .map(|l| {
            let [mut a, mut b] = g.ends(2 * l).map(letter);
            if g.ms(2 * l) == CLOSED || (a > b && !g.oneway(l)) {
                (a, b) = (b, a);
            }
            format!("{a}{}{b}", if g.oneway(l) { '>' } else { '-' })
        })
        .collect();
    links.sort();
    links
}

#[test]
fn ways_split_where_they_cross_and_chains_collapse() {
    let art = "A B C D E\n....F....";
    // C is a crossing; B and D join ways of equal attributes; bends are no nodes.
    let n = network(
        art,
        &[
            ("AB", "highway=tertiary"),
            ("BC", "highway=tertiary"),
            ("EDC", "highway=tertiary"),
            ("CF", "highway=service"),
        ],
    );
    assert_eq!(links(&n), ["A-C", "C-E", "C-F"]);
    // Another name, speed or class is another link, and so is one that a turn restriction names.
    let n = network(art, &[("AB", "highway=tertiary name=x"), ("BC", "highway=tertiary"), ("CD", "highway=service")]);
    assert_eq!(links(&n), ["A-B", "B-C", "C-D"]);
}

#[test]
fn one_way_chains_collapse_in_their_direction_only() {
    let art = "A B C D";
    let n = network(art, &[("AB", "highway=service oneway=yes"), ("CB", "highway=service oneway=-1")]);
    assert_eq!(links(&n), ["A>C"]);
    let n = network(art, &[("AB", "highway=service oneway=yes"), ("CB", "highway=service oneway=yes")]);
    assert_eq!(links(&n), ["A>B", "C>B"]);
}

#[test]
fn a_bollard_cuts_a_road_and_a_gate_does_not() {
    let art = "A B C D";
    let blocked = network(art, &[("ABC", "highway=service"), ("CD", "highway=service"), ("B", "barrier=bollard")]);
    assert_eq!(links(&blocked), ["A-B", "B-D"]);
    let [car, bike] = [Profile::Car, Profile::Ebike].map(|p| &blocked.roads(p).graph);
    assert_eq!((car.nodes(), bike.nodes()), (3 + 2, 3), "for cars the bollard is two dead ends");
    assert_eq!(car.turns[..], [[0, 2], [3, 1]]);
    let gate = network(art, &[("ABC", "highway=service"), ("CD", "highway=service"), ("B", "barrier=gate")]);
    assert_eq!(links(&gate), ["A-D"]);
}

#[test]
fn loops_and_ways_that_leave_the_extract_are_kept() {
    let art = "A B C\n..E D F G";
    assert_eq!(links(&network(art, &[("BCDEB", "highway=service"), ("AB", "highway=service")])), ["A-B", "B-B"]);
    assert_eq!(links(&network(art, &[("BCDEB", "highway=service")])), ["B-B"]);
    assert_eq!(links(&network(art, &[("AB?FG", "highway=service")])), ["A-B", "F-G"]);
    assert!(build(&raw(art, &[("AB", "highway=footway")]), SpeedTable::Osrm, &|_, _, _| {}).is_err());
}

#[test]
fn ways_across_the_meridian_of_180_degrees_are_cut_there() {
    let mut raw = raw("A B C D", &[("ABCD", "highway=service")]);
    for (node, lng_e7) in raw.nodes.iter_mut().zip([1_799_990_000, 1_799_999_000, -1_799_999_000, -1_799_990_000]) {
        node.e7[0] = lng_e7;
    }
    let (n, report) = build(&raw, SpeedTable::Osrm, &|_, _, _| {}).unwrap();
    assert_eq!(links(&n), ["A-B", "C-D"]);
    assert!(n.topology().link_mm.iter().all(|&mm| mm < 110_000), "{:?}", n.topology().link_mm);
    assert_eq!(report.dropped[ACROSS_180], 1);
}

#[test]
fn lanes_by_turns_are_waited_at_once_and_their_pieces_not() {
    let art = "A B C\n. D .";
    let ways = |tags| [("ABC", tags), ("BD", "highway=service")];
    let ms = |tags| {
        let n = network(art, &ways(tags));
        let (g, name) = (&n.car().graph, |node: u32| n.car().graph.topology.node_osm[node as usize] as u8 as char);
        let of = |a: char, b: char| (0..2 * g.links() as u32).find(|&e| g.ends(e).map(name) == [a, b]).unwrap();
        [('A', 'B'), ('B', 'C'), ('C', 'B'), ('B', 'A')].map(|(a, b)| g.ms(of(a, b)))
    };
    let (plain, by_turns) = (ms("highway=tertiary"), ms("highway=tertiary oneway=alternating"));
    assert_eq!(by_turns, [plain[0] + 30_000, plain[1], plain[2] + 30_000, plain[3]]);
}

#[test]
fn what_is_not_understood_is_counted_by_tag_and_value() {
    let ways = [
        ("ABC", "highway=service access=yess maxspeed:forward=fast;30 oneway=perhaps access:conditional=no"),
        ("CD", "highway=racetrack motor_vehicle=no"),
        ("B", "barrier=moat;gate bicycle=maybe"),
        ("DA", "highway=tertiary construction=widening maxspeed=signals motor_vehicle=destination;no"),
    ];
    let mut raw = raw("A B C D", &ways);
    restrictions::restrict(&mut raw, "type=restriction restriction=not_left", 0, Via::Node('C' as i64), 1);
    let (_, report) = build(&raw, SpeedTable::Osrm, &|_, _, _| {}).unwrap();
    let unread: Vec<(&str, u64)> = report.unread.iter().map(|(tag, n)| (tag.as_str(), *n)).collect();
    assert_eq!(
        unread,
        [
            ("access=yess", 1),
            ("barrier=moat", 1),
            ("bicycle=maybe", 1),
            ("highway=racetrack", 1),
            ("maxspeed:forward=fast", 1),
            ("oneway=perhaps", 1),
            ("restriction=not_left", 1),
        ]
    );
    assert_eq!(report.dropped["way tags that hold only at times (conditional), by way"], 1);
    assert_eq!(report.dropped["construction on a road that is open otherwise: it stays open"], 1);
}

#[test]
fn signals_gates_and_major_roads_are_waited_at_by_those_who_drive() {
    let art = "A B C\n. D .";
    let lane = ("BD", "highway=service");
    let ways = [("ABC", "highway=tertiary"), lane, ("D", "highway=traffic_signals")];
    let plain = network(art, &ways[..2]);
    let signal = network(art, &ways);
    let link = |n: &Network, class| (0..).find(|&l| n.car().graph.class(l) == class).unwrap();
    let ms = |n: &Network, profile, class| {
        let (g, l) = (&n.roads(profile).graph, link(n, class));
        let up = 2 * l + u32::from(g.topology.node_osm[g.ends(2 * l)[1] as usize] != 'B' as i64);
        [up, up ^ 1].map(|e| g.ms(e))
    };
    let [to_b, to_d] = ms(&plain, Profile::Car, RoadClass::Service);
    assert_eq!(to_b, to_d + 4_700, "who leaves the lane gives way, who enters it does not");
    assert_eq!(ms(&signal, Profile::Car, RoadClass::Service), [to_b, to_d + 2_000]);
    for (tags, wait_ms) in [("barrier=gate", 60_000), ("barrier=gate access=yes", 0), ("barrier=cattle_grid", 0)] {
        let gate = network(art, &[ways[0], lane, ("D", tags)]);
        assert_eq!(ms(&gate, Profile::Car, RoadClass::Service), [to_b, to_d + wait_ms], "{tags}");
    }
    let [to_b, to_d] = ms(&signal, Profile::Foot, RoadClass::Service);
    assert_eq!(to_b, to_d);
    let main = |n| ms(n, Profile::Car, RoadClass::Tertiary);
    assert_eq!((main(&plain)[0], main(&plain)), (main(&plain)[1], main(&signal)));
}

#[test]
fn weights_are_whole_rounded_milliseconds() {
    assert_eq!(weight_ms(100_000, 36_000), 10_000);
    assert_eq!(weight_ms(1, 90_000), 1, "nothing is free");
    assert_eq!(weight_ms(1_000, 0), CLOSED);
    assert_eq!(weight_ms(u32::MAX, 1), CLOSED - 1, "what takes 50 days is not closed");
}

#[test]
fn the_tables_say_what_the_graph_does() {
    let n =
        network("A B C\n. D .", &[("ABC", "highway=service oneway=yes name=Mill,Lane"), ("BD", "highway=tertiary")]);
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    export::nodes_csv(&n, &mut nodes).unwrap();
    export::edges_csv(&n, &mut edges).unwrap();
    let (nodes, edges) = (String::from_utf8(nodes).unwrap(), String::from_utf8(edges).unwrap());
    assert_eq!((nodes.lines().count(), edges.lines().count()), (5, 5));
    assert!(nodes.contains(&format!(",{},0.0018000,0.0000000,open", 'B' as i64)), "{nodes}");
    assert!(edges.contains(",200.151,service,0,\"Mill,Lane\",0,"), "{edges}");
    assert!(edges.contains("\"LINESTRING(0.0000000 0.0000000,0.0018000 0.0000000)\""), "{edges}");
}

#[test]
fn the_map_layer_shows_the_wanted_classes_as_osm_draws_them() {
    let n = network("A B C", &[("AB", "highway=service oneway=-1 ref=D12"), ("BC", "highway=tertiary name=High")]);
    let all = crate::base::BBox::new(-0.1, -0.1, 0.1, 0.1).unwrap();
    let classes =
        |wanted: &[RoadClass]| n.links_in_bbox(&all, wanted).map(|l| n.car().graph.class(l)).collect::<Vec<_>>();
    assert_eq!(classes(&[RoadClass::Tertiary]), [RoadClass::Tertiary]);
    assert_eq!((classes(&[]).len(), classes(&[RoadClass::Trunk]).len()), (2, 0));
    let lane = n.links_in_bbox(&all, &[RoadClass::Service]).next().unwrap();
    let graph = &n.car().graph;
    assert_eq!((graph.name(lane), graph.number(lane), n.open_ways(lane)), (None, Some("D12"), [false, true]));
    let points = n.drawn_points(lane);
    assert!(points[0].lng < points[1].lng, "drawn from A to B, driven from B to A");
    let east = crate::base::BBox::new(0.003, -0.1, 0.1, 0.1).unwrap();
    assert_eq!(n.links_in_bbox(&east, &[]).map(|l| graph.name(l)).collect::<Vec<_>>(), [Some("High")]);
}

#[test]
fn a_file_that_is_no_network_is_refused() {
    let n = network("A B C", &[("AB", "highway=service"), ("BC", "highway=tertiary")]);
    let bytes = n.to_bytes().unwrap();
    let again = Network::from_bytes(&bytes).unwrap();
    assert_eq!((again.hash.len(), &again.hash), (64, &n.hash));
    assert_eq!(
        (&again.car().graph.topology, &again.car().graph.metric),
        (&n.car().graph.topology, &n.car().graph.metric)
    );
    for cut in 0..bytes.len() {
        assert!(Network::from_bytes(&bytes[..cut]).is_err(), "cut at {cut} of {}", bytes.len());
    }
    assert!(Network::from_bytes(&[&bytes[..], b"x"].concat()).is_err());
    assert!(Network::from_bytes(b"PK\x03\x04 something else").is_err());
}
