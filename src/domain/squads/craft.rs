//! How squads travel: by road, on their water, or through the air. What has no road goes straight, at a speed and
//! within a range that are defaults of this service.

use super::{Crew, Profile, Squad};
use crate::{
    base::{Code, Error, LngLat, Result, words},
    domain::{
        areas::Areas,
        response::{Definition, Reason},
    },
};

words! {
    /// How the squad travels.
    SquadProfile {
        Car = "car",
        Ebike = "ebike",
        Foot = "foot",
        /// To places on its water only, in a straight line.
        Boat = "boat",
        /// A first look from above, in a straight line: nobody comes with it.
        Drone = "drone",
    }
}

impl From<Profile> for SquadProfile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Car => Self::Car,
            Profile::Ebike => Self::Ebike,
            Profile::Foot => Self::Foot,
        }
    }
}

impl SquadProfile {
    /// On which roads it travels.
    ///
    /// # Errors
    /// Why it isn't counted on where only roads lead.
    pub fn by_road(self) -> Result<Profile, Reason> {
        match self {
            Self::Car => Ok(Profile::Car),
            Self::Ebike => Ok(Profile::Ebike),
            Self::Foot => Ok(Profile::Foot),
            Self::Boat => Err(Reason::OffWater),
            Self::Drone => Err(Reason::FirstLook),
        }
    }
}

impl Crew {
    fn check_none(self) -> Result<()> {
        let Self { certified_officers, uncertified_officers, assistants: _ } = self;
        let counts =
            [("crew.certified_officers", certified_officers), ("crew.uncertified_officers", uncertified_officers)];
        match counts.into_iter().find(|(_, n)| *n > 0) {
            Some((field, n)) => Err(Error::invalid(field, format!("{n} officers don't fly with a drone"))),
            None => Ok(()),
        }
    }
}

impl Squad {
    /// Refuses a boat without its water, water without a boat, and a drone with a crew.
    pub fn check_craft(&self) -> Result<()> {
        match (self.profile, &self.water) {
            (SquadProfile::Boat, None) => return Err(Error::invalid("water", "a boat needs the area of its water")),
            (SquadProfile::Boat, Some(_)) | (_, None) => {}
            (other, Some(water)) => {
                let why = format!("{water} is no water of a squad that travels by {}", other.as_str());
                return Err(Error::invalid("water", why));
            }
        }
        if self.profile != SquadProfile::Drone {
            return Ok(());
        }
        match self.officers.first() {
            Some(officer) => Err(Error::invalid("officers", format!("{officer} does not fly with a drone"))),
            None => self.crew.check_none(),
        }
    }

    /// Refuses water that is no area in force.
    pub fn check_water(&self, areas: &Areas) -> Result<()> {
        match self.water.as_ref().filter(|water| areas.get(water.as_str()).is_none()) {
            Some(water) => Err(Error::invalid("water", format!("{water} is no area in force"))),
            None => Ok(()),
        }
    }

    /// Refuses a boat for a place that is not on its water; `over` are the areas that the place lies in.
    pub fn check_place(&self, over: &[Code]) -> Result<()> {
        match self.water.as_ref().filter(|water| !over.contains(water)) {
            Some(water) => {
                let why = format!("squad {} is a boat on {water}, and the place does not lie there", self.id);
                Err(Error::invalid("squad", why))
            }
            None => Ok(()),
        }
    }

    /// How far in a straight line and how long it takes a boat or a drone, metres and milliseconds; none for whom it is
    /// too far, whose water it is not, and who goes by road.
    pub fn straight(&self, from: LngLat, to: LngLat, over: &[Code], definition: &Definition) -> Option<(f64, u32)> {
        let (m_per_s, range_m) = match self.profile {
            SquadProfile::Boat => (definition.boat_m_per_s, definition.boat_range_m),
            SquadProfile::Drone => (definition.drone_m_per_s, definition.drone_range_m),
            SquadProfile::Car | SquadProfile::Ebike | SquadProfile::Foot => return None,
        };
        let away_m = from.distance_m(to);
        let goes = self.check_place(over).is_ok() && away_m <= range_m;
        goes.then(|| (away_m, (away_m / m_per_s * 1_000.0).ceil() as u32))
    }
}
