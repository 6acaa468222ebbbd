//! Who gets there first: the nearest squads by whole response time, with the reasons why others
//! were left out.
//!
//! A squad is eligible when it is available and on shift, near a road, and competent where that is
//! asked for. It sets out from its last fix when that is fresh, else from its post. Same input, same
//! squads: order is by exact response in milliseconds, then by squad id.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{
    calibration::Calibration,
    response::{Definition, Excluded, Parts, Reason, Response, Start, off_duty},
    roads::Network,
    slots::{self, Slot},
    squads::{Competence, Profile, Squad, SquadKind, SquadStatus, Squads},
};
use crate::{
    base::{Code, LngLat, Timestamp, tenths},
    kernel::{
        dijkstra::Route,
        nearest::{Candidate, Field, nearest_among},
        shape::round_deg,
        snap::Snapped,
        travel::Workspace,
    },
};

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
    /// From where the squad enters the road to where it leaves it.
    pub route: Option<Line>,
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

/// A squad that may be sent.
struct Eligible<'a> {
    squad: &'a Squad,
    start: Start,
    entry: Snapped,
    /// Both walks: to the road and from it.
    walk_s: u32,
}

/// The `k` squads that are at the target soonest.
pub fn nearest(
    squads: &Squads,
    network: &Network,
    ws: &mut Workspace,
    definition: &Definition,
    query: &Query<'_>,
) -> Recommendation {
    let travel = |p: Profile| p == Profile::Car || squads.all().any(|s| s.profile == p);
    let access = |p: Profile| definition.access(network.roads(p), query.target);
    let targets = Profile::ALL.map(|p| travel(p).then(|| access(p)).flatten());
    let (mut eligible, mut left_out) = (Vec::new(), Vec::new());
    for squad in squads.all() {
        let start = Start::last_known(squads, squad, query.at, definition);
        match entry(network, definition, query, squad, &start) {
            Ok(entry) => match &targets[squad.profile as usize] {
                Some(target) => {
                    let walk_s = definition.walk_s(entry.distance_m) + definition.walk_s(target.distance_m);
                    eligible.push(Eligible { squad, start, entry, walk_s });
                }
                None => left_out.push((squad.as_ref(), start, Reason::Unreachable)),
            },
            Err(reason) => left_out.push((squad.as_ref(), start, reason)),
        }
    }
    let found = nearest_among(&fields(network, &targets, &eligible), &mut ws.search, query.k, true);
    left_out.extend(found.unreachable.iter().map(|&i| (eligible[i].squad, eligible[i].start, Reason::Unreachable)));
    // Shown as a car sees it, where a car comes near.
    let target = targets.iter().flatten().next();
    let ranked = found.hits.into_iter().enumerate().filter_map(|(i, hit)| {
        Some(ranked(i + 1, &eligible[hit.candidate], hit.drive_ms, &hit.route?, definition, query))
    });
    Recommendation {
        at: query.at,
        k: query.k,
        slot: slots::name(query.slot).to_owned(),
        target: Target { point: query.target, snapped: target.map(road_point) },
        definition: definition.clone(),
        squads: ranked.collect(),
        excluded: excluded(query.target, left_out),
        unreachable: target.is_none().then(|| format!("no road within {} m of the point", definition.access_limit_m)),
    }
}

/// Who comes on which roads: those of one profile race on theirs.
fn fields<'a>(network: &'a Network, targets: &[Option<Snapped>; 3], eligible: &[Eligible<'_>]) -> Vec<Field<'a>> {
    let candidate = |e: &Eligible<'_>| Candidate { at: e.entry, extra_ms: (e.squad.turnout_s + e.walk_s) * 1_000 };
    let field = |profile: Profile| {
        let of_profile = eligible.iter().enumerate().filter(|(_, e)| e.squad.profile == profile);
        let candidates: Vec<_> = of_profile.map(|(i, e)| (i, candidate(e))).collect();
        let target = targets[profile as usize].filter(|_| !candidates.is_empty())?;
        Some(Field { graph: &network.roads(profile).graph, target, candidates })
    };
    Profile::ALL.into_iter().filter_map(field).collect()
}

/// Where the squad enters the road, or why it is not sent.
fn entry(
    network: &Network,
    definition: &Definition,
    query: &Query<'_>,
    squad: &Squad,
    start: &Start,
) -> Result<Snapped, Reason> {
    if let Some(reason) = off_duty(squad, query.at, query.zone) {
        Err(reason)
    } else if squad.status == SquadStatus::Busy {
        Err(Reason::Busy)
    } else if query.only_competent && squad.competence() != Competence::Full {
        Err(Reason::NotCompetent)
    } else {
        definition.entry(network.roads(squad.profile), start.point()).ok_or(Reason::NoRoad)
    }
}

fn ranked(
    rank: usize,
    e: &Eligible<'_>,
    drive_ms: u32,
    route: &Route,
    definition: &Definition,
    query: &Query<'_>,
) -> Ranked {
    let response =
        Response { handling_s: definition.handling_s, turnout_s: e.squad.turnout_s, drive_ms, walk_s: e.walk_s };
    let drive_s = query.calibration.and_then(|c| c.interval(e.squad.profile, query.slot, drive_ms));
    let coordinates = || route.points.iter().map(|p| [round_deg(p.lng), round_deg(p.lat)]).collect();
    Ranked {
        rank,
        squad: squad_ref(e.squad),
        eta_s: response.total_s(),
        interval_s: drive_s.map(|ends| ends.map(|s| response.fixed_s() + u64::from(s))),
        parts: response.parts(),
        distance_m: tenths(route.length_m),
        from: e.start.rounded(),
        competence: e.squad.competence(),
        route: query.with_route.then(|| Line { coordinates: coordinates() }),
    }
}

fn excluded(target: LngLat, left_out: Vec<(&Squad, Start, Reason)>) -> ExcludedSquads {
    let mut counts = Excluded::default();
    let mut far: Vec<(f64, &Squad, Reason)> = Vec::with_capacity(left_out.len());
    for (squad, start, reason) in left_out {
        counts.count(reason);
        far.push((start.point().distance_m(target), squad, reason));
    }
    far.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)));
    let listed = |&(m, squad, reason): &(f64, &Squad, Reason)| ExcludedSquad {
        squad: squad_ref(squad),
        reason,
        straight_line_m: tenths(m),
    };
    ExcludedSquads { counts, nearest: far.iter().take(EXCLUDED_LISTED).map(listed).collect() }
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
