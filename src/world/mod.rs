//! Floor 3: all live indexes in one place, changed only by [`World::apply`].
//!
//! The follower (in `ctx`) is the only caller of `apply` and calls it in the order of the change
//! log. Every index is one word's own, behind an `Arc`, and so is the world: a reader has all of it as it was
//! at one moment, and holds nobody up.
//! Which words there are stands in [`words`].

pub mod words;

use std::sync::Arc;

pub use words::Update;
use words::{Each, Held};

use crate::{
    base::{Error, LngLat, Result, Seq, Timestamp},
    domain::{
        areas::{Areas, Drafts},
        arrivals::Arrivals,
        assignments::Assignments,
        auth::Keys,
        calibration::{self, Calibration, InForce},
        calls::Calls,
        catalogue::Catalogue,
        demo::Demo,
        disruptions::Disruptions,
        handovers::Handovers,
        incidents::{Incident, Incidents},
        lists::{Lists, Power},
        matters::{Matter, Matters},
        officers::{Case, Officers},
        ownership::Precedents,
        places::Pois,
        responsibility::{Ground, Law},
        roads::Imported,
        scenarios::Scenarios,
        slots::Slots,
        squads::Squads,
        traffic::Traffic,
        units::Units,
        whistles::Whistles,
        zones::Zones,
    },
};

/// Everything that answers are made from.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The last change that is in it.
    pub seq: Seq,
    pub areas: Arc<Areas>,
    /// Those that may take the place of `areas`.
    pub drafts: Arc<Drafts>,
    pub roads: Arc<Imported>,
    /// Our own list.
    pub places: Arc<Pois>,
    pub matters: Arc<Matters>,
    pub units: Arc<Units>,
    pub lists: Arc<Lists>,
    pub catalogue: Arc<Catalogue>,
    pub officers: Arc<Officers>,
    pub squads: Arc<Squads>,
    pub zones: Arc<Zones>,
    pub scenarios: Arc<Scenarios>,
    pub precedents: Arc<Precedents>,
    pub calls: Arc<Calls>,
    pub handovers: Arc<Handovers>,
    pub incidents: Arc<Incidents>,
    pub assignments: Arc<Assignments>,
    pub whistles: Arc<Whistles>,
    pub disruptions: Arc<Disruptions>,
    pub slots: Arc<Slots>,
    /// As it was put in force; see [`World::calibration_in_force`].
    pub calibration: Arc<InForce>,
    pub arrivals: Arc<Arrivals>,
    pub keys: Arc<Keys>,
    pub demo: Arc<Demo>,
    /// The roads as they are at any time; made of those words that shape them.
    pub traffic: Option<Arc<Traffic>>,
    /// The last change that `traffic` follows: it is made beside the rest, and may lag behind `seq`.
    pub roads_seq: Seq,
}

impl World {
    /// What decides who is responsible.
    pub fn law(&self) -> Law<'_> {
        Law { areas: &self.areas, units: &self.units, lists: &self.lists }
    }

    /// What somebody is to act on at a place, by the lists at a time: decides who may.
    pub fn case(&self, place: LngLat, matter: Option<&Matter>, power: Power, at: Timestamp) -> Case {
        self.case_on(place, None, (matter, power, at))
    }

    /// The same of an incident, by the lists as it was filed.
    pub fn case_of(&self, incident: &Incident, power: Power) -> Case {
        let matter = incident.matter.as_ref().and_then(|code| self.matters.get(code));
        let decided = incident.decision.as_ref().map(|_| incident.ground(&self.areas));
        let filed = (matter, power, incident.reported_at);
        Case { incident: Some(incident.id), ..self.case_on(incident.at, decided, filed) }
    }

    fn case_on(
        &self,
        place: LngLat,
        decided: Option<Ground>,
        (matter, power, at): (Option<&Matter>, Power, Timestamp),
    ) -> Case {
        let (chain, overlays) = (self.areas.locate(place), self.areas.special(place));
        let over = [chain.county, chain.township, chain.village, chain.grid].into_iter().flatten();
        let over = over.chain(overlays.iter().copied()).map(|ix| self.areas.at(ix).code.clone()).collect();
        let ground = decided.unwrap_or(Ground { overlays, township: chain.township, county: chain.county });
        let acting = self.law().acting(&ground, matter, power, at);
        let (officers, units) = (Arc::clone(&self.officers), Arc::clone(&self.units));
        Case { officers, units, matter: matter.cloned(), power, acting, over, incident: None }
    }

    /// Up to here everything is in what is answered from it.
    pub fn as_of_seq(&self) -> Seq {
        if self.traffic.is_some() { self.seq.min(self.roads_seq) } else { self.seq }
    }

    /// The roads as they are at any time.
    ///
    /// # Errors
    /// `Unavailable` while there are none.
    pub fn traffic(&self) -> Result<Arc<Traffic>> {
        let why = || self.roads.lacking().unwrap_or("the roads are loaded just now");
        self.traffic.clone().ok_or_else(|| Error::unavailable(why()))
    }

    /// Takes in what change `seq` did. Cannot fail, and doing it twice changes nothing.
    pub fn apply(&mut self, seq: Seq, updates: Vec<Update>) {
        for update in updates {
            update.apply(seq, self);
        }
        self.incidents = std::mem::take(&mut self.incidents).standing_on(&self.areas);
        self.seq = seq;
    }

    /// What the roads are made of now.
    pub fn under_roads(&self) -> Self {
        // What changes often stays behind.
        Self { incidents: Arc::default(), squads: Arc::default(), ..self.clone() }
    }

    /// Whether the roads lie in the same areas and on the same network.
    pub fn lies_on(&self, ground: &Self) -> bool {
        Arc::ptr_eq(&self.areas, &ground.areas) && self.roads.hash() == ground.roads.hash()
    }

    /// What the roads are made of once `updates` are in, when they change any of it.
    pub fn ground(&self, updates: &[Update]) -> Option<Self> {
        if !updates.iter().any(Update::shapes_roads) {
            return None;
        }
        let mut ground = self.under_roads();
        for update in updates.iter().filter(|u| u.shapes_roads()) {
            update.preview(self.seq, &mut ground);
        }
        Some(ground)
    }

    /// Why the calibration does not hold for the roads and slots that are there now, if so.
    pub fn calibration_set_aside(&self) -> Option<String> {
        let calibration = self.calibration.0.as_ref()?;
        match self.roads.network() {
            Some(network) => calibration.set_aside(network.speed_table, &self.slots),
            None => Some("there is no road network".to_owned()),
        }
    }

    /// The calibration, where it holds.
    pub fn calibration_in_force(&self) -> Option<&Arc<Calibration>> {
        self.calibration.0.as_ref().filter(|_| self.calibration_set_aside().is_none())
    }

    /// What definitions say of the calibration.
    pub fn calibration_words(&self) -> String {
        calibration::words(self.calibration_in_force().map(|c| &**c))
    }

    /// Where this world differs from `other`, which should be the same: for tests.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let mut compared = Compared { worlds: [self, other], found: None };
        if self.seq != other.seq {
            return Some("seq".to_owned());
        }
        words::each(&mut compared);
        compared.found
    }
}

/// Looks for the first word in which two worlds differ, or whose index is broken.
struct Compared<'a> {
    worlds: [&'a World; 2],
    found: Option<String>,
}

impl<N: Held> Each<N> for Compared<'_> {
    fn word(&mut self) {
        let [a, b] = self.worlds.map(N::of);
        let broken = [a, b].into_iter().find_map(|index| index.check().err());
        let broken = broken.map(|why| format!("the index of {}: {why}", N::WORD));
        let found = broken.or_else(|| (a != b).then(|| N::WORD.to_owned()));
        self.found = self.found.take().or(found);
    }
}

/// Incidents reported before this are history once they are ended. It moves on by days, so that all processes
/// agree, before and after a restart.
pub fn hot_since(now: Timestamp, hot_months: u32) -> Timestamp {
    const DAY_MS: i64 = 24 * 3_600_000;
    let day = now.ms().div_euclid(DAY_MS);
    let since = (day - i64::from(hot_months) * 30) * DAY_MS;
    Timestamp::from_ms(since).unwrap_or(Timestamp::MIN)
}
