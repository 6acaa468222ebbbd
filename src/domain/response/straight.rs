//! Squads that no road carries: what they are left out for where only roads lead, and how they go straight instead.

use super::{Definition, Reason};
use crate::{
    base::{Code, LngLat, Result},
    domain::squads::{Profile, Squad, SquadProfile},
};

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

impl Squad {
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
