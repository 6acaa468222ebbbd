//! Who is left out of an answer: all of them counted, the nearest listed.

use std::sync::Arc;

use super::{EXCLUDED_LISTED, ExcludedSquad, ExcludedSquads, Query, squad_ref};
use crate::{
    base::{LngLat, tenths},
    domain::{
        response::{Excluded, Reason},
        roster::{FIX, Lines},
        squads::Squad,
    },
};

/// Takes tens of thousands in: kept are only those that may be among the nearest.
#[derive(Debug)]
pub(super) struct LeftOut {
    target: [f64; 3],
    counts: Excluded,
    near: Vec<Near>,
    /// Whoever is farther is none of them.
    limit: f64,
    /// When there are so many of `near`, it is time to look for a lower limit.
    full: usize,
}

#[derive(Debug, Clone, Copy)]
struct Near {
    /// Square of the chord, on the unit sphere.
    chord2: f64,
    number: usize,
    source: usize,
    reason: Reason,
}

impl LeftOut {
    pub(super) fn new(target: LngLat) -> Self {
        let full = 4 * EXCLUDED_LISTED;
        Self { target: target.on_sphere(), counts: Excluded::default(), near: Vec::new(), limit: f64::INFINITY, full }
    }

    pub(super) fn add(&mut self, lines: &Lines, number: usize, source: usize, reason: Reason) {
        self.counts.count(reason);
        let place = &lines.on_sphere[number][source];
        let chord2 = place.iter().zip(&self.target).map(|(a, b)| (a - b) * (a - b)).sum();
        if chord2 <= self.limit {
            self.near.push(Near { chord2, number, source, reason });
            if self.near.len() >= self.full {
                self.narrow();
            }
        }
    }

    /// Whoever is clearly farther than the last to be listed goes. Chords and distances round
    /// differently: those within that are decided on in the end.
    fn narrow(&mut self) {
        let last = self.near.select_nth_unstable_by(EXCLUDED_LISTED - 1, |a, b| a.chord2.total_cmp(&b.chord2)).1;
        let chord = last.chord2.sqrt() * (1.0 + 1e-7) + 1e-12;
        self.limit = chord * chord;
        self.near.retain(|n| n.chord2 <= self.limit);
        self.full = 2 * self.near.len().max(2 * EXCLUDED_LISTED);
    }

    pub(super) fn listed(mut self, lines: &Lines, query: &Query<'_>) -> ExcludedSquads {
        if self.near.len() > EXCLUDED_LISTED {
            self.narrow();
        }
        let measured = |n: &Near| {
            let squad = lines.squads.numbered(n.number);
            let fix = lines.fixes[n.number].filter(|_| n.source == FIX);
            (fix.map_or(squad.post, |f| f.at).distance_m(query.target), squad, n.reason)
        };
        let mut near: Vec<_> = self.near.iter().map(measured).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)));
        let listed = |&(m, squad, reason): &(f64, &Arc<Squad>, Reason)| ExcludedSquad {
            squad: squad_ref(squad),
            reason,
            breaks: (reason == Reason::NotCompetent).then(|| query.case.may_break(squad, query.at)).flatten(),
            straight_line_m: tenths(m),
        };
        ExcludedSquads { counts: self.counts, nearest: near.iter().take(EXCLUDED_LISTED).map(listed).collect() }
    }
}
