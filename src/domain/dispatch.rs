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
    auth::Sight,
    calibration::Calibration,
    officers::{Case, Certified, Competence, Outlook, Rule},
    response::{Definition, Duty, Excluded, Parts, Reason, Response, Start},
    roads::Network,
    roster::{FIX, Lines, POST, Roster},
    slots::{self, Slot},
    squads::{Profile, Squad, SquadKind, Squads},
};
use crate::{
    base::{Code, LngLat, Timestamp, tenths},
    kernel::{
        graph::Position,
        nearest::Hit,
        shape::round_deg,
        snap::{Moved, Snapped},
        travel::{Field, Workspace, nearest_among},
    },
};
use left_out::LeftOut;
pub use off_road::{FirstLook, first_look};

mod left_out;
mod off_road;

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
    /// What they are sent for: decides who may conclude it.
    pub case: Case,
    /// Only squads that may conclude the case alone.
    pub only_competent: bool,
    pub with_route: bool,
    /// Nobody else is asked about; all when not given.
    pub among: Option<&'a BTreeSet<Code>>,
    /// Those out of contact.
    pub lost: &'a BTreeSet<Code>,
    /// Which holds at `at`.
    pub slot: Option<&'a Slot>,
    pub calibration: Option<&'a Calibration>,
}

impl Query<'_> {
    /// As the squad will be when it arrives.
    fn certified(&self, squad: &Squad, response: Response) -> Certified {
        self.case.certified(squad, self.at.plus_ms(response.total_ms() as i64))
    }
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
    /// Where the first squad leaves the road, else where it is left nearest; null when none is near enough.
    pub snapped: Option<RoadPoint>,
    /// Why nobody comes by road (`no_road`, `closed`), or nobody from the main network (`no_way_in`).
    pub reason: Option<Reason>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RoadPoint {
    pub lng: f64,
    pub lat: f64,
    /// From the point asked about, metres.
    pub distance_m: f64,
    /// The road does not hang together with the main network.
    pub island: bool,
    /// Why it is not the nearest road; null where it is.
    pub moved: Option<Moved>,
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
    /// Along the road, of a boat in a straight line, metres.
    pub distance_m: f64,
    pub from: Start,
    pub competence: Competence,
    #[serde(flatten)]
    #[schema(inline)]
    pub certified: Certified,
    /// Where the squad enters the road; of a boat, where it sets out.
    pub enters: RoadPoint,
    /// Where it leaves the road for the place; of a boat, the place.
    pub leaves: RoadPoint,
    /// Those of the zones over the place that the squad serves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ServedZone>,
    /// From where the squad enters the road to where it leaves it; of a boat, straight.
    pub route: Option<Line>,
}

/// A squad out of the caller's sight: no more is said of it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct OutsideSquad {
    /// Among all, those in sight included.
    pub rank: usize,
    #[schema(value_type = String)]
    pub id: Code,
    #[schema(value_type = String)]
    pub unit: Code,
    /// From the call to the arrival.
    pub eta_s: u64,
}

/// Takes those out of sight from among the ranked ones.
pub fn take_outside<T>(
    ranked: &mut Vec<T>,
    of: impl Fn(&T) -> &Ranked,
    squads: &Squads,
    sight: &Sight,
) -> Vec<OutsideSquad> {
    let (seen, outside): (Vec<_>, Vec<_>) =
        std::mem::take(ranked).into_iter().partition(|one| is_seen(&of(one).squad.id, squads, sight));
    *ranked = seen;
    let outside = outside.iter().filter_map(|one| {
        let Ranked { rank, squad, eta_s, .. } = of(one);
        let unit = squads.get(&squad.id)?.unit.clone();
        Some(OutsideSquad { rank: *rank, id: squad.id.clone(), unit, eta_s: *eta_s })
    });
    outside.collect()
}

pub fn is_seen(squad: &Code, squads: &Squads, sight: &Sight) -> bool {
    sight.is_everything() || squads.get(squad).is_some_and(|squad| sight.sees_squad(squad))
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
#[schema(as = LineString)]
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
    /// The rule that it would break, of those who are not competent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub breaks: Option<Rule>,
    pub straight_line_m: f64,
}

/// What a squad is ordered by: milliseconds without handling, which all have, then its place by id.
type Order = (u64, usize);

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
    let targets: Targets = Profile::ALL.map(|p| travel(p).then(|| access(p)));
    let LinedUp { mut left_out, sources, eligible, boats, depend } = line_up(lines, definition, query, &targets);

    let field = |(profile, eligible): (Profile, Vec<usize>)| {
        let target = ways(&targets, profile)?.iter().map(|way| definition.on_foot(way)).collect();
        let (travel, starts) = (network.roads(profile).travel(), &lines.starts[profile as usize]);
        Some(Field { travel, starts, target, eligible })
    };
    let fields: Vec<Field<'_>> = Profile::ALL.into_iter().zip(eligible).filter_map(field).collect();
    let rank = |c: usize| (usize::from(sources[c / 2]) == c % 2).then(|| lines.rank[c / 2] as usize);
    // So many may come to nothing.
    let k = query.k + depend;
    let found = nearest_among(&fields, ws, k, true, rank);
    let by_road = found.hits.into_iter().filter_map(|hit| {
        let profile = lines.squads.numbered(lines.ranked[hit.candidate] as usize).profile.by_road().ok()?;
        let (order, ways) = ((hit.total_ms, hit.candidate), ways(&targets, profile).unwrap_or_default());
        Some((order, ranked(lines, hit, (network, profile), definition, query, ways)))
    });
    let by_road: Vec<_> = by_road.collect();
    let may_go = |(_, squad): &&(Order, Ranked)| !query.only_competent || squad.competence == Competence::Full;
    let leaves = by_road.iter().find(may_go).map(|(_, first)| first.leaves);
    let mut squads = Vec::new();
    for one in off_road::merged(by_road, off_road::boats(lines, &boats, definition, query), k) {
        let number = lines.ranked[one.0.1] as usize;
        match may_go(&&one) {
            _ if squads.len() == query.k => break,
            true => squads.push(Ranked { rank: squads.len() + 1, ..one.1 }),
            false => left_out.add(lines, number, usize::from(sources[number]), Reason::NotCompetent),
        }
    }

    let full = squads.len() >= query.k;
    for rank in found.unreachable.into_iter().filter(|_| !full) {
        let number = lines.ranked[rank] as usize;
        let source = usize::from(sources[number]);
        let Ok(profile) = lines.squads.numbered(number).profile.by_road() else { continue };
        let roads = network.roads(profile).imported();
        let mut starts = lines.starts[profile as usize].of(2 * number + source);
        let reason = if no_way_in(network, &targets, profile) {
            Reason::NoWayIn
        } else if !starts.any(|start| roads.leads_to_main(start.at)) {
            Reason::NoWayOut
        } else {
            Reason::Unreachable
        };
        left_out.add(lines, number, source, reason);
    }
    // Shown as a car sees it, where a car comes near.
    let nearest = Profile::ALL.into_iter().find_map(|p| ways(&targets, p)).map(|ways| road_point(&ways[0]));
    let blocked = targets.iter().flatten().find_map(|t| t.as_ref().err().copied()).filter(|_| nearest.is_none());
    let cut_off = || Profile::ALL.into_iter().all(|p| ways(&targets, p).is_none() || no_way_in(network, &targets, p));
    let limit_m = definition.access_limit_m;
    Recommendation {
        at: query.at,
        k: query.k,
        slot: slots::name(query.slot).to_owned(),
        target: Target {
            point: query.target,
            snapped: leaves.or(nearest),
            reason: blocked.or_else(|| cut_off().then_some(Reason::NoWayIn)),
        },
        definition: definition.clone(),
        excluded: left_out.listed(lines, query),
        unreachable: blocked.filter(|_| squads.is_empty()).map(|reason| match reason {
            Reason::Closed => {
                format!("the road at the point is closed, and every road within {limit_m} m on foot along it")
            }
            _ => format!("no road within {limit_m} m of the point"),
        }),
        squads,
    }
}

/// By profile, where squads travel so: by which ways the place is come to, or why it is not.
type Targets = [Option<Result<Vec<Snapped>, Reason>>; 3];

fn ways(targets: &Targets, profile: Profile) -> Option<&[Snapped]> {
    Some(targets[profile as usize].as_ref()?.as_ref().ok()?)
}

/// Whether no road leads from the main network to the place, though one is near.
fn no_way_in(network: &Network, targets: &Targets, profile: Profile) -> bool {
    let roads = network.roads(profile).imported();
    ways(targets, profile).is_some_and(|ways| !ways.iter().any(|way| roads.is_led_to(way.position())))
}

/// Who may be sent.
struct LinedUp {
    left_out: LeftOut,
    /// What each of the others sets out from, by number.
    sources: Vec<u8>,
    /// These as candidates, by the roads that they travel on.
    eligible: [Vec<usize>; 3],
    /// Boats that come to the place, by number.
    boats: Vec<usize>,
    /// How many of them are competent only if they arrive at the right moment.
    depend: usize,
}

fn line_up(lines: &Lines, definition: &Definition, query: &Query<'_>, targets: &Targets) -> LinedUp {
    let wanted = Duty { at: query.at, zone: query.zone, free: true };
    let outlook = |squad: &Arc<Squad>| match query.only_competent {
        true => query.case.outlook(squad, query.at),
        false => Outlook::Always,
    };
    let kind = |squad: &Arc<Squad>| {
        // In contact, and out of it.
        let unfit = [false, true].map(|lost| wanted.unfit(squad, lost));
        let outlook = if unfit.contains(&None) { outlook(squad) } else { Outlook::Always };
        let never = (outlook == Outlook::Never).then_some(Reason::NotCompetent);
        (squad.profile.by_road(), unfit.map(|reason| reason.or(never)), outlook == Outlook::Depends)
    };
    let (kinds, mut depend): (Vec<_>, _) = (lines.kinds.iter().map(kind).collect(), 0);
    let lost = |number: usize| !query.lost.is_empty() && query.lost.contains(&lines.squads.numbered(number).id);
    let fresh_ms = definition.fresh_ms(query.at);
    let (mut left_out, mut sources) = (LeftOut::new(query.target), vec![NOWHERE; lines.duties.len()]);
    let (mut eligible, mut boats): ([Vec<usize>; 3], Vec<usize>) = Default::default();
    let asked = |number: usize| query.among.is_none_or(|few| few.contains(&lines.squads.numbered(number).id));
    for (number, duty) in lines.duties.iter().enumerate().filter(|(number, _)| asked(*number)) {
        let (profile, unfit, depends) = kinds[duty.kind as usize];
        let source = if fresh_ms.contains(&duty.fixed_ms) { FIX } else { POST };
        let no_access = || match profile {
            Ok(profile) => (!matches!(targets[profile as usize], Some(Ok(_)))).then_some(Reason::Unreachable),
            Err(reason) => off_road::way(lines, number, definition, query).is_none().then_some(reason),
        };
        match unfit[usize::from(lost(number))].or(duty.barred[source]).or_else(no_access) {
            Some(reason) => left_out.add(lines, number, source, reason),
            None => {
                sources[number] = source as u8;
                depend += usize::from(depends);
                match profile {
                    Ok(profile) => eligible[profile as usize].push(2 * number + source),
                    Err(_) => boats.push(number),
                }
            }
        }
    }
    LinedUp { left_out, sources, eligible, boats, depend }
}

/// `ways` lead to the place from the squad's roads.
fn ranked(
    lines: &Lines,
    hit: Hit,
    (network, profile): (&Network, Profile),
    definition: &Definition,
    query: &Query<'_>,
    ways: &[Snapped],
) -> Ranked {
    let number = lines.ranked[hit.candidate] as usize;
    let squad = lines.squads.numbered(number);
    // What was added to the drive: turnout and both walks, to the road and from it.
    let walk_s = ((hit.total_ms - u64::from(hit.drive_ms)) / 1_000) as u32 - squad.turnout_s;
    let response =
        Response { handling_s: definition.handling_s, turnout_s: squad.turnout_s, drive_ms: hit.drive_ms, walk_s };
    let drive_s = query.calibration.and_then(|c| c.interval(profile, query.slot, hit.drive_ms));
    let route = hit.route.unwrap_or_default();
    let coordinates = || route.points.iter().map(|p| [round_deg(p.lng), round_deg(p.lat)]).collect();
    let certified = query.certified(squad, response);
    let from = Start::of(squad, lines.fixes[number], query.at, definition);
    let entries = definition.entry(network.roads(profile), from.point()).unwrap_or_default();
    let taken = |ways: &[Snapped], at: Position| {
        let way = ways.iter().find(|way| way.position() == at).map(road_point);
        way.expect("a drive begins and ends at an entrance")
    };
    let [enters, leaves] = [taken(&entries, route.ends[0]), taken(ways, route.ends[1])];
    Ranked {
        rank: 0,
        squad: squad_ref(squad),
        eta_s: response.total_s(),
        interval_s: drive_s.map(|ends| ends.map(|s| response.fixed_s() + u64::from(s))),
        parts: response.parts(),
        distance_m: tenths(route.length_m),
        from: from.rounded(),
        enters,
        leaves,
        competence: certified.competence(),
        certified,
        zones: Vec::new(),
        route: query.with_route.then(|| Line { coordinates: coordinates() }),
    }
}

fn squad_ref(squad: &Squad) -> SquadRef {
    SquadRef { id: squad.id.clone(), name: squad.name.clone(), name_zh: squad.name_zh.clone(), kind: squad.kind }
}

pub fn road_point(s: &Snapped) -> RoadPoint {
    RoadPoint {
        lng: round_deg(s.point.lng),
        lat: round_deg(s.point.lat),
        distance_m: tenths(s.distance_m),
        island: s.island,
        moved: s.moved,
    }
}

#[cfg(test)]
mod tests;
