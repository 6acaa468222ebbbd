//! What if: patches in order over a copy of the squads and of the roads. What is live stays as it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;

use super::{
    coverage::{Coverage, Placement, Tally, Who, difference::Difference, route},
    disruptions::{Disruption, Place},
    response::Definition,
    squads::{Profile, Shifts, Squad, Squads},
    traffic::Traffic,
};
use crate::{
    base::{Code, Error, LngLat, Result, Timestamp},
    kernel::travel::Workspace,
};

/// One thing that would be otherwise.
#[derive(Debug, Clone)]
pub enum Patch {
    AddSquad(Squad),
    /// It stands at its new post: its last position counts no longer.
    MoveSquad {
        id: Code,
        post: LngLat,
    },
    RemoveSquad {
        id: Code,
    },
    ReshiftSquad {
        id: Code,
        shifts: Shifts,
    },
    Roads {
        place: Place,
        speed_factor: f64,
        profiles: Vec<Profile>,
    },
}

/// Squads and roads as they would be.
#[derive(Debug)]
pub struct Plan {
    squads: BTreeMap<Code, Arc<Squad>>,
    /// Those that are not where a position told.
    placed_anew: BTreeSet<Code>,
    /// Beside those that are in force.
    disruptions: Vec<Disruption>,
}

/// Coverage as it is and as it would be.
#[derive(Debug)]
pub struct Outcome {
    pub definition: Definition,
    pub difference: Difference,
    pub before: Placement,
    pub after: Placement,
}

impl Plan {
    /// As it is.
    pub fn new(squads: &Squads) -> Self {
        let squads = squads.all().map(|s| (s.id.clone(), Arc::clone(s))).collect();
        Self { squads, placed_anew: BTreeSet::new(), disruptions: Vec::new() }
    }

    /// Refuses a patch that can't be after those before it.
    pub fn apply(&mut self, patch: Patch, traffic: &Traffic, at: Timestamp) -> Result<()> {
        match patch {
            Patch::AddSquad(squad) => {
                squad.check_new(traffic.imported().coverage.areas()).map_err(|e| e.inside("squad"))?;
                if self.squads.contains_key(&squad.id) {
                    return Err(Error::invalid("squad.id", format!("there is a squad {} already", squad.id)));
                }
                self.placed_anew.insert(squad.id.clone());
                self.squads.insert(squad.id.clone(), Arc::new(squad));
            }
            Patch::MoveSquad { id, post } => {
                let moved = Squad { post, ..self.squad(&id)?.clone() };
                Squad::check_post(post, traffic.imported().coverage.areas())?;
                *self.squad(&id)? = moved;
                self.placed_anew.insert(id);
            }
            Patch::RemoveSquad { id } => {
                self.squad(&id)?;
                self.squads.remove(&id);
            }
            Patch::ReshiftSquad { id, shifts } => {
                let reshifted = Squad { shifts, ..self.squad(&id)?.clone() };
                reshifted.check()?;
                *self.squad(&id)? = reshifted;
            }
            Patch::Roads { place, speed_factor, profiles } => {
                let (id, reason) = (Uuid::nil(), "what if".to_owned());
                let disruption = Disruption { id, place, speed_factor, profiles, from: at, until: None, reason };
                disruption.check()?;
                let imported = traffic.imported();
                if disruption.place.edges(imported.network(), imported.coverage.areas()).is_empty() {
                    return Err(Error::invalid("place", "no road of the network in force is meant"));
                }
                self.disruptions.push(disruption);
            }
        }
        Ok(())
    }

    fn squad(&mut self, id: &Code) -> Result<&mut Squad> {
        let missing = || Error::invalid("id", format!("there is no squad {id} at that point"));
        self.squads.get_mut(id).map(Arc::make_mut).ok_or_else(missing)
    }

    /// Coverage by `who` on the roads as they are then, and what would become of it.
    pub fn outcome(
        &self,
        ws: &mut Workspace,
        traffic: &Traffic,
        who: Who,
        minutes: u32,
        incidents: &Tally,
    ) -> Result<Outcome> {
        // Positions come in while this works: both sides see those of one moment.
        let live = Self::new(who.squads).squads_of(who.squads);
        let who = Who { squads: &live, ..who };
        let scene = traffic.at(who.at);
        let mut places = scene.places(who.basis);
        let before = places.place(&scene.coverage, who);
        let now = Coverage::compute(&scene.coverage, &route(&scene.coverage, ws, &before.placed), minutes)?;
        let mut base = Arc::clone(&scene.coverage);
        if !self.disruptions.is_empty() {
            let in_force = traffic.disruptions().active(who.at).map(Arc::as_ref);
            let all: Vec<&Disruption> = in_force.chain(&self.disruptions).collect();
            base = Arc::clone(&traffic.scene(who.at, &all).coverage);
            places = places.over(&base);
        }
        let after = places.place(&base, Who { squads: &self.squads_of(&live), ..who });
        let then = Coverage::compute(&base, &route(&base, ws, &after.placed), minutes)?;
        let definition = scene.coverage.definition().clone();
        Ok(Outcome { definition, difference: Difference::new(&now, &then, incidents), before, after })
    }

    /// With the positions of those who stayed where they were.
    fn squads_of(&self, live: &Squads) -> Squads {
        let mut copy = Squads::default();
        for (id, squad) in &self.squads {
            copy.put(Squad::clone(squad));
            if let Some(fix) = live.fix(id).filter(|_| !self.placed_anew.contains(id)) {
                copy.observe(id, fix);
            }
        }
        copy
    }
}
