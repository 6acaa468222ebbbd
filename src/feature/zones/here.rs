//! Which zones hold at a place and date, with their teams: for the answers of other words.

use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use crate::{
    base::{Code, LngLat, Timestamp},
    domain::{
        incidents::FiledZone,
        squads::Squads,
        zones::{InForce, Zone, Zones, plan::TeamPlaces},
    },
    world::World,
};

/// A zone that holds at a date, with everything to reach its people.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ZoneHere {
    pub layer: Code,
    pub layer_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer_name_zh: Option<String>,
    pub zone: Code,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_zh: Option<String>,
    /// In force for the layer.
    pub plan: Uuid,
    pub from: Timestamp,
    pub squads: Vec<Code>,
    /// By role, with the numbers of units.
    pub team: Vec<TeamPlaces>,
}

impl ZoneHere {
    pub fn of(here: InForce, zone: &Zone) -> Self {
        Self {
            layer: here.layer.head.code.clone(),
            layer_name: here.layer.head.name.clone(),
            layer_name_zh: here.layer.head.name_zh.clone(),
            zone: zone.code.clone(),
            name: zone.name.clone(),
            name_zh: zone.name_zh.clone(),
            plan: here.entry.plan,
            from: here.entry.from,
            squads: zone.squads.iter().map(|s| s.id.clone()).collect(),
            team: zone.team.clone(),
        }
    }
}

/// The zones over `p` at `at`, by layer and code.
pub fn here(zones: &Zones, p: LngLat, at: Timestamp) -> Vec<ZoneHere> {
    let found = zones.locate(p, at).into_iter();
    found.filter_map(|(here, zone)| Some(ZoneHere::of(here, here.layer.zones.get(zone)?))).collect()
}

/// The same as an incident keeps them.
pub fn filed(zones: &Zones, p: LngLat, at: Timestamp) -> Vec<FiledZone> {
    let found = zones.locate(p, at).into_iter();
    let filed = |(here, zone): (InForce, &Code)| FiledZone {
        layer: here.entry.layer.clone(),
        zone: zone.clone(),
        plan: here.entry.plan,
    };
    found.map(filed).collect()
}

/// The squads at the posts that the plans in force at `at` give them.
pub fn posted(world: &World, at: Timestamp) -> Arc<Squads> {
    let posts = world.zones.posts(at);
    if posts.is_empty() { Arc::clone(&world.squads) } else { Arc::new(world.squads.posted(&posts)) }
}
