//! The roads as they are at a time: as imported, less what is closed or slow then.
//!
//! A [`Scene`] is one such state, complete: its network, its coverage base, what follows from them. It
//! never changes; a query takes one and keeps it to its end. Scenes are made when they are first asked
//! for and kept while they are used. [`Traffic`] is replaced whole when what makes it changes, so
//! that a scene made beside the one in use takes its place at once.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

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
    /// The roads as imported, where this is not that state.
    imported: Option<Arc<Scene>>,
}

impl Scene {
    fn imported(coverage: Arc<Base>) -> Self {
        Self { disruptions: Vec::new(), coverage, canvases: Default::default(), imported: None }
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
        let made = match &self.imported {
            Some(imported) => imported.canvas(profile)?.under(self.network()),
            None => Canvas::new(self.network(), profile, self.coverage.definition())?,
        };
        Ok(Arc::clone(kept.get_or_init(|| Arc::new(made))))
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
        Self { imported: Arc::new(Scene::imported(base)), disruptions, kept: Mutex::default() }
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
        if key.is_empty() {
            return Some(Arc::clone(&self.imported));
        }
        self.slots().iter().find(|(k, _)| *k == key)?.1.get().cloned()
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
        let mut kept = self.slots();
        let known = kept.iter().position(|(k, _)| *k == key);
        let slot = known.map_or_else(Default::default, |i| kept.remove(i).1);
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push((key, Arc::clone(&slot)));
        slot
    }

    fn slots(&self) -> MutexGuard<'_, Vec<(Key, Slot)>> {
        // Nothing is half done between two operations on the list.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
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
        Scene {
            disruptions: disruptions.iter().map(|d| d.id).collect(),
            coverage: Arc::new(base.under(Arc::new(network.under(change)))),
            canvases: Default::default(),
            imported: Some(Arc::clone(&self.imported)),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::LngLat,
        domain::{
            areas::Areas,
            disruptions::{Direction, Place, Polygon, Stretch},
            response::Definition,
        },
        kernel::{
            drawn::{Dice, random_on_equator},
            travel::Workspace,
        },
    };

    fn square(dice: &mut Dice) -> Place {
        let [x, y] = [0, 1].map(|_| dice.below(100_000) as f64 / 1e7);
        let [w, h] = [0, 1].map(|_| 0.0005 + dice.below(20_000) as f64 / 1e7);
        let ring = vec![[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]];
        Place::Polygon(Polygon { coordinates: vec![ring] })
    }

    #[test]
    fn a_scene_is_the_network_with_each_factor_on_each_edge() {
        let (mut dice, mut ws) = (Dice(81), Workspace::default());
        for round in 0..60 {
            let network = Network::of_all(random_on_equator(&mut dice), vec![]);
            let network = Arc::new(network.ordered(&network.order()).unwrap());
            let areas = Arc::new(Areas::new(vec![]).unwrap());
            let base = Base::new(&areas, &network, &Definition::default(), 9).unwrap();
            let all: Vec<Disruption> = (0..1 + dice.below(4))
                .map(|i| {
                    let link = dice.below(network.car().graph.links()) as u32;
                    let direction = [Direction::Both, Direction::Forward, Direction::Backward][dice.below(3)];
                    let stretch = || Stretch::of_link(&network, link, direction).unwrap();
                    Disruption {
                        id: Uuid::from_u128(i as u128),
                        place: if dice.below(2) == 0 { square(&mut dice) } else { Place::Stretches(vec![stretch()]) },
                        speed_factor: [0.0, 0.3, 2.0][dice.below(3)],
                        profiles: Profile::ALL.into_iter().filter(|_| dice.below(3) > 0).collect(),
                        from: Timestamp::from_ms(0).unwrap(),
                        until: None,
                        reason: "test".to_owned(),
                    }
                })
                .collect();
            let traffic = Traffic::new(Arc::new(base), Arc::default());
            let scene = traffic.scene(&all.iter().collect::<Vec<_>>());
            for profile in Profile::ALL {
                let [was, is] = [&network, scene.network()].map(|n| n.roads(profile));
                for edge in 0..2 * was.graph.links() as EdgeIx {
                    let here = all.iter().filter(|d| d.profiles.contains(&profile));
                    let here = here.filter(|d| d.place.edges(&network, &areas).contains(&edge));
                    let factor: f64 = here.map(|d| d.speed_factor).product();
                    let want = match was.graph.ms(edge) {
                        CLOSED => CLOSED,
                        _ if factor == 0.0 => CLOSED,
                        ms => (f64::from(ms) / factor).ceil() as u32,
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
        let mut dice = Dice(82);
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
        let traffic = Traffic::new(base, Arc::new(Disruptions::new([closed])));
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
