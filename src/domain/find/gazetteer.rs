//! What has a name or an address and stays where it is: areas, settlements, streets and numbered roads, points of
//! interest, houses.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use super::{
    houses::Houses,
    names::{Key, Names},
    points::Points,
};
use crate::{
    base::{BBox, LngLat, name_key},
    domain::{
        areas::{AreaIx, Areas},
        places::{Mapped, Poi, Pois},
        roads::{Imported, Network, Place},
    },
    kernel::graph::LinkIx,
};

/// One road of a name in one township.
#[derive(Debug, Clone, PartialEq)]
pub struct Street {
    pub name: String,
    pub township: Option<AreaIx>,
    /// In the middle of the link that lies most in its middle.
    pub at: LngLat,
    pub bbox: BBox,
    /// Ascending.
    pub links: Vec<LinkIx>,
}

/// What a name of the gazetteer is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    Area(AreaIx),
    /// Its place among those of the network.
    Settlement(u32),
    Street(u32),
    Poi(u32),
}

/// A place of our own list is the extract's of the same name that lies so near to it, metres.
const SAME_POI_M: f64 = 100.0;

/// Of what a gazetteer tells: it is another one where any of these is.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    pub areas: Arc<Areas>,
    pub roads: Arc<Imported>,
    /// Of our own list.
    pub own: Arc<Pois>,
    /// The file of the extract's places; none where they weren't kept.
    pub mapped_at: Option<FileStamp>,
}

/// When a file was written, and its length.
pub type FileStamp = (SystemTime, u64);

impl Sources {
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.areas, &other.areas)
            && Arc::ptr_eq(&self.roads, &other.roads)
            && Arc::ptr_eq(&self.own, &other.own)
            && self.mapped_at == other.mapped_at
    }
}

/// The names of one generation of areas, roads and places.
#[derive(Debug)]
pub struct Gazetteer {
    pub areas: Arc<Areas>,
    pub roads: Arc<Imported>,
    pub settlements: Arc<[Place]>,
    pub streets: Vec<Street>,
    /// Those of our own list first.
    pub pois: Vec<Poi>,
    pub houses: Houses,
    pub names: Names<Known>,
    pub(super) near: Near,
    /// Whether the places of the extract are in it.
    pub is_mapped: bool,
    of: Sources,
}

/// What lies where.
#[derive(Debug)]
pub(super) struct Near {
    pub settlements: Points,
    pub pois: Points,
    pub houses: Points,
}

impl Gazetteer {
    /// `mapped` are the places of the extract that the roads were made from, where they were kept.
    pub fn new(of: Sources, mapped: Option<Mapped>) -> Self {
        let (areas, roads) = (&of.areas, &of.roads);
        let mut names = Vec::new();
        for (ix, area) in areas.iter() {
            let all = [area.code.as_str(), &area.name].into_iter().chain(area.name_zh.as_deref());
            names.extend(all.map(|name| (name.to_owned(), Known::Area(ix))));
        }
        let (mut settlements, mut streets) = (Arc::default(), Vec::new());
        if let Some(network) = roads.network() {
            settlements = Arc::clone(&network.places);
            let mut told = HashSet::new();
            for (n, place) in (0..).zip(settlements.iter()) {
                // Drawn as a point and as an outline.
                if !told.insert((name_key(&place.name), areas.locate(place.at).township)) {
                    continue;
                }
                let all = [place.name.as_str()].into_iter().chain(place.name_zh.as_deref());
                names.extend(all.map(|name| (name.to_owned(), Known::Settlement(n))));
            }
            for (n, (street, known_as)) in (0..).zip(streets_of(network, areas)) {
                names.extend(known_as.into_iter().map(|name| (name, Known::Street(n))));
                streets.push(street);
            }
        }
        let is_mapped = mapped.is_some();
        let Mapped { pois, addresses } = mapped.unwrap_or_default();
        let pois = with_own(of.own.all(), pois);
        for (n, poi) in (0..).zip(&pois) {
            names.extend(poi.names().map(|name| (name.to_owned(), Known::Poi(n))));
        }
        let keyed = names.iter().flat_map(|(name, of)| Key::all(name).map(|key| (key, *of)));
        let names = Names::new(keyed.collect());
        let houses = Houses::new(addresses, areas);
        let near = Near {
            settlements: Points::new(settlements.iter().map(|place| place.at)),
            pois: Points::new(pois.iter().map(|poi| poi.at)),
            houses: Points::new(houses.all.iter().map(|house| house.at)),
        };
        let (areas, roads) = (Arc::clone(areas), Arc::clone(roads));
        Self { areas, roads, settlements, streets, pois, houses, names, near, is_mapped, of }
    }
}

/// The places of our own list, and those of the extract that aren't on it.
fn with_own(own: &[Poi], mapped: Vec<Poi>) -> Vec<Poi> {
    let mut by_name: HashMap<String, Vec<LngLat>> = HashMap::new();
    for poi in own {
        poi.names().for_each(|name| by_name.entry(name_key(name)).or_default().push(poi.at));
    }
    let is_own = |poi: &Poi| {
        let known = by_name.get(&name_key(&poi.name));
        known.is_some_and(|all| all.iter().any(|at| at.distance_m(poi.at) <= SAME_POI_M))
    };
    own.iter().cloned().chain(mapped.into_iter().filter(|poi| !is_own(poi))).collect()
}

/// Links of one name in one township.
#[derive(Debug, Default)]
struct Group {
    name: String,
    known_as: Vec<String>,
    middles: Vec<LngLat>,
    links: Vec<LinkIx>,
    bbox: Option<BBox>,
}

/// Streets by name, found by their other names too, and roads by number; each township's apart. In order of
/// name.
fn streets_of(network: &Network, areas: &Areas) -> Vec<(Street, Vec<String>)> {
    let (graph, mut groups) = (&network.car().graph, HashMap::<(String, Option<AreaIx>), Group>::new());
    let listed = |text: u32| {
        let text = &graph.topology.names[text as usize];
        text.split([';', '；']).map(str::trim).filter(|name| !name.is_empty())
    };
    for link in 0..graph.links() as LinkIx {
        let n = link as usize;
        let numbers = || listed(graph.topology.link_ref[n]);
        let others = || listed(graph.topology.link_others[n]);
        if graph.name(link).is_none() && graph.number(link).is_none() && others().next().is_none() {
            continue;
        }
        let shape: Vec<LngLat> = graph.shape(link).collect();
        let middle = middle(&shape);
        let township = areas.locate(middle).township;
        let mut note = |name: &str, known_as: Vec<&str>| {
            let group = groups.entry((name_key(name), township)).or_default();
            if group.name.is_empty() {
                name.clone_into(&mut group.name);
            }
            for name in known_as {
                if !group.known_as.iter().any(|known| known == name) {
                    group.known_as.push(name.to_owned());
                }
            }
            group.middles.push(middle);
            if group.links.last() != Some(&link) {
                group.links.push(link);
            }
            group.bbox = BBox::around(shape.iter().copied().chain(group.bbox.into_iter().flat_map(|b| b.corners())));
        };
        match graph.name(link) {
            Some(name) => note(name, listed(graph.topology.link_name[n]).chain(others()).collect()),
            None if numbers().next().is_none() => others().take(1).for_each(|name| note(name, others().collect())),
            None => {}
        }
        for number in numbers() {
            note(number, vec![number]);
        }
    }
    let mut all: Vec<_> = groups.into_iter().filter_map(|((_, township), group)| street(group, township)).collect();
    all.sort_by(|(a, _), (b, _)| (&a.name, a.township).cmp(&(&b.name, b.township)));
    all
}

fn street(group: Group, township: Option<AreaIx>) -> Option<(Street, Vec<String>)> {
    let bbox = group.bbox?;
    let far = |p: &LngLat| p.distance_m(bbox.center());
    let at = group.middles.into_iter().min_by(|a, b| far(a).total_cmp(&far(b)))?;
    Some((Street { name: group.name, township, at, bbox, links: group.links }, group.known_as))
}

/// Half way along.
fn middle(shape: &[LngLat]) -> LngLat {
    let lengths = || shape.windows(2).map(|ends| ends[0].distance_m(ends[1]));
    let mut left_m = lengths().sum::<f64>() / 2.0;
    for (ends, length_m) in shape.windows(2).zip(lengths()) {
        if left_m <= length_m && length_m > 0.0 {
            let share = left_m / length_m;
            let between = |a: f64, b: f64| a + (b - a) * share;
            return LngLat { lng: between(ends[0].lng, ends[1].lng), lat: between(ends[0].lat, ends[1].lat) };
        }
        left_m -= length_m;
    }
    shape[0]
}

/// The gazetteer that was asked last.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<Arc<Gazetteer>>>);

impl Kept {
    /// `None` where it must be made first.
    pub fn get(&self, of: &Sources) -> Option<Arc<Gazetteer>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|kept| kept.of.is(of)).cloned()
    }

    pub fn keep(&self, gazetteer: &Arc<Gazetteer>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(gazetteer));
    }
}
