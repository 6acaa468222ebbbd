//! Floor 3: all live indexes in one place, changed only by [`World::apply`].
//!
//! The follower (in `ctx`) is the only caller of `apply` and calls it in the order of the change
//! log. Large parts are immutable behind an `Arc`: a reader takes a clone and lets go of the lock.

use std::sync::Arc;

use crate::{
    base::{Error, Result, Seq, Timestamp},
    domain::{
        areas::Areas,
        auth::Keys,
        calibration::{self, Calibration},
        disruptions::Disruptions,
        incidents::{Incident, Incidents},
        matters::Matters,
        roads::Network,
        slots::Slots,
        squads::{Squad, Squads},
        traffic::Traffic,
    },
};

/// Everything that answers are made from.
#[derive(Debug, Default)]
pub struct World {
    /// The last change that is in it.
    pub seq: Seq,
    pub areas: Arc<Areas>,
    pub roads: Roads,
    pub matters: Arc<Matters>,
    pub squads: Arc<Squads>,
    pub incidents: Incidents,
    pub keys: Arc<Keys>,
    pub disruptions: Arc<Disruptions>,
    /// The roads as they are at any time; follows areas, roads and disruptions.
    pub traffic: Option<Arc<Traffic>>,
    pub slots: Arc<Slots>,
    /// As it was put in force; see [`World::calibration_in_force`].
    pub calibration: Option<Arc<Calibration>>,
    /// How many observed drives there are.
    pub arrivals: u64,
    /// Some of it is the bundled demonstration county.
    pub demo: bool,
}

impl World {
    /// The roads as they are at any time.
    ///
    /// # Errors
    /// `Unavailable` while there are none.
    pub fn traffic(&self) -> Result<Arc<Traffic>> {
        self.traffic
            .clone()
            .ok_or_else(|| Error::unavailable(self.roads.lacking().unwrap_or("the roads are loaded just now")))
    }
}

/// The road network, or why there is none.
#[derive(Debug, Clone, Default)]
pub enum Roads {
    /// None was imported yet.
    #[default]
    None,
    /// One is in force, but its file can't be read.
    Missing {
        hash: String,
        reason: String,
    },
    Ready(Arc<Network>),
}

impl Roads {
    pub fn network(&self) -> Option<&Arc<Network>> {
        match self {
            Self::Ready(network) => Some(network),
            _ => None,
        }
    }

    /// Why there is no network to answer by, if so.
    pub fn lacking(&self) -> Option<&str> {
        match self {
            Self::None => Some("no road network was imported yet"),
            Self::Missing { reason, .. } => Some(reason),
            Self::Ready(_) => None,
        }
    }

    /// What tells two states apart.
    pub fn hash(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Missing { hash, .. } => Some(hash),
            Self::Ready(network) => Some(&network.hash),
        }
    }
}

/// What one change does to the world, with everything it needs already read.
#[derive(Debug)]
pub enum Update {
    Areas { areas: Arc<Areas>, demo: bool },
    Roads { roads: Roads, demo: bool },
    Matters(Arc<Matters>),
    Keys(Arc<Keys>),
    Slots(Arc<Slots>),
    Calibration(Option<Arc<Calibration>>),
    Arrivals(u64),
    Squad(Squad),
    Squads(Squads),
    Incident(Box<Incident>),
    IncidentsAdded(Vec<Incident>),
    Incidents(Vec<Incident>),
    Disruptions(Arc<Disruptions>),
    Traffic(Option<Arc<Traffic>>),
}

impl World {
    /// Takes in what change `seq` did. Cannot fail, and doing it twice changes nothing.
    pub fn apply(&mut self, seq: Seq, updates: Vec<Update>) {
        for update in updates {
            match update {
                Update::Areas { areas, demo } => {
                    self.areas = areas;
                    self.demo = demo;
                }
                Update::Roads { roads, demo } => {
                    self.roads = roads;
                    self.demo = demo;
                }
                Update::Matters(matters) => self.matters = matters,
                Update::Keys(keys) => self.keys = keys,
                Update::Slots(slots) => self.slots = slots,
                Update::Calibration(calibration) => self.calibration = calibration,
                Update::Arrivals(count) => self.arrivals = count,
                Update::Squad(squad) => Arc::make_mut(&mut self.squads).put(squad),
                Update::Squads(mut squads) => {
                    squads.keep_fixes_of(&self.squads);
                    self.squads = Arc::new(squads);
                }
                Update::Incident(incident) => self.incidents.put(*incident),
                Update::IncidentsAdded(many) => self.incidents.put_all(many),
                Update::Disruptions(disruptions) => self.disruptions = disruptions,
                Update::Traffic(traffic) => self.traffic = traffic,
                Update::Incidents(all) => self.incidents.replace(all),
            }
        }
        self.seq = seq;
    }

    /// Why the calibration does not hold for the roads and slots that are there now, if so.
    pub fn calibration_set_aside(&self) -> Option<String> {
        let calibration = self.calibration.as_ref()?;
        match self.roads.network() {
            Some(network) => calibration.set_aside(network.speed_table, &self.slots),
            None => Some("there is no road network".to_owned()),
        }
    }

    /// The calibration, where it holds.
    pub fn calibration_in_force(&self) -> Option<&Arc<Calibration>> {
        self.calibration.as_ref().filter(|_| self.calibration_set_aside().is_none())
    }

    /// What definitions say of the calibration.
    pub fn calibration_words(&self) -> String {
        calibration::words(self.calibration_in_force().map(|c| &**c))
    }

    /// Where this world differs from `other`, which should be the same: for tests.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let parts = [
            ("seq", self.seq == other.seq),
            ("areas", self.areas.iter().map(|(_, a)| a).eq(other.areas.iter().map(|(_, a)| a))),
            ("roads", self.roads.hash() == other.roads.hash()),
            ("matters", self.matters == other.matters),
            ("squads", self.squads == other.squads),
            ("incidents", self.incidents == other.incidents),
            ("disruptions", self.disruptions == other.disruptions),
            ("keys", self.keys == other.keys),
            ("slots", self.slots == other.slots),
            ("calibration", self.calibration == other.calibration),
            ("arrivals", self.arrivals == other.arrivals),
            ("demo", self.demo == other.demo),
        ];
        let checks = [("incident indexes", self.incidents.check()), ("loaded indexes", other.incidents.check())];
        let broken = checks.into_iter().find_map(|(name, r)| r.err().map(|e| format!("{name}: {e}")));
        parts.into_iter().find(|(_, same)| !same).map(|(name, _)| name.to_owned()).or(broken)
    }
}

/// Incidents reported before this are history once they are ended.
pub fn hot_since(now: Timestamp, hot_months: u32) -> Timestamp {
    const MONTH_MS: i64 = 30 * 24 * 3_600_000;
    now.plus_ms(-i64::from(hot_months) * MONTH_MS)
}
