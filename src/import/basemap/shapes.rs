//! Elements → shapes: lines, rings, the areas that relations join out of ways, and land.

use std::{collections::BTreeMap, sync::Arc};

use geo::{Centroid, CoordsIter, Geometry, Point, Polygon};

use super::{
    Relation, Spot, Way, by_id,
    coast::{drawn, land},
    place_of,
};
use crate::{
    base::{BBox, LngLat},
    domain::basemap::{Class, Ground, GroundLayer, Names},
    import::{network::Nearby, osm::Report},
    kernel::topology::{self, Knot, coord},
};

/// Elements of one kind have ids of their own: the last digit tells which.
const NODE: u64 = 1;
const WAY: u64 = 2;
const RELATION: u64 = 3;

#[derive(Debug)]
pub struct Shapes<'a> {
    places: &'a [(i64, Knot)],
    near: Option<&'a Nearby>,
    found: Vec<Arc<Ground>>,
    report: Report,
}

impl<'a> Shapes<'a> {
    pub fn new(places: &'a [(i64, Knot)], near: Option<&'a Nearby>) -> Self {
        Self { places, near, found: Vec::new(), report: Report::default() }
    }

    /// Areas whose borders are there whole.
    pub fn relations(&mut self, relations: Vec<Relation>, ways: &[Way]) {
        let ways = by_id(ways);
        for Relation { id, class, names, ways: sides } in relations {
            let border: Option<Vec<_>> = sides.iter().map(|id| self.knots(ways.get(id)?)).collect();
            let segments = border.iter().flatten().flat_map(|side| side.windows(2)).filter(|w| w[0] != w[1]);
            let whole = segments.map(|w| topology::segment(w[0], w[1]));
            match border.is_some().then(|| topology::assemble(whole)) {
                Some(Ok(shape)) if !shape.0.is_empty() => self.take((id, RELATION), class, names, shape.into()),
                _ => self.report.drop("area whose border is not whole in the extract", 1),
            }
        }
    }

    /// Lines and closed ways; gives the coast lines, which only together are something.
    pub fn ways(&mut self, ways: Vec<Way>) -> Vec<Vec<Knot>> {
        let mut coast = Vec::new();
        for way in ways {
            if way.class.is_none() && way.poi.is_none() {
                continue;
            }
            let Some(knots) = self.knots(&way).filter(|knots| knots.len() > 1) else {
                self.report.drop("line or area with nodes beyond the extract", 1);
                continue;
            };
            if way.class.is_some_and(|c| c.class == "coastline") {
                coast.push(knots);
                continue;
            }
            let line = drawn(&knots);
            if let Some((poi, middle)) = way.poi.zip(line.centroid()) {
                self.take((way.id, WAY), poi, way.names.clone(), middle.into());
            }
            let Some(class) = way.class else { continue };
            let shape = if way.is_area { Polygon::new(line, vec![]).into() } else { Geometry::from(line) };
            self.take((way.id, WAY), class, way.names, shape);
        }
        coast
    }

    pub fn spots(&mut self, spots: Vec<Spot>) {
        for Spot { id, class, names, at } in spots {
            self.take((id, NODE), class, names, Point(coord(at)).into());
        }
    }

    pub fn coast(&mut self, lines: Vec<Vec<Knot>>, frame: Option<BBox>) {
        let of = |layer, class| Class { layer, class, rank: None, minzoom: 0 };
        let coast = land(lines, frame);
        self.report.drop("coast line that encloses no land, drawn as a line", coast.open.len());
        for (i, line) in coast.open.iter().enumerate() {
            self.take((i as i64, 0), of(GroundLayer::Waterway, "coastline"), None, drawn(line).into());
        }
        for (i, island) in coast.land.into_iter().flatten().enumerate() {
            let ground = Ground::new(i as u64 * 10, of(GroundLayer::Land, "land"), None, island.into());
            self.found.push(Arc::new(ground));
        }
    }

    pub fn finish(mut self) -> (Vec<Arc<Ground>>, Report) {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for ground in &self.found {
            *counts.entry(ground.class.layer.as_str()).or_default() += 1;
        }
        counts.into_iter().for_each(|(layer, n)| self.report.take(layer, n));
        (self.found, self.report)
    }

    /// Keeps it if it comes near enough.
    fn take(&mut self, (id, kind): (i64, u64), class: Class, names: Option<Box<Names>>, shape: Geometry<f64>) {
        if self.near.is_none_or(|near| near.meets(shape.coords_iter().map(LngLat::from))) {
            // Ids below zero are of elements that were never sent to OSM.
            let id = id.unsigned_abs() * 10 + kind;
            self.found.push(Arc::new(Ground::new(id, class, names, shape)));
        }
    }

    /// None where a node is missing; a line goes on as far as it is known.
    fn knots(&self, way: &Way) -> Option<Vec<Knot>> {
        let known: Vec<Knot> = way.nodes.iter().filter_map(|node| place_of(self.places, *node)).collect();
        let is_line = !way.is_area && way.class.is_some();
        (known.len() == way.nodes.len() || is_line).then_some(known)
    }
}
