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
mod tests {
    use fastrand::Rng;

    use super::*;
    use crate::{
        base::LngLat,
        domain::{
            areas::Areas,
            disruptions::{Direction, Place, Polygon, Stretch},
            response::Definition,
            slots,
        },
        kernel::{
            drawn::{Draws, random_on_equator},
            travel::Workspace,
        },
    };

    fn square(dice: &mut Rng) -> Place {
        let [x, y] = [0, 1].map(|_| dice.usize(..100_000) as f64 / 1e7);
        let [w, h] = [0, 1].map(|_| 0.0005 + dice.usize(..20_000) as f64 / 1e7);
        let ring = vec![[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]];
        Place::Polygon(Polygon { coordinates: vec![ring], spare: vec![] })
    }

    #[test]
    fn a_scene_is_the_network_with_each_factor_on_each_edge() {
        let (mut dice, mut ws) = (Rng::with_seed(81), Workspace::default());
        for round in 0..60 {
            let network = Network::of_all(random_on_equator(&mut dice), vec![]);
            let network = Arc::new(network.ordered(&network.order()).unwrap());
            let areas = Arc::new(Areas::new(vec![]).unwrap());
            let base = Base::new(&areas, &network, &Definition::default(), 9).unwrap();
            let all: Vec<Disruption> = (0..1 + dice.usize(..4))
                .map(|i| {
                    let link = dice.usize(..network.car().graph.links()) as u32;
                    let direction = [Direction::Both, Direction::Forward, Direction::Backward][dice.usize(..3)];
                    let stretch = || Stretch::of_link(&network, link, direction).unwrap();
                    Disruption {
                        id: Uuid::from_u128(i as u128),
                        place: if dice.usize(..2) == 0 { square(&mut dice) } else { Place::Stretches(vec![stretch()]) },
                        speed_factor: [0.0, 0.3, 2.0][dice.usize(..3)],
                        profiles: Profile::ALL.into_iter().filter(|_| dice.usize(..3) > 0).collect(),
                        from: Timestamp::from_ms(0).unwrap(),
                        until: None,
                        reason: "test".to_owned(),
                    }
                })
                .collect();
            let slow = slots::slot("slow", "mon-sun 24h", &[(network.car().graph.class(0), 0.7)]);
            let slots = Arc::new(Slots::new(if round % 2 == 0 { vec![] } else { vec![slow] }).unwrap());
            let traffic = Traffic::new(Arc::new(base), Arc::clone(&slots), None, Arc::default());
            let scene = traffic.scene(Timestamp::from_ms(0).unwrap(), &all.iter().collect::<Vec<_>>());
            assert_eq!(scene.slot.as_ref(), slots.all().first());
            for profile in Profile::ALL {
                let [was, is] = [&network, scene.network()].map(|n| n.roads(profile));
                for edge in 0..2 * was.graph.links() as EdgeIx {
                    let here = all.iter().filter(|d| d.profiles.contains(&profile));
                    let here = here.filter(|d| d.place.edges(&network, &areas).contains(&edge));
                    let factor: f64 = here.map(|d| d.speed_factor).product();
                    let slot = scene.slot.as_ref().filter(|_| profile == Profile::Car);
                    let usual = slot.map_or(1.0, |s| s.speed_factor(was.graph.class(edge / 2)));
                    let want = match was.graph.ms(edge) {
                        CLOSED => CLOSED,
                        _ if factor == 0.0 => CLOSED,
                        ms => (f64::from(ms) * (1.0 / usual) / factor).ceil() as u32,
                    };
                    assert_eq!(is.graph.ms(edge), want, "round {round}, {profile:?}: edge {edge} of {all:?}");
                }
                let (from, to) = (dice.position(&was.graph), dice.position(&was.graph));
                let searched = crate::kernel::dijkstra::drive_ms(&is.graph, &mut ws.search, from, to, CLOSED - 1);
                assert_eq!(is.travel().drive_ms(&mut ws, from, to, CLOSED - 1), searched, "round {round}, {profile:?}");
            }
        }
    }

    #[test]
    fn stretches_are_found_again_and_streets_by_name_whatever_the_case() {
        let graph = crate::kernel::drawn::drawn("A    B    C", &["A-B", "B-C"]);
        let network = Network::of_graph(graph, vec![]);
        let areas = Areas::new(vec![]).unwrap();
        for link in 0..2 {
            let edges = |direction| {
                let stretch = Stretch::of_link(&network, link, direction).unwrap();
                Place::Stretches(vec![stretch]).edges(&network, &areas)
            };
            assert_eq!(edges(Direction::Both), [2 * link, 2 * link + 1]);
            assert_eq!((edges(Direction::Forward), edges(Direction::Backward)), (vec![2 * link], vec![2 * link + 1]));
        }
        assert_eq!(Stretch::of_link(&network, 2, Direction::Both), None);
        let far = Stretch { way: 1, at: LngLat { lng: 1.0, lat: 1.0 }, direction: Direction::Both };
        assert!(Place::Stretches(vec![far]).edges(&network, &areas).is_empty());
        let street = |name: &str| Place::Street { name: name.to_owned(), area: None }.edges(&network, &areas);
        assert_eq!(street(" a-b "), [0, 1]);
        assert!(street("C-D").is_empty());
    }

    #[test]
    fn a_state_is_made_once_and_holds_as_long_as_its_disruptions() {
        let mut dice = Rng::with_seed(82);
        let network = Arc::new(Network::of_all(random_on_equator(&mut dice), vec![]));
        let areas = Arc::new(Areas::new(vec![]).unwrap());
        let base = Arc::new(Base::new(&areas, &network, &Definition::default(), 9).unwrap());
        let at = |ms| Timestamp::from_ms(ms).unwrap();
        let closed = Disruption {
            id: Uuid::from_u128(1),
            place: square(&mut dice),
            speed_factor: 0.0,
            profiles: Profile::ALL.to_vec(),
            from: at(1_000),
            until: Some(at(2_000)),
            reason: "test".to_owned(),
        };
        let (slots, calibration) = (Arc::default(), None);
        let traffic = Traffic::new(base, slots, calibration, Arc::new(Disruptions::new([closed])));
        assert!(traffic.kept(at(1_000)).is_none());
        let scene = traffic.at(at(1_000));
        assert!(Arc::ptr_eq(&scene, &traffic.at(at(1_999))) && Arc::ptr_eq(&scene, &traffic.kept(at(1_500)).unwrap()));
        for outside in [999, 2_000] {
            assert!(Arc::ptr_eq(&traffic.at(at(outside)), traffic.imported()));
            assert!(Arc::ptr_eq(&traffic.kept(at(outside)).unwrap(), traffic.imported()));
        }
        assert!(!Arc::ptr_eq(&scene, traffic.imported()));
    }
}
