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
    /// What its leaving uncovers.
    pub cases_expected: f64,
}

/// In which order prospects, the soonest first, are recommended where coverage counts: of those in time the one that
/// uncovers the least, then by arrival; those who are late by arrival.
pub fn aware_of_coverage(prospects: &[Prospect]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..prospects.len()).collect();
    let Some(least) = prospects.iter().filter(|p| p.in_time).map(|p| p.cases_expected).min_by(f64::total_cmp) else {
        return order;
    };
    // Stable: whoever is there sooner stays before.
    order.sort_by_key(|&n| !(prospects[n].in_time && prospects[n].cases_expected == least));
    order[1..].sort_unstable();
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
mod tests {
    use fastrand::Rng;

    use super::*;
    use crate::domain::{
        dispatch::{RoadPoint, SquadRef},
        officers::Certified,
        response::{Parts, Start, StartSource},
        squads::{Crew, Profile, SquadKind},
    };

    fn ranked(id: &str, eta_s: u64) -> Ranked {
        let point = RoadPoint { lng: 0.0, lat: 0.0, distance_m: 0.0, island: false, moved: None };
        let squad = SquadRef { id: Code::new(id).unwrap(), name: id.into(), name_zh: None, kind: SquadKind::Direct };
        Ranked {
            rank: 1,
            squad,
            eta_s,
            interval_s: Some([eta_s - 10, eta_s + 10]),
            parts: Parts { handling_s: 120, turnout_s: 0, drive_s: eta_s as u32 - 120, walk_s: 0 },
            distance_m: 1.0,
            from: Start { lng: 0.0, lat: 0.0, source: StartSource::Post, fix_age_s: None },
            competence: Competence::Full,
            certified: Certified { certified_officers: 2, by_count: true },
            enters: point,
            leaves: point,
            zones: Vec::new(),
            route: None,
        }
    }

    fn squad(id: &str, unit: &str, officers: u32) -> Squad {
        Squad {
            id: Code::new(id).unwrap(),
            name: id.into(),
            name_zh: None,
            kind: SquadKind::Direct,
            unit: Code::new(unit).unwrap(),
            command_area: Code::new("C").unwrap(),
            profile: Profile::Car.into(),
            post: LngLat { lng: 0.0, lat: 0.0 },
            status: SquadStatus::Busy,
            turnout_s: 0,
            crew: Crew { certified_officers: officers, ..Crew::default() },
            shifts: "mon-sun 24h".parse().unwrap(),
            officers: Vec::new(),
            equipment: Vec::new(),
            water: None,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn of_those_in_time_who_uncovers_least_comes_first_and_the_others_as_they_arrive() {
        let p = |eta_s, in_time, cases_expected| Prospect { eta_s, in_time, cases_expected };
        let order = |all: &[Prospect]| aware_of_coverage(all);
        assert_eq!(order(&[p(1, true, 0.3), p(2, true, 0.1), p(3, true, 0.1), p(4, false, 0.0)]), [1, 0, 2, 3]);
        assert_eq!(order(&[p(1, true, 0.1), p(2, true, 0.1)]), [0, 1]);
        assert_eq!(order(&[p(1, false, 0.3), p(2, false, 0.1)]), [0, 1]);
        assert_eq!(order(&[]), [0; 0]);
    }

    #[test]
    fn the_same_hour_is_that_of_local_time() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let hours = same_hour(at("2026-11-27T10:30:00Z"), &zone);
        assert_eq!(hours.len(), 52);
        assert_eq!(hours[0], (at("2026-11-20T10:30:00Z"), at("2026-11-20T11:30:00Z")));
        // Before the clocks went back, half past ten was an hour earlier.
        assert_eq!(hours[4].0, at("2026-10-23T09:30:00Z"));
        assert_eq!(hours[51].0, at("2025-11-28T10:30:00Z"));
    }

    #[test]
    fn a_team_is_complete_as_soon_as_any_could_be_and_nobody_in_it_is_too_many() {
        for seed in 0..300 {
            let mut dice = Rng::with_seed(seed);
            let squads: Vec<Squad> = (0..7)
                .map(|n| squad(&format!("S{n}"), ["U", "V", "W"][dice.usize(..3)], dice.usize(..3) as u32))
                .collect();
            let mut etas: Vec<u64> = (0..7).map(|_| 200 + dice.usize(..5) as u64 * 60).collect();
            etas.sort_unstable();
            let of = |(s, eta): (&Squad, &u64)| Ranked {
                certified: Certified { certified_officers: s.crew.certified_officers, by_count: true },
                ..ranked(s.id.as_str(), *eta)
            };
            let all: Vec<Ranked> = squads.iter().zip(&etas).map(of).collect();
            let found = team(all.iter().zip(&squads));
            // Every set of squads of one unit.
            let set = |bits: u32| (0..7usize).filter(move |n| bits >> n & 1 == 1);
            let enough = |bits: &u32| {
                let mut units: Vec<_> = set(*bits).map(|n| &squads[n].unit).collect();
                units.dedup();
                units.len() == 1 && set(*bits).map(|n| squads[n].crew.certified_officers).sum::<u32>() >= 2
            };
            let last_s = |bits: u32| set(bits).map(|n| etas[n]).max().unwrap();
            let soonest = (1..1 << 7).filter(enough).map(last_s).min();
            assert_eq!(found.as_ref().map(|t| t.eta_s), soonest, "{seed}: {squads:?} {etas:?}");
            let Some(found) = found else { continue };
            let bits = found.squads.iter().fold(0, |b, id| b | 1 << squads.iter().position(|s| s.id == *id).unwrap());
            assert!(enough(&bits), "{seed}: {found:?}");
            assert!(set(bits).all(|n| !enough(&(bits & !(1 << n)))), "{seed}: {found:?} has one too many");
        }
    }

    #[test]
    fn a_response_is_complete_as_soon_as_any_could_be_and_nobody_in_it_is_too_many() {
        let code = |text: &str| Code::new(text).unwrap();
        for seed in 0..500 {
            let mut dice = Rng::with_seed(seed);
            let some = |dice: &mut Rng, of: &[&str]| -> Vec<Code> {
                of.iter().filter(|_| dice.usize(..3) == 0).map(|one| code(one)).collect()
            };
            let squads: Vec<Squad> = (0..7)
                .map(|n| Squad {
                    equipment: some(&mut dice, &["pump", "drone"]),
                    ..squad(&format!("S{n}"), ["U", "V"][dice.usize(..2)], dice.usize(..3) as u32)
                })
                .collect();
            let hand = |squad| Hand { squad, officers: squad.crew.certified_officers };
            let hands: Vec<Hand> = squads.iter().map(hand).collect();
            let (sent, near) = hands.split_at(dice.usize(..2));
            let wanted = Wanted {
                squads: dice.usize(1..4) as u32,
                officers: dice.usize(..6) as u32,
                units: some(&mut dice, &["U", "V", "W"]),
                equipment: some(&mut dice, &["pump", "drone", "boat"]),
            };
            let same = |a: &Code, b: &Code| a == b;
            let (chosen, least) = response(&wanted, sent, near, same);
            // Every set of squads.
            let lacks = |bits: u32| {
                let set = (0..near.len()).filter(|n| bits >> n & 1 == 1).map(|n| &near[n]);
                lacking(&wanted, &sent.iter().chain(set).cloned().collect::<Vec<_>>(), same)
            };
            assert_eq!(least, lacks(u32::MAX), "{seed}: nobody does better than all together");
            let last = |bits: u32| (0..near.len()).rfind(|n| bits >> n & 1 == 1);
            let best = (0..1 << near.len()).filter(|bits| lacks(*bits) == least).map(last).min().unwrap();
            let bits = chosen.iter().fold(0, |bits, n| bits | 1 << n);
            assert_eq!((lacks(bits), last(bits)), (least.clone(), best), "{seed}: {chosen:?}");
            assert!(chosen.iter().all(|n| lacks(bits & !(1 << n)) != least), "{seed}: {chosen:?} has one too many");
        }
    }

    #[test]
    fn a_squad_is_free_when_it_says_so_else_after_the_median_else_after_forty_minutes() {
        let now = at("2026-03-02T12:00:00Z");
        let assignment = Assignment {
            id: Uuid::from_u128(1),
            incident: Uuid::from_u128(2),
            squad: Code::new("S").unwrap(),
            status: super::super::assignments::AssignmentStatus::OnScene,
            competence: Competence::Full,
            assigned_at: at("2026-03-02T11:20:00Z"),
            assigned_by: "test".into(),
            departed_at: None,
            arrived_at: Some(at("2026-03-02T11:30:00Z")),
            ended_at: None,
            reason: None,
            arrived_by: None,
            ready_at: None,
        };
        let engaged = |ready_at, median| Engaged {
            assignment: Arc::new(Assignment { ready_at, ..assignment.clone() }),
            place: LngLat { lng: 1.0, lat: 1.0 },
            median,
        };
        let ready = |one: &Engaged| one.ready(assignment.arrived_at.unwrap(), now);
        let few = Some(Median { cases: 19, s: 60 });
        let many = Some(Median { cases: 20, s: 35 * 60 });
        assert_eq!(ready(&engaged(None, few)), (at("2026-03-02T12:10:00Z"), ReadyFrom::Default));
        assert_eq!(ready(&engaged(None, many)), (at("2026-03-02T12:05:00Z"), ReadyFrom::Median));
        let said = at("2026-03-02T12:02:00Z");
        assert_eq!(ready(&engaged(Some(said), many)), (said, ReadyFrom::Squad));
        // What is over is over now.
        let over = Some(Median { cases: 20, s: 60 });
        assert_eq!(ready(&engaged(None, over)), (now, ReadyFrom::Median));

        let soon = |ready_at| SoonFree::of(ranked("S", 400), &engaged(None, None), (ready_at, ReadyFrom::Squad), now);
        // While the call is handled, the squad gets free.
        assert_eq!(soon(at("2026-03-02T12:01:00Z")).ranked.eta_s, 400);
        let later = soon(at("2026-03-02T12:05:00Z")).ranked;
        assert_eq!((later.eta_s, later.parts.handling_s, later.interval_s), (580, 300, Some([570, 590])));
        let free = as_if_free(&squad("S", "U", 2), LngLat { lng: 1.0, lat: 1.0 });
        let free = free.get(&Code::new("S").unwrap()).unwrap();
        assert_eq!((free.status, free.post.lng), (SquadStatus::Available, 1.0));
    }
}
