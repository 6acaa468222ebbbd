//! Finding a place by what somebody types: coordinates, names and codes of areas, streets and road numbers, where
//! two of these cross, settlements, points of interest, addresses, patrol zones, squads and their posts, incidents by
//! number. Best first. And a point in words ([`around()`]).
//!
//! Better fits come before worse ones, of equal ones the kinds in the order of [`Kind`], of one kind what is
//! nearer where somebody says where he is, else by name. Names of what stays are indexed ([`Gazetteer`]); zones
//! and squads are few, and incidents have numbers, so those are looked through.

mod address;
mod addresses;
mod around;
mod coordinates;
mod crossings;
mod gazetteer;
mod houses;
mod mentioned;
mod names;
mod points;

use std::collections::BTreeMap;

pub use address::located;
pub use around::{Around, InWords, around, around_house, in_words, whereabouts};
pub use coordinates::{Order, Reading};
pub use crossings::Crossing;
pub use gazetteer::{FileStamp, Gazetteer, Kept, Known, Sources, Street};
pub use houses::{House, Houses};
pub use mentioned::candidates;
pub use names::Fit;
use names::{Key, Query};
use uuid::Uuid;

use super::{
    areas::{Chain, Level},
    auth::Sight,
    incidents::{Incident, Incidents},
    response::{Definition, Start, StartSource},
    squads::{Squad, Squads},
    zones::{AtomIx, InForce, Zone, Zones},
};
use crate::{
    base::{BBox, Code, Error, LngLat, Result, Timestamp, words},
    kernel::shape,
};

/// Nobody types more.
const QUERY_MAX: usize = 200;
/// A pair of numbers that lies farther from the townships is read otherwise, if it can be, metres.
const AWAY_M: f64 = 100_000.0;
/// Fewer hexadecimal digits of an incident's id tell nothing.
const ID_DIGITS: usize = 4;

words! {
    /// What was found, in the order in which equal fits are told.
    #[derive(PartialOrd, Ord)]
    #[schema(as = FoundKind)]
    Kind {
        /// Coordinates.
        Point = "point",
        /// Where two streets meet.
        Crossing = "crossing",
        /// A house by its number.
        Address = "address",
        Township = "township",
        Settlement = "settlement",
        Special = "special",
        Village = "village",
        Zone = "zone",
        Street = "street",
        Squad = "squad",
        /// Where a squad waits while it is elsewhere.
        Post = "post",
        /// A point of interest: a shop, a school, a pier.
        Poi = "poi",
        Incident = "incident",
        Grid = "grid",
        County = "county",
    }
}

impl From<Level> for Kind {
    fn from(level: Level) -> Self {
        match level {
            Level::County => Self::County,
            Level::Township => Self::Township,
            Level::Village => Self::Village,
            Level::Grid => Self::Grid,
            Level::Special => Self::Special,
        }
    }
}

/// What was found.
#[derive(Debug, Clone)]
pub enum Thing<'a> {
    Point(Reading),
    Crossing(Crossing),
    House(&'a House),
    Known(Known),
    Zone {
        layer: &'a Code,
        zone: &'a Zone,
        bbox: BBox,
        at: LngLat,
    },
    /// Where it stands, as far as that is known.
    Squad(&'a Squad, LngLat),
    Post(&'a Squad, LngLat),
    Incident(&'a Incident),
}

/// One answer, and why.
#[derive(Debug, Clone)]
pub struct Found<'a> {
    pub thing: Thing<'a>,
    pub kind: Kind,
    pub fit: Fit,
    /// Of the name that fits: shorter ones first.
    length: usize,
    /// By what equal ones are told apart.
    name: String,
    distance_m: Option<f64>,
}

/// Where is looked.
#[derive(Debug)]
pub struct Ground<'a> {
    pub gazetteer: &'a Gazetteer,
    pub zones: &'a Zones,
    pub squads: &'a Squads,
    pub incidents: &'a Incidents,
    /// Which positions are fresh.
    pub definition: &'a Definition,
    pub at: Timestamp,
    pub sight: &'a Sight,
}

/// What fits `text`, the best first, at most `limit`. `near` is where somebody is.
///
/// # Errors
/// `Invalid` where nothing is asked for.
pub fn find<'a>(ground: &Ground<'a>, text: &str, near: Option<LngLat>, limit: usize) -> Result<Vec<Found<'a>>> {
    if text.chars().count() > QUERY_MAX {
        return Err(Error::invalid("q", format!("nobody looks for more than {QUERY_MAX} characters")));
    }
    let Some(query) = Query::new(text) else {
        return Err(Error::invalid("q", format!("{text:?} has no letter or digit to look for")));
    };
    let mut found = ground.points(text);
    found.extend(ground.crossings(text, near));
    found.extend(ground.houses(text, near));
    found.extend(ground.named(&query, near));
    if found.is_empty() {
        found = ground.streets_of_houses(text, near);
    }
    let exact = found.iter().any(|one| one.fit < Fit::Nearly);
    found.retain(|one| !exact || one.fit < Fit::Nearly);
    let distance = |one: &Found<'_>| one.distance_m.unwrap_or(0.0);
    found.sort_by(|a, b| {
        let (x, y) = ((a.fit, a.kind), (b.fit, b.kind));
        let by_distance = distance(a).total_cmp(&distance(b));
        x.cmp(&y).then(by_distance).then(a.length.cmp(&b.length)).then_with(|| a.name.cmp(&b.name))
    });
    found.truncate(limit);
    Ok(found)
}

impl<'a> Ground<'a> {
    /// The readings that lie where the townships are, those inside first; all where none does.
    fn points(&self, text: &str) -> Vec<Found<'a>> {
        let areas = &self.gazetteer.areas;
        let mut readings = coordinates::read(text);
        let far = |r: &Reading| areas.far_away(r.at, AWAY_M).is_some();
        if !readings.iter().all(far) {
            readings.retain(|r| !far(r));
        }
        readings.sort_by_key(|r| areas.locate(r.at) == Chain::default());
        let point = |(n, reading): (usize, Reading)| Found {
            thing: Thing::Point(reading),
            kind: Kind::Point,
            fit: Fit::Whole,
            length: n,
            name: String::new(),
            distance_m: None,
        };
        readings.into_iter().enumerate().map(point).collect()
    }

    /// Where the two streets that are named meet.
    fn crossings(&self, text: &str, near: Option<LngLat>) -> impl Iterator<Item = Found<'a>> {
        crossings::find(self.gazetteer, text).into_iter().map(move |(fit, crossing)| {
            let (length, name) = (crossing.name.len(), crossing.name.clone());
            let distance_m = near.map(|near| near.distance_m(crossing.at));
            Found { kind: Kind::Crossing, fit, length, name, distance_m, thing: Thing::Crossing(crossing) }
        })
    }

    fn told(&self, known: Known, (fit, length): (Fit, usize), near: Option<LngLat>) -> Found<'a> {
        let (kind, name, at) = self.known(known);
        let distance_m = near.map(|near| near.distance_m(at));
        Found { thing: Thing::Known(known), kind, fit, length, name, distance_m }
    }

    fn named(&self, query: &Query, near: Option<LngLat>) -> Vec<Found<'a>> {
        // A thing with several names is told once, by the one that fits best.
        let mut best: BTreeMap<Known, (Fit, usize)> = BTreeMap::new();
        for (fit, key, known) in self.gazetteer.names.find(query) {
            let now = (fit, key.len());
            best.entry(known).and_modify(|before| *before = now.min(*before)).or_insert(now);
        }
        let mut all: Vec<Found<'a>> = best.into_iter().map(|(known, how)| self.told(known, how, near)).collect();
        let mut note = |thing: Thing<'a>, kind, (fit, length), name: &Code, at: LngLat| {
            let (name, distance_m) = (name.as_str().to_owned(), near.map(|near| near.distance_m(at)));
            all.push(Found { thing, kind, fit, length, name, distance_m });
        };
        for here in self.zones.in_force(self.at) {
            for zone in here.layer.zones.values() {
                let names = [zone.code.as_str(), &zone.name].into_iter().chain(zone.name_zh.as_deref());
                if let Some(fit) = best_fit(query, names)
                    && let Some((bbox, at)) = extent(here, &zone.code)
                {
                    let thing = Thing::Zone { layer: &here.entry.layer, zone, bbox, at };
                    note(thing, Kind::Zone, fit, &zone.code, at);
                }
            }
        }
        let posts = self.zones.posts(self.at);
        for squad in self.squads.all().filter(|s| self.sight.sees_squad(s)) {
            let names = [squad.id.as_str(), &squad.name].into_iter().chain(squad.name_zh.as_deref());
            let Some(fit) = best_fit(query, names) else { continue };
            let post = posts.get(&squad.id).copied().unwrap_or(squad.post);
            let start = Start::last_known(self.squads, squad, self.at, self.definition);
            let away = start.source == StartSource::Fix;
            let stands = if away { LngLat { lng: start.lng, lat: start.lat } } else { post };
            note(Thing::Squad(squad, stands), Kind::Squad, fit, &squad.id, stands);
            if away {
                note(Thing::Post(squad, post), Kind::Post, fit, &squad.id, post);
            }
        }
        all.extend(self.incidents(query));
        all
    }

    /// By the number they came with, or by the first or last digits of their id. The newest first.
    fn incidents(&self, query: &Query) -> impl Iterator<Item = Found<'a>> {
        let number = query.text().bytes().any(|b| b.is_ascii_digit());
        let digits = query.text().to_owned();
        let hex = digits.bytes().all(|b| b.is_ascii_hexdigit()) && (ID_DIGITS..=32).contains(&digits.len());
        let wanted = hex.then(|| u128::from_str_radix(&digits, 16).ok()).flatten();
        let by_id = move |id: &Uuid| {
            let (wanted, bits) = (wanted?, 4 * digits.len() as u32);
            let (id, rest) = (id.as_u128(), 128 - bits);
            let fits = id >> rest == wanted || id << rest >> rest == wanted;
            fits.then_some(if rest == 0 { Fit::Whole } else { Fit::Beginning })
        };
        let query = query.clone();
        let by_number =
            move |i: &Incident| query.fit(&Key::new(i.external_id.as_deref()?)?).filter(|f| *f < Fit::Inside);
        let all = self.incidents.all().filter(move |_| number || wanted.is_some());
        let sight = self.sight;
        all.filter_map(move |incident| {
            let fit = by_id(&incident.id).into_iter().chain(by_number(incident)).min()?;
            // Later ones first.
            let name = format!("{:016x}", u64::MAX - incident.reported_at.ms().max(0) as u64);
            let (thing, kind) = (Thing::Incident(incident), Kind::Incident);
            incident.is_seen(sight).then_some(Found { thing, kind, fit, length: 0, name, distance_m: None })
        })
    }

    fn known(&self, known: Known) -> (Kind, String, LngLat) {
        match known {
            Known::Area(ix) => {
                let area = self.gazetteer.areas.at(ix);
                (area.level.into(), area.code.as_str().to_owned(), area.bbox.center())
            }
            Known::Settlement(n) => {
                let place = &self.gazetteer.settlements[n as usize];
                (Kind::Settlement, place.name.clone(), place.at)
            }
            Known::Street(n) => {
                let street = &self.gazetteer.streets[n as usize];
                (Kind::Street, street.name.clone(), street.at)
            }
            Known::Poi(n) => {
                let poi = &self.gazetteer.pois[n as usize];
                (Kind::Poi, poi.name.clone(), poi.at)
            }
        }
    }
}

/// How the best of some names fits, and how long that one is.
fn best_fit<'n>(query: &Query, names: impl IntoIterator<Item = &'n str>) -> Option<(Fit, usize)> {
    let keys = names.into_iter().flat_map(Key::all);
    keys.filter_map(|key| Some((query.fit(&key)?, key.len()))).min()
}

/// The box around a zone, and a place in it: in that of its atoms which lies most in its middle.
fn extent(here: InForce<'_>, zone: &Code) -> Option<(BBox, LngLat)> {
    let atoms = &here.plan.atoms;
    let boxed = |ix: AtomIx| Some((shape::bbox(atoms.shape(ix))?, ix));
    let boxes: Vec<(BBox, AtomIx)> = here.layer.atoms_of(zone.as_str()).filter_map(boxed).collect();
    let bbox = BBox::around(boxes.iter().flat_map(|(b, _)| b.corners()))?;
    let far = |b: &BBox| b.center().distance_m(bbox.center());
    let (_, middle) = boxes.iter().min_by(|(a, _), (b, _)| far(a).total_cmp(&far(b)))?;
    Some((bbox, shape::interior_point(atoms.shape(*middle))?))
}
