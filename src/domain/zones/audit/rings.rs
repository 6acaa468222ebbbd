//! Each zone by itself: rings that are open, empty, stand twice, or cross.

use std::collections::{HashMap, HashSet};

use geo::{Geometry, LineString, MultiPoint, MultiPolygon, Point, Polygon};

use super::{Drawn, Fault, FaultSize, Finding, Repair};
use crate::{
    base::{Code, LngLat},
    kernel::{
        inscribed::inscribed,
        shape,
        topology::{self, Knot, knot},
    },
};

pub struct Ringed {
    pub findings: Vec<Finding>,
    /// By zone: its rings closed, nothing else done.
    pub raw: Vec<MultiPolygon<f64>>,
    /// By zone: without what stands twice, valid, 7 decimals.
    pub shapes: Vec<MultiPolygon<f64>>,
}

pub fn look(drawn: &[Drawn]) -> Ringed {
    let mut all = Ringed { findings: Vec::new(), raw: Vec::new(), shapes: Vec::new() };
    let mut met = Met::default();
    for (zone, d) in drawn.iter().enumerate() {
        let (mut raw, mut parts) = (Vec::new(), Vec::new());
        for part in &d.parts {
            let closed = part.iter().filter_map(|ring| close(&d.code, ring, &mut all.findings));
            let closed: Vec<LineString<f64>> = closed.collect();
            let Some((outer, holes)) = closed.split_first() else { continue };
            raw.push(Polygon::new(outer.clone(), holes.to_vec()));
            let keys: Vec<Vec<Knot>> = closed.iter().map(canonical).collect();
            let twice = met.rings(zone, &keys);
            let told = closed.iter().zip(&twice).filter_map(|(ring, first)| Some((ring, (*first)?)));
            all.findings.extend(told.map(|(ring, first)| duplicate(drawn, first, zone, ring)));
            if met.parts.insert(keys) {
                let once = holes.iter().zip(&twice[1..]).filter(|h| h.1.is_none());
                parts.push(Polygon::new(outer.clone(), once.map(|h| h.0.clone()).collect()));
            }
        }
        all.raw.push(MultiPolygon::new(raw));
        all.shapes.push(untangled(&d.code, MultiPolygon::new(parts), &mut all.findings));
    }
    all
}

/// The rings and parts of the zones before.
#[derive(Default)]
struct Met {
    /// Where each first stood, by ring and whether it was a hole.
    rings: HashMap<(Vec<Knot>, bool), usize>,
    parts: HashSet<Vec<Vec<Knot>>>,
}

impl Met {
    /// For each ring of a part the zone in which it stands already. The hole of one zone may be that of
    /// another, or filled by one.
    fn rings(&mut self, zone: usize, part: &[Vec<Knot>]) -> Vec<Option<usize>> {
        let first = |(i, ring): (usize, &Vec<Knot>)| {
            let (key, hole) = ((ring.clone(), i > 0), i > 0);
            let itself = (hole && *ring == part[0]).then_some(zone);
            let before = self.rings.get(&key).copied().filter(|z| !hole || *z == zone);
            self.rings.entry(key).or_insert(zone);
            before.or(itself)
        };
        part.iter().enumerate().map(first).collect()
    }
}

/// The ring with its last corner at its first; `None`, and a finding, where it has no area.
fn close(code: &Code, ring: &LineString<f64>, findings: &mut Vec<Finding>) -> Option<LineString<f64>> {
    let mut closed = ring.clone();
    if let (Some(&first), Some(&last)) = (ring.0.first(), ring.0.last())
        && first != last
    {
        let length_m = LngLat::from(last).distance_m(first.into());
        findings.push(Finding {
            fault: Fault::UnclosedRing,
            zones: vec![code.clone()],
            at: last.into(),
            size: FaultSize { length_m: Some(length_m), ..FaultSize::default() },
            narrow: false,
            drawing: LineString::new(vec![last, first]).into(),
            repair: Repair::CloseRing,
            repair_by: None,
            advice: format!("draw the last {length_m:.1} m of the ring"),
        });
        closed.0.push(first);
    }
    let corners: HashSet<Knot> = closed.0.iter().map(|&c| knot(c)).collect();
    if !on_one_line(&corners) {
        return Some(closed);
    }
    let at = ring.0.first().map_or(LngLat { lng: 0.0, lat: 0.0 }, |&c| c.into());
    findings.push(Finding {
        fault: Fault::EmptyRing,
        zones: vec![code.clone()],
        at,
        size: FaultSize { area_m2: Some(0.0), ..FaultSize::default() },
        narrow: false,
        drawing: closed.into(),
        repair: Repair::DropRing,
        repair_by: None,
        advice: format!("drop the ring, it has {} corners and no area", corners.len()),
    });
    None
}

/// Also where there are fewer than three.
fn on_one_line(corners: &HashSet<Knot>) -> bool {
    let Some(&a) = corners.iter().min() else { return true };
    let from = |p: Knot| [0, 1].map(|i| i128::from(p[i]) - i128::from(a[i]));
    let Some(b) = corners.iter().max().map(|&b| from(b)) else { return true };
    corners.iter().map(|&c| from(c)).all(|c| b[0] * c[1] == b[1] * c[0])
}

/// The same for the same ring, wherever it begins and whichever way it runs.
fn canonical(ring: &LineString<f64>) -> Vec<Knot> {
    let mut knots: Vec<Knot> = ring.0.iter().map(|&c| knot(c)).collect();
    knots.dedup();
    knots.pop();
    let least = (0..knots.len()).min_by_key(|&i| knots[i]).unwrap_or(0);
    knots.rotate_left(least);
    if knots.len() > 2 && knots[knots.len() - 1] < knots[1] {
        knots[1..].reverse();
    }
    knots
}

fn duplicate(drawn: &[Drawn], first: usize, zone: usize, ring: &LineString<f64>) -> Finding {
    let polygon = Polygon::new(ring.clone(), vec![]);
    let circle = inscribed(&polygon);
    let (earlier, later) = (&drawn[first].code, &drawn[zone].code);
    let zones = if first == zone { vec![later.clone()] } else { vec![earlier.clone(), later.clone()] };
    Finding {
        fault: Fault::DuplicateRing,
        zones,
        at: circle.map_or_else(|| ring.0[0].into(), |c| c.0),
        size: FaultSize {
            area_m2: Some(shape::area_m2(&polygon.clone().into())),
            width_m: circle.map(|c| c.1),
            length_m: None,
        },
        narrow: false,
        drawing: polygon.into(),
        repair: Repair::DropRing,
        repair_by: Some(later.to_string()),
        advice: format!("drop the ring from {later}, it stands in {earlier} already"),
    }
}

/// The shape valid; a finding where its rings cross. Parts that only lie side by side are joined.
fn untangled(code: &Code, parts: MultiPolygon<f64>, findings: &mut Vec<Finding>) -> MultiPolygon<f64> {
    let shape = shape::rewind(&shape::rounded(&parts));
    if shape.0.is_empty() || topology::validity(&shape).is_ok() {
        return shape;
    }
    let joined = topology::union([&shape]);
    let same = (shape::area_m2(&joined) / shape.iter().map(|p| shape::area_m2(&p.clone().into())).sum::<f64>() - 1.0)
        .abs()
        < 1e-9;
    if shape.0.len() > 1 && same && topology::validity(&joined).is_ok() {
        return joined;
    }
    let places = topology::crossings(&shape);
    let before_m2: f64 = shape.iter().map(|p| shape::area_m2(&p.clone().into())).sum();
    let (repaired, why) = match topology::tidy(&shape) {
        Ok((repaired, why)) => (repaired, why.unwrap_or_default()),
        Err(why) => (MultiPolygon::new(vec![]), why),
    };
    let after_m2 = shape::area_m2(&repaired);
    let at = places.first().copied().or_else(|| shape::interior_point(&shape)).unwrap_or(LngLat { lng: 0.0, lat: 0.0 });
    let drawing: MultiPoint<f64> = places.iter().map(|&p| Point::from(geo::Coord::from(p))).collect();
    findings.push(Finding {
        fault: Fault::SelfIntersection,
        zones: vec![code.clone()],
        at,
        size: FaultSize { area_m2: Some((after_m2 - before_m2).abs()), ..FaultSize::default() },
        narrow: false,
        drawing: if places.is_empty() { Geometry::from(shape) } else { drawing.into() },
        repair: Repair::Untangle,
        repair_by: None,
        advice: format!(
            "cut the border where it crosses: {} parts of {after_m2:.0} m² in all ({why})",
            repaired.0.len()
        ),
    });
    repaired
}
