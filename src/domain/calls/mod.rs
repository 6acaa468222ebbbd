//! Calls (接报): reports that say where only by an address which means no one place. They are held until somebody has
//! located them, and become incidents of the same id then, whose clocks run from the ring; or are dropped.

mod limits;
mod noun;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use limits::Limits;
pub use noun::{Calls, Change};

use super::{
    areas::Areas,
    auth::Sight,
    incidents::{DESCRIPTION_MAX, Said, Source, described},
    matters::{Matters, Urgency},
};
use crate::base::{Code, Error, Result, Timestamp, at_most, words};

/// Nobody looks for more: see `find`.
const ADDRESS_MAX: usize = 200;
const REASON_MAX: usize = 500;

words! {
    /// What became of a call.
    CallState {
        /// Nobody knows yet where it is.
        Held = "held",
        /// It is an incident of the same id.
        Located = "located",
        /// There is nothing to locate: somebody said why.
        Dropped = "dropped",
    }
}

/// A call without personal data: who called is kept apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = CallRecord)]
pub struct Call {
    pub id: Uuid,
    pub state: CallState,
    /// Where it is, as it was said.
    pub address: String,
    /// Code of the area in which it is known to lie; who sees a part of the county sees calls in that part.
    pub area: Option<Code>,
    pub matter: Option<Code>,
    pub urgency: Urgency,
    pub description: Option<String>,
    /// When it rang: the incident's clocks run from here.
    pub reported_at: Timestamp,
    pub created_at: Timestamp,
    pub source: Source,
    /// The id in the system it came from.
    pub external_id: Option<String>,
    /// Once it is held no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ended: Option<CallEnd>,
}

/// How a call was ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CallEnd {
    pub at: Timestamp,
    /// A key's id, `keyless` or `command line`
    pub by: String,
    /// Of one that was dropped.
    pub reason: Option<String>,
}

impl Call {
    /// The call that comes in at `now`.
    ///
    /// # Errors
    /// `Invalid` with the field at fault.
    pub fn new(
        said: Said,
        (address, area): (&str, Option<Code>),
        (matters, areas): (&Matters, &Areas),
        now: Timestamp,
    ) -> Result<Self> {
        let address = address.trim().to_owned();
        if !address.chars().any(char::is_alphanumeric) {
            return Err(Error::invalid("address", format!("{address:?} has no letter or digit")));
        }
        at_most("address", Some(&address), ADDRESS_MAX)?;
        if let Some(code) = area.as_ref().filter(|code| areas.get(code.as_str()).is_none()) {
            return Err(Error::invalid("area", format!("there is no area {code}")));
        }
        let (matter, urgency) = said.check(matters, now)?;
        // Both are what the incident says.
        let both = described(Some(&address), said.description.as_deref());
        at_most("description", both.as_deref(), DESCRIPTION_MAX)?;
        Ok(Self {
            id: said.id,
            state: CallState::Held,
            address,
            area,
            matter: matter.map(|m| m.code.clone()),
            urgency,
            description: said.description,
            reported_at: said.reported_at,
            created_at: now,
            source: said.source,
            external_id: said.external_id,
            ended: None,
        })
    }

    /// What the incident says that it becomes. A matter that is gone meanwhile is not known any more.
    pub fn said(&self, matters: &Matters) -> Said {
        Said {
            id: self.id,
            matter: self.matter.clone().filter(|code| matters.get(code).is_some()),
            urgency: Some(self.urgency),
            description: described(Some(&self.address), self.description.as_deref()),
            reported_at: self.reported_at,
            source: self.source,
            external_id: self.external_id.clone(),
        }
    }

    pub fn located(self, at: Timestamp, by: &str) -> Self {
        Self { state: CallState::Located, ended: Some(CallEnd { at, by: by.to_owned(), reason: None }), ..self }
    }

    /// # Errors
    /// `Invalid` without a reason.
    pub fn dropped(self, at: Timestamp, by: &str, reason: &str) -> Result<Self> {
        if reason.trim().is_empty() {
            return Err(Error::invalid("reason", "what is dropped has a reason"));
        }
        at_most("reason", Some(reason), REASON_MAX)?;
        let ended = CallEnd { at, by: by.to_owned(), reason: Some(reason.to_owned()) };
        Ok(Self { state: CallState::Dropped, ended: Some(ended), ..self })
    }

    /// Whether a caller sees it: one in no area is seen by whoever sees everything.
    pub fn is_seen(&self, sight: &Sight) -> bool {
        sight.is_everything() || self.area.as_ref().is_some_and(|area| sight.sees_area(area))
    }

    /// By when somebody has to have located it; none once that is done, or where nobody has to.
    pub fn locate_by(&self, limits: &Limits) -> Option<Timestamp> {
        let waits = self.state == CallState::Held && limits.held_min > 0;
        waits.then(|| self.reported_at.plus_ms(limits.held_ms()))
    }

    pub fn is_overdue(&self, limits: &Limits, now: Timestamp) -> bool {
        self.locate_by(limits).is_some_and(|by| by < now)
    }
}

#[cfg(test)]
mod tests;
