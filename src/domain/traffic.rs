//! The roads as they are at a time: as imported, less what is closed or slow then.
//!
//! A [`Scene`] is one such state, complete: its network, its coverage base, what follows from them. It
//! never changes; a query takes one and keeps it to its end. Scenes are made when they are first asked
//! for and kept while they are used. [`Traffic`] is replaced whole when what makes it changes, so
//! that a scene made beside the one in use takes its place at once.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use uuid::Uuid;

use super::{
    coverage::Base,
    disruptions::{Disruption, Disruptions},
    isochrone::Canvas,
    roads::Network,
    squads::Profile,
};
use crate::{
    base::{Result, Timestamp},
    kernel::graph::{CLOSED, EdgeIx},
};

/// Scenes kept at once: the hours that planners look at side by side.
const KEPT: usize = 6;

/// One state of the roads.
#[derive(Debug)]
pub struct Scene {
    /// The disruptions that are in it, by id.
    pub disruptions: Vec<Uuid>,
    pub coverage: Arc<Base>,
    /// By profile.
    canvases: [OnceLock<Arc<Canvas>>; 3],
}

impl Scene {
    fn new(disruptions: Vec<Uuid>, coverage: Arc<Base>) -> Self {
        Self { disruptions, coverage, canvases: Default::default() }
    }

    pub fn network(&self) -> &Arc<Network> {
        self.coverage.network()
    }

    /// What isochrones of that profile are drawn on. The first one takes a second or more to make for a
    /// large network.
    pub fn canvas(&self, profile: Profile) -> Result<Arc<Canvas>> {
        let kept = &self.canvases[profile as usize];
        if let Some(canvas) = kept.get() {
            return Ok(Arc::clone(canvas));
        }
        let made = Arc::new(Canvas::new(self.network(), profile, self.coverage.definition())?);
        Ok(Arc::clone(kept.get_or_init(|| made)))
    }
}

/// What a scene is made of.
type Key = Vec<Uuid>;
/// A scene, once it was made.
type Slot = Arc<OnceLock<Arc<Scene>>>;

/// All states of the roads.
#[derive(Debug)]
pub struct Traffic {
    imported: Arc<Scene>,
    disruptions: Arc<Disruptions>,
    /// The one used last at the end.
    kept: Mutex<Vec<(Key, Slot)>>,
}

impl Traffic {
    /// `base` lies over the roads as imported.
    pub fn new(base: Arc<Base>, disruptions: Arc<Disruptions>) -> Self {
        Self { imported: Arc::new(Scene::new(Vec::new(), base)), disruptions, kept: Mutex::default() }
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
        let key: Key = self.disruptions.active(at).map(|d| d.id).collect();
        if key.is_empty() { Some(Arc::clone(&self.imported)) } else { self.slot(key).get().cloned() }
    }

    /// The roads as they are at `at`. Where nobody asked for that state before, it takes as long as
    /// customising the hierarchy: call it on the search pool.
    pub fn at(&self, at: Timestamp) -> Arc<Scene> {
        let active: Vec<&Disruption> = self.disruptions.active(at).map(Arc::as_ref).collect();
        if active.is_empty() {
            return Arc::clone(&self.imported);
        }
        let slot = self.slot(active.iter().map(|d| d.id).collect());
        // Not under the lock of the list: only those who want the same scene wait for it.
        Arc::clone(slot.get_or_init(|| Arc::new(self.scene(&active))))
    }

    fn slot(&self, key: Key) -> Slot {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(k, _)| *k == key);
        let slot = known.map_or_else(Default::default, |i| kept.remove(i).1);
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push((key, Arc::clone(&slot)));
        slot
    }

    /// The roads as imported under these disruptions alone.
    pub fn scene(&self, disruptions: &[&Disruption]) -> Scene {
        let (base, network) = (&self.imported.coverage, self.imported.network());
        let placed: Vec<(&Disruption, Vec<EdgeIx>)> =
            disruptions.iter().map(|&d| (d, d.place.edges(network, base.areas()))).collect();
        let change = |profile: Profile| {
            let mut factors: Vec<(EdgeIx, f64)> = Vec::new();
            for (disruption, edges) in placed.iter().filter(|(d, _)| d.profiles.contains(&profile)) {
                factors.extend(edges.iter().map(|&e| (e, disruption.speed_factor)));
            }
            factors.sort_unstable_by_key(|f| f.0);
            let changed = move |edge: EdgeIx, ms: u32| {
                let first = factors.partition_point(|f| f.0 < edge);
                let here = factors[first..].iter().take_while(|f| f.0 == edge).map(|f| f.1);
                slowed_ms(ms, here.product())
            };
            (!placed.is_empty()).then_some(changed)
        };
        let ids = disruptions.iter().map(|d| d.id).collect();
        Scene::new(ids, Arc::new(base.under(Arc::new(network.under(change)))))
    }
}

/// What becomes of a drive of `ms` at `speed_factor` times the speed; rounded up.
pub fn slowed_ms(ms: u32, speed_factor: f64) -> u32 {
    if speed_factor == 1.0 {
        ms
    } else if speed_factor <= 0.0 {
        CLOSED
    } else {
        (f64::from(ms) / speed_factor).ceil().min(f64::from(CLOSED - 1)) as u32
    }
}
