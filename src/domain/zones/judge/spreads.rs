//! Responses and drives of many cells, counted by the second so that they add up and can be taken
//! away again: what all zones have together follows from what each has.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Soonest, facts::AtomPiece};
use crate::domain::{
    coverage::{
        NEVER,
        report::{Weight, percentile},
    },
    response::whole_s,
};

/// How many buildings and how many cells.
type Weights = [u64; 2];

/// Whose responses.
const OWN: usize = 0;
const ANYBODY: usize = 1;

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Spreads {
    /// From own squads and from anybody, over the accessible cells.
    reached: [Reached; 2],
    /// What no road leads to.
    lost: Weights,
    /// Incidents by the drive to them in whole seconds, from own squads and from anybody.
    drives: [BTreeMap<u32, u64>; 2],
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Reached {
    /// By response in whole seconds, rounded up; [`NEVER`] for nobody.
    by_s: BTreeMap<u32, Weights>,
    /// Squads in time × weight.
    depth: Weights,
    /// Cells by how many squads are there in time.
    by_depth: BTreeMap<u32, u64>,
}

/// Responses over the cells.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ResponseSpread {
    /// Squads on shift that count.
    pub squads: u32,
    pub p50_s: Option<u64>,
    pub p90_s: Option<u64>,
    pub worst_s: Option<u64>,
    /// Of all weight.
    pub within: ShareOf,
    /// Of the weight that a road leads to.
    pub within_accessible: ShareOf,
    /// Squads that are there within the minutes: the mean over the accessible weight, and the least.
    pub depth_mean: Option<f64>,
    pub depth_least: Option<u32>,
    pub weighted_by: Weight,
}

/// A share with its numerator and denominator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ShareOf {
    pub covered: u64,
    pub total: u64,
    /// Null for a share of nothing.
    pub share: Option<f64>,
}

impl ShareOf {
    fn new(covered: u64, total: u64) -> Self {
        Self { covered, total, share: (total > 0).then(|| covered as f64 / total as f64) }
    }
}

fn seconds(ms: u32) -> u32 {
    if ms == NEVER { NEVER } else { whole_s(ms.into()) as u32 }
}

impl Spreads {
    /// One more piece of an atom; by whom it is reached, where a road leads there.
    pub fn put(&mut self, piece: &AtomPiece, soonest: Option<[Soonest; 2]>) {
        let weights = [u64::from(piece.buildings), 1];
        let Some(soonest) = soonest else {
            return (0..2).for_each(|by| self.lost[by] += weights[by]);
        };
        for whose in [OWN, ANYBODY] {
            let Soonest { way, depth } = soonest[whose];
            let reached = &mut self.reached[whose];
            let at = reached.by_s.entry(seconds(way.response_ms)).or_default();
            for by in 0..2 {
                at[by] += weights[by];
                reached.depth[by] += u64::from(depth) * weights[by];
            }
            *reached.by_depth.entry(depth).or_default() += 1;
            if piece.incidents > 0 && way.drive_ms != NEVER {
                *self.drives[whose].entry(seconds(way.drive_ms)).or_default() += u64::from(piece.incidents);
            }
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.merge(other, |a, b| *a += b);
    }

    /// What was added before.
    pub fn take_away(&mut self, other: &Self) {
        self.merge(other, |a, b| *a -= b);
        for whose in [OWN, ANYBODY] {
            self.reached[whose].by_s.retain(|_, weights| weights[1] > 0);
            self.reached[whose].by_depth.retain(|_, cells| *cells > 0);
            self.drives[whose].retain(|_, incidents| *incidents > 0);
        }
    }

    fn merge(&mut self, other: &Self, with: fn(&mut u64, u64)) {
        let both = |a: &mut Weights, b: Weights| a.iter_mut().zip(b).for_each(|(a, b)| with(a, b));
        both(&mut self.lost, other.lost);
        for whose in [OWN, ANYBODY] {
            let (mine, others) = (&mut self.reached[whose], &other.reached[whose]);
            both(&mut mine.depth, others.depth);
            others.by_s.iter().for_each(|(s, weights)| both(mine.by_s.entry(*s).or_default(), *weights));
            others.by_depth.iter().for_each(|(depth, cells)| with(mine.by_depth.entry(*depth).or_default(), *cells));
            let drives = &mut self.drives[whose];
            other.drives[whose].iter().for_each(|(s, n)| with(drives.entry(*s).or_default(), *n));
        }
    }

    pub fn own(&self, squads: usize, minutes: u32) -> ResponseSpread {
        self.told(OWN, squads, minutes)
    }

    pub fn anybody(&self, squads: usize, minutes: u32) -> ResponseSpread {
        self.told(ANYBODY, squads, minutes)
    }

    fn told(&self, whose: usize, squads: usize, minutes: u32) -> ResponseSpread {
        let reached = &self.reached[whose];
        // Cells weigh their buildings where there are any.
        let by = usize::from(reached.by_s.values().all(|w| w[0] == 0));
        let weighed: Vec<(u32, u64)> = reached.by_s.iter().map(|(s, weights)| (*s, weights[by])).collect();
        let shown = |s: Option<u32>| s.filter(|s| *s != NEVER).map(u64::from);
        let total = |of: &[(u32, u64)]| of.iter().map(|w| w.1).sum::<u64>();
        let all = total(&weighed);
        let covered = total(&weighed[..weighed.partition_point(|w| w.0 <= minutes * 60)]);
        ResponseSpread {
            squads: squads as u32,
            p50_s: shown(percentile(&weighed, 50)),
            p90_s: shown(percentile(&weighed, 90)),
            worst_s: shown(weighed.last().map(|w| w.0)),
            within: ShareOf::new(covered, all + self.lost[by]),
            within_accessible: ShareOf::new(covered, all),
            depth_mean: (all > 0).then(|| reached.depth[by] as f64 / all as f64),
            depth_least: reached.by_depth.keys().next().copied(),
            weighted_by: [Weight::Buildings, Weight::Cells][by],
        }
    }

    /// The median drive to incidents, whole seconds; from anybody where none of the own squads comes to
    /// any.
    pub fn drive_median_s(&self) -> Option<u64> {
        let median = |whose: usize| {
            let drives: Vec<(u32, u64)> = self.drives[whose].iter().map(|(s, n)| (*s, *n)).collect();
            percentile(&drives, 50).map(u64::from)
        };
        median(OWN).or_else(|| median(ANYBODY))
    }
}
