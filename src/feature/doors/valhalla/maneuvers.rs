//! The manoeuvres of a leg: one for each street, and the arrival.

use super::{
    phrases::{Act, Language},
    thousandths,
    trip::Maneuver,
};
use crate::{
    domain::squads::Profile,
    feature::doors::{
        Roads,
        streets::{Street, Turn, Way},
    },
};

/// How the client wants them.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub language: Language,
    /// Whether they are put in words.
    pub told: bool,
    /// Metres of a unit of length.
    pub unit_m: f64,
}

pub fn maneuvers(roads: &Roads, streets: &[Street], style: Style) -> Vec<Maneuver> {
    let mut all: Vec<Maneuver> = Vec::with_capacity(streets.len() + 1);
    for (i, street) in streets.iter().enumerate() {
        let begin = all.last().map_or(0, |former| former.end_shape_index);
        all.push(maneuver(roads, [i.checked_sub(1).map(|b| &streets[b]), streets.get(i + 1)], street, begin, style));
    }
    let last = &streets[streets.len() - 1];
    let (travel_mode, travel_type) = travel(roads.profile);
    let end = all.last().map_or(0, |former| former.end_shape_index);
    all.push(Maneuver {
        kind: 4,
        instruction: style.told.then(|| style.language.say(Act::Arrive, "")),
        street_names: Vec::new(),
        time: 0.0,
        length: 0.0,
        cost: 0.0,
        begin_shape_index: end,
        end_shape_index: end,
        bearing_before: Some(whole_deg(last.last_bearing())),
        bearing_after: None,
        roundabout_exit_count: None,
        travel_mode,
        travel_type,
    });
    all
}

fn maneuver(
    roads: &Roads,
    [before, next]: [Option<&Street>; 2],
    street: &Street,
    begin_shape_index: usize,
    style: Style,
) -> Maneuver {
    let turn = street.turn(before);
    let is_entered = street.way == Way::Roundabout && before.is_some();
    let exit = next.filter(|_| is_entered).map(|_| street.exit(roads.graph()));
    let act = act(&turn, before, street, exit);
    // Of a roundabout one is told which street to leave it by.
    let onto = next.filter(|_| is_entered).unwrap_or(street);
    let onto = if onto.name.is_empty() { onto.number } else { onto.name };
    let time = thousandths(f64::from(street.ms) / 1_000.0);
    let (travel_mode, travel_type) = travel(roads.profile);
    Maneuver {
        kind: number(act, onto, roads.graph().topology.keeps_left),
        instruction: style.told.then(|| style.language.say(act, onto)),
        street_names: [street.name, street.number].into_iter().filter(|n| !n.is_empty()).map(str::to_owned).collect(),
        time,
        length: thousandths(street.mm as f64 / 1_000.0 / style.unit_m),
        cost: time,
        begin_shape_index,
        end_shape_index: begin_shape_index + street.points.len() - 1,
        bearing_before: turn.before.map(whole_deg),
        bearing_after: Some(whole_deg(turn.after)),
        roundabout_exit_count: exit,
        travel_mode,
        travel_type,
    }
}

fn act(turn: &Turn, before: Option<&Street>, street: &Street, exit: Option<usize>) -> Act {
    match (before.map(|b| b.way), street.way) {
        (None, _) => Act::Start(turn.after),
        (_, Way::Roundabout) => Act::EnterRoundabout(exit),
        (Some(Way::Roundabout), _) => Act::LeaveRoundabout,
        (Some(Way::Road), Way::Ferry) => Act::Board,
        (Some(Way::Ferry), Way::Road) => Act::Land,
        _ if turn.word == "straight" => Act::Continue,
        _ => Act::Turn(turn.word),
    }
}

/// Valhalla's number for it.
fn number(act: Act, street: &str, keeps_left: bool) -> u8 {
    match act {
        Act::Start(_) => 1,
        Act::Arrive => 4,
        Act::Continue if street.is_empty() => 8,
        Act::Continue => 7,
        Act::EnterRoundabout(_) => 26,
        Act::LeaveRoundabout => 27,
        Act::Board => 28,
        Act::Land => 29,
        Act::Turn("slight right") => 9,
        Act::Turn("right") => 10,
        Act::Turn("sharp right") => 11,
        Act::Turn("sharp left") => 14,
        Act::Turn("left") => 15,
        Act::Turn("slight left") => 16,
        // One turns round across the road.
        Act::Turn(_) if keeps_left => 12,
        Act::Turn(_) => 13,
    }
}

fn travel(profile: Profile) -> (&'static str, &'static str) {
    match profile {
        Profile::Car => ("drive", "car"),
        Profile::Ebike => ("bicycle", "hybrid"),
        Profile::Foot => ("pedestrian", "foot"),
    }
}

fn whole_deg(deg: f64) -> u32 {
    deg.round() as u32 % 360
}
