//! What somebody is sent for: an incident, or a place and what it is about.

use super::Params;
use crate::{
    base::{Code, Error, LngLat, Result, Timestamp},
    domain::{
        auth::Sight,
        incidents::{limit_min, limit_of},
        matters::Urgency,
    },
    feature::areas::to_wgs84,
    world::World,
};
/// What somebody is sent for.
pub(super) struct Case {
    pub(super) target: LngLat,
    pub(super) matter: Option<Code>,
    pub(super) urgency: Urgency,
    pub(super) limit_min: u32,
    pub(super) reported_at: Timestamp,
}

impl Params {
    pub(super) fn case(&self, world: &World, at: Timestamp, sight: &Sight) -> Result<Case> {
        match (self.incident, self.lng, self.lat) {
            (Some(id), None, None) if self.matter.is_none() => {
                let incident = world
                    .incidents
                    .get(&id)
                    .filter(|i| i.is_seen(sight))
                    .ok_or_else(|| Error::not_found("incident", id))?;
                if incident.status.is_ended() {
                    return Err(Error::conflict(format!("incident {id} is {}", incident.status.as_str())));
                }
                Ok(Case {
                    target: incident.at,
                    matter: incident.matter.clone(),
                    urgency: incident.urgency,
                    limit_min: limit_min(incident, &world.matters),
                    reported_at: incident.reported_at,
                })
            }
            (Some(_), ..) => Err(Error::invalid("incident", "an incident has its place and matter: ask for either")),
            (None, Some(lng), Some(lat)) => {
                let target = to_wgs84(LngLat { lng, lat }, self.datum.as_deref())?;
                let matter = self.matter.as_ref().map(|code| world.matters.meant(code, at)).transpose()?;
                let urgency = matter.map_or(Urgency::Quick, |m| m.urgency);
                let limit_min = limit_of(matter, urgency);
                Ok(Case { target, matter: matter.map(|m| m.code.clone()), urgency, limit_min, reported_at: at })
            }
            (None, None, _) => Err(Error::invalid("lng", "an incident or a place is needed")),
            (None, _, None) => Err(Error::invalid("lat", "an incident or a place is needed")),
        }
    }
}
