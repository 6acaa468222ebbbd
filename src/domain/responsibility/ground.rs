//! What a place lies in, as far as powers depend on it; and all that it may lie in when its position is not
//! exact (rule 14).

use crate::{
    base::LngLat,
    domain::areas::{AreaIx, Areas, Level},
};

/// Areas over a place: those of one ground have one answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ground {
    /// Special areas, the highest priority first.
    pub overlays: Vec<AreaIx>,
    pub township: Option<AreaIx>,
    pub county: Option<AreaIx>,
}

impl Ground {
    pub fn at(areas: &Areas, p: LngLat) -> Self {
        let chain = areas.locate(p);
        Self { overlays: areas.special(p), township: chain.township, county: chain.county }
    }

    pub fn is_outside(&self) -> bool {
        self.overlays.is_empty() && self.township.is_none() && self.county.is_none()
    }
}

/// Where a place may lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub area: AreaIx,
    /// Metres to its border; 0 inside.
    pub distance_m: f64,
    /// The ground, if the place lies in that area.
    pub ground: Ground,
}

/// Everything that a place may lie in whose position is exact to `accuracy_m`, special areas first; one at
/// most when there is no doubt. A special area whose border is that near may be meant or not.
pub fn candidates(areas: &Areas, p: LngLat, accuracy_m: f64) -> Vec<Candidate> {
    let over = areas.special(p);
    let doubtful = areas.special_borders(p, accuracy_m);
    let sure: Vec<AreaIx> = over.iter().copied().filter(|ix| doubtful.iter().all(|d| d.area != *ix)).collect();
    let owner = areas.locate(p);
    let mut found: Vec<Candidate> = Vec::new();
    for near in &doubtful {
        let mut overlays: Vec<AreaIx> = sure.iter().copied().chain([near.area]).collect();
        overlays.sort_by_key(|&ix| areas.rank(ix));
        let distance_m = if over.contains(&near.area) { 0.0 } else { near.distance_m };
        let ground = Ground { overlays, township: owner.township, county: owner.county };
        found.push(Candidate { area: near.area, distance_m, ground });
    }
    for near in areas.candidates(p, accuracy_m) {
        let county = areas.at(near.area).parent.as_ref().and_then(|code| areas.index(code.as_str()));
        let county = county.filter(|&ix| areas.at(ix).level == Level::County).or(owner.county);
        let ground = Ground { overlays: sure.clone(), township: Some(near.area), county };
        found.push(Candidate { area: near.area, distance_m: near.distance_m, ground });
    }
    found
}
