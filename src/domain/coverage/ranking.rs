//! Posts that one more squad could have, by what each would add to coverage.

use super::{CellIx, CellStatus, Coverage, Tally};
use crate::{
    base::{LngLat, words},
    domain::squads::Profile,
    kernel::{
        graph::{CLOSED, Entrance},
        snap::Snapped,
        travel::Workspace,
    },
};

/// Candidates that are routed before it looks whether anybody still waits.
const AT_ONCE: usize = 32;

words! {
    /// What a cell counts.
    Measure {
        /// Every cell the same.
        Cells = "cells",
        /// Square metres.
        Area = "area",
        Buildings = "buildings",
        /// Past incidents.
        Incidents = "incidents",
    }
}

/// The squad to be posted, and what is wanted of it.
#[derive(Debug, Clone, Copy)]
pub struct Vacancy<'a> {
    pub profile: Profile,
    pub turnout_s: u32,
    pub weight: Measure,
    pub incidents: &'a Tally,
}

/// What a squad would add at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Gain {
    /// Index into the places given.
    pub place: usize,
    /// No road is near, or no open one: it adds nothing.
    pub no_road: bool,
    /// Measure that is covered then and is not now.
    pub gain: f64,
    pub covered_cells: u32,
    /// Cells that nobody reaches now, however late.
    pub reached_cells: u32,
    /// Mean best response, by weight, over the cells that somebody reaches now.
    pub mean_best_ms: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// Measure of everything.
    pub total: f64,
    /// Measure that is covered now.
    pub covered: f64,
    pub mean_best_ms: Option<f64>,
    /// The largest gain first, then the least mean, then as given. Not whole where it was stopped.
    pub gains: Vec<Gain>,
}

/// One accessible cell.
struct Stake {
    weight: f64,
    best_ms: Option<u32>,
    covered: bool,
}

impl Coverage {
    /// What one more squad would add at each place.
    pub fn rank(&self, ws: &mut Workspace, places: &[LngLat], vacancy: Vacancy) -> Ranking {
        let weights = self.weights(vacancy);
        let stakes = self.stakes(&weights);
        let definition = self.base.definition();
        let roads = self.base.network().roads(vacancy.profile);
        let entries: Vec<Option<Vec<Snapped>>> = places.iter().map(|&p| definition.entry(roads, p).ok()).collect();
        let before_ms = |distance_m| definition.before_ms(vacancy.turnout_s + definition.walk_s(distance_m));
        let mut gains = Vec::with_capacity(places.len());
        for (some, first) in entries.chunks(AT_ONCE).zip((0..).step_by(AT_ONCE)) {
            if ws.search.stop.is_set() {
                break;
            }
            let from: Vec<Vec<Entrance>> = some.iter().flatten().map(|ways| definition.beside_first(ways)).collect();
            let mut reaches = self.base.routed(ws, vacancy.profile, &from).into_iter();
            for (place, entry) in (first..).zip(some) {
                let reach = entry.as_ref().and_then(|ways| Some((before_ms(ways[0].distance_m), reaches.next()?)));
                gains.push(self.gain(place, &stakes, reach.as_ref().map(|(ms, reach)| (*ms, &reach[..]))));
            }
        }
        gains.sort_by(|a, b| {
            let [sooner_a, sooner_b] = [a, b].map(|g| g.mean_best_ms.unwrap_or(0.0));
            let of_places_on_roads = b.gain.total_cmp(&a.gain).then(sooner_a.total_cmp(&sooner_b));
            a.no_road.cmp(&b.no_road).then(of_places_on_roads).then(a.place.cmp(&b.place))
        });
        let covered =
            (0..).zip(&weights).filter(|(ix, _)| self.status(*ix) == CellStatus::Covered).map(|(_, w)| w).sum();
        let mean_best_ms = mean_best_ms(&stakes, None);
        Ranking { total: weights.iter().sum(), covered, mean_best_ms, gains }
    }

    /// By cell.
    fn weights(&self, vacancy: Vacancy) -> Vec<f64> {
        let outer = &self.base.outer;
        let piece = |p: usize| match vacancy.weight {
            Measure::Cells => 0.0,
            Measure::Area => outer.pieces[p].area_m2,
            Measure::Buildings => outer.pieces[p].buildings.into(),
            Measure::Incidents => vacancy.incidents.0.get(p).copied().unwrap_or(0).into(),
        };
        let cell = |ix: CellIx| match vacancy.weight {
            Measure::Cells => 1.0,
            _ => outer.of_cell(ix).map(piece).sum(),
        };
        (0..self.base.cells().len() as CellIx).map(cell).collect()
    }

    /// By accessible cell.
    fn stakes(&self, weights: &[f64]) -> Vec<Stake> {
        let stake = |(ix, &weight): (CellIx, &f64)| {
            let best = self.times(ix)?.best;
            let best_ms = best.is_somebody().then_some(best.ms);
            Some(Stake { weight, best_ms, covered: self.status(ix) == CellStatus::Covered })
        };
        (0..).zip(weights).filter_map(stake).collect()
    }

    /// What a squad adds that is on the road so late and on the way to each cell so long.
    fn gain(&self, place: usize, stakes: &[Stake], reach: Option<(u32, &[u32])>) -> Gain {
        let (mut gain, mut covered_cells, mut reached_cells) = (0.0, 0, 0);
        for (stake, ms) in stakes.iter().zip(arrivals(reach)).filter_map(|(s, ms)| Some((s, ms?))) {
            if !stake.covered && ms <= self.minutes * 60_000 {
                gain += stake.weight;
                covered_cells += 1;
            }
            reached_cells += u32::from(stake.best_ms.is_none());
        }
        let mean_best_ms = mean_best_ms(stakes, reach);
        Gain { place, no_road: reach.is_none(), gain, covered_cells, reached_cells, mean_best_ms }
    }
}

/// Whole responses by accessible cell; no end of nothing without a squad.
fn arrivals(reach: Option<(u32, &[u32])>) -> impl Iterator<Item = Option<u32>> + '_ {
    let (before_ms, ways) = reach.unwrap_or_default();
    let arrival = move |&way_ms: &u32| (way_ms != CLOSED).then(|| before_ms + way_ms);
    ways.iter().map(arrival).chain(std::iter::repeat(None))
}

/// With one more squad, where there is one.
fn mean_best_ms(stakes: &[Stake], reach: Option<(u32, &[u32])>) -> Option<f64> {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (stake, ms) in stakes.iter().zip(arrivals(reach)) {
        let Some(best_ms) = stake.best_ms else { continue };
        sum += stake.weight * f64::from(ms.map_or(best_ms, |ms| ms.min(best_ms)));
        weight += stake.weight;
    }
    (weight > 0.0).then(|| sum / weight)
}
