//! Which cases are stuck, by the clock of this process: asked by answers, and told to those who follow.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use uuid::Uuid;

use super::{Ctx, Turn, feed::StuckTurn};
use crate::{
    domain::{
        incidents::{Filter, Incident},
        stuck::{Reason, Stuck, Watch},
    },
    world::World,
};

/// Every open case is looked at: so often and no oftener.
const LOOK: Duration = Duration::from_secs(2);
/// And where they are very many, for no more than one in so many parts of the time.
const REST: u32 = 50;

/// What was told last.
#[derive(Debug, Default)]
pub(super) struct Told {
    next: Option<Instant>,
    stuck: BTreeMap<Uuid, (Arc<Incident>, Reason)>,
}

impl Ctx {
    pub fn watch<'a>(&'a self, world: &'a World) -> Watch<'a> {
        let about = (&*world.matters, &*world.catalogue, world.areas.time_zone());
        Watch::new(&self.settings.stuck, about, &world.assignments, &world.whistles)
    }

    /// Every case in which nothing has happened for too long.
    pub fn stuck(&self, world: &World) -> Vec<(Arc<Incident>, Stuck)> {
        if self.settings.stuck.is_off() {
            return Vec::new();
        }
        let (watch, now) = (self.watch(world), self.now());
        let open = world.incidents.page(&Filter { open: true, ..Filter::default() }, None, usize::MAX);
        open.into_iter().filter_map(|incident| watch.stuck(&incident, now).map(|stuck| (incident, stuck))).collect()
    }
}

impl Told {
    /// Tells those who follow what turned since the last look.
    pub(super) fn tell(&mut self, ctx: &Ctx) {
        let begun = Instant::now();
        if self.next.is_some_and(|next| begun < next) {
            return;
        }
        let stuck = ctx.stuck(&ctx.world());
        self.next = Some(begun + LOOK.max(begun.elapsed() * REST));
        let by_id = stuck.iter().map(|(incident, stuck)| (incident.id, (Arc::clone(incident), stuck.reason)));
        let mut before = std::mem::replace(&mut self.stuck, by_id.collect());
        let mut turned: Vec<StuckTurn> = Vec::new();
        for (incident, stuck) in stuck {
            if before.remove(&incident.id).is_none_or(|(_, reason)| reason != stuck.reason) {
                turned.push((incident, Some(stuck)));
            }
        }
        turned.extend(before.into_values().map(|(incident, _)| (incident, None)));
        if !turned.is_empty() {
            ctx.feed.turn(Turn::Stuck(turned));
        }
    }
}
