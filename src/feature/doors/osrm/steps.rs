//! The steps of a leg: one for each street, and the arrival.

use super::{
    super::{
        Roads, seconds,
        streets::{Street, Turn, Way},
        tenths,
    },
    location,
    refusal::Refusal,
    style::Style,
    wire::{Intersection, Maneuver, Step},
};
use crate::{domain::squads::Profile, kernel::graph::Graph};

pub fn steps(roads: &Roads, streets: &[Street], style: &Style) -> Result<Vec<Step>, Refusal> {
    let mut steps = Vec::with_capacity(streets.len() + 1);
    for i in 0..streets.len() {
        steps.push(step(roads, streets, i, style)?);
    }
    steps.push(arrival(roads, &streets[streets.len() - 1], style)?);
    Ok(steps)
}

/// Along the street with this index.
fn step(roads: &Roads, streets: &[Street], i: usize, style: &Style) -> Result<Step, Refusal> {
    let (street, before) = (&streets[i], i.checked_sub(1).map(|b| &streets[b]));
    let turn = street.turn(before);
    let next = streets.get(i + 1);
    let ring = rotary_name(street, before, next);
    let is_rotary = |of: Option<&Street>, i: usize| {
        of.is_some_and(|of| rotary_name(of, i.checked_sub(1).map(|b| &streets[b]), Some(street)).is_some())
    };
    let kind = match (before.map(|b| b.way), street.way) {
        (None, _) => "depart",
        (_, Way::Roundabout) if ring.is_some() => "rotary",
        (_, Way::Roundabout) => "roundabout",
        (Some(Way::Roundabout), _) if is_rotary(before, i - 1) => "exit rotary",
        (Some(Way::Roundabout), _) => "exit roundabout",
        (Some(former), now) if turn.word == "straight" => {
            if former == now {
                "new name"
            } else {
                "notification"
            }
        }
        _ => "turn",
    };
    // Who leaves a roundabout is told by which exit where he comes to it, and to which street.
    let exit = match street.way {
        Way::Roundabout if before.is_some() => next.map(|_| street.exit(roads.graph())),
        _ => before.filter(|b| b.way == Way::Roundabout).map(|b| b.exit(roads.graph())),
    };
    let called = next.filter(|_| street.way == Way::Roundabout).unwrap_or(street);
    let maneuver = maneuver(kind, &turn, exit);
    let intersection = intersection(&turn, true);
    Ok(Step {
        name: called.name.to_owned(),
        number: Some(called.number).filter(|n| !n.is_empty()).map(str::to_owned),
        rotary_name: ring.map(str::to_owned),
        duration: seconds(street.ms),
        weight: seconds(street.ms),
        distance: tenths(street.mm as f64 / 1_000.0),
        geometry: style.geometry(street.points.iter().copied())?,
        mode: mode(roads.profile, street.way),
        driving_side: side(roads.graph()),
        maneuver,
        intersections: vec![intersection],
    })
}

/// A roundabout that has a name of its own, not that of a road that it is part of.
fn rotary_name<'a>(street: &Street<'a>, before: Option<&Street>, next: Option<&Street>) -> Option<&'a str> {
    let is_own = |beside: Option<&Street>| beside.is_none_or(|b| b.name != street.name);
    let named = street.way == Way::Roundabout && !street.name.is_empty();
    (named && is_own(before) && is_own(next)).then_some(street.name)
}

fn arrival(roads: &Roads, last: &Street, style: &Style) -> Result<Step, Refusal> {
    let end = last.points[last.points.len() - 1];
    let turn = Turn { at: end, before: Some(last.last_bearing()), after: 0.0, word: "straight" };
    Ok(Step {
        name: last.name.to_owned(),
        number: Some(last.number).filter(|n| !n.is_empty()).map(str::to_owned),
        rotary_name: None,
        duration: 0.0,
        weight: 0.0,
        distance: 0.0,
        geometry: style.geometry([end, end])?,
        mode: mode(roads.profile, last.way),
        driving_side: side(roads.graph()),
        maneuver: Maneuver { modifier: None, bearing_after: 0, ..maneuver("arrive", &turn, None) },
        intersections: vec![intersection(&turn, false)],
    })
}

fn mode(profile: Profile, way: Way) -> &'static str {
    match (way, profile) {
        (Way::Ferry, _) => "ferry",
        (_, Profile::Car) => "driving",
        (_, Profile::Ebike) => "cycling",
        (_, Profile::Foot) => "walking",
    }
}

fn side(graph: &Graph) -> &'static str {
    if graph.topology.keeps_left { "left" } else { "right" }
}

fn whole_deg(deg: f64) -> u32 {
    deg.round() as u32 % 360
}

fn maneuver(kind: &'static str, turn: &Turn, exit: Option<usize>) -> Maneuver {
    Maneuver {
        kind,
        modifier: Some(turn.word),
        exit,
        location: location(turn.at),
        bearing_before: turn.before.map_or(0, whole_deg),
        bearing_after: whole_deg(turn.after),
    }
}

/// The roads one comes from (as a bearing away from the junction) and goes to.
fn intersection(turn: &Turn, goes_on: bool) -> Intersection {
    let come_from = turn.before.map(|before| (whole_deg(before) + 180) % 360);
    let go_to = goes_on.then(|| whole_deg(turn.after));
    let bearings: Vec<u32> = come_from.into_iter().chain(go_to).collect();
    Intersection {
        location: location(turn.at),
        entry: come_from.map(|_| false).into_iter().chain(go_to.map(|_| true)).collect(),
        come_from: come_from.map(|_| 0),
        go_to: go_to.map(|_| bearings.len() - 1),
        bearings,
    }
}
