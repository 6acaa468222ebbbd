//! By when somebody has to be there.

use super::{Incident, IncidentStatus};
use crate::{
    base::Timestamp,
    domain::matters::{Matter, Matters, Urgency},
};

/// Minutes from the report to the arrival.
pub fn limit_min(incident: &Incident, matters: &Matters) -> u32 {
    limit_of(incident.matter.as_ref().and_then(|code| matters.get(code)), incident.urgency)
}

/// Of a case of a matter, where it is known, that was given this urgency.
pub fn limit_of(matter: Option<&Matter>, urgency: Urgency) -> u32 {
    match (matter, urgency) {
        (Some(matter), urgency) if matter.urgency == urgency => matter.arrive_limit_min,
        (_, Urgency::Urgent) => 15,
        (_, Urgency::Quick) => 30,
        (_, Urgency::Normal) => 60,
    }
}

/// By when somebody has to be on the scene; none where nobody has to come.
pub fn due_at(incident: &Incident, matters: &Matters) -> Option<Timestamp> {
    use IncidentStatus::{Discovered, Merged, Transferred, VillageCorrected, Void};
    let comes = !matches!(incident.status, Discovered | VillageCorrected | Transferred | Void | Merged);
    comes.then(|| incident.reported_at.plus_ms(i64::from(limit_min(incident, matters)) * 60_000))
}
