//! The roads as they are at a time: as imported, at the speeds of the time slot, corrected by what was
//! observed, less what is closed or slow just then.
//!
//! A drive that sets out in a slot keeps to it to its end. A [`Scene`] is one such state, complete: its network, its coverage base, what follows from them. It
//! never changes; a query takes one and keeps it to its end. Scenes are made when they are first asked
//! for and kept while they are used. [`Traffic`] is replaced whole when what makes it changes, so
//! that a scene made beside the one in use takes its place at once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use uuid::Uuid;

use jiff::tz::TimeZone;

use super::{
    calibration::{self, Calibration},
    coverage::{Base, Basis, Coverages, Covered, Placement, Places, Who},
    disruptions::{Disruption, Disruptions},
    isochrone::Canvas,
    roads::Network,
    roster::Roster,
    slots::{Slot, Slots},
    squads::Profile,
};
use crate::{
    base::{Code, LngLat, Result, Timestamp},
    kernel::{
        graph::{CLOSED, EdgeIx, RoadClass},
        travel::Workspace,
    },
};

/// Scenes kept at once: the hours that planners look at side by side.
const KEPT: usize = 6;

/// Where squads wait that do not wait at their own posts.
pub type Posts = BTreeMap<Code, LngLat>;

/// One state of the roads.
#[derive(Debug)]
pub struct Scene {
    /// The time slot that it is of; none outside of all.
    pub slot: Option<Slot>,
    pub calibration: Option<Arc<Calibration>>,
    /// The disruptions that are in it, by id.
    pub disruptions: Vec<Uuid>,
    pub coverage: Arc<Base>,
    roster: Arc<Roster>,
    /// For squads at the posts that a plan of zones gives them.
    posted: Mutex<Option<(Posts, Arc<Roster>)>>,
    coverages: Coverages,
    /// By profile.
    canvases: [OnceLock<Arc<Canvas>>; 3],
    /// The roads as imported, where this is not that state.
    imported: Option<Arc<Scene>>,
}

impl Scene {
    fn imported(coverage: Arc<Base>) -> Self {
        let (roster, coverages, canvases) = (roster(&coverage), Default::default(), Default::default());
        Self {
            slot: None,
            calibration: None,
            disruptions: Vec::new(),
            coverage,
            roster,
            posted: Mutex::default(),
            coverages,
            canvases,
            imported: None,
        }
    }

    /// The squads as dispatchers look for them, where they wait at these posts instead of their own.
    pub fn roster(&self, posts: &Posts) -> Arc<Roster> {
        if posts.is_empty() {
            return Arc::clone(&self.roster);
        }
        let mut kept = self.posted.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((of, roster)) if of == posts => Arc::clone(roster),
            _ => Arc::clone(&kept.insert((posts.clone(), roster(&self.coverage))).1),
        }
    }

    pub fn network(&self) -> &Arc<Network> {
        self.coverage.network()
    }

    /// Coverage by those who count now. Routes only for squads that are not where they were.
    pub fn covered(&self, ws: &mut Workspace, who: Who, minutes: u32) -> Result<Covered> {
        self.coverages.covered(&self.coverage, ws, who, minutes)
    }

    /// Those who count now, and where they enter the roads.
    pub fn placed(&self, who: Who) -> Placement {
        self.coverages.placed(&self.coverage, who)
    }

    /// Where squads are taken to be.
    pub fn places(&self, basis: Basis) -> Places {
        self.coverages.places(basis)
    }

    /// What isochrones of that profile are drawn on. The first one takes a second or more to make for a
    /// large network.
    pub fn canvas(&self, profile: Profile) -> Result<Arc<Canvas>> {
        let kept = &self.canvases[profile as usize];
        if let Some(canvas) = kept.get() {
            return Ok(Arc::clone(canvas));
        }
        let made = match &self.imported {
            Some(imported) => imported.canvas(profile)?.under(self.network()),
            None => Canvas::new(self.network(), profile, self.coverage.definition())?,
        };
        Ok(Arc::clone(kept.get_or_init(|| Arc::new(made))))
    }
}

fn roster(coverage: &Base) -> Arc<Roster> {
    Arc::new(Roster::new(Arc::clone(coverage.network()), coverage.definition().clone()))
}

/// What tells scenes apart: the slot's name, and the disruptions.
type Key = (Option<String>, Vec<Uuid>);
/// A scene, once it was made.
type Kept = Arc<OnceLock<Arc<Scene>>>;

/// All states of the roads.
#[derive(Debug)]
pub struct Traffic {
    imported: Arc<Scene>,
    /// The local time of slots.
    zone: TimeZone,
    slots: Arc<Slots>,
    calibration: Option<Arc<Calibration>>,
    disruptions: Arc<Disruptions>,
    /// The one used last at the end.
    kept: Mutex<Vec<(Key, Kept)>>,
}

impl Traffic {
    /// `base` lies over the roads as imported; the calibration must hold for them and these slots.
    pub fn new(
        base: Arc<Base>,
        slots: Arc<Slots>,
        calibration: Option<Arc<Calibration>>,
        disruptions: Arc<Disruptions>,
    ) -> Self {
        let zone = base.areas().time_zone();
        let imported = Arc::new(Scene::imported(base));
        Self { imported, zone, slots, calibration, disruptions, kept: Mutex::default() }
    }

    /// The roads as imported.
    pub fn imported(&self) -> &Arc<Scene> {
        &self.imported
    }

    pub fn disruptions(&self) -> &Disruptions {
        &self.disruptions
    }

    /// The roads as they are at `at`, where that state was asked for before.
    pub fn kept(&self, at: Timestamp) -> Option<Arc<Scene>> {
        let active: Vec<&Disruption> = self.active(at);
        match self.key(at, &active) {
            None => Some(Arc::clone(&self.imported)),
            Some(key) => self.scenes().iter().find(|(k, _)| *k == key)?.1.get().cloned(),
        }
    }

    /// The roads as they are at `at`. Where nobody asked for that state before, it takes as long as
    /// customising the hierarchy: call it on the search pool.
    pub fn at(&self, at: Timestamp) -> Arc<Scene> {
        let active = self.active(at);
        let Some(key) = self.key(at, &active) else { return Arc::clone(&self.imported) };
        let kept = self.keep(key);
        // Not under the lock of the list: only those who want the same scene wait for it.
        Arc::clone(kept.get_or_init(|| Arc::new(self.scene(at, &active))))
    }

    fn active(&self, at: Timestamp) -> Vec<&Disruption> {
        self.disruptions.active(at).map(Arc::as_ref).collect()
    }

    /// None for the roads as imported.
    fn key(&self, at: Timestamp, active: &[&Disruption]) -> Option<Key> {
        let slot = self.slots.at(at, &self.zone).map(|s| s.name.to_string());
        let as_imported = slot.is_none() && active.is_empty() && self.calibration.is_none();
        (!as_imported).then(|| (slot, active.iter().map(|d| d.id).collect()))
    }

    fn keep(&self, key: Key) -> Kept {
        let mut kept = self.scenes();
        let known = kept.iter().position(|(k, _)| *k == key);
        let slot = known.map_or_else(Default::default, |i| kept.remove(i).1);
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push((key, Arc::clone(&slot)));
        slot
    }

    fn scenes(&self) -> MutexGuard<'_, Vec<(Key, Kept)>> {
        // Nothing is half done between two operations on the list.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The roads as they would be at `at` with these disruptions instead of those that are known.
    pub fn scene(&self, at: Timestamp, disruptions: &[&Disruption]) -> Scene {
        let (slot, calibration) = (self.slots.at(at, &self.zone), self.calibration.as_deref());
        let (base, network) = (&self.imported.coverage, self.imported.network());
        let placed: Vec<(&Disruption, Vec<EdgeIx>)> =
            disruptions.iter().map(|&d| (d, d.place.edges(network, base.areas()))).collect();
        let change = |profile: Profile| {
            let time = RoadClass::ALL.map(|class| calibration::time_factor(slot, calibration, profile, class));
            let mut speed: Vec<(EdgeIx, f64)> = Vec::new();
            for (disruption, edges) in placed.iter().filter(|(d, _)| d.profiles.contains(&profile)) {
                speed.extend(edges.iter().map(|&e| (e, disruption.speed_factor)));
            }
            // Stable: whoever multiplies does so in the same order.
            speed.sort_by_key(|f| f.0);
            let as_imported = speed.is_empty() && time.iter().all(|f| *f == 1.0);
            let classes = &network.topology().link_class;
            let changed = move |edge: EdgeIx, ms: u32| {
                let first = speed.partition_point(|f| f.0 < edge);
                let here = speed[first..].iter().take_while(|f| f.0 == edge).map(|f| f.1).product();
                changed_ms(ms, time[classes[(edge / 2) as usize] as usize], here)
            };
            (!as_imported).then_some(changed)
        };
        let words = calibration::words(calibration);
        let coverage = Arc::new(base.under(Arc::new(network.under(change)), words));
        Scene {
            slot: slot.cloned(),
            calibration: self.calibration.clone(),
            disruptions: disruptions.iter().map(|d| d.id).collect(),
            roster: roster(&coverage),
            posted: Mutex::default(),
            coverage,
            coverages: Coverages::default(),
            canvases: Default::default(),
            imported: Some(Arc::clone(&self.imported)),
        }
    }
}

/// What becomes of a drive of `ms` that takes `time_factor` times as long, at `speed_factor` times the
/// speed (0: none); rounded up.
fn changed_ms(ms: u32, time_factor: f64, speed_factor: f64) -> u32 {
    if speed_factor <= 0.0 {
        return CLOSED;
    }
    (f64::from(ms) * time_factor / speed_factor).ceil().min(f64::from(CLOSED - 1)) as u32
}

#[cfg(test)]
mod tests;
