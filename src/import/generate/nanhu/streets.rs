//! The invented roads: a lattice of 200 m over the county and some way beyond. Every fifth line is a
//! through road, every tenth a larger one, every twentieth the largest; of the others there is what
//! lies near a centre or a settlement, as streets.

use geo::{BoundingRect, MultiPolygon};

use crate::{
    base::{LngLat, Result},
    domain::roads::{Network, Place, SpeedTable},
    import::generate::Draft,
    kernel::{
        graph::{NodeIx, RoadClass, degrees},
        shape::PER_DEG,
        topology::knot,
    },
};

/// East and north, 1e-7 degrees: 200 m at 30.7 degrees north.
const STEP_E7: [f64; 2] = [20_918.0, 17_986.0];
/// How far roads go beyond the county: help comes from there.
const BEYOND_STEPS: f64 = 20.0;
/// Streets lie this near to a centre or a settlement.
const CENTRE_M: f64 = 1_200.0;
const HOME_M: f64 = 700.0;
/// Share of the streets that are missing, and of those that are one-way.
const GAP: f64 = 0.12;
const ONEWAY: f64 = 0.06;

/// The roads over `county` at Chinese speeds.
pub fn network(
    county: &MultiPolygon<f64>,
    centres: &[LngLat],
    homes: &[LngLat],
    places: Vec<Place>,
) -> Result<Network> {
    let mut draft = Draft::new(super::SEED);
    let Some(r) = county.bounding_rect() else { return draft.network(SpeedTable::China, places) };
    let low = knot(r.min());
    let size = [r.width(), r.height()];
    let count = [0, 1].map(|axis| (size[axis] * PER_DEG / STEP_E7[axis] + 2.0 * BEYOND_STEPS).ceil() as usize + 1);
    let crossing = |at: [usize; 2], shake: [f64; 2]| {
        [0, 1].map(|axis| {
            let steps = at[axis] as f64 - BEYOND_STEPS + 0.3 * (shake[axis] - 0.5);
            (f64::from(low[axis]) + steps * STEP_E7[axis]) as i32
        })
    };
    let inhabited = |at: [usize; 2]| {
        let p = degrees(crossing(at, [0.5; 2]));
        let near = |places: &[LngLat], m: f64| places.iter().any(|q| q.distance_m(p) < m);
        near(homes, HOME_M) || near(centres, CENTRE_M)
    };
    let streets: Vec<u32> = (1..=count[1]).map(|n| draft.name(format!("合成路{n}号"))).collect();
    let lanes: Vec<u32> = (1..=count[0]).map(|n| draft.name(format!("合成街{n}号"))).collect();
    let mut nodes: Vec<Option<NodeIx>> = vec![None; count[0] * count[1]];
    for (y, &street_name) in streets.iter().enumerate() {
        for (x, &lane_name) in lanes.iter().enumerate() {
            for (to, line, name) in [([x + 1, y], y, street_name), ([x, y + 1], x, lane_name)] {
                let [lot, way, bend] = [0, 1, 2].map(|_| draft.dice.f64());
                let class = match class(line) {
                    Some(class) => class,
                    None if lot >= GAP && inhabited([x, y]) && inhabited(to) => street(lot),
                    None => continue,
                };
                if to[0] == count[0] || to[1] == count[1] {
                    continue;
                }
                let ends = [[x, y], to].map(|at| {
                    let node = &mut nodes[at[1] * count[0] + at[0]];
                    *node.get_or_insert_with(|| {
                        let shake = [0, 1].map(|_| draft.dice.f64());
                        draft.node(crossing(at, shake))
                    })
                });
                let oneway = way < ONEWAY && class > RoadClass::Tertiary;
                draft.link(ends, class, usize::from(bend < 0.3), oneway, name);
            }
        }
    }
    draft.network(SpeedTable::China, places)
}

/// Of the through road on a line, if one is there.
fn class(line: usize) -> Option<RoadClass> {
    match line {
        n if n.is_multiple_of(20) => Some(RoadClass::Primary),
        n if n.is_multiple_of(10) => Some(RoadClass::Secondary),
        n if n.is_multiple_of(5) => Some(RoadClass::Tertiary),
        _ => None,
    }
}

fn street(lot: f64) -> RoadClass {
    match ((lot - GAP) / (1.0 - GAP) * 20.0) as u32 {
        0 => RoadClass::LivingStreet,
        1..3 => RoadClass::Service,
        _ => RoadClass::Residential,
    }
}
