//! All plans, and which of them are in force.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;

use super::{
    atoms::Atoms,
    force::{Force, ForceEntry},
    plan::{Plan, ZoneLayer},
};
use crate::base::{Code, LngLat, Timestamp};

/// All plans with the atoms they stand on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Zones {
    plans: BTreeMap<Uuid, Arc<Plan>>,
    pub force: Force,
}

/// A layer of a plan that holds at some time.
#[derive(Debug, Clone, Copy)]
pub struct InForce<'a> {
    pub entry: &'a ForceEntry,
    pub plan: &'a Arc<Plan>,
    pub layer: &'a Arc<ZoneLayer>,
}

impl Zones {
    pub fn plan(&self, id: &Uuid) -> Option<&Arc<Plan>> {
        self.plans.get(id)
    }

    /// By id.
    pub fn plans(&self) -> impl ExactSizeIterator<Item = &Arc<Plan>> {
        self.plans.values()
    }

    /// The layers that any plan cuts.
    pub fn layers(&self) -> BTreeSet<&Code> {
        self.plans.values().flat_map(|plan| plan.layers.keys()).collect()
    }

    pub fn put(&mut self, plan: Arc<Plan>) {
        self.plans.insert(plan.head.id, plan);
    }

    /// For one more batch.
    pub fn plan_mut(&mut self, id: &Uuid) -> Option<&mut Plan> {
        self.plans.get_mut(id).map(Arc::make_mut)
    }

    /// The atoms of a generation, where a plan stands on it.
    pub fn atoms(&self, generation: i64) -> Option<&Arc<Atoms>> {
        self.plans.values().map(|p| &p.atoms).find(|a| a.generation == generation)
    }

    /// What holds at `at`, by county and layer.
    pub fn in_force(&self, at: Timestamp) -> impl Iterator<Item = InForce<'_>> {
        self.force.at(at).filter_map(|entry| self.resolved(entry))
    }

    fn resolved<'a>(&'a self, entry: &'a ForceEntry) -> Option<InForce<'a>> {
        let plan = self.plans.get(&entry.plan)?;
        Some(InForce { entry, plan, layer: plan.layer(entry.layer.as_str())? })
    }

    /// The zones over `p` at `at`: of each layer in force those that hold its atom, by layer and code.
    pub fn locate(&self, p: LngLat, at: Timestamp) -> Vec<(InForce<'_>, &Code)> {
        locate(&self.in_force(at).collect::<Vec<_>>(), p)
    }

    /// Where squads wait while the plans of `at` hold: of several layers the first that says.
    pub fn posts(&self, at: Timestamp) -> BTreeMap<Code, LngLat> {
        let mut posts = BTreeMap::new();
        for here in self.in_force(at) {
            for squad in here.layer.zones.values().flat_map(|z| &z.squads) {
                if let Some(post) = squad.post {
                    posts.entry(squad.id.clone()).or_insert(post);
                }
            }
        }
        posts
    }

    /// The zones that a squad serves in what holds at `at` or comes in force later.
    pub fn served_by(&self, squad: &Code, at: Timestamp) -> BTreeSet<(Code, Code)> {
        let all = self.force.from(at).filter_map(|entry| self.resolved(entry));
        all.flat_map(|here| {
            let zones = here.layer.zones.values().filter(|z| z.squads.iter().any(|s| s.id == *squad));
            zones.map(move |z| (here.entry.layer.clone(), z.code.clone()))
        })
        .collect()
    }
}

/// The zones over `p` in some layers, in their order.
pub fn locate<'a>(layers: &[InForce<'a>], p: LngLat) -> Vec<(InForce<'a>, &'a Code)> {
    let mut found = Vec::new();
    // Layers of one plan ask the same atoms.
    let mut asked: Option<(*const Atoms, Option<u32>)> = None;
    for here in layers {
        let of = Arc::as_ptr(&here.plan.atoms);
        let atom = match asked {
            Some((atoms, atom)) if atoms == of => atom,
            _ => here.plan.atoms.locate(p),
        };
        asked = Some((of, atom));
        let Some(atom) = atom else { continue };
        found.extend(here.layer.holders[atom as usize].codes().iter().map(|zone| (*here, zone)));
    }
    found
}
