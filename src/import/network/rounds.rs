//! What roundabouts tell: on which side of the road one keeps.

use super::access;
use crate::import::osm::{MISSING, RawRoads, RawWay};

/// Roundabouts run clockwise where one keeps to the left, else anticlockwise, and OSM draws them so. Most of
/// them decide; where there are none one keeps to the right.
pub(super) fn keeps_left(raw: &RawRoads) -> bool {
    let rings = raw.ways.iter().filter(|way| access::is_round(raw, &way.tags) && !is_drawn_against(raw, way));
    rings.filter_map(|way| area(raw, &way.nodes)).map(f64::signum).sum::<f64>() < 0.0
}

fn is_drawn_against(raw: &RawRoads, way: &RawWay) -> bool {
    raw.says(&way.tags, "oneway", &["-1", "reverse", "no"])
}

/// Of a ring, in square degrees, scaled: positive where it runs anticlockwise (the shoelace formula).
fn area(raw: &RawRoads, nodes: &[u32]) -> Option<f64> {
    let closed = nodes.len() > 3 && nodes.first() == nodes.last() && !nodes.contains(&MISSING);
    let at = |node: u32| raw.nodes[node as usize].e7.map(f64::from);
    let origin = at(*nodes.first().filter(|_| closed)?);
    let from_origin = |node: u32| [0, 1].map(|axis| at(node)[axis] - origin[axis]);
    let cross = |ends: &[u32]| {
        let [[ax, ay], [bx, by]] = [from_origin(ends[0]), from_origin(ends[1])];
        ax * by - bx * ay
    };
    Some(nodes.windows(2).map(cross).sum())
}
