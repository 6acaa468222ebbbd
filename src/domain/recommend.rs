//! Whom to send: the squads that are there first under a policy, who is soon free, who together may conclude a
//! case, and what sending one leaves uncovered. Pure; the searches are those of [`super::dispatch`].

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Span, tz::TimeZone};
use serde::Serialize;
use uuid::Uuid;

use super::{
    assignments::Assignment,
    catalogue::Wanted,
    coverage::Loss,
    dispatch::Ranked,
    incidents::Median,
    officers::Competence,
    squads::{CERTIFIED_OFFICERS_NEEDED, Squad, SquadStatus, Squads},
};
use crate::base::{Code, LngLat, Timestamp, words};

/// The rate of incidents is that of so many weeks past.
pub const WEEKS: u32 = 52;
/// A median is told of so many cases.
const CASES_MIN: usize = 20;
/// From the arrival to the squad being free, where neither it nor enough cases tell; a default of this service.
const HANDLING_MIN: i64 = 40;

words! {
    /// Who comes first of those who may conclude the case.
    #[schema(as = DispatchPolicy)]
    Policy {
        /// Who is there soonest.
        Closest = "closest_competent",
        /// The squads of the zones over the place, then the others.
        ZoneFirst = "zone_first",
        /// Of those who are there within the limit the one whose leaving is expected to make the fewest cases late.
        CoverageAware = "coverage_aware",
    }
}

words! {
    /// What tells when a squad is free.
    #[schema(as = ReadySource)]
    ReadyFrom {
        /// It said so.
        Squad = "squad",
        /// The median of at least 20 cases of the matter, from arrival to handled.
        Median = "median",
        /// 40 minutes from the arrival, a default of this service.
        Default = "default",
    }
}

/// What sending a squad leaves uncovered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LeftUncovered {
    /// That it alone of those who are free now reaches within the minutes.
    pub cells: u32,
    pub buildings: u32,
    /// Incidents expected there in the hour from `at`: those of the same hour of the week in the 52 weeks before,
    /// divided by 52.
    pub cases_expected: f64,
}

impl From<Loss> for LeftUncovered {
    fn from(loss: Loss) -> Self {
        let Loss { cells, buildings, incidents } = loss;
        Self { cells, buildings, cases_expected: f64::from(incidents) / f64::from(WEEKS) }
    }
}

/// A squad that could be sent, as the policy looks at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prospect {
    pub eta_s: u64,
    pub in_time: bool,
    /// Its share of what is expected ([`held`](super::coverage::Base::held)).
    pub held: f64,
}

/// What an hour of more driving weighs, beside an hour without all that is held: it keeps a squad away, too.
const WAY: f64 = 0.05;

impl Prospect {
    /// What sending it costs: what it holds, for as long as it is away, and its longer way there and back.
    fn cost(&self, soonest_s: u64) -> f64 {
        let hours = |s: u64| s as f64 / 3_600.0;
        let away_s = 2 * self.eta_s + HANDLING_MIN as u64 * 60;
        self.held * hours(away_s) + WAY * 2.0 * hours(self.eta_s - soonest_s)
    }
}

/// In which order prospects, the soonest first, are recommended where coverage counts: of those in time the one that
/// costs the least, then by arrival; those who are late by arrival.
pub fn aware_of_coverage(prospects: &[Prospect]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..prospects.len()).collect();
    let soonest_s = prospects.first().map_or(0, |p| p.eta_s);
    let cost = |n: &usize| prospects[*n].cost(soonest_s);
    // Of several the first: whoever is there sooner.
    let best = order.iter().copied().filter(|n| prospects[*n].in_time).min_by(|a, b| cost(a).total_cmp(&cost(b)));
    if let Some(best) = best {
        order[..=best].rotate_right(1);
    }
    order
}

/// The same hour of the week in each of the weeks before `at`: from, and until before.
pub fn same_hour(at: Timestamp, zone: &TimeZone) -> Vec<(Timestamp, Timestamp)> {
    let Ok(local) = jiff::Timestamp::from_millisecond(at.ms()).map(|at| at.to_zoned(zone.clone())) else {
        return Vec::new();
    };
    let week = |n: u32| {
        let from = local.checked_sub(Span::new().weeks(n)).ok()?.timestamp().as_millisecond();
        Some((Timestamp::from_ms(from).ok()?, Timestamp::from_ms(from + 3_600_000).ok()?))
    };
    (1..=WEEKS).filter_map(week).collect()
}

/// Squads that together may conclude a case.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = JointTeam)]
pub struct Team {
    /// Whose officers they are: each unit counts its own.
    #[schema(value_type = String)]
    pub unit: Code,
    /// The first to arrive first.
    #[schema(value_type = Vec<String>)]
    pub squads: Vec<Code>,
    pub certified_officers: u32,
    /// When the last of them is there.
    pub eta_s: u64,
}

/// The squads of one unit that have enough certified officers together and of which the last is there soonest; the
/// first unit by code of several. `squads` come with the soonest first.
pub fn team<'a>(squads: impl IntoIterator<Item = (&'a Ranked, &'a Squad)>) -> Option<Team> {
    let mut by_unit: BTreeMap<&Code, Vec<(&Ranked, &Squad)>> = BTreeMap::new();
    for (ranked, squad) in squads {
        by_unit.entry(&squad.unit).or_default().push((ranked, squad));
    }
    let of_unit = |(unit, squads): (&Code, Vec<(&Ranked, &Squad)>)| {
        let officers = |(ranked, _): &(&Ranked, &Squad)| ranked.certified.certified_officers;
        let mut sum = 0;
        let last = squads.iter().position(|one| {
            sum += officers(one);
            sum >= CERTIFIED_OFFICERS_NEEDED
        })?;
        // Whoever is not needed stays; those with fewer officers first.
        let mut kept: Vec<_> = squads[..=last].iter().filter(|one| officers(one) > 0).collect();
        for n in (0..kept.len().saturating_sub(1)).rev() {
            if sum - officers(kept[n]) >= CERTIFIED_OFFICERS_NEEDED {
                sum -= officers(kept[n]);
                kept.remove(n);
            }
        }
        let squads = kept.iter().map(|(r, _)| r.squad.id.clone()).collect();
        Some(Team { unit: unit.clone(), squads, certified_officers: sum, eta_s: kept.last()?.0.eta_s })
    };
    by_unit.into_iter().filter_map(of_unit).min_by_key(|team| team.eta_s)
}

/// What a squad brings to what a response plan wants.
#[derive(Debug, Clone)]
pub struct Hand<'a> {
    pub squad: &'a Squad,
    /// Certified for the case.
    pub officers: u32,
}

/// What of `wanted` these squads lack; `acts_for` tells whether a unit is another one, or beneath it.
pub fn lacking(wanted: &Wanted, hands: &[Hand], acts_for: impl Fn(&Code, &Code) -> bool) -> Wanted {
    let no_unit = |unit: &&Code| !hands.iter().any(|h| acts_for(&h.squad.unit, unit));
    let no_piece = |piece: &&Code| !hands.iter().any(|h| h.squad.equipment.contains(piece));
    Wanted {
        squads: wanted.squads.saturating_sub(hands.len() as u32),
        officers: wanted.officers.saturating_sub(hands.iter().map(|h| h.officers).sum()),
        units: wanted.units.iter().filter(no_unit).cloned().collect(),
        equipment: wanted.equipment.iter().filter(no_piece).cloned().collect(),
    }
}

/// Which of `near`, the soonest first, to send beside those who are sent already, so that as little as possible of
/// what is wanted is lacking: the last of them is there as soon as can be, and nobody is too many. By their places,
/// with what is lacking even so.
pub fn response(
    wanted: &Wanted,
    sent: &[Hand],
    near: &[Hand],
    acts_for: impl Fn(&Code, &Code) -> bool,
) -> (Vec<usize>, Wanted) {
    let lacks = |chosen: &[usize]| {
        let hands: Vec<Hand> = sent.iter().chain(chosen.iter().map(|&n| &near[n])).cloned().collect();
        lacking(wanted, &hands, &acts_for)
    };
    let all: Vec<usize> = (0..near.len()).collect();
    let least = lacks(&all);
    let enough = (0..=all.len()).find(|&n| lacks(&all[..n]) == least).unwrap_or(all.len());
    let mut chosen = all[..enough].to_vec();
    // Whoever is not needed stays, the later ones first.
    for n in (0..chosen.len()).rev() {
        let without: Vec<usize> = chosen.iter().copied().filter(|&one| one != chosen[n]).collect();
        if lacks(&without) == least {
            chosen = without;
        }
    }
    (chosen, least)
}

/// A squad that is at a case, or on the way to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Engaged {
    pub assignment: Arc<Assignment>,
    pub place: LngLat,
    /// How long cases of its matter take from arrival to handled, seconds, by durations of so many.
    pub median: Option<Median>,
}

impl Engaged {
    /// When it is free, once it was on the scene at `arrived`; never before `at`.
    pub fn ready(&self, arrived: Timestamp, at: Timestamp) -> (Timestamp, ReadyFrom) {
        let (ready, from) = match (self.assignment.ready_at, self.median.filter(|m| m.cases >= CASES_MIN)) {
            (Some(said), _) => (said, ReadyFrom::Squad),
            (None, Some(median)) => (arrived.plus_ms(median.s as i64 * 1_000), ReadyFrom::Median),
            (None, None) => (arrived.plus_ms(HANDLING_MIN * 60_000), ReadyFrom::Default),
        };
        (ready.max(at), from)
    }
}

/// A squad that has another case to end first, and is there sooner than all who are free.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SoonFree {
    /// From its present case; `handling_s` is the time until it is free, where that is longer.
    #[serde(flatten)]
    pub ranked: Ranked,
    pub assignment: Uuid,
    pub incident: Uuid,
    #[schema(value_type = String)]
    pub ready_at: Timestamp,
    pub ready_from: ReadyFrom,
}

impl SoonFree {
    /// `ranked` was computed as if the squad were free at its case at `at`.
    pub fn of(
        mut ranked: Ranked,
        engaged: &Engaged,
        (ready_at, ready_from): (Timestamp, ReadyFrom),
        at: Timestamp,
    ) -> Self {
        let wait_s = ((ready_at.ms() - at.ms()).max(0) as u64).div_ceil(1_000);
        let later_s = wait_s.saturating_sub(ranked.parts.handling_s.into());
        ranked.eta_s += later_s;
        ranked.parts.handling_s += later_s as u32;
        ranked.interval_s = ranked.interval_s.map(|ends| ends.map(|s| s + later_s));
        let Assignment { id, incident, .. } = *engaged.assignment;
        Self { ranked, assignment: id, incident, ready_at, ready_from }
    }
}

/// The squad alone, free and at a place: what is searched among for one that is engaged.
pub fn as_if_free(squad: &Squad, place: LngLat) -> Squads {
    let mut alone = Squads::default();
    alone.put(Squad { status: SquadStatus::Available, post: place, ..squad.clone() });
    alone
}

/// Whether it may conclude the case alone.
pub fn is_competent(ranked: &Ranked) -> bool {
    ranked.competence == Competence::Full
}

#[cfg(test)]
mod tests;
