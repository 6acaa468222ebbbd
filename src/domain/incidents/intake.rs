//! Intake: the rules that every incident passes on its way in, through whichever door.

use uuid::Uuid;

use super::{Incident, IncidentStatus, Milestones, Place, Profiles, Source};
use crate::{
    base::{Code, Error, LngLat, Result, Timestamp, at_most, check_accuracy},
    domain::{
        areas::Areas,
        clocks::WORD_AHEAD_MS,
        matters::{Matter, Matters, Urgency},
    },
};

pub const DESCRIPTION_MAX: usize = 4_000;
const EXTERNAL_ID_MAX: usize = 200;
/// Farther from the townships nobody reports by intent, metres; roads are kept as far.
const OUTSIDE_M: f64 = 20_000.0;

/// What is said of an incident, wherever it is.
#[derive(Debug, Clone)]
pub struct Said {
    pub id: Uuid,
    pub matter: Option<Code>,
    /// The matter's own when it is not given; quick without a matter.
    pub urgency: Option<Urgency>,
    pub description: Option<String>,
    pub reported_at: Timestamp,
    pub source: Source,
    pub external_id: Option<String>,
}

impl Said {
    /// The matter that is meant, and how urgent it is.
    ///
    /// # Errors
    /// `Invalid` with the field at fault.
    pub fn check<'m>(&self, matters: &'m Matters, now: Timestamp) -> Result<(Option<&'m Matter>, Urgency)> {
        at_most("description", self.description.as_deref(), DESCRIPTION_MAX)?;
        at_most("external_id", self.external_id.as_deref(), EXTERNAL_ID_MAX)?;
        self.reported_at.not_ahead("reported_at", now, WORD_AHEAD_MS)?;
        let matter = self.matter.as_ref().map(|code| matters.meant(code, self.reported_at)).transpose()?;
        Ok((matter, self.urgency.or(matter.map(|m| m.urgency)).unwrap_or(Urgency::Quick)))
    }
}

/// The address by which a place was said goes before what else was said.
pub fn described(address: Option<&str>, description: Option<&str>) -> Option<String> {
    let said: Vec<&str> = [address, description].into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join("\n"))
}

/// An incident before it is one.
#[derive(Debug, Clone)]
pub struct Draft {
    pub said: Said,
    /// WGS-84
    pub at: LngLat,
    /// It lies far outside by intent.
    pub outside: bool,
    pub accuracy_m: Option<f64>,
    pub status: IncidentStatus,
    pub synthetic: bool,
}

impl Draft {
    /// The incident that comes in at `now`, in no zone yet, under the profile for its matter.
    ///
    /// # Errors
    /// `Invalid` with the field at fault.
    pub fn accept(self, matters: &Matters, profiles: &Profiles, areas: &Areas, now: Timestamp) -> Result<Incident> {
        LngLat::new(self.at.lng, self.at.lat)?;
        if !self.outside {
            check_near(areas, self.at)?;
        }
        check_accuracy(self.accuracy_m)?;
        let (matter, urgency) = self.said.check(matters, now)?;
        let profile = profiles.of(matter);
        let state = &profile.first(self.status)?.state;
        Ok(Incident {
            id: self.said.id,
            at: self.at,
            accuracy_m: self.accuracy_m,
            status: self.status,
            urgency,
            place: Place::of(areas, self.at, self.accuracy_m),
            matter: matter.map(|m| m.code.clone()),
            description: self.said.description,
            reported_at: self.said.reported_at,
            created_at: now,
            synthetic: self.synthetic,
            source: self.said.source,
            external_id: self.said.external_id,
            flags: Vec::new(),
            milestones: Milestones::default(),
            profile: profile.under(state),
            ownership: None,
            decision: None,
            merged_into: None,
            rectification: None,
            legal_review: None,
            further_matters: Vec::new(),
            touched_at: None,
        })
    }
}

/// Refuses a place far from all areas.
fn check_near(areas: &Areas, at: LngLat) -> Result<()> {
    let Some(why) = areas.far_away(at, OUTSIDE_M) else { return Ok(()) };
    Err(Error::invalid("lng", format!("{why}; only with outside=true (a file: --outside) it is taken")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        areas::Level,
        zones::testing::{area, rect},
    };

    #[test]
    fn a_place_far_outside_is_refused_unless_it_is_meant() {
        let areas = Areas::new(vec![area(Level::Township, "T", None, rect(-4.5, 54.0, -4.25, 54.25))]).unwrap();
        let at = |lng, lat| LngLat::new(lng, lat).unwrap();
        for (lng, lat, words) in [
            (-4.4, 54.1, None),
            (-4.5, 54.0, None),
            // 0.3 degrees of longitude are 19.6 km here.
            (-4.8, 54.1, None),
            (
                -4.82,
                54.1,
                Some("lies 21 km from the nearest township, T; only with outside=true (a file: --outside) it is taken"),
            ),
            (0.0, 0.0, Some("km from the nearest township")),
            (54.1, -4.4, Some("T; are longitude and latitude swapped?")),
            (175.6, 54.1, Some("km from")),
        ] {
            match (check_near(&areas, at(lng, lat)), words) {
                (Ok(()), None) => {}
                (Err(e), Some(words)) => {
                    assert!(e.detail.contains(words) && e.field.as_deref() == Some("lng"), "{lng},{lat}: {e}");
                }
                (told, _) => panic!("{lng},{lat}: {told:?}"),
            }
        }
        assert!(check_near(&Areas::default(), at(0.0, 0.0)).is_ok(), "without areas nobody knows what is far");
    }
}
