//! How squads travel: by road, on their water, or through the air. Who can't be one is refused.

use super::{Crew, Profile, Squad};
use crate::{
    base::{Code, Error, Result, words},
    domain::areas::Areas,
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
}
