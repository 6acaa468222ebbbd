//! Incidents in squares that are quartered where many lie.

use std::sync::Arc;

use crate::{
    base::{BBox, LngLat},
    domain::incidents::Incident,
};

/// A square of more places is quartered.
const PLACES: usize = if cfg!(test) { 4 } else { 64 };
/// Below, squares are some centimetres wide; places that differ by less stay together.
const DEPTH: usize = 32;

/// An incident with its place beside it: a search looks at many places, and at few incidents.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    at: LngLat,
    incident: Arc<Incident>,
}

impl Spot {
    pub(super) fn of(incident: &Arc<Incident>) -> Self {
        Self { at: incident.at, incident: Arc::clone(incident) }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Square {
    bounds: BBox,
    depth: usize,
}

impl Square {
    pub(super) const WORLD: Self =
        Self { bounds: BBox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 }, depth: 0 };

    fn middle(&self) -> LngLat {
        let b = &self.bounds;
        LngLat { lng: f64::midpoint(b.west, b.east), lat: f64::midpoint(b.south, b.north) }
    }

    /// In which quarter a place lies.
    fn quarter(&self, at: LngLat) -> usize {
        let middle = self.middle();
        usize::from(at.lng >= middle.lng) + 2 * usize::from(at.lat >= middle.lat)
    }

    fn is_within(&self, b: &BBox) -> bool {
        let c = &self.bounds;
        b.west <= c.west && b.south <= c.south && b.east >= c.east && b.north >= c.north
    }

    fn quartered(&self) -> [Self; 4] {
        let (b, LngLat { lng, lat }, depth) = (&self.bounds, self.middle(), self.depth + 1);
        [0, 1, 2, 3].map(|n| {
            let [west, east] = if n & 1 == 0 { [b.west, lng] } else { [lng, b.east] };
            let [south, north] = if n & 2 == 0 { [b.south, lat] } else { [lat, b.north] };
            Self { bounds: BBox { west, south, east, north }, depth }
        })
    }
}

/// What lies in a square, or how much there is and its quarters. A clone shares all that is not changed.
#[derive(Debug, Clone)]
pub(super) enum Quarter {
    Few(Vec<Spot>),
    Many(usize, [Arc<Quarter>; 4]),
}

impl Default for Quarter {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Quarter {
    pub(super) fn of(all: Vec<Spot>, square: Square) -> Self {
        if all.len() <= PLACES || square.depth == DEPTH {
            return Self::Few(all);
        }
        let n = all.len();
        let mut parts: [Vec<Spot>; 4] = Default::default();
        all.into_iter().for_each(|spot| parts[square.quarter(spot.at)].push(spot));
        let mut quartered = square.quartered().into_iter();
        Self::Many(n, parts.map(|part| quartered.next().map_or_else(Arc::default, |q| Arc::new(Self::of(part, q)))))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Few(all) => all.len(),
            Self::Many(n, _) => *n,
        }
    }

    pub(super) fn put(&mut self, spot: Spot, square: Square) {
        match self {
            Self::Few(all) => {
                all.push(spot);
                if all.len() > PLACES {
                    *self = Self::of(std::mem::take(all), square);
                }
            }
            Self::Many(n, quarters) => {
                *n += 1;
                let quarter = square.quarter(spot.at);
                Arc::make_mut(&mut quarters[quarter]).put(spot, square.quartered()[quarter]);
            }
        }
    }

    pub(super) fn remove(&mut self, incident: &Incident, square: Square) {
        match self {
            Self::Few(all) => all.retain(|spot| spot.incident.id != incident.id),
            Self::Many(n, quarters) => {
                *n -= 1;
                let quarter = square.quarter(incident.at);
                Arc::make_mut(&mut quarters[quarter]).remove(incident, square.quartered()[quarter]);
                if *n == 0 {
                    *self = Self::default();
                }
            }
        }
    }

    /// How many lie in the box or on its edge.
    pub(super) fn count(&self, b: &BBox, square: Square) -> usize {
        if !b.intersects(&square.bounds) {
            return 0;
        }
        match self {
            Self::Few(all) => all.iter().filter(|spot| b.contains(spot.at)).count(),
            Self::Many(n, _) if square.is_within(b) => *n,
            Self::Many(_, quarters) => quarters.iter().zip(square.quartered()).map(|(q, s)| q.count(b, s)).sum(),
        }
    }

    /// Adds those that lie in the box or on its edge; says no, and adds not all, as soon as they are more than `few`.
    pub(super) fn within<'a>(
        &'a self,
        b: &BBox,
        square: Square,
        few: usize,
        found: &mut Vec<&'a Arc<Incident>>,
    ) -> bool {
        if !b.intersects(&square.bounds) {
            return true;
        }
        match self {
            Self::Few(all) => {
                found.extend(all.iter().filter(|spot| b.contains(spot.at)).map(|spot| &spot.incident));
                found.len() <= few
            }
            Self::Many(n, _) if *n > few && square.is_within(b) => false,
            Self::Many(_, quarters) => {
                let parts = || quarters.iter().zip(square.quartered());
                // One that is too many alone is seen before anything is gathered.
                parts().all(|(q, s)| q.len() <= few || !s.is_within(b))
                    && parts().all(|(q, s)| q.within(b, s, few, found))
            }
        }
    }
}
