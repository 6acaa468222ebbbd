//! Which handovers nobody has accepted in time, by the clock of this process, and what is open at a moment.

use std::{collections::BTreeSet, sync::Arc};

use uuid::Uuid;

use super::{Ctx, Turn, feed::newly};
use crate::{
    domain::{
        contact::{Moment, SquadState},
        handovers::{Ground, Handover},
    },
    world::World,
};

/// What was told last.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeSet<Uuid>);

impl Ctx {
    /// What a shift would hand over now.
    pub fn open_ground<'a>(&'a self, world: &'a World) -> Ground<'a> {
        let (zone, now) = (world.areas.time_zone(), self.now());
        let moment = Moment { at: now, now, zone: &zone, limits: &self.settings.squads };
        let asked = moment.asked_for(&world.squads, &world.assignments).into_iter();
        let lost = asked.filter(|(_, doing)| doing.state == SquadState::OutOfContact);
        Ground {
            incidents: &world.incidents,
            matters: &world.matters,
            assignments: &world.assignments,
            whistles: &world.whistles,
            calls: (&world.calls, &self.settings.calls),
            disruptions: &world.disruptions,
            squads: &world.squads,
            lost: lost.map(|(squad, doing)| (squad, doing.since)).collect(),
            watch: self.watch(world),
            now,
        }
    }

    /// The handovers that nobody has accepted in time.
    pub fn late_handovers(&self, world: &World) -> Vec<Arc<Handover>> {
        let (now, limits) = (self.now(), &self.settings.handovers);
        world.handovers.all().filter(|handover| handover.is_late(limits, now)).cloned().collect()
    }
}

impl Told {
    /// Tells those who follow which turned since the last look.
    pub(super) fn tell(&mut self, ctx: &Ctx) {
        let turned = newly(&mut self.0, ctx.late_handovers(&ctx.world()), |handover| handover.id);
        if !turned.is_empty() {
            ctx.feed.turn(Turn::NotAccepted(turned));
        }
    }
}
