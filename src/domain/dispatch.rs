//! Who gets there first: the nearest squads by whole response time, with the reasons why others
//! were left out.
//!
//! A squad is eligible when it is available and on shift, near a road, and competent where that is
//! asked for. It sets out from its last fix when that is fresh, else from its post. Same input, same
//! squads: order is by exact response in milliseconds, then by squad id.

use std::{collections::BTreeSet, sync::Arc};

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{
    calibration::Calibration,
    response::{Definition, Duty, Excluded, Parts, Reason, Response, Start},
    roster::{FIX, Lines, POST, Roster},
    slots::{self, Slot},
    squads::{Competence, Profile, Squad, SquadKind, Squads},
};
use crate::{
    base::{Code, LngLat, Timestamp, tenths},
    kernel::{
        nearest::Hit,
        shape::round_deg,
        snap::Snapped,
        travel::{Field, Workspace, nearest_among},
    },
};
use left_out::LeftOut;

mod left_out;

/// At most this many excluded squads are listed.
pub const EXCLUDED_LISTED: usize = 20;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Query<'a> {
    pub target: LngLat,
    /// How many squads.
    pub k: usize,
    pub at: Timestamp,
    /// The local time of shifts.
    pub zone: &'a TimeZone,
    /// Only squads that may conclude a case alone.
    pub only_competent: bool,
    pub with_route: bool,
    /// Nobody else is asked about; all when not given.
    pub among: Option<&'a BTreeSet<Code>>,
    /// Which holds at `at`.
    pub slot: Option<&'a Slot>,
    pub calibration: Option<&'a Calibration>,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Recommendation {
    #[schema(value_type = String)]
    pub at: Timestamp,
    pub k: usize,
    pub target: Target,
    /// The time slot that holds for the whole search; `base` outside of all.
    pub slot: String,
    pub definition: Definition,
    /// The first to arrive first.
    pub squads: Vec<Ranked>,
    pub excluded: ExcludedSquads,
    /// Why nobody can be sent to the place at all.
    pub unreachable: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Target {
    pub point: LngLat,
    /// Where the road is left; null when none is near enough.
    pub snapped: Option<RoadPoint>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RoadPoint {
    pub lng: f64,
    pub lat: f64,
    /// From the point asked about, metres.
    pub distance_m: f64,
    /// The road does not hang together with the main network.
    pub island: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SquadRef {
    #[schema(value_type = String)]
    pub id: Code,
    pub name: String,
    pub name_zh: Option<String>,
    pub kind: SquadKind,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Ranked {
    pub rank: usize,
    pub squad: SquadRef,
    /// From the call to the arrival; the sum of `parts`.
    pub eta_s: u64,
    /// Between which four of five arrivals like it lie; null while the profile is uncalibrated.
    pub interval_s: Option<[u64; 2]>,
    pub parts: Parts,
    /// Along the road, metres.
    pub distance_m: f64,
    pub from: Start,
    pub competence: Competence,
    /// Those of the zones over the place that the squad serves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ServedZone>,
    /// From where the squad enters the road to where it leaves it.
    pub route: Option<Line>,
}

/// A patrol zone of a layer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct ServedZone {
    #[schema(value_type = String)]
    pub layer: Code,
    #[schema(value_type = String)]
    pub zone: Code,
}

/// A GeoJSON line.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename = "LineString")]
pub struct Line {
    /// Longitude and latitude.
    pub coordinates: Vec<[f64; 2]>,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ExcludedSquads {
    pub counts: Excluded,
    /// The nearest of them in a straight line. Squads are known to be unreachable only when fewer
    /// than `k` could be found.
    pub nearest: Vec<ExcludedSquad>,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ExcludedSquad {
    pub squad: SquadRef,
    pub reason: Reason,
    pub straight_line_m: f64,
}

/// Neither: the squad is left out.
const NOWHERE: u8 = u8::MAX;

/// The squads of `first` before all others: `k` of them together. `all` was asked about everybody, `first`
/// among those alone. Gives how much later the first one is there, seconds; `None` without anybody.
pub fn put_first(all: &mut Recommendation, first: Recommendation) -> Option<u64> {
    let soonest_s = all.squads.first()?.eta_s;
    let (mut squads, k) = (first.squads, all.k);
    squads.extend(std::mem::take(&mut all.squads));
    let mut seen = BTreeSet::new();
    squads.retain(|s| seen.insert(s.squad.id.clone()));
    squads.truncate(k);
    (1..).zip(&mut squads).for_each(|(rank, squad)| squad.rank = rank);
    all.squads = squads;
    Some(all.squads.first()?.eta_s - soonest_s)
}

/// The `k` squads that are at the target soonest.
pub fn nearest(roster: &Roster, squads: &Arc<Squads>, ws: &mut Workspace, query: &Query<'_>) -> Recommendation {
    let (network, definition, lines) = (roster.network(), roster.definition(), &*roster.lines(squads));
    let travel = |p: Profile| p == Profile::Car || lines.count[p as usize] > 0;
    let access = |p: Profile| definition.access(network.roads(p), query.target);
    let targets = Profile::ALL.map(|p| travel(p).then(|| access(p)).flatten());
    let (mut left_out, sources, eligible) = line_up(lines, definition, query, &targets);

    let field = |(profile, eligible): (Profile, Vec<usize>)| {
        let target = targets[profile as usize]?;
        let (travel, starts) = (network.roads(profile).travel(), &lines.starts[profile as usize]);
        Some(Field { travel, starts, target, extra_ms: definition.walk_s(target.distance_m) * 1_000, eligible })
    };
    let fields: Vec<Field<'_>> = Profile::ALL.into_iter().zip(eligible).filter_map(field).collect();
    let rank = |c: usize| (usize::from(sources[c / 2]) == c % 2).then(|| lines.rank[c / 2] as usize);
    let found = nearest_among(&fields, ws, query.k, true, rank);

    for rank in found.unreachable {
        let number = lines.ranked[rank] as usize;
        left_out.add(lines, number, sources[number].into(), Reason::Unreachable);
    }
    // Shown as a car sees it, where a car comes near.
    let target = targets.iter().flatten().next();
    let ranked = (1..).zip(found.hits).map(|(i, hit)| ranked(i, lines, hit, definition, query));
    Recommendation {
        at: query.at,
        k: query.k,
        slot: slots::name(query.slot).to_owned(),
        target: Target { point: query.target, snapped: target.map(road_point) },
        definition: definition.clone(),
        squads: ranked.collect(),
        excluded: left_out.listed(lines, query.target),
        unreachable: target.is_none().then(|| format!("no road within {} m of the point", definition.access_limit_m)),
    }
}

/// Who is left out; what each of the others sets out from, by number; and these as candidates, by
/// profile.
fn line_up(
    lines: &Lines,
    definition: &Definition,
    query: &Query<'_>,
    targets: &[Option<Snapped>; 3],
) -> (LeftOut, Vec<u8>, [Vec<usize>; 3]) {
    let wanted = Duty { at: query.at, zone: query.zone, free: true, competent: query.only_competent };
    let kinds: Vec<_> = lines.kinds.iter().map(|squad| (squad.profile as usize, wanted.unfit(squad))).collect();
    let fresh_ms = definition.fresh_ms(query.at);
    let (mut left_out, mut sources) = (LeftOut::new(query.target), vec![NOWHERE; lines.duties.len()]);
    let mut eligible: [Vec<usize>; 3] = Default::default();
    let asked = |number: usize| query.among.is_none_or(|few| few.contains(&lines.squads.numbered(number).id));
    for (number, duty) in lines.duties.iter().enumerate().filter(|(number, _)| asked(*number)) {
        let (profile, unfit) = kinds[duty.kind as usize];
        let source = if fresh_ms.contains(&duty.fixed_ms) { FIX } else { POST };
        let no_road = || (!duty.enters[source]).then_some(Reason::NoRoad);
        let no_access = || targets[profile].is_none().then_some(Reason::Unreachable);
        match unfit.or_else(no_road).or_else(no_access) {
            Some(reason) => left_out.add(lines, number, source, reason),
            None => {
                sources[number] = source as u8;
                eligible[profile].push(2 * number + source);
            }
        }
    }
    (left_out, sources, eligible)
}

fn ranked(rank: usize, lines: &Lines, hit: Hit, definition: &Definition, query: &Query<'_>) -> Ranked {
    let number = lines.ranked[hit.candidate] as usize;
    let squad = lines.squads.numbered(number);
    // What was added to the drive: turnout and both walks, to the road and from it.
    let walk_s = ((hit.total_ms - u64::from(hit.drive_ms)) / 1_000) as u32 - squad.turnout_s;
    let response =
        Response { handling_s: definition.handling_s, turnout_s: squad.turnout_s, drive_ms: hit.drive_ms, walk_s };
    let drive_s = query.calibration.and_then(|c| c.interval(squad.profile, query.slot, hit.drive_ms));
    let route = hit.route.unwrap_or_default();
    let coordinates = || route.points.iter().map(|p| [round_deg(p.lng), round_deg(p.lat)]).collect();
    Ranked {
        rank,
        squad: squad_ref(squad),
        eta_s: response.total_s(),
        interval_s: drive_s.map(|ends| ends.map(|s| response.fixed_s() + u64::from(s))),
        parts: response.parts(),
        distance_m: tenths(route.length_m),
        from: Start::of(squad, lines.fixes[number], query.at, definition).rounded(),
        competence: squad.competence(),
        zones: Vec::new(),
        route: query.with_route.then(|| Line { coordinates: coordinates() }),
    }
}

fn squad_ref(squad: &Squad) -> SquadRef {
    SquadRef { id: squad.id.clone(), name: squad.name.clone(), name_zh: squad.name_zh.clone(), kind: squad.kind }
}

fn road_point(s: &Snapped) -> RoadPoint {
    RoadPoint {
        lng: round_deg(s.point.lng),
        lat: round_deg(s.point.lat),
        distance_m: tenths(s.distance_m),
        island: s.island,
    }
}

#[cfg(test)]
mod tests;
