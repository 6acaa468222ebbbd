//! Profile `car`: which ways a car may use, in which direction, how fast.
//!
//! Speeds are those of a table by class, or 0.8 of a tagged limit.

use super::{
    access::{self, Access, INVITING, Rules},
    limit::{Limit, limit},
};
use crate::{
    domain::roads::SpeedTable,
    import::osm::{RawRoads, Tags},
    kernel::graph::RoadClass,
};

pub const RULES: Rules = Rules {
    access: &["motorcar", "motor_vehicle", "vehicle", "access"],
    oneway: &["oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"],
    modes: &["motorcar", "motor_vehicle", "vehicle"],
    vehicle: true,
};

/// Barriers that open for a car, or that it drives through.
pub const PASSABLE: [&str; 15] = [
    "arch",
    "border_control",
    "bump_gate",
    "cattle_grid",
    "entrance",
    "gate",
    "height_restrictor",
    "kerb",
    "lift_gate",
    "no",
    "sally_port",
    "sliding_gate",
    "swing_gate",
    "toll_booth",
    "hampshire_gate",
];

/// Kilometres per hour by class.
///
/// `Osrm`: the table of OSRM's car profile. `China`: a default of ours, not verified by arrivals:
/// what is left of the design speeds of JTG B01 (roads) and CJJ 37 (streets) in traffic, with
/// 40 km/h and 30 km/h as the limits of roads and streets without a centre line (Implementation
/// Regulations of the Road Traffic Safety Law, article 45).
fn km_per_h(table: SpeedTable, class: RoadClass) -> Option<u32> {
    use RoadClass::*;
    let [osrm, china] = match class {
        Motorway => [90, 100],
        MotorwayLink => [45, 45],
        Trunk => [85, 65],
        TrunkLink => [40, 40],
        Primary => [65, 50],
        PrimaryLink => [30, 30],
        Secondary => [55, 40],
        SecondaryLink => [25, 25],
        Tertiary => [40, 32],
        TertiaryLink => [20, 20],
        Unclassified => [25, 28],
        Residential => [25, 20],
        LivingStreet => [10, 10],
        Service => [15, 12],
        Track | Path | Ferry => return None,
    };
    Some(match table {
        SpeedTable::Osrm => osrm,
        SpeedTable::China => china,
    })
}

/// Kilometres per hour where `motor_vehicle=yes` or the like opens a way that is not for cars by its
/// class, at most; a default of ours.
fn invited_km_per_h(class: RoadClass) -> Option<u32> {
    match class {
        RoadClass::Track => Some(15),
        RoadClass::Path => Some(10),
        _ => None,
    }
}

/// Metres per hour forward and backward, 0 where forbidden, or why a car may do nothing on the way.
pub fn way(raw: &RawRoads, tags: &Tags, class: RoadClass, table: SpeedTable) -> Result<[u32; 2], &'static str> {
    // A way that is for cars only where a tag says so, expressly.
    let invited = |side: &str| {
        let keys = ["motorcar", "motor_vehicle"].map(|key| [format!("{key}:{side}"), key.to_owned()]);
        let told = keys.as_flattened().iter().find(|key| raw.tag(tags, key).is_some());
        told.is_some_and(|key| raw.says(tags, key, &INVITING))
    };
    let by_class = km_per_h(table, class);
    let on_invitation = invited_km_per_h(class).filter(|_| !raw.says(tags, "highway", &["steps", "corridor"]));
    let km_per_h = by_class.or(on_invitation).ok_or("way of a class that is not for cars (path, track, ...)")?;
    let implied = matches!(class, RoadClass::Motorway | RoadClass::MotorwayLink) || access::is_round(raw, tags);
    let open = RULES.directions(raw, tags, implied);
    let speed = |open: bool, side: &str| {
        let allowed = open && !RULES.forbids(raw, tags, side);
        match by_class {
            Some(_) if allowed => m_per_h(raw, tags, side, class, km_per_h),
            None if allowed && invited(side) => m_per_h(raw, tags, side, class, km_per_h).min(km_per_h * 1000),
            _ => 0,
        }
    };
    Ok([speed(open[0], "forward"), speed(open[1], "backward")])
}

/// Whether a car passes the node.
pub fn barrier(raw: &RawRoads, tags: &Tags) -> Access {
    let rising = raw.says(tags, "bollard", &["rising"]);
    access::barrier(raw, tags, &RULES, |kind| PASSABLE.contains(&kind) || rising)
}

fn m_per_h(raw: &RawRoads, tags: &Tags, side: &str, class: RoadClass, km_per_h: u32) -> u32 {
    let of_side = raw.tag(tags, &format!("maxspeed:{side}"));
    match of_side.or_else(|| raw.tag(tags, "maxspeed")).map(limit) {
        Some(Limit::MetresPerHour(m)) => m * 4 / 5,
        // 140 km/h, as OSRM has it; a lane without a limit is not driven faster for that.
        Some(Limit::Without) if is_main(class) => 112_000,
        _ => km_per_h * 1000,
    }
}

/// A motorway, trunk, primary or secondary road, and no ramp.
fn is_main(class: RoadClass) -> bool {
    matches!(class, RoadClass::Motorway | RoadClass::Trunk | RoadClass::Primary | RoadClass::Secondary)
}

#[cfg(test)]
mod tests;
