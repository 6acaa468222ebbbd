//! The one list of durable words. Whoever does something with every word (reads a body, loads, compares)
//! does it along [`each`]: a word that stands here is followed, rebuilt, compared and told.

use std::{fmt, sync::Arc};

use super::World;
use crate::{
    base::Seq,
    domain::{
        areas::{Areas, Drafts},
        arrivals::Arrivals,
        assignments::Assignments,
        auth::Keys,
        calibration::InForce,
        calls::Calls,
        catalogue::Catalogue,
        demo::Demo,
        disruptions::Disruptions,
        handovers::Handovers,
        incidents::Incidents,
        lists::Lists,
        matters::Matters,
        noun::{self, Kind, Noun},
        officers::Officers,
        ownership::Precedents,
        places::Pois,
        roads::Imported,
        scenarios::Scenarios,
        slots::Slots,
        squads::Squads,
        units::Units,
        whistles::Whistles,
        zones::Zones,
    },
};

/// What is done with the word `N`.
pub trait Each<N: Held> {
    fn word(&mut self);
}

/// Does it with every word. Roads and areas come before what may lie on them.
pub fn each<A>(act: &mut A)
where
    A: Each<Areas>
        + Each<Drafts>
        + Each<Imported>
        + Each<Pois>
        + Each<Matters>
        + Each<Units>
        + Each<Lists>
        + Each<Catalogue>
        + Each<Officers>
        + Each<Squads>
        + Each<Zones>
        + Each<Scenarios>
        + Each<Precedents>
        + Each<Calls>
        + Each<Incidents>
        + Each<Assignments>
        + Each<Whistles>
        + Each<Handovers>
        + Each<Disruptions>
        + Each<Slots>
        + Each<InForce>
        + Each<Arrivals>
        + Each<Keys>
        + Each<Demo>,
{
    Each::<Areas>::word(act);
    Each::<Drafts>::word(act);
    Each::<Imported>::word(act);
    Each::<Pois>::word(act);
    Each::<Matters>::word(act);
    Each::<Units>::word(act);
    Each::<Lists>::word(act);
    Each::<Catalogue>::word(act);
    Each::<Officers>::word(act);
    Each::<Squads>::word(act);
    Each::<Zones>::word(act);
    Each::<Scenarios>::word(act);
    Each::<Precedents>::word(act);
    Each::<Calls>::word(act);
    Each::<Incidents>::word(act);
    Each::<Assignments>::word(act);
    Each::<Whistles>::word(act);
    Each::<Handovers>::word(act);
    Each::<Disruptions>::word(act);
    Each::<Slots>::word(act);
    Each::<InForce>::word(act);
    Each::<Arrivals>::word(act);
    Each::<Keys>::word(act);
    Each::<Demo>::word(act);
}

/// Collects all kinds of facts.
struct Kinds(Vec<Kind>);

impl<N: Held> Each<N> for Kinds {
    fn word(&mut self) {
        self.0.extend(N::KINDS);
    }
}

/// All kinds of facts that this program knows.
pub fn kinds() -> Vec<Kind> {
    let mut kinds = Kinds(Vec::new());
    each(&mut kinds);
    kinds.0
}

/// Where the world holds the index of a word.
pub trait Held: Noun {
    fn of(world: &World) -> &Arc<Self>;
    fn of_mut(world: &mut World) -> &mut Arc<Self>;
}

impl Held for Areas {
    fn of(world: &World) -> &Arc<Self> {
        &world.areas
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.areas
    }
}

impl Held for Drafts {
    fn of(world: &World) -> &Arc<Self> {
        &world.drafts
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.drafts
    }
}

impl Held for Imported {
    fn of(world: &World) -> &Arc<Self> {
        &world.roads
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.roads
    }
}

impl Held for Pois {
    fn of(world: &World) -> &Arc<Self> {
        &world.places
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.places
    }
}

impl Held for Matters {
    fn of(world: &World) -> &Arc<Self> {
        &world.matters
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.matters
    }
}

impl Held for Units {
    fn of(world: &World) -> &Arc<Self> {
        &world.units
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.units
    }
}

impl Held for Lists {
    fn of(world: &World) -> &Arc<Self> {
        &world.lists
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.lists
    }
}

impl Held for Catalogue {
    fn of(world: &World) -> &Arc<Self> {
        &world.catalogue
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.catalogue
    }
}

impl Held for Officers {
    fn of(world: &World) -> &Arc<Self> {
        &world.officers
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.officers
    }
}

impl Held for Squads {
    fn of(world: &World) -> &Arc<Self> {
        &world.squads
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.squads
    }
}

impl Held for Zones {
    fn of(world: &World) -> &Arc<Self> {
        &world.zones
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.zones
    }
}

impl Held for Scenarios {
    fn of(world: &World) -> &Arc<Self> {
        &world.scenarios
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.scenarios
    }
}

impl Held for Precedents {
    fn of(world: &World) -> &Arc<Self> {
        &world.precedents
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.precedents
    }
}

impl Held for Calls {
    fn of(world: &World) -> &Arc<Self> {
        &world.calls
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.calls
    }
}

impl Held for Incidents {
    fn of(world: &World) -> &Arc<Self> {
        &world.incidents
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.incidents
    }
}

impl Held for Assignments {
    fn of(world: &World) -> &Arc<Self> {
        &world.assignments
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.assignments
    }
}

impl Held for Whistles {
    fn of(world: &World) -> &Arc<Self> {
        &world.whistles
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.whistles
    }
}

impl Held for Handovers {
    fn of(world: &World) -> &Arc<Self> {
        &world.handovers
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.handovers
    }
}

impl Held for Disruptions {
    fn of(world: &World) -> &Arc<Self> {
        &world.disruptions
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.disruptions
    }
}

impl Held for Slots {
    fn of(world: &World) -> &Arc<Self> {
        &world.slots
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.slots
    }
}

impl Held for InForce {
    fn of(world: &World) -> &Arc<Self> {
        &world.calibration
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.calibration
    }
}

impl Held for Arrivals {
    fn of(world: &World) -> &Arc<Self> {
        &world.arrivals
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.arrivals
    }
}

impl Held for Keys {
    fn of(world: &World) -> &Arc<Self> {
        &world.keys
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.keys
    }
}

impl Held for Demo {
    fn of(world: &World) -> &Arc<Self> {
        &world.demo
    }
    fn of_mut(world: &mut World) -> &mut Arc<Self> {
        &mut world.demo
    }
}

/// What one change does to one word of the world, with everything it needs already read.
pub struct Update(Box<dyn Step>);

trait Step: fmt::Debug + Send {
    fn shapes_roads(&self) -> bool;
    /// Does it to a world that is thrown away.
    fn preview(&self, seq: Seq, world: &mut World);
    fn apply(self: Box<Self>, seq: Seq, world: &mut World);
}

impl<N: Held> Step for noun::Update<N> {
    fn shapes_roads(&self) -> bool {
        N::SHAPES_ROADS
    }

    fn preview(&self, seq: Seq, world: &mut World) {
        N::apply(N::of_mut(world), seq, self.clone());
    }

    fn apply(self: Box<Self>, seq: Seq, world: &mut World) {
        N::apply(N::of_mut(world), seq, *self);
    }
}

impl Update {
    /// All of a word was read anew.
    pub fn all<N: Held>(all: Arc<N>) -> Self {
        noun::Update::All(all).into()
    }

    /// Whether the roads as they are at a time must be made anew.
    pub fn shapes_roads(&self) -> bool {
        self.0.shapes_roads()
    }

    pub(super) fn preview(&self, seq: Seq, world: &mut World) {
        self.0.preview(seq, world);
    }

    pub(super) fn apply(self, seq: Seq, world: &mut World) {
        self.0.apply(seq, world);
    }
}

impl<N: Held> From<noun::Update<N>> for Update {
    fn from(update: noun::Update<N>) -> Self {
        Self(Box::new(update))
    }
}

impl fmt::Debug for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
