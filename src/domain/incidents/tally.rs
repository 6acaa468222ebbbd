//! How many there are of one state, township or matter, and how many lie in a box, without a look at each.

use std::{collections::HashMap, sync::Arc};

use super::{Filter, Incident, IncidentStatus, Region};
use crate::base::{BBox, Code};

/// A square of more places is quartered.
const PLACES: usize = if cfg!(test) { 4 } else { 64 };
/// Below, squares are some centimetres wide; places that differ by less stay together.
const DEPTH: usize = 32;

#[derive(Debug, Clone, Default)]
pub struct Tally {
    by_status: HashMap<IncidentStatus, usize>,
    by_township: HashMap<Code, usize>,
    by_matter: HashMap<Code, usize>,
    places: Quarter,
}

impl Tally {
    pub fn of(all: &[Arc<Incident>]) -> Self {
        let mut this = Self::default();
        all.iter().for_each(|incident| this.change(incident, |n| n + 1));
        this.places = Quarter::of(all.iter().map(|i| place(i)).collect(), Square::WORLD);
        this
    }

    pub fn put(&mut self, incident: &Incident) {
        self.change(incident, |n| n + 1);
        self.places.put(place(incident), Square::WORLD);
    }

    pub fn remove(&mut self, incident: &Incident) {
        self.change(incident, |n| n - 1);
        self.places.remove(place(incident), Square::WORLD);
    }

    fn change(&mut self, incident: &Incident, by: impl Fn(usize) -> usize) {
        let change = |n: &mut usize| *n = by(*n);
        change(self.by_status.entry(incident.status).or_default());
        if let Some(township) = &incident.place.township {
            change(self.by_township.entry(township.clone()).or_default());
        }
        if let Some(matter) = &incident.matter {
            change(self.by_matter.entry(matter.clone()).or_default());
        }
    }

    pub fn total(&self) -> usize {
        self.places.len()
    }

    /// How many the filter accepts; `None` where it asks for two things at once, or for what is not tallied.
    pub fn count(&self, filter: &Filter) -> Option<usize> {
        // A filter that asks for more one day is looked at here.
        let Filter { region, from, to, status, open, matter, township, unit, sight } = filter;
        if from.is_some() || to.is_some() || unit.is_some() || !sight.is_everything() {
            return None;
        }
        let sizes = |wanted: &dyn Fn(&IncidentStatus) -> bool| {
            self.by_status.iter().filter(|(status, _)| wanted(status)).map(|(_, n)| n).sum()
        };
        let of = |tally: &HashMap<Code, usize>, code: &Code| tally.get(code).copied().unwrap_or(0);
        match (region, status, open, matter, township) {
            (None, None, false, None, None) => Some(self.total()),
            (None, Some(wanted), open, None, None) => Some(sizes(&|s| s == wanted && !(*open && s.is_ended()))),
            (None, None, true, None, None) => Some(sizes(&|s| !s.is_ended())),
            (None, None, false, Some(code), None) => Some(of(&self.by_matter, code)),
            (None, None, false, None, Some(code)) => Some(of(&self.by_township, code)),
            (Some(Region::BBox(b)), None, false, None, None) => Some(self.places.count(b, Square::WORLD)),
            _ => None,
        }
    }
}

type Place = [f64; 2];

fn place(incident: &Incident) -> Place {
    [incident.at.lng, incident.at.lat]
}

#[derive(Debug, Clone, Copy)]
struct Square {
    bounds: BBox,
    depth: usize,
}

impl Square {
    const WORLD: Self = Self { bounds: BBox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 }, depth: 0 };

    fn middle(&self) -> Place {
        let b = &self.bounds;
        [f64::midpoint(b.west, b.east), f64::midpoint(b.south, b.north)]
    }

    /// In which quarter a place lies.
    fn quarter(&self, at: Place) -> usize {
        let middle = self.middle();
        usize::from(at[0] >= middle[0]) + 2 * usize::from(at[1] >= middle[1])
    }

    fn quartered(&self) -> [Self; 4] {
        let (b, [lng, lat], depth) = (&self.bounds, self.middle(), self.depth + 1);
        [0, 1, 2, 3].map(|n| {
            let [west, east] = if n & 1 == 0 { [b.west, lng] } else { [lng, b.east] };
            let [south, north] = if n & 2 == 0 { [b.south, lat] } else { [lat, b.north] };
            Self { bounds: BBox { west, south, east, north }, depth }
        })
    }
}

/// The places in a square, or how many there are in each of its quarters. A clone shares all that is not
/// changed.
#[derive(Debug, Clone)]
enum Quarter {
    Few(Vec<Place>),
    Many(usize, [Arc<Quarter>; 4]),
}

impl Default for Quarter {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Quarter {
    fn of(all: Vec<Place>, square: Square) -> Self {
        if all.len() <= PLACES || square.depth == DEPTH {
            return Self::Few(all);
        }
        let n = all.len();
        let mut parts: [Vec<Place>; 4] = Default::default();
        all.into_iter().for_each(|at| parts[square.quarter(at)].push(at));
        let mut quartered = square.quartered().into_iter();
        Self::Many(n, parts.map(|part| quartered.next().map_or_else(Arc::default, |q| Arc::new(Self::of(part, q)))))
    }

    fn len(&self) -> usize {
        match self {
            Self::Few(all) => all.len(),
            Self::Many(n, _) => *n,
        }
    }

    fn put(&mut self, at: Place, square: Square) {
        match self {
            Self::Few(all) => {
                all.push(at);
                if all.len() > PLACES {
                    *self = Self::of(std::mem::take(all), square);
                }
            }
            Self::Many(n, quarters) => {
                *n += 1;
                let quarter = square.quarter(at);
                Arc::make_mut(&mut quarters[quarter]).put(at, square.quartered()[quarter]);
            }
        }
    }

    /// One that lies there.
    fn remove(&mut self, at: Place, square: Square) {
        match self {
            Self::Few(all) => {
                if let Some(n) = all.iter().position(|other| *other == at) {
                    all.swap_remove(n);
                }
            }
            Self::Many(n, quarters) => {
                *n -= 1;
                let quarter = square.quarter(at);
                Arc::make_mut(&mut quarters[quarter]).remove(at, square.quartered()[quarter]);
                if *n == 0 {
                    *self = Self::default();
                }
            }
        }
    }

    /// How many lie in the box or on its edge.
    fn count(&self, b: &BBox, square: Square) -> usize {
        if !b.intersects(&square.bounds) {
            return 0;
        }
        let is_within = |c: &BBox| b.west <= c.west && b.south <= c.south && b.east >= c.east && b.north >= c.north;
        match self {
            Self::Few(all) => {
                let inside =
                    |[lng, lat]: &&Place| *lng >= b.west && *lng <= b.east && *lat >= b.south && *lat <= b.north;
                all.iter().filter(inside).count()
            }
            Self::Many(n, _) if is_within(&square.bounds) => *n,
            Self::Many(_, quarters) => quarters.iter().zip(square.quartered()).map(|(q, s)| q.count(b, s)).sum(),
        }
    }
}

#[cfg(test)]
mod tests;
