//! Squads that don't go by road: boats, which rank among the others where the place lies on their water, and drones,
//! which have a first look and are never ranked.

use serde::Serialize;

use super::{Line, Order, Query, Ranked, RoadPoint, SquadRef, squad_ref};
use crate::{
    base::tenths,
    domain::{
        response::{Definition, Duty, Parts, Response, Start},
        roster::Lines,
        squads::{SquadProfile, Squads},
    },
    kernel::shape::round_deg,
};

/// A drone that could have a first look: no officers, no arrival.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FirstLook {
    pub squad: SquadRef,
    /// From the call until it is over the place; the sum of `parts`.
    pub eta_s: u64,
    pub parts: Parts,
    /// In a straight line, metres.
    pub distance_m: f64,
    pub from: Start,
}

/// The `k` drones that are over the place first: available, on shift, within range. By response, then by id.
pub fn first_look(squads: &Squads, definition: &Definition, query: &Query<'_>) -> Vec<FirstLook> {
    let duty = Duty { at: query.at, zone: query.zone, free: true };
    let drones = squads
        .all()
        .filter(|s| s.profile == SquadProfile::Drone && duty.unfit(s, query.lost.contains(&s.id)).is_none());
    let mut found: Vec<_> = drones
        .filter_map(|squad| {
            let from = Start::last_known(squads, squad, query.at, definition);
            let (away_m, drive_ms) = squad.straight(from.point(), query.target, &query.case.over, definition)?;
            let response = response(definition, squad.turnout_s, drive_ms);
            let looks = FirstLook {
                squad: squad_ref(squad),
                eta_s: response.total_s(),
                parts: response.parts(),
                distance_m: tenths(away_m),
                from: from.rounded(),
            };
            Some((response.total_ms(), looks))
        })
        .collect();
    // Stable: squads come by id.
    found.sort_by_key(|(total_ms, _)| *total_ms);
    found.into_iter().take(query.k).map(|(_, looks)| looks).collect()
}

fn response(definition: &Definition, turnout_s: u32, drive_ms: u32) -> Response {
    Response { handling_s: definition.handling_s, turnout_s, drive_ms, walk_s: 0 }
}

/// How far and how long squad `number` goes in a straight line; none where it does not come.
pub(super) fn way(lines: &Lines, number: usize, definition: &Definition, query: &Query<'_>) -> Option<(f64, u32)> {
    let squad = lines.squads.numbered(number);
    let from = Start::of(squad, lines.fixes[number], query.at, definition);
    squad.straight(from.point(), query.target, &query.case.over, definition)
}

pub(super) fn boats(
    lines: &Lines,
    boats: &[usize],
    definition: &Definition,
    query: &Query<'_>,
) -> Vec<(Order, Ranked)> {
    let one = |&number: &usize| {
        let (squad, (away_m, drive_ms)) = (lines.squads.numbered(number), way(lines, number, definition, query)?);
        let from = Start::of(squad, lines.fixes[number], query.at, definition);
        let response = response(definition, squad.turnout_s, drive_ms);
        let certified = query.certified(squad, response);
        let line = [from.point(), query.target].map(|p| [round_deg(p.lng), round_deg(p.lat)]);
        let [enters, leaves] =
            line.map(|[lng, lat]| RoadPoint { lng, lat, distance_m: 0.0, island: false, moved: None });
        let ranked = Ranked {
            rank: 0,
            squad: squad_ref(squad),
            eta_s: response.total_s(),
            interval_s: None,
            parts: response.parts(),
            distance_m: tenths(away_m),
            from: from.rounded(),
            competence: certified.competence(),
            certified,
            enters,
            leaves,
            zones: Vec::new(),
            route: query.with_route.then(|| Line { coordinates: line.to_vec() }),
        };
        Some(((u64::from(squad.turnout_s) * 1_000 + u64::from(drive_ms), lines.rank[number] as usize), ranked))
    };
    boats.iter().filter_map(one).collect()
}

/// The `k` first of both.
pub(super) fn merged(mut by_road: Vec<(Order, Ranked)>, boats: Vec<(Order, Ranked)>, k: usize) -> Vec<(Order, Ranked)> {
    by_road.extend(boats);
    by_road.sort_by_key(|(order, _)| *order);
    by_road.truncate(k);
    by_road
}
