//! What links keep of the ways they are made of, and what closures make of it.

use std::collections::HashMap;

use super::{extracts::read, *};
use crate::{
    base::{LngLat, tenths},
    domain::{
        areas::Areas,
        disruptions::{Direction, Elevation, Place, Polygon, Reach, Stretch},
    },
    kernel::graph::EdgeIx,
};

fn letters(n: &Network, edge: EdgeIx) -> String {
    let g = &n.car().graph;
    g.ends(edge).map(|node| char::from_u32(g.topology.node_osm[node as usize] as u32).unwrap()).iter().collect()
}

/// Hundreds of metres east and south of the first letter.
fn at(col: f64, row: f64) -> LngLat {
    LngLat { lng: col * 0.0009, lat: -row * 0.0009 }
}

fn closed(n: &Network, place: &Place) -> Vec<String> {
    let mut edges: Vec<String> =
        place.edges(n, &Areas::new(vec![]).unwrap()).into_iter().map(|e| letters(n, e)).collect();
    edges.sort();
    edges
}

fn stretch(way: i64, at: LngLat, direction: Direction) -> Place {
    Place::Stretches(vec![Stretch { way, at, direction }])
}

/// One link of three ways, the second drawn against the others.
fn one_link() -> Network {
    let ways = [("AB", "highway=tertiary"), ("CB", "highway=tertiary"), ("CD", "highway=tertiary bridge=yes")];
    network("ABCD", &ways)
}

#[test]
fn a_link_keeps_every_way_with_its_extent_and_its_drawing() {
    let n = one_link();
    let g = &n.car().graph;
    assert_eq!((g.links(), letters(&n, 0).as_str()), (1, "AD"));
    let parts: Vec<_> = g.parts(0).iter().map(|p| (p.way, p.last, p.against, p.level)).collect();
    assert_eq!(parts, [(0, 1, false, 0), (1, 2, true, 0), (2, 3, false, 1)]);
    assert_eq!((0..3).map(|segment| g.part_of(0, segment).way).collect::<Vec<_>>(), [0, 1, 2]);
    let second: Vec<LngLat> = g.part_shape(0, &g.parts(0)[1]).collect();
    assert!(second.len() == 2 && second[0].distance_m(at(1.0, 0.0)) < 0.1 && second[1].distance_m(at(2.0, 0.0)) < 0.1);
    assert_eq!((g.middle(0).way, n.drawn(0)), (1, 1));
}

#[test]
fn forward_is_as_the_named_way_is_drawn() {
    let n = one_link();
    for (way, col, forward) in [(0, 0.5, "AD"), (1, 1.5, "DA"), (2, 2.5, "AD")] {
        let closed = |direction| closed(&n, &stretch(way, at(col, 0.0), direction));
        assert_eq!(closed(Direction::Forward), [forward], "way {way}");
        assert_eq!(closed(Direction::Backward), [forward.chars().rev().collect::<String>()], "way {way}");
        assert_eq!(closed(Direction::Both), ["AD", "DA"], "way {way}");
    }
    let edges = stretch(0, at(0.5, 0.0), Direction::Forward).edges(&n, &Areas::new(vec![]).unwrap());
    let reach = &Reach::of(&n, &edges)[0];
    // The way in the middle is drawn from D to A.
    assert_eq!(
        (reach.direction, &reach.ways[..], tenths(reach.length_m)),
        (Direction::Backward, &[0, 1, 2][..], 300.2)
    );
    assert!(reach.from.distance_m(at(3.0, 0.0)) < 0.1 && reach.to.distance_m(at(0.0, 0.0)) < 0.1, "{reach:?}");
}

#[test]
fn a_stretch_of_the_first_way_alone_still_means_its_link_and_says_what_is_doubtful() {
    let (n, areas) = (one_link(), Areas::new(vec![]).unwrap());
    // As networks told it that knew but the first way, at the middle of the link.
    let kept = |direction| stretch(0, at(1.55, 0.0), direction);
    assert_eq!(closed(&n, &kept(Direction::Both)), ["AD", "DA"]);
    assert_eq!(closed(&n, &kept(Direction::Forward)), ["AD"]);
    let doubtful = |place: &Place| place.doubtful(&n, &areas);
    assert_eq!([Direction::Both, Direction::Forward].map(|d| doubtful(&kept(d))), [false, true]);
    assert!(!doubtful(&stretch(1, at(1.55, 0.0), Direction::Forward)));
    assert!(doubtful(&stretch(9, at(1.55, 0.0), Direction::Both)), "there is no way 9");
    assert!(doubtful(&stretch(1, at(1.55, 2.0), Direction::Both)), "200 m off");
}

#[test]
fn a_polygon_spares_what_passes_above_or_below_when_asked() {
    let ways = [
        ("AB", "highway=tertiary"),
        ("CD", "highway=tertiary bridge=viaduct"),
        ("EF", "highway=tertiary tunnel=yes layer=-2"),
        ("GH", "highway=tertiary tunnel=building_passage"),
    ];
    let n = network(".C.E.G.\nA.....B\n.D.F.H.", &ways);
    let ring = [at(0.5, 0.5), at(5.5, 0.5), at(5.5, 1.5), at(0.5, 1.5), at(0.5, 0.5)].map(|p| [p.lng, p.lat]);
    let place = |spare: &[Elevation]| Place::Polygon(Polygon::new(vec![ring.to_vec()], spare.to_vec()));
    let ground = ["AB", "BA", "GH", "HG"];
    let with = |more: &[&'static str]| {
        let mut all = [&ground[..], more].concat();
        all.sort_unstable();
        all
    };
    assert_eq!(closed(&n, &place(&[])), with(&["CD", "DC", "EF", "FE"]));
    assert_eq!(closed(&n, &place(&[Elevation::Above])), with(&["EF", "FE"]));
    assert_eq!(closed(&n, &place(&[Elevation::Below])), with(&["CD", "DC"]));
    assert_eq!(closed(&n, &place(&[Elevation::Above, Elevation::Below])), ground);
    // Only the bridge of a longer link lies in it.
    let bridge =
        network("ABCD", &[("AB", "highway=service"), ("BC", "highway=service bridge=yes"), ("CD", "highway=service")]);
    let over = |spare| {
        let ring = [at(1.2, -0.5), at(1.8, -0.5), at(1.8, 0.5), at(1.2, 0.5), at(1.2, -0.5)];
        Place::Polygon(Polygon::new(vec![ring.map(|p| [p.lng, p.lat]).to_vec()], spare))
    };
    assert_eq!(closed(&bridge, &over(vec![])).len(), 2);
    assert!(closed(&bridge, &over(vec![Elevation::Above])).is_empty());
}

/// Every part of every link is a stretch of its way, as OSM draws it; closing it forward by way and point
/// closes the edge that runs along that drawing and nothing else, and by link and in the layer forward
/// means the same.
fn every_link_is_closed_as_drawn(file: &str) {
    let Some((raw, n)) = read(file) else { return };
    let (g, areas) = (&n.car().graph, Areas::new(vec![]).unwrap());
    let ways: HashMap<i64, &RawWay> = raw.ways.iter().map(|w| (w.id, w)).collect();
    let e7 = |p: LngLat| [p.lng, p.lat].map(|deg| (deg * 1e7).round() as i32);
    let e7_of = |&n: &u32| if n == MISSING { [i32::MAX; 2] } else { raw.nodes[n as usize].e7 };
    let (mut parts, mut joined, mut turned) = (0, 0, 0);
    for link in 0..g.links() as u32 {
        for part in g.parts(link) {
            let mut points: Vec<LngLat> = g.part_shape(link, part).collect();
            if part.against {
                points.reverse();
            }
            let drawn: Vec<[i32; 2]> = points.iter().map(|&p| e7(p)).collect();
            let mut way: Vec<[i32; 2]> = ways[&part.way].nodes.iter().map(e7_of).collect();
            if way[0] == way[way.len() - 1] {
                // A ring goes on where it ends.
                way.extend_from_within(1..);
            }
            assert!(way.windows(drawn.len()).any(|w| w == drawn), "{file}, link {link}: {part:?}");
            let (a, b) = (points[(points.len() - 1) / 2], points[points.len() / 2]);
            let middle = LngLat { lng: (a.lng + b.lng) / 2.0, lat: (a.lat + b.lat) / 2.0 };
            let edges = stretch(part.way, middle, Direction::Forward).edges(&n, &areas);
            assert_eq!(edges, [2 * link + u32::from(part.against)], "{file}, link {link}: {part:?}");
            (parts, turned) = (parts + 1, turned + usize::from(part.against));
        }
        joined += usize::from(g.parts(link).len() > 1);
        let forward = Place::Stretches(vec![Stretch::of_link(&n, link, Direction::Forward).unwrap()]);
        assert_eq!(forward.edges(&n, &areas), [n.drawn(link)], "{file}, link {link}");
        assert!(!forward.doubtful(&n, &areas), "{file}, link {link}");
        let points = n.drawn_points(link);
        assert_eq!(points[0], degrees(g.topology.node_e7[g.ends(n.drawn(link))[0] as usize]), "{file}, link {link}");
    }
    println!("{file}: {parts} parts, {turned} of them drawn against their links; {joined} links of several ways");
    assert!(joined > 100 && turned > 100, "{joined} {turned}");
}

#[test]
fn every_link_of_the_bundled_county_is_closed_as_osm_draws_it() {
    every_link_is_closed_as_drawn("isle_of_man_2020-03-14.osm.pbf");
}

#[test]
fn every_link_of_other_countries_is_closed_as_osm_draws_it() {
    every_link_is_closed_as_drawn("andorra_2026-04.osm.pbf");
    every_link_is_closed_as_drawn("liechtenstein.osm.pbf");
}

#[test]
fn roundabouts_are_known_and_tell_on_which_side_one_keeps() {
    let around = |ring, tags| network("EAB\n.DC", &[("EA", "highway=tertiary"), (ring, tags)]);
    let tags = "highway=tertiary junction=roundabout";
    for (ring, tags, keeps_left, round) in [
        ("ABCDA", tags, true, 1),
        ("ADCBA", tags, false, 1),
        ("ABCDA", "highway=tertiary junction=circular", true, 1),
        ("ABCDA", "highway=tertiary oneway=yes", false, 0),
        // Not a whole one.
        ("ABCD", tags, false, 1),
    ] {
        let n = around(ring, tags);
        assert_eq!(n.topology().keeps_left, keeps_left, "{ring} {tags}");
        let graph = &n.car().graph;
        assert_eq!((0..graph.links() as u32).filter(|&link| graph.round(link)).count(), round, "{ring} {tags}");
    }
}
