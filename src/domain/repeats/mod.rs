//! Repeat complaints (重复投诉, rule 10): the same matter, near in place and in time, ended cases too. A suggestion with
//! its evidence, worked out when somebody asks and kept nowhere: a person decides, and there is nothing to take back.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    auth::Sight,
    incidents::{Filter, Incident, IncidentStatus, Incidents, Milestones, Region},
};
use crate::base::{Code, LngLat, Result, Timestamp, tenths, within};

const DAY_MS: i64 = 86_400_000;
/// How many are looked at, at a time, for one that counts.
const PAGE: usize = 16;

/// How near is near, as an operator sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// From one place to the other, metres.
    pub within_m: u32,
    /// From one report to the other, whole days of 24 hours.
    pub within_days: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { within_m: 100, within_days: 30 }
    }
}

impl Limits {
    fn span_ms(&self) -> i64 {
        i64::from(self.within_days) * DAY_MS
    }

    /// Since when others may be what is reported then repeats.
    pub fn reach_back(&self, reported_at: Timestamp) -> Timestamp {
        reported_at.plus_ms(-self.span_ms())
    }

    /// Refuses what no service could run with.
    pub fn check(&self) -> Result<()> {
        within("within_m", self.within_m.into(), 1.0, 2_000.0)?;
        within("within_days", self.within_days.into(), 1.0, 366.0)
    }
}

/// A case, or one that is about to be reported, of which the repeats are looked for.
#[derive(Debug, Clone)]
pub struct Sought {
    /// Of the case itself, which repeats nothing by being there.
    pub id: Option<Uuid>,
    pub at: LngLat,
    pub matter: Code,
    pub reported_at: Timestamp,
}

/// A case that tells of the same, and what speaks for that.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Repeat {
    pub id: Uuid,
    /// That both are about.
    pub matter: Code,
    /// From one place to the other, metres.
    pub distance_m: f64,
    /// From one report to the other, days.
    pub days_apart: f64,
    /// It was there before: what is asked about repeats it, not the other way round.
    pub earlier: bool,
    pub reported_at: Timestamp,
    pub status: IncidentStatus,
    /// The case that stands for it, while it is `merged` into that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub merged_into: Option<Uuid>,
    /// Something is still to be done.
    pub open: bool,
    pub description: Option<String>,
    /// What was done, and when.
    pub milestones: Milestones,
    /// The unit whose it is; null where it has none.
    #[schema(value_type = Option<String>)]
    pub owner: Option<Code>,
}

impl Sought {
    /// None where nobody has said what it is about.
    pub fn of(incident: &Incident) -> Option<Self> {
        let Incident { id, at, ref matter, reported_at, .. } = *incident;
        Some(Self { id: Some(id), at, matter: matter.clone()?, reported_at })
    }

    /// What the indexes are asked for: its repeats, and the case itself.
    pub fn filter(&self, limits: &Limits, sight: Sight) -> Filter {
        Filter {
            region: Some(Region::Radius(self.at, limits.within_m.into())),
            from: Some(limits.reach_back(self.reported_at)),
            to: Some(self.reported_at.plus_ms(limits.span_ms() + 1)),
            matter: Some(self.matter.clone()),
            sight,
            ..Filter::default()
        }
    }

    /// Whether it is a repeat itself, of one that the index holds: those made up for demonstration are none.
    pub fn is_repeat(&self, index: &Incidents, limits: &Limits, sight: &Sight) -> bool {
        let filter = self.filter(limits, sight.clone());
        let mut after = (self.reported_at, self.id.unwrap_or(Uuid::max()));
        loop {
            let page = index.page(&filter, Some(after), PAGE);
            if page.iter().any(|i| !i.synthetic) {
                return true;
            }
            match page.last() {
                Some(last) if page.len() == PAGE => after = (last.reported_at, last.id),
                _ => return false,
            }
        }
    }

    /// The evidence for one that the filter accepts; none for the case itself.
    pub fn evidence(&self, other: &Incident) -> Option<Repeat> {
        let apart_ms = self.reported_at.ms() - other.reported_at.ms();
        (self.id != Some(other.id)).then(|| Repeat {
            id: other.id,
            matter: self.matter.clone(),
            distance_m: tenths(self.at.distance_m(other.at)),
            days_apart: tenths(apart_ms.abs() as f64 / DAY_MS as f64),
            earlier: apart_ms >= 0,
            reported_at: other.reported_at,
            status: other.status,
            merged_into: other.merged_into,
            open: !other.status.is_ended(),
            description: other.description.clone(),
            milestones: other.milestones,
            owner: other.ownership.as_ref().map(|o| o.owner.clone()),
        })
    }
}

#[cfg(test)]
mod tests;
