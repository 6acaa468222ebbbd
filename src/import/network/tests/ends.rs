//! Roads for some only, and gates on drawn maps.

use super::*;

/// Links for cars at the ends of a drive only, as [`links`] shows them.
fn ends_only(n: &Network) -> Vec<String> {
    let g = &n.car().graph;
    let letter = |node: u32| char::from_u32(g.topology.node_osm[node as usize] as u32).unwrap();
    let some_only = |&l: &u32| g.is_at_ends(2 * l) || g.is_at_ends(2 * l + 1);
    let shown = |l: u32| {
        let mut ends = g.ends(2 * l).map(letter);
        ends.sort_unstable();
        ends.iter().collect()
    };
    let mut links: Vec<String> = (0..g.links() as u32).filter(some_only).map(shown).collect();
    links.sort();
    links
}

#[test]
fn access_for_some_restricts_and_access_for_none_shuts() {
    for value in ["private", "destination", "customers", "delivery", "permit", "residents", "employees", "staff"] {
        let tags = format!("highway=service access={value}");
        let n = network("A B C", &[("AB", "highway=tertiary"), ("BC", &tags)]);
        assert_eq!((links(&n), ends_only(&n)), (vec!["A-B".into(), "B-C".into()], vec!["BC".into()]), "{value}");
    }
    for value in ["no", "military", "agricultural", "forestry", "emergency"] {
        let tags = format!("highway=service access={value}");
        assert_eq!(links(&network("A B C", &[("AB", "highway=tertiary"), ("BC", &tags)])), ["A-B"], "{value}");
    }
    let n = network("A B C", &[("ABC", "highway=tertiary access=private motor_vehicle=yes foot=destination")]);
    assert_eq!((ends_only(&n), n.roads(Profile::Foot).graph.at_ends.len()), (vec![], 2));
    let ways = [("AB", "highway=tertiary"), ("BC", "highway=service vehicle:backward=destination")];
    let n = network("A B C\n. D .", &[&ways[..], &[("CDA", "highway=tertiary")]].concat());
    let g = &n.car().graph;
    assert_eq!(g.at_ends.len(), 1);
    assert_eq!(g.topology.node_osm[g.ends(g.at_ends[0])[0] as usize], 'C' as i64);
}

#[test]
fn what_lies_behind_roads_for_some_is_for_them_too() {
    // C-D-E hangs on A-B by the private B-C; F-G-H by two private roads; one may drive on from I by J alone.
    let art = "A B C D E\n. K F G H\n. . I J .";
    let ways = [
        ("AB", "highway=tertiary"),
        ("BC", "highway=service access=private"),
        ("CDE", "highway=residential"),
        ("BK", "highway=tertiary"),
        ("KF", "highway=service access=private"),
        ("FGH", "highway=residential"),
        ("KI", "highway=residential oneway=yes"),
        ("IJ", "highway=residential oneway=yes name=Loop"),
        ("JK", "highway=service access=private oneway=yes"),
    ];
    let n = network(art, &ways);
    assert_eq!(ends_only(&n), ["BC", "CE", "FH", "FK", "IJ", "IK", "JK"]);
    let g = &n.car().graph;
    assert!((0..g.links() as u32).all(|link| g.on_main(link)));
    // An island beside them has its own.
    let [road, private, street] = [ways[0].1, ways[1].1, ways[2].1];
    let main = [("AB", road), ("BC", street), ("CD", road), ("DE", street)];
    let island = [("GH", road), ("HI", street), ("IJ", private), ("JK", street)];
    let n = network("A B C D E\n\nG H I J K", &[main, island].concat());
    assert_eq!(ends_only(&n), ["IJ", "JK"]);
}

#[test]
fn a_gate_for_some_restricts_the_road_that_it_stands_on() {
    let ways = |gate: &'static str| [("ABC", "highway=tertiary"), ("BDE", "highway=service"), gate_at(gate)];
    fn gate_at(tags: &str) -> (&str, &str) {
        tags.split_once(' ').unwrap()
    }
    let art = "A B C\n. D .\n. E .";
    for (gate, want) in [
        ("D barrier=gate access=private", &["BE"][..]),
        ("D barrier=swing_gate motor_vehicle=destination", &["BE"]),
        ("B barrier=gate access=private", &["BE"]),
        ("D barrier=gate", &[]),
        ("D barrier=gate access=yes", &[]),
    ] {
        let n = network(art, &ways(gate));
        assert_eq!((ends_only(&n), links(&n).len()), (want.iter().map(|s| s.to_string()).collect(), 3), "{gate}");
    }
    for gate in ["D barrier=gate locked=yes", "D barrier=gate access=no", "D barrier=bollard access=private"] {
        let n = network(art, &ways(gate));
        assert_eq!(links(&n), ["A-B", "B-C", "B-D", "D-E"], "{gate}");
        assert_eq!(n.car().graph.turns.len(), 2, "{gate}: one may only turn back");
    }
}

#[test]
fn all_kinds_of_gates_are_waited_at_unless_they_stand_open() {
    let ms = |tags: &str| {
        let n = network("A B C", &[("ABC", "highway=service"), ("B", tags)]);
        n.car().graph.ms(0)
    };
    let free = ms("highway=crossing");
    for kind in ["gate", "lift_gate", "swing_gate", "sliding_gate", "bump_gate", "hampshire_gate", "sally_port"] {
        for (access, wait_ms) in [("", 60_000), (" access=private", 60_000), (" access=yes", 0)] {
            assert_eq!(ms(&format!("barrier={kind}{access}")) - free, wait_ms, "{kind}{access}");
        }
    }
}

#[test]
fn the_tables_mark_copies_and_roads_for_some() {
    // From A to D past the yard B-C.
    let ways = [("AB", "highway=tertiary"), ("BC", "highway=service access=private"), ("CD", "highway=tertiary")];
    let n = network("A B C D\n. E F .", &[&ways[..], &[("BEFC", "highway=tertiary")]].concat());
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    export::nodes_csv(&n, &mut nodes).unwrap();
    export::edges_csv(&n, &mut edges).unwrap();
    let read = |table: &[u8]| -> Vec<Vec<String>> {
        let rows = csv::Reader::from_reader(table).into_records().map(|row| row.unwrap());
        rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
    };
    let (nodes, edges) = (read(&nodes), read(&edges));
    let at = |letter: char| {
        let of = nodes.iter().filter(|row| row[1] == (letter as i64).to_string());
        let mut stages: Vec<&str> = of.map(|row| row[4].as_str()).collect();
        stages.sort_unstable();
        stages
    };
    assert_eq!((at('A'), at('B'), at('C')), (vec!["open"], vec!["entering", "leaving", "open"], at('B')));
    let stage = |node: &str| nodes[node.parse::<usize>().unwrap()][4].as_str();
    let yard: Vec<[&str; 2]> =
        edges.iter().filter(|row| row[7] == "1").map(|row| [stage(&row[0]), stage(&row[1])]).collect();
    assert_eq!(yard.iter().filter(|ends| **ends == ["leaving"; 2]).count(), 2);
    assert!(yard.iter().all(|ends| *ends == ["leaving"; 2] || ends[1] == "entering"), "{yard:?}");
    let out = edges.iter().filter(|row| row[7] == "0" && stage(&row[0]) == "entering");
    assert_eq!(out.count(), 0, "nobody drives on from a yard that he came to");
}
