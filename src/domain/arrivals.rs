//! Arrivals: drives of squads whose beginning and end were observed. They tell how far the travel
//! times are from what the roads really take ([`calibration`](super::calibration)).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    clocks::WORD_AHEAD_MS,
    noun::{About, Fact, Kind, NoRows, Noun, Told},
    squads::{Profile, Squad, Squads},
};
use crate::base::{Code, Error, LngLat, Result, Timestamp};

/// A squad that takes longer did something else on the way.
const LONGEST_MS: i64 = 6 * 3_600_000;

/// One observed drive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Arrival {
    pub id: Uuid,
    pub squad: Code,
    pub profile: Profile,
    /// WGS-84
    pub from: LngLat,
    /// WGS-84
    pub to: LngLat,
    /// Wheels turning.
    pub departed_at: Timestamp,
    /// On the scene.
    pub arrived_at: Timestamp,
}

impl Arrival {
    /// The squad that drove.
    pub fn of<'a>(id: &Code, squads: &'a Squads) -> Result<&'a Squad> {
        squads.get(id).map(|squad| &**squad).ok_or_else(|| Error::invalid("squad", format!("no squad {id}")))
    }

    /// By which roads the squad drives, where nothing else is said.
    ///
    /// # Errors
    /// `Invalid` for boats and drones: what they do says nothing of roads.
    pub fn profile_of(squad: &Squad) -> Result<Profile> {
        squad.profile.by_road().map_err(|_| {
            let why = format!("squad {} travels by {}, not by road", squad.id, squad.profile.as_str());
            Error::invalid("squad", why)
        })
    }

    /// Refuses what no drive can be.
    pub fn check(&self, now: Timestamp) -> Result<()> {
        let (took_ms, arrived_at) = (self.arrived_at.ms() - self.departed_at.ms(), self.arrived_at);
        if took_ms <= 0 {
            let detail = format!("{arrived_at} is not after the departure at {}", self.departed_at);
            return Err(Error::invalid("arrived_at", detail));
        }
        if took_ms > LONGEST_MS {
            return Err(Error::invalid("arrived_at", format!("a drive of {} s is over 6 hours", took_ms / 1_000)));
        }
        arrived_at.not_ahead("arrived_at", now, WORD_AHEAD_MS)?;
        Ok(())
    }

    pub fn seconds(&self) -> f64 {
        (self.arrived_at.ms() - self.departed_at.ms()) as f64 / 1_000.0
    }
}

/// How many there are. They stay on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrivals {
    pub count: u64,
}

const ARRIVALS: Kind = Kind::new("arrivals");

/// A fact about observed drives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// Some came in.
    Arrivals { count: u32 },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        ARRIVALS
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        About::default()
    }

    fn told(&self) -> Told {
        let Self::Arrivals { count } = self;
        Told::one("count", count)
    }
}

impl Noun for Arrivals {
    const WORD: &'static str = "arrivals";
    const KINDS: &'static [Kind] = &[ARRIVALS];
    type Change = Change;
    type Rows = NoRows;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drives_that_cannot_be_are_refused() {
        let time = |ms: i64| Timestamp::from_ms(ms).unwrap();
        let arrival = |departed: i64, arrived: i64| Arrival {
            id: Uuid::from_u128(1),
            squad: Code::new("S1").unwrap(),
            profile: Profile::Car,
            from: LngLat { lng: 0.0, lat: 0.0 },
            to: LngLat { lng: 0.1, lat: 0.0 },
            departed_at: time(departed),
            arrived_at: time(arrived),
        };
        let now = time(100_000_000);
        for (departed, arrived, words) in [
            (10, 10, "is not after the departure"),
            (10, 9, "is not after the departure"),
            (0, LONGEST_MS + 1, "a drive of 21600 s is over 6 hours"),
            (99_000_000, 100_300_001, "lies in the future"),
        ] {
            let e = arrival(departed, arrived).check(now).unwrap_err();
            assert!(e.field.as_deref() == Some("arrived_at") && e.detail.contains(words), "{e}");
        }
        for (departed, arrived) in [(0, 1), (0, LONGEST_MS), (99_000_000, 100_300_000)] {
            assert!(arrival(departed, arrived).check(now).is_ok());
        }
    }
}
