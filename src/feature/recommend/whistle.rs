//! Whom to whistle for, where the nearest may secure the scene only.

use super::{Params, advice::WhistleFor, case::Case};
use crate::{
    domain::{responsibility::Ground, whistles::Obligation},
    world::World,
};

impl Params {
    /// Departments that whistle lists name for it, as it was filed.
    pub(super) fn whistle(&self, world: &World, case: &Case) -> Vec<WhistleFor> {
        let Some(matter) = case.matter.as_ref().and_then(|code| world.matters.get(code)) else { return Vec::new() };
        let incident = self.incident.and_then(|id| world.incidents.get(&id));
        let ground = incident.map_or_else(|| Ground::at(&world.areas, case.target), |i| i.ground(&world.areas));
        let obligation = Obligation::of(case.urgency);
        let one = |(department, list)| WhistleFor { department, obligation, list };
        world.law().callable(&ground, matter, case.reported_at).into_iter().map(one).collect()
    }
}
