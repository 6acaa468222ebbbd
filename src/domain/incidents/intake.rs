//! Intake: the rules that every incident passes on its way in, through whichever door.

use uuid::Uuid;

use super::{Incident, IncidentStatus, Milestones, Place, Source};
use crate::{
    base::{Code, Error, LngLat, Result, Timestamp, at_most, check_accuracy},
    domain::matters::{Matters, Urgency},
};

const DESCRIPTION_MAX: usize = 4_000;
const EXTERNAL_ID_MAX: usize = 200;
/// Clocks may run ahead by this much, milliseconds.
const FUTURE_MS: i64 = 300_000;

/// What is said of an incident before it is one.
#[derive(Debug, Clone)]
pub struct Draft {
    pub id: Uuid,
    /// WGS-84
    pub at: LngLat,
    pub accuracy_m: Option<f64>,
    pub status: IncidentStatus,
    pub matter: Option<Code>,
    /// The matter's own when it is not given; quick without a matter.
    pub urgency: Option<Urgency>,
    pub description: Option<String>,
    pub reported_at: Timestamp,
    pub synthetic: bool,
    pub source: Source,
    pub external_id: Option<String>,
}

impl Draft {
    /// The incident that comes in at `now`; `place` says who is responsible where.
    ///
    /// # Errors
    /// `Invalid` with the field at fault.
    pub fn accept(
        self,
        matters: &Matters,
        place: impl FnOnce(LngLat, Option<f64>) -> Place,
        now: Timestamp,
    ) -> Result<Incident> {
        LngLat::new(self.at.lng, self.at.lat)?;
        check_accuracy(self.accuracy_m)?;
        at_most("description", self.description.as_deref(), DESCRIPTION_MAX)?;
        at_most("external_id", self.external_id.as_deref(), EXTERNAL_ID_MAX)?;
        if self.reported_at > now.plus_ms(FUTURE_MS) {
            return Err(Error::invalid("reported_at", format!("{} lies in the future", self.reported_at)));
        }
        let unknown = |code| Error::invalid("matter", format!("no matter {code} in the catalogue"));
        let matter = self.matter.as_ref().map(|code| matters.get(code).ok_or_else(|| unknown(code))).transpose()?;
        Ok(Incident {
            id: self.id,
            at: self.at,
            accuracy_m: self.accuracy_m,
            status: self.status,
            urgency: self.urgency.or(matter.map(|m| m.urgency)).unwrap_or(Urgency::Quick),
            place: place(self.at, self.accuracy_m),
            matter: self.matter,
            description: self.description,
            reported_at: self.reported_at,
            created_at: now,
            synthetic: self.synthetic,
            source: self.source,
            external_id: self.external_id,
            flags: Vec::new(),
            milestones: Milestones::default(),
        })
    }
}
