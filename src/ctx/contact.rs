//! Who is in contact and which calls are overdue, by the clock of this process: asked by answers, and told to those
//! who follow.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;

use super::{Ctx, Turn, feed::newly};
use crate::{
    base::{Code, Timestamp},
    domain::{
        calls::Call,
        contact::{Doing, Moment},
    },
    world::World,
};

/// What was told last.
#[derive(Debug, Default)]
pub(super) struct Told {
    asked: BTreeMap<Code, Doing>,
    silent_since: Option<Timestamp>,
    overdue: BTreeSet<Uuid>,
}

impl Ctx {
    /// The squads that are out of contact at `at`.
    pub fn lost(&self, world: &World, at: Timestamp) -> BTreeSet<Code> {
        let zone = world.areas.time_zone();
        let moment = Moment { at, now: self.now(), zone: &zone, limits: &self.settings.squads };
        moment.lost(&world.squads, &world.assignments)
    }

    /// The calls that nobody has located in time.
    pub fn overdue(&self, world: &World) -> Vec<Arc<Call>> {
        let (now, limits) = (self.now(), &self.settings.calls);
        world.calls.all().filter(|call| call.is_overdue(limits, now)).cloned().collect()
    }

    /// When the last position came in, while the feed of positions is silent.
    pub fn silent_since(&self, world: &World) -> Option<Timestamp> {
        let (zone, now) = (world.areas.time_zone(), self.now());
        Moment { at: now, now, zone: &zone, limits: &self.settings.squads }.silent_since(&world.squads)
    }
}

impl Told {
    /// Tells those who follow what turned since the last look.
    pub(super) fn tell(&mut self, ctx: &Ctx) {
        let (world, now) = (ctx.world(), ctx.now());
        let zone = world.areas.time_zone();
        let moment = Moment { at: now, now, zone: &zone, limits: &ctx.settings.squads };
        let doing = |id: &Code| {
            let squad = world.squads.get(id)?;
            Some(moment.doing(squad, world.assignments.of_squad(id).map(|sent| &**sent), world.squads.fix(id)))
        };
        let asked = moment.asked_for(&world.squads, &world.assignments);
        let turned = asked.iter().filter(|(id, doing)| self.asked.get(*id) != Some(*doing));
        let mut turned: Vec<(Code, Doing)> = turned.map(|(id, doing)| (id.clone(), *doing)).collect();
        let answered = self.asked.keys().filter(|id| !asked.contains_key(*id));
        turned.extend(answered.filter_map(|id| Some((id.clone(), doing(id)?))));
        self.asked = asked;
        if !turned.is_empty() {
            ctx.feed.turn(Turn::Contact(turned));
        }
        let silent_since = moment.silent_since(&world.squads);
        if std::mem::replace(&mut self.silent_since, silent_since) != silent_since {
            ctx.feed.turn(Turn::Silence(silent_since));
        }
        let turned = newly(&mut self.overdue, ctx.overdue(&world), |call| call.id);
        if !turned.is_empty() {
            ctx.feed.turn(Turn::Overdue(turned));
        }
    }
}
